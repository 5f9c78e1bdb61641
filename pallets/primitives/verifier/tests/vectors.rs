//! The vectors are up to date, and WASM answers them as native code does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../examples/vectors/cases.rs"]
mod cases;
mod wasm;

use serde_json::Value;
use std::{fs, path::PathBuf};
use wasm::Verifier;

fn folder() -> PathBuf {
	PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../vectors")
}

#[test]
fn the_checked_in_vectors_are_those_of_the_code() {
	for (name, content) in cases::files() {
		let found = fs::read_to_string(folder().join(name)).unwrap();
		assert!(found == content, "{name} has drifted: cargo run -p openledger-verifier --example vectors");
	}
}

#[test]
fn wasm_answers_every_vector() {
	let mut verifier = Verifier::new();
	let mut answered = 0;
	for (name, _) in cases::files() {
		let cases: Vec<Value> = serde_json::from_slice(&fs::read(folder().join(name)).unwrap()).unwrap();
		for case in cases.iter().filter(|case| case.get("question").is_some()) {
			let field = |name: &str| hex::decode(&case[name].as_str().unwrap()[2..]).unwrap();
			let question = u32::try_from(case["question"].as_u64().unwrap()).unwrap();
			let (input, output) = (field("input"), field("output"));
			assert_eq!(verifier.ask(question, &input).unwrap(), output, "{}", case["name"]);
			answered += 1;
		}
	}
	assert!(answered > 350, "{answered} vectors");
}
