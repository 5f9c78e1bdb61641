//! Which rows must not be named, because they were taken down.

use std::{
	collections::BTreeSet,
	sync::{Arc, PoisonError, RwLock},
	time::{Duration, Instant},
};

/// What is known of the rows of a datanet that were taken down. Somebody else watches the chain and notes it here; when
/// that was too long ago, nothing is known.
#[derive(Debug)]
pub struct Takedowns {
	patience: Duration,
	known: RwLock<Option<(KnownTakedowns, Instant)>>,
}

/// The rows that were taken down, as of a finalised block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownTakedowns {
	/// The finalised block.
	pub at: u32,
	/// The rows.
	pub rows: Arc<BTreeSet<u32>>,
}

impl Takedowns {
	/// Nothing is known yet. What is noted is good for `patience`.
	pub fn new(patience: Duration) -> Self {
		Self { patience, known: RwLock::new(None) }
	}

	/// Notes the rows as of the finalised block `at`, which the chain was asked for at `asked`. What an older block
	/// says is ignored. Returns whether other rows are known now.
	pub fn note(&self, at: u32, rows: BTreeSet<u32>, asked: Instant) -> bool {
		// No code that holds the lock can panic between two writes that belong together.
		let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
		match known.as_mut() {
			Some((old, _)) if at < old.at => false,
			Some((old, seen)) if *old.rows == rows => {
				(old.at, *seen) = (at, asked.max(*seen));
				false
			}
			_ => {
				*known = Some((KnownTakedowns { at, rows: Arc::new(rows) }, asked));
				true
			}
		}
	}

	/// What is known; nothing when the chain was last asked too long ago.
	pub fn current(&self) -> Option<KnownTakedowns> {
		let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
		let (known, seen) = known.as_ref()?;
		(seen.elapsed() < self.patience).then(|| known.clone())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const PATIENCE: Duration = Duration::from_secs(150);

	fn noted(takedowns: &Takedowns) -> Option<(u32, Vec<u32>)> {
		takedowns.current().map(|known| (known.at, known.rows.iter().copied().collect()))
	}

	#[test]
	fn nothing_is_known_before_the_chain_was_asked() {
		assert_eq!(Takedowns::new(PATIENCE).current(), None);
	}

	#[test]
	fn the_newest_block_counts() {
		let (takedowns, now) = (Takedowns::new(PATIENCE), Instant::now());
		assert!(takedowns.note(7, [1].into(), now));
		assert!(takedowns.note(9, [1, 4].into(), now));
		assert!(!takedowns.note(8, [1].into(), now), "an older block");
		assert_eq!(noted(&takedowns), Some((9, vec![1, 4])));
		assert!(!takedowns.note(12, [1, 4].into(), now), "the same rows");
		assert_eq!(noted(&takedowns), Some((12, vec![1, 4])));
	}

	#[test]
	fn what_is_old_is_not_known_until_it_is_confirmed() {
		let (takedowns, now) = (Takedowns::new(PATIENCE), Instant::now());
		let Some(long_ago) = now.checked_sub(PATIENCE) else { return };
		takedowns.note(7, [1].into(), long_ago);
		assert_eq!(noted(&takedowns), None);
		takedowns.note(6, [1].into(), now);
		assert_eq!(noted(&takedowns), None, "an older block confirms nothing");
		takedowns.note(7, [1].into(), now);
		assert_eq!(noted(&takedowns), Some((7, vec![1])));
		takedowns.note(7, [1].into(), long_ago);
		assert_eq!(noted(&takedowns), Some((7, vec![1])), "an answer that was overtaken");
	}
}
