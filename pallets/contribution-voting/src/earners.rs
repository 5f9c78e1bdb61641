//! What was minted through an agent for those who were its beneficiaries, so that a slash of the agent burns that much of what
//! they weigh, and no more.
//!
//! An agent names its beneficiary without asking, and changes it as it likes. So a beneficiary does not answer with what it has
//! earned elsewhere, and a former one still answers with what it has earned through the agent. What is noted of either is
//! rolled as the weight of an account is, and so stays the part of it that it was.

use crate::{
	interface::millionths,
	pallet::{Accounts, Config, Earners, Error, Pallet},
	snapshots::TouchedOf,
	types::{Earner, Touched},
	MAX_EARNERS,
};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Get, BoundedVec};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{weight::Weight, Balance};
use sp_runtime::{DispatchResult, PerThing, Perbill, Rounding};

/// An earner of the runtime.
type EarnerOf<T> = Earner<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

impl<T: Config> Pallet<T> {
	/// Notes that `who` was minted `weight` through `agent`. When there are too many, the one with the least makes room, and
	/// what it had through the agent is burnt: nothing would answer for it any more.
	pub(crate) fn earn(agent: &T::AccountId, who: &T::AccountId, weight: Balance) {
		let mut earners = Earners::<T>::get(agent);
		match earners.binary_search_by(|earner| earner.who.cmp(who)) {
			Ok(place) => {
				if let Some(earner) = earners.get_mut(place) {
					earner.state = Self::rolled_state(&earner.state, |weight_now| weight_now.mint(weight));
				}
			}
			Err(_) => {
				if earners.is_full() {
					Self::make_room(&mut earners);
				}
				let state = Touched { weight: Weight::default().mint(weight), at: Self::now() };
				let place = earners.partition_point(|earner| earner.who < *who);
				// There is room now.
				let _ = earners.try_insert(place, Earner { who: who.clone(), state });
			}
		}
		Earners::<T>::insert(agent, earners);
	}

	/// Burns `part` of what was minted through `agent`.
	pub(crate) fn burn_earned(agent: &T::AccountId, part: Perbill) {
		if part.is_zero() || !Earners::<T>::contains_key(agent) {
			return;
		}
		let parts_per_million = millionths(part);
		Earners::<T>::mutate_exists(agent, |entry| {
			for earner in entry.iter_mut().flatten() {
				Self::burn_of(earner, part);
				earner.state = Self::rolled_state(&earner.state, |weight| weight.burn(parts_per_million));
			}
			let left = entry.iter().flatten().any(|earner| Self::standing(&earner.state) > 0);
			if !left {
				*entry = None;
			}
		});
	}

	/// Forgets what was minted through `agent`, when it is next to nothing.
	pub(crate) fn forget_earners(agent: &T::AccountId) -> DispatchResult {
		let earners = Earners::<T>::get(agent);
		let faded = earners.iter().all(|earner| Self::standing(&earner.state) < T::Dust::get());
		ensure!(faded, Error::<T>::StillNeeded);
		Earners::<T>::remove(agent);
		Ok(())
	}

	/// Takes the one with the least standing out, and burns what it had through the agent.
	fn make_room(earners: &mut BoundedVec<EarnerOf<T>, frame_support::traits::ConstU32<MAX_EARNERS>>) {
		let standings: Vec<_> = earners.iter().map(|earner| Self::standing(&earner.state)).collect();
		let least = standings.iter().enumerate().min_by_key(|(_, standing)| **standing).map(|(place, _)| place);
		if let Some(place) = least {
			let earner = earners.remove(place);
			Self::burn_of(&earner, Perbill::one());
		}
	}

	/// Burns `part` of what an earner has through the agent, which is a part of all that it weighs: rounded up, and no more than
	/// all.
	fn burn_of(earner: &EarnerOf<T>, part: Perbill) {
		let Some(account) = Accounts::<T>::get(&earner.who) else { return };
		let (through, all) = (Self::standing(&earner.state), Self::standing(&account.now));
		if through > 0 {
			let whole = all.max(through);
			let share = Perbill::from_rational_with_rounding(through, whole, Rounding::Up).unwrap_or(Perbill::one());
			let parts = u64::from(share.deconstruct()).saturating_mul(part.deconstruct().into());
			let parts = parts.div_ceil(Perbill::ACCURACY.into());
			Self::burn_part(&earner.who, Perbill::from_parts(u32::try_from(parts).unwrap_or(Perbill::ACCURACY)));
		}
	}

	fn rolled_state(state: &TouchedOf<T>, change: impl FnOnce(&Weight) -> Weight) -> TouchedOf<T> {
		Touched { weight: change(&Self::rolled_to_now(state)), at: Self::now() }
	}
}
