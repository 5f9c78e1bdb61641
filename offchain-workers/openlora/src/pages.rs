//! Pages of keys and values: which are taken, how often, and the bytes they cost.

use crate::backend::PageId;
use crate::budget::{Budget, Reservation};

/// Counts the users of every page. A page costs its bytes of the shared budget while it has one.
#[derive(Debug)]
pub struct PagePool {
	page_bytes: usize,
	budget: Budget,
	held: Option<Reservation>,
	/// Users of each page that was ever taken.
	users: Vec<u32>,
	free: Vec<PageId>,
}

impl PagePool {
	/// A pool of as many pages of `page_bytes` as `budget` has room for.
	pub fn new(page_bytes: usize, budget: Budget) -> Self {
		Self { page_bytes: page_bytes.max(1), budget, held: None, users: Vec::new(), free: Vec::new() }
	}

	/// Bytes of a page.
	pub fn page_bytes(&self) -> usize {
		self.page_bytes
	}

	/// Pages that the whole budget has room for.
	pub fn capacity(&self) -> usize {
		(self.budget.total() / self.page_bytes).min(PageId::MAX as usize)
	}

	/// Pages in use.
	pub fn used(&self) -> usize {
		self.users.len() - self.free.len()
	}

	/// Pages that the free part of the budget has room for.
	pub fn free(&self) -> usize {
		self.budget.free() / self.page_bytes
	}

	/// The budget that the pages are paid from.
	pub fn budget(&self) -> &Budget {
		&self.budget
	}

	/// Takes a page for one user; `None` if the budget is spent.
	pub fn allocate(&mut self) -> Option<PageId> {
		if self.free.is_empty() && self.users.len() >= self.capacity() {
			return None;
		}
		let bytes = self.budget.try_reserve(self.page_bytes)?;
		match &mut self.held {
			Some(held) => held.merge(bytes),
			None => self.held = Some(bytes),
		}
		let page = self.free.pop().unwrap_or_else(|| {
			self.users.push(0);
			(self.users.len() - 1) as PageId
		});
		self.users[page as usize] = 1;
		Some(page)
	}

	/// Adds a user to a page in use.
	pub fn share(&mut self, page: PageId) {
		debug_assert!(self.users(page) > 0, "page {page} is free");
		self.users[page as usize] += 1;
	}

	/// Takes a user from a page; whether it was the last, so that the page is free now.
	pub fn release(&mut self, page: PageId) -> bool {
		let users = &mut self.users[page as usize];
		debug_assert!(*users > 0, "page {page} is released twice");
		*users -= 1;
		let freed = *users == 0;
		if freed {
			self.free.push(page);
			if let Some(held) = &mut self.held {
				held.shrink_to(held.bytes() - self.page_bytes);
			}
		}
		freed
	}

	/// Users of a page.
	pub fn users(&self, page: PageId) -> u32 {
		self.users.get(page as usize).copied().unwrap_or(0)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn allocate_takes_pages_until_the_budget_is_spent() {
		let budget = Budget::new(35);
		let mut pool = PagePool::new(10, budget.clone());
		assert_eq!(pool.capacity(), 3);
		let pages: Vec<_> = (0..3).map(|_| pool.allocate().unwrap()).collect();
		assert_eq!((pages, pool.allocate()), (vec![0, 1, 2], None));
		assert_eq!((pool.used(), pool.free(), budget.used()), (3, 0, 30));
		assert!(pool.release(1));
		assert_eq!((pool.used(), budget.used()), (2, 20));
		let other = budget.try_reserve(10).unwrap();
		assert_eq!(pool.allocate(), None);
		drop(other);
		assert_eq!(pool.allocate(), Some(1));
	}

	#[test]
	fn release_frees_a_page_with_its_last_user() {
		let mut pool = PagePool::new(1, Budget::new(4));
		let page = pool.allocate().unwrap();
		pool.share(page);
		assert_eq!(pool.users(page), 2);
		assert!(!pool.release(page));
		assert!(pool.release(page));
		assert_eq!((pool.users(page), pool.used(), pool.budget().used()), (0, 0, 0));
	}
}
