//! Kernels for AVX-512 with VNNI: one row at the speed of reading A and B once.

use super::pack::RankShape;
use crate::activations::ActivationRow;
use crate::linear::avx512::{load, mask, narrow, one_row, scaled, scales, start, wide, wide3, Ahead, NARROW};
use crate::linear::pack::{Line, Shape, BLOCK};
use crate::linear::steps::{rank_step_e16, rank_step_e8};
use crate::quantize::Precision;
use std::arch::x86_64::*;

/// One row by A: `lines` begin with those of A; `z` is padded to a multiple of 8 values, of which those from the rank on
/// mean nothing.
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(crate) fn reduce(shape: &RankShape, lines: &[Line], row: &ActivationRow<'_>, ahead: Ahead, z: &mut [f32]) {
	assert!(row.planes.len() == 16 * shape.steps() && lines.len() >= shape.lines());
	let scales = shape.scales(lines);
	let mut group = 0;
	while group < shape.groups() {
		let lines = &lines[group * shape.group_lines()..];
		let ahead = ahead.of(lines.as_ptr().cast());
		let mut finish = |i: usize, sums: __m512| {
			let at = 8 * (group + i);
			let weights = &scales[at / 16].0[4 * (at % 16)..][..32];
			let z = &mut z[at..at + 8];
			// SAFETY: 32 bytes and 8 values, as many as lanes in the mask.
			unsafe {
				let weights = _mm512_maskz_loadu_ps(0xff, weights.as_ptr().cast());
				_mm512_mask_storeu_ps(z.as_mut_ptr(), 0xff, scaled(sums, row.head.scale, weights));
			}
		};
		// SAFETY: there are as many groups, and the lengths were compared above.
		group += unsafe {
			match (shape.precision, shape.groups() - group) {
				(Precision::E8, 1) => e8::<1>(shape, lines, row, ahead, &mut finish),
				(Precision::E8, _) => e8::<2>(shape, lines, row, ahead, &mut finish),
				(Precision::E16, 1) => e16::<1>(shape, lines, row, ahead, &mut finish),
				(Precision::E16, _) => e16::<2>(shape, lines, row, ahead, &mut finish),
			}
		};
	}
}

/// The sums of `G` groups of 8 ranks with 8-bit weights; gives `G`.
///
/// # Safety
/// The lines are those of at least `G` groups, the row is as long as the shape says.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
unsafe fn e8<const G: usize>(
	shape: &RankShape,
	lines: &[Line],
	row: &ActivationRow<'_>,
	mut ahead: *const i8,
	finish: &mut impl FnMut(usize, __m512),
) -> usize {
	let (mut weights, mut planes): (*const i8, _) = (lines.as_ptr().cast(), row.planes.as_ptr());
	let stride = 64 * shape.group_lines();
	// Even and odd steps have sums of their own, so that neither waits for the other.
	let zero = [_mm512_setzero_si512(); G];
	let mut high = [[start_pairs(row.head.high_sum); G], zero];
	let mut low = [[start_pairs(row.head.low_sum); G], zero];
	// SAFETY: a line of each group and 16 bytes of the row for each step.
	let mut step = |odd: usize| unsafe {
		let w: [__m512i; G] = std::array::from_fn(|g| {
			_mm_prefetch::<_MM_HINT_T0>(ahead.wrapping_add(g * stride));
			load(weights.wrapping_add(g * stride))
		});
		rank_step_e8(&mut high[odd], &mut low[odd], &w, planes);
		ahead = ahead.wrapping_add(64);
		weights = weights.wrapping_add(64);
		planes = planes.wrapping_add(16);
	};
	for _ in 0..shape.steps() / 2 {
		step(0);
		step(1);
	}
	if shape.steps() % 2 == 1 {
		step(0);
	}
	for g in 0..G {
		let high = pairs(_mm512_add_epi32(high[0][g], high[1][g]));
		let low = pairs(_mm512_add_epi32(low[0][g], low[1][g]));
		finish(g, if shape.inputs <= NARROW { narrow(high, low) } else { wide(high, low) });
	}
	G
}

/// The sums of `G` groups of 8 ranks with 15-bit weights; gives `G`.
///
/// # Safety
/// The lines are those of at least `G` groups, the row is as long as the shape says.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
unsafe fn e16<const G: usize>(
	shape: &RankShape,
	lines: &[Line],
	row: &ActivationRow<'_>,
	mut ahead: *const i8,
	finish: &mut impl FnMut(usize, __m512),
) -> usize {
	let (mut weights, mut planes): (*const i8, _) = (lines.as_ptr().cast(), row.planes.as_ptr());
	let stride = 64 * shape.group_lines();
	let mut sums = [row.head.high_sum, row.head.low_sum, 0].map(|sum| [start_pairs(sum); G]);
	for _ in 0..shape.steps() {
		// SAFETY: two lines of each group and 16 bytes of the row for each step.
		unsafe {
			let lines = |offset: usize| -> [__m512i; G] {
				std::array::from_fn(|g| {
					_mm_prefetch::<_MM_HINT_T0>(ahead.wrapping_add(g * stride + offset));
					load(weights.wrapping_add(g * stride + offset))
				})
			};
			let (w_high, w_low) = (lines(0), lines(64));
			rank_step_e16(&mut sums, &w_high, &w_low, planes);
		}
		ahead = ahead.wrapping_add(128);
		weights = weights.wrapping_add(128);
		planes = planes.wrapping_add(16);
	}
	for g in 0..G {
		finish(g, wide3(sums.map(|sums| pairs(sums[g]))));
	}
	G
}

/// Adds to `out`, [outputs], `scale` times the row of `z` by B.
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(crate) fn expand(shape: &Shape, lines: &[Line], z: &ActivationRow<'_>, ahead: Ahead, scale: f32, out: &mut [f32]) {
	match (shape.precision, shape.steps()) {
		(Precision::E8, 2) => expand_few::<2>(shape, lines, z, ahead, scale, out),
		(Precision::E8, 4) => expand_few::<4>(shape, lines, z, ahead, scale, out),
		(Precision::E8, 8) => expand_few::<8>(shape, lines, z, ahead, scale, out),
		_ => {
			for (lines, out) in lines.chunks_exact(shape.block_lines()).zip(out.chunks_mut(BLOCK)) {
				add(out, one_row(shape, lines, z, ahead), scale);
			}
		}
	}
}

/// The same for `S` steps of 8-bit weights, with the row kept in registers.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn expand_few<const S: usize>(
	shape: &Shape,
	lines: &[Line],
	z: &ActivationRow<'_>,
	ahead: Ahead,
	scale: f32,
	out: &mut [f32],
) {
	assert!(z.planes.len() == 8 * S && shape.block_lines() == S + 1 && shape.inputs <= NARROW);
	let bytes = |step: usize, plane: usize| {
		let at = 16 * (step / 2) + 4 * (step % 2) + 8 * plane;
		let bytes = [z.planes[at], z.planes[at + 1], z.planes[at + 2], z.planes[at + 3]];
		_mm512_set1_epi32(i32::from_le_bytes(bytes.map(|byte| byte as u8)))
	};
	let high: [__m512i; S] = std::array::from_fn(|step| bytes(step, 0));
	let low: [__m512i; S] = std::array::from_fn(|step| bytes(step, 1));
	let (high_start, low_start) = (start(z.head.high_sum), start(z.head.low_sum));
	for (lines, out) in lines.chunks_exact(S + 1).zip(out.chunks_mut(BLOCK)) {
		let ahead = ahead.of(lines.as_ptr().cast());
		let (mut high_sum, mut low_sum) = (high_start, low_start);
		for step in 0..S {
			_mm_prefetch::<_MM_HINT_T0>(ahead.wrapping_add(64 * step));
			// SAFETY: one of the lines.
			let w = unsafe { load(lines[step].0.as_ptr().cast()) };
			high_sum = _mm512_dpbusd_epi32(high_sum, w, high[step]);
			low_sum = _mm512_dpbusd_epi32(low_sum, w, low[step]);
		}
		_mm_prefetch::<_MM_HINT_T0>(ahead.wrapping_add(64 * S));
		add(out, scaled(narrow(high_sum, low_sum), z.head.scale, scales(&lines[S])), scale);
	}
}

/// `out += scale · change`, both operations rounded; `out` has at most 16 values.
#[inline]
#[target_feature(enable = "avx512f")]
fn add(out: &mut [f32], change: __m512, scale: f32) {
	let mask = mask(out.len());
	let change = _mm512_mul_ps(_mm512_set1_ps(scale), change);
	// SAFETY: only as many lanes as there are values.
	unsafe {
		let sum = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, out.as_ptr()), change);
		_mm512_mask_storeu_ps(out.as_mut_ptr(), mask, sum);
	}
}

/// What a plane's sums start from, in one of the two lanes of each rank.
#[inline]
#[target_feature(enable = "avx512f")]
fn start_pairs(sum: i32) -> __m512i {
	_mm512_maskz_mov_epi32(0x5555, start(sum))
}

/// The sums of two lanes, wrapping, in the first 8 lanes.
#[inline]
#[target_feature(enable = "avx512f")]
fn pairs(lanes: __m512i) -> __m512i {
	let sums = _mm512_add_epi32(lanes, _mm512_srli_epi64::<32>(lanes));
	_mm512_zextsi256_si512(_mm512_cvtepi64_epi32(sums))
}
