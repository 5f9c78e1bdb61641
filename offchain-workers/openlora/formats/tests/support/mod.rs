//! Files of both formats, written byte by byte, valid or not.

#![allow(dead_code)] // Each test uses a part.

use std::{path::PathBuf, sync::Arc};

use openledger_formats::{FormatError, TensorFile};

/// The path of a fixture.
pub(crate) fn fixture(name: &str) -> PathBuf {
	PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Opens bytes as a file.
pub(crate) fn open(bytes: &[u8]) -> Result<TensorFile, FormatError> {
	TensorFile::from_bytes("memory", Arc::new(bytes.to_vec()))
}

/// Reads all that a file offers.
pub(crate) fn read_all(file: &TensorFile) -> usize {
	let mut seen = 0;
	for key in file.metadata().keys() {
		let value = file.metadata().get(&key).expect("a key has a value");
		seen += key.len() + value.as_str().map_or(1, str::len);
		if let Some(array) = value.as_array() {
			assert_eq!(array.iter().count(), array.len());
			seen += array.len();
		}
	}
	let mut row = Vec::new();
	for name in file.names() {
		let info = file.get(&name).expect("a name has a tensor");
		let tensor = file.tensor(&name).expect("a name has a tensor");
		assert_eq!(info.shape, tensor.shape());
		assert_eq!(file.bytes().get(tensor.range()), Some(tensor.bytes()));
		assert_eq!(tensor.rows() * tensor.width(), info.shape.iter().product::<usize>());
		if info.dtype.is_weight() && tensor.rows() > 0 {
			row.resize(tensor.width(), 0.0);
			tensor.read_row(tensor.rows() - 1, &mut row).expect("a weight is read");
		}
		seen += tensor.bytes().len();
	}
	seen
}

/// A GGUF file in the making: version 3, with whatever is pushed.
pub(crate) struct Gguf {
	pub(crate) version: u32,
	/// Encoded keys and their number.
	pub(crate) keys: (u64, Vec<u8>),
	/// Encoded tensor entries and their number.
	pub(crate) tensors: (u64, Vec<u8>),
	pub(crate) data: Vec<u8>,
	pub(crate) alignment: usize,
}

/// A string: length, bytes.
pub(crate) fn text(text: &str) -> Vec<u8> {
	[&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}

impl Gguf {
	pub(crate) fn new() -> Self {
		Self { version: 3, keys: (0, vec![]), tensors: (0, vec![]), data: vec![], alignment: 32 }
	}

	/// A key of a type with an encoded value.
	pub(crate) fn key(mut self, key: &str, kind: u32, value: &[u8]) -> Self {
		self.keys.0 += 1;
		self.keys.1.extend([&text(key)[..], &kind.to_le_bytes(), value].concat());
		self
	}

	/// A tensor's entry, dimensions innermost first.
	pub(crate) fn tensor(mut self, name: &str, dims: &[u64], kind: u32, offset: u64) -> Self {
		self.tensors.0 += 1;
		let dims_bytes: Vec<u8> = dims.iter().flat_map(|dim| dim.to_le_bytes()).collect();
		let count = (dims.len() as u32).to_le_bytes();
		self.tensors
			.1
			.extend([&text(name)[..], &count, &dims_bytes, &kind.to_le_bytes(), &offset.to_le_bytes()].concat());
		self
	}

	pub(crate) fn data(mut self, data: &[u8]) -> Self {
		self.data = data.to_vec();
		self
	}

	pub(crate) fn bytes(&self) -> Vec<u8> {
		let mut bytes = b"GGUF".to_vec();
		bytes.extend(self.version.to_le_bytes());
		bytes.extend(self.tensors.0.to_le_bytes());
		bytes.extend(self.keys.0.to_le_bytes());
		bytes.extend(&self.keys.1);
		bytes.extend(&self.tensors.1);
		if !self.data.is_empty() {
			bytes.resize(bytes.len().next_multiple_of(self.alignment), 0);
			bytes.extend(&self.data);
		}
		bytes
	}
}

/// A safetensors file of a header and data.
pub(crate) fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
	[&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

/// A small valid GGUF file with every kind of part.
pub(crate) fn small_gguf() -> Vec<u8> {
	let strings = [&8u32.to_le_bytes()[..], &2u64.to_le_bytes(), &text("a"), &text("bc")].concat();
	let nested =
		[&9u32.to_le_bytes()[..], &1u64.to_le_bytes(), &0u32.to_le_bytes(), &2u64.to_le_bytes(), &[1, 2]].concat();
	Gguf::new()
		.key("general.architecture", 8, &text("test"))
		.key("general.alignment", 4, &32u32.to_le_bytes())
		.key("t.strings", 9, &strings)
		.key("t.nested", 9, &nested)
		.key("t.f32", 6, &0.5f32.to_le_bytes())
		.tensor("a", &[2, 3], 0, 0)
		.tensor("b", &[32, 1], 8, 32)
		.tensor("empty", &[0, 4], 0, 96)
		.data(&[7; 96])
		.bytes()
}

/// A small valid safetensors file with every kind of part.
pub(crate) fn small_safetensors() -> Vec<u8> {
	let header = concat!(
		r#"{"__metadata__":{"format":"pt","é":"\u00e9\n"},"#,
		r#""a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"#,
		r#""b\u0041":{"data_offsets":[24,28],"dtype":"BF16","shape":[2]},"#,
		r#""empty":{"dtype":"F16","shape":[0,4],"data_offsets":[28,28]}}  "#,
	);
	safetensors(header, &[1; 28])
}
