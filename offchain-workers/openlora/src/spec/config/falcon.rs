//! Falcon: 7B (one key head, one norm), 40B and 180B (groups, two norms), RW (ALiBi, biases, one after another).

use super::super::checks::Names;
use super::super::fields::Fields;
use super::super::position::alibi_slopes;
use super::super::{inverse_root, Block, DecoderSpec, Family, NormKind, Position};
use super::{activation, layers, rope};
use crate::error::LoadError;

pub(super) const NAMES: Names = Names {
	layers: "num_hidden_layers",
	heads: "num_attention_heads",
	kv_heads: "num_kv_heads",
	head_dim: "num_attention_heads",
};

pub(super) fn read(fields: &Fields<'_>) -> Result<DecoderSpec, LoadError> {
	let width = fields.size_of(&["n_embed", "hidden_size"])?;
	let heads = fields.size_of(&["num_attention_heads", "n_head"])?;
	if !width.is_multiple_of(heads) {
		return Err(fields.error("num_attention_heads", format!("{heads} does not divide hidden_size {width}")));
	}
	let head_dim = width / heads;
	let layers = layers(fields, &["num_hidden_layers", "n_layer"])?;
	let context = fields.optional_size("max_position_embeddings")?.unwrap_or(2048);
	let grouped = fields.flag("new_decoder_architecture", false)?;
	let given = match fields.optional_size("num_kv_heads")? {
		Some(given) => given,
		None => fields.optional_size("n_head_kv")?.unwrap_or(heads),
	};
	let kv_heads = match (grouped, fields.flag("multi_query", true)?) {
		(true, _) => given,
		(false, true) => 1,
		(false, false) if given == heads => heads,
		(false, false) => return Err(fields.error("num_kv_heads", format!("must be the {heads} heads, is {given}"))),
	};
	let parallel = fields.flag("parallel_attn", true)?;
	if grouped && !parallel {
		return Err(fields.error("parallel_attn", "false is not supported with new_decoder_architecture"));
	}
	let norms = fields.optional_size("num_ln_in_parallel_attn")?.unwrap_or(if grouped { 2 } else { 1 });
	if norms > 2 || (norms == 2 && parallel && !grouped) {
		return Err(fields.error("num_ln_in_parallel_attn", format!("{norms} is not supported here")));
	}
	let scale = inverse_root(head_dim);
	let position = if fields.flag("alibi", false)? {
		// The bias is added before scores are scaled, and its slopes are rounded to bfloat16 (`build_alibi_tensor`).
		let round = |slope: &f32| half::bf16::from_f32(*slope).to_f32() * scale;
		super::super::checks::heads(fields, "num_attention_heads", heads)?;
		Position::Alibi(alibi_slopes(heads).iter().map(round).collect())
	} else {
		Position::Rope(rope::read(fields, head_dim, context, None, false)?)
	};
	Ok(DecoderSpec {
		family: Family::Falcon,
		layers,
		width,
		ffn_width: fields.optional_size("ffn_hidden_size")?.unwrap_or(4 * width),
		heads,
		kv_heads,
		head_dim,
		vocab: fields.size("vocab_size")?,
		context,
		position,
		norm: NormKind::Layer,
		norm_eps: fields.epsilon("layer_norm_epsilon")?,
		qk_norm: false,
		post_norms: false,
		block: if parallel { Block::Parallel } else { Block::Sequential },
		mlp_norm: !parallel || norms == 2,
		gated: false,
		activation: activation(fields, "activation", "gelu")?,
		attention_scale: scale,
		attention_softcap: None,
		windows: vec![None; layers],
		embedding_scale: 1.0,
		embedding_norm: false,
		logit_scale: 1.0,
		logit_softcap: None,
		tied_embeddings: fields.flag("tie_word_embeddings", true)?,
		biases: super::ungated(fields.flag("bias", false)?),
	})
}
