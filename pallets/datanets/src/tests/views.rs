//! View functions and what other pallets ask.

use crate::{
	mock::*,
	types::{Status, Terms},
};
use openledger_primitives::{
	traits::Versions, ContentHash, ContributionId, DatanetId, Domain, Licence, RowLeaf, MAX_PROOF,
};
use sp_core::H256;

#[test]
fn views_answer_what_is_stored() {
	with_datanet(|| {
		contribute(ALICE, 5);
		freeze(5, [0]);
		assert_eq!(Datanets::datanet(NET).unwrap().owner, OWNER);
		assert_eq!(Datanets::counters(NET).unwrap().versions, 1);
		assert_eq!(Datanets::contribution(NET, ContributionId(0)).unwrap().status, Status::Accepted { version: 0 });
		assert_eq!(Datanets::version(NET, 0).unwrap().rows, rows(5));
		commit(BOB, 1).unwrap();
		assert_eq!(Datanets::commitment(NET, ContributionId(1)).unwrap().seal, seal(BOB, 1));
	});
}

#[test]
fn views_answer_what_is_known_of_rows() {
	with_version(|frozen| {
		frozen.file(CLAIMANT, 1).unwrap();
		assert_eq!(Datanets::notice_of(NET, 1), notice(1));
		assert_eq!(Datanets::notice_of(NET, 1).unwrap().claimant, CLAIMANT);
		end(ALICE, 1).unwrap();
		assert_eq!(Datanets::notice_of(NET, 1), None);
		assert_eq!(Datanets::taken_down(NET, 1).unwrap().last_version, 0);
	});
}

#[test]
fn views_answer_what_is_known_of_access() {
	with_access(crate::types::Access::Approval, || {
		Datanets::request_access(signed(BOB), NET, terms(), 0).unwrap();
		assert_eq!(Datanets::request(NET, BOB).unwrap().terms, terms());
		grant(ALICE);
		assert_eq!(Datanets::grant(NET, ALICE).unwrap().terms, Terms { jobs: 3, ..terms() });
	});
}

#[test]
fn views_answer_none_when_there_is_nothing() {
	with_datanet(|| {
		assert_eq!(Datanets::datanet(DatanetId(1)), None);
		assert_eq!(Datanets::counters(DatanetId(1)), None);
		assert_eq!(Datanets::contribution(NET, ContributionId(0)), None);
		assert_eq!(Datanets::version(NET, 0), None);
		assert_eq!(Datanets::commitment(NET, ContributionId(0)), None);
		assert_eq!(Datanets::notice_of(NET, 0), None);
		assert_eq!(Datanets::taken_down(NET, 0), None);
		assert_eq!(Datanets::request(NET, ALICE), None);
		assert_eq!(Datanets::grant(NET, ALICE), None);
	});
}

#[test]
fn versions_answer_other_pallets() {
	with_datanet(|| {
		contribute(ALICE, 5);
		freeze(5, [0]);
		assert_eq!(<Datanets as Versions<AccountId>>::rows(NET, 0), Some(rows(5)));
		assert_eq!(<Datanets as Versions<AccountId>>::rows(NET, 1), None);
		assert_eq!(<Datanets as Versions<AccountId>>::owner(NET), Some(OWNER));
		assert_eq!(<Datanets as Versions<AccountId>>::owner(DatanetId(1)), None);
		assert_eq!(<Datanets as Versions<AccountId>>::licence(NET), Some(Licence::CcBy));
		assert_eq!(<Datanets as Versions<AccountId>>::licence(DatanetId(1)), None);
		assert_eq!(<Datanets as Versions<AccountId>>::taken_down(NET, 0), None);
		assert!(!<Datanets as Versions<AccountId>>::tainted(NET, 0));
		assert!(!<Datanets as Versions<AccountId>>::tainted(NET, 1));
	});
}

#[test]
fn verify_row_holds_for_every_row() {
	with_version(|frozen| {
		for leaf in &frozen.leaves {
			assert!(Datanets::verify_row(NET, 0, leaf.clone(), frozen.proof(leaf.row).into_inner()));
		}
	});
}

#[test]
fn verify_row_fails_when_anything_differs() {
	with_version(|frozen| {
		let (leaf, proof) = (frozen.leaf(1), frozen.proof(1).into_inner());
		for forged in [
			RowLeaf { row: 2, ..leaf.clone() },
			RowLeaf { row: 5, ..leaf.clone() },
			RowLeaf { contributor: BOB, ..leaf.clone() },
			RowLeaf { cluster: 1, ..leaf.clone() },
			RowLeaf { content: ContentHash(hash(9)), ..leaf.clone() },
			RowLeaf { licensed: false, ..leaf.clone() },
		] {
			assert!(!Datanets::verify_row(NET, 0, forged, proof.clone()));
		}
		assert!(!Datanets::verify_row(NET, 1, leaf.clone(), proof.clone()), "no such version");
		assert!(!Datanets::verify_row(DatanetId(1), 0, leaf.clone(), proof.clone()), "no such datanet");
		assert!(!Datanets::verify_row(NET, 0, leaf, proof[1..].to_vec()), "too short a proof");
	});
}

#[test]
fn verify_row_fails_when_the_tree_is_of_another_chain_datanet_or_version() {
	with_datanet(|| {
		let there = Domain { genesis: H256::zero() };
		for (id, (domain, of, version)) in [(there, 0, 0), (domain(), 7, 0), (domain(), 2, 1)].into_iter().enumerate() {
			contribute(ALICE, 1);
			let foreign = Frozen::new(domain, DatanetId(of), version, &vec![ALICE; id + 1]);
			let rows = foreign.tree.commitment();
			Datanets::freeze_version(signed(OWNER), NET, rows, hash(3), ids([id as u32])).unwrap();
			assert!(!Datanets::verify_row(NET, id as u32, foreign.leaf(0), foreign.proof(0).into_inner()));
		}
	});
}

#[test]
fn verify_row_fails_when_the_proof_is_longer_than_any_tree() {
	with_version(|frozen| {
		for length in [MAX_PROOF, MAX_PROOF + 1] {
			assert!(!Datanets::verify_row(NET, 0, frozen.leaf(0), vec![hash(0); length as usize]));
		}
	});
}

#[test]
fn commons_accounts_differ_between_datanets() {
	build_and_execute(|| {
		let accounts: std::collections::BTreeSet<_> =
			(0..100).map(|id| Datanets::commons_account(DatanetId(id))).collect();
		assert_eq!(accounts.len(), 100);
	});
}
