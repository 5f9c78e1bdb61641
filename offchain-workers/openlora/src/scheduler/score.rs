//! Scoring: the rows of given tokens, for perplexity and for checking answers again.

use super::fair::Payer;
use super::work::{Next, RowsView, Work};
use crate::error::RequestError;
use std::ops::ControlFlow;
use std::time::Instant;
use tokio::sync::oneshot;

/// Called with a position, the hidden state after the final norm there, and the logits of the token after it. `Break` ends the
/// request early, without an error.
pub type Visit = Box<dyn FnMut(usize, &[f32], &[f32]) -> ControlFlow<()> + Send>;

/// Told the hashes and weights of the adapters, in their order, before the first visit.
pub type Begin = Box<dyn FnOnce(&[([u8; 32], f32)]) + Send>;

/// Tokens to be scored; they wait, are charged and batched like any request.
pub struct ScoreRequest {
	/// The tokens, at least one.
	pub tokens: Vec<u32>,
	/// The first position to visit; cached pages serve what comes before.
	pub from: usize,
	/// Names of adapters and their weights.
	pub adapters: Vec<(String, f32)>,
	/// Who is charged.
	pub payer: Payer,
	/// When the caller loses interest.
	pub deadline: Option<Instant>,
	/// Called once, when the adapters are in memory.
	pub begin: Option<Begin>,
	/// Called for every position from `from` on, in order, on a thread of the engine.
	pub visit: Visit,
}

impl ScoreRequest {
	/// A request to visit all positions of `tokens` under the base model.
	pub fn new(tokens: Vec<u32>, visit: impl FnMut(usize, &[f32], &[f32]) -> ControlFlow<()> + Send + 'static) -> Self {
		Self { tokens, from: 0, adapters: Vec::new(), payer: None, deadline: None, begin: None, visit: Box::new(visit) }
	}
}

impl std::fmt::Debug for ScoreRequest {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("ScoreRequest")
			.field("tokens", &self.tokens.len())
			.field("from", &self.from)
			.field("adapters", &self.adapters)
			.finish_non_exhaustive()
	}
}

/// The end of a scoring request.
pub(crate) type Scored = oneshot::Sender<Result<(), RequestError>>;

pub(crate) struct Scoring {
	from: usize,
	tokens: usize,
	begin: Option<Begin>,
	visit: Visit,
	done: Option<Scored>,
}

impl Scoring {
	pub(crate) fn new(tokens: usize, from: usize, begin: Option<Begin>, visit: Visit, done: Scored) -> Self {
		Self { from, tokens, begin, visit, done: Some(done) }
	}

	fn finish(&mut self, result: Result<(), RequestError>) {
		if let Some(done) = self.done.take() {
			// A receiver that is gone has cancelled.
			let _ = done.send(result);
		}
	}
}

impl Work for Scoring {
	fn rows_from(&self) -> Option<usize> {
		Some(self.from)
	}

	fn is_gone(&self) -> bool {
		self.done.as_ref().is_none_or(oneshot::Sender::is_closed)
	}

	fn begin(&mut self, _: Instant, _: usize, adapters: &[([u8; 32], f32)]) {
		if let Some(begin) = self.begin.take() {
			begin(adapters);
		}
	}

	fn take(&mut self, rows: RowsView<'_>) -> Next {
		for index in 0..rows.count {
			let position = rows.position + index;
			// What was computed again after a pause is not visited again.
			if position < self.from {
				continue;
			}
			self.from = position + 1;
			let (hidden, logits) = rows.row(index);
			if (self.visit)(position, hidden, logits).is_break() {
				self.finish(Ok(()));
				return Next::Done;
			}
		}
		if self.from < self.tokens {
			return Next::More;
		}
		self.finish(Ok(()));
		Next::Done
	}

	fn fail(&mut self, error: RequestError, _: Instant) {
		self.finish(Err(error));
	}
}
