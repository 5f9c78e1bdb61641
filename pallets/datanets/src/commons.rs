//! What comes into the commons of a datanet, shared by all its rows (`docs/adr/0018-commons.md`).
//!
//! An accumulator says what one row has earned since the first version, so nothing is done for each contributor: income
//! is added to it when somebody looks, and a share is what the accumulator has grown by since the share was settled,
//! times its rows. All rounding is against the shares; what it leaves is shared out with the next income.

use crate::{
	pallet::{Commons as CommonsOf, Config, Contributions, Counted, Error, Event, Levels, Pallet, Shares},
	types::{Commons, Share, Status, PER_PLANCK},
};
use frame_support::{
	ensure,
	traits::{
		fungible::{Inspect, Mutate},
		tokens::Preservation,
		DefensiveOption,
	},
};
use openledger_primitives::{money::proportion, Balance, ContributionId, DatanetId};
use sp_runtime::{traits::Zero, DispatchError, DispatchResult};

impl Commons {
	/// These with `income`, in planck, shared among their rows; `None` if there are none, or not enough comes in.
	fn with(&self, income: Balance) -> Option<Self> {
		let gain = proportion(income, PER_PLANCK, self.rows.into()).filter(|gain| !gain.is_zero())?;
		// Rounded up, so that no sum of shares, each rounded down, is more than what is promised; and never more than the
		// income, as the gain was rounded down.
		let whole = gain.checked_mul(self.rows.into())?;
		let promised = self.promised.checked_add(whole.div_ceil(PER_PLANCK))?;
		Some(Self { level: self.level.checked_add(gain)?, promised, ..*self })
	}
}

impl Share {
	/// What `rows` have earned while the level rose from `from` to `to`, in planck.
	fn earned(rows: u32, from: u128, to: u128) -> Option<Balance> {
		proportion(to.checked_sub(from)?, rows.into(), PER_PLANCK)
	}

	/// This, with what it has earned until `level`.
	fn settled(&self, level: u128) -> Option<Self> {
		let due = self.due.checked_add(Self::earned(self.rows, self.level, level)?)?;
		Some(Self { due, level, ..*self })
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_count_rows(datanet: DatanetId, contribution: ContributionId) -> DispatchResult {
		let offer = Contributions::<T>::get(datanet, contribution).ok_or(Error::<T>::NoSuchContribution)?;
		let Status::Accepted { version } = offer.status else { return Err(Error::<T>::NotAccepted.into()) };
		ensure!(!Counted::<T>::contains_key(datanet, contribution), Error::<T>::AlreadyCounted);
		let (contributor, rows) = (offer.contributor, offer.rows.count);
		let mut commons = Self::swept(datanet);
		let mut share = Self::share(datanet, &contributor, &commons)?;

		// Rows that were taken down before they were counted earn nothing, and what was kept for them is shared out anew.
		let lost = share.lost.min(rows);
		let kept = rows.checked_sub(lost).defensive_ok_or(Error::<T>::Unexpected)?;
		let from = Levels::<T>::get(datanet, version);
		let earned = Self::earned(kept, from, commons.level)?;
		let freed = Self::earned(lost, from, commons.level)?;
		share.due = share.due.checked_add(earned).ok_or(Error::<T>::Overflow)?;
		share.rows = share.rows.checked_add(kept).ok_or(Error::<T>::Overflow)?;
		share.lost = share.lost.checked_sub(lost).defensive_ok_or(Error::<T>::Unexpected)?;
		commons.rows = commons.rows.checked_sub(lost).defensive_ok_or(Error::<T>::Unexpected)?;
		commons.promised = commons.promised.checked_sub(freed).defensive_ok_or(Error::<T>::Unexpected)?;

		CommonsOf::<T>::insert(datanet, commons);
		Shares::<T>::insert(datanet, &contributor, share);
		Counted::<T>::insert(datanet, contribution, ());
		Self::deposit_event(Event::RowsCounted { datanet, contribution, contributor, rows: kept, lost });
		Ok(())
	}

	pub(crate) fn do_claim_commons(datanet: DatanetId, contributor: T::AccountId) -> DispatchResult {
		let mut commons = Self::swept(datanet);
		let mut share = Self::share(datanet, &contributor, &commons)?;
		let amount = core::mem::take(&mut share.due);
		ensure!(!amount.is_zero(), Error::<T>::NothingDue);
		commons.promised = commons.promised.checked_sub(amount).defensive_ok_or(Error::<T>::Unexpected)?;

		let account = Self::commons_account(datanet);
		T::Currency::transfer(&account, &contributor, amount, Preservation::Preserve)?;
		CommonsOf::<T>::insert(datanet, commons);
		Shares::<T>::insert(datanet, &contributor, share);
		Self::deposit_event(Event::CommonsClaimed { datanet, contributor, amount });
		Ok(())
	}

	/// A version has `rows` more than the one before. They share in what comes in from now on.
	pub(crate) fn share_with_rows(datanet: DatanetId, version: u32, rows: u32) -> DispatchResult {
		let mut commons = Self::swept(datanet);
		commons.rows = commons.rows.checked_add(rows).ok_or(Error::<T>::Overflow)?;
		Levels::<T>::insert(datanet, version, commons.level);
		CommonsOf::<T>::insert(datanet, commons);
		Ok(())
	}

	/// A row of `contributor` earns no more. If none of its rows is counted, one earns nothing when they are.
	pub(crate) fn stop_earning(datanet: DatanetId, contributor: &T::AccountId) -> DispatchResult {
		let mut commons = Self::swept(datanet);
		let mut share = Self::share(datanet, contributor, &commons)?;
		match share.rows.checked_sub(1) {
			Some(rows) => {
				share.rows = rows;
				commons.rows = commons.rows.checked_sub(1).defensive_ok_or(Error::<T>::Unexpected)?;
			}
			// There are fewer takedowns than rows, and rows fit.
			None => share.lost = share.lost.saturating_add(1),
		}
		CommonsOf::<T>::insert(datanet, commons);
		Shares::<T>::insert(datanet, contributor, share);
		Ok(())
	}

	/// What an account could claim now, in planck.
	pub(crate) fn due_to(datanet: DatanetId, contributor: &T::AccountId) -> Option<Balance> {
		let commons = CommonsOf::<T>::get(datanet);
		let level = commons.with(Self::income(datanet, &commons)).map_or(commons.level, |commons| commons.level);
		Shares::<T>::get(datanet, contributor).settled(level).map(|share| share.due)
	}

	/// The commons with what has come in since somebody looked last. Without rows it waits, as does what is too little to
	/// share, and what is more than can be counted.
	fn swept(datanet: DatanetId) -> Commons {
		let commons = CommonsOf::<T>::get(datanet);
		let Some(with) = commons.with(Self::income(datanet, &commons)) else { return commons };
		let amount = with.promised.saturating_sub(commons.promised);
		Self::deposit_event(Event::CommonsShared { datanet, amount, rows: commons.rows });
		with
	}

	/// What nobody has been promised yet. The account itself is kept alive.
	fn income(datanet: DatanetId, commons: &Commons) -> Balance {
		let balance = T::Currency::balance(&Self::commons_account(datanet));
		balance.saturating_sub(T::Currency::minimum_balance()).saturating_sub(commons.promised)
	}

	/// The settled share of an account.
	fn share(datanet: DatanetId, who: &T::AccountId, commons: &Commons) -> Result<Share, DispatchError> {
		let share = Shares::<T>::get(datanet, who).settled(commons.level);
		share.ok_or_else(|| Error::<T>::Overflow.into())
	}

	fn earned(rows: u32, from: u128, to: u128) -> Result<Balance, DispatchError> {
		Share::earned(rows, from, to).ok_or_else(|| Error::<T>::Overflow.into())
	}
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
mod invariants {
	use super::*;
	use alloc::collections::BTreeMap;
	use sp_runtime::TryRuntimeError;

	/// Rows of a datanet and what is due for them.
	type Totals = BTreeMap<DatanetId, (u64, Balance)>;

	impl<T: Config> Pallet<T> {
		/// Invariants 11 and 12.
		pub(crate) fn check_commons() -> Result<(), TryRuntimeError> {
			let mut totals = Totals::new();
			for (datanet, _, share) in Shares::<T>::iter() {
				let level = CommonsOf::<T>::get(datanet).level;
				ensure!(share.level <= level, "a share is settled beyond the level");
				let due = share.settled(level).ok_or("a share overflows")?.due;
				Self::add_rows(&mut totals, datanet, share.rows, due)?;
			}
			for (datanet, contribution, ()) in Counted::<T>::iter() {
				let offer = Contributions::<T>::get(datanet, contribution).ok_or("nothing was counted")?;
				ensure!(matches!(offer.status, Status::Accepted { .. }), "rows were counted that are not accepted");
			}
			for (datanet, contribution, offer) in Contributions::<T>::iter() {
				let Status::Accepted { version } = offer.status else { continue };
				let (from, to) = (Levels::<T>::get(datanet, version), CommonsOf::<T>::get(datanet).level);
				ensure!(from <= to, "a version was frozen beyond the level");
				if !Counted::<T>::contains_key(datanet, contribution) {
					let due = Share::earned(offer.rows.count, from, to).ok_or("a share overflows")?;
					Self::add_rows(&mut totals, datanet, offer.rows.count, due)?;
				}
			}
			for (datanet, commons) in CommonsOf::<T>::iter() {
				let (rows, due) = totals.remove(&datanet).unwrap_or_default();
				ensure!(rows == u64::from(commons.rows), "the rows of a commons are miscounted");
				ensure!(due <= commons.promised, "more is due than is promised");
				let balance = T::Currency::balance(&Self::commons_account(datanet));
				let least = commons.promised.saturating_add(T::Currency::minimum_balance());
				ensure!(commons.promised.is_zero() || least <= balance, "more is promised than there is");
			}
			ensure!(totals.values().all(|total| *total == (0, 0)), "rows earn in no commons");
			Ok(())
		}

		fn add_rows(totals: &mut Totals, of: DatanetId, rows: u32, due: Balance) -> Result<(), TryRuntimeError> {
			let total = totals.entry(of).or_default();
			total.0 = total.0.saturating_add(rows.into());
			total.1 = total.1.checked_add(due).ok_or("a sum of shares overflows")?;
			Ok(())
		}
	}
}
