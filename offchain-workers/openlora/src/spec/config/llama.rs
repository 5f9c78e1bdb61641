//! LLaMA and Mistral.

use super::super::fields::Fields;
use super::super::{inverse_root, Block, DecoderSpec, Family, NormKind, Position};
use super::{activation, head_dim, layer_types, layers, rope};
use crate::error::LoadError;

pub(super) fn read(fields: &Fields<'_>, family: Family) -> Result<DecoderSpec, LoadError> {
	let mistral = family == Family::Mistral;
	let mut spec = base(fields, family, !mistral)?;
	if mistral {
		// The class has 4096 where the file has no such field.
		let window = match fields.optional_size("sliding_window")? {
			None if fields.is_null("sliding_window") => None,
			window => Some(window.unwrap_or(4096)),
		};
		spec.windows = vec![window; spec.layers];
		fields.require_flag("attention_bias", false)?;
	} else {
		let (attention, mlp) = (fields.flag("attention_bias", false)?, fields.flag("mlp_bias", false)?);
		spec.biases = [attention, attention, attention, attention, mlp, mlp, mlp];
		if fields.get("sliding_window").is_some() {
			return Err(fields.error("sliding_window", "is not a field of this family"));
		}
	}
	if layer_types(fields, spec.layers, Some(1))?.is_some_and(|windows| windows.iter().any(Option::is_some) || mistral)
	{
		return Err(fields.error("layer_types", "is not supported in this family"));
	}
	Ok(spec)
}

/// What LLaMA, Mistral and Qwen share; `optional` where key heads may be missing.
pub(super) fn base(fields: &Fields<'_>, family: Family, optional: bool) -> Result<DecoderSpec, LoadError> {
	let (width, heads) = (fields.size("hidden_size")?, fields.size("num_attention_heads")?);
	let layers = layers(fields, &["num_hidden_layers"])?;
	let head_dim = match family {
		Family::Qwen3 => fields.optional_size("head_dim")?.unwrap_or(128),
		_ => head_dim(fields, width, heads)?,
	};
	let context = fields.size("max_position_embeddings")?;
	Ok(DecoderSpec {
		family,
		layers,
		width,
		ffn_width: fields.size("intermediate_size")?,
		heads,
		kv_heads: fields.kv_heads("num_key_value_heads", heads, optional)?,
		head_dim,
		vocab: fields.size("vocab_size")?,
		context,
		position: Position::Rope(rope::read(fields, head_dim, context, None, false)?),
		norm: NormKind::Rms,
		norm_eps: fields.epsilon("rms_norm_eps")?,
		qk_norm: false,
		post_norms: false,
		block: Block::Sequential,
		mlp_norm: true,
		gated: true,
		activation: activation(fields, "hidden_act", "silu")?,
		attention_scale: inverse_root(head_dim),
		attention_softcap: None,
		windows: vec![None; layers],
		embedding_scale: 1.0,
		embedding_norm: false,
		logit_scale: 1.0,
		logit_softcap: None,
		tied_embeddings: fields.flag("tie_word_embeddings", false)?,
		biases: [false; 7],
	})
}
