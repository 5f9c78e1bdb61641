//! The invariants of the crate documentation.

use crate::{
	ladder::Stage,
	pallet::{
		Agenda, AgendaFrom, Auditors, Cases, ChallengesBy, Config, Dockets, FreePlaces, FreeSeats, HoldReason,
		NextCase, Pallet, Panels, Rooms, Seats, Unsampled,
	},
	types::{Auditor, Cause, Docket, Entry, Room},
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use frame_support::{ensure, traits::fungible::InspectHold};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::Balance;
use sp_runtime::TryRuntimeError;

type Sums<T> = BTreeMap<<T as frame_system::Config>::AccountId, Balance>;

impl<T: Config> Pallet<T> {
	/// Checks the invariants of the crate documentation.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_seats()?;
		Self::check_agenda()?;
		Self::check_panels()?;
		Self::check_bonds()?;
		Self::check_dockets()
	}

	/// Invariant 1.
	fn check_seats() -> Result<(), TryRuntimeError> {
		let mut seats = BTreeMap::<Room, Vec<u32>>::new();
		let mut taken = 0usize;
		for (room, number, who) in Seats::<T>::iter() {
			let auditor = Auditors::<T>::get(who).ok_or("a seat is nobody's")?;
			ensure!(seat_in(&auditor, room) == Some(number), "an auditor has another seat");
			seats.entry(room).or_default().push(number);
			taken = taken.saturating_add(1);
		}
		for (room, place, number) in FreeSeats::<T>::iter() {
			ensure!(place < Rooms::<T>::get(room).free, "a free seat is beyond the stack");
			ensure!(FreePlaces::<T>::get(room, number) == Some(place), "a free seat is at another place");
			seats.entry(room).or_default().push(number);
		}
		for (room, seating) in Rooms::<T>::iter() {
			let mut numbers = seats.remove(&room).unwrap_or_default();
			numbers.sort_unstable();
			ensure!(numbers.into_iter().eq(0..seating.seats), "seats are not numbered without gaps");
			let free = FreeSeats::<T>::iter_prefix(room).count();
			ensure!(free == seating.free as usize, "free seats are miscounted");
		}
		ensure!(seats.is_empty(), "a seat has no room");
		let places = FreePlaces::<T>::iter_keys().count();
		ensure!(places == FreeSeats::<T>::iter_keys().count(), "a place is no free seat's");
		let auditors = Auditors::<T>::iter_keys().count();
		ensure!(taken == auditors.saturating_mul(2), "an auditor has a seat that is not there");
		Ok(())
	}

	/// Invariant 2.
	fn check_agenda() -> Result<(), TryRuntimeError> {
		let (next, from) = (NextCase::<T>::get(), AgendaFrom::<T>::get());
		let check = |entry: Entry, until: BlockNumberFor<T>| {
			ensure!(Agenda::<T>::contains_key(until, entry), "something is not on the agenda");
			ensure!(until >= from, "something is on the agenda of a block that is done");
			Ok::<(), TryRuntimeError>(())
		};
		let mut entries = 0usize;
		for (id, case) in Cases::<T>::iter() {
			ensure!(id < next, "a case is numbered beyond NextCase");
			check(Entry::Case(id), case.until)?;
			entries = entries.saturating_add(1);
		}
		for (batch, until) in Unsampled::<T>::iter() {
			check(Entry::Batch(batch), until)?;
			entries = entries.saturating_add(1);
		}
		ensure!(Agenda::<T>::iter_keys().count() == entries, "something else is on the agenda");
		Ok(())
	}

	/// Invariant 3.
	fn check_panels() -> Result<(), TryRuntimeError> {
		let mut cases = BTreeMap::<T::AccountId, u32>::new();
		for (id, panel) in Panels::<T>::iter() {
			ensure!(Cases::<T>::contains_key(id), "a panel has no case");
			for stage in [Stage::One, Stage::Three, Stage::Seven] {
				let members = panel.iter().filter(|member| member.stage == stage).count();
				ensure!(members <= stage.members() as usize, "a stage has too many members");
			}
			let mut names = BTreeSet::new();
			for member in panel {
				ensure!(member.seal.is_some() || member.finding.is_none(), "revealed without a commitment");
				ensure!(names.insert(member.who.clone()), "a panel has a member twice");
				let count = cases.entry(member.who).or_default();
				*count = count.saturating_add(1);
			}
		}
		for (who, auditor) in Auditors::<T>::iter() {
			let count = cases.remove(&who).unwrap_or_default();
			ensure!(count == auditor.cases, "the cases of an auditor are miscounted");
		}
		ensure!(cases.is_empty(), "a member is no auditor");
		Ok(())
	}

	/// Invariant 4.
	fn check_bonds() -> Result<(), TryRuntimeError> {
		let (mut challenges, mut appeals) = (Sums::<T>::new(), Sums::<T>::new());
		for case in Cases::<T>::iter_values() {
			if let Cause::Challenged { by, bond } = case.cause {
				Self::add(&mut challenges, by, bond)?;
			}
			if let Some(appeal) = case.appeal {
				Self::add(&mut appeals, appeal.by, appeal.bond)?;
			}
		}
		Self::check_holds(HoldReason::Challenge, challenges)?;
		Self::check_holds(HoldReason::Appeal, appeals)
	}

	/// Invariant 5.
	fn check_dockets() -> Result<(), TryRuntimeError> {
		let (mut counted, mut of_account) = (BTreeMap::<u64, Docket>::new(), BTreeMap::<T::AccountId, u32>::new());
		for case in Cases::<T>::iter_values() {
			let docket = counted.entry(case.batch).or_default();
			let like = docket.like(&case.cause, case.subject);
			*like = like.saturating_add(1);
			match (case.cause, case.exhibit) {
				(Cause::Challenged { by, .. }, _) => {
					let count = of_account.entry(by).or_default();
					*count = count.saturating_add(1);
				}
				(Cause::Sampled { .. }, Some(exhibit)) => {
					ensure!(!docket.show(exhibit.leaf, true), "a receipt is shown in two audits");
				}
				(Cause::Sampled { .. }, None) => {}
			}
		}
		for (batch, docket) in Dockets::<T>::iter() {
			let counted = counted.remove(&batch).unwrap_or_default();
			let expected = (counted.sampled, counted.answers, counted.payouts);
			ensure!((docket.sampled, docket.answers, docket.payouts) == expected, "a docket is miscounted");
			ensure!(!docket.is_over(), "a docket is over");
			ensure!(counted.shown.iter().all(|leaf| docket.shown.contains(leaf)), "a docket has forgotten a receipt");
			let distinct: BTreeSet<_> = docket.shown.iter().collect();
			ensure!(distinct.len() == docket.shown.len(), "a docket has a receipt twice");
		}
		ensure!(counted.is_empty(), "a batch has no docket");
		let accounts: BTreeMap<_, _> = ChallengesBy::<T>::iter().collect();
		ensure!(accounts == of_account, "the challenges of an account are miscounted");
		Ok(())
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

/// The number of an auditor's seat in a room, if it has one there.
fn seat_in<BlockNumber>(auditor: &Auditor<BlockNumber>, room: Room) -> Option<u32> {
	match room {
		Room::Common => Some(auditor.common),
		Room::Of(hardware) => (hardware == auditor.hardware).then_some(auditor.own),
	}
}
