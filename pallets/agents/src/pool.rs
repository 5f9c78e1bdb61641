//! The arithmetic of delegated stake: shares of a pool, rounded against who delegates.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use openledger_primitives::{money::proportion, Balance};
use scale_info::TypeInfo;

/// Shares that nobody has, of one planck that is not there. They set the first price at 1,000 shares a planck, and make
/// who drives the price up before somebody else's first delegation lose more than the other.
const VIRTUAL: u128 = 1_000;

/// What was delegated to an agent. Rewards raise the value of a share, slashes lower it.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Pool {
	/// Names it, among all pools there ever were. One that was slashed to nothing is replaced by another.
	pub id: u32,
	/// What is in it, in planck.
	pub amount: Balance,
	/// What it is divided into.
	pub shares: u128,
	/// How many of the shares are on their way out. They gain and lose like the others until they are withdrawn.
	pub leaving: u128,
}

impl Pool {
	/// An empty pool.
	pub const fn new(id: u32) -> Self {
		Self { id, amount: 0, shares: 0, leaving: 0 }
	}

	/// The shares that `amount` buys, rounded down. `None` when they overflow.
	pub fn shares_for(&self, amount: Balance) -> Option<u128> {
		proportion(amount, self.shares.checked_add(VIRTUAL)?, self.amount.checked_add(1)?)
	}

	/// What `shares` are worth, rounded down; who has all of them has everything.
	pub fn value_of(&self, shares: u128) -> Balance {
		if shares >= self.shares {
			return self.amount;
		}
		proportion(shares, self.amount.saturating_add(1), self.shares.saturating_add(VIRTUAL))
			.unwrap_or(self.amount)
			.min(self.amount)
	}

	/// What is not on its way out, in planck.
	pub fn staying(&self) -> Balance {
		self.value_of(self.shares.saturating_sub(self.leaving)).min(self.amount)
	}

	/// With `amount` more, for `shares`. `None` when a sum overflows.
	pub fn joined(self, amount: Balance, shares: u128) -> Option<Self> {
		let (amount, shares) = (self.amount.checked_add(amount)?, self.shares.checked_add(shares)?);
		Some(Self { amount, shares, ..self })
	}

	/// Without `shares` that were on their way out, and what they are worth. `None` when there are not as many.
	pub fn left(self, shares: u128) -> Option<(Self, Balance)> {
		let value = self.value_of(shares);
		let pool = Self {
			amount: self.amount.checked_sub(value)?,
			shares: self.shares.checked_sub(shares)?,
			leaving: self.leaving.checked_sub(shares)?,
			..self
		};
		Some((pool, value))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	/// More than there will ever be of OPEN, in planck.
	const MOST: Balance = 1_000_000_000_000_000_000_000_000_000;

	fn pool() -> impl Strategy<Value = Pool> {
		// As after deposits, rewards and slashes: a share is worth between a millionth and a million times the first
		// price.
		(1..MOST, 1u128..1_000_000, 1u128..1_000_000).prop_map(|(amount, up, down)| {
			let shares = proportion(amount, VIRTUAL * up, down).unwrap().max(1);
			Pool { amount, shares, ..Pool::new(0) }
		})
	}

	#[test]
	fn the_first_price_is_a_thousand_shares() {
		let pool = Pool::new(7);
		assert_eq!(pool.shares_for(5), Some(5_000));
		let pool = pool.joined(5, 5_000).unwrap();
		assert_eq!((pool.value_of(5_000), pool.value_of(4_999), pool.value_of(0), pool.staying()), (5, 4, 0, 5));
		assert_eq!(pool.left(5_000), None);
		let leaving = Pool { leaving: 5_000, ..pool };
		assert_eq!((leaving.staying(), leaving.left(5_000)), (0, Some((Pool::new(7), 5))));
	}

	#[test]
	fn who_drives_the_price_up_loses_more_than_the_next_delegator() {
		// One planck is delegated, a million comes as a reward, then somebody delegates 900,000.
		let pool = Pool::new(0).joined(1, 1_000).unwrap();
		let driven = Pool { amount: pool.amount + 1_000_000, ..pool };
		let shares = driven.shares_for(900_000).unwrap();
		let after = driven.joined(900_000, shares).unwrap();
		let lost = 900_000 - after.value_of(shares);
		let attackers_loss = 1_000_001 - after.value_of(1_000);
		assert!(lost < 2_000 && attackers_loss > 400_000, "{lost} {attackers_loss}");
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(1_000))]

		#[test]
		fn coming_and_going_gains_nothing(pool in pool(), amount in 1..MOST) {
			let shares = pool.shares_for(amount).unwrap();
			let joined = pool.joined(amount, shares).unwrap();
			prop_assert!(joined.value_of(shares) <= amount);
			// And takes nothing from the others.
			let left = Pool { leaving: shares, ..joined }.left(shares).unwrap().0;
			prop_assert!(left.value_of(pool.shares) >= pool.value_of(pool.shares));
			prop_assert_eq!(left.shares, pool.shares);
		}

		#[test]
		fn parts_are_worth_no_more_than_the_whole(pool in pool(), part in 0u32..1_000_000) {
			let some = proportion(pool.shares, part.into(), 1_000_000).unwrap();
			prop_assert!(pool.value_of(some) + pool.value_of(pool.shares - some) <= pool.amount);
			prop_assert!(pool.value_of(some) <= pool.value_of(pool.shares));
			let leaving = Pool { leaving: some, ..pool };
			prop_assert!(leaving.staying() <= pool.amount);
		}
	}
}
