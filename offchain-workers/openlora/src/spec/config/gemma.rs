//! Gemma and Gemma 2.

use super::super::fields::Fields;
use super::super::{Activation, Block, DecoderSpec, Family, NormKind, Position};
use super::{activation, layer_types, layers, rope};
use crate::error::LoadError;

pub(super) fn read(fields: &Fields<'_>, family: Family) -> Result<DecoderSpec, LoadError> {
	let second = family == Family::Gemma2;
	let (width, heads) = (fields.size("hidden_size")?, fields.size("num_attention_heads")?);
	let head_dim = fields.optional_size("head_dim")?.unwrap_or(256);
	let layers = layers(fields, &["num_hidden_layers"])?;
	let context = fields.size("max_position_embeddings")?;
	let bias = fields.flag("attention_bias", false)?;
	let scalar = match fields.optional_positive("query_pre_attn_scalar")? {
		Some(scalar) if second => scalar,
		_ if second => 256.0,
		_ => head_dim as f64,
	};
	let cap = |field: &str, default: f64| match fields.optional_positive(field)? {
		_ if !second || fields.is_null(field) => Ok(None),
		cap => Ok::<_, LoadError>(Some(cap.unwrap_or(default) as f32)),
	};
	Ok(DecoderSpec {
		family,
		layers,
		width,
		ffn_width: fields.size("intermediate_size")?,
		heads,
		kv_heads: fields.kv_heads("num_key_value_heads", heads, false)?,
		head_dim,
		vocab: fields.size("vocab_size")?,
		context,
		position: Position::Rope(rope::read(fields, head_dim, context, None, false)?),
		norm: NormKind::Rms,
		norm_eps: fields.epsilon("rms_norm_eps")?,
		qk_norm: false,
		post_norms: second,
		block: Block::Sequential,
		mlp_norm: true,
		gated: true,
		activation: activate(fields, second)?,
		attention_scale: (1.0 / scalar.sqrt()) as f32,
		attention_softcap: cap("attn_logit_softcapping", 50.0)?,
		windows: windows(fields, second, layers)?,
		embedding_scale: (width as f64).sqrt() as f32,
		embedding_norm: false,
		logit_scale: 1.0,
		logit_softcap: cap("final_logit_softcapping", 30.0)?,
		tied_embeddings: fields.flag("tie_word_embeddings", true)?,
		biases: [bias, bias, bias, bias, false, false, false],
	})
}

/// The first releases of Gemma say `"hidden_act": "gelu"` and mean GELU by tanh, as `GemmaConfig` knows.
fn activate(fields: &Fields<'_>, second: bool) -> Result<Activation, LoadError> {
	if fields.get("hidden_activation").is_some() || second {
		return activation(fields, "hidden_activation", "gelu_pytorch_tanh");
	}
	match activation(fields, "hidden_act", "gelu_pytorch_tanh")? {
		Activation::Gelu => Ok(Activation::GeluTanh),
		other => Ok(other),
	}
}

/// Gemma 2 has a window in every other layer, beginning with the first, unless `layer_types` says otherwise.
fn windows(fields: &Fields<'_>, second: bool, layers: usize) -> Result<Vec<Option<usize>>, LoadError> {
	if !second {
		if fields.get("sliding_window").is_some() {
			return Err(fields.error("sliding_window", "is not a field of this family"));
		}
		return Ok(vec![None; layers]);
	}
	let window = match fields.optional_size("sliding_window")? {
		None if fields.is_null("sliding_window") => None,
		window => Some(window.unwrap_or(4096)),
	};
	match layer_types(fields, layers, window)? {
		Some(windows) => Ok(windows),
		None => Ok((0..layers).map(|layer| window.filter(|_| layer % 2 == 0)).collect()),
	}
}
