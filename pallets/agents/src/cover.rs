//! How far what others have delegated stands in for an agent: for what it may sell, and for what it loses.

use openledger_primitives::{money::proportion, offence::penalty, Balance};
use sp_runtime::Perbill;

/// The most of its own stake that delegations add to what an agent may sell by.
///
/// Half of what counts may be unsettled, and 85 percent of fees can go to who lies. An agent that proves its own lie and
/// is its own payer has 40 percent of what it is slashed by back, and loses 60: of a slash of 90 percent, the least that a
/// runtime should set, 54 percent of its stake. With this much, it can gain 0.85 × 0.5 × 1.25 = 53.2 percent. With more,
/// a lie would pay, and its delegators would lose.
pub const DELEGATED_COVER: Perbill = Perbill::from_percent(25);

/// What unsettled fees are measured by, of an agent with this stake of its own and as much delegated.
pub fn counted(own: Balance, delegated: Balance) -> Balance {
	own.saturating_add(delegated.min(DELEGATED_COVER.mul_floor(own)))
}

/// What an offence that is judged costs the agent and its delegators: the agent the penalty for its own stake, whatever was
/// delegated, and they the same part of theirs, rounded down.
pub fn judged(fees: Balance, own: Balance, delegated: Balance, repetitions: u32) -> (Balance, Balance) {
	if own == 0 {
		return (0, penalty(fees, delegated, repetitions));
	}
	let cost = penalty(fees, own, repetitions);
	(cost, proportion(delegated, cost, own).unwrap_or(delegated).min(delegated))
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	/// More than there will ever be of OPEN, in planck.
	const MOST: Balance = 1_000_000_000_000_000_000_000_000_000;

	#[test]
	fn delegations_count_up_to_a_part_of_the_own_stake() {
		let counted = [0, 1, 249, 250, 251, Balance::MAX].map(|delegated| counted(1_000, delegated));
		assert_eq!(counted, [1_000, 1_001, 1_249, 1_250, 1_250, 1_250]);
		assert_eq!(super::counted(0, 1_000), 0);
		assert_eq!(super::counted(Balance::MAX, 1), Balance::MAX);
	}

	#[test]
	fn delegators_lose_the_part_that_the_agent_does() {
		assert_eq!(judged(0, 1_000, 0, 0), (100, 0));
		assert_eq!(judged(0, 1_000, 3_000, 0), (100, 300));
		assert_eq!(judged(30, 1_000, 3_000, 1), (450, 1_350));
		assert_eq!(judged(30, 1_000, 3_000, 9), (1_000, 3_000));
		assert_eq!(judged(0, 0, 3_000, 0), (0, 300));
		assert_eq!(judged(0, 0, 0, 0), (0, 0));
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(2_000))]

		#[test]
		fn a_lie_loses_for_the_agent_alone_whatever_was_delegated(own in 1..MOST, delegated in 0..MOST) {
			let cover = Perbill::from_percent(50).mul_floor(counted(own, delegated));
			// 0.85 × cover < 0.6 × 0.9 × own.
			prop_assert!(850 * cover < 540 * own);
			prop_assert!(counted(own, delegated) >= own);
		}

		#[test]
		fn nobody_loses_more_than_there_is(own in 0..MOST, delegated in 0..MOST, fees in 0..MOST, times in 0u32..4) {
			let (mine, theirs) = judged(fees, own, delegated, times);
			prop_assert!(mine <= own && theirs <= delegated);
			// Whoever delegates changes nothing of what the agent loses.
			prop_assert_eq!(mine, judged(fees, own, 0, times).0);
		}
	}
}
