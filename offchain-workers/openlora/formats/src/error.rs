//! What can be wrong with a file.

use std::{
	io,
	path::{Path, PathBuf},
};

/// Why a file, or a part of it, cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct FormatError {
	/// The file or folder.
	pub path: PathBuf,
	/// What is wrong with it, and what to do.
	pub problem: Problem,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
	/// The operating system refused.
	#[error("{0}")]
	Io(io::Error),
	/// Neither GGUF nor safetensors.
	#[error("{0}")]
	Unknown(String),
	/// The file ends inside a part of it.
	#[error("the file ends inside {part}, at byte {at}: it was cut short; fetch it again")]
	Truncated {
		/// The part.
		part: String,
		/// Where the part that is missing would start.
		at: usize,
	},
	/// A field of the header contradicts the format or the file.
	#[error("{field}: {what}; the file is damaged or was written wrongly: fetch it again or convert the model anew")]
	Header {
		/// The field.
		field: String,
		/// What is wrong with it.
		what: String,
	},
	/// A tensor contradicts the format or the file.
	#[error("tensor `{tensor}`: {what}")]
	Tensor {
		/// The tensor.
		tensor: String,
		/// What is wrong with it, or with what was asked of it.
		what: String,
	},
	/// There is no such tensor.
	#[error("there is no tensor `{0}`; is it a model of another family?")]
	Missing(String),
	/// A metadata value has another type than its reader needs.
	#[error("metadata `{key}` is {found}, not {expected}; convert the model anew")]
	Type {
		/// The key.
		key: String,
		/// What it is.
		found: String,
		/// What it must be.
		expected: &'static str,
	},
	/// Well-formed, but not readable here.
	#[error("{what} is not supported; {instead}")]
	Unsupported {
		/// What is not supported.
		what: String,
		/// What to do instead.
		instead: &'static str,
	},
}

impl Problem {
	/// The same with the path it is about.
	pub(crate) fn at(self, path: &Path) -> FormatError {
		FormatError { path: path.to_owned(), problem: self }
	}

	pub(crate) fn header(field: impl Into<String>, what: impl Into<String>) -> Self {
		Self::Header { field: field.into(), what: what.into() }
	}

	pub(crate) fn tensor(name: &str, what: impl Into<String>) -> Self {
		Self::Tensor { tensor: shown(name), what: what.into() }
	}
}

/// A name from a file as an error shows it: escaped, and not longer than a line.
pub(crate) fn shown(name: &str) -> String {
	let mut text: String = name.escape_debug().take(100).collect();
	if name.len() > 100 {
		text.push('…');
	}
	text
}
