//! The index without an encoder: search against the rule read literally, proofs, files.

#![allow(clippy::unwrap_used)]

use openledger_attribution::{IndexError, IndexRow, RetrievalIndex};
use openledger_primitives::{
	attribution::{Pool, Scored, Vector, MAX_TOP},
	hashing::{Blake2b256, Domain},
	ids::{DatanetId, IndexId},
};
use proptest::prelude::*;
use sp_core::H256;
use sp_runtime::AccountId32;
use std::{cmp::Reverse, collections::BTreeSet, fs};

const DOMAIN: Domain = Domain { genesis: H256([3; 32]) };
const DATANET: DatanetId = DatanetId(5);
const VERSION: u32 = 2;

fn row(cluster: u32, vector: &[i8]) -> IndexRow {
	let vector = vector.to_vec().try_into().unwrap();
	IndexRow { contributor: AccountId32::new([cluster as u8; 32]), cluster, reputation: 256, vector }
}

fn build(rows: Vec<IndexRow>, threshold: i64) -> Result<RetrievalIndex, IndexError> {
	RetrievalIndex::build(DOMAIN, DATANET, VERSION, rows, threshold)
}

fn vector(entries: &[i8]) -> Vector {
	entries.to_vec().try_into().unwrap()
}

/// Numbers that look random and are the same everywhere.
fn noise(count: usize) -> impl Iterator<Item = i8> {
	let step = |state: &mut u64| {
		*state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		Some((*state >> 56) as i8)
	};
	std::iter::repeat_n((), count).scan(42u64, move |state, ()| step(state))
}

/// The rule of the protocol read literally: of the rows that were not taken down, keep taking the best one left whose
/// cluster is new.
fn oracle(index: &RetrievalIndex, query: &[i8], limit: usize, taken: &BTreeSet<u32>) -> Vec<Scored> {
	let score = |v: &[i8]| query.iter().zip(v).map(|(a, b)| i64::from(*a) * i64::from(*b)).sum();
	let leaves = index.leaves().iter().filter(|leaf| !taken.contains(&leaf.row));
	let mut left: Vec<_> =
		leaves.map(|leaf| Scored { row: leaf.row, cluster: leaf.cluster, score: score(&leaf.vector) }).collect();
	let mut top: Vec<Scored> = vec![];
	while top.len() < limit {
		let Some(best) = left.iter().copied().max_by_key(|row| (row.score, Reverse(row.row))) else { break };
		if best.score < index.threshold() {
			break;
		}
		left.retain(|row| row.cluster != best.cluster);
		top.push(best);
	}
	top
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]

	#[test]
	fn search_is_the_rule_read_literally(
		rows in prop::collection::vec((0u32..8, prop::collection::vec(-3i8..=3, 3)), 1..40),
		query in prop::collection::vec(-3i8..=3, 3),
		threshold in -12i64..20,
		limit in 0u32..20,
		taken in prop::collection::btree_set(0u32..45, 0..12),
	) {
		let rows = rows.iter().map(|(cluster, vector)| row(*cluster, vector)).collect();
		let index = build(rows, threshold).unwrap();
		let expected = oracle(&index, &query, limit.min(MAX_TOP) as usize, &taken);
		prop_assert_eq!(index.search(&vector(&query), limit, &taken), expected.clone());
		let part = index.part(IndexId(9), Pool::Retrieval, vector(&query), limit, &taken);
		prop_assert_eq!(part.top.into_inner(), expected);
		prop_assert_eq!((part.index, part.pool, part.query), (IndexId(9), Pool::Retrieval, vector(&query)));
	}
}

proptest! {
	// Every case waits for the disk.
	#![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..Default::default() })]

	#[test]
	fn a_saved_index_loads_and_a_damaged_one_does_not(
		count in 1usize..20,
		flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 20),
		cut in any::<prop::sample::Index>(),
	) {
		let rows = (0..count as u32).map(|cluster| row(cluster, &[cluster as i8, -1, 7])).collect();
		let index = build(rows, -5).unwrap();
		let folder = tempfile::tempdir().unwrap();
		let file = folder.path().join("index");
		index.save(&file).unwrap();
		let loaded = RetrievalIndex::load(&file).unwrap();
		prop_assert_eq!(loaded.info(), index.info());
		prop_assert_eq!(loaded.leaves(), index.leaves());
		prop_assert_eq!(loaded.domain(), DOMAIN);

		let whole = fs::read(&file).unwrap();
		for (at, bit) in flips {
			let mut damaged = whole.clone();
			damaged[at.index(whole.len())] ^= 1 << bit;
			fs::write(&file, damaged).unwrap();
			let error = RetrievalIndex::load(&file).unwrap_err();
			prop_assert!(matches!(error, IndexError::Corrupt { .. }), "{}", error);
			prop_assert!(error.to_string().contains(&file.display().to_string()));
		}
		fs::write(&file, &whole[..cut.index(whole.len())]).unwrap();
		prop_assert!(RetrievalIndex::load(&file).is_err());
		fs::write(&file, [&whole[..], &[0]].concat()).unwrap();
		prop_assert!(RetrievalIndex::load(&file).is_err());
	}
}

#[test]
fn a_large_index_is_searched_on_all_threads_with_the_same_result() {
	let (dim, count) = (32, 20_000);
	let numbers: Vec<i8> = noise(dim * (count + 1)).collect();
	let mut vectors = numbers.chunks(dim);
	let query = vectors.next().unwrap();
	let rows = vectors.enumerate().map(|(at, vector)| row(at as u32 % 5_000, vector)).collect();
	let index = build(rows, 0).unwrap();
	let top = index.search(&vector(query), MAX_TOP, &BTreeSet::new());
	assert_eq!(top.len(), MAX_TOP as usize);
	assert_eq!(top, oracle(&index, query, MAX_TOP as usize, &BTreeSet::new()));
	let taken = top.iter().step_by(2).map(|named| named.row).collect();
	let rest = index.search(&vector(query), MAX_TOP, &taken);
	assert_eq!(rest, oracle(&index, query, MAX_TOP as usize, &taken));
	assert!(rest.iter().all(|named| !taken.contains(&named.row)));
}

#[test]
fn every_row_is_proved_and_no_other() {
	let index = build((0..50).map(|cluster| row(cluster, &[1, 2])).collect(), 0).unwrap();
	let commitment = index.commitment();
	assert_eq!((commitment.count, index.dim()), (50, 2));
	for number in 0..50 {
		let (leaf, proof) = index.prove(number).unwrap();
		assert_eq!(Some(&leaf), index.leaf(number));
		let bytes = leaf.leaf(&DOMAIN, DATANET, VERSION);
		assert!(commitment.verify::<Blake2b256>(number, &bytes, &proof));
		assert!(!commitment.verify::<Blake2b256>(number, &leaf.leaf(&DOMAIN, DATANET, VERSION + 1), &proof));
	}
	assert!(index.prove(50).is_none() && index.leaf(50).is_none());
}

#[test]
fn build_fails_when_the_rows_make_no_table() {
	assert!(matches!(build(vec![], 0), Err(IndexError::Empty)));
	let uneven = vec![row(0, &[1, 2]), row(1, &[1, 2]), row(2, &[1])];
	assert!(matches!(build(uneven, 0), Err(IndexError::Dimension { row: 2, found: 1, expected: 2 })));
	assert!(matches!(build(vec![row(0, &[])], 0), Err(IndexError::Dimension { row: 0, .. })));
}

#[test]
fn load_fails_when_the_leaves_have_another_root() {
	let folder = tempfile::tempdir().unwrap();
	let file = folder.path().join("index");
	build(vec![row(0, &[1, 2]), row(1, &[3, 4])], 0).unwrap().save(&file).unwrap();
	let bytes = fs::read(&file).unwrap();
	let (magic, rest) = bytes.split_at(b"openledger/index/1\n".len());
	let forge = |change: &dyn Fn(&mut Vec<u8>)| {
		let mut body = rest[32..].to_vec();
		change(&mut body);
		fs::write(&file, [magic, blake3::hash(&body).as_bytes(), &body].concat()).unwrap();
		RetrievalIndex::load(&file)
	};
	assert!(forge(&|_| {}).is_ok());
	let error = forge(&|body| *body.last_mut().unwrap() ^= 1).unwrap_err();
	assert!(error.to_string().contains("another root"), "{error}");
	// The row of the first leaf: after genesis, datanet, version, threshold, commitment and the number of leaves.
	let error = forge(&|body| body[32 + 4 + 4 + 8 + 36 + 1] ^= 1).unwrap_err();
	assert!(error.to_string().contains("leaf 0"), "{error}");
	assert!(forge(&|body| body.push(0)).is_err());
	assert!(forge(&|body| body.truncate(40)).is_err());
}

#[test]
fn a_query_of_another_dimension_has_no_sources() {
	let index = build(vec![row(0, &[1, 2])], i64::MIN).unwrap();
	assert_eq!(index.search(&vector(&[1]), 4, &BTreeSet::new()), []);
}

#[test]
fn files_that_cannot_be_read_or_written_are_named() {
	let folder = tempfile::tempdir().unwrap();
	let gone = folder.path().join("gone/index");
	let index = build(vec![row(0, &[1, 2])], 0).unwrap();
	for error in [index.save(&gone).unwrap_err(), RetrievalIndex::load(&gone).unwrap_err()] {
		assert!(matches!(error, IndexError::Io { .. }));
		assert!(error.to_string().contains(&gone.display().to_string()));
	}
}
