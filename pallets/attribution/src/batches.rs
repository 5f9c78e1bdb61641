//! Publishing indexes and submitting batches.

use crate::{
	Batch, BatchState, Batches, Config, Draw, Error, Escrow, Event, HoldReason, Index, Indexes, NextBatch, NextIndex,
	NextSeq, Pallet, Payers,
};
use frame_support::{
	ensure,
	traits::{fungible::MutateHold, Get},
	BoundedVec,
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{
	attribution::MAX_DIM,
	hashing::to_h256,
	traits::{Agents, Channels, Models, Versions},
	Balance, Commitment, Domain, IndexInfo, IndexKind, ModelId, SumCommitment,
};
use sp_core::H256;
use sp_runtime::{
	traits::{AccountIdConversion, Saturating, Zero},
	DispatchError, DispatchResult,
};

/// Who paid for a batch, and how much.
type PayersOf<T> = BoundedVec<(<T as frame_system::Config>::AccountId, Balance), <T as Config>::MaxPayers>;

impl<T: Config> Pallet<T> {
	/// The account that keeps fees between submission and payout.
	pub fn pot() -> T::AccountId {
		T::PalletId::get().into_account_truncating()
	}

	pub(crate) fn domain() -> Domain {
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		Domain { genesis: to_h256(genesis.as_ref()) }
	}

	pub(crate) fn do_publish_index(
		publisher: T::AccountId,
		model: ModelId,
		kind: IndexKind,
		dim: u16,
		rows: Commitment,
		threshold: i64,
	) -> DispatchResult {
		let (datanet, version) = T::Models::index_source(model).ok_or(Error::<T>::NotAnIndex)?;
		ensure!(T::Models::owner(model).as_ref() == Some(&publisher), Error::<T>::NotTheOwner);
		let frozen = T::Versions::rows(datanet, version).ok_or(Error::<T>::NotAnIndex)?;
		ensure!(rows.count == frozen.count, Error::<T>::WrongRowCount);
		ensure!(dim > 0 && u32::from(dim) <= MAX_DIM, Error::<T>::BadDimension);
		let index = NextIndex::<T>::get();
		let next = index.next().ok_or(Error::<T>::Overflow)?;
		let bond = T::IndexBond::get();
		T::Currency::hold(&HoldReason::IndexBond.into(), &publisher, bond)?;
		let info = IndexInfo { kind, datanet, version, dim, rows, threshold };
		Indexes::<T>::insert(index, Index { info, model, publisher: publisher.clone(), bond });
		NextIndex::<T>::put(next);
		Self::deposit_event(Event::IndexPublished { index, model, publisher, rows, threshold });
		Ok(())
	}

	pub(crate) fn do_submit_batch(
		signer: T::AccountId,
		first_seq: u64,
		receipts: SumCommitment,
		payouts: SumCommitment,
		blob: H256,
		draws: BoundedVec<Draw<T::AccountId, T::Signature>, T::MaxPayers>,
	) -> DispatchResult {
		let agent = T::Agents::agent_of(&signer).ok_or(Error::<T>::NotAnAgent)?;
		ensure!(NextSeq::<T>::get(&agent) == first_seq, Error::<T>::SequenceGap);
		ensure!(receipts.count > 0 && receipts.count <= T::MaxReceipts::get(), Error::<T>::BadBatchSize);
		ensure!(payouts.count > 0 && payouts.count <= T::MaxReceipts::get(), Error::<T>::BadBatchSize);
		let next_seq = first_seq.checked_add(u64::from(receipts.count)).ok_or(Error::<T>::Overflow)?;
		let reserved = T::Split::get().reserve(receipts.sum).ok_or(Error::<T>::Overflow)?;
		ensure!(payouts.sum == reserved.payouts, Error::<T>::PayoutsDiffer);
		let escrow = Escrow::<T>::get().checked_add(receipts.sum).ok_or(Error::<T>::Overflow)?;
		let batch = NextBatch::<T>::get();
		let next_batch = batch.checked_add(1).ok_or(Error::<T>::Overflow)?;

		let payers = Self::draw_fees(&agent, draws)?;
		let fees = payers.iter().try_fold(0u128, |sum, (_, fee)| sum.checked_add(*fee)).ok_or(Error::<T>::Overflow)?;
		ensure!(fees == receipts.sum, Error::<T>::FeesDiffer);
		T::Agents::expose(&agent, fees)?;

		let matures = frame_system::Pallet::<T>::block_number().saturating_add(T::ChallengeWindow::get());
		Batches::<T>::insert(
			batch,
			Batch {
				agent: agent.clone(),
				first_seq,
				receipts,
				payouts,
				burn: reserved.burn,
				treasury: reserved.treasury,
				paid: 0,
				matures,
				state: BatchState::Pending,
			},
		);
		Payers::<T>::insert(batch, payers);
		NextSeq::<T>::insert(&agent, next_seq);
		NextBatch::<T>::put(next_batch);
		Escrow::<T>::put(escrow);
		Self::deposit_event(Event::BatchSubmitted { batch, agent, first_seq, receipts, payouts, blob, matures });
		Ok(())
	}

	/// Draws every payer's fees into the pot. Payers come in strictly ascending order, so none comes twice.
	fn draw_fees(
		agent: &T::AccountId,
		draws: BoundedVec<Draw<T::AccountId, T::Signature>, T::MaxPayers>,
	) -> Result<PayersOf<T>, DispatchError> {
		let ascending = draws.windows(2).all(|pair| match pair {
			[a, b] => a.payer < b.payer,
			_ => true,
		});
		ensure!(ascending && !draws.is_empty(), Error::<T>::BadPayers);
		let pot = Self::pot();
		let mut payers = BoundedVec::new();
		for draw in draws {
			let amount = T::Channels::draw(&draw.payer, agent, draw.drawn, draw.ceiling, &draw.signature, &pot)?;
			payers.try_push((draw.payer, amount)).map_err(|_| Error::<T>::Unexpected)?;
		}
		Ok(payers)
	}
}
