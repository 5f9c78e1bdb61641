//! Slashes that wait until nobody appeals any more.

use crate::{
	pallet::{Agenda, Agents, Config, Deferred, Error, Event, NextSlash, Pallet},
	types::{DeferredSlash, Duty},
};
use frame_support::{defensive, ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{
	traits::{Harm, Shares},
	Balance, Offence,
};
use sp_runtime::{
	traits::{One, Saturating},
	DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_defer_slash(
		agent: &T::AccountId,
		offence: Offence,
		fees: Balance,
		batch: u64,
		shares: &Shares<T::AccountId>,
	) -> DispatchResult {
		let mut record = Self::record(agent)?;
		ensure!(record.deferred < T::MaxDeferred::get(), Error::<T>::TooManyDeferred);
		let id = NextSlash::<T>::get();
		let next = id.checked_add(1).ok_or(Error::<T>::IdsExhausted)?;
		let due = Self::now().saturating_add(T::AppealPeriod::get().max(One::one()));
		record.deferred = record.deferred.saturating_add(1);
		let (signer, beneficiary, since) = (record.signer.clone(), record.beneficiary.clone(), Self::now());
		Agents::<T>::insert(agent, record);
		NextSlash::<T>::put(next);
		let (agent, shares) = (agent.clone(), shares.clone());
		let slash =
			DeferredSlash { agent: agent.clone(), signer, beneficiary, since, offence, fees, batch, shares, due };
		Deferred::<T>::insert(id, slash);
		Agenda::<T>::insert(due, Duty::Slash(id), ());
		Self::deposit_event(Event::SlashDeferred { id, agent, offence, batch, due });
		Ok(())
	}

	pub(crate) fn do_execute_slash(id: u64) -> DispatchResult {
		let slash = Deferred::<T>::get(id).ok_or(Error::<T>::NoSuchSlash)?;
		ensure!(slash.due <= Self::now(), Error::<T>::NotDue);
		Self::close_slash(id, &slash);
		let agent = slash.agent;
		if !T::Harm::can_void(slash.batch) {
			T::Harm::spare(slash.batch);
			Self::deposit_event(Event::SlashDropped { id, agent });
			return Ok(());
		}
		let slashed = Self::punish(&agent, slash.offence, slash.fees, &slash.shares)?;
		T::Harm::void(slash.batch, slash.offence, slashed.compensation)?;
		Self::deposit_event(Event::SlashExecuted { id, agent, amount: slashed.amount });
		Ok(())
	}

	pub(crate) fn do_cancel_slash(id: u64) -> DispatchResult {
		let slash = Deferred::<T>::get(id).ok_or(Error::<T>::NoSuchSlash)?;
		Self::close_slash(id, &slash);
		T::Harm::spare(slash.batch);
		Self::deposit_event(Event::SlashCancelled { id, agent: slash.agent });
		Ok(())
	}

	/// Has a slash that failed tried again later, so that it does not hold up others.
	pub(crate) fn postpone(id: u64, delay: BlockNumberFor<T>, error: DispatchError) {
		let Some(mut slash) = Deferred::<T>::get(id) else { return };
		let due = Self::now().saturating_add(delay);
		Agenda::<T>::remove(slash.due, Duty::Slash(id));
		Agenda::<T>::insert(due, Duty::Slash(id), ());
		slash.due = due;
		Deferred::<T>::insert(id, slash);
		Self::deposit_event(Event::SlashPostponed { id, due, error });
	}

	/// Takes a slash off the records, and its obligation off the agent.
	fn close_slash(id: u64, slash: &DeferredSlash<T::AccountId, BlockNumberFor<T>>) {
		Deferred::<T>::remove(id);
		Agenda::<T>::remove(slash.due, Duty::Slash(id));
		Agents::<T>::mutate(&slash.agent, |record| match record {
			Some(record) => {
				record.deferred = record.deferred.saturating_sub(1);
				record.bound = record.bound.saturating_sub(1);
			}
			None => {
				defensive!("an agent that is bound is never removed");
			}
		});
	}
}
