//! Arguments of the commands that run an ONNX model over texts.

use super::arguments::{assets, read};
use super::failure::Failure;
use clap::Args;
use openledger_onnx::{Files, OnnxError, Options};
use std::path::{Path, PathBuf};

/// Texts, one by one or one a line.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct TextArguments {
	/// The texts
	#[arg(value_name = "TEXT")]
	texts: Vec<String>,
	/// A file with a text on each line; - is standard input
	#[arg(long, value_name = "FILE")]
	file: Option<PathBuf>,
}

impl TextArguments {
	/// The texts, none of them empty.
	///
	/// # Errors
	/// [`Failure::Usage`] if there is none or one is empty, [`Failure::Run`] if the file cannot be read.
	pub(crate) fn read(&self) -> Result<Vec<String>, Failure> {
		let texts = match &self.file {
			Some(path) => read(path)?.lines().map(str::to_owned).collect(),
			None => self.texts.clone(),
		};
		if texts.is_empty() {
			return Err(Failure::Usage("there is no text".into()));
		}
		match texts.iter().position(|text| text.trim().is_empty()) {
			Some(at) => Err(empty(at)),
			None => Ok(texts),
		}
	}
}

/// Which library runs the model, and how.
#[derive(Debug, Args)]
pub(crate) struct OnnxArguments {
	/// The library of ONNX Runtime [default: that of `make setup`]
	#[arg(long, env = "ORT_DYLIB_PATH", value_name = "FILE")]
	runtime: Option<PathBuf>,
	/// The tokenizer [default: tokenizer.json beside the model]
	#[arg(long, value_name = "FILE")]
	tokenizer: Option<PathBuf>,
	/// Texts that share a run: 1 where bits count, 8 to 32 where speed does
	#[arg(long, default_value_t = 1, value_name = "N")]
	batch: usize,
	/// Sessions of one thread each, every one with its copy of the model
	#[arg(long, default_value_t = 1, value_name = "N")]
	threads: usize,
}

impl OnnxArguments {
	/// The files of the model at `path`, or of the sentence encoder of `make setup`.
	///
	/// # Errors
	/// [`Failure::Run`] if the model or its tokenizer is not there.
	pub(crate) fn files(&self, path: Option<&Path>) -> Result<Files, Failure> {
		let ours = Files::in_assets(assets());
		let runtime = self.runtime.clone().unwrap_or_else(|| ours.runtime.clone());
		Ok(match (path, &self.tokenizer) {
			(Some(model), Some(tokenizer)) => Files::with_tokenizer(runtime, model, tokenizer)?,
			(Some(model), None) => Files::find(runtime, model)?,
			(None, tokenizer) => Files { runtime, tokenizer: tokenizer.clone().unwrap_or(ours.tokenizer), ..ours },
		})
	}

	/// How the model is run; the library checks the ranges.
	pub(crate) fn options(&self, max_tokens: usize) -> Options {
		Options { threads: self.threads, batch: self.batch, max_tokens }
	}
}

fn empty(position: usize) -> Failure {
	Failure::Usage(format!("text {} is empty", position + 1))
}

impl From<OnnxError> for Failure {
	fn from(error: OnnxError) -> Self {
		match error {
			// People count from 1.
			OnnxError::EmptyText { position } => empty(position),
			OnnxError::Option { .. } | OnnxError::EmptyQuery | OnnxError::QueryTooLong { .. } => {
				Self::Usage(error.to_string())
			}
			other => Self::Run(other.to_string()),
		}
	}
}
