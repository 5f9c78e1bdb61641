//! What was minted through an agent, and a slash of that agent.

use crate::{mock::*, Accounts, Earners, Error, Event, MAX_EARNERS};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{weight::Weight, Balance};
use proptest::prelude::*;
use sp_runtime::Perbill;

const AGENT: u64 = 10;
const OTHER: u64 = 11;
const ANN: u64 = 1;
const BEN: u64 = 2;
const MUCH: Balance = 1_000_000_000_000;

fn weight(who: u64) -> Weight {
	Accounts::<Test>::get(who).map_or(Weight::default(), |account| Voting::rolled_to_now(&account.now))
}

fn standing(who: u64) -> Balance {
	Accounts::<Test>::get(who).map_or(0, |account| Voting::standing(&account.now))
}

fn through(agent: u64, who: u64) -> Balance {
	let earners = Earners::<Test>::get(agent);
	earners.iter().find(|earner| earner.who == who).map_or(0, |earner| Voting::standing(&earner.state))
}

/// What is left of `amount` without `part`, to a millionth of it.
fn assert_near(found: Balance, expected: Balance) {
	assert!(found.abs_diff(expected) <= expected / 500_000 + 8, "{found} and {expected}");
}

#[test]
fn who_is_named_without_asking_loses_nothing_that_it_earned_elsewhere() {
	build_and_execute(|| {
		give(ANN, MUCH);
		mint_through(OTHER, ANN, MUCH);
		let before = root();
		// It is named as the beneficiary and has earned nothing through the agent.
		burn_through(AGENT, Perbill::one());
		assert_eq!(root(), before);
		wait(50);
		mint_through(AGENT, ANN, MUCH / 10);
		wait(50);
		let (all, had) = (standing(ANN), through(AGENT, ANN));
		burn_through(AGENT, Perbill::one());
		assert_near(standing(ANN), all - had);
		assert!(standing(ANN) <= all - had);
		assert_eq!(Earners::<Test>::get(AGENT).len(), 0);
		assert!(!Earners::<Test>::contains_key(AGENT) && through(OTHER, ANN) > 0);
	});
}

#[test]
fn a_new_beneficiary_does_not_save_what_the_former_one_has() {
	build_and_execute(|| {
		mint_through(AGENT, ANN, MUCH);
		wait(100);
		mint_through(AGENT, BEN, MUCH);
		wait(100);
		let before = [standing(ANN), standing(BEN)];
		burn_through(AGENT, Perbill::from_percent(50));
		for (who, before) in [ANN, BEN].into_iter().zip(before) {
			assert_near(standing(who), before / 2);
			// What is left of it still answers.
			assert_near(through(AGENT, who), before / 2);
		}
		burn_through(AGENT, Perbill::one());
		assert_eq!([weight(ANN), weight(BEN)], [Weight::default(); 2]);
		System::assert_last_event(Event::Burnt { who: BEN, part: Perbill::one() }.into());
	});
}

#[test]
fn what_was_earned_through_an_agent_stays_the_part_that_it_was() {
	build_and_execute(|| {
		mint_through(AGENT, ANN, MUCH);
		mint(ANN, 3 * MUCH);
		for blocks in [1, 70, 400, 3_000] {
			wait(blocks);
			assert_near(through(AGENT, ANN), standing(ANN) / 4);
		}
		mint_through(AGENT, ANN, MUCH);
		wait(10);
		let (all, had) = (standing(ANN), through(AGENT, ANN));
		burn_through(AGENT, Perbill::from_percent(20));
		assert_near(standing(ANN), all - had / 5);
	});
}

#[test]
fn what_is_kept_for_polls_is_burnt_too() {
	build_and_execute(|| {
		mint_through(AGENT, ANN, MUCH);
		wait(100);
		next_period();
		let poll = submit(1);
		burn_through(AGENT, Perbill::one());
		assert_noop!(Voting::vote(signed(ANN), poll, true), Error::<Test>::NoWeight);
	});
}

/// Of who has less than it was minted through the agent, because it was burnt otherwise, no more than all is burnt.
#[test]
fn no_more_than_all_is_burnt() {
	build_and_execute(|| {
		mint_through(AGENT, ANN, MUCH);
		mint_through(OTHER, BEN, MUCH);
		burn(ANN, Perbill::from_percent(90));
		burn_through(AGENT, Perbill::from_percent(50));
		assert_eq!(weight(ANN).fast, MUCH / 20);
		burn_through(AGENT, Perbill::one());
		assert_eq!((weight(ANN), weight(BEN).fast), (Weight::default(), MUCH));
	});
}

#[test]
fn who_makes_room_loses_what_nothing_would_answer_for() {
	build_and_execute(|| {
		let last = u64::from(MAX_EARNERS);
		(1..=last).for_each(|who| mint_through(AGENT, who, MUCH * u128::from(1 + (who + 4) % last)));
		mint(4, MUCH);
		assert_eq!(Earners::<Test>::get(AGENT).len(), MAX_EARNERS as usize);
		// 4 has the least.
		assert_eq!((1..=last).min_by_key(|who| through(AGENT, *who)), Some(4));
		mint_through(AGENT, 15, MUCH);
		let earners: Vec<_> = Earners::<Test>::get(AGENT).iter().map(|earner| earner.who).collect();
		assert_eq!(earners, [1, 2, 3, 5, 6, 7, 8, 15]);
		assert_near(weight(4).fast, MUCH);
		// However many there were, all that was minted through the agent is burnt with it.
		(1..=20).for_each(|who| mint_through(AGENT, who, MUCH));
		burn_through(AGENT, Perbill::one());
		assert_near(weight(4).fast, MUCH);
		// Not what it has itself: with that it answers anyway.
		assert_eq!(weight(AGENT).fast, MUCH);
		assert!((1..=20).filter(|who| ![4, AGENT].contains(who)).all(|who| weight(who).fast == 0));
	});
}

#[test]
fn what_has_faded_is_forgotten() {
	build_and_execute(|| {
		mint_through(AGENT, ANN, 100 * DUST);
		mint_through(AGENT, BEN, 1_000 * DUST);
		wait(u64::from(SLOW) * 5);
		assert_noop!(Voting::forget(signed(9), AGENT, None), Error::<Test>::StillNeeded);
		wait(u64::from(SLOW) * 5);
		assert_ok!(Voting::forget(signed(9), AGENT, None));
		assert!(!Earners::<Test>::contains_key(AGENT));
		assert_noop!(Voting::forget(signed(9), AGENT, None), Error::<Test>::NothingToForget);
	});
}

proptest! {
	#![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

	/// Whoever is named as the beneficiary of agents that are slashed: what was minted otherwise is left, but for what is rounded
	/// off.
	#[test]
	fn slashes_of_agents_take_what_came_through_them_and_no_more(
		steps in prop::collection::vec((1u64..4, 9u64..12, 1_000_000u128..1 << 50, 0u64..100), 1..20),
		part in 0u32..=1_000_000_000,
	) {
		build_and_execute(|| {
			// 9 is no agent: what is minted through it is minted otherwise.
			for (who, agent, weight, blocks) in steps {
				if agent == 9 { mint(who, weight) } else { mint_through(agent, who, weight) }
				wait(blocks);
			}
			let part = Perbill::from_parts(part);
			let expected: Vec<_> = (1..4u64).map(|who| {
				let taken: Balance = [10, 11].map(|agent| through(agent, who)).into_iter().map(|had| part * had).sum();
				(who, standing(who), taken)
			}).collect();
			[10, 11].into_iter().for_each(|agent| burn_through(agent, part));
			for (who, before, taken) in expected {
				// A millionth for each agent.
				let off = before / 400_000 + 64;
				assert!(standing(who).abs_diff(before.saturating_sub(taken)) <= off, "{before}, {taken}, {}", standing(who));
			}
		});
	}
}
