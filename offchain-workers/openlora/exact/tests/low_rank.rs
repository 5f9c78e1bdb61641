//! Low-rank changes: every kernel against the arithmetic written once more, alone and in batches.

#![allow(clippy::unwrap_used)]

mod support;

use openledger_exact::{
	lora_batch, Activations, ExactError, Isa, LoraJob, LoraLayer, LowRank, LowRankSource, Pool, Precision, MAX_INPUTS,
	MAX_RANK,
};
use proptest::prelude::*;
use std::ops::Range;
use support::{add_low_rank, bits, Numbers};

const PRECISIONS: [Precision; 2] = [Precision::E8, Precision::E16];

/// A change with its matrices in f32.
struct Change {
	precision: Precision,
	rank: usize,
	a: Vec<f32>,
	b: Vec<f32>,
	pair: LowRank,
}

impl Change {
	fn new(numbers: &mut Numbers, precision: Precision, rank: usize, inputs: usize, outputs: usize) -> Self {
		let (a, b) = (numbers.rows(rank, inputs, false), numbers.rows(outputs, rank, false));
		let pair = LowRank::new(&LowRankSource { precision, a: &a, b: &b, rank, inputs, outputs }).unwrap();
		Self { precision, rank, a, b, pair }
	}

	fn add(&self, row: &[f32], scale: f32, out: &mut [f32]) {
		add_low_rank(self.precision, row, &self.a, &self.b, self.rank, scale, out);
	}
}

thread_local! {
	/// Each test has its own, as calls from several threads would run one after another.
	static POOLS: Vec<Pool> = [1, 2, 5].map(|threads| Pool::new(threads).unwrap()).into();
}

fn quantized(isa: Isa, x: &[f32], width: usize) -> Activations {
	let mut rows = Activations::new();
	rows.quantize(isa, &Pool::new(1).unwrap(), x, width);
	rows
}

/// Every instruction set against the arithmetic of the support module.
fn check(numbers: &mut Numbers, precision: Precision, rank: usize, inputs: usize, outputs: usize, rows: usize) {
	let change = Change::new(numbers, precision, rank, inputs, outputs);
	let (x, before) = (numbers.rows(rows, inputs, true), numbers.rows(rows, outputs, false));
	let scale = [1.0, 2.0, -0.3, 0.0][numbers.below(4)];
	let mut expected = before.clone();
	for (row, out) in x.chunks(inputs).zip(expected.chunks_mut(outputs)) {
		change.add(row, scale, out);
	}
	for isa in Isa::available() {
		let activations = quantized(isa, &x, inputs);
		let mut found = before.clone();
		change.pair.add_to_rows(isa, &activations, 0..rows, scale, &mut found);
		assert_eq!(bits(&found), bits(&expected), "{isa} {precision:?} rank {rank}, {inputs} → {outputs}");
		for row in 0..rows {
			let mut one = before[row * outputs..][..outputs].to_vec();
			change.pair.add_to(isa, &activations, row, scale, &mut one);
			assert_eq!(bits(&one), bits(&expected[row * outputs..][..outputs]), "{isa}, row {row} alone");
		}
	}
}

#[test]
fn kernels_agree_for_every_rank() {
	let mut numbers = Numbers(1);
	for rank in (1..=72).chain([127, 128, 129, 255, 256, 257, 1000, MAX_RANK]) {
		for precision in PRECISIONS {
			check(&mut numbers, precision, rank, 45, 35, 2);
		}
	}
}

#[test]
fn kernels_agree_on_shapes_that_divide_nothing() {
	let mut numbers = Numbers(2);
	for inputs in [1, 7, 8, 9, 16, 17, 31, 32, 33, 64, 65, 100, 1023, 1024, 1025, 2049] {
		for outputs in [1, 15, 16, 17, 33, 64, 95] {
			for precision in PRECISIONS {
				let rank = 1 + numbers.below(40);
				check(&mut numbers, precision, rank, inputs, outputs, 3);
			}
		}
	}
}

#[test]
fn the_largest_sums_of_the_widest_change_are_exact() {
	let (rank, outputs, inputs) = (9, 3, MAX_INPUTS);
	for precision in PRECISIONS {
		for sign in [1.0, -1.0] {
			let mut a = vec![sign; rank * inputs];
			// The smallest high plane with the largest low one.
			a[inputs + 1..2 * inputs].fill(-127.0 / 16_383.0);
			let b = vec![1.0; outputs * rank];
			let pair = LowRank::new(&LowRankSource { precision, a: &a, b: &b, rank, inputs, outputs }).unwrap();
			for x in [&a[..inputs], &a[inputs..2 * inputs]] {
				let mut expected = vec![0.25; outputs];
				add_low_rank(precision, x, &a, &b, rank, 1.0, &mut expected);
				for isa in Isa::available() {
					let mut found = vec![0.25; outputs];
					pair.add_to(isa, &quantized(isa, x, inputs), 0, 1.0, &mut found);
					assert_eq!(bits(&found), bits(&expected), "{isa} {precision:?}");
				}
			}
		}
	}
}

#[test]
fn new_refuses_what_it_cannot_hold() {
	let new = |a: &[f32], b: &[f32], rank, inputs, outputs| {
		LowRank::new(&LowRankSource { precision: Precision::E8, a, b, rank, inputs, outputs }).unwrap_err()
	};
	assert_eq!(new(&[], &[], 0, 4, 4), ExactError::Rank { rank: 0, max: MAX_RANK });
	assert_eq!(new(&[], &[], MAX_RANK + 1, 4, 4), ExactError::Rank { rank: MAX_RANK + 1, max: MAX_RANK });
	assert_eq!(new(&[], &[], 1, 0, 4), ExactError::Empty { outputs: 4, inputs: 0 });
	assert_eq!(new(&[], &[], 1, 4, 0), ExactError::Empty { outputs: 0, inputs: 4 });
	assert_eq!(new(&[], &[], 1, MAX_INPUTS + 1, 4), ExactError::TooWide { inputs: MAX_INPUTS + 1 });
	assert_eq!(new(&[1.0; 7], &[1.0; 6], 2, 4, 3), ExactError::Size { matrix: "A", expected: 8, found: 7 });
	assert_eq!(new(&[1.0; 8], &[1.0; 7], 2, 4, 3), ExactError::Size { matrix: "B", expected: 6, found: 7 });
	let broken = [1.0, 1.0, 1.0, f32::NAN];
	assert_eq!(new(&broken, &[1.0; 2], 2, 2, 1), ExactError::NotFinite { matrix: "A", row: 1 });
	assert_eq!(new(&[1.0; 4], &broken, 2, 2, 2), ExactError::NotFinite { matrix: "B", row: 1 });
}

#[test]
fn an_overflow_between_a_and_b_is_seen() {
	let (a, b) = (vec![3e38; 2 * 40], vec![1e-30; 20 * 2]);
	for precision in PRECISIONS {
		let pair = LowRank::new(&LowRankSource { precision, a: &a, b: &b, rank: 2, inputs: 40, outputs: 20 }).unwrap();
		for isa in Isa::available() {
			let mut out = vec![1.0; 20];
			pair.add_to(isa, &quantized(isa, &[1.0; 40], 40), 0, 1.0, &mut out);
			assert!(out.iter().all(|y| y.is_nan()), "{isa} {precision:?}");
			// A row that was not finite itself is flagged already and changes nothing.
			let mut out = vec![1.0; 20];
			pair.add_to(isa, &quantized(isa, &[f32::NAN; 40], 40), 0, 1.0, &mut out);
			assert_eq!(out, [1.0; 20]);
		}
	}
}

#[test]
fn changes_that_are_built_together_are_those_that_are_built_alone() {
	let mut numbers = Numbers(4);
	let changes: Vec<(usize, usize, Vec<f32>, Vec<f32>)> = (0..300)
		.map(|_| {
			let (rank, outputs) = (1 + numbers.below(20), 1 + numbers.below(60));
			(rank, outputs, numbers.rows(rank, 30, false), numbers.rows(outputs, rank, false))
		})
		.collect();
	let mut sources = Vec::new();
	for (rank, outputs, a, b) in &changes {
		let precision = PRECISIONS[rank % 2];
		sources.push(LowRankSource { precision, a, b, rank: *rank, inputs: 30, outputs: *outputs });
	}
	let x = quantized(Isa::Scalar, &numbers.rows(1, 30, false), 30);
	for threads in [1, 3] {
		let together = LowRank::build(&Pool::new(threads).unwrap(), &sources).unwrap();
		for (pair, source) in together.iter().zip(&sources) {
			let alone = LowRank::new(source).unwrap();
			let change = |pair: &LowRank| {
				let mut out = vec![0.0; source.outputs];
				pair.add_to(Isa::Scalar, &x, 0, 1.0, &mut out);
				bits(&out)
			};
			assert_eq!((change(pair), pair.bytes()), (change(&alone), alone.bytes()));
		}
	}
	let broken = [f32::NAN; 30];
	sources[200] = LowRankSource { a: &broken, b: &[1.0], rank: 1, outputs: 1, ..sources[200] };
	let failed = LowRank::build(&Pool::new(3).unwrap(), &sources).unwrap_err();
	assert_eq!(failed, (200, ExactError::NotFinite { matrix: "A", row: 0 }));
	assert!(LowRank::build(&Pool::new(1).unwrap(), &[]).unwrap().is_empty());
}

#[test]
fn bytes_are_not_padded_beyond_groups_of_8_ranks() {
	let ones = vec![1.0; 8 * 576];
	let source = LowRankSource { precision: Precision::E8, a: &ones, b: &ones, rank: 8, inputs: 576, outputs: 576 };
	let pair = LowRank::new(&source).unwrap();
	assert_eq!(pair.bytes(), 2 * 8 * 576 + 4 * 576 + 64);
}

/// A layer's random jobs: rows may have none, one or several, of different ranks.
struct Layer {
	outputs: usize,
	changes: Vec<(Change, Range<usize>, f32)>,
	before: Vec<f32>,
}

impl Layer {
	fn new(numbers: &mut Numbers, rows: usize, inputs: usize, outputs: usize, jobs: usize) -> Self {
		let mut change = || {
			let precision = PRECISIONS[numbers.below(2)];
			let rank = [1, 4, 8, 16, 24, 70][numbers.below(6)];
			let start = numbers.below(rows + 1);
			let end = start + numbers.below(rows - start + 1);
			(Change::new(numbers, precision, rank, inputs, outputs), start..end, numbers.unit())
		};
		let changes = (0..jobs).map(|_| change()).collect();
		Self { outputs, changes, before: numbers.rows(rows, outputs, false) }
	}

	fn expected(&self, x: &[f32], inputs: usize) -> Vec<u32> {
		let mut out = self.before.clone();
		for (change, rows, scale) in &self.changes {
			for row in rows.clone() {
				change.add(&x[row * inputs..][..inputs], *scale, &mut out[row * self.outputs..][..self.outputs]);
			}
		}
		bits(&out)
	}

	fn jobs(&self) -> Vec<LoraJob<'_>> {
		let changes = self.changes.iter();
		changes.map(|(change, rows, scale)| LoraJob { rows: rows.clone(), pair: &change.pair, scale: *scale }).collect()
	}
}

/// A batch of layers that read the same rows.
fn check_batch(numbers: &mut Numbers, rows: usize, inputs: usize, outputs: &[usize], jobs: usize) {
	let layers: Vec<Layer> = outputs.iter().map(|outputs| Layer::new(numbers, rows, inputs, *outputs, jobs)).collect();
	let x = numbers.rows(rows, inputs, true);
	let expected: Vec<_> = layers.iter().map(|layer| layer.expected(&x, inputs)).collect();
	let jobs: Vec<_> = layers.iter().map(Layer::jobs).collect();
	for isa in Isa::available() {
		let activations = quantized(isa, &x, inputs);
		POOLS.with(|pools| {
			for pool in pools {
				let mut found: Vec<_> = layers.iter().map(|layer| layer.before.clone()).collect();
				let mut batch: Vec<_> =
					jobs.iter().zip(&mut found).map(|(jobs, out)| LoraLayer { jobs, out }).collect();
				lora_batch(isa, pool, &activations, &mut batch);
				let found: Vec<_> = found.iter().map(|out| bits(out)).collect();
				assert_eq!(found, expected, "{isa}, {} threads", pool.threads());
			}
		});
	}
}

#[test]
fn a_batch_gives_what_each_row_gives_alone() {
	let mut numbers = Numbers(3);
	check_batch(&mut numbers, 64, 200, &[300, 70, 70], 64);
	check_batch(&mut numbers, 1, 200, &[300], 3);
	check_batch(&mut numbers, 5, 30, &[40], 0);
	check_batch(&mut numbers, 0, 30, &[40], 2);
}

#[test]
#[should_panic(expected = "rows 1..3 of 2")]
fn a_job_for_rows_that_are_not_there_panics() {
	let source = LowRankSource { precision: Precision::E8, a: &[1.0; 4], b: &[1.0; 4], rank: 1, inputs: 4, outputs: 4 };
	let pair = LowRank::new(&source).unwrap();
	let jobs = [LoraJob { rows: 1..3, pair: &pair, scale: 1.0 }];
	let layer = LoraLayer { jobs: &jobs, out: &mut [0.0; 8] };
	lora_batch(Isa::Scalar, &Pool::new(1).unwrap(), &quantized(Isa::Scalar, &[1.0; 8], 4), &mut [layer]);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(1000))]

	#[test]
	fn kernels_agree_on_random_cases(
		rank in 1usize..50, inputs in 1usize..120, outputs in 1usize..80, seed in any::<u64>(), fine in any::<bool>(),
	) {
		let precision = if fine { Precision::E16 } else { Precision::E8 };
		check(&mut Numbers(seed), precision, rank, inputs, outputs, 2);
	}

	#[test]
	fn batches_agree_on_random_cases(rows in 0usize..20, jobs in 0usize..12, seed in any::<u64>()) {
		let mut numbers = Numbers(seed);
		let inputs = 1 + numbers.below(60);
		let outputs: Vec<usize> = (0..1 + numbers.below(3)).map(|_| 1 + numbers.below(60)).collect();
		check_batch(&mut numbers, rows, inputs, &outputs, jobs);
	}
}
