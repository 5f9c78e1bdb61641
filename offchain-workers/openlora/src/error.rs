//! What can go wrong when a model or an adapter is loaded, and when a request is submitted.

use std::path::PathBuf;

/// Why a model or an adapter could not be loaded. Every variant names the file.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
	/// The file does not exist.
	#[error("{} does not exist; a model is a GGUF file or a Hugging Face folder, and `make setup` fetches the default one", .path.display())]
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
	/// The queue is full, or the payer's part of it.
	#[error("the engine is overloaded: {queue} requests are waiting; try again in {retry_after_ms} ms")]
	Overloaded {
		/// The capacity that is used up, in requests.
		queue: usize,
		/// When a place is likely to be free, in milliseconds.
		retry_after_ms: u64,
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
	/// The keys and values of the whole answer would not fit the engine's memory.
	#[error("the request can take {needed} bytes of memory, the engine has {budget}; lower max_tokens or the prompt")]
	TooLarge {
		/// Bytes of the pages at the request's limit.
		needed: usize,
		/// Bytes that pages and adapters share.
		budget: usize,
	},
	/// A field of the request is out of range.
	#[error("invalid request: {0}")]
	Invalid(String),
	/// The engine thread has ended, or is about to.
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

/// Why an accepted request could not be completed. Other requests are unharmed, but by [`RequestError::Engine`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
	/// The deadline passed before the first token.
	#[error("the deadline passed before the first token")]
	Deadline,
	/// An adapter of the request cannot be loaded.
	#[error("adapter `{name}`: {reason}")]
	Adapter {
		/// The name it was requested by.
		name: String,
		/// What is wrong with it.
		reason: String,
	},
	/// Another adapter was loaded under a name of the request while the request was paused.
	#[error("an adapter of the request was replaced before the answer was complete; ask again")]
	AdapterReplaced,
	/// The adapters and the pages of the request together do not fit the engine's memory.
	#[error("the request and its adapters need {needed} bytes of memory, the engine has {budget}")]
	Memory {
		/// Bytes of the request at its limit.
		needed: usize,
		/// Bytes that pages and adapters share.
		budget: usize,
	},
	/// The model or the adapter computes numbers that are not finite.
	#[error("the activations are not finite; the model or the adapter is broken")]
	NotFinite,
	/// No next token could be chosen.
	#[error("no token could be chosen: {0}")]
	Choice(String),
	/// The engine has failed; every request fails with it.
	#[error("the engine has failed: {0}")]
	Engine(String),
	/// The engine was stopped before the request was complete.
	#[error("the engine has stopped")]
	Stopped,
}

impl RequestError {
	/// Whether trying again makes sense.
	pub fn kind(&self) -> ErrorKind {
		match self {
			Self::Deadline | Self::AdapterReplaced => ErrorKind::Retry,
			_ => ErrorKind::GiveUp,
		}
	}
}
