//! Linear layers and norms of a step with the changes that its segments' adapters make to them.

use super::adapter::{CpuAdapter, ResidentDelta, ResidentPair};
use super::parallel;
use crate::adapter::NormId;
use crate::model::LinearId;
use crate::numerics::Numerics;
use crate::spec::{DecoderSpec, NormKind};
use crate::weights::{Dense, NormWeights};
use openledger_exact::{norm, LoraJob, LoraLayer, Pool};
use std::ops::Range;
use std::sync::Arc;

/// Rows of a step that belong to one sequence, and its adapters.
pub(crate) struct Span<'a, N: Numerics> {
	pub(crate) rows: Range<usize>,
	pub(crate) adapters: &'a [(Arc<CpuAdapter<N>>, f32)],
}

/// What linear layers and norms of a step share.
pub(crate) struct Step<'a, N: Numerics> {
	pub(crate) numerics: &'a N,
	pub(crate) pool: &'a Pool,
	pub(crate) spec: &'a DecoderSpec,
	pub(crate) spans: &'a [Span<'a, N>],
	/// Whether all that adapters do to linear layers is to add low-rank changes.
	pub(crate) plain: bool,
}

/// A linear layer to run: its place, its weights and its output, [rows, outputs].
pub(crate) type Job<'a, L> = (LinearId, &'a Dense<L>, &'a mut [f32]);

impl<N: Numerics> Step<'_, N> {
	/// Runs linear layers over `x`, [rows, width], with every adapter's changes and the biases. `broken` notes rows that are not
	/// finite.
	pub(crate) fn linears(
		&self,
		x: &[f32],
		width: usize,
		jobs: &mut [Job<'_, N::Linear>],
		input: &mut N::Input,
		broken: &mut [bool],
	) {
		self.numerics.prepare(self.pool, x, width, input, broken);
		let mut plain: Vec<_> = jobs.iter_mut().map(|(_, dense, out)| (&dense.weight, &mut **out)).collect();
		self.numerics.linears(self.pool, input, &mut plain);
		drop(plain);
		let rows = x.len() / width;
		if self.spans.iter().any(|span| !span.adapters.is_empty()) {
			self.adapt(x, width, input, jobs);
		}
		for (id, dense, out) in jobs {
			if self.has_bias(*id, dense) {
				self.add_biases(*id, dense, out.len() / rows.max(1), out);
			}
		}
	}

	/// The adapters' changes of the layers' outputs, but for biases.
	fn adapt(&self, x: &[f32], width: usize, input: &N::Input, jobs: &mut [Job<'_, N::Linear>]) {
		if !self.plain {
			for (id, _, out) in jobs.iter_mut() {
				self.replace_weights(*id, x, width, out);
			}
		}
		let changes: Vec<_> = jobs.iter().map(|(id, ..)| self.low_rank_jobs(*id)).collect();
		let layers = jobs.iter_mut().zip(&changes).filter(|(_, jobs)| !jobs.is_empty());
		let mut layers: Vec<_> = layers.map(|((.., out), jobs)| LoraLayer { jobs, out }).collect();
		if !layers.is_empty() {
			self.numerics.low_rank(self.pool, input, &mut layers);
		}
		if !self.plain {
			for (id, _, out) in jobs {
				self.finish(*id, x, width, out);
			}
		}
	}

	/// The low-rank changes of one layer.
	fn low_rank_jobs(&self, id: LinearId) -> Vec<LoraJob<'_, N::Pair>> {
		let mut jobs = Vec::with_capacity(self.spans.len());
		for span in self.spans {
			for (adapter, weight) in span.adapters {
				for ResidentPair { pair, scale } in adapter.pairs(id) {
					jobs.push(LoraJob { rows: span.rows.clone(), pair, scale: weight * scale });
				}
			}
		}
		jobs
	}

	/// What adapters do to a layer beside adding low-rank changes, their weights, and their rows.
	fn deltas(&self, id: LinearId) -> impl Iterator<Item = (&Range<usize>, &ResidentDelta<N>, f32)> {
		let adapters =
			self.spans.iter().flat_map(|span| span.adapters.iter().map(move |adapter| (&span.rows, adapter)));
		adapters.filter_map(move |(rows, (adapter, weight))| Some((rows, adapter.delta(id)?, *weight)))
	}

	/// Computes a layer again where an adapter has another weight for it.
	fn replace_weights(&self, id: LinearId, x: &[f32], width: usize, out: &mut [f32]) {
		let outputs = out.len() / (x.len() / width);
		for (rows, delta, _) in self.deltas(id) {
			if let Some(weight) = &delta.weight {
				let out = &mut out[rows.start * outputs..rows.end * outputs];
				self.replace(weight, &x[rows.start * width..rows.end * width], width, out);
			}
		}
	}

	/// What follows the low-rank changes: the biases of B, DoRA's factors, and outputs with rows of their own.
	fn finish(&self, id: LinearId, x: &[f32], width: usize, out: &mut [f32]) {
		let outputs = out.len() / (x.len() / width);
		for (rows, delta, weight) in self.deltas(id) {
			let out = &mut out[rows.start * outputs..rows.end * outputs];
			for (bias, scale) in &delta.pair_biases {
				let scale = weight * scale;
				out.chunks_exact_mut(outputs)
					.for_each(|row| row.iter_mut().zip(bias).for_each(|(y, b)| *y += scale * b));
			}
			if let Some(factors) = &delta.factors {
				out.chunks_exact_mut(outputs).for_each(|row| row.iter_mut().zip(factors).for_each(|(y, f)| *y *= f));
			}
			if let Some((tokens, weight)) = &delta.rows {
				let mut changed = vec![0.0; rows.len() * tokens.len()];
				self.replace(weight, &x[rows.start * width..rows.end * width], width, &mut changed);
				for (row, changed) in out.chunks_exact_mut(outputs).zip(changed.chunks_exact(tokens.len())) {
					tokens.iter().zip(changed).for_each(|(token, y)| row[*token as usize] = *y);
				}
			}
		}
	}

	/// Runs another weight over some rows. Rare, so that the rows are prepared once more.
	fn replace(&self, weight: &N::Linear, x: &[f32], width: usize, out: &mut [f32]) {
		let mut input = N::Input::default();
		let mut broken = vec![false; x.len() / width];
		self.numerics.prepare(self.pool, x, width, &mut input, &mut broken);
		self.numerics.linears(self.pool, &input, &mut [(weight, out)]);
	}

	fn has_bias(&self, id: LinearId, dense: &Dense<N::Linear>) -> bool {
		dense.bias.is_some() || !self.plain && self.deltas(id).any(|(_, delta, _)| delta.bias.is_some())
	}

	fn add_biases(&self, id: LinearId, dense: &Dense<N::Linear>, outputs: usize, out: &mut [f32]) {
		for span in self.spans {
			let own = span.adapters.iter().filter_map(|(adapter, _)| adapter.delta(id)?.bias.as_ref()).next_back();
			let Some(bias) = own.or(dense.bias.as_ref()) else { continue };
			for row in out[span.rows.start * outputs..span.rows.end * outputs].chunks_exact_mut(outputs) {
				row.iter_mut().zip(bias).for_each(|(y, b)| *y += b);
			}
		}
	}

	/// Normalises every row of `x` into `out` by `weights`, or by what a segment's adapter puts in their place.
	pub(crate) fn norm(&self, id: NormId, weights: &NormWeights, x: &[f32], out: &mut [f32]) {
		let width = weights.scale.len();
		out.copy_from_slice(x);
		self.norm_in_place(id, weights, out, width);
	}

	/// [`norm`](Self::norm) where `x` is not needed any more.
	pub(crate) fn norm_in_place(&self, id: NormId, weights: &NormWeights, x: &mut [f32], width: usize) {
		let own = self.spans.iter().any(|span| span.adapters.iter().any(|(adapter, _)| adapter.norm(id).is_some()));
		if !own {
			let apply = |_: usize, rows: &mut [f32]| self.normalise(&weights.scale, weights.bias.as_deref(), rows);
			return parallel::rows(self.pool, x, width, apply);
		}
		for span in self.spans {
			let rows = &mut x[span.rows.start * width..span.rows.end * width];
			let own = span.adapters.iter().filter_map(|(adapter, _)| adapter.norm(id)).next_back();
			let scale = own.and_then(|own| own.scale.as_deref()).unwrap_or(&weights.scale);
			let bias = own.and_then(|own| own.bias.as_deref()).or(weights.bias.as_deref());
			self.normalise(scale, bias, rows);
		}
	}

	fn normalise(&self, scale: &[f32], bias: Option<&[f32]>, rows: &mut [f32]) {
		let (isa, eps) = (self.numerics.isa(), self.spec.norm_eps);
		match self.spec.norm {
			NormKind::Rms => norm::rms_norm_in_place(isa, rows, scale, eps),
			NormKind::Layer => {
				let x = rows.to_vec();
				norm::layer_norm(isa, &x, scale, bias.unwrap_or(&[]), eps, rows);
			}
		}
	}
}
