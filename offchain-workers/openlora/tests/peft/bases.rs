//! The tiny base models of the fixtures.

use openledger_formats::TensorFile;
use openledger_openlora::adapter::BaseLayout;
use openledger_openlora::DecoderSpec;
use std::path::PathBuf;

/// Every base and its adapters.
pub const ADAPTERS: &[(&str, &[&str])] = &[
	(
		"llama",
		&[
			"plain",
			"all-linear",
			"patterns",
			"rslora",
			"dora",
			"regex",
			"layers",
			"exclude",
			"saved",
			"embedding",
			"tokens",
			"other",
			"f16",
		],
	),
	(
		"llama-tied",
		&["lora-bias", "bias-all", "bias-lora-only", "dora", "tokens", "embedding", "tied", "saved", "saved-tied"],
	),
	("gpt2", &["plain", "dora", "bias-all", "saved", "other"]),
	("bloom", &["plain", "bias"]),
];

/// The folder of a base or of an adapter.
pub fn folder(path: &str) -> PathBuf {
	PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/peft").join(path)
}

/// A tensor of a base's expectations.
pub fn expected(base: &str, name: &str) -> Vec<f32> {
	let file = TensorFile::open(folder(base).join("expected.safetensors")).unwrap();
	file.tensor(name).unwrap().to_f32().unwrap()
}

/// The layout of a base.
pub fn layout(base: &str) -> BaseLayout {
	let path = folder(base).join("config.json");
	let text = std::fs::read(&path).unwrap();
	BaseLayout::of(&DecoderSpec::from_config(&path, &text).unwrap())
}
