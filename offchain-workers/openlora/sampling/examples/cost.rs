//! Time of one choice from 49,152 logits: `cargo run --release -p openledger-sampling --example cost`.

use openledger_sampling::{gumbel, Sampler, Sampling, SamplingError};
use std::time::Instant;

fn main() -> Result<(), SamplingError> {
	// Bell-shaped with a few likely tokens, as models give them.
	let logits: Vec<f32> = (0..49_152u32)
		.map(|id| (0..4).map(|i| gumbel(1, i, id) as f32).sum::<f32>() + if id % 7919 == 0 { 15.0 } else { 0.0 })
		.collect();
	let drawn = Sampling { temperature: 0.8, seed: 1, ..Sampling::GREEDY };
	let cases = [
		("greedy", Sampling::GREEDY, None),
		("greedy, 20 log probabilities", Sampling::GREEDY, Some(20)),
		("temperature", drawn, None),
		("top-k 50", Sampling { top_k: 50, ..drawn }, None),
		("top-p 0.95", Sampling { top_p: 0.95, ..drawn }, None),
		("min-p 0.05", Sampling { min_p: 0.05, ..drawn }, None),
		("top-k 50, top-p 0.95", Sampling { top_k: 50, top_p: 0.95, ..drawn }, None),
		("repetition penalty", Sampling { repetition_penalty: 1.1, ..drawn }, None),
	];
	for (name, sampling, logprobs) in cases {
		let mut sampler = Sampler::new(&sampling, &[1, 2, 3])?;
		if let Some(top) = logprobs {
			sampler = sampler.with_logprobs(top);
		}
		let (runs, mut sum) = (500, 0u64);
		let start = Instant::now();
		for position in 0..runs {
			sum += u64::from(sampler.choose(&logits, position, None)?.id);
		}
		println!("{name:30} {:8.1} µs   (ids sum to {sum})", start.elapsed().as_secs_f64() * 1e6 / runs as f64);
	}
	Ok(())
}
