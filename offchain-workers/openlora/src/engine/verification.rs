//! An answer verified through the scheduler, beside those that are generated.

use super::Engine;
use crate::error::{EngineError, RequestError};
use crate::request::GenerateRequest;
use crate::scheduler::ScoreRequest;
use crate::verify::{inputs, schema_hash, Claim, Difference, Record, Replay, ReplayError, Request, Tolerance, Verdict};
use openledger_sampling::Constraint;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// An answer to be verified.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifyRequest {
	/// What is said to have been asked. Payer and deadline are those of the verification; limits, stop strings and log
	/// probabilities do not matter.
	pub asked: GenerateRequest,
	/// The tokens of the answer, the one that ends it included.
	pub tokens: Vec<u32>,
	/// The commitment to its hidden states.
	pub commitment: [u8; 32],
	/// The records behind the commitment; in the exact modes they may be missing.
	pub records: Vec<Record>,
	/// What floating point may differ by.
	pub tolerance: Tolerance,
}

/// Why an accepted answer was not judged.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum VerifyError {
	/// It was not run.
	#[error(transparent)]
	Request(#[from] RequestError),
	/// It cannot be replayed.
	#[error(transparent)]
	Replay(#[from] ReplayError),
}

/// An answer that is being verified.
#[derive(Debug)]
pub struct Verification(State);

#[derive(Debug)]
enum State {
	Decided(Verdict),
	Running { replaying: Arc<Mutex<Replaying>>, done: oneshot::Receiver<Result<(), RequestError>> },
}

impl Verification {
	/// The verdict on an answer that need not be run.
	pub(super) fn decided(token: u32, kind: Difference) -> Self {
		Self(State::Decided(Verdict::FirstDifference { token, kind }))
	}

	/// Waits for the verdict.
	///
	/// # Errors
	/// [`VerifyError`]: nothing can be said about the answer.
	pub async fn verdict(self) -> Result<Verdict, VerifyError> {
		match self.0 {
			State::Decided(verdict) => Ok(verdict),
			State::Running { replaying, done } => finish(&replaying, done.await.ok()),
		}
	}

	/// As [`Verification::verdict`], outside of async code.
	///
	/// # Errors
	/// As [`Verification::verdict`].
	pub fn blocking_verdict(self) -> Result<Verdict, VerifyError> {
		match self.0 {
			State::Decided(verdict) => Ok(verdict),
			State::Running { replaying, done } => finish(&replaying, done.blocking_recv().ok()),
		}
	}
}

fn finish(replaying: &Mutex<Replaying>, done: Option<Result<(), RequestError>>) -> Result<Verdict, VerifyError> {
	done.unwrap_or(Err(RequestError::Stopped))?;
	let replay = lock(replaying).replay.take().ok_or(RequestError::Stopped)?;
	Ok(replay?.finish()?)
}

/// What is known before the adapters are in memory, and the comparison afterwards.
#[derive(Debug)]
pub(super) struct Replaying {
	request: VerifyRequest,
	model: [u8; 32],
	mode: crate::verify::FingerprintMode,
	constraint: Option<Constraint>,
	replay: Option<Result<Replay, ReplayError>>,
}

impl Replaying {
	/// Gives `request` to the engine's scheduler.
	pub(super) fn submit(
		engine: &Engine,
		request: VerifyRequest,
		constraint: Option<Constraint>,
	) -> Result<Verification, EngineError> {
		let (asked, vocab) = (&request.asked, engine.spec().vocab);
		if asked.prompt.is_empty() {
			return Err(EngineError::EmptyPrompt);
		}
		if request.tokens.is_empty() {
			return Err(EngineError::Invalid("the answer has no token".into()));
		}
		let tokens = inputs(&asked.prompt, &request.tokens, vocab);
		let (from, adapters) = (asked.prompt.len() - 1, asked.adapters.clone());
		let (payer, deadline) = (asked.payer, asked.deadline);
		let (model, mode) = (engine.model_hash(), engine.options().mode.into());
		let replaying = Arc::new(Mutex::new(Self { request, model, mode, constraint, replay: None }));
		let (beginning, visiting) = (replaying.clone(), replaying.clone());
		let visit = move |_: usize, hidden: &[f32], logits: &[f32]| lock(&visiting).visit(hidden, logits);
		let score = ScoreRequest {
			from,
			adapters,
			payer,
			deadline,
			begin: Some(Box::new(move |adapters| lock(&beginning).begin(adapters))),
			..ScoreRequest::new(tokens, visit)
		};
		let done = engine.score(score)?;
		Ok(Verification(State::Running { replaying, done }))
	}

	fn begin(&mut self, adapters: &[([u8; 32], f32)]) {
		let asked = &self.request.asked;
		let request = Request {
			id: asked.id,
			model: self.model,
			mode: self.mode,
			adapters,
			sampling: &asked.sampling,
			prompt: &asked.prompt,
			constraint: asked.schema.as_ref().map(schema_hash),
		};
		let VerifyRequest { tokens, records, commitment, tolerance, .. } = &self.request;
		let claim = Claim { tokens, records, commitment: *commitment };
		self.replay = Some(Replay::new(&request, &claim, self.constraint.take(), *tolerance));
	}

	fn visit(&mut self, hidden: &[f32], logits: &[f32]) -> ControlFlow<()> {
		match &mut self.replay {
			Some(Ok(replay)) => replay.row(hidden, logits),
			_ => ControlFlow::Break(()),
		}
	}
}

/// A panic of a visit ends the engine; what it leaves behind is not used.
fn lock(replaying: &Mutex<Replaying>) -> std::sync::MutexGuard<'_, Replaying> {
	replaying.lock().unwrap_or_else(PoisonError::into_inner)
}
