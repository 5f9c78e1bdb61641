//! Dense f32 matrices and their products: a packed product for many rows, a streaming one for a single row.
//!
//! Results do not depend on the number of threads: work is split over outputs, never over a sum.

use crate::buffer::Buffer;
use crate::kernel;
use rayon::prelude::*;
use std::sync::Arc;

/// A row-major matrix of f32. Its values never change, so that clones, and matrices of one file, share a buffer.
#[derive(Debug, Clone)]
pub struct Matrix {
	rows: usize,
	cols: usize,
	start: usize,
	buffer: Arc<Buffer>,
}

impl PartialEq for Matrix {
	fn eq(&self, other: &Self) -> bool {
		(self.rows, self.cols, self.data()) == (other.rows, other.cols, other.data())
	}
}

impl Matrix {
	/// Takes `data` as `rows` × `cols`, row after row; `None` if the length differs.
	pub fn new(rows: usize, cols: usize, data: Vec<f32>) -> Option<Self> {
		(rows.checked_mul(cols) == Some(data.len())).then(|| Self {
			rows,
			cols,
			start: 0,
			buffer: Arc::new(data.into()),
		})
	}

	/// The `rows` × `cols` values of `buffer` from `start` on; `None` if it ends before them.
	pub fn shared(rows: usize, cols: usize, buffer: Arc<Buffer>, start: usize) -> Option<Self> {
		let end = rows.checked_mul(cols)?.checked_add(start)?;
		(end <= buffer.len()).then_some(Self { rows, cols, start, buffer })
	}

	/// The rows of `range`, of the same buffer; `None` if there are not so many.
	pub fn slice(&self, range: std::ops::Range<usize>) -> Option<Self> {
		let fits = range.start <= range.end && range.end <= self.rows;
		let start = self.start + if fits { range.start * self.cols } else { 0 };
		fits.then(|| Self { rows: range.len(), cols: self.cols, start, buffer: Arc::clone(&self.buffer) })
	}

	/// The same matrix; if it uses less than half of its buffer, in one of its own, so that the rest can be freed.
	pub fn compact(self) -> Self {
		let len = self.rows * self.cols;
		if len >= self.buffer.len() / 2 {
			return self;
		}
		Self { start: 0, buffer: Arc::new(self.data().to_vec().into()), ..self }
	}

	/// Number of rows; for a linear layer, its outputs.
	pub fn rows(&self) -> usize {
		self.rows
	}

	/// Number of columns; for a linear layer, its inputs.
	pub fn cols(&self) -> usize {
		self.cols
	}

	/// All values, row after row.
	pub fn data(&self) -> &[f32] {
		&self.buffer[self.start..self.start + self.rows * self.cols]
	}

	/// Row `index`. Panics if out of range.
	pub fn row(&self, index: usize) -> &[f32] {
		&self.data()[index * self.cols..(index + 1) * self.cols]
	}

	/// The matrix as a view.
	pub fn view(&self) -> View<'_> {
		View::new(self.data(), self.rows, self.cols)
	}
}

/// A read-only matrix over a slice, with strides, so that a transpose or a head of a wider matrix costs nothing.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
	data: &'a [f32],
	rows: usize,
	cols: usize,
	row_stride: usize,
	col_stride: usize,
}

impl<'a> View<'a> {
	/// `data` as `rows` × `cols` without gaps.
	pub fn new(data: &'a [f32], rows: usize, cols: usize) -> Self {
		Self::strided(data, rows, cols, cols)
	}

	/// `data` as `rows` × `cols`, rows `row_stride` apart. Panics if the last element lies outside `data`.
	pub fn strided(data: &'a [f32], rows: usize, cols: usize, row_stride: usize) -> Self {
		assert!(fits(data.len(), rows, cols, row_stride), "view outside its data");
		Self { data, rows, cols, row_stride, col_stride: 1 }
	}

	/// The transpose.
	pub fn t(self) -> Self {
		Self {
			data: self.data,
			rows: self.cols,
			cols: self.rows,
			row_stride: self.col_stride,
			col_stride: self.row_stride,
		}
	}
}

fn fits(len: usize, rows: usize, cols: usize, row_stride: usize) -> bool {
	rows == 0 || cols == 0 || (row_stride >= cols && (rows - 1) * row_stride + cols <= len)
}

/// `out = scale · a · b`, or `out += scale · a · b` if `accumulate`. `out` is row-major without gaps, `a.rows` ×
/// `b.cols`. Runs on the current rayon pool. Panics if the shapes do not match.
pub fn matmul(out: &mut [f32], a: View<'_>, b: View<'_>, scale: f32, accumulate: bool) {
	let threads = rayon::current_num_threads();
	let parallelism = if threads > 1 { gemm::Parallelism::Rayon(threads) } else { gemm::Parallelism::None };
	product(out, a, b, scale, accumulate, parallelism);
}

/// [`matmul`] on the calling thread alone, for use inside a parallel region.
pub fn matmul_serial(out: &mut [f32], a: View<'_>, b: View<'_>, scale: f32, accumulate: bool) {
	product(out, a, b, scale, accumulate, gemm::Parallelism::None);
}

fn product(out: &mut [f32], a: View<'_>, b: View<'_>, scale: f32, accumulate: bool, threads: gemm::Parallelism) {
	assert_eq!(a.cols, b.rows, "inner dimensions");
	assert_eq!(out.len(), a.rows * b.cols, "output size");
	if a.cols == 0 && !accumulate {
		out.fill(0.0);
	}
	if out.is_empty() || a.cols == 0 {
		return;
	}
	// SAFETY: a `View` lies inside its slice by construction (`fits`), `out` has exactly rows × cols elements by the
	// assertion above, and it is borrowed mutably, so that it overlaps neither input.
	unsafe {
		gemm::gemm(
			a.rows,
			b.cols,
			a.cols,
			out.as_mut_ptr(),
			1,
			b.cols as isize,
			accumulate,
			a.data.as_ptr(),
			a.col_stride as isize,
			a.row_stride as isize,
			b.data.as_ptr(),
			b.col_stride as isize,
			b.row_stride as isize,
			1.0,
			scale,
			false,
			false,
			false,
			threads,
		);
	}
}

/// The linear layers `out = x · weightᵀ` of several weights over the same input `x` ([rows, inputs]).
/// Each `out` is [rows, outputs]. Panics if the shapes do not match.
pub fn linear_many(x: &[f32], jobs: &mut [(&Matrix, &mut [f32])]) {
	let single = jobs.iter().all(|(weight, _)| weight.cols == x.len());
	if !single {
		for (weight, out) in jobs {
			let rows = x.len() / weight.cols;
			matmul(out, View::new(x, rows, weight.cols), weight.view().t(), 1.0, false);
		}
		return;
	}
	// One row: the weights stream through once, cut into blocks of output rows.
	let total: usize = jobs.iter().map(|(weight, _)| weight.data().len()).sum();
	let threads = rayon::current_num_threads();
	let small = total < 1 << 16 || threads == 1;
	let mut blocks: Vec<(&[f32], &mut [f32])> = Vec::new();
	for (weight, out) in jobs.iter_mut() {
		assert_eq!(out.len(), weight.rows, "output size");
		let rows = if small { weight.rows } else { (weight.rows / (threads * 4)).max(16) };
		blocks.extend(weight.data().chunks(rows * weight.cols).zip(out.chunks_mut(rows)));
	}
	match small {
		true => blocks.into_iter().for_each(|(weight, out)| kernel::row_dots(weight, x, out)),
		false => blocks.into_par_iter().for_each(|(weight, out)| kernel::row_dots(weight, x, out)),
	}
}

/// The linear layer `out = x · weightᵀ`; `x` is [rows, inputs], `out` [rows, outputs].
pub fn linear(x: &[f32], weight: &Matrix, out: &mut [f32]) {
	linear_many(x, &mut [(weight, out)]);
}

#[cfg(test)]
mod tests {
	use super::*;

	fn random(n: usize, salt: u64) -> Vec<f32> {
		let mut state = salt.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
		(0..n)
			.map(|_| {
				state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
				(state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
			})
			.collect()
	}

	fn naive(x: &[f32], weight: &Matrix) -> Vec<f32> {
		let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
		x.chunks(weight.cols()).flat_map(|x| (0..weight.rows()).map(move |r| dot(x, weight.row(r)) as f32)).collect()
	}

	#[test]
	fn linear_equals_the_naive_product_for_shapes_that_divide_nothing() {
		for (rows, inputs, outputs) in [(1, 1, 1), (1, 33, 7), (1, 576, 192), (1, 577, 300), (5, 31, 65), (40, 576, 8)]
		{
			let weight = Matrix::new(outputs, inputs, random(outputs * inputs, 7)).unwrap();
			let x = random(rows * inputs, 9);
			let mut out = vec![f32::NAN; rows * outputs];
			linear(&x, &weight, &mut out);
			for (a, b) in out.iter().zip(naive(&x, &weight)) {
				assert!((a - b).abs() < 1e-5, "{rows}x{inputs}x{outputs}: {a} {b}");
			}
		}
	}

	#[test]
	fn linear_is_bit_identical_when_the_number_of_threads_changes() {
		let weight = Matrix::new(300, 577, random(300 * 577, 1)).unwrap();
		for rows in [1, 23] {
			let x = random(rows * 577, 2);
			let run = |threads| {
				let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
				let mut out = vec![0.0; rows * 300];
				pool.install(|| linear(&x, &weight, &mut out));
				out
			};
			assert_eq!(run(1), run(3));
		}
	}

	#[test]
	fn parts_of_a_matrix_share_its_buffer() {
		let buffer = Arc::new(Buffer::from(random(20, 3)));
		let whole = Matrix::shared(4, 4, Arc::clone(&buffer), 2).unwrap();
		assert_eq!(whole.data(), &buffer[2..18]);
		assert_eq!(whole.slice(1..3).unwrap().data(), &buffer[6..14]);
		assert_eq!(whole.slice(4..4).unwrap().data(), &[] as &[f32]);
		assert_eq!(whole.slice(0..4).unwrap(), Matrix::new(4, 4, buffer[2..18].to_vec()).unwrap());
		let part = whole.slice(0..1).unwrap();
		assert!(part == part.clone().compact() && part.compact().buffer.len() == 4);
		assert!(whole.slice(3..5).is_none() && Matrix::shared(5, 4, buffer, 1).is_none());
	}

	#[test]
	fn matmul_accumulates_and_scales() {
		let (a, b) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]);
		let mut out = [1.0; 4];
		matmul(&mut out, View::new(&a, 2, 2), View::new(&b, 2, 2).t(), 2.0, true);
		assert_eq!(out, [35.0, 47.0, 79.0, 107.0]);
		matmul(&mut out, View::new(&a, 2, 0), View::new(&b, 0, 2), 1.0, false);
		assert_eq!(out, [0.0; 4]);
	}
}
