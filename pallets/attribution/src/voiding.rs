//! Void batches: what the agent loses, and how payers are made whole.

use crate::{
	agenda::Outcome,
	batches::BatchOf,
	pallet::{Batches, Config, Error, Escrow, Event, Pallet, Payers, Refunds, Samples},
	types::{BatchState, Payer, Refund, Step},
};
use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::{
		fungible::Mutate,
		tokens::{Fortitude, Precision, Preservation},
	},
};
use openledger_primitives::{
	money,
	traits::{Agents, Channels, Shares},
	Balance, Offence,
};
use sp_runtime::{traits::Zero, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	/// Slashes the agent of a batch and declares the batch void. Returns what the agent lost.
	pub(crate) fn convict(
		number: u64,
		batch: BatchOf<T>,
		offence: Offence,
		challenger: Option<&T::AccountId>,
	) -> Result<Balance, DispatchError> {
		let shares = Shares { challenger: challenger.cloned(), harmed: Some(Self::pot()), committee: None };
		let slashed = T::Agents::slash(&batch.agent, offence, batch.receipts.sum, &shares)?;
		Self::void(number, batch, slashed.compensation)?;
		Ok(slashed.amount)
	}

	/// Declares a pending batch void. The pot has `compensation` besides the fees; payers have both from the next block on.
	pub(crate) fn void(number: u64, mut batch: BatchOf<T>, compensation: Balance) -> DispatchResult {
		let fees = batch.receipts.sum;
		let escrow = Escrow::<T>::get().checked_add(compensation).ok_or(Error::<T>::Overflow)?;
		Escrow::<T>::put(escrow);
		Refunds::<T>::insert(number, Refund { next: 0, fees, compensation, left: compensation });
		Self::schedule(Self::now(), number, Step::Refund);
		T::Agents::release(&batch.agent, fees);
		if batch.duties.sample {
			Samples::<T>::remove(number);
			batch.duties.sample = false;
			T::Agents::unbind(&batch.agent);
		}
		// Demands are returned when they would have been due, or by call: to refute costs the same however many there are.
		batch.state = BatchState::Voided;
		Batches::<T>::insert(number, batch);
		Ok(())
	}

	/// Stores a batch of which a duty may have ended. If nothing keeps it from settling any more, it settles when it matures.
	pub(crate) fn store(number: u64, batch: BatchOf<T>) {
		if batch.state == BatchState::Pending && batch.duties.none() {
			Self::schedule(batch.matures, number, Step::Settle);
		}
		Batches::<T>::insert(number, batch);
	}

	/// Stores a batch of which a duty has ended.
	pub(crate) fn end_duty(number: u64, batch: BatchOf<T>) {
		T::Agents::unbind(&batch.agent);
		Self::store(number, batch);
	}

	pub(crate) fn step_refund(number: u64, most: u32) -> Outcome<T> {
		if !Refunds::<T>::contains_key(number) {
			return Ok(None);
		}
		let done = Self::do_refund(number, most)?;
		Ok((!done).then(Self::now))
	}

	/// Makes the next payers of a void batch whole, in their order. Returns whether these were the last.
	pub(crate) fn do_refund(number: u64, most: u32) -> Result<bool, DispatchError> {
		let mut refund = Refunds::<T>::get(number).ok_or(Error::<T>::NothingToRefund)?;
		let batch = Batches::<T>::get(number).ok_or(Error::<T>::Unexpected)?;
		ensure!(batch.state == BatchState::Voided, Error::<T>::Unexpected);
		let payers = Payers::<T>::get(number);
		let last = payers.len().saturating_sub(1);
		let mut gone: Balance = 0;
		for (place, payer) in payers.iter().enumerate().skip(refund.next as usize).take(most as usize) {
			let Payer { account, fee, .. } = payer;
			let share = if place >= last {
				refund.left
			} else {
				money::proportion(refund.compensation, *fee, batch.receipts.sum).unwrap_or_default().min(refund.left)
			};
			Self::make_whole(number, &batch.agent, account, *fee, share)?;
			Self::release_weight(&batch, payer);
			refund.next = refund.next.saturating_add(1);
			refund.fees = refund.fees.checked_sub(*fee).ok_or(Error::<T>::Unexpected)?;
			refund.left = refund.left.checked_sub(share).ok_or(Error::<T>::Unexpected)?;
			gone = gone.checked_add(*fee).and_then(|gone| gone.checked_add(share)).ok_or(Error::<T>::Overflow)?;
		}
		Escrow::<T>::mutate(|escrow| *escrow = escrow.saturating_sub(gone));
		let done = refund.next as usize >= payers.len();
		if done {
			Refunds::<T>::remove(number);
			Payers::<T>::remove(number);
			Self::deposit_event(Event::RefundsDone { batch: number });
		} else {
			Refunds::<T>::insert(number, refund);
		}
		Ok(done)
	}

	/// Gives a payer its fee back into its channel, and its share of the compensation. A payer whose account is gone cannot
	/// take dust. That must not hold up the others: the dust is burnt.
	fn make_whole(
		number: u64,
		agent: &T::AccountId,
		payer: &T::AccountId,
		fee: Balance,
		compensation: Balance,
	) -> DispatchResult {
		let pot = Self::pot();
		let refund = || T::Channels::refund(payer, agent, fee, &pot);
		let fee = Self::or_burn(number, payer, fee, refund)?;
		let compensate = || T::Currency::transfer(&pot, payer, compensation, Preservation::Preserve).map(|_| ());
		let compensation = Self::or_burn(number, payer, compensation, compensate)?;
		Self::deposit_event(Event::Refunded { batch: number, payer: payer.clone(), fee, compensation });
		Ok(())
	}

	/// Moves `amount` by `give`, or burns it. Returns what was moved.
	fn or_burn(
		number: u64,
		payer: &T::AccountId,
		amount: Balance,
		give: impl FnOnce() -> DispatchResult,
	) -> Result<Balance, DispatchError> {
		if amount.is_zero() || with_storage_layer(give).is_ok() {
			return Ok(amount);
		}
		Self::burn(amount)?;
		Self::deposit_event(Event::RefundBurnt { batch: number, payer: payer.clone(), amount });
		Ok(0)
	}

	/// Burns `amount` of the pot.
	pub(crate) fn burn(amount: Balance) -> DispatchResult {
		if !amount.is_zero() {
			let (precision, force) = (Precision::Exact, Fortitude::Polite);
			T::Currency::burn_from(&Self::pot(), amount, Preservation::Preserve, precision, force)?;
		}
		Ok(())
	}
}
