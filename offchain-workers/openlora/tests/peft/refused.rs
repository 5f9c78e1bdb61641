//! Adapters that are broken, hostile, or made for another base: an error that names what is wrong, never a panic.

use crate::bases::{folder, layout};
use openledger_formats::TensorFile;
use openledger_openlora::adapter::{AdapterFile, PeftAdapter, PeftConfig};
use openledger_openlora::{Adapter, LoadError};
use serde_json::{json, Value};
use std::collections::BTreeMap;
use std::path::Path;

type Tensors = BTreeMap<String, (&'static str, Vec<usize>, Vec<u8>)>;

/// The tensors of a fixture, to be changed.
fn tensors(path: &str) -> Tensors {
	let file = TensorFile::open(folder(path).join("adapter_model.safetensors")).unwrap();
	let entry = |name: &str| {
		let view = file.tensor(name).unwrap();
		(name.to_owned(), ("F32", view.shape(), view.bytes().to_vec()))
	};
	file.names().map(|name| entry(&name)).collect()
}

fn safetensors(tensors: &Tensors) -> Vec<u8> {
	let mut header = serde_json::Map::new();
	let mut data = Vec::new();
	for (name, (dtype, shape, bytes)) in tensors {
		let start = data.len();
		data.extend_from_slice(bytes);
		header.insert(name.clone(), json!({ "dtype": dtype, "shape": shape, "data_offsets": [start, data.len()] }));
	}
	let header = Value::Object(header).to_string();
	[&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()
}

fn config(path: &str, changes: Value) -> Vec<u8> {
	let text = std::fs::read_to_string(folder(path).join("adapter_config.json")).unwrap();
	let mut fields: Value = serde_json::from_str(&text).unwrap();
	for (key, value) in changes.as_object().unwrap() {
		fields[key] = value.clone();
	}
	fields.to_string().into_bytes()
}

fn parse(base: &str, config: &[u8], weights: &[u8]) -> Result<Adapter, LoadError> {
	let layout = layout(base);
	let config = PeftConfig::parse(Path::new("adapter_config.json"), config)?;
	let file = AdapterFile::from_bytes(Path::new("adapter_model.safetensors"), weights)?;
	let peft = PeftAdapter::from_parts(&config, file, &layout, None)?;
	Adapter::assemble("x", &peft, &layout)
}

fn refusal(base: &str, config: &[u8], weights: &[u8]) -> String {
	parse(base, config, weights).unwrap_err().to_string()
}

const Q0: &str = "base_model.model.model.layers.0.self_attn.q_proj";

#[test]
fn the_fixture_survives_being_written_again() {
	parse("llama", &config("llama/other", json!({})), &safetensors(&tensors("llama/other"))).unwrap();
}

#[test]
fn a_tensor_that_is_missing_or_too_much_is_named() {
	let plain = config("llama/other", json!({}));
	let mut missing = tensors("llama/other");
	missing.remove(&format!("{Q0}.lora_B.weight"));
	let error = refusal("llama", &plain, &safetensors(&missing));
	assert!(error.contains(&format!("tensor `{Q0}.lora_B.weight`: is missing")), "{error}");
	for (name, expected) in [
		(format!("{Q0}.lora_C.weight"), "`lora_C.weight` of `model.layers.0.self_attn.q_proj`"),
		(format!("{Q0}.lora_B.bias"), "`lora_B.bias` of"),
		(format!("{Q0}.lora_magnitude_vector"), "`lora_magnitude_vector` of"),
		(format!("{Q0}.base_layer.bias"), "`base_layer.bias` of"),
		("base_model.model.model.layers.7.self_attn.q_proj.lora_A.weight".into(), "belongs to no module"),
		(
			"base_model.model.model.layers.0.self_attn.k_proj.lora_A.weight".into(),
			"target_modules: q_proj, up_proj, v_proj",
		),
		("base_model.model.model.norm.weight".into(), "`weight` of `model.norm`"),
		("model.embed_tokens.weight".into(), "does not begin with"),
	] {
		let mut extra = tensors("llama/other");
		extra.insert(name.clone(), ("F32", vec![1], vec![0; 4]));
		let error = refusal("llama", &plain, &safetensors(&extra));
		assert!(error.contains(&name) && error.contains(expected), "{error}");
	}
}

#[test]
fn an_adapter_for_another_base_is_told_by_its_first_tensor() {
	let text = config("llama/plain", json!({ "base_model_name_or_path": "somebody/a-model" }));
	let mut wide = tensors("llama/plain");
	let name = format!("{Q0}.lora_A.weight");
	wide.insert(name.clone(), ("F32", vec![4, 64], vec![0; 4 * 64 * 4]));
	let error = refusal("llama", &text, &safetensors(&wide));
	assert!(error.contains(&name) && error.contains("[4, 64]") && error.contains("[4, 32]"), "{error}");
	assert!(error.contains("somebody/a-model"), "{error}");
	let error = refusal("gpt2", &text, &safetensors(&tensors("llama/plain")));
	assert!(error.contains("belongs to no module"), "{error}");
}

#[test]
fn a_rank_that_is_not_the_files_is_refused() {
	for rank in [1, 5, 65_536] {
		let error =
			refusal("llama", &config("llama/other", json!({ "r": rank })), &safetensors(&tensors("llama/other")));
		assert!(error.contains("lora_A.weight") && error.contains("has the shape [4, 32]"), "{error}");
	}
}

#[test]
fn values_that_are_no_numbers_are_refused() {
	let plain = config("llama/other", json!({}));
	for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
		let mut broken = tensors("llama/other");
		let bytes = &mut broken.get_mut(&format!("{Q0}.lora_A.weight")).unwrap().2;
		bytes[40..44].copy_from_slice(&value.to_le_bytes());
		let error = refusal("llama", &plain, &safetensors(&broken));
		assert!(error.contains("value 10 is not finite"), "{error}");
	}
}

#[test]
fn types_that_are_no_floats_are_refused() {
	let mut integers = tensors("llama/other");
	integers.get_mut(&format!("{Q0}.lora_A.weight")).unwrap().0 = "I32";
	let error = refusal("llama", &config("llama/other", json!({})), &safetensors(&integers));
	assert!(error.contains("only F32, F16 and BF16"), "{error}");
}

#[test]
fn token_ids_must_be_distinct_and_in_the_vocabulary() {
	for tokens in [json!([5, 42, 64]), json!([5, 5, 42]), json!([5, 42]), json!({ "nothing": [5, 42, 63] })] {
		let text = config("llama/tokens", json!({ "trainable_token_indices": tokens }));
		refusal("llama", &text, &safetensors(&tensors("llama/tokens")));
	}
}

#[test]
fn tokens_are_sorted_with_their_rows() {
	let text = config("llama/tokens", json!({ "trainable_token_indices": [42, 5, 63] }));
	let adapter = parse("llama", &text, &safetensors(&tensors("llama/tokens"))).unwrap();
	let Some(openledger_openlora::adapter::EmbeddingDelta::Rows(rows)) = adapter.embedding() else { panic!("no rows") };
	let stored = &tensors("llama/tokens")["base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta"].2;
	assert_eq!(rows.tokens, [5, 42, 63]);
	assert_eq!(rows.rows.row(0)[0].to_le_bytes(), stored[128..132]);
	assert_eq!(rows.rows.row(1)[0].to_le_bytes(), stored[..4]);
}

#[test]
fn a_configuration_that_names_no_module_is_refused() {
	let text = config("llama/other", json!({ "target_modules": ["nothing"] }));
	let error = refusal("llama", &text, &safetensors(&BTreeMap::new()));
	assert!(error.contains("field `target_modules`"), "{error}");
}

#[test]
fn cut_and_changed_files_never_panic() {
	let text = config("llama/other", json!({}));
	let whole = safetensors(&tensors("llama/other"));
	for len in (0..64).chain((64..whole.len()).step_by(97)) {
		assert!(parse("llama", &text, &whole[..len]).is_err(), "{len}");
	}
	let header = 8 + usize::try_from(u64::from_le_bytes(whole[..8].try_into().unwrap())).unwrap();
	for at in 0..header.min(900) {
		for bits in [0x01, 0x80, 0xff] {
			let mut changed = whole.clone();
			changed[at] ^= bits;
			let _ = parse("llama", &text, &changed);
		}
	}
	let mut huge = whole;
	huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
	assert!(parse("llama", &text, &huge).is_err());
}

#[test]
fn pickles_and_folders_without_files_are_errors_that_help() {
	let dir = tempfile::tempdir().unwrap();
	let read = || Adapter::read("x", dir.path(), &layout("llama")).unwrap_err().to_string();
	assert!(read().contains("adapter_config.json"));
	std::fs::write(dir.path().join("adapter_config.json"), config("llama/other", json!({}))).unwrap();
	assert!(read().contains("adapter_model.safetensors"));
	std::fs::write(dir.path().join("adapter_model.bin"), b"PK").unwrap();
	let error = read();
	assert!(error.contains("adapter_model.bin") && error.contains("safetensors.torch.save_file"), "{error}");
	std::fs::create_dir(dir.path().join("adapter_model.safetensors")).unwrap();
	assert!(read().contains("not a regular file"));
}
