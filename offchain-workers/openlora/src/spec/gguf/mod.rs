//! Metadata of a GGUF file to [`DecoderSpec`]. Architectures and keys are those of llama.cpp (`gguf-py/gguf/constants.py`).

mod keys;
mod rope;

use super::checks::{self, Names};
use super::fields::{short, Fields, MAX_SIZE};
use super::position::alibi_slopes;
use super::{inverse_root, Activation, Block, DecoderSpec, Family, NormKind, Position};
use crate::error::LoadError;
use serde_json::{Map, Value};
use std::path::Path;

/// What a GGUF file says of its model, apart from the weights.
pub struct GgufHeader<'a> {
	/// The file, for messages.
	pub path: &'a Path,
	/// Its metadata but for lists; all that the architecture does not need may be left out.
	pub metadata: &'a Map<String, Value>,
	/// The shape of a tensor, outermost dimension first.
	pub shape: &'a dyn Fn(&str) -> Option<Vec<usize>>,
	/// The values of `rope_freqs.weight`, if it is there.
	pub rope_factors: Option<Vec<f32>>,
}

/// The fields of one architecture, whose keys begin with its name.
struct Keys<'a> {
	arch: &'a str,
	fields: Fields<'a>,
}

impl DecoderSpec {
	/// Reads the metadata of a GGUF file.
	///
	/// # Errors
	/// [`LoadError::Field`] with the key that is missing, out of range, or asks for something that is not supported.
	pub fn from_gguf(header: GgufHeader<'_>) -> Result<Self, LoadError> {
		let fields = Fields::new(header.path, header.metadata);
		let arch = fields.text("general.architecture")?.ok_or_else(|| fields.missing("general.architecture"))?;
		let keys = Keys { arch, fields };
		let family = keys.family(&header)?;
		keys.refuse_unknown()?;
		keys.read(family, header)
	}
}

impl Keys<'_> {
	fn name(&self, key: &str) -> String {
		format!("{}.{key}", self.arch)
	}

	fn family(&self, header: &GgufHeader<'_>) -> Result<Family, LoadError> {
		Ok(match self.arch {
			"llama" => Family::Llama,
			"qwen2" => Family::Qwen2,
			"qwen3" => Family::Qwen3,
			// The same architecture holds both layouts.
			"chatglm" if (header.shape)("blk.0.attn_qkv.weight").is_none() => Family::Glm,
			"chatglm" => Family::ChatGlm,
			"glm4" => Family::Glm4,
			"gemma" => Family::Gemma,
			"gemma2" => Family::Gemma2,
			"falcon" => Family::Falcon,
			"bloom" => Family::Bloom,
			"gpt2" => Family::Gpt2,
			other => {
				let known = "llama, qwen2, qwen3, chatglm, glm4, gemma, gemma2, falcon, bloom, gpt2";
				let reason = format!("{} is not supported, only {known}", short(&other.into()));
				return Err(self.fields.error("general.architecture", reason));
			}
		})
	}

	fn read(&self, family: Family, header: GgufHeader<'_>) -> Result<DecoderSpec, LoadError> {
		let fields = &self.fields;
		let size = |key: &str| fields.size(&self.name(key));
		let optional = |key: &str| fields.optional_size(&self.name(key));
		let (width, heads) = (size("embedding_length")?, size("attention.head_count")?);
		checks::heads(fields, &self.name("attention.head_count"), heads)?;
		let layers = size("block_count")?;
		checks::layers(fields, &self.name("block_count"), layers)?;
		let head_dim = self.head_dim(width, heads)?;
		let context = size("context_length")?;
		let rms = !matches!(family, Family::Falcon | Family::Bloom | Family::Gpt2);
		let eps = if rms { "attention.layer_norm_rms_epsilon" } else { "attention.layer_norm_epsilon" };
		let has = |tensor: &str| (header.shape)(tensor).is_some();
		let gemma = matches!(family, Family::Gemma | Family::Gemma2);
		let scale = self.attention_scale(family, layers, width / heads, head_dim)?;
		let position = match family {
			Family::Bloom => Position::Alibi(alibi_slopes(heads)),
			Family::Gpt2 => Position::Learned,
			_ => Position::Rope(rope::read(self, family, head_dim, context, header.rope_factors.clone())?),
		};
		let spec = DecoderSpec {
			family,
			layers,
			width,
			ffn_width: size("feed_forward_length")?,
			heads,
			kv_heads: optional("attention.head_count_kv")?.unwrap_or(heads),
			head_dim,
			vocab: self.vocab(&header)?,
			context,
			position,
			norm: if rms { NormKind::Rms } else { NormKind::Layer },
			norm_eps: fields.epsilon(&self.name(eps))?,
			qk_norm: family == Family::Qwen3,
			post_norms: matches!(family, Family::Gemma2 | Family::Glm4),
			block: if family == Family::Falcon { Block::Parallel } else { Block::Sequential },
			mlp_norm: family != Family::Falcon || has("blk.0.attn_norm_2.weight"),
			gated: rms,
			activation: match family {
				Family::Falcon => Activation::Gelu,
				Family::Bloom | Family::Gpt2 | Family::Gemma | Family::Gemma2 => Activation::GeluTanh,
				_ => Activation::Silu,
			},
			attention_scale: scale,
			attention_softcap: self.cap(family, "attn_logit_softcapping", 50.0)?,
			windows: self.windows(family, layers)?,
			embedding_scale: if gemma { (width as f64).sqrt() as f32 } else { 1.0 },
			embedding_norm: family == Family::Bloom,
			logit_scale: 1.0,
			logit_softcap: self.cap(family, "final_logit_softcapping", 30.0)?,
			tied_embeddings: !has("output.weight"),
			biases: biases(&has),
		};
		// Bounds of sizes were checked one by one, with the architecture's own keys.
		spec.check(header.path, &NAMES)
	}

	fn head_dim(&self, width: usize, heads: usize) -> Result<usize, LoadError> {
		let (key, value) = (self.name("attention.key_length"), self.name("attention.value_length"));
		let dim = match self.fields.optional_size(&key)? {
			Some(dim) => dim,
			None if width.is_multiple_of(heads) => width / heads,
			None => {
				let reason = format!("{heads} does not divide the width {width}");
				return Err(self.fields.error(&self.name("attention.head_count"), reason));
			}
		};
		match self.fields.optional_size(&value)? {
			Some(other) if other != dim => {
				Err(self.fields.error(&value, format!("{other} differs from the keys' {dim}")))
			}
			_ => Ok(dim),
		}
	}

	/// The rows of the embedding table, which the metadata may repeat.
	fn vocab(&self, header: &GgufHeader<'_>) -> Result<usize, LoadError> {
		let fail =
			|reason: String| LoadError::Tensor { path: header.path.into(), tensor: "token_embd.weight".into(), reason };
		let shape = (header.shape)("token_embd.weight").ok_or_else(|| fail("is missing".into()))?;
		let vocab = match shape.as_slice() {
			[vocab @ 1..=MAX_SIZE, _] => *vocab,
			_ => return Err(fail(format!("has the shape {shape:?}"))),
		};
		let key = self.name("vocab_size");
		match self.fields.optional_size(&key)? {
			Some(given) if given != vocab => {
				Err(self.fields.error(&key, format!("{given} differs from the {vocab} rows of token_embd.weight")))
			}
			_ => Ok(vocab),
		}
	}

	/// Gemma 2 27B scales by the width over its heads; the file does not say it, llama.cpp knows it by the number of layers.
	fn attention_scale(&self, family: Family, layers: usize, share: usize, head_dim: usize) -> Result<f32, LoadError> {
		let key = self.name("attention.scale");
		match self.fields.optional_positive(&key)? {
			Some(scale) => Ok(scale as f32),
			None if family == Family::Gemma2 && layers == 46 => Ok(inverse_root(share)),
			None => Ok(inverse_root(head_dim)),
		}
	}

	fn cap(&self, family: Family, key: &str, default: f64) -> Result<Option<f32>, LoadError> {
		let key = self.name(key);
		match self.fields.optional_positive(&key)? {
			cap if family == Family::Gemma2 => Ok(Some(cap.unwrap_or(default) as f32)),
			None => Ok(None),
			Some(_) => Err(self.fields.error(&key, "is not supported in this architecture")),
		}
	}

	fn windows(&self, family: Family, layers: usize) -> Result<Vec<Option<usize>>, LoadError> {
		let key = self.name("attention.sliding_window");
		let window = self.fields.optional_count(&key)?.filter(|window| *window > 0);
		match (family, window) {
			(Family::Gemma2, window) => {
				let window = window.unwrap_or(4096);
				Ok((0..layers).map(|layer| (layer % 2 == 0).then_some(window)).collect())
			}
			// Mistral comes as `llama`.
			(Family::Llama, window) => Ok(vec![window; layers]),
			(_, None) => Ok(vec![None; layers]),
			_ => Err(self.fields.error(&key, "is not supported in this architecture")),
		}
	}
}

/// Which layers of the first block have a bias; the others must agree.
fn biases(has: &dyn Fn(&str) -> bool) -> [bool; 7] {
	let bias = |name: &str| has(&format!("blk.0.{name}.bias"));
	let qkv = bias("attn_qkv");
	[
		qkv || bias("attn_q"),
		qkv || bias("attn_k"),
		qkv || bias("attn_v"),
		bias("attn_output"),
		bias("ffn_gate"),
		bias("ffn_up"),
		bias("ffn_down"),
	]
}

/// For messages about several numbers at once; each stands for the key with the architecture before it.
const NAMES: Names = Names {
	layers: "block_count",
	heads: "attention.head_count",
	kv_heads: "attention.head_count_kv",
	head_dim: "attention.key_length",
};
