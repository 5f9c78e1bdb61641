//! Rows that somebody has a right to: notices, answers, and rows that were taken down.

use crate::{
	pallet::{Config, CountersOf, Datanets, Error, Event, HoldReason, Notices, Pallet, Taken},
	types::{Counters, Notice, NoticeEnd, TakenDown},
};
use frame_support::{
	ensure,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
		ConstU32, DefensiveOption, Get,
	},
	BoundedVec,
};
use openledger_primitives::{judgement::Verdict, Balance, DatanetId, RowLeaf, MAX_PROOF};
use sp_core::H256;
use sp_runtime::{traits::CheckedAdd, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_file_notice(
		claimant: T::AccountId,
		datanet: DatanetId,
		version: u32,
		leaf: RowLeaf<T::AccountId>,
		proof: BoundedVec<H256, ConstU32<MAX_PROOF>>,
		reason: H256,
	) -> DispatchResult {
		ensure!(Self::is_row(datanet, version, &leaf, &proof), Error::<T>::BadRowProof);
		let row = leaf.row;
		// Else an owner freezes a version in which the row belongs to a puppet, and the puppet agrees.
		ensure!(Self::is_first_with(datanet, version, row), Error::<T>::NotFirstVersion);
		ensure!(!Taken::<T>::contains_key(datanet, row), Error::<T>::AlreadyTakenDown);
		ensure!(!Notices::<T>::contains_key(datanet, row), Error::<T>::AlreadyNoticed);
		let counters = Self::counters_of(datanet)?;
		ensure!(counters.notices < T::MaxNotices::get(), Error::<T>::TooManyNotices);
		let notices = counters.notices.checked_add(1).ok_or(Error::<T>::Overflow)?;
		let (until, bond) = (Self::answer_by()?, T::NoticeBond::get());

		T::Currency::hold(&HoldReason::Notice.into(), &claimant, bond)?;
		CountersOf::<T>::insert(datanet, Counters { notices, ..counters });
		let (contributor, contested) = (leaf.contributor, None);
		let notice = Notice { claimant, contributor, reason, bond, until, contested, deciding: false };
		Notices::<T>::insert(datanet, row, notice.clone());
		let Notice { claimant, contributor, .. } = notice;
		Self::deposit_event(Event::NoticeFiled { datanet, row, claimant, contributor, reason, until, bond });
		Ok(())
	}

	pub(crate) fn do_contest_notice(by: T::AccountId, datanet: DatanetId, row: u32) -> DispatchResult {
		let notice = Notices::<T>::get(datanet, row).ok_or(Error::<T>::NoSuchNotice)?;
		let owner = Datanets::<T>::get(datanet).map(|datanet| datanet.owner);
		ensure!(by == notice.contributor || Some(&by) == owner.as_ref(), Error::<T>::NotParty);
		// Else a claimant that is the owner would keep the contributor from contesting, and risk no bond.
		ensure!(by != notice.claimant, Error::<T>::NotParty);
		ensure!(notice.contested.is_none(), Error::<T>::AlreadyContested);
		ensure!(Self::now() <= notice.until, Error::<T>::AnswerLate);
		let (until, bond) = (Self::answer_by()?, notice.bond);

		T::Currency::hold(&HoldReason::Notice.into(), &by, bond)?;
		Notices::<T>::insert(datanet, row, Notice { contested: Some(by.clone()), until, ..notice });
		Self::deposit_event(Event::NoticeContested { datanet, row, by, until, bond });
		Ok(())
	}

	pub(crate) fn do_end_notice(who: T::AccountId, datanet: DatanetId, row: u32) -> DispatchResult {
		let notice = Notices::<T>::get(datanet, row).ok_or(Error::<T>::NoSuchNotice)?;
		ensure!(!notice.deciding, Error::<T>::WithCommittee);
		let late = Self::now() > notice.until;
		match &notice.contested {
			None if who == notice.contributor || late => {
				Self::close_notice(datanet, row, &notice, NoticeEnd::Uncontested)?;
				Self::take_down(datanet, row, &notice.contributor)
			}
			None => {
				ensure!(who == notice.claimant, Error::<T>::AnswerOpen);
				Self::drop_notice(datanet, row, &notice, NoticeEnd::Withdrawn)
			}
			Some(contester) => {
				// Who is contested cannot slip away while a committee can still be asked.
				ensure!(late, Error::<T>::AnswerOpen);
				Self::release_notice(contester, notice.bond)?;
				Self::drop_notice(datanet, row, &notice, NoticeEnd::Lapsed)
			}
		}
	}

	/// Carries out what a committee decided about a contested notice.
	pub(crate) fn judge_notice(datanet: DatanetId, row: u32, verdict: Option<Verdict>) -> DispatchResult {
		let notice = Notices::<T>::get(datanet, row).ok_or(Error::<T>::NoSuchNotice)?;
		ensure!(notice.deciding, Error::<T>::NotContested);
		let contester = notice.contested.clone().defensive_ok_or(Error::<T>::Unexpected)?;
		match verdict {
			Some(Verdict::Rejected(_)) => {
				Self::award(&contester, &notice.claimant, notice.bond)?;
				Self::close_notice(datanet, row, &notice, NoticeEnd::Upheld)?;
				Self::take_down(datanet, row, &notice.contributor)
			}
			Some(Verdict::Accepted) => {
				Self::release_notice(&contester, notice.bond)?;
				Self::award(&notice.claimant, &contester, notice.bond)?;
				Self::forget_notice(datanet, row, NoticeEnd::Dismissed, 0)
			}
			None => {
				let until = Self::answer_by()?;
				Notices::<T>::insert(datanet, row, Notice { deciding: false, until, ..notice });
				Self::deposit_event(Event::NoticeReturned { datanet, row, until });
				Ok(())
			}
		}
	}

	fn take_down(datanet: DatanetId, row: u32, contributor: &T::AccountId) -> DispatchResult {
		// A notice opens a row of a version, so there is one.
		let versions = Self::counters_of(datanet)?.versions;
		let last_version = versions.checked_sub(1).defensive_ok_or(Error::<T>::Unexpected)?;
		Self::stop_earning(datanet, contributor)?;
		Taken::<T>::insert(datanet, row, TakenDown { at: Self::now(), last_version });
		Self::deposit_event(Event::RowTakenDown { datanet, row, last_version });
		Ok(())
	}

	/// Releases the bond of the claimant and removes the notice.
	fn close_notice(datanet: DatanetId, row: u32, notice: &Notice<T>, end: NoticeEnd) -> DispatchResult {
		Self::release_notice(&notice.claimant, notice.bond)?;
		Self::forget_notice(datanet, row, end, 0)
	}

	/// Removes a notice that its claimant did not see through. A tenth of its bond is burnt, or notices would keep
	/// others from filing theirs for nothing.
	fn drop_notice(datanet: DatanetId, row: u32, notice: &Notice<T>, end: NoticeEnd) -> DispatchResult {
		let burnt = notice.bond.div_ceil(10);
		Self::burn_held(HoldReason::Notice, &notice.claimant, burnt)?;
		Self::release_notice(&notice.claimant, notice.bond.saturating_sub(burnt))?;
		Self::forget_notice(datanet, row, end, burnt)
	}

	fn forget_notice(datanet: DatanetId, row: u32, end: NoticeEnd, burnt: Balance) -> DispatchResult {
		let counters = Self::counters_of(datanet)?;
		let notices = counters.notices.checked_sub(1).defensive_ok_or(Error::<T>::Unexpected)?;
		CountersOf::<T>::insert(datanet, Counters { notices, ..counters });
		Notices::<T>::remove(datanet, row);
		Self::deposit_event(Event::NoticeClosed { datanet, row, end, burnt });
		Ok(())
	}

	/// Gives the bond of `loser` to `winner`.
	fn award(loser: &T::AccountId, winner: &T::AccountId, bond: Balance) -> DispatchResult {
		T::Currency::transfer_on_hold(
			&HoldReason::Notice.into(),
			loser,
			winner,
			bond,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		)?;
		Ok(())
	}

	fn release_notice(who: &T::AccountId, bond: Balance) -> DispatchResult {
		T::Currency::release(&HoldReason::Notice.into(), who, bond, Precision::Exact)?;
		Ok(())
	}

	/// The last block for an answer from now on.
	fn answer_by() -> Result<frame_system::pallet_prelude::BlockNumberFor<T>, DispatchError> {
		Self::now().checked_add(&T::AnswerWindow::get()).ok_or_else(|| Error::<T>::Overflow.into())
	}
}
