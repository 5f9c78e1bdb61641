//! GGUF, versions 2 and 3, little-endian: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.
//!
//! Magic, version, number of tensors, number of keys; the keys with typed values; name, dimensions (innermost first), type and
//! offset of each tensor; padding to `general.alignment`; the data. Here only positions are kept: 8 bytes for each key
//! and tensor, less than any takes in the file. What they point at is decoded when asked for.

use std::borrow::Cow;

use crate::{
	cursor::Cursor,
	error::shown,
	metadata::{Array, Kind, Value},
	tensor::Placed,
	Dtype, Problem,
};

pub(crate) const MAGIC: &[u8] = b"GGUF";
/// Dimensions of a tensor at most: `GGML_MAX_DIMS`.
const MAX_DIMS: u32 = 4;
/// Bytes of a name at most, as the format says of keys.
const MAX_NAME: usize = 65_535;
/// How deep arrays of arrays may be nested. Nobody writes them; the format allows them.
const MAX_DEPTH: usize = 3;
const DEFAULT_ALIGNMENT: u64 = 32;
/// Bytes of a key with its value, and of a tensor's entry, at least.
const LEAST_KEY: usize = 8 + 1 + 4 + 1;
const LEAST_TENSOR: usize = 8 + 1 + 4 + 4 + 8;

/// Where the parts of a file are.
pub(crate) struct Index {
	/// The version of the format.
	pub(crate) version: u32,
	/// Bytes before the padding before the data.
	pub(crate) header_end: usize,
	/// Where the data starts.
	pub(crate) data_start: usize,
	/// Where each key starts, by key.
	pub(crate) keys: Vec<usize>,
	/// Where each tensor's entry starts, by name.
	pub(crate) tensors: Vec<usize>,
}

/// Checks everything before the data of a file and finds its parts. `file_len` may be more than `bytes` holds, not less.
pub(crate) fn index(bytes: &[u8], file_len: usize) -> Result<Index, Problem> {
	let mut cursor = Cursor::new(bytes, MAGIC.len());
	let version = version(cursor.u32("the version")?)?;
	let tensor_count = cursor.u64("the number of tensors")?;
	let key_count = cursor.count(LEAST_KEY, "the number of keys")?;
	let tensor_count = cursor.fits(tensor_count, LEAST_TENSOR, "the number of tensors")?;

	let mut keys = Vec::with_capacity(key_count);
	for number in 0..key_count {
		keys.push(cursor.at());
		let key = name(&mut cursor, "metadata key", number)?;
		let kind = kind(&mut cursor, key)?;
		skip(&mut cursor, kind, 0).map_err(|problem| of_key(problem, key))?;
	}
	sort(bytes, &mut keys, "metadata key")?;

	let alignment = alignment(bytes, &keys)?;
	let mut tensors = Vec::with_capacity(tensor_count);
	for number in 0..tensor_count {
		tensors.push(cursor.at());
		let name = name(&mut cursor, "the name of tensor", number)?;
		tensor(&mut cursor, name, alignment)?;
	}
	sort(bytes, &mut tensors, "tensor")?;

	let header_end = cursor.at();
	// Without data there is no need of padding.
	let padded = header_end as u64 + alignment_gap(header_end as u64, alignment);
	let data_start = usize::try_from(padded).unwrap_or(usize::MAX).min(file_len);
	let index = Index { version, header_end, data_start, keys, tensors };
	index.check_places(bytes, (file_len - data_start) as u64)?;
	Ok(index)
}

fn version(version: u32) -> Result<u32, Problem> {
	let instead = "convert the model to GGUF version 3, little-endian";
	let refused = |what: String| Err(Problem::Unsupported { what, instead });
	match version {
		2 | 3 => Ok(version),
		1 => refused("GGUF version 1".into()),
		_ if version & 0xffff == 0 && version != 0 => {
			refused(format!("a big-endian file (GGUF version {})", version.swap_bytes()))
		}
		_ => refused(format!("GGUF version {version}")),
	}
}

fn alignment_gap(at: u64, alignment: u64) -> u64 {
	(alignment - at % alignment) % alignment
}

fn alignment(bytes: &[u8], keys: &[usize]) -> Result<u64, Problem> {
	const KEY: &str = "general.alignment";
	let Some(at) = find(bytes, keys, KEY) else { return Ok(DEFAULT_ALIGNMENT) };
	match entry(bytes, at) {
		Some((_, Value::U32(alignment))) if alignment.is_power_of_two() => Ok(alignment.into()),
		_ => Err(Problem::header(KEY, "is not a power of two of type u32")),
	}
}

/// A name that is neither empty nor too long.
fn name<'a>(cursor: &mut Cursor<'a>, part: &str, number: usize) -> Result<&'a str, Problem> {
	let at = *cursor;
	let text = cursor.text("a name").map_err(|problem| match problem {
		Problem::Truncated { at, .. } => Problem::Truncated { part: format!("{part} {number}"), at },
		_ => Problem::header(format!("{part} {number}"), format!("at byte {} is not UTF-8", at.at())),
	})?;
	match text.len() {
		1..=MAX_NAME => Ok(text),
		len => Err(Problem::header(format!("{part} {number}"), format!("has {len} bytes, not 1 to {MAX_NAME}"))),
	}
}

fn kind(cursor: &mut Cursor<'_>, key: &str) -> Result<Kind, Problem> {
	let number = cursor.u32("the type of a value")?;
	Kind::from_gguf(number).ok_or_else(|| Problem::header(shown(key), format!("has the unknown type {number}")))
}

/// A problem inside the value of a key, with the key named.
fn of_key(problem: Problem, key: &str) -> Problem {
	match problem {
		Problem::Truncated { at, .. } => Problem::Truncated { part: format!("metadata `{}`", shown(key)), at },
		Problem::Header { what, .. } => Problem::header(format!("metadata `{}`", shown(key)), what),
		other => other,
	}
}

/// Checks a value and passes over it.
fn skip(cursor: &mut Cursor<'_>, kind: Kind, depth: usize) -> Result<(), Problem> {
	match kind {
		Kind::String => cursor.text("a string").map(drop),
		Kind::Array => {
			let (kind, len) = array(cursor, depth)?;
			match kind {
				Kind::String | Kind::Array => (0..len).try_for_each(|_| skip(cursor, kind, depth + 1)),
				// The product fits: `len` elements fit into what is left of the file.
				_ => cursor.take((len * kind.least_bytes()) as u64, "an array").map(drop),
			}
		}
		_ => cursor.take(kind.least_bytes() as u64, "a value").map(drop),
	}
}

/// Type and number of an array's elements, which can follow.
fn array(cursor: &mut Cursor<'_>, depth: usize) -> Result<(Kind, usize), Problem> {
	if depth >= MAX_DEPTH {
		return Err(Problem::header("an array", format!("is nested more than {MAX_DEPTH} deep")));
	}
	let number = cursor.u32("the type of an array")?;
	let kind = Kind::from_gguf(number)
		.ok_or_else(|| Problem::header("an array", format!("has elements of the unknown type {number}")))?;
	Ok((kind, cursor.count(kind.least_bytes(), "the length of an array")?))
}

/// The next value.
pub(crate) fn value<'a>(cursor: &mut Cursor<'a>, kind: Kind, depth: usize) -> Result<Value<'a>, Problem> {
	if kind == Kind::String {
		return cursor.text("a string").map(|text| Value::String(Cow::Borrowed(text)));
	}
	if kind == Kind::Array {
		let (kind, len) = array(cursor, depth)?;
		let (start, mut end) = (*cursor, *cursor);
		match kind {
			Kind::String | Kind::Array => (0..len).try_for_each(|_| skip(&mut end, kind, depth + 1))?,
			_ => end.take((len * kind.least_bytes()) as u64, "an array").map(drop)?,
		}
		let bytes = cursor.take((end.at() - start.at()) as u64, "an array")?;
		return Ok(Value::Array(Array { kind, len, bytes }));
	}
	let mut bits = [0; 8];
	let bytes = cursor.take(kind.least_bytes() as u64, "a value")?;
	bits[..bytes.len()].copy_from_slice(bytes);
	let bits = u64::from_le_bytes(bits);
	Ok(match kind {
		Kind::U8 => Value::U8(bits as u8),
		Kind::I8 => Value::I8(bits as i8),
		Kind::U16 => Value::U16(bits as u16),
		Kind::I16 => Value::I16(bits as i16),
		Kind::U32 => Value::U32(bits as u32),
		Kind::I32 => Value::I32(bits as i32),
		Kind::F32 => Value::F32(f32::from_bits(bits as u32)),
		Kind::I64 => Value::I64(bits as i64),
		Kind::F64 => Value::F64(f64::from_bits(bits)),
		Kind::Bool => Value::Bool(bits != 0),
		Kind::U64 | Kind::String | Kind::Array => Value::U64(bits),
	})
}

/// Key and value at a position of [`Index::keys`].
pub(crate) fn entry(bytes: &[u8], at: usize) -> Option<(&str, Value<'_>)> {
	let mut cursor = Cursor::new(bytes, at);
	let key = cursor.text("a key").ok()?;
	let kind = Kind::from_gguf(cursor.u32("a type").ok()?)?;
	Some((key, value(&mut cursor, kind, 0).ok()?))
}

/// The rest of a tensor's entry after its name. The place is relative to the data.
fn tensor(cursor: &mut Cursor<'_>, name: &str, alignment: u64) -> Result<Placed, Problem> {
	let part = "the entry of a tensor";
	let count = cursor.u32(part)?;
	if count > MAX_DIMS {
		return Err(Problem::tensor(name, format!("has {count} dimensions; {MAX_DIMS} are the most")));
	}
	let mut dims = [0; MAX_DIMS as usize];
	let dims = &mut dims[..count as usize];
	for dim in dims.iter_mut().rev() {
		*dim = cursor.u64(part)?;
	}
	let dtype = Dtype::from_gguf(cursor.u32(part)?).map_err(|problem| match problem {
		Problem::Unsupported { what, instead } => {
			Problem::Unsupported { what: format!("tensor `{}`: {what}", shown(name)), instead }
		}
		other => other,
	})?;
	let start = cursor.u64(part)?;
	if start % alignment != 0 {
		return Err(Problem::tensor(name, format!("starts at {start}, no multiple of the alignment {alignment}")));
	}
	Placed::new(name, dims, dtype, start)
}

/// Name and place of the tensor at a position of [`Index::tensors`], the place relative to the data.
pub(crate) fn placed(bytes: &[u8], at: usize) -> Option<(&str, Placed)> {
	let mut cursor = Cursor::new(bytes, at);
	let name = cursor.text("a name").ok()?;
	// Aligned: it was checked when the file was opened.
	Some((name, tensor(&mut cursor, name, 1).ok()?))
}

/// The name that starts at a position of an index.
pub(crate) fn name_at(bytes: &[u8], at: usize) -> &str {
	Cursor::new(bytes, at).text("a name").unwrap_or_default()
}

/// The position of a name in a sorted index.
pub(crate) fn find(bytes: &[u8], sorted: &[usize], name: &str) -> Option<usize> {
	sorted.binary_search_by(|&at| name_at(bytes, at).cmp(name)).ok().map(|index| sorted[index])
}

/// Sorts positions by name and refuses names that are there twice.
fn sort(bytes: &[u8], positions: &mut [usize], part: &str) -> Result<(), Problem> {
	positions.sort_unstable_by(|&a, &b| name_at(bytes, a).cmp(name_at(bytes, b)));
	match positions.windows(2).find(|pair| name_at(bytes, pair[0]) == name_at(bytes, pair[1])) {
		Some(pair) => Err(Problem::header(format!("{part} `{}`", shown(name_at(bytes, pair[0]))), "is there twice")),
		None => Ok(()),
	}
}

impl Index {
	/// Tensors lie inside the data and not over each other.
	fn check_places(&self, bytes: &[u8], data_len: u64) -> Result<(), Problem> {
		let mut order = self.tensors.clone();
		let place = |at: usize| placed(bytes, at).map(|(name, placed)| (placed.start, placed.bytes, name));
		order.sort_unstable_by_key(|&at| place(at).map(|(start, len, _)| (start, len)));
		let mut free = 0;
		for (start, len, name) in order.into_iter().filter_map(place) {
			let end = start.checked_add(len).filter(|&end| end <= data_len);
			let end = end.ok_or_else(|| {
				let what = format!(
					"its {len} bytes at {start} lie outside the {data_len} bytes of data: the file was cut short"
				);
				Problem::tensor(name, what + " or is damaged; fetch it again")
			})?;
			if start < free && len > 0 {
				return Err(Problem::tensor(name, format!("starts at {start}, inside another; the file is damaged")));
			}
			free = free.max(end);
		}
		Ok(())
	}
}
