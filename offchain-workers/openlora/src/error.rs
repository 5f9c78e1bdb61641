//! What can go wrong when a model or an adapter is loaded, and when a request is submitted.

use std::path::PathBuf;

/// Why a model or an adapter could not be loaded. Every variant names the file.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
	/// The file does not exist.
	#[error("{} does not exist; run `make setup` to download the model files", .path.display())]
	Missing {
		/// The file that was looked for.
		path: PathBuf,
	},
	/// The file exists and cannot be read.
	#[error("cannot read {}: {source}", .path.display())]
	Io {
		/// The file.
		path: PathBuf,
		/// The operating system's answer.
		source: std::io::Error,
	},
	/// The file is not what its name says: not GGUF, not safetensors, not JSON.
	#[error("{} is malformed: {reason}", .path.display())]
	Malformed {
		/// The file.
		path: PathBuf,
		/// The parser's answer.
		reason: String,
	},
	/// The model's architecture is not supported.
	#[error("{}: architecture `{name}` is not supported, only `llama`", .path.display())]
	Architecture {
		/// The file.
		path: PathBuf,
		/// `general.architecture` of the file.
		name: String,
	},
	/// A metadata or configuration field is missing, or has a value that is not supported.
	#[error("{}: field `{field}`: {reason}", .path.display())]
	Field {
		/// The file.
		path: PathBuf,
		/// The field, as spelled in the file.
		field: String,
		/// What is wrong with it.
		reason: String,
	},
	/// A tensor is missing, unexpected, or has another shape.
	#[error("{}: tensor `{tensor}`: {reason}", .path.display())]
	Tensor {
		/// The file.
		path: PathBuf,
		/// The tensor, as spelled in the file.
		tensor: String,
		/// What is wrong with it.
		reason: String,
	},
	/// The engine thread cannot be started.
	#[error("cannot start the engine: {0}")]
	Engine(String),
}

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
	/// The same request may succeed later.
	Retry,
	/// The same request will fail again.
	GiveUp,
}

/// Why a request was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
	/// The queue is full.
	#[error("the engine is overloaded: {queue} requests are waiting")]
	Overloaded {
		/// Capacity of the queue, in requests.
		queue: usize,
	},
	/// No adapter of that name is loaded.
	#[error("adapter `{0}` is not loaded")]
	UnknownAdapter(String),
	/// The prompt leaves no room for an answer.
	#[error("the prompt has {tokens} tokens, the limit is {limit}")]
	PromptTooLong {
		/// Tokens of the prompt.
		tokens: usize,
		/// The most that is accepted.
		limit: usize,
	},
	/// The prompt has no token.
	#[error("the prompt is empty")]
	EmptyPrompt,
	/// A field of the request is out of range.
	#[error("invalid request: {0}")]
	Invalid(String),
	/// The engine thread has ended.
	#[error("the engine has stopped")]
	Stopped,
}

impl EngineError {
	/// Whether trying again makes sense.
	pub fn kind(&self) -> ErrorKind {
		match self {
			Self::Overloaded { .. } => ErrorKind::Retry,
			_ => ErrorKind::GiveUp,
		}
	}
}
