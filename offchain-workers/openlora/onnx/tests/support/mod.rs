//! What several tests need: the fixtures, and the library of `make setup`.

#![allow(dead_code, clippy::unwrap_used)]

use openledger_onnx::{Files, Options};
use serde_json::Value;
use std::path::PathBuf;

/// Where `make setup` puts the models.
pub(crate) fn assets() -> PathBuf {
	match std::env::var_os("OPENLEDGER_ASSETS") {
		Some(folder) => folder.into(),
		None => PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/openledger/assets"),
	}
}

fn fixtures() -> PathBuf {
	PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// A model of the fixtures and their tokenizer.
pub(crate) fn files(model: &str) -> Files {
	Files { model: fixtures().join(model), tokenizer: fixtures().join("tokenizer.json"), ..Files::in_assets(assets()) }
}

/// Batches of that size on that many threads.
pub(crate) fn options(threads: usize, batch: usize, max_tokens: usize) -> Options {
	Options { threads, batch, max_tokens }
}

/// What `transformers` computes, of `make.py`.
pub(crate) struct Expected(Value);

impl Expected {
	pub(crate) fn read() -> Self {
		let text = std::fs::read_to_string(fixtures().join("expected.json")).unwrap();
		Self(serde_json::from_str(&text).unwrap())
	}

	pub(crate) fn number(&self, name: &str) -> usize {
		self.0[name].as_u64().unwrap() as usize
	}

	pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
		self.0[name].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
	}

	pub(crate) fn text(&self, name: &str) -> &str {
		self.0[name].as_str().unwrap()
	}

	pub(crate) fn numbers(&self, name: &str) -> Vec<f64> {
		numbers(&self.0[name])
	}

	pub(crate) fn rows(&self, name: &str) -> Vec<Vec<f64>> {
		self.0[name].as_array().unwrap().iter().map(numbers).collect()
	}
}

fn numbers(values: &Value) -> Vec<f64> {
	values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

/// Every number is within 1e-5 of what is expected.
#[track_caller]
pub(crate) fn close(ours: &[f64], theirs: &[f64]) {
	assert_eq!(ours.len(), theirs.len());
	for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
		assert!((ours - theirs).abs() <= 1e-5, "{at}: {ours} {theirs}");
	}
}
