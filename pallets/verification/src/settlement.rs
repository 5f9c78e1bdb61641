//! What everybody has, and pays, when a case is over.
//!
//! | Outcome | A member that agrees | One that does not | Bond of a challenge | Bond of an appeal |
//! |---|---|---|---|---|
//! | sound | a fee | fined: a sentinel for the accused, others half for it, half burnt | pays the auditors, the rest half for the accused, half burnt | released |
//! | guilty, unsound | a fee | fined, burnt | released, and a share of the slash | half burnt, half for the auditors; released if none were there to hear it |
//! | guilty, withheld | a fee, whatever it found | | released, and a share | |
//! | planted | two fees | fined: half for the agent, half burnt | | |
//! | undecided, unaudited | a fee, whatever it found | | released | released |
//!
//! Who finds [`Finding::Unavailable`] and is contradicted is neither paid nor fined: an agent can serve others and not it.

use crate::{
	ladder::Stage,
	pallet::{Agenda, Cases, ChallengesBy, Clean, Config, Dockets, Event, HoldReason, Pallet, Panels},
	types::{Appeal, Case, Cause, Entry, Member, Outcome, MAX_RETRIES},
};
use frame_support::traits::{
	fungible::{Inspect, Mutate, MutateHold},
	tokens::{Fortitude, Precision, Preservation, Restriction},
	Get,
};
use openledger_primitives::{
	traits::{Agents, Batches, Shares},
	Balance, CaseId, Finding, Offence,
};
use sp_runtime::{DispatchError, DispatchResult};

/// What decides what a member is paid or fined.
struct Ending<AccountId> {
	case: CaseId,
	outcome: Outcome,
	/// The account that the accused is paid on.
	accused: AccountId,
	/// Whether most of those who found something wrong found that they were not served.
	unserved: bool,
	/// A committee that was not complete when the case ended.
	unheard: Option<Stage>,
}

impl<AccountId> Ending<AccountId> {
	/// Whether a member was right; `None` if nobody can tell.
	fn right(&self, stage: Stage, finding: Finding) -> Option<bool> {
		let sound = finding.is_sound();
		match (self.outcome, finding) {
			(Outcome::Sound | Outcome::Planted, Finding::Unavailable) => None,
			(Outcome::Guilty(Offence::Unsound), Finding::Unavailable) => self.unserved.then_some(true),
			(Outcome::Sound, _) => Some(sound),
			(Outcome::Guilty(Offence::Unsound), _) => Some(!sound || self.unheard == Some(stage)),
			(Outcome::Planted, _) => Some(!sound),
			(Outcome::Guilty(_) | Outcome::Undecided | Outcome::Unaudited, _) => Some(true),
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Ends a case. Fails, before anything is written, if the agent is guilty and its slash is not taken over.
	pub(crate) fn conclude(id: CaseId, case: Case<T>, outcome: Outcome) -> DispatchResult {
		let panel = Panels::<T>::get(id);
		match outcome {
			Outcome::Guilty(offence) => {
				// Takes over the hold of the batch and the bond of the agent.
				let shares = Self::shares(&case);
				T::Agents::defer_slash(&case.agent, offence, case.fees, case.batch, &shares)?;
				Clean::<T>::remove(&case.agent);
			}
			Outcome::Sound | Outcome::Planted | Outcome::Undecided | Outcome::Unaudited => {
				T::Batches::unhold(case.batch);
				T::Agents::unbind(&case.agent);
			}
		}
		if outcome == Outcome::Sound && matches!(case.cause, Cause::Sampled { .. }) {
			// A challenge does not count: an agent could have itself challenged.
			Clean::<T>::mutate(&case.agent, |clean| *clean = clean.saturating_add(1));
		}
		if outcome == Outcome::Unaudited {
			Self::deposit_event(Event::Unaudited { batch: case.batch });
		}
		let accused = T::Agents::beneficiary(&case.agent).unwrap_or_else(|| case.agent.clone());
		let unserved = unserved(&panel);
		let unheard = (case.retries >= MAX_RETRIES).then_some(case.stage);
		let ending = Ending { case: id, outcome, accused, unserved, unheard };
		let mut cost: Balance = 0;
		for member in &panel {
			cost = cost.saturating_add(Self::settle_member(member, &ending));
			Self::discharge(&member.who)?;
		}
		if let Cause::Challenged { by, bond } = &case.cause {
			Self::settle_challenge(by, *bond, cost, &ending)?;
		}
		if let Some(appeal) = &case.appeal {
			Self::settle_appeal(appeal, &ending)?;
		}
		Dockets::<T>::mutate_exists(case.batch, |entry| {
			let Some(docket) = entry else { return };
			let like = docket.like(&case.cause, case.subject);
			*like = like.saturating_sub(1);
			if docket.is_over() {
				*entry = None;
			}
		});
		Agenda::<T>::remove(case.until, Entry::Case(id));
		Panels::<T>::remove(id);
		Cases::<T>::remove(id);
		Self::deposit_event(Event::CaseClosed { case: id, batch: case.batch, outcome });
		Ok(())
	}

	/// Who shares in the slash: the challenger, if there is one. A sentinel has no part, or colluding auditors would convict
	/// whoever has a great stake; it is paid for its finding.
	fn shares(case: &Case<T>) -> Shares<T::AccountId> {
		let challenger = match &case.cause {
			Cause::Challenged { by, .. } => Some(by.clone()),
			Cause::Sampled { .. } => None,
		};
		Shares { challenger, harmed: Some(T::HarmedPot::get()), committee: Some(Self::pot()) }
	}

	/// The account that an auditor is paid on.
	fn purse(auditor: &T::AccountId) -> T::AccountId {
		T::Agents::beneficiary(auditor).unwrap_or_else(|| auditor.clone())
	}

	/// Pays or fines a member that has spoken. Returns what it was paid.
	fn settle_member(member: &Member<T::AccountId>, ending: &Ending<T::AccountId>) -> Balance {
		// Nobody is to blame who was not given the time to speak.
		let Some(finding) = member.finding else { return 0 };
		let Some(right) = ending.right(member.stage, finding) else { return 0 };
		let Ending { case: id, outcome, accused, .. } = ending;
		let (id, outcome, auditor) = (*id, *outcome, member.who.clone());
		match (outcome, right) {
			(Outcome::Planted, true) => {
				let paid = Self::pay(&auditor, T::Fee::get().saturating_mul(2));
				Self::deposit_event(Event::PlantCaught { case: id, auditor, paid });
				paid
			}
			(Outcome::Planted, false) => {
				let (burnt, given) = Self::fine_half(&auditor, T::PlantFine::get(), accused);
				Self::deposit_event(Event::PlantMissed { case: id, auditor, burnt, given });
				0
			}
			(_, true) => {
				let paid = Self::pay(&auditor, T::Fee::get());
				Self::deposit_event(Event::Paid { case: id, auditor, paid });
				paid
			}
			(_, false) => {
				let fine = T::ErrorFine::get();
				let (burnt, given) = match (outcome, member.stage) {
					(Outcome::Sound, Stage::One) => (0, T::Agents::fine(&auditor, fine, Some(accused))),
					(Outcome::Sound, Stage::Three | Stage::Seven) => Self::fine_half(&auditor, fine, accused),
					// The accused is guilty, and the others gain nothing by being many.
					_ => (T::Agents::fine(&auditor, fine, None), 0),
				};
				Self::deposit_event(Event::Fined { case: id, auditor, burnt, given });
				0
			}
		}
	}

	/// Fines an auditor, half for the accused and half burnt. Returns what was burnt, and what the accused has.
	fn fine_half(auditor: &T::AccountId, fine: Balance, accused: &T::AccountId) -> (Balance, Balance) {
		let given = T::Agents::fine(auditor, fine / 2, Some(accused));
		(T::Agents::fine(auditor, fine.saturating_sub(fine / 2), None), given)
	}

	/// Pays an auditor what the pot has, at most. Returns what it was paid.
	fn pay(auditor: &T::AccountId, fee: Balance) -> Balance {
		let pot = Self::pot();
		let paid = fee.min(T::Currency::reducible_balance(&pot, Preservation::Preserve, Fortitude::Polite));
		// What an account cannot take, as it has no other balance, stays in the pot.
		let purse = Self::purse(auditor);
		T::Currency::transfer(&pot, &purse, paid, Preservation::Preserve).unwrap_or_default()
	}

	fn settle_challenge(
		by: &T::AccountId,
		bond: Balance,
		cost: Balance,
		ending: &Ending<T::AccountId>,
	) -> DispatchResult {
		ChallengesBy::<T>::mutate_exists(by, decrease);
		if ending.outcome != Outcome::Sound {
			T::Currency::release(&HoldReason::Challenge.into(), by, bond, Precision::Exact)?;
			return Ok(());
		}
		// Auditors first, or an agent could empty their pot by having itself challenged.
		let kept = Self::give(HoldReason::Challenge, by, &Self::pot(), cost.min(bond));
		// And half of the rest is burnt, or an accomplice's challenge would cost the accused no more than these.
		let rest = bond.saturating_sub(kept);
		let given = Self::give(HoldReason::Challenge, by, &ending.accused, rest / 2);
		let burnt = Self::burn(HoldReason::Challenge, by, rest.saturating_sub(given))?;
		Self::deposit_event(Event::ChallengeLost { case: ending.case, by: by.clone(), kept, given, burnt });
		Ok(())
	}

	fn settle_appeal(appeal: &Appeal<T::AccountId>, ending: &Ending<T::AccountId>) -> DispatchResult {
		let Appeal { by, bond } = appeal;
		// An appeal that nobody could hear is not lost.
		if !matches!(ending.outcome, Outcome::Guilty(_)) || ending.unheard.is_some() {
			T::Currency::release(&HoldReason::Appeal.into(), by, *bond, Precision::Exact)?;
			return Ok(());
		}
		let kept = Self::give(HoldReason::Appeal, by, &Self::pot(), bond / 2);
		let burnt = Self::burn(HoldReason::Appeal, by, bond.saturating_sub(kept))?;
		Self::deposit_event(Event::AppealLost { case: ending.case, burnt, kept });
		Ok(())
	}

	/// Gives what is on hold. What an account cannot take is left on hold. Returns what was given.
	fn give(reason: HoldReason, from: &T::AccountId, to: &T::AccountId, amount: Balance) -> Balance {
		let (reason, precision) = (reason.into(), Precision::Exact);
		T::Currency::transfer_on_hold(&reason, from, to, amount, precision, Restriction::Free, Fortitude::Force)
			.unwrap_or_default()
	}

	fn burn(reason: HoldReason, who: &T::AccountId, amount: Balance) -> Result<Balance, DispatchError> {
		T::Currency::burn_held(&reason.into(), who, amount, Precision::Exact, Fortitude::Force)
	}
}

/// Whether most of those who found something wrong found that they were not served.
fn unserved<AccountId>(panel: &[Member<AccountId>]) -> bool {
	let against = || panel.iter().filter_map(|member| member.finding).filter(|finding| !finding.is_sound());
	let unavailable = against().filter(|finding| *finding == Finding::Unavailable).count();
	unavailable > against().count() / 2
}

fn decrease(count: &mut Option<u32>) {
	*count = count.and_then(|count| count.checked_sub(1)).filter(|count| *count > 0);
}
