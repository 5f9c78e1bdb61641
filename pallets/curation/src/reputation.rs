//! What is known of a curator: how often it was right where the answer was known (protocol §3).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::traits::IntegerSquareRoot;

/// Certainty, in parts of a million.
pub const WHOLE: u32 = 1_000_000;
/// What one task counts in the moving average, in percent.
const ALPHA: u32 = 15;
/// Above this share of missed gold, with 97.5 % confidence, a curator is slashed; in parts of a million.
pub const MAX_MISSED: u32 = 250_000;
/// The most gold that is remembered: then both counts are halved, so that a good past does not excuse for ever.
const MEMORY: u32 = 256;

/// The record of a curator in one datanet.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Record {
	/// Moving average of the share of gold that it got right, from 0; in parts of [`WHOLE`].
	pub credibility: u32,
	/// Gold that it has seen, of which the recent half counts more.
	pub gold_seen: u32,
	/// Gold that it got wrong.
	pub gold_missed: u32,
}

impl Record {
	/// The credibility after `idle` blocks without a task: half for each whole `half_life`.
	pub fn decayed(self, idle: u64, half_life: u64) -> Self {
		let halvings = idle.checked_div(half_life).unwrap_or_default();
		let halvings = u32::try_from(halvings).unwrap_or(u32::MAX);
		Self { credibility: self.credibility.checked_shr(halvings).unwrap_or_default(), ..self }
	}

	/// The record after a task with `gold` known answers, `missed` of which were wrong. Without gold nothing is learnt.
	pub fn scored(self, gold: u32, missed: u32) -> Self {
		let missed = missed.min(gold);
		let hits = gold.saturating_sub(missed);
		let Some(share) = hits.saturating_mul(WHOLE).checked_div(gold) else { return self };
		let (seen, wrong) = match self.gold_seen.saturating_add(gold) > MEMORY {
			true => (self.gold_seen / 2, self.gold_missed / 2),
			false => (self.gold_seen, self.gold_missed),
		};
		Self {
			credibility: average(self.credibility, share),
			gold_seen: seen.saturating_add(gold),
			gold_missed: wrong.saturating_add(missed),
		}
	}

	/// The record after a task in which nothing was said.
	pub fn absent(self) -> Self {
		Self { credibility: average(self.credibility, 0), ..self }
	}

	/// Whether it misses more gold than chance explains.
	pub fn is_bad(self) -> bool {
		wilson_lower(self.gold_missed, self.gold_seen) > MAX_MISSED
	}
}

/// (1 − α)·old + α·new.
fn average(old: u32, new: u32) -> u32 {
	let kept = u64::from(old).saturating_mul(100u64.saturating_sub(ALPHA.into()));
	let sum = kept.saturating_add(u64::from(new).saturating_mul(ALPHA.into()));
	// An average of two numbers up to a million.
	(sum / 100) as u32
}

/// The lower end of the Wilson interval of `missed` out of `seen` at 95 %, rounded down, in parts of [`WHOLE`]; 0 if
/// nothing was seen (Wilson 1927). With z = 1.96: (k + z²/2 − z·√(k(n − k)/n + z²/4)) / (n + z²).
pub fn wilson_lower(missed: u32, seen: u32) -> u32 {
	const SCALE: u128 = 1_000_000;
	/// z², z²/2 and z²/4 for z = 1.96, scaled.
	const Z2: u128 = 3_841_600;
	const HALF_Z2: u128 = 1_920_800;
	const QUARTER_Z2: u128 = 960_400;
	let (k, n) = (u128::from(missed.min(seen)), u128::from(seen));
	let product = k.saturating_mul(n.saturating_sub(k)).saturating_mul(SCALE).saturating_mul(SCALE);
	let Some(variance) = product.checked_div(n) else { return 0 };
	let radicand = variance.saturating_add(QUARTER_Z2.saturating_mul(SCALE));
	// One more than the root rounded down, in favour of the curator.
	let root = radicand.integer_sqrt().saturating_add(1);
	let centre = k.saturating_mul(SCALE).saturating_add(HALF_Z2);
	let low = centre.saturating_sub(root.saturating_mul(196) / 100).saturating_mul(WHOLE.into());
	let lower = low.checked_div(n.saturating_mul(SCALE).saturating_add(Z2)).unwrap_or_default();
	u32::try_from(lower).unwrap_or(WHOLE)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn exact(k: f64, n: f64) -> f64 {
		let z2: f64 = 1.96 * 1.96;
		(k + z2 / 2.0 - 1.96 * (k * (n - k) / n + z2 / 4.0).sqrt()) / (n + z2)
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(2_000))]

		#[test]
		fn the_bound_is_wilsons_and_never_above_the_share(seen in 1u32..100_000, share in 0.0f64..=1.0) {
			let missed = (f64::from(seen) * share) as u32;
			let bound = f64::from(wilson_lower(missed, seen)) / f64::from(WHOLE);
			let expected = exact(missed.into(), seen.into()).max(0.0);
			prop_assert!((bound - expected).abs() < 4e-6, "{bound} {expected}");
			prop_assert!(bound <= f64::from(missed) / f64::from(seen) + 1e-9);
		}

		#[test]
		fn a_record_stays_within_its_bounds(tasks in prop::collection::vec((0u32..=64, 0u32..=64), 0..200)) {
			let mut record = Record::default();
			for (gold, missed) in tasks {
				record = record.scored(gold, missed);
				prop_assert!(record.credibility <= WHOLE);
				prop_assert!(record.gold_missed <= record.gold_seen && record.gold_seen <= MEMORY);
			}
		}
	}

	#[test]
	fn nobody_is_bad_on_small_numbers() {
		for (missed, seen) in [(1, 1), (2, 4), (3, 6)] {
			assert!(!Record { credibility: 0, gold_seen: seen, gold_missed: missed }.is_bad(), "{missed}/{seen}");
		}
		assert!(!Record { credibility: 0, gold_seen: 200, gold_missed: 50 }.is_bad());
		assert!(Record { credibility: 0, gold_seen: 200, gold_missed: 100 }.is_bad());
		assert_eq!(wilson_lower(0, 0), 0);
	}

	#[test]
	fn credibility_rises_slowly_and_decays_when_idle() {
		let once = Record::default().scored(8, 0);
		assert_eq!(once.credibility, 150_000);
		assert_eq!(once.scored(8, 4).credibility, (150_000 * 85 + 500_000 * 15) / 100);
		assert_eq!(once.scored(0, 0), once);
		assert_eq!(once.absent().credibility, 127_500);
		assert_eq!(once.decayed(99, 100), once);
		assert_eq!(once.decayed(250, 100).credibility, 37_500);
		assert_eq!(once.decayed(u64::MAX, 1).credibility, 0);
		assert_eq!(once.decayed(5, 0), once);
	}
}
