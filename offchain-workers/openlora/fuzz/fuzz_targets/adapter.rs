//! An adapter from any bytes: adapter_config.json, a byte 0xFF, its safetensors file.

#![no_main]

use std::{path::Path, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use openledger_openlora::{
	adapter::{AdapterFile, BaseLayout, PeftAdapter, PeftConfig},
	Adapter, DecoderSpec,
};

/// The layouts of the bases of the tests.
static LAYOUTS: LazyLock<Vec<BaseLayout>> = LazyLock::new(|| {
	let configs = [
		include_str!("../../tests/fixtures/peft/llama/config.json"),
		include_str!("../../tests/fixtures/peft/llama-tied/config.json"),
		include_str!("../../tests/fixtures/peft/gpt2/config.json"),
		include_str!("../../tests/fixtures/peft/bloom/config.json"),
	];
	let spec = |config: &str| DecoderSpec::from_config(Path::new("config.json"), config.as_bytes()).unwrap();
	configs.iter().map(|config| BaseLayout::of(&spec(config))).collect()
});

fuzz_target!(|data: &[u8]| {
	let mut parts = data.splitn(2, |&byte| byte == 0xff);
	let Some(config) = parts.next() else { return };
	let Ok(config) = PeftConfig::parse(Path::new("adapter_config.json"), config) else { return };
	let Some(weights) = parts.next() else { return };
	for layout in LAYOUTS.iter() {
		let Ok(file) = AdapterFile::from_bytes(Path::new("adapter_model.safetensors"), weights) else { return };
		if let Ok(adapter) = PeftAdapter::from_parts(&config, file, layout, None) {
			let _ = Adapter::assemble("x", &adapter, layout);
		}
	}
});
