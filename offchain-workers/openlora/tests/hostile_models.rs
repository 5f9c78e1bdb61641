//! Models that are wrong, hostile or of something else: an error that names the field or the tensor, never a panic.

#![allow(clippy::unwrap_used)]

use openledger_openlora::{DecoderSpec, LoadError, Model};
use proptest::prelude::*;
use serde_json::{json, Map, Value};
use std::path::{Path, PathBuf};

const NAMES: &[&str] = &[
	"llama3",
	"llama-linear",
	"llama-yarn",
	"mistral",
	"qwen2",
	"qwen3",
	"chatglm",
	"glm",
	"glm4",
	"gemma",
	"gemma2",
	"falcon-7b",
	"falcon-40b",
	"falcon-11b",
	"falcon-rw",
	"bloom",
	"gpt2",
];

fn folder(name: &str) -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/families").join(name)
}

fn config(name: &str) -> Map<String, Value> {
	let text = std::fs::read(folder(name).join("config.json")).unwrap();
	serde_json::from_slice(&text).unwrap()
}

fn read(config: &Map<String, Value>) -> Result<DecoderSpec, LoadError> {
	DecoderSpec::from_config(Path::new("config.json"), serde_json::to_vec(config).unwrap().as_slice())
}

/// The field that is refused when `field` has this value.
fn refused(name: &str, field: &str, value: Value) -> String {
	let mut config = config(name);
	config.insert(field.into(), value.clone());
	match read(&config) {
		Err(LoadError::Field { field, .. }) => field,
		other => panic!("{name}: {field} = {value}: {other:?}"),
	}
}

#[test]
fn sizes_out_of_range_are_refused_by_name() {
	let bad =
		[json!(0), json!(-1), json!(1.5), json!(1u64 << 40), json!(u64::MAX), json!("4096"), json!([1]), json!({})];
	for (name, fields) in [
		("llama3", vec!["hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "vocab_size"]),
		("llama3", vec!["num_key_value_heads", "head_dim", "max_position_embeddings"]),
		("chatglm", vec!["hidden_size", "num_layers", "kv_channels", "multi_query_group_num", "padded_vocab_size"]),
		("gemma2", vec!["head_dim", "sliding_window"]),
		("falcon-40b", vec!["num_kv_heads", "ffn_hidden_size"]),
		("bloom", vec!["n_layer", "n_head", "hidden_size"]),
		("gpt2", vec!["n_layer", "n_head", "n_embd", "n_positions", "n_inner"]),
	] {
		for field in fields {
			for value in &bad {
				assert_eq!(refused(name, field, value.clone()), field);
			}
		}
	}
}

#[test]
fn heads_that_do_not_divide_are_refused() {
	assert_eq!(refused("llama3", "num_key_value_heads", json!(3)), "num_key_value_heads");
	assert_eq!(refused("llama3", "num_key_value_heads", json!(8)), "num_key_value_heads");
	assert_eq!(refused("bloom", "n_head", json!(5)), "n_head");
	assert_eq!(refused("gpt2", "n_head", json!(1 << 20)), "n_head");
	assert_eq!(refused("falcon-rw", "num_attention_heads", json!(7)), "num_attention_heads");
	assert_eq!(refused("falcon-rw", "num_kv_heads", json!(2)), "num_kv_heads");
	assert_eq!(refused("llama3", "head_dim", json!(7)), "head_dim");
	assert_eq!(refused("llama3", "num_hidden_layers", json!(1 << 20)), "num_hidden_layers");
}

#[test]
fn numbers_that_are_none_are_refused() {
	for value in [json!(0), json!(-1e-5), json!(2), json!("1e-5"), json!(1e300), json!([])] {
		assert_eq!(refused("llama3", "rms_norm_eps", value.clone()), "rms_norm_eps");
		assert_eq!(refused("gpt2", "layer_norm_epsilon", value), "layer_norm_epsilon");
	}
	assert_eq!(refused("gemma2", "query_pre_attn_scalar", json!(-4)), "query_pre_attn_scalar");
	assert_eq!(refused("gemma2", "attn_logit_softcapping", json!(0)), "attn_logit_softcapping");
	assert_eq!(refused("chatglm", "rope_ratio", json!(0)), "rope_ratio");
}

#[test]
fn missing_fields_are_named() {
	for (name, field) in [
		("llama3", "hidden_size"),
		("llama3", "rms_norm_eps"),
		("mistral", "num_key_value_heads"),
		("chatglm", "multi_query_group_num"),
		("gpt2", "n_embd"),
		("falcon-7b", "num_attention_heads"),
		("bloom", "n_layer"),
		("qwen3", "model_type"),
	] {
		let mut config = config(name);
		config.remove(field);
		let error = read(&config).unwrap_err();
		assert!(
			matches!(&error, LoadError::Field { field: named, .. } if named == field || field == "n_embd"),
			"{error}"
		);
		assert!(error.to_string().contains("missing"), "{error}");
	}
}

#[test]
fn arithmetic_that_is_not_supported_is_refused_by_name() {
	for (name, field, value) in [
		("llama3", "model_type", json!("mamba")),
		("llama3", "model_type", json!("deepseek_v3")),
		("llama3", "hidden_act", json!("quick_gelu")),
		("llama3", "quantization_config", json!({ "quant_method": "gptq" })),
		("llama3", "num_local_experts", json!(8)),
		("llama3", "kv_lora_rank", json!(512)),
		("llama3", "logits_scaling", json!(8.0)),
		("llama3", "residual_multiplier", json!(0.2)),
		("llama3", "attn_logit_softcapping", json!(50.0)),
		("llama3", "sliding_window", json!(8)),
		("llama3", "partial_rotary_factor", json!(0.5)),
		("mistral", "attention_bias", json!(true)),
		("qwen2", "attention_bias", json!(false)),
		("qwen2", "layer_types", json!(["full_attention"])),
		("qwen2", "layer_types", json!(["full_attention", "linear_attention"])),
		("gemma", "use_bidirectional_attention", json!(true)),
		("chatglm", "apply_residual_connection_post_layernorm", json!(true)),
		("chatglm", "multi_query_attention", json!(false)),
		("chatglm", "original_rope", json!(false)),
		("chatglm", "rmsnorm", json!(false)),
		("chatglm", "post_layer_norm", json!(false)),
		("chatglm", "pre_seq_len", json!(128)),
		("bloom", "apply_residual_connection_post_layernorm", json!(true)),
		("falcon-7b", "num_ln_in_parallel_attn", json!(2)),
		("falcon-40b", "parallel_attn", json!(false)),
		("gpt2", "scale_attn_by_inverse_layer_idx", json!(true)),
		("gpt2", "scale_attn_weights", json!(false)),
		("gpt2", "add_cross_attention", json!(true)),
		("gpt2", "activation_function", json!("relu")),
	] {
		assert_eq!(refused(name, field, value), field);
	}
	for (kind, field) in [("dynamic", "rope_type"), ("longrope", "rope_type"), ("x", "rope_type"), ("linear", "factor")]
	{
		assert_eq!(refused("llama3", "rope_scaling", json!({ "rope_type": kind })), format!("rope_scaling.{field}"));
	}
	let unknown = json!({ "rope_type": "default", "short_factor": [1.0] });
	assert_eq!(refused("llama3", "rope_scaling", unknown), "rope_scaling.short_factor");
	let upside_down = json!({ "rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1 });
	assert_eq!(refused("llama3", "rope_scaling", upside_down), "rope_scaling.high_freq_factor");
}

#[test]
fn both_spellings_of_the_rotation_give_the_same_frequencies() {
	let new = read(&config("llama3")).unwrap();
	let mut old = config("llama3");
	let Some(Value::Object(mut parameters)) = old.remove("rope_parameters") else { panic!("the fixture has another") };
	old.insert("rope_theta".into(), parameters.remove("rope_theta").unwrap());
	parameters.insert("type".into(), parameters.get("rope_type").unwrap().clone());
	parameters.remove("rope_type");
	old.insert("rope_scaling".into(), Value::Object(parameters));
	assert_eq!(new, read(&old).unwrap());
}

#[test]
fn what_is_not_a_configuration_is_refused() {
	let deep = "[".repeat(100_000);
	for text in
		["", "x", "[]", "null", "{", "{\"rms_norm_eps\": NaN}", "{\"rms_norm_eps\": 1e999}", "\u{0}", deep.as_str()]
	{
		let error = DecoderSpec::from_config(Path::new("config.json"), text.as_bytes()).unwrap_err();
		assert!(matches!(error, LoadError::Malformed { .. } | LoadError::Field { .. }), "{error}");
	}
}

/// A copy of a model's folder whose tensors were changed.
fn changed(
	name: &str,
	change: impl Fn(&mut Vec<(String, Vec<usize>, Vec<f32>)>),
) -> (tempfile::TempDir, Result<Model, LoadError>) {
	let file = openledger_formats::TensorFile::open(folder(name).join("model.safetensors")).unwrap();
	let mut tensors: Vec<(String, Vec<usize>, Vec<f32>)> = file
		.names()
		.map(|name| {
			let view = file.tensor(&name).unwrap();
			(name.clone().into_owned(), view.shape(), view.to_f32().unwrap())
		})
		.collect();
	change(&mut tensors);
	let bytes: Vec<Vec<u8>> = tensors.iter().map(|t| t.2.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
	let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
		(name, safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes).unwrap())
	});
	let dir = tempfile::tempdir().unwrap();
	std::fs::write(dir.path().join("model.safetensors"), safetensors::serialize(views, None).unwrap()).unwrap();
	std::fs::copy(folder(name).join("config.json"), dir.path().join("config.json")).unwrap();
	let model = Model::open(dir.path());
	(dir, model)
}

fn tensor_named(result: Result<impl std::fmt::Debug, LoadError>) -> String {
	match result {
		Err(LoadError::Tensor { tensor, .. }) => tensor,
		other => panic!("{other:?}"),
	}
}

#[test]
fn tensors_that_are_missing_unknown_or_of_another_shape_are_named() {
	for name in NAMES {
		let (_dir, model) =
			changed(name, |tensors| tensors.push(("model.layers.0.extra.weight".into(), vec![1], vec![0.0])));
		assert_eq!(tensor_named(model), "model.layers.0.extra.weight");
		let file = openledger_formats::TensorFile::open(folder(name).join("model.safetensors")).unwrap();
		let all: Vec<String> =
			file.names().map(|name| name.into_owned()).filter(|n| !n.ends_with("inv_freq")).collect();
		for at in (0..all.len()).step_by(3) {
			let (_dir, model) = changed(name, |tensors| tensors.retain(|t| t.0 != all[at]));
			assert_eq!(tensor_named(model), all[at]);
		}
		let (_dir, model) = changed(name, |tensors| {
			let tensor = tensors.iter_mut().find(|t| t.0 == all[0]).unwrap();
			tensor.1[0] += 1;
			tensor.2.resize(tensor.1.iter().product(), 0.0);
		});
		assert_eq!(tensor_named(model), all[0]);
	}
}

#[test]
fn a_folder_with_names_as_a_base_model_saves_them_is_read() {
	for (name, prefix) in
		[("gpt2", "transformer."), ("bloom", "transformer."), ("llama3", "model."), ("falcon-7b", "transformer.")]
	{
		let (_dir, model) = changed(name, |tensors| {
			tensors.iter_mut().for_each(|t| t.0 = t.0.strip_prefix(prefix).unwrap_or(&t.0).to_owned());
		});
		model.unwrap();
	}
}

#[test]
fn weights_that_are_not_finite_are_named() {
	for (name, tensor) in [
		("llama3", "model.layers.1.self_attn.k_proj.weight"),
		("llama3", "model.norm.weight"),
		("llama3", "model.embed_tokens.weight"),
		("qwen2", "model.layers.0.self_attn.v_proj.bias"),
		("gpt2", "transformer.h.1.attn.c_attn.weight"),
		("gpt2", "transformer.wpe.weight"),
		("bloom", "transformer.word_embeddings_layernorm.bias"),
		("gemma2", "model.layers.1.post_feedforward_layernorm.weight"),
		("llama-linear", "lm_head.weight"),
	] {
		for value in [f32::NAN, f32::INFINITY] {
			let (_dir, model) =
				changed(name, |tensors| tensors.iter_mut().find(|t| t.0 == tensor).unwrap().2[7] = value);
			let build = |_, outputs, inputs, read: &mut dyn FnMut(usize, &mut [f32])| {
				(0..outputs).for_each(|row| read(row, &mut vec![0.0; inputs]));
				Ok(())
			};
			assert_eq!(tensor_named(model.unwrap().weights(&build, &|_| {})), tensor);
		}
	}
}

#[test]
fn rows_of_every_layer_are_those_of_the_weights() {
	for name in NAMES {
		let model = Model::open(&folder(name)).unwrap();
		let build = |id, outputs, inputs, read: &mut dyn FnMut(usize, &mut [f32])| {
			let (mut row, mut alone) = (vec![0.0; inputs], vec![0.0; inputs]);
			for index in 0..outputs {
				read(index, &mut row);
				model.read_linear_row(id, index, &mut alone).unwrap();
				assert_eq!(row, alone);
			}
			assert!(model.read_linear_row(id, outputs, &mut alone).is_err());
			Ok(())
		};
		let done = std::sync::Mutex::new(0.0f32);
		let progress = |part: f32| {
			let mut done = done.lock().unwrap();
			*done = done.max(part);
		};
		model.weights(&build, &progress).unwrap();
		assert_eq!(done.into_inner().unwrap(), 1.0);
	}
}

#[test]
fn the_hash_changes_with_the_weights_and_the_configuration() {
	let (_one, model) = changed("llama3", |_| {});
	let (other, changed) = changed("llama3", |tensors| tensors[0].2[0] += 1.0);
	let hash = model.unwrap().hash().unwrap();
	assert_ne!(hash, changed.unwrap().hash().unwrap());
	let mut settings = config("llama3");
	settings.insert("rms_norm_eps".into(), json!(1e-5));
	std::fs::copy(folder("llama3").join("model.safetensors"), other.path().join("model.safetensors")).unwrap();
	std::fs::write(other.path().join("config.json"), serde_json::to_vec(&settings).unwrap()).unwrap();
	assert_ne!(hash, Model::open(other.path()).unwrap().hash().unwrap());
}

#[test]
fn a_model_without_a_tokenizer_opens_and_says_so_when_text_is_needed() {
	let model = Model::open(&folder("llama3")).unwrap();
	assert!(matches!(model.tokenizer(), Err(LoadError::Missing { path }) if path.ends_with("tokenizer.json")));
	assert!(Model::open(&folder("llama3").join("q8_0.gguf")).unwrap().tokenizer().is_err());
	assert!(matches!(Model::open(Path::new("no/such/model")), Err(LoadError::Missing { .. })));
}

fn any_json() -> impl Strategy<Value = Value> {
	let leaf = prop_oneof![
		Just(Value::Null),
		any::<bool>().prop_map(Value::from),
		any::<i64>().prop_map(Value::from),
		(-4i64..200).prop_map(Value::from),
		any::<f64>().prop_map(Value::from),
		"[a-z_]{0,12}".prop_map(Value::from),
	];
	leaf.prop_recursive(2, 8, 4, |inner| {
		prop_oneof![
			prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
			prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
				.prop_map(|map| Value::Object(map.into_iter().collect())),
		]
	})
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(2000))]

	/// Whatever is in its fields, a configuration gives a spec with sound numbers or an error, quickly.
	#[test]
	fn any_value_in_any_fields_is_read_or_refused(
		name in prop::sample::select(NAMES),
		changes in prop::collection::vec((any::<prop::sample::Index>(), any_json()), 1..4),
	) {
		let mut config = config(name);
		let keys: Vec<String> = config.keys().cloned().collect();
		for (key, value) in changes {
			config.insert(key.get(&keys).clone(), value);
		}
		if let Ok(spec) = read(&config) {
			prop_assert!(spec.heads % spec.kv_heads == 0 && spec.windows.len() == spec.layers);
			prop_assert!(spec.norm_eps > 0.0 && spec.norm_eps <= 1.0 && spec.attention_scale.is_finite());
			if let Some((frequencies, factor)) = spec.inverse_frequencies() {
				prop_assert!(factor.is_finite() && frequencies.iter().all(|f| f.is_finite()), "{config:?}");
			}
		}
	}
}
