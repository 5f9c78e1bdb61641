//! What committees of curators decide.

use crate::{
	pallet::{Config, Contributions, Datanets, Error, Event, Notices, Pallet},
	types::{forfeit, weight_lost, Committee, Contribution, Notice, Status},
};
use alloc::vec;
use frame_support::ensure;
use openledger_primitives::{
	judgement::{Case, Verdict},
	traits::{Brief, Cases, Contributions as Weights},
	ContributionId, DatanetId,
};
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Cases<T::AccountId> for Pallet<T> {
	fn open(case: Case, opener: &T::AccountId) -> Result<Brief<T::AccountId>, DispatchError> {
		let owner = Self::owner(case.datanet()).ok_or(Error::<T>::NoSuchDatanet)?;
		match case {
			Case::Contribution { datanet, contribution } => {
				let offer = Contributions::<T>::get(datanet, contribution).ok_or(Error::<T>::NoSuchContribution)?;
				ensure!(*opener == owner || *opener == offer.contributor, Error::<T>::NotParty);
				let (_, committee) = Self::ensure_undecided(&offer)?;
				ensure!(committee == Committee::None, Error::<T>::CommitteeAccepted);
				let brief = Brief { rows: offer.rows.count, parties: vec![owner, offer.contributor.clone()] };
				Self::set_committee(datanet, contribution, offer, Committee::Deciding);
				Self::deposit_event(Event::BroughtToCommittee { datanet, contribution });
				Ok(brief)
			}
			Case::Takedown { datanet, row } => {
				let notice = Notices::<T>::get(datanet, row).ok_or(Error::<T>::NoSuchNotice)?;
				let contester = notice.contested.clone().ok_or(Error::<T>::NotContested)?;
				let sides = [&notice.claimant, &contester, &notice.contributor];
				ensure!(sides.contains(&opener), Error::<T>::NotParty);
				ensure!(!notice.deciding, Error::<T>::WithCommittee);
				ensure!(Self::now() <= notice.until, Error::<T>::AnswerLate);
				let parties = vec![owner, notice.claimant.clone(), contester, notice.contributor.clone()];
				Notices::<T>::insert(datanet, row, Notice { deciding: true, ..notice });
				Self::deposit_event(Event::NoticeBroughtToCommittee { datanet, row });
				Ok(Brief { rows: 1, parties })
			}
		}
	}

	fn may_appeal(case: Case, verdict: Verdict, who: &T::AccountId) -> bool {
		let accepted = verdict == Verdict::Accepted;
		match case {
			Case::Contribution { datanet, .. } if accepted => Self::owner(datanet).as_ref() == Some(who),
			Case::Contribution { datanet, contribution } => {
				Contributions::<T>::get(datanet, contribution).is_some_and(|offer| offer.contributor == *who)
			}
			Case::Takedown { datanet, row } => Notices::<T>::get(datanet, row).is_some_and(|notice| match accepted {
				true => notice.claimant == *who,
				// Whoever contests, it is the contributor's row that goes.
				false => notice.contested.as_ref() == Some(who) || notice.contributor == *who,
			}),
		}
	}

	fn close(case: Case, verdict: Option<Verdict>) -> DispatchResult {
		match case {
			Case::Contribution { datanet, contribution } => Self::judge(datanet, contribution, verdict),
			Case::Takedown { datanet, row } => Self::judge_notice(datanet, row, verdict),
		}
	}

	fn owner(datanet: DatanetId) -> Option<T::AccountId> {
		Datanets::<T>::get(datanet).map(|datanet| datanet.owner)
	}
}

impl<T: Config> Pallet<T> {
	fn owner(datanet: DatanetId) -> Option<T::AccountId> {
		<Self as Cases<T::AccountId>>::owner(datanet)
	}

	fn judge(datanet: DatanetId, contribution: ContributionId, verdict: Option<Verdict>) -> DispatchResult {
		let offer = Contributions::<T>::get(datanet, contribution).ok_or(Error::<T>::NoSuchContribution)?;
		let Status::Pending { bond, committee: Committee::Deciding } = offer.status else {
			return Err(Error::<T>::NotPending.into());
		};
		let contributor = offer.contributor.clone();
		let burnt = match verdict {
			Some(Verdict::Rejected(fault)) => {
				let lost = forfeit(bond, fault);
				Self::remove(datanet, contribution, &offer)?;
				Self::burn_held(crate::HoldReason::ContributionBond, &contributor, lost)?;
				Self::release_bond(&contributor, bond.saturating_sub(lost))?;
				let part = weight_lost(bond, lost);
				if !part.is_zero() {
					T::ContributionWeight::burn(&contributor, part);
				}
				lost
			}
			Some(Verdict::Accepted) => {
				Self::set_committee(datanet, contribution, offer, Committee::Accepted { at: Self::now() });
				0
			}
			None => {
				Self::set_committee(datanet, contribution, offer, Committee::None);
				0
			}
		};
		Self::deposit_event(Event::Judged { datanet, contribution, contributor, verdict, burnt });
		Ok(())
	}

	/// Writes what a committee has to do with a pending contribution.
	fn set_committee(
		datanet: DatanetId,
		id: ContributionId,
		offer: Contribution<T>,
		committee: Committee<frame_system::pallet_prelude::BlockNumberFor<T>>,
	) {
		if let Status::Pending { bond, .. } = offer.status {
			let status = Status::Pending { bond, committee };
			Contributions::<T>::insert(datanet, id, Contribution { status, ..offer });
		}
	}
}
