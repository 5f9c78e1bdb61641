//! Which waiting requests begin, and when.

use super::fair::Payer;
use super::memory::Memory;
use super::plan::adopt;
use super::sequence::{pages_for, Asked, Sequence};
use super::{AdapterStore, Core, Lookup};
use crate::backend::Backend;
use crate::error::RequestError;
use std::time::{Duration, Instant};

/// Waiting requests whose adapters are asked for ahead of time, and how many of them of one payer.
const PREFETCH: usize = 16;
const PREFETCH_OF_PAYER: usize = 4;

/// How long a store is trusted to say that something has changed.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// How far into a payer's queue a request may be served before older ones whose adapters are still on their way.
const LOOK_AHEAD: usize = 64;

/// Whether a request can run now.
enum Trial {
	/// It holds its adapters and the pages that were cached for it.
	Ready,
	/// Its adapters are on their way.
	Loading,
	/// There is no memory for it; nobody may overtake it.
	NoMemory,
	/// It never can.
	Failed(RequestError),
}

impl<B: Backend, S: AdapterStore<B::Adapter>> Core<B, S> {
	/// Lets paused requests go on, oldest first, then new ones by the fairness of payers, as places and memory allow.
	pub(crate) fn admit(&mut self, now: Instant) {
		let wanted = self.memory.pool().budget().wanted();
		if wanted > 0 {
			self.memory.reclaim(wanted, &mut self.backend);
		}
		// A load waits for memory that requests hold: it gets what they leave, before anyone new does.
		let starved = wanted > self.memory.pool().budget().free();
		if starved && !self.running.is_empty() {
			return;
		}
		let generation = self.store.generation();
		if generation != self.generation || now.saturating_duration_since(self.asked_at) >= ASK_AGAIN {
			self.generation = generation;
			self.asked_at = now;
			self.epoch += 1;
			self.look = true;
		}
		if self.resume(starved, now) {
			self.ask(now);
			self.admit_new(starved, now);
		}
	}

	/// Lets paused requests go on. Whether new ones may follow.
	fn resume(&mut self, starved: bool, now: Instant) -> bool {
		let mut index = 0;
		while index < self.paused.len() && self.has_place() {
			let trial = try_start(
				&mut self.paused[index],
				&mut self.store,
				&mut self.memory,
				&mut self.backend,
				self.running.len(),
			);
			match trial {
				Trial::Ready => {
					let sequence = self.paused.remove(index);
					self.run(sequence);
				}
				Trial::Failed(error) => {
					let sequence = self.paused.remove(index);
					self.waiting.finish(&sequence.payer);
					self.refuse(sequence, error, now);
				}
				Trial::Loading if !starved => index += 1,
				Trial::Loading => {
					self.drop_holds();
					return false;
				}
				Trial::NoMemory => {
					// Others may need what its adapters take.
					self.paused[index].resident = None;
					return false;
				}
			}
		}
		true
	}

	/// Asks for the adapters of the requests that are next, if there are new requests or adapters.
	fn ask(&mut self, now: Instant) {
		if !std::mem::take(&mut self.look) {
			return;
		}
		let mut asked = 0;
		let mut failed: Vec<(Payer, usize, RequestError)> = Vec::new();
		for payer in self.waiting.order() {
			for (index, sequence) in self.waiting.queue(&payer).enumerate().take(PREFETCH_OF_PAYER) {
				if asked == PREFETCH {
					break;
				}
				asked += 1;
				if sequence.is_ready() || sequence.asked == Asked::At(self.epoch) {
					continue;
				}
				match self.store.request(&sequence.names) {
					Lookup::Ready(resident) => sequence.resident = Some(resident),
					Lookup::Loading => sequence.asked = Asked::At(self.epoch),
					Lookup::Failed(error) => failed.push((payer, index, error)),
				}
			}
		}
		for (payer, index, error) in failed.into_iter().rev() {
			if let Some(sequence) = self.waiting.remove(&payer, index) {
				self.refuse(sequence, error, now);
			}
		}
	}

	/// Admits waiting requests whose adapters are there.
	fn admit_new(&mut self, starved: bool, now: Instant) {
		while self.has_place() && self.waiting.waiting() > 0 && (!starved || self.running.is_empty()) {
			let Some((payer, index, first)) = self.next_ready() else {
				if starved {
					// What is held for later requests may be in the way of the first one's adapters.
					self.drop_holds();
				}
				return;
			};
			if starved && !first {
				self.drop_holds();
				return;
			}
			let running = self.running.len();
			let Some(sequence) = self.waiting.get_mut(&payer, index) else { return };
			match try_start(sequence, &mut self.store, &mut self.memory, &mut self.backend, running) {
				Trial::Ready => {
					let Some(sequence) = self.waiting.admit(&payer, index) else { return };
					self.begin(sequence, now);
				}
				Trial::Failed(error) => {
					let Some(sequence) = self.waiting.remove(&payer, index) else { return };
					self.refuse(sequence, error, now);
				}
				Trial::Loading | Trial::NoMemory => return,
			}
			// Others have moved up.
			self.look = true;
		}
	}

	/// The waiting request to be admitted next: its payer, its index in the payer's queue, and whether it is the very
	/// first in line.
	fn next_ready(&mut self) -> Option<(Payer, usize, bool)> {
		let mut first = true;
		for payer in self.waiting.order() {
			for (index, sequence) in self.waiting.queue(&payer).enumerate().take(LOOK_AHEAD) {
				if sequence.is_ready() {
					return Some((payer, index, first));
				}
				first = false;
			}
		}
		None
	}

	fn has_place(&self) -> bool {
		self.running.len() < self.bounds.max_batch
	}

	/// Starts a request for the first time.
	fn begin(&mut self, mut sequence: Sequence<B::Adapter>, now: Instant) {
		sequence.rank = self.next_rank;
		self.next_rank += 1;
		sequence.ticket = None;
		let contents = sequence.resident.as_ref().map_or(&[][..], |resident| &resident.contents);
		sequence.work.begin(now, sequence.computed, contents);
		self.stats.prompt_tokens += sequence.tokens.len() as u64;
		self.waiting.charge(&sequence.payer, sequence.remaining() as u64);
		self.run(sequence);
	}

	fn run(&mut self, sequence: Sequence<B::Adapter>) {
		self.stats.prefix_hit_tokens += sequence.computed as u64;
		let at = self.running.partition_point(|other| other.rank < sequence.rank);
		self.running.insert(at, sequence);
	}

	fn refuse(&mut self, mut sequence: Sequence<B::Adapter>, error: RequestError, now: Instant) {
		self.stats.failed += 1;
		sequence.work.fail(error, now);
	}
}

/// Gets a request its adapters and its cached pages, beside `running` others.
fn try_start<B: Backend, S: AdapterStore<B::Adapter>>(
	sequence: &mut Sequence<B::Adapter>,
	store: &mut S,
	memory: &mut Memory,
	backend: &mut B,
	running: usize,
) -> Trial {
	if sequence.resident.is_none() {
		match store.request(&sequence.names) {
			Lookup::Ready(resident) => sequence.resident = Some(resident),
			Lookup::Loading => return Trial::Loading,
			Lookup::Failed(error) => return Trial::Failed(error),
		}
	}
	let Some(resident) = &sequence.resident else { return Trial::Loading };
	if *sequence.identity.get_or_insert_with(|| resident.identity()) != resident.identity() {
		return Trial::Failed(RequestError::AdapterReplaced);
	}
	let (page_bytes, budget) = (memory.pool().page_bytes(), memory.pool().budget().total());
	let needed = pages_for(sequence.most_tokens) * page_bytes + resident.bytes;
	if needed > budget {
		return Trial::Failed(RequestError::Memory { needed, budget });
	}
	adopt(sequence, |hash| memory.share(hash));
	// Its tokens, and a page for each that runs already: else one of them would be paused at once.
	let pages = pages_for(sequence.tokens.len()) - sequence.pages.len() + running;
	if let Some(short) = pages.checked_sub(memory.available()).filter(|short| *short > 0) {
		store.make_room(short * page_bytes);
	}
	// Alone it starts with whatever there is: all the memory will be its.
	if running > 0 && memory.available() < pages {
		memory.release(&mut sequence.pages, backend);
		sequence.computed = 0;
		return Trial::NoMemory;
	}
	Trial::Ready
}
