//! Votes in polls.
//!
//! Of each account one ballot is stored for a poll, and it is counted as long as it is: directly, on its own side, or through
//! its delegate, whose ballot has the sum of those and moves with it. Every change takes out what was counted before it counts
//! anew, and with what was weighed first: a slash after a vote does not make the sums wrong.

use crate::{
	pallet::{Ballots, ClassOf, Config, Error, Event, Pallet, PollIndexOf},
	tally::Tally,
	types::{Ballot, Conflicts, Interest},
};
use frame_support::{defensive, ensure, traits::Polling};
use openledger_primitives::Balance;
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_vote(who: T::AccountId, poll: PollIndexOf<T>, aye: bool) -> DispatchResult {
		let (own, delegated) = Self::in_poll(poll, |tally, class| {
			Self::ensure_impartial(poll, class, &who)?;
			let (own, delegated) = match Ballots::<T>::get(poll, &who) {
				None => (Self::weight_in(tally, &who)?, 0),
				Some(Ballot::Direct { aye: before, own, delegated }) => {
					ensure!(before != aye, Error::<T>::SameVote);
					tally.take(before, Self::both(own, delegated)?)?;
					(own, delegated)
				}
				Some(Ballot::Through { delegate, weight }) => {
					Self::leave(tally, poll, &delegate, weight)?;
					(weight, 0)
				}
			};
			tally.add(aye, Self::both(own, delegated)?)?;
			Ballots::<T>::insert(poll, &who, Ballot::Direct { aye, own, delegated });
			Ok((own, delegated))
		})?;
		Self::deposit_event(Event::Voted { who, poll, aye, own, delegated });
		Ok(())
	}

	pub(crate) fn do_remove_vote(who: T::AccountId, poll: PollIndexOf<T>) -> DispatchResult {
		Self::in_poll(poll, |tally, _| {
			match Ballots::<T>::take(poll, &who).ok_or(Error::<T>::NotVoted)? {
				Ballot::Direct { aye, own, delegated } => {
					ensure!(delegated == 0, Error::<T>::CountedThrough);
					tally.take(aye, own)?;
				}
				Ballot::Through { delegate, weight } => Self::leave(tally, poll, &delegate, weight)?,
			}
			Ok(())
		})?;
		Self::deposit_event(Event::VoteRemoved { who, poll });
		Ok(())
	}

	/// How many were forgotten.
	pub(crate) fn do_forget_ballots(poll: PollIndexOf<T>, most: u32) -> Result<u32, DispatchError> {
		ensure!(T::Polls::as_ongoing(poll).is_none(), Error::<T>::StillOngoing);
		let forgotten = (0..most).zip(Ballots::<T>::drain_prefix(poll)).fold(0u32, |count, _| count.saturating_add(1));
		ensure!(forgotten > 0, Error::<T>::NothingToForget);
		Self::deposit_event(Event::BallotsForgotten { poll, ballots: forgotten });
		Ok(forgotten)
	}

	/// Changes the tally of a poll that runs.
	pub(crate) fn in_poll<R>(
		poll: PollIndexOf<T>,
		change: impl FnOnce(&mut Tally<T>, &ClassOf<T>) -> Result<R, DispatchError>,
	) -> Result<R, DispatchError> {
		T::Polls::try_access_poll(poll, |status| {
			let (tally, class) = status.ensure_ongoing().ok_or(Error::<T>::NotOngoing)?;
			change(tally, &class)
		})
	}

	/// Fails for who has something to win or lose, and if that cannot be told.
	pub(crate) fn ensure_impartial(
		poll: PollIndexOf<T>,
		class: &ClassOf<T>,
		who: &T::AccountId,
	) -> Result<(), Error<T>> {
		match T::Conflicts::interest(poll, class, who) {
			Interest::None => Ok(()),
			Interest::Party => Err(Error::<T>::Party),
			Interest::Unknown => Err(Error::<T>::UnknownProposal),
		}
	}

	/// What `who` weighs in a poll.
	pub(crate) fn weight_in(tally: &Tally<T>, who: &T::AccountId) -> Result<Balance, Error<T>> {
		Self::snapshot_weight(who, tally.snapshot, tally.total)
	}

	/// Counts `weight` more through `delegate`, which has voted.
	pub(crate) fn join(
		tally: &mut Tally<T>,
		poll: PollIndexOf<T>,
		delegate: &T::AccountId,
		weight: Balance,
	) -> DispatchResult {
		Self::change_delegated(poll, delegate, |aye, delegated| {
			tally.add(aye, weight)?;
			delegated.checked_add(weight).ok_or(Error::<T>::Overflow)
		})
	}

	/// Counts `weight` less through `delegate`.
	fn leave(tally: &mut Tally<T>, poll: PollIndexOf<T>, delegate: &T::AccountId, weight: Balance) -> DispatchResult {
		Self::change_delegated(poll, delegate, |aye, delegated| {
			tally.take(aye, weight)?;
			delegated.checked_sub(weight).ok_or(Error::<T>::Overflow)
		})
	}

	/// Changes what is counted through `delegate`, given its side and what was.
	fn change_delegated(
		poll: PollIndexOf<T>,
		delegate: &T::AccountId,
		change: impl FnOnce(bool, Balance) -> Result<Balance, Error<T>>,
	) -> DispatchResult {
		Ballots::<T>::try_mutate(poll, delegate, |ballot| {
			let Some(Ballot::Direct { aye, delegated, .. }) = ballot else {
				// A vote is not removed while others are counted through it.
				defensive!("nobody is counted through somebody who has not voted");
				return Err(DispatchError::Corruption);
			};
			*delegated = change(*aye, *delegated)?;
			Ok(())
		})
	}

	fn both(own: Balance, delegated: Balance) -> Result<Balance, Error<T>> {
		own.checked_add(delegated).ok_or(Error::<T>::Overflow)
	}
}
