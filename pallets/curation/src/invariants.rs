//! The invariants of the crate documentation.

use crate::{
	pallet::{
		Agenda, AgendaFrom, Assessments, Ballots, Config, Curators, ExcludedFrom, FreeSeats, HoldReason, MembersOf,
		NextTask, Pallet, Rooms, Seats, Tasks,
	},
	types::Purpose,
};
use alloc::{collections::BTreeMap, vec::Vec};
use frame_support::{ensure, traits::fungible::InspectHold};
use openledger_primitives::{Balance, DatanetId};
use sp_runtime::TryRuntimeError;

type Sums<T> = BTreeMap<<T as frame_system::Config>::AccountId, Balance>;

impl<T: Config> Pallet<T> {
	/// Checks the invariants of the crate documentation.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_curators()?;
		Self::check_seats()?;
		Self::check_agenda()?;
		Self::check_members()?;
		Self::check_tasks()
	}

	/// Invariant 1.
	fn check_curators() -> Result<(), TryRuntimeError> {
		let mut bonds = Sums::<T>::new();
		for (_, who, curator) in Curators::<T>::iter() {
			Self::add(&mut bonds, who, curator.bond)?;
		}
		Self::check_holds(HoldReason::Curator, bonds)
	}

	/// Invariant 2.
	fn check_seats() -> Result<(), TryRuntimeError> {
		let mut seats = BTreeMap::<DatanetId, Vec<u32>>::new();
		for (datanet, number, who) in Seats::<T>::iter() {
			let curator = Curators::<T>::get(datanet, who).ok_or("a seat is nobody's")?;
			ensure!(curator.seat.is_some_and(|seat| seat.number == number), "a curator has another seat");
			seats.entry(datanet).or_default().push(number);
		}
		for (datanet, place, number) in FreeSeats::<T>::iter() {
			ensure!(place < Rooms::<T>::get(datanet).free, "a free seat is beyond the stack");
			seats.entry(datanet).or_default().push(number);
		}
		for (datanet, room) in Rooms::<T>::iter() {
			let mut numbers = seats.remove(&datanet).unwrap_or_default();
			numbers.sort_unstable();
			ensure!(numbers.into_iter().eq(0..room.seats), "seats are not numbered without gaps");
			let free = FreeSeats::<T>::iter_prefix(datanet).count();
			ensure!(free == room.free as usize, "free seats are miscounted");
		}
		ensure!(seats.is_empty(), "a seat has no room");
		let seated = Curators::<T>::iter_values().filter(|curator| curator.seat.is_some()).count();
		ensure!(seated == Seats::<T>::iter_keys().count(), "a curator has a seat that is not there");
		Ok(())
	}

	/// Invariant 3.
	fn check_agenda() -> Result<(), TryRuntimeError> {
		let (next, from) = (NextTask::<T>::get(), AgendaFrom::<T>::get());
		for (id, task) in Tasks::<T>::iter() {
			ensure!(id < next, "a task is numbered beyond NextTask");
			ensure!(Agenda::<T>::contains_key(task.until, id), "a task is not on the agenda");
			ensure!(task.until >= from, "a task is on the agenda of a block that is done");
		}
		ensure!(Agenda::<T>::iter_keys().count() == Tasks::<T>::iter_keys().count(), "the agenda has other tasks");
		Ok(())
	}

	/// Invariant 4.
	fn check_members() -> Result<(), TryRuntimeError> {
		let mut tasks = BTreeMap::<(DatanetId, T::AccountId), u32>::new();
		let mut ballots = 0usize;
		for (id, members) in MembersOf::<T>::iter() {
			let task = Tasks::<T>::get(id).ok_or("members have no task")?;
			let (mut committed, mut revealed) = (0u32, 0u32);
			for member in members {
				let ballot = Ballots::<T>::get(id, &member).ok_or("a member has no ballot")?;
				ensure!(ballot.seal.is_some() || ballot.judgement.is_none(), "revealed without a commitment");
				committed = committed.saturating_add(ballot.seal.is_some().into());
				revealed = revealed.saturating_add(ballot.judgement.is_some().into());
				ballots = ballots.saturating_add(1);
				let count = tasks.entry((task.datanet, member)).or_default();
				*count = count.saturating_add(1);
			}
			ensure!((committed, revealed) == (task.committed, task.revealed), "ballots are miscounted");
		}
		ensure!(Ballots::<T>::iter_keys().count() == ballots, "a ballot has no member");
		for (datanet, who, curator) in Curators::<T>::iter() {
			let count = tasks.remove(&(datanet, who)).unwrap_or_default();
			ensure!(count == curator.tasks, "the tasks of a curator are miscounted");
		}
		ensure!(tasks.is_empty(), "a member is no curator");
		Ok(())
	}

	/// Invariants 5 and 6.
	fn check_tasks() -> Result<(), TryRuntimeError> {
		let mut holds = Sums::<T>::new();
		let (mut assessments, mut cases) = (0usize, 0usize);
		for (id, task) in Tasks::<T>::iter() {
			Self::add(&mut holds, task.opener.clone(), Self::held(&task).map_err(|_| "a hold overflows")?)?;
			match task.purpose {
				Purpose::Assessment => {
					ensure!(Assessments::<T>::get(task.datanet) == Some(id), "an open assessment is not known");
					assessments = assessments.saturating_add(1);
				}
				Purpose::Case(_) => {
					ensure!(ExcludedFrom::<T>::contains_key(id), "nobody is excluded from a case");
					cases = cases.saturating_add(1);
				}
			}
		}
		ensure!(Assessments::<T>::iter_keys().count() == assessments, "an assessment is not open");
		ensure!(ExcludedFrom::<T>::iter_keys().count() == cases, "somebody is excluded from no case");
		Self::check_holds(HoldReason::Task, holds)
	}

	fn add(sums: &mut Sums<T>, account: T::AccountId, amount: Balance) -> Result<(), TryRuntimeError> {
		let sum = sums.entry(account).or_default();
		*sum = sum.checked_add(amount).ok_or("a sum of holds overflows")?;
		Ok(())
	}

	/// Every account has on hold exactly what is recorded for it.
	fn check_holds(reason: HoldReason, mut recorded: Sums<T>) -> Result<(), TryRuntimeError> {
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
