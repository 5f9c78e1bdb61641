//! Linear layers: every kernel against the arithmetic written once more, over shapes, batches, threads and extremes.

#![allow(clippy::unwrap_used)]

mod support;

use openledger_exact::{forward_many, Activations, ExactError, Isa, Linear, Pool, Precision, MAX_INPUTS};
use proptest::prelude::*;
use support::{bits, linear, Numbers};

const PRECISIONS: [Precision; 2] = [Precision::E8, Precision::E16];

fn matrix(precision: Precision, outputs: usize, inputs: usize, weights: &[f32]) -> Linear {
	Linear::new(precision, outputs, inputs, |row, out| out.copy_from_slice(&weights[row * inputs..][..inputs])).unwrap()
}

fn forward(isa: Isa, pool: &Pool, linear: &Linear, x: &[f32]) -> Vec<f32> {
	let mut rows = Activations::new();
	rows.quantize(isa, pool, x, linear.inputs());
	let mut out = vec![f32::NAN; rows.rows() * linear.outputs()];
	linear.forward(isa, pool, &rows, &mut out);
	out
}

/// Every instruction set, one and several threads, against the arithmetic of the support module.
fn check(pools: &[Pool], precision: Precision, rows: usize, outputs: usize, inputs: usize, x: &[f32], weights: &[f32]) {
	let expected: Vec<f32> = x.chunks(inputs).flat_map(|row| linear(precision, row, weights, outputs)).collect();
	let matrix = matrix(precision, outputs, inputs, weights);
	for isa in Isa::available() {
		for pool in pools {
			let found = forward(isa, pool, &matrix, x);
			let threads = pool.threads();
			assert_eq!(
				bits(&found),
				bits(&expected),
				"{isa} {precision:?} {rows}×{outputs}×{inputs}, {threads} threads"
			);
		}
	}
}

fn pools() -> Vec<Pool> {
	[1, 3].map(|threads| Pool::new(threads).unwrap()).into()
}

thread_local! {
	/// Pools for tests of many cases; each test has its own, as calls from several threads would run one after another.
	static POOLS: Vec<Pool> = pools();
}

#[test]
fn kernels_agree_for_any_number_of_threads() {
	// Large enough to be divided.
	let pools = [1, 2, 3, 8, 40].map(|threads| Pool::new(threads).unwrap());
	let mut numbers = Numbers(9);
	for (rows, outputs, inputs) in [(1, 700, 150), (3, 333, 257), (7, 40, 1500), (20, 1000, 33), (200, 17, 100)] {
		for precision in PRECISIONS {
			let (x, weights) = (numbers.rows(rows, inputs, true), numbers.rows(outputs, inputs, false));
			check(&pools, precision, rows, outputs, inputs, &x, &weights);
		}
	}
}

#[test]
fn kernels_agree_on_shapes_that_divide_nothing() {
	let pools = pools();
	let mut numbers = Numbers(1);
	for inputs in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 63, 65, 200] {
		for outputs in [1, 2, 15, 16, 17, 31, 32, 33, 49, 100] {
			for precision in PRECISIONS {
				let rows = numbers.below(20);
				let (x, weights) = (numbers.rows(rows, inputs, true), numbers.rows(outputs, inputs, false));
				check(&pools, precision, rows, outputs, inputs, &x, &weights);
			}
		}
	}
}

#[test]
fn kernels_agree_for_every_batch_size() {
	let pools = pools();
	let mut numbers = Numbers(2);
	for rows in 0..40 {
		for precision in PRECISIONS {
			let (x, weights) = (numbers.rows(rows, 21, true), numbers.rows(37, 21, false));
			check(&pools, precision, rows, 37, 21, &x, &weights);
		}
	}
}

#[test]
fn kernels_agree_where_partial_sums_leave_the_narrow_path() {
	let pools = pools();
	let mut numbers = Numbers(3);
	for inputs in [1023, 1024, 1025, 1032, 1033, 2048, 2049, 3001] {
		for precision in PRECISIONS {
			for sign in [1.0, -1.0] {
				// Two rows and outputs whose sums are the largest possible, and others.
				let mut x = vec![1.0; 2 * inputs];
				x.extend(numbers.rows(2, inputs, false));
				let mut weights = vec![sign; 16 * inputs];
				weights.extend(numbers.rows(3, inputs, false));
				check(&pools, precision, 4, 19, inputs, &x, &weights);
				check(&pools, precision, 1, 19, inputs, &x[..inputs], &weights);
			}
		}
	}
}

#[test]
fn the_largest_sums_of_the_widest_matrix_are_exact() {
	let pool = Pool::new(2).unwrap();
	let width = MAX_INPUTS;
	// All products of one sign, of alternating sign, and the smallest high plane (−16,384 / 128) with the largest low one.
	let patterns: [fn(usize) -> f32; 4] =
		[|_| 1.0, |_| -1.0, |i| if i % 2 == 0 { 1.0 } else { -1.0 }, |i| if i == 0 { 1.0 } else { -127.0 / 16_383.0 }];
	for precision in PRECISIONS {
		let weights: Vec<f32> = patterns.iter().flat_map(|pattern| (0..width).map(pattern)).collect();
		let matrix = matrix(precision, patterns.len(), width, &weights);
		for rows in [1, 4] {
			let x = &weights[..rows * width];
			let expected: Vec<f32> =
				x.chunks(width).flat_map(|row| linear(precision, row, &weights, patterns.len())).collect();
			for isa in Isa::available() {
				assert_eq!(bits(&forward(isa, &pool, &matrix, x)), bits(&expected), "{isa} {precision:?}");
			}
		}
		let full = i128::from(support::weight_max(precision)) * 16_383 * width as i128;
		let unit = 1.0f32 / 16_383.0;
		let scale = 1.0f32 / support::weight_max(precision) as f32;
		assert_eq!(forward(Isa::best(), &pool, &matrix, &weights[..width])[0], full as f32 * unit * scale);
	}
}

#[test]
fn a_row_does_not_depend_on_its_batch() {
	let pool = Pool::new(2).unwrap();
	let mut numbers = Numbers(5);
	for precision in PRECISIONS {
		let (outputs, inputs) = (70, 90);
		let weights = numbers.rows(outputs, inputs, false);
		let matrix = matrix(precision, outputs, inputs, &weights);
		let x = numbers.rows(64, inputs, true);
		for isa in Isa::available() {
			let all = forward(isa, &pool, &matrix, &x);
			for _ in 0..30 {
				let start = numbers.below(64);
				let rows = 1 + numbers.below(64 - start);
				let some = forward(isa, &pool, &matrix, &x[start * inputs..][..rows * inputs]);
				assert_eq!(bits(&some), bits(&all[start * outputs..][..rows * outputs]), "{isa}, rows {start}+{rows}");
			}
		}
	}
}

#[test]
fn several_matrices_at_once_give_what_each_gives() {
	let mut numbers = Numbers(6);
	let inputs = 300;
	for rows in [1, 2, 17] {
		let x = numbers.rows(rows, inputs, true);
		let matrices: Vec<Linear> = [600, 1, 200, 33]
			.into_iter()
			.zip([Precision::E8, Precision::E16, Precision::E16, Precision::E8])
			.map(|(outputs, precision)| matrix(precision, outputs, inputs, &numbers.rows(outputs, inputs, false)))
			.collect();
		for isa in Isa::available() {
			for threads in [1, 2, 5] {
				let pool = Pool::new(threads).unwrap();
				let mut activations = Activations::new();
				activations.quantize(isa, &pool, &x, inputs);
				let mut outs: Vec<Vec<f32>> = matrices.iter().map(|m| vec![0.0; rows * m.outputs()]).collect();
				let mut products: Vec<_> = matrices.iter().zip(outs.iter_mut().map(|out| &mut out[..])).collect();
				forward_many(isa, &pool, &activations, &mut products);
				for (matrix, out) in matrices.iter().zip(&outs) {
					assert_eq!(bits(out), bits(&forward(Isa::Scalar, &pool, matrix, &x)));
				}
			}
		}
	}
}

#[test]
fn new_refuses_what_it_cannot_hold() {
	let zeros = |_: usize, row: &mut [f32]| row.fill(0.0);
	for precision in PRECISIONS {
		let error = |outputs, inputs| Linear::new(precision, outputs, inputs, zeros).unwrap_err();
		assert_eq!(error(0, 4), ExactError::Empty { outputs: 0, inputs: 4 });
		assert_eq!(error(4, 0), ExactError::Empty { outputs: 4, inputs: 0 });
		assert_eq!(error(1, MAX_INPUTS + 1), ExactError::TooWide { inputs: MAX_INPUTS + 1 });
		for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
			let broken = Linear::new(precision, 20, 30, |row, out| {
				out.fill(1.0);
				out[29] = if row == 18 { bad } else { 2.0 };
			});
			assert_eq!(broken.unwrap_err(), ExactError::NotFinite { matrix: "the weight", row: 18 });
		}
	}
}

#[test]
fn bytes_are_those_of_the_planes_and_scales() {
	let ones = |_: usize, row: &mut [f32]| row.fill(1.0);
	let bytes = |precision| Linear::new(precision, 160, 800, ones).unwrap().bytes();
	assert_eq!(bytes(Precision::E8), 160 * (800 + 4));
	assert_eq!(bytes(Precision::E16), 160 * (2 * 800 + 4));
}

#[test]
fn e16_is_close_to_the_product_in_f64() {
	let mut numbers = Numbers(8);
	let (outputs, inputs) = (50, 576);
	let weights: Vec<f32> = (0..outputs * inputs).map(|_| numbers.unit()).collect();
	let x: Vec<f32> = (0..inputs).map(|_| numbers.unit()).collect();
	let found = forward(Isa::best(), &Pool::new(1).unwrap(), &matrix(Precision::E16, outputs, inputs, &weights), &x);
	for (row, found) in weights.chunks(inputs).zip(found) {
		let exact: f64 = row.iter().zip(&x).map(|(w, x)| f64::from(*w) * f64::from(*x)).sum();
		// Each factor is within half a unit of 1 / 16,383: √576 errors of about 2^-15 · 0.58 · √(2/3).
		assert!((exact - f64::from(found)).abs() < 3e-3, "{exact} {found}");
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(1000))]

	#[test]
	fn kernels_agree_on_random_cases(
		rows in 0usize..14, outputs in 1usize..80, inputs in 1usize..150, seed in any::<u64>(), fine in any::<bool>(),
	) {
		let precision = if fine { Precision::E16 } else { Precision::E8 };
		let mut numbers = Numbers(seed);
		let (x, weights) = (numbers.rows(rows, inputs, true), numbers.rows(outputs, inputs, false));
		POOLS.with(|pools| check(pools, precision, rows, outputs, inputs, &x, &weights));
	}
}
