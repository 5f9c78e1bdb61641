//! What accounts weigh now, and what they weighed at the start of periods in which polls were submitted.
//!
//! What happens in the first block of a period happens after its start. So the weight at the start of a period is that after
//! the last touch in an earlier block, rolled there:
//!
//! - `now`, if the account was not touched since;
//! - `opening`, if it was not touched between the last touch before the period of `now` and the start;
//! - else a checkpoint. `opening` becomes one when it would be overwritten, if a poll was submitted in one of the periods at
//!   whose start the account weighed so much: those after that of `opening`, up to and including that of `now`. All polls that
//!   are submitted in those are known by then.
//!
//! Every checkpoint covers a marked period that no other one covers, so there are never more of them than periods are kept.

use crate::{
	pallet::{AccountOf, Accounts, Config, Error, Marks, Pallet, Total},
	types::{Account, Checkpoint, Touched},
};
use frame_support::{defensive, ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{
	weight::{capped, decayed, Maturity, Weight},
	Balance,
};
use sp_runtime::traits::UniqueSaturatedInto;

/// A weight of the runtime as it was in a block.
pub(crate) type TouchedOf<T> = Touched<BlockNumberFor<T>>;

/// Parts in a billion to those in a million.
const THOUSAND: u32 = 1_000;

impl<T: Config> Pallet<T> {
	/// What `who` votes with in a poll that was submitted in `period`, when all together weighed `total`.
	pub fn snapshot_weight(who: &T::AccountId, period: u32, total: Balance) -> Result<Balance, Error<T>> {
		ensure!(Self::is_kept(period), Error::<T>::SnapshotGone);
		let account = Accounts::<T>::get(who).ok_or(Error::<T>::NoWeight)?;
		let weight = Self::weight_at_start(&account, period).ok_or(Error::<T>::SnapshotGone)?;
		// In millionths, rounded down: against the voter.
		let cap = T::AccountCap::get().deconstruct().checked_div(THOUSAND).unwrap_or(0);
		let votes = capped(weight.slow, total, cap);
		ensure!(votes > 0, Error::<T>::NoWeight);
		Ok(votes)
	}

	/// What `account` weighed at the start of `period`. `None` if that was not kept.
	pub(crate) fn weight_at_start(account: &AccountOf<T>, period: u32) -> Option<Weight> {
		let start = Self::start_of(period);
		let before = |state: &TouchedOf<T>| Self::number(state.at) < start;
		if start == 0 {
			// Nothing has happened before genesis.
			return Some(Weight::default());
		}
		let state = if before(&account.now) {
			&account.now
		} else if before(&account.opening) {
			&account.opening
		} else {
			let covering = account.checkpoints.iter().find(|checkpoint| checkpoint.until >= period)?;
			Some(&covering.state).filter(|state| before(state))?
		};
		Some(Self::rolled(state, start))
	}

	/// Keep what everybody weighed at the start of this period, since a poll is submitted in it. Returns the period, and what all
	/// together weighed.
	pub(crate) fn mark() -> (u32, Balance) {
		// Nothing passes before, so whether it does is looked at when something is submitted.
		Self::constituted();
		let period = Self::period();
		let mut marks = Marks::<T>::get();
		if marks.last() != Some(&period) {
			marks.retain(|mark| Self::is_kept(*mark));
			if marks.try_push(period).is_err() {
				defensive!("marks are distinct periods, and fewer are kept than there is room for");
			}
			Marks::<T>::put(marks);
		}
		let total = Total::<T>::get().and_then(|total| Self::weight_at_start(&total, period));
		(period, total.map_or(0, |weight| weight.slow))
	}

	/// Rolls the weight of an account to this block, and keeps what it was as far as running polls count it.
	pub(crate) fn touch(account: &mut AccountOf<T>) {
		if Self::period() > Self::period_of(account.now.at) {
			Self::keep_opening(account);
			account.opening = account.now;
		}
		account.now = Touched { weight: Self::rolled_to_now(&account.now), at: Self::now() };
	}

	/// Makes a checkpoint of the opening, if a poll counts it.
	fn keep_opening(account: &mut AccountOf<T>) {
		let (after, until) = (Self::period_of(account.opening.at), Self::period_of(account.now.at));
		let marks = Self::kept_marks();
		let oldest = marks.first().copied().unwrap_or(u32::MAX);
		account.checkpoints.retain(|checkpoint| checkpoint.until >= oldest);
		if marks.iter().any(|mark| after < *mark && *mark <= until) {
			let checkpoint = Checkpoint { until, state: account.opening };
			if account.checkpoints.try_push(checkpoint).is_err() {
				defensive!("every checkpoint covers a marked period of its own");
			}
		}
	}

	/// The periods whose polls can still be voted in, oldest first.
	pub(crate) fn kept_marks() -> alloc::vec::Vec<u32> {
		Marks::<T>::get().into_iter().filter(|mark| Self::is_kept(*mark)).collect()
	}

	/// Whether weights at the start of `period` are kept: those of the last [`Config::MaxSnapshots`] periods are, this one among
	/// them.
	pub(crate) fn is_kept(period: u32) -> bool {
		period.saturating_add(T::MaxSnapshots::get()) > Self::period()
	}

	/// An account that nothing was ever minted for.
	pub(crate) fn empty() -> AccountOf<T> {
		let never = Touched { weight: Weight::default(), at: 0u32.into() };
		Account { now: never, opening: never, checkpoints: Default::default() }
	}

	/// `state`, rolled to block `to`.
	pub(crate) fn rolled(state: &TouchedOf<T>, to: u64) -> Weight {
		state.weight.roll(&Self::maturity(), to.saturating_sub(Self::number(state.at)))
	}

	/// `state`, rolled to this block.
	pub(crate) fn rolled_to_now(state: &TouchedOf<T>) -> Weight {
		Self::rolled(state, Self::number(Self::now()))
	}

	/// What is left of `amount` of block `at`, if it fades as matured weight does.
	pub(crate) fn left_of(amount: Balance, at: BlockNumberFor<T>) -> Balance {
		let elapsed = Self::number(Self::now()).saturating_sub(Self::number(at));
		decayed(amount, elapsed, T::SlowHalfLife::get())
	}

	/// How weights mature and fade.
	pub(crate) fn maturity() -> Maturity {
		// The integrity test refuses half-lives that are too close.
		Maturity::new(T::FastHalfLife::get(), T::SlowHalfLife::get()).unwrap_or(Maturity::PROTOCOL)
	}

	/// This block.
	pub(crate) fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}

	/// The period of this block.
	pub(crate) fn period() -> u32 {
		Self::period_of(Self::now())
	}

	/// The period that `block` is in.
	pub(crate) fn period_of(block: BlockNumberFor<T>) -> u32 {
		let period = Self::number(block).checked_div(Self::blocks_of_a_period()).unwrap_or(0);
		u32::try_from(period).unwrap_or(u32::MAX)
	}

	/// The first block of `period`.
	pub(crate) fn start_of(period: u32) -> u64 {
		u64::from(period).saturating_mul(Self::blocks_of_a_period())
	}

	fn blocks_of_a_period() -> u64 {
		T::SnapshotPeriod::get().max(1).into()
	}

	/// `block` as a number.
	pub(crate) fn number(block: BlockNumberFor<T>) -> u64 {
		block.unique_saturated_into()
	}
}
