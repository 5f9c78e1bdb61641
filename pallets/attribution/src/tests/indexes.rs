//! Publishing indexes, taking them back, and proving them false.

use super::*;
use crate::{Error, Event, HoldReason, Index, Indexes};
use frame_support::{assert_noop, traits::fungible::InspectHold};
use openledger_primitives::{referee::TAKEDOWN_GRACE, Commitment};

#[test]
fn publish_index_takes_the_bond() {
	build_and_execute(|| {
		scene();
		let index = Indexes::<Test>::get(IndexId(0)).unwrap();
		assert_eq!((index.model, index.bond, index.info.rows.count), (INDEX_ASSET, BOND, ROWS));
		assert_eq!(free(Keyring::Dave), 1_000_000 - BOND);
		assert_eq!(index.retired, None);
		System::assert_last_event(
			Event::IndexPublished {
				index: IndexId(0),
				model: INDEX_ASSET,
				publisher: Keyring::Dave.to_account_id(),
				rows: index_tree().commitment(),
				threshold: THRESHOLD,
			}
			.into(),
		);
	});
}

#[test]
fn publish_index_fails_when_it_must() {
	build_and_execute(|| {
		let rows = Commitment { root: H256::zero(), count: ROWS };
		let publish =
			|who, model, dim, rows| Attribution::publish_index(signed(who), model, IndexKind::Retrieval, dim, rows, 0);
		assert_noop!(publish(Keyring::Dave, ModelId(9), 3, rows), Error::<Test>::NotAnIndex);
		assert_noop!(publish(Keyring::Eve, INDEX_ASSET, 3, rows), Error::<Test>::NotTheOwner);
		assert_noop!(publish(Keyring::Dave, INDEX_ASSET, 0, rows), Error::<Test>::BadDimension);
		assert_noop!(publish(Keyring::Dave, INDEX_ASSET, 4_097, rows), Error::<Test>::BadDimension);
		let fewer = Commitment { count: ROWS - 1, ..rows };
		assert_noop!(publish(Keyring::Dave, INDEX_ASSET, 3, fewer), Error::<Test>::WrongRowCount);
		assert_ok!(publish(Keyring::Dave, INDEX_ASSET, 4_096, rows));
	});
}

/// What is wrong with the leaves of an index.
type Falsehood = &'static dyn Fn(&mut Vec<IndexLeaf<AccountId32>>);

fn index() -> Index<Test> {
	Indexes::<Test>::get(IndexId(0)).unwrap()
}

fn held() -> Balance {
	Balances::balance_on_hold(&HoldReason::IndexBond.into(), &Keyring::Dave.to_account_id())
}

/// The block from which the bond of an index is free that was retired in block 1.
const FREE: u64 = 1 + (TAKEDOWN_GRACE + AGE) as u64 + WINDOW;

#[test]
fn the_bond_of_a_retired_index_comes_back_when_no_window_is_open() {
	build_and_execute(|| {
		scene();
		let dave = free(Keyring::Dave);
		let retire = |who| Attribution::retire_index(signed(who), IndexId(0));
		let release = |who| Attribution::release_index_bond(signed(who), IndexId(0));
		assert_noop!(release(Keyring::Dave), Error::<Test>::NotRetired);
		assert_noop!(retire(Keyring::Eve), Error::<Test>::NotThePublisher);
		assert_ok!(retire(Keyring::Dave));
		System::assert_last_event(Event::IndexRetired { index: IndexId(0), free_from: FREE }.into());
		assert_eq!(index().retired, Some(1));
		assert_noop!(retire(Keyring::Dave), Error::<Test>::AlreadyRetired);
		System::set_block_number(FREE - 1);
		assert_noop!(release(Keyring::Dave), Error::<Test>::BondLocked);
		System::set_block_number(FREE);
		assert_noop!(release(Keyring::Eve), Error::<Test>::NotThePublisher);
		assert_ok!(release(Keyring::Dave));
		assert_eq!((free(Keyring::Dave), held(), index().bond), (dave + BOND, 0, 0));
		assert_noop!(release(Keyring::Dave), Error::<Test>::NoBond);
		let none = IndexId(7);
		assert_noop!(Attribution::retire_index(signed(Keyring::Dave), none), Error::<Test>::NoSuchIndex);
		assert_noop!(Attribution::release_index_bond(signed(Keyring::Dave), none), Error::<Test>::NoSuchIndex);
	});
}

/// Publishes a second index that differs from the rows as `change` says, and tries to refute it at `row`.
fn refute(change: impl Fn(&mut Vec<IndexLeaf<AccountId32>>), row: u32) -> DispatchResult {
	let mut changed = leaves();
	change(&mut changed);
	assert_ok!(publish(tree_of(&changed).commitment()));
	let opening = opening_of(&changed, row);
	refute_with(opening, row)
}

fn refute_with(opening: Opening<AccountId32>, row: u32) -> DispatchResult {
	let proof = row_tree().prove(row).unwrap().try_into().unwrap();
	with_storage_layer(|| {
		let row = Box::new(rows()[row as usize].clone());
		Attribution::refute_index(signed(Keyring::Eve), IndexId(1), opening, row, proof)
	})
}

#[test]
fn a_leaf_that_is_not_its_row_costs_the_bond() {
	let false_leaves: [Falsehood; 3] =
		[&|leaves| leaves[4].contributor = Keyring::Dave.to_account_id(), &|leaves| leaves[4].cluster = 5, &|leaves| {
			leaves[4].vector = vec![4, 1].try_into().unwrap()
		}];
	for change in false_leaves {
		build_and_execute(|| {
			scene();
			let (issuance, eve) = (Balances::total_issuance(), free(Keyring::Eve));
			assert_ok!(refute(change, 4));
			assert_eq!(Balances::total_issuance(), issuance - BOND / 2);
			assert_eq!(free(Keyring::Eve), eve + BOND / 2);
			assert_eq!(held(), BOND, "that of the other index");
			let refuted = Indexes::<Test>::get(IndexId(1)).unwrap();
			assert_eq!((refuted.bond, refuted.retired), (0, Some(1)));
			System::assert_last_event(
				Event::IndexRefuted {
					index: IndexId(1),
					row: 4,
					challenger: Keyring::Eve.to_account_id(),
					burnt: BOND / 2,
					reward: BOND / 2,
				}
				.into(),
			);
			let mut changed = leaves();
			change(&mut changed);
			assert_eq!(refute_with(opening_of(&changed, 4), 4), Err(Error::<Test>::NoBond.into()));
		});
	}
}

#[test]
fn refute_index_fails_when_it_must() {
	build_and_execute(|| {
		scene();
		let forged = |leaves: &mut Vec<IndexLeaf<AccountId32>>| leaves[4].cluster = 5;
		assert_eq!(refute(forged, 3), Err(Error::<Test>::LeafStands.into()));
		let mut changed = leaves();
		forged(&mut changed);
		let good = opening_of(&changed, 4);
		assert_eq!(refute_with(good.clone(), 5), Err(Error::<Test>::DifferentRows.into()));
		assert_eq!(refute_with(opening(4).unwrap(), 4), Err(Error::<Test>::BadIndexProof.into()), "of another index");
		for length in [0, 4, 6, 32] {
			let mut siblings = good.proof.to_vec();
			siblings.resize(length, H256::zero());
			let wrong = Opening { proof: siblings.try_into().unwrap(), ..good.clone() };
			assert_eq!(refute_with(wrong, 4), Err(Error::<Test>::BadIndexProof.into()));
		}
		let direct = |index, row: RowLeaf<AccountId32>, proof: Vec<H256>| {
			let proof = proof.try_into().unwrap();
			Attribution::refute_index(signed(Keyring::Eve), IndexId(index), good.clone(), Box::new(row), proof)
		};
		let row = rows()[4].clone();
		let proof = row_tree().prove(4).unwrap();
		assert_noop!(direct(7, row.clone(), proof.clone()), Error::<Test>::NoSuchIndex);
		assert_noop!(direct(1, row.clone(), vec![]), Error::<Test>::BadRowProof);
		assert_noop!(direct(1, RowLeaf { cluster: 5, ..row.clone() }, proof.clone()), Error::<Test>::BadRowProof);
		assert_ok!(direct(1, row, proof));
	});
}

#[test]
fn an_index_can_be_refuted_after_it_was_retired() {
	build_and_execute(|| {
		scene();
		let mut changed = leaves();
		changed[4].cluster = 5;
		assert_ok!(publish(tree_of(&changed).commitment()));
		assert_ok!(Attribution::retire_index(signed(Keyring::Dave), IndexId(1)));
		System::set_block_number(9);
		assert_ok!(refute_with(opening_of(&changed, 4), 4));
		let refuted = Indexes::<Test>::get(IndexId(1)).unwrap();
		assert_eq!(refuted.retired, Some(1), "since it was taken back");
		System::set_block_number(FREE);
		let release = Attribution::release_index_bond(signed(Keyring::Dave), IndexId(1));
		assert_noop!(release, Error::<Test>::NoBond);
	});
}
