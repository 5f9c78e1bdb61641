//! What cheating and laziness bring, on average. Nothing here runs on the chain: tests and operators who choose parameters
//! use it.

use crate::sampling::{rate, Rates, MILLION};
use openledger_primitives::{offence::penalty, Balance};

/// The thousandth part of OPEN, in planck.
const MILLI_OPEN: Balance = 1_000_000_000_000_000;

/// What a chain can choose, in planck, and in millionths where a rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parameters {
	/// The least stake of an agent.
	pub least_stake: Balance,
	/// How often agents are audited.
	pub rates: Rates,
	/// Planted errors among audits.
	pub plant_rate: u32,
	/// What a member is paid for a finding.
	pub fee: Balance,
	/// What silence costs.
	pub silence_fine: Balance,
	/// What a finding costs that does not last.
	pub error_fine: Balance,
	/// What it costs not to see a planted error.
	pub plant_fine: Balance,
	/// What a challenge takes, at least.
	pub challenge_bond: Balance,
	/// What it takes of what the accused could lose, at least.
	pub challenge_part: u32,
	/// What an appeal takes.
	pub appeal_bond: Balance,
}

/// What the simulations of this crate hold for. Of the fees that one audit falls on, auditors have two percent: twice what
/// the audit costs.
pub const DEFAULT: Parameters = Parameters {
	least_stake: 100_000 * MILLI_OPEN,
	rates: Rates { per_audit: 1_000 * MILLI_OPEN, least: 10_000 },
	plant_rate: 10_000,
	fee: 10 * MILLI_OPEN,
	silence_fine: 100 * MILLI_OPEN,
	error_fine: 200 * MILLI_OPEN,
	plant_fine: 1_500 * MILLI_OPEN,
	challenge_bond: 1_000 * MILLI_OPEN,
	challenge_part: 20_000,
	appeal_bond: 1_000 * MILLI_OPEN,
};

/// Whether S > g · ((1 − p) / p + Q): somebody that gains `gain` with each cheated answer, of which `detected` in a million
/// are found out, and is paid for `unsettled` more before that has an effect, loses if it is slashed by `slashed`.
///
/// Until it is found out it cheats (1 − p) / p times on average.
pub fn deters(slashed: Balance, gain: Balance, detected: u32, unsettled: u32) -> bool {
	let detected = u128::from(detected).min(MILLION);
	let missed = MILLION.saturating_sub(detected);
	let times = missed.saturating_add(detected.saturating_mul(unsettled.into()));
	// Both sides times p. What saturates on the left is beyond any issuance, and does not deter on the right.
	slashed.saturating_mul(detected) > gain.saturating_mul(times)
}

/// The least that has to be slashed for [`deters`], in planck. `None` if nothing deters.
pub fn least_slash(gain: Balance, detected: u32, unsettled: u32) -> Option<Balance> {
	let detected = u128::from(detected).min(MILLION);
	let missed = MILLION.saturating_sub(detected);
	let times = missed.checked_add(detected.checked_mul(unsettled.into())?)?;
	gain.checked_mul(times)?.checked_div(detected)?.checked_add(1)
}

/// A way to cheat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cheat {
	/// What answers for it, in planck.
	pub stake: Balance,
	/// The fees of each batch, in planck.
	pub fees: Balance,
	/// The part of the fees that is charged for wrong answers, in millionths.
	pub share: u32,
	/// What of that the cheater gains, in millionths.
	pub gain: u32,
	/// Its record when it begins to cheat.
	pub clean: u32,
	/// What of a slash hurts it, in millionths: it may be among those who share in it.
	pub hurt: u32,
}

/// In how many of a million batches a cheat is found out, at least, if `caught` in a million audits of a wrong answer
/// convict.
pub fn found_out(cheat: &Cheat, rates: Rates, caught: u32) -> u32 {
	// Audits that hit and convict, in a million batches.
	let hits = rate(cheat.fees, rates, cheat.clean, 0).saturating_mul(cheat.share.into()) / MILLION;
	let convicting = hits.saturating_mul(caught.into()) / MILLION;
	// Of several that hit the same batch, one is enough: p ≥ x / (1 + x).
	let found = convicting.saturating_mul(MILLION).checked_div(MILLION.saturating_add(convicting));
	// Less than a million.
	found.unwrap_or_default() as u32
}

/// Whether a cheat loses on average, until it is found out: [`deters`] for a whole batch, which is void if it is found out.
pub fn cheating_loses(cheat: &Cheat, rates: Rates, caught: u32) -> bool {
	let slashed = part(penalty(cheat.fees, cheat.stake, 0), cheat.hurt);
	let gained = part(part(cheat.fees, cheat.share), cheat.gain);
	deters(slashed, gained, found_out(cheat, rates, caught), 0)
}

fn part(of: Balance, millionths: u32) -> Balance {
	of.saturating_mul(millionths.into()) / MILLION
}

/// What an auditor earns on average that computes every answer again, in millionths of `fee`: it pays `work`, sees `planted`
/// in a million planted errors, and is wrong in `faulty` of a million audits. `error` and `missed` are the fines for an
/// error and for a planted error, all in millionths of the fee.
pub fn diligent(work: i128, planted: i128, faulty: i128, error: i128, missed: i128) -> i128 {
	let million = MILLION as i128;
	let right = million.saturating_sub(faulty);
	let real = million.saturating_sub(planted);
	let plants = planted.saturating_mul(right.saturating_mul(2).saturating_sub(times(faulty, missed)));
	let others = real.saturating_mul(right.saturating_sub(times(faulty, error)));
	plants.saturating_add(others).checked_div(million).unwrap_or_default().saturating_sub(work)
}

/// What an auditor earns on average that always says that nothing is wrong, in millionths of the fee, if `guilty` in a
/// million audits are of answers that are wrong.
pub fn always_sound(planted: i128, guilty: i128, error: i128, missed: i128) -> i128 {
	let million = MILLION as i128;
	let right = million.saturating_sub(planted).saturating_sub(guilty);
	right.saturating_sub(times(planted, missed)).saturating_sub(times(guilty, error))
}

fn times(millionths: i128, of: i128) -> i128 {
	millionths.saturating_mul(of).checked_div(MILLION as i128).unwrap_or_default()
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn the_formula_gives_what_the_design_says() {
		// p = 1 %, g = 0.002 OPEN, Q = 100,000: S > 200 OPEN; p = 2 %, g = 0.01 OPEN, Q = 1,000,000: S > 10,000 OPEN.
		for (detected, gain, unsettled, slash) in [
			(10_000, 2 * MILLI_OPEN, 100_000, 200_000 * MILLI_OPEN),
			(20_000, 10 * MILLI_OPEN, 1_000_000, 10_000_000 * MILLI_OPEN),
		] {
			let least = least_slash(gain, detected, unsettled).unwrap();
			assert!(least > slash && least < slash / 100 * 101, "{least}");
		}
		assert_eq!(least_slash(1, 0, 0), None);
		assert!(!deters(u128::MAX, 1, 0, 0));
		assert!(deters(1, 1, 1_000_000, 0) && !deters(1, 1, 1_000_000, 1));
	}

	#[test]
	fn looking_pays_and_not_looking_does_not() {
		let (work, planted, error, missed) = (500_000, 10_000, 20_000_000, 150_000_000);
		// 0.29 of a fee for one that is wrong in one of 100 audits, 0.51 for one that never is.
		assert_eq!(diligent(work, planted, 0, error, missed), 510_000);
		assert!((280_000..300_000).contains(&diligent(work, planted, 10_000, error, missed)));
		assert!(always_sound(planted, 0, error, missed) < 0);
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(1_000))]

		#[test]
		fn the_least_slash_is_the_least(gain in 1u128..1 << 80, detected in 1u32..=1_000_000, unsettled in 0u32..1 << 20) {
			let least = least_slash(gain, detected, unsettled).unwrap();
			prop_assert!(deters(least, gain, detected, unsettled));
			prop_assert!(!deters(least - 1, gain, detected, unsettled));
		}

		#[test]
		fn more_detection_and_less_unsettled_deter_more(
			slashed in 0u128..1 << 90, gain in 0u128..1 << 70, detected in 0u32..1_000_000, unsettled in 1u32..1 << 20,
		) {
			if deters(slashed, gain, detected, unsettled) {
				prop_assert!(deters(slashed, gain, detected + 1, unsettled));
				prop_assert!(deters(slashed, gain, detected, unsettled - 1));
				prop_assert!(deters(slashed + 1, gain, detected, unsettled));
			}
		}
	}
}
