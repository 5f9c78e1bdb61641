//! What happens when the last block of a phase has passed.

use crate::{
	pallet::{
		Agenda, AgendaFrom, Ballots, Config, Curators, Error, Event, ExcludedFrom, MembersOf, Pallet, Seats, Tasks,
	},
	types::{Ballot, Curator, Members, Phase, Purpose, Task, MAX_PARTIES, MAX_SKIPPED, MAX_TASKS},
	WeightInfo,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	defensive, ensure,
	storage::with_storage_layer,
	traits::{Get, Randomness},
	weights::{Weight, WeightMeter},
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{draw::Draw, judgement::Case, traits::Cases, Blake2b256, TaskId, TreeHash};
use sp_core::H256;
use sp_runtime::{
	traits::{CheckedAdd, Saturating},
	DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
	/// Ends the phases whose last block has passed, oldest first, as far as `meter` and the cap per block allow.
	pub(crate) fn work_off_agenda(meter: &mut WeightMeter) {
		let look = T::DbWeight::get().reads(3);
		if meter.try_consume(T::DbWeight::get().reads_writes(1, 1)).is_err() {
			return;
		}
		let (mut at, now) = (AgendaFrom::<T>::get(), Self::now());
		for _ in 0..T::MaxSteps::get() {
			if at >= now || meter.try_consume(look).is_err() {
				break;
			}
			let Some((id, ())) = Agenda::<T>::iter_prefix(at).next() else {
				at.saturating_inc();
				continue;
			};
			if meter.try_consume(Self::step_weight(id)).is_err() {
				break;
			}
			// Hooks are not transactional by themselves. A task that cannot go on is tried again later, so that it does
			// not hold up the others.
			if with_storage_layer(|| Self::do_advance(id)).is_err() {
				defensive!("a task that is due goes on");
				Self::postpone(id, at);
			}
		}
		AgendaFrom::<T>::put(at);
	}

	/// Puts a task on the agenda of a later block, without beginning another phase.
	fn postpone(id: TaskId, at: BlockNumberFor<T>) {
		let until = Self::now().saturating_add(T::DrawDelay::get());
		Agenda::<T>::remove(at, id);
		if let Some(task) = Tasks::<T>::get(id) {
			Tasks::<T>::insert(id, Task { until, ..task });
			Agenda::<T>::insert(until, id, ());
		}
	}

	/// What the next step of a task costs.
	fn step_weight(id: TaskId) -> Weight {
		let Some(task) = Tasks::<T>::get(id) else { return T::WeightInfo::close() };
		let members = task.seats.max(task.committed);
		match task.phase {
			// Where nobody can be drawn, or nobody appeals any more, the case is closed at once.
			Phase::Drawing => T::WeightInfo::draw().saturating_add(T::WeightInfo::close()),
			Phase::Committing | Phase::Revealing | Phase::Gold => {
				T::WeightInfo::score(members).saturating_add(T::WeightInfo::close())
			}
			Phase::Appealable { .. } => T::WeightInfo::close(),
		}
	}

	pub(crate) fn do_advance(id: TaskId) -> DispatchResult {
		let task = Tasks::<T>::get(id).ok_or(Error::<T>::NoSuchTask)?;
		ensure!(Self::now() > task.until, Error::<T>::PhaseOpen);
		match (task.phase, task.purpose) {
			(Phase::Drawing, Purpose::Case(case)) => Self::draw(id, task, case),
			(Phase::Committing, _) if task.committed > 0 => {
				Self::begin(id, task, Phase::Revealing, T::RevealWindow::get())
			}
			(Phase::Revealing, _) if task.revealed > 0 => Self::await_gold(id, task),
			(Phase::Committing | Phase::Revealing | Phase::Gold, _) => Self::score(id, task),
			(Phase::Appealable { verdict }, Purpose::Case(case)) => Self::conclude(id, &task, case, Some(verdict)),
			(Phase::Drawing | Phase::Appealable { .. }, Purpose::Assessment) => Err(Error::<T>::Unexpected.into()),
		}
	}

	/// Draws a committee, if there is randomness that nobody could know when the case was opened. Otherwise the task
	/// waits on.
	fn draw(id: TaskId, task: Task<T>, case: Case) -> DispatchResult {
		let delay = T::DrawDelay::get();
		let (random, since) = T::Randomness::random(&id.encode());
		let unknown_until = task.opened.checked_add(&delay).ok_or(Error::<T>::Overflow)?;
		if since <= unknown_until {
			return Self::begin(id, task, Phase::Drawing, delay);
		}
		let seed = Blake2b256::hash(&(random, id, task.gold).encode());
		let Some(members) = Self::committee(id, &task, seed)? else { return Self::abandon(id, task, case) };
		for member in &members {
			Ballots::<T>::insert(id, member, Ballot::default());
			let curator = Self::ensure_curator(task.datanet, member)?;
			let tasks = curator.tasks.checked_add(1).ok_or(Error::<T>::Overflow)?;
			Curators::<T>::insert(task.datanet, member, Curator { tasks, ..curator });
		}
		let names = members.to_vec();
		MembersOf::<T>::insert(id, members);
		Self::deposit_event(Event::CommitteeDrawn { task: id, members: names, seed });
		Self::begin(id, Task { seed, ..task }, Phase::Committing, T::CommitWindow::get())
	}

	/// The members that the seed draws: no parties, nobody who got its seat after the case was opened or has too many
	/// tasks, and those who have judged the case before only if there are not enough others.
	fn committee(id: TaskId, task: &Task<T>, seed: H256) -> Result<Option<Members<T>>, DispatchError> {
		let excluded = ExcludedFrom::<T>::get(id).ok_or(Error::<T>::Unexpected)?;
		// Parties may have changed since.
		let owner = T::Cases::owner(task.datanet);
		let party =
			|who: &T::AccountId| excluded.parties.contains(who) || owner.as_ref() == Some(who) || task.opener == *who;
		let wanted = task.seats as usize;
		let most = wanted.saturating_add(excluded.judges.len()).saturating_add((MAX_PARTIES + MAX_SKIPPED) as usize);
		let (mut fresh, mut again) = (Vec::new(), Vec::new());
		for number in Draw::new(seed, task.room).take(most) {
			let Some(who) = Seats::<T>::get(task.datanet, number).filter(|who| !party(who)) else { continue };
			let curator = Self::ensure_curator(task.datanet, &who)?;
			let in_time = curator.seat.is_some_and(|seat| seat.since <= task.opened);
			if !in_time || curator.tasks >= MAX_TASKS {
				continue;
			}
			if excluded.judges.contains(&who) {
				again.push(who);
			} else {
				fresh.push(who);
			}
			if fresh.len() == wanted {
				break;
			}
		}
		fresh.extend(again);
		fresh.truncate(wanted);
		let full = fresh.len() == wanted;
		Ok(Members::<T>::try_from(fresh).ok().filter(|_| full))
	}
}
