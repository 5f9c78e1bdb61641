//! What can go wrong when an adapter is trained or written.

use std::path::PathBuf;

/// Why a training run did not start, did not finish, or was not written.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
	/// There is nothing to train on.
	#[error("there are no rows to train on")]
	NoRows,
	/// A row has no response.
	#[error("row {row} has an empty response")]
	EmptyResponse {
		/// Index of the row.
		row: usize,
	},
	/// A row is too long.
	#[error("row {row} has {tokens} tokens, the limit is {limit}")]
	RowTooLong {
		/// Index of the row.
		row: usize,
		/// Its tokens, template included.
		tokens: usize,
		/// The limit in the options.
		limit: usize,
	},
	/// The chat template refused a row.
	#[error("row {row}: {source}")]
	Chat {
		/// Index of the row.
		row: usize,
		/// The template's answer.
		source: openledger_openlora::ChatError,
	},
	/// The model cannot be trained.
	#[error("the base model: {0}")]
	Model(String),
	/// A target module is not a linear layer of a block.
	#[error("`{0}` is not a linear layer that can be adapted")]
	UnknownTarget(String),
	/// No target module is given.
	#[error("no target module is given")]
	NoTargets,
	/// The rank is 0 or above the width of the model.
	#[error("rank {rank} is not between 1 and {limit}")]
	Rank {
		/// The rank in the options.
		rank: usize,
		/// The width of the model.
		limit: usize,
	},
	/// An option is out of range.
	#[error("option `{option}`: {reason}")]
	Option {
		/// Its name.
		option: &'static str,
		/// What is wrong with it.
		reason: String,
	},
	/// The loss or a gradient is not a finite number.
	#[error("the loss of step {step} is not finite; a lower learning rate may help")]
	NotFinite {
		/// The step, from 1.
		step: u32,
	},
	/// The progress callback asked to stop.
	#[error("cancelled after step {step}")]
	Cancelled {
		/// The last finished step, from 1.
		step: u32,
	},
	/// No thread pool could be started.
	#[error("cannot start threads: {0}")]
	Threads(String),
	/// The adapter cannot be written.
	#[error("cannot write {}: {source}", .path.display())]
	Io {
		/// The file or folder.
		path: PathBuf,
		/// The operating system's answer.
		source: std::io::Error,
	},
	/// The target folder exists.
	#[error("{} exists already", .path.display())]
	Exists {
		/// The folder.
		path: PathBuf,
	},
}
