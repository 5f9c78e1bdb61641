//! A claim is refuted if and only if it is not the one that the rule, read literally, makes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use openledger_primitives::{
	attribution::{IndexInfo, IndexKind, IndexLeaf, Part, Pool, Scored},
	referee::{check_form, check_leaf, top_k, RowState},
	Commitment, DatanetId, IndexId,
};
use primitive_types::H256;

const LIMIT: u32 = 4;

/// Bytes as they come, then zeros.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
	fn next(&mut self) -> u8 {
		let (first, rest) = self.0.split_first().map_or((0, &[][..]), |(first, rest)| (*first, rest));
		self.0 = rest;
		first
	}
}

fuzz_target!(|data: &[u8]| {
	let mut bytes = Bytes(data);
	let dim = usize::from(bytes.next() % 4) + 1;
	let count = u32::from(bytes.next() % 24);
	let threshold = i64::from(bytes.next() as i8);
	let query: Vec<i8> = (0..dim).map(|_| bytes.next() as i8).collect();
	let (mut leaves, mut down) = (vec![], vec![]);
	for row in 0..count {
		let vector: Vec<i8> = (0..dim).map(|_| bytes.next() as i8).collect();
		let cluster = bytes.next();
		down.push(cluster >= 250);
		let (cluster, vector) = (u32::from(cluster % 8), vector.try_into().unwrap());
		leaves.push(IndexLeaf { row, contributor: (), cluster, reputation: 256, vector });
	}

	let score = |v: &[i8]| query.iter().zip(v).map(|(a, b)| i64::from(*a) * i64::from(*b)).sum();
	let scores: Vec<Scored> =
		leaves.iter().map(|l| Scored { row: l.row, cluster: l.cluster, score: score(&l.vector) }).collect();
	let mut left: Vec<Scored> = scores.iter().copied().filter(|row| !down[row.row as usize]).collect();
	assert!(top_k(left.clone(), threshold, LIMIT).len() <= LIMIT as usize);
	let listed = left.clone();
	let mut truth = vec![];
	while truth.len() < LIMIT as usize {
		let Some(best) = left.iter().copied().max_by_key(|r| (r.score, core::cmp::Reverse(r.row))) else { break };
		if best.score < threshold {
			break;
		}
		left.retain(|row| row.cluster != best.cluster);
		truth.push(best);
	}
	assert_eq!(top_k(listed, threshold, LIMIT), truth);

	// A claim that is the truth with a few entries changed.
	let mut claim = truth.clone();
	for _ in 0..bytes.next() % 4 {
		let (kind, place, value) = (bytes.next(), usize::from(bytes.next()), bytes.next());
		match kind % 5 {
			0 if !claim.is_empty() => {
				claim.remove(place % claim.len());
			}
			1 if !scores.is_empty() => claim.insert(place % (claim.len() + 1), scores[usize::from(value) % scores.len()]),
			2 if !claim.is_empty() => {
				let at = place % claim.len();
				claim[at].score += i64::from(value as i8);
			}
			3 if !claim.is_empty() => {
				let at = place % claim.len();
				claim[at].cluster ^= u32::from(value % 8);
			}
			4 if !claim.is_empty() => {
				let at = place % claim.len();
				claim[at].row = u32::from(value % 26);
			}
			_ => {}
		}
	}
	let index = IndexInfo {
		kind: IndexKind::Retrieval,
		datanet: DatanetId(0),
		version: 0,
		dim: dim as u16,
		rows: Commitment { root: H256::zero(), count },
		threshold,
	};
	let top = claim.clone().try_into().unwrap();
	let part = Part { index: IndexId(0), pool: Pool::Retrieval, query: query.try_into().unwrap(), top };
	let state = |row: u32| if down[row as usize] { RowState::TakenDown } else { RowState::Listed };
	let refuted = check_form(&part, &index, LIMIT).is_err()
		|| leaves.iter().any(|leaf| check_leaf(&part, &index, leaf, LIMIT, state(leaf.row)).is_err());
	assert_eq!(refuted, claim != truth);
});
