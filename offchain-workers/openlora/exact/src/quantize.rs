//! From rows of f32 to integers with one scale: 15 bits for activations, 8 or 15 for weights.

use crate::isa::Isa;

/// Inputs that a matrix has at most: the sums of products of so many integers fit 32 bits in each plane.
pub const MAX_INPUTS: usize = 65_536;

/// Largest magnitude of an activation's integer.
pub(crate) const ACTIVATION_MAX: i32 = 16_383;

/// Rows whose largest magnitude is below it, 2^-100, become zeros: the inverse of a smaller scale might overflow.
pub(crate) const TINY: f32 = f32::from_bits((127 - 100) << 23);

/// How finely weights are quantised. Activations always have 15 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Precision {
	/// 8 bits: −127 ..= 127.
	E8,
	/// 15 bits: −16,383 ..= 16,383.
	E16,
}

impl Precision {
	/// Largest magnitude of a weight's integer.
	pub(crate) fn max(self) -> i32 {
		match self {
			Precision::E8 => 127,
			Precision::E16 => ACTIVATION_MAX,
		}
	}

	/// Planes of 8 bits that hold a weight.
	pub(crate) fn planes(self) -> usize {
		match self {
			Precision::E8 => 1,
			Precision::E16 => 2,
		}
	}
}

/// A row has a NaN or an infinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowNotFinite;

/// Quantises a row to integers of at most `max`, at most 16,383, and gives its scale; zeros if the row is not finite.
/// Panics if `out` is not as long as `row`.
pub(crate) fn quantize_row(isa: Isa, row: &[f32], max: i32, out: &mut [i16]) -> Result<f32, RowNotFinite> {
	assert_eq!(row.len(), out.len(), "integers of a row");
	isa.assert_available();
	match isa {
		Isa::Scalar => scalar(row, max, out),
		// SAFETY: the instruction set was found above.
		#[cfg(target_arch = "x86_64")]
		Isa::Avx2 => unsafe { avx2(row, max, out) },
		// SAFETY: the instruction set was found above.
		#[cfg(target_arch = "x86_64")]
		Isa::Avx512 => unsafe { avx512(row, max, out) },
		#[cfg(not(target_arch = "x86_64"))]
		_ => scalar(row, max, out),
	}
}

/// The specification.
fn scalar(row: &[f32], max: i32, out: &mut [i16]) -> Result<f32, RowNotFinite> {
	out.fill(0);
	if row.iter().any(|x| !x.is_finite()) {
		return Err(RowNotFinite);
	}
	let largest = row.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
	if largest < TINY {
		return Ok(0.0);
	}
	let scale = largest / max as f32;
	let inverse = max as f32 / largest;
	for (out, x) in out.iter_mut().zip(row) {
		*out = ((x * inverse).round_ties_even() as i32).clamp(-max, max) as i16;
	}
	Ok(scale)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(row: &[f32], max: i32, out: &mut [i16]) -> Result<f32, RowNotFinite> {
	vectorised(row, max, out)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl")]
fn avx512(row: &[f32], max: i32, out: &mut [i16]) -> Result<f32, RowNotFinite> {
	vectorised(row, max, out)
}

/// The same in operations that compilers turn into vectors.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn vectorised(row: &[f32], max: i32, out: &mut [i16]) -> Result<f32, RowNotFinite> {
	// Without its sign a float is ordered as its bits are; infinities and NaNs are above all numbers.
	let bits = row.iter().fold(0u32, |bits, x| bits.max(x.to_bits() & 0x7fff_ffff));
	if bits >= f32::INFINITY.to_bits() {
		out.fill(0);
		return Err(RowNotFinite);
	}
	let largest = f32::from_bits(bits);
	if largest < TINY {
		out.fill(0);
		return Ok(0.0);
	}
	let scale = largest / max as f32;
	let inverse = max as f32 / largest;
	// Added to 1.5 · 2^23 a float has units of 1, so that the sum rounds it to the nearest integer, ties to even, and the
	// integer is in the low bits. |x · inverse| ≤ max · (1 + 2^-22), so that clamping before rounding gives the same.
	const MAGIC: f32 = 12_582_912.0;
	let limit = max as f32;
	for (out, x) in out.iter_mut().zip(row) {
		let value = x * inverse;
		let value = if value > limit { limit } else { value };
		let value = if value < -limit { -limit } else { value };
		*out = (value + MAGIC).to_bits() as u16 as i16;
	}
	Ok(scale)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn quantized(isa: Isa, row: &[f32], max: i32) -> (Result<f32, RowNotFinite>, Vec<i16>) {
		let mut out = vec![7; row.len()];
		(quantize_row(isa, row, max, &mut out), out)
	}

	#[test]
	fn the_largest_value_becomes_the_largest_integer() {
		for isa in Isa::available() {
			let (scale, integers) = quantized(isa, &[1.0, -2.0, 0.5, 0.0], 127);
			assert_eq!(scale, Ok(2.0 / 127.0));
			assert_eq!(integers, [64, -127, 32, 0]);
		}
	}

	#[test]
	fn ties_go_to_even() {
		// The largest value is 127, so that scale and inverse are 1.
		for isa in Isa::available() {
			let (scale, integers) = quantized(isa, &[127.0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5], 127);
			assert_eq!((scale, integers), (Ok(1.0), vec![127, 0, 2, 2, 0, -2, -2]));
		}
	}

	#[test]
	fn rows_below_2_to_minus_100_are_zeros() {
		let below = f32::from_bits(TINY.to_bits() - 1);
		for isa in Isa::available() {
			assert_eq!(quantized(isa, &[below, -below, f32::from_bits(1)], 16_383), (Ok(0.0), vec![0; 3]));
			assert_eq!(quantized(isa, &[-TINY, 0.0], 127), (Ok(TINY / 127.0), vec![-127, 0]));
			assert_eq!(quantized(isa, &[f32::MAX, 0.0], 127).1, [127, 0]);
			assert_eq!(quantized(isa, &[], 127), (Ok(0.0), vec![]));
		}
	}

	#[test]
	fn a_row_that_is_not_finite_is_refused_and_zero() {
		for isa in Isa::available() {
			for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
				for place in [0, 17, 40] {
					let mut row = vec![1.0; 41];
					row[place] = bad;
					assert_eq!(quantized(isa, &row, 127), (Err(RowNotFinite), vec![0; 41]));
				}
			}
		}
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(2000))]

		#[test]
		fn every_instruction_set_gives_the_same(
			row in prop::collection::vec(prop_oneof![
				4 => -4.0f32..4.0, 1 => prop::num::f32::ANY, 1 => Just(0.0f32), 1 => prop::num::f32::SUBNORMAL,
			], 0..150),
			fine in any::<bool>(),
		) {
			let max = if fine { 16_383 } else { 127 };
			let expected = quantized(Isa::Scalar, &row, max);
			for isa in Isa::available() {
				prop_assert_eq!(&quantized(isa, &row, max), &expected, "{}", isa);
			}
			prop_assert!(expected.1.iter().all(|&integer| i32::from(integer).abs() <= max));
		}
	}
}
