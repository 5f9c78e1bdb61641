//! The forward pass: many tokens at once or one at a time, over a cache of keys and values, with at most one
//! un-merged adapter.

use crate::adapter::{Adapter, Target};
use crate::math::{rms_norm, softmax, swiglu, Rope};
use crate::matrix::{linear, linear_many, matmul_serial, View};
use crate::spec::DecoderSpec;
use crate::weights::Weights;
use rayon::prelude::*;

/// Tokens of one pass; a longer prompt takes several, so that the scores of attention stay small.
const PASS_TOKENS: usize = 512;

/// Keys and values of the tokens seen so far, per layer [tokens, kv_width].
#[derive(Debug, Clone)]
pub struct KvCache {
	keys: Vec<Vec<f32>>,
	values: Vec<Vec<f32>>,
	tokens: usize,
}

impl KvCache {
	/// An empty cache with room for `tokens`.
	pub fn new(spec: &DecoderSpec, tokens: usize) -> Self {
		let empty = || (0..spec.layers).map(|_| Vec::with_capacity(tokens * spec.kv_width())).collect();
		Self { keys: empty(), values: empty(), tokens: 0 }
	}

	/// Number of tokens in the cache.
	pub fn len(&self) -> usize {
		self.tokens
	}

	/// Whether the cache is empty.
	pub fn is_empty(&self) -> bool {
		self.tokens == 0
	}
}

/// A model and at most one adapter, ready to run.
#[derive(Debug, Clone, Copy)]
pub struct Forward<'a> {
	/// Shape of the model.
	pub spec: &'a DecoderSpec,
	/// Weights of the model.
	pub weights: &'a Weights,
	/// The adapter, if any.
	pub adapter: Option<&'a Adapter>,
}

impl Forward<'_> {
	/// Appends `tokens` to the cache and returns the hidden states after the final norm: of all of them
	/// ([tokens, width]), or with `last_only` of the last ([1, width]). Runs on the current rayon pool.
	/// Panics if a token is not below `spec.vocab`.
	pub fn hidden(&self, tokens: &[u32], cache: &mut KvCache, last_only: bool) -> Vec<f32> {
		let width = self.spec.width;
		let mut out = Vec::new();
		for pass in tokens.chunks(PASS_TOKENS) {
			let mut x: Vec<f32> =
				pass.iter().flat_map(|token| self.weights.embedding.row(*token as usize)).copied().collect();
			let positions = cache.tokens..cache.tokens + pass.len();
			let rope = Rope::new(self.spec.rope_base, self.spec.head_dim, positions);
			for layer in 0..self.spec.layers {
				self.attention(layer, &mut x, cache, &rope);
				self.feed_forward(layer, &mut x);
			}
			cache.tokens += pass.len();
			if last_only {
				out.clear();
				x.drain(..x.len() - width);
			}
			let start = out.len();
			out.resize(start + x.len(), 0.0);
			rms_norm(&x, &self.weights.norm, self.spec.norm_eps, &mut out[start..]);
		}
		out
	}

	/// The logits of hidden states after the final norm: [rows, width] to [rows, vocab].
	pub fn logits(&self, hidden: &[f32]) -> Vec<f32> {
		let head = self.weights.head();
		let mut out = vec![0.0; hidden.len() / head.cols() * head.rows()];
		linear(hidden, head, &mut out);
		out
	}

	fn adapt(&self, layer: usize, target: Target, x: &[f32], out: &mut [f32]) {
		if let Some(pair) = self.adapter.and_then(|adapter| adapter.pair(layer, target)) {
			pair.add_to(x, out);
		}
	}

	fn attention(&self, layer: usize, x: &mut [f32], cache: &mut KvCache, rope: &Rope) {
		let (spec, weights) = (self.spec, &self.weights.layers[layer]);
		let rows = x.len() / spec.width;
		let mut h = vec![0.0; x.len()];
		rms_norm(x, &weights.attention_norm, spec.norm_eps, &mut h);
		let mut q = vec![0.0; rows * spec.query_width()];
		let (mut k, mut v) = (vec![0.0; rows * spec.kv_width()], vec![0.0; rows * spec.kv_width()]);
		linear_many(
			&h,
			&mut [
				(weights.linear(Target::Query), &mut q),
				(weights.linear(Target::Key), &mut k),
				(weights.linear(Target::Value), &mut v),
			],
		);
		self.adapt(layer, Target::Query, &h, &mut q);
		self.adapt(layer, Target::Key, &h, &mut k);
		self.adapt(layer, Target::Value, &h, &mut v);
		rope.rotate(&mut q);
		rope.rotate(&mut k);
		cache.keys[layer].extend_from_slice(&k);
		cache.values[layer].extend_from_slice(&v);
		let mixed = attend(spec, &q, &cache.keys[layer], &cache.values[layer]);
		let mut out = vec![0.0; x.len()];
		linear(&mixed, weights.linear(Target::Output), &mut out);
		self.adapt(layer, Target::Output, &mixed, &mut out);
		x.iter_mut().zip(&out).for_each(|(x, o)| *x += o);
	}

	fn feed_forward(&self, layer: usize, x: &mut [f32]) {
		let (spec, weights) = (self.spec, &self.weights.layers[layer]);
		let rows = x.len() / spec.width;
		let mut h = vec![0.0; x.len()];
		rms_norm(x, &weights.ffn_norm, spec.norm_eps, &mut h);
		let (mut gate, mut up) = (vec![0.0; rows * spec.ffn_width], vec![0.0; rows * spec.ffn_width]);
		linear_many(&h, &mut [(weights.linear(Target::Gate), &mut gate), (weights.linear(Target::Up), &mut up)]);
		self.adapt(layer, Target::Gate, &h, &mut gate);
		self.adapt(layer, Target::Up, &h, &mut up);
		swiglu(&mut gate, &up);
		let mut out = h;
		linear(&gate, weights.linear(Target::Down), &mut out);
		self.adapt(layer, Target::Down, &gate, &mut out);
		x.iter_mut().zip(&out).for_each(|(x, o)| *x += o);
	}
}

/// Causal grouped-query attention of the queries `q` ([rows, query_width]) over all keys and values
/// ([tokens, kv_width]); the last query belongs to the last token. Returns [rows, query_width].
pub fn attend(spec: &DecoderSpec, q: &[f32], keys: &[f32], values: &[f32]) -> Vec<f32> {
	let (dim, query_width, kv_width) = (spec.head_dim, spec.query_width(), spec.kv_width());
	let (rows, tokens) = (q.len() / query_width, keys.len() / kv_width);
	let mut by_head = vec![0.0; q.len()];
	let head = |(head, out): (usize, &mut [f32])| {
		let offset = head / (spec.heads / spec.kv_heads) * dim;
		let probabilities = attention_probabilities(spec, head, q, keys);
		let values = View::strided(&values[offset..], tokens, dim, kv_width);
		matmul_serial(out, View::new(&probabilities, rows, tokens), values, 1.0, false);
	};
	match rows * tokens < 4096 {
		true => by_head.chunks_mut(rows * dim).enumerate().for_each(head),
		false => by_head.par_chunks_mut(rows * dim).enumerate().for_each(head),
	}
	let mut out = vec![0.0; q.len()];
	for (row, out) in out.chunks_exact_mut(query_width).enumerate() {
		for (head, out) in out.chunks_exact_mut(dim).enumerate() {
			let start = (head * rows + row) * dim;
			out.copy_from_slice(&by_head[start..start + dim]);
		}
	}
	out
}

/// The attention weights of one query head, [rows, tokens]; see [`attend`].
pub fn attention_probabilities(spec: &DecoderSpec, head: usize, q: &[f32], keys: &[f32]) -> Vec<f32> {
	let (dim, query_width, kv_width) = (spec.head_dim, spec.query_width(), spec.kv_width());
	let (rows, tokens) = (q.len() / query_width, keys.len() / kv_width);
	let key_offset = head / (spec.heads / spec.kv_heads) * dim;
	let q = View::strided(&q[head * dim..], rows, dim, query_width);
	let k = View::strided(&keys[key_offset..], tokens, dim, kv_width);
	let mut scores = vec![0.0; rows * tokens];
	matmul_serial(&mut scores, q, k.t(), 1.0 / (dim as f32).sqrt(), false);
	for (row, scores) in scores.chunks_exact_mut(tokens).enumerate() {
		let (visible, hidden) = scores.split_at_mut(tokens - rows + row + 1);
		softmax(visible);
		hidden.fill(0.0);
	}
	scores
}
