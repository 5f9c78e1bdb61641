//! What agents are punished for, and how much it costs (protocol §9).

use crate::Balance;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What an agent did.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Offence {
	/// A false claim that arithmetic on the chain has proven; costs the stake (`docs/adr/0005-a-false-claim-costs-the-stake.md`).
	#[codec(index = 0)]
	Fraud,
	/// It did not open what it had committed to.
	#[codec(index = 1)]
	Withheld,
	/// Auditors found an answer or its payouts wrong.
	#[codec(index = 2)]
	Unsound,
	/// It did not answer a probe.
	#[codec(index = 3)]
	Silent,
}

/// Times the fees of the batch, at least, that an offence of judgement costs.
pub const FEE_MULTIPLE: Balance = 5;
/// The part of the stake, at least, that it costs: a tenth.
pub const STAKE_PART: Balance = 10;
/// What each repetition within [`REPEAT_DAYS`] multiplies it by.
pub const REPEAT_FACTOR: Balance = 3;
/// Days in which an offence makes the next one a repetition.
pub const REPEAT_DAYS: u32 = 30;

/// max(5 × `fees`, 10 % of `stake`) × 3 for each repetition, at most the `stake`: what withholding or an unsound answer
/// costs, in planck.
pub fn penalty(fees: Balance, stake: Balance, repetitions: u32) -> Balance {
	let once = fees.saturating_mul(FEE_MULTIPLE).max(stake.div_ceil(STAKE_PART));
	REPEAT_FACTOR.saturating_pow(repetitions).saturating_mul(once).min(stake)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn a_penalty_is_the_greater_of_both_and_grows() {
		assert_eq!(penalty(1, 1_000, 0), 100);
		assert_eq!(penalty(30, 1_000, 0), 150);
		assert_eq!(penalty(30, 1_000, 1), 450);
		assert_eq!(penalty(30, 1_000, 2), 1_000);
		assert_eq!(penalty(0, 0, 9), 0);
		assert_eq!(penalty(u128::MAX, u128::MAX, u32::MAX), u128::MAX);
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(1_000))]
		#[test]
		fn it_never_exceeds_the_stake_nor_falls(fees: u128, stake: u128, repetitions in 0u32..100) {
			let cost = penalty(fees, stake, repetitions);
			prop_assert!(cost <= stake && cost >= stake / STAKE_PART);
			prop_assert!(cost <= penalty(fees, stake, repetitions + 1));
		}
	}
}
