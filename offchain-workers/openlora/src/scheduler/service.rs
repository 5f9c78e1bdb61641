//! The thread that owns the scheduler, and the handle that others have of it.

use super::generate::{Extras, Generation};
use super::intake::{Closing, Intake, Limits};
use super::score::Scoring;
use super::sequence::{pages_for, Submission};
use super::{Activity, AdapterStore, Bounds, Core, EngineStats, ScoreRequest};
use crate::backend::Backend;
use crate::budget::Budget;
use crate::error::{EngineError, RequestError};
use crate::request::{check, check_adapters, check_tokens, token_limit, GenerateRequest, TokenEvent, TokenText};
use openledger_exact::Pool;
use std::any::Any;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// How often waiting requests are looked at when there is nothing to compute.
const POLL: Duration = Duration::from_millis(2);

/// How a scheduler runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchedulerOptions {
	/// Requests that may wait, at least 1.
	pub queue: usize,
	/// Requests of one payer that may wait, at least 1.
	pub queue_per_payer: usize,
	/// The most tokens of a prompt and its answer together, at least 2.
	pub max_context: usize,
	/// Requests that run at once, at least 1.
	pub max_batch: usize,
	/// Tokens of a step; raised to `max_batch` and a page where it is less.
	pub step_tokens: usize,
	/// Whether pages outlive their requests, to serve those that begin alike.
	pub prefix_cache: bool,
}

impl Default for SchedulerOptions {
	fn default() -> Self {
		Self { queue: 256, queue_per_payer: 64, max_context: 2048, max_batch: 64, step_tokens: 128, prefix_cache: true }
	}
}

/// A handle to a running scheduler; clones share it. When the last one is dropped, what was accepted is completed, and the
/// thread ends.
#[derive(Clone)]
pub struct Scheduler {
	handle: Arc<Handle>,
}

struct Handle {
	intake: Arc<Intake>,
	stats: Arc<Mutex<EngineStats>>,
	thread: Mutex<Option<JoinHandle<()>>>,
	text: Arc<dyn TokenText>,
	options: SchedulerOptions,
	vocab: usize,
	page_bytes: usize,
	budget: Budget,
}

impl Drop for Handle {
	fn drop(&mut self) {
		self.intake.close(Closing::Drain(None));
	}
}

impl std::fmt::Debug for Scheduler {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("Scheduler").field("options", &self.handle.options).finish_non_exhaustive()
	}
}

impl Scheduler {
	/// Starts the thread that owns `backend` and `store`. Pages and adapters are paid from `budget`; tokens are chosen on `pool`.
	///
	/// # Errors
	/// What the system says if it cannot start a thread.
	pub fn start<B, S>(
		backend: B,
		store: S,
		text: Arc<dyn TokenText>,
		budget: Budget,
		pool: Arc<Pool>,
		options: SchedulerOptions,
	) -> std::io::Result<Self>
	where
		B: Backend,
		S: AdapterStore<B::Adapter>,
	{
		let limits = Limits { total: options.queue.max(1), per_payer: options.queue_per_payer.max(1) };
		let intake = Intake::new(limits);
		let stats: Arc<Mutex<EngineStats>> = Arc::default();
		let (vocab, page_bytes) = (backend.spec().vocab, backend.page_bytes());
		let waker = Arc::downgrade(&intake);
		let wake = move || {
			if let Some(intake) = waker.upgrade() {
				intake.wake();
			}
		};
		budget.on_wanted(wake.clone());
		let thread = {
			let (intake, stats, budget) = (intake.clone(), stats.clone(), budget.clone());
			let bounds = Bounds {
				max_batch: options.max_batch,
				step_tokens: options.step_tokens,
				prefix_cache: options.prefix_cache,
			};
			let mut store = store;
			store.on_change(Box::new(wake));
			let main = move || serve(Core::new(backend, store, budget, bounds, pool), &intake, &stats);
			std::thread::Builder::new().name("openlora".into()).spawn(main)?
		};
		let thread = Mutex::new(Some(thread));
		Ok(Self { handle: Arc::new(Handle { intake, stats, thread, text, options, vocab, page_bytes, budget }) })
	}

	/// Submits a request; its events arrive on the returned channel, which never makes the engine wait. Dropping it cancels the
	/// request.
	///
	/// # Errors
	/// [`EngineError`]; only [`EngineError::Overloaded`] is worth a retry.
	pub fn generate(
		&self,
		request: GenerateRequest,
		extras: Extras,
	) -> Result<mpsc::Receiver<TokenEvent>, EngineError> {
		let handle = &self.handle;
		check(&request, handle.vocab, handle.options.max_context)?;
		let limit = token_limit(&request, handle.options.max_context);
		let (submission, receiver) = submission(request, limit, extras, handle.text.clone())?;
		handle.check_memory(submission.most_tokens)?;
		handle.intake.submit(submission)?;
		Ok(receiver)
	}

	/// Submits tokens to be scored. Dropping the returned channel cancels that; it carries the outcome when all positions were
	/// visited, or a visit broke off.
	///
	/// # Errors
	/// [`EngineError`]; only [`EngineError::Overloaded`] is worth a retry.
	pub fn score(&self, request: ScoreRequest) -> Result<oneshot::Receiver<Result<(), RequestError>>, EngineError> {
		let handle = &self.handle;
		check_tokens(&request.tokens, handle.vocab, handle.options.max_context)?;
		check_adapters(&request.adapters)?;
		if request.from >= request.tokens.len() {
			let reason = format!("position {} of {} tokens", request.from, request.tokens.len());
			return Err(EngineError::Invalid(reason));
		}
		let most_tokens = request.tokens.len();
		handle.check_memory(most_tokens)?;
		let (done, receiver) = oneshot::channel();
		handle.intake.submit(Submission {
			tokens: request.tokens,
			most_tokens,
			adapters: request.adapters,
			payer: request.payer,
			deadline: request.deadline,
			work: Box::new(Scoring::new(most_tokens, request.from, request.begin, request.visit, done)),
			ticket: None,
		})?;
		Ok(receiver)
	}

	/// The options it runs with.
	pub fn options(&self) -> SchedulerOptions {
		self.handle.options
	}

	/// The counters after the last step; `waiting` as of now.
	pub fn stats(&self) -> EngineStats {
		let mut stats = self.handle.stats.lock().unwrap_or_else(PoisonError::into_inner).clone();
		stats.waiting = self.handle.intake.waiting();
		stats
	}

	/// Accepts no more requests, and waits until those that were accepted are complete or `patience` has passed; what is left
	/// then fails with [`RequestError::Stopped`]. Blocks: call it off the async threads.
	pub fn shut_down(&self, patience: Duration) {
		self.handle.intake.close(Closing::Drain(Instant::now().checked_add(patience)));
		let thread = self.handle.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
		if let Some(thread) = thread {
			// The thread catches panics and tells the requests.
			let _ = thread.join();
		}
	}
}

/// A checked request of at most `limit` tokens in the form that waits, and the channel of its events.
pub(crate) fn submission(
	request: GenerateRequest,
	limit: usize,
	extras: Extras,
	text: Arc<dyn TokenText>,
) -> Result<(Submission, mpsc::Receiver<TokenEvent>), EngineError> {
	let (events, receiver) = mpsc::channel(limit + 1);
	let work = Generation::new(&request, limit, extras, text, events)
		.map_err(|error| EngineError::Invalid(error.to_string()))?;
	let submission = Submission {
		// The last token is never computed.
		most_tokens: request.prompt.len() + limit - 1,
		tokens: request.prompt,
		adapters: request.adapters,
		payer: request.payer,
		deadline: request.deadline,
		work: Box::new(work),
		ticket: None,
	};
	Ok((submission, receiver))
}

impl Handle {
	/// Checks that a request of this many tokens fits the memory when it is alone.
	fn check_memory(&self, tokens: usize) -> Result<(), EngineError> {
		let (needed, budget) = (pages_for(tokens).saturating_mul(self.page_bytes), self.budget.total());
		if needed > budget {
			Err(EngineError::TooLarge { needed, budget })
		} else {
			Ok(())
		}
	}
}

/// Runs steps until the engine is closed. After a panic the state is not trusted: every request fails, and later ones see
/// a stopped engine.
fn serve<B: Backend, S: AdapterStore<B::Adapter>>(mut core: Core<B, S>, intake: &Intake, stats: &Mutex<EngineStats>) {
	let ended = catch_unwind(AssertUnwindSafe(|| run(&mut core, intake, stats)));
	let error = match ended {
		Ok(()) => RequestError::Stopped,
		Err(panic) => {
			let message = message(&*panic);
			tracing::error!(message, "the engine has failed");
			RequestError::Engine(message)
		}
	};
	intake.close(Closing::Stopped);
	let mut late = Vec::new();
	intake.collect(Some(Duration::ZERO), &mut late);
	let now = Instant::now();
	for mut submission in late {
		submission.work.fail(error.clone(), now);
	}
	// What a broken backend does when it is told to let go of pages cannot be relied on.
	let told = catch_unwind(AssertUnwindSafe(|| core.fail_all(&error, now)));
	*stats.lock().unwrap_or_else(PoisonError::into_inner) = core.stats();
	if told.is_err() {
		tracing::error!("the engine could not be cleaned up");
	}
}

fn run<B: Backend, S: AdapterStore<B::Adapter>>(core: &mut Core<B, S>, intake: &Intake, stats: &Mutex<EngineStats>) {
	let mut arrived = Vec::new();
	let mut activity = Activity::Idle;
	loop {
		let patience = match activity {
			Activity::Worked => Some(Duration::ZERO),
			Activity::Waiting => Some(POLL),
			Activity::Idle => None,
		};
		let closing = intake.collect(patience, &mut arrived);
		let came = !arrived.is_empty();
		arrived.drain(..).for_each(|submission| core.submit(submission));
		let now = Instant::now();
		activity = core.step(now);
		*stats.lock().unwrap_or_else(PoisonError::into_inner) = core.stats();
		match closing {
			Some(Closing::Drain(end)) => {
				let over = end.is_some_and(|end| end <= now);
				if over || (activity == Activity::Idle && !came) {
					return;
				}
				// Nobody wakes the thread any more.
				if activity == Activity::Idle {
					activity = Activity::Waiting;
				}
			}
			Some(Closing::Stopped) => return,
			None => {}
		}
	}
}

/// The text of a panic.
pub(crate) fn message(panic: &(dyn Any + Send)) -> String {
	let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
	text.unwrap_or("panic").to_owned()
}
