//! How often the dishonest have a committee, against the binomial distribution.

use openledger_primitives::draw::Draw;
use sp_core::H256;

const SEATS: u32 = 11;
/// So many that drawing without putting back hardly differs from drawing with.
const CURATORS: u32 = 10_000;
const DRAWS: u64 = 200_000;

/// P(X ≥ `least`) for `n` draws with chance `p`.
fn binomial_tail(n: u32, p: f64, least: u32) -> f64 {
	let choose = |k: u32| (1..=k).fold(1.0, |product, i| product * f64::from(n - k + i) / f64::from(i));
	(least..=n).map(|k| choose(k) * p.powi(k as i32) * (1.0 - p).powi((n - k) as i32)).sum()
}

#[test]
fn a_fifth_of_the_curators_slashes_or_accepts_as_rarely_as_the_binomial_says() {
	let dishonest = CURATORS / 5;
	let (mut slashes, mut accepts) = (0u64, 0u64);
	for seed in 0..DRAWS {
		let captured = Draw::new(H256::from_low_u64_be(seed), CURATORS)
			.take(SEATS as usize)
			.filter(|seat| *seat < dishonest)
			.count();
		slashes += u64::from(captured * 3 >= SEATS as usize * 2);
		accepts += u64::from(captured * 2 > SEATS as usize);
	}
	// Eight of eleven slash, six accept.
	let (expect_slash, expect_accept) = (binomial_tail(SEATS, 0.2, 8), binomial_tail(SEATS, 0.2, 6));
	assert!(expect_slash <= 0.0003, "{expect_slash}");
	assert!(expect_accept <= 0.0125, "{expect_accept}");
	let close = |count: u64, expected: f64| {
		let (mean, frequency) = (expected * DRAWS as f64, count as f64);
		// Within five standard deviations.
		(frequency - mean).abs() <= 5.0 * mean.sqrt()
	};
	assert!(close(slashes, expect_slash), "{slashes} slashes, {} expected", expect_slash * DRAWS as f64);
	assert!(close(accepts, expect_accept), "{accepts} acceptances, {} expected", expect_accept * DRAWS as f64);
	assert!(slashes as f64 / DRAWS as f64 <= 0.0003, "{slashes}");
}

#[test]
fn an_appeal_makes_capture_rarer_still() {
	// 23 members, 16 of whom are two thirds.
	assert!(binomial_tail(23, 0.2, 16) < 1e-6);
	assert!(binomial_tail(23, 0.2, 12) < 0.0006);
}
