//! Kernels for AVX-512 with VNNI: products of 8 bits, four at a time, summed in 32 bits, where each plane's sum fits.
//!
//! Weights are the unsigned operand of the products and activations the signed one. The sums start at −128 · (sum of the
//! row's plane), which takes the 128 that is added to each weight away again; on the way they may wrap.

use super::pack::{Line, Shape, BLOCK};
use super::steps::{step_e16, step_e8};
use crate::activations::{ActivationRow, Activations};
use crate::pool::Shards;
use crate::quantize::Precision;
use std::arch::x86_64::*;
use std::ops::Range;

/// Rows that share the weights in registers: with two blocks, 16 sums in `E8` and 24 in `E16`.
const TILE_ROWS: usize = 4;

/// Bytes ahead of which weights are fetched that are read once.
const AHEAD: usize = 6144;

/// Inputs up to which 128 · high + low of 8-bit weights fits 32 bits: 1,024 · 127 · 16,383 < 2^31.
pub(crate) const NARROW: usize = 1024;

/// Rows of `x` by the blocks `range` of a matrix.
///
/// # Safety
/// The machine has [`crate::Isa::Avx512`]; no other part of `out` with outputs of these blocks is alive.
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(crate) unsafe fn forward(shape: &Shape, lines: &[Line], range: Range<usize>, x: &Activations, out: &Shards<f32>) {
	let lines = &lines[range.start * shape.block_lines()..range.end * shape.block_lines()];
	if x.rows() == 1 {
		let ahead = Ahead::then(lines, lines);
		for (block, lines) in range.zip(lines.chunks_exact(shape.block_lines())) {
			// SAFETY: the caller's promise.
			let out = unsafe { out.part(block * BLOCK, shape.block_outputs(block)) };
			store(out, one_row(shape, lines, &x.row(0), ahead));
		}
		return;
	}
	let tiles = x.rows().div_ceil(TILE_ROWS);
	for (pair, lines) in lines.chunks(2 * shape.block_lines()).enumerate() {
		let block = range.start + 2 * pair;
		for tile in 0..tiles {
			let rows = x.rows() * tile / tiles..x.rows() * (tile + 1) / tiles;
			// Each tile fetches its share of the weights that come next.
			let share = size_of_val(lines) / tiles;
			let next = lines.as_ptr_range().end.cast::<i8>().wrapping_add(tile * share);
			let task = Tile { shape, lines, block, x, first: rows.start, next, share };
			// SAFETY: the caller's promise.
			unsafe { task.run(rows.len(), out) };
		}
	}
}

/// Some rows by one block or two.
struct Tile<'a> {
	shape: &'a Shape,
	lines: &'a [Line],
	block: usize,
	x: &'a Activations,
	first: usize,
	/// Weights to fetch while these are used, and how many bytes of them.
	next: *const i8,
	share: usize,
}

impl Tile<'_> {
	/// Runs the kernel for this number of rows.
	#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
	unsafe fn run(&self, rows: usize, out: &Shards<f32>) {
		let two = self.lines.len() > self.shape.block_lines();
		// SAFETY: the caller's promise.
		unsafe {
			match (self.shape.precision, rows, two) {
				(Precision::E8, 1, true) => self.e8::<1, 2>(out),
				(Precision::E8, 2, true) => self.e8::<2, 2>(out),
				(Precision::E8, 3, true) => self.e8::<3, 2>(out),
				(Precision::E8, _, true) => self.e8::<TILE_ROWS, 2>(out),
				(Precision::E8, 1, false) => self.e8::<1, 1>(out),
				(Precision::E8, 2, false) => self.e8::<2, 1>(out),
				(Precision::E8, 3, false) => self.e8::<3, 1>(out),
				(Precision::E8, _, false) => self.e8::<TILE_ROWS, 1>(out),
				(Precision::E16, 1, true) => self.e16::<1, 2>(out),
				(Precision::E16, 2, true) => self.e16::<2, 2>(out),
				(Precision::E16, 3, true) => self.e16::<3, 2>(out),
				(Precision::E16, _, true) => self.e16::<TILE_ROWS, 2>(out),
				(Precision::E16, 1, false) => self.e16::<1, 1>(out),
				(Precision::E16, 2, false) => self.e16::<2, 1>(out),
				(Precision::E16, 3, false) => self.e16::<3, 1>(out),
				(Precision::E16, _, false) => self.e16::<TILE_ROWS, 1>(out),
			}
		}
	}

	/// The rows of the tile. Panics unless their planes and the lines are as long as the shape says.
	fn rows<const R: usize, const C: usize>(&self) -> [ActivationRow<'_>; R] {
		let rows = std::array::from_fn(|r| self.x.row(self.first + r));
		let planes = 8 * self.shape.steps();
		assert!(rows.iter().all(|row: &ActivationRow<'_>| row.planes.len() == planes));
		assert!(self.lines.len() == C * self.shape.block_lines());
		rows
	}

	/// `R` rows by `C` blocks of 8-bit weights: two sums per row and block.
	#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
	unsafe fn e8<const R: usize, const C: usize>(&self, out: &Shards<f32>) {
		let rows: [ActivationRow<'_>; R] = self.rows::<R, C>();
		let (mut high, mut low) = ([[_mm512_setzero_si512(); C]; R], [[_mm512_setzero_si512(); C]; R]);
		let mut planes = [std::ptr::null(); R];
		for r in 0..R {
			planes[r] = rows[r].planes.as_ptr();
			high[r] = [start(rows[r].head.high_sum); C];
			low[r] = [start(rows[r].head.low_sum); C];
		}
		let mut weights: *const i8 = self.lines.as_ptr().cast();
		let stride = 64 * self.shape.block_lines();
		let groups = self.shape.steps() / 2;
		let (mut fetched, mut bytes, step_bytes) = (0, 0, self.share.div_ceil(groups));
		for _ in 0..groups {
			bytes += step_bytes;
			while fetched < bytes {
				_mm_prefetch::<_MM_HINT_T1>(self.next.wrapping_add(fetched));
				fetched += 64;
			}
			for half in 0..2 {
				// SAFETY: the blocks have two lines and the rows 16 bytes for each group.
				unsafe {
					let mut w = [_mm512_setzero_si512(); C];
					for (c, w) in w.iter_mut().enumerate() {
						*w = load(weights.wrapping_add(c * stride + 64 * half));
					}
					for r in 0..R {
						step_e8(&mut high[r], &mut low[r], &w, planes[r].wrapping_add(4 * half));
					}
				}
			}
			weights = weights.wrapping_add(128);
			for plane in &mut planes {
				*plane = plane.wrapping_add(16);
			}
		}
		let mut sums = [[[_mm512_setzero_si512(); 2]; 2]; TILE_ROWS];
		for r in 0..R {
			for c in 0..C {
				sums[r][c] = [high[r][c], low[r][c]];
			}
		}
		// SAFETY: the caller's promise.
		unsafe { self.finish(&rows, &sums, out) };
	}

	/// `R` rows by `C` blocks of 15-bit weights: three sums per row and block, the middle one of two products.
	#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
	unsafe fn e16<const R: usize, const C: usize>(&self, out: &Shards<f32>) {
		let rows: [ActivationRow<'_>; R] = self.rows::<R, C>();
		let mut sums = [[[_mm512_setzero_si512(); C]; 3]; R];
		let mut planes = [std::ptr::null(); R];
		for r in 0..R {
			planes[r] = rows[r].planes.as_ptr();
			sums[r][0] = [start(rows[r].head.high_sum); C];
			sums[r][1] = [start(rows[r].head.low_sum); C];
		}
		let mut weights: *const i8 = self.lines.as_ptr().cast();
		let stride = 64 * self.shape.block_lines();
		let groups = self.shape.steps() / 2;
		let (mut fetched, mut bytes, step_bytes) = (0, 0, self.share.div_ceil(groups));
		for _ in 0..groups {
			bytes += step_bytes;
			while fetched < bytes {
				_mm_prefetch::<_MM_HINT_T1>(self.next.wrapping_add(fetched));
				fetched += 64;
			}
			for half in 0..2 {
				// SAFETY: the blocks have four lines and the rows 16 bytes for each group.
				unsafe {
					let (mut high, mut low) = ([_mm512_setzero_si512(); C], [_mm512_setzero_si512(); C]);
					for c in 0..C {
						let at = weights.wrapping_add(c * stride + 128 * half);
						(high[c], low[c]) = (load(at), load(at.wrapping_add(64)));
					}
					for r in 0..R {
						step_e16(&mut sums[r], &high, &low, planes[r].wrapping_add(4 * half));
					}
				}
			}
			weights = weights.wrapping_add(256);
			for plane in &mut planes {
				*plane = plane.wrapping_add(16);
			}
		}
		let mut all = [[[_mm512_setzero_si512(); 3]; 2]; TILE_ROWS];
		for r in 0..R {
			for c in 0..C {
				all[r][c] = [sums[r][0][c], sums[r][1][c], sums[r][2][c]];
			}
		}
		// SAFETY: the caller's promise.
		unsafe { self.finish(&rows, &all, out) };
	}

	/// Combines the sums of `P` planes of the tile, [rows, blocks], scales and stores them. Not inlined, so that what the
	/// loops before it sum stays in registers.
	///
	/// # Safety
	/// No other part of `out` with these outputs is alive.
	#[inline(never)]
	#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
	unsafe fn finish<const P: usize>(
		&self,
		rows: &[ActivationRow<'_>],
		sums: &[[[__m512i; P]; 2]; TILE_ROWS],
		out: &Shards<f32>,
	) {
		let (outputs, first) = (self.shape.outputs, self.block * BLOCK);
		let width = (outputs - first).min(self.lines.len() / self.shape.block_lines() * BLOCK);
		let is_narrow = self.shape.inputs <= NARROW;
		let mut blocks = self.lines.chunks_exact(self.shape.block_lines());
		let mut next_scales = || blocks.next().map_or(_mm512_setzero_ps(), |block| scales(&block[block.len() - 1]));
		let scales = [next_scales(), next_scales()];
		for (r, (row, sums)) in rows.iter().zip(sums).enumerate() {
			// SAFETY: the caller's promise.
			let out = unsafe { out.part((self.first + r) * outputs + first, width) };
			for ((out, sums), scales) in out.chunks_mut(BLOCK).zip(sums).zip(scales) {
				let sums = match P {
					2 if is_narrow => narrow(sums[0], sums[1]),
					2 => wide(sums[0], sums[1]),
					_ => wide3([sums[0], sums[1], sums[P - 1]]),
				};
				store(out, scaled(sums, row.head.scale, scales));
			}
		}
	}
}

/// Where weights that are read one after another end, and where it goes on from there.
#[derive(Clone, Copy)]
pub(crate) struct Ahead {
	end: *const i8,
	jump: isize,
}

impl Ahead {
	/// `lines`, and then `next`.
	#[inline]
	pub(crate) fn then(lines: &[Line], next: &[Line]) -> Self {
		let end = lines.as_ptr_range().end;
		Self { end: end.cast(), jump: (next.as_ptr() as isize).wrapping_sub(end as isize) }
	}

	/// What will be read some time after `at`.
	#[inline]
	pub(crate) fn of(self, at: *const i8) -> *const i8 {
		let ahead = at.wrapping_add(AHEAD);
		if ahead < self.end {
			ahead
		} else {
			ahead.wrapping_offset(self.jump)
		}
	}
}

/// One row by one block, scaled.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(crate) fn one_row(shape: &Shape, block: &[Line], row: &ActivationRow<'_>, ahead: Ahead) -> __m512 {
	assert!(row.planes.len() == 8 * shape.steps() && block.len() == shape.block_lines());
	let ahead = ahead.of(block.as_ptr().cast());
	let sums = match shape.precision {
		Precision::E8 => one_row_e8(shape, block, row, ahead),
		Precision::E16 => one_row_e16(shape, block, row, ahead),
	};
	scaled(sums, row.head.scale, scales(&block[block.len() - 1]))
}

/// The sums of one row by a block of 8-bit weights; both steps of a group have sums of their own, so that neither waits.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn one_row_e8(shape: &Shape, block: &[Line], row: &ActivationRow<'_>, mut ahead: *const i8) -> __m512 {
	let (mut weights, mut planes): (*const i8, _) = (block.as_ptr().cast(), row.planes.as_ptr());
	let zero = [_mm512_setzero_si512()];
	let (mut high, mut low) = ([[start(row.head.high_sum)], zero], [[start(row.head.low_sum)], zero]);
	for _ in 0..shape.steps() / 2 {
		for half in 0..2 {
			_mm_prefetch::<_MM_HINT_T0>(ahead.wrapping_add(64 * half));
			// SAFETY: the block has two lines and the row 16 bytes for each group.
			unsafe {
				let w = [load(weights.wrapping_add(64 * half))];
				step_e8(&mut high[half], &mut low[half], &w, planes.wrapping_add(4 * half));
			}
		}
		ahead = ahead.wrapping_add(128);
		weights = weights.wrapping_add(128);
		planes = planes.wrapping_add(16);
	}
	let (high, low) = (_mm512_add_epi32(high[0][0], high[1][0]), _mm512_add_epi32(low[0][0], low[1][0]));
	if shape.inputs <= NARROW {
		narrow(high, low)
	} else {
		wide(high, low)
	}
}

/// The sums of one row by a block of 15-bit weights.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn one_row_e16(shape: &Shape, block: &[Line], row: &ActivationRow<'_>, mut ahead: *const i8) -> __m512 {
	let (mut weights, mut planes): (*const i8, _) = (block.as_ptr().cast(), row.planes.as_ptr());
	let zero = [_mm512_setzero_si512()];
	let mut sums = [[[start(row.head.high_sum)], [start(row.head.low_sum)], zero], [zero; 3]];
	for _ in 0..shape.steps() / 2 {
		for (half, sums) in sums.iter_mut().enumerate() {
			_mm_prefetch::<_MM_HINT_T0>(ahead);
			_mm_prefetch::<_MM_HINT_T0>(ahead.wrapping_add(64));
			ahead = ahead.wrapping_add(128);
			// SAFETY: the block has four lines and the row 16 bytes for each group.
			unsafe {
				let (high, low) = ([load(weights)], [load(weights.wrapping_add(64))]);
				step_e16(sums, &high, &low, planes.wrapping_add(4 * half));
			}
			weights = weights.wrapping_add(128);
		}
		planes = planes.wrapping_add(16);
	}
	let [[a], [b], [c]] = sums[0];
	let [[d], [e], [f]] = sums[1];
	wide3([_mm512_add_epi32(a, d), _mm512_add_epi32(b, e), _mm512_add_epi32(c, f)])
}

/// What a plane's sums start from: it takes away the 128 that is added to each weight.
#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn start(sum: i32) -> __m512i {
	_mm512_set1_epi32(sum.wrapping_mul(-128))
}

/// A line.
///
/// # Safety
/// There is one.
#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) unsafe fn load(line: *const i8) -> __m512i {
	// SAFETY: the caller's promise; lines are aligned.
	unsafe { _mm512_load_si512(line.cast()) }
}

/// 128 · high + low in f32, rounded once, where it fits 32 bits.
#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn narrow(high: __m512i, low: __m512i) -> __m512 {
	_mm512_cvtepi32_ps(_mm512_add_epi32(_mm512_slli_epi32::<7>(high), low))
}

/// 128 · high + low in f32, rounded once: in f64 it is exact.
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
pub(crate) fn wide(high: __m512i, low: __m512i) -> __m512 {
	let half = |high: __m256i, low: __m256i| {
		let high = _mm512_mul_pd(_mm512_cvtepi32_pd(high), _mm512_set1_pd(128.0));
		_mm512_cvtpd_ps(_mm512_add_pd(high, _mm512_cvtepi32_pd(low)))
	};
	join(half(first(high), first(low)), half(second(high), second(low)))
}

/// 16,384 · sums 0 + 128 · sums 1 + sums 2 in f32, rounded once: in f64 it is exact.
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
pub(crate) fn wide3(sums: [__m512i; 3]) -> __m512 {
	let half = |a: __m256i, b: __m256i, c: __m256i| {
		let a = _mm512_mul_pd(_mm512_cvtepi32_pd(a), _mm512_set1_pd(16_384.0));
		let b = _mm512_mul_pd(_mm512_cvtepi32_pd(b), _mm512_set1_pd(128.0));
		_mm512_cvtpd_ps(_mm512_add_pd(_mm512_add_pd(a, b), _mm512_cvtepi32_pd(c)))
	};
	let [a, b, c] = sums;
	join(half(first(a), first(b), first(c)), half(second(a), second(b), second(c)))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn first(lanes: __m512i) -> __m256i {
	_mm512_castsi512_si256(lanes)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn second(lanes: __m512i) -> __m256i {
	_mm512_extracti64x4_epi64::<1>(lanes)
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn join(first: __m256, second: __m256) -> __m512 {
	_mm512_insertf32x8::<1>(_mm512_castps256_ps512(first), second)
}

/// The scales of a block.
#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn scales(line: &Line) -> __m512 {
	// SAFETY: 64 aligned bytes.
	unsafe { _mm512_load_ps(line.0.as_ptr().cast()) }
}

/// Sums by the activations' scale and then the weights'.
#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn scaled(sums: __m512, scale: f32, scales: __m512) -> __m512 {
	_mm512_mul_ps(_mm512_mul_ps(sums, _mm512_set1_ps(scale)), scales)
}

/// Lanes below `count`, at most 16.
#[inline]
pub(crate) fn mask(count: usize) -> u16 {
	((1u32 << count.min(16)) - 1) as u16
}

/// Stores the first lanes; `out` has at most 16.
#[inline]
#[target_feature(enable = "avx512f")]
fn store(out: &mut [f32], lanes: __m512) {
	// SAFETY: only as many lanes as there are values.
	unsafe { _mm512_mask_storeu_ps(out.as_mut_ptr(), mask(out.len()), lanes) };
}
