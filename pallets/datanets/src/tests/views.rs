//! View functions and what other pallets ask.

use crate::{mock::*, types::Status};
use openledger_primitives::{
	traits::Versions, Blake2b256, ContentHash, ContributionId, DatanetId, Domain, MerkleTree, RowLeaf, MAX_PROOF,
};
use sp_core::H256;

fn leaves(count: u32) -> Vec<RowLeaf<AccountId>> {
	(0..count)
		.map(|row| RowLeaf {
			row,
			contributor: ALICE,
			cluster: row / 2,
			content: ContentHash(hash(row as u8)),
			licensed: true,
		})
		.collect()
}

fn tree(domain: &Domain, datanet: DatanetId, version: u32, leaves: &[RowLeaf<AccountId>]) -> MerkleTree<Blake2b256> {
	MerkleTree::new(leaves.iter().map(|leaf| leaf.leaf(domain, datanet, version))).unwrap()
}

/// Freezes a version of five rows and gives its leaves and tree.
fn frozen() -> (Vec<RowLeaf<AccountId>>, MerkleTree<Blake2b256>) {
	let leaves = leaves(5);
	let tree = tree(&Domain { genesis: System::block_hash(0) }, NET, 0, &leaves);
	contribute(ALICE, 5);
	Datanets::freeze_version(signed(OWNER), NET, tree.commitment(), hash(3), ids([0])).unwrap();
	(leaves, tree)
}

#[test]
fn views_answer_what_is_stored() {
	with_datanet(|| {
		contribute(ALICE, 5);
		freeze(5, [0]);
		assert_eq!(Datanets::datanet(NET).unwrap().owner, OWNER);
		assert_eq!(Datanets::counters(NET).unwrap().versions, 1);
		assert_eq!(Datanets::contribution(NET, ContributionId(0)).unwrap().status, Status::Accepted { version: 0 });
		assert_eq!(Datanets::version(NET, 0).unwrap().rows, rows(5));
	});
}

#[test]
fn views_answer_none_when_there_is_nothing() {
	with_datanet(|| {
		assert_eq!(Datanets::datanet(DatanetId(1)), None);
		assert_eq!(Datanets::counters(DatanetId(1)), None);
		assert_eq!(Datanets::contribution(NET, ContributionId(0)), None);
		assert_eq!(Datanets::version(NET, 0), None);
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
	});
}

#[test]
fn verify_row_holds_for_every_row() {
	with_datanet(|| {
		let (leaves, tree) = frozen();
		for leaf in leaves {
			let proof = tree.prove(leaf.row).unwrap();
			assert!(Datanets::verify_row(NET, 0, leaf, proof));
		}
	});
}

#[test]
fn verify_row_fails_when_anything_differs() {
	with_datanet(|| {
		let (leaves, tree) = frozen();
		let leaf = leaves[1].clone();
		let proof = tree.prove(1).unwrap();
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
		let here = Domain { genesis: System::block_hash(0) };
		let there = Domain { genesis: H256::zero() };
		let leaves = leaves(5);
		for (id, domain, of, version) in [(0, there, 0, 0), (1, here, 0, 0), (2, here, 2, 1)] {
			let foreign = tree(&domain, DatanetId(of), version, &leaves);
			let net = DatanetId(id);
			create(OWNER);
			Datanets::contribute(signed(ALICE), net, rows(5), 1, hash(2)).unwrap();
			Datanets::freeze_version(signed(OWNER), net, foreign.commitment(), hash(3), ids([0])).unwrap();
			assert!(!Datanets::verify_row(net, 0, leaves[0].clone(), foreign.prove(0).unwrap()));
		}
	});
}

#[test]
fn verify_row_fails_when_the_proof_is_longer_than_any_tree() {
	with_datanet(|| {
		let (leaves, _) = frozen();
		for length in [MAX_PROOF, MAX_PROOF + 1] {
			assert!(!Datanets::verify_row(NET, 0, leaves[0].clone(), vec![hash(0); length as usize]));
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
