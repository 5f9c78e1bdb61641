//! Who may judge: bonds, seats, and how they are lost.

use crate::{
	pallet::{Config, Curators, Error, Event, FreeSeats, HoldReason, Pallet, Rooms, Seats},
	reputation::Record,
	types::{Curator, Penalty, Room, Seat},
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
use openledger_primitives::{
	traits::{Assessed, Cases},
	Balance, DatanetId,
};
use sp_runtime::{
	traits::{SaturatedConversion, Saturating},
	DispatchError, DispatchResult,
};

impl<T: Config> Assessed<T::AccountId> for Pallet<T> {
	fn passed(datanet: DatanetId, who: &T::AccountId) -> bool {
		Curators::<T>::get(datanet, who).is_some_and(|curator| curator.seat.is_some())
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(who: T::AccountId, datanet: DatanetId) -> DispatchResult {
		ensure!(T::Cases::owner(datanet).is_some(), Error::<T>::NoSuchDatanet);
		ensure!(!Curators::<T>::contains_key(datanet, &who), Error::<T>::AlreadyCurator);
		let bond = T::CuratorBond::get();

		T::Currency::hold(&HoldReason::Curator.into(), &who, bond)?;
		let record = Record::default();
		// Nothing keeps a curator that leaves from coming back under another name, so nothing is remembered of it.
		let curator = Curator { bond, seat: None, tasks: 0, locked_until: Default::default(), record, at: Self::now() };
		Curators::<T>::insert(datanet, &who, curator);
		Self::deposit_event(Event::Registered { datanet, curator: who, bond });
		Ok(())
	}

	pub(crate) fn do_leave(who: T::AccountId, datanet: DatanetId) -> DispatchResult {
		let mut curator = Self::ensure_curator(datanet, &who)?;
		ensure!(curator.locked_until <= Self::now(), Error::<T>::LockedOut);
		ensure!(curator.tasks == 0 || curator.seat.is_some(), Error::<T>::Busy);

		Self::unseat(datanet, &who, &mut curator)?;
		if curator.tasks > 0 {
			// It is drawn no more, and has its bond back when its tasks are done.
			Curators::<T>::insert(datanet, &who, curator);
			return Ok(());
		}
		let bond = curator.bond;
		T::Currency::release(&HoldReason::Curator.into(), &who, bond, Precision::Exact)?;
		Curators::<T>::remove(datanet, &who);
		Self::deposit_event(Event::Left { datanet, curator: who, bond });
		Ok(())
	}

	pub(crate) fn do_top_up(who: T::AccountId, datanet: DatanetId) -> DispatchResult {
		let curator = Self::ensure_curator(datanet, &who)?;
		let bond = T::CuratorBond::get();
		let missing = bond.checked_sub(curator.bond).filter(|missing| *missing > 0).ok_or(Error::<T>::BondFull)?;

		T::Currency::hold(&HoldReason::Curator.into(), &who, missing)?;
		Curators::<T>::insert(datanet, &who, Curator { bond, ..curator });
		Self::deposit_event(Event::ToppedUp { datanet, curator: who, bond });
		Ok(())
	}

	pub(crate) fn ensure_curator(
		datanet: DatanetId,
		who: &T::AccountId,
	) -> Result<Curator<BlockNumberFor<T>>, DispatchError> {
		Curators::<T>::get(datanet, who).ok_or_else(|| Error::<T>::NotCurator.into())
	}

	/// The record of a curator now, which decays while it has no task.
	pub(crate) fn current(curator: &Curator<BlockNumberFor<T>>) -> Record {
		let idle = Self::now().saturating_sub(curator.at).saturated_into();
		curator.record.decayed(idle, T::IdleHalfLife::get().saturated_into())
	}

	/// Gives a seat to a curator that has none: one that is free, or a new one.
	pub(crate) fn seat(
		datanet: DatanetId,
		who: &T::AccountId,
		curator: &mut Curator<BlockNumberFor<T>>,
	) -> DispatchResult {
		if curator.seat.is_some() {
			return Ok(());
		}
		let room = Rooms::<T>::get(datanet);
		let (number, room) = match room.free.checked_sub(1) {
			Some(free) => {
				let number = FreeSeats::<T>::take(datanet, free).defensive_ok_or(Error::<T>::Unexpected)?;
				(number, Room { free, ..room })
			}
			None => (room.seats, Room { seats: room.seats.checked_add(1).ok_or(Error::<T>::Overflow)?, ..room }),
		};
		Rooms::<T>::insert(datanet, room);
		Seats::<T>::insert(datanet, number, who);
		curator.seat = Some(Seat { number, since: Self::now() });
		Self::deposit_event(Event::Seated { datanet, curator: who.clone() });
		Ok(())
	}

	/// Takes the seat of a curator, if it has one. No other seat changes its number, or those who leave could choose
	/// who is drawn.
	pub(crate) fn unseat(
		datanet: DatanetId,
		who: &T::AccountId,
		curator: &mut Curator<BlockNumberFor<T>>,
	) -> DispatchResult {
		let Some(Seat { number, .. }) = curator.seat.take() else { return Ok(()) };
		let room = Rooms::<T>::get(datanet);
		let free = room.free.checked_add(1).ok_or(Error::<T>::Overflow)?;
		Seats::<T>::remove(datanet, number);
		FreeSeats::<T>::insert(datanet, room.free, number);
		Rooms::<T>::insert(datanet, Room { free, ..room });
		Self::deposit_event(Event::Unseated { datanet, curator: who.clone() });
		Ok(())
	}

	/// Lets a curator take no assessment for a while.
	pub(crate) fn lock_out(datanet: DatanetId, who: &T::AccountId, curator: &mut Curator<BlockNumberFor<T>>) {
		let until = Self::now().saturating_add(T::LockOut::get());
		curator.locked_until = until;
		Self::deposit_event(Event::LockedOut { datanet, curator: who.clone(), until });
	}

	/// Burns part of a bond, all of it at most. Whoever has less than half of it left loses its seat, and is locked
	/// out.
	pub(crate) fn penalise(
		datanet: DatanetId,
		who: &T::AccountId,
		curator: &mut Curator<BlockNumberFor<T>>,
		reason: Penalty,
		amount: Balance,
	) -> DispatchResult {
		let amount = amount.min(curator.bond);
		let burnt = Self::burn(HoldReason::Curator, who, amount)?;
		curator.bond = curator.bond.saturating_sub(burnt);
		Self::deposit_event(Event::Penalised { datanet, curator: who.clone(), reason, burnt });
		if curator.bond < T::CuratorBond::get() / 2 && curator.seat.is_some() {
			Self::unseat(datanet, who, curator)?;
			Self::lock_out(datanet, who, curator);
		}
		Ok(())
	}

	/// Burns `amount` of what is on hold.
	pub(crate) fn burn(reason: HoldReason, who: &T::AccountId, amount: Balance) -> Result<Balance, DispatchError> {
		T::Currency::burn_held(&reason.into(), who, amount, Precision::Exact, Fortitude::Force)
	}

	pub(crate) fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}
}
