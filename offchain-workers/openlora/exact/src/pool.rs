//! A small pool of threads for loops whose steps take microseconds.

use std::any::Any;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, ptr};

/// For how long a thread without work looks for some before it sleeps.
const SPIN: Duration = Duration::from_micros(40);

/// Looks at the state between two looks at the clock.
const SPINS_PER_CLOCK: usize = 64;

/// Tasks that one round hands out at most, as their number shares a word with its index.
const ROUND_TASKS: usize = u16::MAX as usize;

/// Runs loops over several threads. The caller takes part, and what a thread has not begun the caller does itself, so
/// that a thread which the system does not run delays nothing.
#[derive(Debug)]
pub struct Pool {
	shared: Arc<Shared>,
	workers: Vec<JoinHandle<()>>,
}

/// What a task of a round needs; lives on the caller's stack while the round runs.
struct Round<'a> {
	task: &'a (dyn Fn(usize) + Sync),
	first: usize,
	panic: Mutex<Option<Box<dyn Any + Send>>>,
}

#[derive(Debug)]
struct Shared {
	/// Generation of the round (32 bits), its number of tasks (16), the next task to hand out (16).
	state: AtomicU64,
	/// The round, valid while one of its tasks is claimed and not done.
	round: AtomicPtr<()>,
	/// Tasks of the round that are done.
	done: AtomicUsize,
	/// A round is running; another caller works alone.
	busy: AtomicBool,
	stop: AtomicBool,
	/// Threads that sleep, or are about to.
	sleepers: AtomicUsize,
	lock: Mutex<()>,
	wake: Condvar,
}

impl Pool {
	/// A pool of `threads`, the caller's among them; 0 counts as 1.
	///
	/// # Errors
	/// What the system says if it cannot start a thread.
	pub fn new(threads: usize) -> io::Result<Self> {
		let shared = Arc::new(Shared {
			state: AtomicU64::new(0),
			round: AtomicPtr::new(ptr::null_mut()),
			done: AtomicUsize::new(0),
			busy: AtomicBool::new(false),
			stop: AtomicBool::new(false),
			sleepers: AtomicUsize::new(0),
			lock: Mutex::new(()),
			wake: Condvar::new(),
		});
		let mut pool = Self { shared, workers: Vec::new() };
		for index in 1..threads {
			let shared = Arc::clone(&pool.shared);
			let worker = std::thread::Builder::new().name(format!("exact-{index}")).spawn(move || shared.work())?;
			pool.workers.push(worker);
		}
		Ok(pool)
	}

	/// Number of threads, the caller's among them.
	pub fn threads(&self) -> usize {
		self.workers.len() + 1
	}

	/// Calls `task(i)` once for every `i` below `tasks`, in any order and on any of the threads, and returns when all are
	/// done. Called from within a task, or while another thread's call runs, it runs all of them on the calling thread.
	/// A panic in a task is thrown again here, after the others are done.
	pub fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
		let alone = tasks <= 1 || self.workers.is_empty();
		if alone || self.shared.busy.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
			return (0..tasks).for_each(task);
		}
		let mut outcome = Ok(());
		for first in (0..tasks).step_by(ROUND_TASKS) {
			outcome = outcome.and(self.shared.round(first, (tasks - first).min(ROUND_TASKS), task));
		}
		self.shared.busy.store(false, Ordering::Release);
		if let Err(panic) = outcome {
			resume_unwind(panic);
		}
	}
}

impl Drop for Pool {
	fn drop(&mut self) {
		self.shared.stop.store(true, Ordering::SeqCst);
		self.shared.notify();
		for worker in self.workers.drain(..) {
			// A worker catches the panics of tasks and has none of its own.
			let _ = worker.join();
		}
	}
}

impl Shared {
	/// Runs one round; only the thread that set `busy` does so.
	fn round(&self, first: usize, tasks: usize, task: &(dyn Fn(usize) + Sync)) -> Result<(), Box<dyn Any + Send>> {
		let round = Round { task, first, panic: Mutex::new(None) };
		self.done.store(0, Ordering::Relaxed);
		self.round.store(ptr::from_ref(&round).cast_mut().cast(), Ordering::Relaxed);
		let generation = (self.state.load(Ordering::Relaxed) >> 32).wrapping_add(1);
		// SeqCst orders this before the look at the sleepers, and theirs at the state after their being counted.
		self.state.store((generation << 32) | ((tasks as u64) << 16), Ordering::SeqCst);
		if self.sleepers.load(Ordering::SeqCst) > 0 {
			self.notify();
		}
		while self.work_once() {}
		let mut spins = 0u32;
		while self.done.load(Ordering::Acquire) < tasks {
			// Others run their last tasks. On a machine with more to do than cores they need this one.
			spins += 1;
			if spins < 4096 {
				std::hint::spin_loop();
			} else {
				std::thread::yield_now();
			}
		}
		match round.panic.into_inner().unwrap_or_else(PoisonError::into_inner) {
			Some(panic) => Err(panic),
			None => Ok(()),
		}
	}

	/// Claims and runs a task; false if there is none.
	fn work_once(&self) -> bool {
		let state = self.state.load(Ordering::Acquire);
		let (tasks, next) = ((state >> 16) & 0xffff, state & 0xffff);
		if next >= tasks {
			return false;
		}
		let round = self.round.load(Ordering::Relaxed);
		// The generation is part of the word: a claim succeeds only in the round whose pointer was read, as the pointer is
		// written before its state and the next one only after all tasks are done.
		if self.state.compare_exchange_weak(state, state + 1, Ordering::AcqRel, Ordering::Relaxed).is_err() {
			return true;
		}
		// SAFETY: the round lives until all of its tasks are done, and the one claimed here is not.
		let round = unsafe { &*round.cast_const().cast::<Round<'_>>() };
		let index = round.first + next as usize;
		if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (round.task)(index))) {
			round.panic.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(panic);
		}
		// The last look at the round was above: after this its owner may return.
		self.done.fetch_add(1, Ordering::Release);
		true
	}

	/// A worker's life.
	fn work(&self) {
		while !self.stop.load(Ordering::Relaxed) {
			if !self.work_once() && !self.spin() {
				self.sleep();
			}
		}
	}

	/// Waits a little for work; false if none came.
	fn spin(&self) -> bool {
		let start = Instant::now();
		while start.elapsed() < SPIN {
			for _ in 0..SPINS_PER_CLOCK {
				if self.has_work() {
					return true;
				}
				std::hint::spin_loop();
			}
		}
		false
	}

	fn sleep(&self) {
		let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
		self.sleepers.fetch_add(1, Ordering::SeqCst);
		while !self.has_work() {
			guard = self.wake.wait(guard).unwrap_or_else(PoisonError::into_inner);
		}
		self.sleepers.fetch_sub(1, Ordering::SeqCst);
	}

	/// Whether there is a task to claim, or the pool is going away.
	fn has_work(&self) -> bool {
		let state = self.state.load(Ordering::SeqCst);
		state & 0xffff < (state >> 16) & 0xffff || self.stop.load(Ordering::SeqCst)
	}

	fn notify(&self) {
		drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
		self.wake.notify_all();
	}
}

/// A slice whose parts several tasks write at once.
pub(crate) struct Shards<T> {
	start: *mut T,
	length: usize,
}

// SAFETY: only `part` gives access, and its callers promise that parts do not overlap.
unsafe impl<T: Send> Sync for Shards<T> {}

impl<T> Shards<T> {
	/// Borrowed for as long as the caller keeps `slice` borrowed.
	pub(crate) fn new(slice: &mut [T]) -> Self {
		Self { start: slice.as_mut_ptr(), length: slice.len() }
	}

	/// Values `start..start + length`. Panics if there are not as many.
	///
	/// # Safety
	/// The slice is still borrowed, and no other part with one of these values is alive.
	#[allow(clippy::mut_from_ref)]
	pub(crate) unsafe fn part(&self, start: usize, length: usize) -> &mut [T] {
		assert!(start <= self.length && length <= self.length - start, "part {start}+{length} of {}", self.length);
		// SAFETY: within the slice, by the assertion; unaliased, by the caller's promise.
		unsafe { std::slice::from_raw_parts_mut(self.start.add(start), length) }
	}
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]

	use super::*;

	fn sum_of_run(pool: &Pool, tasks: usize) -> Vec<usize> {
		let counts: Vec<AtomicUsize> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
		pool.run(tasks, &|i| {
			counts[i].fetch_add(1, Ordering::Relaxed);
		});
		counts.into_iter().map(AtomicUsize::into_inner).collect()
	}

	#[test]
	fn each_task_runs_once() {
		for threads in [0, 1, 2, 3, 8] {
			let pool = Pool::new(threads).unwrap();
			assert_eq!(pool.threads(), threads.max(1));
			for tasks in [0, 1, 2, 3, 7, 100, 65_535, 65_536, 150_000] {
				assert!(sum_of_run(&pool, tasks).iter().all(|&count| count == 1), "{threads} threads, {tasks} tasks");
			}
		}
	}

	#[test]
	fn many_short_rounds_with_more_threads_than_cores() {
		let pool = Pool::new(16).unwrap();
		let total = AtomicUsize::new(0);
		for round in 0..3000 {
			pool.run(round % 9, &|i| {
				total.fetch_add(i + 1, Ordering::Relaxed);
			});
		}
		let expected: usize = (0..3000usize).map(|round| (round % 9) * (round % 9 + 1) / 2).sum();
		assert_eq!(total.into_inner(), expected);
	}

	#[test]
	fn rounds_after_sleep_are_served() {
		let pool = Pool::new(3).unwrap();
		for _ in 0..5 {
			std::thread::sleep(Duration::from_millis(1));
			assert!(sum_of_run(&pool, 50).iter().all(|&count| count == 1));
		}
	}

	#[test]
	fn nested_and_concurrent_calls_run_inline() {
		let pool = Pool::new(4).unwrap();
		let total = AtomicUsize::new(0);
		std::thread::scope(|scope| {
			for _ in 0..4 {
				scope.spawn(|| {
					for _ in 0..50 {
						pool.run(8, &|_| {
							pool.run(5, &|_| {
								total.fetch_add(1, Ordering::Relaxed);
							})
						});
					}
				});
			}
		});
		assert_eq!(total.into_inner(), 4 * 50 * 8 * 5);
	}

	#[test]
	fn a_panic_is_thrown_again_and_the_pool_survives() {
		for threads in [1, 4] {
			let pool = Pool::new(threads).unwrap();
			let thrown = catch_unwind(AssertUnwindSafe(|| pool.run(20, &|i| assert!(i != 13, "thirteen"))));
			let message = thrown.unwrap_err();
			assert_eq!(message.downcast_ref::<&str>(), Some(&"thirteen"));
			assert!(sum_of_run(&pool, 100).iter().all(|&count| count == 1));
		}
	}
}
