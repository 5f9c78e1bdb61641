//! The integer sums of attention with AVX-512 VNNI: 16 tokens, then 16 dimensions, in the lanes of a register.
//!
//! vpdpwssd multiplies two pairs of 16-bit integers and adds both products into 32 bits. The bounds that keep it exact are
//! [`super::MAX_HEAD_DIM`] for the scores and [`super::FLUSH_PAGES`] for the values.

use super::{page::Line, KvPage, Place, FLUSH_PAGES, PAGE_TOKENS, QUERIES, QUERY_PLANES, WEIGHT_PLANES};
use std::arch::x86_64::*;

/// Pairs in a line of planes.
const PAIRS: usize = 8;

/// Repeats a block for $i = 0 … $count − 1 in straight lines, so that arrays of sums stay in registers: the compiler does not
/// always unroll nested loops. $count is a constant of at most 8.
macro_rules! unroll {
	($i:ident < $count:expr, $body:block) => {
		unroll!(@ $i $count, $body; 0 1 2 3 4 5 6 7)
	};
	(@ $i:ident $count:expr, $body:block; $($n:literal)*) => {
		$(
			if $n < $count {
				let $i = $n;
				$body
			}
		)*
	};
}

/// As [`super::scalar::scores`].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(super) fn scores(pages: &[&KvPage], place: Place, q: &[i16], queries: usize, out: &mut [f32]) {
	assert!((1..=QUERIES).contains(&queries), "1 to {QUERIES} queries");
	assert_eq!(q.len(), queries * QUERY_PLANES * place.dims, "planes of the queries");
	assert_eq!(out.len(), queries * pages.len() * PAGE_TOKENS, "scores of the queries");
	match queries {
		1 => scores_of::<1, 4>(pages, place, q, out),
		2 => scores_of::<2, 4>(pages, place, q, out),
		3 => scores_of::<3, 4>(pages, place, q, out),
		4 => scores_of::<4, 2>(pages, place, q, out),
		5 => scores_of::<5, 2>(pages, place, q, out),
		6 => scores_of::<6, 2>(pages, place, q, out),
		7 => scores_of::<7, 1>(pages, place, q, out),
		_ => scores_of::<8, 1>(pages, place, q, out),
	}
}

/// `Q` queries, `P` pages at once.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn scores_of<const Q: usize, const P: usize>(pages: &[&KvPage], place: Place, q: &[i16], out: &mut [f32]) {
	let stride = pages.len() * PAGE_TOKENS;
	let (several, rest) = pages.as_chunks::<P>();
	for (i, pages) in several.iter().enumerate() {
		scores_block::<Q, P>(pages, place, q, &mut out[i * P * PAGE_TOKENS..], stride);
	}
	for (i, page) in rest.iter().enumerate() {
		scores_block::<Q, 1>(&[*page], place, q, &mut out[(several.len() * P + i) * PAGE_TOKENS..], stride);
	}
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn scores_block<const Q: usize, const P: usize>(
	pages: &[&KvPage; P],
	place: Place,
	q: &[i16],
	out: &mut [f32],
	stride: usize,
) {
	let keys: [&[Line]; P] = pages.map(|page| page.keys(place));
	let mut sums = [[[_mm512_setzero_si512(); QUERY_PLANES]; Q]; P];
	for (chunk, planes) in q.chunks_exact(Q * QUERY_PLANES * 16).enumerate() {
		for pair in 0..PAIRS {
			let mut lines = [_mm512_setzero_si512(); P];
			unroll!(p < P, {
				// SAFETY: there are dims / 16 chunks, and dims / 2 lines in each page.
				lines[p] = load(unsafe { keys[p].get_unchecked(chunk * PAIRS + pair) });
			});
			unroll!(query < Q, {
				// SAFETY: there are so many planes of 8 pairs.
				let first = unsafe { broadcast(planes, query * QUERY_PLANES, pair) };
				// SAFETY: as above.
				let second = unsafe { broadcast(planes, query * QUERY_PLANES + 1, pair) };
				unroll!(p < P, {
					sums[p][query][0] = _mm512_dpwssd_epi32(sums[p][query][0], lines[p], first);
					sums[p][query][1] = _mm512_dpwssd_epi32(sums[p][query][1], lines[p], second);
				});
			});
		}
	}
	unroll!(p < P, {
		unroll!(query < Q, {
			let [first, second] = sums[p][query];
			let half = |first, second| {
				let high = _mm512_slli_epi64::<7>(_mm512_cvtepi32_epi64(first));
				_mm512_cvtepi64_ps(_mm512_add_epi64(high, _mm512_cvtepi32_epi64(second)))
			};
			let low = half(_mm512_castsi512_si256(first), _mm512_castsi512_si256(second));
			let high = half(_mm512_extracti64x4_epi64::<1>(first), _mm512_extracti64x4_epi64::<1>(second));
			let out = &mut out[query * stride + p * PAGE_TOKENS..][..PAGE_TOKENS];
			// SAFETY: 16 f32 are there.
			unsafe {
				_mm256_storeu_ps(out.as_mut_ptr(), low);
				_mm256_storeu_ps(out.as_mut_ptr().add(8), high);
			}
		});
	});
}

/// As [`super::scalar::values`].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(super) fn values(pages: &[&KvPage], place: Place, c: &[i16], queries: usize, sums: &mut [i64]) {
	assert!((1..=QUERIES).contains(&queries), "1 to {QUERIES} queries");
	assert_eq!(c.len(), queries * WEIGHT_PLANES * pages.len() * PAGE_TOKENS, "weights of the queries");
	assert_eq!(sums.len(), queries * place.dims, "sums of the queries");
	match queries {
		1 => values_of::<1, 4>(pages, place, c, sums),
		2 => values_of::<2, 4>(pages, place, c, sums),
		3 => values_of::<3, 2>(pages, place, c, sums),
		4 => values_of::<4, 2>(pages, place, c, sums),
		5 => values_of::<5, 1>(pages, place, c, sums),
		6 => values_of::<6, 1>(pages, place, c, sums),
		7 => values_of::<7, 1>(pages, place, c, sums),
		_ => values_of::<8, 1>(pages, place, c, sums),
	}
}

/// `Q` queries, `16 · N` dimensions at once.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn values_of<const Q: usize, const N: usize>(pages: &[&KvPage], place: Place, c: &[i16], sums: &mut [i64]) {
	sums.fill(0);
	let row = place.dims / 16;
	let mut column = 0;
	while column + N <= row {
		values_block::<Q, N>(pages, place, c, sums, column);
		column += N;
	}
	for column in column..row {
		values_block::<Q, 1>(pages, place, c, sums, column);
	}
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn values_block<const Q: usize, const N: usize>(
	pages: &[&KvPage],
	place: Place,
	c: &[i16],
	sums: &mut [i64],
	column: usize,
) {
	let row = place.dims / 16;
	assert!(column + N <= row, "columns of the values");
	let per_page = Q * WEIGHT_PLANES * PAGE_TOKENS;
	for (pages, c) in pages.chunks(FLUSH_PAGES).zip(c.chunks(FLUSH_PAGES * per_page)) {
		let mut parts = [[[_mm512_setzero_si512(); N]; WEIGHT_PLANES]; Q];
		for (page, planes) in pages.iter().zip(c.chunks_exact(per_page)) {
			let lines = page.values(place);
			for pair in 0..PAIRS {
				let mut values = [_mm512_setzero_si512(); N];
				unroll!(n < N, {
					// SAFETY: there are 8 rows of dims / 16 lines, and the columns are within a row.
					values[n] = load(unsafe { lines.get_unchecked(pair * row + column + n) });
				});
				unroll!(query < Q, {
					// SAFETY: there are so many planes of 8 pairs.
					let first = unsafe { broadcast(planes, query * WEIGHT_PLANES, pair) };
					// SAFETY: as above.
					let second = unsafe { broadcast(planes, query * WEIGHT_PLANES + 1, pair) };
					// SAFETY: as above.
					let third = unsafe { broadcast(planes, query * WEIGHT_PLANES + 2, pair) };
					unroll!(n < N, {
						parts[query][0][n] = _mm512_dpwssd_epi32(parts[query][0][n], values[n], first);
						parts[query][1][n] = _mm512_dpwssd_epi32(parts[query][1][n], values[n], second);
						parts[query][2][n] = _mm512_dpwssd_epi32(parts[query][2][n], values[n], third);
					});
				});
			}
		}
		unroll!(query < Q, {
			unroll!(n < N, {
				let sums = &mut sums[query * place.dims + (column + n) * 16..][..16];
				flush(parts[query][0][n], parts[query][1][n], parts[query][2][n], sums);
			});
		});
	}
}

/// Adds 2¹⁶ · first + 2⁸ · second + third to 16 sums.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn flush(first: __m512i, second: __m512i, third: __m512i, sums: &mut [i64]) {
	let (sums, _) = sums.as_chunks_mut::<8>();
	let low = _mm512_castsi512_si256;
	let high = _mm512_extracti64x4_epi64::<1>;
	add(low(first), low(second), low(third), &mut sums[0]);
	add(high(first), high(second), high(third), &mut sums[1]);
}

/// Adds 2¹⁶ · first + 2⁸ · second + third to 8 sums.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn add(first: __m256i, second: __m256i, third: __m256i, sums: &mut [i64; 8]) {
	let high = _mm512_slli_epi64::<16>(_mm512_cvtepi32_epi64(first));
	let middle = _mm512_slli_epi64::<8>(_mm512_cvtepi32_epi64(second));
	let sum = _mm512_add_epi64(_mm512_add_epi64(high, middle), _mm512_cvtepi32_epi64(third));
	// SAFETY: 8 i64 are 64 bytes.
	unsafe {
		let old = _mm512_loadu_si512(sums.as_ptr().cast());
		_mm512_storeu_si512(sums.as_mut_ptr().cast(), _mm512_add_epi64(old, sum));
	}
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn load(line: &Line) -> __m512i {
	// SAFETY: a line has 64 bytes at an address that is a multiple of 64.
	unsafe { _mm512_load_si512((line as *const Line).cast()) }
}

/// The two integers of a pair of a plane in every lane.
///
/// # Safety
/// `planes` must have that plane, of 8 pairs.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
unsafe fn broadcast(planes: &[i16], plane: usize, pair: usize) -> __m512i {
	// SAFETY: the caller's promise.
	_mm512_set1_epi32(unsafe { planes.as_ptr().cast::<i32>().add(plane * PAIRS + pair).read_unaligned() })
}
