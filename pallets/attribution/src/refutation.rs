//! Refuting a false claim by one opening (protocol §8).

use crate::{
	batches::BatchOf,
	pallet::{Config, Error, Event, Indexes, Pallet},
	types::Opening,
};
use frame_support::{ensure, traits::ConstU32, BoundedVec};
use openledger_primitives::{
	referee::{self, RowState},
	traits::Versions,
	Attribution, Blake2b256, Fraud, Offence, Part, Receipt, SumNode, MAX_PROOF,
};
use sp_runtime::{
	traits::{Get, UniqueSaturatedInto},
	DispatchResult,
};

impl<T: Config> Pallet<T> {
	/// A batch that `challenger` can refute now.
	pub(crate) fn refutable(challenger: &T::AccountId, number: u64) -> Result<BatchOf<T>, Error<T>> {
		let batch = Self::pending(number)?;
		ensure!(Self::now() < batch.matures, Error::<T>::WindowOver);
		Self::ensure_other(&batch.agent, challenger)?;
		Ok(batch)
	}

	/// The block by which a receipt that names block `at` is judged: receipts that are dated back further than an agent has
	/// to wait with its batch gain nothing.
	fn effective(batch: &BatchOf<T>, at: u32) -> u32 {
		let submitted: u32 = batch.submitted.unique_saturated_into();
		at.max(submitted.saturating_sub(T::MaxReceiptAge::get()))
	}

	#[allow(clippy::too_many_arguments, reason = "these are the arguments of the call")]
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
		let batch = Self::refutable(&challenger, number)?;
		let domain = Self::domain();
		let bytes = receipt.leaf(&domain, &batch.agent);
		let in_batch = batch.receipts.verify::<Blake2b256>(leaf, &bytes, receipt.fee, &receipt_proof);
		ensure!(in_batch, Error::<T>::BadReceiptProof);
		ensure!(body.commitment(&domain) == receipt.attribution, Error::<T>::WrongBody);
		let part = body.parts.get(usize::from(part)).ok_or(Error::<T>::NoSuchPart)?;

		let fraud = match referee::check_body(&body) {
			Ok(()) => Self::judge(part, opening, Self::effective(&batch, receipt.at))?,
			Err(fraud) => fraud,
		};
		Self::refuted(challenger, number, batch, receipt.seq, fraud)
	}

	/// Draws the consequences of a proof.
	pub(crate) fn refuted(
		challenger: T::AccountId,
		number: u64,
		batch: BatchOf<T>,
		seq: u64,
		fraud: Fraud,
	) -> DispatchResult {
		let slashed = Self::convict(number, batch, Offence::Fraud, Some(&challenger))?;
		Self::deposit_event(Event::BatchRefuted { batch: number, seq, fraud, challenger, slashed });
		Ok(())
	}

	/// What is wrong with a part of an answer that was given at block `at`, or why nothing was proven.
	fn judge(part: &Part, opening: Option<Opening<T::AccountId>>, at: u32) -> Result<Fraud, Error<T>> {
		let index = Indexes::<T>::get(part.index).filter(|index| Self::usable(index, at));
		let Some(index) = index else { return Ok(Fraud::NoSuchIndex) };
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
}
