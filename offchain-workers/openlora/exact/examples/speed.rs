//! How fast the kernels are on this machine: `cargo run --release --example speed -p openledger-exact`.
//!
//! Prints for the shapes of SmolLM2-135M the rate at which weights are read by one row, products and sums of integers per
//! second (of activations by weights, not of planes) for batches, and the time of a low-rank change of one row. Matrices are
//! repeated until they exceed the caches, as those of a whole model do.

use openledger_exact::{
	lora_batch, Activations, Isa, Linear, LoraJob, LoraLayer, LowRank, LowRankSource, Pool, Precision,
};
use std::error::Error;
use std::time::{Duration, Instant};

/// Outputs and inputs.
const SHAPES: [(usize, usize); 5] = [(576, 576), (192, 576), (1536, 576), (576, 1536), (49_152, 576)];

/// Bytes of weights that are gone through before the first come again.
const WORKING_SET: usize = 80 << 20;

/// How long a number is measured.
const TIME: Duration = Duration::from_millis(40);

fn main() -> Result<(), Box<dyn Error>> {
	println!("reading: {:.1} GB/s with 1 thread, {:.1} with 2", reading(1)?, reading(2)?);
	for precision in [Precision::E8, Precision::E16] {
		for (outputs, inputs) in SHAPES {
			linear(precision, outputs, inputs)?;
		}
		for (rank, inputs, outputs) in [(8, 576, 576), (8, 576, 1536), (8, 1536, 576), (64, 576, 576)] {
			low_rank(precision, rank, inputs, outputs)?;
		}
	}
	quantisation();
	Ok(())
}

/// Numbers between −1 and 1.
fn values(count: usize) -> Vec<f32> {
	let mut state = 1u32;
	let next = |_| {
		state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
		(state >> 8) as f32 / (1 << 23) as f32 - 1.0
	};
	(0..count).map(next).collect()
}

/// Seconds that one call takes: the fastest of several runs, each `TIME` long at most.
fn seconds(mut call: impl FnMut()) -> f64 {
	call();
	let (mut best, start) = (f64::INFINITY, Instant::now());
	while start.elapsed() < TIME {
		let start = Instant::now();
		call();
		best = best.min(start.elapsed().as_secs_f64());
	}
	best
}

/// Billions of bytes per second that plain loops read.
fn reading(threads: usize) -> Result<f64, Box<dyn Error>> {
	let pool = Pool::new(threads)?;
	let data = vec![1u64; WORKING_SET / 8];
	let total = std::sync::atomic::AtomicU64::new(0);
	let time = seconds(|| {
		pool.run(threads, &|task| {
			let part = &data[data.len() * task / threads..data.len() * (task + 1) / threads];
			let sum = part.iter().fold(0u64, |sum, value| sum.wrapping_add(*value));
			total.fetch_add(sum, std::sync::atomic::Ordering::Relaxed);
		});
	});
	Ok(WORKING_SET as f64 / time / 1e9)
}

fn linear(precision: Precision, outputs: usize, inputs: usize) -> Result<(), Box<dyn Error>> {
	let weights = values(inputs + 997);
	let one = Linear::new(precision, outputs, inputs, |row, out| {
		let at = row * 31 % 997;
		out.copy_from_slice(&weights[at..at + inputs]);
	})?;
	let copies = (WORKING_SET / one.bytes()).max(1);
	let layers: Vec<Linear> = (0..copies).map(|_| one.clone()).collect();
	for isa in Isa::available() {
		for threads in [1, 2] {
			let pool = Pool::new(threads)?;
			print!("{precision:?} {outputs:5} × {inputs:4} {isa:>6}, {threads} threads:");
			for rows in [1, 16, 64] {
				// The slow ones show as much with fewer matrices.
				let layers = &layers[..if isa == Isa::Scalar { 1 } else { copies.min(400 / rows).max(1) }];
				if isa == Isa::Scalar && (rows > 1 || outputs > 2000) {
					continue;
				}
				let mut x = Activations::new();
				x.quantize(isa, &pool, &values(rows * inputs), inputs);
				let mut out = vec![0.0; rows * outputs];
				let time = seconds(|| layers.iter().for_each(|layer| layer.forward(isa, &pool, &x, &mut out)));
				let bytes = (layers.len() * one.bytes()) as f64;
				if rows == 1 {
					print!("  {:6.2} GB/s", bytes / time / 1e9);
				} else {
					let products = (layers.len() * rows * outputs * inputs) as f64;
					print!("  {rows} rows {:6.1} GMAC/s", products / time / 1e9);
				}
			}
			println!();
		}
	}
	Ok(())
}

fn low_rank(precision: Precision, rank: usize, inputs: usize, outputs: usize) -> Result<(), Box<dyn Error>> {
	let (a, b) = (values(rank * inputs), values(outputs * rank));
	let source = LowRankSource { precision, a: &a, b: &b, rank, inputs, outputs };
	let one = LowRank::new(&source)?;
	let sources = vec![source; WORKING_SET / one.bytes()];
	let many = LowRank::build(&Pool::new(2)?, &sources).map_err(|(_, error)| error)?;
	for isa in Isa::available() {
		for threads in [1, 2] {
			let pool = Pool::new(threads)?;
			let mut x = Activations::new();
			x.quantize(isa, &pool, &values(64 * inputs), inputs);
			let mut out = vec![0.0; 64 * outputs];
			let mut times = [0.0; 2];
			for (time, pairs) in times.iter_mut().zip([&many[..1], &many[..]]) {
				let batches = pairs.chunks(64).collect::<Vec<_>>();
				let jobs: Vec<Vec<LoraJob<'_>>> = batches
					.iter()
					.map(|batch| {
						let job =
							|row: usize| LoraJob { rows: row..row + 1, pair: &batch[row % batch.len()], scale: 1.0 };
						(0..64).map(job).collect()
					})
					.collect();
				let calls = if isa == Isa::Scalar { 1 } else { jobs.len() };
				let all = seconds(|| {
					jobs[..calls]
						.iter()
						.for_each(|jobs| lora_batch(isa, &pool, &x, &mut [LoraLayer { jobs, out: &mut out }]))
				});
				*time = all / (64 * calls) as f64 * 1e6;
			}
			let rate = one.bytes() as f64 / times[1] / 1e3;
			println!(
				"{precision:?} rank {rank:2}, {inputs:4} → {outputs:4} {isa:>6}, {threads} threads: {:6.3} µs a row cached, {:6.3} from memory ({rate:.1} GB/s)",
				times[0], times[1]
			);
		}
	}
	Ok(())
}

fn quantisation() {
	let (rows, width) = (4096, 576);
	let weights = values(width);
	for precision in [Precision::E8, Precision::E16] {
		let time = seconds(|| {
			let linear = Linear::new(precision, rows, width, |_, out| out.copy_from_slice(&weights));
			assert!(linear.is_ok());
		});
		println!("{precision:?}: {:.0} million weights packed per second", (rows * width) as f64 / time / 1e6);
	}
}
