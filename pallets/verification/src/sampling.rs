//! How many audits a batch has (protocol §9).

use openledger_primitives::{audit, Balance, Blake2b256, TreeHash};
use sp_core::H256;

/// The most audits of one batch: its lot has a secret for each.
pub const MAX_AUDITS: u32 = audit::MAX_AUDITS as u32;
/// One audit, in the unit of rates.
pub const MILLION: u128 = 1_000_000;
/// Sound audits after which an agent is audited half as often.
const CLEAN_HALVES: u128 = 10;
/// However clean its record, an agent is audited a quarter as often as a new one, at least.
const LEAST_SHARE: u128 = 250_000;
/// Times [`Rates::per_audit`], fees beyond which change nothing.
const COUNTED: u128 = MAX_AUDITS as u128 * MILLION / LEAST_SHARE;
/// What each offence of late adds to the rate.
const PER_OFFENCE: u128 = 3;

/// How often agents are audited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rates {
	/// Fees in planck on which one audit falls, of an agent without a record.
	pub per_audit: Balance,
	/// Audits in a million batches, at least, however small they are.
	pub least: u32,
}

/// Audits in a million batches such as this one, on average.
pub fn rate(fees: Balance, rates: Rates, clean: u32, offences: u32) -> u128 {
	let most = u128::from(MAX_AUDITS).saturating_mul(MILLION);
	// Fees beyond the most audits make no difference, so that what follows does not overflow. The least record makes
	// four times as many fees count, at most.
	let counted = fees.min(rates.per_audit.saturating_mul(COUNTED));
	let plain = match counted.checked_mul(MILLION) {
		Some(millions) => millions.checked_div(rates.per_audit).unwrap_or(most),
		// So many fees that a million of them overflow: less exact, and still rising.
		None => counted.checked_div(rates.per_audit.div_ceil(MILLION)).unwrap_or(most),
	};
	let worse = u128::from(offences).saturating_mul(PER_OFFENCE).saturating_add(1);
	let record = u128::from(clean).saturating_add(CLEAN_HALVES);
	let share = CLEAN_HALVES.saturating_mul(MILLION).checked_div(record).unwrap_or(MILLION).max(LEAST_SHARE);
	let weighed = plain.saturating_mul(worse).saturating_mul(share) / MILLION;
	weighed.max(rates.least.into()).min(most)
}

/// The audits of a batch with `fees`, whose agent has as many `clean` audits since its last offence and as many
/// `offences` of late: the whole part of the rate, and one more with the probability of its fraction, by `seed`.
pub fn audits(fees: Balance, rates: Rates, clean: u32, offences: u32, seed: &H256) -> u32 {
	let rate = rate(fees, rates, clean, offences);
	// At most `MAX_AUDITS`, so neither overflows nor is cut.
	let (whole, fraction) = ((rate / MILLION) as u32, rate % MILLION);
	let hash = Blake2b256::hash(seed.as_bytes());
	let ticket = hash.as_bytes().first_chunk().map_or(0, |bytes| u128::from_le_bytes(*bytes));
	whole.saturating_add((ticket % MILLION < fraction).into()).min(MAX_AUDITS)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const RATES: Rates = Rates { per_audit: 1_000, least: 10_000 };

	fn seed(number: u64) -> H256 {
		Blake2b256::hash(&number.to_le_bytes())
	}

	#[test]
	fn the_rate_follows_fees_record_and_offences() {
		assert_eq!(rate(0, RATES, 0, 0), 10_000);
		assert_eq!(rate(1_000, RATES, 0, 0), 1_000_000);
		assert_eq!(rate(500, RATES, 0, 0), 500_000);
		assert_eq!(rate(1_000, RATES, 10, 0), 500_000);
		assert_eq!(rate(1_000, RATES, u32::MAX, 0), 250_000);
		assert_eq!(rate(500, RATES, 0, 1), 2_000_000);
		assert_eq!(rate(u128::MAX, RATES, 0, u32::MAX), 4_000_000);
		assert_eq!(rate(16_000, RATES, u32::MAX, 0), 4_000_000);
	}

	#[test]
	fn fractions_are_drawn_at_their_rate() {
		let mean = |fees| (0..20_000).map(|number| audits(fees, RATES, 0, 0, &seed(number))).sum::<u32>();
		// 0.01, 0.3 and 2.5 on average; standard deviations 14, 65 and 71.
		assert!(mean(1).abs_diff(200) < 70, "{}", mean(1));
		assert!(mean(300).abs_diff(6_000) < 325, "{}", mean(300));
		assert!(mean(2_500).abs_diff(50_000) < 355, "{}", mean(2_500));
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(1_000))]

		#[test]
		fn nobody_is_audited_too_often_or_never(
			fees: u128, per_audit in 1u128.., least in 0u32..=1_000_000, clean: u32, offences: u32, number: u64,
		) {
			let rates = Rates { per_audit, least };
			let rate = rate(fees, rates, clean, offences);
			prop_assert!(rate >= least.into() && rate <= 4_000_000);
			let audits = audits(fees, rates, clean, offences, &seed(number));
			prop_assert!(u128::from(audits) == rate / MILLION || u128::from(audits) == rate / MILLION + 1);
		}

		#[test]
		fn higher_fees_and_offences_raise_it_and_a_record_lowers_it(
			fees in 0u128..1 << 100, more in 0u128..1 << 100, per_audit in 1u128..1 << 100, clean in 0u32..1_000, offences in 0u32..5,
		) {
			let rates = Rates { per_audit, least: 10_000 };
			let here = rate(fees, rates, clean, offences);
			prop_assert!(rate(fees + more, rates, clean, offences) >= here);
			prop_assert!(rate(fees, rates, clean, offences + 1) >= here);
			prop_assert!(rate(fees, rates, clean + 1, offences) <= here);
		}
	}
}
