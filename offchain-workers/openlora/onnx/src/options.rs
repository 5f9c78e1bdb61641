//! How a model is run.

use crate::OnnxError;

/// The most sessions of a model.
pub const MAX_THREADS: usize = 64;
/// The most texts of a run.
pub const MAX_BATCH: usize = 256;
/// The most tokens of a text that can be asked for. A model has a limit of its own: 512 for most encoders.
pub const MAX_TOKENS: usize = 8192;

/// How a model is run. The default is one text at a time on one thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
	/// Sessions, each with one thread and its own copy of the model: 1 to [`MAX_THREADS`].
	pub threads: usize,
	/// Texts that share a run: 1 to [`MAX_BATCH`]. More than 1 lets neighbours change a text's numbers: see the crate.
	pub batch: usize,
	/// The most tokens of a text or a pair that count, those that mark its ends included: 1 to [`MAX_TOKENS`]. What follows is
	/// ignored.
	pub max_tokens: usize,
}

impl Default for Options {
	fn default() -> Self {
		Self { threads: 1, batch: 1, max_tokens: 256 }
	}
}

impl Options {
	/// The options, if each is in its range.
	pub(crate) fn checked(self) -> Result<Self, OnnxError> {
		let limits = [
			("the number of threads", self.threads, MAX_THREADS),
			("the size of a batch", self.batch, MAX_BATCH),
			("the limit of tokens", self.max_tokens, MAX_TOKENS),
		];
		match limits.into_iter().find(|(_, value, most)| !(1..=*most).contains(value)) {
			Some((name, value, most)) => Err(OnnxError::Option { name, value, least: 1, most }),
			None => Ok(self),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn checked_names_what_is_out_of_range() {
		let good = Options::default();
		assert_eq!(good.checked().ok(), Some(good));
		for bad in [0, usize::MAX] {
			for (options, name) in [
				(Options { threads: bad, ..good }, "threads"),
				(Options { batch: bad, ..good }, "batch"),
				(Options { max_tokens: bad, ..good }, "tokens"),
			] {
				assert!(options.checked().is_err_and(|error| error.to_string().contains(name)));
			}
		}
	}
}
