//! An answer verified by running the model over it once.

use super::claim::{Claim, Request};
use super::fingerprint::{commitment, is_recorded, Fingerprint, FingerprintMode, Record, INTERVAL};
use super::score::score;
use super::toploc::{Agreement, Largest, Proof, Thresholds};
use crate::backend::{Backend, NotFinite};
use openledger_sampling::{Constraint, ConstraintError, Sampler, SamplingError};
use std::ops::ControlFlow;
use std::sync::Arc;

/// What an honest machine may differ by in floating point. The exact modes know no tolerance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
	/// By how much a logit may differ.
	pub logit: f64,
	/// The fraction of tokens that may be chosen only because of that; two always may.
	pub near_ties: f64,
	/// When hidden states differ too much.
	pub hidden: Thresholds,
}

impl Default for Tolerance {
	fn default() -> Self {
		Self { logit: 0.05, near_ties: 1.0 / 16.0, hidden: Thresholds::PUBLISHED }
	}
}

/// What a replay found.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
	/// The answer is what the request gives.
	Ok(Report),
	/// It is not.
	FirstDifference {
		/// Index of the first token of the answer at which that shows, from 0.
		token: u32,
		/// What differs.
		kind: Difference,
	},
}

impl Verdict {
	/// Whether the answer is what the request gives.
	pub fn is_ok(&self) -> bool {
		matches!(self, Self::Ok(_))
	}
}

/// What an accepted answer differed by; all zero in the exact modes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Report {
	/// Tokens that another choice came close to, and which were accepted within the tolerance.
	pub near_ties: u32,
	/// The largest fraction of mismatches of a proof.
	pub mismatches: f64,
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Difference {
	/// Another token had to be chosen.
	Token {
		/// That one.
		expected: u32,
		/// By how much the claimed token's logit would have to rise; infinity if it was ruled out, or in the exact
		/// modes, where nothing is near.
		margin: f64,
	},
	/// More tokens than tolerated were only nearly chosen.
	NearTies(u32),
	/// The hidden state that the token was chosen from is another.
	Hidden,
	/// The hidden states up to the token disagree with the proof.
	Proof(Agreement),
	/// The record of the token is missing, malformed, or of another token.
	Record,
	/// The commitment is not that of this request and these records.
	Commitment,
	/// The answer goes on after a token that ends it.
	PastEnd,
}

impl std::fmt::Display for Difference {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		match self {
			Self::Token { expected, margin } if margin.is_finite() => {
				write!(f, "the model gives token {expected}, by {margin:.3}")
			}
			Self::Token { expected, .. } => write!(f, "the model gives token {expected}"),
			Self::NearTies(count) => write!(f, "{count} tokens were only nearly chosen"),
			Self::Hidden => write!(f, "the hidden state is another"),
			Self::Proof(found) => write!(f, "the hidden states disagree with the proof: {found:?}"),
			Self::Record => write!(f, "the record of the fingerprint is missing or malformed"),
			Self::Commitment => write!(f, "the fingerprint is not that of this request"),
			Self::PastEnd => write!(f, "the answer goes on after a token that ends it"),
		}
	}
}

/// Why nothing can be said about an answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReplayError {
	/// Prompt or answer have no token, or the prompt has one that the model does not know.
	#[error("cannot replay: {0}")]
	Invalid(&'static str),
	/// The model gives no numbers.
	#[error(transparent)]
	NotFinite(#[from] NotFinite),
	/// The parameters are out of range, or the logits give no token.
	#[error(transparent)]
	Sampling(#[from] SamplingError),
	/// The constraint cannot be followed.
	#[error(transparent)]
	Constraint(#[from] ConstraintError),
}

/// Verifies a claimed answer on a backend whose arithmetic and model are the request's, with the adapters that the
/// request names, by one run over prompt and answer. Uses pages `0..` of the backend, which nobody else may hold.
///
/// What the answer must end with is for the caller to say: a stop string, an end token or a limit are no matter of
/// arithmetic.
///
/// # Errors
/// [`ReplayError`] if nothing can be said: the fault is the request's or the verifier's, not the answer's.
pub fn verify<B: Backend>(
	backend: &mut B,
	adapters: &[(Arc<B::Adapter>, f32)],
	request: &Request<'_>,
	claim: &Claim<'_>,
	constraint: Option<Constraint>,
	tolerance: Tolerance,
) -> Result<Verdict, ReplayError> {
	let vocab = backend.spec().vocab;
	if request.prompt.iter().any(|token| *token as usize >= vocab) {
		return Err(ReplayError::Invalid("the prompt has a token that the model does not know"));
	}
	let mut replay = Replay::new(request, claim, constraint, tolerance)?;
	if replay.end.is_some() {
		return replay.finish();
	}
	let tokens = inputs(request.prompt, claim.tokens, vocab);
	score(backend, &tokens, adapters, request.prompt.len() - 1, |_, hidden, logits| replay.row(hidden, logits))?;
	replay.finish()
}

/// The comparison of a claim with rows that come one after another; for a scorer that is not [`verify`]'s.
#[derive(Debug)]
pub struct Replay {
	mode: FingerprintMode,
	context: [u8; 32],
	tokens: Vec<u32>,
	records: Vec<Record>,
	commitment: [u8; 32],
	sampler: Sampler,
	constraint: Option<Constraint>,
	tolerance: Tolerance,
	fingerprint: Fingerprint,
	/// The largest entries since the last record, in floating point.
	largest: Largest,
	next: u32,
	report: Report,
	end: Option<Result<Verdict, ReplayError>>,
}

impl Replay {
	/// A comparison that has seen no row.
	///
	/// # Errors
	/// [`ReplayError::Invalid`] for an empty prompt or answer, [`ReplayError::Sampling`] for parameters out of range.
	pub fn new(
		request: &Request<'_>,
		claim: &Claim<'_>,
		constraint: Option<Constraint>,
		tolerance: Tolerance,
	) -> Result<Self, ReplayError> {
		if request.prompt.is_empty() || claim.tokens.is_empty() {
			return Err(ReplayError::Invalid("prompt and answer need a token each"));
		}
		let context = request.context();
		let mut replay = Self {
			mode: request.mode,
			context,
			tokens: claim.tokens.to_vec(),
			records: claim.records.to_vec(),
			commitment: claim.commitment,
			sampler: Sampler::new(request.sampling, request.prompt)?,
			constraint,
			tolerance,
			fingerprint: Fingerprint::new(request.mode, context),
			largest: Largest::default(),
			next: 0,
			report: Report::default(),
			end: None,
		};
		replay.check_records();
		Ok(replay)
	}

	/// Compares the next token with the row that it was chosen from. Breaks when there is nothing more to learn.
	pub fn row(&mut self, hidden: &[f32], logits: &[f32]) -> ControlFlow<()> {
		let Some(claimed) = self.tokens.get(self.next as usize).copied() else { return ControlFlow::Break(()) };
		if self.end.is_none() {
			self.end = match self.compare(hidden, logits, claimed) {
				Ok(None) => None,
				Ok(Some(kind)) => Some(Ok(Verdict::FirstDifference { token: self.next, kind })),
				Err(error) => Some(Err(error)),
			};
		}
		self.next += 1;
		match self.end.is_some() || self.next as usize == self.tokens.len() {
			true => ControlFlow::Break(()),
			false => ControlFlow::Continue(()),
		}
	}

	/// The verdict.
	///
	/// # Errors
	/// [`ReplayError`] if a row could not be judged, or there were too few.
	pub fn finish(self) -> Result<Verdict, ReplayError> {
		if let Some(end) = self.end {
			return end;
		}
		if (self.next as usize) < self.tokens.len() {
			return Err(ReplayError::Invalid("there were fewer rows than tokens"));
		}
		let last = self.next - 1;
		if self.mode.is_exact() && self.fingerprint.commitment() != self.commitment {
			return Ok(Verdict::FirstDifference { token: last, kind: Difference::Commitment });
		}
		Ok(Verdict::Ok(self.report))
	}

	/// The records against the commitment, before anything is computed. Exact modes can do without records, not with
	/// other ones.
	fn check_records(&mut self) {
		let tokens = self.tokens.len() as u32;
		let records = &self.records;
		if records.is_empty() && self.mode.is_exact() {
			return;
		}
		let expected = (0..tokens).filter(|token| is_recorded(*token, tokens));
		let mut places = records.iter().map(|record| record.token);
		for token in expected {
			if places.next() != Some(token) {
				self.end = Some(Ok(Verdict::FirstDifference { token, kind: Difference::Record }));
				return;
			}
		}
		let bound = commitment(self.mode, &self.context, tokens, records) == self.commitment;
		if !bound || places.next().is_some() {
			self.end = Some(Ok(Verdict::FirstDifference { token: 0, kind: Difference::Commitment }));
		}
	}

	fn compare(&mut self, hidden: &[f32], logits: &[f32], claimed: u32) -> Result<Option<Difference>, ReplayError> {
		let difference = match self.mode.is_exact() {
			true => self.compare_exactly(logits, claimed)?,
			false => self.compare_nearly(logits, claimed)?,
		};
		if difference.is_some() {
			return Ok(difference);
		}
		if let Some(constraint) = &mut self.constraint {
			constraint.commit(claimed)?;
		}
		Ok(self.compare_hidden(hidden))
	}

	fn compare_exactly(&mut self, logits: &[f32], claimed: u32) -> Result<Option<Difference>, ReplayError> {
		let allowed = self.constraint.as_mut().map(Constraint::mask).transpose()?;
		let expected = self.sampler.choose(logits, u64::from(self.next), allowed)?.id;
		Ok((expected != claimed).then_some(Difference::Token { expected, margin: f64::INFINITY }))
	}

	fn compare_nearly(&mut self, logits: &[f32], claimed: u32) -> Result<Option<Difference>, ReplayError> {
		let allowed = self.constraint.as_mut().map(Constraint::mask).transpose()?;
		let tolerance = self.tolerance.logit;
		let judged = self.sampler.judge(logits, u64::from(self.next), allowed, claimed, tolerance)?;
		if judged.id == claimed {
			return Ok(None);
		}
		// The claimed token's logit and the other's, each by the tolerance.
		if judged.margin > 2.0 * tolerance {
			return Ok(Some(Difference::Token { expected: judged.id, margin: judged.margin }));
		}
		self.report.near_ties += 1;
		let most = (self.tokens.len() as f64 * self.tolerance.near_ties).max(2.0);
		Ok((f64::from(self.report.near_ties) > most).then_some(Difference::NearTies(self.report.near_ties)))
	}

	fn compare_hidden(&mut self, hidden: &[f32]) -> Option<Difference> {
		let tokens = self.tokens.len() as u32;
		let index = (self.next / INTERVAL) as usize;
		let record = self.records.get(index).filter(|_| is_recorded(self.next, tokens));
		if self.mode.is_exact() {
			self.fingerprint.push(hidden);
			let own = record.and_then(|_| self.fingerprint.records().pop());
			return (own.as_ref() != record).then_some(Difference::Hidden);
		}
		self.largest.push(hidden);
		let Record { bytes, .. } = record?;
		let Some(proof) = Proof::from_bytes(bytes) else { return Some(Difference::Record) };
		let agreement = proof.compare(&self.largest.take());
		let mismatches = agreement.mismatches as f64 / agreement.points.max(1) as f64;
		self.report.mismatches = self.report.mismatches.max(mismatches);
		(!self.tolerance.hidden.accept(&agreement)).then_some(Difference::Proof(agreement))
	}
}

/// The tokens whose rows are needed, from that of the prompt's last token on; up to the first that the model does not
/// know. The last token of the answer is chosen, not read.
pub(crate) fn inputs(prompt: &[u32], answer: &[u32], vocab: usize) -> Vec<u32> {
	let read = answer.len().saturating_sub(1);
	let known = answer.iter().position(|token| *token as usize >= vocab).unwrap_or(read);
	prompt.iter().chain(&answer[..known.min(read)]).copied().collect()
}

#[cfg(test)]
mod tests;
