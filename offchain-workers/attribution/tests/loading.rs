//! What a missing, foreign or outdated file does: a typed error that names it, never a panic. One test, in a process of
//! its own, because ONNX Runtime is loaded once per process.

#![allow(clippy::unwrap_used)]

mod support;

use openledger_attribution::{Encoder, EncoderError, EncoderPaths};
use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
};

/// A library that says it is ONNX Runtime 1.10.
const OUTDATED: &str = r#"
struct base { const void *(*api)(unsigned); const char *(*version)(void); };
static const void *api(unsigned version) { return 0; }
static const char *version(void) { return "1.10.0"; }
static const struct base base = { api, version };
const struct base *OrtGetApiBase(void) { return &base; }
"#;

fn compile(folder: &Path, name: &str, source: &str) -> PathBuf {
	let (c, library) = (folder.join(format!("{name}.c")), folder.join(format!("{name}.so")));
	fs::write(&c, source).unwrap();
	assert!(Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&c).status().unwrap().success());
	library
}

fn refuse(paths: EncoderPaths, name: &Path) -> EncoderError {
	let error = Encoder::load(&paths, 1).unwrap_err();
	let text = error.to_string();
	assert!(text.contains(name.to_str().unwrap()), "{text}");
	assert!(text.contains("make setup"), "{text}");
	error
}

#[test]
fn load_fails_with_the_name_of_the_file_that_is_wrong() {
	let folder = tempfile::tempdir().unwrap();
	let good = EncoderPaths::in_assets(support::assets());
	let gone = folder.path().join("gone");
	let text = folder.path().join("text");
	fs::write(&text, "neither a library nor a model").unwrap();

	let with_runtime = |runtime: &Path| EncoderPaths { runtime: runtime.into(), ..good.clone() };
	let with_model = |model: &Path| EncoderPaths { model: model.into(), ..good.clone() };
	let with_tokenizer = |tokenizer: &Path| EncoderPaths { tokenizer: tokenizer.into(), ..good.clone() };

	for paths in [with_runtime(&gone), with_model(&gone), with_tokenizer(&gone)] {
		assert!(matches!(refuse(paths, &gone), EncoderError::Missing { .. }));
	}
	assert!(matches!(refuse(with_tokenizer(&text), &text), EncoderError::Tokenizer { .. }));
	assert!(matches!(refuse(with_runtime(&text), &text), EncoderError::Library { .. }));
	let foreign = compile(folder.path(), "foreign", "int nothing;");
	assert!(matches!(refuse(with_runtime(&foreign), &foreign), EncoderError::Library { .. }));
	let outdated = compile(folder.path(), "outdated", OUTDATED);
	let error = refuse(with_runtime(&outdated), &outdated);
	assert!(matches!(&error, EncoderError::TooOld { found, .. } if found == "1.10.0"), "{error}");

	// None of that keeps the right files from being loaded afterwards, twice even.
	assert!(matches!(refuse(with_model(&text), &text), EncoderError::Model { .. }));
	Encoder::load(&good, 1).unwrap();
	Encoder::load(&good, 1).unwrap();

	let copy = folder.path().join("copy.so");
	fs::copy(&good.runtime, &copy).unwrap();
	assert!(matches!(Encoder::load(&with_runtime(&copy), 1), Err(EncoderError::OtherLibrary { .. })));
}
