//! Registering, bonding, unbonding, withdrawing.

use crate::{mock::*, AgentOfSigner, Error, Event, HoldReason, NextPool, TotalStake};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{traits::Agents as _, Hardware, Role, Roles};
use sp_runtime::DispatchResult;

#[test]
fn register_holds_the_stake_and_indexes_the_signer() {
	build_and_execute(|| {
		assert_ok!(register(AGENT, SIGNER));
		assert_eq!((record().stake, free(AGENT), on_hold(HoldReason::Stake, AGENT)), (1_000, 9_000, 1_000));
		assert_eq!(TotalStake::<Test>::get(), 1_000);
		assert_eq!(Agents::agent_of(&SIGNER), Some(AGENT));
		assert_eq!((Agents::signer(&AGENT), Agents::beneficiary(&AGENT)), (Some(SIGNER), Some(PAID)));
		let (roles, hardware) = (Roles::only(Role::Serve), Hardware::Cpu);
		assert_eq!((record().roles, record().hardware), (roles, hardware));
		System::assert_has_event(
			Event::Registered { agent: AGENT, signer: SIGNER, beneficiary: PAID, roles, hardware }.into(),
		);
		System::assert_last_event(Event::Bonded { agent: AGENT, amount: 1_000, stake: 1_000 }.into());
	});
}

#[test]
fn register_fails_when_it_must() {
	with_agent(|| {
		let register = |who, signer, beneficiary, stake, roles| {
			Agents::register(signed(who), signer, beneficiary, stake, roles, Hardware::Ada)
		};
		let all = Roles::ALL;
		assert_noop!(register(AGENT, 11, PAID, 1_000, all), Error::<Test>::AlreadyRegistered);
		assert_noop!(register(10, SIGNER, PAID, 1_000, all), Error::<Test>::SignerTaken);
		assert_noop!(register(10, 10, PAID, 1_000, all), Error::<Test>::SameAccount);
		assert_noop!(register(10, 11, 11, 1_000, all), Error::<Test>::SameAccount);
		assert_noop!(register(10, 11, PAID, 1_000, Roles(0)), Error::<Test>::BadRoles);
		assert_noop!(register(10, 11, PAID, 1_000, Roles(16)), Error::<Test>::BadRoles);
		assert_noop!(register(10, 11, PAID, MIN_STAKE - 1, all), Error::<Test>::StakeTooLow);
		assert_noop!(register(10, 11, PAID, ENDOWMENT + 1, all), sp_runtime::TokenError::FundsUnavailable);
		let next = NextPool::<Test>::get();
		NextPool::<Test>::put(u32::MAX);
		assert_noop!(register(10, 11, PAID, MIN_STAKE, all), Error::<Test>::IdsExhausted);
		NextPool::<Test>::put(next);
		// Being paid on the account that holds the stake is allowed.
		assert_ok!(register(10, 11, 10, MIN_STAKE, all));
	});
}

#[test]
fn bond_adds_to_the_stake() {
	with_agent(|| {
		assert_ok!(Agents::bond(signed(AGENT), 500));
		assert_eq!((record().stake, TotalStake::<Test>::get()), (1_500, 1_500));
		System::assert_last_event(Event::Bonded { agent: AGENT, amount: 500, stake: 1_500 }.into());
		assert_noop!(Agents::bond(signed(AGENT), 0), Error::<Test>::NothingToDo);
		assert_noop!(Agents::bond(signed(ALICE), 5), Error::<Test>::NotAnAgent);
		assert_noop!(Agents::bond(signed(AGENT), u128::MAX), Error::<Test>::Overflow);
		assert_noop!(Agents::bond(signed(AGENT), ENDOWMENT), sp_runtime::TokenError::FundsUnavailable);
		assert_ok!(Agents::unbond(signed(AGENT), 1_500));
		assert_noop!(Agents::bond(signed(AGENT), MIN_STAKE - 1), Error::<Test>::StakeTooLow);
		assert_ok!(Agents::bond(signed(AGENT), MIN_STAKE));
	});
}

#[test]
fn unbond_queues_and_withdraw_releases_when_due() {
	with_agent(|| {
		assert_ok!(Agents::unbond(signed(AGENT), 300));
		assert_eq!((record().stake, TotalStake::<Test>::get()), (700, 700));
		System::assert_last_event(Event::Unbonded { agent: AGENT, amount: 300, until: 1 + PERIOD }.into());
		skip_to(PERIOD);
		assert_noop!(Agents::withdraw(signed(AGENT)), Error::<Test>::NothingDue);
		skip_to(1 + PERIOD);
		assert_ok!(Agents::withdraw(signed(AGENT)));
		assert_eq!(free(AGENT), 9_300);
		System::assert_last_event(Event::Withdrawn { agent: AGENT, amount: 300 }.into());
	});
}

#[test]
fn unbond_fails_when_it_must() {
	with_agent(|| {
		let unbond = |amount| Agents::unbond(signed(AGENT), amount);
		assert_noop!(unbond(0), Error::<Test>::NothingToDo);
		assert_noop!(unbond(1_001), Error::<Test>::MoreThanStaked);
		assert_noop!(unbond(901), Error::<Test>::StakeTooLow);
		assert_noop!(Agents::unbond(signed(ALICE), 1), Error::<Test>::NotAnAgent);
		assert_ok!(Agents::expose(&AGENT, 400));
		assert_noop!(unbond(201), Error::<Test>::OverExposed);
		assert_noop!(unbond(1_000), Error::<Test>::OverExposed);
		assert_ok!(unbond(198));
		assert_ok!(unbond(1));
		assert_ok!(unbond(1));
		Agents::release(&AGENT, 400);
		assert_noop!(unbond(1), Error::<Test>::TooManyUnbonding);
	});
}

#[test]
fn withdraw_fails_when_the_agent_is_bound() {
	with_agent(|| {
		assert_ok!(Agents::unbond(signed(AGENT), 300));
		assert_ok!(Agents::bind(&AGENT));
		assert_ok!(Agents::bind(&AGENT));
		skip_to(1 + PERIOD);
		assert_noop!(Agents::withdraw(signed(AGENT)), Error::<Test>::StillBound);
		Agents::unbind(&AGENT);
		assert_noop!(Agents::withdraw(signed(AGENT)), Error::<Test>::StillBound);
		Agents::unbind(&AGENT);
		assert_ok!(Agents::withdraw(signed(AGENT)));
	});
}

#[test]
fn withdraw_releases_what_no_obligation_can_be_about_any_more() {
	with_agent(|| {
		assert_ok!(Agents::unbond(signed(AGENT), 300));
		skip_to(2);
		assert_ok!(Agents::unbond(signed(AGENT), 200));
		assert_ok!(Agents::bind(&AGENT));
		skip_to(PERIOD + LONGEST);
		assert_noop!(Agents::withdraw(signed(AGENT)), Error::<Test>::StillBound);
		skip_to(1 + PERIOD + LONGEST);
		assert_ok!(Agents::withdraw(signed(AGENT)));
		System::assert_last_event(Event::Withdrawn { agent: AGENT, amount: 300 }.into());
		assert_noop!(Agents::withdraw(signed(AGENT)), Error::<Test>::StillBound);
		Agents::unbind(&AGENT);
	});
}

#[test]
fn an_agent_that_leaves_is_removed_and_its_signers_are_free_again() {
	with_agent(|| {
		assert_ok!(Agents::set_signer(signed(AGENT), 12));
		assert_ok!(Agents::unbond(signed(AGENT), 1_000));
		skip_to(30);
		assert_ok!(Agents::withdraw(signed(AGENT)));
		assert_eq!(crate::Agents::<Test>::get(AGENT), None);
		assert_eq!(free(AGENT), ENDOWMENT);
		System::assert_last_event(Event::Removed { agent: AGENT }.into());
		assert_ok!(register(ALICE, 12));
		assert_ok!(register(BOB, SIGNER));
	});
}

/// Withdraws all there is; then `withdraw` fails with `error` until `settle` has been called.
fn stays(error: Error<Test>, settle: impl FnOnce() -> DispatchResult) {
	assert_ok!(Agents::unbond(signed(AGENT), 1_000));
	skip_to(30);
	assert_ok!(Agents::withdraw(signed(AGENT)));
	System::assert_last_event(Event::Withdrawn { agent: AGENT, amount: 1_000 }.into());
	assert_noop!(Agents::withdraw(signed(AGENT)), error);
	assert_ok!(settle());
	assert_ok!(Agents::withdraw(signed(AGENT)));
	System::assert_last_event(Event::Removed { agent: AGENT }.into());
}

#[test]
fn an_agent_stays_while_it_has_services() {
	with_agent(|| {
		assert_ok!(Agents::register_service(signed(AGENT), terms(0)));
		stays(Error::ServicesRemain, || Agents::retire_service(signed(AGENT), Default::default()));
	});
}

#[test]
fn an_agent_stays_while_others_have_delegated_to_it() {
	with_agent(|| {
		assert_ok!(Agents::delegate(signed(ALICE), AGENT, 100));
		let back = || -> DispatchResult {
			Agents::undelegate(signed(ALICE), AGENT, 100_000)?;
			skip_to(60);
			Agents::withdraw_delegation(signed(ALICE), AGENT)
		};
		stays(Error::DelegationsRemain, back);
		assert_eq!(free(ALICE), ENDOWMENT);
	});
}

#[test]
fn an_agent_stays_while_it_has_unsettled_fees_or_is_bound() {
	with_agent(|| {
		assert_ok!(Agents::expose(&AGENT, 10));
		assert_ok!(Agents::slash(&AGENT, openledger_primitives::Offence::Fraud, 0, &everybody()));
		assert_noop!(Agents::withdraw(signed(AGENT)), Error::<Test>::NothingDue);
		Agents::release(&AGENT, 10);
		assert_ok!(Agents::bind(&AGENT));
		assert_noop!(Agents::withdraw(signed(AGENT)), Error::<Test>::StillBound);
		Agents::unbind(&AGENT);
		assert_ok!(Agents::withdraw(signed(AGENT)));
		assert_eq!(AgentOfSigner::<Test>::get(SIGNER), None);
		assert_noop!(Agents::withdraw(signed(AGENT)), Error::<Test>::NotAnAgent);
	});
}

#[test]
fn exposure_is_bounded_by_half_of_the_stake() {
	with_agent(|| {
		assert_ok!(Agents::expose(&AGENT, 499));
		assert_ok!(Agents::expose(&AGENT, 1));
		assert_noop!(Agents::expose(&AGENT, 1), Error::<Test>::OverExposed);
		assert_noop!(Agents::expose(&AGENT, u128::MAX), Error::<Test>::Overflow);
		assert_noop!(Agents::expose(&ALICE, 1), Error::<Test>::NotAnAgent);
		Agents::release(&AGENT, 200);
		assert_eq!(record().exposure, 300);
		assert_ok!(Agents::expose(&AGENT, 200));
	});
}
