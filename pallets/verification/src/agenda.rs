//! What happens when the last block of a phase has passed, and when the sample of a batch is due.

use crate::{
	pallet::{Agenda, AgendaFrom, Cases, Clean, Config, Error, Event, Pallet, Unsampled},
	sampling::{self, Rates},
	types::{Case, Entry, Outcome, Phase, Room, MAX_PANEL},
	WeightInfo,
};
use codec::Encode;
use frame_support::{
	defensive, ensure,
	storage::with_storage_layer,
	traits::{Get, Randomness},
	weights::{Weight, WeightMeter},
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{
	audit,
	traits::{Agents, Batches, Sampling},
	Balance, Blake2b256, CaseId, Offence, TreeHash,
};
use sp_runtime::{traits::Saturating, DispatchResult};

impl<T: Config> Sampling<T::AccountId> for Pallet<T> {
	fn submitted(batch: u64, _: &T::AccountId, _: Balance) {
		// Agent and fees are read when they are needed: a batch is not forgotten before its window is over.
		Self::await_sample(batch);
	}
}

impl<T: Config> Pallet<T> {
	/// Works off what is due, oldest first, as far as `meter` and the cap per block allow.
	pub(crate) fn work_off_agenda(meter: &mut WeightMeter) {
		let look = T::DbWeight::get().reads(3);
		if meter.try_consume(T::DbWeight::get().reads_writes(1, 1)).is_err() {
			return;
		}
		let (mut at, now) = (AgendaFrom::<T>::get(), Self::now());
		for _ in 0..T::MaxSteps::get() {
			if at >= now || meter.try_consume(look).is_err() {
				break;
			}
			let Some((entry, ())) = Agenda::<T>::iter_prefix(at).next() else {
				at.saturating_inc();
				continue;
			};
			if meter.try_consume(Self::step_weight(entry)).is_err() {
				break;
			}
			// Hooks are not transactional by themselves. What cannot go on is tried again later, so that it does not hold
			// up the others.
			if with_storage_layer(|| Self::step(entry)).is_err() {
				defensive!("what is due goes on");
				Self::postpone(entry, at);
			}
		}
		AgendaFrom::<T>::put(at);
	}

	fn step(entry: Entry) -> DispatchResult {
		match entry {
			Entry::Batch(batch) => Self::sample(batch),
			Entry::Case(id) => {
				let case = Self::ensure_case(id)?;
				match case.phase {
					Phase::Drawing if Self::is_pending(&case) => Self::draw(id, case),
					_ => Self::end_phase(id, case),
				}
			}
		}
	}

	/// Puts what could not be done on the agenda of a later block.
	fn postpone(entry: Entry, at: BlockNumberFor<T>) {
		Agenda::<T>::remove(at, entry);
		let until = Self::now().saturating_add(T::Retry::get());
		match entry {
			Entry::Batch(batch) if Unsampled::<T>::contains_key(batch) => Self::await_sample(batch),
			Entry::Case(id) => {
				if let Some(case) = Cases::<T>::get(id) {
					Self::schedule(id, case, until);
				}
			}
			Entry::Batch(_) => {}
		}
	}

	/// What the next step costs, at most.
	fn step_weight(entry: Entry) -> Weight {
		match entry {
			Entry::Batch(_) => T::WeightInfo::sample(),
			// The last draw that finds too few auditors ends the case.
			Entry::Case(_) => T::WeightInfo::draw().saturating_add(T::WeightInfo::settle(MAX_PANEL)),
		}
	}

	pub(crate) fn do_advance(id: CaseId) -> DispatchResult {
		let case = Self::ensure_case(id)?;
		ensure!(Self::now() > case.until, Error::<T>::PhaseOpen);
		ensure!(case.phase != Phase::Drawing, Error::<T>::DrawnByChain);
		Self::end_phase(id, case)
	}

	fn end_phase(id: CaseId, case: Case<T>) -> DispatchResult {
		if !Self::is_pending(&case) {
			return Self::conclude(id, case, Outcome::Undecided);
		}
		match case.phase {
			// An agent that could be silent for nothing would never be found out.
			Phase::Disclosing | Phase::Closing => Self::convict(id, case, Offence::Withheld),
			Phase::Committing => Self::end_committing(id, case),
			Phase::Revealing => Self::end_revealing(id, case),
			Phase::Appealable => Self::convict(id, case, Offence::Unsound),
			Phase::Slashing { offence } => Self::convict(id, case, offence),
			Phase::Drawing => Err(Error::<T>::DrawnByChain.into()),
		}
	}

	/// Whether there is something left to decide.
	fn is_pending(case: &Case<T>) -> bool {
		T::Batches::facts(case.batch).is_some_and(|facts| facts.pending)
	}

	/// Has a batch wait for randomness that nobody knows yet.
	fn await_sample(batch: u64) {
		let until = Self::now().saturating_add(T::SeedDelay::get());
		if let Some(before) = Unsampled::<T>::get(batch) {
			Agenda::<T>::remove(before, Entry::Batch(batch));
		}
		Unsampled::<T>::insert(batch, until);
		Agenda::<T>::insert(until, Entry::Batch(batch), ());
	}

	/// Opens a case for each audit that falls on a batch.
	pub(crate) fn sample(batch: u64) -> DispatchResult {
		let (random, _) = T::Randomness::random(&batch.encode());
		let Some(random) = random else {
			Self::await_sample(batch);
			return Ok(());
		};
		if let Some(until) = Unsampled::<T>::take(batch) {
			Agenda::<T>::remove(until, Entry::Batch(batch));
		}
		let Some(facts) = T::Batches::facts(batch).filter(|facts| facts.pending) else { return Ok(()) };
		let claim = facts.claim;
		let Some(standing) = T::Agents::standing(&claim.agent) else { return Ok(()) };
		let seed = Blake2b256::hash(&(random, batch, claim.receipts.root).encode());
		let rates = Rates { per_audit: T::PerAudit::get(), least: T::LeastRate::get() };
		let fees = claim.receipts.sum;
		let audits = sampling::audits(fees, rates, Clean::<T>::get(&claim.agent), standing.offences, &seed);
		if audits > 0 && !Self::manned(Room::Common, &claim.agent) {
			Self::deposit_event(Event::Unaudited { batch });
			return Ok(());
		}
		let mut opened = 0u32;
		for number in 0..audits {
			let seed = Blake2b256::hash(&(seed, number).encode());
			let Some(point) = audit::point(&seed, fees) else { break };
			// The window of the batch may be over, if blocks were full.
			if T::Batches::hold(batch).is_err() {
				break;
			}
			T::Agents::bind(&claim.agent)?;
			// There are at most `MAX_AUDITS`.
			Self::open_sampled(batch, &claim, seed, point, number as u8)?;
			opened = opened.saturating_add(1);
		}
		Self::deposit_event(Event::Sampled { batch, audits: opened });
		Ok(())
	}
}
