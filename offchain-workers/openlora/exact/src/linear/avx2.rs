//! Kernels for AVX2: products of 16 bits, summed in 32, drained to 64 before they overflow.

use super::pack::{Line, Shape, BLOCK};
use super::scalar::scaled;
use crate::activations::{ActivationRow, Activations};
use crate::pool::Shards;
use crate::quantize::Precision;
use std::arch::x86_64::*;
use std::ops::Range;

/// Steps after which sums of 32 bits are drained: a step adds at most 2 · 16,383 · 255, and 256 of them stay below 2^31.
pub(crate) const DRAIN: usize = 256;

/// Rows that share the weights in registers.
pub(crate) const TILE_ROWS: usize = 4;

/// Rows of `x` by the blocks `range` of a matrix.
///
/// # Safety
/// The machine has AVX2; no other part of `out` with outputs of these blocks is alive.
#[target_feature(enable = "avx2")]
pub(crate) unsafe fn forward(shape: &Shape, lines: &[Line], range: Range<usize>, x: &Activations, out: &Shards<f32>) {
	for block in range {
		let lines = &lines[block * shape.block_lines()..][..shape.block_lines()];
		let mut row = 0;
		while row < x.rows() {
			let mut results = [[0.0; BLOCK]; TILE_ROWS];
			let count = rows(shape, lines, x, row, &mut results);
			for (i, result) in results[..count].iter().enumerate() {
				let outputs = shape.block_outputs(block);
				// SAFETY: the caller's promise.
				let out = unsafe { out.part((row + i) * shape.outputs + block * BLOCK, outputs) };
				out.copy_from_slice(&result[..outputs]);
			}
			row += count;
		}
	}
}

/// As many rows from `row` on as one kernel takes, by a block; gives their number.
#[target_feature(enable = "avx2")]
fn rows(shape: &Shape, block: &[Line], x: &Activations, row: usize, out: &mut [[f32; BLOCK]; TILE_ROWS]) -> usize {
	match (shape.precision, x.rows() - row) {
		(Precision::E8, 1) => tile::<1, 1, 4>(block, &[x.row(row)], out),
		(Precision::E8, 2) => tile::<2, 1, 4>(block, &[x.row(row), x.row(row + 1)], out),
		(Precision::E8, 3) => tile::<3, 1, 2>(block, &[x.row(row), x.row(row + 1), x.row(row + 2)], out),
		(Precision::E8, _) => {
			tile::<4, 1, 2>(block, &[x.row(row), x.row(row + 1), x.row(row + 2), x.row(row + 3)], out)
		}
		(Precision::E16, 1) => tile::<1, 2, 4>(block, &[x.row(row)], out),
		(Precision::E16, _) => tile::<2, 2, 2>(block, &[x.row(row), x.row(row + 1)], out),
	}
}

/// `R` rows by a block of `P` planes, `Q` quarters of it at a time; gives `R`.
#[target_feature(enable = "avx2")]
pub(crate) fn tile<const R: usize, const P: usize, const Q: usize>(
	block: &[Line],
	rows: &[ActivationRow<'_>; R],
	out: &mut [[f32; BLOCK]; TILE_ROWS],
) -> usize {
	const { assert!(R <= TILE_ROWS && (Q == 2 || Q == 4)) };
	let (lines, scales) = block.split_at(block.len() - 1);
	assert!(rows.iter().all(|row| row.integers.len() * P == 4 * lines.len()));
	let mut sums = [[[0i64; BLOCK]; P]; R];
	for first in (0..4).step_by(Q) {
		for (part, lines) in lines.chunks(DRAIN * P).enumerate() {
			let mut partial = [[[_mm256_setzero_si256(); Q]; P]; R];
			let mut quads: [&[[i16; 4]]; R] = [&[]; R];
			for (quads, row) in quads.iter_mut().zip(rows) {
				*quads = &row.integers.as_chunks::<4>().0[DRAIN * part..];
			}
			for (step, lines) in lines.as_chunks::<P>().0.iter().enumerate() {
				let mut a = [_mm256_setzero_si256(); R];
				for (a, quads) in a.iter_mut().zip(&quads) {
					*a = broadcast(quads[step]);
				}
				for plane in 0..P {
					let quarters = lines[plane].0.as_chunks::<16>().0;
					for quarter in 0..Q {
						let w = widen(quarters[first + quarter]);
						for r in 0..R {
							let products = _mm256_madd_epi16(w, a[r]);
							partial[r][plane][quarter] = _mm256_add_epi32(partial[r][plane][quarter], products);
						}
					}
				}
			}
			for (sums, partial) in sums.iter_mut().flatten().zip(partial.iter().flatten()) {
				drain(partial, &mut sums[4 * first..]);
			}
		}
	}
	for ((row, sums), out) in rows.iter().zip(&sums).zip(out) {
		for (output, out) in out.iter_mut().enumerate() {
			let sum = match P {
				1 => sums[0][output] - 128 * row.head.sum(),
				_ => 128 * (sums[0][output] - 128 * row.head.sum()) + sums[P - 1][output],
			};
			*out = scaled(sum, row.head.scale, scales[0].scale(output));
		}
	}
	R
}

/// Four integers for every 64 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn broadcast(integers: [i16; 4]) -> __m256i {
	let [a, b, c, d] = integers.map(i16::to_le_bytes);
	_mm256_set1_epi64x(i64::from_le_bytes([a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1]]))
}

/// Sixteen bytes as integers of 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn widen(bytes: [u8; 16]) -> __m256i {
	// SAFETY: both are 16 bytes, and any are a value. Unlike a load it has no checks in builds with debug assertions.
	_mm256_cvtepu8_epi16(unsafe { std::mem::transmute::<[u8; 16], __m128i>(bytes) })
}

/// Adds sums of 32 bits, two lanes per output, to those of 64 bits.
#[target_feature(enable = "avx2")]
fn drain(partial: &[__m256i], sums: &mut [i64]) {
	for (partial, sums) in partial.iter().zip(sums.as_chunks_mut::<4>().0) {
		let mut lanes = [0i32; 8];
		// SAFETY: 32 bytes.
		unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), *partial) };
		for (sum, pair) in sums.iter_mut().zip(lanes.as_chunks::<2>().0) {
			*sum += i64::from(pair[0]) + i64::from(pair[1]);
		}
	}
}
