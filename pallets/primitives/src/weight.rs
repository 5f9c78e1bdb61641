//! Contribution weight: minted with the fees that work earned, matured over months, fading (protocol §11).
//!
//! A weight is two amounts in planck: `fast` is an exponential moving average of what is minted, with a half-life of a week,
//! and `slow`, which counts, is one of `fast`, with a half-life of ninety days. In a steady state both are the same. Nothing
//! happens in between: an amount is rolled forward when it is touched, in closed form, so that the time since the last touch
//! costs nothing. Both are linear, so the total of all accounts is rolled as one account is.
//!
//! With f = 2^(−t/hf) and s = 2^(−t/hs), the solution of fast′ = −φ·fast, slow′ = σ·(fast − slow) after time t is
//!
//! - fast(t) = fast·f
//! - slow(t) = slow·s + fast·(s − f)·hf / (hs − hf)
//!
//! In fixed point with 64 fractional bits. A power of two is off by less than 2^−56. With a slow half-life of at least twice the
//! fast one a roll is off by less than 2^−52 of the greater of the two amounts and 4 planck. `vectors/check.py` holds the
//! vectors to that bound in decimals of 80 places.

use crate::{money::proportion, Balance};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

const DAY: u32 = 24 * 60 * 60;

/// 1.0 in fixed point.
const ONE: u128 = 1 << 64;

/// Half-lives, in the unit of the times that weights are rolled by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Maturity {
	fast: u32,
	slow: u32,
}

impl Maturity {
	/// Those of protocol §11 in seconds: 7 and 90 days.
	pub const PROTOCOL: Self = Self { fast: 7 * DAY, slow: 90 * DAY };

	/// The half-lives of the two averages. `None` unless `fast` is positive and `slow` at least twice `fast`: where they are
	/// close, the closed form is a small difference of great numbers.
	pub const fn new(fast: u32, slow: u32) -> Option<Self> {
		if 0 < fast && fast <= slow / 2 {
			Some(Self { fast, slow })
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
	/// The fast average of what was minted: what the account would weigh if nothing had to mature.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub fast: Balance,
	/// The slow average of `fast`: what counts in a vote, before [`capped`].
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub slow: Balance,
}

impl Weight {
	/// The weight `elapsed` later, if nothing is minted in between.
	pub fn roll(&self, maturity: &Maturity, elapsed: u64) -> Self {
		let Maturity { fast, slow } = *maturity;
		let [f, s] = [fast, slow].map(|half_life| halving(elapsed, half_life));
		let ripening = stretch(s.saturating_sub(f), fast, slow);
		// The factors of a sum add up to 1 at most, but for their rounding: nothing saturates that is below 2^127.
		Self { fast: scale(self.fast, f), slow: scale(self.slow, s).saturating_add(scale(self.fast, ripening)) }
	}

	/// The weight with `credit` more, which counts for nothing at first.
	pub fn mint(&self, credit: Balance) -> Self {
		Self { fast: self.fast.saturating_add(credit), ..*self }
	}

	/// The weight without `parts_per_million` of it, rounded against the slashed. All of it from a million on.
	pub fn burn(&self, parts_per_million: u32) -> Self {
		let left = u128::from(MILLION.saturating_sub(parts_per_million));
		let burn = |amount| proportion(amount, left, u128::from(MILLION)).unwrap_or(0);
		Self { fast: burn(self.fast), slow: burn(self.slow) }
	}

	/// What `slow` tends to when all that was minted has matured, if it did not fade meanwhile: slow + fast · hf / (hs − hf).
	///
	/// It halves with the slow half-life and with nothing else, so of two accounts that nothing is minted for the same one
	/// has more at all times: what a leaderboard can be kept by without looking at anybody who is not touched.
	pub fn standing(&self, maturity: &Maturity) -> Balance {
		let Maturity { fast, slow } = *maturity;
		let ripe = proportion(self.fast, fast.into(), slow.saturating_sub(fast).into()).unwrap_or(0);
		self.slow.saturating_add(ripe)
	}
}

const MILLION: u32 = 1_000_000;

/// `matured`, but not more than `parts_per_million` of the `total` of all accounts.
pub fn capped(matured: Balance, total: Balance, parts_per_million: u32) -> Balance {
	let cap = proportion(total, u128::from(parts_per_million.min(MILLION)), u128::from(MILLION)).unwrap_or(0);
	matured.min(cap)
}

/// What is left of `amount` after `elapsed`, if half of it goes in every `half_life`. Nothing is left for a half-life of 0.
pub fn decayed(amount: Balance, elapsed: u64, half_life: u32) -> Balance {
	scale(amount, halving(elapsed, half_life))
}

/// What it takes of a payer's room `bound` to give `credit` through an agent through which it has given `given`: credit ·
/// (M + given) / M, rounded up. The room that is used up buys M / (M + given) of itself, so that a payer that spreads what
/// it pays gives more than one that pays the same agent again and again. `None` if there is no room, or on overflow.
///
/// Pairwise-bounded quadratic funding has the same discount, <https://ethresear.ch/t/5553>, on pairs of givers; what is
/// given here is linear, so that a pair of payers gains nothing together, and the pair is a payer and an agent
/// (`docs/adr/0020-weight-is-backed-by-bonds.md`).
pub fn pair_price(credit: Balance, bound: Balance, given: Balance) -> Option<Balance> {
	if bound == 0 {
		return None;
	}
	let surcharge = proportion(credit, given, bound)?;
	// The remainder of the division, which fits because it is below `bound`.
	let remainder = credit.wrapping_mul(given).wrapping_sub(surcharge.wrapping_mul(bound));
	credit.checked_add(surcharge)?.checked_add(u128::from(remainder > 0))
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

/// `factor` · a / |a − b|. The factor is at most [`ONE`] and stays so.
fn stretch(factor: u128, a: u32, b: u32) -> u128 {
	let wide = factor.saturating_mul(u128::from(a));
	wide.checked_div(u128::from(a.abs_diff(b))).map_or(0, |stretched| stretched.min(ONE))
}

#[cfg(test)]
mod tests {
	use super::*;
	use primitive_types::U512;
	use proptest::prelude::*;

	const MATURITY: Maturity = Maturity::PROTOCOL;
	const HOUR: u64 = 60 * 60;
	/// Ten million OPEN.
	const MUCH: Balance = 10_000_000 * 1_000_000_000_000_000_000;

	/// fast and slow after `days`, by the differential equations in small steps (Runge-Kutta of order 4).
	fn integrated([fast, slow]: [f64; 2], days: f64, half_lives: [f64; 2]) -> [f64; 2] {
		let [quick, long] = half_lives.map(|half_life| core::f64::consts::LN_2 / half_life);
		let slope = |[f, s]: [f64; 2]| [-quick * f, long * (f - s)];
		let steps = 20_000;
		let h = days / f64::from(steps);
		let add = |a: [f64; 2], b: [f64; 2], by: f64| [a[0] + by * b[0], a[1] + by * b[1]];
		(0..steps).fold([fast, slow], |y, _| {
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

	/// What one roll of amounts up to `greatest` may be off by.
	fn error(greatest: Balance) -> Balance {
		(greatest >> 52) + 4
	}

	/// The weight after every hour of `hours`, in each of the first `minting` of which `credit` is minted.
	fn hourly(hours: u64, minting: u64, credit: Balance) -> impl Iterator<Item = Weight> {
		(0..hours).scan(Weight::default(), move |weight, hour| {
			*weight = weight.mint(if hour < minting { credit } else { 0 }).roll(&MATURITY, HOUR);
			Some(*weight)
		})
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
	fn what_decays_halves_and_ends() {
		assert_eq!(decayed(1_001, 0, 90), 1_001);
		assert_eq!(decayed(1_001, 90, 90), 500);
		assert_eq!(decayed(1_001, 180, 90), 250);
		assert_eq!(decayed(Balance::MAX, 1, 1), Balance::MAX / 2);
		assert_eq!(decayed(1_001, u64::MAX, 90), 0);
		assert_eq!(decayed(1_001, 1, 0), 0);
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
		for start in [[1e24, 0.0], [1e24, 5e23], [0.0, 1e24], [2e23, 1e24]] {
			for days in [1, 3, 14, 30, 90, 365] {
				let weight = Weight { fast: start[0] as u128, slow: start[1] as u128 };
				let rolled = weight.roll(&MATURITY, days * u64::from(DAY));
				let [fast, slow] = integrated(start, days as f64, [7.0, 90.0]);
				for (exact, float) in [(rolled.fast, fast), (rolled.slow, slow)] {
					assert!(close(exact, float, 1e24, 1e-11), "{start:?} after {days} days: {exact} and {float}");
				}
			}
		}
	}

	#[test]
	fn what_is_minted_counts_for_little_at_first_and_fades_in_the_end() {
		let minted = Weight::default().mint(MUCH);
		let after = |days: u64| minted.roll(&MATURITY, days * u64::from(DAY)).slow;
		assert_eq!(after(0), 0);
		assert!(after(1) < MUCH / 100);
		assert!(after(7) < MUCH / 20);
		assert!((0..28).all(|days| after(days) < after(days + 1)));
		assert!((28..3_000).all(|days| after(days) > after(days + 1)));
		// Long after, a half-life halves it.
		assert!(after(390).abs_diff(after(300) / 2) < after(390) / 1_000);
		assert_eq!(minted.roll(&MATURITY, u64::MAX), Weight::default());
	}

	#[test]
	fn a_pump_of_fourteen_days_peaks_below_fifteen_percent_of_what_it_would_weigh_unmatured() {
		// Two weeks of minting, and half a year of waiting for the peak.
		let pump: Vec<Weight> = hourly(200 * 24, 14 * 24, MUCH).collect();
		let fast = pump.iter().map(|weight| weight.fast).max().unwrap();
		let (peak, slow) = pump.iter().map(|weight| weight.slow).enumerate().max_by_key(|(_, slow)| *slow).unwrap();
		let share = slow as f64 / fast as f64;
		assert!(share < 0.15);
		assert!((0.115..0.116).contains(&share), "{share}");
		// The peak is weeks after the pump: who pumps for a poll must know of it long before.
		assert!((35 * 24..38 * 24).contains(&peak), "{peak} hours");
		let matured = pump[14 * 24 - 1].slow as f64 / fast as f64;
		assert!((0.063..0.064).contains(&matured), "{matured} when the pump ends");
	}

	#[test]
	fn who_works_steadily_weighs_in_both_averages_what_it_is_minted_in_ten_days() {
		let credit = MUCH / 1_000;
		let steady = hourly(5 * 365 * 24, u64::MAX, credit).last().unwrap();
		assert!(steady.fast.abs_diff(steady.slow) < steady.fast / 200, "{steady:?}");
		// The mean age of a week's half-life: 7 days / ln 2.
		let tended = credit as f64 * 24.0 * 7.0 / core::f64::consts::LN_2;
		assert!(close(steady.slow, tended, tended, 0.005), "{} and {tended}", steady.slow);
	}

	#[test]
	fn half_lives_are_far_apart() {
		assert_eq!(Maturity::new(7 * DAY, 90 * DAY), Some(MATURITY));
		assert!(Maturity::new(1, 2).is_some());
		assert!(Maturity::new(u32::MAX / 2, u32::MAX).is_some());
		for (fast, slow) in [(0, 2), (1, 1), (2, 3), (u32::MAX - 1, u32::MAX), (u32::MAX / 2 + 1, u32::MAX), (0, 0)] {
			assert_eq!(Maturity::new(fast, slow), None);
		}
	}

	#[test]
	fn a_slash_burns_in_favour_of_nobody() {
		let weight = Weight { fast: 1_000_003, slow: 1 };
		assert_eq!(weight.burn(500_000), Weight { fast: 500_001, slow: 0 });
		assert_eq!(weight.burn(0), weight);
		assert_eq!(weight.burn(MILLION), Weight::default());
		assert_eq!(weight.burn(u32::MAX), Weight::default());
	}

	#[test]
	fn caps_hold() {
		assert_eq!(capped(100, 1_000, 20_000), 20);
		assert_eq!(capped(10, 1_000, 20_000), 10);
		assert_eq!(capped(Balance::MAX, Balance::MAX, u32::MAX), Balance::MAX);
	}

	#[test]
	fn pairs_are_discounted_by_what_they_share() {
		assert_eq!(pair_price(100, 50, 0), Some(100));
		assert_eq!(pair_price(100, 50, 50), Some(200));
		assert_eq!(pair_price(100, 300, 1), Some(101), "rounded up");
		assert_eq!(pair_price(0, 50, 50), Some(0));
		assert_eq!(pair_price(100, 0, 0), None, "no room");
		assert_eq!(pair_price(Balance::MAX, Balance::MAX, 0), Some(Balance::MAX));
		assert_eq!(pair_price(Balance::MAX, Balance::MAX, 1), None);
	}

	#[test]
	fn what_would_come_to_stand_is_what_a_pump_left_alone_adds_up_to() {
		let pumped = Weight { fast: MUCH, slow: 0 };
		assert_eq!(pumped.standing(&MATURITY), MUCH * 7 / 83);
		assert_eq!(Weight { fast: 0, slow: MUCH }.standing(&MATURITY), MUCH);
	}

	/// Mostly times after which something is left.
	fn elapsed() -> impl Strategy<Value = u64> {
		prop_oneof![8 => 0..6_000 * u64::from(DAY), 1 => 0u64..100, 1 => any::<u64>()]
	}

	fn weights() -> impl Strategy<Value = Weight> {
		(0..MUCH, 0..MUCH).prop_map(|(fast, slow)| Weight { fast, slow })
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(10_000))]

		#[test]
		fn halving_is_that_of_f64(elapsed in 0..=u64::from(u32::MAX), half_life in 1..=u32::MAX) {
			let float = (-(elapsed as f64) / f64::from(half_life)).exp2();
			prop_assert!((halving(elapsed, half_life) as f64 / ONE as f64 - float).abs() < 1e-14);
		}

		#[test]
		fn decay_is_that_of_f64(amount in 0..MUCH, elapsed in elapsed(), half_life in 1..=u32::MAX) {
			let float = amount as f64 * (-(elapsed as f64) / f64::from(half_life)).exp2();
			prop_assert!(close(decayed(amount, elapsed, half_life), float, amount as f64, 1e-13));
		}

		#[test]
		fn the_closed_form_of_f64_agrees(start in weights(), elapsed in 0u64..4_000 * u64::from(DAY)) {
			let rolled = start.roll(&MATURITY, elapsed);
			let [hf, hs] = [7.0, 90.0];
			let [f, s] = [hf, hs].map(|half_life: f64| (-(elapsed as f64) / f64::from(DAY) / half_life).exp2());
			let (fast, slow) = (start.fast as f64, start.slow as f64);
			let scale = fast.max(slow);
			prop_assert!(close(rolled.fast, fast * f, scale, 2e-14));
			prop_assert!(close(rolled.slow, slow * s + fast * (s - f) * hf / (hs - hf), scale, 2e-14));
		}

		#[test]
		fn rolling_in_parts_is_rolling_at_once(
			start in weights(),
			parts in prop::collection::vec(0u64..40 * u64::from(DAY), 1..20),
		) {
			let at_once = start.roll(&MATURITY, parts.iter().sum());
			let in_parts = parts.iter().fold(start, |weight, elapsed| weight.roll(&MATURITY, *elapsed));
			let bound = error(start.fast.max(start.slow)) * (parts.len() as u128 + 1);
			for (a, b) in [(at_once.fast, in_parts.fast), (at_once.slow, in_parts.slow)] {
				prop_assert!(a.abs_diff(b) <= bound, "{a} and {b}: {} apart, {bound} allowed", a.abs_diff(b));
			}
		}

		#[test]
		fn nothing_grows_by_itself(fast: u128, slow: u128, elapsed in elapsed()) {
			let greatest = fast.max(slow);
			let rolled = Weight { fast, slow }.roll(&MATURITY, elapsed);
			prop_assert!(rolled.fast <= fast);
			prop_assert!(rolled.slow <= greatest.saturating_add(error(greatest)));
		}

		#[test]
		fn the_weight_of_all_is_that_of_each(
			accounts in prop::collection::vec(weights(), 1..20),
			elapsed in 0u64..400 * u64::from(DAY),
		) {
			let sum = |weights: &[Weight]| Weight {
				fast: weights.iter().map(|weight| weight.fast).sum(),
				slow: weights.iter().map(|weight| weight.slow).sum(),
			};
			let total = sum(&accounts).roll(&MATURITY, elapsed);
			let each = sum(&accounts.iter().map(|weight| weight.roll(&MATURITY, elapsed)).collect::<Vec<_>>());
			// Rounding down loses as many planck as there are products.
			let bound = 2 * accounts.len() as u128;
			prop_assert!(each.fast <= total.fast && total.fast - each.fast <= bound);
			prop_assert!(each.slow <= total.slow && total.slow - each.slow <= bound);
		}

		#[test]
		fn time_does_not_change_who_stands_above_whom(a in weights(), b in weights(), elapsed in elapsed()) {
			let standing = |weight: Weight| weight.standing(&MATURITY);
			let (before, after) = (standing(a), standing(a.roll(&MATURITY, elapsed)));
			let off = 2 * error(a.fast.max(a.slow));
			prop_assert!(after.abs_diff(decayed(before, elapsed, MATURITY.slow)) <= off);
			let other = standing(b.roll(&MATURITY, elapsed));
			let slack = off + 2 * error(b.fast.max(b.slow));
			let kept = if before > standing(b) { after + slack >= other } else { other + slack >= after };
			prop_assert!(kept, "{before} became {after}, and {} {other}", standing(b));
		}

		#[test]
		fn the_price_of_a_pair_is_exact(credit: u128, bound: u128, given: u128, small in any::<bool>()) {
			// Half of the cases have a price that fits.
			let (credit, given) = if small { (credit >> 64, given >> 64) } else { (credit, given) };
			let (c, m, g) = (U512::from(credit), U512::from(bound), U512::from(given));
			let exact = (!m.is_zero()).then(|| (c * (m + g) + m - 1) / m).and_then(|price| price.try_into().ok());
			prop_assert_eq!(pair_price(credit, bound, given), exact);
		}

		#[test]
		fn giving_through_one_agent_gets_dearer(credit: u64, bound in 1..u64::MAX, given: u64, more: u64) {
			let price = |given: u128| pair_price(credit.into(), bound.into(), given).unwrap();
			let given = u128::from(given);
			prop_assert!(price(given) >= credit.into());
			prop_assert!(price(given + u128::from(more)) >= price(given));
		}
	}
}
