//! Quantised blocks as f32.
//!
//! The formulas are ggml's (`dequantize_row_*` of ggml-quants.c), in f32, each operation rounded on its own in the order that the
//! function writes: a product before a sum is never fused with it. Scales are half floats and exact in f32.

mod k;
mod legacy;

use crate::{
	half::{bf16, f16},
	Dtype,
};

/// Writes the values of whole blocks to `out`. False, and nothing written, for a type that is no weight, or where the lengths do
/// not agree.
///
/// One thread reads more than 500 million weights a second (Q4_1).
pub fn dequantize(dtype: Dtype, blocks: &[u8], out: &mut [f32]) -> bool {
	if !out.len().is_multiple_of(dtype.block_len())
		|| out.len() / dtype.block_len() * dtype.block_bytes() != blocks.len()
	{
		return false;
	}
	match dtype {
		Dtype::F64 => each(blocks, out, |bytes, [value]| *value = f64::from_le_bytes(*bytes) as f32),
		Dtype::F32 => each(blocks, out, |bytes, [value]| *value = f32::from_le_bytes(*bytes)),
		Dtype::F16 => each(blocks, out, |bytes, [value]| *value = f16(u16::from_le_bytes(*bytes))),
		Dtype::BF16 => each(blocks, out, |bytes, [value]| *value = bf16(u16::from_le_bytes(*bytes))),
		Dtype::Q4_0 => each(blocks, out, legacy::q4_0),
		Dtype::Q4_1 => each(blocks, out, legacy::q4_1),
		Dtype::Q5_0 => each(blocks, out, legacy::q5_0),
		Dtype::Q5_1 => each(blocks, out, legacy::q5_1),
		Dtype::Q8_0 => each(blocks, out, legacy::q8_0),
		Dtype::IQ4NL => each(blocks, out, legacy::iq4_nl),
		Dtype::Q2K => each(blocks, out, k::q2_k),
		Dtype::Q3K => each(blocks, out, k::q3_k),
		Dtype::Q4K => each(blocks, out, k::q4_k),
		Dtype::Q5K => each(blocks, out, k::q5_k),
		Dtype::Q6K => each(blocks, out, k::q6_k),
		Dtype::IQ4XS => each(blocks, out, k::iq4_xs),
		_ => return false,
	}
	true
}

/// Calls `read` for each block of `BYTES` bytes and `LEN` values. Constant sizes leave no check inside the loops.
#[inline(always)]
fn each<const BYTES: usize, const LEN: usize>(
	blocks: &[u8],
	out: &mut [f32],
	read: impl Fn(&[u8; BYTES], &mut [f32; LEN]),
) {
	for (block, values) in blocks.as_chunks().0.iter().zip(out.as_chunks_mut().0) {
		read(block, values);
	}
}

/// The half float at a byte of a block.
#[inline(always)]
fn half_at(block: &[u8], at: usize) -> f32 {
	f16(u16::from_le_bytes([block[at], block[at + 1]]))
}
