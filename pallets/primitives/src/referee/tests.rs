//! The referee against the rule read literally.

use super::*;
use crate::{
	attribution::{Attribution, IndexInfo, IndexKind, IndexLeaf, Part, Pool, Scored, MAX_TOP},
	ids::{DatanetId, IndexId},
	tree::plain::Commitment,
};
use alloc::{vec, vec::Vec};
use primitive_types::H256;
use proptest::prelude::*;

const LIMIT: u32 = 4;
/// The block that the answers name.
const AT: u32 = 100;

#[derive(Debug, Clone)]
struct Table {
	leaves: Vec<IndexLeaf<u8>>,
	/// The block in which each row was taken down.
	down: Vec<Option<u32>>,
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

	/// The scores of the rows that may be named at block [`AT`].
	fn listed(&self) -> Vec<Scored> {
		let listed = |row: &Scored| self.down[row.row as usize].is_none_or(|since| since + TAKEDOWN_GRACE > AT);
		self.scores().into_iter().filter(listed).collect()
	}

	fn check(&self, part: &Part, leaf: &IndexLeaf<u8>) -> Result<(), Fraud> {
		check_leaf(part, &self.info(), leaf, LIMIT, RowState::at(AT, self.down[leaf.row as usize]))
	}

	/// The rule of §8 read literally: keep taking the best row left whose cluster is new.
	fn oracle(&self) -> Vec<Scored> {
		let (mut left, mut top) = (self.listed(), vec![]);
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
		check_form(part, &self.info(), LIMIT).is_err() || self.leaves.iter().any(|leaf| self.check(part, leaf).is_err())
	}
}

fn tables() -> impl Strategy<Value = Table> {
	(1usize..6, 0usize..24).prop_flat_map(|(dim, rows)| {
		let vector = prop::collection::vec(-3i8..=3, dim);
		// Within the grace both are true: to name a row and to leave it out. That is tested below.
		let since = (0u32..6).prop_map(|n| if n < 3 { AT - TAKEDOWN_GRACE - n } else { AT + n });
		let down = prop::option::weighted(0.2, since);
		let row = (vector.clone(), 0u32..8, down);
		(prop::collection::vec(row, rows), vector, -12i64..12).prop_map(|(rows, query, threshold)| Table {
			down: rows.iter().map(|(_, _, down)| *down).collect(),
			leaves: rows
				.into_iter()
				.enumerate()
				.map(|(i, (vector, cluster, _))| IndexLeaf {
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
		prop_assert_eq!(top_k(table.listed(), table.threshold, LIMIT), table.oracle());
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
	let table = Table { leaves: vec![short], down: vec![None], query: vec![1], threshold: 0 };
	let named = table.claim(vec![Scored { row: 0, cluster: 0, score: i64::MAX }]);
	assert_eq!(table.check(&named, &table.leaves[0]), Err(Fraud::WrongScore));
	assert_eq!(table.check(&table.claim(vec![]), &table.leaves[0]), Ok(()));
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
	let leaves = vec![leaf(0, 3, 0), leaf(1, 3, -3), leaf(2, 0, 0)];
	let table = Table { leaves, down: vec![None; 3], query: vec![-1], threshold: 0 };
	let twice = vec![Scored { row: 1, cluster: 3, score: 3 }, Scored { row: 1, cluster: 0, score: 0 }];
	assert_eq!(check_form(&table.claim(twice), &table.info(), LIMIT), Err(Fraud::RowTwice));
}

#[test]
fn a_row_leaves_with_its_takedown_and_is_down_after_the_grace() {
	assert_eq!(RowState::at(AT, None), RowState::Listed);
	assert_eq!(RowState::at(AT, Some(AT + 1)), RowState::Listed);
	assert_eq!(RowState::at(AT, Some(AT)), RowState::Leaving);
	assert_eq!(RowState::at(AT, Some(AT - TAKEDOWN_GRACE + 1)), RowState::Leaving);
	assert_eq!(RowState::at(AT, Some(AT - TAKEDOWN_GRACE)), RowState::TakenDown);
	assert_eq!(RowState::at(u32::MAX, Some(u32::MAX)), RowState::TakenDown);
	let leaf = IndexLeaf { row: 0, contributor: 0u8, cluster: 0, reputation: 256, vector: vec![1].try_into().unwrap() };
	let scored = Scored { row: 0, cluster: 0, score: 1 };
	for (since, naming, lying) in
		[(AT - TAKEDOWN_GRACE, Err(Fraud::TakenDown), Err(Fraud::TakenDown)), (AT - 1, Ok(()), Err(Fraud::WrongScore))]
	{
		let table = Table { leaves: vec![leaf.clone()], down: vec![Some(since)], query: vec![1], threshold: 0 };
		assert_eq!(table.check(&table.claim(vec![scored]), &table.leaves[0]), naming);
		assert_eq!(table.check(&table.claim(vec![Scored { score: 2, ..scored }]), &table.leaves[0]), lying);
		assert_eq!(table.check(&table.claim(vec![]), &table.leaves[0]), Ok(()));
	}
}

#[test]
fn an_empty_table_has_an_empty_claim_and_nothing_refutes_it() {
	let table = Table { leaves: vec![], down: vec![], query: vec![1], threshold: i64::MIN };
	assert_eq!(table.oracle(), []);
	assert!(!table.refuted(&table.claim(vec![])));
	assert!(table.refuted(&table.claim(vec![Scored { row: 0, cluster: 0, score: 0 }])));
}

#[test]
fn a_limit_beyond_what_a_part_holds_is_what_a_part_holds() {
	let leaf = |row| IndexLeaf {
		row,
		contributor: 0u8,
		cluster: row,
		reputation: 256,
		vector: vec![(100 - row) as i8].try_into().unwrap(),
	};
	let table = Table { leaves: (0..20).map(leaf).collect(), down: vec![None; 20], query: vec![1], threshold: 0 };
	for limit in [0, 1, MAX_TOP, MAX_TOP + 1, u32::MAX] {
		let truth = top_k(table.scores(), 0, limit);
		assert_eq!(truth.len() as u32, limit.min(MAX_TOP));
		let part = table.claim(truth);
		assert_eq!(check_form(&part, &table.info(), limit), Ok(()));
		assert!(table
			.leaves
			.iter()
			.all(|leaf| check_leaf(&part, &table.info(), leaf, limit, RowState::Listed).is_ok()));
	}
}

#[test]
fn an_index_is_named_once_for_each_pool() {
	let part = |index, pool| Part { index: IndexId(index), pool, query: Default::default(), top: Default::default() };
	let body = |parts: Vec<Part>| Attribution { parts: parts.try_into().unwrap() };
	let (trained, retrieved) = (Pool::Training, Pool::Retrieval);
	assert_eq!(check_body(&body(vec![])), Ok(()));
	assert_eq!(check_body(&body(vec![part(0, trained), part(0, retrieved), part(1, trained)])), Ok(()));
	let twice = body(vec![part(0, trained), part(1, trained), part(0, trained)]);
	assert_eq!(check_body(&twice), Err(Fraud::PartTwice));
}

#[test]
fn dot_is_exact_at_the_extremes() {
	assert_eq!(dot(&[i8::MIN; 4096], &[i8::MIN; 4096]), Some(4096 << 14));
	assert_eq!(dot(&[i8::MIN; 9000], &[i8::MAX; 9000]), Some(-9000 * 128 * 127));
	assert_eq!(dot(&[], &[]), Some(0));
	assert_eq!(dot(&[1], &[]), None);
}
