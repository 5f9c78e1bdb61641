//! ChatGLM 2 and 3 and GLM-4 9B as their authors publish them (`model_type` `chatglm`, `modeling_chatglm.py`).

use super::super::checks::Names;
use super::super::fields::Fields;
use super::super::{inverse_root, Activation, Block, DecoderSpec, Family, NormKind, Position, Rope, RopeScaling};
use super::layers;
use crate::error::LoadError;

pub(super) const NAMES: Names = Names {
	layers: "num_layers",
	heads: "num_attention_heads",
	kv_heads: "multi_query_group_num",
	head_dim: "kv_channels",
};

pub(super) fn read(fields: &Fields<'_>) -> Result<DecoderSpec, LoadError> {
	for (field, only) in [
		("rmsnorm", true),
		("multi_query_attention", true),
		("original_rope", true),
		("post_layer_norm", true),
		("interleaved_qkv", false),
		("prefix_projection", false),
	] {
		fields.require_flag(field, only)?;
	}
	for field in ["rope_scaling", "rope_parameters", "partial_rotary_factor", "rope_theta"] {
		if fields.get(field).is_some() {
			return Err(fields.error(field, "is not a field of this family"));
		}
	}
	let (width, heads) = (fields.size("hidden_size")?, fields.size("num_attention_heads")?);
	let head_dim = match fields.optional_size("kv_channels")? {
		Some(dim) => dim,
		None if width.is_multiple_of(heads) => width / heads,
		None => return Err(fields.error("num_attention_heads", format!("{heads} does not divide hidden_size {width}"))),
	};
	let layers = layers(fields, &["num_layers", "num_hidden_layers"])?;
	// As ChatGLM 3 and GLM-4 have it. ChatGLM2-6B-32K divides positions instead, which its configuration does not tell.
	let ratio = fields.optional_positive("rope_ratio")?.unwrap_or(1.0);
	let bias = fields.flag("add_bias_linear", false)?;
	let qkv = bias || fields.flag("add_qkv_bias", false)?;
	Ok(DecoderSpec {
		family: Family::ChatGlm,
		layers,
		width,
		ffn_width: fields.size("ffn_hidden_size")?,
		heads,
		kv_heads: fields.size("multi_query_group_num")?,
		head_dim,
		vocab: fields.size_of(&["padded_vocab_size", "vocab_size"])?,
		context: fields.size("seq_length")?,
		position: Position::Rope(Rope {
			dims: head_dim / 2,
			base: (10_000.0 * ratio) as f32,
			interleaved: true,
			scaling: RopeScaling::None,
		}),
		norm: NormKind::Rms,
		norm_eps: fields.epsilon("layernorm_epsilon")?,
		qk_norm: false,
		post_norms: false,
		block: Block::Sequential,
		mlp_norm: true,
		gated: true,
		activation: Activation::Silu,
		attention_scale: inverse_root(head_dim),
		attention_softcap: None,
		windows: vec![None; layers],
		embedding_scale: 1.0,
		embedding_norm: false,
		logit_scale: 1.0,
		logit_softcap: None,
		tied_embeddings: fields.flag("tie_word_embeddings", false)?,
		biases: [qkv, qkv, qkv, bias, bias, bias, bias],
	})
}
