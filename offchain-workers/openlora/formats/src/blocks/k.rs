//! K-quants: super-blocks of 256 weights in groups of 16 or 32, whose scales are integers times one half float.

use super::{half_at, legacy::IQ4};

/// Scales and minima of eight groups, six bits each, in 12 bytes: four scales, four minima, then the low halves of the other eight,
/// whose upper two bits are those above the first eight.
#[inline(always)]
fn scales_and_minima(packed: &[u8]) -> ([u8; 8], [u8; 8]) {
	let (mut scales, mut minima) = ([0; 8], [0; 8]);
	for i in 0..4 {
		scales[i] = packed[i] & 63;
		minima[i] = packed[i + 4] & 63;
		scales[i + 4] = packed[i + 8] & 15 | (packed[i] >> 6) << 4;
		minima[i + 4] = packed[i + 8] >> 4 | (packed[i + 4] >> 6) << 4;
	}
	(scales, minima)
}

/// 16 bytes of scale and minimum (four bits each), 64 of codes (two bits), d, dmin: (d · scale) · q − (dmin · minimum).
#[inline(always)]
pub(super) fn q2_k(block: &[u8; 84], out: &mut [f32; 256]) {
	let (d, dmin) = (half_at(block, 80), half_at(block, 82));
	for (group, values) in out.as_chunks_mut::<16>().0.iter_mut().enumerate() {
		let scale = d * f32::from(block[group] & 15);
		let minimum = dmin * f32::from(block[group] >> 4);
		// 128 values are 32 bytes, two bits at a time.
		let codes = &block[16 + group / 8 * 32 + group % 2 * 16..][..16];
		let shift = group % 8 / 2 * 2;
		for (value, code) in values.iter_mut().zip(codes) {
			*value = scale * f32::from(code >> shift & 3) - minimum;
		}
	}
}

/// 32 bytes of third bits, 64 of codes (two bits), 12 of scales (six bits), d: (d · (scale − 32)) · (q − 4 unless the third bit).
#[inline(always)]
pub(super) fn q3_k(block: &[u8; 110], out: &mut [f32; 256]) {
	let d = half_at(block, 108);
	let packed = &block[96..108];
	for (group, values) in out.as_chunks_mut::<16>().0.iter_mut().enumerate() {
		let low = packed[group % 8] >> (group / 8 * 4) & 15;
		let high = packed[8 + group % 4] >> (group / 4 * 2) & 3;
		let scale = d * (f32::from(low | high << 4) - 32.0);
		let half = group % 2 * 16;
		let codes = &block[32 + group / 8 * 32 + half..][..16];
		let third = &block[half..][..16];
		let (shift, bit) = (group % 8 / 2 * 2, group / 2);
		for i in 0..16 {
			let code = codes[i] >> shift & 3 | (third[i] >> bit & 1) << 2;
			values[i] = scale * (f32::from(code) - 4.0);
		}
	}
}

/// d, dmin, 12 bytes of scales and minima, 128 of codes (four bits): (d · scale) · q − (dmin · minimum).
#[inline(always)]
pub(super) fn q4_k(block: &[u8; 144], out: &mut [f32; 256]) {
	let (d, dmin) = (half_at(block, 0), half_at(block, 2));
	let (scales, minima) = scales_and_minima(&block[4..16]);
	for (group, values) in out.as_chunks_mut::<32>().0.iter_mut().enumerate() {
		let (scale, minimum) = (d * f32::from(scales[group]), dmin * f32::from(minima[group]));
		let codes = &block[16 + group / 2 * 32..][..32];
		let shift = group % 2 * 4;
		for (value, code) in values.iter_mut().zip(codes) {
			*value = scale * f32::from(code >> shift & 15) - minimum;
		}
	}
}

/// As Q4_K with 32 bytes of fifth bits before the codes.
#[inline(always)]
pub(super) fn q5_k(block: &[u8; 176], out: &mut [f32; 256]) {
	let (d, dmin) = (half_at(block, 0), half_at(block, 2));
	let (scales, minima) = scales_and_minima(&block[4..16]);
	for (group, values) in out.as_chunks_mut::<32>().0.iter_mut().enumerate() {
		let (scale, minimum) = (d * f32::from(scales[group]), dmin * f32::from(minima[group]));
		let (fifth, codes) = (&block[16..48], &block[48 + group / 2 * 32..][..32]);
		let shift = group % 2 * 4;
		for i in 0..32 {
			let code = codes[i] >> shift & 15 | (fifth[i] >> group & 1) << 4;
			values[i] = scale * f32::from(code) - minimum;
		}
	}
}

/// 128 bytes of low codes (four bits), 64 of high codes (two bits), 16 signed scales, d: (d · scale) · (q − 32).
#[inline(always)]
pub(super) fn q6_k(block: &[u8; 210], out: &mut [f32; 256]) {
	let d = half_at(block, 208);
	for (group, values) in out.as_chunks_mut::<16>().0.iter_mut().enumerate() {
		let scale = d * f32::from(block[192 + group] as i8);
		// Of 128 values the first 64 have the low halves of 64 bytes, the others their high halves; 32 at a time share high bits.
		let (half, quarter, odd) = (group / 8, group % 8 / 2, group % 2 * 16);
		let low = &block[half * 64 + quarter % 2 * 32 + odd..][..16];
		let high = &block[128 + half * 32 + odd..][..16];
		let (low_shift, high_shift) = (quarter / 2 * 4, quarter * 2);
		for i in 0..16 {
			let code = low[i] >> low_shift & 15 | (high[i] >> high_shift & 3) << 4;
			values[i] = scale * (f32::from(code) - 32.0);
		}
	}
}

/// d, high and low parts of eight 6-bit scales, 128 bytes of codes as IQ4_NL's: (d · (scale − 32)) · table(q).
#[inline(always)]
pub(super) fn iq4_xs(block: &[u8; 136], out: &mut [f32; 256]) {
	let d = half_at(block, 0);
	let high = u16::from_le_bytes([block[2], block[3]]);
	for (group, values) in out.as_chunks_mut::<32>().0.iter_mut().enumerate() {
		let low = block[4 + group / 2] >> (group % 2 * 4) & 15;
		let scale = d * (f32::from(low | ((high >> (group * 2)) as u8 & 3) << 4) - 32.0);
		let codes = &block[8 + group * 16..][..16];
		for i in 0..16 {
			values[i] = scale * IQ4[usize::from(codes[i] & 15)];
			values[i + 16] = scale * IQ4[usize::from(codes[i] >> 4)];
		}
	}
}
