//! What a model is, from any bytes: as its config.json, and as the metadata of a GGUF file.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use openledger_openlora::{spec::GgufHeader, DecoderSpec};

fuzz_target!(|data: &[u8]| {
	if let Ok(spec) = DecoderSpec::from_config(Path::new("config.json"), data) {
		let _ = spec.inverse_frequencies();
	}
	let Ok(serde_json::Value::Object(metadata)) = serde_json::from_slice(data) else { return };
	let shape = |_: &str| Some(vec![64, 32]);
	let header = GgufHeader { path: Path::new("x.gguf"), metadata: &metadata, shape: &shape, rope_factors: None };
	if let Ok(spec) = DecoderSpec::from_gguf(header) {
		let _ = spec.inverse_frequencies();
	}
});
