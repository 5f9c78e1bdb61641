//! One request from prompt to last token.

use crate::adapter::Adapter;
use crate::error::EngineError;
use crate::fingerprint::Fingerprint;
use crate::forward::{Forward, KvCache};
use crate::model::Model;
use crate::sampling::Sampling;
use crate::stop::StopMatcher;
use crate::tokenizer::StreamDecoder;
use std::time::Instant;
use tokio::sync::mpsc::Sender;

/// What to generate.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerateRequest {
	/// Token ids of the prompt.
	pub prompt: Vec<u32>,
	/// Name of a loaded adapter; `None` for the base model.
	pub adapter: Option<String>,
	/// The most tokens to generate, at least 1.
	pub max_tokens: u32,
	/// How tokens are chosen.
	pub sampling: Sampling,
	/// Strings that end the answer; they are not part of it.
	pub stop: Vec<String>,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
	/// The model ended its answer, or a stop string occurred.
	Stop,
	/// `max_tokens` or the engine's context limit was reached.
	Length,
}

/// The end of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
	/// Why it ended.
	pub finish: FinishReason,
	/// Tokens of the prompt.
	pub prompt_tokens: u32,
	/// Number of `token_ids`.
	pub completion_tokens: u32,
	/// Every token that was chosen, the end-of-answer token included.
	pub token_ids: Vec<u32>,
	/// Commitment of the [`Fingerprint`].
	pub fingerprint: [u8; 32],
	/// Time from the start of the work to the first token, in milliseconds.
	pub prefill_ms: f64,
	/// Time from the first token to the last, in milliseconds.
	pub decode_ms: f64,
}

/// What a request's stream carries. It ends with `Done` or `Failed`.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenEvent {
	/// A token was chosen.
	Token {
		/// Its id.
		id: u32,
		/// The text that became complete with it; may be empty.
		text: String,
	},
	/// The answer is complete.
	Done(Completion),
	/// The answer cannot be completed.
	Failed(String),
}

/// Checks a request against the model and the limit on tokens (prompt and answer together).
pub(crate) fn check(request: &GenerateRequest, vocab: usize, max_context: usize) -> Result<(), EngineError> {
	if request.prompt.is_empty() {
		return Err(EngineError::EmptyPrompt);
	}
	let limit = max_context.saturating_sub(1);
	if request.prompt.len() > limit {
		return Err(EngineError::PromptTooLong { tokens: request.prompt.len(), limit });
	}
	if request.max_tokens == 0 {
		return Err(EngineError::Invalid("max_tokens is 0".into()));
	}
	if let Some(id) = request.prompt.iter().find(|id| **id as usize >= vocab) {
		return Err(EngineError::Invalid(format!("token {id} is not in the vocabulary")));
	}
	request.sampling.check()
}

/// Tokens that `request` can generate at most.
pub(crate) fn token_limit(request: &GenerateRequest, max_context: usize) -> usize {
	(request.max_tokens as usize).min(max_context.saturating_sub(request.prompt.len())).max(1)
}

/// Runs a checked request. Returns early when the receiver is gone.
pub(crate) fn run(
	model: &Model,
	adapter: Option<&Adapter>,
	request: &GenerateRequest,
	limit: usize,
	events: &Sender<TokenEvent>,
) {
	let start = Instant::now();
	let forward = Forward { spec: &model.spec, weights: &model.weights, adapter };
	let mut cache = KvCache::new(&model.spec, request.prompt.len() + limit);
	let mut fingerprint = Fingerprint::default();
	let mut decoder = StreamDecoder::default();
	let mut stops = StopMatcher::new(&request.stop);
	let mut token_ids = Vec::new();
	let mut first_token = None;
	let mut hidden = forward.hidden(&request.prompt, &mut cache, true);
	let finish = loop {
		if events.is_closed() {
			return;
		}
		fingerprint.push(&hidden);
		let id = request.sampling.choose(&forward.logits(&hidden), token_ids.len() as u64);
		token_ids.push(id);
		first_token.get_or_insert_with(Instant::now);
		let ended = id == model.tokenizer.eos();
		let last = ended || token_ids.len() == limit;
		let (mut text, stopped) = stops.push(&decoder.push(model.tokenizer.token_bytes(id)));
		if last && !stopped {
			let (tail, tail_stopped) = stops.push(&decoder.finish());
			text.push_str(&tail);
			if !tail_stopped {
				text.push_str(&stops.finish());
			}
		}
		// The channel holds `limit + 1` events, so that a slow reader never stops the engine.
		if (!ended || !text.is_empty()) && events.try_send(TokenEvent::Token { id, text }).is_err() {
			return;
		}
		match (ended || stopped, last) {
			(true, _) => break FinishReason::Stop,
			(false, true) => break FinishReason::Length,
			(false, false) => hidden = forward.hidden(&[id], &mut cache, true),
		}
	};
	let first_token = first_token.unwrap_or(start);
	let completion = Completion {
		finish,
		prompt_tokens: request.prompt.len() as u32,
		completion_tokens: token_ids.len() as u32,
		token_ids,
		fingerprint: fingerprint.commitment(),
		prefill_ms: (first_token - start).as_secs_f64() * 1e3,
		decode_ms: first_token.elapsed().as_secs_f64() * 1e3,
	};
	// A receiver that is gone has cancelled.
	let _ = events.try_send(TokenEvent::Done(completion));
}
