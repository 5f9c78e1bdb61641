//! What calls do, what other pallets ask, and the invariants.

use crate::{
	pallet::{Config, Contributions, CountersOf, Datanets, Error, Event, HoldReason, NextDatanet, Pallet, VersionsOf},
	types::{Access, Contribution, Counters, Datanet, Licence, Status, Version},
};
use alloc::vec::Vec;
use frame_support::{
	ensure,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
		DefensiveOption, Get,
	},
	BoundedVec,
};
use openledger_primitives::{traits::Versions, Balance, Commitment, ContributionId, DatanetId};
use sp_core::H256;
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Versions<T::AccountId> for Pallet<T> {
	fn rows(datanet: DatanetId, version: u32) -> Option<Commitment> {
		VersionsOf::<T>::get(datanet, version).map(|version| version.rows)
	}

	fn owner(datanet: DatanetId) -> Option<T::AccountId> {
		Datanets::<T>::get(datanet).map(|datanet| datanet.owner)
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_create(
		owner: T::AccountId,
		meta: BoundedVec<u8, T::MaxMeta>,
		schema: H256,
		licence: Licence,
	) -> DispatchResult {
		ensure!(!licence.is_empty(), Error::<T>::LicenceMissing);
		ensure!(licence.iter().all(u8::is_ascii_graphic), Error::<T>::LicenceNotPrintable);
		let id = NextDatanet::<T>::get();
		let next = id.next().ok_or(Error::<T>::IdsExhausted)?;
		let deposit = T::DatanetDeposit::get();

		T::Currency::hold(&HoldReason::Datanet.into(), &owner, deposit)?;
		NextDatanet::<T>::put(next);
		CountersOf::<T>::insert(id, Counters::default());
		let access = Access::default();
		let (stored_meta, stored_licence) = (meta.clone(), licence.clone());
		let datanet =
			Datanet { owner: owner.clone(), meta: stored_meta, schema, licence: stored_licence, deposit, access };
		Datanets::<T>::insert(id, datanet);
		Self::deposit_event(Event::Created { datanet: id, owner, meta, schema, licence, deposit });
		Ok(())
	}

	pub(crate) fn do_contribute(
		contributor: T::AccountId,
		datanet: DatanetId,
		rows: Commitment,
		bytes: u64,
		content: H256,
	) -> DispatchResult {
		ensure!(rows.count > 0, Error::<T>::NoRows);
		ensure!(rows.count <= T::MaxRowsPerContribution::get(), Error::<T>::TooManyRows);
		ensure!(bytes > 0, Error::<T>::NoBytes);
		let counters = CountersOf::<T>::get(datanet).ok_or(Error::<T>::NoSuchDatanet)?;
		ensure!(counters.pending < T::MaxPending::get(), Error::<T>::TooManyPending);
		let bond = T::BondPerRow::get().checked_mul(rows.count.into()).ok_or(Error::<T>::Overflow)?;
		let id = counters.next_contribution;
		let counters = Counters {
			next_contribution: id.next().ok_or(Error::<T>::IdsExhausted)?,
			pending: counters.pending.checked_add(1).ok_or(Error::<T>::Overflow)?,
			pending_rows: counters.pending_rows.checked_add(rows.count.into()).ok_or(Error::<T>::Overflow)?,
			..counters
		};

		T::Currency::hold(&HoldReason::ContributionBond.into(), &contributor, bond)?;
		CountersOf::<T>::insert(datanet, counters);
		let at = frame_system::Pallet::<T>::block_number();
		let status = Status::Pending { bond };
		let contribution = Contribution { contributor: contributor.clone(), rows, bytes, content, at, status };
		Contributions::<T>::insert(datanet, id, contribution);
		Self::deposit_event(Event::Contributed { datanet, contribution: id, contributor, rows, bytes, content, bond });
		Ok(())
	}

	pub(crate) fn do_withdraw(
		contributor: T::AccountId,
		datanet: DatanetId,
		contribution: ContributionId,
	) -> DispatchResult {
		let offer = Contributions::<T>::get(datanet, contribution).ok_or(Error::<T>::NoSuchContribution)?;
		ensure!(offer.contributor == contributor, Error::<T>::NotContributor);
		let bond = Self::remove(datanet, contribution, &offer)?;
		Self::deposit_event(Event::Withdrawn { datanet, contribution, contributor, bond });
		Ok(())
	}

	pub(crate) fn do_reject(owner: T::AccountId, datanet: DatanetId, contribution: ContributionId) -> DispatchResult {
		Self::ensure_owner(&owner, datanet)?;
		let offer = Contributions::<T>::get(datanet, contribution).ok_or(Error::<T>::NoSuchContribution)?;
		let bond = Self::remove(datanet, contribution, &offer)?;
		Self::deposit_event(Event::Rejected { datanet, contribution, contributor: offer.contributor, bond });
		Ok(())
	}

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
		let counters = CountersOf::<T>::get(datanet).ok_or(Error::<T>::NoSuchDatanet)?;
		let version = counters.versions;
		let next = version.checked_add(1).ok_or(Error::<T>::IdsExhausted)?;
		let parent = version.checked_sub(1);
		let inherited = match parent {
			Some(parent) => VersionsOf::<T>::get(datanet, parent).defensive_ok_or(Error::<T>::Unexpected)?.rows.count,
			None => 0,
		};
		let (offers, added) = Self::pending_offers(datanet, &contributions)?;
		let count = inherited.checked_add(added).ok_or(Error::<T>::Overflow)?;
		ensure!(rows.count == count, Error::<T>::WrongRowCount);

		let mut counters = Counters { versions: next, ..counters };
		for (id, offer, bond) in offers {
			counters = Self::without_pending(counters, &offer)?;
			Self::release(&offer.contributor, bond)?;
			let status = Status::Accepted { version };
			Contributions::<T>::insert(datanet, id, Contribution { status, ..offer });
		}
		CountersOf::<T>::insert(datanet, counters);
		let at = frame_system::Pallet::<T>::block_number();
		VersionsOf::<T>::insert(datanet, version, Version { rows, clusters, parent, at });
		Self::deposit_event(Event::VersionFrozen { datanet, version, rows, clusters, parent, contributions });
		Ok(())
	}

	pub(crate) fn do_transfer(owner: T::AccountId, datanet: DatanetId, to: T::AccountId) -> DispatchResult {
		let entry = Self::ensure_owner(&owner, datanet)?;
		ensure!(to != owner, Error::<T>::AlreadyOwner);
		let deposit = entry.deposit;

		// The deposit moves on hold. Were it held afresh from `to`, anyone could lock up other accounts' balances by
		// giving datanets away.
		T::Currency::transfer_on_hold(
			&HoldReason::Datanet.into(),
			&owner,
			&to,
			deposit,
			Precision::Exact,
			Restriction::OnHold,
			Fortitude::Polite,
		)?;
		Datanets::<T>::insert(datanet, Datanet { owner: to.clone(), ..entry });
		Self::deposit_event(Event::Transferred { datanet, from: owner, to, deposit });
		Ok(())
	}

	/// The datanet, if `who` owns it.
	pub(crate) fn ensure_owner(who: &T::AccountId, datanet: DatanetId) -> Result<Datanet<T>, DispatchError> {
		let entry = Datanets::<T>::get(datanet).ok_or(Error::<T>::NoSuchDatanet)?;
		ensure!(entry.owner == *who, Error::<T>::NotOwner);
		Ok(entry)
	}

	/// The named contributions with their bonds, all of which must be pending, and the number of their rows.
	#[allow(clippy::type_complexity)]
	fn pending_offers(
		datanet: DatanetId,
		contributions: &[ContributionId],
	) -> Result<(Vec<(ContributionId, Contribution<T>, Balance)>, u32), DispatchError> {
		let mut offers = Vec::with_capacity(contributions.len());
		let mut rows = 0u32;
		for id in contributions {
			let offer = Contributions::<T>::get(datanet, id).ok_or(Error::<T>::NoSuchContribution)?;
			let Status::Pending { bond } = offer.status else { return Err(Error::<T>::NotPending.into()) };
			rows = rows.checked_add(offer.rows.count).ok_or(Error::<T>::Overflow)?;
			offers.push((*id, offer, bond));
		}
		Ok((offers, rows))
	}

	/// Removes a pending contribution and releases its bond, which is returned.
	fn remove(
		datanet: DatanetId,
		contribution: ContributionId,
		offer: &Contribution<T>,
	) -> Result<Balance, DispatchError> {
		let Status::Pending { bond } = offer.status else { return Err(Error::<T>::NotPending.into()) };
		let counters = CountersOf::<T>::get(datanet).defensive_ok_or(Error::<T>::Unexpected)?;
		let counters = Self::without_pending(counters, offer)?;
		Self::release(&offer.contributor, bond)?;
		CountersOf::<T>::insert(datanet, counters);
		Contributions::<T>::remove(datanet, contribution);
		Ok(bond)
	}

	/// The counters when `offer` is no longer pending.
	fn without_pending(counters: Counters, offer: &Contribution<T>) -> Result<Counters, DispatchError> {
		let rows = u64::from(offer.rows.count);
		Ok(Counters {
			pending: counters.pending.checked_sub(1).defensive_ok_or(Error::<T>::Unexpected)?,
			pending_rows: counters.pending_rows.checked_sub(rows).defensive_ok_or(Error::<T>::Unexpected)?,
			..counters
		})
	}

	fn release(contributor: &T::AccountId, bond: Balance) -> DispatchResult {
		T::Currency::release(&HoldReason::ContributionBond.into(), contributor, bond, Precision::Exact)?;
		Ok(())
	}
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
pub(crate) mod invariants {
	use super::*;
	use alloc::collections::BTreeMap;
	use frame_support::traits::fungible::InspectHold;
	use sp_runtime::TryRuntimeError;

	pub(crate) type Sums<T> = BTreeMap<<T as frame_system::Config>::AccountId, Balance>;

	impl<T: Config> Pallet<T> {
		/// Checks the invariants of the crate documentation.
		pub fn do_try_state() -> Result<(), TryRuntimeError> {
			Self::check_datanets()?;
			Self::check_contributions()?;
			Self::check_versions()?;
			Self::check_access()
		}

		/// Invariants 1 and 2.
		fn check_datanets() -> Result<(), TryRuntimeError> {
			let next = NextDatanet::<T>::get();
			let mut deposits = Sums::<T>::new();
			let mut datanets = 0u32;
			for (id, datanet) in Datanets::<T>::iter() {
				ensure!(id < next, "a datanet is numbered beyond NextDatanet");
				ensure!(CountersOf::<T>::contains_key(id), "a datanet has no counters");
				datanets = datanets.saturating_add(1);
				Self::add(&mut deposits, datanet.owner, datanet.deposit)?;
			}
			ensure!(datanets == next.0, "datanets are not numbered without gaps");
			ensure!(CountersOf::<T>::iter_keys().count() == datanets as usize, "counters have no datanet");
			Self::check_holds(HoldReason::Datanet, deposits)
		}

		/// Invariants 3 and 4.
		fn check_contributions() -> Result<(), TryRuntimeError> {
			let mut bonds = Sums::<T>::new();
			let mut pending = BTreeMap::<DatanetId, (u32, u64)>::new();
			for (datanet, id, offer) in Contributions::<T>::iter() {
				let counters = CountersOf::<T>::get(datanet).ok_or("a contribution has no datanet")?;
				ensure!(id < counters.next_contribution, "a contribution is numbered beyond next_contribution");
				ensure!(offer.rows.count > 0, "a contribution has no rows");
				let Status::Pending { bond } = offer.status else { continue };
				Self::add(&mut bonds, offer.contributor, bond)?;
				let (count, rows) = pending.entry(datanet).or_default();
				*count = count.saturating_add(1);
				*rows = rows.saturating_add(offer.rows.count.into());
			}
			for (datanet, counters) in CountersOf::<T>::iter() {
				let counted = pending.get(&datanet).copied().unwrap_or_default();
				ensure!(counted == (counters.pending, counters.pending_rows), "pending contributions are miscounted");
				ensure!(counters.pending <= T::MaxPending::get(), "too many contributions are pending");
			}
			Self::check_holds(HoldReason::ContributionBond, bonds)
		}

		/// Invariants 5 and 6.
		fn check_versions() -> Result<(), TryRuntimeError> {
			let mut accepted = BTreeMap::<(DatanetId, u32), (u32, u32)>::new();
			for (datanet, _, offer) in Contributions::<T>::iter() {
				let Status::Accepted { version } = offer.status else { continue };
				let (count, rows) = accepted.entry((datanet, version)).or_default();
				*count = count.saturating_add(1);
				*rows = rows.checked_add(offer.rows.count).ok_or("the rows of a version overflow")?;
			}
			let mut versions = 0usize;
			for (datanet, counters) in CountersOf::<T>::iter() {
				let mut parent = None;
				let mut inherited = 0u32;
				for number in 0..counters.versions {
					let version = VersionsOf::<T>::get(datanet, number).ok_or("a version is missing")?;
					ensure!(version.parent == parent, "the parent of a version is not the one before");
					let (count, rows) = accepted.remove(&(datanet, number)).ok_or("a version accepted nothing")?;
					ensure!(count <= T::MaxPerVersion::get(), "a version accepted too many contributions");
					ensure!(inherited.checked_add(rows) == Some(version.rows.count), "a version has other rows");
					parent = Some(number);
					inherited = version.rows.count;
					versions = versions.saturating_add(1);
				}
			}
			ensure!(accepted.is_empty(), "a contribution is accepted in a version that does not exist");
			ensure!(VersionsOf::<T>::iter_keys().count() == versions, "a version is numbered beyond `versions`");
			Ok(())
		}

		pub(crate) fn add(sums: &mut Sums<T>, account: T::AccountId, amount: Balance) -> Result<(), TryRuntimeError> {
			let sum = sums.entry(account).or_default();
			*sum = sum.checked_add(amount).ok_or("a sum of holds overflows")?;
			Ok(())
		}

		/// Every account has on hold exactly what is recorded for it.
		pub(crate) fn check_holds(reason: HoldReason, mut recorded: Sums<T>) -> Result<(), TryRuntimeError> {
			let reason = reason.into();
			for account in frame_system::Account::<T>::iter_keys() {
				let held = T::Currency::balance_on_hold(&reason, &account);
				let sum = recorded.remove(&account).unwrap_or_default();
				ensure!(held == sum, "what is on hold differs from what is recorded");
			}
			ensure!(recorded.values().all(|sum| *sum == 0), "something is recorded for an account that does not exist");
			Ok(())
		}
	}
}
