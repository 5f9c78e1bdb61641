//! Key-value metadata of a file: typed in GGUF, strings in safetensors.

use std::borrow::Cow;

use crate::{cursor::Cursor, error::shown, file::TensorFile, gguf, FormatError, Problem};

/// The type of a GGUF value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The names say it.
pub enum Kind {
	U8,
	I8,
	U16,
	I16,
	U32,
	I32,
	F32,
	Bool,
	String,
	Array,
	U64,
	I64,
	F64,
}

impl Kind {
	/// The type of a number in a file, `enum gguf_type`.
	pub(crate) fn from_gguf(number: u32) -> Option<Self> {
		use Kind::{Array, Bool, String, F32, F64, I16, I32, I64, I8, U16, U32, U64, U8};
		[U8, I8, U16, I16, U32, I32, F32, Bool, String, Array, U64, I64, F64].get(number as usize).copied()
	}

	/// Bytes of a value; for strings and arrays the least.
	pub(crate) fn least_bytes(self) -> usize {
		match self {
			Self::U8 | Self::I8 | Self::Bool => 1,
			Self::U16 | Self::I16 => 2,
			Self::U32 | Self::I32 | Self::F32 => 4,
			Self::U64 | Self::I64 | Self::F64 | Self::String => 8,
			Self::Array => 12,
		}
	}
}

/// A metadata value. Strings and arrays are borrowed from the file's header.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)] // The names say it.
pub enum Value<'a> {
	U8(u8),
	I8(i8),
	U16(u16),
	I16(i16),
	U32(u32),
	I32(i32),
	F32(f32),
	Bool(bool),
	String(Cow<'a, str>),
	Array(Array<'a>),
	U64(u64),
	I64(i64),
	F64(f64),
}

impl<'a> Value<'a> {
	/// Any integer that is not negative.
	pub fn as_u64(&self) -> Option<u64> {
		self.as_i128().and_then(|value| value.try_into().ok())
	}

	/// Any integer below 2^63.
	pub fn as_i64(&self) -> Option<i64> {
		self.as_i128().and_then(|value| value.try_into().ok())
	}

	fn as_i128(&self) -> Option<i128> {
		Some(match *self {
			Self::U8(value) => value.into(),
			Self::I8(value) => value.into(),
			Self::U16(value) => value.into(),
			Self::I16(value) => value.into(),
			Self::U32(value) => value.into(),
			Self::I32(value) => value.into(),
			Self::U64(value) => value.into(),
			Self::I64(value) => value.into(),
			_ => return None,
		})
	}

	/// A float; an F64 is rounded.
	pub fn as_f32(&self) -> Option<f32> {
		match *self {
			Self::F32(value) => Some(value),
			Self::F64(value) => Some(value as f32),
			_ => None,
		}
	}

	/// A truth value.
	pub fn as_bool(&self) -> Option<bool> {
		match *self {
			Self::Bool(value) => Some(value),
			_ => None,
		}
	}

	/// A string.
	pub fn as_str(&self) -> Option<&str> {
		match self {
			Self::String(text) => Some(text),
			_ => None,
		}
	}

	/// An array.
	pub fn as_array(&self) -> Option<Array<'a>> {
		match self {
			Self::Array(array) => Some(*array),
			_ => None,
		}
	}

	/// The type in words.
	fn kind(&self) -> String {
		match self {
			Self::Array(array) => format!("an array of {:?}", array.kind),
			Self::String(_) => "a string".into(),
			Self::Bool(_) => "a truth value".into(),
			Self::F32(value) => format!("the float {value}"),
			Self::F64(value) => format!("the float {value}"),
			_ => format!("the integer {}", self.as_i128().unwrap_or_default()),
		}
	}
}

/// An array of values of one type, borrowed from the file's header and read as it is walked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Array<'a> {
	pub(crate) kind: Kind,
	pub(crate) len: usize,
	/// The elements, checked when the file was opened.
	pub(crate) bytes: &'a [u8],
}

impl<'a> Array<'a> {
	/// The type of the elements.
	pub fn kind(&self) -> Kind {
		self.kind
	}

	/// Number of elements.
	pub fn len(&self) -> usize {
		self.len
	}

	/// Whether there are none.
	pub fn is_empty(&self) -> bool {
		self.len == 0
	}

	/// The elements in order.
	pub fn iter(&self) -> impl Iterator<Item = Value<'a>> {
		let (kind, mut cursor) = (self.kind, Cursor::new(self.bytes, 0));
		(0..self.len).map_while(move |_| gguf::value(&mut cursor, kind, 0).ok())
	}

	/// The elements of an array of strings; `None` for another.
	pub fn strings(&self) -> Option<impl Iterator<Item = &'a str>> {
		let mut cursor = Cursor::new(self.bytes, 0);
		(self.kind == Kind::String).then(|| (0..self.len).map_while(move |_| cursor.text("an array").ok()))
	}

	/// The elements of an array of floats; `None` for another.
	pub fn floats(&self) -> Option<impl Iterator<Item = f32> + 'a> {
		let elements = self.iter();
		matches!(self.kind, Kind::F32 | Kind::F64).then(|| elements.filter_map(|value| value.as_f32()))
	}

	/// The elements of an array of integers, all below 2^63; `None` for another.
	pub fn integers(&self) -> Option<impl Iterator<Item = i64> + 'a> {
		let integers = !matches!(self.kind, Kind::F32 | Kind::F64 | Kind::Bool | Kind::String | Kind::Array);
		let small = self.kind != Kind::U64 || self.iter().all(|value| value.as_i64().is_some());
		let elements = self.iter();
		(integers && small).then(|| elements.filter_map(|value| value.as_i64()))
	}
}

/// The metadata of an open file.
#[derive(Clone, Copy)]
pub struct Metadata<'a> {
	pub(crate) file: &'a TensorFile,
}

impl<'a> Metadata<'a> {
	/// Number of keys.
	pub fn len(&self) -> usize {
		self.file.metadata_len()
	}

	/// Whether there are none.
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}

	/// The keys, sorted.
	pub fn keys(&self) -> impl Iterator<Item = Cow<'a, str>> {
		let file = self.file;
		(0..self.len()).filter_map(move |index| file.metadata_entry(index).map(|(key, _)| key))
	}

	/// The value of a key.
	pub fn get(&self, key: &str) -> Option<Value<'a>> {
		self.file.metadata_value(key)
	}

	/// The string of a key; `None` where it is absent.
	///
	/// # Errors
	/// Here and in the following four: a value of another type.
	pub fn string(&self, key: &str) -> Result<Option<Cow<'a, str>>, FormatError> {
		self.typed(key, "a string", |value| match value {
			Value::String(text) => Some(text.clone()),
			_ => None,
		})
	}

	/// The integer of a key, of any integer type, not negative; `None` where it is absent.
	pub fn integer(&self, key: &str) -> Result<Option<u64>, FormatError> {
		self.typed(key, "an integer from zero", Value::as_u64)
	}

	/// The float of a key; `None` where it is absent.
	pub fn float(&self, key: &str) -> Result<Option<f32>, FormatError> {
		self.typed(key, "a float", Value::as_f32)
	}

	/// The truth value of a key; `None` where it is absent.
	pub fn boolean(&self, key: &str) -> Result<Option<bool>, FormatError> {
		self.typed(key, "a truth value", Value::as_bool)
	}

	/// The array of a key; `None` where it is absent.
	pub fn array(&self, key: &str) -> Result<Option<Array<'a>>, FormatError> {
		self.typed(key, "an array", Value::as_array)
	}

	fn typed<T>(
		&self,
		key: &str,
		expected: &'static str,
		read: impl FnOnce(&Value<'a>) -> Option<T>,
	) -> Result<Option<T>, FormatError> {
		let Some(value) = self.get(key) else { return Ok(None) };
		let wrong = || Problem::Type { key: shown(key), found: value.kind(), expected }.at(self.file.path());
		read(&value).map(Some).ok_or_else(wrong)
	}
}
