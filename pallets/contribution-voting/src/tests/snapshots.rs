//! What accounts weighed when polls were submitted.

use crate::{mock::*, Accounts, Checkpoint, Error, Marks, Touched};
use openledger_primitives::{
	weight::{Maturity, Weight},
	Balance,
};
use proptest::prelude::*;
use sp_runtime::{DispatchError, Perbill};
use std::collections::BTreeMap;

const MUCH: Balance = 1_000_000_000_000;

fn checkpoints(who: u64) -> Vec<Checkpoint<u64>> {
	Accounts::<Test>::get(who).unwrap().checkpoints.into_inner()
}

/// What `who` votes with in polls of `period`, if nothing is capped.
fn votes(who: u64, period: u32) -> Result<Balance, DispatchError> {
	votes_of(who, period, Balance::MAX)
}

/// The same, of so much weight of all.
fn votes_of(who: u64, period: u32, total: Balance) -> Result<Balance, DispatchError> {
	Voting::snapshot_weight(&who, period, total).map_err(DispatchError::from)
}

fn no_weight() -> Result<Balance, DispatchError> {
	Err(Error::<Test>::NoWeight.into())
}

fn gone() -> Result<Balance, DispatchError> {
	Err(Error::<Test>::SnapshotGone.into())
}

#[test]
fn a_poll_counts_weights_at_the_start_of_its_period() {
	build_and_execute(|| {
		give(1, MUCH);
		next_period();
		let at_start = Voting::weight(1);
		// In the first block, and so after the start.
		give(1, MUCH);
		wait(3);
		let poll = submit(1);
		give(1, MUCH);
		assert_eq!((tally(poll).snapshot, tally(poll).total), (1, at_start));
		assert_eq!(votes(1, 1), Ok(at_start));
		wait(100);
		assert_eq!(votes(1, 1), gone());
	});
}

#[test]
fn who_came_later_weighs_nothing() {
	build_and_execute(|| {
		next_period();
		let poll = submit(1);
		give(1, MUCH);
		assert_eq!(votes(1, tally(poll).snapshot), no_weight());
		next_period();
		give(1, MUCH);
		next_period();
		give(1, MUCH);
		assert_eq!(votes(1, tally(poll).snapshot), no_weight());
		assert_eq!(votes(2, tally(poll).snapshot), no_weight());
	});
}

#[test]
fn nobody_weighs_anything_at_genesis() {
	new_test_ext().execute_with(|| {
		give(1, MUCH);
		let poll = submit(1);
		assert_eq!((tally(poll).snapshot, tally(poll).total), (0, 0));
		wait(15);
		give(1, MUCH);
		assert_eq!(votes(1, 0), no_weight());
		Voting::do_try_state().unwrap();
	});
}

#[test]
fn what_no_poll_counts_is_not_kept() {
	build_and_execute(|| {
		for _ in 0..20 {
			give(1, MUCH);
			next_period();
		}
		assert_eq!(checkpoints(1), []);
	});
}

#[test]
fn what_polls_count_is_kept_once_for_all_of_them() {
	build_and_execute(|| {
		give(1, MUCH);
		next_period();
		let state = Accounts::<Test>::get(1).unwrap().now;
		let expected: Vec<_> = (0..3)
			.map(|_| {
				submit(1);
				let weight = Voting::weight(1);
				next_period();
				weight
			})
			.collect();
		give(1, MUCH);
		// The opening counts for all three still.
		assert_eq!(checkpoints(1), []);
		assert_eq!(Accounts::<Test>::get(1).unwrap().opening, state);
		next_period();
		give(1, MUCH);
		assert_eq!(checkpoints(1), [Checkpoint { until: 4, state }]);
		for (period, weight) in (1..4).zip(expected) {
			assert_eq!(votes(1, period), Ok(weight));
		}
	});
}

#[test]
fn weights_are_kept_as_long_as_polls_run_and_no_longer() {
	build_and_execute(|| {
		give(1, MUCH);
		next_period();
		let poll = submit(1);
		let weight = Voting::weight(1);
		for _ in 1..SNAPSHOTS {
			next_period();
			give(1, MUCH);
			submit(1);
			assert_eq!(votes(1, 1), Ok(weight));
		}
		wait(u64::from(PERIOD) - 1);
		Voting::vote(signed(1), poll, true).unwrap();
		wait(1);
		assert_eq!(votes(1, 1), gone());
		assert_eq!(votes(2, 1), gone());
		assert_eq!(checkpoints(1).len(), 4);
		give(1, MUCH);
		submit(1);
		assert_eq!(checkpoints(1).first().map(|checkpoint| checkpoint.until), Some(2));
		assert_eq!(Marks::<Test>::get().into_inner(), (2..=SNAPSHOTS + 1).collect::<Vec<_>>());
	});
}

/// A poll and a touch in every period: as full as it gets.
#[test]
fn there_is_room_for_every_checkpoint() {
	build_and_execute(|| {
		for _ in 0..3 * SNAPSHOTS {
			give(1, MUCH);
			submit(1);
			submit(2);
			next_period();
		}
		assert_eq!(checkpoints(1).len(), SNAPSHOTS as usize - 1);
		let now = Voting::period();
		for period in now + 1 - SNAPSHOTS..=now {
			assert!(votes(1, period).is_ok(), "{period} of {now}");
		}
	});
}

#[test]
fn a_period_without_a_poll_may_be_gone() {
	build_and_execute(|| {
		for _ in 0..3 {
			give(1, MUCH);
			next_period();
		}
		assert_eq!(votes(1, 1), gone());
	});
}

#[test]
fn a_burn_takes_what_was_kept() {
	build_and_execute(|| {
		give(1, MUCH);
		next_period();
		submit(1);
		let before = votes(1, 1).unwrap();
		for _ in 0..3 {
			give(1, MUCH);
			next_period();
		}
		assert_eq!(checkpoints(1).len(), 1);
		burn(1, Perbill::from_percent(25));
		let after = votes(1, 1).unwrap();
		assert!(after.abs_diff(before * 3 / 4) <= 4, "{after} of {before}");
	});
}

#[test]
fn one_account_votes_with_no_more_than_its_cap() {
	build_and_execute(|| {
		AccountCap::set(Perbill::from_percent(2));
		give(1, 99 * MUCH);
		give(2, MUCH);
		next_period();
		let poll = tally(submit(1));
		let two_percent = poll.total * 2 / 100;
		assert_eq!(votes_of(1, poll.snapshot, poll.total), Ok(two_percent));
		let uncapped = votes_of(2, poll.snapshot, poll.total).unwrap();
		assert_eq!(uncapped, Voting::weight(2));
		assert!(uncapped < two_percent);
		// A cap of nothing leaves nothing.
		assert_eq!(votes_of(1, poll.snapshot, 0), no_weight());
	});
}

/// All that ever happened to an account.
#[derive(Default)]
struct History(Vec<Touched<u64>>);

impl History {
	/// The weight before the first touch in `block` or later, rolled there.
	fn at_start_of(&self, block: u64) -> Weight {
		let last = self.0.iter().rev().find(|touched| touched.at < block);
		last.map_or(Weight::default(), |touched| touched.weight.roll(&maturity(), block - touched.at))
	}

	fn touch(&mut self, change: impl FnOnce(&Weight) -> Weight) {
		let now = System::block_number();
		let last = self.0.last().copied().unwrap_or(Touched { weight: Weight::default(), at: 0 });
		let weight = change(&last.weight.roll(&maturity(), now - last.at));
		self.0.push(Touched { weight, at: now });
	}

	fn burn(&mut self, parts_per_million: u32) {
		self.touch(|weight| *weight);
		self.0.iter_mut().for_each(|touched| touched.weight = touched.weight.burn(parts_per_million));
	}
}

fn maturity() -> Maturity {
	Maturity::new(FAST, SLOW).unwrap()
}

#[derive(Clone, Copy, Debug)]
enum Step {
	Mint(u64, u64),
	Burn(u64, u32),
	Poll,
	Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let step = prop_oneof![
		6 => (1u64..4, 1u64..1 << 50).prop_map(|(who, weight)| Step::Mint(who, weight)),
		1 => (1u64..4, 1u32..=1_000_000).prop_map(|(who, parts)| Step::Burn(who, parts)),
		2 => Just(Step::Poll),
		6 => prop_oneof![4 => 0u64..8, 3 => Just(u64::from(PERIOD)), 1 => 0u64..90].prop_map(Step::Wait),
	];
	prop::collection::vec(step, 1..120)
}

fn perform(step: Step, histories: &mut BTreeMap<u64, History>, total: &mut History) {
	match step {
		Step::Mint(who, weight) => {
			mint(who, weight.into());
			histories.entry(who).or_default().touch(|rolled| rolled.mint(weight.into()));
			total.touch(|rolled| rolled.mint(weight.into()));
		}
		Step::Burn(who, parts) => {
			burn(who, Perbill::from_parts(parts * 1_000));
			let Some(history) = histories.get_mut(&who) else { return };
			history.touch(|rolled| *rolled);
			let before = history.0.last().unwrap().weight;
			history.burn(parts);
			let after = history.0.last().unwrap().weight;
			total.touch(|rolled| Weight {
				fast: rolled.fast.saturating_sub(before.fast - after.fast),
				slow: rolled.slow.saturating_sub(before.slow - after.slow),
			});
		}
		Step::Poll => {
			let poll = tally(submit(1));
			let start = u64::from(poll.snapshot) * u64::from(PERIOD);
			assert_eq!(poll.total, total.at_start_of(start).slow, "the total at the start of the period");
		}
		Step::Wait(blocks) => wait(blocks),
	}
}

proptest! {
	#![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

	/// Whatever happens, each poll that can be voted in counts what the whole history says, to the planck.
	#[test]
	fn snapshots_are_those_of_the_whole_history(steps in steps()) {
		new_test_ext().execute_with(|| {
			let (mut histories, mut total) = (BTreeMap::new(), History::default());
			for step in steps {
				perform(step, &mut histories, &mut total);
				for mark in Voting::kept_marks() {
					let start = u64::from(mark) * u64::from(PERIOD);
					for (who, history) in &histories {
						let account = Accounts::<Test>::get(who).unwrap();
						let expected = history.at_start_of(start);
						assert_eq!(Voting::weight_at_start(&account, mark), Some(expected), "{who} in {mark}");
					}
				}
			}
			Voting::do_try_state().unwrap();
		});
	}
}
