//! Bonding, unbonding and punishing.

use crate::{mock::*, Accounts, Bonds, Error, Event, HoldReason};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect, BoundedVec};
use openledger_primitives::{traits::Contributions, Balance};
use sp_runtime::{traits::BadOrigin, Perbill};

/// The bond for so much weight at a time.
const fn bond_for(weight: Balance) -> Balance {
	weight * FACTOR as Balance
}

fn reserve(weight: Balance) {
	<Voting as Contributions<u64>>::reserve(&1, &10, weight).unwrap();
}

fn bonded() -> Balance {
	assert_eq!(Bonds::<Test>::get(1).unwrap_or(0), held(1, HoldReason::Bond));
	held(1, HoldReason::Bond)
}

fn accounts(accounts: &[u64]) -> BoundedVec<u64, MaxCounted> {
	accounts.to_vec().try_into().unwrap()
}

#[test]
fn bond_holds_and_adds_up() {
	build_and_execute(|| {
		assert_ok!(Voting::bond(signed(1), MIN_BOND));
		System::assert_last_event(Event::Bonded { who: 1, bond: MIN_BOND }.into());
		// On top of a bond, anything will do.
		assert_ok!(Voting::bond(signed(1), 1));
		System::assert_last_event(Event::Bonded { who: 1, bond: MIN_BOND + 1 }.into());
		assert_eq!(bonded(), MIN_BOND + 1);
		assert_eq!(Voting::bond_of(1), Some(MIN_BOND + 1));
	});
}

#[test]
fn bond_fails_when_it_is_too_small() {
	build_and_execute(|| {
		assert_noop!(Voting::bond(signed(1), MIN_BOND - 1), Error::<Test>::BondTooSmall);
		Voting::bond(signed(1), MIN_BOND).unwrap();
		assert_noop!(Voting::bond(signed(1), 0), Error::<Test>::BondTooSmall);
		assert_noop!(Voting::bond(signed(1), Balance::MAX), Error::<Test>::Overflow);
		// Nobody has so much.
		assert!(Voting::bond(signed(1), ENDOWMENT * 2).is_err());
		assert_noop!(Voting::bond(RuntimeOrigin::root(), MIN_BOND), BadOrigin);
	});
}

#[test]
fn unbond_releases_all_or_leaves_enough() {
	build_and_execute(|| {
		assert_noop!(Voting::unbond(signed(1), 1), Error::<Test>::NotBonded);
		Voting::bond(signed(1), 2 * MIN_BOND).unwrap();
		assert_noop!(Voting::unbond(signed(1), 0), Error::<Test>::BondTooSmall);
		assert_noop!(Voting::unbond(signed(1), MIN_BOND + 1), Error::<Test>::BondTooSmall);
		assert_noop!(Voting::unbond(signed(1), 2 * MIN_BOND + 1), Error::<Test>::BondTooSmall);
		assert_ok!(Voting::unbond(signed(1), MIN_BOND));
		System::assert_last_event(Event::Unbonded { who: 1, bond: MIN_BOND }.into());
		assert_eq!(bonded(), MIN_BOND);
		assert_ok!(Voting::unbond(signed(1), MIN_BOND));
		System::assert_last_event(Event::Unbonded { who: 1, bond: 0 }.into());
		assert_eq!((bonded(), Bonds::<Test>::contains_key(1)), (0, false));
	});
}

#[test]
fn unbond_fails_while_the_weight_that_was_given_lives() {
	build_and_execute(|| {
		Voting::bond(signed(1), bond_for(1_000)).unwrap();
		reserve(400);
		assert_noop!(Voting::unbond(signed(1), bond_for(600) + 1), Error::<Test>::BondInUse);
		assert_noop!(Voting::unbond(signed(1), bond_for(1_000)), Error::<Test>::BondInUse);
		assert_ok!(Voting::unbond(signed(1), bond_for(600)));
		assert_noop!(Voting::unbond(signed(1), 1), Error::<Test>::BondInUse);
		// Half of it is free when half of the weight has faded.
		wait(SLOW.into());
		assert_noop!(Voting::unbond(signed(1), bond_for(200) + 1), Error::<Test>::BondInUse);
		assert_ok!(Voting::unbond(signed(1), bond_for(200)));
		assert_noop!(Voting::unbond(signed(1), bond_for(200)), Error::<Test>::BondInUse);
		// All of it when next to nothing is left of the weight: 6 planck.
		wait(u64::from(SLOW) * 4);
		assert_noop!(Voting::unbond(signed(1), bond_for(200) - MIN_BOND + 1), Error::<Test>::BondTooSmall);
		wait(u64::from(SLOW));
		assert_ok!(Voting::unbond(signed(1), bond_for(200)));
	});
}

#[test]
fn all_is_unbonded_from_below_dust_on() {
	build_and_execute(|| {
		Voting::bond(signed(1), MIN_BOND).unwrap();
		reserve(DUST);
		assert_noop!(Voting::unbond(signed(1), MIN_BOND), Error::<Test>::BondInUse);
		wait(SLOW.into());
		assert_ok!(Voting::unbond(signed(1), MIN_BOND));
		// What it gave is not forgotten with the bond, so that it cannot be given again and again.
		assert_eq!(Voting::given_by(&1), DUST / 2);
	});
}

#[test]
fn punish_burns_bond_and_weight_even_when_in_use() {
	build_and_execute(|| {
		Voting::bond(signed(1), bond_for(1_000)).unwrap();
		reserve(1_000);
		give(5, 1_000_000);
		give(6, 1_000_000);
		let issuance = <Balances as Inspect<u64>>::total_issuance();
		let part = Perbill::from_percent(40);
		// Nobody is burnt twice.
		assert_ok!(Voting::punish(RuntimeOrigin::root(), 1, part, accounts(&[5, 5, 7])));
		let burnt = part * bond_for(1_000);
		assert_eq!(bonded(), bond_for(600));
		assert_eq!(<Balances as Inspect<u64>>::total_issuance(), issuance - burnt);
		assert_eq!((Voting::weight(5), Voting::weight(6)), (600_000, 1_000_000));
		assert_eq!(Accounts::<Test>::get(7), None);
		System::assert_has_event(Event::Punished { who: 1, amount: burnt, part }.into());
		System::assert_last_event(Event::Burnt { who: 5, part }.into());
		// More was given than there is room for now.
		assert_eq!(Voting::room(1, 11), 0);
		assert_noop!(Voting::unbond(signed(1), bond_for(1)), Error::<Test>::BondInUse);
	});
}

#[test]
fn punish_takes_all_and_leaves_no_bond() {
	build_and_execute(|| {
		Voting::bond(signed(1), MIN_BOND).unwrap();
		assert_ok!(Voting::punish(RuntimeOrigin::root(), 1, Perbill::one(), accounts(&[])));
		assert_eq!((bonded(), Bonds::<Test>::contains_key(1)), (0, false));
		let again = Voting::punish(RuntimeOrigin::root(), 1, Perbill::one(), accounts(&[]));
		assert_noop!(again, Error::<Test>::NothingToPunish);
	});
}

#[test]
fn several_punishments_reach_any_number_of_accounts() {
	build_and_execute(|| {
		Voting::bond(signed(1), MIN_BOND).unwrap();
		(2..=9).for_each(|who| give(who, 1_000_000));
		assert_ok!(Voting::punish(RuntimeOrigin::root(), 1, Perbill::one(), accounts(&[2, 3, 4, 5])));
		assert_ok!(Voting::punish(RuntimeOrigin::root(), 1, Perbill::one(), accounts(&[6, 7, 8, 9])));
		assert!((2..=9).all(|who| Voting::weight(who) == 0));
		assert_eq!((bonded(), held(1, HoldReason::Bond)), (0, 0));
		let nobody = Voting::punish(RuntimeOrigin::root(), 1, Perbill::one(), accounts(&[10, 11]));
		assert_noop!(nobody, Error::<Test>::NothingToPunish);
	});
}

#[test]
fn punish_fails_when_nothing_is_taken_or_for_anybody_else() {
	build_and_execute(|| {
		Voting::bond(signed(1), MIN_BOND).unwrap();
		give(5, 1_000_000);
		let nothing = Voting::punish(RuntimeOrigin::root(), 1, Perbill::zero(), accounts(&[5]));
		assert_noop!(nothing, Error::<Test>::NothingToPunish);
		assert_noop!(Voting::punish(signed(2), 1, Perbill::one(), accounts(&[])), BadOrigin);
	});
}

#[test]
fn what_is_left_of_a_punished_bond_may_be_too_small_to_bond() {
	build_and_execute(|| {
		Voting::bond(signed(1), MIN_BOND).unwrap();
		Voting::punish(RuntimeOrigin::root(), 1, Perbill::from_percent(50), accounts(&[])).unwrap();
		assert_noop!(Voting::bond(signed(1), 1), Error::<Test>::BondTooSmall);
		assert_ok!(Voting::bond(signed(1), MIN_BOND / 2));
		assert_ok!(Voting::unbond(signed(1), MIN_BOND));
	});
}
