//! The processors against those of `transformers`, the random numbers against an implementation from their description
//! (`scripts/fixtures.py`).

#![allow(clippy::unwrap_used, missing_docs)]

use openledger_sampling::{Sampler, Sampling};

#[derive(serde::Deserialize)]
struct Case {
	#[serde(skip)]
	sampling: Sampling,
	logits: Vec<f32>,
	prompt: Vec<u32>,
	kept: Vec<(u32, f64)>,
	positions: Vec<u64>,
	chosen: Vec<u32>,
}

fn cases() -> Vec<Case> {
	let text = include_str!("fixtures/processors.json");
	let mut cases: Vec<Case> = serde_json::from_str(text).unwrap();
	// The parameters stand beside the other fields.
	let parameters: Vec<Sampling> = serde_json::from_str(text).unwrap();
	assert_eq!(cases.len(), 32);
	cases.iter_mut().zip(parameters).for_each(|(case, sampling)| case.sampling = sampling);
	cases
}

#[test]
fn processors_leave_the_tokens_and_probabilities_of_transformers() {
	for case in cases() {
		let sampler = Sampler::new(&case.sampling, &case.prompt).unwrap();
		let mut left = sampler.distribution(&case.logits, None).unwrap();
		left.sort_unstable_by_key(|(id, _)| *id);
		let ids = |list: &[(u32, f64)]| list.iter().map(|(id, _)| *id).collect::<Vec<_>>();
		assert_eq!(ids(&left), ids(&case.kept), "{:?}", case.sampling);
		for ((id, got), (_, expected)) in left.iter().zip(&case.kept) {
			assert!((got - expected).abs() < 1e-6, "{:?} token {id}: {got} {expected}", case.sampling);
		}
	}
}

#[test]
fn choices_are_those_of_an_independent_implementation() {
	for case in cases() {
		for (position, expected) in case.positions.iter().zip(&case.chosen) {
			let mut sampler = Sampler::new(&case.sampling, &case.prompt).unwrap();
			let choice = sampler.choose(&case.logits, *position, None).unwrap();
			assert_eq!(choice.id, *expected, "{:?} at {position}", case.sampling);
		}
	}
}
