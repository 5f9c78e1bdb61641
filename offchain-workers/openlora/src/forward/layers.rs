//! Linear layers and norms of a step with the changes that its segments' adapters make to them.

use super::adapter::CpuAdapter;
use super::parallel;
use crate::adapter::NormId;
use crate::model::LinearId;
use crate::numerics::{LowRankJob, Numerics};
use crate::spec::{DecoderSpec, NormKind};
use crate::weights::{Dense, NormWeights};
use openledger_exact::{norm, Pool};
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
		for (id, dense, out) in jobs {
			self.adapt(*id, x, width, input, out);
			let outputs = out.len() / rows.max(1);
			if self.has_bias(*id, dense) {
				self.add_biases(*id, dense, outputs, out);
			}
		}
	}

	/// The adapters' changes of one layer's output, but for biases.
	fn adapt(&self, id: LinearId, x: &[f32], width: usize, input: &N::Input, out: &mut [f32]) {
		let Some(outputs) = self.outputs(out, x, width) else { return };
		let mut jobs = Vec::new();
		for span in self.spans {
			for (adapter, weight) in span.adapters {
				let Some(delta) = adapter.delta(id) else { continue };
				if let Some(replacement) = &delta.weight {
					self.replace(
						replacement,
						&x[span.rows.start * width..span.rows.end * width],
						width,
						&mut out[span.rows.start * outputs..span.rows.end * outputs],
					);
				}
				for pair in &delta.pairs {
					jobs.push(LowRankJob { rows: span.rows.clone(), pair: &pair.pair, scale: weight * pair.scale });
				}
			}
		}
		if !jobs.is_empty() {
			self.numerics.low_rank(self.pool, input, &jobs, out);
		}
		for span in self.spans {
			for (adapter, weight) in span.adapters {
				let Some(delta) = adapter.delta(id) else { continue };
				let out = &mut out[span.rows.start * outputs..span.rows.end * outputs];
				for pair in &delta.pairs {
					if let Some(bias) = &pair.bias {
						let scale = weight * pair.scale;
						out.chunks_exact_mut(outputs)
							.for_each(|row| row.iter_mut().zip(bias).for_each(|(y, b)| *y += scale * b));
					}
				}
				if let Some(factors) = &delta.factors {
					out.chunks_exact_mut(outputs)
						.for_each(|row| row.iter_mut().zip(factors).for_each(|(y, f)| *y *= f));
				}
				if let Some((tokens, weight)) = &delta.rows {
					let mut changed = vec![0.0; span.rows.len() * tokens.len()];
					self.replace(weight, &x[span.rows.start * width..span.rows.end * width], width, &mut changed);
					for (row, changed) in out.chunks_exact_mut(outputs).zip(changed.chunks_exact(tokens.len())) {
						tokens.iter().zip(changed).for_each(|(token, y)| row[*token as usize] = *y);
					}
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

	/// Outputs of a layer, if a segment of the step has adapters.
	fn outputs(&self, out: &[f32], x: &[f32], width: usize) -> Option<usize> {
		let adapted = self.spans.iter().any(|span| !span.adapters.is_empty());
		adapted.then(|| out.len() / (x.len() / width).max(1))
	}

	fn has_bias(&self, id: LinearId, dense: &Dense<N::Linear>) -> bool {
		let own = |span: &Span<'_, N>| span.adapters.iter().any(|(a, _)| a.delta(id).is_some_and(|d| d.bias.is_some()));
		dense.bias.is_some() || self.spans.iter().any(own)
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
