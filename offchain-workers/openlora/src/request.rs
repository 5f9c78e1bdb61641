//! What is asked of the engine, and what it answers.

use crate::error::{EngineError, RequestError};
use crate::scheduler::{Payer, MAX_ADAPTERS};
use crate::verify::Record;
use openledger_sampling::{Sampling, MAX_TOP};
use std::time::Instant;

/// What to generate.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerateRequest {
	/// Token ids of the prompt.
	pub prompt: Vec<u32>,
	/// Names of adapters and their weights, applied in this order; empty for the base model.
	pub adapters: Vec<(String, f32)>,
	/// The most tokens to generate, at least 1.
	pub max_tokens: u32,
	/// How tokens are chosen.
	pub sampling: Sampling,
	/// Strings that end the answer; they are not part of it.
	pub stop: Vec<String>,
	/// The answer is a JSON value of this schema (draft 2020-12).
	pub schema: Option<serde_json::Value>,
	/// Gives the log probability of every token, and those of this many likely ones, at most [`MAX_TOP`].
	pub logprobs: Option<usize>,
	/// Names this request alone, so that its fingerprint cannot pass for that of an equal one; zeros if nobody checks.
	pub id: [u8; 32],
	/// Who is charged; requests without a payer share one account.
	pub payer: Payer,
	/// When the answer is of no use any more; what there is by then is delivered.
	pub deadline: Option<Instant>,
}

impl Default for GenerateRequest {
	/// No prompt, the base model, greedily, 256 tokens.
	fn default() -> Self {
		Self {
			prompt: Vec::new(),
			adapters: Vec::new(),
			max_tokens: 256,
			sampling: Sampling::GREEDY,
			stop: Vec::new(),
			schema: None,
			logprobs: None,
			id: [0; 32],
			payer: None,
			deadline: None,
		}
	}
}

impl GenerateRequest {
	/// A greedy answer of the base model to `prompt`, at most 256 tokens long.
	pub fn new(prompt: Vec<u32>) -> Self {
		Self { prompt, ..Self::default() }
	}
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
	/// The model ended its answer, a stop string occurred, or nothing can follow under the schema.
	Stop,
	/// `max_tokens` or the engine's context limit was reached.
	Length,
	/// The deadline passed.
	Deadline,
}

/// The end of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
	/// Why it ended.
	pub finish: FinishReason,
	/// Tokens of the prompt.
	pub prompt_tokens: u32,
	/// Tokens of the prompt that were found in the prefix cache.
	pub cached_tokens: u32,
	/// Number of `token_ids`.
	pub completion_tokens: u32,
	/// Every token that was chosen, the end-of-answer token included.
	pub token_ids: Vec<u32>,
	/// The commitment of the [`Witness`].
	pub fingerprint: [u8; 32],
	/// The records behind it, for whoever verifies the answer.
	pub records: Vec<Record>,
	/// Time from the submission to the start of the work, in milliseconds.
	pub queue_ms: f64,
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
		/// The logarithm of its probability, if asked for.
		logprob: Option<f32>,
		/// The most likely tokens here and the logarithms of their probabilities, as many as asked for.
		top: Vec<(u32, f32)>,
	},
	/// The answer is complete.
	Done(Completion),
	/// The answer cannot be completed.
	Failed(RequestError),
}

/// Watches what an answer is made of, so that it can be checked later.
pub trait Witness: Send + 'static {
	/// Notes the content hashes and weights of the adapters that the answer is computed with, in their order.
	fn begin(&mut self, adapters: &[([u8; 32], f32)]);

	/// Notes the hidden state (after the final norm) that the next token is chosen from.
	fn push(&mut self, hidden: &[f32]);

	/// The commitment to all that was noted.
	fn commitment(&self) -> [u8; 32];

	/// The records behind the commitment.
	fn records(&self) -> Vec<Record>;
}

/// The bytes of tokens, and which of them end an answer.
pub trait TokenText: Send + Sync + 'static {
	/// The bytes of a token; none for control tokens and for ids outside the vocabulary.
	fn bytes(&self, id: u32) -> &[u8];

	/// Whether a token ends an answer.
	fn is_end(&self, id: u32) -> bool;
}

/// Checks a request against the model and the limit on tokens (prompt and answer together).
pub(crate) fn check(request: &GenerateRequest, vocab: usize, max_context: usize) -> Result<(), EngineError> {
	check_tokens(&request.prompt, vocab, max_context.saturating_sub(1))?;
	if request.max_tokens == 0 {
		return Err(EngineError::Invalid("max_tokens is 0".into()));
	}
	if let Some(count) = request.logprobs.filter(|count| *count > MAX_TOP) {
		return Err(EngineError::Invalid(format!("logprobs of {count} tokens, the limit is {MAX_TOP}")));
	}
	check_adapters(&request.adapters)?;
	request.sampling.check().map_err(|error| EngineError::Invalid(error.to_string()))
}

/// Checks that there are tokens, at most `limit`, all in the vocabulary.
pub(crate) fn check_tokens(tokens: &[u32], vocab: usize, limit: usize) -> Result<(), EngineError> {
	if tokens.is_empty() {
		return Err(EngineError::EmptyPrompt);
	}
	if tokens.len() > limit {
		return Err(EngineError::PromptTooLong { tokens: tokens.len(), limit });
	}
	match tokens.iter().find(|id| **id as usize >= vocab) {
		Some(id) => Err(EngineError::Invalid(format!("token {id} is not in the vocabulary"))),
		None => Ok(()),
	}
}

/// Checks the number of adapters and their weights.
pub(crate) fn check_adapters(adapters: &[(String, f32)]) -> Result<(), EngineError> {
	if adapters.len() > MAX_ADAPTERS {
		let reason = format!("{} adapters, the limit is {MAX_ADAPTERS}", adapters.len());
		return Err(EngineError::Invalid(reason));
	}
	match adapters.iter().find(|(_, weight)| !weight.is_finite()) {
		Some((name, weight)) => Err(EngineError::Invalid(format!("adapter `{name}` has the weight {weight}"))),
		None => Ok(()),
	}
}

/// Tokens that `request` can generate at most.
pub(crate) fn token_limit(request: &GenerateRequest, max_context: usize) -> usize {
	(request.max_tokens as usize).min(max_context.saturating_sub(request.prompt.len())).max(1)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn checked(change: impl FnOnce(&mut GenerateRequest)) -> Result<(), EngineError> {
		let mut request = GenerateRequest { max_tokens: 4, ..GenerateRequest::new(vec![1, 2, 3]) };
		change(&mut request);
		check(&request, 10, 8)
	}

	#[test]
	fn check_accepts_what_fits() {
		assert_eq!(checked(|_| {}), Ok(()));
		assert_eq!(checked(|r| r.prompt = vec![9; 7]), Ok(()));
		assert_eq!(checked(|r| r.adapters = vec![("a".into(), -0.5); MAX_ADAPTERS]), Ok(()));
	}

	#[test]
	fn check_refuses_what_does_not() {
		assert_eq!(checked(|r| r.prompt.clear()), Err(EngineError::EmptyPrompt));
		assert_eq!(checked(|r| r.prompt = vec![1; 8]), Err(EngineError::PromptTooLong { tokens: 8, limit: 7 }));
		let invalid = |change: fn(&mut GenerateRequest)| matches!(checked(change), Err(EngineError::Invalid(_)));
		assert!(invalid(|r| r.prompt[1] = 10));
		assert!(invalid(|r| r.max_tokens = 0));
		assert!(invalid(|r| r.logprobs = Some(MAX_TOP + 1)));
		assert!(invalid(|r| r.adapters = vec![("a".into(), 1.0); MAX_ADAPTERS + 1]));
		assert!(invalid(|r| r.adapters = vec![("a".into(), f32::NAN)]));
		assert!(invalid(|r| r.sampling.top_p = 0.0));
	}

	#[test]
	fn token_limit_is_cut_by_the_context() {
		let request = GenerateRequest { max_tokens: 40, ..GenerateRequest::new(vec![1; 3]) };
		assert_eq!((token_limit(&request, 100), token_limit(&request, 20)), (40, 17));
	}
}
