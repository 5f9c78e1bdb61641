//! Cut and choose: opening attributions that were drawn or demanded (`docs/adr/0019-cut-and-choose.md`).

use crate::{
	agenda::Outcome,
	batches::BatchOf,
	pallet::{Batches, Config, Demands, Error, Event, HoldReason, Opened, Pallet, Randomnesses, Samples},
	types::{BatchState, BodyOpening, Demand, Entropy, Sample, Step, MAX_OPENINGS, MAX_SAMPLE},
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
		ConstU32, Get, Randomness,
	},
	BoundedVec,
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{audit, traits::Agents, Balance, Blake2b256, Offence, TreeHash};
use sp_core::H256;
use sp_runtime::{traits::Saturating, DispatchError, DispatchResult};

/// A demand of the runtime.
type DemandOf<T> = Demand<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// Drawing the sample.
impl<T: Config> Pallet<T> {
	/// Mixes what the last author contributed into the entropy.
	pub(crate) fn mix() {
		let (Some(random), _) = T::Randomness::random(b"openledger/attribution") else { return };
		Randomnesses::<T>::mutate(|Entropy { value, count }| {
			*value = Blake2b256::hash(&(*value, random).encode());
			*count = count.saturating_add(1);
		});
	}

	/// Draws the sample of a batch, once enough authors have contributed since it was submitted.
	pub(crate) fn step_seed(number: u64) -> Outcome<T> {
		let Ok(mut batch) = Self::pending(number) else { return Ok(None) };
		let (now, entropy) = (Self::now(), Randomnesses::<T>::get());
		if entropy.count < batch.seed_from {
			return Ok(Some(now.saturating_add(1u32.into())));
		}
		let seed = Blake2b256::hash(&(entropy.value, number, batch.receipts.root).encode());
		let count = batch.receipts.count;
		let size = T::SampleRate::get().mul_ceil(count).clamp(1, MAX_SAMPLE);
		let point = |number: u32| audit::point(&Blake2b256::hash(&(seed, number).encode()), batch.receipts.sum);
		// A batch draws from somebody, so it has fees.
		let points: Vec<Balance> = (0..size).filter_map(point).collect();
		let until = now.saturating_add(T::OpenWindow::get());
		let sample = Sample { points: BoundedVec::truncate_from(points.clone()), opened: 0, until };
		batch.seed = Some(seed);
		Self::deposit_event(Event::SampleDrawn { batch: number, seed, points, until });
		if sample.complete() {
			batch.duties.sample = false;
			Self::end_duty(number, batch);
		} else {
			Samples::<T>::insert(number, sample);
			Self::schedule(until.saturating_add(1u32.into()), number, Step::Sample);
			Batches::<T>::insert(number, batch);
		}
		Ok(None)
	}
}

/// Opening what was drawn and demanded.
impl<T: Config> Pallet<T> {
	/// Chunk, mask and value of the bit that says whether an attribution was opened.
	pub(crate) fn opened_bit(number: u64, leaf: u32) -> (u32, u128, bool) {
		let (chunk, mask) = (leaf / 128, 1u128 << (leaf % 128));
		(chunk, mask, Opened::<T>::get(number, chunk) & mask != 0)
	}

	pub(crate) fn do_open(
		number: u64,
		openings: BoundedVec<BodyOpening<T::AccountId>, ConstU32<MAX_OPENINGS>>,
	) -> DispatchResult {
		let mut batch = Self::pending(number)?;
		// Nothing is opened for nothing: an opening can prolong the window.
		ensure!(!openings.is_empty(), Error::<T>::NothingToOpen);
		let mut sample = Samples::<T>::get(number);
		for opening in openings {
			let leaf = opening.leaf;
			let (chunk, mask, opened) = Self::opened_bit(number, leaf);
			let (receipt, before) = Self::verify_opening(&batch, &opening)?;
			let drawn = Self::open_drawn(sample.as_mut(), before, opening.receipt.fee);
			let demanded = Self::open_demanded(number, leaf, &mut batch);
			// What comes too late for one may still be in time for the other.
			match (drawn, demanded) {
				(Ok(()), _) | (_, Ok(())) => {}
				(Err(Error::<T>::OpenedTooLate), _) | (_, Err(Error::<T>::OpenedTooLate)) => {
					return Err(Error::<T>::OpenedTooLate.into())
				}
				_ if opened => return Err(Error::<T>::AlreadyOpened.into()),
				(Err(error), _) => return Err(error.into()),
			}
			Opened::<T>::mutate(number, chunk, |bits| *bits |= mask);
			let attribution = opening.receipt.attribution;
			Self::deposit_event(Event::Opened { batch: number, leaf, receipt, attribution });
		}
		// There must be time to refute what was opened.
		batch.matures = batch.matures.max(Self::now().saturating_add(T::OpenWindow::get()));
		match sample {
			Some(sample) if !sample.complete() => Samples::<T>::insert(number, sample),
			Some(_) => {
				Samples::<T>::remove(number);
				batch.duties.sample = false;
				T::Agents::unbind(&batch.agent);
			}
			None => {}
		}
		Self::store(number, batch);
		Ok(())
	}

	/// Fails unless the opening is that of a receipt of the batch. Returns the hash of the receipt's leaf, and the sum of the
	/// fees before it.
	fn verify_opening(batch: &BatchOf<T>, opening: &BodyOpening<T::AccountId>) -> Result<(H256, Balance), Error<T>> {
		let BodyOpening { leaf, receipt, proof, body } = opening;
		let domain = Self::domain();
		let bytes = receipt.leaf(&domain, &batch.agent);
		let before = batch.receipts.before::<Blake2b256>(*leaf, &bytes, receipt.fee, proof);
		let before = before.ok_or(Error::<T>::BadReceiptProof)?;
		ensure!(body.commitment(&domain) == receipt.attribution, Error::<T>::WrongBody);
		Ok((Blake2b256::hash(&bytes), before))
	}

	/// Marks the points as opened that a receipt with `fee` covers, with fees of `before` before it.
	fn open_drawn(
		sample: Option<&mut Sample<BlockNumberFor<T>>>,
		before: Balance,
		fee: Balance,
	) -> Result<(), Error<T>> {
		let sample = sample.ok_or(Error::<T>::NotAsked)?;
		let new = sample.bits(before, fee) & !sample.opened;
		ensure!(new != 0, Error::<T>::NotAsked);
		ensure!(Self::now() <= sample.until, Error::<T>::OpenedTooLate);
		sample.opened |= new;
		Ok(())
	}

	/// Meets the demand for a leaf.
	fn open_demanded(number: u64, leaf: u32, batch: &mut BatchOf<T>) -> Result<(), Error<T>> {
		let demand = Demands::<T>::get(number, leaf).ok_or(Error::<T>::NotAsked)?;
		ensure!(Self::now() <= demand.until, Error::<T>::OpenedTooLate);
		Demands::<T>::remove(number, leaf);
		batch.duties.demands = batch.duties.demands.saturating_sub(1);
		T::Agents::unbind(&batch.agent);
		let (paid, burnt) = Self::pay_opening(&demand, &batch.agent);
		Self::deposit_event(Event::DemandMet { batch: number, leaf, paid, burnt });
		Ok(())
	}

	/// Burns half of the fee of a demand, so that an agent pays for demanding of itself, and gives the rest to the agent's
	/// beneficiary, or back if that cannot be credited. Returns what the beneficiary has, and what was burnt.
	fn pay_opening(demand: &DemandOf<T>, agent: &T::AccountId) -> (Balance, Balance) {
		let reason = HoldReason::Demand.into();
		let beneficiary = T::Agents::beneficiary(agent).unwrap_or_else(|| agent.clone());
		let (precision, mode, force) = (Precision::Exact, Restriction::Free, Fortitude::Polite);
		let half = demand.fee.div_ceil(2);
		let rest = demand.fee.saturating_sub(half);
		let outcome = with_storage_layer(|| -> Result<Balance, DispatchError> {
			T::Currency::burn_held(&reason, &demand.by, half, precision, force)?;
			T::Currency::transfer_on_hold(&reason, &demand.by, &beneficiary, rest, precision, mode, force)
		});
		match outcome {
			Ok(paid) => (paid, half),
			Err(_) => {
				Self::free_fee(demand);
				(0, 0)
			}
		}
	}
}

/// Demanding.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_demand(by: T::AccountId, number: u64, leaf: u32) -> DispatchResult {
		let mut batch = Self::pending(number)?;
		Self::ensure_other(&batch.agent, &by)?;
		ensure!(leaf < batch.receipts.count, Error::<T>::NoSuchLeaf);
		ensure!(!Self::opened_bit(number, leaf).2, Error::<T>::AlreadyOpened);
		ensure!(!Demands::<T>::contains_key(number, leaf), Error::<T>::AlreadyDemanded);
		ensure!(batch.duties.demands < T::MaxDemands::get(), Error::<T>::TooManyDemands);
		// First to open, then to refute: an opening never makes a batch settle later, or demands could keep it from
		// settling at all.
		let until = Self::now().saturating_add(T::OpenWindow::get());
		ensure!(until.saturating_add(T::OpenWindow::get()) <= batch.matures, Error::<T>::DemandedTooLate);
		T::Agents::bind(&batch.agent)?;
		// Twice as much for each that is open, so that nobody fills all places for others.
		let doubled = 1u128.checked_shl(batch.duties.demands).unwrap_or(Balance::MAX);
		let fee = T::DemandFee::get().saturating_mul(doubled);
		T::Currency::hold(&HoldReason::Demand.into(), &by, fee)?;
		batch.duties.demands = batch.duties.demands.saturating_add(1);
		Batches::<T>::insert(number, batch);
		Demands::<T>::insert(number, leaf, Demand { by: by.clone(), fee, until });
		Self::schedule(until.saturating_add(1u32.into()), number, Step::Demand { leaf });
		Self::deposit_event(Event::Demanded { batch: number, leaf, by, fee, until });
		Ok(())
	}

	fn free_fee(demand: &DemandOf<T>) {
		let released = T::Currency::release(&HoldReason::Demand.into(), &demand.by, demand.fee, Precision::BestEffort);
		frame_support::defensive_assert!(released == Ok(demand.fee), "the fee of a demand is held");
	}

	/// Returns the fee of a demand that was not met.
	fn return_demand(number: u64, leaf: u32, demand: &DemandOf<T>, batch: &mut BatchOf<T>) {
		Demands::<T>::remove(number, leaf);
		Self::free_fee(demand);
		batch.duties.demands = batch.duties.demands.saturating_sub(1);
		T::Agents::unbind(&batch.agent);
		let (by, fee) = (demand.by.clone(), demand.fee);
		Self::deposit_event(Event::DemandReturned { batch: number, leaf, by, fee });
	}
}

/// What was not opened in time.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_void_withheld(number: u64, leaf: Option<u32>) -> DispatchResult {
		let batch = Batches::<T>::get(number).ok_or(Error::<T>::NoSuchBatch)?;
		match leaf {
			Some(leaf) => {
				let demand = Demands::<T>::get(number, leaf).ok_or(Error::<T>::NoSuchDemand)?;
				let over = batch.state != BatchState::Pending || Self::now() > demand.until;
				ensure!(over, Error::<T>::NotOverdue);
				Self::end_demand(number, leaf, demand, batch)
			}
			None => {
				let sample = Samples::<T>::get(number).ok_or(Error::<T>::NoSample)?;
				ensure!(Self::now() > sample.until, Error::<T>::NotOverdue);
				Self::withhold(number, batch, None, None)
			}
		}
	}

	pub(crate) fn step_sample(number: u64) -> Outcome<T> {
		match (Batches::<T>::get(number), Samples::<T>::get(number)) {
			(Some(batch), Some(_)) => Self::withhold(number, batch, None, None).map(|()| None),
			_ => Ok(None),
		}
	}

	pub(crate) fn step_demand(number: u64, leaf: u32) -> Outcome<T> {
		match (Batches::<T>::get(number), Demands::<T>::get(number, leaf)) {
			(Some(batch), Some(demand)) => Self::end_demand(number, leaf, demand, batch).map(|()| None),
			_ => Ok(None),
		}
	}

	/// Returns the fee of a demand that is overdue, or whose batch is void. In the first case the batch becomes void.
	fn end_demand(number: u64, leaf: u32, demand: DemandOf<T>, mut batch: BatchOf<T>) -> DispatchResult {
		Self::return_demand(number, leaf, &demand, &mut batch);
		if batch.state == BatchState::Pending {
			return Self::withhold(number, batch, Some(leaf), Some(demand.by));
		}
		Batches::<T>::insert(number, batch);
		Ok(())
	}

	fn withhold(
		number: u64,
		batch: BatchOf<T>,
		leaf: Option<u32>,
		challenger: Option<T::AccountId>,
	) -> Result<(), DispatchError> {
		let slashed = Self::convict(number, batch, Offence::Withheld, challenger.as_ref())?;
		Self::deposit_event(Event::BatchWithheld { batch: number, leaf, challenger, slashed });
		Ok(())
	}
}
