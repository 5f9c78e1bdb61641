//! Low-rank changes of linear layers (LoRA), applied to rows without merging.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod batch;
mod pack;
mod scalar;
mod source;

pub use batch::{lora_batch, LoraJob, LoraLayer};
pub use source::LowRankSource;

use crate::activations::{fill, ActivationRow, Activations, GROUP};
use crate::error::ExactError;
use crate::isa::Isa;
use crate::linear::pack::{Line, Shape};
use crate::pool::{Pool, Shards};
use pack::RankShape;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Largest rank of a low-rank change.
pub const MAX_RANK: usize = 1024;

/// Ranks up to which a row's intermediate values take little of the stack.
const USUAL_RANK: usize = 64;

/// A low-rank change of a linear layer: A, [rank, inputs], and B, [outputs, rank], quantised with one scale per row.
#[derive(Clone)]
pub struct LowRank {
	a: RankShape,
	b: Shape,
	/// The lines of this change and of those that were built with it, so that an adapter lies in one piece.
	block: Arc<Vec<Line>>,
	/// A, then B, so that both are read as one stream.
	range: Range<usize>,
}

impl std::fmt::Debug for LowRank {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("LowRank").field("a", &self.a).field("b", &self.b).finish_non_exhaustive()
	}
}

/// Calls a task for every index below a number, on one thread or several.
type Loop<'a> = dyn Fn(usize, &(dyn Fn(usize) + Sync)) + 'a;

/// The row between A and B, on the stack.
#[repr(align(64))]
struct Scratch<const R: usize> {
	z: [f32; R],
	integers: [i16; R],
	planes: [[i8; 2]; R],
}

impl LowRank {
	/// Quantises and packs one change.
	///
	/// # Errors
	/// A rank of 0 or above [`MAX_RANK`], no inputs or outputs, more than [`MAX_INPUTS`](crate::MAX_INPUTS) inputs, slices of
	/// other sizes, or a row with a NaN or an infinity.
	pub fn new(source: &LowRankSource<'_>) -> Result<Self, ExactError> {
		let run = |tasks: usize, task: &(dyn Fn(usize) + Sync)| (0..tasks).for_each(task);
		let mut built = Self::build_with(std::slice::from_ref(source), &run).map_err(|(_, error)| error)?;
		// As many as sources.
		Ok(built.swap_remove(0))
	}

	/// Quantises and packs changes that are used together, on `pool`, into one piece of memory, which lives as long as one of
	/// them.
	///
	/// # Errors
	/// The index of a change and what is wrong with it, as for [`LowRank::new`].
	pub fn build(pool: &Pool, sources: &[LowRankSource<'_>]) -> Result<Vec<Self>, (usize, ExactError)> {
		Self::build_with(sources, &|tasks, task| pool.run(tasks, task))
	}

	fn build_with(sources: &[LowRankSource<'_>], run: &Loop<'_>) -> Result<Vec<Self>, (usize, ExactError)> {
		let (mut places, mut total) = (Vec::with_capacity(sources.len()), 0);
		for (index, source) in sources.iter().enumerate() {
			let (a, b) = source.shapes().map_err(|error| (index, error))?;
			let end = total + a.lines() + b.lines();
			places.push((a, b, total..end));
			total = end;
		}
		let mut lines = vec![Line::ZERO; total];
		let (shards, failed) = (Shards::new(&mut lines), Mutex::new(None));
		run(sources.len(), &|index| {
			let (a, b, range) = &places[index];
			// SAFETY: the ranges of two changes have no line in common.
			let lines = unsafe { shards.part(range.start, range.len()) };
			if let Err(error) = sources[index].pack(a, b, lines) {
				*failed.lock().unwrap_or_else(PoisonError::into_inner) = Some((index, error));
			}
		});
		if let Some(failed) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
			return Err(failed);
		}
		let block = Arc::new(lines);
		Ok(places.into_iter().map(|(a, b, range)| Self { a, b, block: block.clone(), range }).collect())
	}

	/// A, then B.
	#[inline]
	fn lines(&self) -> &[Line] {
		&self.block[self.range.clone()]
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
		size_of::<Line>() * self.range.len()
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
		let lines = self.lines();
		let (a_lines, b_lines) = lines.split_at(self.a.lines());
		let z = &mut scratch.z[..padded];
		#[cfg(target_arch = "x86_64")]
		let ahead = crate::linear::avx512::Ahead::then(lines, next.lines());
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
