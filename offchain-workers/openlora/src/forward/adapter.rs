//! An adapter in the form in which a forward pass applies it.

use crate::adapter::{Adapter, Delta, EmbeddingDelta, NormDelta, NormId, TokenRows};
use crate::error::LoadError;
use crate::matrix::Matrix;
use crate::model::{LinearId, Model};
use crate::modules::Target;
use crate::numerics::{layer_error, Numerics};

/// One low-rank change and its factor.
pub(crate) struct ResidentPair<P> {
	pub(crate) pair: P,
	pub(crate) scale: f32,
	/// Added with the factor, [outputs].
	pub(crate) bias: Option<Vec<f32>>,
}

/// What an adapter does to one linear layer.
pub(crate) struct ResidentDelta<N: Numerics> {
	pub(crate) pairs: Vec<ResidentPair<N::Pair>>,
	/// DoRA: factors of the changed outputs, [outputs].
	pub(crate) factors: Option<Vec<f32>>,
	pub(crate) bias: Option<Vec<f32>>,
	pub(crate) weight: Option<N::Linear>,
	/// Outputs that are computed with rows of their own, [outputs named, inputs].
	pub(crate) rows: Option<(Vec<u32>, N::Linear)>,
}

/// A resident adapter.
pub struct CpuAdapter<N: Numerics> {
	layers: Vec<[Option<ResidentDelta<N>>; 7]>,
	head: Option<ResidentDelta<N>>,
	pub(crate) embedding: Option<EmbeddingDelta>,
	norms: Vec<(NormId, NormDelta)>,
	bytes: usize,
}

impl<N: Numerics> CpuAdapter<N> {
	/// Builds the resident form of `adapter` for `model`.
	///
	/// # Errors
	/// [`LoadError::Tensor`] for a layer that cannot be built.
	pub(crate) fn build(numerics: &N, model: &Model, adapter: &Adapter) -> Result<Self, LoadError> {
		let delta = |id, delta: Option<&Delta>| delta.map(|delta| resident(numerics, model, id, delta)).transpose();
		let mut layers = Vec::with_capacity(model.spec().layers);
		for layer in 0..model.spec().layers {
			let mut linears = [const { None }; 7];
			for target in Target::ALL {
				linears[target as usize] = delta(LinearId::Layer(layer, target), adapter.delta(layer, target))?;
			}
			layers.push(linears);
		}
		let head = delta(LinearId::Head, adapter.head())?;
		let embedding = adapter.embedding().cloned();
		let norms = adapter.norms().to_vec();
		let mut built = Self { layers, head, embedding, norms, bytes: 0 };
		built.bytes = built.count_bytes();
		Ok(built)
	}

	/// What it does to one linear layer.
	pub(crate) fn delta(&self, id: LinearId) -> Option<&ResidentDelta<N>> {
		match id {
			LinearId::Layer(layer, target) => self.layers[layer][target as usize].as_ref(),
			LinearId::Head => self.head.as_ref(),
		}
	}

	/// What it puts in the place of a norm's scale and bias.
	pub(crate) fn norm(&self, id: NormId) -> Option<&NormDelta> {
		self.norms.iter().find(|(norm, _)| *norm == id).map(|(_, delta)| delta)
	}

	/// Bytes in memory.
	pub(crate) fn bytes(&self) -> usize {
		self.bytes
	}

	fn count_bytes(&self) -> usize {
		let vector = |v: &Option<Vec<f32>>| v.as_ref().map_or(0, |v| size_of_val(v.as_slice()));
		let linears = self.layers.iter().flatten().chain([&self.head]).flatten();
		let linears = linears.map(|delta| {
			let pairs = delta.pairs.iter().map(|p| N::pair_bytes(&p.pair) + vector(&p.bias)).sum::<usize>();
			let weight = delta.weight.as_ref().map_or(0, N::linear_bytes);
			let rows = delta.rows.as_ref().map_or(0, |(tokens, rows)| 4 * tokens.len() + N::linear_bytes(rows));
			pairs + weight + rows + vector(&delta.factors) + vector(&delta.bias)
		});
		let embedding = match &self.embedding {
			None => 0,
			Some(EmbeddingDelta::Lora { a, b, .. }) => size_of_val(a.data()) + size_of_val(b.data()),
			Some(EmbeddingDelta::Rows(TokenRows { tokens, rows })) => {
				size_of_val(tokens.as_slice()) + size_of_val(rows.data())
			}
			Some(EmbeddingDelta::Table(table)) => size_of_val(table.data()),
		};
		size_of::<Self>()
			+ self.layers.len() * size_of::<[Option<ResidentDelta<N>>; 7]>()
			+ linears.sum::<usize>()
			+ embedding
	}
}

fn resident<N: Numerics>(
	numerics: &N,
	model: &Model,
	id: LinearId,
	delta: &Delta,
) -> Result<ResidentDelta<N>, LoadError> {
	let error = |reason| layer_error(model.path(), id, reason);
	let mut pairs = Vec::with_capacity(delta.pairs.len());
	for pair in &delta.pairs {
		let built = numerics.pair(id, pair).map_err(error)?;
		pairs.push(ResidentPair { pair: built, scale: pair.scale, bias: pair.bias.clone() });
	}
	let linear = |weight: &Matrix| {
		let mut read = |row: usize, out: &mut [f32]| out.copy_from_slice(weight.row(row));
		numerics.linear(id, weight.rows(), weight.cols(), &mut read).map_err(error)
	};
	let weight = delta.weight.as_ref().map(linear).transpose()?;
	let rows = match &delta.rows {
		Some(TokenRows { tokens, rows }) => Some((tokens.clone(), linear(rows)?)),
		None => None,
	};
	let factors = match &delta.magnitude {
		None => None,
		Some(magnitude) => Some(dora_factors(model, id, delta, magnitude)?),
	};
	Ok(ResidentDelta { pairs, factors, bias: delta.bias.clone(), weight, rows })
}

/// DoRA (arXiv 2402.09353, §4): the factor that brings each row of W + s·B·A to the length in `magnitude`. Lengths are summed
/// in f64, from the first input to the last.
fn dora_factors(model: &Model, id: LinearId, delta: &Delta, magnitude: &[f32]) -> Result<Vec<f32>, LoadError> {
	let inputs = match delta.pairs.first() {
		Some(pair) => pair.a.cols(),
		None => return Err(layer_error(model.path(), id, "DoRA needs a low-rank change".into())),
	};
	let mut row = vec![0.0; inputs];
	let mut factors = Vec::with_capacity(magnitude.len());
	for (output, magnitude) in magnitude.iter().enumerate() {
		model.read_linear_row(id, output, &mut row)?;
		for pair in &delta.pairs {
			for (rank, b) in pair.b.row(output).iter().enumerate() {
				let factor = pair.scale * b;
				row.iter_mut().zip(pair.a.row(rank)).for_each(|(w, a)| *w += factor * a);
			}
		}
		let square: f64 = row.iter().map(|w| f64::from(*w) * f64::from(*w)).sum();
		let factor = (f64::from(*magnitude) / square.sqrt()) as f32;
		if !factor.is_finite() {
			return Err(layer_error(model.path(), id, format!("the changed row {output} has no length")));
		}
		factors.push(factor);
	}
	Ok(factors)
}
