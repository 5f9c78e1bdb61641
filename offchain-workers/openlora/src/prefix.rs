//! The prefix cache: full pages that hold the keys and values of a beginning that was computed before.
//!
//! A page is known by a hash chain over the adapters and all tokens up to its end, so equal hashes mean equal numbers: in
//! the exact modes an answer that begins with cached pages has the same bits. Pages without a user are kept until their
//! memory is needed; the longest unused one goes first, and of one sequence the last page first.

use crate::backend::{PageId, PAGE_TOKENS};
use std::collections::{BTreeMap, HashMap};

/// Stands for a full page and everything before it.
pub type PrefixHash = [u8; 32];

/// The hash before the first page: BLAKE3 of `openlora/prefix/v1` and `adapters`, which must name the adapters, their
/// weights and their order.
pub fn root(adapters: &[u8; 32]) -> PrefixHash {
	let mut hasher = blake3::Hasher::new();
	hasher.update(b"openlora/prefix/v1");
	hasher.update(adapters);
	*hasher.finalize().as_bytes()
}

/// The hash of a full page: BLAKE3 of the hash before it and its tokens (u32, little-endian).
pub fn extend(before: &PrefixHash, tokens: &[u32]) -> PrefixHash {
	let mut bytes = [0; 32 + 4 * PAGE_TOKENS];
	bytes[..32].copy_from_slice(before);
	for (four, token) in bytes[32..].chunks_exact_mut(4).zip(tokens) {
		four.copy_from_slice(&token.to_le_bytes());
	}
	*blake3::hash(&bytes).as_bytes()
}

/// Which cached page stands for which beginning. It counts as one user of each of its pages.
#[derive(Debug, Default)]
pub struct PrefixCache {
	pages: HashMap<PrefixHash, PageId>,
	entries: HashMap<PageId, Entry>,
	/// Pages without another user, the longest unused first.
	idle: BTreeMap<u64, PageId>,
	clock: u64,
}

#[derive(Debug)]
struct Entry {
	hash: PrefixHash,
	idle_since: Option<u64>,
}

impl PrefixCache {
	/// The page of a beginning.
	pub fn get(&self, hash: &PrefixHash) -> Option<PageId> {
		self.pages.get(hash).copied()
	}

	/// Whether a page is cached.
	pub fn contains(&self, page: PageId) -> bool {
		self.entries.contains_key(&page)
	}

	/// Cached pages.
	pub fn len(&self) -> usize {
		self.entries.len()
	}

	/// Whether nothing is cached.
	pub fn is_empty(&self) -> bool {
		self.entries.is_empty()
	}

	/// Cached pages without another user.
	pub fn idle(&self) -> usize {
		self.idle.len()
	}

	/// Adds a page that is in use; `false`, and nothing changes, if another one stands for the same beginning.
	pub fn insert(&mut self, hash: PrefixHash, page: PageId) -> bool {
		if self.pages.contains_key(&hash) || self.entries.contains_key(&page) {
			return false;
		}
		self.pages.insert(hash, page);
		self.entries.insert(page, Entry { hash, idle_since: None });
		true
	}

	/// Notes that a cached page has another user again.
	pub fn lend(&mut self, page: PageId) {
		if let Some(since) = self.entries.get_mut(&page).and_then(|entry| entry.idle_since.take()) {
			self.idle.remove(&since);
		}
	}

	/// Notes that a cached page has no other user any more.
	pub fn retire(&mut self, page: PageId) {
		if let Some(entry) = self.entries.get_mut(&page).filter(|entry| entry.idle_since.is_none()) {
			self.clock += 1;
			entry.idle_since = Some(self.clock);
			self.idle.insert(self.clock, page);
		}
	}

	/// Forgets the longest unused page; the caller gives up the cache's use of it.
	pub fn evict(&mut self) -> Option<PageId> {
		let (_, page) = self.idle.pop_first()?;
		if let Some(entry) = self.entries.remove(&page) {
			self.pages.remove(&entry.hash);
		}
		Some(page)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn hashes_differ_in_adapters_tokens_and_what_came_before() {
		let (base, other) = (root(&[0; 32]), root(&[1; 32]));
		let tokens: Vec<u32> = (0..16).collect();
		let mut swapped = tokens.clone();
		swapped.swap(3, 4);
		let all = [
			base,
			other,
			extend(&base, &tokens),
			extend(&other, &tokens),
			extend(&base, &swapped),
			extend(&extend(&base, &tokens), &tokens),
		];
		let distinct: std::collections::HashSet<_> = all.iter().collect();
		assert_eq!(distinct.len(), all.len());
		assert_eq!(extend(&base, &tokens), extend(&root(&[0; 32]), &tokens));
	}

	#[test]
	fn evict_takes_the_longest_unused_page_and_never_one_in_use() {
		let mut cache = PrefixCache::default();
		assert!(cache.insert([1; 32], 10) && cache.insert([2; 32], 20) && cache.insert([3; 32], 30));
		assert!(!cache.insert([1; 32], 40), "the beginning is cached");
		assert!(!cache.insert([4; 32], 10), "the page is cached");
		assert_eq!(cache.evict(), None);
		cache.retire(20);
		cache.retire(10);
		cache.retire(20);
		cache.lend(20);
		cache.retire(20);
		assert_eq!((cache.len(), cache.idle()), (3, 2));
		assert_eq!(cache.evict(), Some(10));
		assert_eq!(cache.get(&[1; 32]), None);
		assert_eq!(cache.get(&[2; 32]), Some(20));
		assert_eq!((cache.evict(), cache.evict()), (Some(20), None));
		assert_eq!((cache.len(), cache.is_empty(), cache.contains(30)), (1, false, true));
	}
}
