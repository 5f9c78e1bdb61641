//! Whether agents are there: random probes, and what becomes of those who do not answer.

use crate::{
	pallet::{Agenda, AgentOfSigner, Agents, Config, Error, Event, Pallet, PlaceOf, Probes, Serving, ServingCount},
	types::{Agent, Duty, Probe},
	WeightInfo,
};
use codec::Encode;
use frame_support::{
	ensure,
	traits::{Get, Randomness},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{draw::Draw, Blake2b256, Offence, Role, TreeHash};
use sp_core::H256;
use sp_runtime::{
	traits::{CheckedDiv, One, Saturating},
	DispatchResult,
};

impl<T: Config> Pallet<T> {
	/// Probes somebody, if it is time. Returns what that weighs.
	pub(crate) fn probe_if_time(now: BlockNumberFor<T>) -> Weight {
		let interval = T::ProbeInterval::get();
		// Without an interval there is no quotient, and nobody is probed.
		if now.checked_div(&interval).is_none_or(|turns| turns.saturating_mul(interval) != now) {
			return T::DbWeight::get().reads(1);
		}
		let (random, _) = T::Randomness::random(b"probe");
		if let Some(random) = random {
			Self::probe_one(Blake2b256::hash(&(random, now).encode()));
		}
		T::WeightInfo::open_probe()
	}

	/// Probes whom the seed draws. Nobody, if that agent may not work or has an open probe.
	pub(crate) fn probe_one(seed: H256) {
		let Some(place) = Draw::new(seed, ServingCount::<T>::get()).next() else { return };
		let Some(agent) = Serving::<T>::get(place) else { return };
		let active = Agents::<T>::get(&agent).is_some_and(|record| Self::is_active(&record));
		if !active || Probes::<T>::contains_key(&agent) {
			return;
		}
		let challenge = Blake2b256::hash(&(seed, &agent).encode());
		let until = Self::now().saturating_add(T::ProbeWindow::get());
		Agenda::<T>::insert(until.saturating_add(One::one()), Duty::Probe(agent.clone()), ());
		Probes::<T>::insert(&agent, Probe { challenge, until });
		Self::deposit_event(Event::Probed { agent, challenge, until });
	}

	pub(crate) fn do_answer_probe(who: T::AccountId, challenge: H256) -> DispatchResult {
		let agent = AgentOfSigner::<T>::get(who).ok_or(Error::<T>::NotSigner)?;
		let mut record = Self::record(&agent)?;
		let probe = Probes::<T>::get(&agent).ok_or(Error::<T>::NoProbe)?;
		ensure!(probe.until >= Self::now(), Error::<T>::ProbeOver);
		ensure!(probe.challenge == challenge, Error::<T>::WrongChallenge);
		record.liveness.answered = record.liveness.answered.saturating_add(1);
		record.liveness.misses = 0;
		Self::forget_probe(&agent);
		Agents::<T>::insert(&agent, record);
		Self::deposit_event(Event::ProbeAnswered { agent });
		Ok(())
	}

	/// An agent did not answer in time.
	pub(crate) fn miss(agent: &T::AccountId) -> DispatchResult {
		let mut record = Self::record(agent)?;
		Self::forget_probe(agent);
		let misses = record.liveness.misses.saturating_add(1);
		record.liveness.misses = misses;
		Agents::<T>::insert(agent, record);
		Self::deposit_event(Event::ProbeMissed { agent: agent.clone(), misses });
		Self::punish(agent, Offence::Silent, 0, &Self::nobody())?;
		if misses >= T::MaxMisses::get() {
			Self::evict(agent)?;
		}
		Ok(())
	}

	fn evict(agent: &T::AccountId) -> DispatchResult {
		let mut record = Self::record(agent)?;
		if record.liveness.evicted.is_some() {
			return Ok(());
		}
		let until = Self::now().saturating_add(T::EvictionPeriod::get());
		record.liveness.evicted = Some(until);
		Self::save(agent, record);
		Self::deposit_event(Event::Evicted { agent: agent.clone(), until });
		Ok(())
	}

	pub(crate) fn do_return_to_service(who: T::AccountId) -> DispatchResult {
		let agent = Self::resolve(&who)?;
		let mut record = Self::record(&agent)?;
		let until = record.liveness.evicted.ok_or(Error::<T>::NotEvicted)?;
		ensure!(until <= Self::now(), Error::<T>::EvictionNotOver);
		record.liveness.evicted = None;
		record.liveness.misses = 0;
		Self::save(&agent, record);
		Self::deposit_event(Event::ReturnedToService { agent });
		Ok(())
	}

	/// Closes the open probe of an agent, if it has one.
	pub(crate) fn forget_probe(agent: &T::AccountId) {
		if let Some(probe) = Probes::<T>::take(agent) {
			Agenda::<T>::remove(probe.until.saturating_add(One::one()), Duty::Probe(agent.clone()));
		}
	}

	/// Whether an agent has a number by which it can be drawn.
	pub(crate) fn has_number(record: &Agent<T>) -> bool {
		record.roles.has(Role::Serve) && record.stake > 0 && record.liveness.evicted.is_none()
	}

	/// Gives an agent a number among those who can be probed, or takes it away. The last one then has it: a draw is
	/// used in the block in which it is made, so numbers may change hands.
	pub(crate) fn number(agent: &T::AccountId, record: &Agent<T>) {
		match (PlaceOf::<T>::get(agent), Self::has_number(record)) {
			(None, true) => {
				let place = ServingCount::<T>::get();
				Serving::<T>::insert(place, agent);
				PlaceOf::<T>::insert(agent, place);
				// There are at most as many as accounts with stake, which memory cannot hold.
				ServingCount::<T>::put(place.saturating_add(1));
			}
			(Some(place), false) => {
				let last = ServingCount::<T>::get().saturating_sub(1);
				PlaceOf::<T>::remove(agent);
				if let Some(other) = Serving::<T>::take(last).filter(|other| other != agent) {
					PlaceOf::<T>::insert(&other, place);
					Serving::<T>::insert(place, other);
				}
				ServingCount::<T>::put(last);
			}
			_ => (),
		}
	}
}
