//! GGUF: what the package gguf writes is read back; whatever contradicts itself is refused with the name of the part.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use openledger_formats::{Dtype, Format, Kind, TensorFile, Value};
use support::{fixture, open, read_all, small_gguf, Gguf};

#[test]
fn metadata_of_every_type_is_read() {
	let file = TensorFile::open(fixture("all.gguf")).unwrap();
	assert_eq!(file.format(), Format::Gguf { version: 3 });
	let metadata = file.metadata();
	let get = |key: &str| metadata.get(&format!("t.{key}")).unwrap();
	assert_eq!(get("u8"), Value::U8(200));
	assert_eq!(get("i8"), Value::I8(-100));
	assert_eq!(get("u16"), Value::U16(60_000));
	assert_eq!(get("i16"), Value::I16(-30_000));
	assert_eq!(get("u32"), Value::U32(4_000_000_000));
	assert_eq!(get("i32"), Value::I32(-2_000_000_000));
	assert_eq!(get("u64"), Value::U64(u64::MAX));
	assert_eq!(get("i64"), Value::I64(i64::MIN));
	assert_eq!(get("f32"), Value::F32(1e-5));
	assert_eq!(get("f64"), Value::F64(0.1));
	assert_eq!(get("bool"), Value::Bool(true));
	assert_eq!(get("string"), Value::String("grüße 🦀".into()));
	let array = |key| get(key).as_array().unwrap();
	assert_eq!(array("strings").strings().unwrap().collect::<Vec<_>>(), ["a", "", "β"]);
	assert_eq!(array("integers").integers().unwrap().collect::<Vec<_>>(), [1, -2, 3]);
	assert_eq!(array("floats").floats().unwrap().collect::<Vec<_>>(), [0.5, -1.5]);
	assert_eq!(array("bools").iter().collect::<Vec<_>>(), [Value::Bool(true), Value::Bool(false)]);
	assert!(array("bools").integers().is_none() && array("strings").floats().is_none());
	assert_eq!(metadata.get("t.none"), None);
	let keys: Vec<_> = metadata.keys().collect();
	assert!(keys.len() == metadata.len() && keys.is_sorted());
}

#[test]
fn typed_metadata_names_the_key_and_both_types() {
	let file = TensorFile::open(fixture("all.gguf")).unwrap();
	let metadata = file.metadata();
	assert_eq!(metadata.integer("t.u64").unwrap(), Some(u64::MAX));
	assert_eq!(metadata.float("t.f64").unwrap(), Some(0.1));
	assert_eq!(metadata.boolean("t.bool").unwrap(), Some(true));
	assert_eq!(metadata.string("t.none").unwrap(), None);
	let wrong = metadata.integer("t.i8").unwrap_err().to_string();
	assert!(
		wrong.contains("all.gguf") && wrong.contains("`t.i8` is the integer -100, not an integer from zero"),
		"{wrong}"
	);
	let wrong = metadata.string("t.floats").unwrap_err().to_string();
	assert!(wrong.contains("an array of F32, not a string"), "{wrong}");
	assert!(
		metadata.array("t.string").is_err() && metadata.float("t.u8").is_err() && metadata.boolean("t.u8").is_err()
	);
}

#[test]
fn shapes_are_outermost_first_and_names_sorted() {
	let file = TensorFile::open(fixture("all.gguf")).unwrap();
	let names: Vec<_> = file.names().collect();
	assert!(names.is_sorted() && names.len() == 17 && file.len() == 17);
	let info = file.get("F32").unwrap();
	assert_eq!((info.shape, info.dtype), (vec![2, 3, 5], Dtype::F32));
	let tensor = file.tensor("F32").unwrap();
	assert_eq!((tensor.rows(), tensor.width(), tensor.bytes().len()), (6, 5, 120));
	assert!(file.get("none").is_none());
	let error = file.tensor("none").unwrap_err().to_string();
	assert!(error.contains("no tensor `none`"), "{error}");
}

#[test]
fn arrays_of_arrays_and_tensors_without_elements_are_read() {
	let file = open(&small_gguf()).unwrap();
	assert!(read_all(&file) > 0);
	let nested = file.metadata().array("t.nested").unwrap().unwrap();
	assert_eq!((nested.kind(), nested.len()), (Kind::Array, 1));
	let inner = nested.iter().next().unwrap().as_array().unwrap();
	assert_eq!(inner.integers().unwrap().collect::<Vec<_>>(), [1, 2]);
	let empty = file.tensor("empty").unwrap();
	assert_eq!((empty.rows(), empty.width(), empty.bytes().len()), (0, 0, 0));
	assert!(empty.to_f32().unwrap().is_empty());
}

#[test]
fn a_scalar_and_version_2_and_a_file_without_tensors_are_read() {
	let mut file = Gguf::new().tensor("one", &[], 0, 0).data(&2f32.to_le_bytes());
	file.version = 2;
	let file = open(&file.bytes()).unwrap();
	assert_eq!(file.format(), Format::Gguf { version: 2 });
	let one = file.tensor("one").unwrap();
	assert_eq!((one.rows(), one.width(), one.to_f32().unwrap()), (1, 1, vec![2.0]));
	let nothing = open(&Gguf::new().bytes()).unwrap();
	assert!(nothing.is_empty() && nothing.metadata().is_empty());
}

#[test]
fn an_alignment_of_the_file_is_honoured() {
	let aligned = |alignment: u32| {
		let mut file = Gguf::new().key("general.alignment", 4, &alignment.to_le_bytes());
		file.alignment = alignment as usize;
		file.tensor("a", &[1], 0, 0)
			.tensor("b", &[1], 0, alignment.into())
			.data(&vec![9; alignment as usize + 4])
			.bytes()
	};
	for alignment in [1 << 12, 64, 8, 4] {
		let file = open(&aligned(alignment)).unwrap();
		let (a, b) = (file.tensor("a").unwrap().range(), file.tensor("b").unwrap().range());
		assert_eq!((a.start % alignment as usize, b.start - a.start), (0, alignment as usize));
	}
}

/// Opening `bytes` fails, and the error says each of `parts`.
fn refused(bytes: &[u8], parts: &[&str]) {
	let error = open(bytes).expect_err(parts[0]).to_string();
	for part in parts.iter().chain(&["memory: "]) {
		assert!(error.contains(part), "`{part}` is not in: {error}");
	}
	assert!(error.len() < 600, "{error}");
}

#[test]
fn types_that_are_not_read_are_refused_by_name() {
	for kind in ["Q8_K", "IQ2_XXS", "TQ1_0", "MXFP4"] {
		let error = TensorFile::open(fixture(&format!("refused-{kind}.gguf"))).unwrap_err().to_string();
		assert!(error.contains("tensor `w`") && error.contains(kind) && error.contains("use the model as"), "{error}");
	}
	for kind in [4, 5, 9, 15, 16, 17, 18, 19, 21, 22, 29, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, u32::MAX] {
		refused(&Gguf::new().tensor("w", &[256], kind, 0).data(&[0; 512]).bytes(), &["`w`", &format!("number {kind}")]);
	}
}

#[test]
fn other_versions_and_byte_orders_are_refused_by_name() {
	let error = TensorFile::open(fixture("big-endian.gguf")).unwrap_err().to_string();
	assert!(error.contains("big-endian") && error.contains("convert"), "{error}");
	for (version, says) in [(0, "version 0"), (1, "version 1"), (4, "version 4"), (0x0200_0000, "big-endian")] {
		let mut file = Gguf::new();
		file.version = version;
		refused(&file.bytes(), &[says, "convert"]);
	}
}

#[test]
fn every_prefix_of_a_file_is_refused_or_read_without_its_end() {
	let whole = small_gguf();
	for end in 0..whole.len() {
		let error = open(&whole[..end]).unwrap_err().to_string();
		let named =
			["ends inside", "cannot be in", "neither", "empty", "cut short"].iter().any(|part| error.contains(part));
		assert!(named, "{end}: {error}");
	}
}

#[test]
fn counts_that_the_file_cannot_hold_are_refused() {
	for count in [1, 1 << 20, 1 << 60, u64::MAX] {
		let mut file = Gguf::new();
		file.keys.0 = count;
		refused(&file.bytes(), &["the number of keys", &count.to_string()]);
		let mut file = Gguf::new();
		file.tensors.0 = count;
		refused(&file.bytes(), &["the number of tensors", &count.to_string()]);
		let array = |kind: u32| [&kind.to_le_bytes()[..], &count.to_le_bytes()].concat();
		for kind in [0, 7, 8, 9, 12] {
			refused(&Gguf::new().key("k", 9, &array(kind)).bytes(), &["`k`", &count.to_string()]);
		}
		refused(&Gguf::new().key("k", 8, &count.to_le_bytes()).bytes(), &["inside metadata `k`"]);
	}
}

#[test]
fn names_that_are_empty_or_double_or_too_long_or_not_text_are_refused() {
	refused(&Gguf::new().key("", 4, &[1; 4]).bytes(), &["metadata key 0", "has 0 bytes"]);
	refused(&Gguf::new().key("k", 0, &[1]).key("k", 0, &[1]).bytes(), &["metadata key `k`", "twice"]);
	refused(&Gguf::new().key(&"k".repeat(65_536), 0, &[1]).bytes(), &["metadata key 0", "has 65536 bytes"]);
	let twice = Gguf::new().tensor("w", &[1], 0, 0).tensor("w", &[1], 0, 32).data(&[0; 36]);
	refused(&twice.bytes(), &["tensor `w`", "twice"]);
	let mut bytes = Gguf::new().key("key", 0, &[1]).bytes();
	let at = bytes.len() - 6;
	bytes[at] = 0xff;
	refused(&bytes, &["metadata key 0", "not UTF-8"]);
	let invalid = [&1u64.to_le_bytes()[..], &[0xff]].concat();
	refused(&Gguf::new().key("k", 8, &invalid).bytes(), &["metadata `k`", "not UTF-8"]);
	// What errors show of a name is escaped and short.
	refused(&Gguf::new().tensor(&"\n".repeat(60_000), &[1], 99, 0).bytes(), &["\\n\\n"]);
}

#[test]
fn values_of_unknown_types_and_nested_too_deep_are_refused() {
	refused(&Gguf::new().key("k", 13, &[0; 8]).bytes(), &["k", "unknown type 13"]);
	let array = |kind: u32, len: u64, rest: &[u8]| [&kind.to_le_bytes()[..], &len.to_le_bytes(), rest].concat();
	refused(&Gguf::new().key("k", 9, &array(13, 1, &[0; 8])).bytes(), &["`k`", "unknown type 13"]);
	let mut deep = array(0, 1, &[1]);
	for _ in 0..2 {
		deep = array(9, 1, &deep);
	}
	assert!(open(&Gguf::new().key("k", 9, &deep).bytes()).is_ok());
	for _ in 0..40_000 {
		deep = array(9, 1, &deep);
		if deep.len() > 200 {
			break;
		}
		refused(&Gguf::new().key("k", 9, &deep).bytes(), &["`k`", "nested"]);
	}
	let endless: Vec<u8> = std::iter::repeat_n(array(9, 1, &[]), 100_000).flatten().collect();
	refused(&Gguf::new().key("k", 9, &endless).bytes(), &["`k`", "nested"]);
}

#[test]
fn alignments_that_are_none_are_refused() {
	for alignment in [0u32, 3, 48, u32::MAX] {
		let bytes = Gguf::new().key("general.alignment", 4, &alignment.to_le_bytes()).bytes();
		refused(&bytes, &["general.alignment", "power of two"]);
	}
	refused(&Gguf::new().key("general.alignment", 10, &32u64.to_le_bytes()).bytes(), &["general.alignment", "u32"]);
	// One far beyond the file: there is no data then.
	let far = Gguf::new().key("general.alignment", 4, &(1u32 << 31).to_le_bytes());
	assert!(open(&far.bytes()).is_ok());
	refused(&far.tensor("w", &[1], 0, 0).bytes(), &["`w`", "cut short"]);
}

#[test]
fn tensors_outside_the_data_or_over_each_other_are_refused() {
	let one = |dims: &[u64], kind, offset| Gguf::new().tensor("w", dims, kind, offset).data(&[0; 64]).bytes();
	assert!(open(&one(&[16], 0, 0)).is_ok());
	refused(&one(&[17], 0, 0), &["`w`", "outside"]);
	refused(&one(&[9], 0, 32), &["`w`", "outside"]);
	refused(&one(&[1], 0, 64), &["`w`", "outside"]);
	refused(&one(&[1], 0, u64::MAX - 31), &["`w`", "outside"]);
	refused(&one(&[1], 0, 4), &["`w`", "alignment 32"]);
	refused(&one(&[1; 5], 0, 0), &["`w`", "5 dimensions"]);
	refused(&one(&[33], 8, 0), &["`w`", "whole blocks"]);
	for dims in [&[u64::MAX][..], &[1 << 32, 1 << 32], &[1 << 62, 2], &[1 << 61, 1 << 61, 0], &[0, u64::MAX, 2]] {
		refused(&one(dims, 0, 0), &["`w`", "larger than any file"]);
	}
	let two = |offset| Gguf::new().tensor("v", &[9], 0, 0).tensor("w", &[4], 0, offset).data(&[0; 80]).bytes();
	assert!(open(&two(64)).is_ok());
	refused(&two(32), &["`w`", "inside another"]);
	refused(&two(0), &["inside another"]);
}

#[test]
fn files_of_other_kinds_are_told_apart() {
	let says = [
		(&b""[..], "empty"),
		(b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "git lfs pull"),
		(b"PK\x03\x04archive/data.pkl", "PyTorch"),
		(b"tjgg\x01\0\0\0", "before GGUF"),
		(b"<!DOCTYPE html>", "web page"),
		(b"{\"architectures\": []}", "JSON"),
		(b"anything else at all", "neither GGUF nor safetensors"),
	];
	for (bytes, part) in says {
		refused(bytes, &[part]);
	}
}

#[test]
fn paths_that_are_no_files_are_refused() {
	let folder = tempfile::tempdir().unwrap();
	let error = TensorFile::open(folder.path()).unwrap_err().to_string();
	assert!(error.contains("not a regular file"), "{error}");
	let error = TensorFile::open(folder.path().join("none.gguf")).unwrap_err().to_string();
	assert!(error.contains("none.gguf: No such file"), "{error}");
	std::fs::write(folder.path().join("empty.gguf"), "").unwrap();
	let error = TensorFile::open(folder.path().join("empty.gguf")).unwrap_err().to_string();
	assert!(error.contains("empty"), "{error}");
}

#[test]
fn views_outlive_the_file_they_came_from_and_its_name() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("model.gguf");
	std::fs::copy(fixture("all.gguf"), &path).unwrap();
	let tensor = TensorFile::open(&path).unwrap().tensor("Q4_0").unwrap();
	std::fs::remove_file(&path).unwrap();
	let expected = TensorFile::open(fixture("all.gguf")).unwrap().tensor("Q4_0").unwrap();
	assert_eq!(tensor.clone().bytes(), expected.bytes());
}
