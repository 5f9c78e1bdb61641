//! What can be wrong with what the caller gives.

use crate::isa::Isa;
use crate::quantize::MAX_INPUTS;

/// Why something could not be brought into the exact form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExactError {
	/// A row has a NaN or an infinity.
	#[error(
		"row {row} of {matrix} has a NaN or an infinity: the file is damaged, or the model was not trained to its end"
	)]
	NotFinite {
		/// Which matrix: "the weight", "A" or "B".
		matrix: &'static str,
		/// The row, from 0.
		row: usize,
	},
	/// A matrix without rows or without columns.
	#[error("a matrix of {outputs} × {inputs} is empty: check the shapes in the model's configuration")]
	Empty {
		/// Rows.
		outputs: usize,
		/// Columns.
		inputs: usize,
	},
	/// Sums over so many products do not fit the integers of the kernels.
	#[error("{inputs} inputs are more than the {MAX_INPUTS} that exact sums hold: run this model in f32")]
	TooWide {
		/// Columns.
		inputs: usize,
	},
	/// A low-rank change whose rank is 0 or too large.
	#[error("rank {rank} is not between 1 and {max}: merge the adapter into the weights instead")]
	Rank {
		/// The rank.
		rank: usize,
		/// The largest one.
		max: usize,
	},
	/// A slice whose length is not that of its matrix.
	#[error("{matrix} has {found} values where its shape needs {expected}")]
	Size {
		/// Which matrix.
		matrix: &'static str,
		/// Values that the shape needs.
		expected: usize,
		/// Values that are there.
		found: usize,
	},
	/// A name that is no instruction set.
	#[error("\"{0}\" is no instruction set: use scalar, avx2 or avx512")]
	UnknownIsa(String),
	/// An instruction set that this machine lacks.
	#[error("this machine has no {0}: the best that it has is {best}, with the same results", best = Isa::best())]
	IsaUnavailable(Isa),
}
