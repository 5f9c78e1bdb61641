//! Payers.

use super::super::*;
use super::support::*;
use crate::request::GenerateRequest;
use std::collections::HashMap;

/// (Σx)² / (n Σx²): 1 if all are equal, 1/n if one has everything (Jain, Chiu, Hawe 1984).
fn jain(shares: &[f64]) -> f64 {
	let (sum, squares) = (shares.iter().sum::<f64>(), shares.iter().map(|x| x * x).sum::<f64>());
	sum * sum / (shares.len() as f64 * squares)
}

fn payer(n: u8) -> Payer {
	Some([n; 32])
}

/// Tokens served to each of `payers` in `steps` steps, when payer 0 asks a hundred times as often as each other. All
/// always have requests waiting.
fn served(payers: u8, lengths: impl Fn(u8, &mut Random) -> (usize, u32), steps: usize) -> Vec<f64> {
	let mut bench = Bench::new(2000, BOUNDS);
	let mut random = Random(11);
	let mut open = Vec::new();
	let mut served: HashMap<u8, f64> = HashMap::new();
	for step in 0..steps {
		for who in 0..payers {
			let waiting = bench.core.waiting.queue(&payer(who)).count();
			let rate = if who == 0 { 100 } else { 1 };
			for _ in waiting..rate {
				let (prompt, answer) = lengths(who, &mut random);
				let request = greedy(&random.tokens(prompt), answer);
				open.push((who, bench.submit(GenerateRequest { payer: payer(who), ..request })));
			}
		}
		bench.core.step(bench.now);
		if step % 50 == 0 || step + 1 == steps {
			open.retain_mut(|(who, receiver)| {
				let (ids, end) = events(receiver);
				*served.entry(*who).or_default() += ids.len() as f64 * OUTPUT_WEIGHT as f64;
				if let Some(crate::request::TokenEvent::Done(done)) = &end {
					*served.entry(*who).or_default() += f64::from(done.prompt_tokens);
				}
				end.is_none()
			});
		}
	}
	(0..payers).map(|who| served.get(&who).copied().unwrap_or(0.0)).collect()
}

#[test]
fn a_payer_with_a_hundred_times_the_requests_gets_no_more_than_the_others() {
	let shares = served(8, |_, random| (5 + random.below(40), 10 + random.below(20) as u32), 4000);
	assert!(jain(&shares) >= 0.95, "{} {shares:?}", jain(&shares));
	assert!(shares.iter().all(|share| *share > 0.0));
}

#[test]
fn a_payer_with_long_requests_gets_no_more_than_one_with_short_ones() {
	let lengths = |who, _: &mut Random| if who % 2 == 0 { (100, 60) } else { (10, 6) };
	let shares = served(6, lengths, 8000);
	assert!(jain(&shares) >= 0.95, "{} {shares:?}", jain(&shares));
}

#[test]
fn a_light_payer_waits_for_one_place_not_for_the_heavy_payers_queue() {
	let mut bench = Bench::new(2000, Bounds { max_batch: 2, ..BOUNDS });
	let mut random = Random(12);
	let _heavy: Vec<_> =
		(0..200).map(|_| bench.submit(GenerateRequest { payer: payer(1), ..greedy(&random.tokens(8), 10) })).collect();
	(0..20).for_each(|_| assert_eq!(bench.step(), Activity::Worked));
	let mut light = bench.submit(GenerateRequest { payer: payer(2), ..greedy(&random.tokens(8), 1) });
	let mut steps = 0;
	while events(&mut light).1.is_none() {
		bench.step();
		steps += 1;
	}
	assert!(steps <= 12, "{steps} steps");
}

#[test]
fn requests_without_a_payer_share_one_account() {
	let mut bench = Bench::new(2000, Bounds { max_batch: 1, ..BOUNDS });
	let _anonymous: Vec<_> = (0..50).map(|n| bench.submit(greedy(&[n % 30], 4))).collect();
	let mut named = bench.submit(GenerateRequest { payer: payer(3), ..greedy(&[1], 4) });
	(0..8).for_each(|_| assert_eq!(bench.step(), Activity::Worked));
	assert_eq!(answer(&mut named).len(), 4);
}
