use super::*;
use crate::random::gumbel;
use proptest::prelude::*;

fn choose(sampling: &Sampling, logits: &[f32], position: u64) -> u32 {
	Sampler::new(sampling, &[]).unwrap().choose(logits, position, None).unwrap().id
}

/// The definition: every token draws all of its noise.
fn unfiltered(logits: &[f32], temperature: f32, seed: u64, position: u64) -> u32 {
	let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
	let mut best = (f64::NEG_INFINITY, 0);
	for (id, logit) in (0u32..).zip(logits) {
		let sum = (f64::from(*logit) - f64::from(max)) / f64::from(temperature) + gumbel(seed, position, id);
		if sum > best.0 {
			best = (sum, id);
		}
	}
	best.1
}

#[test]
fn choose_takes_the_first_maximum_when_greedy() {
	assert_eq!(choose(&Sampling::GREEDY, &[0.0, 2.0, 2.0, 1.0], 0), 1);
}

#[test]
fn choose_depends_on_seed_and_position_only() {
	let logits = vec![0.0; 1000];
	let run = |seed| -> Vec<u32> {
		let sampling = Sampling { temperature: 0.7, top_p: 0.9, seed, ..Sampling::GREEDY };
		(0..20).map(|position| choose(&sampling, &logits, position)).collect()
	};
	assert_eq!(run(3), run(3));
	assert_ne!(run(3), run(4));
	let set: std::collections::BTreeSet<u32> = run(3).into_iter().collect();
	assert!(set.len() > 15, "{set:?}");
}

/// Recorded once; a change means that seeds no longer give the tokens they gave.
#[test]
fn choose_gives_the_recorded_tokens() {
	let logits: Vec<f32> = (0..5000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 16) as f32 / 6553.6).collect();
	let all = Sampling { temperature: 1.0, seed: 42, ..Sampling::GREEDY };
	let cut = Sampling { temperature: 0.7, top_k: 50, top_p: 0.9, min_p: 0.05, seed: u64::MAX, ..Sampling::GREEDY };
	let run = |s: &Sampling| [0, 1, 2, 1 << 40].map(|position| choose(s, &logits, position));
	assert_eq!((run(&all), run(&cut)), (RECORDED_ALL, RECORDED_CUT));
}

const RECORDED_ALL: [u32; 4] = [4687, 1105, 4176, 1961];
const RECORDED_CUT: [u32; 4] = [665, 2728, 3571, 2872];

/// Pearson's test at a significance of about 10⁻⁶.
fn chi_square(sampling: &Sampling, logits: &[f32], draws: u64) {
	let expected = Sampler::new(sampling, &[]).unwrap().distribution(logits, None).unwrap();
	let mut counts = vec![0u64; logits.len()];
	(0..draws).for_each(|position| counts[choose(sampling, logits, position) as usize] += 1);
	let kept: u64 = expected.iter().map(|(id, _)| counts[*id as usize]).sum();
	assert_eq!(kept, draws, "a token outside the filters was chosen");
	// Rare tokens are counted together.
	let (mut statistic, mut cells) = (0.0, 0.0);
	let mut rest = (0.0, 0.0);
	for (id, p) in expected {
		let (observed, mean) = (counts[id as usize] as f64, p * draws as f64);
		if mean < 10.0 {
			rest = (rest.0 + observed, rest.1 + mean);
		} else {
			statistic += (observed - mean) * (observed - mean) / mean;
			cells += 1.0;
		}
	}
	if rest.1 >= 10.0 {
		statistic += (rest.0 - rest.1) * (rest.0 - rest.1) / rest.1;
		cells += 1.0;
	}
	let freedom: f64 = cells - 1.0;
	// Wilson and Hilferty's approximation of the quantile at 4.75 standard deviations.
	let limit = freedom * (1.0 - 2.0 / (9.0 * freedom) + 4.75 * (2.0 / (9.0 * freedom)).sqrt()).powi(3);
	assert!(statistic < limit, "{statistic} of {freedom} degrees of freedom, limit {limit}");
}

#[test]
fn choose_follows_the_distribution() {
	let logits: Vec<f32> = (0..300u32).map(|i| ((i * 7919) % 300) as f32 / 50.0).collect();
	let base = Sampling { temperature: 1.0, seed: 7, ..Sampling::GREEDY };
	chi_square(&base, &logits, 200_000);
	chi_square(&Sampling { temperature: 0.3, ..base }, &logits, 50_000);
	chi_square(&Sampling { top_k: 40, ..base }, &logits, 50_000);
	chi_square(&Sampling { top_p: 0.6, seed: 8, ..base }, &logits, 50_000);
	chi_square(&Sampling { min_p: 0.1, temperature: 1.5, seed: 1 << 50, ..base }, &logits, 50_000);
	chi_square(&base, &vec![0.0; 1000], 100_000);
}

#[test]
fn choose_refuses_what_is_not_finite_and_takes_masks() {
	for temperature in [0.0, 1.0] {
		for top_p in [1.0, 0.9] {
			let sampling = Sampling { temperature, top_p, repetition_penalty: 1.1, ..Sampling::GREEDY };
			let mut sampler = Sampler::new(&sampling, &[1]).unwrap();
			let none = f32::NEG_INFINITY;
			assert_eq!(sampler.choose(&[0.0, f32::NAN], 0, None), Err(SamplingError::NotFinite));
			assert_eq!(sampler.choose(&[0.0, f32::INFINITY], 0, None), Err(SamplingError::NotFinite));
			let mask = TokenMask::of(&[0]);
			assert_eq!(sampler.choose(&[0.0, f32::NAN], 0, Some(&mask)), Err(SamplingError::NotFinite));
			assert_eq!(sampler.choose(&[none; 3], 0, None), Err(SamplingError::NothingAllowed));
			assert_eq!(sampler.choose(&[none, 1.0], 0, Some(&mask)), Err(SamplingError::NothingAllowed));
			for position in 0..50 {
				assert_eq!(sampler.choose(&[none, 1.0, none], position, None).unwrap().id, 1);
				assert_eq!(sampler.choose(&[-30.0, 1.0, 1.0], position, Some(&mask)).unwrap().id, 0);
			}
		}
	}
}

#[test]
fn penalties_count_chosen_tokens() {
	let sampling = Sampling { presence_penalty: 1.5, ..Sampling::GREEDY };
	let mut sampler = Sampler::new(&sampling, &[0, 1, 2]).unwrap().with_logprobs(2);
	let logits = [3.0, 2.0, 1.0];
	let choices: Vec<Choice> = (0..4).map(|i| sampler.choose(&logits, i, None).unwrap()).collect();
	assert_eq!(choices.iter().map(|c| c.id).collect::<Vec<_>>(), [0, 1, 0, 0]);
	for choice in choices {
		// Of the model's own logits, whatever was chosen.
		assert_eq!(choice.top.iter().map(|t| t.0).collect::<Vec<_>>(), [0, 1]);
		assert!((choice.logprob.unwrap() - choice.top[choice.id as usize].1).abs() < 1e-6);
	}
}

#[test]
fn judge_measures_how_far_a_token_is_from_being_chosen() {
	let logits: Vec<f32> = (0..500u32).map(|i| ((i * 7919) % 500) as f32 / 70.0).collect();
	for sampling in [
		Sampling::GREEDY,
		Sampling { temperature: 0.8, seed: 5, ..Sampling::GREEDY },
		Sampling { temperature: 1.2, seed: 5, top_k: 30, top_p: 0.8, ..Sampling::GREEDY },
	] {
		let mut sampler = Sampler::new(&sampling, &[]).unwrap();
		for position in 0..40 {
			let right = choose(&sampling, &logits, position);
			let own = sampler.judge(&logits, position, None, right, 0.005).unwrap();
			assert_eq!(own, Judgement { id: right, margin: 0.0 });
			for claimed in [(right + 1) % 500, 3, 250] {
				let judged = sampler.judge(&logits, position, None, claimed, 0.005).unwrap();
				assert_eq!(judged.id, right);
				// Raising the claimed logit by the margin makes it win; by less it does not.
				if claimed != right && judged.margin.is_finite() && judged.margin > 0.02 {
					let mut changed = logits.clone();
					changed[claimed as usize] += (judged.margin - 0.02) as f32;
					assert_ne!(choose(&sampling, &changed, position), claimed, "{position} {judged:?}");
				}
			}
			assert_eq!(sampler.judge(&logits, position, None, 500, 0.005).unwrap().margin, f64::INFINITY);
		}
	}
}

#[test]
fn judge_forgives_noise_in_the_logits_at_every_filter() {
	let mut state = 1u32;
	let mut noise = || {
		state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
		(state >> 8) as f32 / (1 << 24) as f32 - 0.5
	};
	let sampling = Sampling { temperature: 1.0, top_k: 60, top_p: 0.9, min_p: 0.02, seed: 1, ..Sampling::GREEDY };
	let (mut different, tolerance) = (0, 0.01);
	for position in 0..3000 {
		let logits: Vec<f32> = (0..200).map(|_| noise() * 12.0).collect();
		// Every logit moves by at most 0.01.
		let near: Vec<f32> = logits.iter().map(|l| l + noise() * 0.02).collect();
		let claimed = choose(&sampling, &near, position);
		let mut sampler = Sampler::new(&sampling, &[]).unwrap();
		let judged = sampler.judge(&logits, position, None, claimed, tolerance).unwrap();
		different += u32::from(judged.id != claimed);
		assert!(judged.margin <= 2.0 * tolerance, "{position}: {judged:?}");
	}
	assert!(different > 3, "the noise never changed a choice: the test proves nothing");
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(500))]
	#[test]
	fn choose_equals_the_unfiltered_race(
		logits in proptest::collection::vec(prop_oneof![6 => -30.0f32..30.0, 2 => Just(1.0f32), 1 => Just(f32::NEG_INFINITY)], 1..500),
		temperature in prop_oneof![Just(1.0f32), 0.01f32..100.0],
		seed in any::<u64>(),
		position in any::<u64>(),
	) {
		prop_assume!(logits.iter().any(|l| *l > f32::NEG_INFINITY));
		let sampling = Sampling { temperature, seed, ..Sampling::GREEDY };
		prop_assert_eq!(choose(&sampling, &logits, position), unfiltered(&logits, temperature, seed, position));
		// The same tokens by way of the list of survivors.
		let listed = Sampling { min_p: f32::MIN_POSITIVE, ..sampling };
		let reach = 87.0 * temperature;
		let spread = logits.iter().filter(|l| **l > f32::NEG_INFINITY).fold((f32::MAX, f32::MIN), |(a, b), l| (a.min(*l), b.max(*l)));
		if spread.1 - spread.0 < reach {
			prop_assert_eq!(choose(&listed, &logits, position), unfiltered(&logits, temperature, seed, position));
		}
	}
}
