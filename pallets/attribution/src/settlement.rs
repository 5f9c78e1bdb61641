//! Settling batches, making payouts and forgetting both (protocol §7, §10).

use crate::{
	agenda::Outcome,
	batches::BatchOf,
	pallet::{Batches, Config, Error, Escrow, Event, Opened, Paid, Pallet, Payers, Refunds},
	types::{BatchState, PayoutProof},
};
use alloc::vec::Vec;
use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::{
		fungible::{Inspect, Mutate},
		tokens::{DepositConsequence, Preservation, Provenance},
		Get,
	},
	BoundedVec,
};
use openledger_primitives::{traits::Agents, Balance, Blake2b256, Payout, SumNode};
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_settle(number: u64) -> DispatchResult {
		let mut batch = Self::pending(number)?;
		ensure!(Self::now() >= batch.matures, Error::<T>::WindowOpen);
		ensure!(batch.duties.holds == 0, Error::<T>::Held);
		ensure!(batch.duties.none(), Error::<T>::Unopened);

		let aside = [batch.burn, batch.treasury, batch.stakers, batch.auditors];
		let gone = aside.iter().try_fold(0u128, |sum, part| sum.checked_add(*part)).ok_or(Error::<T>::Overflow)?;
		let pot = Self::pot();
		Self::burn(batch.burn)?;
		let treasury = Self::give(&T::Treasury::get(), batch.treasury)?;
		let delegators = T::Agents::reward_delegators(&batch.agent, batch.stakers, &pot).min(batch.stakers);
		let others = Self::give(&T::StakerPot::get(), batch.stakers.saturating_sub(delegators))?;
		let auditors = Self::give(&T::AuditorPot::get(), batch.auditors)?;
		let stakers = delegators.saturating_add(others);
		let given = treasury.saturating_add(stakers).saturating_add(auditors);
		let burnt = gone.saturating_sub(given);

		Escrow::<T>::mutate(|escrow| *escrow = escrow.saturating_sub(gone));
		T::Agents::release(&batch.agent, batch.receipts.sum);
		Payers::<T>::remove(number);
		batch.state = BatchState::Settled;
		batch.matures = Self::now();
		let payouts = batch.payouts.sum;
		Batches::<T>::insert(number, batch);
		Self::deposit_event(Event::BatchSettled { batch: number, burnt, treasury, stakers, auditors, payouts });
		Ok(())
	}

	/// Gives `amount` of the pot to `to`, or burns it if `to` cannot have it. Returns what was given.
	fn give(to: &T::AccountId, amount: Balance) -> Result<Balance, DispatchError> {
		if amount.is_zero() {
			return Ok(0);
		}
		let transfer = || T::Currency::transfer(&Self::pot(), to, amount, Preservation::Preserve);
		if with_storage_layer(transfer).is_ok() {
			return Ok(amount);
		}
		Self::burn(amount)?;
		Ok(0)
	}

	/// Settles a batch that is due. One whose window was prolonged comes later; one with duties comes back when the last has
	/// ended.
	pub(crate) fn step_settle(number: u64) -> Outcome<T> {
		match Self::pending(number) {
			Ok(batch) if batch.matures > Self::now() => Ok(Some(batch.matures)),
			Ok(batch) if batch.duties.none() => Self::do_settle(number).map(|()| None),
			_ => Ok(None),
		}
	}

	pub(crate) fn do_distribute(
		number: u64,
		payouts: BoundedVec<PayoutProof<T::AccountId>, T::MaxDistribute>,
	) -> DispatchResult {
		let mut batch = Self::payable(number)?;
		let domain = Self::domain();
		let beneficiary = T::Agents::beneficiary(&batch.agent);
		let mut made: Balance = 0;
		for PayoutProof { leaf, payout, proof } in payouts {
			let bytes = payout.leaf(&domain, &batch.agent, batch.first_seq);
			let in_batch = batch.payouts.verify::<Blake2b256>(leaf, &bytes, payout.amount, &proof);
			ensure!(in_batch, Error::<T>::BadPayoutProof);
			made = made
				.checked_add(Self::pay(number, &mut batch, beneficiary.as_ref(), leaf, payout)?)
				.ok_or(Error::<T>::Overflow)?;
		}
		Self::count_paid(number, batch, made)
	}

	pub(crate) fn do_distribute_range(
		number: u64,
		first: u32,
		payouts: BoundedVec<Payout<T::AccountId>, T::MaxDistribute>,
		proof: &[SumNode],
	) -> DispatchResult {
		let mut batch = Self::payable(number)?;
		let domain = Self::domain();
		let seal = |payout: &Payout<T::AccountId>| payout.leaf(&domain, &batch.agent, batch.first_seq);
		let bytes: Vec<Vec<u8>> = payouts.iter().map(seal).collect();
		let leaves: Vec<_> = bytes.iter().zip(&payouts).map(|(bytes, payout)| (&bytes[..], payout.amount)).collect();
		ensure!(batch.payouts.verify_range::<Blake2b256>(first, &leaves, proof), Error::<T>::BadPayoutProof);
		let beneficiary = T::Agents::beneficiary(&batch.agent);
		let mut made: Balance = 0;
		for (leaf, payout) in (first..).zip(payouts) {
			made = made
				.checked_add(Self::pay(number, &mut batch, beneficiary.as_ref(), leaf, payout)?)
				.ok_or(Error::<T>::Overflow)?;
		}
		Self::count_paid(number, batch, made)
	}

	pub(crate) fn do_forfeit(number: u64, proven: PayoutProof<T::AccountId>) -> DispatchResult {
		let batch = Self::payable(number)?;
		ensure!(Self::now() > batch.matures.saturating_add(T::PayoutLife::get()), Error::<T>::PayoutLives);
		let PayoutProof { leaf, payout, proof } = proven;
		let bytes = payout.leaf(&Self::domain(), &batch.agent, batch.first_seq);
		let in_batch = batch.payouts.verify::<Blake2b256>(leaf, &bytes, payout.amount, &proof);
		ensure!(in_batch, Error::<T>::BadPayoutProof);
		let (chunk, mask, paid) = Self::paid_bit(number, leaf);
		ensure!(!paid, Error::<T>::AlreadyPaid);
		let Payout { account, amount, .. } = payout;
		let outcome = T::Currency::can_deposit(&account, amount, Provenance::Extant);
		ensure!(outcome == DepositConsequence::BelowMinimum, Error::<T>::Creditable);
		Self::burn(amount)?;
		Paid::<T>::mutate(number, chunk, |bits| *bits |= mask);
		Self::deposit_event(Event::PayoutForfeited { batch: number, leaf, account, amount });
		Self::count_paid(number, batch, amount)
	}

	/// The batch, if there is something to be paid.
	fn payable(number: u64) -> Result<BatchOf<T>, Error<T>> {
		let batch = Batches::<T>::get(number).ok_or(Error::<T>::NoSuchBatch)?;
		ensure!(batch.state == BatchState::Settled, Error::<T>::NotSettled);
		// Of a batch that is half forgotten, too, everything is paid.
		ensure!(batch.paid < batch.payouts.sum, Error::<T>::AlreadyPaid);
		Ok(batch)
	}

	/// Makes a payout that is proven, and mints its weight. Returns what was paid: nothing, if the account cannot be credited
	/// now.
	fn pay(
		number: u64,
		batch: &mut BatchOf<T>,
		beneficiary: Option<&T::AccountId>,
		leaf: u32,
		payout: Payout<T::AccountId>,
	) -> Result<Balance, Error<T>> {
		let Payout { account, amount, .. } = &payout;
		let amount = *amount;
		ensure!(!amount.is_zero(), Error::<T>::BadPayoutProof);
		let (chunk, mask, paid) = Self::paid_bit(number, leaf);
		ensure!(!paid, Error::<T>::AlreadyPaid);
		let transfer = || T::Currency::transfer(&Self::pot(), account, amount, Preservation::Preserve);
		if with_storage_layer(transfer).is_err() {
			Self::deposit_event(Event::PayoutDeferred { batch: number, leaf, account: payout.account });
			return Ok(0);
		}
		Paid::<T>::mutate(number, chunk, |bits| *bits |= mask);
		let weight = Self::mint_weight(batch, beneficiary, &payout)?;
		Self::deposit_event(Event::PaidOut { batch: number, leaf, account: payout.account, amount, weight });
		Ok(amount)
	}

	fn count_paid(number: u64, mut batch: BatchOf<T>, made: Balance) -> DispatchResult {
		batch.paid = batch.paid.checked_add(made).ok_or(Error::<T>::Overflow)?;
		ensure!(batch.paid <= batch.payouts.sum, Error::<T>::Unexpected);
		Batches::<T>::insert(number, batch);
		Escrow::<T>::mutate(|escrow| *escrow = escrow.saturating_sub(made));
		Ok(())
	}

	/// Chunk, mask and value of a payout's bit.
	pub(crate) fn paid_bit(number: u64, leaf: u32) -> (u32, u128, bool) {
		let (chunk, mask) = (leaf / 128, 1u128 << (leaf % 128));
		(chunk, mask, Paid::<T>::get(number, chunk) & mask != 0)
	}

	/// Whether somebody is still to be paid, or made whole, or waits for something.
	fn needed(number: u64, batch: &BatchOf<T>) -> bool {
		let owes = match batch.state {
			BatchState::Pending => true,
			BatchState::Settled => batch.paid < batch.payouts.sum,
			BatchState::Voided => Refunds::<T>::contains_key(number),
		};
		owes || !batch.duties.none()
	}

	pub(crate) fn do_prune(number: u64, most: u32) -> DispatchResult {
		let batch = Batches::<T>::get(number).ok_or(Error::<T>::NoSuchBatch)?;
		ensure!(!Self::needed(number, &batch), Error::<T>::StillNeeded);
		let paid = Paid::<T>::iter_key_prefix(number).map(|chunk| (true, chunk));
		let opened = Opened::<T>::iter_key_prefix(number).map(|chunk| (false, chunk));
		let mut chunks = paid.chain(opened);
		let some: alloc::vec::Vec<_> = chunks.by_ref().take(most as usize).collect();
		let done = chunks.next().is_none();
		for (of_payouts, chunk) in some {
			if of_payouts {
				Paid::<T>::remove(number, chunk);
			} else {
				Opened::<T>::remove(number, chunk);
			}
		}
		if done {
			Batches::<T>::remove(number);
			Self::deposit_event(Event::BatchPruned { batch: number });
		}
		Ok(())
	}
}
