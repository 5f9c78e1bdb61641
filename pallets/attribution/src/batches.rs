//! Submitting batches.

use crate::{
	pallet::{Batches, Config, Error, Escrow, Event, NextBatch, NextSeq, Pallet, Payers, Randomnesses},
	types::{Batch, BatchState, Draw, Duties, Payer, Step, Submission},
};
use core::cmp::Ordering;
use frame_support::{ensure, traits::Get, BoundedVec};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{
	hashing::to_h256,
	money::Reserved,
	traits::{Agents, Channels, Sampling},
	Balance, Domain,
};
use sp_runtime::{
	traits::{AccountIdConversion, Saturating, Zero},
	DispatchError, DispatchResult,
};

/// Who paid for a batch.
pub(crate) type PayersOf<T> = BoundedVec<Payer<<T as frame_system::Config>::AccountId>, <T as Config>::MaxPayers>;

/// What a batch draws.
type DrawsOf<T> =
	BoundedVec<Draw<<T as frame_system::Config>::AccountId, <T as Config>::Signature>, <T as Config>::MaxPayers>;

/// What a batch has drawn.
struct Drawn<T: Config> {
	payers: PayersOf<T>,
	fees: Balance,
	credited: Balance,
}

/// A batch of the runtime.
pub(crate) type BatchOf<T> = Batch<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

impl<T: Config> Pallet<T> {
	/// The account that keeps fees between submission and payout.
	pub fn pot() -> T::AccountId {
		T::PalletId::get().into_account_truncating()
	}

	pub(crate) fn domain() -> Domain {
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		Domain { genesis: to_h256(genesis.as_ref()) }
	}

	pub(crate) fn pending(number: u64) -> Result<BatchOf<T>, Error<T>> {
		let batch = Batches::<T>::get(number).ok_or(Error::<T>::NoSuchBatch)?;
		ensure!(batch.state == BatchState::Pending, Error::<T>::NotPending);
		Ok(batch)
	}

	/// Fails if `who` is the agent, or signs for it.
	pub(crate) fn ensure_other(agent: &T::AccountId, who: &T::AccountId) -> Result<(), Error<T>> {
		ensure!(who != agent && T::Agents::signer(agent).as_ref() != Some(who), Error::<T>::OwnBatch);
		Ok(())
	}

	pub(crate) fn do_submit_batch(signer: T::AccountId, submission: Submission, draws: DrawsOf<T>) -> DispatchResult {
		let Submission { first_seq, receipts, payouts, blob, lot } = submission;
		let agent = T::Agents::agent_of(&signer).ok_or(Error::<T>::NotAnAgent)?;
		let (next_seq, reserved) = Self::check(&agent, &submission)?;
		let escrow = Escrow::<T>::get().checked_add(receipts.sum).ok_or(Error::<T>::Overflow)?;
		let number = NextBatch::<T>::get();
		let next_batch = number.checked_add(1).ok_or(Error::<T>::Overflow)?;

		let Drawn { payers, fees, credited } = Self::draw_fees(&agent, &signer, draws)?;
		ensure!(fees == receipts.sum, Error::<T>::FeesDiffer);
		T::Agents::expose(&agent, fees)?;
		// For the sample, until it is opened.
		T::Agents::bind(&agent)?;

		let submitted = Self::now();
		let matures = submitted.saturating_add(T::ChallengeWindow::get());
		// The author of this block, and as many after it.
		let authors = u64::from(T::SeedDelay::get()).saturating_add(1);
		let seed_from = Randomnesses::<T>::get().count.saturating_add(authors);
		let Reserved { burn, treasury, stakers, auditors, .. } = reserved;
		let batch = Batch {
			agent: agent.clone(),
			first_seq,
			receipts,
			payouts,
			lot,
			burn,
			treasury,
			stakers,
			auditors,
			paid: 0,
			credited,
			minted: 0,
			submitted,
			matures,
			seed_from,
			seed: None,
			duties: Duties { sample: true, ..Duties::default() },
			state: BatchState::Pending,
		};
		Batches::<T>::insert(number, batch);
		Payers::<T>::insert(number, payers);
		NextSeq::<T>::insert(&agent, next_seq);
		NextBatch::<T>::put(next_batch);
		Escrow::<T>::put(escrow);
		let first_draw = submitted.saturating_add(T::SeedDelay::get().into()).saturating_add(1u32.into());
		Self::schedule(first_draw, number, Step::Seed);
		Self::schedule(matures, number, Step::Settle);
		Self::deposit_event(Event::BatchSubmitted {
			batch: number,
			agent: agent.clone(),
			first_seq,
			receipts,
			payouts,
			blob,
			matures,
			credited,
		});
		T::Audits::submitted(number, &agent, fees);
		Ok(())
	}

	/// What can be said of a batch without its payers. Returns the agent's next sequence number after it, and what is set
	/// aside of its fees.
	fn check(agent: &T::AccountId, submission: &Submission) -> Result<(u64, Reserved), Error<T>> {
		let Submission { first_seq, receipts, payouts, .. } = submission;
		let most = T::MaxReceipts::get();
		ensure!(NextSeq::<T>::get(agent) == *first_seq, Error::<T>::SequenceGap);
		ensure!(receipts.count > 0, Error::<T>::NoReceipts);
		ensure!(receipts.count <= most, Error::<T>::TooManyReceipts);
		ensure!(payouts.count > 0, Error::<T>::NoPayouts);
		ensure!(payouts.count <= most, Error::<T>::TooManyPayouts);
		let next_seq = first_seq.checked_add(u64::from(receipts.count)).ok_or(Error::<T>::Overflow)?;
		let reserved = T::Split::get().reserve(receipts.sum).ok_or(Error::<T>::Overflow)?;
		ensure!(payouts.sum == reserved.payouts, Error::<T>::PayoutsDiffer);
		Ok((next_seq, reserved))
	}

	/// Draws every payer's fees into the pot, and sets aside the weight of those who weigh. Payers come in strictly ascending
	/// order, so none comes twice.
	fn draw_fees(agent: &T::AccountId, signer: &T::AccountId, draws: DrawsOf<T>) -> Result<Drawn<T>, DispatchError> {
		ensure!(!draws.is_empty(), Error::<T>::NoPayers);
		for pair in draws.windows(2) {
			let [a, b] = pair else { continue };
			match a.payer.cmp(&b.payer) {
				Ordering::Less => {}
				Ordering::Equal => return Err(Error::<T>::PayerTwice.into()),
				Ordering::Greater => return Err(Error::<T>::PayersOutOfOrder.into()),
			}
		}
		let weighing = draws.iter().filter(|draw| draw.weighs).map(|draw| &draw.payer);
		Self::ensure_nobody_pays_itself(agent, signer, weighing)?;
		let pot = Self::pot();
		let mut drawn = Drawn::<T> { payers: BoundedVec::new(), fees: 0, credited: 0 };
		for draw in draws {
			let fee = T::Channels::draw(&draw, agent, signer, &pot)?;
			let (weight, guarantor) =
				if draw.weighs { Self::reserve_weight(agent, &draw.payer, fee)? } else { (0, None) };
			drawn.fees = drawn.fees.checked_add(fee).ok_or(Error::<T>::Overflow)?;
			drawn.credited = drawn.credited.checked_add(weight).ok_or(Error::<T>::Overflow)?;
			let payer = Payer { account: draw.payer, fee, weight, guarantor };
			drawn.payers.try_push(payer).map_err(|_| Error::<T>::Unexpected)?;
		}
		Ok(drawn)
	}
}
