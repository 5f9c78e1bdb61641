//! One open file.

use std::{
	borrow::Cow,
	path::{Path, PathBuf},
	sync::Arc,
};

use crate::{
	bytes::Bytes, error::shown, gguf, metadata::Value, safetensors, tensor::Placed, FormatError, Metadata, Problem,
	TensorInfo, TensorView,
};

/// The format of a file, told by its first bytes and not by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
	/// GGUF, little-endian.
	Gguf {
		/// 2 or 3.
		version: u32,
	},
	/// safetensors.
	Safetensors,
}

enum Index {
	Gguf(gguf::Index),
	Safetensors(safetensors::Index),
}

/// What a file and the views of its tensors share.
pub(crate) struct Inner {
	pub(crate) path: PathBuf,
	pub(crate) bytes: Bytes,
	/// A copy of everything before the data, so that what was checked cannot change.
	header: Box<[u8]>,
	index: Index,
}

/// An open GGUF or safetensors file. Cheap to clone.
#[derive(Clone)]
pub struct TensorFile {
	inner: Arc<Inner>,
}

impl TensorFile {
	/// Maps a file and checks its header: metadata, names, shapes, places. No value of a tensor is read.
	///
	/// # Errors
	/// A file that cannot be read, is of neither format, is cut short, contradicts itself, or has tensors of an unknown type.
	pub fn open(path: impl AsRef<Path>) -> Result<Self, FormatError> {
		let path = path.as_ref();
		Self::new(path, Bytes::map(path)?)
	}

	/// The same for a file in memory, which stays where it is; `name` is for errors.
	///
	/// # Errors
	/// As [`Self::open`].
	pub fn from_bytes(name: impl AsRef<Path>, bytes: Arc<dyn AsRef<[u8]> + Send + Sync>) -> Result<Self, FormatError> {
		Self::new(name.as_ref(), Bytes::Shared(bytes))
	}

	fn new(path: &Path, bytes: Bytes) -> Result<Self, FormatError> {
		let (header, index) = parse(&bytes).map_err(|problem| problem.at(path))?;
		Ok(Self { inner: Arc::new(Inner { path: path.to_owned(), bytes, header, index }) })
	}

	/// The path it was opened by.
	pub fn path(&self) -> &Path {
		&self.inner.path
	}

	/// The format.
	pub fn format(&self) -> Format {
		match &self.inner.index {
			Index::Gguf(index) => Format::Gguf { version: index.version },
			Index::Safetensors(_) => Format::Safetensors,
		}
	}

	/// All bytes of the file.
	pub fn bytes(&self) -> &[u8] {
		&self.inner.bytes
	}

	/// Number of tensors.
	pub fn len(&self) -> usize {
		match &self.inner.index {
			Index::Gguf(index) => index.tensors.len(),
			Index::Safetensors(index) => index.tensors.len(),
		}
	}

	/// Whether there are no tensors.
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}

	/// The names of the tensors, sorted.
	pub fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
		(0..self.len()).filter_map(|index| self.entry(index).map(|(name, _)| name))
	}

	/// All tensors by name, sorted, for one pass over the header.
	pub fn tensors(&self) -> impl Iterator<Item = TensorView> + '_ {
		let view = |(name, placed): (Cow<'_, str>, Placed)| {
			// Inside the file: checked on opening.
			let start = self.data_start() + placed.start as usize;
			TensorView::new(self.inner.clone(), &name, placed, start)
		};
		(0..self.len()).filter_map(move |index| self.entry(index).map(view))
	}

	/// Shape and type of a tensor.
	pub fn get(&self, name: &str) -> Option<TensorInfo> {
		self.placed(name).map(|placed| TensorInfo { shape: placed.shape().collect(), dtype: placed.dtype })
	}

	/// The key-values of the file.
	pub fn metadata(&self) -> Metadata<'_> {
		Metadata { file: self }
	}

	/// A tensor.
	///
	/// # Errors
	/// There is none of that name.
	pub fn tensor(&self, name: &str) -> Result<TensorView, FormatError> {
		let placed = self.placed(name).ok_or_else(|| Problem::Missing(shown(name)).at(self.path()))?;
		// Inside the file: checked on opening.
		let start = self.data_start() + placed.start as usize;
		Ok(TensorView::new(self.inner.clone(), name, placed, start))
	}

	fn data_start(&self) -> usize {
		match &self.inner.index {
			Index::Gguf(index) => index.data_start,
			Index::Safetensors(_) => safetensors::PREFIX + self.inner.header.len(),
		}
	}

	fn entry(&self, index: usize) -> Option<(Cow<'_, str>, Placed)> {
		let header = &self.inner.header;
		match &self.inner.index {
			Index::Gguf(gguf) => {
				gguf::placed(header, *gguf.tensors.get(index)?).map(|(name, placed)| (name.into(), placed))
			}
			Index::Safetensors(file) => safetensors::placed(header, *file.tensors.get(index)?),
		}
	}

	fn placed(&self, name: &str) -> Option<Placed> {
		let header = &self.inner.header;
		match &self.inner.index {
			Index::Gguf(index) => {
				gguf::placed(header, gguf::find(header, &index.tensors, name)?).map(|(_, placed)| placed)
			}
			Index::Safetensors(index) => {
				safetensors::placed(header, safetensors::find(header, &index.tensors, name)?).map(|(_, placed)| placed)
			}
		}
	}

	pub(crate) fn metadata_len(&self) -> usize {
		match &self.inner.index {
			Index::Gguf(index) => index.keys.len(),
			Index::Safetensors(index) => index.metadata.len(),
		}
	}

	pub(crate) fn metadata_entry(&self, index: usize) -> Option<(Cow<'_, str>, Value<'_>)> {
		let header = &self.inner.header;
		match &self.inner.index {
			Index::Gguf(gguf) => gguf::entry(header, *gguf.keys.get(index)?).map(|(key, value)| (key.into(), value)),
			Index::Safetensors(file) => {
				safetensors::entry(header, *file.metadata.get(index)?).map(|(key, value)| (key, Value::String(value)))
			}
		}
	}

	pub(crate) fn metadata_value(&self, key: &str) -> Option<Value<'_>> {
		let header = &self.inner.header;
		match &self.inner.index {
			Index::Gguf(index) => gguf::entry(header, gguf::find(header, &index.keys, key)?).map(|(_, value)| value),
			Index::Safetensors(index) => safetensors::entry(header, safetensors::find(header, &index.metadata, key)?)
				.map(|(_, value)| Value::String(value)),
		}
	}
}

impl std::fmt::Debug for TensorFile {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "{} ({:?}, {} tensors)", self.path().display(), self.format(), self.len())
	}
}

fn parse(bytes: &[u8]) -> Result<(Box<[u8]>, Index), Problem> {
	if bytes.starts_with(gguf::MAGIC) {
		// Once to find where the header ends, once over the copy: what counts is what the copy says.
		let end = gguf::index(bytes, bytes.len())?.header_end;
		let header: Box<[u8]> = bytes.get(..end).unwrap_or_default().into();
		let index = gguf::index(&header, bytes.len())?;
		return Ok((header, Index::Gguf(index)));
	}
	if bytes.get(safetensors::PREFIX) != Some(&b'{') {
		return Err(Problem::Unknown(unknown(bytes)));
	}
	let header: Box<[u8]> = safetensors::header(bytes)?.into();
	let data_len = bytes.len().saturating_sub(safetensors::PREFIX + header.len());
	let index = safetensors::index(&header, data_len as u64)?;
	Ok((header, Index::Safetensors(index)))
}

/// What a file is that is neither GGUF nor safetensors, as far as its first bytes tell, and what to do about it.
fn unknown(bytes: &[u8]) -> String {
	let starts = |magics: &[&[u8]]| magics.iter().any(|magic| bytes.starts_with(magic));
	let what = if bytes.is_empty() {
		"is empty: fetch it again"
	} else if starts(&[b"version https://git-lfs"]) {
		"is a pointer of Git LFS and not the file: run `git lfs pull` in its folder"
	} else if starts(&[b"PK\x03\x04", b"\x80\x02"]) {
		"is a PyTorch file: convert it to safetensors, which cannot carry code"
	} else if starts(&[b"lmgg", b"tjgg", b"fmgg", b"algg"]) {
		"is of a format before GGUF: convert the model anew"
	} else if starts(&[b"<!", b"<html", b"<HTML"]) {
		"is a web page: fetch the file itself"
	} else if starts(&[b"{"]) {
		"is JSON: give the folder that it lies in, or the weights beside it"
	} else {
		"is neither GGUF nor safetensors: give a .gguf file, a .safetensors file or a folder with model.safetensors"
	};
	what.into()
}
