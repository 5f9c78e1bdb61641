//! The score of a row.

/// Entries whose products an `i32` can sum: |q·v| ≤ 2^14 each, 2^26 in all.
const BLOCK: usize = 4096;

/// Σ query·vector, exactly; `None` when the lengths differ.
pub fn dot(query: &[i8], vector: &[i8]) -> Option<i64> {
	if query.len() != vector.len() {
		return None;
	}
	let blocks = query.chunks(BLOCK).zip(vector.chunks(BLOCK));
	Some(blocks.map(|(q, v)| i64::from(sum_of_products(q, v))).fold(0, i64::saturating_add))
}

/// Σ q·v of at most [`BLOCK`] entries. Nothing wraps; saying that it may is what lets the compiler use wide instructions.
fn sum_of_products(q: &[i8], v: &[i8]) -> i32 {
	q.iter().zip(v).fold(0, |sum, (q, v)| sum.wrapping_add(i32::from(*q).wrapping_mul(i32::from(*v))))
}
