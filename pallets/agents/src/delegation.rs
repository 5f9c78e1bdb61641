//! What others stake for an agent.

use crate::{
	pallet::{Agents, Config, Delegations, Error, Event, Pallet},
	types::{Agent, Delegation, Leaving},
};
use frame_support::{
	ensure,
	traits::{fungible::Mutate, tokens::Preservation, Get},
	BoundedVec,
};
use openledger_primitives::{money::proportion, Balance};
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_delegate(who: T::AccountId, agent: T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::NothingToDo);
		let mut record = Self::record(&agent)?;
		Self::ensure_active(&record)?;
		let shares = record.pool.shares_for(amount).ok_or(Error::<T>::Overflow)?;
		record.pool = record.pool.joined(amount, shares).ok_or(Error::<T>::Overflow)?;
		ensure!(record.pool.amount <= Self::delegable(record.stake), Error::<T>::TooMuchDelegated);
		// What a slash has left nothing of is replaced.
		let mut delegation = Delegations::<T>::get(&agent, &who)
			.filter(|delegation| delegation.pool == record.pool.id)
			.unwrap_or(Delegation { pool: record.pool.id, shares: 0, leaving: BoundedVec::new() });
		delegation.shares = delegation.shares.checked_add(shares).ok_or(Error::<T>::Overflow)?;
		let value = record.pool.value_of(delegation.shares);
		ensure!(!shares.is_zero() && value >= T::MinDelegation::get(), Error::<T>::DelegationTooLow);
		T::Currency::transfer(&who, &Self::pot(), amount, Preservation::Preserve)?;
		Delegations::<T>::insert(&agent, &who, delegation);
		Agents::<T>::insert(&agent, record);
		Self::deposit_event(Event::Delegated { agent, delegator: who, amount, shares });
		Ok(())
	}

	pub(crate) fn do_undelegate(who: T::AccountId, agent: T::AccountId, shares: u128) -> DispatchResult {
		ensure!(!shares.is_zero(), Error::<T>::NothingToDo);
		let (mut record, mut delegation) = Self::delegated(&agent, &who)?;
		delegation.shares = delegation.shares.checked_sub(shares).ok_or(Error::<T>::MoreThanDelegated)?;
		let value = record.pool.value_of(delegation.shares);
		ensure!(delegation.shares.is_zero() || value >= T::MinDelegation::get(), Error::<T>::DelegationTooLow);
		let until = Self::now().saturating_add(T::UnbondingPeriod::get());
		delegation.leaving.try_push(Leaving { shares, until }).map_err(|_| Error::<T>::TooManyUnbonding)?;
		// The cover may fall below the unsettled fees: an agent cannot keep its delegators by selling. What leaves
		// answers for what was sold before.
		record.pool.leaving = record.pool.leaving.checked_add(shares).ok_or(Error::<T>::Overflow)?;
		Delegations::<T>::insert(&agent, &who, delegation);
		Agents::<T>::insert(&agent, record);
		Self::deposit_event(Event::Undelegated { agent, delegator: who, shares, until });
		Ok(())
	}

	pub(crate) fn do_withdraw_delegation(who: T::AccountId, agent: T::AccountId) -> DispatchResult {
		let Ok((mut record, mut delegation)) = Self::delegated(&agent, &who) else {
			// Nothing is left of it, or it never was.
			Delegations::<T>::take(&agent, &who).ok_or(Error::<T>::NotDelegated)?;
			Self::deposit_event(Event::DelegationLost { agent, delegator: who });
			return Ok(());
		};
		let bound = record.bound > 0;
		let mut shares: u128 = 0;
		for due in delegation.leaving.iter().filter(|entry| Self::is_free(entry.until, bound)) {
			shares = shares.checked_add(due.shares).ok_or(Error::<T>::Overflow)?;
		}
		if shares.is_zero() {
			let due = delegation.leaving.iter().any(|entry| entry.until <= Self::now());
			return Err(if due { Error::<T>::StillBound } else { Error::<T>::NothingDue }.into());
		}
		delegation.leaving.retain(|entry| !Self::is_free(entry.until, bound));
		let (pool, amount) = record.pool.left(shares).ok_or(Error::<T>::Overflow)?;
		record.pool = pool;
		T::Currency::transfer(&Self::pot(), &who, amount, Preservation::Preserve)?;
		if delegation.shares.is_zero() && delegation.leaving.is_empty() {
			Delegations::<T>::remove(&agent, &who);
		} else {
			Delegations::<T>::insert(&agent, &who, delegation);
		}
		Agents::<T>::insert(&agent, record);
		Self::deposit_event(Event::DelegationWithdrawn { agent, delegator: who, shares, amount });
		Ok(())
	}

	/// Gives the pool its part of `amount` from `from`. Returns what it has.
	pub(crate) fn reward_pool(agent: &T::AccountId, amount: Balance, from: &T::AccountId) -> Option<Balance> {
		let mut record = Agents::<T>::get(agent).filter(|record| record.pool.shares > 0)?;
		let everything = Self::own(&record).checked_add(record.pool.amount)?;
		let part = proportion(amount, record.pool.amount, everything).filter(|part| !part.is_zero())?;
		record.pool.amount = record.pool.amount.checked_add(part)?;
		T::Currency::transfer(from, &Self::pot(), part, Preservation::Preserve).ok()?;
		Agents::<T>::insert(agent, record);
		Self::deposit_event(Event::DelegatorsRewarded { agent: agent.clone(), amount: part });
		Some(part)
	}

	/// What a delegation is worth, with what is on its way out.
	pub(crate) fn worth(agent: &T::AccountId, delegation: &Delegation<T>) -> Balance {
		let shares = delegation.leaving.iter().fold(delegation.shares, |sum, entry| sum.saturating_add(entry.shares));
		match Agents::<T>::get(agent) {
			Some(record) if record.pool.id == delegation.pool => record.pool.value_of(shares),
			_ => 0,
		}
	}

	/// An agent and what `who` has in its pool.
	fn delegated(agent: &T::AccountId, who: &T::AccountId) -> Result<(Agent<T>, Delegation<T>), DispatchError> {
		let delegation = Delegations::<T>::get(agent, who).ok_or(Error::<T>::NotDelegated)?;
		let record = Agents::<T>::get(agent).filter(|record| record.pool.id == delegation.pool);
		Ok((record.ok_or(Error::<T>::NotDelegated)?, delegation))
	}
}
