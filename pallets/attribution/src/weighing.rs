//! Contribution weight: set aside when a batch is submitted, minted with its payouts, given back if it is void (protocol §11).

use crate::{
	batches::BatchOf,
	pallet::{Config, Error, Pallet},
	types::Payer,
};
use frame_support::{ensure, traits::Get};
use openledger_primitives::{
	payout::most_weight,
	traits::{Agents, Contributions},
	Balance, Payout,
};
use sp_runtime::{
	traits::{Saturating, UniqueSaturatedInto, Zero},
	DispatchError,
};

impl<T: Config> Pallet<T> {
	/// Fails if a payer whose fees shall mint weight is the agent, signs for it or is paid for it: then the agent would give
	/// weight to itself.
	pub(crate) fn ensure_nobody_pays_itself<'a>(
		agent: &T::AccountId,
		signer: &T::AccountId,
		mut weighing: impl Iterator<Item = &'a T::AccountId>,
	) -> Result<(), Error<T>>
	where
		T::AccountId: 'a,
	{
		let beneficiary = T::Agents::beneficiary(agent);
		let own = |payer: &T::AccountId| payer == agent || payer == signer || beneficiary.as_ref() == Some(payer);
		ensure!(!weighing.any(own), Error::<T>::SelfPaid);
		Ok(())
	}

	/// Sets aside room for the weight that `fee` gives: the part of it that is burnt, rounded up. Returns how much that is, and
	/// whose room.
	pub(crate) fn reserve_weight(
		agent: &T::AccountId,
		payer: &T::AccountId,
		fee: Balance,
	) -> Result<(Balance, Option<T::AccountId>), DispatchError> {
		let weight = T::Split::get().weight(fee);
		if weight.is_zero() {
			return Ok((0, None));
		}
		let guarantor = T::Contributions::reserve(payer, agent, weight)?;
		Ok((weight, Some(guarantor)))
	}

	/// Gives back what is left of the room that was set aside for a payer of a void batch, to whom it was taken from: the payer
	/// may have another sponsor meanwhile, or none.
	pub(crate) fn release_weight(batch: &BatchOf<T>, payer: &Payer<T::AccountId>) {
		let Some(guarantor) = &payer.guarantor else { return };
		let left = Self::faded(batch, payer.weight);
		if !left.is_zero() {
			T::Contributions::release(&payer.account, guarantor, &batch.agent, left);
		}
	}

	/// What is left of weight whose room was set aside when the batch was submitted.
	fn faded(batch: &BatchOf<T>, weight: Balance) -> Balance {
		let age = Self::now().saturating_sub(batch.submitted);
		T::Contributions::faded(weight, age.unique_saturated_into())
	}

	/// Mints what a payout weighs, as far as the batch has burnt it and payers have room for it: money is paid whatever the
	/// agent says of weight. A payout that is made late mints less, as the room has faded that answers for it. What the agent's
	/// beneficiary has answers for the agent. Returns what was minted.
	pub(crate) fn mint_weight(
		batch: &mut BatchOf<T>,
		beneficiary: Option<&T::AccountId>,
		payout: &Payout<T::AccountId>,
	) -> Result<Balance, Error<T>> {
		let bound = most_weight(batch.burn, payout.amount, batch.payouts.sum).unwrap_or_default();
		let left = batch.credited.saturating_sub(batch.minted);
		let weight = payout.weight.min(bound).min(left);
		if !weight.is_zero() {
			batch.minted = batch.minted.checked_add(weight).ok_or(Error::<T>::Overflow)?;
		}
		let minted = Self::faded(batch, weight);
		if minted.is_zero() {
			return Ok(0);
		}
		if beneficiary == Some(&payout.account) {
			T::Contributions::mint_through(&batch.agent, &payout.account, minted);
		} else {
			T::Contributions::mint(&payout.account, minted);
		}
		Ok(minted)
	}
}
