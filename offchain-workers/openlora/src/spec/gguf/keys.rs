//! Which keys of an architecture are understood. GGUF's keys say what a model computes, so an unknown one is refused.

use super::super::fields::short;
use super::Keys;
use crate::error::LoadError;
use serde_json::Value;

const KNOWN: &[&str] = &[
	"context_length",
	"embedding_length",
	"block_count",
	"feed_forward_length",
	"vocab_size",
	"attention.head_count",
	"attention.head_count_kv",
	"attention.key_length",
	"attention.value_length",
	"attention.layer_norm_rms_epsilon",
	"attention.layer_norm_epsilon",
	"attention.sliding_window",
	"attention.scale",
	"attn_logit_softcapping",
	"final_logit_softcapping",
	"rope.dimension_count",
	"rope.freq_base",
	"rope.scale_linear",
	"rope.scaling.type",
	"rope.scaling.factor",
	"rope.scaling.attn_factor",
	"rope.scaling.original_context_length",
	"rope.scaling.finetuned",
	"rope.scaling.yarn_attn_factor",
	"rope.scaling.yarn_beta_fast",
	"rope.scaling.yarn_beta_slow",
	"tensor_data_layout",
];

/// Understood at this value only.
const NEUTRAL: &[(&str, f64)] = &[
	("expert_count", 0.0),
	("expert_used_count", 0.0),
	("expert_shared_count", 0.0),
	("attention.clamp_kqv", 0.0),
	("attention.max_alibi_bias", 8.0),
	("logit_scale", 1.0),
	("embedding_scale", 1.0),
	("residual_scale", 1.0),
	("rope.scaling.yarn_log_multiplier", 0.0),
	("rope.scaling.yarn_ext_factor", 1.0),
	("nextn_predict_layers", 0.0),
];

impl Keys<'_> {
	pub(super) fn refuse_unknown(&self) -> Result<(), LoadError> {
		let prefix = self.name("");
		for key in self.fields.keys() {
			let Some(name) = key.strip_prefix(&prefix) else { continue };
			let Some(value) = self.fields.get(key) else { continue };
			let neutral = match name {
				"use_parallel_residual" | "attention.causal" => *value == Value::Bool(true),
				"attention.max_alibi_bias" if self.arch != "bloom" => value.as_f64() == Some(0.0),
				_ => {
					KNOWN.contains(&name)
						|| NEUTRAL.iter().any(|(n, number)| *n == name && value.as_f64() == Some(*number))
				}
			};
			if !neutral {
				let key: String = key.chars().take(120).collect();
				return Err(self.fields.error(&key, format!("is not supported ({})", short(value))));
			}
		}
		Ok(())
	}
}
