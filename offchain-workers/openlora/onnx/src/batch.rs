//! Which texts share a run.

use crate::MAX_RUN_TOKENS;
use std::cmp::Reverse;

/// The positions of the texts of each run: every text once.
///
/// A run has at most `batch` texts, and at most [`MAX_RUN_TOKENS`] tokens when all are padded to its first, the longest. Texts of
/// like length share one. With a batch of 1 each text is a run, in their order. Nothing but `lengths` and `batch` counts.
pub(crate) fn plan(lengths: &[usize], batch: usize) -> Vec<Vec<usize>> {
	let mut texts: Vec<(usize, usize)> = lengths.iter().copied().enumerate().collect();
	if batch > 1 {
		// The longest first, so that threads which share the runs end together.
		texts.sort_by_key(|(_, length)| Reverse(*length));
	}
	let mut runs: Vec<Vec<usize>> = Vec::new();
	let mut longest = 0;
	for (at, length) in texts {
		match runs.last_mut() {
			Some(run) if run.len() < batch && (run.len() + 1).saturating_mul(longest) <= MAX_RUN_TOKENS => run.push(at),
			_ => {
				longest = length;
				runs.push(vec![at]);
			}
		}
	}
	runs
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn plan_puts_like_lengths_together() {
		assert_eq!(plan(&[3, 9, 2, 8, 3], 2), [vec![1, 3], vec![0, 4], vec![2]]);
		assert_eq!(plan(&[3, 9, 2], 1), [[0], [1], [2]]);
		assert_eq!(plan(&[MAX_RUN_TOKENS + 1, 5, 5], 8), [vec![0], vec![1, 2]]);
		assert!(plan(&[], 8).is_empty());
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(1000))]

		#[test]
		fn plan_names_every_text_once_and_keeps_its_bounds(
			lengths in prop::collection::vec(1usize..MAX_RUN_TOKENS * 2, 0..80), batch in 1usize..40,
		) {
			let runs = plan(&lengths, batch);
			let mut all: Vec<usize> = runs.iter().flatten().copied().collect();
			all.sort_unstable();
			prop_assert_eq!(all, (0..lengths.len()).collect::<Vec<_>>());
			for run in runs {
				let longest = run.iter().map(|at| lengths[*at]).max().unwrap_or(0);
				prop_assert_eq!(longest, lengths[run[0]]);
				prop_assert!(run.len() <= batch && (run.len() == 1 || run.len() * longest <= MAX_RUN_TOKENS));
			}
		}
	}
}
