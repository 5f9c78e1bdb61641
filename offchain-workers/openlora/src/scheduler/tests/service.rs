//! The thread and its handle.

use super::super::*;
use super::support::*;
use crate::error::EngineError;
use crate::request::{GenerateRequest, TokenEvent};
use std::ops::ControlFlow;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

const OPTIONS: SchedulerOptions = SchedulerOptions {
	queue: 8,
	queue_per_payer: 4,
	max_context: CONTEXT,
	max_batch: 4,
	step_tokens: 64,
	prefix_cache: true,
};

fn start(options: SchedulerOptions) -> Scheduler {
	let budget = Budget::new(100 * PAGE_BYTES);
	let store = TestStore::new(budget.clone(), &[("never", 1, 10)], u64::MAX / 2);
	let pool = Arc::new(Pool::new(2).unwrap());
	Scheduler::start(TestBackend::new(), store, Letters::shared(), budget, pool, options).unwrap()
}

fn never(payer: u8) -> GenerateRequest {
	GenerateRequest { adapters: vec![("never".into(), 1.0)], payer: Some([payer; 32]), ..greedy(&[1], 4) }
}

fn wait(receiver: &mut Receiver<TokenEvent>) -> (Vec<u32>, TokenEvent) {
	let mut ids = Vec::new();
	loop {
		match receiver.blocking_recv().expect("the stream ends with an event") {
			TokenEvent::Token { id, .. } => ids.push(id),
			end => return (ids, end),
		}
	}
}

#[test]
fn many_threads_get_the_answers_they_would_get_alone() {
	let scheduler = start(SchedulerOptions { queue: 64, queue_per_payer: 64, ..OPTIONS });
	std::thread::scope(|scope| {
		for thread in 0..8u64 {
			let scheduler = &scheduler;
			scope.spawn(move || {
				let mut random = Random(thread);
				for _ in 0..8 {
					let prompt = random.tokens(30);
					let mut receiver = scheduler.generate(greedy(&prompt, 16), extras()).unwrap();
					assert_eq!(wait(&mut receiver).0, expected(&prompt, &[], 16));
				}
			});
		}
	});
	scheduler.shut_down(Duration::from_secs(60));
	let stats = scheduler.stats();
	assert_eq!((stats.completed, stats.generated_tokens, stats.waiting, stats.running), (64, 64 * 16, 0, 0));
	assert!(stats.step.count() > 0 && stats.overhead.max_us() <= stats.step.max_us());
}

#[test]
fn a_full_queue_refuses_with_a_hint_and_has_room_again_when_requests_leave_it() {
	let scheduler = start(OPTIONS);
	let mut waiting: Vec<_> = (0..4).map(|_| scheduler.generate(never(1), extras()).unwrap()).collect();
	let refused = |payer| match scheduler.generate(never(payer), extras()) {
		Err(EngineError::Overloaded { queue, retry_after_ms }) => (queue, retry_after_ms > 0),
		other => panic!("{other:?}"),
	};
	assert_eq!(refused(1), (4, true), "the payer's part is full");
	waiting.extend((0..4).map(|_| scheduler.generate(never(2), extras()).unwrap()));
	assert_eq!(refused(3), (8, true), "the queue is full");
	drop(waiting.pop());
	while scheduler.stats().waiting == 8 {
		std::thread::yield_now();
	}
	waiting.push(scheduler.generate(never(3), extras()).unwrap());
	assert_eq!(scheduler.stats().cancelled, 1);
}

#[test]
fn a_reader_that_does_not_read_stops_nobody() {
	let scheduler = start(OPTIONS);
	let mut slow = scheduler.generate(greedy(&[1], 400), extras()).unwrap();
	let mut quick = scheduler.generate(greedy(&[2], 450), extras()).unwrap();
	assert_eq!(wait(&mut quick).0.len(), 450);
	while scheduler.stats().completed < 2 {
		std::thread::yield_now();
	}
	assert_eq!(wait(&mut slow).0, expected(&[1], &[], 400));
}

#[test]
fn what_cannot_fit_or_makes_no_sense_is_refused_at_once() {
	let scheduler = start(OPTIONS);
	let refused = |request| scheduler.generate(request, extras()).unwrap_err();
	assert_eq!(refused(greedy(&[], 1)), EngineError::EmptyPrompt);
	assert_eq!(refused(greedy(&[1; CONTEXT], 1)), EngineError::PromptTooLong { tokens: CONTEXT, limit: CONTEXT - 1 });
	let small = {
		let budget = Budget::new(3 * PAGE_BYTES);
		let pool = Arc::new(Pool::new(1).unwrap());
		Scheduler::start(TestBackend::new(), NoAdapters, Letters::shared(), budget, pool, OPTIONS).unwrap()
	};
	let large = small.generate(greedy(&[1; 40], 10), extras()).unwrap_err();
	assert_eq!(large, EngineError::TooLarge { needed: 4 * PAGE_BYTES, budget: 3 * PAGE_BYTES });
	assert_eq!(wait(&mut small.generate(greedy(&[1; 40], 9), extras()).unwrap()).0.len(), 9);
	let score = ScoreRequest { from: 2, ..ScoreRequest::new(vec![1, 2], |_, _, _| ControlFlow::Continue(())) };
	assert!(matches!(scheduler.score(score), Err(EngineError::Invalid(_))));
}

#[test]
fn a_panic_fails_the_running_and_the_waiting_requests_and_stops_the_engine() {
	let scheduler = start(OPTIONS);
	let mut waiting = scheduler.generate(never(1), extras()).unwrap();
	let mut running = scheduler.generate(greedy(&[1], 500), extras()).unwrap();
	let mut broken = scheduler.generate(greedy(&[PANIC], 1), extras()).unwrap();
	let failed = TokenEvent::Failed(RequestError::Engine("the backend panics".into()));
	assert_eq!(wait(&mut broken).1, failed);
	assert_eq!(wait(&mut waiting).1, failed);
	let end = wait(&mut running).1;
	assert!(end == failed || matches!(end, TokenEvent::Done(_)), "{end:?}");
	while scheduler.generate(greedy(&[1], 1), extras()).err() != Some(EngineError::Stopped) {
		std::thread::yield_now();
	}
	scheduler.shut_down(Duration::ZERO);
}

#[test]
fn shutting_down_completes_what_was_accepted_and_accepts_no_more() {
	let scheduler = start(OPTIONS);
	let mut accepted: Vec<_> = (0..4).map(|n| scheduler.generate(greedy(&[n], 100), extras()).unwrap()).collect();
	scheduler.shut_down(Duration::from_secs(60));
	accepted.iter_mut().for_each(|receiver| assert_eq!(answer(receiver).len(), 100));
	assert_eq!(scheduler.generate(greedy(&[1], 1), extras()).unwrap_err(), EngineError::Stopped);
	scheduler.shut_down(Duration::ZERO);
}

#[test]
fn shutting_down_fails_what_is_not_complete_in_time() {
	let scheduler = start(OPTIONS);
	let mut waiting = scheduler.generate(never(1), extras()).unwrap();
	scheduler.shut_down(Duration::ZERO);
	assert_eq!(wait(&mut waiting).1, TokenEvent::Failed(RequestError::Stopped));
}

#[test]
fn dropping_the_last_handle_completes_what_was_accepted() {
	let scheduler = start(OPTIONS);
	let clone = scheduler.clone();
	drop(scheduler);
	let mut accepted = clone.generate(greedy(&[5], 200), extras()).unwrap();
	drop(clone);
	assert_eq!(wait(&mut accepted).0, expected(&[5], &[], 200));
}

#[test]
fn scoring_reports_its_end() {
	let scheduler = start(OPTIONS);
	let (sender, rows) = std::sync::mpsc::channel();
	let visit = move |position: usize, _: &[f32], logits: &[f32]| {
		sender.send((position, logits.len())).unwrap();
		ControlFlow::Continue(())
	};
	let done = scheduler.score(ScoreRequest::new(vec![1, 2, 3], visit)).unwrap();
	assert_eq!(done.blocking_recv(), Ok(Ok(())));
	assert_eq!(rows.iter().collect::<Vec<_>>(), [(0, VOCAB), (1, VOCAB), (2, VOCAB)]);
}
