//! Fields that change the arithmetic in ways that are not supported, and a warning for those that nobody knows.

use super::super::fields::{short, Fields};
use super::super::Family;
use crate::error::LoadError;
use serde_json::Value;

/// Refused unless missing, null, false, or the neutral number given.
const REFUSED: &[(&str, Option<f64>, &str)] = &[
	("quantization_config", None, "weights that were quantised for another engine; use the original or a GGUF file"),
	("num_experts", Some(0.0), "mixtures of experts"),
	("num_local_experts", Some(0.0), "mixtures of experts"),
	("n_routed_experts", Some(0.0), "mixtures of experts"),
	("num_experts_per_tok", Some(0.0), "mixtures of experts"),
	("moe_intermediate_size", Some(0.0), "mixtures of experts"),
	("q_lora_rank", Some(0.0), "latent attention"),
	("kv_lora_rank", Some(0.0), "latent attention"),
	("qk_rope_head_dim", Some(0.0), "latent attention"),
	("logits_scaling", Some(1.0), "a scale of the logits"),
	("logit_scale", Some(1.0), "a scale of the logits"),
	("embedding_multiplier", Some(1.0), "a scale of the embeddings"),
	("residual_multiplier", Some(1.0), "a scale of the residual stream"),
	("attention_multiplier", None, "a scale of the scores"),
	("mup_width_multiplier", None, "a scale of the width"),
	("scale_emb", Some(1.0), "a scale of the embeddings"),
	("scale_depth", None, "a scale of the residual stream"),
	("dim_model_base", None, "a scale of the logits"),
	("use_qk_norm", None, "a norm of queries and keys in this family"),
	("qk_layernorm", None, "a norm of queries and keys in this family"),
	("clip_qkv", None, "clipped queries, keys and values"),
	("attention_chunk_size", None, "attention in chunks"),
	("no_rope_layers", None, "layers without positions"),
	("use_bidirectional_attention", None, "attention to later tokens"),
	("is_encoder_decoder", None, "encoders"),
	("add_cross_attention", None, "attention to an encoder"),
	("is_prefix_lm", None, "attention to later tokens"),
	("pre_seq_len", None, "learned prefixes"),
	("quantization_bit", Some(0.0), "quantisation at load time; use the original or a GGUF file"),
	("apply_residual_connection_post_layernorm", None, "residuals taken after the norm"),
	("attn_output_gate", None, "a gate of attention"),
	("sinks", None, "attention sinks"),
	("num_nextn_predict_layers", Some(0.0), "layers that predict more than one token"),
];

/// Honoured by one family or two, refused in the others.
const OWN: &[(&str, &[Family], &str)] = &[
	("attn_logit_softcapping", &[Family::Gemma2], "a cap of the scores"),
	("final_logit_softcapping", &[Family::Gemma2], "a cap of the logits"),
	("query_pre_attn_scalar", &[Family::Gemma2], "a scale of the scores"),
	("alibi", &[Family::Falcon], "ALiBi"),
	("parallel_attn", &[Family::Falcon], "parallel blocks"),
	("mlp_bias", &[Family::Llama], "biases of the feed-forward part"),
	("rope_ratio", &[Family::ChatGlm], "a ratio of the rotation's base"),
];

/// Fields that are read, or that say nothing of the arithmetic of inference.
const KNOWN: &str = " model_type architectures auto_map torch_dtype dtype transformers_version _name_or_path use_cache \
	vocab_size hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads head_dim hidden_act \
	hidden_activation max_position_embeddings initializer_range rms_norm_eps tie_word_embeddings rope_theta rope_scaling \
	rope_parameters partial_rotary_factor attention_bias mlp_bias attention_dropout pretraining_tp bos_token_id eos_token_id \
	pad_token_id sep_token_id decoder_start_token_id use_sliding_window sliding_window max_window_layers layer_types \
	attn_logit_softcapping final_logit_softcapping query_pre_attn_scalar cache_implementation hidden_dropout \
	num_kv_heads num_ln_in_parallel_attn alibi new_decoder_architecture multi_query parallel_attn bias ffn_hidden_size \
	activation layer_norm_epsilon n_embed n_layer n_head num_layers seq_length skip_bias_add attention_softmax_in_fp32 \
	slow_but_exact masked_softmax_fusion offset_alibi unk_token_id n_positions n_ctx n_embd n_inner activation_function \
	resid_pdrop embd_pdrop attn_pdrop summary_type summary_use_proj summary_activation summary_proj_to_labels \
	summary_first_dropout scale_attn_weights scale_attn_by_inverse_layer_idx reorder_and_upcast_attn task_specific_params \
	kv_channels padded_vocab_size layernorm_epsilon rmsnorm apply_query_key_layer_scaling post_layer_norm add_bias_linear \
	add_qkv_bias bias_dropout_fusion multi_query_attention multi_query_group_num fp32_residual_connection original_rope \
	rope_ratio interleaved_qkv prefix_projection classifier_dropout gradient_checkpointing id2label label2id num_labels \
	problem_type return_dict output_attentions output_hidden_states chunk_size_feed_forward is_decoder tokenizer_class \
	original_max_position_embeddings rope_interleaved max_length n_embed use_parallel_residual eos_token n_head_kv \
	attention_probs_dropout_prob hidden_dropout_prob is_llama_config ";

pub(super) fn check(fields: &Fields<'_>, family: Family) -> Result<(), LoadError> {
	let neutral = |value: &Value, number: Option<f64>| {
		*value == Value::Bool(false) || number.is_some_and(|number| value.as_f64() == Some(number))
	};
	for (field, number, what) in REFUSED {
		match fields.get(field) {
			Some(value) if !neutral(value, *number) => return Err(refuse(fields, field, value, what)),
			_ => {}
		}
	}
	for (field, families, what) in OWN {
		match fields.get(field) {
			Some(value) if !families.contains(&family) && !neutral(value, Some(1.0)) => {
				return Err(refuse(fields, field, value, what));
			}
			_ => {}
		}
	}
	fields.require_flag("rope_interleaved", false)?;
	for key in fields.keys() {
		let listed =
			KNOWN.contains(&format!(" {key} ")) || REFUSED.iter().any(|r| r.0 == key) || OWN.iter().any(|o| o.0 == key);
		if !listed {
			tracing::warn!(
				field = key.chars().take(60).collect::<String>(),
				"the configuration has a field that is not known"
			);
		}
	}
	Ok(())
}

fn refuse(fields: &Fields<'_>, field: &str, value: &Value, what: &str) -> LoadError {
	fields.error(field, format!("{} asks for {what}: not supported", short(value)))
}
