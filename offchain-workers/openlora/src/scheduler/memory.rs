//! Pages and the prefix cache together: the memory of the running requests.

use crate::backend::{Backend, PageId};
use crate::budget::Budget;
use crate::pages::PagePool;
use crate::prefix::{PrefixCache, PrefixHash};

/// Hands out pages; when the budget is spent, cached ones that nobody uses go first.
#[derive(Debug)]
pub(crate) struct Memory {
	pool: PagePool,
	cache: PrefixCache,
	caching: bool,
}

impl Memory {
	/// Empty memory with pages of `page_bytes`; `caching` says whether pages outlive their requests.
	pub(crate) fn new(page_bytes: usize, budget: Budget, caching: bool) -> Self {
		Self { pool: PagePool::new(page_bytes, budget), cache: PrefixCache::default(), caching }
	}

	pub(crate) fn pool(&self) -> &PagePool {
		&self.pool
	}

	pub(crate) fn cache(&self) -> &PrefixCache {
		&self.cache
	}

	/// Pages that could be had without taking any from a request.
	pub(crate) fn available(&self) -> usize {
		self.pool.free() + self.cache.idle()
	}

	/// A page for one request.
	pub(crate) fn allocate<B: Backend>(&mut self, backend: &mut B) -> Option<PageId> {
		loop {
			if let Some(page) = self.pool.allocate() {
				return Some(page);
			}
			if !self.evict(backend) {
				return None;
			}
		}
	}

	/// The cached page of a beginning, for one more request.
	pub(crate) fn share(&mut self, hash: &PrefixHash) -> Option<PageId> {
		let page = self.cache.get(hash)?;
		self.pool.share(page);
		self.cache.lend(page);
		Some(page)
	}

	/// Offers a full page of a request to the cache.
	pub(crate) fn publish(&mut self, hash: PrefixHash, page: PageId) {
		if self.caching && self.cache.insert(hash, page) {
			self.pool.share(page);
		}
	}

	/// Ends a request's use of its pages, which leaves `pages` empty.
	pub(crate) fn release<B: Backend>(&mut self, pages: &mut Vec<PageId>, backend: &mut B) {
		// From the end, so that the beginning of a sequence stays cached longest.
		while let Some(page) = pages.pop() {
			if self.pool.release(page) {
				backend.release_page(page);
			} else if self.pool.users(page) == 1 {
				self.cache.retire(page);
			}
		}
	}

	/// Gives cached pages back until `bytes` of the budget are free, as far as there are idle ones.
	pub(crate) fn reclaim<B: Backend>(&mut self, bytes: usize, backend: &mut B) {
		while self.pool.budget().free() < bytes && self.evict(backend) {}
	}

	fn evict<B: Backend>(&mut self, backend: &mut B) -> bool {
		let Some(page) = self.cache.evict() else { return false };
		if self.pool.release(page) {
			backend.release_page(page);
		}
		true
	}
}
