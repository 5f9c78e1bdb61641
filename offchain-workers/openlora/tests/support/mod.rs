//! A tiny random llama written as GGUF, adapters in the layout of PEFT, and an independent forward pass: scalar loops
//! in f64 over the rows as GGUF orders them, with neighbouring rotary pairs.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use candle_core::quantized::gguf_file::{write, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

pub const LAYERS: usize = 2;
pub const WIDTH: usize = 32;
pub const FFN: usize = 48;
pub const HEADS: usize = 4;
pub const KV_HEADS: usize = 2;
pub const DIM: usize = 8;
pub const EPS: f64 = 1e-5;
pub const BASE: f64 = 10_000.0;
pub const TARGETS: [&str; 7] = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];
const GGUF_NAMES: [&str; 7] = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"];
const CONTROL: [&str; 3] = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
pub const VOCAB: usize = CONTROL.len() + 256 + 2;
pub const TEMPLATE: &str =
	"{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}\
    {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/// Numbers in [-1, 1) from a linear congruential generator.
pub fn random(n: usize, seed: u64) -> Vec<f32> {
	let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678;
	let mut next = || {
		state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		(state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
	};
	(0..n).map(|_| next()).collect()
}

/// Outputs and inputs of a linear layer.
pub fn shape(target: usize) -> (usize, usize) {
	let (q, kv) = (HEADS * DIM, KV_HEADS * DIM);
	[(q, WIDTH), (kv, WIDTH), (kv, WIDTH), (WIDTH, q), (FFN, WIDTH), (FFN, WIDTH), (WIDTH, FFN)][target]
}

/// A low-rank change of one linear layer, in the row order of Hugging Face.
#[derive(Clone)]
pub struct Lora {
	pub layer: usize,
	pub target: usize,
	pub rank: usize,
	pub a: Vec<f32>,
	pub b: Vec<f32>,
	pub scale: f64,
}

/// Random changes of `targets` in every layer.
pub fn random_lora(targets: &[usize], rank: usize, scale: f64, seed: u64) -> Vec<Lora> {
	let mut loras = Vec::new();
	for layer in 0..LAYERS {
		for &target in targets {
			let ((rows, cols), salt) = (shape(target), seed * 1000 + (layer * 7 + target) as u64);
			let a = random(rank * cols, salt).iter().map(|v| v * 0.3).collect();
			let b = random(rows * rank, salt + 500).iter().map(|v| v * 0.3).collect();
			loras.push(Lora { layer, target, rank, a, b, scale });
		}
	}
	loras
}

/// The weights, by GGUF name: shape and values.
#[derive(Clone)]
pub struct Tiny(pub BTreeMap<String, (Vec<usize>, Vec<f32>)>);

/// The row of Hugging Face's order that GGUF stores at `row`.
fn hf_row(target: usize, row: usize) -> usize {
	if target > 1 {
		return row;
	}
	let (head, within) = (row / DIM, row % DIM);
	head * DIM + within % 2 * (DIM / 2) + within / 2
}

impl Tiny {
	pub fn new(seed: u64) -> Self {
		let mut tensors = BTreeMap::new();
		let mut add = |name: String, dims: Vec<usize>, scale: f32, offset: f32| {
			let values = random(dims.iter().product(), seed + tensors.len() as u64 * 77);
			tensors.insert(name, (dims, values.iter().map(|v| v * scale + offset).collect()));
		};
		add("token_embd.weight".into(), vec![VOCAB, WIDTH], 1.0, 0.0);
		add("output_norm.weight".into(), vec![WIDTH], 0.2, 1.0);
		for layer in 0..LAYERS {
			add(format!("blk.{layer}.attn_norm.weight"), vec![WIDTH], 0.2, 1.0);
			add(format!("blk.{layer}.ffn_norm.weight"), vec![WIDTH], 0.2, 1.0);
			for (target, name) in GGUF_NAMES.iter().enumerate() {
				let (rows, cols) = shape(target);
				add(format!("blk.{layer}.{name}.weight"), vec![rows, cols], 0.3, 0.0);
			}
		}
		Self(tensors)
	}

	/// The same weights with `loras` added to them.
	pub fn merged(&self, loras: &[Lora]) -> Self {
		let mut merged = self.clone();
		for lora in loras {
			let (rows, cols) = shape(lora.target);
			let name = format!("blk.{}.{}.weight", lora.layer, GGUF_NAMES[lora.target]);
			let values = &mut merged.0.get_mut(&name).unwrap().1;
			for row in 0..rows {
				let from = hf_row(lora.target, row);
				for col in 0..cols {
					let change = (0..lora.rank).map(|r| lora.b[from * lora.rank + r] * lora.a[r * cols + col]);
					values[row * cols + col] += lora.scale as f32 * change.sum::<f32>();
				}
			}
		}
		merged
	}

	pub fn metadata() -> Vec<(&'static str, Value)> {
		let strings = |v: Vec<String>| Value::Array(v.into_iter().map(Value::String).collect());
		let text = |v: &str| Value::String(v.into());
		let mut tokens: Vec<String> = CONTROL.iter().map(|t| (*t).to_owned()).collect();
		let mut spare = 0x100u32;
		for byte in 0..=255u8 {
			let printable = matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
			spare += u32::from(!printable);
			tokens.push(char::from_u32(if printable { byte.into() } else { spare - 1 }).unwrap().to_string());
		}
		tokens.extend(["he".into(), "Ġt".into()]);
		let types = (0..VOCAB).map(|i| Value::I32(if i < CONTROL.len() { 3 } else { 1 })).collect();
		vec![
			("general.architecture", text("llama")),
			("llama.block_count", Value::U32(LAYERS as u32)),
			("llama.context_length", Value::U32(1 << 20)),
			("llama.embedding_length", Value::U32(WIDTH as u32)),
			("llama.feed_forward_length", Value::U32(FFN as u32)),
			("llama.attention.head_count", Value::U32(HEADS as u32)),
			("llama.attention.head_count_kv", Value::U32(KV_HEADS as u32)),
			("llama.attention.layer_norm_rms_epsilon", Value::F32(EPS as f32)),
			("llama.rope.freq_base", Value::F32(BASE as f32)),
			("llama.rope.dimension_count", Value::U32(DIM as u32)),
			("tokenizer.ggml.model", text("gpt2")),
			("tokenizer.ggml.pre", text("smollm")),
			("tokenizer.ggml.tokens", strings(tokens)),
			("tokenizer.ggml.token_type", Value::Array(types)),
			("tokenizer.ggml.merges", strings(vec!["h e".into(), "Ġ t".into()])),
			("tokenizer.ggml.bos_token_id", Value::U32(1)),
			("tokenizer.ggml.eos_token_id", Value::U32(2)),
			("tokenizer.chat_template", text(TEMPLATE)),
		]
	}

	/// Writes `tiny.gguf` into `dir`, with `changes` to the metadata.
	pub fn write_with(&self, dir: &Path, changes: &[(&'static str, Value)]) -> PathBuf {
		let mut metadata = Self::metadata();
		metadata.retain(|(key, _)| changes.iter().all(|(changed, _)| changed != key));
		metadata.extend(changes.iter().map(|(key, value)| (*key, value.clone())));
		self.write_metadata(dir, &metadata)
	}

	/// Writes `tiny.gguf` into `dir` without one key of the metadata.
	pub fn write_without(&self, dir: &Path, key: &str) -> PathBuf {
		let mut metadata = Self::metadata();
		metadata.retain(|(name, _)| *name != key);
		self.write_metadata(dir, &metadata)
	}

	fn write_metadata(&self, dir: &Path, metadata: &[(&'static str, Value)]) -> PathBuf {
		let tensors: Vec<(&str, QTensor)> = self
			.0
			.iter()
			.map(|(name, (dims, values))| {
				let tensor = Tensor::from_slice(values, dims.as_slice(), &Device::Cpu).unwrap();
				(name.as_str(), QTensor::quantize(&tensor, GgmlDType::F32).unwrap())
			})
			.collect();
		let path = dir.join("tiny.gguf");
		let mut file = std::fs::File::create(&path).unwrap();
		let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(k, v)| (*k, v)).collect();
		let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(k, v)| (*k, v)).collect();
		write(&mut file, &metadata, &tensors).unwrap();
		path
	}

	pub fn write(&self, dir: &Path) -> PathBuf {
		self.write_with(dir, &[])
	}

	fn linear(&self, layer: usize, target: usize, x: &[f64], loras: &[Lora]) -> Vec<f64> {
		let (rows, cols) = shape(target);
		let weight = &self.0[&format!("blk.{layer}.{}.weight", GGUF_NAMES[target])].1;
		let dot = |w: &[f32], x: &[f64]| w.iter().zip(x).map(|(w, x)| f64::from(*w) * x).sum::<f64>();
		let mut y: Vec<f64> = (0..rows).map(|r| dot(&weight[r * cols..(r + 1) * cols], x)).collect();
		for lora in loras.iter().filter(|l| l.layer == layer && l.target == target) {
			let inner: Vec<f64> = lora.a.chunks(cols).map(|a| dot(a, x)).collect();
			for (row, y) in y.iter_mut().enumerate() {
				let from = hf_row(target, row) * lora.rank;
				*y += lora.scale * dot(&lora.b[from..from + lora.rank], &inner);
			}
		}
		y
	}

	fn norm(&self, name: &str, x: &[f64]) -> Vec<f64> {
		let mean = x.iter().map(|v| v * v).sum::<f64>() / x.len() as f64;
		let scale = 1.0 / (mean + f64::from(EPS as f32)).sqrt();
		x.iter().zip(&self.0[name].1).map(|(v, w)| v * scale * f64::from(*w)).collect()
	}

	/// The logits of every position, in f64.
	pub fn naive_logits(&self, tokens: &[u32], loras: &[Lora]) -> Vec<Vec<f64>> {
		let embedding = &self.0["token_embd.weight"].1;
		let row = |t: usize| embedding[t * WIDTH..(t + 1) * WIDTH].iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
		let mut keys = vec![Vec::new(); LAYERS];
		let mut values = vec![Vec::new(); LAYERS];
		let mut all = Vec::new();
		for (position, token) in tokens.iter().enumerate() {
			let mut x: Vec<f64> = row(*token as usize);
			for layer in 0..LAYERS {
				let h = self.norm(&format!("blk.{layer}.attn_norm.weight"), &x);
				let mut q = self.linear(layer, 0, &h, loras);
				let mut k = self.linear(layer, 1, &h, loras);
				rotate_pairs(&mut q, position);
				rotate_pairs(&mut k, position);
				keys[layer].push(k);
				values[layer].push(self.linear(layer, 2, &h, loras));
				let mixed = naive_attention(&q, &keys[layer], &values[layer]);
				let out = self.linear(layer, 3, &mixed, loras);
				x.iter_mut().zip(out).for_each(|(x, o)| *x += o);
				let h = self.norm(&format!("blk.{layer}.ffn_norm.weight"), &x);
				let gate = self.linear(layer, 4, &h, loras);
				let up = self.linear(layer, 5, &h, loras);
				let act: Vec<f64> = gate.iter().zip(up).map(|(g, u)| g / (1.0 + (-g).exp()) * u).collect();
				let out = self.linear(layer, 6, &act, loras);
				x.iter_mut().zip(out).for_each(|(x, o)| *x += o);
			}
			let h = self.norm("output_norm.weight", &x);
			all.push((0..VOCAB).map(|t| row(t).iter().zip(&h).map(|(a, b)| a * b).sum()).collect());
		}
		all
	}
}

fn rotate_pairs(x: &mut [f64], position: usize) {
	for head in x.chunks_mut(DIM) {
		for (i, pair) in head.chunks_mut(2).enumerate() {
			let angle = position as f64 * BASE.powf(-2.0 * i as f64 / DIM as f64);
			let (a, b) = (pair[0], pair[1]);
			pair[0] = a * angle.cos() - b * angle.sin();
			pair[1] = a * angle.sin() + b * angle.cos();
		}
	}
}

fn naive_attention(q: &[f64], keys: &[Vec<f64>], values: &[Vec<f64>]) -> Vec<f64> {
	let mut out = Vec::new();
	for (head, q) in q.chunks(DIM).enumerate() {
		let from = head / (HEADS / KV_HEADS) * DIM;
		let score = |k: &Vec<f64>| q.iter().zip(&k[from..]).map(|(a, b)| a * b).sum::<f64>() / (DIM as f64).sqrt();
		let weights: Vec<f64> = keys.iter().map(|k| score(k).exp()).collect();
		let sum: f64 = weights.iter().sum();
		out.extend((0..DIM).map(|i| weights.iter().zip(values).map(|(w, v)| w / sum * v[from + i]).sum::<f64>()));
	}
	out
}

/// Writes `loras` as a PEFT folder; `config` replaces or adds fields of its configuration.
pub fn write_adapter(dir: &Path, loras: &[Lora], alpha: f64, config: serde_json::Value) {
	let mut tensors = HashMap::new();
	for lora in loras {
		let part = if lora.target < 4 { "self_attn" } else { "mlp" };
		let module = format!("base_model.model.model.layers.{}.{part}.{}", lora.layer, TARGETS[lora.target]);
		let (rows, cols) = shape(lora.target);
		let mut add = |side: &str, values: &[f32], dims: (usize, usize)| {
			let tensor = Tensor::from_slice(values, dims, &Device::Cpu).unwrap();
			tensors.insert(format!("{module}.lora_{side}.weight"), tensor);
		};
		add("A", &lora.a, (lora.rank, cols));
		add("B", &lora.b, (rows, lora.rank));
	}
	candle_core::safetensors::save(&tensors, dir.join("adapter_model.safetensors")).unwrap();
	let mut targets: Vec<usize> = loras.iter().map(|l| l.target).collect();
	targets.sort_unstable();
	targets.dedup();
	let mut fields = serde_json::json!({
		"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": loras[0].rank, "lora_alpha": alpha, "bias": "none",
		"target_modules": targets.iter().map(|t| TARGETS[*t]).collect::<Vec<_>>(), "base_model_name_or_path": "tiny",
	});
	for (key, value) in config.as_object().unwrap() {
		fields[key] = value.clone();
	}
	std::fs::write(dir.join("adapter_config.json"), fields.to_string()).unwrap();
}

/// Path of the real model. Fails with the way to get it if it is missing.
pub fn smollm2() -> PathBuf {
	let folder = std::env::var_os("OPENLEDGER_ASSETS")
		.map(PathBuf::from)
		.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/openledger/assets"));
	let path = folder.join("SmolLM2-135M-Instruct.Q4_1.gguf");
	assert!(path.exists(), "{} is missing: run `make setup`", path.display());
	path
}
