//! Who can be drawn: seats, and how they are lost.

use crate::{
	pallet::{Auditors, Config, Error, Event, FreePlaces, FreeSeats, Pallet, Rooms, Seats},
	types::{Auditor, Room, Seating, MAX_POPPED},
};
use frame_support::{
	ensure,
	traits::{DefensiveOption, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{
	traits::{Agents, Standing},
	Role,
};
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_take_seat(who: T::AccountId) -> DispatchResult {
		let agent = Self::acting(who);
		let standing = T::Agents::standing(&agent).ok_or(Error::<T>::NoAgent)?;
		ensure!(standing.active, Error::<T>::Inactive);
		ensure!(standing.roles.has(Role::Audit), Error::<T>::NoAuditRole);
		ensure!(standing.stake >= T::SeatStake::get(), Error::<T>::TooLittleStake);
		ensure!(!Auditors::<T>::contains_key(&agent), Error::<T>::AlreadySeated);

		let hardware = standing.hardware;
		let common = Self::seat(Room::Common, &agent)?;
		let own = Self::seat(Room::Of(hardware), &agent)?;
		Auditors::<T>::insert(&agent, Auditor { hardware, common, own, since: Self::now(), cases: 0 });
		Self::deposit_event(Event::Seated { auditor: agent, hardware });
		Ok(())
	}

	pub(crate) fn do_leave_seat(agent: T::AccountId) -> DispatchResult {
		let auditor = Auditors::<T>::get(&agent).ok_or(Error::<T>::NotSeated)?;
		// Its fines are found by its seat.
		ensure!(auditor.cases == 0, Error::<T>::OnCase);

		Self::free(Room::Common, auditor.common)?;
		Self::free(Room::Of(auditor.hardware), auditor.own)?;
		Auditors::<T>::remove(&agent);
		Self::deposit_event(Event::Unseated { auditor: agent });
		Ok(())
	}

	pub(crate) fn do_unseat(agent: T::AccountId) -> DispatchResult {
		let auditor = Auditors::<T>::get(&agent).ok_or(Error::<T>::NotSeated)?;
		let standing = T::Agents::standing(&agent);
		ensure!(!standing.is_some_and(|standing| Self::fit(&auditor, &standing)), Error::<T>::StillFit);
		Self::do_leave_seat(agent)
	}

	/// Whether an agent with this standing may still sit where it does. Half of the stake that a seat takes is enough, so
	/// that no single fine unseats.
	pub(crate) fn fit(auditor: &Auditor<BlockNumberFor<T>>, standing: &Standing) -> bool {
		standing.active
			&& standing.roles.has(Role::Audit)
			&& standing.hardware == auditor.hardware
			&& standing.stake >= T::SeatStake::get() / 2
	}

	/// The agent that `who` speaks for: itself, or the one that it signs for.
	pub(crate) fn acting(who: T::AccountId) -> T::AccountId {
		match T::Agents::standing(&who) {
			Some(_) => who,
			None => T::Agents::agent_of(&who).unwrap_or(who),
		}
	}

	/// Whether `room` has enough auditors, besides `agent`, for it to be audited.
	pub(crate) fn manned(room: Room, agent: &T::AccountId) -> bool {
		let sits = |auditor: Auditor<_>| room == Room::Common || room == Room::Of(auditor.hardware);
		let own = Auditors::<T>::get(agent).is_some_and(sits);
		Rooms::<T>::get(room).taken().saturating_sub(own.into()) >= T::MinSeats::get()
	}

	/// Gives `agent` a seat: one that is free, or a new one.
	fn seat(room: Room, agent: &T::AccountId) -> Result<u32, DispatchError> {
		let seating = Self::shrink(room, Rooms::<T>::get(room))?;
		let (number, seating) = match seating.free.checked_sub(1) {
			Some(free) => {
				let number = FreeSeats::<T>::take(room, free).defensive_ok_or(Error::<T>::Unexpected)?;
				FreePlaces::<T>::remove(room, number);
				(number, Seating { free, ..seating })
			}
			None => {
				let seats = seating.seats.checked_add(1).ok_or(Error::<T>::Overflow)?;
				(seating.seats, Seating { seats, ..seating })
			}
		};
		Rooms::<T>::insert(room, seating);
		Seats::<T>::insert(room, number, agent);
		Ok(number)
	}

	/// Frees a seat. No other changes its number, or those who leave could choose who is drawn.
	fn free(room: Room, number: u32) -> DispatchResult {
		let seating = Rooms::<T>::get(room);
		let free = seating.free.checked_add(1).ok_or(Error::<T>::Overflow)?;
		Seats::<T>::remove(room, number);
		FreeSeats::<T>::insert(room, seating.free, number);
		FreePlaces::<T>::insert(room, number, seating.free);
		let seating = Self::shrink(room, Seating { free, ..seating })?;
		Rooms::<T>::insert(room, seating);
		Ok(())
	}

	/// Gives up seats at the end of a room that are free, so that draws need not look at them. Returns how many are left.
	fn shrink(room: Room, mut seating: Seating) -> Result<Seating, DispatchError> {
		for _ in 0..MAX_POPPED {
			let (Some(last), Some(top)) = (seating.seats.checked_sub(1), seating.free.checked_sub(1)) else { break };
			let Some(place) = FreePlaces::<T>::take(room, last) else { break };
			let moved = FreeSeats::<T>::take(room, top).defensive_ok_or(Error::<T>::Unexpected)?;
			if moved != last {
				FreeSeats::<T>::insert(room, place, moved);
				FreePlaces::<T>::insert(room, moved, place);
			}
			seating = Seating { seats: last, free: top };
		}
		Ok(seating)
	}

	pub(crate) fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}
}
