//! Continuous batching: many requests share every step of one backend.
//!
//! A step holds one row of every request that is generating and, within a budget of tokens, pieces of the prompts that are
//! not computed yet. So neither waits for the other: a long prompt costs each answer a step of bounded size, and as the budget
//! exceeds the number of running requests, prompts always advance.
//!
//! # Memory
//! Pages of keys and values are taken as they are filled. When the budget is spent, idle pages of the prefix cache go first,
//! then adapters that nobody holds; then the request that was admitted last is paused: it gives its pages back and
//! is computed again later (in the exact modes to the same bits). The oldest request is never paused, a request that
//! alone would not fit is refused, and paused requests go before new ones: so every accepted request ends.
//!
//! # What a request can rely on
//! Its tokens keep their positions, its adapters their order, and it shares only pages that hold the same beginning under the same
//! adapters. Errors, deadlines and readers that go away end one request and no other.

pub(crate) mod admit;
mod fair;
pub(crate) mod generate;
pub(crate) mod intake;
mod memory;
mod plan;
pub(crate) mod score;
pub(crate) mod sequence;
pub(crate) mod service;
mod stats;
pub mod store;
pub(crate) mod work;

#[cfg(test)]
mod tests;

pub use fair::{Payer, OUTPUT_WEIGHT};
pub use generate::Extras;
pub use score::{Begin, ScoreRequest, Visit};
pub use service::{Scheduler, SchedulerOptions};
pub use stats::{EngineStats, Histogram};
pub use store::{AdapterStore, CacheStore, Lookup, NoAdapters, Resident, MAX_ADAPTERS};

use crate::backend::{Backend, NotFinite, Rows, Segment, SegmentOutput, PAGE_TOKENS};
use crate::budget::Budget;
use crate::error::RequestError;
use fair::Fair;
use memory::Memory;
use openledger_exact::Pool;
use plan::Planned;
use sequence::{Sequence, Submission};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use work::{Next, RowsView, Work};

/// Bounds of a step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
	/// Requests that run at once.
	pub(crate) max_batch: usize,
	/// Tokens of a step.
	pub(crate) step_tokens: usize,
	/// Whether pages outlive their requests.
	pub(crate) prefix_cache: bool,
}

/// What a step has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activity {
	/// Tokens were computed.
	Worked,
	/// Requests wait for adapters or memory.
	Waiting,
	/// There is no request.
	Idle,
}

/// The state of the scheduler; everything happens in [`Core::step`], on one thread.
pub(crate) struct Core<B: Backend, S> {
	backend: B,
	store: S,
	bounds: Bounds,
	memory: Memory,
	waiting: Fair<Sequence<B::Adapter>>,
	/// By rank, the oldest first.
	paused: Vec<Sequence<B::Adapter>>,
	/// By rank, the oldest first.
	running: Vec<Sequence<B::Adapter>>,
	next_rank: u64,
	/// Whether the queue must be looked at although no place is free: there are new requests or new adapters.
	look: bool,
	/// The store's, when adapters were last asked for.
	generation: u64,
	asked_at: Instant,
	/// Counts the times at which asking again makes sense.
	epoch: u64,
	/// Chooses the tokens of a step.
	pool: Arc<Pool>,
	stats: EngineStats,
}

impl<B: Backend, S: AdapterStore<B::Adapter>> Core<B, S> {
	/// A scheduler without requests. Pages and adapters are paid from `budget`.
	pub(crate) fn new(mut backend: B, store: S, budget: Budget, bounds: Bounds, pool: Arc<Pool>) -> Self {
		let memory = Memory::new(backend.page_bytes(), budget, bounds.prefix_cache);
		backend.reserve_pages(memory.pool().capacity());
		// Prompts must advance beside a full batch.
		let bounds = Bounds {
			max_batch: bounds.max_batch.max(1),
			step_tokens: bounds.step_tokens.max(bounds.max_batch.max(1) + PAGE_TOKENS),
			..bounds
		};
		let generation = store.generation();
		Self {
			backend,
			store,
			bounds,
			memory,
			waiting: Fair::default(),
			paused: Vec::new(),
			running: Vec::new(),
			next_rank: 0,
			look: false,
			generation,
			asked_at: Instant::now(),
			epoch: 0,
			pool,
			stats: EngineStats::default(),
		}
	}

	/// Takes a request in.
	pub(crate) fn submit(&mut self, submission: Submission) {
		let sequence = Sequence::new(submission);
		self.waiting.push(sequence.payer, sequence);
		self.look = true;
	}

	/// One step: ends what is over, admits, computes, and hands the rows out.
	pub(crate) fn step(&mut self, now: Instant) -> Activity {
		let start = Instant::now();
		self.reap(now);
		self.admit(now);
		let plan = self.plan();
		if plan.is_empty() {
			let idle = self.running.is_empty() && self.paused.is_empty() && self.waiting.waiting() == 0;
			return if idle { Activity::Idle } else { Activity::Waiting };
		}
		let computing = Instant::now();
		let outputs = self.compute(&plan);
		let computed = computing.elapsed();
		self.absorb(&plan, outputs, now);
		let whole = start.elapsed();
		self.stats.step.record(whole);
		self.stats.overhead.record(whole.saturating_sub(computed));
		Activity::Worked
	}

	/// The counters.
	pub(crate) fn stats(&self) -> EngineStats {
		EngineStats {
			waiting: self.waiting.waiting(),
			running: self.running.len(),
			paused: self.paused.len(),
			pages_used: self.memory.pool().used(),
			pages_cached: self.memory.cache().len(),
			pages_total: self.memory.pool().capacity(),
			memory_used: self.memory.pool().budget().used(),
			memory_total: self.memory.pool().budget().total(),
			..self.stats.clone()
		}
	}

	/// Ends every request with `error`.
	pub(crate) fn fail_all(&mut self, error: &RequestError, now: Instant) {
		let waiting = self.waiting.take_if(|_| true);
		for mut sequence in self.running.drain(..).chain(self.paused.drain(..)).chain(waiting) {
			self.memory.release(&mut sequence.pages, &mut self.backend);
			self.stats.failed += 1;
			sequence.work.fail(error.clone(), now);
		}
	}

	/// Ends the requests whose reader is gone or whose deadline has passed.
	fn reap(&mut self, now: Instant) {
		let mut over = self.waiting.take_if(|sequence| sequence.is_over(now));
		for list in [&mut self.running, &mut self.paused] {
			let ended = list.extract_if(.., |sequence| sequence.is_over(now));
			for sequence in ended {
				self.waiting.finish(&sequence.payer);
				over.push(sequence);
			}
		}
		for mut sequence in over {
			self.memory.release(&mut sequence.pages, &mut self.backend);
			if sequence.work.is_gone() {
				self.stats.cancelled += 1;
			} else {
				self.stats.expired += 1;
				sequence.work.fail(RequestError::Deadline, now);
			}
		}
	}

	/// Runs the backend on what was planned.
	fn compute(&mut self, plan: &[Planned]) -> Vec<Result<SegmentOutput, NotFinite>> {
		let segments: Vec<Segment<'_, B::Adapter>> = plan
			.iter()
			.map(|planned| {
				let sequence = &self.running[planned.index];
				let end = sequence.computed + planned.tokens;
				let rows = match sequence.work.rows_from() {
					Some(from) if from <= sequence.computed => Rows::All,
					None if end == sequence.tokens.len() => Rows::Last,
					_ => Rows::None,
				};
				Segment {
					tokens: &sequence.tokens[sequence.computed..end],
					position: sequence.computed,
					pages: &sequence.pages,
					adapters: sequence.resident.as_ref().map_or(&[], |resident| &resident.adapters),
					rows,
				}
			})
			.collect();
		let outputs = self.backend.step(&segments);
		assert_eq!(outputs.len(), plan.len(), "the backend gives one output for each segment");
		outputs
	}

	/// Notes what was computed, lets each request use its rows, and removes those that are complete.
	fn absorb(&mut self, plan: &[Planned], outputs: Vec<Result<SegmentOutput, NotFinite>>, now: Instant) {
		let mut results: Vec<(usize, Next)> = Vec::new();
		let mut rows = Vec::new();
		for (planned, output) in plan.iter().zip(outputs) {
			match output {
				Err(NotFinite) => results.push((planned.index, Next::Failed(RequestError::NotFinite))),
				Ok(output) => {
					let position = self.advance(planned);
					if !output.logits.is_empty() {
						rows.push((planned.index, position, output));
					}
				}
			}
		}
		results.extend(self.use_rows(&rows));
		let mut ended = Vec::new();
		for (index, next) in results {
			let sequence = &mut self.running[index];
			if matches!(next, Next::Token(_) | Next::Last) {
				self.stats.generated_tokens += 1;
				self.waiting.charge(&sequence.payer, OUTPUT_WEIGHT);
			}
			match next {
				Next::More => continue,
				Next::Token(token) => {
					sequence.tokens.push(token);
					continue;
				}
				Next::Last | Next::Done => self.stats.completed += 1,
				Next::Failed(error) => {
					self.stats.failed += 1;
					sequence.work.fail(error, now);
				}
			}
			ended.push(index);
		}
		ended.sort_unstable();
		for index in ended.into_iter().rev() {
			let mut sequence = self.running.remove(index);
			self.waiting.finish(&sequence.payer);
			self.memory.release(&mut sequence.pages, &mut self.backend);
		}
	}

	/// Counts the tokens of a segment as computed and offers the pages that are full now to the cache. Gives the position
	/// of the first row that was computed with it.
	fn advance(&mut self, planned: &Planned) -> usize {
		let sequence = &mut self.running[planned.index];
		let before = sequence.computed;
		sequence.computed += planned.tokens;
		self.stats.computed_tokens += planned.tokens as u64;
		if self.bounds.prefix_cache {
			for page in before / PAGE_TOKENS..sequence.computed / PAGE_TOKENS {
				let hash = sequence.hash(page);
				self.memory.publish(hash, sequence.pages[page]);
			}
		}
		if sequence.work.rows_from().is_some() {
			before
		} else {
			sequence.computed - 1
		}
	}

	/// Lets the requests use their rows, spread over the threads. A panic fails the request it happened in.
	fn use_rows(&mut self, rows: &[(usize, usize, SegmentOutput)]) -> Vec<(usize, Next)> {
		struct Turn<'a> {
			work: &'a mut dyn Work,
			view: RowsView<'a>,
			next: Next,
		}
		let width = self.backend.spec().width;
		let mut sequences = self.running.iter_mut().enumerate();
		let turns: Vec<Mutex<Turn<'_>>> = rows
			.iter()
			.filter_map(|(index, position, output)| {
				let (_, sequence) = sequences.find(|(at, _)| at == index)?;
				let count = output.hidden.len() / width;
				let view = RowsView { position: *position, count, hidden: &output.hidden, logits: &output.logits };
				Some(Mutex::new(Turn { work: sequence.work.as_mut(), view, next: Next::More }))
			})
			.collect();
		let take = |index: usize| {
			let mut turn = turns[index].lock().unwrap_or_else(PoisonError::into_inner);
			let turn = &mut *turn;
			let taken = catch_unwind(AssertUnwindSafe(|| turn.work.take(turn.view)));
			turn.next = taken.unwrap_or_else(|panic| Next::Failed(RequestError::Choice(service::message(&*panic))));
		};
		if turns.len() == 1 || self.pool.threads() == 1 {
			(0..turns.len()).for_each(take);
		} else {
			self.pool.run(turns.len(), &take);
		}
		let next = turns.into_iter().map(|turn| turn.into_inner().unwrap_or_else(PoisonError::into_inner).next);
		rows.iter().map(|(index, ..)| *index).zip(next).collect()
	}
}
