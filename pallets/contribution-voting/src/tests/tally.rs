//! What referenda see of the votes.

use super::votes::*;
use crate::{mock::*, pallet::*, Tally};
use codec::{Encode, MaxEncodedLen};
use frame_support::traits::VoteTally;
use openledger_primitives::Balance;
use proptest::prelude::*;
use sp_runtime::{PerThing, Perbill, Rounding};

fn tally_of(ayes: Balance, nays: Balance, total: Balance) -> Tally<Test> {
	let mut tally = Tally::empty(0, total);
	(tally.ayes, tally.nays) = (ayes, nays);
	tally
}

fn support(tally: &Tally<Test>) -> Perbill {
	VoteTally::<Balance, u16>::support(tally, 1)
}

fn approval(tally: &Tally<Test>) -> Perbill {
	VoteTally::<Balance, u16>::approval(tally, 1)
}

#[test]
fn a_new_tally_keeps_the_weights_of_its_period() {
	build_and_execute(|| {
		give(ANN, UNIT);
		give(BEN, UNIT);
		next_period();
		next_period();
		let Tally { ayes, nays, snapshot, total, .. } = <Tally<Test> as VoteTally<Balance, u16>>::new(1);
		assert_eq!((ayes, nays, snapshot), (0, 0, 2));
		assert!(total > UNIT && total < 2 * UNIT);
		assert_eq!(Marks::<Test>::get().to_vec(), [2]);
		// Another one in the same period takes the same, whatever is minted.
		wait(3);
		give(ANN, 5 * UNIT);
		assert_eq!(<Tally<Test> as VoteTally<Balance, u16>>::new(2), Tally::empty(2, total));
		assert_eq!(Marks::<Test>::get().to_vec(), [2]);
		next_period();
		assert_eq!(<Tally<Test> as VoteTally<Balance, u16>>::new(1).snapshot, 3);
		assert_eq!(Marks::<Test>::get().to_vec(), [2, 3]);
	});
}

#[test]
fn the_snapshot_total_is_what_all_weigh() {
	with_poll(|poll| {
		let sum: Balance = [ANN, BEN, CEM, DOT].into_iter().map(|who| weighs(poll, who)).sum();
		assert!(tally(poll).total.abs_diff(sum) <= 8);
		for who in [ANN, BEN, CEM, DOT] {
			vote(who, poll, true);
		}
		assert!(support(&tally(poll)) >= Perbill::from_rational(999_999u32, 1_000_000));
		assert_eq!(approval(&tally(poll)), Perbill::one());
	});
}

#[test]
fn support_is_measured_against_the_weight_of_all() {
	build_and_execute(|| {
		Constituted::<Test>::put(true);
		let total = 1_000 * LEAST_TOTAL;
		assert_eq!(support(&tally_of(total / 4, total / 2, total)), Perbill::from_percent(25));
		assert_eq!(support(&tally_of(0, total, total)), Perbill::zero());
		assert_eq!(support(&tally_of(total, 0, total)), Perbill::one());
		// More than there is, by what was rounded off.
		assert_eq!(support(&tally_of(total + 3, 0, total)), Perbill::one());
	});
}

#[test]
fn support_is_measured_against_the_least_total_while_there_is_less_weight() {
	build_and_execute(|| {
		Constituted::<Test>::put(true);
		for total in [0, 10, LEAST_TOTAL / 2, LEAST_TOTAL] {
			assert_eq!(support(&tally_of(10, 0, total)), Perbill::from_rational(10, LEAST_TOTAL));
		}
		assert_eq!(support(&tally_of(10, 0, LEAST_TOTAL * 2)), Perbill::from_rational(10, LEAST_TOTAL * 2));
		Quorate::set(0);
		assert_eq!(support(&tally_of(0, 0, 0)), Perbill::zero());
		assert_eq!(approval(&tally_of(1, 0, 0)), Perbill::one());
	});
}

#[test]
fn nothing_has_support_before_the_chamber_is_constituted() {
	build_and_execute(|| {
		let tally = tally_of(LEAST_TOTAL * 10, 0, LEAST_TOTAL * 10);
		assert_eq!((support(&tally), approval(&tally)), (Perbill::zero(), Perbill::one()));
		give(ANN, LEAST_TOTAL - 1);
		assert_eq!(support(&tally), Perbill::zero());
		give(BEN, 1 + DUST);
		assert_eq!(support(&tally), Perbill::one());
		// Once it is, it stays so.
		wait(u64::from(SLOW) * 30);
		assert_eq!((support(&tally), Voting::total()), (Perbill::one(), 0));
	});
}

#[test]
fn approval_is_that_of_the_votes_and_none_without_any() {
	build_and_execute(|| {
		assert_eq!(approval(&tally_of(0, 0, UNIT)), Perbill::zero());
		assert_eq!(approval(&tally_of(0, 1, UNIT)), Perbill::zero());
		assert_eq!(approval(&tally_of(1, 0, UNIT)), Perbill::one());
		assert_eq!(approval(&tally_of(3, 1, UNIT)), Perbill::from_percent(75));
		assert_eq!(approval(&tally_of(2, 1, UNIT)), Perbill::from_parts(666_666_666));
		assert_eq!(VoteTally::<Balance, u16>::ayes(&tally_of(7, 1, UNIT), 1), 7);
	});
}

#[test]
fn a_tally_is_of_bounded_length() {
	build_and_execute(|| {
		let most = tally_of(Balance::MAX, Balance::MAX, Balance::MAX);
		assert_eq!(Tally::<Test>::max_encoded_len(), 3 * 16 + 4);
		assert_eq!(most.encoded_size(), Tally::<Test>::max_encoded_len());
	});
}

#[cfg(feature = "runtime-benchmarks")]
#[test]
fn benchmarks_get_what_they_ask_for() {
	type Class = u16;
	build_and_execute(|| {
		let parts = [0, 1, 3, 333_333_333, 500_000_000, 666_666_667, 999_999_999, 1_000_000_000];
		for (wanted_support, wanted_approval) in parts.into_iter().flat_map(|a| parts.map(|b| (a, b))) {
			let wanted = (Perbill::from_parts(wanted_support), Perbill::from_parts(wanted_approval));
			let tally = <Tally<Test> as VoteTally<Balance, Class>>::from_requirements(wanted.0, wanted.1, 1);
			assert!(support(&tally) >= wanted.0 && approval(&tally) >= wanted.1, "{wanted:?}: {tally:?}");
		}
		let unanimous = <Tally<Test> as VoteTally<Balance, Class>>::unanimity(1);
		assert_eq!((support(&unanimous), approval(&unanimous)), (Perbill::one(), Perbill::one()));
		let rejected = <Tally<Test> as VoteTally<Balance, Class>>::rejection(1);
		assert_eq!((support(&rejected), approval(&rejected)), (Perbill::zero(), Perbill::zero()));
		assert_eq!(rejected.nays, rejected.total);
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(2_000))]

	#[test]
	fn parts_are_rounded_down(ayes in 0..u128::MAX / 2, nays in 0..u128::MAX / 2, total: u128) {
		let tally = tally_of(ayes, nays, total.max(ayes));
		let down = |whole: u128| Perbill::from_rational_with_rounding(ayes, whole.max(1), Rounding::Down).unwrap();
		let support = |tally: &Tally<Test>| new_test_ext().execute_with(|| {
			Constituted::<Test>::put(true);
			support(tally)
		});
		prop_assert_eq!(support(&tally), down(total.max(ayes).max(LEAST_TOTAL)));
		prop_assert_eq!(approval(&tally), down(ayes + nays));
		// Another aye never hurts, another nay never helps.
		let (more, against) = (tally_of(ayes + 1, nays, total.max(ayes)), tally_of(ayes, nays + 1, total.max(ayes)));
		prop_assert!(support(&more) >= support(&tally) && approval(&more) >= approval(&tally));
		prop_assert!(support(&against) == support(&tally) && approval(&against) <= approval(&tally));
	}
}
