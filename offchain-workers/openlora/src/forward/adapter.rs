//! An adapter in the form in which a forward pass applies it.

use crate::adapter::{Adapter, Delta, EmbeddingDelta, NormDelta, NormId, TokenRows};
use crate::error::LoadError;
use crate::matrix::Matrix;
use crate::model::{LinearId, Model};
use crate::modules::Target;
use crate::numerics::{layer_error, Numerics};
use openledger_exact::Pool;
use std::collections::BTreeMap;

/// One low-rank change and its factor.
pub(crate) struct ResidentPair<P> {
	pub(crate) pair: P,
	pub(crate) scale: f32,
}

/// What an adapter does to one linear layer beside adding low-rank changes. Few adapters do.
pub(crate) struct ResidentDelta<N: Numerics> {
	/// Biases of B, [outputs] each, and the factors that they are added with.
	pub(crate) pair_biases: Vec<(Vec<f32>, f32)>,
	/// DoRA: factors of the changed outputs, [outputs].
	pub(crate) factors: Option<Vec<f32>>,
	pub(crate) bias: Option<Vec<f32>>,
	pub(crate) weight: Option<N::Linear>,
	/// Outputs that are computed with rows of their own, [outputs named, inputs].
	pub(crate) rows: Option<(Vec<u32>, N::Linear)>,
}

/// A resident adapter.
pub struct CpuAdapter<N: Numerics> {
	/// Low-rank changes in the order in which a step applies them: those of the linear layer with index i begin at
	/// `starts[i]`. A step reads them all, so they lie together.
	pairs: Vec<ResidentPair<N::Pair>>,
	starts: Vec<u32>,
	deltas: BTreeMap<usize, ResidentDelta<N>>,
	pub(crate) embedding: Option<EmbeddingDelta>,
	norms: Vec<(NormId, NormDelta)>,
	bytes: usize,
}

impl<N: Numerics> CpuAdapter<N> {
	/// Builds the resident form of `adapter` for `model`.
	///
	/// # Errors
	/// [`LoadError::Tensor`] for a layer that cannot be built.
	pub(crate) fn build(numerics: &N, pool: &Pool, model: &Model, adapter: &Adapter) -> Result<Self, LoadError> {
		let (mut sources, mut starts, mut deltas) = (Vec::new(), vec![0], BTreeMap::new());
		for id in linears(model.spec().layers) {
			if let Some(delta) = delta_of(adapter, id) {
				sources.extend(delta.pairs.iter().map(|pair| (id, pair)));
				if let Some(delta) = resident(numerics, model, id, delta)? {
					deltas.insert(starts.len() - 1, delta);
				}
			}
			starts.push(sources.len() as u32);
		}
		let built = numerics.pairs(pool, &sources);
		let built = built.map_err(|(id, reason)| layer_error(model.path(), id, reason))?;
		let pairs =
			built.into_iter().zip(&sources).map(|(pair, (_, source))| ResidentPair { pair, scale: source.scale });
		let (embedding, norms) = (adapter.embedding().cloned(), adapter.norms().to_vec());
		let mut built = Self { pairs: pairs.collect(), starts, deltas, embedding, norms, bytes: 0 };
		built.bytes = built.count_bytes();
		Ok(built)
	}

	/// The low-rank changes of a linear layer.
	pub(crate) fn pairs(&self, id: LinearId) -> &[ResidentPair<N::Pair>] {
		let index = self.index(id);
		&self.pairs[self.starts[index] as usize..self.starts[index + 1] as usize]
	}

	/// Whether all it does to linear layers is to add low-rank changes.
	pub(crate) fn is_plain(&self) -> bool {
		self.deltas.is_empty()
	}

	/// What it does to a linear layer beside that.
	pub(crate) fn delta(&self, id: LinearId) -> Option<&ResidentDelta<N>> {
		self.deltas.get(&self.index(id))
	}

	/// The index of a linear layer, in the order of [`linears`].
	fn index(&self, id: LinearId) -> usize {
		match id {
			LinearId::Layer(layer, target) => layer * Target::ALL.len() + target as usize,
			LinearId::Head => self.starts.len() - 2,
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
		let pairs = self.pairs.iter().map(|p| size_of::<ResidentPair<N::Pair>>() + N::pair_bytes(&p.pair));
		let deltas = self.deltas.values().map(|delta| {
			let biases = delta.pair_biases.iter().map(|(bias, _)| size_of_val(bias.as_slice())).sum::<usize>();
			let weight = delta.weight.as_ref().map_or(0, N::linear_bytes);
			let rows = delta.rows.as_ref().map_or(0, |(tokens, rows)| 4 * tokens.len() + N::linear_bytes(rows));
			biases + weight + rows + vector(&delta.factors) + vector(&delta.bias)
		});
		let embedding = match &self.embedding {
			None => 0,
			Some(EmbeddingDelta::Lora { a, b, .. }) => size_of_val(a.data()) + size_of_val(b.data()),
			Some(EmbeddingDelta::Rows(TokenRows { tokens, rows })) => {
				size_of_val(tokens.as_slice()) + size_of_val(rows.data())
			}
			Some(EmbeddingDelta::Table(table)) => size_of_val(table.data()),
		};
		size_of::<Self>() + 4 * self.starts.len() + pairs.sum::<usize>() + deltas.sum::<usize>() + embedding
	}
}

/// The linear layers of a model, in the order in which a step applies them.
fn linears(layers: usize) -> impl Iterator<Item = LinearId> {
	let blocks = (0..layers).flat_map(|layer| Target::ALL.map(|target| LinearId::Layer(layer, target)));
	blocks.chain([LinearId::Head])
}

fn delta_of(adapter: &Adapter, id: LinearId) -> Option<&Delta> {
	match id {
		LinearId::Layer(layer, target) => adapter.delta(layer, target),
		LinearId::Head => adapter.head(),
	}
}

/// What is done to one layer beside adding low-rank changes, if anything.
fn resident<N: Numerics>(
	numerics: &N,
	model: &Model,
	id: LinearId,
	delta: &Delta,
) -> Result<Option<ResidentDelta<N>>, LoadError> {
	let biases = delta.pairs.iter().filter_map(|pair| Some((pair.bias.clone()?, pair.scale)));
	let pair_biases: Vec<_> = biases.collect();
	let Delta { magnitude, bias, weight, rows, .. } = delta;
	if pair_biases.is_empty() && magnitude.is_none() && bias.is_none() && weight.is_none() && rows.is_none() {
		return Ok(None);
	}
	let error = |reason| layer_error(model.path(), id, reason);
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
	Ok(Some(ResidentDelta { pair_biases, factors, bias: delta.bias.clone(), weight, rows }))
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
