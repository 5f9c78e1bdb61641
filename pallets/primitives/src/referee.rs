//! The referee: who contributed is a claim that anyone can check (protocol §8).
//!
//! A claim names the top rows of an index for a query. One opened leaf and one integer dot product decide whether it is
//! false. Nothing here is floating point, so native code, WASM and GPU agree to the bit.

use crate::attribution::{IndexInfo, IndexLeaf, Part, Scored, MAX_TOP};
use alloc::{collections::BTreeSet, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Ordering;
use scale_info::TypeInfo;

/// Why a claim is false.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Fraud {
	/// A named row's score is not the dot product of query and vector.
	#[codec(index = 0)]
	WrongScore,
	/// A row that belongs in the claim is missing.
	#[codec(index = 1)]
	Omitted,
	/// Two rows of one cluster are named.
	#[codec(index = 2)]
	ClusterTwice,
	/// The rows are not ordered by falling score, ties to the lower row.
	#[codec(index = 3)]
	BadOrder,
	/// A named row's cluster is not that of its leaf.
	#[codec(index = 4)]
	WrongCluster,
	/// The query is not of the index's dimension.
	#[codec(index = 5)]
	WrongDimension,
	/// A named row scores below the threshold.
	#[codec(index = 6)]
	BelowThreshold,
	/// A named row does not exist in the index.
	#[codec(index = 7)]
	NoSuchRow,
	/// The index does not exist.
	#[codec(index = 8)]
	NoSuchIndex,
	/// One row is named twice.
	#[codec(index = 9)]
	RowTwice,
	/// More rows are named than a full claim has.
	#[codec(index = 10)]
	TooManyRows,
}

/// Σ query·vector, or `None` when the lengths differ. At 4,096 entries the sum stays below 2^26, so `i32` lanes hold it;
/// longer inputs are summed in blocks of that size.
pub fn dot(query: &[i8], vector: &[i8]) -> Option<i64> {
	if query.len() != vector.len() {
		return None;
	}
	let blocks = query.chunks(4096).zip(vector.chunks(4096));
	Some(blocks.map(|(q, v)| i64::from(dot_block(q, v))).fold(0, i64::saturating_add))
}

// |q·v| <= 2^14 per entry and 4,096 entries per block: the sum is below 2^26.
#[allow(clippy::arithmetic_side_effects)]
fn dot_block(query: &[i8], vector: &[i8]) -> i32 {
	query.iter().zip(vector).map(|(q, v)| i32::from(*q) * i32::from(*v)).sum()
}

/// The order of claims: greater score first, ties to the lower row.
pub fn rank(a: &Scored, b: &Scored) -> Ordering {
	b.score.cmp(&a.score).then(a.row.cmp(&b.row))
}

/// The rows that a true claim names: the best of each cluster at or above `threshold`, at most `limit`, best first.
pub fn top_k(rows: impl IntoIterator<Item = Scored>, threshold: i64, limit: u32) -> Vec<Scored> {
	let mut best: Vec<Scored> = rows.into_iter().filter(|row| row.score >= threshold).collect();
	best.sort_unstable_by(rank);
	let mut clusters = BTreeSet::new();
	best.retain(|row| clusters.insert(row.cluster));
	best.truncate(limit.min(MAX_TOP) as usize);
	best
}

/// What is wrong with a claim on its face, before any leaf is opened. `limit` is the number of rows that a full claim has.
pub fn check_form(part: &Part, index: &IndexInfo, limit: u32) -> Result<(), Fraud> {
	if part.query.len() != usize::from(index.dim) {
		return Err(Fraud::WrongDimension);
	}
	if part.top.len() > limit as usize {
		return Err(Fraud::TooManyRows);
	}
	let (mut rows, mut clusters) = (BTreeSet::new(), BTreeSet::new());
	for row in &part.top {
		// A repeated row must fall here: an opened leaf is compared with one entry only.
		if !rows.insert(row.row) {
			return Err(Fraud::RowTwice);
		}
		if row.row >= index.rows.count {
			return Err(Fraud::NoSuchRow);
		}
		if row.score < index.threshold {
			return Err(Fraud::BelowThreshold);
		}
		if !clusters.insert(row.cluster) {
			return Err(Fraud::ClusterTwice);
		}
	}
	let ordered = part.top.windows(2).all(|pair| match pair {
		[a, b] => rank(a, b) == Ordering::Less,
		_ => true,
	});
	if ordered {
		Ok(())
	} else {
		Err(Fraud::BadOrder)
	}
}

/// What one opened leaf proves against a claim. `Ok` means that the leaf agrees with the claim.
///
/// The caller has verified that `leaf` is leaf `leaf.row` of the index, and [`check_form`] holds. `limit` is the number
/// of rows that a full claim has.
pub fn check_leaf<AccountId>(
	part: &Part,
	index: &IndexInfo,
	leaf: &IndexLeaf<AccountId>,
	limit: u32,
) -> Result<(), Fraud> {
	// A leaf of another dimension has no score. Its publisher broke the index, but whoever names it claims falsely.
	let Some(score) = dot(&part.query, &leaf.vector) else {
		let named = part.top.iter().any(|named| named.row == leaf.row);
		return if named { Err(Fraud::WrongScore) } else { Ok(()) };
	};
	if let Some(named) = part.top.iter().find(|named| named.row == leaf.row) {
		if named.score != score {
			return Err(Fraud::WrongScore);
		}
		return if named.cluster == leaf.cluster { Ok(()) } else { Err(Fraud::WrongCluster) };
	}
	let candidate = Scored { row: leaf.row, cluster: leaf.cluster, score };
	if score < index.threshold {
		return Ok(());
	}
	let omitted = match part.top.iter().find(|named| named.cluster == leaf.cluster) {
		// Its cluster is represented: the best of a cluster must be the one that is named.
		Some(named) => rank(&candidate, named) == Ordering::Less,
		None => match part.top.last() {
			Some(last) if part.top.len() >= limit as usize => rank(&candidate, last) == Ordering::Less,
			_ => true,
		},
	};
	if omitted {
		Err(Fraud::Omitted)
	} else {
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		attribution::{IndexKind, Pool},
		ids::{DatanetId, IndexId},
		merkle::Commitment,
	};
	use alloc::vec;
	use proptest::prelude::*;
	use sp_core::H256;

	const LIMIT: u32 = 4;

	#[derive(Debug, Clone)]
	struct Table {
		leaves: Vec<IndexLeaf<u8>>,
		query: Vec<i8>,
		threshold: i64,
	}

	impl Table {
		fn info(&self) -> IndexInfo {
			IndexInfo {
				kind: IndexKind::Retrieval,
				datanet: DatanetId(0),
				version: 0,
				dim: self.query.len() as u16,
				rows: Commitment { root: H256::zero(), count: self.leaves.len() as u32 },
				threshold: self.threshold,
			}
		}

		fn scores(&self) -> Vec<Scored> {
			let score = |v: &[i8]| self.query.iter().zip(v).map(|(a, b)| i64::from(*a) * i64::from(*b)).sum();
			self.leaves.iter().map(|l| Scored { row: l.row, cluster: l.cluster, score: score(&l.vector) }).collect()
		}

		/// The rule of §8 read literally: keep taking the best row left whose cluster is new.
		fn oracle(&self) -> Vec<Scored> {
			let (mut left, mut top) = (self.scores(), vec![]);
			while top.len() < LIMIT as usize {
				let Some(best) = left.iter().copied().max_by_key(|r| (r.score, core::cmp::Reverse(r.row))) else {
					break;
				};
				if best.score < self.threshold {
					break;
				}
				left.retain(|r| r.cluster != best.cluster);
				top.push(best);
			}
			top
		}

		fn claim(&self, top: Vec<Scored>) -> Part {
			Part {
				index: IndexId(0),
				pool: Pool::Retrieval,
				query: self.query.clone().try_into().unwrap(),
				top: top.try_into().unwrap(),
			}
		}

		/// Whether anything anyone could open refutes the claim.
		fn refuted(&self, part: &Part) -> bool {
			check_form(part, &self.info(), LIMIT).is_err()
				|| self.leaves.iter().any(|leaf| check_leaf(part, &self.info(), leaf, LIMIT).is_err())
		}
	}

	fn tables() -> impl Strategy<Value = Table> {
		(1usize..6, 0usize..24).prop_flat_map(|(dim, rows)| {
			let vector = prop::collection::vec(-3i8..=3, dim);
			let row = (vector.clone(), 0u32..8);
			(prop::collection::vec(row, rows), vector, -12i64..12).prop_map(|(rows, query, threshold)| Table {
				leaves: rows
					.into_iter()
					.enumerate()
					.map(|(i, (vector, cluster))| IndexLeaf {
						row: i as u32,
						contributor: 0,
						cluster,
						reputation: 256,
						vector: vector.try_into().unwrap(),
					})
					.collect(),
				query,
				threshold,
			})
		})
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(4_000))]

		#[test]
		fn top_k_is_the_rule_read_literally(table in tables()) {
			prop_assert_eq!(top_k(table.scores(), table.threshold, LIMIT), table.oracle());
		}

		#[test]
		fn a_true_claim_cannot_be_refuted(table in tables()) {
			prop_assert!(!table.refuted(&table.claim(table.oracle())));
		}

		#[test]
		fn every_false_claim_is_refuted(
			table in tables(),
			entries in prop::collection::vec((any::<prop::sample::Index>(), 0u8..6, 0u32..8, -12i64..40), 0..LIMIT as usize + 2),
			keep in any::<bool>(),
			drop in any::<prop::sample::Index>(),
			sort in any::<bool>(),
		) {
			let truth = table.oracle();
			let scores = table.scores();
			let mut claim = if keep && !truth.is_empty() {
				let mut top = truth.clone();
				top.remove(drop.index(truth.len()));
				top
			} else {
				vec![]
			};
			// Near misses: true entries of the table, with at most one thing wrong.
			for (row, twist, cluster, score) in entries {
				if scores.is_empty() || claim.len() > LIMIT as usize {
					break;
				}
				let mut entry = scores[row.index(scores.len())];
				match twist {
					0 => entry.cluster = cluster,
					1 => entry.score = score,
					2 => entry.row = cluster * 5,
					_ => {},
				}
				claim.push(entry);
			}
			if sort {
				claim.sort_unstable_by(rank);
			}
			if claim != truth {
				prop_assert!(table.refuted(&table.claim(claim)));
			}
		}
	}

	#[test]
	fn a_leaf_of_another_dimension_is_no_source() {
		let vector = vec![1, 1].try_into().unwrap();
		let short = IndexLeaf { row: 0, contributor: 0u8, cluster: 0, reputation: 256, vector };
		let table = Table { leaves: vec![short], query: vec![1], threshold: 0 };
		let named = table.claim(vec![Scored { row: 0, cluster: 0, score: i64::MAX }]);
		assert_eq!(check_leaf(&named, &table.info(), &table.leaves[0], LIMIT), Err(Fraud::WrongScore));
		assert_eq!(check_leaf(&table.claim(vec![]), &table.info(), &table.leaves[0], LIMIT), Ok(()));
	}

	#[test]
	fn a_row_named_twice_under_two_clusters_is_refuted() {
		let leaf = |row, cluster, entry: i8| IndexLeaf {
			row,
			contributor: 0u8,
			cluster,
			reputation: 256,
			vector: vec![entry].try_into().unwrap(),
		};
		let table = Table { leaves: vec![leaf(0, 3, 0), leaf(1, 3, -3), leaf(2, 0, 0)], query: vec![-1], threshold: 0 };
		let twice = vec![Scored { row: 1, cluster: 3, score: 3 }, Scored { row: 1, cluster: 0, score: 0 }];
		assert_eq!(check_form(&table.claim(twice), &table.info(), LIMIT), Err(Fraud::RowTwice));
	}

	#[test]
	fn dot_is_exact_at_the_extremes() {
		assert_eq!(dot(&[i8::MIN; 4096], &[i8::MIN; 4096]), Some(4096 << 14));
		assert_eq!(dot(&[i8::MIN; 9000], &[i8::MAX; 9000]), Some(-9000 * 128 * 127));
		assert_eq!(dot(&[], &[]), Some(0));
		assert_eq!(dot(&[1], &[]), None);
	}
}
