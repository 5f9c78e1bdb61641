//! The rules of the pallet.

use crate::{
	Agent, AgentOfSigner, Agents, Config, Error, Event, HoldReason, Offer, Offers, Pallet, TotalStake, Unbonding,
};
use frame_support::{
	defensive, ensure,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
		Get,
	},
	BoundedVec,
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{money, traits, Balance, ModelId};
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError, DispatchResult, Perbill,
};

/// How a slash is divided: burnt, challenger, harmed payers. The treasury has the rest.
const BURN: Perbill = Perbill::from_percent(50);
const REWARD: Perbill = Perbill::from_percent(25);
const COMPENSATION: Perbill = Perbill::from_percent(15);

impl<T: Config> Pallet<T> {
	/// The agent that `who` is or signs for.
	fn resolve(who: &T::AccountId) -> Option<T::AccountId> {
		if Agents::<T>::contains_key(who) {
			return Some(who.clone());
		}
		AgentOfSigner::<T>::get(who)
	}

	pub(crate) fn do_register(
		agent: T::AccountId,
		signer: T::AccountId,
		beneficiary: T::AccountId,
		stake: Balance,
	) -> DispatchResult {
		ensure!(!Agents::<T>::contains_key(&agent), Error::<T>::AlreadyRegistered);
		ensure!(!AgentOfSigner::<T>::contains_key(&signer), Error::<T>::SignerTaken);
		ensure!(stake >= T::MinStake::get(), Error::<T>::StakeTooLow);
		let record = Agent::<T> {
			signer: signer.clone(),
			beneficiary: beneficiary.clone(),
			stake: 0,
			exposure: 0,
			unbonding: BoundedVec::new(),
		};
		Agents::<T>::insert(&agent, record);
		AgentOfSigner::<T>::insert(&signer, &agent);
		Self::deposit_event(Event::Registered { agent: agent.clone(), signer, beneficiary });
		Self::do_bond(agent, stake)
	}

	pub(crate) fn do_bond(agent: T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::NothingToDo);
		let mut record = Agents::<T>::get(&agent).ok_or(Error::<T>::NotAnAgent)?;
		let stake = record.stake.checked_add(amount).ok_or(Error::<T>::Overflow)?;
		let total = TotalStake::<T>::get().checked_add(amount).ok_or(Error::<T>::Overflow)?;
		ensure!(stake >= T::MinStake::get(), Error::<T>::StakeTooLow);
		T::Currency::hold(&HoldReason::Stake.into(), &agent, amount)?;
		record.stake = stake;
		Agents::<T>::insert(&agent, record);
		TotalStake::<T>::put(total);
		Self::deposit_event(Event::Bonded { agent, amount, stake });
		Ok(())
	}

	pub(crate) fn do_unbond(agent: T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::NothingToDo);
		let mut record = Agents::<T>::get(&agent).ok_or(Error::<T>::NotAnAgent)?;
		let stake = record.stake.checked_sub(amount).ok_or(Error::<T>::MoreThanStaked)?;
		ensure!(stake.is_zero() || stake >= T::MinStake::get(), Error::<T>::StakeTooLow);
		ensure!(record.exposure <= Self::cover(stake), Error::<T>::OverExposed);
		let until = frame_system::Pallet::<T>::block_number().saturating_add(T::UnbondingPeriod::get());
		record.unbonding.try_push(Unbonding { amount, until }).map_err(|_| Error::<T>::TooManyUnbonding)?;
		record.stake = stake;
		Agents::<T>::insert(&agent, record);
		TotalStake::<T>::mutate(|total| *total = total.saturating_sub(amount));
		Self::deposit_event(Event::Unbonded { agent, amount, until });
		Ok(())
	}

	pub(crate) fn do_withdraw(agent: T::AccountId) -> DispatchResult {
		let mut record = Agents::<T>::get(&agent).ok_or(Error::<T>::NotAnAgent)?;
		let now = frame_system::Pallet::<T>::block_number();
		let mut amount: Balance = 0;
		for due in record.unbonding.iter().filter(|entry| entry.until <= now) {
			amount = amount.checked_add(due.amount).ok_or(Error::<T>::Overflow)?;
		}
		let empty = record.stake.is_zero() && record.exposure.is_zero();
		let gone = empty && record.unbonding.iter().all(|entry| entry.until <= now);
		ensure!(!amount.is_zero() || gone, Error::<T>::NothingDue);
		record.unbonding.retain(|entry| entry.until > now);
		T::Currency::release(&HoldReason::Stake.into(), &agent, amount, Precision::Exact)?;
		if !amount.is_zero() {
			Self::deposit_event(Event::Withdrawn { agent: agent.clone(), amount });
		}
		if gone {
			AgentOfSigner::<T>::remove(&record.signer);
			Agents::<T>::remove(&agent);
			Self::deposit_event(Event::Removed { agent });
		} else {
			Agents::<T>::insert(&agent, record);
		}
		Ok(())
	}

	pub(crate) fn do_offer(
		who: T::AccountId,
		model: ModelId,
		price_in: Balance,
		price_out: Balance,
		life: BlockNumberFor<T>,
	) -> DispatchResult {
		let agent = Self::resolve(&who).ok_or(Error::<T>::NotAnAgent)?;
		let record = Agents::<T>::get(&agent).ok_or(Error::<T>::NotAnAgent)?;
		ensure!(record.stake >= T::MinStake::get(), Error::<T>::StakeTooLow);
		ensure!(<T::Models as traits::Models<T::AccountId>>::servable(model), Error::<T>::NotServable);
		ensure!(!life.is_zero() && life <= T::MaxOfferLife::get(), Error::<T>::BadOfferLife);
		let until = frame_system::Pallet::<T>::block_number().saturating_add(life);
		let offer = Offer { price_in, price_out, until };
		Offers::<T>::insert(&agent, model, offer);
		Self::deposit_event(Event::Offered { agent, model, offer });
		Ok(())
	}

	pub(crate) fn do_withdraw_offer(who: T::AccountId, model: ModelId) -> DispatchResult {
		let agent = Self::resolve(&who).ok_or(Error::<T>::NotAnAgent)?;
		Offers::<T>::take(&agent, model).ok_or(Error::<T>::NoSuchOffer)?;
		Self::deposit_event(Event::OfferWithdrawn { agent, model });
		Ok(())
	}

	/// The unsettled fees that `stake` covers.
	fn cover(stake: Balance) -> Balance {
		T::MaxExposure::get().mul_floor(stake)
	}

	/// Takes `amount` out of the record: from the stake first, then from what is unbonding, newest first.
	fn cut(record: &mut Agent<T>, amount: Balance) {
		let from_stake = record.stake.min(amount);
		record.stake = record.stake.saturating_sub(from_stake);
		TotalStake::<T>::mutate(|total| *total = total.saturating_sub(from_stake));
		let mut left = amount.saturating_sub(from_stake);
		for entry in record.unbonding.iter_mut().rev() {
			let part = entry.amount.min(left);
			entry.amount = entry.amount.saturating_sub(part);
			left = left.saturating_sub(part);
		}
		record.unbonding.retain(|entry| !entry.amount.is_zero());
	}

	/// Moves `amount` of the agent's hold to `to`. Returns what moved: 0 when `to` cannot be credited.
	fn pay_from_stake(agent: &T::AccountId, to: &T::AccountId, amount: Balance) -> Balance {
		if amount.is_zero() {
			return 0;
		}
		T::Currency::transfer_on_hold(
			&HoldReason::Stake.into(),
			agent,
			to,
			amount,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		)
		.unwrap_or(0)
	}

	/// Pays the harmed payers in proportion to what they had paid. Returns what they have.
	fn compensate(agent: &T::AccountId, harmed: &[(T::AccountId, Balance)], amount: Balance) -> Balance {
		let whole = harmed.iter().fold(0u128, |sum, (_, fee)| sum.saturating_add(*fee));
		harmed.iter().fold(0u128, |paid, (payer, fee)| {
			let share = money::proportion(amount, *fee, whole).unwrap_or(0);
			paid.saturating_add(Self::pay_from_stake(agent, payer, share))
		})
	}
}

impl<T: Config> traits::Agents<T::AccountId> for Pallet<T> {
	fn agent_of(signer: &T::AccountId) -> Option<T::AccountId> {
		AgentOfSigner::<T>::get(signer)
	}

	fn signer(agent: &T::AccountId) -> Option<T::AccountId> {
		Agents::<T>::get(agent).map(|record| record.signer)
	}

	fn beneficiary(agent: &T::AccountId) -> Option<T::AccountId> {
		Agents::<T>::get(agent).map(|record| record.beneficiary)
	}

	fn expose(agent: &T::AccountId, fees: Balance) -> DispatchResult {
		Agents::<T>::try_mutate(agent, |record| {
			let record = record.as_mut().ok_or(Error::<T>::NotAnAgent)?;
			ensure!(record.stake >= T::MinStake::get(), Error::<T>::StakeTooLow);
			let exposure = record.exposure.checked_add(fees).ok_or(Error::<T>::Overflow)?;
			ensure!(exposure <= Self::cover(record.stake), Error::<T>::OverExposed);
			record.exposure = exposure;
			Ok(())
		})
	}

	fn release(agent: &T::AccountId, fees: Balance) {
		Agents::<T>::mutate(agent, |record| match record {
			Some(record) => record.exposure = record.exposure.saturating_sub(fees),
			None => {
				defensive!("an agent with unsettled fees is never removed");
			}
		});
	}

	fn slash(
		agent: &T::AccountId,
		challenger: &T::AccountId,
		harmed: &[(T::AccountId, Balance)],
	) -> Result<Balance, DispatchError> {
		let mut record = Agents::<T>::get(agent).ok_or(Error::<T>::NotAnAgent)?;
		let unbonding = record.unbonding.iter().fold(0u128, |sum, entry| sum.saturating_add(entry.amount));
		let amount = T::FraudSlash::get().mul_ceil(record.stake.saturating_add(unbonding));
		Self::cut(&mut record, amount);
		Agents::<T>::insert(agent, record);

		let reward = Self::pay_from_stake(agent, challenger, REWARD.mul_floor(amount));
		let compensation = Self::compensate(agent, harmed, COMPENSATION.mul_floor(amount));
		let burn = BURN.mul_floor(amount);
		let rest = amount.saturating_sub(reward).saturating_sub(compensation).saturating_sub(burn);
		let kept = Self::pay_from_stake(agent, &T::Treasury::get(), rest);
		// What nobody could be credited with is burnt too, so that the hold always equals the record.
		let burn = burn.saturating_add(rest.saturating_sub(kept));
		let burnt = T::Currency::burn_held(&HoldReason::Stake.into(), agent, burn, Precision::Exact, Fortitude::Force)?;
		let (agent, challenger) = (agent.clone(), challenger.clone());
		Self::deposit_event(Event::Slashed { agent, challenger, amount, burnt, reward, compensation });
		Ok(amount)
	}
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
impl<T: Config> Pallet<T> {
	/// The invariants of the crate documentation, in its order.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		use frame_support::traits::fungible::InspectHold;
		let mut total: Balance = 0;
		for (account, record) in Agents::<T>::iter() {
			let unbonding = record.unbonding.iter().fold(0u128, |sum, entry| sum.saturating_add(entry.amount));
			let held = T::Currency::balance_on_hold(&HoldReason::Stake.into(), &account);
			ensure!(held == record.stake.saturating_add(unbonding), "a hold differs from the recorded stake");
			total = total.checked_add(record.stake).ok_or("the sum of stakes overflows")?;
			ensure!(AgentOfSigner::<T>::get(&record.signer) == Some(account), "a signer does not lead to its agent");
		}
		ensure!(total == TotalStake::<T>::get(), "TotalStake is not the sum of stakes");
		ensure!(AgentOfSigner::<T>::iter().count() == Agents::<T>::iter().count(), "a signer signs for nobody");
		Ok(())
	}
}
