//! Minting, burning, and what all weigh together.

use crate::{mock::*, Accounts, Constituted, Event, Leaders, Total};
use frame_support::assert_noop;
use openledger_primitives::{weight::Weight, Balance};
use sp_runtime::Perbill;

const MUCH: Balance = 1_000_000_000_000;

fn events() -> Vec<Event<Test>> {
	let ours = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
		RuntimeEvent::Voting(event) => Some(event),
		_ => None,
	};
	System::read_events_no_consensus().filter_map(|record| ours(*record)).collect()
}

fn weight(who: u64) -> Weight {
	Voting::rolled_to_now(&Accounts::<Test>::get(who).unwrap().now)
}

fn total() -> Weight {
	Voting::rolled_to_now(&Total::<Test>::get().unwrap().now)
}

#[test]
fn what_is_minted_ripens_and_fades() {
	build_and_execute(|| {
		mint(1, MUCH);
		assert_eq!(weight(1), Weight { fast: MUCH, slow: 0 });
		assert_eq!(events(), [Event::Minted { who: 1, weight: MUCH }]);
		assert_eq!(Voting::weight(1), 0);
		wait(FAST.into());
		let week = Voting::weight(1);
		assert_eq!(weight(1).fast, MUCH / 2);
		assert!(0 < week && week < MUCH / 20);
		wait(u64::from(FAST) * 2);
		assert!(week < Voting::weight(1));
		wait(u64::from(SLOW) * 10);
		assert!(Voting::weight(1) < week / 100);
	});
}

#[test]
fn all_weigh_together_what_each_weighs() {
	build_and_execute(|| {
		mint(1, MUCH);
		wait(7);
		mint(2, 3 * MUCH);
		assert_eq!(total(), Weight { fast: weight(1).fast + weight(2).fast, slow: weight(1).slow + weight(2).slow });
		wait(333);
		mint(1, MUCH);
		let sum = weight(1).slow + weight(2).slow;
		assert!(Voting::total().abs_diff(sum) <= 16, "{} and {sum}", Voting::total());
	});
}

#[test]
fn nothing_is_stored_for_nothing() {
	build_and_execute(|| {
		let before = root();
		mint(1, 0);
		burn(1, Perbill::one());
		assert_eq!(root(), before);
		mint(1, MUCH);
		let before = root();
		burn(1, Perbill::zero());
		assert_eq!(root(), before);
	});
}

#[test]
fn dust_makes_no_account_and_adds_to_one() {
	build_and_execute(|| {
		let before = root();
		mint(1, DUST - 1);
		mint_through(9, 1, DUST - 1);
		assert_eq!(root(), before);
		mint(1, DUST);
		mint(1, 1);
		assert_eq!(weight(1).fast, DUST + 1);
	});
}

#[test]
fn a_burn_takes_its_part_of_both_averages_and_of_the_total() {
	build_and_execute(|| {
		mint(1, MUCH);
		mint(2, MUCH);
		wait(100);
		let (one, two, all) = (weight(1), weight(2), total());
		burn(1, Perbill::from_percent(30));
		let burnt = weight(1);
		assert_eq!(burnt, one.burn(300_000));
		assert_eq!(weight(2), two);
		let lost = Weight { fast: one.fast - burnt.fast, slow: one.slow - burnt.slow };
		assert_eq!(total(), Weight { fast: all.fast - lost.fast, slow: all.slow - lost.slow });
		assert_eq!(events().last(), Some(&Event::Burnt { who: 1, part: Perbill::from_percent(30) }));
		burn(1, Perbill::one());
		assert_eq!(weight(1), Weight::default());
	});
}

#[test]
fn parts_of_a_millionth_are_rounded_against_the_slashed() {
	build_and_execute(|| {
		mint(1, 1_000_000);
		burn(1, Perbill::from_parts(1));
		assert_eq!(weight(1).fast, 999_999);
		burn(1, Perbill::from_parts(1_000_001));
		assert_eq!(weight(1).fast, 998_998);
	});
}

#[test]
fn what_was_voted_with_counts_on_after_a_burn() {
	build_and_execute(|| {
		give(1, MUCH);
		next_period();
		let poll = submit(1);
		Voting::vote(signed(1), poll, true).unwrap();
		let before = tally(poll);
		burn(1, Perbill::one());
		assert_eq!(tally(poll), before);
		let later = submit(1);
		assert_noop!(Voting::vote(signed(1), later, true), crate::Error::<Test>::NoWeight);
	});
}

#[test]
fn the_chamber_is_constituted_when_enough_has_matured_and_stays_so() {
	build_and_execute(|| {
		Quorate::set(MUCH / 20);
		mint(1, MUCH);
		assert!(!Voting::constituted());
		assert!(!Constituted::<Test>::get());
		// Nobody is minted for: it is seen when somebody asks.
		while Voting::total() < MUCH / 20 {
			assert!(!Voting::constituted());
			wait(1);
		}
		let total = Voting::total();
		assert!(Voting::constituted());
		assert!(Constituted::<Test>::get());
		assert_eq!(events().last(), Some(&Event::Constituted { total }));
		let count = events().len();
		wait(u64::from(SLOW) * 20);
		assert!(Voting::total() < MUCH / 20 && Voting::constituted());
		assert_eq!(events().len(), count);
	});
}

#[test]
fn a_mint_constitutes_the_chamber() {
	build_and_execute(|| {
		Quorate::set(MUCH / 20);
		mint(1, MUCH);
		wait(FAST.into());
		assert!(!Constituted::<Test>::get());
		wait(FAST.into());
		mint(2, DUST);
		assert!(Constituted::<Test>::get());
		assert!(matches!(events().last(), Some(Event::Constituted { .. })));
	});
}

#[test]
fn faded_accounts_are_forgotten() {
	build_and_execute(|| {
		mint(1, MUCH);
		mint(2, 100 * DUST);
		assert_noop!(Voting::forget(signed(9), 2, None), crate::Error::<Test>::StillNeeded);
		assert_noop!(Voting::forget(signed(9), 3, None), crate::Error::<Test>::NothingToForget);
		wait(u64::from(SLOW) * 5);
		let rest = weight(2);
		assert!(0 < rest.slow && rest.slow < DUST);
		let before = total();
		Voting::forget(signed(9), 2, None).unwrap();
		assert_eq!(Accounts::<Test>::get(2), None);
		assert_eq!(total().slow, before.slow - rest.slow);
		assert!(Leaders::<Test>::get().iter().all(|leader| leader.who != 2));
		assert_noop!(Voting::forget(signed(9), 1, None), crate::Error::<Test>::StillNeeded);
	});
}

/// Unripe weight is worth something too.
#[test]
fn an_account_is_not_forgotten_before_it_ripens() {
	build_and_execute(|| {
		mint(1, 100 * DUST);
		assert_eq!(Voting::weight(1), 0);
		assert_noop!(Voting::forget(signed(9), 1, None), crate::Error::<Test>::StillNeeded);
	});
}

#[test]
fn an_account_is_kept_as_long_as_a_poll_counts_it() {
	build_and_execute(|| {
		Negligible::set(1_000);
		System::set_block_number(9);
		give(1, 1_005);
		next_period();
		submit(1);
		wait(9);
		assert!(Voting::weight(1) < 1_000);
		assert_noop!(Voting::forget(signed(9), 1, None), crate::Error::<Test>::StillNeeded);
		wait(u64::from(PERIOD) * u64::from(SNAPSHOTS) - 10);
		assert_noop!(Voting::forget(signed(9), 1, None), crate::Error::<Test>::StillNeeded);
		wait(1);
		Voting::forget(signed(9), 1, None).unwrap();
		assert_eq!(Accounts::<Test>::get(1), None);
	});
}

#[test]
fn what_is_burnt_is_not_kept_for_polls() {
	build_and_execute(|| {
		give(1, MUCH);
		next_period();
		submit(1);
		next_period();
		burn(1, Perbill::one());
		Voting::forget(signed(9), 1, None).unwrap();
		assert_eq!((Accounts::<Test>::get(1), Voting::total()), (None, 0));
	});
}

#[test]
fn views_tell_what_is_stored() {
	build_and_execute(|| {
		assert_eq!((Voting::weight(1), Voting::total(), Voting::account(1)), (0, 0, None));
		give(1, MUCH);
		give(2, 2 * MUCH);
		mint(3, MUCH);
		assert_eq!(Voting::weight(1), MUCH);
		assert_eq!(Voting::total(), 3 * MUCH);
		assert_eq!(Voting::account(1), Accounts::<Test>::get(1));
		let ripe = MUCH * u128::from(FAST) / u128::from(SLOW - FAST);
		assert_eq!(Voting::leaders(), [(2, 2 * MUCH, 2 * MUCH), (1, MUCH, MUCH), (3, 0, ripe)]);
		assert_eq!(Voting::bond_of(1), None);
	});
}
