//! Random numbers by counter: the noise of a token depends on the seed, the position and the token alone.
//!
//! The generator is Philox4x32-10 (Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", SC 2011). With
//! key (seed mod 2³², seed ÷ 2³²) and counter (token ÷ 4, position mod 2³², position ÷ 2³², n), word `token mod 4` of
//! block n = 0 is `high`, that of block n = 1 is `low`. U = (high · 2²⁰ + ⌊low / 2¹²⌋ + ½) · 2⁻⁵² is exact in f64 and
//! lies in [2⁻⁵³, 1 − 2⁻⁵³]. The noise is −ln(−ln U), of the standard Gumbel distribution, and lies in (−3.61, 36.74).

use crate::numbers::ln;

/// Above every value of [`gumbel`]: 53 ln 2, rounded up.
pub(crate) const GUMBEL_MAX: f64 = 36.74;

/// Bounds of noise of which only `high` is known, by the number of leading ones of `high`.
///
/// With j leading ones 1 − U > (2³² − 1 − high) · 2⁻³² ≥ 2^(−j−1) if a zero follows, −ln U > 1 − U, so noise < (j + 1)
/// ln 2.
pub(crate) const BOUNDS: usize = 33;

/// An upper bound of the noise whose `high` has `ones` leading ones.
pub(crate) fn bound(ones: usize) -> f64 {
	match ones {
		// The zero bit after the ones is worth 2^(31 − ones) of what is missing to 2³² − 1.
		0..=31 => (ones + 1) as f64 * 0.693_147_180_559_945_4,
		_ => GUMBEL_MAX,
	}
}

/// The Philox4x32-10 block of `counter` under `key`.
pub fn philox4x32_10(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
	let [mut c0, mut c1, mut c2, mut c3] = counter;
	let [mut k0, mut k1] = key;
	for _ in 0..10 {
		let a = u64::from(c0) * 0xd251_1f53;
		let b = u64::from(c2) * 0xcd9e_8d57;
		(c0, c1, c2, c3) = ((b >> 32) as u32 ^ c1 ^ k0, b as u32, (a >> 32) as u32 ^ c3 ^ k1, a as u32);
		k0 = k0.wrapping_add(0x9e37_79b9);
		k1 = k1.wrapping_add(0xbb67_ae85);
	}
	[c0, c1, c2, c3]
}

/// The noise of `token` at `position` under `seed`, as the module describes.
pub fn gumbel(seed: u64, position: u64, token: u32) -> f64 {
	let stream = Stream::new(seed, position);
	stream.noise(token, stream.highs(token / 4)[token as usize % 4])
}

/// Blocks that [`Stream::many_highs`] makes at once.
pub(crate) const LANES: usize = 8;

/// The random numbers of one position.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stream {
	key: [u32; 2],
	position: [u32; 2],
}

impl Stream {
	pub(crate) fn new(seed: u64, position: u64) -> Self {
		let halves = |v: u64| [v as u32, (v >> 32) as u32];
		Self { key: halves(seed), position: halves(position) }
	}

	/// `high` of tokens `4 · quad ..`.
	pub(crate) fn highs(&self, quad: u32) -> [u32; 4] {
		philox4x32_10([quad, self.position[0], self.position[1], 0], self.key)
	}

	/// `high` of tokens `4 · quad ..`, of [`LANES`] blocks: `[word][lane]`.
	pub(crate) fn many_highs(&self, quad: u32) -> [[u32; LANES]; 4] {
		let mut c = [[0; LANES], [self.position[0]; LANES], [self.position[1]; LANES], [0; LANES]];
		c[0].iter_mut().zip(0u32..).for_each(|(c, lane)| *c = quad.wrapping_add(lane));
		let [mut k0, mut k1] = self.key;
		for _ in 0..10 {
			let [c0, c1, c2, c3] = &mut c;
			for (((c0, c1), c2), c3) in c0.iter_mut().zip(c1).zip(c2).zip(c3) {
				let a = u64::from(*c0) * 0xd251_1f53;
				let b = u64::from(*c2) * 0xcd9e_8d57;
				*c0 = (b >> 32) as u32 ^ *c1 ^ k0;
				*c1 = b as u32;
				*c2 = (a >> 32) as u32 ^ *c3 ^ k1;
				*c3 = a as u32;
			}
			k0 = k0.wrapping_add(0x9e37_79b9);
			k1 = k1.wrapping_add(0xbb67_ae85);
		}
		c
	}

	/// The noise of `token`, whose `high` is known.
	pub(crate) fn noise(&self, token: u32, high: u32) -> f64 {
		let low = philox4x32_10([token / 4, self.position[0], self.position[1], 1], self.key)[token as usize % 4];
		let bits = u64::from(high) << 20 | u64::from(low >> 12);
		let u = (bits as f64 + 0.5) * (1.0 / (1u64 << 52) as f64);
		-ln(-ln(u))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Known answers of the authors' library Random123 (`kat_vectors`).
	#[test]
	fn philox_gives_the_known_answers() {
		assert_eq!(philox4x32_10([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
		assert_eq!(philox4x32_10([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
		assert_eq!(
			philox4x32_10([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
			[0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
		);
	}

	#[test]
	fn many_highs_equal_single_ones() {
		let stream = Stream::new(0x1234_5678_9abc_def0, 77);
		for quad in [0, 5, u32::MAX - 3] {
			let many = stream.many_highs(quad);
			for lane in 0..LANES as u32 {
				let one = stream.highs(quad.wrapping_add(lane));
				assert_eq!(many.map(|word| word[lane as usize]), one);
			}
		}
	}

	#[test]
	fn bounds_hold_for_every_number_of_leading_ones() {
		let stream = Stream::new(3, 4);
		for ones in 0..BOUNDS {
			// The largest `high` with so many leading ones, and the largest `low` it can meet.
			let high = if ones == 32 { u32::MAX } else { !(1u32 << (31 - ones)) };
			assert_eq!(high.leading_ones() as usize, ones);
			for token in 0..64 {
				assert!(stream.noise(token, high) < bound(ones), "{ones}");
			}
			let u = ((u64::from(high) << 20 | 0xf_ffff) as f64 + 0.5) / (1u64 << 52) as f64;
			assert!(-ln(-ln(u)) < bound(ones), "{ones}");
		}
		let least = 0.5 / (1u64 << 52) as f64;
		assert!(-ln(-ln(least)) > -3.61);
	}

	#[test]
	fn noise_has_the_moments_of_a_gumbel_variable() {
		let n = 200_000u32;
		let values: Vec<f64> = (0..n).map(|i| gumbel(9, u64::from(i % 100), i / 100)).collect();
		let mean = values.iter().sum::<f64>() / f64::from(n);
		let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / f64::from(n);
		// Euler's constant and π²/6; five standard errors.
		assert!((mean - 0.577_215_66).abs() < 5.0 * 1.2825 / f64::from(n).sqrt(), "{mean}");
		assert!((variance - 1.644_934).abs() < 5.0 * 3.5 / f64::from(n).sqrt(), "{variance}");
	}
}
