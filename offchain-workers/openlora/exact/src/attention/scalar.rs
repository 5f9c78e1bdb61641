//! The integer sums of attention in plain loops: the specification of the kernels.

use super::{KvPage, Place, PAGE_TOKENS, QUERY_PLANES, WEIGHT_PLANES};

/// fl32(Σ over d of q · k) of `queries` queries and all tokens of `pages`, into `out` `[queries][pages][16]`.
///
/// `q` has the planes of the queries, `[dims / 16][queries][2][16]`: an integer is 128 · first + second.
pub(super) fn scores(pages: &[&KvPage], place: Place, q: &[i16], queries: usize, out: &mut [f32]) {
	for query in 0..queries {
		let integers: Vec<i64> = (0..place.dims)
			.map(|d| {
				let planes = &q[(d / 16 * queries + query) * QUERY_PLANES * 16..];
				128 * i64::from(planes[d % 16]) + i64::from(planes[16 + d % 16])
			})
			.collect();
		for (i, page) in pages.iter().enumerate() {
			let keys = page.keys(place);
			for t in 0..PAGE_TOKENS {
				let mut sum = 0i64;
				for (d, q) in integers.iter().enumerate() {
					sum += q * i64::from(keys[d / 2].0[2 * t + d % 2]);
				}
				out[(query * pages.len() + i) * PAGE_TOKENS + t] = sum as f32;
			}
		}
	}
}

/// Σ over tokens of c · v into `sums` `[queries][dims]`, with the weights `c` `[pages][queries][3][16]` of [`super::softmax`].
pub(super) fn values(pages: &[&KvPage], place: Place, c: &[i16], queries: usize, sums: &mut [i64]) {
	sums.fill(0);
	for (page, c) in pages.iter().zip(c.chunks_exact(queries * WEIGHT_PLANES * PAGE_TOKENS)) {
		let lines = page.values(place);
		for (c, sums) in c.chunks_exact(WEIGHT_PLANES * PAGE_TOKENS).zip(sums.chunks_exact_mut(place.dims)) {
			for t in 0..PAGE_TOKENS {
				let weight =
					i64::from(c[t]) << 16 | i64::from(c[PAGE_TOKENS + t]) << 8 | i64::from(c[2 * PAGE_TOKENS + t]);
				if weight == 0 {
					continue;
				}
				let row = &lines[t / 2 * (place.dims / 16)..];
				for (d, sum) in sums.iter_mut().enumerate() {
					*sum += weight * i64::from(row[d / 16].0[2 * (d % 16) + t % 2]);
				}
			}
		}
	}
}
