//! Attention over pages of keys and values in exact integers.
//!
//! Queries, keys and values are 15-bit integers with a scale per token and head. The score of a token is the exact sum of
//! products, rounded once; the maximum is exact; the denominator and the weighted sum of the values are integer sums. Nothing
//! depends on the order of the tokens, so that pages, chunks of a prompt, batches, shared prefixes and threads never change a
//! bit. `docs/exact-arithmetic.md` has the formulas and what the 15 and 24 bits cost.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod page;
mod scalar;
mod softmax;

use crate::{
	quantize::{quantize_row, ACTIVATION_MAX},
	Isa,
};
use page::Place;
pub use page::{KvLayout, KvPage, PAGE_TOKENS};
use softmax::{weigh, Query};
use std::ops::Range;

/// Dimensions that a head has at most.
pub const MAX_HEAD_DIM: usize = 512;

/// Tokens that a sequence has at most: positions are exact in f32, and sums of values fit 63 bits.
pub const MAX_TOKENS: usize = 1 << 24;

/// Queries that share the loads of keys and values.
const QUERIES: usize = 8;
/// An integer of a query is 128 · first + second.
const QUERY_PLANES: usize = 2;
/// A weight is 2¹⁶ · first + 2⁸ · second + third.
const WEIGHT_PLANES: usize = 3;
/// Pages whose products with one plane of weights are added in 32 bits.
const FLUSH_PAGES: usize = 32;

// A pair of products of a query's plane is at most 2 · 128 · 16,383; one of a weight's plane 2 · 255 · 16,383.
const _: () = assert!(MAX_HEAD_DIM / 2 * 2 * 128 * 16_383 < i32::MAX as usize);
const _: () = assert!(FLUSH_PAGES * PAGE_TOKENS / 2 * 2 * 255 * 16_383 < i32::MAX as usize);
const _: () = assert!(MAX_TOKENS as u64 * 16_777_215 * 16_383 < i64::MAX as u64);

/// How a query head attends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttentionParams {
	/// Factor on the products of queries and keys, at most 2¹³.
	pub scale: f32,
	/// cap · tanh(score / cap), as in Gemma 2.
	pub softcap: Option<f32>,
	/// How many tokens, itself included, a token sees at most.
	pub window: Option<usize>,
	/// Slope of the linear bias: slope · (position of the key − position of the query) is added to the score.
	pub alibi: Option<f32>,
}

impl AttentionParams {
	/// Plain attention with a factor on the scores.
	pub fn new(scale: f32) -> Self {
		Self { scale, softcap: None, window: None, alibi: None }
	}
}

/// Buffers that calls of [`attend_head`] reuse.
#[derive(Debug, Default)]
pub struct Scratch {
	integers: Vec<i16>,
	planes: Vec<i16>,
	scores: Vec<f32>,
	weights: Vec<i16>,
	sums: Vec<i64>,
}

impl Scratch {
	/// Empty buffers; they grow with the context.
	pub fn new() -> Self {
		Self::default()
	}
}

/// Attention of the query heads `heads` that share `kv_head`, for consecutive tokens of one sequence.
///
/// `q` is `[rows, query_width]`, of which head h has the columns h · head_dim …; `params` has one entry for each head of
/// `heads`, `out` is `[rows, heads.len() * head_dim]`. Row i is the token at `first_position + i` and attends to the tokens
/// up to itself, within its window; their keys and values must be in `pages`, token t in slot t mod 16 of page t / 16.
/// A query that is not finite gives NaN.
///
/// # Panics
/// If a length does not fit, pages are missing, a head is wider than [`MAX_HEAD_DIM`] or the context longer than [`MAX_TOKENS`].
#[allow(clippy::too_many_arguments)]
pub fn attend_head(
	isa: Isa,
	layout: &KvLayout,
	layer: usize,
	kv_head: usize,
	pages: &[&KvPage],
	q: &[f32],
	query_width: usize,
	heads: Range<usize>,
	first_position: usize,
	params: &[AttentionParams],
	out: &mut [f32],
	scratch: &mut Scratch,
) {
	isa.assert_available();
	let (place, group) = (layout.place(layer, kv_head), heads.len());
	if q.is_empty() || group == 0 {
		return;
	}
	assert!((1..=MAX_HEAD_DIM).contains(&layout.head_dim), "1 to {MAX_HEAD_DIM} dimensions a head");
	assert!(
		heads.end * layout.head_dim <= query_width && q.len().is_multiple_of(query_width),
		"whole rows of all heads"
	);
	assert_eq!(params.len(), group, "parameters of each head");
	let rows = q.len() / query_width;
	assert_eq!(out.len(), rows * group * layout.head_dim, "outputs of each head");
	assert!(first_position + rows <= MAX_TOKENS.min(pages.len() * PAGE_TOKENS), "pages of every token");
	for (block, out) in out.chunks_mut(QUERIES * layout.head_dim).enumerate() {
		let first = block * QUERIES;
		let queries = std::array::from_fn::<_, QUERIES, _>(|i| {
			// The places after the last query repeat it; they are not read.
			let query = (first + i).min(rows * group - 1);
			let (row, head) = (query / group, query % group);
			let start = row * query_width + (heads.start + head) * layout.head_dim;
			(&q[start..start + layout.head_dim], &params[head], first_position + row)
		});
		let count = out.len() / layout.head_dim;
		attend_block(isa, place, pages, &queries[..count], out, scratch);
	}
}

/// Some queries, each with its parameters and its position, against the pages that any of them sees.
fn attend_block(
	isa: Isa,
	place: Place,
	pages: &[&KvPage],
	queries: &[(&[f32], &AttentionParams, usize)],
	out: &mut [f32],
	scratch: &mut Scratch,
) {
	let count = queries.len();
	let sees = |params: &AttentionParams, position: usize| {
		let window = params.window.unwrap_or(usize::MAX).max(1);
		(position + 1).saturating_sub(window)..position + 1
	};
	let ranges = queries.iter().map(|(_, params, position)| sees(params, *position));
	let (from, to) = ranges.fold((usize::MAX, 0), |(from, to), range| (from.min(range.start), to.max(range.end)));
	let pages = &pages[from / PAGE_TOKENS..to.div_ceil(PAGE_TOKENS)];
	let origin = from / PAGE_TOKENS * PAGE_TOKENS;
	let tokens = pages.len() * PAGE_TOKENS;

	let mut scales = [Some(0.0); QUERIES];
	resize(&mut scratch.planes, count * QUERY_PLANES * place.dims);
	for (i, (q, _, _)) in queries.iter().enumerate() {
		resize(&mut scratch.integers, q.len());
		scales[i] = quantize_row(isa, q, ACTIVATION_MAX, &mut scratch.integers).ok();
		split_planes(&scratch.integers, i, count, &mut scratch.planes);
	}
	resize(&mut scratch.scores, count * tokens);
	scores(isa, pages, place, &scratch.planes, count, &mut scratch.scores);
	resize(&mut scratch.weights, count * WEIGHT_PLANES * tokens);
	let mut factors = [0.0; QUERIES];
	for (i, (_, params, position)) in queries.iter().enumerate() {
		let range = sees(params, *position);
		let query = Query {
			params,
			scale: scales[i].unwrap_or(0.0) * params.scale,
			position: position - origin,
			from: range.start - origin,
			to: range.end - origin,
			index: i,
			queries: count,
		};
		factors[i] = weigh(isa, &mut scratch.scores[i * tokens..][..tokens], pages, place, query, &mut scratch.weights);
	}
	resize(&mut scratch.sums, count * place.dims);
	values(isa, pages, place, &scratch.weights, count, &mut scratch.sums);
	let head_dim = out.len() / count;
	for (i, (out, sums)) in out.chunks_exact_mut(head_dim).zip(scratch.sums.chunks_exact(place.dims)).enumerate() {
		let factor = if scales[i].is_some() { factors[i] } else { f32::NAN };
		for (out, &sum) in out.iter_mut().zip(sums) {
			*out = sum as f32 * factor;
		}
	}
}

/// Gives a buffer its length; what it held is overwritten by the caller.
fn resize<T: Clone + Default>(buffer: &mut Vec<T>, length: usize) {
	if buffer.len() < length {
		buffer.resize(length, T::default());
	}
	buffer.truncate(length);
}

/// The planes of a query's integers into `[dims / 16][count][2][16]`; dimensions beyond the head are zeros.
fn split_planes(integers: &[i16], index: usize, count: usize, planes: &mut [i16]) {
	let mut chunks = integers.chunks(16);
	for planes in planes.chunks_exact_mut(count * QUERY_PLANES * 16) {
		let (first, second) = planes[index * QUERY_PLANES * 16..][..QUERY_PLANES * 16].split_at_mut(16);
		let chunk = chunks.next().unwrap_or(&[]);
		for (d, (first, second)) in first.iter_mut().zip(second).enumerate() {
			let integer = chunk.get(d).copied().unwrap_or(0);
			*first = integer >> 7;
			*second = integer & 127;
		}
	}
}

fn scores(isa: Isa, pages: &[&KvPage], place: Place, q: &[i16], queries: usize, out: &mut [f32]) {
	match isa {
		// SAFETY: the instruction set is there, as the caller found.
		#[cfg(target_arch = "x86_64")]
		Isa::Avx512 => unsafe { avx512::scores(pages, place, q, queries, out) },
		// SAFETY: the instruction set is there, as the caller found.
		#[cfg(target_arch = "x86_64")]
		Isa::Avx2 => unsafe { avx2::scores(pages, place, q, queries, out) },
		_ => scalar::scores(pages, place, q, queries, out),
	}
}

fn values(isa: Isa, pages: &[&KvPage], place: Place, c: &[i16], queries: usize, sums: &mut [i64]) {
	match isa {
		// SAFETY: the instruction set is there, as the caller found.
		#[cfg(target_arch = "x86_64")]
		Isa::Avx512 => unsafe { avx512::values(pages, place, c, queries, sums) },
		// SAFETY: the instruction set is there, as the caller found.
		#[cfg(target_arch = "x86_64")]
		Isa::Avx2 => unsafe { avx2::values(pages, place, c, queries, sums) },
		_ => scalar::values(pages, place, c, queries, sums),
	}
}
