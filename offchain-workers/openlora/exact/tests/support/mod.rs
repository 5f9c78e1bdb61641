//! The arithmetic once more, written from `docs/exact-arithmetic.md` without looking at the crate, and numbers to try it on.

#![allow(dead_code)]

use openledger_exact::Precision;

/// The largest integer of a weight.
pub(crate) fn weight_max(precision: Precision) -> i32 {
	match precision {
		Precision::E8 => 127,
		Precision::E16 => 16_383,
	}
}

/// A row's integers and its scale; `None` if it is not finite.
pub(crate) fn quantize(row: &[f32], max: i32) -> Option<(Vec<i128>, f32)> {
	let largest = row.iter().map(|x| x.abs()).fold(0.0, f32::max);
	if !row.iter().all(|x| x.is_finite()) {
		return None;
	}
	if largest < 2f32.powi(-100) {
		return Some((vec![0; row.len()], 0.0));
	}
	let (scale, inverse) = (largest / max as f32, max as f32 / largest);
	let integer = |x: &f32| ((x * inverse).round_ties_even() as i128).clamp(-i128::from(max), i128::from(max));
	Some((row.iter().map(integer).collect(), scale))
}

/// One row by a matrix of weights, [outputs, inputs].
pub(crate) fn linear(precision: Precision, row: &[f32], weights: &[f32], outputs: usize) -> Vec<f32> {
	let (a, a_scale) = quantize(row, 16_383).unwrap_or((vec![0; row.len()], 0.0));
	(0..outputs)
		.map(|output| {
			let weights = &weights[output * row.len()..][..row.len()];
			let (w, w_scale) = quantize(weights, weight_max(precision)).unwrap();
			let sum: i128 = a.iter().zip(&w).map(|(a, w)| a * w).sum();
			sum as f32 * a_scale * w_scale
		})
		.collect()
}

/// What a low-rank change adds to one row.
#[allow(clippy::too_many_arguments)]
pub(crate) fn add_low_rank(
	precision: Precision,
	row: &[f32],
	a: &[f32],
	b: &[f32],
	rank: usize,
	scale: f32,
	out: &mut [f32],
) {
	let z = linear(precision, row, a, rank);
	if !z.iter().all(|z| z.is_finite()) {
		return out.fill(f32::NAN);
	}
	let change = linear(precision, &z, b, out.len());
	for (out, change) in out.iter_mut().zip(change) {
		*out += scale * change;
	}
}

/// Numbers from a seed (SplitMix64).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
	/// The next 64 bits.
	pub(crate) fn bits(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}

	/// Below `limit`.
	pub(crate) fn below(&mut self, limit: usize) -> usize {
		(self.bits() % limit as u64) as usize
	}

	/// Between −1 and 1.
	pub(crate) fn unit(&mut self) -> f32 {
		(self.bits() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
	}

	/// A finite number of any size: most of them ordinary, some huge, tiny or zero.
	pub(crate) fn finite(&mut self) -> f32 {
		match self.below(40) {
			0 => 0.0,
			1 => f32::from_bits(self.bits() as u32 & 0x807f_ffff),
			2 => self.unit() * 2f32.powi(self.below(250) as i32 - 125),
			_ => self.unit() * 3.0,
		}
	}

	/// A row of one kind: ordinary, of any size, zeros, tiny, all at the largest magnitude, or (if allowed) not finite.
	pub(crate) fn row(&mut self, width: usize, broken: bool) -> Vec<f32> {
		match self.below(if broken { 12 } else { 11 }) {
			0 => vec![0.0; width],
			1 => (0..width).map(|_| self.unit() * 2f32.powi(-101)).collect(),
			2 => vec![-2.5; width],
			3 => (0..width).map(|_| if self.below(2) == 0 { 1.0 } else { -1.0 }).collect(),
			4 => (0..width).map(|_| self.finite()).collect(),
			11 => {
				let mut row: Vec<f32> = (0..width).map(|_| self.unit()).collect();
				row[self.below(width)] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][self.below(3)];
				row
			}
			_ => (0..width).map(|_| self.unit()).collect(),
		}
	}

	/// Several rows, one after another.
	pub(crate) fn rows(&mut self, rows: usize, width: usize, broken: bool) -> Vec<f32> {
		(0..rows).flat_map(|_| self.row(width, broken)).collect()
	}
}

/// The bits, so that zeros of both signs and NaNs are told apart.
pub(crate) fn bits(values: &[f32]) -> Vec<u32> {
	values.iter().map(|value| value.to_bits()).collect()
}
