//! Reading GGUF: typed metadata and tensors dequantised to f32, with errors that name file, field and tensor.

use crate::error::LoadError;
use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::Device;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// An open GGUF file: its header is in memory, its tensors are read one at a time.
pub(crate) struct Gguf {
	path: PathBuf,
	file: BufReader<File>,
	content: Content,
}

impl Gguf {
	/// Opens `path` and reads its header.
	pub(crate) fn open(path: &Path) -> Result<Self, LoadError> {
		let mut file = BufReader::new(open(path)?);
		let content = Content::read(&mut file)
			.map_err(|e| LoadError::Malformed { path: path.to_owned(), reason: e.to_string() })?;
		Ok(Self { path: path.to_owned(), file, content })
	}

	/// The file's path, for error messages.
	pub(crate) fn path(&self) -> &Path {
		&self.path
	}

	/// The value of `key`, if present.
	pub(crate) fn get(&self, key: &str) -> Option<&Value> {
		self.content.metadata.get(key)
	}

	/// An error about the metadata field `field`.
	pub(crate) fn field_error(&self, field: &str, reason: impl Into<String>) -> LoadError {
		LoadError::Field { path: self.path.clone(), field: field.into(), reason: reason.into() }
	}

	/// An error about the tensor `tensor`.
	pub(crate) fn tensor_error(&self, tensor: &str, reason: impl Into<String>) -> LoadError {
		LoadError::Tensor { path: self.path.clone(), tensor: tensor.into(), reason: reason.into() }
	}

	fn required(&self, key: &str) -> Result<&Value, LoadError> {
		self.get(key).ok_or_else(|| self.field_error(key, "is missing"))
	}

	/// A required string.
	pub(crate) fn string(&self, key: &str) -> Result<&str, LoadError> {
		let value = self.required(key)?;
		value.to_string().map(String::as_str).map_err(|e| self.field_error(key, e.to_string()))
	}

	/// A required non-negative integer of any width.
	pub(crate) fn integer(&self, key: &str) -> Result<usize, LoadError> {
		let value = self.required(key)?;
		let wide = match value {
			Value::I32(v) if *v >= 0 => *v as u64,
			Value::I64(v) if *v >= 0 => *v as u64,
			other => other.to_u64().map_err(|e| self.field_error(key, e.to_string()))?,
		};
		usize::try_from(wide).map_err(|_| self.field_error(key, "is too large"))
	}

	/// A required float.
	pub(crate) fn float(&self, key: &str) -> Result<f32, LoadError> {
		self.required(key)?.to_f32().map_err(|e| self.field_error(key, e.to_string()))
	}

	/// A required array of strings.
	pub(crate) fn strings(&self, key: &str) -> Result<Vec<&str>, LoadError> {
		let values = self.required(key)?.to_vec().map_err(|e| self.field_error(key, e.to_string()))?;
		values
			.iter()
			.map(|v| v.to_string().map(String::as_str).map_err(|e| self.field_error(key, e.to_string())))
			.collect()
	}

	/// A required array of integers.
	pub(crate) fn integers(&self, key: &str) -> Result<Vec<i64>, LoadError> {
		let values = self.required(key)?.to_vec().map_err(|e| self.field_error(key, e.to_string()))?;
		let one = |v: &Value| match v {
			Value::I32(v) => Ok(i64::from(*v)),
			Value::U32(v) => Ok(i64::from(*v)),
			other => Err(self.field_error(key, format!("{other:?} is not a 32-bit integer"))),
		};
		values.iter().map(one).collect()
	}

	/// Whether the file has a tensor of that name.
	pub(crate) fn has_tensor(&self, name: &str) -> bool {
		self.content.tensor_infos.contains_key(name)
	}

	/// The tensor `name`, dequantised to f32 in row-major order; it must have exactly the shape `shape`.
	pub(crate) fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, LoadError> {
		let Some(info) = self.content.tensor_infos.get(name) else {
			return Err(self.tensor_error(name, "is missing"));
		};
		if info.shape.dims() != shape {
			let reason = format!("has shape {:?}, expected {shape:?}", info.shape.dims());
			return Err(self.tensor_error(name, reason));
		}
		let read = self
			.content
			.tensor(&mut self.file, name, &Device::Cpu)
			.and_then(|quantised| quantised.dequantize(&Device::Cpu))
			.and_then(|tensor| tensor.flatten_all()?.to_vec1::<f32>());
		let values = read.map_err(|e| self.tensor_error(name, e.to_string()))?;
		match values.iter().all(|v| v.is_finite()) {
			true => Ok(values),
			false => Err(self.tensor_error(name, "holds a value that is not finite")),
		}
	}
}

/// Opens a file for reading.
///
/// # Errors
/// [`LoadError::Missing`] if it does not exist, [`LoadError::Io`] otherwise.
pub(crate) fn open(path: &Path) -> Result<File, LoadError> {
	File::open(path).map_err(|source| match source.kind() {
		std::io::ErrorKind::NotFound => LoadError::Missing { path: path.to_owned() },
		_ => LoadError::Io { path: path.to_owned(), source },
	})
}
