//! An agent's own stake.

use crate::{
	cover::counted,
	pallet::{AgentOfSigner, Agents, Config, Error, Event, HoldReason, NextPool, OfferCount, Pallet, TotalStake},
	pool::Pool,
	types::{Agent, Unbonding},
};
use frame_support::{
	ensure,
	traits::{fungible::MutateHold, tokens::Precision, Get},
	BoundedVec,
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{Balance, Hardware, Roles};
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(
		agent: T::AccountId,
		signer: T::AccountId,
		beneficiary: T::AccountId,
		stake: Balance,
		roles: Roles,
		hardware: Hardware,
	) -> DispatchResult {
		ensure!(!Agents::<T>::contains_key(&agent), Error::<T>::AlreadyRegistered);
		Self::ensure_apart(&agent, &signer, &beneficiary)?;
		Self::ensure_free(&signer, &agent)?;
		ensure!(roles.valid(), Error::<T>::BadRoles);
		ensure!(stake >= T::MinStake::get(), Error::<T>::StakeTooLow);
		let record = Agent::<T> {
			signer: signer.clone(),
			former: BoundedVec::new(),
			beneficiary: beneficiary.clone(),
			roles,
			hardware,
			stake: 0,
			unbonding: BoundedVec::new(),
			pool: Self::new_pool()?,
			exposure: 0,
			bound: 0,
			deferred: 0,
			services: 0,
			liveness: Default::default(),
			offences: Default::default(),
		};
		Self::free(&signer);
		Agents::<T>::insert(&agent, record);
		AgentOfSigner::<T>::insert(&signer, &agent);
		Self::deposit_event(Event::Registered { agent: agent.clone(), signer, beneficiary, roles, hardware });
		Self::do_bond(agent, stake)
	}

	pub(crate) fn do_bond(agent: T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::NothingToDo);
		let mut record = Self::record(&agent)?;
		let stake = record.stake.checked_add(amount).ok_or(Error::<T>::Overflow)?;
		let total = TotalStake::<T>::get().checked_add(amount).ok_or(Error::<T>::Overflow)?;
		ensure!(stake >= T::MinStake::get(), Error::<T>::StakeTooLow);
		T::Currency::hold(&HoldReason::Stake.into(), &agent, amount)?;
		record.stake = stake;
		Self::save(&agent, record);
		TotalStake::<T>::put(total);
		Self::deposit_event(Event::Bonded { agent, amount, stake });
		Ok(())
	}

	pub(crate) fn do_unbond(agent: T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::NothingToDo);
		let mut record = Self::record(&agent)?;
		record.stake = record.stake.checked_sub(amount).ok_or(Error::<T>::MoreThanStaked)?;
		ensure!(record.stake.is_zero() || record.stake >= T::MinStake::get(), Error::<T>::StakeTooLow);
		ensure!(record.exposure <= Self::cover(&record), Error::<T>::OverExposed);
		let until = Self::now().saturating_add(T::UnbondingPeriod::get());
		record.unbonding.try_push(Unbonding { amount, until }).map_err(|_| Error::<T>::TooManyUnbonding)?;
		Self::save(&agent, record);
		TotalStake::<T>::mutate(|total| *total = total.saturating_sub(amount));
		Self::deposit_event(Event::Unbonded { agent, amount, until });
		Ok(())
	}

	pub(crate) fn do_withdraw(agent: T::AccountId) -> DispatchResult {
		let mut record = Self::record(&agent)?;
		let bound = record.bound > 0;
		let mut amount: Balance = 0;
		for due in record.unbonding.iter().filter(|entry| Self::is_free(entry.until, bound)) {
			amount = amount.checked_add(due.amount).ok_or(Error::<T>::Overflow)?;
		}
		let kept =
			record.unbonding.iter().any(|entry| entry.until <= Self::now() && !Self::is_free(entry.until, bound));
		record.unbonding.retain(|entry| !Self::is_free(entry.until, bound));
		let empty = record.stake.is_zero() && record.unbonding.is_empty();
		// What is at stake is the deposit of the offers.
		ensure!(!empty || !OfferCount::<T>::contains_key(&agent), Error::<T>::OffersRemain);
		let reason_to_stay = Self::reason_to_stay(&record);
		if amount.is_zero() {
			ensure!(!kept, Error::<T>::StillBound);
			ensure!(empty, Error::<T>::NothingDue);
			reason_to_stay.map_or(Ok(()), Err)?;
		}
		T::Currency::release(&HoldReason::Stake.into(), &agent, amount, Precision::Exact)?;
		if !amount.is_zero() {
			Self::deposit_event(Event::Withdrawn { agent: agent.clone(), amount });
		}
		if empty && reason_to_stay.is_none() {
			Self::remove(agent, record);
		} else {
			Agents::<T>::insert(&agent, record);
		}
		Ok(())
	}

	/// Why an agent that has nothing at stake of its own any more is not removed yet.
	fn reason_to_stay(record: &Agent<T>) -> Option<DispatchError> {
		if record.bound > 0 {
			return Some(Error::<T>::StillBound.into());
		}
		if record.services > 0 {
			return Some(Error::<T>::ServicesRemain.into());
		}
		if record.pool.shares > 0 {
			return Some(Error::<T>::DelegationsRemain.into());
		}
		(record.exposure > 0).then(|| Error::<T>::NothingDue.into())
	}

	fn remove(agent: T::AccountId, mut record: Agent<T>) {
		Self::forget_former(&mut record, |_| true);
		Self::forget_probe(&agent);
		AgentOfSigner::<T>::remove(&record.signer);
		Agents::<T>::remove(&agent);
		Self::deposit_event(Event::Removed { agent });
	}

	/// Whether what was due at `until` can be withdrawn. An obligation that is younger than that is about batches that
	/// it did not cover, and an older one is over after [`Config::LongestHold`].
	pub(crate) fn is_free(until: BlockNumberFor<T>, bound: bool) -> bool {
		let until = if bound { until.saturating_add(T::LongestHold::get()) } else { until };
		until <= Self::now()
	}

	/// The unsettled fees that an agent may have.
	pub fn cover(record: &Agent<T>) -> Balance {
		T::MaxExposure::get().mul_floor(counted(record.stake, Self::backing(record).saturating_sub(record.stake)))
	}

	/// What answers for an agent and stays.
	pub(crate) fn backing(record: &Agent<T>) -> Balance {
		record.stake.saturating_add(record.pool.staying().min(Self::delegable(record.stake)))
	}

	/// The most that counts as delegated to an agent with this stake.
	pub(crate) fn delegable(stake: Balance) -> Balance {
		stake.saturating_mul(T::MaxDelegation::get().into())
	}

	/// What is at risk of the agent's own.
	pub(crate) fn own(record: &Agent<T>) -> Balance {
		record.unbonding.iter().fold(record.stake, |sum, entry| sum.saturating_add(entry.amount))
	}

	/// Writes a record of which stake, roles or liveness have changed.
	pub(crate) fn save(agent: &T::AccountId, record: Agent<T>) {
		Self::number(agent, &record);
		Agents::<T>::insert(agent, record);
	}

	/// An empty pool with an identifier that no other had.
	pub(crate) fn new_pool() -> Result<Pool, DispatchError> {
		NextPool::<T>::try_mutate(|next| {
			let pool = Pool::new(*next);
			*next = next.checked_add(1).ok_or(Error::<T>::IdsExhausted)?;
			Ok(pool)
		})
	}
}
