//! safetensors: what the reference crate writes is read back, and nothing is taken that it refuses.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::HashMap;

use openledger_formats::{Format, TensorFile};
use proptest::prelude::*;
use safetensors::{tensor::TensorView, Dtype, SafeTensors};
use support::{fixture, open, read_all, safetensors, small_safetensors};

#[test]
fn a_file_of_the_python_package_is_read() {
	let file = TensorFile::open(fixture("all.safetensors")).unwrap();
	assert_eq!(file.format(), Format::Safetensors);
	let bytes = std::fs::read(fixture("all.safetensors")).unwrap();
	let reference = SafeTensors::deserialize(&bytes).unwrap();
	let mut names = reference.names();
	names.sort_unstable();
	assert_eq!(file.names().collect::<Vec<_>>(), names);
	for name in names {
		let (ours, theirs) = (file.tensor(name).unwrap(), reference.tensor(name).unwrap());
		assert_eq!((ours.shape(), ours.bytes()), (theirs.shape().to_vec(), theirs.data()), "{name}");
		assert_eq!(ours.dtype().name(), format!("{:?}", theirs.dtype()), "{name}");
	}
	let metadata = file.metadata();
	assert_eq!(metadata.string("made by").unwrap().as_deref(), Some("gguf.quants.dequantize"));
	assert_eq!(metadata.string("quote").unwrap().as_deref(), Some("\"\\\n\u{1}é🦀"));
	assert_eq!(metadata.keys().collect::<Vec<_>>(), ["made by", "quote"]);
}

#[test]
fn escaped_names_and_tensors_without_elements_are_read() {
	let file = open(&small_safetensors()).unwrap();
	assert!(read_all(&file) > 0);
	assert_eq!(file.names().collect::<Vec<_>>(), ["a", "bA", "empty"]);
	assert_eq!(file.get("bA").unwrap().shape, [2]);
	assert_eq!(file.metadata().string("é").unwrap().as_deref(), Some("é\n"));
	assert!(file.tensor("empty").unwrap().to_f32().unwrap().is_empty());
	let nothing = open(&safetensors("{}", b"")).unwrap();
	assert!(nothing.is_empty() && nothing.metadata().is_empty());
}

/// Opening a file fails, and the error says each of `parts`.
fn refused(bytes: &[u8], parts: &[&str]) {
	let error = open(bytes).expect_err(parts[0]).to_string();
	for part in parts.iter().chain(&["memory: "]) {
		assert!(error.contains(part), "`{part}` is not in: {error}");
	}
	assert!(error.len() < 600, "{error}");
	assert!(SafeTensors::deserialize(bytes).is_err(), "the reference takes what is refused here: {error}");
}

#[test]
fn headers_that_do_not_fit_are_refused() {
	let mut bytes = small_safetensors();
	for (length, part) in
		[(100_000_001u64, "more than 100000000"), (u64::MAX, "more than"), (99_999_999, "inside the header")]
	{
		bytes[..8].copy_from_slice(&length.to_le_bytes());
		refused(&bytes, &[part]);
	}
	let whole = small_safetensors();
	for end in 0..whole.len() {
		assert!(open(&whole[..end]).is_err(), "{end}");
	}
	refused(&[&whole[..], &[0]].concat(), &["the data", "1 belong to no tensor"]);
	refused(&whole[..whole.len() - 1], &["the data of its tensors, 28 bytes"]);
}

#[test]
fn headers_that_contradict_themselves_are_refused() {
	let entry = |fields: &str| safetensors(&format!(r#"{{"w":{{{fields}}}}}"#), &[0; 8]);
	assert!(open(&entry(r#""dtype":"F32","shape":[2],"data_offsets":[0,8]"#)).is_ok());
	let wrong = [
		(r#""dtype":"F32","shape":[3],"data_offsets":[0,8]"#, "its shape takes 12 bytes"),
		(r#""dtype":"F32","shape":[2],"data_offsets":[0,4]"#, "its shape takes 8 bytes"),
		(r#""dtype":"F32","shape":[2],"data_offsets":[8,0]"#, "data_offsets 8 to 0"),
		(r#""dtype":"F32","shape":[1],"data_offsets":[4,8]"#, "starts at 4, not at 0"),
		(r#""dtype":"F32","shape":[18446744073709551615,2],"data_offsets":[0,8]"#, "larger than any file"),
		(r#""dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8]"#, "below 2^64"),
		(r#""dtype":"F32","shape":[-1],"data_offsets":[0,8]"#, "an integer from zero"),
		(r#""dtype":"F32","shape":[2.0],"data_offsets":[0,8]"#, "an integer from zero"),
		(r#""dtype":"F32","shape":[02],"data_offsets":[0,8]"#, "an integer from zero"),
		(r#""dtype":"F32","shape":2,"data_offsets":[0,8]"#, "`[` expected"),
		(r#""dtype":"F32","shape":[2],"data_offsets":[0,8,8]"#, "more than two"),
		(r#""dtype":"F32","shape":[2],"data_offsets":[0]"#, "two data_offsets"),
		(r#""dtype":"F32","shape":[2]"#, "needs dtype, shape and two data_offsets"),
		(r#""dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]"#, "dtype twice"),
		(r#""dtype":"Q4_0","shape":[2],"data_offsets":[0,8]"#, "type Q4_0 is not supported"),
		(r#""dtype":7,"shape":[2],"data_offsets":[0,8]"#, "`\"` expected"),
	];
	for (fields, part) in wrong {
		refused(&entry(fields), &[part]);
	}
	// Valid by the letter, and useless: types of less than a byte, more dimensions than anyone uses, fields nobody knows.
	for fields in [
		r#""dtype":"C64","shape":[1],"data_offsets":[0,8]"#,
		r#""dtype":"U8","shape":[1,1,1,1,1,1,1,1,8],"data_offsets":[0,8]"#,
		r#""dtype":"F32","shape":[2],"data_offsets":[0,8],"scale":1"#,
	] {
		assert!(open(&entry(fields)).unwrap_err().to_string().contains("`w`"));
	}
}

#[test]
fn texts_that_are_no_json_are_refused() {
	let a = r#""a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}"#;
	let b = r#""a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}"#;
	refused(&safetensors(&format!("{{{a},{b}}}"), &[0; 2]), &["tensor `a`", "twice"]);
	let escaped = b.replace("\"a\"", r#""\u0061""#);
	refused(&safetensors(&format!("{{{a},{escaped}}}"), &[0; 2]), &["tensor `a`", "twice"]);
	let metadata = r#""__metadata__":{"k":"v"}"#;
	refused(&safetensors(&format!("{{{metadata},{metadata}}}"), &[]), &["__metadata__", "twice"]);
	for header in [
		"{",
		"{}}",
		"{,}",
		r#"{"a"}"#,
		r#"{"a":}"#,
		r#"{"a":1}"#,
		r#"{"__metadata__":{"k":1}}"#,
		r#"{"__metadata__":[]}"#,
		"{\"a\n\":{}}",
		r#"{"\x":{}}"#,
		r#"{"\u12":{}}"#,
		r#"{"\ud800":{}}"#,
		r#"{"\ud800\u0041":{}}"#,
		r#"{"\udc00":{}}"#,
	] {
		refused(&safetensors(header, &[]), &["memory: "]);
	}
	refused(&safetensors(&"{\"a\":".repeat(50_000), &[]), &["memory: "]);
	refused(&[&7u64.to_le_bytes()[..], b"{\"\xff\":1}"].concat(), &["UTF-8"]);
}

fn dtype() -> impl Strategy<Value = (Dtype, usize)> {
	use Dtype::{BF16, BOOL, F16, F32, F64, I16, I32, I64, I8, U16, U32, U64, U8};
	let all = [F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL];
	proptest::sample::select(all.map(|dtype| (dtype, dtype.bitsize() / 8)).to_vec())
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(500))]

	/// (Of no tensors and metadata without keys the reference writes what it cannot read itself.)
	#[test]
	fn whatever_the_reference_writes_is_read(
		tensors in proptest::collection::hash_map(".{1,12}", (dtype(), proptest::collection::vec(0usize..5, 0..4)), 0..8),
		metadata in proptest::option::of(proptest::collection::hash_map(".{0,9}", ".{0,20}", 1..4)),
	) {
		let data: Vec<u8> = (0..=255).cycle().take(4096).collect();
		let views: HashMap<&str, TensorView<'_>> = tensors
			.iter()
			.filter(|(name, _)| *name != "__metadata__")
			.map(|(name, ((dtype, size), shape))| {
				let len = shape.iter().product::<usize>() * size;
				(name.as_str(), TensorView::new(*dtype, shape.clone(), &data[..len]).unwrap())
			})
			.collect();
		let bytes = safetensors::serialize(views.clone(), metadata.clone()).unwrap();
		let file = open(&bytes).unwrap();
		prop_assert_eq!(file.len(), views.len());
		for (name, view) in &views {
			let tensor = file.tensor(name).unwrap();
			prop_assert_eq!((tensor.shape(), tensor.bytes()), (view.shape().to_vec(), view.data()));
		}
		let metadata = metadata.unwrap_or_default();
		prop_assert_eq!(file.metadata().len(), metadata.len());
		for (key, value) in &metadata {
			let read = file.metadata().string(key).unwrap();
			prop_assert_eq!(read.as_deref(), Some(value.as_str()));
		}
	}

	/// A header with a few characters changed: what is taken here, the reference takes too and reads alike.
	#[test]
	fn nothing_is_taken_that_the_reference_refuses(
		edits in proptest::collection::vec((any::<prop::sample::Index>(), proptest::sample::select(b"0129 {}[],:\"\\uFBU38e.-t\n".to_vec())), 1..4),
	) {
		let mut bytes = small_safetensors();
		let header = bytes.len() - 28;
		for (at, byte) in edits {
			bytes[8 + at.index(header - 8)] = byte;
		}
		if let Ok(file) = open(&bytes) {
			let reference = SafeTensors::deserialize(&bytes).unwrap();
			prop_assert_eq!(reference.len(), file.len());
			for (name, view) in reference.iter() {
				let tensor = file.tensor(name).unwrap();
				prop_assert_eq!(tensor.bytes(), view.data());
			}
		}
	}
}
