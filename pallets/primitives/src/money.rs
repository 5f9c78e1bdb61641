//! How a fee is divided (protocol §10).

use crate::Balance;
use alloc::{vec, vec::Vec};
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::{helpers_128bit::multiply_by_rational_with_rounding, Rounding};

/// `amount * part / whole`, rounded down. `None` when `whole` is 0 or the result overflows.
pub fn proportion(amount: Balance, part: u128, whole: u128) -> Option<Balance> {
	multiply_by_rational_with_rounding(amount, part, whole, Rounding::Down)
}

/// What the shares of a fee add up to, the agent's among them.
pub const WHOLE: u128 = 100;

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
#[derive(Encode, Decode, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reserved {
	/// Destroyed.
	pub burn: Balance,
	/// To the treasury.
	pub treasury: Balance,
	/// To those whose stake answers for the agent, and to the stakers of the chain.
	pub stakers: Balance,
	/// To the pot that auditors are paid from.
	pub auditors: Balance,
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

	/// What a batch with these `fees` burns, gives to pots and pays out. Adds up to `fees` exactly.
	pub fn reserve(&self, fees: Balance) -> Option<Reserved> {
		self.agent()?;
		let share = |percent: u8| proportion(fees, u128::from(percent), WHOLE);
		let (burn, treasury) = (share(self.burn)?, share(self.treasury)?);
		let (stakers, auditors) = (share(self.stakers)?, share(self.auditors)?);
		let payouts = [burn, treasury, stakers, auditors].into_iter().try_fold(fees, Balance::checked_sub)?;
		Some(Reserved { burn, treasury, stakers, auditors, payouts })
	}

	/// The weight that `fee` can give: what is burnt of it, rounded up. So much room the chain sets aside, and a worker asks for.
	pub fn weight(&self, fee: Balance) -> Balance {
		let kept = proportion(fee, WHOLE.saturating_sub(self.burn.into()), WHOLE).unwrap_or_default();
		fee.saturating_sub(kept)
	}

	/// The percent of a fee that goes neither to models nor to data: what a payer may cap.
	pub fn overhead(&self) -> u8 {
		100u8.saturating_sub(self.model).saturating_sub(self.data)
	}

	/// The part of one fee for the owners of models, and the part for data.
	pub fn pools(&self, fee: Balance) -> Option<(Balance, Balance)> {
		Some((proportion(fee, u128::from(self.model), WHOLE)?, proportion(fee, u128::from(self.data), WHOLE)?))
	}
}

/// Divides `total` by `weights` with the largest-remainder method: exact to the unit, ties to the lower position.
///
/// All weights zero divides nothing and gives zeros. `None` when the sum of the weights overflows.
pub fn apportion(total: Balance, weights: &[u128]) -> Option<Vec<Balance>> {
	apportion_part(total, 1, 1, weights)
}

/// Divides `amount · part / whole`, rounded down, by `weights` with the largest-remainder method.
///
/// The quotas are those of the exact fraction, not of its rounded value, so that nobody is rounded against twice: every
/// share is less than a unit from `amount · part · weight / (whole · Σ weights)`. Ties go to the lower position. All weights zero divides nothing and gives
/// zeros. `None` when `whole` is 0 or less than `part`, or when `whole · Σ weights` overflows.
pub fn apportion_part(amount: Balance, part: u128, whole: u128, weights: &[u128]) -> Option<Vec<Balance>> {
	let sum = weights.iter().try_fold(0u128, |sum, weight| sum.checked_add(*weight))?;
	let divisor = whole.checked_mul(sum)?;
	if part > whole {
		return None;
	}
	if sum == 0 {
		return (whole > 0).then(|| vec![0; weights.len()]);
	}
	let mut left = proportion(amount, part, whole)?;
	let mut shares = Vec::with_capacity(weights.len());
	let mut order = Vec::with_capacity(weights.len());
	for (position, weight) in weights.iter().enumerate() {
		let factor = part.checked_mul(*weight)?;
		let share = proportion(amount, factor, divisor)?;
		left = left.checked_sub(share)?;
		// The remainder of amount · factor / divisor, which fits because it is below `divisor`.
		let remainder = amount.wrapping_mul(factor).wrapping_sub(share.wrapping_mul(divisor));
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
	use primitive_types::U512;
	use proptest::prelude::*;

	#[test]
	fn the_default_split_leaves_the_agent_thirty_percent() {
		assert_eq!(DEFAULT_SPLIT.agent(), Some(30));
		assert_eq!(FeeSplit { burn: 90, ..DEFAULT_SPLIT }.agent(), None);
	}

	#[test]
	fn a_part_is_divided_by_its_exact_fraction() {
		// 35 % of 10 is 3.5: nobody may lose the half before the division.
		assert_eq!(apportion_part(10, 35, 100, &[1, 1]), Some(vec![2, 1]));
		// 20 % of 7 is 1.4; the shares are 0.98 and 0.42, so the unit goes to the first.
		assert_eq!(apportion_part(7, 20, 100, &[7, 3]), Some(vec![1, 0]));
		assert_eq!(apportion_part(7, 101, 100, &[1]), None);
		assert_eq!(apportion_part(7, 0, 0, &[1]), None);
		assert_eq!(apportion_part(7, 0, 100, &[1, 2]), Some(vec![0, 0]));
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
		fn wide_numbers_are_divided_as_wider_ones_are(
			amount: u128, part in 0..=u128::from(u32::MAX), more in 0..=u128::from(u32::MAX),
			weights in prop::collection::vec(0..=u128::from(u64::MAX >> 6), 1..12),
		) {
			let whole = part + more;
			prop_assume!(whole > 0);
			let shares = apportion_part(amount, part, whole, &weights).unwrap();
			let sum: u128 = weights.iter().sum();
			prop_assume!(sum > 0);
			let [amount, part, whole, sum] = [amount, part, whole, sum].map(U512::from);
			let divisor = whole * sum;
			let exact: Vec<(U512, U512)> =
				weights.iter().map(|weight| (amount * part * U512::from(*weight)).div_mod(divisor)).collect();
			let total = amount * part / whole;
			let floors = exact.iter().fold(U512::zero(), |sum, (floor, _)| sum + floor);
			let mut order: Vec<usize> = (0..weights.len()).collect();
			order.sort_by_key(|i| (core::cmp::Reverse(exact[*i].1), *i));
			let lucky = &order[..(total - floors).as_usize()];
			for (i, share) in shares.iter().enumerate() {
				prop_assert_eq!(U512::from(*share), exact[i].0 + U512::from(u8::from(lucky.contains(&i))));
			}
		}

		#[test]
		fn nobody_is_a_unit_away_from_the_exact_share(
			amount in 0..=u128::from(u64::MAX), part in 0..=100u128, weights in prop::collection::vec(0..=1_000_000u128, 1..20),
		) {
			let shares = apportion_part(amount, part, 100, &weights).unwrap();
			let whole: u128 = weights.iter().sum();
			let total = if whole == 0 { 0 } else { amount * part / 100 };
			prop_assert_eq!(shares.iter().sum::<u128>(), total);
			for (share, weight) in shares.iter().zip(&weights).filter(|_| whole > 0) {
				// |share − exact| < 1, both sides times 100 · whole.
				prop_assert!((share * 100 * whole).abs_diff(amount * part * weight) < 100 * whole);
			}
		}

		#[test]
		fn weight_is_the_burn_rounded_up(fee in 0..=u128::MAX / 100) {
			prop_assert_eq!(DEFAULT_SPLIT.weight(fee), (fee * u128::from(DEFAULT_SPLIT.burn)).div_ceil(WHOLE));
		}

		#[test]
		fn reserve_conserves(fees in 0..=u128::MAX) {
			let r = DEFAULT_SPLIT.reserve(fees).unwrap();
			prop_assert_eq!(r.burn + r.treasury + r.stakers + r.auditors + r.payouts, fees);
		}

		#[test]
		fn pools_of_many_receipts_never_exceed_the_payouts(fees in prop::collection::vec(0..=u128::from(u64::MAX), 0..50)) {
			let payouts = DEFAULT_SPLIT.reserve(fees.iter().sum()).unwrap().payouts;
			let pools: u128 = fees.iter().map(|fee| DEFAULT_SPLIT.pools(*fee).unwrap()).map(|(m, d)| m + d).sum();
			prop_assert!(pools <= payouts);
		}
	}
}
