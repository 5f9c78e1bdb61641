//! The weights of a decoder, generic over the form of a linear layer: f32 for the reference, integers for the exact modes.

use crate::modules::Target;

/// Scale and bias of a norm, [width] each. Gemma's `1 + scale` is added when the weights are read.
#[derive(Debug, Clone, PartialEq)]
pub struct NormWeights {
	/// The scale.
	pub scale: Vec<f32>,
	/// The bias; only layer norms have one.
	pub bias: Option<Vec<f32>>,
}

/// A linear layer with its bias, [outputs].
#[derive(Debug, Clone)]
pub struct Dense<L> {
	/// The matrix, [outputs, inputs].
	pub weight: L,
	/// The bias.
	pub bias: Option<Vec<f32>>,
}

/// The weights of one block.
#[derive(Debug, Clone)]
pub struct LayerWeights<L> {
	/// The norm before attention.
	pub attention_norm: NormWeights,
	/// RMS scales of each head's queries and keys, [head_dim] each.
	pub qk_norm: Option<(Vec<f32>, Vec<f32>)>,
	/// The norm of attention's output.
	pub post_attention_norm: Option<NormWeights>,
	/// The norm before the feed-forward part; `None` where a parallel block shares attention's.
	pub mlp_norm: Option<NormWeights>,
	/// The norm of the feed-forward part's output.
	pub post_mlp_norm: Option<NormWeights>,
	/// The linear layers by [`Target`]; only the gate may be missing.
	pub linears: [Option<Dense<L>>; 7],
}

impl<L> LayerWeights<L> {
	/// A linear layer. Panics for the gate of a model without one.
	pub fn linear(&self, target: Target) -> &Dense<L> {
		match &self.linears[target as usize] {
			Some(dense) => dense,
			None => panic!("the model has no {target:?}"),
		}
	}
}

/// All weights of a decoder.
#[derive(Debug)]
pub struct Weights<L> {
	/// Token embeddings, read from the file row by row.
	pub embedding: EmbeddingTable,
	/// Learned positions, [context, width].
	pub positions: Option<EmbeddingTable>,
	/// The norm of the embeddings (BLOOM).
	pub embedding_norm: Option<NormWeights>,
	/// The blocks, first to last.
	pub layers: Vec<LayerWeights<L>>,
	/// The final norm.
	pub norm: NormWeights,
	/// The output projection, [vocab, width]; in models that tie it, made of the embedding table.
	pub head: Dense<L>,
}

/// Writes a row of that index.
type Read = dyn Fn(usize, &mut [f32]) + Send + Sync;

/// Rows of f32, dequantised from the mapped file as they are asked for.
pub struct EmbeddingTable {
	rows: usize,
	width: usize,
	read: Box<Read>,
}

impl EmbeddingTable {
	/// A table whose row `i` is written by `read(i, row)`, for `i` below `rows`.
	pub fn new(rows: usize, width: usize, read: impl Fn(usize, &mut [f32]) + Send + Sync + 'static) -> Self {
		Self { rows, width, read: Box::new(read) }
	}

	/// Number of rows.
	pub fn rows(&self) -> usize {
		self.rows
	}

	/// Values of a row.
	pub fn width(&self) -> usize {
		self.width
	}

	/// Writes row `index` to `out`, [width]. Panics if there is no such row.
	pub fn read(&self, index: usize, out: &mut [f32]) {
		assert!(index < self.rows && out.len() == self.width, "row {index} of {}, {} values", self.rows, out.len());
		(self.read)(index, out);
	}
}

impl std::fmt::Debug for EmbeddingTable {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("EmbeddingTable").field("rows", &self.rows).field("width", &self.width).finish()
	}
}
