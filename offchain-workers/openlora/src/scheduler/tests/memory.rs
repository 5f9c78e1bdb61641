//! Pages: sharing, running out, pausing.

use super::super::*;
use super::support::*;
use crate::request::TokenEvent;

#[test]
fn a_cached_beginning_gives_the_same_answer_without_being_computed_again() {
	let mut bench = Bench::new(100, BOUNDS);
	let prompt = Random(1).tokens(70);
	let mut first = bench.submit(greedy(&prompt, 20));
	bench.drain();
	let computed = bench.core.stats().computed_tokens;
	let mut second = bench.submit(greedy(&prompt, 20));
	bench.drain();
	let answer_of = |receiver| match events(receiver).1 {
		Some(TokenEvent::Done(done)) => (done.cached_tokens, done.token_ids, done.fingerprint),
		other => panic!("{other:?}"),
	};
	let (first, second) = (answer_of(&mut first), answer_of(&mut second));
	assert_eq!((first.0, second.0), (0, 64));
	assert_eq!((&first.1, first.2), (&second.1, second.2));
	assert_eq!(first.1, expected(&prompt, &[], 20));
	// 70 of the prompt but 64, and all tokens of the answer but the last.
	assert_eq!(bench.core.stats().computed_tokens - computed, 6 + 19);
	assert_eq!(bench.core.stats().prefix_hit_tokens, 64);
	bench.audit_end();
}

#[test]
fn the_whole_prompt_in_the_cache_leaves_the_last_page_to_compute() {
	let mut bench = Bench::new(100, BOUNDS);
	let prompt = Random(2).tokens(64);
	let _first = bench.submit(greedy(&prompt, 1));
	bench.drain();
	let mut second = bench.submit(greedy(&prompt, 3));
	bench.drain();
	assert_eq!(answer(&mut second), expected(&prompt, &[], 3));
	assert_eq!(bench.core.stats().prefix_hit_tokens, 48);
}

#[test]
fn an_answer_continued_in_the_next_turn_is_in_the_cache() {
	let mut bench = Bench::new(100, BOUNDS);
	let mut prompt = Random(3).tokens(20);
	let mut first = bench.submit(greedy(&prompt, 29));
	bench.drain();
	prompt.extend(answer(&mut first));
	prompt.extend([1, 2, 3]);
	let mut second = bench.submit(greedy(&prompt, 5));
	bench.drain();
	assert_eq!(answer(&mut second), expected(&prompt, &[], 5));
	assert_eq!(bench.core.stats().prefix_hit_tokens, 48);
}

#[test]
fn requests_that_begin_alike_and_arrive_together_compute_the_beginning_once() {
	let mut bench = Bench::new(1000, BOUNDS);
	let mut random = Random(4);
	let common = random.tokens(96);
	let mut requests: Vec<_> = (0..8)
		.map(|_| {
			let prompt = [common.clone(), random.tokens(5)].concat();
			(expected(&prompt, &[], 4), bench.submit(greedy(&prompt, 4)))
		})
		.collect();
	bench.drain();
	for (expected, receiver) in &mut requests {
		assert_eq!(answer(receiver), *expected);
	}
	let stats = bench.core.stats();
	assert_eq!((stats.prefix_hit_tokens, stats.computed_tokens), (7 * 96, 96 + 8 * (5 + 3)));
	bench.audit_end();
}

#[test]
fn without_the_cache_nothing_outlives_a_request() {
	let mut bench = Bench::new(100, Bounds { prefix_cache: false, ..BOUNDS });
	let prompt = Random(5).tokens(64);
	let mut both = [bench.submit(greedy(&prompt, 9)), bench.submit(greedy(&prompt, 9))];
	bench.drain();
	both.iter_mut().for_each(|receiver| assert_eq!(answer(receiver), expected(&prompt, &[], 9)));
	assert_eq!((bench.core.stats().pages_used, bench.core.stats().prefix_hit_tokens), (0, 0));
	assert!(bench.core.backend.live().is_empty());
}

#[test]
fn requests_that_do_not_fit_together_are_paused_and_all_end() {
	for prefix_cache in [false, true] {
		// Each grows to 8 of 10 pages.
		let mut bench = Bench::new(10, Bounds { prefix_cache, ..BOUNDS });
		let mut random = Random(6);
		let mut requests: Vec<_> = (0..6)
			.map(|_| {
				let prompt = random.tokens(10);
				(expected(&prompt, &[], 118), bench.submit(greedy(&prompt, 118)))
			})
			.collect();
		bench.drain();
		for (expected, receiver) in &mut requests {
			assert_eq!(answer(receiver), *expected);
		}
		assert!(bench.core.stats().preemptions > 0);
		assert!(bench.core.backend.most_pages <= 10);
		bench.audit_end();
	}
}

#[test]
fn the_oldest_request_is_never_paused() {
	let mut bench = Bench::new(9, BOUNDS);
	let mut random = Random(7);
	let prompt = random.tokens(16);
	let mut oldest = bench.submit(greedy(&prompt, 120));
	bench.step();
	let _others: Vec<_> = (0..5).map(|_| bench.submit(greedy(&random.tokens(16), 120))).collect();
	let mut steps = 1;
	while !matches!(events(&mut oldest).1, Some(TokenEvent::Done(_))) {
		bench.step();
		steps += 1;
	}
	assert_eq!(steps, 120, "a token in every step");
}

#[test]
fn a_request_that_fills_the_memory_alone_is_served_after_others() {
	let mut bench = Bench::new(8, BOUNDS);
	let mut random = Random(8);
	let _small: Vec<_> = (0..4).map(|_| bench.submit(greedy(&random.tokens(20), 12))).collect();
	let prompt = random.tokens(100);
	let mut large = bench.submit(greedy(&prompt, 29));
	bench.drain();
	assert_eq!(answer(&mut large), expected(&prompt, &[], 29));
	bench.audit_end();
}

#[test]
fn a_load_that_waits_for_memory_gets_idle_pages() {
	let mut bench = Bench::new(10, BOUNDS);
	let _first = bench.submit(greedy(&Random(9).tokens(140), 2));
	bench.drain();
	assert!(bench.core.stats().pages_cached >= 8);
	let budget = bench.budget.clone();
	let load = std::thread::spawn(move || {
		budget.reserve_within(7 * PAGE_BYTES, std::time::Duration::from_secs(60)).map(|held| held.bytes())
	});
	while !load.is_finished() {
		bench.core.step(bench.now);
		std::thread::yield_now();
	}
	assert_eq!(load.join().unwrap(), Some(7 * PAGE_BYTES));
	bench.audit_end();
}
