//! The invariants of the crate documentation.

use crate::{
	batches::BatchOf,
	pallet::{
		Agenda, AgendaFrom, Batches, Config, Demands, Escrow, HoldReason, Indexes, NextBatch, NextSeq, Pallet, Payers,
		Randomnesses, Refunds, Samples,
	},
	types::{BatchState, Step},
};
use alloc::collections::BTreeMap;
use frame_support::{
	ensure,
	traits::{
		fungible::{Inspect, InspectHold},
		Get,
	},
};
use openledger_primitives::Balance;
use sp_runtime::{traits::Zero, TryRuntimeError};

type Sums<T> = BTreeMap<<T as frame_system::Config>::AccountId, Balance>;

impl<T: Config> Pallet<T> {
	/// Checks the invariants of the crate documentation.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_escrow()?;
		for (number, batch) in Batches::<T>::iter() {
			Self::check_payers(number, &batch)?;
			Self::check_numbers(number, &batch)?;
			Self::check_state(number, &batch)?;
			Self::check_weight(number, &batch)?;
			Self::check_duties(number, &batch)?;
			Self::check_waiting(number, &batch)?;
		}
		Self::check_bonds()?;
		Self::check_demands()?;
		Self::check_orphans()?;
		Self::check_agenda()
	}

	/// Invariants 1 and 2.
	fn check_escrow() -> Result<(), TryRuntimeError> {
		let mut owed: Balance = 0;
		for (number, batch) in Batches::<T>::iter() {
			let of_batch = match batch.state {
				BatchState::Pending => Some(batch.receipts.sum),
				BatchState::Settled => batch.payouts.sum.checked_sub(batch.paid),
				BatchState::Voided => match Refunds::<T>::get(number) {
					Some(refund) => refund.fees.checked_add(refund.left),
					None => Some(0),
				},
			};
			owed = of_batch.and_then(|of_batch| owed.checked_add(of_batch)).ok_or("what is owed overflows")?;
		}
		ensure!(owed == Escrow::<T>::get(), "Escrow is not what is owed");
		ensure!(T::Currency::balance(&Self::pot()) >= owed, "the pot is short");
		Ok(())
	}

	/// Invariant 3.
	fn check_payers(number: u64, batch: &BatchOf<T>) -> Result<(), TryRuntimeError> {
		let refund = Refunds::<T>::get(number);
		let (pending, payers) = (batch.state == BatchState::Pending, Payers::<T>::get(number));
		ensure!((pending || refund.is_some()) != payers.is_empty(), "payers are listed too long, or not long enough");
		let done = refund.map_or(0, |refund| refund.next as usize);
		let left = payers.iter().skip(done).try_fold(0u128, |sum, payer| sum.checked_add(payer.fee));
		let owed = refund.map_or(if pending { batch.receipts.sum } else { 0 }, |refund| refund.fees);
		ensure!(left == Some(owed), "the payers' fees are not what is owed to them");
		ensure!(refund.is_none_or(|refund| refund.left <= refund.compensation), "more is left than there was");
		Ok(())
	}

	/// Invariant 4.
	fn check_numbers(number: u64, batch: &BatchOf<T>) -> Result<(), TryRuntimeError> {
		let end = batch.first_seq.saturating_add(u64::from(batch.receipts.count));
		ensure!(end <= NextSeq::<T>::get(&batch.agent), "a batch reaches beyond the next sequence number");
		ensure!(number < NextBatch::<T>::get(), "a batch has a number that is not given out");
		Ok(())
	}

	/// Invariant 6.
	fn check_state(number: u64, batch: &BatchOf<T>) -> Result<(), TryRuntimeError> {
		let paid = batch.paid.is_zero() || batch.state == BatchState::Settled;
		ensure!(paid && batch.paid <= batch.payouts.sum, "a batch has paid what it must not");
		let refunding = Refunds::<T>::contains_key(number);
		ensure!(!refunding || batch.state == BatchState::Voided, "a batch that is not void makes payers whole");
		Ok(())
	}

	/// Invariant 10.
	fn check_weight(number: u64, batch: &BatchOf<T>) -> Result<(), TryRuntimeError> {
		let payers = Payers::<T>::get(number);
		let most = batch.burn.saturating_add(T::MaxPayers::get().into());
		ensure!(batch.credited <= most, "more weight is set aside than is burnt");
		let weight = payers.iter().try_fold(0u128, |sum, payer| sum.checked_add(payer.weight));
		ensure!(payers.is_empty() || weight == Some(batch.credited), "the payers' weights are not what is set aside");
		let answered = payers.iter().all(|payer| payer.guarantor.is_some() == (payer.weight > 0));
		ensure!(answered, "nobody answers for a payer's weight, or somebody for none");
		ensure!(batch.minted <= batch.credited, "more weight is minted than was set aside");
		ensure!(batch.minted.is_zero() || batch.state == BatchState::Settled, "a batch has minted too early");
		Ok(())
	}

	/// Invariants 7 and 8, as far as one batch goes.
	fn check_duties(number: u64, batch: &BatchOf<T>) -> Result<(), TryRuntimeError> {
		let demands = Demands::<T>::iter_prefix(number).count();
		ensure!(demands == batch.duties.demands as usize, "a batch miscounts its demands");
		ensure!(batch.duties.demands <= T::MaxDemands::get(), "a batch has too many demands");
		let sample = Samples::<T>::get(number);
		ensure!(sample.as_ref().is_none_or(|sample| !sample.complete()), "a sample is kept that was opened");
		let owes = batch.duties.sample && batch.seed.is_some();
		ensure!(sample.is_some() == owes, "a sample is missing, or left over");
		let pending = batch.state == BatchState::Pending;
		ensure!(pending || !batch.duties.sample, "a batch that is not pending has a sample to open");
		ensure!(batch.seed.is_some() || batch.duties.sample || !pending, "a batch settles without a sample");
		ensure!(batch.state != BatchState::Settled || batch.duties.none(), "a settled batch has duties");
		ensure!(batch.seed_from <= Self::latest_seed(), "a batch waits for more authors than it has to");
		Ok(())
	}

	fn latest_seed() -> u64 {
		Randomnesses::<T>::get().count.saturating_add(u64::from(T::SeedDelay::get())).saturating_add(1)
	}

	/// Invariant 5.
	fn check_bonds() -> Result<(), TryRuntimeError> {
		let mut bonds = Sums::<T>::new();
		for index in Indexes::<T>::iter_values() {
			Self::add(&mut bonds, index.publisher, index.bond)?;
		}
		Self::check_holds(HoldReason::IndexBond, bonds)
	}

	/// Invariant 7.
	fn check_demands() -> Result<(), TryRuntimeError> {
		let mut fees = Sums::<T>::new();
		for (_, _, demand) in Demands::<T>::iter() {
			Self::add(&mut fees, demand.by, demand.fee)?;
		}
		Self::check_holds(HoldReason::Demand, fees)
	}

	fn add(sums: &mut Sums<T>, who: T::AccountId, amount: Balance) -> Result<(), TryRuntimeError> {
		let sum = sums.entry(who).or_default();
		*sum = sum.checked_add(amount).ok_or("amounts overflow")?;
		Ok(())
	}

	/// Whether every account, of those that have anything on hold, has its sum on hold.
	fn check_holds(reason: HoldReason, mut sums: Sums<T>) -> Result<(), TryRuntimeError> {
		let reason = reason.into();
		for who in frame_system::Account::<T>::iter_keys() {
			let sum = sums.remove(&who).unwrap_or_default();
			ensure!(T::Currency::balance_on_hold(&reason, &who) == sum, "a hold is not the sum of its parts");
		}
		ensure!(sums.into_values().all(|sum| sum.is_zero()), "an account with a hold does not exist");
		Ok(())
	}

	/// What belongs to a batch belongs to one that there is.
	fn check_orphans() -> Result<(), TryRuntimeError> {
		let keys = Payers::<T>::iter_keys().chain(Refunds::<T>::iter_keys()).chain(Samples::<T>::iter_keys());
		for number in keys.chain(Demands::<T>::iter_keys().map(|(number, _)| number)) {
			ensure!(Batches::<T>::contains_key(number), "something belongs to no batch");
		}
		Ok(())
	}

	/// Invariant 9: what a batch waits for has an entry.
	fn check_waiting(number: u64, batch: &BatchOf<T>) -> Result<(), TryRuntimeError> {
		let entries = || Agenda::<T>::iter_keys().filter(|(_, (of, _))| *of == number);
		let has = |step: Step| entries().any(|(_, (_, entry))| entry == step);
		let pending = batch.state == BatchState::Pending;
		ensure!(!pending || batch.seed.is_some() || has(Step::Seed), "a batch waits in vain for its seed");
		ensure!(!Samples::<T>::contains_key(number) || has(Step::Sample), "a sample is never looked at");
		for leaf in Demands::<T>::iter_key_prefix(number) {
			ensure!(has(Step::Demand { leaf }), "a demand is never looked at");
		}
		ensure!(!pending || !batch.duties.none() || has(Step::Settle), "a batch never settles");
		ensure!(!Refunds::<T>::contains_key(number) || has(Step::Refund), "payers are never made whole");
		Ok(())
	}

	/// Invariant 9: nothing stands before the beginning.
	fn check_agenda() -> Result<(), TryRuntimeError> {
		let from = AgendaFrom::<T>::get();
		ensure!(from <= Self::now(), "the agenda begins in the future");
		for (at, _) in Agenda::<T>::iter_keys() {
			ensure!(at >= from, "something stands before the agenda's beginning");
		}
		Ok(())
	}
}
