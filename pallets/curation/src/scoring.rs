//! The end of a task: members are scored, and a verdict is carried out.

use crate::{
	pallet::{
		Agenda, Assessments, Ballots, Config, Curators, Event, ExcludedFrom, HoldReason, MembersOf, Pallet, Tasks,
	},
	reputation::Record,
	tally,
	types::{Ballot, Members, Penalty, Phase, Purpose, Task},
};
use alloc::vec::Vec;
use frame_support::traits::{
	fungible::MutateHold,
	tokens::{Fortitude, Precision, Restriction},
	Get,
};
use openledger_primitives::{
	judgement::{Case, Fault, Gold, Judgement, Verdict},
	traits::Cases,
	Balance, TaskId,
};
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	/// Scores the members of a task, pays them, gives the opener the rest back, and decides.
	pub(crate) fn score(id: TaskId, task: Task<T>) -> DispatchResult {
		let members = MembersOf::<T>::take(id);
		let ballots: Vec<_> =
			members.iter().map(|who| (who, Ballots::<T>::take(id, who).unwrap_or_default())).collect();
		let judgements: Vec<Judgement> = ballots.iter().filter_map(|(_, ballot)| ballot.judgement).collect();
		// Candidates and the members of an appeal depend on nobody to show them anything in time.
		let served = task.seats == 0 || task.appeal.is_some() || tally::is_quorum(task.committed, task.seats);
		let gold = match (task.purpose, task.known) {
			(Purpose::Case(_), Some(known)) => tally::accepted_gold(known, &judgements),
			// Candidates have shown nothing yet that would let them overrule the owner.
			(Purpose::Assessment, Some(known)) => known,
			(_, None) => Gold::default(),
		};
		let mut paid: Balance = 0;
		for (who, ballot) in &ballots {
			paid = paid.saturating_add(Self::score_member(id, &task, who, *ballot, gold, served)?);
		}
		// Who asks a committee and does not show it the rows, or hides the gold, would have a new committee for
		// nothing.
		let withheld = task.phase == Phase::Gold && task.known.is_none() && task.plan().gold > 0;
		let mut rest = task.fees().saturating_sub(paid);
		if (withheld || !served) && task.deposit > 0 {
			let burnt = Self::burn(HoldReason::Task, &task.opener, task.deposit)?;
			Self::deposit_event(Event::DepositBurnt { task: id, burnt });
		} else {
			rest = rest.saturating_add(task.deposit);
		}
		Self::release(&task.opener, rest)?;
		match task.purpose {
			Purpose::Assessment => {
				Assessments::<T>::remove(task.datanet);
				Self::remove(id, &task, None);
				Ok(())
			}
			Purpose::Case(case) => {
				let sample = task.plan().mask() & !task.known.unwrap_or_default().mask;
				let verdict = match withheld {
					// Without the gold nobody can tell it from the rows: the opener would choose what is judged.
					true => Some(Self::against(case, &task.opener)),
					false => tally::decide(&judgements, task.seats, sample),
				};
				Self::decided(id, Task { fee: 0, deposit: 0, ..task }, case, verdict, members)
			}
		}
	}

	/// The verdict by which the opener of a case loses.
	fn against(case: Case, opener: &T::AccountId) -> Verdict {
		match T::Cases::may_appeal(case, Verdict::Accepted, opener) {
			true => Verdict::Accepted,
			false => Verdict::Rejected(Fault::Malformed),
		}
	}

	/// Goes on with what a committee has decided; `None` if it has decided nothing.
	fn decided(id: TaskId, task: Task<T>, case: Case, verdict: Option<Verdict>, members: Members<T>) -> DispatchResult {
		let Some(verdict) = verdict else { return Self::abandon(id, task, case) };
		let Some(appeal) = task.appeal else {
			ExcludedFrom::<T>::mutate_extant(id, |excluded| excluded.judges = members);
			return Self::begin(id, task, Phase::Appealable { verdict }, T::AppealWindow::get());
		};
		if is_better(case, verdict, appeal.first) {
			Self::release(&task.opener, appeal.bond)?;
		} else {
			let burnt = Self::burn(HoldReason::Task, &task.opener, appeal.bond)?;
			Self::deposit_event(Event::AppealLost { task: id, burnt });
		}
		Self::conclude(id, &task, case, Some(verdict))
	}

	/// Ends a case that no committee decides. An earlier verdict stands.
	pub(crate) fn abandon(id: TaskId, task: Task<T>, case: Case) -> DispatchResult {
		Self::release(&task.opener, Self::held(&task)?)?;
		let first = task.appeal.map(|appeal| appeal.first);
		Self::conclude(id, &task, case, first)
	}

	/// Carries a verdict out.
	pub(crate) fn conclude(id: TaskId, task: &Task<T>, case: Case, verdict: Option<Verdict>) -> DispatchResult {
		T::Cases::close(case, verdict)?;
		ExcludedFrom::<T>::remove(id);
		Self::remove(id, task, verdict);
		Ok(())
	}

	fn remove(id: TaskId, task: &Task<T>, verdict: Option<Verdict>) {
		Agenda::<T>::remove(task.until, id);
		Tasks::<T>::remove(id);
		Self::deposit_event(Event::TaskClosed { task: id, verdict });
	}

	/// What a member has earned, paid or lost. Returns what it was paid.
	fn score_member(
		id: TaskId,
		task: &Task<T>,
		who: &T::AccountId,
		ballot: Ballot,
		gold: Gold,
		served: bool,
	) -> Result<Balance, DispatchError> {
		let datanet = task.datanet;
		let mut curator = Self::ensure_curator(datanet, who)?;
		let (mut paid, mut counted, mut wrong) = (0, 0, 0);
		curator.record = Self::current(&curator);
		curator.tasks = Self::task_done(curator.tasks)?;
		curator.at = Self::now();
		match (ballot.judgement, task.purpose) {
			(Some(judgement), purpose) => {
				(counted, wrong) = tally::misses(gold, judgement);
				let well = tally::did_well(counted, wrong);
				match purpose {
					Purpose::Case(_) => {
						curator.record = curator.record.scored(counted, wrong);
						if well {
							paid = Self::pay(&task.opener, who, task.fee);
						}
					}
					// Nobody is to blame for an owner that is silent, or that has handed the datanet on meanwhile.
					Purpose::Assessment if task.known.is_none() => {}
					Purpose::Assessment if T::Cases::owner(datanet).as_ref() != Some(&task.opener) => {}
					Purpose::Assessment if well => {
						curator.record = curator.record.scored(counted, wrong);
						Self::seat(datanet, who, &mut curator)?;
					}
					Purpose::Assessment => Self::lock_out(datanet, who, &mut curator),
				}
			}
			(None, Purpose::Assessment) => Self::lock_out(datanet, who, &mut curator),
			// Most did not commit: the opener has shown them nothing.
			(None, Purpose::Case(_)) if !served && ballot.seal.is_none() => {}
			(None, Purpose::Case(_)) => {
				curator.record = curator.record.absent();
				Self::penalise(datanet, who, &mut curator, Penalty::NoShow, T::NoShowPenalty::get())?;
			}
		}
		if curator.record.is_bad() {
			let amount = T::GoldPenalty::get().mul_ceil(curator.bond);
			Self::penalise(datanet, who, &mut curator, Penalty::Gold, amount)?;
			Self::unseat(datanet, who, &mut curator)?;
			Self::lock_out(datanet, who, &mut curator);
			curator.record = Record::default();
		}
		let record = curator.record;
		Curators::<T>::insert(datanet, who, curator);
		let curator = who.clone();
		Self::deposit_event(Event::Scored { task: id, curator, gold: counted, missed: wrong, paid, record });
		Ok(paid)
	}

	/// Pays a member. What an account cannot take, as it has no other balance, stays with the opener.
	fn pay(opener: &T::AccountId, who: &T::AccountId, fee: Balance) -> Balance {
		let paid = T::Currency::transfer_on_hold(
			&HoldReason::Task.into(),
			opener,
			who,
			fee,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		);
		paid.unwrap_or_default()
	}

	fn release(opener: &T::AccountId, amount: Balance) -> DispatchResult {
		T::Currency::release(&HoldReason::Task.into(), opener, amount, Precision::Exact)?;
		Ok(())
	}
}

/// Whether the second verdict is better for who lost by the first: the owner and the claimant lose by an acceptance,
/// the others by a rejection. What a fault costs differs for contributions only.
fn is_better(case: Case, second: Verdict, first: Verdict) -> bool {
	match (first, second) {
		(Verdict::Accepted, second) => second != Verdict::Accepted,
		(Verdict::Rejected(_), Verdict::Accepted) => true,
		(Verdict::Rejected(first), Verdict::Rejected(second)) => {
			matches!(case, Case::Contribution { .. }) && second < first
		}
	}
}
