//! Kernels for AVX2, as those of the linear layers.

use super::pack::{RankShape, RANKS};
use super::scalar::add;
use crate::activations::ActivationRow;
use crate::linear::avx2::{tile, widen, DRAIN, TILE_ROWS};
use crate::linear::pack::{Line, Shape, BLOCK};
use crate::linear::scalar::scaled;
use crate::quantize::Precision;
use std::arch::x86_64::*;

/// One row by A, [rank]: `lines` begin with those of A.
#[target_feature(enable = "avx2")]
pub(crate) fn reduce(shape: &RankShape, lines: &[Line], row: &ActivationRow<'_>, z: &mut [f32]) {
	let scales = shape.scales(lines);
	for (group, z) in z.chunks_mut(RANKS).enumerate() {
		let lines = &lines[group * shape.group_lines()..][..shape.group_lines()];
		let sums = match shape.precision {
			Precision::E8 => group_sums::<1>(lines, row),
			Precision::E16 => group_sums::<2>(lines, row),
		};
		for (i, z) in z.iter_mut().enumerate() {
			let rank = group * RANKS + i;
			*z = scaled(sums[i], row.head.scale, scales[rank / 16].scale(rank % 16));
		}
	}
}

/// The exact sums of 8 ranks in `P` planes.
#[target_feature(enable = "avx2")]
fn group_sums<const P: usize>(lines: &[Line], row: &ActivationRow<'_>) -> [i64; RANKS] {
	let mut sums = [[0i64; RANKS]; P];
	// A lane gets one product of two pairs from each line, as in a linear layer.
	for (lines, integers) in lines.chunks(DRAIN * P).zip(row.integers.chunks(DRAIN * 8)) {
		let mut partial = [[_mm256_setzero_si256(); 4]; P];
		for (lines, integers) in lines.as_chunks::<P>().0.iter().zip(integers.as_chunks::<8>().0) {
			// SAFETY: 16 bytes.
			let a = _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(integers.as_ptr().cast()) });
			for (partial, line) in partial.iter_mut().zip(lines) {
				for (sum, bytes) in partial.iter_mut().zip(line.0.as_chunks::<16>().0) {
					*sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(widen(*bytes), a));
				}
			}
		}
		for (sums, partial) in sums.iter_mut().zip(&partial) {
			for (sums, partial) in sums.as_chunks_mut::<2>().0.iter_mut().zip(partial) {
				let mut lanes = [[0i32; 4]; 2];
				// SAFETY: 32 bytes.
				unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), *partial) };
				for (sum, lanes) in sums.iter_mut().zip(lanes) {
					*sum += lanes.into_iter().map(i64::from).sum::<i64>();
				}
			}
		}
	}
	let mut exact = [0; RANKS];
	for (i, exact) in exact.iter_mut().enumerate() {
		let first = sums[0][i] - 128 * row.head.sum();
		*exact = if P == 1 { first } else { 128 * first + sums[P - 1][i] };
	}
	exact
}

/// Adds to `out`, [outputs], `scale` times the row of `z` by B.
#[target_feature(enable = "avx2")]
pub(crate) fn expand(shape: &Shape, lines: &[Line], z: &ActivationRow<'_>, scale: f32, out: &mut [f32]) {
	for (lines, out) in lines.chunks(shape.block_lines()).zip(out.chunks_mut(BLOCK)) {
		let mut change = [[0.0; BLOCK]; TILE_ROWS];
		match shape.precision {
			Precision::E8 => tile::<1, 1, 4>(lines, &[*z], &mut change),
			Precision::E16 => tile::<1, 2, 4>(lines, &[*z], &mut change),
		};
		add(out, &change[0], scale);
	}
}
