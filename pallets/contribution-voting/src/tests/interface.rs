//! Room that is reserved and given back.

use crate::{mock::*, Bonded, Error, Given, GivenBy, GivenThrough, Tiers};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{traits::Contributions, weight::pair_price, Balance};
use proptest::prelude::*;
use sp_runtime::DispatchResult;

const PAYER: u64 = 1;
const AGENT: u64 = 10;
/// The weight that the payer may have given at a time.
const BOUND: Balance = 10_000;

fn reserve(agent: u64, weight: Balance) -> DispatchResult {
	let guarantor = <Voting as Contributions<u64>>::reserve(&PAYER, &agent, weight)?;
	assert_eq!(Some(guarantor), Bonded::<Test>::guarantor(&PAYER).map(|guarantor| guarantor.account));
	Ok(())
}

fn release(agent: u64, weight: Balance) {
	release_to(PAYER, agent, weight);
}

fn release_to(guarantor: u64, agent: u64, weight: Balance) {
	<Voting as Contributions<u64>>::release(&PAYER, &guarantor, &agent, weight);
}

/// The payer has bonded for [`BOUND`].
fn bonded(test: impl FnOnce()) {
	build_and_execute(|| {
		Voting::bond(signed(PAYER), BOUND * Balance::from(FACTOR)).unwrap();
		test();
	});
}

/// What the payer has given in all, and through the agent.
fn given() -> (Balance, Balance) {
	(Voting::given_by(&PAYER), Voting::given_through(&PAYER, &AGENT))
}

#[test]
fn reserve_fails_for_whom_nobody_has_bonded() {
	build_and_execute(|| {
		assert_noop!(reserve(AGENT, 1), Error::<Test>::NoGuarantor);
		assert_noop!(reserve(AGENT, 0), Error::<Test>::NoGuarantor);
		assert_eq!(Voting::room(PAYER, AGENT), 0);
		assert!(!Voting::weighs(PAYER, AGENT, 0));
	});
}

#[test]
fn reserve_takes_the_price_of_the_pair() {
	bonded(|| {
		assert_ok!(reserve(AGENT, 1_000));
		assert_eq!(given(), (1_000, 1_000));
		// (10_000 + 1_000) / 10_000 of it now.
		assert_ok!(reserve(AGENT, 1_000));
		assert_eq!(given(), (2_100, 2_000));
		// Through another agent, the price is that of the first time.
		assert_ok!(reserve(11, 1_000));
		assert_eq!(given(), (3_100, 2_000));
		assert_eq!(GivenThrough::<Test>::get(PAYER, 11), Given { amount: 1_000, at: 1 });
	});
}

#[test]
fn reserve_fails_without_room() {
	bonded(|| {
		assert_noop!(reserve(AGENT, BOUND + 1), Error::<Test>::NoRoom);
		assert_noop!(reserve(AGENT, Balance::MAX), Error::<Test>::NoRoom);
		assert!(Voting::weighs(PAYER, AGENT, BOUND) && !Voting::weighs(PAYER, AGENT, BOUND + 1));
		assert_ok!(reserve(AGENT, BOUND));
		assert_noop!(reserve(AGENT, 1), Error::<Test>::NoRoom);
		assert_noop!(reserve(11, 1), Error::<Test>::NoRoom);
		// Nothing takes no room.
		assert_ok!(reserve(AGENT, 0));
	});
}

#[test]
fn a_bond_that_is_less_than_the_factor_gives_nothing() {
	build_and_execute(|| {
		LeastBond::set(1);
		Voting::bond(signed(PAYER), Balance::from(FACTOR) - 1).unwrap();
		assert_noop!(reserve(AGENT, 1), Error::<Test>::NoRoom);
		Voting::bond(signed(PAYER), 1).unwrap();
		assert_ok!(reserve(AGENT, 1));
		BondFactor::set(0);
		assert_noop!(reserve(AGENT, 1), Error::<Test>::NoGuarantor);
	});
}

#[test]
fn room_comes_back_as_weight_fades() {
	bonded(|| {
		reserve(AGENT, BOUND).unwrap();
		wait(SLOW.into());
		assert_eq!(given(), (BOUND / 2, BOUND / 2));
		// Half is free, at one and a half times the price.
		assert_eq!(Voting::room(PAYER, AGENT), BOUND / 3);
		assert_eq!(Voting::room(PAYER, 11), BOUND / 2);
	});
}

/// Room that is given back late is that which is still used up.
#[test]
fn what_is_reserved_fades_as_weight_that_has_ripened() {
	bonded(|| {
		reserve(AGENT, 1_000).unwrap();
		reserve(11, 3_000).unwrap();
		wait(u64::from(SLOW) * 2);
		let left = <Voting as Contributions<u64>>::faded(1_000, u64::from(SLOW) * 2);
		assert_eq!(left, 250);
		release(AGENT, left);
		assert_eq!(given(), (750, 0));
	});
}

#[test]
fn release_gives_room_back() {
	bonded(|| {
		reserve(AGENT, 1_000).unwrap();
		reserve(AGENT, 1_000).unwrap();
		release(AGENT, 500);
		assert_eq!(given(), (1_600, 1_500));
		release(AGENT, 0);
		assert_eq!(given(), (1_600, 1_500));
		// No more than was given through this agent.
		release(AGENT, Balance::MAX);
		assert_eq!(given(), (100, 0));
		release(11, 50);
		assert_eq!(given(), (100, 0));
	});
}

#[test]
fn room_comes_back_to_the_guarantor_that_it_was_reserved_of() {
	build_and_execute(|| {
		for sponsor in [2, 3] {
			Voting::bond(signed(sponsor), BOUND * Balance::from(FACTOR)).unwrap();
			Voting::invite(signed(sponsor), PAYER, BOUND).unwrap();
		}
		Voting::accept(signed(PAYER), 2).unwrap();
		reserve(AGENT, 1_000).unwrap();
		Voting::part(signed(PAYER), 2, PAYER).unwrap();
		release_to(2, AGENT, 300);
		assert_eq!(Voting::given_by(&2), 700);
		Voting::accept(signed(PAYER), 3).unwrap();
		reserve(AGENT, 1_000).unwrap();
		release_to(2, AGENT, 300);
		assert_eq!((Voting::given_by(&2), Voting::given_by(&3)), (400, 1_000));
		// What comes back to the former sponsor is no longer that of the payer.
		assert_eq!(Voting::room(PAYER, 11), BOUND - 1_000);
		release_to(3, AGENT, 1_000);
		assert_eq!((Voting::given_by(&2), Voting::given_by(&3), Voting::room(PAYER, AGENT)), (400, 0, BOUND));
	});
}

#[test]
fn what_has_faded_is_forgotten() {
	bonded(|| {
		assert_noop!(Voting::forget(signed(9), PAYER, Some(AGENT)), Error::<Test>::NothingToForget);
		assert_noop!(Voting::forget(signed(9), PAYER, None), Error::<Test>::NothingToForget);
		reserve(AGENT, 2 * DUST).unwrap();
		assert_noop!(Voting::forget(signed(9), PAYER, Some(AGENT)), Error::<Test>::StillNeeded);
		wait(u64::from(SLOW) + 1);
		assert_noop!(Voting::forget(signed(9), PAYER, None), Error::<Test>::StillNeeded);
		assert_ok!(Voting::forget(signed(9), PAYER, Some(AGENT)));
		assert!(!GivenThrough::<Test>::contains_key(PAYER, AGENT));
		// A bond needs to know what it gave.
		assert_noop!(Voting::forget(signed(9), PAYER, None), Error::<Test>::StillNeeded);
		Voting::unbond(signed(PAYER), BOUND * Balance::from(FACTOR)).unwrap();
		assert_ok!(Voting::forget(signed(9), PAYER, None));
		assert!(!GivenBy::<Test>::contains_key(PAYER));
	});
}

#[test]
fn what_a_former_bond_gave_is_not_forgotten_while_it_is_worth_something() {
	bonded(|| {
		reserve(AGENT, BOUND).unwrap();
		let all = vec![].try_into().unwrap();
		Voting::punish(RuntimeOrigin::root(), PAYER, sp_runtime::Perbill::one(), all).unwrap();
		assert_noop!(Voting::forget(signed(9), PAYER, None), Error::<Test>::StillNeeded);
		// A new bond does not give it again.
		Voting::bond(signed(PAYER), BOUND * Balance::from(FACTOR)).unwrap();
		assert_noop!(reserve(AGENT, 1), Error::<Test>::NoRoom);
	});
}

proptest! {
	#![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

	/// Room is exactly what can be reserved.
	#[test]
	fn room_is_what_can_be_reserved(
		steps in prop::collection::vec((10u64..13, 0u128..4_000, 0u64..400), 0..20),
	) {
		bonded(|| {
			for (agent, weight, blocks) in steps {
				let _ = reserve(agent, weight);
				wait(blocks);
			}
			for agent in 10..13 {
				let room = Voting::room(PAYER, agent);
				assert!(Voting::weighs(PAYER, agent, room) && !Voting::weighs(PAYER, agent, room + 1));
				assert_noop!(reserve(agent, room + 1), Error::<Test>::NoRoom);
				frame_support::hypothetically_ok!(reserve(agent, room));
			}
		});
	}

	/// One agent after the other or all in turn: nobody gives more than its bond has room for, and through one agent less.
	#[test]
	fn nobody_gives_more_than_its_bond_has_room_for(
		weights in prop::collection::vec((10u64..13, 1u128..4_000), 1..60),
	) {
		bonded(|| {
			let mut sum = 0;
			for (agent, weight) in weights {
				if reserve(agent, weight).is_ok() {
					sum += weight;
				}
				assert!(sum <= Voting::given_by(&PAYER) && Voting::given_by(&PAYER) <= BOUND);
			}
		});
	}

	#[test]
	fn a_price_is_at_least_the_weight(credit: u128, bound: u128, given: u128) {
		prop_assert!(pair_price(credit, bound, given).is_none_or(|price| price >= credit));
	}
}
