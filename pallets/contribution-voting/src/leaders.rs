//! The accounts with the greatest standing, kept without looking at any other account.
//!
//! The order of two accounts does not change while neither is touched ([`openledger_primitives::weight::Weight::standing`]). So
//! one that is touched is compared with those on the board, rolled to this block, and nobody else is looked at.

use crate::{
	pallet::{Config, Leaders, Pallet},
	snapshots::TouchedOf,
	types::Leader,
};
use frame_support::traits::Get;
use openledger_primitives::Balance;

impl<T: Config> Pallet<T> {
	/// Puts `who`, whose weight was just changed, where it belongs.
	pub(crate) fn rank(who: &T::AccountId, state: &TouchedOf<T>) {
		let mut board = Leaders::<T>::get();
		let known = board.iter().position(|leader| leader.who == *who);
		if let Some(place) = known {
			board.remove(place);
		}
		let standing = Self::standing(state);
		let place = board.partition_point(|leader| Self::standing(&leader.state) >= standing);
		let fits = standing > 0 && place < T::MaxLeaders::get() as usize;
		if fits {
			// The last one makes room. Below its capacity, the vector takes one more wherever it is told to.
			board.truncate((T::MaxLeaders::get() as usize).saturating_sub(1));
			let _ = board.try_insert(place, Leader { who: who.clone(), state: *state });
		}
		if fits || known.is_some() {
			Leaders::<T>::put(board);
		}
	}

	/// Takes `who` off the board.
	pub(crate) fn strike(who: &T::AccountId) {
		let mut board = Leaders::<T>::get();
		if let Some(place) = board.iter().position(|leader| leader.who == *who) {
			board.remove(place);
			Leaders::<T>::put(board);
		}
	}

	/// The standing of a weight in this block.
	pub(crate) fn standing(state: &TouchedOf<T>) -> Balance {
		Self::rolled_to_now(state).standing(&Self::maturity())
	}
}
