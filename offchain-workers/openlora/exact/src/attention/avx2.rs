//! The integer sums of attention with AVX2: vpmaddwd and an addition take the place of vpdpwssd.

use super::{page::Line, KvPage, Place, FLUSH_PAGES, PAGE_TOKENS, QUERIES, QUERY_PLANES, WEIGHT_PLANES};
use std::arch::x86_64::*;

/// Pairs in a line of planes.
const PAIRS: usize = 8;

/// As [`super::scalar::scores`].
#[target_feature(enable = "avx2")]
pub(super) fn scores(pages: &[&KvPage], place: Place, q: &[i16], queries: usize, out: &mut [f32]) {
	assert!((1..=QUERIES).contains(&queries), "1 to {QUERIES} queries");
	assert_eq!(q.len(), queries * QUERY_PLANES * place.dims, "planes of the queries");
	assert_eq!(out.len(), queries * pages.len() * PAGE_TOKENS, "scores of the queries");
	let (planes, _) = q.as_chunks::<16>();
	for (i, page) in pages.iter().enumerate() {
		let keys = page.keys(place);
		for query in 0..queries {
			let mut sums = [[_mm256_setzero_si256(); 2]; QUERY_PLANES];
			for (chunk, planes) in planes.chunks_exact(queries * QUERY_PLANES).enumerate() {
				let planes = &planes[query * QUERY_PLANES..][..QUERY_PLANES];
				for (pair, line) in keys[chunk * PAIRS..][..PAIRS].iter().enumerate() {
					add_products(&mut sums, line, planes, pair);
				}
			}
			let out = &mut out[(query * pages.len() + i) * PAGE_TOKENS..][..PAGE_TOKENS];
			for half in 0..2 {
				let (first, second) = (lanes(sums[0][half]), lanes(sums[1][half]));
				for t in 0..8 {
					out[half * 8 + t] = (128 * i64::from(first[t]) + i64::from(second[t])) as f32;
				}
			}
		}
	}
}

/// As [`super::scalar::values`].
#[target_feature(enable = "avx2")]
pub(super) fn values(pages: &[&KvPage], place: Place, c: &[i16], queries: usize, sums: &mut [i64]) {
	assert!((1..=QUERIES).contains(&queries), "1 to {QUERIES} queries");
	assert_eq!(c.len(), queries * WEIGHT_PLANES * pages.len() * PAGE_TOKENS, "weights of the queries");
	assert_eq!(sums.len(), queries * place.dims, "sums of the queries");
	sums.fill(0);
	let row = place.dims / 16;
	let (c, _) = c.as_chunks::<PAGE_TOKENS>();
	let per_page = queries * WEIGHT_PLANES;
	for (pages, c) in pages.chunks(FLUSH_PAGES).zip(c.chunks(FLUSH_PAGES * per_page)) {
		for query in 0..queries {
			for column in 0..row {
				let mut parts = [[_mm256_setzero_si256(); 2]; WEIGHT_PLANES];
				for (page, planes) in pages.iter().zip(c.chunks_exact(per_page)) {
					let planes = &planes[query * WEIGHT_PLANES..][..WEIGHT_PLANES];
					for (pair, line) in page.values(place).iter().skip(column).step_by(row).enumerate() {
						add_products(&mut parts, line, planes, pair);
					}
				}
				for half in 0..2 {
					let [first, second, third] = parts.map(|halves| lanes(halves[half]).map(i64::from));
					let start = query * place.dims + column * 16 + half * 8;
					for (d, sum) in sums[start..][..8].iter_mut().enumerate() {
						*sum = sum.wrapping_add((first[d] << 16) + (second[d] << 8) + third[d]);
					}
				}
			}
		}
	}
}

/// Adds to each plane's sums the products of a line with a pair of the plane.
#[inline]
#[target_feature(enable = "avx2")]
fn add_products<const N: usize>(sums: &mut [[__m256i; 2]; N], line: &Line, planes: &[[i16; 16]], pair: usize) {
	assert!(pair < PAIRS && planes.len() == N, "a pair of every plane");
	let start = (line as *const Line).cast::<__m256i>();
	// SAFETY: a line has 64 bytes at an address that is a multiple of 64.
	let halves = unsafe { [_mm256_load_si256(start), _mm256_load_si256(start.add(1))] };
	for (sums, plane) in sums.iter_mut().zip(planes) {
		// SAFETY: a plane has 8 pairs.
		let both = _mm256_set1_epi32(unsafe { plane.as_ptr().cast::<i32>().add(pair).read_unaligned() });
		for (sum, half) in sums.iter_mut().zip(halves) {
			*sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(half, both));
		}
	}
}

#[inline]
#[target_feature(enable = "avx2")]
fn lanes(register: __m256i) -> [i32; 8] {
	let mut lanes = [0; 8];
	// SAFETY: 8 i32 are 32 bytes.
	unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), register) };
	lanes
}
