//! Between the last assent and the call.

use crate::{
	pallet::{Call, Config, Error, Event, Origin, Pallet, Proposals},
	Chamber, Power, ProposalOf, WeightInfo, ATTEMPTS,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	dispatch::{extract_actual_weight, DispatchResult, GetDispatchInfo},
	ensure,
	storage::with_storage_layer,
	traits::{
		schedule::{
			v3::{Named, TaskName},
			DispatchTime, HARD_DEADLINE,
		},
		Get, StorePreimage,
	},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	traits::{BlakeTwo256, Convert, Dispatchable, Hash, One, Saturating},
	DispatchError,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_delay(chamber: Chamber, power: Power, hash: T::Hash) -> DispatchResult {
		let mut proposal = Self::find(power, hash)?;
		let old = proposal.due.ok_or(Error::<T>::NotScheduled)?;
		let seat = proposal.seat(chamber);
		ensure!(!seat.delayed, Error::<T>::AlreadyDelayed);
		seat.delayed = true;

		Self::unschedule(power, hash, &mut proposal);
		let from = old.max(Self::now());
		let due = Self::place(power, hash, &mut proposal, from.saturating_add(T::DelayPeriod::get()))?;
		Proposals::<T>::insert((power, hash), proposal);
		Self::deposit_event(Event::Delayed { chamber, power, proposal: hash, old, due });
		Ok(())
	}

	/// Carries a proposal out whose call weighs at most `most`. Answers what the call weighed.
	pub(crate) fn do_enact(power: Power, hash: T::Hash, most: Weight) -> Result<Weight, DispatchError> {
		let mut proposal = Proposals::<T>::get((power, hash)).ok_or(Error::<T>::NotScheduled)?;
		let now = Self::now();
		ensure!(proposal.due.is_some_and(|due| due <= now), Error::<T>::NotScheduled);
		if !Self::is_carried(&proposal) {
			Self::unschedule(power, hash, &mut proposal);
			Proposals::<T>::insert((power, hash), proposal);
			Self::deposit_event(Event::Unscheduled { power, proposal: hash });
			return Ok(Weight::zero());
		}
		let examined = Self::examine(power, &proposal.call);
		match &examined {
			Ok((_, weight)) if weight.any_gt(most) => {
				proposal.weight = *weight;
				Self::unschedule(power, hash, &mut proposal);
				Self::schedule(power, hash, &mut proposal, now.saturating_add(One::one()))?;
				Proposals::<T>::insert((power, hash), proposal);
				return Ok(T::WeightInfo::delay());
			}
			_ => Self::forget(power, hash, &proposal),
		}
		let (result, spent) = match examined {
			Ok((call, _)) => Self::carry_out(power, call),
			Err(error) => (Err(error), Weight::zero()),
		};
		Self::deposit_event(Event::Enacted { power, proposal: hash, result });
		Ok(spent)
	}

	/// What it weighs to carry out a call of this length and weight, or to find out that it weighs more and schedule it
	/// again.
	pub(crate) fn enactment(len: u32, weight: Weight) -> Weight {
		T::WeightInfo::enact(len).saturating_add(weight.max(T::WeightInfo::delay()))
	}

	/// Dispatches `call` with the origin of `power`. Answers what came of it and what it weighed.
	fn carry_out(power: Power, call: <T as Config>::RuntimeCall) -> (DispatchResult, Weight) {
		let info = call.get_dispatch_info();
		let result = call.dispatch(T::Powers::convert(power).into());
		let spent = extract_actual_weight(&result, &info);
		(result.map(|_| ()).map_err(|failed| failed.error), spent)
	}

	/// Schedules a proposal for block `when`, or one of the next.
	pub(crate) fn schedule(
		power: Power,
		hash: T::Hash,
		proposal: &mut ProposalOf<T>,
		when: BlockNumberFor<T>,
	) -> DispatchResult {
		let due = Self::place(power, hash, proposal, when)?;
		Self::deposit_event(Event::Scheduled { power, proposal: hash, due });
		Ok(())
	}

	/// Puts the wake-up into the agenda of block `when`, or of the next that has room.
	fn place(
		power: Power,
		hash: T::Hash,
		proposal: &mut ProposalOf<T>,
		when: BlockNumberFor<T>,
	) -> Result<BlockNumberFor<T>, DispatchError> {
		let (weight, len) = (proposal.weight, proposal.call.len().unwrap_or_default());
		let wake_up = <T as Config>::RuntimeCall::from(Call::<T>::enact { power, proposal: hash, weight, len });
		let wake_up = T::Preimages::bound(wake_up)?;
		let place_at = |block| {
			let (time, origin) = (DispatchTime::At(block), Origin::Enact.into());
			// A scheduler may have written something before it finds out that there is no room.
			with_storage_layer(|| {
				T::Scheduler::schedule_named(
					Self::task(power, hash),
					time,
					None,
					HARD_DEADLINE,
					origin,
					wake_up.clone(),
				)
			})
		};
		let blocks: Vec<_> = (0..ATTEMPTS).map(|later| when.saturating_add(later.into())).collect();
		let due = blocks.into_iter().find(|block| place_at(*block).is_ok()).ok_or(Error::<T>::NoRoom)?;
		proposal.due = Some(due);
		Ok(due)
	}

	/// Takes the wake-up out of the agenda, if it is still there: the scheduler may have begun with it.
	pub(crate) fn unschedule(power: Power, hash: T::Hash, proposal: &mut ProposalOf<T>) {
		if proposal.due.take().is_some() {
			let _ = with_storage_layer(|| T::Scheduler::cancel_named(Self::task(power, hash)));
		}
	}

	/// What the scheduler calls the wake-up of a proposal.
	pub(crate) fn task(power: Power, hash: T::Hash) -> TaskName {
		(b"chambers", power, hash).using_encoded(BlakeTwo256::hash).0
	}
}
