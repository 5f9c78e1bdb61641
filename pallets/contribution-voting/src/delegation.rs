//! Delegates, and counting through them.
//!
//! A delegation moves nothing. It is looked at when somebody has the delegator counted in a poll in which the delegate has
//! voted, and at no other time. There is one level: who has a delegate is nobody's delegate, unless it votes all the same.

use crate::{
	pallet::{Ballots, ClassOf, Config, Delegations, Error, Event, Pallet, PollIndexOf},
	tally::Tally,
	types::{Ballot, Delegation},
};
use frame_support::{
	ensure,
	traits::{Get, Polling},
	BoundedVec,
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{traits::Saturating, DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_delegate(
		who: T::AccountId,
		class: ClassOf<T>,
		to: T::AccountId,
		until: BlockNumberFor<T>,
	) -> DispatchResult {
		ensure!(T::Polls::classes().contains(&class), Error::<T>::NoSuchTrack);
		ensure!(to != who, Error::<T>::Yourself);
		let now = frame_system::Pallet::<T>::block_number();
		let last = now.saturating_add(T::MaxDelegationLife::get());
		ensure!(now < until && until <= last, Error::<T>::BadExpiry);
		if let Some(next) = Self::delegate_of(&to, &class) {
			ensure!(next != who, Error::<T>::CyclicDelegation);
			return Err(Error::<T>::DelegateDelegates.into());
		}
		// What is stored for nothing by an account without weight stays for ever.
		ensure!(Self::weight(who.clone()) > 0, Error::<T>::NoWeight);
		Delegations::<T>::insert(&who, &class, Delegation { to: to.clone(), until });
		Self::deposit_event(Event::Delegated { who, to, class, until });
		Ok(())
	}

	pub(crate) fn do_undelegate(who: T::AccountId, class: ClassOf<T>) -> DispatchResult {
		Delegations::<T>::take(&who, &class).ok_or(Error::<T>::NotDelegating)?;
		Self::deposit_event(Event::Undelegated { who, class });
		Ok(())
	}

	pub(crate) fn do_expire_delegation(who: T::AccountId, class: ClassOf<T>) -> DispatchResult {
		let Delegation { until, .. } = Delegations::<T>::get(&who, &class).ok_or(Error::<T>::NotDelegating)?;
		ensure!(frame_system::Pallet::<T>::block_number() > until, Error::<T>::DelegationLives);
		Self::do_undelegate(who, class)
	}

	/// All of them, or none: the caller learns who cannot be counted, and why.
	pub(crate) fn do_count(
		poll: PollIndexOf<T>,
		delegators: BoundedVec<T::AccountId, T::MaxCounted>,
	) -> DispatchResult {
		Self::in_poll(poll, |tally, class| {
			delegators.into_iter().try_for_each(|who| Self::count_one(tally, poll, class, who))
		})
	}

	fn count_one(tally: &mut Tally<T>, poll: PollIndexOf<T>, class: &ClassOf<T>, who: T::AccountId) -> DispatchResult {
		match Ballots::<T>::get(poll, &who) {
			None => {}
			Some(Ballot::Direct { .. }) => return Err(Error::<T>::AlreadyVoted.into()),
			Some(Ballot::Through { .. }) => return Err(Error::<T>::AlreadyCounted.into()),
		}
		let Delegation { to: delegate, until } = Delegations::<T>::get(&who, class).ok_or(Error::<T>::NotDelegating)?;
		ensure!(frame_system::Pallet::<T>::block_number() <= until, Error::<T>::DelegationExpired);
		Self::ensure_voted(poll, class, &delegate)?;
		Self::ensure_impartial(poll, class, &who)?;
		let weight = Self::weight_in(tally, &who)?;
		Self::join(tally, poll, &delegate, weight)?;
		Ballots::<T>::insert(poll, &who, Ballot::Through { delegate: delegate.clone(), weight });
		Self::deposit_event(Event::Counted { who, delegate, poll, weight });
		Ok(())
	}

	/// Whether `delegate` has voted itself, whomever it has delegated to.
	fn ensure_voted(poll: PollIndexOf<T>, class: &ClassOf<T>, delegate: &T::AccountId) -> Result<(), Error<T>> {
		if matches!(Ballots::<T>::get(poll, delegate), Some(Ballot::Direct { .. })) {
			return Ok(());
		}
		ensure!(Self::delegate_of(delegate, class).is_none(), Error::<T>::DelegateDelegates);
		Err(Error::<T>::DelegateSilent)
	}

	/// Who votes for `who` on a track now.
	fn delegate_of(who: &T::AccountId, class: &ClassOf<T>) -> Option<T::AccountId> {
		let Delegation { to, until } = Delegations::<T>::get(who, class)?;
		(frame_system::Pallet::<T>::block_number() <= until).then_some(to)
	}
}
