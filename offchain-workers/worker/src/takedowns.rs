//! Keeps up with takedowns: whoever names a row that was taken down, or a retired index, loses its stake.
//!
//! A claim leaves out the rows that had been taken down by a finalised block, and its receipt names a block that goes
//! with it ([`date`]). When the chain was not heard of for half the grace, nothing that needs sources is answered any
//! more.

use crate::books::Books;
use anyhow::Context;
use openledger_chain::{Chain, MILLI_SECS_PER_BLOCK};
use openledger_gateway::Takedowns;
use openledger_primitives::{referee::TAKEDOWN_GRACE, DatanetId, IndexId};
use std::{
	collections::BTreeMap,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
	time::{Duration, Instant},
};

/// How long what is known of takedowns is good for: half the grace.
pub const PATIENCE: Duration = Duration::from_millis(MILLI_SECS_PER_BLOCK * TAKEDOWN_GRACE as u64 / 2);
/// Time between looks at the chain: a block.
pub const EVERY: Duration = Duration::from_millis(MILLI_SECS_PER_BLOCK);

/// What is known of the takedowns of a datanet whose rows are served, and of its indexes that are used.
#[derive(Clone, Debug)]
pub struct Source {
	/// Its rows that were taken down.
	pub taken: Arc<Takedowns>,
	/// Whether its indexes were retired.
	pub retired: BTreeMap<IndexId, Arc<AtomicBool>>,
}

impl Default for Source {
	fn default() -> Self {
		Self { taken: Arc::new(Takedowns::new(PATIENCE)), retired: BTreeMap::new() }
	}
}

/// The datanets whose rows are served.
pub type Watched = BTreeMap<DatanetId, Source>;

/// Keeps up with takedowns.
pub struct Watcher {
	/// The chain.
	pub chain: Chain,
	/// The books.
	pub books: Books,
	/// What is known.
	pub watched: Watched,
}

impl Watcher {
	/// One look at the chain.
	pub async fn tick(&self) -> anyhow::Result<()> {
		let mut outcome = Ok(());
		for (datanet, source) in &self.watched {
			// One datanet in trouble must not hold up the others. What is known of takedowns is good only as long as the same
			// is known of indexes.
			let looked = match self.look_at_indexes(source).await {
				Ok(()) => self.look(*datanet, &source.taken).await,
				Err(error) => Err(error),
			};
			outcome = outcome.and(looked);
		}
		outcome
	}

	async fn look_at_indexes(&self, source: &Source) -> anyhow::Result<()> {
		for (index, retired) in &source.retired {
			let found = self.chain.index(*index).await?;
			if found.is_none_or(|found| found.retired.is_some()) && !retired.swap(true, Ordering::Relaxed) {
				tracing::error!(%index, "the index was retired: answers have no sources from it any more");
			}
		}
		Ok(())
	}

	async fn look(&self, datanet: DatanetId, known: &Takedowns) -> anyhow::Result<()> {
		let asked = Instant::now();
		let found = match self.chain.takedowns(datanet).await {
			Ok(found) => found,
			Err(error) => {
				if known.current().is_none() {
					tracing::error!(%datanet, "it is not known which rows were taken down: nothing with sources is answered");
				}
				return Err(error).with_context(|| format!("the takedowns of datanet {datanet} cannot be read"));
			}
		};
		self.books.saw_block(found.at);
		let count = found.rows.len();
		if known.note(found.at, found.rows.into_keys().collect(), asked) && count > 0 {
			tracing::info!(%datanet, rows = count, block = found.at, "rows that were taken down are left out");
		}
		Ok(())
	}
}

/// The block that a receipt names: the last finalised one that is known, if its claim follows the takedowns up to block
/// `known_at`.
///
/// It is not before that block, in which the rows that were left out still counted, nor so late that the grace of a row
/// that was taken down during the answer is over.
pub fn date(finalised: u32, known_at: Option<u32>) -> u32 {
	known_at.map_or(finalised, |at| finalised.clamp(at, at.saturating_add(TAKEDOWN_GRACE)))
}

#[cfg(test)]
mod tests {
	use super::*;
	use openledger_primitives::referee::RowState;

	#[test]
	fn a_receipt_never_names_a_block_that_makes_its_claim_false() {
		for known_at in 0..10u32 {
			for finalised in 0..2 * TAKEDOWN_GRACE + 20 {
				let at = date(finalised, Some(known_at));
				for since in 0..2 * TAKEDOWN_GRACE + 20 {
					let state = RowState::at(at, Some(since));
					let left_out = since <= known_at;
					let wrong = if left_out { RowState::Listed } else { RowState::TakenDown };
					assert_ne!(state, wrong, "known at {known_at}, finalised {finalised}, taken down at {since}");
				}
			}
		}
	}

	#[test]
	fn a_receipt_names_the_last_finalised_block_when_the_answer_took_no_longer_than_the_grace() {
		assert_eq!(date(7, None), 7);
		assert_eq!(date(7, Some(7)), 7);
		assert_eq!(date(7 + TAKEDOWN_GRACE, Some(7)), 7 + TAKEDOWN_GRACE);
		assert_eq!(date(8 + TAKEDOWN_GRACE, Some(7)), 7 + TAKEDOWN_GRACE);
		assert_eq!(date(6, Some(7)), 7, "the books had not heard of the block yet");
		assert_eq!(date(u32::MAX, Some(u32::MAX)), u32::MAX);
	}

	#[test]
	fn patience_is_half_the_grace_and_many_looks() {
		assert_eq!(PATIENCE, EVERY * (TAKEDOWN_GRACE / 2));
		assert!(PATIENCE > 10 * EVERY);
	}
}
