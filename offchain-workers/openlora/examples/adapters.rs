//! How long it takes to register adapters and to bring one into memory: rank 8 in all linear layers of SmolLM2-135M.
//!
//! `cargo run --release -p openledger-openlora --example adapters`

#![allow(clippy::unwrap_used)]

use openledger_exact::{LowRank, LowRankSource, Pool, Precision};
use openledger_openlora::adapter::{AdapterCache, BaseLayout, CacheOptions};
use openledger_openlora::budget::Budget;
use openledger_openlora::{Adapter, AdapterBuilder, DecoderSpec, LoadError, LoraPair, Target};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const CONFIG: &str = r#"{
	"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 576, "intermediate_size": 1536,
	"num_hidden_layers": 30, "num_attention_heads": 9, "num_key_value_heads": 3, "vocab_size": 49152, "rms_norm_eps": 1e-5,
	"max_position_embeddings": 8192, "rope_theta": 100000, "hidden_act": "silu", "tie_word_embeddings": true,
	"attention_bias": false, "mlp_bias": false
}"#;
const RANK: usize = 8;

/// Quantises every pair, as the exact modes do.
struct Builder(DecoderSpec, Pool);

impl AdapterBuilder<Vec<LowRank>> for Builder {
	fn build(&self, adapter: &Adapter) -> Result<Vec<LowRank>, LoadError> {
		let mut sources = Vec::new();
		for (layer, target) in (0..self.0.layers).flat_map(|layer| Target::ALL.map(|target| (layer, target))) {
			for LoraPair { a, b, .. } in adapter.delta(layer, target).into_iter().flat_map(|delta| &delta.pairs) {
				let (rank, inputs, outputs) = (a.rows(), a.cols(), b.rows());
				let precision = Precision::E8;
				sources.push(LowRankSource { precision, a: a.data(), b: b.data(), rank, inputs, outputs });
			}
		}
		LowRank::build(&self.1, &sources).map_err(|(_, error)| LoadError::Engine(error.to_string()))
	}

	fn bytes(&self, adapter: &Vec<LowRank>) -> usize {
		adapter.iter().map(LowRank::bytes).sum()
	}
}

fn write_adapter(dir: &Path, spec: &DecoderSpec) {
	let mut header = serde_json::Map::new();
	let mut data: Vec<f32> = Vec::new();
	let names = [
		"self_attn.q_proj",
		"self_attn.k_proj",
		"self_attn.v_proj",
		"self_attn.o_proj",
		"mlp.gate_proj",
		"mlp.up_proj",
		"mlp.down_proj",
	];
	for layer in 0..spec.layers {
		for (target, name) in Target::ALL.into_iter().zip(names) {
			let (outputs, inputs) = target.shape(spec);
			for (side, shape) in [("A", [RANK, inputs]), ("B", [outputs, RANK])] {
				let start = data.len() * 4;
				data.extend((0..shape[0] * shape[1]).map(|i| ((i * 37 + layer) % 101) as f32 / 100.0 - 0.5));
				header.insert(
					format!("base_model.model.model.layers.{layer}.{name}.lora_{side}.weight"),
					serde_json::json!({ "dtype": "F32", "shape": shape, "data_offsets": [start, data.len() * 4] }),
				);
			}
		}
	}
	let mut header = serde_json::Value::Object(header).to_string().into_bytes();
	header.resize(header.len().next_multiple_of(8), b' ');
	let mut file = (header.len() as u64).to_le_bytes().to_vec();
	file.extend(header);
	data.iter().for_each(|value| file.extend(value.to_le_bytes()));
	std::fs::write(dir.join("adapter_model.safetensors"), file).unwrap();
	let short: Vec<&str> = names.iter().filter_map(|name| name.split('.').nth(1)).collect();
	let config = serde_json::json!({ "peft_type": "LORA", "r": RANK, "lora_alpha": 16, "target_modules": short });
	std::fs::write(dir.join("adapter_config.json"), config.to_string()).unwrap();
}

fn main() {
	let spec = DecoderSpec::from_config(Path::new("config.json"), CONFIG.as_bytes()).unwrap();
	let dir = tempfile::tempdir().unwrap();
	write_adapter(dir.path(), &spec);
	let base = Arc::new(BaseLayout::of(&spec));
	let start = Instant::now();
	let adapter = Adapter::read("a", dir.path(), &base).unwrap();
	println!("read and checked: {:.2?}, {} weights", start.elapsed(), adapter.info().parameters);
	drop(adapter);
	let builder = Arc::new(Builder(spec, Pool::new(2).unwrap()));
	let cache = AdapterCache::new(base, builder, Budget::new(1 << 30), CacheOptions::default()).unwrap();
	let mut times = Vec::new();
	for index in 0..10_000 {
		let name = format!("adapter-{index}");
		let start = Instant::now();
		cache.register(&name, dir.path(), None);
		times.push(start.elapsed());
	}
	let median = |times: &[Duration]| {
		let mut sorted = times.to_vec();
		sorted.sort();
		sorted[sorted.len() / 2]
	};
	println!("register: first thousand {:?}, last thousand {:?}", median(&times[..1000]), median(&times[9000..]));
	let mut loads = Vec::new();
	for index in 0..40 {
		let start = Instant::now();
		let resident = cache.wait(&format!("adapter-{index}"), Duration::from_secs(10)).unwrap();
		loads.push(start.elapsed());
		assert!(resident.bytes() > 0);
	}
	println!("first load of an adapter (hashed): median {:.2?}", median(&loads));
	cache.make_room(usize::MAX);
	let mut again = Vec::new();
	for index in 0..40 {
		let start = Instant::now();
		cache.wait(&format!("adapter-{index}"), Duration::from_secs(10)).unwrap();
		again.push(start.elapsed());
	}
	println!("load of an adapter seen before: median {:.2?}, {:?}", median(&again), cache.stats());
}
