//! Random schedules: arrivals, readers that go away, deadlines, late adapters, tiny memories.

use super::super::*;
use super::support::*;
use crate::request::{Completion, FinishReason, GenerateRequest, TokenEvent};
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

const SCHEDULES: u64 = 2500;

struct Open {
	expected: Vec<u32>,
	seen: Vec<u32>,
	deadline: bool,
	/// `None` once the reader went away.
	receiver: Option<Receiver<TokenEvent>>,
	end: Option<TokenEvent>,
	broken: bool,
}

const KNOWN: [(&str, u64, usize); 4] =
	[("a", 1, PAGE_BYTES), ("b", 2, 2 * PAGE_BYTES), ("c", 3, PAGE_BYTES / 2), ("d", 4, 3 * PAGE_BYTES)];

struct Schedule {
	bench: Bench,
	random: Random,
	pages: usize,
	/// Beginnings that requests share.
	stems: Vec<Vec<u32>>,
	open: Vec<Open>,
}

impl Schedule {
	fn new(seed: u64) -> Self {
		let mut random = Random(seed);
		let pages = 8 + random.below(20);
		let bounds = Bounds {
			max_batch: 1 + random.below(6),
			step_tokens: 1 + random.below(60),
			prefix_cache: !random.one_in(4),
		};
		let delay = 1 + random.below(4) as u64;
		let bench = Bench::with_adapters(pages * PAGE_BYTES, bounds, &KNOWN, delay);
		let stems = (0..2).map(|_| random.tokens(40)).collect();
		Self { bench, random, pages, stems, open: Vec::new() }
	}

	fn arrive(&mut self) {
		let random = &mut self.random;
		let stem = &self.stems[random.below(2)];
		let mut prompt = stem[..random.below(stem.len())].to_vec();
		let own = 1 + random.below(10);
		prompt.extend(random.tokens(own));
		let mut chosen = Vec::new();
		for known in KNOWN.iter().take(3) {
			if random.one_in(4) {
				chosen.push((known, [1.0f32, 0.5][random.below(2)]));
			}
		}
		// What is left of the memory beside the adapters.
		let room = self.pages * PAGE_BYTES - chosen.iter().map(|(known, _)| known.2).sum::<usize>();
		let most = room / PAGE_BYTES * PAGE_TOKENS + 1 - prompt.len();
		let limit = 1 + random.below(most.min(60));
		let broken = random.one_in(20);
		if broken {
			let at = random.below(prompt.len());
			prompt[at] = BROKEN;
		}
		let ids: Vec<(u64, f32)> = chosen.iter().map(|(known, weight)| (known.1, *weight)).collect();
		let deadline = random.one_in(8);
		let request = GenerateRequest {
			adapters: chosen.iter().map(|(known, weight)| (known.0.to_owned(), *weight)).collect(),
			payer: Some([random.below(3) as u8; 32]),
			deadline: deadline.then(|| self.bench.now + Duration::from_millis(random.below(60) as u64)),
			..greedy(&prompt, limit as u32)
		};
		let receiver = Some(self.bench.submit(request));
		let expected = expected(&prompt, &ids, limit);
		self.open.push(Open { expected, seen: Vec::new(), deadline, receiver, end: None, broken });
	}

	fn step(&mut self) -> Activity {
		self.bench.now += Duration::from_millis(1);
		let activity = self.bench.step();
		for open in &mut self.open {
			let Some(receiver) = &mut open.receiver else { continue };
			if open.end.is_none() {
				let (ids, end) = events(receiver);
				open.seen.extend(ids);
				open.end = end;
			}
			assert!(open.expected.starts_with(&open.seen), "an answer differs from the one alone");
		}
		activity
	}

	fn finish(mut self) -> EngineStats {
		let mut steps = 0;
		while self.step() != Activity::Idle {
			steps += 1;
			assert!(steps < 20_000, "a request does not end: {:?}", self.bench.core.stats());
		}
		for open in self.open.iter().filter(|open| open.receiver.is_some()) {
			match &open.end {
				Some(TokenEvent::Done(Completion { finish: FinishReason::Length, .. })) => {
					assert_eq!(open.seen, open.expected);
					assert!(!open.broken);
				}
				Some(TokenEvent::Done(Completion { finish: FinishReason::Deadline, .. })) => assert!(open.deadline),
				Some(TokenEvent::Failed(RequestError::Deadline)) => assert!(open.deadline && open.seen.is_empty()),
				Some(TokenEvent::Failed(RequestError::NotFinite)) => assert!(open.broken),
				other => panic!("{other:?}"),
			}
		}
		self.bench.audit_end();
		self.bench.core.stats()
	}
}

#[test]
fn every_schedule_ends_with_the_answers_of_requests_alone_and_no_page_lost() {
	let mut preemptions = 0;
	let mut hits = 0;
	let mut cancelled = 0;
	let mut expired = 0;
	for seed in 0..SCHEDULES {
		let mut schedule = Schedule::new(seed);
		let requests = 2 + schedule.random.below(14);
		for _ in 0..requests {
			schedule.arrive();
			for _ in 0..schedule.random.below(6) {
				schedule.step();
			}
			if schedule.random.one_in(6) {
				let at = schedule.random.below(schedule.open.len());
				schedule.open[at].receiver = None;
			}
		}
		let stats = schedule.finish();
		preemptions += stats.preemptions;
		hits += stats.prefix_hit_tokens;
		cancelled += stats.cancelled;
		expired += stats.expired;
	}
	println!("{preemptions} pauses, {hits} tokens from the cache, {cancelled} cancelled, {expired} expired");
	// The schedules do reach what they are for.
	assert!(preemptions > 1000 && hits > 10_000 && cancelled > 1000 && expired > 500);
}
