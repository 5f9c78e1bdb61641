//! Top-k, top-p and min-p: which tokens may be drawn.
//!
//! Tokens are ordered by falling logit, equal ones by rising id. Top-k keeps the first k. Top-p keeps a token while
//! the weights of those before it sum to less than p of the total; weights are integers ([`weight`]), so the sums have
//! no order. Min-p keeps scores of at least ln(min_p), where the most likely token's is 0. Each filter sees what the
//! one before left.

use crate::numbers::{ln, weight, WEIGHTLESS};
use crate::parameters::Sampling;

/// A token and its logit in one integer, larger for a token that comes earlier.
pub(crate) type Key = u64;

pub(crate) fn key(logit: f32, id: u32) -> Key {
	// + 0.0 makes one zero of two.
	let bits = (logit + 0.0).to_bits();
	let ordered = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
	u64::from(ordered) << 32 | u64::from(!id)
}

pub(crate) fn id(key: Key) -> u32 {
	!(key as u32)
}

pub(crate) fn logit(key: Key) -> f32 {
	let ordered = (key >> 32) as u32;
	f32::from_bits(if ordered >> 31 == 1 { ordered & !(1 << 31) } else { !ordered })
}

/// Logits relative to the largest, over the temperature: what the others compute with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
	pub(crate) max: f64,
	pub(crate) temperature: f64,
}

impl Scale {
	pub(crate) fn score(&self, logit: f32) -> f64 {
		(f64::from(logit) - self.max) / self.temperature
	}

	/// A logit below that of every token whose score is at least `score`.
	pub(crate) fn below(&self, score: f64) -> f32 {
		let slack = 1e-9 * (self.max.abs() + self.temperature * 64.0);
		((self.max + score * self.temperature - slack) as f32).next_down()
	}
}

/// Buffers that are used again.
#[derive(Debug, Default)]
pub(crate) struct Survivors {
	/// The tokens that are left, in no order.
	pub(crate) keys: Vec<Key>,
	scores: Vec<f64>,
	weights: Vec<u64>,
}

impl Survivors {
	/// Filters `logits`, of which the largest is finite. False if no filter is set: all tokens are left and `keys` is
	/// not filled.
	pub(crate) fn filter(&mut self, logits: &[f32], scale: Scale, sampling: &Sampling) -> bool {
		let top_k = (sampling.top_k as usize).min(logits.len());
		let by_k = sampling.top_k > 0 && top_k < logits.len();
		let by_p = sampling.top_p < 1.0;
		if !by_k && !by_p && sampling.min_p == 0.0 {
			return false;
		}
		let floor = if sampling.min_p > 0.0 { ln(f64::from(sampling.min_p)) } else { f64::NEG_INFINITY };
		// Top-p keeps nothing below this, and counts what min-p drops after it.
		let below = scale.below(if by_p { WEIGHTLESS } else { floor });
		match by_k {
			true => self.gather_top(logits, below, top_k),
			false => self.gather(logits, below),
		}
		if by_p {
			self.keep_p(scale, sampling.top_p);
		}
		if sampling.min_p > 0.0 {
			self.keys.retain(|key| scale.score(logit(*key)) >= floor);
		}
		true
	}

	/// All tokens of logits above `below`.
	fn gather(&mut self, logits: &[f32], below: f32) {
		self.keys.clear();
		self.keys.reserve(logits.len());
		self.keys.extend((0u32..).zip(logits).filter(|(_, l)| **l > below).map(|(id, l)| key(*l, id)));
	}

	/// The first `k` tokens of those of logits above `below`.
	fn gather_top(&mut self, logits: &[f32], below: f32, k: usize) {
		self.keys.clear();
		let room = (2 * k).max(256);
		self.keys.reserve(room);
		let mut least = below;
		for (id, l) in (0u32..).zip(logits) {
			// A later token of the same logit as the k-th comes after it.
			if *l > least {
				self.keys.push(key(*l, id));
				if self.keys.len() == room {
					least = least.max(self.keep_k(k));
				}
			}
		}
		self.keep_k(k);
	}

	/// Keeps the first `k` and gives the logit of the last of them.
	fn keep_k(&mut self, k: usize) -> f32 {
		if self.keys.len() < k {
			return f32::NEG_INFINITY;
		}
		let (_, last, _) = self.keys.select_nth_unstable_by(k - 1, |a, b| b.cmp(a));
		let last = logit(*last);
		self.keys.truncate(k);
		last
	}

	/// Top-p of `keys`. Weights are summed by ranges of scores; only the range in which the sum reaches p is sorted.
	fn keep_p(&mut self, scale: Scale, top_p: f32) {
		const RANGES: usize = 512;
		let range = |score: f64| ((score * (RANGES as f64 / WEIGHTLESS)) as u32 as usize).min(RANGES - 1);
		self.scores.clear();
		self.scores.extend(self.keys.iter().map(|key| scale.score(logit(*key))));
		self.weights.clear();
		self.weights.extend(self.scores.iter().map(|score| weight(*score)));
		let mut sums = [0u64; RANGES];
		for (score, weight) in self.scores.iter().zip(&self.weights) {
			sums[range(*score)] += weight;
		}
		let total: u64 = sums.iter().sum();
		// p in units of 2⁻³², at least one.
		let p = ((f64::from(top_p) * 4_294_967_296.0 + 0.5) as u64).max(1);
		let goal = u128::from(total) * u128::from(p);
		let short = |sum: u64| u128::from(sum) << 32 < goal;
		let (mut before, mut last) = (0, 0);
		while last + 1 < RANGES && short(before + sums[last]) {
			before += sums[last];
			last += 1;
		}
		let mut kept = Vec::new();
		let mut edge: Vec<(Key, u64)> = Vec::new();
		for ((key, weight), score) in self.keys.iter().zip(&self.weights).zip(&self.scores) {
			match range(*score) {
				r if r < last => kept.push(*key),
				r if r == last => edge.push((*key, *weight)),
				_ => {}
			}
		}
		edge.sort_unstable_by_key(|(key, _)| std::cmp::Reverse(*key));
		for (key, weight) in edge {
			if !short(before) {
				break;
			}
			kept.push(key);
			before += weight;
		}
		self.keys = kept;
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	/// The definition: sort, then cut.
	fn naive(logits: &[f32], scale: Scale, sampling: &Sampling) -> Vec<Key> {
		let mut keys: Vec<Key> =
			(0u32..).zip(logits).filter(|(_, l)| **l > f32::NEG_INFINITY).map(|(i, l)| key(*l, i)).collect();
		keys.sort_unstable_by(|a, b| b.cmp(a));
		if sampling.top_k > 0 {
			keys.truncate(sampling.top_k as usize);
		}
		if sampling.top_p < 1.0 {
			let weights: Vec<u64> = keys.iter().map(|k| weight(scale.score(logit(*k)))).collect();
			let total = u128::from(weights.iter().sum::<u64>());
			let p = (((f64::from(sampling.top_p)) * 4_294_967_296.0 + 0.5) as u128).max(1);
			let mut before = 0u128;
			let count = weights.iter().take_while(|w| {
				let kept = before << 32 < total * p;
				before += u128::from(**w);
				kept
			});
			let count = count.count();
			keys.truncate(count);
		}
		if sampling.min_p > 0.0 {
			keys.retain(|k| scale.score(logit(*k)) >= ln(f64::from(sampling.min_p)));
		}
		keys
	}

	#[test]
	fn key_orders_by_logit_then_by_id_and_gives_both_back() {
		let cases = [(3.0, 5), (3.0, 9), (0.0, 1), (-0.0, 2), (-1.5, 0), (f32::MIN, 7), (f32::NEG_INFINITY, 3)];
		for pair in cases.windows(2) {
			assert!(key(pair[0].0, pair[0].1) > key(pair[1].0, pair[1].1), "{pair:?}");
		}
		for (l, i) in cases {
			assert_eq!((logit(key(l, i)), id(key(l, i))), (l, i));
		}
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(2000))]
		#[test]
		fn filter_keeps_what_the_definition_keeps(
			raw in proptest::collection::vec(prop_oneof![4 => -40.0f32..20.0, 2 => (-3i8..4).prop_map(f32::from), 1 => Just(f32::NEG_INFINITY)], 1..700),
			temperature in prop_oneof![Just(1.0f32), 0.01f32..5.0],
			top_k in prop_oneof![Just(0u32), 1u32..800],
			top_p in prop_oneof![Just(1.0f32), 0.0001f32..1.0, Just(1e-30f32)],
			min_p in prop_oneof![Just(0.0f32), 0.0001f32..1.0, Just(1e-30f32), Just(1.0f32)],
		) {
			let max = raw.iter().copied().fold(f32::NEG_INFINITY, f32::max);
			prop_assume!(max > f32::NEG_INFINITY);
			let scale = Scale { max: f64::from(max), temperature: f64::from(temperature) };
			let sampling = Sampling { temperature, top_k, top_p, min_p, ..Sampling::GREEDY };
			let mut survivors = Survivors::default();
			let expected = naive(&raw, scale, &sampling);
			if survivors.filter(&raw, scale, &sampling) {
				let mut got = survivors.keys.clone();
				got.sort_unstable_by(|a, b| b.cmp(a));
				got.retain(|k| logit(*k) > f32::NEG_INFINITY);
				prop_assert_eq!(got, expected);
			} else {
				prop_assert_eq!(expected.len(), raw.iter().filter(|l| **l > f32::NEG_INFINITY).count());
			}
		}
	}
}
