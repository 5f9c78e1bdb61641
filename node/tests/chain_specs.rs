//! The specifications in `chain-specs/` are those of the runtime's presets, and a node starts from them.

#![allow(clippy::unwrap_used)]

mod common;

use common::{build_spec, run};
use serde_json::Value;
use std::{fs, path::PathBuf};

/// The file of the chain called `name`.
fn file(name: &str) -> PathBuf {
	PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../chain-specs").join(format!("{name}.json"))
}

#[test]
fn the_checked_in_specifications_are_those_of_the_presets() {
	for name in ["dev", "local", "testnet"] {
		let checked_in: Value = serde_json::from_slice(&fs::read(file(name)).unwrap()).unwrap();
		let mut built = build_spec(name);
		let genesis = built["genesis"]["runtimeGenesis"].as_object_mut().unwrap();
		assert!(genesis.remove("code").is_some());
		assert_eq!(checked_in, built, "chain-specs/{name}.json has drifted; run scripts/chain-specs.sh");
	}
}

#[test]
fn a_specification_without_code_starts_from_the_runtime_of_the_node() {
	let path = file("local");
	assert_eq!(build_spec(path.to_str().unwrap()), build_spec("local"));
}

#[test]
fn export_chain_spec_writes_a_raw_file() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("raw.json");
	let (exported, _, errors) =
		run(&["export-chain-spec", "--chain", "dev", "--raw", "--output", path.to_str().unwrap()]);
	assert!(exported, "{errors}");
	let spec: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
	// The key of the code in storage, `:code`.
	assert!(spec["genesis"]["raw"]["top"]["0x3a636f6465"].is_string());
}

#[test]
fn an_unknown_chain_is_refused_with_the_known_names() {
	let (built, _, errors) = run(&["build-spec", "--chain", "mainnet"]);
	assert!(!built);
	assert!(errors.contains("known: dev, local, testnet"), "{errors}");
}

#[test]
fn a_file_that_is_no_specification_is_refused() {
	let folder = tempfile::tempdir().unwrap();
	for (name, content) in [("empty", ""), ("list", "[]"), ("other", r#"{"name": 1}"#)] {
		let path = folder.path().join(name);
		fs::write(&path, content).unwrap();
		let (built, _, errors) = run(&["build-spec", "--chain", path.to_str().unwrap()]);
		assert!(!built);
		assert!(errors.contains("is no chain specification"), "{name}: {errors}");
		assert!(!errors.contains("panicked"), "{name}: {errors}");
	}
}
