//! What there is to do when its block has come.

use crate::{
	pallet::{Agenda, AgendaFrom, Config, Pallet},
	types::Duty,
	WeightInfo,
};
use frame_support::{
	defensive,
	storage::with_storage_layer,
	traits::Get,
	weights::{Weight, WeightMeter},
};
use sp_runtime::{traits::Saturating, DispatchResult};

/// Blocks until a duty that failed is tried again.
const RETRY: u32 = 100;

impl<T: Config> Pallet<T> {
	/// Does what is due, oldest first, as far as `meter` and the cap per block allow.
	pub(crate) fn work_off_agenda(meter: &mut WeightMeter) {
		let look = T::DbWeight::get().reads(2);
		if meter.try_consume(T::DbWeight::get().reads_writes(1, 1)).is_err() {
			return;
		}
		let (mut at, now) = (AgendaFrom::<T>::get(), Self::now());
		for _ in 0..T::MaxSteps::get() {
			if at > now || meter.try_consume(look).is_err() {
				break;
			}
			let Some((duty, ())) = Agenda::<T>::iter_prefix(at).next() else {
				at.saturating_inc();
				continue;
			};
			if meter.try_consume(Self::duty_weight(&duty)).is_err() {
				break;
			}
			// Hooks are not transactional by themselves.
			if let Err(error) = with_storage_layer(|| Self::do_duty(&duty)) {
				match duty {
					Duty::Slash(id) => Self::postpone(id, RETRY.into(), error),
					Duty::Probe(agent) => {
						defensive!("who was probed is an agent");
						Self::forget_probe(&agent);
					}
				}
			}
		}
		AgendaFrom::<T>::put(at);
	}

	fn do_duty(duty: &Duty<T::AccountId>) -> DispatchResult {
		match duty {
			Duty::Probe(agent) => Self::miss(agent),
			Duty::Slash(id) => Self::do_execute_slash(*id),
		}
	}

	fn duty_weight(duty: &Duty<T::AccountId>) -> Weight {
		match duty {
			Duty::Probe(_) => T::WeightInfo::miss_probe(),
			Duty::Slash(_) => T::WeightInfo::execute_slash(),
		}
	}
}
