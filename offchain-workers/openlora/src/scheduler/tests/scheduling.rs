//! How requests share steps.

use super::super::score::{ScoreRequest, Scoring};
use super::super::sequence::Submission;
use super::super::*;
use super::support::*;
use crate::request::{Completion, FinishReason, GenerateRequest, TokenEvent};
use std::ops::ControlFlow;
use std::time::Duration;
use tokio::sync::oneshot;

#[test]
fn requests_of_all_lengths_get_the_answers_they_would_get_alone() {
	let mut bench = Bench::new(1000, BOUNDS);
	let mut random = Random(1);
	let mut requests: Vec<_> = (0..40)
		.map(|n| {
			let prompt = random.tokens(1 + n * 3);
			let limit = 1 + random.below(40);
			(expected(&prompt, &[], limit), bench.submit(greedy(&prompt, limit as u32)))
		})
		.collect();
	bench.drain();
	for (expected, receiver) in &mut requests {
		assert_eq!(answer(receiver), *expected);
	}
	assert!(bench.core.backend.steps.iter().any(|step| step.len() == 8), "steps hold many requests");
	bench.audit_end();
}

#[test]
fn a_long_prompt_is_computed_in_pieces_beside_the_answers_of_others() {
	let mut bench = Bench::new(1000, BOUNDS);
	let mut random = Random(2);
	let mut short: Vec<_> = (0..6).map(|_| bench.submit(greedy(&random.tokens(4), 100))).collect();
	bench.step();
	let prompt = random.tokens(400);
	let mut long = bench.submit(greedy(&prompt, 1));
	for _ in 0..10 {
		bench.step();
		// Each generating request advances in every step, and the prompt takes what is left of it.
		assert!(short.iter_mut().all(|receiver| !events(receiver).0.is_empty()));
		let step = bench.core.backend.steps.last().unwrap();
		assert_eq!(step.iter().sum::<usize>(), 40);
	}
	bench.step();
	bench.step();
	assert_eq!(answer(&mut long), expected(&prompt, &[], 1));
}

#[test]
fn a_prompt_advances_beside_a_full_batch() {
	// The budget of a step is raised so that there is room for a page beside the answers.
	let mut bench = Bench::new(1000, Bounds { max_batch: 4, step_tokens: 1, prefix_cache: true });
	let mut random = Random(3);
	let _short: Vec<_> = (0..3).map(|_| bench.submit(greedy(&random.tokens(1), 500))).collect();
	bench.step();
	let prompt = random.tokens(160);
	let mut long = bench.submit(greedy(&prompt, 1));
	(0..11).for_each(|_| assert_eq!(bench.step(), Activity::Worked));
	assert_eq!(answer(&mut long), expected(&prompt, &[], 1));
}

#[test]
fn a_short_prompt_is_not_behind_a_long_one() {
	let mut bench = Bench::new(1000, BOUNDS);
	let mut random = Random(4);
	let _long = bench.submit(greedy(&random.tokens(480), 4));
	bench.step();
	let mut short = bench.submit(greedy(&random.tokens(20), 1));
	bench.step();
	assert_eq!(answer(&mut short).len(), 1);
}

#[test]
fn the_text_is_streamed_and_ends_at_a_stop_string() {
	let mut bench = Bench::new(100, BOUNDS);
	let prompt = [1, 2, 3];
	let ids = expected(&prompt, &[], 12);
	let letters: String = ids.iter().map(|id| (b'A' + *id as u8) as char).collect();
	let stop = letters[5..7].to_owned();
	let at = letters.find(&stop).unwrap();
	let mut receiver = bench.submit(GenerateRequest { stop: vec![stop], ..greedy(&prompt, 12) });
	bench.drain();
	let mut text = String::new();
	let mut end = None;
	while let Ok(event) = receiver.try_recv() {
		match event {
			TokenEvent::Token { text: piece, logprob, top, .. } => {
				assert_eq!((logprob, top), (None, vec![]));
				text.push_str(&piece);
			}
			other => end = Some(other),
		}
	}
	assert_eq!(text, letters[..at]);
	let Some(TokenEvent::Done(Completion { finish, token_ids, prompt_tokens, .. })) = end else { panic!("{end:?}") };
	assert_eq!((finish, token_ids.as_slice(), prompt_tokens), (FinishReason::Stop, &ids[..at + 2], 3));
}

#[test]
fn log_probabilities_are_given_if_asked_for() {
	let mut bench = Bench::new(100, BOUNDS);
	let mut receiver = bench.submit(GenerateRequest { logprobs: Some(3), ..greedy(&[1], 1) });
	bench.drain();
	let Ok(TokenEvent::Token { id, logprob, top, .. }) = receiver.try_recv() else { panic!("no token") };
	assert_eq!((top.len(), top[0].0), (3, id));
	assert_eq!(logprob, Some(top[0].1));
}

#[test]
fn a_reader_that_goes_away_frees_its_pages_before_the_next_step() {
	let mut bench = Bench::new(100, Bounds { prefix_cache: false, ..BOUNDS });
	let mut random = Random(5);
	let gone = bench.submit(greedy(&random.tokens(30), 100));
	let prompt = random.tokens(30);
	let mut stays = bench.submit(greedy(&prompt, 20));
	(0..4).for_each(|_| assert_eq!(bench.step(), Activity::Worked));
	let before = bench.core.stats().pages_used;
	drop(gone);
	bench.step();
	assert!(bench.core.stats().pages_used < before);
	assert_eq!(bench.core.backend.steps.last().unwrap().len(), 1);
	bench.drain();
	assert_eq!(answer(&mut stays), expected(&prompt, &[], 20));
	assert_eq!((bench.core.stats().cancelled, bench.core.stats().completed), (1, 1));
	bench.audit_end();
}

#[test]
fn a_deadline_delivers_what_there_is_and_fails_what_has_not_begun() {
	let mut bench = Bench::new(100, Bounds { max_batch: 1, ..BOUNDS });
	let deadline = Some(bench.now + Duration::from_secs(1));
	let mut running = bench.submit(GenerateRequest { deadline, ..greedy(&[1], 100) });
	let mut waiting = bench.submit(GenerateRequest { deadline, ..greedy(&[2], 100) });
	let mut later = bench.submit(greedy(&[3], 2));
	(0..5).for_each(|_| assert_eq!(bench.step(), Activity::Worked));
	bench.now += Duration::from_secs(1);
	bench.drain();
	let (ids, end) = events(&mut running);
	assert_eq!(ids, expected(&[1], &[], 5));
	assert!(matches!(end, Some(TokenEvent::Done(Completion { finish: FinishReason::Deadline, .. }))), "{end:?}");
	assert_eq!(events(&mut waiting), (vec![], Some(TokenEvent::Failed(RequestError::Deadline))));
	assert_eq!(answer(&mut later).len(), 2);
	assert_eq!(bench.core.stats().expired, 2);
}

#[test]
fn numbers_that_are_not_finite_fail_their_request_alone() {
	let mut bench = Bench::new(100, BOUNDS);
	let mut broken = bench.submit(greedy(&[1, BROKEN, 2], 10));
	let mut sound = bench.submit(greedy(&[1, 5, 2], 10));
	bench.drain();
	assert_eq!(events(&mut broken), (vec![], Some(TokenEvent::Failed(RequestError::NotFinite))));
	assert_eq!(answer(&mut sound), expected(&[1, 5, 2], &[], 10));
	bench.audit_end();
}

/// Rows that scoring visited: position, hidden state, number of logits.
type Visited = Arc<Mutex<Vec<(usize, Vec<f32>, usize)>>>;

fn score(
	bench: &mut Bench,
	tokens: &[u32],
	from: usize,
	last: usize,
) -> (Visited, oneshot::Receiver<Result<(), RequestError>>) {
	let visited: Visited = Arc::default();
	let seen = visited.clone();
	let visit = move |position: usize, hidden: &[f32], logits: &[f32]| {
		seen.lock().unwrap().push((position, hidden.to_vec(), logits.len()));
		if position == last {
			ControlFlow::Break(())
		} else {
			ControlFlow::Continue(())
		}
	};
	let request = ScoreRequest { from, ..ScoreRequest::new(tokens.to_vec(), visit) };
	let (done, receiver) = oneshot::channel();
	bench.core.submit(Submission {
		most_tokens: tokens.len(),
		work: Box::new(Scoring::new(tokens.len(), from, request.begin, request.visit, done)),
		tokens: request.tokens,
		adapters: request.adapters,
		payer: request.payer,
		deadline: request.deadline,
		ticket: None,
	});
	(visited, receiver)
}

#[test]
fn scoring_visits_every_position_in_order_beside_other_requests() {
	let mut bench = Bench::new(100, BOUNDS);
	let mut random = Random(6);
	let tokens = random.tokens(150);
	let mut other = bench.submit(greedy(&tokens[..40], 30));
	let (visited, mut done) = score(&mut bench, &tokens, 0, usize::MAX);
	bench.drain();
	assert_eq!(done.try_recv(), Ok(Ok(())));
	let visited = visited.lock().unwrap();
	assert_eq!(visited.iter().map(|(position, ..)| *position).collect::<Vec<_>>(), (0..150).collect::<Vec<_>>());
	for (position, hidden, logits) in visited.iter() {
		assert_eq!((hidden, *logits), (&expected_hidden(&tokens[..=*position]), VOCAB));
	}
	assert_eq!(answer(&mut other), expected(&tokens[..40], &[], 30));
	bench.audit_end();
}

#[test]
fn scoring_from_a_position_uses_cached_pages_before_it_and_can_break_off() {
	let mut bench = Bench::new(100, BOUNDS);
	let tokens = Random(7).tokens(120);
	let _all = score(&mut bench, &tokens, 0, usize::MAX);
	bench.drain();
	let computed = bench.core.stats().computed_tokens;
	let (visited, mut done) = score(&mut bench, &tokens, 100, 110);
	bench.drain();
	assert_eq!(done.try_recv(), Ok(Ok(())));
	let visited = visited.lock().unwrap();
	assert_eq!(visited.iter().map(|(position, ..)| *position).collect::<Vec<_>>(), (100..=110).collect::<Vec<_>>());
	assert_eq!(visited[0].1, expected_hidden(&tokens[..=100]));
	assert_eq!(bench.core.stats().prefix_hit_tokens, 96);
	assert_eq!(bench.core.stats().computed_tokens - computed, 24);
	bench.audit_end();
}

#[test]
fn a_visit_that_panics_fails_its_request_alone() {
	let mut bench = Bench::new(100, BOUNDS);
	let (done, mut receiver) = oneshot::channel();
	bench.core.submit(Submission {
		tokens: vec![1, 2, 3],
		most_tokens: 3,
		adapters: Vec::new(),
		payer: None,
		deadline: None,
		work: Box::new(Scoring::new(3, 0, None, Box::new(|_, _, _| panic!("the visitor")), done)),
		ticket: None,
	});
	let mut other = bench.submit(greedy(&[4], 3));
	bench.drain();
	assert_eq!(receiver.try_recv(), Ok(Err(RequestError::Choice("the visitor".into()))));
	assert_eq!(answer(&mut other), expected(&[4], &[], 3));
	bench.audit_end();
}

#[test]
fn the_overhead_of_a_step_is_small() {
	let mut bench = Bench::new(100_000, Bounds { max_batch: 64, step_tokens: 128, prefix_cache: true });
	let mut random = Random(8);
	let _receivers: Vec<_> = (0..192)
		.map(|n| {
			let payer = Some([(n % 48) as u8; 32]);
			bench.submit(GenerateRequest { payer, ..greedy(&random.tokens(40), 100) })
		})
		.collect();
	while bench.core.step(bench.now) == Activity::Worked {}
	let overhead = bench.core.stats().overhead;
	println!("overhead of a step: median {} us, mean {} us", overhead.quantile_us(0.5), overhead.mean_us());
	// The target is 100 us; a busy machine must not fail the test.
	assert!(overhead.quantile_us(0.5) < 1000, "{} us", overhead.quantile_us(0.5));
}
