//! Names of tensors in folders of Hugging Face.

use super::{LayerNames, Names, Stored};
use crate::modules::{embedding_module, head_module, modules};
use crate::spec::{Block, DecoderSpec, Family};

pub(super) fn names(spec: &DecoderSpec) -> Names {
	let (prefix, norm) = match spec.family {
		Family::ChatGlm => ("transformer.encoder.layers", "transformer.encoder.final_layernorm"),
		Family::Falcon | Family::Bloom | Family::Gpt2 => ("transformer.h", "transformer.ln_f"),
		_ => ("model.layers", "model.norm"),
	};
	Names {
		embedding: format!("{}.weight", embedding_module(spec.family)),
		positions: "transformer.wpe.weight".into(),
		embedding_norm: "transformer.word_embeddings_layernorm".into(),
		norm: norm.into(),
		head: format!("{}.weight", head_module(spec.family)),
		layers: (0..spec.layers).map(|layer| layer_names(spec, &format!("{prefix}.{layer}"), layer)).collect(),
		harmless,
		norm_offset: matches!(spec.family, Family::Gemma | Family::Gemma2),
	}
}

fn layer_names(spec: &DecoderSpec, block: &str, layer: usize) -> LayerNames {
	let [attention, post_attention, mlp, post_mlp] = match spec.family {
		Family::Gemma2 => {
			["input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm"]
		}
		Family::Glm4 => {
			["input_layernorm", "post_self_attn_layernorm", "post_attention_layernorm", "post_mlp_layernorm"]
		}
		Family::Falcon if spec.block == Block::Parallel && spec.mlp_norm => ["ln_attn", "", "ln_mlp", ""],
		Family::Gpt2 => ["ln_1", "", "ln_2", ""],
		_ => ["input_layernorm", "", "post_attention_layernorm", ""],
	};
	let within = |name: &str| format!("{block}.{name}");
	LayerNames {
		attention_norm: within(attention),
		qk_norm: [within("self_attn.q_norm"), within("self_attn.k_norm")],
		post_attention_norm: within(post_attention),
		mlp_norm: within(mlp),
		post_mlp_norm: within(post_mlp),
		modules: modules(spec, layer)
			.into_iter()
			.map(|module| Stored { name: module.path, transposed: module.transposed, parts: module.parts })
			.collect(),
	}
}

/// Frequencies and masks that old versions saved, and the copy of a table that is tied.
fn harmless(spec: &DecoderSpec, name: &str) -> bool {
	let copy = spec.tied_embeddings && name == format!("{}.weight", head_module(spec.family));
	let mask = spec.family == Family::Gpt2 && (name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias"));
	copy || mask || name.ends_with(".inv_freq")
}
