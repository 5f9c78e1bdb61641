//! Settling batches and making payouts (protocol §7, §10).

use crate::{
	BatchState, Batches, Config, Error, Escrow, Event, NextBatch, Paid, Pallet, Payers, PayoutProof, SettledBelow,
	WeightInfo,
};
use frame_support::{
	defensive, ensure,
	storage::with_storage_layer,
	traits::{
		fungible::Mutate,
		tokens::{Fortitude, Precision, Preservation},
		Get,
	},
	weights::WeightMeter,
	BoundedVec,
};
use openledger_primitives::{traits::Agents, Balance, Blake2b256};
use sp_runtime::{traits::Zero, DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_settle(number: u64) -> DispatchResult {
		let mut batch = Batches::<T>::get(number).ok_or(Error::<T>::NoSuchBatch)?;
		ensure!(batch.state == BatchState::Pending, Error::<T>::NotPending);
		ensure!(frame_system::Pallet::<T>::block_number() >= batch.matures, Error::<T>::WindowOpen);

		let (pot, burn, treasury) = (Self::pot(), batch.burn, batch.treasury);
		if !burn.is_zero() {
			T::Currency::burn_from(&pot, burn, Preservation::Preserve, Precision::Exact, Fortitude::Polite)?;
		}
		if !treasury.is_zero() {
			T::Currency::transfer(&pot, &T::Treasury::get(), treasury, Preservation::Preserve)?;
		}
		let gone = burn.checked_add(treasury).ok_or(Error::<T>::Overflow)?;
		Escrow::<T>::mutate(|escrow| *escrow = escrow.saturating_sub(gone));
		T::Agents::release(&batch.agent, batch.receipts.sum);
		Payers::<T>::remove(number);
		batch.state = BatchState::Settled;
		let payouts = batch.payouts.sum;
		Batches::<T>::insert(number, batch);
		Self::deposit_event(Event::BatchSettled { batch: number, burnt: burn, treasury, payouts });
		Ok(())
	}

	/// Settles matured batches from the oldest on, as far as `meter` and the cap per block allow.
	pub(crate) fn settle_matured(meter: &mut WeightMeter) {
		let step = T::WeightInfo::settle();
		let now = frame_system::Pallet::<T>::block_number();
		if meter.try_consume(T::DbWeight::get().reads_writes(2, 1)).is_err() {
			return;
		}
		let (mut at, end) = (SettledBelow::<T>::get(), NextBatch::<T>::get());
		for _ in 0..T::MaxSettle::get() {
			if at >= end || meter.try_consume(step).is_err() {
				break;
			}
			match Batches::<T>::get(at) {
				Some(batch) if batch.state != BatchState::Pending => {}
				Some(batch) if batch.matures > now => break,
				// Hooks are not transactional by themselves. A batch that cannot settle is left to the call, whose error
				// says why, and does not hold up the ones behind it.
				_ if with_storage_layer(|| Self::do_settle(at)).is_err() => {
					defensive!("a matured batch settles");
				}
				_ => {}
			}
			at = at.saturating_add(1);
		}
		SettledBelow::<T>::put(at);
	}

	pub(crate) fn do_distribute(
		number: u64,
		payouts: BoundedVec<PayoutProof<T::AccountId>, T::MaxDistribute>,
	) -> DispatchResult {
		let mut batch = Batches::<T>::get(number).ok_or(Error::<T>::NoSuchBatch)?;
		ensure!(batch.state == BatchState::Settled, Error::<T>::NotSettled);
		let (domain, pot) = (Self::domain(), Self::pot());
		let mut made: Balance = 0;
		for PayoutProof { leaf, payout, proof } in payouts {
			let bytes = payout.leaf(&domain, &batch.agent, batch.first_seq);
			let in_batch = batch.payouts.verify::<Blake2b256>(leaf, &bytes, payout.amount, &proof);
			ensure!(in_batch && !payout.amount.is_zero(), Error::<T>::BadPayoutProof);
			let (chunk, mask, paid) = Self::paid_bit(number, leaf);
			ensure!(!paid, Error::<T>::AlreadyPaid);
			let (account, amount, weight) = (payout.account, payout.amount, payout.weight);
			let credited =
				with_storage_layer(|| T::Currency::transfer(&pot, &account, amount, Preservation::Preserve)).is_ok();
			if !credited {
				Self::deposit_event(Event::PayoutDeferred { batch: number, leaf, account });
				continue;
			}
			Paid::<T>::mutate(number, chunk, |bits| *bits |= mask);
			made = made.checked_add(amount).ok_or(Error::<T>::Overflow)?;
			Self::deposit_event(Event::PaidOut { batch: number, leaf, account, amount, weight });
		}
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
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
impl<T: Config> Pallet<T> {
	/// The invariants of the crate documentation, in its order.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		use crate::{HoldReason, Indexes, NextSeq};
		use alloc::collections::BTreeMap;
		use frame_support::traits::fungible::{Inspect, InspectHold};

		let sum = |amounts: alloc::vec::Vec<Balance>| amounts.into_iter().try_fold(0u128, |sum, x| sum.checked_add(x));
		let mut owed = alloc::vec![];
		for (number, batch) in Batches::<T>::iter() {
			let payers = Payers::<T>::get(number);
			let pending = batch.state == BatchState::Pending;
			match batch.state {
				BatchState::Pending => owed.push(batch.receipts.sum),
				BatchState::Settled => owed.push(batch.payouts.sum.saturating_sub(batch.paid)),
				BatchState::Voided => {}
			}
			ensure!(pending != payers.is_empty(), "payers are listed exactly while a batch is pending");
			let fees = sum(payers.into_iter().map(|(_, fee)| fee).collect()).ok_or("fees overflow")?;
			ensure!(!pending || fees == batch.receipts.sum, "the payers' fees are not the batch's");
			let end = batch.first_seq.saturating_add(u64::from(batch.receipts.count));
			ensure!(end <= NextSeq::<T>::get(&batch.agent), "a batch reaches beyond the next sequence number");
			let paid = batch.paid.is_zero() || batch.state == BatchState::Settled;
			ensure!(paid && batch.paid <= batch.payouts.sum, "a batch has paid what it must not");
		}
		ensure!(sum(owed) == Some(Escrow::<T>::get()), "Escrow is not what is owed");
		ensure!(T::Currency::balance(&Self::pot()) >= Escrow::<T>::get(), "the pot is short");
		let mut bonds = BTreeMap::<T::AccountId, Balance>::new();
		for index in Indexes::<T>::iter_values() {
			let bond = bonds.entry(index.publisher).or_default();
			*bond = bond.checked_add(index.bond).ok_or("bonds overflow")?;
		}
		for (publisher, bond) in bonds {
			let held = T::Currency::balance_on_hold(&HoldReason::IndexBond.into(), &publisher);
			ensure!(held == bond, "a hold differs from the bonds of the indexes");
		}
		Ok(())
	}
}
