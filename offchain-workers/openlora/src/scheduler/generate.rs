//! Generating: each row gives a token, and the text that became complete with it.

use super::work::{Next, RowsView, Work};
use crate::error::RequestError;
use crate::request::{Completion, FinishReason, GenerateRequest, TokenEvent, TokenText, Witness};
use openledger_sampling::{Choice, Constraint, ConstraintError, Sampler, SamplingError, StopMatcher};
use openledger_tokenizer::StreamDecoder;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc::Sender;

/// What an answer needs beside its request.
pub struct Extras {
	/// Bounds the answer, beside what the request says.
	pub constraint: Option<Constraint>,
	/// Watches the answer.
	pub witness: Box<dyn Witness>,
}

/// The answer to one request.
pub(crate) struct Generation {
	sampler: Sampler,
	constraint: Option<Constraint>,
	text: Arc<dyn TokenText>,
	decoder: StreamDecoder,
	stops: StopMatcher,
	witness: Box<dyn Witness>,
	/// Has room for every event of the request, so that a slow reader never stops the engine.
	events: Sender<TokenEvent>,
	/// The most tokens.
	limit: usize,
	prompt_tokens: u32,
	cached_tokens: u32,
	token_ids: Vec<u32>,
	submitted: Instant,
	started: Option<Instant>,
	first_token: Option<Instant>,
}

impl Generation {
	/// Work for a checked request of at most `limit` tokens. `events` has room for one event more than that.
	pub(crate) fn new(
		request: &GenerateRequest,
		limit: usize,
		extras: Extras,
		text: Arc<dyn TokenText>,
		events: Sender<TokenEvent>,
	) -> Result<Self, SamplingError> {
		let mut sampler = Sampler::new(&request.sampling, &request.prompt)?;
		if let Some(count) = request.logprobs {
			sampler = sampler.with_logprobs(count);
		}
		Ok(Self {
			sampler,
			constraint: extras.constraint,
			text,
			decoder: StreamDecoder::default(),
			stops: StopMatcher::new(&request.stop),
			witness: extras.witness,
			events,
			limit,
			prompt_tokens: request.prompt.len() as u32,
			cached_tokens: 0,
			token_ids: Vec::new(),
			submitted: Instant::now(),
			started: None,
			first_token: None,
		})
	}

	/// The next token, and whether the constraint has nothing after it.
	fn choose(&mut self, logits: &[f32]) -> Result<(Choice, bool), RequestError> {
		let position = self.token_ids.len() as u64;
		let broken = |error: ConstraintError| RequestError::Choice(error.to_string());
		let choice = match &mut self.constraint {
			None => self.sampler.choose(logits, position, None),
			Some(constraint) => self.sampler.choose(logits, position, Some(constraint.mask().map_err(broken)?)),
		};
		let choice = choice.map_err(|error| match error {
			SamplingError::NotFinite => RequestError::NotFinite,
			other => RequestError::Choice(other.to_string()),
		})?;
		let finished = match &mut self.constraint {
			None => false,
			Some(constraint) => {
				constraint.commit(choice.id).map_err(broken)?;
				constraint.is_finished()
			}
		};
		Ok((choice, finished))
	}

	/// The text that became complete with a token, all of it if it is the `last`; and whether a stop string was found.
	fn text(&mut self, id: u32, last: bool) -> (String, bool) {
		let piece = self.decoder.push(self.text.bytes(id));
		let (mut text, stopped) = self.stops.push(&piece);
		if last && !stopped {
			let tail = self.decoder.finish();
			let (tail, stopped) = self.stops.push(&tail);
			text.push_str(&tail);
			if !stopped {
				text.push_str(&self.stops.finish());
			}
			return (text, stopped);
		}
		(text, stopped)
	}

	fn finish(&mut self, finish: FinishReason, now: Instant) {
		let ms = |from: Instant, to: Instant| to.saturating_duration_since(from).as_secs_f64() * 1e3;
		let started = self.started.unwrap_or(now);
		let first_token = self.first_token.unwrap_or(now);
		let completion = Completion {
			finish,
			prompt_tokens: self.prompt_tokens,
			cached_tokens: self.cached_tokens,
			completion_tokens: self.token_ids.len() as u32,
			token_ids: std::mem::take(&mut self.token_ids),
			fingerprint: self.witness.commitment(),
			records: self.witness.records(),
			queue_ms: ms(self.submitted, started),
			prefill_ms: ms(started, first_token),
			decode_ms: ms(first_token, now),
		};
		// A receiver that is gone has cancelled.
		let _ = self.events.try_send(TokenEvent::Done(completion));
	}
}

impl Work for Generation {
	fn is_gone(&self) -> bool {
		self.events.is_closed()
	}

	fn begin(&mut self, now: Instant, cached: usize, adapters: &[([u8; 32], f32)]) {
		self.witness.begin(adapters);
		self.started = Some(now);
		self.cached_tokens = cached as u32;
	}

	fn take(&mut self, rows: RowsView<'_>) -> Next {
		let (hidden, logits) = rows.row(rows.count - 1);
		let (choice, finished) = match self.choose(logits) {
			Ok(chosen) => chosen,
			Err(error) => return Next::Failed(error),
		};
		let Choice { id, logprob, top } = choice;
		self.witness.push(hidden);
		self.token_ids.push(id);
		let now = Instant::now();
		self.first_token.get_or_insert(now);
		let is_end = self.text.is_end(id);
		let ended = is_end || finished;
		let last = ended || self.token_ids.len() >= self.limit;
		let (text, stopped) = self.text(id, last);
		// The token that ends an answer is part of it only if text was held back until now.
		if (!is_end || !text.is_empty()) && self.events.try_send(TokenEvent::Token { id, text, logprob, top }).is_err()
		{
			// The reader is gone; the next step removes the request.
			return Next::Token(id);
		}
		match (ended || stopped, last) {
			(true, _) => self.finish(FinishReason::Stop, now),
			(false, true) => self.finish(FinishReason::Length, now),
			(false, false) => return Next::Token(id),
		}
		Next::Last
	}

	fn fail(&mut self, error: RequestError, now: Instant) {
		if error == RequestError::Deadline && !self.token_ids.is_empty() {
			return self.finish(FinishReason::Deadline, now);
		}
		let _ = self.events.try_send(TokenEvent::Failed(error));
	}
}
