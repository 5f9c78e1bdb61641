//! What is done with the rows of a request: an answer is generated, or given tokens are scored.

use crate::error::RequestError;
use std::time::Instant;

/// What comes after a row was used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
	/// The sequence goes on with this token.
	Token(u32),
	/// The rows of the tokens that are left are wanted too.
	More,
	/// A token was chosen, and with it the request is complete.
	Last,
	/// The request is complete.
	Done,
	/// The request cannot go on.
	Failed(RequestError),
}

/// Rows that the backend computed for one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowsView<'a> {
	/// Position of the first row.
	pub(crate) position: usize,
	/// Number of rows.
	pub(crate) count: usize,
	/// Hidden states after the final norm, [count, width].
	pub(crate) hidden: &'a [f32],
	/// Logits, [count, vocab].
	pub(crate) logits: &'a [f32],
}

impl<'a> RowsView<'a> {
	/// The hidden state and the logits of a row. Panics if there is no such row.
	pub(crate) fn row(&self, index: usize) -> (&'a [f32], &'a [f32]) {
		let (width, vocab) = (self.hidden.len() / self.count, self.logits.len() / self.count);
		(&self.hidden[index * width..(index + 1) * width], &self.logits[index * vocab..(index + 1) * vocab])
	}
}

/// The part of a request that uses rows. It is called on one thread at a time, not always the same.
pub(crate) trait Work: Send {
	/// The first position whose row is wanted beside the last one's.
	fn rows_from(&self) -> Option<usize> {
		None
	}

	/// Whether nobody waits for the result any more.
	fn is_gone(&self) -> bool;

	/// Notes that the work begins, how many tokens of the prompt are in the cache, and the hashes and weights of the adapters.
	fn begin(&mut self, now: Instant, cached: usize, adapters: &[([u8; 32], f32)]);

	/// Uses rows, at least one.
	fn take(&mut self, rows: RowsView<'_>) -> Next;

	/// Ends the request early. What was done so far is delivered if the deadline is the reason and there is something.
	fn fail(&mut self, error: RequestError, now: Instant);
}
