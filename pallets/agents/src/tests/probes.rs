//! Random probes, misses, eviction.

use crate::{mock::*, types::*, Error, Event, PlaceOf, Probes, Serving, ServingCount};
use frame_support::{assert_noop, assert_ok, dispatch::Pays, traits::Hooks};
use openledger_primitives::{traits::Agents as _, Hardware, Offence, Role, Roles};
use sp_core::H256;
use std::collections::BTreeMap;

fn probe() -> Probe<u64> {
	Agents::probe(AGENT).unwrap()
}

fn liveness() -> Liveness<u64> {
	record().liveness
}

/// [`AGENT`], which was probed.
fn probed(test: impl FnOnce()) {
	with_agent(|| {
		Agents::probe_one(H256::repeat_byte(9));
		test();
	});
}

/// The open probe is missed.
fn miss() {
	Agents::probe_one(H256::repeat_byte(9));
	run(WINDOW + 1);
}

#[test]
fn a_probe_is_answered_by_its_signer_for_free() {
	probed(|| {
		let Probe { challenge, until } = probe();
		assert_eq!(until, 1 + WINDOW);
		System::assert_last_event(Event::Probed { agent: AGENT, challenge, until }.into());
		skip_to(until);
		let info = Agents::answer_probe(signed(SIGNER), challenge).unwrap();
		assert_eq!(info.pays_fee, Pays::No);
		System::assert_last_event(Event::ProbeAnswered { agent: AGENT }.into());
		assert_eq!(liveness(), Liveness { answered: 1, misses: 0, evicted: None });
		assert_noop!(Agents::answer_probe(signed(SIGNER), challenge), Error::<Test>::NoProbe);
		run(WINDOW);
		assert_eq!(record().stake, 1_000);
	});
}

#[test]
fn answer_probe_fails_when_it_must() {
	probed(|| {
		let Probe { challenge, until } = probe();
		assert_noop!(Agents::answer_probe(signed(AGENT), challenge), Error::<Test>::NotSigner);
		assert_noop!(Agents::answer_probe(signed(SIGNER), H256::zero()), Error::<Test>::WrongChallenge);
		// A key that was replaced is not the one that has to be there.
		assert_ok!(Agents::set_signer(signed(AGENT), 12));
		assert_noop!(Agents::answer_probe(signed(SIGNER), challenge), Error::<Test>::NotSigner);
		skip_to(until + 1);
		assert_noop!(Agents::answer_probe(signed(12), challenge), Error::<Test>::ProbeOver);
	});
}

#[test]
fn a_missed_probe_costs_and_the_third_in_a_row_evicts() {
	with_agent(|| {
		for (misses, stake) in [(1, 990), (2, 980), (3, 970)] {
			miss();
			assert_eq!((liveness().misses, record().stake), (misses, stake));
			System::assert_has_event(Event::ProbeMissed { agent: AGENT, misses }.into());
		}
		let until = System::block_number() + EVICTION;
		System::assert_last_event(Event::Evicted { agent: AGENT, until }.into());
		assert_eq!(liveness().evicted, Some(until));
		assert_eq!(Agents::standing(AGENT).unwrap().offences, 0);
		// It is not probed any more.
		Agents::probe_one(H256::repeat_byte(9));
		assert_eq!(Agents::probe(AGENT), None);
	});
}

#[test]
fn an_answer_starts_the_count_anew() {
	with_agent(|| {
		miss();
		miss();
		Agents::probe_one(H256::repeat_byte(9));
		assert_ok!(Agents::answer_probe(signed(SIGNER), probe().challenge));
		assert_eq!(liveness(), Liveness { answered: 1, misses: 0, evicted: None });
		miss();
		assert_eq!(liveness().evicted, None);
	});
}

#[test]
fn an_evicted_agent_may_not_work_until_it_returns() {
	with_agent(|| {
		assert_ok!(Agents::offer_model(signed(AGENT), SERVABLE, 1, 1, LIFE));
		assert_ok!(Agents::register_service(signed(AGENT), terms(0)));
		assert_noop!(Agents::return_to_service(signed(AGENT)), Error::<Test>::NotEvicted);
		assert_noop!(Agents::return_to_service(signed(ALICE)), Error::<Test>::NotAnAgent);
		(0..3).for_each(|_| miss());
		let now = System::block_number();
		assert!(!Agents::standing(AGENT).unwrap().active);
		assert!(!Agents::service(Default::default()).unwrap().1);
		assert_eq!(Agents::offer(AGENT, SERVABLE), None);
		assert_noop!(Agents::expose(&AGENT, 1), Error::<Test>::Evicted);
		assert_noop!(Agents::offer_model(signed(AGENT), SERVABLE, 1, 1, 1), Error::<Test>::Evicted);
		assert_noop!(Agents::register_service(signed(AGENT), terms(0)), Error::<Test>::Evicted);
		assert_noop!(Agents::delegate(signed(ALICE), AGENT, 100), Error::<Test>::Evicted);
		skip_to(now + EVICTION - 1);
		assert_noop!(Agents::return_to_service(signed(SIGNER)), Error::<Test>::EvictionNotOver);
		skip_to(now + EVICTION);
		assert_ok!(Agents::return_to_service(signed(SIGNER)));
		System::assert_last_event(Event::ReturnedToService { agent: AGENT }.into());
		assert!(Agents::standing(AGENT).unwrap().active && Agents::offer(AGENT, SERVABLE).is_some());
		assert_eq!(liveness(), Liveness::default());
		assert_ok!(Agents::expose(&AGENT, 1));
	});
}

#[test]
fn an_agent_has_one_open_probe_at_most() {
	probed(|| {
		let first = probe();
		skip_to(2);
		Agents::probe_one(H256::repeat_byte(8));
		assert_eq!(probe(), first);
	});
}

#[test]
fn only_who_serves_and_may_work_is_probed() {
	build_and_execute(|| {
		Agents::probe_one(H256::repeat_byte(9));
		let stake = 1_000;
		assert_ok!(Agents::register(signed(AGENT), SIGNER, PAID, stake, Roles::only(Role::Audit), Hardware::Cpu));
		Agents::probe_one(H256::repeat_byte(9));
		assert_eq!(Probes::<Test>::iter().count(), 0);
		assert_ok!(Agents::set_roles(signed(AGENT), Roles::ALL, Hardware::Cpu));
		assert_eq!(PlaceOf::<Test>::get(AGENT), Some(0));
		// With less than the least stake it has a number, but nothing to do.
		assert_eq!(Agents::fine(&AGENT, 950, None), 950);
		Agents::probe_one(H256::repeat_byte(9));
		assert_eq!(Probes::<Test>::iter().count(), 0);
		assert_ok!(Agents::bond(signed(AGENT), 50));
		Agents::probe_one(H256::repeat_byte(9));
		assert_eq!(Probes::<Test>::iter().count(), 1);
	});
}

#[test]
fn probes_come_every_interval_with_randomness() {
	with_agent(|| {
		ProbeInterval::set(10);
		run(30);
		assert_eq!(Probes::<Test>::iter().count(), 0);
		Random::set(Some(H256::repeat_byte(3)));
		run(8);
		assert_eq!((System::block_number(), Probes::<Test>::iter().count()), (39, 0));
		next_block();
		assert_eq!(Probes::<Test>::iter().count(), 1);
		let first = probe().challenge;
		assert_ok!(Agents::answer_probe(signed(SIGNER), first));
		run(10);
		assert_ne!(probe().challenge, first);
		assert!(Agents::on_initialize(51).any_lt(Agents::on_initialize(60)));
	});
}

#[test]
fn everybody_who_serves_is_drawn() {
	build_and_execute(|| {
		for agent in 1..11 {
			assert_ok!(register(agent, agent + 10).or_else(|_| register(agent, agent + 11)));
		}
		// The third leaves, and the last one has its number.
		assert_ok!(Agents::slash(&3, Offence::Fraud, 0, &everybody()));
		assert_eq!((ServingCount::<Test>::get(), PlaceOf::<Test>::get(10)), (9, Some(2)));
		assert_ok!(Agents::slash(&9, Offence::Fraud, 0, &everybody()));
		assert_eq!((ServingCount::<Test>::get(), Serving::<Test>::get(8)), (8, None));
		let mut drawn = BTreeMap::<u64, u32>::new();
		for seed in 0..800 {
			Agents::probe_one(H256::from_low_u64_be(seed));
			let (agent, _) = Probes::<Test>::iter().next().unwrap();
			Agents::forget_probe(&agent);
			*drawn.entry(agent).or_default() += 1;
		}
		// A hundred each, with a standard deviation of nine.
		assert!(drawn.len() == 8 && drawn.values().all(|count| count.abs_diff(100) < 50), "{drawn:?}");
	});
}

#[test]
fn leaving_closes_an_open_probe() {
	with_agent(|| {
		assert_ok!(Agents::unbond(signed(AGENT), 900));
		skip_to(2);
		Agents::probe_one(H256::repeat_byte(9));
		assert_eq!(Agents::fine(&AGENT, 1_000, None), 1_000);
		assert_ok!(Agents::withdraw(signed(AGENT)));
		assert_eq!(Agents::probe(AGENT), None);
		run(WINDOW + 1);
	});
}
