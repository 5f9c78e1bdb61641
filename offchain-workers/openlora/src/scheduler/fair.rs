//! Whose request is next: a virtual token counter for every payer (Sheng et al., "Fairness in Serving Large Language
//! Models", 2024).
//!
//! A payer's counter grows by the tokens computed for it, an answer's token counting [`OUTPUT_WEIGHT`] times a prompt's.
//! The payer with the smallest counter is served next. Whoever comes back after a pause is lifted to the smallest counter of
//! those that are served, so that time away earns nothing. So that many short-lived payers cannot starve one, a payer
//! that was passed over [`PATIENCE`] times goes first.

use std::collections::{HashMap, VecDeque};

/// Who a request is charged to; all requests without a name share one account.
pub type Payer = Option<[u8; 32]>;

/// What a generated token counts, a prompt's being 1: decoding reads all weights for one row.
pub const OUTPUT_WEIGHT: u64 = 2;

/// How many requests of others may be admitted while a payer's wait.
const PATIENCE: u32 = 512;

/// Counters of payers without requests that are kept.
const REMEMBERED: usize = 4096;

/// The waiting requests of all payers.
#[derive(Debug)]
pub(crate) struct Fair<W> {
	accounts: HashMap<Payer, Account<W>>,
	/// The smallest counter when someone was last served.
	floor: u64,
	waiting: usize,
}

#[derive(Debug)]
struct Account<W> {
	counter: u64,
	waiting: VecDeque<W>,
	running: usize,
	passed: u32,
}

impl<W> Account<W> {
	fn is_active(&self) -> bool {
		self.running > 0 || !self.waiting.is_empty()
	}
}

impl<W> Default for Fair<W> {
	fn default() -> Self {
		Self { accounts: HashMap::new(), floor: 0, waiting: 0 }
	}
}

impl<W> Fair<W> {
	/// Waiting requests.
	pub(crate) fn waiting(&self) -> usize {
		self.waiting
	}

	/// Adds a request at the end of its payer's queue.
	pub(crate) fn push(&mut self, payer: Payer, request: W) {
		let idle = !self.accounts.get(&payer).is_some_and(Account::is_active);
		if idle {
			self.forget();
			let active = self.accounts.values().filter(|account| account.is_active());
			self.floor = active.map(|account| account.counter).min().unwrap_or(0).max(self.floor);
		}
		let floor = self.floor;
		let account = self.accounts.entry(payer).or_insert_with(|| Account {
			counter: 0,
			waiting: VecDeque::new(),
			running: 0,
			passed: 0,
		});
		if idle {
			account.counter = account.counter.max(floor);
			account.passed = 0;
		}
		account.waiting.push_back(request);
		self.waiting += 1;
	}

	/// The payers with waiting requests, who is next first.
	pub(crate) fn order(&self) -> Vec<Payer> {
		let mut order: Vec<(bool, u64, Payer)> = self
			.accounts
			.iter()
			.filter(|(_, account)| !account.waiting.is_empty())
			.map(|(payer, account)| (account.passed < PATIENCE, account.counter, *payer))
			.collect();
		order.sort_unstable();
		order.into_iter().map(|(_, _, payer)| payer).collect()
	}

	/// The waiting requests of a payer, oldest first.
	pub(crate) fn queue(&mut self, payer: &Payer) -> impl Iterator<Item = &mut W> {
		self.accounts.get_mut(payer).into_iter().flat_map(|account| account.waiting.iter_mut())
	}

	/// All waiting requests.
	pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut W> {
		self.accounts.values_mut().flat_map(|account| account.waiting.iter_mut())
	}

	/// The request at `index` of a payer's queue.
	pub(crate) fn get_mut(&mut self, payer: &Payer, index: usize) -> Option<&mut W> {
		self.accounts.get_mut(payer)?.waiting.get_mut(index)
	}

	/// Takes the request at `index` of a payer's queue out; it will not run.
	pub(crate) fn remove(&mut self, payer: &Payer, index: usize) -> Option<W> {
		let request = self.accounts.get_mut(payer)?.waiting.remove(index)?;
		self.waiting -= 1;
		Some(request)
	}

	/// Takes the request at `index` of a payer's queue to run it.
	pub(crate) fn admit(&mut self, payer: &Payer, index: usize) -> Option<W> {
		let account = self.accounts.get_mut(payer)?;
		let request = account.waiting.remove(index)?;
		account.running += 1;
		account.passed = 0;
		self.waiting -= 1;
		for (other, account) in &mut self.accounts {
			if other != payer && !account.waiting.is_empty() {
				account.passed = account.passed.saturating_add(1);
			}
		}
		Some(request)
	}

	/// Takes out every waiting request of which `over` says so.
	pub(crate) fn take_if(&mut self, mut over: impl FnMut(&W) -> bool) -> Vec<W> {
		let mut taken = Vec::new();
		for account in self.accounts.values_mut() {
			let mut index = 0;
			while let Some(request) = account.waiting.get(index) {
				if over(request) {
					taken.extend(account.waiting.remove(index));
				} else {
					index += 1;
				}
			}
		}
		self.waiting -= taken.len();
		taken
	}

	/// Counts tokens that were computed for a payer.
	pub(crate) fn charge(&mut self, payer: &Payer, tokens: u64) {
		if let Some(account) = self.accounts.get_mut(payer) {
			account.counter = account.counter.saturating_add(tokens);
		}
	}

	/// What was counted for a payer.
	#[cfg(test)]
	fn counter(&self, payer: &Payer) -> u64 {
		self.accounts.get(payer).map_or(0, |account| account.counter)
	}

	/// Notes that a running request of a payer has ended.
	pub(crate) fn finish(&mut self, payer: &Payer) {
		if let Some(account) = self.accounts.get_mut(payer) {
			account.running = account.running.saturating_sub(1);
		}
	}

	/// Drops counters of idle payers when there are too many; those at the floor first, which they would be lifted to anyway.
	fn forget(&mut self) {
		if self.accounts.len() >= REMEMBERED {
			let floor = self.floor;
			self.accounts.retain(|_, account| account.is_active() || account.counter > floor);
		}
		if self.accounts.len() >= REMEMBERED {
			self.accounts.retain(|_, account| account.is_active());
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn payer(n: u8) -> Payer {
		Some([n; 32])
	}

	fn next(fair: &mut Fair<u32>) -> (Payer, u32) {
		let first = fair.order()[0];
		(first, fair.admit(&first, 0).unwrap())
	}

	#[test]
	fn order_puts_the_smallest_counter_first_and_a_queue_keeps_its_order() {
		let mut fair = Fair::default();
		(0..3).for_each(|n| fair.push(payer(1), n));
		fair.push(payer(2), 10);
		fair.charge(&payer(1), 5);
		assert_eq!(next(&mut fair), (payer(2), 10));
		assert_eq!(next(&mut fair), (payer(1), 0));
		assert_eq!(next(&mut fair), (payer(1), 1));
		assert_eq!(fair.waiting(), 1);
		assert_eq!(fair.take_if(|n| *n == 2), [2]);
		assert_eq!((fair.waiting(), fair.order().len()), (0, 0));
	}

	#[test]
	fn push_lifts_whoever_comes_back_to_those_that_are_served() {
		let mut fair = Fair::default();
		fair.push(payer(1), 0);
		next(&mut fair);
		fair.charge(&payer(1), 100);
		fair.push(payer(2), 1);
		assert_eq!(fair.counter(&payer(2)), 100, "time away earns nothing");
		fair.charge(&payer(2), 50);
		fair.admit(&payer(2), 0).unwrap();
		fair.finish(&payer(2));
		fair.push(payer(2), 2);
		assert_eq!(fair.counter(&payer(2)), 150, "going away clears nothing");
		fair.finish(&payer(1));
		fair.admit(&payer(2), 0).unwrap();
		fair.finish(&payer(2));
		fair.push(payer(3), 3);
		assert!(fair.counter(&payer(3)) >= 100, "the floor outlives an idle engine");
	}

	#[test]
	fn order_puts_a_payer_first_that_was_passed_over_too_often() {
		let mut fair = Fair::default();
		// Whoever comes new is lifted to the smallest active counter only, which is 0.
		fair.push(payer(9), 0);
		fair.admit(&payer(9), 0).unwrap();
		fair.push(payer(0), 7);
		fair.charge(&payer(0), 1_000_000);
		let mut admitted = 0;
		for n in 0..2 * PATIENCE {
			let fresh = Some([n as u8 | 0x10; 32]);
			fair.push(fresh, n);
			if next(&mut fair).0 == payer(0) {
				break;
			}
			admitted += 1;
			fair.finish(&fresh);
		}
		assert_eq!(admitted, PATIENCE);
	}

	#[test]
	fn counters_of_idle_payers_do_not_pile_up() {
		let mut fair = Fair::default();
		for n in 0..3 * REMEMBERED as u32 {
			let mut id = [0; 32];
			id[..4].copy_from_slice(&n.to_le_bytes());
			fair.push(Some(id), n);
			fair.charge(&Some(id), 10);
			fair.admit(&Some(id), 0).unwrap();
			fair.finish(&Some(id));
		}
		assert!(fair.accounts.len() <= REMEMBERED);
	}
}
