//! The door of the engine: a bounded queue in total and for every payer, closed when the engine stops.

use super::fair::Payer;
use super::sequence::Submission;
use crate::error::EngineError;
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many requests may wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
	pub(crate) total: usize,
	pub(crate) per_payer: usize,
}

/// Takes requests from any thread and hands them to the engine's.
pub(crate) struct Intake {
	limits: Limits,
	state: Mutex<State>,
	changed: Condvar,
}

#[derive(Default)]
struct State {
	arrived: Vec<Submission>,
	/// Requests that wait: those that arrived and those in the scheduler's queues.
	waiting: usize,
	per_payer: HashMap<Payer, usize>,
	/// Smoothed time between requests that leave the queue, in microseconds.
	interval_us: u64,
	left_at: Option<Instant>,
	woken: bool,
	closing: Option<Closing>,
}

/// How the engine ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closing {
	/// When all that was accepted is done, or at a time.
	Drain(Option<Instant>),
	/// It has ended.
	Stopped,
}

/// A request's place in the queue; dropping it makes room.
pub(crate) struct Ticket {
	intake: Arc<Intake>,
	payer: Payer,
}

impl Drop for Ticket {
	fn drop(&mut self) {
		let mut state = self.intake.state();
		state.waiting -= 1;
		if let Some(count) = state.per_payer.get_mut(&self.payer) {
			*count -= 1;
			if *count == 0 {
				state.per_payer.remove(&self.payer);
			}
		}
		let now = Instant::now();
		if let Some(before) = state.left_at.replace(now) {
			let interval = (now - before).as_micros().min(60_000_000) as u64;
			state.interval_us = (state.interval_us * 7 + interval) / 8;
		}
	}
}

impl Intake {
	pub(crate) fn new(limits: Limits) -> Arc<Self> {
		Arc::new(Self { limits, state: Mutex::default(), changed: Condvar::new() })
	}

	/// Puts a request into the queue.
	pub(crate) fn submit(self: &Arc<Self>, mut submission: Submission) -> Result<(), EngineError> {
		let mut state = self.state();
		if state.closing.is_some() {
			return Err(EngineError::Stopped);
		}
		let own = state.per_payer.get(&submission.payer).copied().unwrap_or(0);
		let overloaded = |queue: usize, ahead: usize| EngineError::Overloaded {
			queue,
			retry_after_ms: (state.interval_us * ahead as u64 / 1000).clamp(10, 60_000),
		};
		if state.waiting >= self.limits.total {
			// One place comes free with the next request that leaves the queue; many may be waiting for it.
			return Err(overloaded(self.limits.total, self.limits.total.div_ceil(4)));
		}
		if own >= self.limits.per_payer {
			return Err(overloaded(self.limits.per_payer, state.per_payer.len()));
		}
		state.waiting += 1;
		*state.per_payer.entry(submission.payer).or_default() += 1;
		submission.ticket = Some(Ticket { intake: self.clone(), payer: submission.payer });
		state.arrived.push(submission);
		self.wake_locked(state);
		Ok(())
	}

	/// What has arrived since the last call. Waits for something to arrive or for [`Intake::wake`], but not longer than `patience`.
	pub(crate) fn collect(&self, patience: Option<Duration>, arrived: &mut Vec<Submission>) -> Option<Closing> {
		let mut state = self.state();
		if patience != Some(Duration::ZERO) {
			let idle = |state: &mut State| state.arrived.is_empty() && !state.woken;
			state = match patience {
				Some(patience) => {
					let result = self.changed.wait_timeout_while(state, patience, idle);
					result.unwrap_or_else(PoisonError::into_inner).0
				}
				None => self.changed.wait_while(state, idle).unwrap_or_else(PoisonError::into_inner),
			};
		}
		state.woken = false;
		arrived.append(&mut state.arrived);
		state.closing
	}

	/// Ends a wait of [`Intake::collect`].
	pub(crate) fn wake(&self) {
		self.wake_locked(self.state());
	}

	/// Accepts no more requests. An engine that has stopped stays so.
	pub(crate) fn close(&self, how: Closing) {
		let mut state = self.state();
		if state.closing != Some(Closing::Stopped) {
			state.closing = Some(how);
		}
		self.wake_locked(state);
	}

	/// Requests that wait.
	pub(crate) fn waiting(&self) -> usize {
		self.state().waiting
	}

	fn wake_locked(&self, mut state: MutexGuard<'_, State>) {
		state.woken = true;
		drop(state);
		self.changed.notify_one();
	}

	fn state(&self) -> MutexGuard<'_, State> {
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
