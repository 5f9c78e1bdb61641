//! Committees: who is drawn, and what members say.

use crate::{
	ladder::{ruling, Ruling, Stage},
	pallet::{Auditors, Cases, Config, Error, Event, Pallet, Panels, Seats},
	types::{
		Case, Cause, Member, Outcome, Panel, Phase, Room, MAX_CASES, MAX_LOOKS, MAX_PANEL, MAX_RETRIES, MAX_SILENT,
		MAX_SKIPPED,
	},
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::{Get, Randomness},
};
use openledger_primitives::{draw::Draw, traits::Agents, Blake2b256, CaseId, Finding, Offence, TreeHash};
use sp_core::H256;
use sp_runtime::{DispatchError, DispatchResult};

/// Taken seats that a draw looks at, at most.
pub(crate) const MAX_LOOKED: u32 = MAX_PANEL + MAX_SILENT + MAX_SKIPPED;

impl<T: Config> Pallet<T> {
	/// Draws the members that the stage lacks, all of them or none. Without randomness, or auditors, the case waits.
	pub(crate) fn draw(id: CaseId, case: Case<T>) -> DispatchResult {
		let Some(random) = T::Randomness::random(&id.encode()).0 else { return Self::ask(id, case) };
		let mut panel = Panels::<T>::get(id);
		let lacking = lacking(&panel, case.stage);
		let seed = Blake2b256::hash(&(random, id).encode());
		let members = Self::candidates(&case, &panel, seed, lacking);
		if members.len() < lacking {
			return Self::retry(id, case);
		}
		for who in &members {
			T::Agents::bind(who)?;
			Self::count_case(who, |cases| cases.checked_add(1))?;
			let member = Member { who: who.clone(), stage: case.stage, seal: None, finding: None };
			panel.try_push(member).map_err(|_| Error::<T>::Unexpected)?;
		}
		Panels::<T>::insert(id, panel);
		Self::deposit_event(Event::Drawn { case: id, stage: case.stage, members });
		Self::begin(id, Case { retries: 0, ..case }, Phase::Committing, T::CommitWindow::get());
		Ok(())
	}

	/// Draws again later, when whoever has come since may be drawn, and who was silent before; from all auditors if the
	/// room is deserted. After too many times, the last verdict stands: that of three if there was an appeal, or none.
	fn retry(id: CaseId, case: Case<T>) -> DispatchResult {
		let case = Case { retries: case.retries.saturating_add(1), silent: Default::default(), ..case };
		if case.retries < MAX_RETRIES {
			let room = if Self::manned(case.room, &case.agent) { case.room } else { Room::Common };
			Self::begin(id, Self::asked(Case { room, ..case }), Phase::Drawing, T::Retry::get());
			return Ok(());
		}
		if case.appeal.is_none() {
			return Self::conclude(id, case, Outcome::Undecided);
		}
		// A slash that is not taken over finds the case as it is here.
		Cases::<T>::insert(id, case.clone());
		Self::convict(id, case, Offence::Unsound)
	}

	/// As many auditors as are lacking, if there are, in the order that the seed decides: no parties, nobody who has judged
	/// the case before, was silent, came late, has too many cases or may not audit any more.
	fn candidates(case: &Case<T>, panel: &Panel<T>, seed: H256, lacking: usize) -> Vec<T::AccountId> {
		let parties = Self::parties(case);
		let fit = |who: &T::AccountId| {
			let new = !panel.iter().any(|member| member.who == *who) && !case.silent.contains(who);
			new && Self::may_judge(who, case, &parties)
		};
		Draw::new(seed, case.seats)
			.take(MAX_LOOKS as usize)
			.filter_map(|number| Seats::<T>::get(case.room, number))
			.take(MAX_LOOKED as usize)
			.filter(fit)
			.take(lacking)
			.collect()
	}

	fn may_judge(who: &T::AccountId, case: &Case<T>, parties: &[T::AccountId]) -> bool {
		let (Some(auditor), Some(standing)) = (Auditors::<T>::get(who), T::Agents::standing(who)) else { return false };
		auditor.since <= case.since
			&& auditor.cases < MAX_CASES
			&& Self::fit(&auditor, &standing)
			&& !Self::persons(who).iter().any(|person| parties.contains(person))
	}

	/// Who has something to win or lose, and is no judge.
	fn parties(case: &Case<T>) -> Vec<T::AccountId> {
		let mut parties = Self::persons(&case.agent);
		if let Cause::Challenged { by, .. } = &case.cause {
			parties.extend(Self::persons(by));
		}
		parties.extend(case.exhibit.iter().map(|exhibit| exhibit.payer.clone()));
		parties
	}

	/// The accounts that are known to be of one owner with `agent`.
	pub(crate) fn persons(agent: &T::AccountId) -> Vec<T::AccountId> {
		[Some(agent.clone()), T::Agents::signer(agent), T::Agents::beneficiary(agent)].into_iter().flatten().collect()
	}

	pub(crate) fn count_case(who: &T::AccountId, change: impl FnOnce(u32) -> Option<u32>) -> DispatchResult {
		Auditors::<T>::try_mutate(who, |auditor| {
			let auditor = auditor.as_mut().ok_or(Error::<T>::Unexpected)?;
			auditor.cases = change(auditor.cases).ok_or(Error::<T>::Overflow)?;
			Ok(())
		})
	}

	pub(crate) fn do_commit(who: T::AccountId, id: CaseId, seal: H256) -> DispatchResult {
		let case = Self::ensure_case(id)?;
		ensure!(case.phase == Phase::Committing && Self::now() <= case.until, Error::<T>::NotCommitting);
		let mut panel = Panels::<T>::get(id);
		let member = Self::member(&mut panel, &case, who)?;
		ensure!(member.seal.is_none(), Error::<T>::AlreadyCommitted);

		member.seal = Some(seal);
		let auditor = member.who.clone();
		let all = panel.iter().all(|member| member.seal.is_some());
		Panels::<T>::insert(id, panel);
		Self::deposit_event(Event::Committed { case: id, auditor, seal });
		if all {
			Self::begin(id, case, Phase::Revealing, T::RevealWindow::get());
		}
		Ok(())
	}

	pub(crate) fn do_reveal(who: T::AccountId, id: CaseId, finding: Finding, salt: H256) -> DispatchResult {
		let case = Self::ensure_case(id)?;
		ensure!(case.phase == Phase::Revealing && Self::now() <= case.until, Error::<T>::NotRevealing);
		let mut panel = Panels::<T>::get(id);
		let member = Self::member(&mut panel, &case, who)?;
		ensure!(member.finding.is_none(), Error::<T>::AlreadyRevealed);
		let seal = member.seal.ok_or(Error::<T>::NotCommitted)?;
		let expected = finding.commitment(&Self::domain(), id, case.stage.number(), &member.who, &salt);
		ensure!(seal == expected, Error::<T>::RevealMismatch);

		member.finding = Some(finding);
		let auditor = member.who.clone();
		let all = panel.iter().all(|member| member.finding.is_some());
		Panels::<T>::insert(id, panel);
		Self::deposit_event(Event::Revealed { case: id, auditor, finding });
		if all {
			// Nothing is left to wait for but the end of this block.
			let now = Self::now();
			Self::schedule(id, case, now);
		}
		Ok(())
	}

	/// The member of the stage that `who` is, or signs for.
	fn member<'a>(
		panel: &'a mut Panel<T>,
		case: &Case<T>,
		who: T::AccountId,
	) -> Result<&'a mut Member<T::AccountId>, DispatchError> {
		let who = Self::acting(who);
		let found = panel.iter_mut().find(|member| member.who == who && member.stage == case.stage);
		found.ok_or_else(|| Error::<T>::NotMember.into())
	}

	/// The time for committing is over: who has committed reveals, the others are replaced later.
	pub(crate) fn end_committing(id: CaseId, case: Case<T>) -> DispatchResult {
		let waiting = Panels::<T>::get(id).iter().any(|member| member.seal.is_some() && member.finding.is_none());
		if waiting {
			Self::begin(id, case, Phase::Revealing, T::RevealWindow::get());
			return Ok(());
		}
		Self::end_revealing(id, case)
	}

	/// The time for revealing is over: who was silent is fined and replaced. When nobody is lacking, the findings count.
	/// Who has committed and does not reveal is fined as for a planted error: silence is never cheaper than a mistake.
	pub(crate) fn end_revealing(id: CaseId, mut case: Case<T>) -> DispatchResult {
		let mut panel = Panels::<T>::get(id);
		for member in panel.iter().filter(|member| member.finding.is_none()) {
			let fine = if member.seal.is_some() { T::PlantFine::get() } else { T::SilenceFine::get() };
			let burnt = T::Agents::fine(&member.who, fine, None);
			Self::discharge(&member.who)?;
			if case.silent.is_full() {
				case.silent.remove(0);
			}
			case.silent.try_push(member.who.clone()).map_err(|_| Error::<T>::Unexpected)?;
			Self::deposit_event(Event::Silenced { case: id, auditor: member.who.clone(), burnt });
		}
		panel.retain(|member| member.finding.is_some());
		let (lacking, against) = (lacking(&panel, case.stage), against(&panel, case.stage));
		Panels::<T>::insert(id, panel);
		match (lacking, case.stage, &case.cause) {
			(1.., ..) => Self::ask(id, case),
			// Three look before it is known whether the error was planted. Who knew that it was not would say "sound" without
			// looking, as most alarms that are not planted may be errors.
			(0, Stage::One, _) if against > 0 => Self::rule(id, case),
			(0, Stage::One | Stage::Three, Cause::Sampled { .. }) => {
				Self::begin(id, case, Phase::Closing, T::LotWindow::get());
				Ok(())
			}
			(0, ..) => Self::rule(id, case),
		}
	}

	/// A member has no part in a case any more.
	pub(crate) fn discharge(who: &T::AccountId) -> DispatchResult {
		Self::count_case(who, |cases| cases.checked_sub(1))?;
		T::Agents::unbind(who);
		Ok(())
	}

	/// Goes on with what the committee has found.
	pub(crate) fn rule(id: CaseId, case: Case<T>) -> DispatchResult {
		let against = against(&Panels::<T>::get(id), case.stage);
		Self::deposit_event(Event::Decided { case: id, stage: case.stage, against });
		match ruling(case.stage, against) {
			Ruling::Acquitted => Self::conclude(id, case, Outcome::Sound),
			Ruling::Next(stage) => Self::ask(id, Case { stage, ..case }),
			Ruling::Convicted if case.stage == Stage::Three => {
				Self::begin(id, case, Phase::Appealable, T::AppealWindow::get());
				Ok(())
			}
			Ruling::Convicted => Self::convict(id, case, Offence::Unsound),
		}
	}

	/// Ends the case, as soon as the slash is taken over.
	pub(crate) fn convict(id: CaseId, case: Case<T>, offence: Offence) -> DispatchResult {
		if with_storage_layer(|| Self::conclude(id, case, Outcome::Guilty(offence))).is_ok() {
			return Ok(());
		}
		let case = Cases::<T>::get(id).ok_or(Error::<T>::Unexpected)?;
		Self::begin(id, case, Phase::Slashing { offence }, T::Retry::get());
		Ok(())
	}
}

/// Members that the stage lacks.
fn lacking<AccountId>(panel: &[Member<AccountId>], stage: Stage) -> usize {
	let there = panel.iter().filter(|member| member.stage == stage).count();
	(stage.members() as usize).saturating_sub(there)
}

/// Members of the stage that have found something wrong.
fn against<AccountId>(panel: &[Member<AccountId>], stage: Stage) -> u32 {
	let found = panel.iter().filter(|member| member.stage == stage).filter_map(|member| member.finding);
	// A panel has eleven members.
	found.filter(|finding| !finding.is_sound()).count() as u32
}
