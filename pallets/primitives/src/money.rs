//! How a fee is divided (protocol §10).

use crate::Balance;
use alloc::{vec, vec::Vec};
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, Rounding};

/// `amount * part / whole`, rounded down. `None` when `whole` is 0 or the result overflows.
pub fn proportion(amount: Balance, part: u128, whole: u128) -> Option<Balance> {
	multiply_by_rational_with_rounding(amount, part, whole, Rounding::Down)
}

/// Shares of a fee in percent; the agent has what is left.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct FeeSplit {
	/// Destroyed; the only source of contribution weight.
	pub burn: u8,
	/// The treasury.
	pub treasury: u8,
	/// Owners of the models: adapter, base, ancestors.
	pub model: u8,
	/// Contributors of the rows that mattered.
	pub data: u8,
	/// Stakers.
	pub stakers: u8,
	/// Auditors.
	pub auditors: u8,
}

/// The split of protocol §10, which leaves the agent 30 percent.
pub const DEFAULT_SPLIT: FeeSplit = FeeSplit { burn: 5, treasury: 3, model: 20, data: 35, stakers: 5, auditors: 2 };

/// What a whole batch sets aside before anyone is paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reserved {
	/// Destroyed.
	pub burn: Balance,
	/// To the treasury: its own share, and those of stakers and auditors until they have a pot of their own.
	pub treasury: Balance,
	/// For the leaves of the payout tree.
	pub payouts: Balance,
}

impl FeeSplit {
	/// What the agent has left, in percent; `None` when the others exceed 100.
	pub fn agent(&self) -> Option<u8> {
		[self.burn, self.treasury, self.model, self.data, self.stakers, self.auditors]
			.iter()
			.try_fold(100u8, |left, share| left.checked_sub(*share))
	}

	/// What a batch with these `fees` burns, gives to the treasury and pays out. Adds up to `fees` exactly.
	pub fn reserve(&self, fees: Balance) -> Option<Reserved> {
		self.agent()?;
		let share = |percent: u8| proportion(fees, u128::from(percent), 100);
		let burn = share(self.burn)?;
		let treasury = [self.treasury, self.stakers, self.auditors]
			.into_iter()
			.try_fold(0u128, |sum, percent| sum.checked_add(share(percent)?))?;
		Some(Reserved { burn, treasury, payouts: fees.checked_sub(burn)?.checked_sub(treasury)? })
	}

	/// The part of one fee for the owners of models, and the part for data.
	pub fn pools(&self, fee: Balance) -> Option<(Balance, Balance)> {
		Some((proportion(fee, u128::from(self.model), 100)?, proportion(fee, u128::from(self.data), 100)?))
	}
}

/// Divides `total` by `weights` with the largest-remainder method: exact to the unit, ties to the lower position.
///
/// All weights zero divides nothing and gives zeros. `None` when the sum of the weights overflows.
pub fn apportion(total: Balance, weights: &[u128]) -> Option<Vec<Balance>> {
	let whole = weights.iter().try_fold(0u128, |sum, weight| sum.checked_add(*weight))?;
	if whole == 0 {
		return Some(vec![0; weights.len()]);
	}
	let mut shares = Vec::with_capacity(weights.len());
	let mut order = Vec::with_capacity(weights.len());
	let mut left = total;
	for (position, weight) in weights.iter().enumerate() {
		let share = proportion(total, *weight, whole)?;
		left = left.checked_sub(share)?;
		// The remainder of total * weight / whole, which fits because it is below `whole`.
		let remainder = total.wrapping_mul(*weight).wrapping_sub(share.wrapping_mul(whole));
		order.push((core::cmp::Reverse(remainder), position));
		shares.push(share);
	}
	order.sort_unstable();
	for (_, position) in order {
		if left == 0 {
			break;
		}
		if let Some(share) = shares.get_mut(position) {
			*share = share.checked_add(1)?;
			left = left.checked_sub(1)?;
		}
	}
	Some(shares)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn the_default_split_leaves_the_agent_thirty_percent() {
		assert_eq!(DEFAULT_SPLIT.agent(), Some(30));
		assert_eq!(FeeSplit { burn: 90, ..DEFAULT_SPLIT }.agent(), None);
	}

	#[test]
	fn equal_remainders_go_to_the_lower_position() {
		assert_eq!(apportion(10, &[1, 1, 1]), Some(vec![4, 3, 3]));
		assert_eq!(apportion(0, &[1, 2]), Some(vec![0, 0]));
		assert_eq!(apportion(5, &[0, 0]), Some(vec![0, 0]));
		assert_eq!(apportion(5, &[u128::MAX, 1]), None);
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(2_000))]
		#[test]
		fn apportion_conserves_and_is_fair(total in 0..=u128::from(u64::MAX), weights in prop::collection::vec(0..=u128::from(u32::MAX), 1..20)) {
			let shares = apportion(total, &weights).unwrap();
			let whole: u128 = weights.iter().sum();
			prop_assert_eq!(shares.iter().sum::<u128>(), if whole == 0 { 0 } else { total });
			for (share, weight) in shares.iter().zip(&weights) {
				let floor = (total * weight).checked_div(whole).unwrap_or_default();
				prop_assert!(*share == floor || *share == floor + 1);
			}
		}

		#[test]
		fn reserve_conserves(fees in 0..=u128::MAX) {
			let r = DEFAULT_SPLIT.reserve(fees).unwrap();
			prop_assert_eq!(r.burn + r.treasury + r.payouts, fees);
		}

		#[test]
		fn pools_of_many_receipts_never_exceed_the_payouts(fees in prop::collection::vec(0..=u128::from(u64::MAX), 0..50)) {
			let payouts = DEFAULT_SPLIT.reserve(fees.iter().sum()).unwrap().payouts;
			let pools: u128 = fees.iter().map(|fee| DEFAULT_SPLIT.pools(*fee).unwrap()).map(|(m, d)| m + d).sum();
			prop_assert!(pools <= payouts);
		}
	}
}
