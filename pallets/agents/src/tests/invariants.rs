//! `do_try_state` sees what it should: each invariant is broken once.

use crate::{
	mock::*, pool, types::*, Agenda, AgendaFrom, AgentOfSigner, Deferred, Delegations, FormerSigners, HoldReason,
	NextPool, NextService, NextSlash, OfferCount, Offers, PlaceOf, Probes, Services, Serving, ServingCount, TotalStake,
};
use frame_support::{
	hypothetically,
	traits::fungible::{Mutate, MutateHold},
};
use openledger_primitives::{traits::Agents as _, ModelId, Offence, Role, Roles, ServiceId};
use sp_core::H256;
use sp_runtime::TryRuntimeError;

/// Two agents, with delegations, a former signer, an offer, a service, a probe and a deferred slash.
fn busy(test: impl FnOnce()) {
	with_agent(|| {
		register(10, 11).unwrap();
		Agents::delegate(signed(ALICE), AGENT, 500).unwrap();
		Agents::undelegate(signed(ALICE), AGENT, 100_000).unwrap();
		Agents::unbond(signed(AGENT), 100).unwrap();
		Agents::set_signer(signed(AGENT), 12).unwrap();
		Agents::offer_model(signed(AGENT), SERVABLE, 1, 1, 10).unwrap();
		Agents::register_service(signed(AGENT), terms(0)).unwrap();
		// Whoever is drawn; two agents are both probed after a few draws.
		(0..20).for_each(|seed| Agents::probe_one(H256::repeat_byte(seed)));
		Agents::bind(&AGENT).unwrap();
		Agents::defer_slash(&AGENT, Offence::Unsound, 1, 1, &everybody()).unwrap();
		Agents::do_try_state().unwrap();
		test();
	});
}

fn assert_broken(why: &'static str, harm: impl FnOnce()) {
	hypothetically!({
		harm();
		assert_eq!(Agents::do_try_state(), Err(TryRuntimeError::Other(why)));
	});
}

fn mutate(change: impl FnOnce(&mut Agent<Test>)) {
	crate::Agents::<Test>::mutate(AGENT, |record| change(record.as_mut().unwrap()));
}

#[test]
fn try_state_fails_when_stakes_are_wrong() {
	busy(|| {
		assert_broken("what is on hold differs from what is recorded", || {
			Balances::hold(&HoldReason::Stake.into(), &BOB, 1).unwrap();
		});
		assert_broken("what is on hold differs from what is recorded", || {
			mutate(|record| record.unbonding[0].amount += 1);
		});
		assert_broken("TotalStake is not the sum of stakes", || TotalStake::<Test>::put(1));
		assert_broken("the sum of stakes overflows", || {
			mutate(|record| {
				record.stake = u128::MAX;
				record.unbonding.clear();
			})
		});
		assert_broken("something is recorded for an account that does not exist", || {
			let record = Agent { signer: 13, former: Default::default(), pool: pool::Pool::new(2), ..record() };
			TotalStake::<Test>::mutate(|total| *total += record.stake);
			crate::Agents::<Test>::insert(NOBODY, record);
		});
	});
}

#[test]
fn try_state_fails_when_signers_are_wrong() {
	busy(|| {
		assert_broken("a signer does not lead to its agent", || AgentOfSigner::<Test>::remove(12));
		assert_broken("a signer signs for nobody", || AgentOfSigner::<Test>::insert(BOB, BOB));
		assert_broken("a former signer does not lead to its agent", || FormerSigners::<Test>::insert(SIGNER, BOB));
		assert_broken("a former signer signed for nobody", || mutate(|record| record.former.clear()));
	});
}

#[test]
fn try_state_fails_when_pools_are_wrong() {
	busy(|| {
		assert_broken("the shares of a pool are miscounted", || mutate(|record| record.pool.shares += 1));
		assert_broken("the leaving shares of a pool are miscounted", || mutate(|record| record.pool.leaving += 1));
		assert_broken("the shares of a pool are miscounted", || Delegations::<Test>::remove(AGENT, ALICE));
		assert_broken("a pool is numbered beyond NextPool", || NextPool::<Test>::put(0));
		assert_broken("two agents have one pool", || {
			let id = record().pool.id;
			crate::Agents::<Test>::mutate(10, |record| record.as_mut().unwrap().pool.id = id);
		});
		assert_broken("the sum of pools overflows", || {
			mutate(|record| record.pool.amount = u128::MAX);
			crate::Agents::<Test>::mutate(10, |record| record.as_mut().unwrap().pool.amount = 1);
		});
		assert_broken("the pot has less than the pools", || {
			Balances::set_balance(&Agents::pot(), 499);
		});
	});
}

#[test]
fn try_state_fails_when_services_are_wrong() {
	busy(|| {
		assert_broken("what is on hold differs from what is recorded", || {
			Services::<Test>::mutate(ServiceId(0), |service| service.as_mut().unwrap().deposit += 1);
		});
		assert_broken("a service is numbered beyond NextService", || NextService::<Test>::put(ServiceId(0)));
		assert_broken("the services of an agent are miscounted", || mutate(|record| record.services = 2));
		assert_broken("an agent has too many services", || {
			NextService::<Test>::put(ServiceId(3));
			for id in 1..3 {
				Services::<Test>::insert(ServiceId(id), Services::<Test>::get(ServiceId(0)).unwrap());
			}
			mutate(|record| record.services = 3);
		});
		assert_broken("a service is nobody's", || {
			NextService::<Test>::put(ServiceId(2));
			Services::<Test>::insert(ServiceId(1), Service { agent: BOB, terms: terms(0), deposit: 0 });
		});
	});
}

#[test]
fn try_state_fails_when_numbers_are_wrong() {
	busy(|| {
		assert_broken("an agent has a number that should not, or none", || PlaceOf::<Test>::remove(AGENT));
		assert_broken("an agent has a number that should not, or none", || {
			mutate(|record| record.roles = Roles::only(Role::Audit));
		});
		assert_broken("a number is another agent's", || Serving::<Test>::insert(0, 10));
		assert_broken("a number is beyond ServingCount", || ServingCount::<Test>::put(1));
		assert_broken("ServingCount is wrong", || ServingCount::<Test>::put(3));
		assert_broken("a number is nobody's", || Serving::<Test>::insert(7, AGENT));
		assert_broken("who is no agent has a number", || PlaceOf::<Test>::insert(BOB, 0));
	});
}

#[test]
fn try_state_fails_when_the_agenda_is_wrong() {
	busy(|| {
		assert_broken("who is probed is no agent", || {
			Probes::<Test>::insert(BOB, Probe { challenge: H256::zero(), until: 5 });
		});
		assert_broken("a probe is not on the agenda", || {
			Probes::<Test>::mutate(AGENT, |probe| probe.as_mut().unwrap().until += 1);
		});
		assert_broken("a probe is on the agenda of a block that is done", || AgendaFrom::<Test>::put(1_000));
		assert_broken("a slash is on the agenda of a block that is done", || {
			[AGENT, 10].iter().for_each(Agents::forget_probe);
			AgendaFrom::<Test>::put(1_000);
		});
		assert_broken("a slash is not on the agenda", || {
			Deferred::<Test>::mutate(0, |slash| slash.as_mut().unwrap().due += 1);
		});
		assert_broken("a slash is numbered beyond NextSlash", || NextSlash::<Test>::put(0));
		assert_broken("the agenda has other duties", || Agenda::<Test>::insert(50, Duty::Slash(5), ()));
		assert_broken("the deferred slashes of an agent are miscounted", || mutate(|record| record.deferred = 0));
		assert_broken("an agent is bound less often than it has deferred slashes", || {
			mutate(|record| record.bound = 0)
		});
		assert_broken("an agent has too many deferred slashes", || {
			for _ in 0..3 {
				Agents::bind(&AGENT).unwrap();
				Agents::defer_slash(&AGENT, Offence::Unsound, 1, 1, &everybody()).unwrap();
			}
			let slash = Deferred::<Test>::get(0).unwrap();
			Agenda::<Test>::insert(slash.due, Duty::Slash(4), ());
			Deferred::<Test>::insert(4, slash);
			NextSlash::<Test>::put(5);
			mutate(|record| record.deferred = 5);
		});
		assert_broken("a slash is deferred for who is no agent", || {
			let slash = Deferred::<Test>::get(0).unwrap();
			Agenda::<Test>::insert(slash.due, Duty::Slash(1), ());
			Deferred::<Test>::insert(1, DeferredSlash { agent: BOB, ..slash });
			NextSlash::<Test>::put(2);
		});
	});
}

#[test]
fn try_state_fails_when_offers_are_miscounted() {
	busy(|| {
		assert_broken("the offers of an account are miscounted", || OfferCount::<Test>::insert(AGENT, 2));
		assert_broken("the offers of an account are miscounted", || OfferCount::<Test>::insert(BOB, 0));
		assert_broken("an offer is nobody's", || {
			Offers::<Test>::insert(BOB, SERVABLE, Offers::<Test>::get(AGENT, SERVABLE).unwrap());
			OfferCount::<Test>::insert(BOB, 1);
		});
		assert_broken("an agent has too many offers", || {
			let offer = Offers::<Test>::get(AGENT, SERVABLE).unwrap();
			(2..5).for_each(|model| Offers::<Test>::insert(AGENT, ModelId(model), offer));
		});
	});
}
