//! BLOOM.

use super::super::checks::Names;
use super::super::fields::Fields;
use super::super::position::alibi_slopes;
use super::super::{inverse_root, Activation, Block, DecoderSpec, Family, NormKind, Position};
use super::layers;
use crate::error::LoadError;

pub(super) const NAMES: Names = Names { layers: "n_layer", heads: "n_head", kv_heads: "n_head", head_dim: "n_head" };

pub(super) fn read(fields: &Fields<'_>) -> Result<DecoderSpec, LoadError> {
	let width = fields.size_of(&["n_embed", "hidden_size"])?;
	let heads = fields.size_of(&["n_head", "num_attention_heads"])?;
	super::super::checks::heads(fields, "n_head", heads)?;
	if !width.is_multiple_of(heads) {
		return Err(fields.error("n_head", format!("{heads} does not divide hidden_size {width}")));
	}
	let head_dim = width / heads;
	let layers = layers(fields, &["n_layer", "num_hidden_layers"])?;
	fields.require_flag("offset_alibi", false)?;
	Ok(DecoderSpec {
		family: Family::Bloom,
		layers,
		width,
		ffn_width: fields.optional_size("n_inner")?.unwrap_or(4 * width),
		heads,
		kv_heads: heads,
		head_dim,
		vocab: fields.size("vocab_size")?,
		context: fields.optional_size("seq_length")?.unwrap_or(2048),
		position: Position::Alibi(alibi_slopes(heads)),
		norm: NormKind::Layer,
		norm_eps: fields.epsilon("layer_norm_epsilon")?,
		qk_norm: false,
		post_norms: false,
		block: Block::Sequential,
		mlp_norm: true,
		gated: false,
		activation: Activation::GeluTanh,
		attention_scale: inverse_root(head_dim),
		attention_softcap: None,
		windows: vec![None; layers],
		embedding_scale: 1.0,
		embedding_norm: true,
		logit_scale: 1.0,
		logit_softcap: None,
		tied_embeddings: fields.flag("tie_word_embeddings", true)?,
		biases: super::ungated(true),
	})
}
