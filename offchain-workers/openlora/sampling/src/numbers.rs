//! Probabilities as integers.

pub(crate) use openledger_exact::functions::f64::{exp, ln};

/// Probabilities relative to the most likely token's are integers of this unit, 2⁻⁴⁰, so that their sums have no order.
pub(crate) const UNIT: f64 = (1u64 << 40) as f64;

/// Below this the weight of a score is 0: −41 ln 2, rounded down.
pub(crate) const WEIGHTLESS: f64 = -28.419_1;

/// The weight of a score ≤ 0: e^score in units of 2⁻⁴⁰, to the nearest, ties to even.
#[inline(always)]
pub(crate) fn weight(score: f64) -> u64 {
	let score = if score > WEIGHTLESS { score } else { WEIGHTLESS };
	(exp(score) * UNIT + (1u64 << 52) as f64).to_bits() & ((1 << 52) - 1)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn weight_is_zero_where_it_is_said_to_be() {
		assert_eq!(weight(0.0), 1 << 40);
		assert_eq!(weight(f64::NEG_INFINITY), 0);
		assert_eq!(weight(WEIGHTLESS), 0);
		assert_eq!(weight(WEIGHTLESS + 0.001), 1);
		assert_eq!(weight(-(2f64.ln())), 1 << 39);
	}
}
