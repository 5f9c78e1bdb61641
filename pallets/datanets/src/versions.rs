//! Frozen versions, and what becomes of an owner who freezes none.

use crate::{
	pallet::{Config, Contributions, CountersOf, Datanets, Error, Event, HoldReason, Pallet, VersionsOf},
	types::{Contribution, Counters, Datanet, Status, Version},
};
use alloc::vec::Vec;
use frame_support::{
	ensure,
	traits::{fungible::MutateHold, tokens::Precision, DefensiveOption},
	BoundedVec,
};
use openledger_primitives::{Blake2b256, Commitment, ContributionId, DatanetId, RowLeaf};
use sp_core::H256;
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_freeze_version(
		owner: T::AccountId,
		datanet: DatanetId,
		rows: Commitment,
		clusters: H256,
		contributions: BoundedVec<ContributionId, T::MaxPerVersion>,
	) -> DispatchResult {
		ensure!(!contributions.is_empty(), Error::<T>::NoContributions);
		ensure!(contributions.is_sorted_by(|a, b| a < b), Error::<T>::NotAscending);
		Self::ensure_owner(&owner, datanet)?;
		let counters = Self::counters_of(datanet)?;
		let version = counters.versions;
		let next = version.checked_add(1).ok_or(Error::<T>::IdsExhausted)?;
		let parent = version.checked_sub(1);
		let inherited = match parent {
			Some(parent) => VersionsOf::<T>::get(datanet, parent).defensive_ok_or(Error::<T>::Unexpected)?.rows.count,
			None => 0,
		};
		let (offers, added) = Self::offers(datanet, &contributions)?;
		let count = inherited.checked_add(added).ok_or(Error::<T>::Overflow)?;
		ensure!(rows.count == count, Error::<T>::WrongRowCount);
		// More cannot be named than there are, so all are named if as many are.
		let due = offers.iter().filter(|(_, offer)| matches!(offer.status, Status::Due { .. })).count();
		ensure!(due as u32 == counters.due, Error::<T>::DueMissing);

		let mut counters = Counters { versions: next, due: 0, ..counters };
		for (id, offer) in offers {
			if let Status::Pending { bond, .. } = offer.status {
				counters = Self::without_pending(counters, &offer)?;
				Self::release_bond(&offer.contributor, bond)?;
			}
			let status = Status::Accepted { version };
			Contributions::<T>::insert(datanet, id, Contribution { status, ..offer });
		}
		CountersOf::<T>::insert(datanet, counters);
		Self::share_with_rows(datanet, version, added)?;
		VersionsOf::<T>::insert(datanet, version, Version { rows, clusters, parent, at: Self::now() });
		Self::deposit_event(Event::VersionFrozen { datanet, version, rows, clusters, parent, contributions });
		Ok(())
	}

	/// The named contributions, each of which a version can accept, and the number of their rows.
	#[allow(clippy::type_complexity)]
	fn offers(
		datanet: DatanetId,
		contributions: &[ContributionId],
	) -> Result<(Vec<(ContributionId, Contribution<T>)>, u32), DispatchError> {
		let mut offers = Vec::with_capacity(contributions.len());
		let mut rows = 0u32;
		for id in contributions {
			let offer = Contributions::<T>::get(datanet, id).ok_or(Error::<T>::NoSuchContribution)?;
			if !matches!(offer.status, Status::Due { .. }) {
				Self::ensure_undecided(&offer)?;
			}
			rows = rows.checked_add(offer.rows.count).ok_or(Error::<T>::Overflow)?;
			offers.push((*id, offer));
		}
		Ok((offers, rows))
	}

	pub(crate) fn do_take_over(
		contributor: T::AccountId,
		datanet: DatanetId,
		contribution: ContributionId,
	) -> DispatchResult {
		let entry = Datanets::<T>::get(datanet).ok_or(Error::<T>::NoSuchDatanet)?;
		let offer = Contributions::<T>::get(datanet, contribution).ok_or(Error::<T>::NoSuchContribution)?;
		ensure!(offer.contributor == contributor, Error::<T>::NotContributor);
		ensure!(entry.owner != contributor, Error::<T>::AlreadyOwner);
		let Status::Due { since } = offer.status else { return Err(Error::<T>::NotDue.into()) };
		Self::ensure_owner_late(since.max(entry.held_since))?;
		let (from, deposit, reason) = (entry.owner.clone(), entry.deposit, HoldReason::Datanet.into());

		T::Currency::hold(&reason, &contributor, deposit)?;
		T::Currency::release(&reason, &from, deposit, Precision::Exact)?;
		Datanets::<T>::insert(datanet, Datanet { owner: contributor.clone(), held_since: Self::now(), ..entry });
		Self::deposit_event(Event::TakenOver { datanet, from, to: contributor, deposit });
		Ok(())
	}

	/// Whether no version before has the row.
	pub(crate) fn is_first_with(datanet: DatanetId, version: u32, row: u32) -> bool {
		let before = version.checked_sub(1).and_then(|before| VersionsOf::<T>::get(datanet, before));
		before.is_none_or(|before| before.rows.count <= row)
	}

	/// Whether `leaf` is a row of the version, by `proof`.
	pub(crate) fn is_row(datanet: DatanetId, version: u32, leaf: &RowLeaf<T::AccountId>, proof: &[H256]) -> bool {
		let Some(version_info) = VersionsOf::<T>::get(datanet, version) else { return false };
		let data = leaf.leaf(&Self::domain(), datanet, version);
		version_info.rows.verify::<Blake2b256>(leaf.row, &data, proof)
	}
}
