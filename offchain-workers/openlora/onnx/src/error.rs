//! Why there is no model, or no answer of one.

use std::path::PathBuf;

/// Why there is no model, or no answer of one.
#[derive(Debug, thiserror::Error)]
pub enum OnnxError {
	/// A file is not there.
	#[error("{what} is missing: {} ({fix})", .path.display())]
	Missing {
		/// What it is.
		what: &'static str,
		/// Where it was looked for.
		path: PathBuf,
		/// What to do about it.
		fix: &'static str,
	},
	/// The library cannot be loaded.
	#[error("{} is not a library of ONNX Runtime that this machine can load (run `make setup`): {source}", .path.display())]
	Library {
		/// The library.
		path: PathBuf,
		/// The cause.
		source: ort::LoadDynamicError,
	},
	/// The library is older than its interface that is used here.
	#[error("{} is ONNX Runtime {found}, 1.{} or later is needed (run `make setup`)", .path.display(), ort::MINOR_VERSION)]
	TooOld {
		/// The library.
		path: PathBuf,
		/// Its version.
		found: String,
	},
	/// The process uses another library already, and can use only one.
	#[error("{} was asked for, but this process uses {} already", .asked.display(), .loaded.display())]
	OtherLibrary {
		/// The library asked for.
		asked: PathBuf,
		/// The library in use.
		loaded: PathBuf,
	},
	/// The library was loaded and does not start.
	#[error("{} does not start: {reason}", .path.display())]
	Start {
		/// The library.
		path: PathBuf,
		/// The cause.
		reason: String,
	},
	/// An option is out of its range.
	#[error("{name} is {value}: from {least} to {most}")]
	Option {
		/// The option.
		name: &'static str,
		/// What was asked for.
		value: usize,
		/// The least that can be.
		least: usize,
		/// The most that can be.
		most: usize,
	},
	/// The tokenizer's file is not one.
	#[error("{} is not a tokenizer ({fix}): {reason}", .path.display())]
	Tokenizer {
		/// The file.
		path: PathBuf,
		/// What to do about it.
		fix: &'static str,
		/// The cause.
		reason: String,
	},
	/// The model's file is not one, or not of this kind.
	#[error("{} is not {what} ({fix}): {reason}", .path.display())]
	Model {
		/// The file.
		path: PathBuf,
		/// What it should be.
		what: &'static str,
		/// What to do about it.
		fix: &'static str,
		/// The cause.
		reason: String,
	},
	/// A text has no word in it.
	#[error("text {position} is empty")]
	EmptyText {
		/// Its position among the texts, from 0.
		position: usize,
	},
	/// The query has no word in it.
	#[error("the query is empty")]
	EmptyQuery,
	/// The query leaves no room for a document.
	#[error(
		"the query has {tokens} tokens, and at most {most} leave room for a document; shorten it or raise the limit"
	)]
	QueryTooLong {
		/// Its tokens.
		tokens: usize,
		/// The most there can be.
		most: usize,
	},
	/// What the model says about a text is no vector or no score.
	#[error("the model's answer to text {position} {reason}")]
	Answer {
		/// Its position among the texts, from 0.
		position: usize,
		/// What is wrong with it.
		reason: &'static str,
	},
	/// The model failed on a text, or on a run of several.
	#[error("the model failed on text {position}{}: {reason}", others(*.count))]
	Run {
		/// The position among the texts, from 0, of the first text of the run.
		position: usize,
		/// The texts of the run.
		count: usize,
		/// The cause.
		reason: String,
	},
}

fn others(count: usize) -> String {
	match count.saturating_sub(1) {
		0 => String::new(),
		more => format!(" or on one of the {more} in its batch"),
	}
}
