//! Why a tokenizer could not be read.

use std::path::{Path, PathBuf};

/// Why a tokenizer could not be read; every variant names the file.
#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
	/// The file does not exist.
	#[error("{} does not exist{}", .path.display(), .hint)]
	Missing {
		/// The file that was looked for.
		path: PathBuf,
		/// What to do, empty if there is nothing to say.
		hint: &'static str,
	},
	/// The file exists and cannot be read.
	#[error("cannot read {}: {source}", .path.display())]
	Io {
		/// The file.
		path: PathBuf,
		/// The operating system's answer.
		source: std::io::Error,
	},
	/// The file is not JSON, or not what its name says.
	#[error("{} is malformed: {reason}", .path.display())]
	Malformed {
		/// The file.
		path: PathBuf,
		/// The parser's answer.
		reason: String,
	},
	/// A field is missing, or has a value that is not supported.
	#[error("{}: field `{field}`: {reason}", .path.display())]
	Field {
		/// The file.
		path: PathBuf,
		/// The field, as spelled in the file.
		field: String,
		/// What is wrong with it.
		reason: String,
	},
}

impl TokenizerError {
	pub(crate) fn field(path: &Path, field: impl Into<String>, reason: impl Into<String>) -> Self {
		Self::Field { path: path.to_owned(), field: field.into(), reason: reason.into() }
	}

	pub(crate) fn malformed(path: &Path, reason: impl ToString) -> Self {
		Self::Malformed { path: path.to_owned(), reason: reason.to_string() }
	}
}
