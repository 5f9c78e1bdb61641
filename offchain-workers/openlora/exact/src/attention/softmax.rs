//! From the integer scores of one query to the integers by which its values are weighed.

use super::{AttentionParams, KvPage, Place, PAGE_TOKENS, WEIGHT_PLANES};
use crate::functions::{per_isa, single};

/// Scores are clamped to ±2¹⁰⁰, so that their differences are finite whatever the model does; NaN becomes the upper bound.
const SCORE_LIMIT: f32 = f32::from_bits((127 + 100) << 23);
/// Largest weights below it, 2⁻¹⁰⁰, count as none: the inverse of their scale might overflow.
const TINY: f32 = f32::from_bits((127 - 100) << 23);
/// 2³⁰: the unit of the denominator.
const UNIT: f32 = 1_073_741_824.0;
/// 2²⁴ − 1: the largest weight.
const WEIGHT_MAX: f32 = 16_777_215.0;

/// One query against some pages.
#[derive(Clone, Copy)]
pub(super) struct Query<'a> {
	pub(super) params: &'a AttentionParams,
	/// fl(the query's scale · the attention scale).
	pub(super) scale: f32,
	/// Its position less that of the first token of the pages.
	pub(super) position: usize,
	/// Tokens of the pages that it sees, as offsets.
	pub(super) from: usize,
	pub(super) to: usize,
	/// Its place among the queries of the block, and how many those are.
	pub(super) index: usize,
	pub(super) queries: usize,
}

/// The numbers of a page's tokens.
type Tokens<T> = [T; PAGE_TOKENS];

/// A new array of `f` of each token, which the compiler turns into one register.
#[inline(always)]
fn each<T: Copy + Default>(f: impl Fn(usize) -> T) -> Tokens<T> {
	let mut tokens = [T::default(); PAGE_TOKENS];
	for (t, token) in tokens.iter_mut().enumerate() {
		*token = f(t);
	}
	tokens
}

#[inline(always)]
fn greater(a: f32, b: f32) -> f32 {
	if a > b {
		a
	} else {
		b
	}
}

/// The integer that 0 ≤ x ≤ 2³⁰ is, without the checks of a cast, which would take the vectors apart.
#[inline(always)]
fn integer(x: f32) -> u32 {
	// SAFETY: x is a number of the range of i32. No score is NaN after its clamp, and the largest is one of them, so that
	// 0 ≤ p ≤ 1; scales of values are finite and not negative, and weights are bounded by WEIGHT_MAX, also if they were NaN.
	unsafe { x.to_int_unchecked::<i32>() as u32 }
}

/// The factor on the integer sums of values: fl(scale of the weights / denominator).
#[inline(always)]
fn weigh_body(scores: &mut [f32], pages: &[&KvPage], place: Place, query: Query<'_>, weights: &mut [i16]) -> f32 {
	let largest = finish_scores(scores, pages, place, query);
	let denominator = exponentials(scores, largest);
	let mut maxima = [0.0f32; PAGE_TOKENS];
	for (tokens, page) in scores.as_chunks_mut::<PAGE_TOKENS>().0.iter_mut().zip(pages) {
		let (p, scales) = (*tokens, *page.value_scales(place));
		let c = each(|t| p[t] * scales[t]);
		maxima = each(|t| greater(c[t], maxima[t]));
		*tokens = c;
	}
	let most = maxima.iter().fold(0.0, |most, &c| greater(c, most));
	let none = most < TINY;
	let inverse = if none { 0.0 } else { WEIGHT_MAX / most };
	for c in scores.iter_mut() {
		let rounded = single::round_positive(*c * inverse);
		*c = f32::from_bits(integer(if rounded < WEIGHT_MAX { rounded } else { WEIGHT_MAX }));
	}
	let (weights, _) = weights.as_chunks_mut::<PAGE_TOKENS>();
	let first = query.index * WEIGHT_PLANES;
	let pages = weights.chunks_exact_mut(query.queries * WEIGHT_PLANES);
	for (integers, weights) in scores.as_chunks::<PAGE_TOKENS>().0.iter().zip(pages) {
		weights[first] = each(|t| (integers[t].to_bits() >> 16) as i16);
		weights[first + 1] = each(|t| (integers[t].to_bits() >> 8 & 255) as i16);
		weights[first + 2] = each(|t| (integers[t].to_bits() & 255) as i16);
	}
	let scale = if none { 0.0 } else { most / WEIGHT_MAX };
	scale / (denominator as f32 * (1.0 / UNIT))
}

/// p = exp(score − largest) in place; gives Σ rne(2³⁰ · p).
#[inline(always)]
fn exponentials(scores: &mut [f32], largest: f32) -> u64 {
	let mut denominator = 0u64;
	// Of so many terms the sums of the upper and of the lower 15 bits fit 32 bits each.
	for scores in scores.chunks_mut(1 << 16) {
		let (mut upper, mut lower) = (0u32, 0u32);
		for score in scores {
			*score = single::exp(*score - largest);
			let unit = integer(single::round_positive(*score * UNIT));
			upper = upper.wrapping_add(unit >> 15);
			lower = lower.wrapping_add(unit & 0x7fff);
		}
		denominator = denominator.wrapping_add((u64::from(upper) << 15).wrapping_add(u64::from(lower)));
	}
	denominator
}

/// The scores of the tokens that the query sees, −∞ for the others; gives the largest.
#[inline(always)]
fn finish_scores(scores: &mut [f32], pages: &[&KvPage], place: Place, query: Query<'_>) -> f32 {
	let mut distance = (query.position as i32).wrapping_neg();
	for (tokens, page) in scores.as_chunks_mut::<PAGE_TOKENS>().0.iter_mut().zip(pages) {
		let (sums, scales) = (*tokens, *page.key_scales(place));
		let mut scores = each(|t| (sums[t] * query.scale) * scales[t]);
		if let Some(cap) = query.params.softcap {
			scores = each(|t| single::softcap(scores[t], cap));
		}
		if let Some(slope) = query.params.alibi {
			scores = each(|t| scores[t] + slope * (distance.wrapping_add(t as i32) as f32));
		}
		let below = each(|t| if scores[t] < SCORE_LIMIT { scores[t] } else { SCORE_LIMIT });
		*tokens = each(|t| if below[t] > -SCORE_LIMIT { below[t] } else { -SCORE_LIMIT });
		distance = distance.wrapping_add(PAGE_TOKENS as i32);
	}
	scores[..query.from].fill(f32::NEG_INFINITY);
	scores[query.to..].fill(f32::NEG_INFINITY);
	let mut maxima = [f32::NEG_INFINITY; PAGE_TOKENS];
	for scores in scores.as_chunks::<PAGE_TOKENS>().0 {
		maxima = each(|t| greater(scores[t], maxima[t]));
	}
	maxima.iter().fold(f32::NEG_INFINITY, |max, &score| greater(score, max))
}

per_isa! {
	/// Turns fl32(S) of a query, `[pages][16]`, into 24-bit weights in three planes of 8 bits, `[pages][queries][3][16]`, and
	/// gives the factor on the integer sums of the values.
	pub(super) fn weigh(
		scores: &mut [f32],
		pages: &[&KvPage],
		place: Place,
		query: Query<'_>,
		weights: &mut [i16],
	) -> f32 = weigh_body
}
