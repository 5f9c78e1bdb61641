//! Names of tensors in GGUF files, and how llama.cpp's converter reorders some (`convert_hf_to_gguf.py`).

use super::{LayerNames, Names, Stored};
use crate::modules::{in_order, Rows, Target};
use crate::spec::{DecoderSpec, Family, Position};

pub(super) fn names(spec: &DecoderSpec) -> Names {
	Names {
		embedding: "token_embd.weight".into(),
		positions: "position_embd.weight".into(),
		embedding_norm: "token_embd_norm".into(),
		norm: "output_norm".into(),
		head: "output.weight".into(),
		layers: (0..spec.layers).map(|layer| layer_names(spec, layer)).collect(),
		harmless,
		// The converter adds the 1 to Gemma's norms.
		norm_offset: false,
	}
}

fn layer_names(spec: &DecoderSpec, layer: usize) -> LayerNames {
	let within = |name: &str| format!("blk.{layer}.{name}");
	// Of Falcon's two norms the first is the feed-forward part's.
	let (attention, mlp) = match spec.family {
		Family::Falcon if spec.mlp_norm => ("attn_norm_2", "attn_norm"),
		_ => ("attn_norm", "ffn_norm"),
	};
	LayerNames {
		attention_norm: within(attention),
		qk_norm: [within("attn_q_norm"), within("attn_k_norm")],
		post_attention_norm: within("post_attention_norm"),
		mlp_norm: within(mlp),
		post_mlp_norm: within("post_ffw_norm"),
		modules: modules(spec)
			.into_iter()
			.map(|(name, parts)| Stored { name: within(name), transposed: false, parts })
			.collect(),
	}
}

fn modules(spec: &DecoderSpec) -> Vec<(&'static str, Vec<(Target, Rows)>)> {
	let whole = |name, target: Target| (name, in_order(spec, &[target]));
	let mut modules = vec![whole("attn_output", Target::Output), whole("ffn_down", Target::Down)];
	match spec.family {
		Family::ChatGlm | Family::Falcon | Family::Bloom | Family::Gpt2 => {
			modules.push(("attn_qkv", in_order(spec, &[Target::Query, Target::Key, Target::Value])));
		}
		Family::Llama => {
			modules.push(("attn_q", vec![(Target::Query, halves(spec.heads, spec.head_dim))]));
			modules.push(("attn_k", vec![(Target::Key, halves(spec.kv_heads, spec.head_dim))]));
			modules.push(whole("attn_v", Target::Value));
		}
		_ => {
			modules.push(whole("attn_q", Target::Query));
			modules.push(whole("attn_k", Target::Key));
			modules.push(whole("attn_v", Target::Value));
		}
	}
	match spec.family {
		Family::ChatGlm | Family::Glm | Family::Glm4 => {
			modules.push(("ffn_up", in_order(spec, &[Target::Gate, Target::Up])));
		}
		_ => {
			modules.push(whole("ffn_up", Target::Up));
			if spec.gated {
				modules.push(whole("ffn_gate", Target::Gate));
			}
		}
	}
	modules
}

/// LLaMA's queries and keys: in the file the two halves of a head alternate, so that rotated pairs are neighbours.
fn halves(heads: usize, dim: usize) -> Rows {
	let head = |head: usize| (0..dim).map(move |i| head * dim + i % (dim / 2) * 2 + i / (dim / 2));
	Rows::Blocks { starts: (0..heads).flat_map(head).collect(), size: 1 }
}

/// The factors of frequencies are read with the metadata.
fn harmless(spec: &DecoderSpec, name: &str) -> bool {
	name == "rope_freqs.weight" && matches!(spec.position, Position::Rope(_))
}
