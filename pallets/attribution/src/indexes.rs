//! Publishing indexes, taking them back, and proving them false.

use crate::{
	pallet::{Config, Error, Event, HoldReason, Indexes, NextIndex, Pallet},
	types::{Index, Opening},
};
use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
		ConstU32, Get,
	},
	BoundedVec,
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{
	attribution::MAX_DIM,
	referee::TAKEDOWN_GRACE,
	traits::{Models, Versions},
	Balance, Blake2b256, Commitment, IndexId, IndexInfo, IndexKind, ModelId, RowLeaf, MAX_PROOF,
};
use sp_core::H256;
use sp_runtime::{
	traits::{Saturating, UniqueSaturatedInto, Zero},
	DispatchResult,
};

impl<T: Config> Pallet<T> {
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
		Indexes::<T>::insert(index, Index { info, model, publisher: publisher.clone(), bond, retired: None });
		NextIndex::<T>::put(next);
		Self::deposit_event(Event::IndexPublished { index, model, publisher, rows, threshold });
		Ok(())
	}

	pub(crate) fn do_retire_index(publisher: T::AccountId, id: IndexId) -> DispatchResult {
		let index = Indexes::<T>::get(id).ok_or(Error::<T>::NoSuchIndex)?;
		ensure!(index.publisher == publisher, Error::<T>::NotThePublisher);
		ensure!(index.retired.is_none(), Error::<T>::AlreadyRetired);
		let now = Self::now().unique_saturated_into();
		Indexes::<T>::insert(id, Index { retired: Some(now), ..index });
		Self::deposit_event(Event::IndexRetired { index: id, free_from: Self::bond_free_from(now) });
		Ok(())
	}

	/// The block from which the bond of an index is free that was retired in block `since`: answers may use the index for the
	/// grace, their batch may come as much later as they may be old, and then its window opens.
	fn bond_free_from(since: u32) -> BlockNumberFor<T> {
		let last_batch = since.saturating_add(TAKEDOWN_GRACE).saturating_add(T::MaxReceiptAge::get());
		BlockNumberFor::<T>::from(last_batch).saturating_add(T::ChallengeWindow::get())
	}

	pub(crate) fn do_release_index_bond(publisher: T::AccountId, id: IndexId) -> DispatchResult {
		let index = Indexes::<T>::get(id).ok_or(Error::<T>::NoSuchIndex)?;
		ensure!(index.publisher == publisher, Error::<T>::NotThePublisher);
		ensure!(!index.bond.is_zero(), Error::<T>::NoBond);
		let since = index.retired.ok_or(Error::<T>::NotRetired)?;
		ensure!(Self::now() >= Self::bond_free_from(since), Error::<T>::BondLocked);
		let amount = index.bond;
		T::Currency::release(&HoldReason::IndexBond.into(), &publisher, amount, Precision::Exact)?;
		Indexes::<T>::insert(id, Index { bond: 0, ..index });
		Self::deposit_event(Event::IndexBondReleased { index: id, publisher, amount });
		Ok(())
	}

	pub(crate) fn do_refute_index(
		challenger: T::AccountId,
		id: IndexId,
		opening: Opening<T::AccountId>,
		row: RowLeaf<T::AccountId>,
		row_proof: BoundedVec<H256, ConstU32<MAX_PROOF>>,
	) -> DispatchResult {
		let index = Indexes::<T>::get(id).ok_or(Error::<T>::NoSuchIndex)?;
		ensure!(!index.bond.is_zero(), Error::<T>::NoBond);
		let Opening { leaf, proof } = opening;
		ensure!(leaf.row == row.row, Error::<T>::DifferentRows);
		let (domain, info) = (Self::domain(), &index.info);
		let bytes = leaf.leaf(&domain, info.datanet, info.version);
		ensure!(info.rows.verify::<Blake2b256>(leaf.row, &bytes, &proof), Error::<T>::BadIndexProof);
		let rows = T::Versions::rows(info.datanet, info.version).ok_or(Error::<T>::Unexpected)?;
		let bytes = row.leaf(&domain, info.datanet, info.version);
		ensure!(rows.verify::<Blake2b256>(row.row, &bytes, &row_proof), Error::<T>::BadRowProof);
		let agrees = leaf.contributor == row.contributor
			&& leaf.cluster == row.cluster
			&& leaf.vector.len() == usize::from(info.dim);
		ensure!(!agrees, Error::<T>::LeafStands);
		let (burnt, reward) = Self::forfeit_bond(&index, &challenger)?;
		let retired = index.retired.unwrap_or_else(|| Self::now().unique_saturated_into());
		Indexes::<T>::insert(id, Index { retired: Some(retired), bond: 0, ..index });
		Self::deposit_event(Event::IndexRefuted { index: id, row: row.row, challenger, burnt, reward });
		Ok(())
	}

	/// Gives half of an index's bond to `challenger` and burns the rest. Returns what was burnt and what was given.
	fn forfeit_bond(
		index: &Index<T>,
		challenger: &T::AccountId,
	) -> Result<(Balance, Balance), sp_runtime::DispatchError> {
		let (reason, publisher, half) = (HoldReason::IndexBond.into(), &index.publisher, index.bond / 2);
		let (precision, force) = (Precision::Exact, Fortitude::Polite);
		// What the challenger cannot be credited with is burnt: it must not save the index.
		let given = with_storage_layer(|| {
			T::Currency::transfer_on_hold(&reason, publisher, challenger, half, precision, Restriction::Free, force)
		});
		let reward = given.unwrap_or_default();
		let burnt = index.bond.saturating_sub(reward);
		T::Currency::burn_held(&reason, publisher, burnt, precision, force)?;
		Ok((burnt, reward))
	}

	/// Whether an answer of block `at` may use the index.
	pub(crate) fn usable(index: &Index<T>, at: u32) -> bool {
		index.retired.is_none_or(|since| at < since.saturating_add(TAKEDOWN_GRACE))
	}
}
