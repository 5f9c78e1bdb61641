//! Registering, bonding, unbonding, withdrawing.

use super::*;
use crate::{AgentOfSigner, Error, Event, TotalStake};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::traits::Agents as _;

#[test]
fn register_holds_the_stake_and_indexes_the_signer() {
	build_and_execute(|| {
		registered();
		assert_eq!(agent().stake, 1_000);
		assert_eq!(Balances::free_balance(1), 9_000);
		assert_eq!(TotalStake::<Test>::get(), 1_000);
		assert_eq!(AgentOfSigner::<Test>::get(2), Some(1));
		assert_eq!((Agents::agent_of(&2), Agents::signer(&1), Agents::beneficiary(&1)), (Some(1), Some(2), Some(3)));
		System::assert_has_event(Event::Registered { agent: 1, signer: 2, beneficiary: 3 }.into());
		System::assert_last_event(Event::Bonded { agent: 1, amount: 1_000, stake: 1_000 }.into());
	});
}

#[test]
fn register_fails_when_it_must() {
	build_and_execute(|| {
		registered();
		let register = |who, signer, stake| Agents::register(RuntimeOrigin::signed(who), signer, 3, stake);
		assert_noop!(register(1, 4, 1_000), Error::<Test>::AlreadyRegistered);
		assert_noop!(register(5, 2, 1_000), Error::<Test>::SignerTaken);
		assert_noop!(register(5, 6, 99), Error::<Test>::StakeTooLow);
		assert_noop!(register(5, 6, 10_001), sp_runtime::TokenError::FundsUnavailable);
		assert_ok!(register(5, 6, 100));
	});
}

#[test]
fn bond_adds_to_the_stake() {
	build_and_execute(|| {
		registered();
		assert_ok!(Agents::bond(RuntimeOrigin::signed(1), 500));
		assert_eq!(agent().stake, 1_500);
		System::assert_last_event(Event::Bonded { agent: 1, amount: 500, stake: 1_500 }.into());
		assert_noop!(Agents::bond(RuntimeOrigin::signed(1), 0), Error::<Test>::NothingToDo);
		assert_noop!(Agents::bond(RuntimeOrigin::signed(4), 5), Error::<Test>::NotAnAgent);
	});
}

#[test]
fn unbond_queues_and_withdraw_releases_when_due() {
	build_and_execute(|| {
		registered();
		assert_ok!(Agents::unbond(RuntimeOrigin::signed(1), 300));
		assert_eq!((agent().stake, TotalStake::<Test>::get()), (700, 700));
		System::assert_last_event(Event::Unbonded { agent: 1, amount: 300, until: 21 }.into());
		System::set_block_number(20);
		assert_noop!(Agents::withdraw(RuntimeOrigin::signed(1)), Error::<Test>::NothingDue);
		System::set_block_number(21);
		assert_ok!(Agents::withdraw(RuntimeOrigin::signed(1)));
		assert_eq!(Balances::free_balance(1), 9_300);
		System::assert_last_event(Event::Withdrawn { agent: 1, amount: 300 }.into());
	});
}

#[test]
fn unbond_fails_when_it_must() {
	build_and_execute(|| {
		registered();
		let unbond = |amount| Agents::unbond(RuntimeOrigin::signed(1), amount);
		assert_noop!(unbond(0), Error::<Test>::NothingToDo);
		assert_noop!(unbond(1_001), Error::<Test>::MoreThanStaked);
		assert_noop!(unbond(901), Error::<Test>::StakeTooLow);
		assert_noop!(Agents::unbond(RuntimeOrigin::signed(4), 1), Error::<Test>::NotAnAgent);
		assert_ok!(Agents::expose(&1, 400));
		assert_noop!(unbond(201), Error::<Test>::OverExposed);
		assert_noop!(unbond(1_000), Error::<Test>::OverExposed);
		assert_ok!(unbond(198));
		assert_ok!(unbond(1));
		assert_ok!(unbond(1));
		Agents::release(&1, 400);
		assert_noop!(unbond(1), Error::<Test>::TooManyUnbonding);
	});
}

#[test]
fn an_agent_that_leaves_is_removed_and_its_signer_is_free_again() {
	build_and_execute(|| {
		registered();
		assert_ok!(Agents::unbond(RuntimeOrigin::signed(1), 1_000));
		System::set_block_number(30);
		assert_ok!(Agents::withdraw(RuntimeOrigin::signed(1)));
		assert_eq!(crate::Agents::<Test>::get(1), None);
		assert_eq!(Balances::free_balance(1), 10_000);
		System::assert_last_event(Event::Removed { agent: 1 }.into());
		assert_ok!(Agents::register(RuntimeOrigin::signed(4), 2, 3, 100));
	});
}

#[test]
fn exposure_is_bounded_by_half_of_the_stake() {
	build_and_execute(|| {
		registered();
		assert_ok!(Agents::expose(&1, 499));
		assert_ok!(Agents::expose(&1, 1));
		assert_noop!(Agents::expose(&1, 1), Error::<Test>::OverExposed);
		assert_noop!(Agents::expose(&4, 1), Error::<Test>::NotAnAgent);
		Agents::release(&1, 200);
		assert_eq!(agent().exposure, 300);
		assert_ok!(Agents::expose(&1, 200));
	});
}
