//! The invariants of the crate documentation.

use crate::{
	pallet::{
		Commits, Config, Contributions, CountersOf, Datanets, HoldReason, NextDatanet, Notices, Pallet, Taken,
		VersionsOf,
	},
	types::Status,
};
use alloc::collections::BTreeMap;
use frame_support::{
	ensure,
	traits::{fungible::InspectHold, Get},
};
use openledger_primitives::{Balance, DatanetId};
use sp_runtime::TryRuntimeError;

pub(crate) type Sums<T> = BTreeMap<<T as frame_system::Config>::AccountId, Balance>;

impl<T: Config> Pallet<T> {
	/// Checks the invariants of the crate documentation.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_datanets()?;
		Self::check_contributions()?;
		Self::check_versions()?;
		Self::check_access()?;
		Self::check_takedowns()?;
		Self::check_commons()
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
		let (mut bonds, mut deposits) = (Sums::<T>::new(), Sums::<T>::new());
		let mut pending = BTreeMap::<DatanetId, (u32, u64)>::new();
		let (mut commits, mut due) = (BTreeMap::<DatanetId, u32>::new(), BTreeMap::<DatanetId, u32>::new());
		for (datanet, id, commit) in Commits::<T>::iter() {
			let counters = CountersOf::<T>::get(datanet).ok_or("a commitment has no datanet")?;
			ensure!(id < counters.next_contribution, "a commitment is numbered beyond next_contribution");
			ensure!(!Contributions::<T>::contains_key(datanet, id), "a number is that of two contributions");
			Self::add(&mut deposits, commit.contributor, commit.deposit)?;
			Self::count(&mut commits, datanet);
		}
		for (datanet, id, offer) in Contributions::<T>::iter() {
			let counters = CountersOf::<T>::get(datanet).ok_or("a contribution has no datanet")?;
			ensure!(id < counters.next_contribution, "a contribution is numbered beyond next_contribution");
			ensure!(offer.rows.count > 0, "a contribution has no rows");
			if matches!(offer.status, Status::Due { .. }) {
				Self::count(&mut due, datanet);
			}
			let Status::Pending { bond, .. } = offer.status else { continue };
			Self::add(&mut bonds, offer.contributor, bond)?;
			let (count, rows) = pending.entry(datanet).or_default();
			*count = count.saturating_add(1);
			*rows = rows.saturating_add(offer.rows.count.into());
		}
		for (datanet, counters) in CountersOf::<T>::iter() {
			let counted = pending.get(&datanet).copied().unwrap_or_default();
			ensure!(counted == (counters.pending, counters.pending_rows), "pending contributions are miscounted");
			let counted = |counts: &BTreeMap<DatanetId, u32>| counts.get(&datanet).copied().unwrap_or_default();
			ensure!(counted(&commits) == counters.commits, "commitments are miscounted");
			ensure!(counted(&due) == counters.due, "contributions that are due are miscounted");
			let waiting = counters.pending.saturating_add(counters.commits);
			ensure!(waiting <= T::MaxPending::get(), "too many contributions are pending");
			ensure!(counters.due <= T::MaxPerVersion::get(), "too many contributions are due");
		}
		Self::check_holds(HoldReason::Commit, deposits)?;
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

	/// Invariants 9 and 10.
	fn check_takedowns() -> Result<(), TryRuntimeError> {
		let mut bonds = Sums::<T>::new();
		let mut notices = BTreeMap::<DatanetId, u32>::new();
		for (datanet, row, notice) in Notices::<T>::iter() {
			let counters = CountersOf::<T>::get(datanet).ok_or("a notice has no datanet")?;
			let rows = counters.versions.checked_sub(1).and_then(|last| VersionsOf::<T>::get(datanet, last));
			ensure!(rows.is_some_and(|version| row < version.rows.count), "a notice is of no row");
			ensure!(!Taken::<T>::contains_key(datanet, row), "a notice is of a row that was taken down");
			ensure!(!notice.deciding || notice.contested.is_some(), "a committee has a notice that nobody contests");
			Self::count(&mut notices, datanet);
			Self::add(&mut bonds, notice.claimant, notice.bond)?;
			if let Some(contester) = notice.contested {
				Self::add(&mut bonds, contester, notice.bond)?;
			}
		}
		for (datanet, counters) in CountersOf::<T>::iter() {
			let counted = notices.get(&datanet).copied().unwrap_or_default();
			ensure!(counted == counters.notices, "notices are miscounted");
			ensure!(counted <= T::MaxNotices::get(), "there are too many notices");
		}
		for (datanet, row, taken) in Taken::<T>::iter() {
			let version = VersionsOf::<T>::get(datanet, taken.last_version);
			ensure!(version.is_some_and(|version| row < version.rows.count), "what was taken down is no row");
		}
		Self::check_holds(HoldReason::Notice, bonds)
	}

	fn count(counts: &mut BTreeMap<DatanetId, u32>, datanet: DatanetId) {
		let count = counts.entry(datanet).or_default();
		*count = count.saturating_add(1);
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
