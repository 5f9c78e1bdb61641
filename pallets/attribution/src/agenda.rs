//! What is due with batches, block by block.

use crate::{
	pallet::{Agenda, AgendaFrom, Config, Pallet, Payers, Refunds},
	types::Step,
	WeightInfo,
};
use frame_support::{
	defensive,
	storage::with_storage_layer,
	traits::Get,
	weights::{Weight, WeightMeter},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{traits::Saturating, DispatchError};

/// Blocks after which a step is tried again that could not be done.
const RETRY: u32 = 10;

/// What follows from a step: it is done, or it is taken up again in a later block.
pub(crate) type Outcome<T> = Result<Option<BlockNumberFor<T>>, DispatchError>;

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}

	/// Puts a step on the agenda of block `at`, or of the present one.
	pub(crate) fn schedule(at: BlockNumberFor<T>, batch: u64, step: Step) {
		Agenda::<T>::insert(at.max(Self::now()), (batch, step), ());
	}

	/// Does what is due, oldest first, as far as `meter` and the cap per block allow.
	pub(crate) fn work_off_agenda(meter: &mut WeightMeter) {
		let look = T::DbWeight::get().reads(2);
		if meter.try_consume(T::DbWeight::get().reads_writes(1, 1)).is_err() {
			return;
		}
		let (mut at, now) = (AgendaFrom::<T>::get(), Self::now());
		let mut left = T::MaxSteps::get();
		while left > 0 && meter.try_consume(look).is_ok() {
			let Some(((batch, step), ())) = Agenda::<T>::iter_prefix(at).next() else {
				if at >= now {
					break;
				}
				at.saturating_inc();
				continue;
			};
			let Some(payers) = Self::afford(batch, step, meter) else { break };
			left = left.saturating_sub(1);
			Agenda::<T>::remove(at, (batch, step));
			// Hooks are not transactional by themselves. What cannot be done is tried again later, so that it does not hold
			// up the rest.
			match with_storage_layer(|| Self::take_step(batch, step, payers)) {
				Ok(None) => {}
				Ok(Some(later)) => Self::schedule(later, batch, step),
				Err(_) => {
					defensive!("a step that is due can be done");
					Self::schedule(now.saturating_add(RETRY.into()), batch, step);
				}
			}
		}
		AgendaFrom::<T>::put(at);
	}

	/// Takes the weight of a step, and for refunds says how many payers it covers. `None` if there is not enough.
	fn afford(batch: u64, step: Step, meter: &mut WeightMeter) -> Option<u32> {
		let (weight, payers) = match step {
			Step::Seed => (T::WeightInfo::seed(), 0),
			Step::Settle => (T::WeightInfo::settle(), 0),
			Step::Sample | Step::Demand { .. } => (T::WeightInfo::void_withheld(), 0),
			Step::Refund => Self::refundable(batch, meter)?,
		};
		meter.try_consume(weight).ok().map(|()| payers)
	}

	/// How many payers of a void batch `meter` has the weight for, and that weight.
	fn refundable(batch: u64, meter: &mut WeightMeter) -> Option<(Weight, u32)> {
		meter.try_consume(T::DbWeight::get().reads(2)).ok()?;
		let done = Refunds::<T>::get(batch).map_or(0, |refund| refund.next);
		let all = Payers::<T>::decode_len(batch).unwrap_or_default() as u32;
		let mut payers = all.saturating_sub(done).max(1);
		while payers > 1 && !meter.can_consume(T::WeightInfo::refund(payers)) {
			payers /= 2;
		}
		Some((T::WeightInfo::refund(payers), payers))
	}

	fn take_step(batch: u64, step: Step, payers: u32) -> Outcome<T> {
		match step {
			Step::Seed => Self::step_seed(batch),
			Step::Settle => Self::step_settle(batch),
			Step::Sample => Self::step_sample(batch),
			Step::Demand { leaf } => Self::step_demand(batch, leaf),
			Step::Refund => Self::step_refund(batch, payers),
		}
	}
}
