//! How a command ends when it does not succeed.

use openledger_openlora::adapter::AdapterError;
use openledger_openlora::{EngineError, LoadError};
use std::path::Path;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
	/// The arguments contradict each other or the model.
	#[error("{0}")]
	Usage(String),
	/// The work failed.
	#[error("{0}")]
	Run(String),
	/// Standard output cannot be written.
	#[error("cannot write the output: {0}")]
	Output(#[from] std::io::Error),
}

impl Failure {
	/// A file that cannot be read or written.
	pub(crate) fn file(verb: &str, path: &Path, error: &std::io::Error) -> Self {
		Self::Run(format!("cannot {verb} {}: {error}", path.display()))
	}

	/// The work failed for that reason.
	pub(crate) fn run(error: impl std::fmt::Display) -> Self {
		Self::Run(error.to_string())
	}
}

impl From<LoadError> for Failure {
	fn from(error: LoadError) -> Self {
		Self::Run(error.to_string())
	}
}

impl From<AdapterError> for Failure {
	fn from(error: AdapterError) -> Self {
		Self::Run(error.to_string())
	}
}

impl From<EngineError> for Failure {
	fn from(error: EngineError) -> Self {
		match error {
			// What the arguments asked for is at fault.
			EngineError::PromptTooLong { tokens, limit } => Self::Usage(format!(
				"the prompt has {tokens} tokens, and at most {limit} fit with an answer; shorten it or raise --context"
			)),
			EngineError::EmptyPrompt | EngineError::Invalid(_) | EngineError::UnknownAdapter(_) => {
				Self::Usage(error.to_string())
			}
			other => Self::Run(other.to_string()),
		}
	}
}
