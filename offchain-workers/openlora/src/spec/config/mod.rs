//! `config.json` of Hugging Face to [`DecoderSpec`]: every field that matters is honoured or refused by name.

mod bloom;
mod chatglm;
mod falcon;
mod gemma;
mod glm;
mod gpt2;
mod llama;
mod qwen;
mod refused;
mod rope;

use super::checks::Names;
use super::fields::{short, Fields};
use super::{Activation, DecoderSpec, Family};
use crate::error::LoadError;
use serde_json::Value;
use std::path::Path;

/// The most bytes a configuration may have.
const MAX_BYTES: usize = 1 << 24;

/// The names of most families.
const NAMES: Names = Names {
	layers: "num_hidden_layers",
	heads: "num_attention_heads",
	kv_heads: "num_key_value_heads",
	head_dim: "head_dim",
};

impl DecoderSpec {
	/// Reads the bytes of `config.json`; `path` is for messages.
	///
	/// # Errors
	/// [`LoadError::Malformed`] if it is not a JSON object, [`LoadError::Field`] with the field that is missing, out of range,
	/// or asks for something that is not supported.
	pub fn from_config(path: &Path, json: &[u8]) -> Result<Self, LoadError> {
		let malformed = |reason: String| LoadError::Malformed { path: path.into(), reason };
		if json.len() > MAX_BYTES {
			return Err(malformed(format!("{} bytes are more than {MAX_BYTES}", json.len())));
		}
		let value: Value = serde_json::from_slice(json).map_err(|e| malformed(e.to_string()))?;
		let Value::Object(map) = &value else {
			return Err(malformed(format!("must be an object, is {}", short(&value))));
		};
		let fields = Fields::new(path, map);
		let family = family(&fields)?;
		refused::check(&fields, family)?;
		match family {
			Family::Llama | Family::Mistral => llama::read(&fields, family)?.check(path, &NAMES),
			Family::Qwen2 | Family::Qwen3 => qwen::read(&fields, family)?.check(path, &NAMES),
			Family::ChatGlm => chatglm::read(&fields)?.check(path, &chatglm::NAMES),
			Family::Glm | Family::Glm4 => glm::read(&fields, family)?.check(path, &NAMES),
			Family::Gemma | Family::Gemma2 => gemma::read(&fields, family)?.check(path, &NAMES),
			Family::Falcon => falcon::read(&fields)?.check(path, &falcon::NAMES),
			Family::Bloom => bloom::read(&fields)?.check(path, &bloom::NAMES),
			Family::Gpt2 => gpt2::read(&fields)?.check(path, &gpt2::NAMES),
		}
	}
}

fn family(fields: &Fields<'_>) -> Result<Family, LoadError> {
	match fields.text("model_type")?.ok_or_else(|| fields.missing("model_type"))? {
		"llama" => Ok(Family::Llama),
		"mistral" => Ok(Family::Mistral),
		"qwen2" => Ok(Family::Qwen2),
		"qwen3" => Ok(Family::Qwen3),
		"chatglm" => Ok(Family::ChatGlm),
		"glm" => Ok(Family::Glm),
		"glm4" => Ok(Family::Glm4),
		"gemma" => Ok(Family::Gemma),
		"gemma2" => Ok(Family::Gemma2),
		"falcon" => Ok(Family::Falcon),
		"bloom" => Ok(Family::Bloom),
		"gpt2" => Ok(Family::Gpt2),
		other => {
			let known = "llama, mistral, qwen2, qwen3, chatglm, glm, glm4, gemma, gemma2, falcon, bloom, gpt2";
			let name: String = other.chars().take(60).collect();
			Err(fields.error("model_type", format!("`{name}` is not supported, only {known}")))
		}
	}
}

/// The function of that name in `transformers` (`activations.py`).
fn activation(fields: &Fields<'_>, field: &str, default: &str) -> Result<Activation, LoadError> {
	match fields.text(field)?.unwrap_or(default) {
		"silu" | "swish" => Ok(Activation::Silu),
		"gelu" | "gelu_python" => Ok(Activation::Gelu),
		"gelu_new" | "gelu_fast" | "gelu_accurate" | "gelu_pytorch_tanh" | "gelu_python_tanh" => {
			Ok(Activation::GeluTanh)
		}
		other => {
			let name: String = other.chars().take(60).collect();
			Err(fields.error(field, format!("activation `{name}` is not supported, only silu, gelu and gelu by tanh")))
		}
	}
}

/// The width of a head: given, or the width of the model over its heads.
fn head_dim(fields: &Fields<'_>, width: usize, heads: usize) -> Result<usize, LoadError> {
	match fields.optional_size("head_dim")? {
		Some(dim) => Ok(dim),
		None if width.is_multiple_of(heads) => Ok(width / heads),
		None => Err(fields.error("num_attention_heads", format!("{heads} does not divide hidden_size {width}"))),
	}
}

/// The number of layers, before anything is made for each of them.
fn layers(fields: &Fields<'_>, names: &[&'static str]) -> Result<usize, LoadError> {
	let layers = fields.size_of(names)?;
	let name = names.iter().find(|name| fields.get(name).is_some()).copied().unwrap_or_default();
	super::checks::layers(fields, name, layers)?;
	Ok(layers)
}

/// Windows by `layer_types`, if it is there: `sliding_attention` or `full_attention` for each layer.
fn layer_types(
	fields: &Fields<'_>,
	layers: usize,
	window: Option<usize>,
) -> Result<Option<Vec<Option<usize>>>, LoadError> {
	let Some(value) = fields.get("layer_types") else { return Ok(None) };
	let list = value.as_array().filter(|list| list.len() == layers);
	let list = list.ok_or_else(|| fields.error("layer_types", format!("must be a list of {layers}")))?;
	let mut windows = Vec::with_capacity(layers);
	for kind in list {
		windows.push(match (kind.as_str(), window) {
			(Some("full_attention"), _) => None,
			(Some("sliding_attention"), Some(window)) => Some(window),
			(Some("sliding_attention"), None) => return Err(fields.missing("sliding_window")),
			_ => return Err(fields.error("layer_types", format!("{} is not supported", short(kind)))),
		});
	}
	Ok(Some(windows))
}

/// Biases of all layers or of none, where there is no gate.
pub(super) fn ungated(bias: bool) -> [bool; 7] {
	[bias, bias, bias, bias, false, bias, bias]
}
