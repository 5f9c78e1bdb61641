//! The audit against claims that are true, tampered with or made up.

#![allow(clippy::unwrap_used)]

use openledger_attribution::{audit_part, AuditError, Finding, IndexRow, RetrievalIndex};
use openledger_primitives::{
	attribution::{Part, Pool, Scored, Vector},
	hashing::{Blake2b256, Domain},
	ids::{DatanetId, IndexId},
	referee::{check_form, check_leaf, Fraud, RowState, TAKEDOWN_GRACE},
};
use proptest::prelude::*;
use sp_core::H256;
use sp_runtime::AccountId32;
use std::collections::{BTreeMap, BTreeSet};

const DOMAIN: Domain = Domain { genesis: H256([3; 32]) };
const LIMIT: u32 = 4;

fn build(rows: &[(u32, Vec<i8>)], threshold: i64) -> RetrievalIndex {
	let row = |(cluster, vector): &(u32, Vec<i8>)| IndexRow {
		contributor: AccountId32::new([0; 32]),
		cluster: *cluster,
		reputation: 256,
		vector: vector.clone().try_into().unwrap(),
	};
	RetrievalIndex::build(DOMAIN, DatanetId(1), 1, rows.iter().map(row), threshold).unwrap()
}

fn vector(entries: &[i8]) -> Vector {
	entries.to_vec().try_into().unwrap()
}

/// The block of the answers, and the blocks in which rows were taken down.
const AT: u32 = 1_000;
type Taken = BTreeMap<u32, u32>;

fn state(taken: &Taken, row: u32) -> RowState {
	RowState::at(AT, taken.get(&row).copied())
}

fn audit(index: &RetrievalIndex, part: &Part) -> Option<Finding> {
	audit_with(index, part, &Taken::new())
}

fn audit_with(index: &RetrievalIndex, part: &Part, taken: &Taken) -> Option<Finding> {
	audit_part(part, &index.info(), index, LIMIT, |row| state(taken, row)).unwrap()
}

/// Judges a finding as the chain does: by form alone, or by one leaf that is proved.
fn accepted_by_the_chain(index: &RetrievalIndex, part: &Part, finding: &Finding, taken: &Taken) -> bool {
	let info = index.info();
	match &finding.opening {
		None => check_form(part, &info, LIMIT) == Err(finding.fraud),
		Some((leaf, proof)) => {
			let bytes = leaf.leaf(&DOMAIN, info.datanet, info.version);
			info.rows.verify::<Blake2b256>(leaf.row, &bytes, proof)
				&& check_form(part, &info, LIMIT).is_ok()
				&& check_leaf(part, &info, leaf, LIMIT, state(taken, leaf.row)) == Err(finding.fraud)
		}
	}
}

type Table = (Vec<(u32, Vec<i8>)>, Vec<i8>, i64);

fn tables() -> impl Strategy<Value = Table> {
	(1usize..5).prop_flat_map(|dim| {
		let vector = prop::collection::vec(-3i8..=3, dim);
		(prop::collection::vec((0u32..8, vector.clone()), 1..24), vector, -12i64..12)
	})
}

/// One change of a claim.
#[derive(Clone, Debug)]
enum Tamper {
	Drop(prop::sample::Index),
	Swap(prop::sample::Index, prop::sample::Index),
	Score(prop::sample::Index, i64),
	Cluster(prop::sample::Index, u32),
	Row(prop::sample::Index, u32),
	Insert(u32, u32, i64),
	MakeUp(Vec<(u32, u32, i64)>),
}

fn tampers() -> impl Strategy<Value = Tamper> {
	let at = any::<prop::sample::Index>;
	prop_oneof![
		at().prop_map(Tamper::Drop),
		(at(), at()).prop_map(|(a, b)| Tamper::Swap(a, b)),
		(at(), -3i64..=3).prop_map(|(a, by)| Tamper::Score(a, by)),
		(at(), 0u32..9).prop_map(|(a, to)| Tamper::Cluster(a, to)),
		(at(), 0u32..26).prop_map(|(a, to)| Tamper::Row(a, to)),
		(0u32..26, 0u32..9, -12i64..40).prop_map(|(row, cluster, score)| Tamper::Insert(row, cluster, score)),
		prop::collection::vec((0u32..26, 0u32..9, -12i64..40), 0..=LIMIT as usize).prop_map(Tamper::MakeUp),
	]
}

impl Tamper {
	fn apply(&self, top: &mut Vec<Scored>) {
		let scored = |&(row, cluster, score): &(u32, u32, i64)| Scored { row, cluster, score };
		let count = top.len();
		match self {
			Tamper::MakeUp(claims) => *top = claims.iter().map(scored).collect(),
			Tamper::Insert(row, cluster, score) if count < LIMIT as usize => {
				top.push(scored(&(*row, *cluster, *score)))
			}
			_ if count == 0 => {}
			Tamper::Drop(at) => drop(top.remove(at.index(count))),
			Tamper::Swap(a, b) => top.swap(a.index(count), b.index(count)),
			Tamper::Score(at, by) => top[at.index(count)].score += by,
			Tamper::Cluster(at, to) => top[at.index(count)].cluster = *to,
			Tamper::Row(at, to) => top[at.index(count)].row = *to,
			Tamper::Insert(..) => {}
		}
	}
}

/// Rows that were taken down long ago, within the grace, in the block of the answer, and after it.
fn takedowns() -> impl Strategy<Value = Taken> {
	prop::collection::btree_map(0u32..26, AT - 2 * TAKEDOWN_GRACE..AT + 3, 0..10)
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..Default::default() })]

	#[test]
	fn a_true_claim_is_never_refuted((rows, query, threshold) in tables(), taken in takedowns()) {
		let index = build(&rows, threshold);
		// An agent that knows of every takedown, and one that knows of none of the last few blocks.
		for known in [AT, AT - TAKEDOWN_GRACE + 1] {
			let left_out = taken.iter().filter(|(_, since)| **since <= known).map(|(row, _)| *row).collect();
			let part = index.part(IndexId(0), Pool::Retrieval, vector(&query), LIMIT, &left_out);
			prop_assert_eq!(audit_with(&index, &part, &taken), None);
		}
	}

	#[test]
	fn a_false_claim_is_always_refuted_and_the_chain_agrees(
		(rows, query, threshold) in tables(),
		tampers in prop::collection::vec(tampers(), 1..4),
		gone in prop::collection::btree_set(0u32..26, 0..6),
	) {
		let index = build(&rows, threshold);
		let taken = gone.iter().map(|row| (*row, AT - TAKEDOWN_GRACE)).collect();
		let mut part = index.part(IndexId(0), Pool::Retrieval, vector(&query), LIMIT, &gone);
		let truth = part.top.clone().into_inner();
		let mut top = truth.clone();
		tampers.iter().for_each(|tamper| tamper.apply(&mut top));
		part.top = top.clone().try_into().unwrap();
		let finding = audit_with(&index, &part, &taken);
		prop_assert_eq!(finding.is_some(), top != truth);
		if let Some(finding) = finding {
			prop_assert!(accepted_by_the_chain(&index, &part, &finding, &taken), "{:?}", finding);
		}
	}
}

fn claim(index: &RetrievalIndex, top: &[(u32, u32, i64)]) -> Part {
	let mut part = index.part(IndexId(0), Pool::Retrieval, vector(&[1, 0]), LIMIT, &BTreeSet::new());
	let top: Vec<_> = top.iter().map(|&(row, cluster, score)| Scored { row, cluster, score }).collect();
	part.top = top.try_into().unwrap();
	part
}

#[test]
fn each_fraud_is_named_and_opened() {
	let index = build(&[(0, vec![9, 0]), (1, vec![8, 0]), (0, vec![7, 0]), (3, vec![1, 0])], 5);
	let truth = [(0, 0, 9), (1, 1, 8)];
	assert_eq!(audit(&index, &claim(&index, &truth)), None);
	let cases: [(&[_], _, _); 8] = [
		(&[(0, 0, 9), (1, 1, 7)], Fraud::WrongScore, Some(1)),
		(&[(0, 0, 9), (1, 2, 8)], Fraud::WrongCluster, Some(1)),
		(&[(0, 0, 9)], Fraud::Omitted, Some(1)),
		(&[(1, 1, 8), (2, 0, 7)], Fraud::Omitted, Some(0)),
		(&[(1, 1, 8), (0, 0, 9)], Fraud::BadOrder, None),
		(&[(0, 0, 9), (1, 1, 8), (2, 0, 7)], Fraud::ClusterTwice, None),
		(&[(0, 0, 9), (1, 1, 8), (3, 3, 1)], Fraud::BelowThreshold, None),
		(&[(0, 0, 9), (1, 1, 8), (4, 4, 6)], Fraud::NoSuchRow, None),
	];
	for (top, fraud, opened) in cases {
		let part = claim(&index, top);
		let finding = audit(&index, &part).unwrap();
		assert_eq!((finding.fraud, finding.opening.as_ref().map(|(leaf, _)| leaf.row)), (fraud, opened), "{top:?}");
		assert!(accepted_by_the_chain(&index, &part, &finding, &Taken::new()));
	}
	let mut part = claim(&index, &truth);
	part.query = vector(&[1]);
	assert_eq!(audit(&index, &part), Some(Finding { fraud: Fraud::WrongDimension, opening: None }));
}

#[test]
fn naming_a_row_that_was_taken_down_is_found_and_omitting_it_is_fine() {
	let index = build(&[(0, vec![9, 0]), (1, vec![8, 0]), (0, vec![7, 0])], 5);
	let naming = claim(&index, &[(0, 0, 9), (1, 1, 8)]);
	// The next row of the cluster takes the place.
	let omitting = claim(&index, &[(1, 1, 8), (2, 0, 7)]);
	let verdicts = |since: u32| {
		let taken = Taken::from([(0, since)]);
		let of = |part: &Part| {
			let finding = audit_with(&index, part, &taken)?;
			assert!(accepted_by_the_chain(&index, part, &finding, &taken));
			Some((finding.fraud, finding.opening?.0.row))
		};
		(of(&naming), of(&omitting))
	};
	assert_eq!(verdicts(AT - TAKEDOWN_GRACE), (Some((Fraud::TakenDown, 0)), None));
	assert_eq!(verdicts(AT - TAKEDOWN_GRACE + 1), (None, None), "in the last block of the grace");
	assert_eq!(verdicts(AT), (None, None), "in the first block of the grace");
	assert_eq!(verdicts(AT + 1), (None, Some((Fraud::Omitted, 0))), "before it was taken down");
	let taken = Taken::from([(0, 1)]);
	assert_eq!(audit_with(&index, &claim(&index, &[(1, 1, 8)]), &taken).unwrap().fraud, Fraud::Omitted, "row 2 stays");
}

#[test]
fn an_omission_in_a_large_index_is_found() {
	let rows: Vec<_> = (0..20_000u32).map(|row| (row, vec![if row == 17_003 { 9 } else { 1 }, 0])).collect();
	let index = build(&rows, 5);
	let finding = audit(&index, &claim(&index, &[])).unwrap();
	assert_eq!((finding.fraud, finding.opening.unwrap().0.row), (Fraud::Omitted, 17_003));
}

#[test]
fn audit_fails_when_the_index_at_hand_is_another() {
	let (index, other) = (build(&[(0, vec![9, 0])], 5), build(&[(0, vec![8, 0])], 5));
	let part = index.part(IndexId(0), Pool::Retrieval, vector(&[1, 0]), LIMIT, &BTreeSet::new());
	let error = audit_part(&part, &index.info(), &other, LIMIT, |_| RowState::Listed).unwrap_err();
	assert_eq!(error, AuditError::OtherIndex { local: other.commitment(), chain: index.commitment() });
}
