//! One request inside the scheduler.

use super::fair::Payer;
use super::intake::Ticket;
use super::store::Resident;
use super::work::Work;
use crate::backend::{PageId, PAGE_TOKENS};
use crate::prefix::{extend, root, PrefixHash};
use std::time::Instant;

/// A request on its way to the scheduler, checked.
pub(crate) struct Submission {
	/// The prompt.
	pub(crate) tokens: Vec<u32>,
	/// Tokens that the pages hold at most: the prompt and all but the last generated token.
	pub(crate) most_tokens: usize,
	pub(crate) adapters: Vec<(String, f32)>,
	pub(crate) payer: Payer,
	pub(crate) deadline: Option<Instant>,
	pub(crate) work: Box<dyn Work>,
	/// Its place in the queue.
	pub(crate) ticket: Option<Ticket>,
}

/// What is known of the adapters of a waiting request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
	/// Nothing.
	Never,
	/// They were on their way when adapters were asked for this time.
	At(u64),
}

/// A request of the scheduler, waiting or running.
pub(crate) struct Sequence<A> {
	/// Order of admission; the smaller one keeps its pages. `u64::MAX` until then.
	pub(crate) rank: u64,
	pub(crate) payer: Payer,
	/// The prompt and what was generated.
	pub(crate) tokens: Vec<u32>,
	pub(crate) most_tokens: usize,
	pub(crate) names: Vec<(String, f32)>,
	pub(crate) asked: Asked,
	/// Held while running, and while next in the queue.
	pub(crate) resident: Option<Resident<A>>,
	/// Of the adapters, from the first admission on.
	pub(crate) identity: Option<[u8; 32]>,
	/// The hashes of the full pages of `tokens`, as far as they were needed.
	hashes: Vec<PrefixHash>,
	pub(crate) pages: Vec<PageId>,
	/// Tokens that the pages hold.
	pub(crate) computed: usize,
	pub(crate) deadline: Option<Instant>,
	pub(crate) work: Box<dyn Work>,
	pub(crate) ticket: Option<Ticket>,
}

impl<A> Sequence<A> {
	pub(crate) fn new(submission: Submission) -> Self {
		Self {
			rank: u64::MAX,
			payer: submission.payer,
			tokens: submission.tokens,
			most_tokens: submission.most_tokens,
			names: submission.adapters,
			asked: Asked::Never,
			resident: None,
			identity: None,
			hashes: Vec::new(),
			pages: Vec::new(),
			computed: 0,
			deadline: submission.deadline,
			work: submission.work,
			ticket: submission.ticket,
		}
	}

	/// Tokens that are not in the pages yet.
	pub(crate) fn remaining(&self) -> usize {
		self.tokens.len() - self.computed
	}

	/// Whether the next row is all that is missing for the next token.
	pub(crate) fn is_decoding(&self) -> bool {
		self.remaining() == 1
	}

	/// Whether its adapters are there, so that it could run.
	pub(crate) fn is_ready(&self) -> bool {
		self.names.is_empty() || self.resident.is_some()
	}

	/// Whether nobody waits for it any more, or its deadline has passed.
	pub(crate) fn is_over(&self, now: Instant) -> bool {
		self.work.is_gone() || self.deadline.is_some_and(|deadline| deadline <= now)
	}

	/// Full pages at the beginning that may be taken from the cache: what is left holds every row that is wanted.
	pub(crate) fn cacheable_pages(&self) -> usize {
		let last = self.tokens.len() - 1;
		self.work.rows_from().unwrap_or(last).min(last) / PAGE_TOKENS
	}

	/// The hash of full page `index` of the tokens. Panics unless the adapters are known and the page is full.
	pub(crate) fn hash(&mut self, index: usize) -> PrefixHash {
		while self.hashes.len() <= index {
			let page = self.hashes.len();
			let before = match self.hashes.last() {
				Some(hash) => *hash,
				None => root(&self.identity.unwrap_or_default()),
			};
			self.hashes.push(extend(&before, &self.tokens[page * PAGE_TOKENS..(page + 1) * PAGE_TOKENS]));
		}
		self.hashes[index]
	}
}

/// Pages that hold `tokens` tokens.
pub(crate) fn pages_for(tokens: usize) -> usize {
	tokens.div_ceil(PAGE_TOKENS)
}
