//! The two kinds of arithmetic that a forward pass runs in, behind one trait: [`Float`], the reference in f32, and
//! [`Exact`], in integers, with the same bits on every machine.
//!
//! What differs is the linear layers and the attention. Norms, rotations and activations are the functions of
//! `openledger_exact` in both.

mod exact;
mod float;

pub use exact::{Exact, ExactPlan};
pub use float::Float;

use crate::adapter::LoraPair;
use crate::error::LoadError;
use crate::model::LinearId;
use crate::spec::DecoderSpec;
use openledger_exact::attention::AttentionParams;
use openledger_exact::{Isa, LoraLayer, Pool};

/// What a linear layer reads its rows from: row index, and where to write its values.
pub type ReadRow<'a> = dyn FnMut(usize, &mut [f32]) + 'a;

/// Attention of some rows of one sequence in the query heads that share one key head.
pub struct AttentionJob<'a, P> {
	/// The layer.
	pub layer: usize,
	/// The key head.
	pub kv_head: usize,
	/// The pages of the sequence, in order.
	pub pages: &'a [&'a P],
	/// Queries of all rows, [rows, query_width].
	pub q: &'a [f32],
	/// Position of the first row.
	pub position: usize,
	/// Constants of each query head of the group.
	pub params: &'a [AttentionParams],
}

/// The arithmetic of a forward pass.
pub trait Numerics: Send + Sync + 'static {
	/// The weights of a linear layer.
	type Linear: Send + Sync + 'static;
	/// A low-rank change of a linear layer.
	type Pair: Send + Sync + 'static;
	/// Rows in the form that linear layers read; reused from step to step.
	type Input: Default + Send + Sync;
	/// Keys and values of [`PAGE_TOKENS`](crate::backend::PAGE_TOKENS) tokens in every layer.
	type Page: Send + Sync + 'static;

	/// The instructions that the functions of `openledger_exact` use.
	fn isa(&self) -> Isa;

	/// Builds a linear layer from its rows.
	///
	/// # Errors
	/// The reason, for example a value that is not finite.
	fn linear(
		&self,
		id: LinearId,
		outputs: usize,
		inputs: usize,
		read: &mut ReadRow<'_>,
	) -> Result<Self::Linear, String>;

	/// Bytes of a linear layer in memory.
	fn linear_bytes(linear: &Self::Linear) -> usize;

	/// Builds low-rank changes of the layers that are named, on `pool`; those of one adapter together, in the order in which a
	/// step applies them.
	///
	/// # Errors
	/// A layer and the reason, for example a value that is not finite.
	fn pairs(&self, pool: &Pool, pairs: &[(LinearId, &LoraPair)]) -> Result<Vec<Self::Pair>, (LinearId, String)>;

	/// Bytes of a low-rank change in memory.
	fn pair_bytes(pair: &Self::Pair) -> usize;

	/// Brings `x`, [rows, width], into the form that linear layers read. Rows that are not finite are noted in `broken`.
	fn prepare(&self, pool: &Pool, x: &[f32], width: usize, input: &mut Self::Input, broken: &mut [bool]);

	/// Applies linear layers to the same input; each output is [rows, outputs] and overwritten.
	fn linears(&self, pool: &Pool, input: &Self::Input, jobs: &mut [(&Self::Linear, &mut [f32])]);

	/// Adds low-rank changes to the outputs of linear layers of the same input.
	fn low_rank(&self, pool: &Pool, input: &Self::Input, layers: &mut [LoraLayer<'_, Self::Pair>]);

	/// An empty page.
	fn page(&self, spec: &DecoderSpec) -> Self::Page;

	/// Bytes of a page.
	fn page_bytes(&self, spec: &DecoderSpec) -> usize;

	/// Stores keys and values, [kv_width] each, of the token in `slot` of a page.
	fn write(&self, page: &mut Self::Page, spec: &DecoderSpec, layer: usize, slot: usize, k: &[f32], v: &[f32]);

	/// Writes to `out`, [rows, query heads of the group · head_dim].
	fn attend(&self, spec: &DecoderSpec, job: &AttentionJob<'_, Self::Page>, out: &mut [f32]);
}

/// The error of a layer that cannot be built.
pub(crate) fn layer_error(path: &std::path::Path, id: LinearId, reason: String) -> LoadError {
	LoadError::Tensor { path: path.to_owned(), tensor: format!("{id:?}"), reason }
}
