//! What others stake for an agent.

use crate::{mock::*, Delegations, Error, Event};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{
	traits::{Agents as _, Shares},
	Offence,
};

fn delegate(who: u64, amount: u128) -> sp_runtime::DispatchResult {
	Agents::delegate(signed(who), AGENT, amount)
}

fn worth(who: u64) -> u128 {
	Agents::delegation(AGENT, who).map(|(_, value)| value).unwrap()
}

/// What arithmetic proves costs `percent` of everything.
fn slash(percent: u32) -> u128 {
	FraudSlash::set(sp_runtime::Perbill::from_percent(percent));
	Agents::slash(&AGENT, Offence::Fraud, 0, &everybody()).unwrap().amount
}

#[test]
fn delegate_moves_the_amount_into_the_pool() {
	with_agent(|| {
		assert_ok!(delegate(ALICE, 600));
		let shares = 600_000;
		System::assert_last_event(Event::Delegated { agent: AGENT, delegator: ALICE, amount: 600, shares }.into());
		assert_eq!((free(ALICE), free(Agents::pot())), (ENDOWMENT - 600, ED + 600));
		assert_eq!((record().pool.amount, record().pool.shares, worth(ALICE)), (600, shares, 600));
		assert_ok!(delegate(BOB, 50));
		assert_ok!(delegate(ALICE, 50));
		assert_eq!((worth(ALICE), worth(BOB)), (650, 50));
		assert_eq!(Agents::standing(AGENT).unwrap().stake, 1_700);
		// 250 of it cover unsettled fees like the agent's own.
		assert_ok!(Agents::expose(&AGENT, 625));
		assert_noop!(Agents::expose(&AGENT, 1), Error::<Test>::OverExposed);
	});
}

#[test]
fn delegate_fails_when_it_must() {
	with_agent(|| {
		assert_noop!(delegate(ALICE, 0), Error::<Test>::NothingToDo);
		assert_noop!(Agents::delegate(signed(ALICE), BOB, 100), Error::<Test>::NotAnAgent);
		assert_noop!(delegate(ALICE, MIN_DELEGATION - 1), Error::<Test>::DelegationTooLow);
		assert_noop!(delegate(ALICE, 4_001), Error::<Test>::TooMuchDelegated);
		assert_noop!(delegate(ALICE, u128::MAX), Error::<Test>::Overflow);
		assert_noop!(delegate(NOBODY, 100), sp_runtime::TokenError::FundsUnavailable);
		assert_ok!(delegate(ALICE, 3_950));
		assert_noop!(delegate(BOB, 51), Error::<Test>::TooMuchDelegated);
		assert_ok!(delegate(BOB, MIN_DELEGATION));
		slash(1);
		assert_ok!(Agents::unbond(signed(AGENT), record().stake));
		assert_noop!(delegate(BOB, 50), Error::<Test>::StakeTooLow);
	});
}

#[test]
fn undelegated_shares_stay_at_risk_and_are_paid_when_due() {
	with_agent(|| {
		assert_ok!(delegate(ALICE, 600));
		assert_ok!(Agents::undelegate(signed(ALICE), AGENT, 200_000));
		let until = 1 + PERIOD;
		System::assert_last_event(Event::Undelegated { agent: AGENT, delegator: ALICE, shares: 200_000, until }.into());
		assert_eq!((delegation(ALICE).shares, record().pool.leaving), (400_000, 200_000));
		assert_eq!(Agents::standing(AGENT).unwrap().stake, 1_400);
		// A slash of 1,300 takes the agent's 1,000, and half of what was delegated.
		assert_eq!(slash(81), 1_296);
		assert_eq!((record().stake, record().pool.amount, worth(ALICE)), (0, 304, 304));
		skip_to(PERIOD);
		assert_noop!(Agents::withdraw_delegation(signed(ALICE), AGENT), Error::<Test>::NothingDue);
		skip_to(until);
		assert_ok!(Agents::withdraw_delegation(signed(ALICE), AGENT));
		System::assert_last_event(
			Event::DelegationWithdrawn { agent: AGENT, delegator: ALICE, shares: 200_000, amount: 101 }.into(),
		);
		assert_eq!((free(ALICE), worth(ALICE)), (ENDOWMENT - 600 + 101, 203));
		assert_ok!(Agents::undelegate(signed(ALICE), AGENT, 400_000));
		skip_to(until + PERIOD);
		assert_ok!(Agents::withdraw_delegation(signed(ALICE), AGENT));
		assert_eq!((free(ALICE), free(Agents::pot())), (ENDOWMENT - 600 + 304, ED));
		assert_eq!(Delegations::<Test>::get(AGENT, ALICE), None);
	});
}

#[test]
fn undelegate_and_withdraw_fail_when_they_must() {
	with_agent(|| {
		let undelegate = |shares| Agents::undelegate(signed(ALICE), AGENT, shares);
		let withdraw = || Agents::withdraw_delegation(signed(ALICE), AGENT);
		assert_noop!(undelegate(1), Error::<Test>::NotDelegated);
		assert_noop!(withdraw(), Error::<Test>::NotDelegated);
		assert_ok!(delegate(ALICE, 600));
		assert_noop!(undelegate(0), Error::<Test>::NothingToDo);
		assert_noop!(undelegate(600_001), Error::<Test>::MoreThanDelegated);
		assert_noop!(undelegate(551_000), Error::<Test>::DelegationTooLow);
		assert_ok!(undelegate(548_000));
		for _ in 0..2 {
			assert_ok!(undelegate(1_000));
		}
		assert_noop!(undelegate(50_000), Error::<Test>::TooManyUnbonding);
		assert_noop!(withdraw(), Error::<Test>::NothingDue);
		assert_ok!(Agents::bind(&AGENT));
		skip_to(1 + PERIOD);
		assert_noop!(withdraw(), Error::<Test>::StillBound);
		Agents::unbind(&AGENT);
		assert_ok!(withdraw());
		assert_ok!(undelegate(50_000));
		assert_ok!(Agents::bind(&AGENT));
		// A delegator is not kept for ever by an agent that is always bound.
		skip_to(1 + 2 * PERIOD + LONGEST - 1);
		assert_noop!(withdraw(), Error::<Test>::StillBound);
		skip_to(1 + 2 * PERIOD + LONGEST);
		assert_ok!(withdraw());
		Agents::unbind(&AGENT);
		assert_eq!(free(ALICE), ENDOWMENT);
	});
}

#[test]
fn undelegating_is_not_held_up_by_unsettled_fees() {
	with_agent(|| {
		assert_ok!(delegate(ALICE, 600));
		assert_ok!(Agents::expose(&AGENT, 600));
		assert_ok!(Agents::undelegate(signed(ALICE), AGENT, 600_000));
		assert_noop!(Agents::expose(&AGENT, 0), Error::<Test>::OverExposed);
		// What leaves answers for what was sold before.
		assert_eq!(slash(100), 1_600);
	});
}

#[test]
fn rewards_raise_the_value_of_shares_by_stake() {
	with_agent(|| {
		assert_eq!(Agents::reward_delegators(&AGENT, 100, &BOB), 0);
		assert_ok!(delegate(ALICE, 600));
		assert_ok!(delegate(BOB, 400));
		assert_ok!(Agents::unbond(signed(AGENT), 200));
		// 1,000 of 2,000 at risk are delegated.
		assert_eq!(Agents::reward_delegators(&AGENT, 101, &HARMED), 50);
		System::assert_last_event(Event::DelegatorsRewarded { agent: AGENT, amount: 50 }.into());
		assert_eq!((worth(ALICE), worth(BOB), free(HARMED)), (629, 419, ENDOWMENT - 50));
		assert_eq!(record().pool.amount, 1_050);
		// Shares on their way out have their part.
		assert_ok!(Agents::undelegate(signed(BOB), AGENT, 400_000));
		assert_eq!(Agents::reward_delegators(&AGENT, 2_050, &HARMED), 1_050);
		assert!(worth(BOB) > 830);
		// Nothing for nobody, of nothing, or from somebody who has nothing.
		assert_eq!(Agents::reward_delegators(&ALICE, 100, &HARMED), 0);
		assert_eq!(Agents::reward_delegators(&AGENT, 0, &HARMED), 0);
		assert_eq!(Agents::reward_delegators(&AGENT, 100, &NOBODY), 0);
		assert_eq!(record().pool.amount, 2_100);
	});
}

#[test]
fn what_is_delegated_covers_no_more_than_the_own_stake_allows() {
	with_agent(|| {
		assert_ok!(delegate(ALICE, 4_000));
		assert_eq!(Agents::standing(AGENT).unwrap().stake, 5_000);
		assert_ok!(Agents::unbond(signed(AGENT), 800));
		assert_eq!(Agents::standing(AGENT).unwrap().stake, 1_000);
		assert_ok!(Agents::unbond(signed(AGENT), 200));
		assert_eq!(Agents::standing(AGENT).unwrap().stake, 0);
	});
}

#[test]
fn a_lie_loses_for_the_agent_alone_whatever_was_delegated() {
	for delegated in [50, 200, 399, 400, 401, 2_000, 4_000] {
		with_agent(|| {
			assert_ok!(delegate(ALICE, delegated));
			let cover = Agents::cover(&record());
			assert_ok!(Agents::expose(&AGENT, cover));
			assert_noop!(Agents::expose(&AGENT, 1), Error::<Test>::OverExposed);
			// It refutes itself, and is the payer too.
			let shares = Shares { challenger: Some(PAID), harmed: Some(PAID), committee: None };
			assert_ok!(Agents::slash(&AGENT, Offence::Fraud, 0, &shares));
			assert_eq!(free(AGENT) + free(PAID), 2 * ENDOWMENT - 600);
			assert!(85 * cover < 100 * 600, "{delegated}: {cover}");
		});
	}
}

#[test]
fn a_pool_that_was_slashed_to_nothing_is_replaced() {
	with_agent(|| {
		assert_ok!(delegate(ALICE, 600));
		assert_ok!(delegate(BOB, 400));
		assert_ok!(Agents::undelegate(signed(BOB), AGENT, 400_000));
		let old = record().pool.id;
		assert_eq!(slash(100), 2_000);
		assert_ne!(record().pool.id, old);
		assert_eq!((record().pool.amount, record().pool.shares, worth(ALICE), worth(BOB)), (0, 0, 0, 0));
		assert_noop!(Agents::undelegate(signed(ALICE), AGENT, 1), Error::<Test>::NotDelegated);
		assert_ok!(Agents::bond(signed(AGENT), 1_000));
		// Who comes now has what it pays for, and nothing of it goes to those before.
		assert_ok!(delegate(CHALLENGER, 500));
		assert_eq!((worth(CHALLENGER), worth(ALICE)), (500, 0));
		assert_ok!(delegate(ALICE, 100));
		assert_eq!((worth(CHALLENGER), worth(ALICE), delegation(ALICE).shares), (500, 100, 100_000));
		assert_ok!(Agents::withdraw_delegation(signed(BOB), AGENT));
		System::assert_last_event(Event::DelegationLost { agent: AGENT, delegator: BOB }.into());
		assert_eq!(Delegations::<Test>::get(AGENT, BOB), None);
	});
}

#[test]
fn a_delegation_of_an_agent_that_is_gone_can_be_removed_and_never_comes_back() {
	with_agent(|| {
		assert_ok!(delegate(ALICE, 600));
		slash(100);
		assert_ok!(Agents::withdraw(signed(AGENT)));
		assert_ok!(register(AGENT, SIGNER));
		assert_ok!(delegate(BOB, 600));
		assert_eq!((worth(ALICE), worth(BOB)), (0, 600));
		assert_ok!(Agents::withdraw_delegation(signed(ALICE), AGENT));
		assert_eq!(free(ALICE), ENDOWMENT - 600);
	});
}

#[test]
fn who_delegates_before_others_cannot_take_from_them() {
	with_agent(|| {
		// The worst an agent could do: all but the least undelegated, then rewards that raise the price.
		assert_ok!(delegate(ALICE, MIN_DELEGATION));
		let reward = Agents::reward_delegators(&AGENT, 63_000, &HARMED);
		assert_eq!(reward, 3_000);
		assert_ok!(delegate(BOB, 900));
		// A share is worth six hundredths of a planck.
		assert!((899..=900).contains(&worth(BOB)));
		assert!(worth(ALICE) <= MIN_DELEGATION + reward);
	});
}
