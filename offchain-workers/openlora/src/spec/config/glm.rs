//! GLM-4 in the layout of `transformers`: `glm` and `glm4`.

use super::super::fields::Fields;
use super::super::{inverse_root, Block, DecoderSpec, Family, NormKind, Position};
use super::{activation, layers, rope};
use crate::error::LoadError;

pub(super) fn read(fields: &Fields<'_>, family: Family) -> Result<DecoderSpec, LoadError> {
	let (width, heads) = (fields.size("hidden_size")?, fields.size("num_attention_heads")?);
	let head_dim = fields.optional_size("head_dim")?.unwrap_or(128);
	let layers = layers(fields, &["num_hidden_layers"])?;
	let context = fields.size("max_position_embeddings")?;
	let bias = fields.flag("attention_bias", true)?;
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
		position: Position::Rope(rope::read(fields, head_dim, context, Some(0.5), true)?),
		norm: NormKind::Rms,
		norm_eps: fields.epsilon("rms_norm_eps")?,
		qk_norm: false,
		post_norms: family == Family::Glm4,
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
		biases: [bias, bias, bias, false, false, false, false],
	})
}
