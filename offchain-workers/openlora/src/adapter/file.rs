//! `adapter_model.safetensors`, read into one buffer that the matrices of the adapter borrow.
//!
//! The file is read and not mapped: what is hashed is what is used, even if somebody writes to the file meanwhile, and no later
//! change of it can stop a process that serves the adapter.

use crate::buffer::Buffer;
use crate::error::LoadError;
use crate::matrix::Matrix;
use openledger_formats::{Dtype, Format, FormatError, TensorFile, TensorView};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most bytes of a safetensors file of an adapter.
pub(super) const FILE_LIMIT: u64 = 64 << 30;

/// The tensors of an adapter's file, each to be taken once.
pub struct AdapterFile {
	path: PathBuf,
	buffer: Arc<Buffer>,
	file: TensorFile,
	/// Tensors that were not taken yet, by name.
	left: BTreeMap<String, TensorView>,
}

impl std::fmt::Debug for AdapterFile {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("AdapterFile").field("file", &self.file).field("left", &self.left.len()).finish_non_exhaustive()
	}
}

/// A buffer of f32, of which a file takes the first `len` bytes.
struct Bytes {
	buffer: Arc<Buffer>,
	len: usize,
}

impl AsRef<[u8]> for Bytes {
	fn as_ref(&self) -> &[u8] {
		bytemuck::cast_slice(&self.buffer).get(..self.len).unwrap_or_default()
	}
}

/// Opens a regular file of at most `limit` bytes.
fn open(path: &Path, limit: u64) -> Result<(File, usize), LoadError> {
	let io = |source: std::io::Error| LoadError::Io { path: path.into(), source };
	let file = File::open(path).map_err(io)?;
	let metadata = file.metadata().map_err(io)?;
	let malformed = |reason: String| LoadError::Malformed { path: path.into(), reason };
	if !metadata.is_file() {
		return Err(malformed("it is not a regular file".into()));
	}
	if metadata.len() > limit {
		return Err(malformed(format!("it has {} bytes, the limit is {limit}", metadata.len())));
	}
	let len = usize::try_from(metadata.len()).map_err(|_| malformed("it is too large for this machine".into()))?;
	Ok((file, len))
}

/// The bytes of a file of at most `limit` bytes.
pub(super) fn read_text(path: &Path, limit: u64) -> Result<Vec<u8>, LoadError> {
	let (file, len) = open(path, limit)?;
	let mut text = Vec::with_capacity(len);
	file.take(limit).read_to_end(&mut text).map_err(|source| LoadError::Io { path: path.into(), source })?;
	Ok(text)
}

impl AdapterFile {
	/// Reads `adapter_model.safetensors` in `folder`.
	///
	/// # Errors
	/// [`LoadError`] if there is none, or if it is not a safetensors file; pickles are never opened.
	pub fn read(folder: &Path) -> Result<Self, LoadError> {
		let path = folder.join("adapter_model.safetensors");
		let pickle = folder.join("adapter_model.bin");
		if !path.exists() && pickle.exists() {
			let reason =
				"pickles can run code and are not read; convert it: `safetensors.torch.save_file(torch.load(file, \
			              weights_only=True), \"adapter_model.safetensors\")`";
			return Err(LoadError::Malformed { path: pickle, reason: reason.into() });
		}
		let (mut file, len) = open(&path, FILE_LIMIT)?;
		let buffer =
			Buffer::recycled(len.div_ceil(4), |values| match bytemuck::cast_slice_mut(values).get_mut(..len) {
				Some(bytes) => file.read_exact(bytes).map_err(|source| LoadError::Io { path: path.clone(), source }),
				None => Ok(()),
			})?;
		Self::parse(path, buffer, len)
	}

	/// Takes a file's bytes; `path` is for messages.
	///
	/// # Errors
	/// [`LoadError::Malformed`] if they are not those of a safetensors file.
	pub fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Self, LoadError> {
		let mut buffer = vec![0.0f32; bytes.len().div_ceil(4)];
		if let Some(target) = bytemuck::cast_slice_mut::<f32, u8>(&mut buffer).get_mut(..bytes.len()) {
			target.copy_from_slice(bytes);
		}
		Self::parse(path.into(), buffer.into(), bytes.len())
	}

	fn parse(path: PathBuf, buffer: Buffer, len: usize) -> Result<Self, LoadError> {
		let buffer = Arc::new(buffer);
		let bytes = Bytes { buffer: Arc::clone(&buffer), len };
		let file = TensorFile::from_bytes(&path, Arc::new(bytes)).map_err(|error| malformed(&path, &error))?;
		if file.format() != Format::Safetensors {
			let reason = "it is not a safetensors file".into();
			return Err(LoadError::Malformed { path, reason });
		}
		let left = file.tensors().map(|tensor| (tensor.name().to_owned(), tensor)).collect();
		Ok(Self { path, buffer, file, left })
	}

	/// BLAKE3 of the whole file, computed while `work` runs.
	///
	/// # Errors
	/// If the system refuses a thread.
	pub fn hash_beside<T>(self, work: impl FnOnce(Self) -> T) -> Result<([u8; 32], T), LoadError> {
		let (path, file) = (self.path.clone(), self.file.clone());
		std::thread::scope(|scope| {
			let hash = move || *blake3::hash(file.bytes()).as_bytes();
			let hashing = std::thread::Builder::new().name("adapter-hash".into()).spawn_scoped(scope, hash);
			let hashing = hashing.map_err(|source| LoadError::Io { path, source })?;
			let done = work(self);
			let hash = hashing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
			Ok((hash, done))
		})
	}

	/// Names of the tensors that were not taken yet, in order.
	pub fn names(&self) -> impl Iterator<Item = &str> {
		self.left.keys().map(String::as_str)
	}

	/// An error about a tensor.
	pub fn error(&self, tensor: &str, reason: impl Into<String>) -> LoadError {
		LoadError::Tensor { path: self.path.clone(), tensor: tensor.into(), reason: reason.into() }
	}

	/// The dimensions of a tensor that was not taken yet.
	pub fn shape(&self, name: &str) -> Option<Vec<usize>> {
		self.left.get(name).map(TensorView::shape)
	}

	/// Takes a tensor that must have these dimensions; a vector becomes one row.
	///
	/// # Errors
	/// [`LoadError::Tensor`] if it has others, a type that is not a float, or a value that is not finite.
	pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<Option<Matrix>, LoadError> {
		let Some(tensor) = self.left.remove(name) else { return Ok(None) };
		let found = tensor.shape();
		if found != shape {
			return Err(self.error(name, format!("has the shape {found:?}, the base model needs {shape:?}")));
		}
		let (rows, cols) = match shape {
			[cols] => (1, *cols),
			[rows, cols] => (*rows, *cols),
			_ => return Err(self.error(name, "is neither a vector nor a matrix")),
		};
		let matrix = self.values(&tensor, rows, cols)?;
		// An exponent of all ones is an infinity or no number. One pass without branches, in operations that every processor
		// has for vectors: this looks at every weight of every load.
		const EXPONENT: u32 = 0x7f80_0000;
		let broken =
			matrix.data().iter().fold(0u32, |broken, value| broken | u32::from(value.to_bits() & EXPONENT == EXPONENT));
		if broken != 0 {
			let bad = matrix.data().iter().position(|value| !value.is_finite()).unwrap_or_default();
			return Err(self.error(name, format!("value {bad} is not finite; the adapter is broken")));
		}
		Ok(Some(matrix))
	}

	/// F32 values are borrowed where they are aligned, others converted.
	fn values(&self, tensor: &TensorView, rows: usize, cols: usize) -> Result<Matrix, LoadError> {
		let (dtype, start) = (tensor.dtype(), tensor.range().start);
		let outside = || self.error(tensor.name(), "lies outside the file");
		match dtype {
			Dtype::F32 if start % 4 == 0 && cfg!(target_endian = "little") => {
				Matrix::shared(rows, cols, Arc::clone(&self.buffer), start / 4).ok_or_else(outside)
			}
			Dtype::F32 | Dtype::F16 | Dtype::BF16 => {
				let values = tensor.to_f32().map_err(|error| malformed(&self.path, &error))?;
				Matrix::new(rows, cols, values).ok_or_else(outside)
			}
			other => Err(self.error(tensor.name(), format!("has the type {other:?}; only F32, F16 and BF16 are read"))),
		}
	}

	/// Takes a vector of `len` values.
	///
	/// # Errors
	/// As [`AdapterFile::take`].
	pub fn take_vector(&mut self, name: &str, len: usize) -> Result<Option<Vec<f32>>, LoadError> {
		Ok(self.take(name, &[len])?.map(|vector| vector.data().to_vec()))
	}
}

fn malformed(path: &Path, error: &FormatError) -> LoadError {
	LoadError::Malformed { path: path.into(), reason: error.problem.to_string() }
}
