//! Refuting a false claim by one opening (protocol §8).

use crate::{Batch, BatchState, Batches, Config, Error, Escrow, Event, Indexes, Opening, Pallet, Payers};
use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::{
		fungible::Mutate,
		tokens::{Fortitude, Precision, Preservation},
		ConstU32,
	},
	BoundedVec,
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{
	referee::{self, RowState},
	traits::{Agents, Channels, Versions},
	Attribution, Blake2b256, Fraud, Part, Receipt, SumNode, MAX_PROOF,
};
use sp_runtime::{traits::Get, DispatchResult};

impl<T: Config> Pallet<T> {
	#[allow(clippy::too_many_arguments)] // The arguments of the call.
	pub(crate) fn do_refute(
		challenger: T::AccountId,
		number: u64,
		leaf: u32,
		receipt: Receipt<T::AccountId>,
		receipt_proof: BoundedVec<SumNode, ConstU32<MAX_PROOF>>,
		body: Attribution,
		part: u8,
		opening: Option<Opening<T::AccountId>>,
	) -> DispatchResult {
		let batch = Batches::<T>::get(number).ok_or(Error::<T>::NoSuchBatch)?;
		ensure!(batch.state == BatchState::Pending, Error::<T>::NotPending);
		ensure!(frame_system::Pallet::<T>::block_number() < batch.matures, Error::<T>::WindowOver);
		let signer = T::Agents::signer(&batch.agent);
		ensure!(challenger != batch.agent && signer.as_ref() != Some(&challenger), Error::<T>::OwnBatch);

		let domain = Self::domain();
		let bytes = receipt.leaf(&domain, &batch.agent);
		let in_batch = batch.receipts.verify::<Blake2b256>(leaf, &bytes, receipt.fee, &receipt_proof);
		ensure!(in_batch, Error::<T>::BadReceiptProof);
		ensure!(body.commitment(&domain) == receipt.attribution, Error::<T>::WrongBody);
		let part = body.parts.get(usize::from(part)).ok_or(Error::<T>::NoSuchPart)?;

		let fraud = match referee::check_body(&body) {
			Ok(()) => Self::judge(part, opening, receipt.at)?,
			Err(fraud) => fraud,
		};
		let slashed = Self::void(number, batch, &challenger)?;
		Self::deposit_event(Event::BatchRefuted { batch: number, seq: receipt.seq, fraud, challenger, slashed });
		Ok(())
	}

	/// What is wrong with a part of an answer that was given at block `at`, or why nothing was proven.
	fn judge(part: &Part, opening: Option<Opening<T::AccountId>>, at: u32) -> Result<Fraud, Error<T>> {
		let Some(index) = Indexes::<T>::get(part.index) else { return Ok(Fraud::NoSuchIndex) };
		if let Err(fraud) = referee::check_form(part, &index.info, T::TopRows::get()) {
			return Ok(fraud);
		}
		let Opening { leaf, proof } = opening.ok_or(Error::<T>::OpeningNeeded)?;
		let bytes = leaf.leaf(&Self::domain(), index.info.datanet, index.info.version);
		let in_index = index.info.rows.verify::<Blake2b256>(leaf.row, &bytes, &proof);
		ensure!(in_index, Error::<T>::BadIndexProof);
		let state = RowState::at(at, T::Versions::taken_down(index.info.datanet, leaf.row));
		match referee::check_leaf(part, &index.info, &leaf, T::TopRows::get(), state) {
			Ok(()) => Err(Error::<T>::ClaimStands),
			Err(fraud) => Ok(fraud),
		}
	}

	/// Gives every payer its fees back and slashes the agent. Returns what the agent lost.
	fn void(
		number: u64,
		mut batch: Batch<T::AccountId, BlockNumberFor<T>>,
		challenger: &T::AccountId,
	) -> Result<u128, sp_runtime::DispatchError> {
		let payers = Payers::<T>::take(number);
		let pot = Self::pot();
		for (payer, fee) in &payers {
			// A payer whose account is gone cannot take dust. That must not save a liar: the dust is burnt.
			if with_storage_layer(|| T::Channels::refund(payer, &batch.agent, *fee, &pot)).is_err() {
				T::Currency::burn_from(&pot, *fee, Preservation::Preserve, Precision::Exact, Fortitude::Polite)?;
				Self::deposit_event(Event::RefundBurnt { batch: number, payer: payer.clone(), amount: *fee });
			}
		}
		let fees = batch.receipts.sum;
		Escrow::<T>::mutate(|escrow| *escrow = escrow.saturating_sub(fees));
		T::Agents::release(&batch.agent, fees);
		let slashed = T::Agents::slash(&batch.agent, challenger, &payers)?;
		batch.state = BatchState::Voided;
		Batches::<T>::insert(number, batch);
		Ok(slashed)
	}
}
