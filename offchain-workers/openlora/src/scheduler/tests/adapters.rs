//! Requests that need adapters.

use super::super::*;
use super::support::*;
use crate::request::{GenerateRequest, TokenEvent};

fn with(adapters: &[(&str, f32)], prompt: &[u32], max_tokens: u32) -> GenerateRequest {
	let adapters = adapters.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect();
	GenerateRequest { adapters, ..greedy(prompt, max_tokens) }
}

#[test]
fn a_request_that_waits_for_its_adapter_blocks_nobody() {
	let mut bench = Bench::with_adapters(100_000, BOUNDS, &[("slow", 7, 500)], 10);
	let prompt = Random(1).tokens(20);
	let mut slow = bench.submit(with(&[("slow", 1.0)], &prompt, 5));
	let mut base = bench.submit(greedy(&prompt, 5));
	(0..5).for_each(|_| assert_eq!(bench.step(), Activity::Worked));
	assert_eq!(answer(&mut base), expected(&prompt, &[], 5));
	assert_eq!(bench.step(), Activity::Waiting);
	bench.drain();
	assert_eq!(answer(&mut slow), expected(&prompt, &[(7, 1.0)], 5));
	assert_eq!(bench.store.with(|loads| loads.loads), 1);
	bench.audit_end();
}

#[test]
fn adapters_are_asked_for_while_the_batch_is_full() {
	let mut bench = Bench::with_adapters(100_000, Bounds { max_batch: 1, ..BOUNDS }, &[("next", 7, 500)], 2);
	let _running = bench.submit(greedy(&[1], 20));
	bench.step();
	let mut next = bench.submit(with(&[("next", 1.0)], &[2], 3));
	(0..4).for_each(|_| assert_eq!(bench.step(), Activity::Worked));
	assert_eq!(bench.store.with(|loads| loads.loads), 1);
	assert_eq!(bench.store.held(), 1, "it is not dropped before its turn");
	bench.drain();
	assert_eq!(answer(&mut next), expected(&[2], &[(7, 1.0)], 3));
}

#[test]
fn order_and_weights_of_adapters_are_kept_and_never_share_pages_with_others() {
	let known = [("a", 1, 10), ("b", 2, 10)];
	let mut bench = Bench::with_adapters(100_000, BOUNDS, &known, 1);
	let prompt = Random(2).tokens(40);
	let mixes: [&[(&str, f32)]; 5] =
		[&[("a", 1.0), ("b", 0.5)], &[("b", 0.5), ("a", 1.0)], &[("a", 1.0)], &[("a", 0.5)], &[]];
	for mix in mixes {
		let mut receiver = bench.submit(with(mix, &prompt, 8));
		bench.drain();
		let ids: Vec<(u64, f32)> = mix.iter().map(|(name, w)| (if *name == "a" { 1 } else { 2 }, *w)).collect();
		assert_eq!(answer(&mut receiver), expected(&prompt, &ids, 8));
	}
	assert_eq!(bench.core.stats().prefix_hit_tokens, 0);
	let mut again = bench.submit(with(mixes[0], &prompt, 8));
	bench.drain();
	assert_eq!(answer(&mut again), expected(&prompt, &[(1, 1.0), (2, 0.5)], 8));
	assert_eq!(bench.core.stats().prefix_hit_tokens, 32);
}

#[test]
fn an_unknown_adapter_fails_its_request_alone() {
	let mut bench = Bench::with_adapters(100_000, BOUNDS, &[], 1);
	let mut unknown = bench.submit(with(&[("none", 1.0)], &[1], 3));
	let mut base = bench.submit(greedy(&[1], 3));
	bench.drain();
	let (_, end) = events(&mut unknown);
	assert!(matches!(end, Some(TokenEvent::Failed(RequestError::Adapter { name, .. })) if name == "none"));
	assert_eq!(answer(&mut base), expected(&[1], &[], 3));
	bench.audit_end();
}

#[test]
fn a_request_that_does_not_fit_with_its_adapter_is_refused() {
	let mut bench = Bench::with_adapters(1000, BOUNDS, &[("large", 7, 900)], 1);
	let mut refused = bench.submit(with(&[("large", 1.0)], &[1], 30));
	let mut fits = bench.submit(with(&[("large", 1.0)], &[1], 16));
	bench.drain();
	let (_, end) = events(&mut refused);
	assert_eq!(end, Some(TokenEvent::Failed(RequestError::Memory { needed: 1100, budget: 1000 })));
	assert_eq!(answer(&mut fits), expected(&[1], &[(7, 1.0)], 16));
	bench.audit_end();
}

#[test]
fn adapters_and_pages_take_turns_when_memory_holds_one_of_them() {
	// Two adapters of 6 pages and requests of 4 pages share 10 pages.
	let known = [("a", 1, 6 * PAGE_BYTES), ("b", 2, 6 * PAGE_BYTES)];
	let mut bench = Bench::with_adapters(10 * PAGE_BYTES, BOUNDS, &known, 2);
	let mut random = Random(3);
	let mut requests: Vec<_> = (0..12)
		.map(|n| {
			let prompt = random.tokens(30);
			let (name, id) = [("a", 1), ("b", 2)][n % 2];
			(expected(&prompt, &[(id, 1.0)], 34), bench.submit(with(&[(name, 1.0)], &prompt, 34)))
		})
		.collect();
	let mut base: Vec<_> = (0..6).map(|n| bench.submit(greedy(&[n], 60))).collect();
	bench.drain();
	for (expected, receiver) in &mut requests {
		assert_eq!(answer(receiver), *expected);
	}
	base.iter_mut().for_each(|receiver| assert_eq!(answer(receiver).len(), 60));
	bench.audit_end();
}

#[test]
fn a_paused_request_whose_adapter_was_replaced_fails() {
	let known = [("a", 1, PAGE_BYTES)];
	let mut bench = Bench::with_adapters(9 * PAGE_BYTES, BOUNDS, &known, 1);
	let mut oldest = bench.submit(greedy(&Random(4).tokens(16), 100));
	bench.step();
	let mut paused = bench.submit(with(&[("a", 1.0)], &[1, 2], 60));
	while bench.core.stats().paused == 0 {
		bench.step();
	}
	bench.store.with(|loads| {
		loads.known.insert("a".into(), (2, PAGE_BYTES));
	});
	bench.store.forget("a");
	bench.drain();
	assert_eq!(answer(&mut oldest).len(), 100);
	assert_eq!(events(&mut paused).1, Some(TokenEvent::Failed(RequestError::AdapterReplaced)));
}
