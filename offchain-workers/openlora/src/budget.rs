//! The bytes that pages of keys and values and adapters share.
//!
//! Whoever takes memory holds a [`Reservation`]. A loader that finds the budget spent says how much it wants and waits;
//! the scheduler sees the wish ([`Budget::wanted`]), gives idle pages back and admits nobody new until it is met.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A limit on bytes, shared by its clones.
#[derive(Clone)]
pub struct Budget {
	shared: Arc<Shared>,
}

struct Shared {
	total: usize,
	state: Mutex<State>,
	freed: Condvar,
}

#[derive(Default)]
struct State {
	used: usize,
	wanted: usize,
	waker: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// Bytes that were taken of a [`Budget`]; dropping it gives them back.
#[derive(Debug)]
pub struct Reservation {
	budget: Budget,
	bytes: usize,
}

/// Bytes that somebody waits for.
#[derive(Debug)]
pub struct Wish {
	budget: Budget,
	bytes: usize,
}

impl Drop for Wish {
	fn drop(&mut self) {
		self.budget.state().wanted -= self.bytes;
	}
}

impl Budget {
	/// A budget of `total` bytes, none taken.
	pub fn new(total: usize) -> Self {
		Self { shared: Arc::new(Shared { total, state: Mutex::default(), freed: Condvar::new() }) }
	}

	/// All bytes, taken or not.
	pub fn total(&self) -> usize {
		self.shared.total
	}

	/// Bytes that are taken.
	pub fn used(&self) -> usize {
		self.state().used
	}

	/// Bytes that are not taken.
	pub fn free(&self) -> usize {
		self.shared.total - self.used()
	}

	/// Bytes that somebody waits for: the sum of all wishes.
	pub fn wanted(&self) -> usize {
		self.state().wanted
	}

	/// Takes `bytes` if they are free.
	pub fn try_reserve(&self, bytes: usize) -> Option<Reservation> {
		self.take(&mut self.state(), bytes).then(|| Reservation { budget: self.clone(), bytes })
	}

	/// Takes `bytes`, waiting for them up to `patience`; `None` if they did not come, at once if they never can.
	pub fn reserve_within(&self, bytes: usize, patience: Duration) -> Option<Reservation> {
		if bytes > self.shared.total {
			return None;
		}
		let end = Instant::now() + patience;
		let taken = self.try_reserve(bytes);
		if taken.is_some() {
			return taken;
		}
		let _wish = self.want(bytes);
		let mut state = self.state();
		loop {
			if self.take(&mut state, bytes) {
				break;
			}
			let left = end.saturating_duration_since(Instant::now());
			if left.is_zero() {
				return None;
			}
			state = self.shared.freed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
		}
		drop(state);
		Some(Reservation { budget: self.clone(), bytes })
	}

	/// Asks for `bytes` to be given back by whoever can spare them, until the wish is dropped.
	pub fn want(&self, bytes: usize) -> Wish {
		let waker = {
			let mut state = self.state();
			state.wanted += bytes;
			state.waker.clone()
		};
		if let Some(wake) = waker {
			wake();
		}
		Wish { budget: self.clone(), bytes }
	}

	/// Has `wake` called whenever someone begins to wait for bytes.
	pub fn on_wanted(&self, wake: impl Fn() + Send + Sync + 'static) {
		self.state().waker = Some(Arc::new(wake));
	}

	fn take(&self, state: &mut State, bytes: usize) -> bool {
		let fits = bytes <= self.shared.total - state.used;
		if fits {
			state.used += bytes;
		}
		fits
	}

	fn state(&self) -> MutexGuard<'_, State> {
		self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl std::fmt::Debug for Budget {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		let state = self.state();
		f.debug_struct("Budget")
			.field("total", &self.shared.total)
			.field("used", &state.used)
			.field("wanted", &state.wanted)
			.finish()
	}
}

impl Reservation {
	/// The bytes it holds.
	pub fn bytes(&self) -> usize {
		self.bytes
	}

	/// Takes over the bytes of another reservation of the same budget.
	pub fn merge(&mut self, mut other: Self) {
		self.bytes += std::mem::take(&mut other.bytes);
	}

	/// Gives back all but `bytes` of it; keeps what it has if that is less.
	pub fn shrink_to(&mut self, bytes: usize) {
		let kept = self.bytes.min(bytes);
		self.give_back(self.bytes - kept);
		self.bytes = kept;
	}

	fn give_back(&self, bytes: usize) {
		if bytes > 0 {
			self.budget.state().used -= bytes;
			self.budget.shared.freed.notify_all();
		}
	}
}

impl Drop for Reservation {
	fn drop(&mut self) {
		self.give_back(self.bytes);
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn try_reserve_takes_what_is_free_and_dropping_gives_it_back() {
		let budget = Budget::new(10);
		let mut six = budget.try_reserve(6).unwrap();
		assert!(budget.try_reserve(5).is_none());
		let four = budget.try_reserve(4).unwrap();
		assert_eq!((budget.used(), budget.free()), (10, 0));
		six.merge(four);
		assert_eq!((six.bytes(), budget.used()), (10, 10));
		six.shrink_to(3);
		assert_eq!(budget.free(), 7);
		six.shrink_to(5);
		assert_eq!(six.bytes(), 3);
		drop(six);
		assert_eq!(budget.used(), 0);
	}

	#[test]
	fn reserve_within_waits_for_bytes_and_shows_its_wish() {
		let budget = Budget::new(10);
		let held = budget.try_reserve(8).unwrap();
		let (woken, asked) = std::sync::mpsc::channel();
		budget.on_wanted(move || woken.send(()).unwrap());
		let waiting = {
			let budget = budget.clone();
			std::thread::spawn(move || budget.reserve_within(5, Duration::from_secs(60)).map(|r| r.bytes()))
		};
		asked.recv().unwrap();
		assert_eq!(budget.wanted(), 5);
		drop(held);
		assert_eq!(waiting.join().unwrap(), Some(5));
		assert_eq!((budget.wanted(), budget.used()), (0, 0));
	}

	#[test]
	fn reserve_within_gives_up_when_the_bytes_do_not_come() {
		let budget = Budget::new(10);
		assert!(budget.reserve_within(11, Duration::from_secs(60)).is_none());
		let _held = budget.try_reserve(8).unwrap();
		assert!(budget.reserve_within(5, Duration::from_millis(1)).is_none());
		assert_eq!(budget.wanted(), 0);
	}
}
