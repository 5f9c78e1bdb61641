//! Quantisation of a row for AVX-512, in two passes over it.

use super::RowHead;
use crate::quantize::{ACTIVATION_MAX, TINY};
use std::arch::x86_64::*;

/// Quantises a row to integers and planes, both padded with zeros to a multiple of 8; the planes are twice as long.
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(super) fn fill(row: &[f32], integers: &mut [i16], planes: &mut [i8]) -> RowHead {
	// Without its sign a float is ordered as its bits are; infinities and NaNs are above all numbers.
	let largest = largest_bits(row);
	if largest >= f32::INFINITY.to_bits() || largest < TINY.to_bits() {
		integers.fill(0);
		planes.fill(0);
		return RowHead { finite: largest < f32::INFINITY.to_bits(), ..RowHead::default() };
	}
	let largest = f32::from_bits(largest);
	let inverse = _mm512_set1_ps(ACTIVATION_MAX as f32 / largest);
	let (ones, low_bits) = (_mm512_set1_epi16(1), _mm512_set1_epi16(127));
	let (mut high_sum, mut low_sum) = (_mm512_setzero_si512(), _mm512_setzero_si512());
	let chunks = row.chunks(32).zip(integers.chunks_mut(32)).zip(planes.chunks_mut(64));
	for ((row, integers), planes) in chunks {
		let (first, second) = row.split_at(row.len().min(16));
		// |x · inverse| ≤ 16,383 · (1 + 2^-22), so that rounding never passes 16,383.
		let values = _mm512_inserti64x4::<1>(
			_mm512_castsi256_si512(_mm512_cvtepi32_epi16(rounded(first, inverse))),
			_mm512_cvtepi32_epi16(rounded(second, inverse)),
		);
		let (high, low) = (_mm512_srai_epi16::<7>(values), _mm512_and_si512(values, low_bits));
		high_sum = _mm512_dpwssd_epi32(high_sum, high, ones);
		low_sum = _mm512_dpwssd_epi32(low_sum, low, ones);
		// Within each 16 bytes: 8 of the high plane, 8 of the low one.
		let bytes = _mm512_packs_epi16(high, low);
		// SAFETY: at most as many values as the chunks have.
		unsafe {
			if integers.len() == 32 && planes.len() == 64 {
				_mm512_storeu_si512(integers.as_mut_ptr().cast(), values);
				_mm512_storeu_si512(planes.as_mut_ptr().cast(), bytes);
			} else {
				_mm512_mask_storeu_epi16(integers.as_mut_ptr(), first_bits(integers.len()) as u32, values);
				_mm512_mask_storeu_epi8(planes.as_mut_ptr(), first_bits(planes.len()), bytes);
			}
		}
	}
	RowHead {
		scale: largest / ACTIVATION_MAX as f32,
		high_sum: _mm512_reduce_add_epi32(high_sum),
		low_sum: _mm512_reduce_add_epi32(low_sum),
		finite: true,
	}
}

/// The largest of the values' bits without their sign.
#[inline]
#[target_feature(enable = "avx512f")]
fn largest_bits(row: &[f32]) -> u32 {
	let magnitude = _mm512_set1_epi32(0x7fff_ffff);
	let mut largest = [_mm512_setzero_si512(); 4];
	let (blocks, rest) = row.as_chunks::<64>();
	for block in blocks {
		for (lane, largest) in largest.iter_mut().enumerate() {
			// SAFETY: 16 of the 64 values.
			let bits = unsafe { _mm512_loadu_si512(block.as_ptr().wrapping_add(16 * lane).cast()) };
			*largest = _mm512_max_epu32(*largest, _mm512_and_si512(bits, magnitude));
		}
	}
	for part in rest.chunks(16) {
		let bits = _mm512_and_si512(_mm512_castps_si512(load(part)), magnitude);
		largest[0] = _mm512_max_epu32(largest[0], bits);
	}
	let [a, b, c, d] = largest;
	_mm512_reduce_max_epu32(_mm512_max_epu32(_mm512_max_epu32(a, b), _mm512_max_epu32(c, d)))
}

/// At most 16 values times `inverse`, rounded to nearest, ties to even; 0 in the other lanes.
#[inline]
#[target_feature(enable = "avx512f")]
fn rounded(values: &[f32], inverse: __m512) -> __m512i {
	_mm512_cvtps_epi32(_mm512_mul_ps(load(values), inverse))
}

/// At most 16 values; 0 in the other lanes.
#[inline]
#[target_feature(enable = "avx512f")]
fn load(values: &[f32]) -> __m512 {
	// SAFETY: only as many lanes as there are values.
	unsafe { _mm512_maskz_loadu_ps(first_bits(values.len()) as u16, values.as_ptr()) }
}

/// As many ones from the lowest bit; all for 64 and more.
#[inline]
fn first_bits(count: usize) -> u64 {
	u64::MAX.checked_shr(64u32.saturating_sub(count as u32)).unwrap_or(0)
}
