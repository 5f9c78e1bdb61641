//! Quantised rows of activations, in the forms that the kernels read.

#[cfg(target_arch = "x86_64")]
mod avx512;

use crate::isa::Isa;
use crate::pool::{Pool, Shards};
use crate::quantize::{quantize_row, ACTIVATION_MAX};

/// Integers that lie together in the planes; rows are padded with zeros to a multiple of it.
pub(crate) const GROUP: usize = 8;

/// Values below which rows are quantised by the calling thread alone.
const PARALLEL_VALUES: usize = 16_384;

/// Rows of activations, quantised to 15 bits with one scale per row; a buffer to be used again.
///
/// Each integer a is kept whole and as planes of 8 bits, a = 128 · high + low with 0 ≤ low < 128.
#[derive(Debug, Clone, Default)]
pub struct Activations {
	rows: usize,
	width: usize,
	/// Length of a row's integers: the width, padded.
	padded: usize,
	/// [rows, padded].
	integers: Vec<i16>,
	/// [rows, padded / 8, high and low, 8].
	planes: Vec<i8>,
	heads: Vec<RowHead>,
}

/// What is known of a row besides its integers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct RowHead {
	/// What one unit is worth; 0 for rows of zeros and rows that are not finite.
	pub(crate) scale: f32,
	/// Sum of the high planes; |sum| ≤ 2^23.
	pub(crate) high_sum: i32,
	/// Sum of the low planes; below 2^23.
	pub(crate) low_sum: i32,
	/// Whether no value was a NaN or an infinity.
	pub(crate) finite: bool,
}

/// A row, as kernels see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActivationRow<'a> {
	/// [padded].
	pub(crate) integers: &'a [i16],
	/// [padded / 8, high and low, 8].
	pub(crate) planes: &'a [i8],
	/// Scale and sums.
	pub(crate) head: RowHead,
}

impl RowHead {
	/// Sum of the integers.
	pub(crate) fn sum(&self) -> i64 {
		128 * i64::from(self.high_sum) + i64::from(self.low_sum)
	}
}

impl Activations {
	/// An empty buffer.
	pub fn new() -> Self {
		Self::default()
	}

	/// Replaces the rows by those of `x`, [rows, width]. A row with a NaN or an infinity becomes zeros; see
	/// [`Activations::finite`]. Panics if the width is 0 or above [`MAX_INPUTS`](crate::MAX_INPUTS), or does not divide
	/// the length of `x`.
	pub fn quantize(&mut self, isa: Isa, pool: &Pool, x: &[f32], width: usize) {
		assert!(
			width > 0 && width <= crate::MAX_INPUTS && x.len().is_multiple_of(width),
			"{} values, width {width}",
			x.len()
		);
		let (rows, padded) = (x.len() / width, width.next_multiple_of(GROUP));
		(self.rows, self.width, self.padded) = (rows, width, padded);
		self.integers.resize(rows * padded, 0);
		self.planes.resize(2 * rows * padded, 0);
		self.heads.resize(rows, RowHead::default());
		let (integers, planes) = (Shards::new(&mut self.integers), Shards::new(&mut self.planes));
		let heads = Shards::new(&mut self.heads);
		let quantize = |row: usize| {
			// SAFETY: each row is quantised once, and its parts overlap no other's.
			let (integers, planes, head) = unsafe {
				(integers.part(row * padded, padded), planes.part(2 * row * padded, 2 * padded), heads.part(row, 1))
			};
			head[0] = fill(isa, &x[row * width..][..width], integers, planes);
		};
		if pool.threads() == 1 || x.len() < PARALLEL_VALUES || rows == 1 {
			(0..rows).for_each(quantize);
		} else {
			let tasks = rows.min(4 * pool.threads());
			pool.run(tasks, &|task| (rows * task / tasks..rows * (task + 1) / tasks).for_each(quantize));
		}
	}

	/// Number of rows.
	pub fn rows(&self) -> usize {
		self.rows
	}

	/// Values of a row.
	pub fn width(&self) -> usize {
		self.width
	}

	/// Whether no value of `row` was a NaN or an infinity. Panics if there is no such row.
	pub fn finite(&self, row: usize) -> bool {
		self.heads[row].finite
	}

	/// A row. Panics if there is no such row.
	#[inline]
	pub(crate) fn row(&self, row: usize) -> ActivationRow<'_> {
		ActivationRow {
			integers: &self.integers[row * self.padded..][..self.padded],
			planes: &self.planes[2 * row * self.padded..][..2 * self.padded],
			head: self.heads[row],
		}
	}
}

/// Quantises one row to integers and planes, both padded with zeros.
#[inline]
pub(crate) fn fill(isa: Isa, row: &[f32], integers: &mut [i16], planes: &mut [i8]) -> RowHead {
	assert!(integers.len() == row.len().next_multiple_of(GROUP) && planes.len() == 2 * integers.len());
	let (values, padding) = integers.split_at_mut(row.len());
	padding.fill(0);
	#[cfg(target_arch = "x86_64")]
	if isa == Isa::Avx512 {
		isa.assert_available();
		// SAFETY: the instruction set was found above.
		return unsafe { avx512::fill(row, integers, planes) };
	}
	let (scale, finite) = match quantize_row(isa, row, ACTIVATION_MAX, values) {
		Ok(scale) => (scale, true),
		Err(_) => (0.0, false),
	};
	let (high_sum, low_sum) = match isa {
		// SAFETY: `quantize_row` panics where the instruction set is missing.
		#[cfg(target_arch = "x86_64")]
		Isa::Avx2 => unsafe { split_avx2(integers, planes) },
		_ => split(integers, planes),
	};
	RowHead { scale, high_sum, low_sum, finite }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn split_avx2(integers: &[i16], planes: &mut [i8]) -> (i32, i32) {
	split(integers, planes)
}

/// Writes the planes, [integers / 8, high and low, 8], and gives the sums of both.
#[inline(always)]
fn split(integers: &[i16], planes: &mut [i8]) -> (i32, i32) {
	let (mut high_sum, mut low_sum) = (0i32, 0i32);
	for (integers, planes) in integers.as_chunks::<GROUP>().0.iter().zip(planes.as_chunks_mut::<{ 2 * GROUP }>().0) {
		for lane in 0..GROUP {
			let (high, low) = (integers[lane] >> 7, integers[lane] & 127);
			planes[lane] = high as i8;
			planes[GROUP + lane] = low as i8;
			high_sum = high_sum.wrapping_add(i32::from(high));
			low_sum = low_sum.wrapping_add(i32::from(low));
		}
	}
	(high_sum, low_sum)
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]

	use super::*;

	#[test]
	fn planes_and_sums_are_those_of_the_integers() {
		let integers: Vec<i16> = (-16_383..=16_384).map(|i| if i == 16_384 { 0 } else { i }).collect();
		let mut planes = vec![0; 2 * integers.len()];
		let (high_sum, low_sum) = split(&integers, &mut planes);
		let (mut high_total, mut low_total) = (0, 0);
		for (i, &integer) in integers.iter().enumerate() {
			let at = i / GROUP * 2 * GROUP + i % GROUP;
			let (high, low) = (i32::from(planes[at]), i32::from(planes[at + GROUP]));
			assert_eq!(128 * high + low, i32::from(integer));
			assert!(low >= 0);
			(high_total, low_total) = (high_total + high, low_total + low);
		}
		assert_eq!((high_sum, low_sum), (high_total, low_total));
	}

	#[test]
	fn rows_are_the_same_for_every_instruction_set_and_thread_number() {
		for width in [1, 7, 8, 9, 31, 64, 577] {
			let x: Vec<f32> = (0..width * 67).map(|i| ((i * 7919) % 1009) as f32 - 500.0).collect();
			let mut expected = Activations::new();
			expected.quantize(Isa::Scalar, &Pool::new(1).unwrap(), &x, width);
			for isa in Isa::available() {
				// A buffer that held something larger before.
				let mut found = Activations::new();
				found.quantize(isa, &Pool::new(3).unwrap(), &vec![3.0; 700 * 80], 700);
				found.quantize(isa, &Pool::new(3).unwrap(), &x, width);
				assert_eq!((found.rows(), found.width()), (67, width));
				assert_eq!(found.integers, expected.integers, "{isa}, width {width}");
				assert_eq!(found.planes, expected.planes, "{isa}, width {width}");
				assert_eq!(found.heads, expected.heads, "{isa}, width {width}");
			}
		}
	}

	#[test]
	fn only_rows_with_nan_or_infinity_are_flagged() {
		let mut x = vec![1.0; 4 * 10];
		x[13] = f32::NAN;
		x[39] = f32::NEG_INFINITY;
		for isa in Isa::available() {
			let mut rows = Activations::new();
			rows.quantize(isa, &Pool::new(1).unwrap(), &x, 10);
			assert_eq!((0..4).map(|row| rows.finite(row)).collect::<Vec<_>>(), [true, false, true, false]);
			assert!(rows.row(1).integers.iter().all(|&integer| integer == 0));
			assert_eq!(rows.row(1).head.scale, 0.0);
		}
	}

	#[test]
	fn no_rows_are_fine() {
		let mut rows = Activations::new();
		rows.quantize(Isa::best(), &Pool::new(2).unwrap(), &[], 5);
		assert_eq!((rows.rows(), rows.width()), (0, 5));
	}
}
