//! What is refused when models and adapters are loaded, and by which name.

#![allow(clippy::unwrap_used)]

mod support;

use candle_core::quantized::gguf_file::Value;
use openledger_openlora::{Adapter, LoadError, Model, Target};
use serde_json::json;
use std::path::Path;
use support::{random_lora, write_adapter, Tiny, WIDTH};

fn model_error(tiny: &Tiny, changes: &[(&'static str, Value)]) -> LoadError {
	let dir = tempfile::tempdir().unwrap();
	Model::load(&tiny.write_with(dir.path(), changes)).unwrap_err()
}

fn field(error: LoadError) -> String {
	match error {
		LoadError::Field { field, .. } => field,
		other => panic!("{other}"),
	}
}

fn tensor(error: LoadError) -> String {
	match error {
		LoadError::Tensor { tensor, .. } => tensor,
		other => panic!("{other}"),
	}
}

#[test]
fn load_names_path_and_setup_when_the_file_is_missing() {
	let error = Model::load(Path::new("/nowhere/model.gguf")).unwrap_err();
	assert!(matches!(error, LoadError::Missing { .. }));
	assert!(error.to_string().contains("/nowhere/model.gguf") && error.to_string().contains("make setup"));
}

#[test]
fn load_refuses_another_architecture_by_name() {
	let error = model_error(&Tiny::new(1), &[("general.architecture", Value::String("bloom".into()))]);
	assert!(matches!(error, LoadError::Architecture { ref name, .. } if name == "bloom"), "{error}");
}

#[test]
fn load_names_the_field_that_is_not_supported() {
	for (key, value) in [
		("llama.rope.scaling.type", Value::String("yarn".into())),
		("llama.expert_count", Value::U32(4)),
		("llama.attention.head_count_kv", Value::U32(3)),
		("llama.rope.dimension_count", Value::U32(4)),
		("tokenizer.ggml.pre", Value::String("qwen2".into())),
		("tokenizer.ggml.eos_token_id", Value::U32(9999)),
		("tokenizer.chat_template", Value::String("{% for %}".into())),
		("tokenizer.ggml.merges", Value::Array(vec![Value::String("zz yy".into())])),
	] {
		assert_eq!(field(model_error(&Tiny::new(1), &[(key, value)])), key);
	}
}

#[test]
fn load_names_the_tensor_that_is_missing_or_misshapen() {
	let mut tiny = Tiny::new(1);
	tiny.0.remove("blk.1.ffn_up.weight");
	assert_eq!(tensor(model_error(&tiny, &[])), "blk.1.ffn_up.weight");
	let mut tiny = Tiny::new(1);
	tiny.0.insert("blk.0.attn_k.weight".into(), (vec![WIDTH, WIDTH], vec![0.0; WIDTH * WIDTH]));
	assert_eq!(tensor(model_error(&tiny, &[])), "blk.0.attn_k.weight");
	let mut tiny = Tiny::new(1);
	tiny.0.insert("blk.0.attn_q.bias".into(), (vec![WIDTH], vec![0.0; WIDTH]));
	assert_eq!(tensor(model_error(&tiny, &[])), "blk.0.attn_q.bias");
}

#[test]
fn load_refuses_a_file_that_is_not_gguf() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("x.gguf");
	std::fs::write(&path, b"not a model").unwrap();
	assert!(matches!(Model::load(&path).unwrap_err(), LoadError::Malformed { .. }));
}

fn load_adapter(config: serde_json::Value) -> Result<Adapter, LoadError> {
	let dir = tempfile::tempdir().unwrap();
	let model = Model::load(&Tiny::new(1).write(dir.path())).unwrap();
	write_adapter(dir.path(), &random_lora(&[0, 2], 4, 1.0, 5), 8.0, config);
	Adapter::load("a", dir.path(), model.spec())
}

#[test]
fn adapter_exposes_what_its_files_say() {
	let adapter =
		load_adapter(json!({"lora_dropout": 0.1, "init_lora_weights": true, "modules_to_save": null})).unwrap();
	let info = adapter.info();
	assert_eq!((info.rank, info.alpha, info.targets.as_slice()), (4, 8.0, &[Target::Query, Target::Value][..]));
	assert_eq!(info.parameters, 2 * (4 * 32 + 32 * 4 + 4 * 32 + 16 * 4));
	assert_ne!(info.hash, [0; 32]);
	assert!(adapter.pair(0, Target::Key).is_none());
	assert_eq!(adapter.pair(1, Target::Value).unwrap().scale, 2.0);
}

#[test]
fn adapter_honours_rslora_and_patterns() {
	let scale = |config, layer, target| load_adapter(config).unwrap().pair(layer, target).unwrap().scale;
	assert_eq!(scale(json!({"use_rslora": true}), 0, Target::Query), 4.0);
	let pattern = json!({"alpha_pattern": {"q_proj": 16, "layers.1.self_attn.v_proj": 4}});
	assert_eq!(scale(pattern.clone(), 0, Target::Query), 4.0);
	assert_eq!(scale(pattern.clone(), 0, Target::Value), 2.0);
	assert_eq!(scale(pattern, 1, Target::Value), 1.0);
	// The tensors have rank 4; the pattern overrides the wrong default.
	let ranks = json!({"r": 2, "rank_pattern": {"q_proj": 4, "v_proj": 4}});
	assert_eq!(scale(ranks, 0, Target::Query), 2.0);
}

#[test]
fn adapter_names_the_field_that_is_not_supported() {
	for config in [
		json!({"use_dora": true}),
		json!({"bias": "all"}),
		json!({"lora_bias": true}),
		json!({"modules_to_save": ["lm_head"]}),
		json!({"fan_in_fan_out": true}),
		json!({"init_lora_weights": "pissa"}),
		json!({"init_lora_weights": "olora"}),
		json!({"layers_to_transform": [0]}),
		json!({"layer_replication": [[0, 1]]}),
		json!({"exclude_modules": "q_proj"}),
		json!({"trainable_token_indices": [1]}),
		json!({"alora_invocation_tokens": [1]}),
		json!({"target_parameters": ["x"]}),
		json!({"something_new": 1}),
		json!({"target_modules": ".*_proj"}),
		json!({"target_modules": ["lm_head"]}),
		json!({"r": 0}),
		json!({"lora_alpha": "big"}),
		json!({"peft_type": "LOHA"}),
		json!({"rank_pattern": {"^q.*": 4}}),
		json!({"alpha_pattern": {"q_proj": 4, "self_attn.q_proj": 8}}),
	] {
		let expected = config.as_object().unwrap().keys().next().unwrap().clone();
		assert_eq!(field(load_adapter(config).unwrap_err()), expected);
	}
}

#[test]
fn adapter_names_the_tensor_that_does_not_fit() {
	let prefix = "base_model.model.model.layers.0.self_attn";
	let rank = load_adapter(json!({"r": 3})).unwrap_err();
	assert_eq!(tensor(rank), format!("{prefix}.q_proj.lora_A.weight"));
	let missing = load_adapter(json!({"target_modules": ["q_proj", "k_proj"]})).unwrap_err();
	assert_eq!(tensor(missing), format!("{prefix}.k_proj.lora_A.weight"));
	let unexpected = load_adapter(json!({"target_modules": ["q_proj"]})).unwrap_err();
	assert_eq!(tensor(unexpected), format!("{prefix}.v_proj.lora_A.weight"));
}
