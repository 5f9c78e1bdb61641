//! safetensors: <https://github.com/huggingface/safetensors#format>.
//!
//! The length of the header in 8 bytes, the header in JSON, the data. Here only positions are kept: 8 bytes for each tensor, less
//! than any takes in the header. What they point at is decoded when asked for.

use std::borrow::Cow;

use crate::{
	error::shown,
	json::{Json, Text},
	tensor::{Placed, MAX_DIMS},
	Dtype, Problem,
};

/// Bytes before the header.
pub(crate) const PREFIX: usize = 8;
/// Bytes of a header at most, as in the reference implementation.
const MAX_HEADER: u64 = 100_000_000;
/// Bytes of a name at most.
const MAX_NAME: usize = 65_535;

/// Positions in the header: where a key and its value start.
#[derive(Clone, Copy)]
pub(crate) struct At {
	key: u32,
	value: u32,
}

/// Where the parts of a file are.
pub(crate) struct Index {
	/// The tensors by name.
	pub(crate) tensors: Vec<At>,
	/// The metadata by key.
	pub(crate) metadata: Vec<At>,
}

/// The header's bytes.
pub(crate) fn header(bytes: &[u8]) -> Result<&[u8], Problem> {
	let truncated = |part: &str| Problem::Truncated { part: part.into(), at: bytes.len() };
	let (length, rest) = bytes.split_first_chunk::<PREFIX>().ok_or_else(|| truncated("the length of the header"))?;
	let length = u64::from_le_bytes(*length);
	if length > MAX_HEADER {
		return Err(Problem::header("the length of the header", format!("is {length}, more than {MAX_HEADER}")));
	}
	rest.get(..length as usize).ok_or_else(|| truncated("the header"))
}

/// Checks a header that `data_len` bytes follow, and finds its parts.
pub(crate) fn index(header: &[u8], data_len: u64) -> Result<Index, Problem> {
	if header.first() != Some(&b'{') {
		return Err(Problem::header("the header", "does not start with `{`"));
	}
	// Counted first, so that the lists below are made in their size.
	let mut counts = (0, 0);
	walk(header, |_, is_tensor| *if is_tensor { &mut counts.0 } else { &mut counts.1 } += 1)?;
	let (mut tensors, mut metadata) = (Vec::with_capacity(counts.0), Vec::with_capacity(counts.1));
	walk(header, |at, is_tensor| if is_tensor { tensors.push(at) } else { metadata.push(at) })?;
	sort(header, &mut tensors, "tensor")?;
	sort(header, &mut metadata, "the key of __metadata__")?;
	check_places(header, &tensors, data_len)?;
	Ok(Index { tensors, metadata })
}

/// Checks a header's form and calls `found` for each tensor (true) and each key of the metadata (false).
fn walk(header: &[u8], mut found: impl FnMut(At, bool)) -> Result<(), Problem> {
	let mut json = Json::new(header, 0);
	let mut has_metadata = false;
	json.object(|key, name, json| {
		let name = name.decode();
		if name == "__metadata__" {
			if std::mem::replace(&mut has_metadata, true) {
				return Err(Problem::header("__metadata__", "is there twice"));
			}
			return json.object(|key, _, json| {
				found(At { key: key as u32, value: json.at() as u32 }, false);
				json.string().map(drop)
			});
		}
		if name.len() > MAX_NAME {
			return Err(Problem::tensor(&name, format!("has a name of {} bytes; {MAX_NAME} are the most", name.len())));
		}
		found(At { key: key as u32, value: json.at() as u32 }, true);
		tensor(json, &name).map(drop)
	})?;
	json.end()
}

/// The description of a tensor. The place is relative to the data.
fn tensor(json: &mut Json<'_>, name: &str) -> Result<Placed, Problem> {
	let wrong = |what: String| Problem::tensor(name, what);
	let (mut dtype, mut dims, mut count, mut range) = (None, [0; MAX_DIMS], None, None);
	json.object(|_, field, json| {
		let field = field.decode();
		let twice = match &*field {
			"dtype" => dtype.replace(json.string()?.decode()).is_some(),
			"shape" => {
				let mut len = 0;
				json.array(|index, json| {
					let dim = json.unsigned()?;
					*dims.get_mut(index).ok_or_else(|| wrong(format!("has more than {MAX_DIMS} dimensions")))? = dim;
					len = index + 1;
					Ok(())
				})?;
				count.replace(len).is_some()
			}
			"data_offsets" => {
				let (mut pair, mut len) = ([0; 2], 0);
				json.array(|index, json| {
					*pair.get_mut(index).ok_or_else(|| wrong("has more than two data_offsets".into()))? =
						json.unsigned()?;
					len = index + 1;
					Ok(())
				})?;
				range.replace((len == 2).then_some(pair)).is_some()
			}
			_ => return Err(wrong(format!("has the unknown field `{}`", shown(&field)))),
		};
		if twice {
			return Err(wrong(format!("has {field} twice")));
		}
		Ok(())
	})?;
	let (Some(dtype), Some(count), Some(Some([start, end]))) = (dtype, count, range) else {
		return Err(wrong("needs dtype, shape and two data_offsets".into()));
	};
	let dtype = Dtype::from_safetensors(&dtype).ok_or_else(|| Problem::Unsupported {
		what: format!("tensor `{}`: type {}", shown(name), shown(&dtype)),
		instead: "use the model as F32, F16 or BF16",
	})?;
	let placed = Placed::new(name, &dims[..count], dtype, start)?;
	if end.checked_sub(start) != Some(placed.bytes) {
		return Err(wrong(format!("has data_offsets {start} to {end}, but its shape takes {} bytes", placed.bytes)));
	}
	Ok(placed)
}

/// The data is the tensors one after the other, without a gap.
fn check_places(header: &[u8], tensors: &[At], data_len: u64) -> Result<(), Problem> {
	let mut order: Vec<(u64, u64, u32)> = Vec::with_capacity(tensors.len());
	order.extend(tensors.iter().filter_map(|&at| {
		let (_, placed) = placed(header, at)?;
		Some((placed.start, placed.bytes, at.key))
	}));
	order.sort_unstable();
	let mut end = 0;
	for (start, len, key) in order {
		if start != end {
			let name = name(header, key).map(Text::decode).unwrap_or_default();
			return Err(Problem::tensor(&name, format!("starts at {start}, not at {end} where the one before ends")));
		}
		end = start.saturating_add(len);
	}
	match end.cmp(&data_len) {
		std::cmp::Ordering::Equal => Ok(()),
		std::cmp::Ordering::Greater => {
			let part = format!("the data of its tensors, {end} bytes");
			Err(Problem::Truncated { part, at: PREFIX + header.len() + data_len as usize })
		}
		std::cmp::Ordering::Less => Err(Problem::header(
			"the data",
			format!("has {data_len} bytes, of which {} belong to no tensor", data_len - end),
		)),
	}
}

fn name(header: &[u8], at: u32) -> Option<Text<'_>> {
	Json::new(header, at as usize).string().ok()
}

/// Name and place of a tensor, the place relative to the data.
pub(crate) fn placed(header: &[u8], at: At) -> Option<(Cow<'_, str>, Placed)> {
	let name = name(header, at.key)?.decode();
	let placed = tensor(&mut Json::new(header, at.value as usize), &name).ok()?;
	Some((name, placed))
}

/// Key and value of the metadata.
pub(crate) fn entry(header: &[u8], at: At) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
	Some((name(header, at.key)?.decode(), name(header, at.value)?.decode()))
}

/// The position of a name in a sorted list.
pub(crate) fn find(header: &[u8], sorted: &[At], wanted: &str) -> Option<At> {
	let of = |at: &At| name(header, at.key).map(Text::decode).unwrap_or_default();
	sorted.binary_search_by(|at| (*of(at)).cmp(wanted)).ok().map(|index| sorted[index])
}

/// Sorts by name and refuses names that are there twice.
fn sort(header: &[u8], list: &mut [At], part: &str) -> Result<(), Problem> {
	let compare = |a: &At, b: &At| match (name(header, a.key), name(header, b.key)) {
		(Some(a), Some(b)) => a.compare(b),
		(a, b) => a.is_some().cmp(&b.is_some()),
	};
	list.sort_unstable_by(compare);
	match list.windows(2).find(|pair| compare(&pair[0], &pair[1]).is_eq()) {
		Some(pair) => {
			let name = name(header, pair[0].key).map(Text::decode).unwrap_or_default();
			Err(Problem::header(format!("{part} `{}`", shown(&name)), "is there twice"))
		}
		None => Ok(()),
	}
}
