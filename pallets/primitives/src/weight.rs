//! Contribution weight: minted with the fees that work earned, matured over months, decaying (protocol §11).
//!
//! A weight is three amounts in planck. `raw` is what was minted, less its decay; `fast` follows `raw` and `slow` follows
//! `fast`, each as an exponential moving average. What counts is the lesser of the two averages: it rises slowly with `slow`
//! and falls at once with `fast`. Nothing happens in between: an amount is rolled forward when it is touched, in closed form,
//! so that the time since the last touch costs nothing.
//!
//! With d = 2^(−t/decay), f = 2^(−t/fast), s = 2^(−t/slow) and g(x, y) = (x − y) · hx / (hx − hy), the answer of an average
//! of half-life hy to an input of half-life hx, the solution of raw′ = −δ·raw, fast′ = φ·(raw − fast),
//! slow′ = σ·(fast − slow) after time t is
//!
//! - raw(t) = raw·d
//! - fast(t) = fast·f + raw·g(d, f)
//! - slow(t) = slow·s + fast·g(f, s) + raw·(g(d, s) − g(f, s)) · hd / (hd − hf)
//!
//! In fixed point with 64 fractional bits. A power of two is off by less than 2^−56. With half-lives of which each is at least
//! twice the next one roll is off by less than 2^−52 of the greatest of the three amounts and 4 planck. `vectors/check.py` holds
//! the vectors to that bound in decimals of 80 places.

use crate::{money::proportion, Balance};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::U256;
use scale_info::TypeInfo;

const DAY: u32 = 24 * 60 * 60;

/// 1.0 in fixed point.
const ONE: u128 = 1 << 64;

/// Half-lives in seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Maturity {
	decay: u32,
	fast: u32,
	slow: u32,
}

impl Maturity {
	/// Those of protocol §11: 90, 7 and 30 days.
	pub const PROTOCOL: Self = Self { decay: 90 * DAY, fast: 7 * DAY, slow: 30 * DAY };

	/// The half-lives of the decay and of the two averages. `None` unless `fast` is positive, `slow` at least twice `fast` and
	/// `decay` at least twice `slow`: where they are close, the closed form is a small difference of great numbers.
	pub const fn new(decay: u32, fast: u32, slow: u32) -> Option<Self> {
		if 0 < fast && fast <= slow / 2 && slow <= decay / 2 {
			Some(Self { decay, fast, slow })
		} else {
			None
		}
	}
}

/// An account's weight, as it was when it was last touched.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Weight {
	/// What was minted, less its decay.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub raw: Balance,
	/// The fast average of `raw`.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub fast: Balance,
	/// The slow average of `fast`.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub slow: Balance,
}

impl Weight {
	/// The weight `elapsed` seconds later, if nothing is minted in between.
	pub fn roll(&self, maturity: &Maturity, elapsed: u64) -> Self {
		let Maturity { decay, fast, slow } = *maturity;
		let [d, f, s] = [decay, fast, slow].map(|half_life| halving(elapsed, half_life));
		let raw_to_fast = response((d, decay), (f, fast));
		let fast_to_slow = response((f, fast), (s, slow));
		let raw_to_slow = stretch(response((d, decay), (s, slow)).saturating_sub(fast_to_slow), decay, fast);
		// The factors of a sum add up to 1 at most, but for their rounding: nothing saturates that is below 2^127.
		Self {
			raw: scale(self.raw, d),
			fast: scale(self.fast, f).saturating_add(scale(self.raw, raw_to_fast)),
			slow: scale(self.slow, s)
				.saturating_add(scale(self.fast, fast_to_slow))
				.saturating_add(scale(self.raw, raw_to_slow)),
		}
	}

	/// The weight with `credit` more, which counts for nothing at first.
	pub fn mint(&self, credit: Balance) -> Self {
		Self { raw: self.raw.saturating_add(credit), ..*self }
	}

	/// The weight without `parts_per_million` of it, rounded against the slashed. All of it from a million on.
	pub fn burn(&self, parts_per_million: u32) -> Self {
		let left = u128::from(MILLION.saturating_sub(parts_per_million));
		let burn = |amount| proportion(amount, left, u128::from(MILLION)).unwrap_or(0);
		Self { raw: burn(self.raw), fast: burn(self.fast), slow: burn(self.slow) }
	}

	/// What counts in a vote, before [`capped`].
	pub fn matured(&self) -> Balance {
		self.fast.min(self.slow)
	}
}

const MILLION: u32 = 1_000_000;

/// `matured`, but not more than `parts_per_million` of the `total` of all accounts.
pub fn capped(matured: Balance, total: Balance, parts_per_million: u32) -> Balance {
	let cap = proportion(total, u128::from(parts_per_million.min(MILLION)), u128::from(MILLION)).unwrap_or(0);
	matured.min(cap)
}

/// What a payer may still give of `credit`, when it has given `given` and may give `cap` in all.
pub fn payer_credit(credit: Balance, given: Balance, cap: Balance) -> Balance {
	credit.min(cap.saturating_sub(given))
}

/// √(a·b), rounded down: what two accounts have given to the same third, as the pair discount counts it.
pub fn geometric_mean(a: Balance, b: Balance) -> Balance {
	// Below 2^256, so the root is below 2^128.
	U256::from(a).saturating_mul(U256::from(b)).integer_sqrt().low_u128()
}

/// `credit` · M / (M + Σ√(cᵢ·cⱼ)), rounded down: two accounts that give to the same others again and again are worth less
/// together than two that do not. Pairwise-bounded quadratic funding, <https://ethresear.ch/t/5553>.
///
/// `bound` is M, `overlap` the sum of the pair's [`geometric_mean`]s. A bound of 0 leaves nothing of an overlap.
pub fn pair_discount(credit: Balance, bound: Balance, overlap: Balance) -> Balance {
	if overlap == 0 {
		return credit;
	}
	let whole = bound.saturating_add(overlap);
	proportion(credit, bound, whole).unwrap_or(0)
}

/// What is left of 1.0 after `elapsed`, in fixed point: 2^(−elapsed / half_life). 0 for a half-life of 0.
fn halving(elapsed: u64, half_life: u32) -> u128 {
	let half_life = u128::from(half_life);
	let Some(halvings) = u128::from(elapsed).checked_div(half_life) else { return 0 };
	let Some(shift) = u32::try_from(halvings).ok().filter(|shift| *shift < 64) else { return 0 };
	let rest = u128::from(elapsed).checked_rem(half_life).unwrap_or(0);
	let fraction = (rest << 64).checked_div(half_life).unwrap_or(0) as u64;
	let mut left = ONE;
	for (bit, root) in ROOTS_OF_HALF.iter().enumerate() {
		if fraction << bit >> 63 == 1 {
			left = scale(left, u128::from(*root));
		}
	}
	left >> shift
}

/// 2^(−1/2), 2^(−1/4), 2^(−1/8), …, in fixed point, rounded down: each the square root of the one before.
// The compiler computes it: an index out of bounds would not compile.
#[allow(clippy::indexing_slicing)]
const ROOTS_OF_HALF: [u64; 64] = {
	let mut roots = [0; 64];
	let mut square = ONE >> 1;
	let mut i = 0;
	while i < 64 {
		square = (square << 64).isqrt();
		roots[i] = square as u64;
		i += 1;
	}
	roots
};

/// `amount` · `factor`, rounded down, for a factor of at most [`ONE`].
fn scale(amount: u128, factor: u128) -> u128 {
	let (high, low) = (amount >> 64, amount & u128::from(u64::MAX));
	high.saturating_mul(factor).saturating_add(low.saturating_mul(factor) >> 64)
}

/// How an average with half-life `b` answers an input that halves every `a`, both given with what is left of them: (x − y) ·
/// a / (a − b). Positive whichever is the longer.
fn response((x, a): (u128, u32), (y, b): (u128, u32)) -> u128 {
	stretch(x.abs_diff(y), a, b)
}

/// `factor` · a / |a − b|. The factor is at most [`ONE`] and stays so.
fn stretch(factor: u128, a: u32, b: u32) -> u128 {
	let wide = factor.saturating_mul(u128::from(a));
	wide.checked_div(u128::from(a.abs_diff(b))).map_or(0, |stretched| stretched.min(ONE))
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const MATURITY: Maturity = Maturity::PROTOCOL;
	/// Ten million OPEN.
	const MUCH: Balance = 10_000_000 * 1_000_000_000_000_000_000;

	/// raw, fast and slow after `days`, by the differential equations in small steps (Runge-Kutta of order 4).
	fn integrated([raw, fast, slow]: [f64; 3], days: f64, half_lives: [f64; 3]) -> [f64; 3] {
		let [decay, quick, long] = half_lives.map(|half_life| core::f64::consts::LN_2 / half_life);
		let slope = |[r, f, s]: [f64; 3]| [-decay * r, quick * (r - f), long * (f - s)];
		let steps = 20_000;
		let h = days / f64::from(steps);
		let add = |a: [f64; 3], b: [f64; 3], by: f64| [a[0] + by * b[0], a[1] + by * b[1], a[2] + by * b[2]];
		(0..steps).fold([raw, fast, slow], |y, _| {
			let k1 = slope(y);
			let k2 = slope(add(y, k1, h / 2.0));
			let k3 = slope(add(y, k2, h / 2.0));
			let k4 = slope(add(y, k3, h));
			let sum = add(add(k1, k4, 1.0), add(k2, k3, 1.0), 2.0);
			add(y, sum, h / 6.0)
		})
	}

	fn close(exact: Balance, float: f64, scale: f64, tolerance: f64) -> bool {
		(exact as f64 - float).abs() <= tolerance * scale + 4.0
	}

	#[test]
	fn half_of_everything_is_left_after_a_half_life() {
		for half_life in [1, 7 * DAY, u32::MAX] {
			for halvings in 0..64u32 {
				assert_eq!(halving(u64::from(half_life) * u64::from(halvings), half_life), ONE >> halvings);
			}
			assert_eq!(halving(u64::from(half_life) * 64, half_life), 0);
		}
		assert_eq!(halving(u64::MAX, 1), 0);
		assert_eq!(halving(5, 0), 0);
	}

	#[test]
	fn roots_of_half_are_those_of_f64() {
		for (i, root) in (1i32..).zip(ROOTS_OF_HALF) {
			let float = (-(2f64.powi(-i))).exp2() * 2f64.powi(64);
			assert!((root as f64 - float).abs() <= 4096.0, "2^(-2^-{i})");
		}
	}

	#[test]
	fn the_differential_equations_agree() {
		for start in [[1e24, 0.0, 0.0], [1e24, 5e23, 0.0], [0.0, 1e24, 3e23], [2e23, 1e24, 7e23]] {
			for days in [1, 3, 14, 30, 90, 365] {
				let weight = Weight { raw: start[0] as u128, fast: start[1] as u128, slow: start[2] as u128 };
				let rolled = weight.roll(&MATURITY, days * u64::from(DAY));
				let [raw, fast, slow] = integrated(start, days as f64, [90.0, 7.0, 30.0]);
				for (exact, float) in [(rolled.raw, raw), (rolled.fast, fast), (rolled.slow, slow)] {
					assert!(close(exact, float, 1e24, 1e-11), "{start:?} after {days} days: {exact} and {float}");
				}
			}
		}
	}

	#[test]
	fn what_is_minted_counts_for_little_at_first_and_fades_in_the_end() {
		let minted = Weight::default().mint(MUCH);
		let after = |days: u64| minted.roll(&MATURITY, days * u64::from(DAY)).matured();
		assert_eq!(after(0), 0);
		assert!(after(1) < MUCH / 500);
		assert!(after(7) < MUCH / 10);
		assert!(after(60) > MUCH / 2);
		assert!((120..3_000).step_by(30).all(|days| after(days + 30) < after(days)));
		assert_eq!(minted.roll(&MATURITY, u64::MAX), Weight::default());
	}

	#[test]
	fn half_lives_are_far_apart() {
		assert_eq!(Maturity::new(90 * DAY, 7 * DAY, 30 * DAY), Some(MATURITY));
		assert!(Maturity::new(4, 1, 2).is_some());
		for (decay, fast, slow) in [(3, 1, 2), (4, 0, 2), (4, 1, 1), (u32::MAX, u32::MAX - 2, u32::MAX - 1), (0, 0, 0)]
		{
			assert_eq!(Maturity::new(decay, fast, slow), None);
		}
	}

	#[test]
	fn a_slash_burns_in_favour_of_nobody() {
		let weight = Weight { raw: 1_000_003, fast: 11, slow: 1 };
		assert_eq!(weight.burn(500_000), Weight { raw: 500_001, fast: 5, slow: 0 });
		assert_eq!(weight.burn(0), weight);
		assert_eq!(weight.burn(MILLION), Weight::default());
		assert_eq!(weight.burn(u32::MAX), Weight::default());
	}

	#[test]
	fn caps_hold() {
		assert_eq!(capped(100, 1_000, 20_000), 20);
		assert_eq!(capped(10, 1_000, 20_000), 10);
		assert_eq!(capped(Balance::MAX, Balance::MAX, u32::MAX), Balance::MAX);
		assert_eq!(payer_credit(50, 70, 100), 30);
		assert_eq!(payer_credit(50, 100, 100), 0);
		assert_eq!(payer_credit(50, 170, 100), 0);
	}

	#[test]
	fn pairs_are_discounted_by_what_they_share() {
		assert_eq!(geometric_mean(Balance::MAX, Balance::MAX), Balance::MAX);
		assert_eq!(geometric_mean(Balance::MAX, 0), 0);
		assert_eq!(geometric_mean(2, 3), 2);
		assert_eq!(pair_discount(100, 50, 0), 100);
		assert_eq!(pair_discount(100, 50, 50), 50);
		assert_eq!(pair_discount(100, 0, 0), 100);
		assert_eq!(pair_discount(100, 0, 1), 0);
		assert_eq!(pair_discount(Balance::MAX, Balance::MAX, 1), Balance::MAX);
	}

	/// Mostly times after which something is left.
	fn elapsed() -> impl Strategy<Value = u64> {
		prop_oneof![8 => 0..6_000 * u64::from(DAY), 1 => 0u64..100, 1 => any::<u64>()]
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(10_000))]

		#[test]
		fn halving_is_that_of_f64(elapsed in 0..=u64::from(u32::MAX), half_life in 1..=u32::MAX) {
			let float = (-(elapsed as f64) / f64::from(half_life)).exp2();
			prop_assert!((halving(elapsed, half_life) as f64 / ONE as f64 - float).abs() < 1e-14);
		}

		#[test]
		fn the_closed_form_of_f64_agrees(raw in 0..MUCH, fast in 0..MUCH, slow in 0..MUCH, elapsed in 0u64..4_000 * u64::from(DAY)) {
			let rolled = Weight { raw, fast, slow }.roll(&MATURITY, elapsed);
			let [hd, hf, hs] = [90.0, 7.0, 30.0];
			let [d, f, s] = [hd, hf, hs].map(|half_life: f64| (-(elapsed as f64) / f64::from(DAY) / half_life).exp2());
			let g = |x: f64, hx: f64, y: f64, hy: f64| (x - y) * hx / (hx - hy);
			let scale = raw.max(fast).max(slow) as f64;
			let (r, q, l) = (raw as f64, fast as f64, slow as f64);
			let expected_slow = l * s + q * g(f, hf, s, hs) + r * (g(d, hd, s, hs) - g(f, hf, s, hs)) * hd / (hd - hf);
			prop_assert!(close(rolled.raw, r * d, scale, 2e-14));
			prop_assert!(close(rolled.fast, q * f + r * g(d, hd, f, hf), scale, 2e-14));
			prop_assert!(close(rolled.slow, expected_slow, scale, 2e-14));
		}

		#[test]
		fn rolling_in_parts_is_rolling_at_once(raw in 0..MUCH, fast in 0..MUCH, slow in 0..MUCH, parts in prop::collection::vec(0u64..40 * u64::from(DAY), 1..20)) {
			let start = Weight { raw, fast, slow };
			let at_once = start.roll(&MATURITY, parts.iter().sum());
			let in_parts = parts.iter().fold(start, |weight, elapsed| weight.roll(&MATURITY, *elapsed));
			// 2^-52 of the greatest amount and 4 planck for each of the rolls.
			let bound = (raw.max(fast).max(slow) >> 52) * (parts.len() as u128 + 1) + 4 * (parts.len() as u128 + 1);
			for (a, b) in [(at_once.raw, in_parts.raw), (at_once.fast, in_parts.fast), (at_once.slow, in_parts.slow)] {
				prop_assert!(a.abs_diff(b) <= bound, "{a} and {b}: {} apart, {bound} allowed", a.abs_diff(b));
			}
		}

		#[test]
		fn nothing_grows_by_itself(raw in any::<u128>(), fast in any::<u128>(), slow in any::<u128>(), elapsed in elapsed()) {
			let greatest = raw.max(fast).max(slow);
			let rolled = Weight { raw, fast, slow }.roll(&MATURITY, elapsed);
			prop_assert!(rolled.raw <= raw);
			for average in [rolled.fast, rolled.slow] {
				prop_assert!(average <= greatest.saturating_add(greatest >> 52).saturating_add(4));
			}
		}

		#[test]
		fn a_discount_takes_and_never_gives(credit: u128, bound: u128, overlap: u128, more: u128) {
			let less = pair_discount(credit, bound, overlap);
			prop_assert!(less <= credit);
			prop_assert!(pair_discount(credit, bound, overlap.saturating_add(more)) <= less);
		}
	}
}
