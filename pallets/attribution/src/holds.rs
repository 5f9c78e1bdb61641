//! What auditors do with batches, and what becomes of batches when slashes that were deferred do.

use crate::{
	pallet::{Batches, Config, Error, Event, Pallet},
	types::BatchState,
};
use frame_support::{defensive, ensure};
use openledger_primitives::{
	traits::{self, Agents, BatchFacts},
	Balance, BatchClaim, Offence,
};
use sp_runtime::DispatchResult;

impl<T: Config> traits::Batches<T::AccountId> for Pallet<T> {
	fn facts(batch: u64) -> Option<BatchFacts<T::AccountId>> {
		let batch = Batches::<T>::get(batch)?;
		let pending = batch.state == BatchState::Pending;
		let claim = BatchClaim {
			agent: batch.agent,
			first_seq: batch.first_seq,
			receipts: batch.receipts,
			payouts: batch.payouts,
		};
		Some(BatchFacts { claim, lot: batch.lot, pending })
	}

	fn hold(number: u64) -> DispatchResult {
		let mut batch = Self::pending(number)?;
		ensure!(Self::now() < batch.matures, Error::<T>::WindowOver);
		batch.duties.holds = batch.duties.holds.checked_add(1).ok_or(Error::<T>::Overflow)?;
		T::Agents::bind(&batch.agent)?;
		Batches::<T>::insert(number, batch);
		Ok(())
	}

	fn unhold(number: u64) {
		let held = Batches::<T>::get(number).filter(|batch| batch.duties.holds > 0);
		let Some(mut batch) = held else {
			defensive!("what is given up was held");
			return;
		};
		batch.duties.holds = batch.duties.holds.saturating_sub(1);
		Self::end_duty(number, batch);
	}
}

impl<T: Config> traits::Harm<T::AccountId> for Pallet<T> {
	fn can_void(batch: u64) -> bool {
		Self::pending(batch).is_ok()
	}

	fn void(number: u64, offence: Offence, compensation: Balance) -> DispatchResult {
		let mut batch = Self::pending(number)?;
		ensure!(batch.duties.holds > 0, Error::<T>::Unexpected);
		batch.duties.holds = batch.duties.holds.saturating_sub(1);
		T::Agents::unbind(&batch.agent);
		Self::void(number, batch, compensation)?;
		Self::deposit_event(Event::BatchVoided { batch: number, offence });
		Ok(())
	}

	fn spare(batch: u64) {
		<Self as traits::Batches<T::AccountId>>::unhold(batch);
	}
}
