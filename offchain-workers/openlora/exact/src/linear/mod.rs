//! Linear layers: quantised rows by a packed matrix of integers.

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
pub(crate) mod pack;
pub(crate) mod scalar;
#[cfg(target_arch = "x86_64")]
pub(crate) mod steps;

use crate::activations::Activations;
use crate::error::ExactError;
use crate::isa::Isa;
use crate::memory::Lines;
use crate::pool::{Pool, Shards};
use crate::quantize::{quantize_row, Precision, MAX_INPUTS};
use pack::{Line, Shape, BLOCK};
use std::ops::Range;

/// Bytes of weights times rows below which a product is not worth a second thread.
const PARALLEL_BYTES: usize = 64 * 1024;

/// Tasks for each thread, so that one that is late leaves little to wait for.
const TASKS_PER_THREAD: usize = 4;

/// A matrix of weights, [outputs, inputs], quantised with one scale per output.
#[derive(Clone)]
pub struct Linear {
	shape: Shape,
	lines: Lines,
}

impl std::fmt::Debug for Linear {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("Linear").field("shape", &self.shape).finish_non_exhaustive()
	}
}

impl Linear {
	/// Quantises and packs the matrix whose row `i`, [inputs], is written by `read(i, row)`, for `i` below `outputs` in order.
	///
	/// # Errors
	/// An empty matrix, more than [`MAX_INPUTS`] inputs, or a row with a NaN or an infinity.
	pub fn new(
		precision: Precision,
		outputs: usize,
		inputs: usize,
		mut read: impl FnMut(usize, &mut [f32]),
	) -> Result<Self, ExactError> {
		let shape = checked_shape(precision, outputs, inputs)?;
		let (mut row, mut integers) = (vec![0.0; inputs], vec![0; inputs]);
		let isa = Isa::best();
		let lines = Lines::build(shape.lines(), |lines| {
			for output in 0..outputs {
				read(output, &mut row);
				let scale = quantize_row(isa, &row, precision.max(), &mut integers)
					.map_err(|_| ExactError::NotFinite { matrix: "the weight", row: output })?;
				shape.pack_row(lines, output, &integers, scale);
			}
			Ok(())
		})?;
		Ok(Self { shape, lines })
	}

	/// Rows of the matrix.
	pub fn outputs(&self) -> usize {
		self.shape.outputs
	}

	/// Columns of the matrix.
	pub fn inputs(&self) -> usize {
		self.shape.inputs
	}

	/// How finely it is quantised.
	pub fn precision(&self) -> Precision {
		self.shape.precision
	}

	/// Bytes that it takes in memory.
	pub fn bytes(&self) -> usize {
		size_of_val::<[Line]>(&self.lines)
	}

	/// Multiplies every row of `x` by the matrix and writes `out`, [rows, outputs]. Panics if the sizes differ.
	pub fn forward(&self, isa: Isa, pool: &Pool, x: &Activations, out: &mut [f32]) {
		forward_many(isa, pool, x, &mut [(self, out)]);
	}

	/// Rows of `x` by some of the blocks.
	///
	/// # Safety
	/// The machine has `isa`; no other part of `out` with outputs of these blocks is alive.
	unsafe fn forward_blocks(&self, isa: Isa, blocks: Range<usize>, x: &Activations, out: &Shards<f32>) {
		match isa {
			// SAFETY: the caller's promises.
			#[cfg(target_arch = "x86_64")]
			Isa::Avx512 => unsafe { avx512::forward(&self.shape, &self.lines, blocks, x, out) },
			// SAFETY: the caller's promises.
			#[cfg(target_arch = "x86_64")]
			Isa::Avx2 => unsafe { avx2::forward(&self.shape, &self.lines, blocks, x, out) },
			_ => {
				for block in blocks {
					let lines = &self.lines[block * self.shape.block_lines()..][..self.shape.block_lines()];
					for row in 0..x.rows() {
						let start = row * self.shape.outputs + block * BLOCK;
						// SAFETY: the caller's promise.
						let out = unsafe { out.part(start, self.shape.block_outputs(block)) };
						scalar::block(&self.shape, lines, &x.row(row), out);
					}
				}
			}
		}
	}
}

/// Multiplies every row of `x` by several matrices, in one parallel region: each with its `out`, [rows, outputs]. Panics if
/// the sizes differ.
pub fn forward_many(isa: Isa, pool: &Pool, x: &Activations, products: &mut [(&Linear, &mut [f32])]) {
	isa.assert_available();
	let bytes: usize = products.iter().map(|(linear, _)| linear.bytes()).sum();
	let tasks = match pool.threads() {
		1 => 1,
		_ if bytes.saturating_mul(x.rows()) < PARALLEL_BYTES => 1,
		threads => TASKS_PER_THREAD * threads,
	};
	let mut parts: Vec<(usize, Range<usize>)> = Vec::with_capacity(products.len() + tasks);
	for (index, (linear, out)) in products.iter().enumerate() {
		assert!(x.width() == linear.inputs(), "{} inputs for {linear:?}", x.width());
		assert_eq!(out.len(), x.rows() * linear.outputs(), "outputs of {linear:?}");
		// Blocks go in pairs, as the kernels take them.
		let pairs = linear.shape.blocks().div_ceil(2);
		let count = (tasks * linear.bytes()).div_ceil(bytes.max(1)).clamp(1, pairs);
		for part in 0..count {
			let end = (2 * (pairs * (part + 1) / count)).min(linear.shape.blocks());
			parts.push((index, 2 * (pairs * part / count)..end));
		}
	}
	let outs: Vec<(&Linear, Shards<f32>)> =
		products.iter_mut().map(|(linear, out)| (*linear, Shards::new(out))).collect();
	let run = |(index, blocks): &(usize, Range<usize>)| {
		let (linear, out) = &outs[*index];
		// SAFETY: the instruction set was found above; the parts of a matrix have no block in common.
		unsafe { linear.forward_blocks(isa, blocks.clone(), x, out) };
	};
	if tasks == 1 {
		parts.iter().for_each(run);
	} else {
		pool.run(parts.len(), &|task| run(&parts[task]));
	}
}

/// The shape of a matrix that the kernels can take.
pub(crate) fn checked_shape(precision: Precision, outputs: usize, inputs: usize) -> Result<Shape, ExactError> {
	if outputs == 0 || inputs == 0 {
		return Err(ExactError::Empty { outputs, inputs });
	}
	if inputs > MAX_INPUTS {
		return Err(ExactError::TooWide { inputs });
	}
	Ok(Shape { outputs, inputs, precision })
}
