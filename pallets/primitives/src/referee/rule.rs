//! Which rows a true claim names.

use crate::attribution::{Scored, MAX_TOP};
use alloc::vec::Vec;
use core::cmp::Ordering;

/// The order of claims: greater score first, ties to the lower row.
pub fn rank(a: &Scored, b: &Scored) -> Ordering {
	b.score.cmp(&a.score).then(a.row.cmp(&b.row))
}

/// The best rows so far, one per cluster, at or above a threshold. Holds at most [`MAX_TOP`] rows, whatever the size of the
/// index.
#[derive(Clone, Debug)]
pub struct Top {
	/// Best first.
	rows: Vec<Scored>,
	threshold: i64,
	limit: usize,
}

impl Top {
	/// Nothing yet, and at most `limit` rows (no more than [`MAX_TOP`]) that score `threshold` or more.
	pub fn new(threshold: i64, limit: u32) -> Self {
		Self { rows: Vec::new(), threshold, limit: limit.min(MAX_TOP) as usize }
	}

	/// Considers a row. Rows may come in any order, each of them once.
	pub fn push(&mut self, row: Scored) {
		if row.score < self.threshold {
			return;
		}
		// A row that falls out is behind `limit` other clusters, and stays behind them: their best rows only get better.
		match self.rows.iter().position(|best| best.cluster == row.cluster) {
			Some(same) if self.rows.get(same).is_some_and(|best| rank(&row, best) == Ordering::Less) => {
				self.rows.remove(same);
			}
			Some(_) => return,
			None => {}
		}
		let place = self.rows.partition_point(|best| rank(best, &row) == Ordering::Less);
		self.rows.insert(place, row);
		self.rows.truncate(self.limit);
	}

	/// The rows, best first.
	pub fn into_rows(self) -> Vec<Scored> {
		self.rows
	}
}

/// The rows that a true claim names: the best of each cluster at or above `threshold`, at most `limit`, best first.
///
/// `rows` holds every row of the index but those that were taken down.
pub fn top_k(rows: impl IntoIterator<Item = Scored>, threshold: i64, limit: u32) -> Vec<Scored> {
	let mut top = Top::new(threshold, limit);
	rows.into_iter().for_each(|row| top.push(row));
	top.into_rows()
}
