//! The matrices of a low-rank change before they are quantised.

use super::pack::RankShape;
use super::MAX_RANK;
use crate::error::ExactError;
use crate::isa::Isa;
use crate::linear::checked_shape;
use crate::linear::pack::{Line, Shape};
use crate::quantize::{quantize_row, Precision};

/// A low-rank change of a linear layer in f32.
#[derive(Debug, Clone, Copy)]
pub struct LowRankSource<'a> {
	/// The precision to quantise to.
	pub precision: Precision,
	/// A, [rank, inputs].
	pub a: &'a [f32],
	/// B, [outputs, rank].
	pub b: &'a [f32],
	/// Rows of A, 1 to [`MAX_RANK`].
	pub rank: usize,
	/// Columns of A.
	pub inputs: usize,
	/// Rows of B.
	pub outputs: usize,
}

impl LowRankSource<'_> {
	/// The packed shapes of A and B, if the sizes make sense.
	pub(super) fn shapes(&self) -> Result<(RankShape, Shape), ExactError> {
		let Self { precision, a, b, rank, inputs, outputs } = *self;
		if rank == 0 || rank > MAX_RANK {
			return Err(ExactError::Rank { rank, max: MAX_RANK });
		}
		checked_shape(precision, outputs, inputs)?;
		for (matrix, values, rows, columns) in [("A", a, rank, inputs), ("B", b, outputs, rank)] {
			let expected = rows.saturating_mul(columns);
			if values.len() != expected {
				return Err(ExactError::Size { matrix, expected, found: values.len() });
			}
		}
		Ok((RankShape { rank, inputs, precision }, Shape { outputs, inputs: rank, precision }))
	}

	/// Writes A, then B, to `lines`, which are as many as the shapes say.
	pub(super) fn pack(&self, a: &RankShape, b: &Shape, lines: &mut [Line]) -> Result<(), ExactError> {
		let (a_lines, b_lines) = lines.split_at_mut(a.lines());
		let (isa, max) = (Isa::best(), self.precision.max());
		let mut integers = vec![0; self.inputs.max(self.rank)];
		for (row, values) in self.a.chunks_exact(self.inputs).enumerate() {
			let integers = &mut integers[..self.inputs];
			let scale =
				quantize_row(isa, values, max, integers).map_err(|_| ExactError::NotFinite { matrix: "A", row })?;
			a.pack_row(a_lines, row, integers, scale);
		}
		for (row, values) in self.b.chunks_exact(self.rank).enumerate() {
			let integers = &mut integers[..self.rank];
			let scale =
				quantize_row(isa, values, max, integers).map_err(|_| ExactError::NotFinite { matrix: "B", row })?;
			b.pack_row(b_lines, row, integers, scale);
		}
		Ok(())
	}
}
