//! Blocks of 32 weights with one scale: value i of the first half has the low four bits of byte i, value i + 16 the high four.

use super::half_at;

/// The values of the 4-bit codes of IQ4_NL and IQ4_XS, `kvalues_iq4nl` of ggml.
pub(super) const IQ4: [f32; 16] =
	[-127.0, -104.0, -83.0, -65.0, -49.0, -35.0, -22.0, -10.0, 1.0, 13.0, 25.0, 38.0, 53.0, 69.0, 89.0, 113.0];

/// Splits a block's last 16 bytes into 32 codes of four bits.
#[inline(always)]
fn nibbles(codes: &[u8], out: &mut [f32; 32], value: impl Fn(u8, usize) -> f32) {
	for i in 0..16 {
		out[i] = value(codes[i] & 15, i);
		out[i + 16] = value(codes[i] >> 4, i + 16);
	}
}

/// d, codes: (q − 8) · d.
#[inline(always)]
pub(super) fn q4_0(block: &[u8; 18], out: &mut [f32; 32]) {
	let d = half_at(block, 0);
	nibbles(&block[2..], out, |q, _| (f32::from(q) - 8.0) * d);
}

/// d, m, codes: q · d + m.
#[inline(always)]
pub(super) fn q4_1(block: &[u8; 20], out: &mut [f32; 32]) {
	let (d, m) = (half_at(block, 0), half_at(block, 2));
	nibbles(&block[4..], out, |q, _| f32::from(q) * d + m);
}

/// d, fifth bits, codes: (q − 16) · d.
#[inline(always)]
pub(super) fn q5_0(block: &[u8; 22], out: &mut [f32; 32]) {
	let d = half_at(block, 0);
	let high = u32::from_le_bytes([block[2], block[3], block[4], block[5]]);
	nibbles(&block[6..], out, |q, i| (f32::from(q | ((high >> i) as u8 & 1) << 4) - 16.0) * d);
}

/// d, m, fifth bits, codes: q · d + m.
#[inline(always)]
pub(super) fn q5_1(block: &[u8; 24], out: &mut [f32; 32]) {
	let (d, m) = (half_at(block, 0), half_at(block, 2));
	let high = u32::from_le_bytes([block[4], block[5], block[6], block[7]]);
	nibbles(&block[8..], out, |q, i| f32::from(q | ((high >> i) as u8 & 1) << 4) * d + m);
}

/// d, 32 signed bytes: q · d.
#[inline(always)]
pub(super) fn q8_0(block: &[u8; 34], out: &mut [f32; 32]) {
	let d = half_at(block, 0);
	for (value, &q) in out.iter_mut().zip(&block[2..]) {
		*value = f32::from(q as i8) * d;
	}
}

/// d, codes: table(q) · d.
#[inline(always)]
pub(super) fn iq4_nl(block: &[u8; 18], out: &mut [f32; 32]) {
	let d = half_at(block, 0);
	nibbles(&block[2..], out, |q, _| IQ4[usize::from(q & 15)] * d);
}
