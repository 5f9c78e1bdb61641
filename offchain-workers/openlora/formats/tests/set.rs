//! Models of one file, and of a folder's shards.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::{fs, path::Path};

use openledger_formats::TensorSet;
use proptest::prelude::*;
use support::{fixture, safetensors, small_gguf, small_safetensors, text, Gguf};
use tempfile::{tempdir, TempDir};

fn one(name: &str, value: u8) -> Vec<u8> {
	safetensors(&format!(r#"{{"{name}":{{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}}}"#), &[value])
}

const INDEX: &str = r#"{"metadata":{"total_size":2,"x":[1.5e-3,{"y":null}],"z":true},"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}"#;

/// A folder of two shards with an index.
fn sharded(index: &str) -> TempDir {
	let folder = tempdir().unwrap();
	fs::write(folder.path().join("1.safetensors"), one("a", 1)).unwrap();
	fs::write(folder.path().join("2.safetensors"), one("b", 2)).unwrap();
	fs::write(folder.path().join("model.safetensors.index.json"), index).unwrap();
	folder
}

fn refused(path: &Path, part: &str) {
	let error = TensorSet::open(path).unwrap_err().to_string();
	assert!(error.contains(part), "`{part}` is not in: {error}");
}

#[test]
fn shards_are_one_model() {
	let folder = sharded(INDEX);
	let set = TensorSet::open(folder.path()).unwrap();
	assert_eq!((set.len(), set.files().len(), set.path()), (2, 2, folder.path()));
	assert_eq!(set.names().collect::<Vec<_>>(), ["a", "b"]);
	assert_eq!(set.tensor("b").unwrap().bytes(), [2]);
	assert_eq!(set.get("a").unwrap().shape, [1]);
	let error = set.tensor("c").unwrap_err().to_string();
	assert!(error.contains("no tensor `c`"), "{error}");
}

#[test]
fn a_folder_with_one_file_is_that_file() {
	for name in ["model.safetensors", "adapter.safetensors"] {
		let folder = tempdir().unwrap();
		fs::write(folder.path().join(name), small_safetensors()).unwrap();
		fs::write(folder.path().join("config.json"), "{}").unwrap();
		assert_eq!(TensorSet::open(folder.path()).unwrap().len(), 3);
	}
	let folder = tempdir().unwrap();
	fs::write(folder.path().join("x.gguf"), small_gguf()).unwrap();
	let set = TensorSet::open(folder.path()).unwrap();
	assert_eq!(set.metadata().string("general.architecture").unwrap().as_deref(), Some("test"));
	assert_eq!(TensorSet::open(fixture("all.gguf")).unwrap().len(), 17);
	fs::write(folder.path().join("y.gguf"), small_gguf()).unwrap();
	refused(folder.path(), "several files");
}

#[test]
fn folders_without_weights_say_what_is_missing() {
	let folder = tempdir().unwrap();
	refused(folder.path(), "no model.safetensors");
	fs::write(folder.path().join("pytorch_model.bin"), "").unwrap();
	refused(folder.path(), "convert them to safetensors");
	refused(&folder.path().join("none"), "No such file");
}

#[test]
fn indices_that_lie_are_refused() {
	let says = [
		("{}", "weight_map"),
		("[]", "`{` expected"),
		(r#"{"weight_map":{}}"#, "names no file"),
		(r#"{"weight_map":{"a":"1.safetensors"},"weight_map":{"b":"2.safetensors"}}"#, "2 times"),
		(r#"{"weight_map":{"a":"1.safetensors","b":"1.safetensors"}}"#, "`b`: is not in 1.safetensors"),
		(r#"{"weight_map":{"a":"1.safetensors","b":"3.safetensors"}}"#, "3.safetensors: No such file"),
		(r#"{"weight_map":{"a":"../1.safetensors"}}"#, "no plain name"),
		(r#"{"weight_map":{"a":"/etc/1.safetensors"}}"#, "no plain name"),
		(r#"{"weight_map":{"a":"..\\1.safetensors"}}"#, "no plain name"),
		(r#"{"weight_map":{"a":"passwd"}}"#, "no plain name"),
		(r#"{"weight_map":{"a":1}}"#, "expected"),
		(r#"{"weight_map":{"a":"1.safetensors"},"metadata":[}"#, "expected"),
		("", "`{` expected"),
	];
	for (index, part) in says {
		refused(sharded(index).path(), part);
	}
	// A shard with a tensor that the index does not know, and the same tensor in both.
	let folder = sharded(INDEX);
	let two =
		r#"{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"c":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#;
	fs::write(folder.path().join("2.safetensors"), safetensors(two, &[1, 2])).unwrap();
	refused(folder.path(), "lists 2 tensors, but its files have 3");
	fs::write(folder.path().join("2.safetensors"), safetensors(&two.replace('c', "a"), &[1, 2])).unwrap();
	refused(folder.path(), "lists 2 tensors, but its files have 3");
}

#[test]
fn a_gguf_model_in_several_files_is_refused() {
	let folder = tempdir().unwrap();
	let path = folder.path().join("x-00001-of-00002.gguf");
	fs::write(&path, Gguf::new().key("split.count", 2, &2u16.to_le_bytes()).bytes()).unwrap();
	refused(&path, "gguf-split --merge");
	fs::write(&path, Gguf::new().key("split.count", 8, &text("two")).bytes()).unwrap();
	refused(&path, "`split.count` is a string");
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(200))]

	/// A damaged index is taken only if it still means the same: every tensor, in the file that has it.
	#[test]
	fn damaged_indices_are_refused_or_mean_the_same(
		edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
		cut in proptest::option::of(any::<prop::sample::Index>()),
	) {
		let mut index = INDEX.as_bytes().to_vec();
		for (at, byte) in edits {
			let at = at.index(index.len());
			index[at] = byte;
		}
		if let Some(cut) = cut {
			index.truncate(cut.index(index.len()));
		}
		let folder = sharded("");
		fs::write(folder.path().join("model.safetensors.index.json"), &index).unwrap();
		match TensorSet::open(folder.path()) {
			Ok(set) => prop_assert_eq!(set.names().collect::<Vec<_>>(), ["a", "b"]),
			Err(error) => prop_assert!(error.to_string().starts_with(&folder.path().display().to_string())),
		}
	}
}
