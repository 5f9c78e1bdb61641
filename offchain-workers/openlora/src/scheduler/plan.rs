//! What a step computes: which tokens of which requests, and the pages for them.

use super::{AdapterStore, Core, Sequence};
use crate::backend::{Backend, PAGE_TOKENS};
use crate::prefix::PrefixHash;
use crate::scheduler::sequence::pages_for;
use std::collections::HashSet;

/// Rows of one request whose logits a step holds at most, to bound their memory.
const SCORED_ROWS: usize = 32;

/// A part of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Planned {
	/// Index of the running request.
	pub(crate) index: usize,
	/// How many of its tokens.
	pub(crate) tokens: usize,
}

impl<B: Backend, S: AdapterStore<B::Adapter>> Core<B, S> {
	/// Chooses the tokens of the next step and takes pages for them; ascending by index, never more than the step's budget.
	pub(crate) fn plan(&mut self) -> Vec<Planned> {
		let mut tokens = self.share_out();
		self.take_pages(&mut tokens);
		let planned = tokens.into_iter().take(self.running.len()).enumerate();
		planned.filter(|(_, tokens)| *tokens > 0).map(|(index, tokens)| Planned { index, tokens }).collect()
	}

	/// Tokens of each running request: one of each that generates, the rest of the budget for prompts.
	fn share_out(&mut self) -> Vec<usize> {
		let mut left = self.bounds.step_tokens;
		let mut tokens = vec![0; self.running.len()];
		let mut prompts = Vec::new();
		for (index, sequence) in self.running.iter().enumerate() {
			if sequence.is_decoding() {
				tokens[index] = 1;
				left -= 1;
			} else {
				prompts.push(index);
			}
		}
		// A quarter for the oldest prompt, so that none waits for ever; then the shortest first, so that most wait least.
		let oldest = prompts.first().map(|index| (*index, (left / 4).max(PAGE_TOKENS)));
		prompts.sort_by_key(|index| self.running[*index].remaining());
		let order: Vec<(usize, usize)> =
			oldest.into_iter().chain(prompts.into_iter().map(|index| (index, usize::MAX))).collect();
		let mut begun: HashSet<PrefixHash> = HashSet::new();
		for (index, most) in order {
			if left == 0 {
				break;
			}
			if tokens[index] == 0 && self.adopt_or_defer(index, &begun) {
				continue;
			}
			let sequence = &mut self.running[index];
			let room = match sequence.work.rows_from() {
				Some(from) if from > sequence.computed => from - sequence.computed,
				Some(_) => SCORED_ROWS,
				None => usize::MAX,
			};
			let more = (sequence.remaining().min(room) - tokens[index]).min(most).min(left);
			tokens[index] += more;
			left -= more;
			if self.bounds.prefix_cache {
				let full = sequence.computed / PAGE_TOKENS..(sequence.computed + tokens[index]) / PAGE_TOKENS;
				begun.extend(full.map(|page| sequence.hash(page)));
			}
		}
		tokens
	}

	/// Takes over pages that others have computed meanwhile. Whether the request should wait a step, because another one is about to
	/// compute its next page (`begun`).
	fn adopt_or_defer(&mut self, index: usize, begun: &HashSet<PrefixHash>) -> bool {
		if !self.bounds.prefix_cache {
			return false;
		}
		let sequence = &mut self.running[index];
		let before = sequence.computed;
		adopt(sequence, |hash| self.memory.share(hash));
		self.stats.prefix_hit_tokens += (sequence.computed - before) as u64;
		let next = sequence.computed / PAGE_TOKENS;
		sequence.computed.is_multiple_of(PAGE_TOKENS)
			&& next < sequence.cacheable_pages()
			&& begun.contains(&sequence.hash(next))
	}

	/// Takes pages for the planned tokens, for the oldest request first. Where they do not suffice, fewer tokens are
	/// computed; where there is not one page, the youngest requests are paused.
	fn take_pages(&mut self, tokens: &mut [usize]) {
		let mut index = 0;
		while index < self.running.len() {
			if tokens[index] > 0 {
				tokens[index] = self.pages_for_request(index, tokens[index]);
			}
			index += 1;
		}
	}

	/// Takes pages for `wanted` more tokens of a request; gives how many there is room for. May pause requests from `index` on.
	fn pages_for_request(&mut self, index: usize, wanted: usize) -> usize {
		let page_bytes = self.memory.pool().page_bytes();
		let mut asked_store = false;
		let mut dropped_holds = false;
		loop {
			let Some(sequence) = self.running.get_mut(index) else { return 0 };
			let needed = pages_for(sequence.computed + wanted);
			while sequence.pages.len() < needed {
				let Some(page) = self.memory.allocate(&mut self.backend) else { break };
				sequence.pages.push(page);
			}
			let room = sequence.pages.len() * PAGE_TOKENS - sequence.computed;
			if room > 0 {
				return wanted.min(room);
			}
			if !asked_store {
				asked_store = true;
				self.store.make_room(page_bytes);
			} else if !dropped_holds {
				dropped_holds = true;
				asked_store = false;
				self.drop_holds();
			} else if self.running.len() > index + 1 {
				// What it held of adapters can be dropped too.
				asked_store = false;
				self.pause_last();
			} else {
				// Only loads that are under way are in the way of the oldest; another one makes room for it.
				if index > 0 {
					self.pause_last();
				}
				return 0;
			}
		}
	}

	/// Pauses the request that was admitted last: its pages and adapters are given up, its tokens kept.
	fn pause_last(&mut self) {
		let Some(mut sequence) = self.running.pop() else { return };
		self.memory.release(&mut sequence.pages, &mut self.backend);
		sequence.computed = 0;
		sequence.resident = None;
		self.stats.preemptions += 1;
		let at = self.paused.partition_point(|other| other.rank < sequence.rank);
		self.paused.insert(at, sequence);
	}

	/// Lets go of the adapters of requests that are not running.
	pub(crate) fn drop_holds(&mut self) {
		for sequence in self.waiting.iter_mut() {
			sequence.resident = None;
		}
		self.look = true;
	}
}

/// Continues a request with cached pages as far as there are any.
pub(crate) fn adopt<A>(
	sequence: &mut Sequence<A>,
	mut share: impl FnMut(&PrefixHash) -> Option<crate::backend::PageId>,
) {
	while sequence.computed == sequence.pages.len() * PAGE_TOKENS && sequence.pages.len() < sequence.cacheable_pages() {
		let hash = sequence.hash(sequence.pages.len());
		let Some(page) = share(&hash) else { break };
		sequence.pages.push(page);
		sequence.computed += PAGE_TOKENS;
	}
}
