//! What wrong costs, and who has it.

use crate::{mock::*, types::Offences, Error, Event, HoldReason};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{
	traits::{Agents as _, Shares, Slashed},
	Offence,
};
use sp_runtime::Perbill;

fn slash(offence: Offence, fees: u128) -> u128 {
	Agents::slash(&AGENT, offence, fees, &everybody()).unwrap().amount
}

#[test]
fn fraud_takes_everything_and_divides_it() {
	with_agent(|| {
		assert_ok!(Agents::unbond(signed(AGENT), 201));
		assert_ok!(Agents::delegate(signed(ALICE), AGENT, 300));
		let issuance = Balances::total_issuance();
		let slashed = Agents::slash(&AGENT, Offence::Fraud, 0, &everybody());
		assert_eq!(slashed, Ok(Slashed { amount: 1_300, compensation: 150 }));
		assert_eq!((record().stake, record().unbonding.len(), record().pool.amount), (0, 0, 0));
		assert_eq!((on_hold(HoldReason::Stake, AGENT), free(Agents::pot())), (0, ED));
		assert_eq!(Balances::total_issuance(), issuance - 800);
		assert_eq!((free(CHALLENGER), free(HARMED), free(COMMITTEE)), (10_250, 10_150, 10_100));
		System::assert_last_event(
			Event::Slashed {
				agent: AGENT,
				offence: Offence::Fraud,
				challenger: Some(CHALLENGER),
				amount: 1_300,
				delegated: 300,
				burnt: 800,
				reward: 250,
				compensation: 150,
				committee: 100,
			}
			.into(),
		);
		assert_noop!(Agents::slash(&ALICE, Offence::Fraud, 0, &everybody()), Error::<Test>::NotAnAgent);
	});
}

#[test]
fn a_part_is_taken_from_the_stake_first_then_from_the_newest_unbonding_then_from_delegators() {
	with_agent(|| {
		assert_ok!(Agents::unbond(signed(AGENT), 150));
		assert_ok!(Agents::unbond(signed(AGENT), 100));
		assert_ok!(Agents::delegate(signed(ALICE), AGENT, 200));
		let left = |percent| {
			FraudSlash::set(Perbill::from_percent(percent));
			slash(Offence::Fraud, 0);
			let unbonding: Vec<_> = record().unbonding.iter().map(|entry| entry.amount).collect();
			(record().stake, unbonding, record().pool.amount)
		};
		assert_eq!(left(10), (630, vec![150, 100], 200));
		assert_eq!(left(60), (0, vec![150, 82], 200));
		assert_eq!(left(50), (0, vec![16], 200));
		assert_eq!(left(50), (0, vec![], 108));
	});
}

#[test]
fn an_agent_that_proves_its_own_lie_loses_whatever_others_have_delegated() {
	with_agent(|| {
		for (who, amount) in [(ALICE, 3_000), (BOB, 1_000)] {
			assert_ok!(Agents::delegate(signed(who), AGENT, amount));
		}
		// It is challenger, payer and auditor.
		let shares = Shares { challenger: Some(PAID), harmed: Some(PAID), committee: Some(PAID) };
		assert_ok!(Agents::slash(&AGENT, Offence::Fraud, 0, &shares));
		assert_eq!((free(AGENT), free(PAID)), (ENDOWMENT - 1_000, ENDOWMENT + 500));
		assert_eq!(record().pool.amount, 0);
	});
}

#[test]
fn judged_offences_cost_by_the_fees_and_more_each_time() {
	with_agent(|| {
		assert_ok!(Agents::delegate(signed(ALICE), AGENT, 1_000));
		// A tenth of 1,000, and of as much that was delegated.
		assert_eq!(slash(Offence::Unsound, 1), 200);
		assert_eq!(Agents::standing(AGENT).unwrap().offences, 1);
		// 3 × 5 × 50, and the same part of what was delegated.
		skip_to(1 + APPEAL);
		assert_eq!(slash(Offence::Withheld, 50), 1_500);
		assert_eq!(Agents::standing(AGENT).unwrap().offences, 2);
		// 9 × 5 × 1, or a tenth.
		skip_to(1 + 2 * APPEAL);
		assert_eq!(slash(Offence::Withheld, 1), 270);
		skip_to(1 + 3 * APPEAL);
		assert_eq!(slash(Offence::Withheld, 1), 30);
	});
}

#[test]
fn offences_that_become_known_together_are_one_occasion() {
	with_agent(|| {
		// An outage that withholds four batches: a tenth of what is left for each.
		let outage = |times| (0..times).map(|_| slash(Offence::Withheld, 1)).collect::<Vec<_>>();
		assert_eq!(outage(4), [100, 90, 81, 73]);
		skip_to(APPEAL);
		assert_eq!(outage(1), [66]);
		assert_eq!(record().offences, Offences { count: 1, last: 1 });
		// What becomes known later is a repetition, and so is all that becomes known with it.
		skip_to(1 + APPEAL);
		assert_eq!(outage(2), [177, 126]);
		assert_eq!(record().offences, Offences { count: 2, last: 1 + APPEAL });
		// The occasion began with the first of them, so nobody stretches it.
		skip_to(2 * APPEAL);
		assert_eq!(outage(1), [87]);
		skip_to(1 + 2 * APPEAL);
		assert_eq!((outage(1), record().offences.count), (vec![180], 3));
	});
}

#[test]
fn judged_offences_take_their_part_of_the_own_stake_and_of_what_was_delegated() {
	with_agent(|| {
		assert_ok!(Agents::unbond(signed(AGENT), 900));
		assert_ok!(Agents::bond(signed(AGENT), 900));
		assert_ok!(Agents::delegate(signed(ALICE), AGENT, 3_000));
		assert_ok!(Agents::undelegate(signed(ALICE), AGENT, 1_000_000));
		// Of 1,900 and 3,000 at risk, with all that is on its way out, a tenth.
		let slashed = Agents::slash(&AGENT, Offence::Unsound, 1, &everybody());
		assert_eq!(slashed, Ok(Slashed { amount: 490, compensation: 28 }));
		System::assert_last_event(
			Event::Slashed {
				agent: AGENT,
				offence: Offence::Unsound,
				challenger: Some(CHALLENGER),
				amount: 490,
				delegated: 300,
				burnt: 396,
				reward: 47,
				compensation: 28,
				committee: 19,
			}
			.into(),
		);
		assert_eq!((record().stake, record().unbonding[0].amount, record().pool.amount), (810, 900, 2_700));
		// And when everything is taken, nothing is left of either.
		assert_eq!(slash(Offence::Withheld, 10_000), 4_410);
		assert_eq!((record().stake, record().unbonding.len(), record().pool.amount), (0, 0, 0));
	});
}

#[test]
fn nobody_multiplies_what_an_agent_loses_by_delegating_to_it() {
	let lost = |delegated| {
		let mut lost = 0;
		with_agent(|| {
			if delegated > 0 {
				assert_ok!(Agents::delegate(signed(ALICE), AGENT, delegated));
			}
			slash(Offence::Unsound, 10);
			lost = 1_000 - record().stake;
		});
		lost
	};
	assert_eq!([0, 50, 1_000, 4_000].map(lost), [100, 100, 100, 100]);
}

#[test]
fn offences_are_forgotten() {
	with_agent(|| {
		assert_eq!(slash(Offence::Unsound, 1), 100);
		skip_to(1 + REPEAT);
		assert_eq!(slash(Offence::Unsound, 1), 270);
		skip_to(2 + 2 * REPEAT);
		assert_eq!(Agents::standing(AGENT).unwrap().offences, 0);
		assert_eq!(slash(Offence::Unsound, 1), 63);
		assert_eq!(Agents::standing(AGENT).unwrap().offences, 1);
	});
}

#[test]
fn silence_costs_little_and_is_no_repetition() {
	with_agent(|| {
		assert_ok!(Agents::delegate(signed(ALICE), AGENT, 1_000));
		assert_eq!((slash(Offence::Silent, 9_999), slash(Offence::Silent, 0)), (10, 10));
		assert_eq!(Agents::standing(AGENT).unwrap().offences, 0);
	});
}

#[test]
fn shares_without_a_taker_are_burnt() {
	with_agent(|| {
		let issuance = Balances::total_issuance();
		// There is no account 77, and 1 planck does not make one.
		let shares = Shares { challenger: None, harmed: Some(NOBODY), committee: Some(COMMITTEE) };
		let slashed = Agents::slash(&AGENT, Offence::Silent, 0, &shares);
		assert_eq!(slashed, Ok(Slashed { amount: 10, compensation: 0 }));
		assert_eq!((free(NOBODY), free(COMMITTEE)), (0, ENDOWMENT + 1));
		assert_eq!(Balances::total_issuance(), issuance - 9);
		// 148 does.
		let slashed = Agents::slash(&AGENT, Offence::Fraud, 0, &shares);
		assert_eq!(slashed, Ok(Slashed { amount: 990, compensation: 148 }));
		assert_eq!(free(NOBODY), 148);
	});
}

/// The parts of the agent's weight, and of what was earned through it, that were burnt, in billionths.
fn burnt() -> Vec<u32> {
	let burns = Burnt::take();
	assert_eq!(burns, BurntThrough::take(), "nobody else's");
	let parts = burns.into_iter().map(|(who, part)| {
		assert_eq!(who, AGENT);
		part.deconstruct()
	});
	parts.collect()
}

#[test]
fn a_slash_burns_the_part_of_the_weight_that_it_takes_of_the_own_stake() {
	with_agent(|| {
		assert_ok!(Agents::unbond(signed(AGENT), 300));
		assert_ok!(Agents::delegate(signed(ALICE), AGENT, 1_000));
		// A tenth of 1,000, of which 300 are on their way out.
		assert_eq!((slash(Offence::Unsound, 1), burnt()), (200, vec![100_000_000]));
		// 90 of 900.
		assert_eq!((slash(Offence::Withheld, 1), burnt()), (180, vec![100_000_000]));
		skip_to(1 + APPEAL);
		// 255 of 810, rounded against the slashed.
		assert_eq!((slash(Offence::Withheld, 17), burnt()), (510, vec![314_814_815]));
		// What is proven takes all that the agent has, and all that it weighs.
		slash(Offence::Fraud, 0);
		assert_eq!((record().stake, burnt()), (0, vec![1_000_000_000]));
		// There is nothing left to lose.
		slash(Offence::Fraud, 0);
		assert!(burnt().is_empty());
	});
}

#[test]
fn a_part_of_fraud_burns_that_part_and_delegators_do_not_count() {
	with_agent(|| {
		FraudSlash::set(Perbill::from_percent(10));
		assert_ok!(Agents::delegate(signed(ALICE), AGENT, 3_000));
		// A tenth of everything at risk is 400 of the agent's own 1,000.
		assert_eq!((slash(Offence::Fraud, 0), burnt()), (400, vec![400_000_000]));
	});
}

#[test]
fn whoever_is_named_as_beneficiary_loses_nothing_of_its_own() {
	with_agent(|| {
		assert_ok!(Agents::set_beneficiary(signed(AGENT), BOB));
		slash(Offence::Fraud, 0);
		assert!(Burnt::get().iter().all(|(who, _)| *who == AGENT));
		assert_eq!(BurntThrough::get(), [(AGENT, Perbill::one())]);
	});
}

#[test]
fn silence_and_fines_burn_no_weight() {
	with_agent(|| {
		slash(Offence::Silent, 0);
		assert_eq!(Agents::fine(&AGENT, 100, None), 100);
		assert!(burnt().is_empty());
	});
}

#[test]
fn a_slash_that_fails_burns_no_weight() {
	with_agent(|| {
		assert!(Agents::slash(&ALICE, Offence::Fraud, 0, &everybody()).is_err());
		assert!(burnt().is_empty());
	});
}

#[test]
fn a_slashed_agent_cannot_serve_until_it_bonds_again() {
	with_agent(|| {
		slash(Offence::Fraud, 0);
		assert!(!Agents::standing(AGENT).unwrap().active);
		assert_eq!(Agents::expose(&AGENT, 1), Err(Error::<Test>::StakeTooLow.into()));
		assert_ok!(Agents::bond(signed(AGENT), MIN_STAKE));
		assert!(Agents::standing(AGENT).unwrap().active);
		assert_ok!(Agents::expose(&AGENT, 1));
		Agents::release(&AGENT, 1);
	});
}

#[test]
fn a_fine_takes_what_there_is_of_the_agents_own() {
	with_agent(|| {
		assert_ok!(Agents::unbond(signed(AGENT), 300));
		assert_ok!(Agents::delegate(signed(ALICE), AGENT, 300));
		assert_eq!(Agents::fine(&AGENT, 100, Some(&BOB)), 100);
		System::assert_last_event(Event::Fined { agent: AGENT, amount: 100, to: Some(BOB), burnt: 0 }.into());
		assert_eq!((record().stake, free(BOB)), (600, ENDOWMENT + 100));
		let issuance = Balances::total_issuance();
		assert_eq!((Agents::fine(&AGENT, 5, Some(&NOBODY)), Agents::fine(&AGENT, 5, None)), (5, 5));
		assert_eq!(Balances::total_issuance(), issuance - 10);
		assert_eq!(Agents::fine(&AGENT, 5_000, None), 890);
		assert_eq!((record().stake, record().pool.amount), (0, 300));
		assert_eq!((Agents::fine(&AGENT, 5, None), Agents::fine(&ALICE, 5, None)), (0, 0));
		assert_eq!(Agents::standing(AGENT).unwrap().offences, 0);
	});
}
