//! Low-rank changes of linear layers (LoRA), applied to rows without merging.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod batch;
mod pack;
mod scalar;

pub use batch::{lora_batch, LoraJob};

use crate::activations::{fill, ActivationRow, Activations, GROUP};
use crate::error::ExactError;
use crate::isa::Isa;
use crate::linear::checked_shape;
use crate::linear::pack::{Line, Shape};
use crate::quantize::{quantize_row, Precision};
use pack::RankShape;
use std::ops::Range;

/// Largest rank of a low-rank change.
pub const MAX_RANK: usize = 1024;

/// Ranks up to which a row's intermediate values take little of the stack.
const USUAL_RANK: usize = 64;

/// A low-rank change of a linear layer: A, [rank, inputs], and B, [outputs, rank], quantised with one scale per row.
#[derive(Clone)]
pub struct LowRank {
	a: RankShape,
	b: Shape,
	/// A, then B, so that both are read as one stream.
	lines: Vec<Line>,
}

impl std::fmt::Debug for LowRank {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("LowRank").field("a", &self.a).field("b", &self.b).finish_non_exhaustive()
	}
}

/// The row between A and B, on the stack.
#[repr(align(64))]
struct Scratch<const R: usize> {
	z: [f32; R],
	integers: [i16; R],
	planes: [[i8; 2]; R],
}

impl LowRank {
	/// Quantises and packs `a`, [rank, inputs], and `b`, [outputs, rank].
	///
	/// # Errors
	/// A rank of 0 or above [`MAX_RANK`], no inputs or outputs, more than [`MAX_INPUTS`](crate::MAX_INPUTS) inputs, slices of
	/// other sizes, or a row with a NaN or an infinity.
	pub fn new(
		precision: Precision,
		a: &[f32],
		b: &[f32],
		rank: usize,
		inputs: usize,
		outputs: usize,
	) -> Result<Self, ExactError> {
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
		let (a_shape, b_shape) = (RankShape { rank, inputs, precision }, Shape { outputs, inputs: rank, precision });
		let mut lines = vec![Line::ZERO; a_shape.lines() + b_shape.lines()];
		let (a_lines, b_lines) = lines.split_at_mut(a_shape.lines());
		let (isa, max) = (Isa::best(), precision.max());
		let mut integers = vec![0; inputs.max(rank)];
		for (row, values) in a.chunks_exact(inputs).enumerate() {
			let integers = &mut integers[..inputs];
			let scale =
				quantize_row(isa, values, max, integers).map_err(|_| ExactError::NotFinite { matrix: "A", row })?;
			a_shape.pack_row(a_lines, row, integers, scale);
		}
		for (row, values) in b.chunks_exact(rank).enumerate() {
			let integers = &mut integers[..rank];
			let scale =
				quantize_row(isa, values, max, integers).map_err(|_| ExactError::NotFinite { matrix: "B", row })?;
			b_shape.pack_row(b_lines, row, integers, scale);
		}
		Ok(Self { a: a_shape, b: b_shape, lines })
	}

	/// Rows of A.
	pub fn rank(&self) -> usize {
		self.a.rank
	}

	/// Columns of A.
	pub fn inputs(&self) -> usize {
		self.a.inputs
	}

	/// Rows of B.
	pub fn outputs(&self) -> usize {
		self.b.outputs
	}

	/// Bytes that it takes in memory.
	pub fn bytes(&self) -> usize {
		size_of_val(self.lines.as_slice())
	}

	/// Adds to `out`, [outputs], `scale` times the change of row `row` of `x`; where its product with A is not finite, `out`
	/// becomes NaN. Panics if the sizes differ.
	pub fn add_to(&self, isa: Isa, x: &Activations, row: usize, scale: f32, out: &mut [f32]) {
		self.add_to_rows(isa, x, row..row + 1, scale, out);
	}

	/// Adds to `out`, [rows, outputs], `scale` times the change of some rows of `x`. Panics if the sizes differ.
	pub fn add_to_rows(&self, isa: Isa, x: &Activations, rows: Range<usize>, scale: f32, out: &mut [f32]) {
		assert_eq!(out.len(), rows.len() * self.outputs(), "outputs of {self:?}");
		self.add(isa, x, rows, scale, out, self);
	}

	/// The same; `next` is what will be read afterwards.
	fn add(&self, isa: Isa, x: &Activations, rows: Range<usize>, scale: f32, out: &mut [f32], next: &LowRank) {
		assert!(x.width() == self.inputs(), "{} inputs for {self:?}", x.width());
		isa.assert_available();
		for (row, out) in rows.zip(out.chunks_exact_mut(self.outputs())) {
			let row = x.row(row);
			if self.rank() <= USUAL_RANK {
				self.add_row::<USUAL_RANK>(isa, &row, scale, out, next);
			} else {
				self.add_row::<MAX_RANK>(isa, &row, scale, out, next);
			}
		}
	}

	/// Adds the change of one row; the machine has `isa`.
	#[inline]
	fn add_row<const R: usize>(&self, isa: Isa, row: &ActivationRow<'_>, scale: f32, out: &mut [f32], next: &LowRank) {
		let mut scratch = Scratch::<R> { z: [0.0; R], integers: [0; R], planes: [[0; 2]; R] };
		let (rank, padded) = (self.rank(), self.rank().next_multiple_of(GROUP));
		let (a_lines, b_lines) = self.lines.split_at(self.a.lines());
		let z = &mut scratch.z[..padded];
		#[cfg(target_arch = "x86_64")]
		let ahead = crate::linear::avx512::Ahead::then(&self.lines, &next.lines);
		#[cfg(not(target_arch = "x86_64"))]
		let _ = next;
		match isa {
			// SAFETY: the caller's promise.
			#[cfg(target_arch = "x86_64")]
			Isa::Avx512 => unsafe { avx512::reduce(&self.a, a_lines, row, ahead, z) },
			// SAFETY: the caller's promise.
			#[cfg(target_arch = "x86_64")]
			Isa::Avx2 => unsafe { avx2::reduce(&self.a, a_lines, row, &mut z[..rank]) },
			_ => scalar::reduce(&self.a, a_lines, row, &mut z[..rank]),
		}
		let integers = &mut scratch.integers[..padded];
		let planes = &mut scratch.planes.as_flattened_mut()[..2 * padded];
		let head = fill(isa, &z[..rank], integers, planes);
		if !head.finite {
			// Not a change of nothing: what quantises the result next must see it.
			return out.fill(f32::NAN);
		}
		let z = ActivationRow { integers, planes, head };
		match isa {
			// SAFETY: the caller's promise.
			#[cfg(target_arch = "x86_64")]
			Isa::Avx512 => unsafe { avx512::expand(&self.b, b_lines, &z, ahead, scale, out) },
			// SAFETY: the caller's promise.
			#[cfg(target_arch = "x86_64")]
			Isa::Avx2 => unsafe { avx2::expand(&self.b, b_lines, &z, scale, out) },
			_ => scalar::expand(&self.b, b_lines, &z, scale, out),
		}
	}
}
