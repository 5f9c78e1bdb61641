//! The reference in f32.

use super::{AttentionJob, Numerics, ReadRow};
use crate::adapter::LoraPair;
use crate::backend::PAGE_TOKENS;
use crate::math::softmax;
use crate::matrix::{linear_many, matmul_serial, Matrix, View};
use crate::model::LinearId;
use crate::spec::DecoderSpec;
use openledger_exact::attention::AttentionParams;
use openledger_exact::{Isa, LoraJob, LoraLayer, Pool};
use std::sync::Arc;

/// f32 throughout. Results do not depend on the number of threads, but on the number of rows of a step in their last bits.
#[derive(Debug, Clone)]
pub struct Float {
	threads: Arc<rayon::ThreadPool>,
	isa: Isa,
}

impl Float {
	/// Matrix products on `threads` threads.
	///
	/// # Errors
	/// If the system refuses a thread.
	pub fn new(threads: usize, isa: Isa) -> std::io::Result<Self> {
		let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("openlora-f32-{i}"));
		Ok(Self { threads: Arc::new(pool.build().map_err(std::io::Error::other)?), isa })
	}
}

/// A low-rank change in f32.
#[derive(Debug)]
pub struct FloatPair {
	a: Matrix,
	b: Matrix,
}

/// Keys and values of a page, each [layers, kv_heads, PAGE_TOKENS, head_dim].
#[derive(Debug)]
pub struct FloatPage {
	keys: Vec<f32>,
	values: Vec<f32>,
}

/// Where the block of a layer and head begins in a page.
fn block(spec: &DecoderSpec, layer: usize, kv_head: usize) -> usize {
	(layer * spec.kv_heads + kv_head) * PAGE_TOKENS * spec.head_dim
}

impl Numerics for Float {
	type Linear = Matrix;
	type Pair = FloatPair;
	type Input = (Vec<f32>, usize);
	type Page = FloatPage;

	fn isa(&self) -> Isa {
		self.isa
	}

	fn linear(&self, _: LinearId, outputs: usize, inputs: usize, read: &mut ReadRow<'_>) -> Result<Matrix, String> {
		let mut data = vec![0.0; outputs * inputs];
		data.chunks_exact_mut(inputs).enumerate().for_each(|(i, row)| read(i, row));
		Matrix::new(outputs, inputs, data).ok_or_else(|| "has another number of values".into())
	}

	fn linear_bytes(linear: &Matrix) -> usize {
		std::mem::size_of_val(linear.data())
	}

	fn pairs(&self, _: &Pool, pairs: &[(LinearId, &LoraPair)]) -> Result<Vec<FloatPair>, (LinearId, String)> {
		Ok(pairs.iter().map(|(_, pair)| FloatPair { a: pair.a.clone(), b: pair.b.clone() }).collect())
	}

	fn pair_bytes(pair: &FloatPair) -> usize {
		std::mem::size_of_val(pair.a.data()) + std::mem::size_of_val(pair.b.data())
	}

	fn prepare(&self, _: &Pool, x: &[f32], width: usize, input: &mut Self::Input, broken: &mut [bool]) {
		input.0.clear();
		input.0.extend_from_slice(x);
		input.1 = width;
		for (row, broken) in x.chunks_exact(width).zip(broken) {
			*broken |= row.iter().any(|v| !v.is_finite());
		}
	}

	fn linears(&self, _: &Pool, input: &Self::Input, jobs: &mut [(&Matrix, &mut [f32])]) {
		self.threads.install(|| linear_many(&input.0, jobs));
	}

	fn low_rank(&self, _: &Pool, input: &Self::Input, layers: &mut [LoraLayer<'_, FloatPair>]) {
		let (x, width) = (&input.0, input.1);
		for LoraLayer { jobs, out } in layers {
			for LoraJob { rows, pair, scale } in *jobs {
				let (count, rank, outputs) = (rows.len(), pair.a.rows(), pair.b.rows());
				let mut inner = vec![0.0; count * rank];
				let x = View::new(&x[rows.start * width..rows.end * width], count, width);
				matmul_serial(&mut inner, x, pair.a.view().t(), 1.0, false);
				let out = &mut out[rows.start * outputs..rows.end * outputs];
				matmul_serial(out, View::new(&inner, count, rank), pair.b.view().t(), *scale, true);
			}
		}
	}

	fn page(&self, spec: &DecoderSpec) -> FloatPage {
		let values = spec.layers * spec.kv_width() * PAGE_TOKENS;
		FloatPage { keys: vec![0.0; values], values: vec![0.0; values] }
	}

	fn page_bytes(&self, spec: &DecoderSpec) -> usize {
		2 * size_of::<f32>() * spec.layers * spec.kv_width() * PAGE_TOKENS
	}

	fn write(&self, page: &mut FloatPage, spec: &DecoderSpec, layer: usize, slot: usize, k: &[f32], v: &[f32]) {
		let dim = spec.head_dim;
		for head in 0..spec.kv_heads {
			let at = block(spec, layer, head) + slot * dim;
			page.keys[at..at + dim].copy_from_slice(&k[head * dim..(head + 1) * dim]);
			page.values[at..at + dim].copy_from_slice(&v[head * dim..(head + 1) * dim]);
		}
	}

	fn attend(&self, spec: &DecoderSpec, job: &AttentionJob<'_, FloatPage>, out: &mut [f32]) {
		let (dim, width, group) = (spec.head_dim, spec.query_width(), job.params.len());
		let rows = job.q.len() / width;
		let tokens = job.position + rows;
		let at = block(spec, job.layer, job.kv_head);
		let gather = |side: fn(&FloatPage) -> &[f32]| {
			let mut all = Vec::with_capacity(tokens.next_multiple_of(PAGE_TOKENS) * dim);
			for page in &job.pages[..tokens.div_ceil(PAGE_TOKENS)] {
				all.extend_from_slice(&side(page)[at..at + PAGE_TOKENS * dim]);
			}
			all.truncate(tokens * dim);
			all
		};
		let (keys, values) = (gather(|page| &page.keys), gather(|page| &page.values));
		let mut scores = vec![0.0; rows * tokens];
		let mut mixed = vec![0.0; rows * dim];
		for (i, params) in job.params.iter().enumerate() {
			let head = job.kv_head * group + i;
			let q = View::strided(&job.q[head * dim..], rows, dim, width);
			matmul_serial(&mut scores, q, View::new(&keys, tokens, dim).t(), params.scale, false);
			for (row, scores) in scores.chunks_exact_mut(tokens).enumerate() {
				probabilities(scores, job.position + row, params);
			}
			let (scores, values) = (View::new(&scores, rows, tokens), View::new(&values, tokens, dim));
			matmul_serial(&mut mixed, scores, values, 1.0, false);
			for (mixed, out) in mixed.chunks_exact(dim).zip(out.chunks_exact_mut(group * dim)) {
				out[i * dim..(i + 1) * dim].copy_from_slice(mixed);
			}
		}
	}
}

/// Turns the scaled scores of the token at `position` into its attention weights; 0 for tokens it does not see.
fn probabilities(scores: &mut [f32], position: usize, params: &AttentionParams) {
	let first = params.window.map_or(0, |window| (position + 1).saturating_sub(window));
	let (visible, later) = scores.split_at_mut(position + 1);
	later.fill(0.0);
	let (earlier, visible) = visible.split_at_mut(first);
	earlier.fill(0.0);
	if let Some(cap) = params.softcap {
		visible.iter_mut().for_each(|score| *score = cap * (*score / cap).tanh());
	}
	if let Some(slope) = params.alibi {
		for (key, score) in (first..).zip(visible.iter_mut()) {
			*score -= slope * (position - key) as f32;
		}
	}
	softmax(visible);
}
