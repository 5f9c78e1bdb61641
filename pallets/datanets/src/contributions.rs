//! From a commitment to rows that wait for a version.

use crate::{
	pallet::{Commits, Config, Contributions, CountersOf, Datanets, Error, Event, HoldReason, Pallet},
	types::{Commit, Committee, Contribution, Counters, Status},
};
use frame_support::{
	ensure,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision},
		DefensiveOption, Get,
	},
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{judgement::seal_contribution, Balance, Commitment, ContributionId, DatanetId};
use sp_core::H256;
use sp_runtime::{traits::CheckedAdd, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_commit(contributor: T::AccountId, datanet: DatanetId, seal: H256) -> DispatchResult {
		let entry = Datanets::<T>::get(datanet).ok_or(Error::<T>::NoSuchDatanet)?;
		Self::ensure_admitted(&entry, datanet, &contributor)?;
		let counters = Self::counters_of(datanet)?;
		ensure!(counters.commits.saturating_add(counters.pending) < T::MaxPending::get(), Error::<T>::TooManyPending);
		let id = counters.next_contribution;
		let counters = Counters {
			next_contribution: id.next().ok_or(Error::<T>::IdsExhausted)?,
			commits: counters.commits.checked_add(1).ok_or(Error::<T>::Overflow)?,
			..counters
		};
		let at = Self::now();
		let until = at.checked_add(&T::RevealWindow::get()).ok_or(Error::<T>::Overflow)?;
		let deposit = T::CommitDeposit::get();

		T::Currency::hold(&HoldReason::Commit.into(), &contributor, deposit)?;
		CountersOf::<T>::insert(datanet, counters);
		Commits::<T>::insert(datanet, id, Commit { contributor: contributor.clone(), seal, at, until, deposit });
		Self::deposit_event(Event::Committed { datanet, contribution: id, contributor, seal, until, deposit });
		Ok(())
	}

	pub(crate) fn do_reveal(
		contributor: T::AccountId,
		datanet: DatanetId,
		id: ContributionId,
		rows: Commitment,
		bytes: u64,
		content: H256,
		salt: H256,
	) -> DispatchResult {
		ensure!(rows.count > 0, Error::<T>::NoRows);
		ensure!(rows.count <= T::MaxRowsPerContribution::get(), Error::<T>::TooManyRows);
		ensure!(bytes > 0, Error::<T>::NoBytes);
		let commit = Commits::<T>::get(datanet, id).ok_or(Error::<T>::NoSuchCommit)?;
		ensure!(commit.contributor == contributor, Error::<T>::NotContributor);
		ensure!(Self::now() > commit.at, Error::<T>::RevealEarly);
		ensure!(Self::now() <= commit.until, Error::<T>::RevealLate);
		let seal = seal_contribution(&Self::domain(), datanet, &contributor, &rows, &content, &salt);
		ensure!(seal == commit.seal, Error::<T>::RevealMismatch);
		let bond = T::BondPerRow::get().checked_mul(rows.count.into()).ok_or(Error::<T>::Overflow)?;
		let counters = Self::counters_of(datanet)?;
		let counters = Counters {
			commits: counters.commits.checked_sub(1).defensive_ok_or(Error::<T>::Unexpected)?,
			pending: counters.pending.checked_add(1).ok_or(Error::<T>::Overflow)?,
			pending_rows: counters.pending_rows.checked_add(rows.count.into()).ok_or(Error::<T>::Overflow)?,
			..counters
		};

		T::Currency::release(&HoldReason::Commit.into(), &contributor, commit.deposit, Precision::Exact)?;
		T::Currency::hold(&HoldReason::ContributionBond.into(), &contributor, bond)?;
		CountersOf::<T>::insert(datanet, counters);
		Commits::<T>::remove(datanet, id);
		let status = Status::Pending { bond, committee: Committee::None };
		let offer = Contribution { contributor: contributor.clone(), rows, bytes, content, at: commit.at, status };
		Contributions::<T>::insert(datanet, id, offer);
		Self::deposit_event(Event::Contributed { datanet, contribution: id, contributor, rows, bytes, content, bond });
		Ok(())
	}

	pub(crate) fn do_expire_commit(datanet: DatanetId, id: ContributionId) -> DispatchResult {
		let Commit { contributor, until, deposit, .. } =
			Commits::<T>::get(datanet, id).ok_or(Error::<T>::NoSuchCommit)?;
		ensure!(Self::now() > until, Error::<T>::CommitLive);
		let counters = Self::counters_of(datanet)?;
		let commits = counters.commits.checked_sub(1).defensive_ok_or(Error::<T>::Unexpected)?;

		Self::burn_held(HoldReason::Commit, &contributor, deposit)?;
		CountersOf::<T>::insert(datanet, Counters { commits, ..counters });
		Commits::<T>::remove(datanet, id);
		Self::deposit_event(Event::CommitExpired { datanet, contribution: id, contributor, deposit });
		Ok(())
	}

	pub(crate) fn do_withdraw(
		contributor: T::AccountId,
		datanet: DatanetId,
		contribution: ContributionId,
	) -> DispatchResult {
		let offer = Contributions::<T>::get(datanet, contribution).ok_or(Error::<T>::NoSuchContribution)?;
		ensure!(offer.contributor == contributor, Error::<T>::NotContributor);
		let (bond, _) = Self::ensure_undecided(&offer)?;
		Self::remove(datanet, contribution, &offer)?;
		Self::release_bond(&contributor, bond)?;
		Self::deposit_event(Event::Withdrawn { datanet, contribution, contributor, bond });
		Ok(())
	}

	pub(crate) fn do_reject(owner: T::AccountId, datanet: DatanetId, contribution: ContributionId) -> DispatchResult {
		Self::ensure_owner(&owner, datanet)?;
		let offer = Contributions::<T>::get(datanet, contribution).ok_or(Error::<T>::NoSuchContribution)?;
		let (bond, committee) = Self::ensure_undecided(&offer)?;
		ensure!(committee == Committee::None, Error::<T>::CommitteeAccepted);
		Self::remove(datanet, contribution, &offer)?;
		Self::release_bond(&offer.contributor, bond)?;
		Self::deposit_event(Event::Rejected { datanet, contribution, contributor: offer.contributor, bond });
		Ok(())
	}

	pub(crate) fn do_overrule(datanet: DatanetId, contribution: ContributionId) -> DispatchResult {
		let offer = Contributions::<T>::get(datanet, contribution).ok_or(Error::<T>::NoSuchContribution)?;
		let Status::Pending { bond, committee } = offer.status else { return Err(Error::<T>::NotPending.into()) };
		let Committee::Accepted { at } = committee else { return Err(Error::<T>::NotJudged.into()) };
		Self::ensure_owner_late(at)?;
		let counters = Self::without_pending(Self::counters_of(datanet)?, &offer)?;
		ensure!(counters.due < T::MaxPerVersion::get(), Error::<T>::TooManyDue);
		let due = counters.due.checked_add(1).ok_or(Error::<T>::Overflow)?;

		Self::release_bond(&offer.contributor, bond)?;
		CountersOf::<T>::insert(datanet, Counters { due, ..counters });
		let (contributor, status) = (offer.contributor.clone(), Status::Due { since: Self::now() });
		Contributions::<T>::insert(datanet, contribution, Contribution { status, ..offer });
		Self::deposit_event(Event::Overruled { datanet, contribution, contributor, bond });
		Ok(())
	}

	/// Bond and committee of a contribution that is pending and before no committee.
	pub(crate) fn ensure_undecided(
		offer: &Contribution<T>,
	) -> Result<(Balance, Committee<BlockNumberFor<T>>), DispatchError> {
		let Status::Pending { bond, committee } = offer.status else { return Err(Error::<T>::NotPending.into()) };
		ensure!(committee != Committee::Deciding, Error::<T>::WithCommittee);
		Ok((bond, committee))
	}

	/// Removes a pending contribution. Its bond is still on hold.
	pub(crate) fn remove(datanet: DatanetId, contribution: ContributionId, offer: &Contribution<T>) -> DispatchResult {
		CountersOf::<T>::insert(datanet, Self::without_pending(Self::counters_of(datanet)?, offer)?);
		Contributions::<T>::remove(datanet, contribution);
		Ok(())
	}

	/// The counters when `offer` is no longer pending.
	pub(crate) fn without_pending(counters: Counters, offer: &Contribution<T>) -> Result<Counters, DispatchError> {
		let rows = u64::from(offer.rows.count);
		Ok(Counters {
			pending: counters.pending.checked_sub(1).defensive_ok_or(Error::<T>::Unexpected)?,
			pending_rows: counters.pending_rows.checked_sub(rows).defensive_ok_or(Error::<T>::Unexpected)?,
			..counters
		})
	}

	pub(crate) fn counters_of(datanet: DatanetId) -> Result<Counters, DispatchError> {
		CountersOf::<T>::get(datanet).ok_or_else(|| Error::<T>::NoSuchDatanet.into())
	}

	/// Fails while the owner still has time for what happened at block `at`.
	pub(crate) fn ensure_owner_late(at: BlockNumberFor<T>) -> DispatchResult {
		let until = at.checked_add(&T::OwnerTime::get()).ok_or(Error::<T>::Overflow)?;
		ensure!(Self::now() > until, Error::<T>::OwnerHasTime);
		Ok(())
	}

	pub(crate) fn release_bond(contributor: &T::AccountId, bond: Balance) -> DispatchResult {
		T::Currency::release(&HoldReason::ContributionBond.into(), contributor, bond, Precision::Exact)?;
		Ok(())
	}

	pub(crate) fn burn_held(reason: HoldReason, who: &T::AccountId, amount: Balance) -> DispatchResult {
		T::Currency::burn_held(&reason.into(), who, amount, Precision::Exact, Fortitude::Force)?;
		Ok(())
	}
}
