//! Publishing indexes and submitting batches.

use super::*;
use crate::{BatchState, Batches, Error, Escrow, Event, Indexes, NextSeq, Payers};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{Commitment, SumCommitment};

#[test]
fn publish_index_takes_the_bond() {
	build_and_execute(|| {
		scene();
		let index = Indexes::<Test>::get(IndexId(0)).unwrap();
		assert_eq!((index.model, index.bond, index.info.rows.count), (INDEX_ASSET, BOND, ROWS));
		assert_eq!(free(Keyring::Dave), 1_000_000 - BOND);
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

#[test]
fn submit_moves_the_fees_into_escrow() {
	build_and_execute(|| {
		scene();
		let batch = prepare(0, &[(Keyring::Alice, 1_000), (Keyring::Charlie, 500), (Keyring::Alice, 200)], &truth(), 0);
		assert_ok!(batch.submit());
		assert_eq!(Escrow::<Test>::get(), 1_700);
		assert_eq!(Balances::free_balance(Attribution::pot()), ED + 1_700);
		assert_eq!(NextSeq::<Test>::get(AGENT.to_account_id()), 3);
		assert_eq!(Payers::<Test>::get(0).len(), 2);
		let stored = Batches::<Test>::get(0).unwrap();
		assert_eq!((stored.state, stored.matures), (BatchState::Pending, 1 + WINDOW));
		assert_eq!(stored.burn + stored.treasury + stored.payouts.sum, 1_700);
		assert_eq!(pallet_agents::Agents::<Test>::get(AGENT.to_account_id()).unwrap().exposure, 1_700);
		System::assert_last_event(
			Event::BatchSubmitted {
				batch: 0,
				agent: AGENT.to_account_id(),
				first_seq: 0,
				receipts: batch.receipt_tree.commitment(),
				payouts: batch.payout_tree.commitment(),
				blob: H256::zero(),
				matures: 1 + WINDOW,
			}
			.into(),
		);
		assert_ok!(prepare(3, &[(Keyring::Alice, 50)], &truth(), 1_200).submit());
	});
}

#[test]
fn submit_fails_without_a_trace_when_it_must() {
	build_and_execute(|| {
		scene();
		let good = || prepare(0, &[(Keyring::Alice, 1_000), (Keyring::Charlie, 500)], &truth(), 0);
		let root = || sp_io::storage::root(sp_runtime::StateVersion::V1);
		let before = root();
		let refused = |change: &dyn Fn(&mut Prepared), error: sp_runtime::DispatchError| {
			let mut batch = good();
			change(&mut batch);
			assert_eq!(batch.submit(), Err(error));
			assert_eq!(root(), before);
		};
		refused(&|b| b.first_seq = 1, Error::<Test>::SequenceGap.into());
		refused(&|b| b.draws.swap(0, 1), Error::<Test>::BadPayers.into());
		refused(&|b| b.draws[1] = b.draws[0].clone(), Error::<Test>::BadPayers.into());
		refused(&|b| b.draws.clear(), Error::<Test>::BadPayers.into());
		refused(&|b| b.draws.truncate(1), Error::<Test>::FeesDiffer.into());
		refused(&|b| b.draws[0].drawn -= 1, Error::<Test>::FeesDiffer.into());
		refused(&|b| b.draws[0].drawn += 6, pallet_credits::Error::<Test>::AboveCeiling.into());
		refused(&|b| b.draws[0].ceiling += 1, pallet_credits::Error::<Test>::BadVoucher.into());
		refused(&|b| b.payout_tree = SumTree::new([([1u8], 5)]).unwrap(), Error::<Test>::PayoutsDiffer.into());
		let stranger = Attribution::submit_batch(
			signed(Keyring::Eve),
			0,
			SumCommitment::default(),
			SumCommitment::default(),
			H256::zero(),
			vec![].try_into().unwrap(),
		);
		assert_noop!(stranger, Error::<Test>::NotAnAgent);
		let empty = Attribution::submit_batch(
			signed(AGENT),
			0,
			SumCommitment::default(),
			SumCommitment::default(),
			H256::zero(),
			vec![].try_into().unwrap(),
		);
		assert_noop!(empty, Error::<Test>::BadBatchSize);
		assert_ok!(good().submit());
	});
}

#[test]
fn fees_beyond_half_of_the_stake_are_refused() {
	build_and_execute(|| {
		scene();
		assert_ok!(Credits::top_up(signed(Keyring::Alice), AGENT.to_account_id(), 200_000));
		let batch = prepare(0, &[(Keyring::Alice, STAKE / 2 + 1)], &truth(), 0);
		assert_eq!(batch.submit(), Err(pallet_agents::Error::<Test>::OverExposed.into()));
		assert_ok!(prepare(0, &[(Keyring::Alice, STAKE / 2)], &truth(), 0).submit());
	});
}

#[test]
fn a_voucher_of_another_agent_pays_nothing() {
	build_and_execute(|| {
		scene();
		assert_ok!(Agents::register(
			signed(Keyring::Eve),
			Keyring::Eve.to_account_id(),
			Keyring::Eve.to_account_id(),
			STAKE
		));
		assert_ok!(Credits::open(signed(Keyring::Alice), Keyring::Eve.to_account_id(), 1_000));
		let batch = prepare(0, &[(Keyring::Alice, 100)], &truth(), 0);
		let stolen = Attribution::submit_batch(
			signed(Keyring::Eve),
			0,
			batch.receipt_tree.commitment(),
			batch.payout_tree.commitment(),
			H256::zero(),
			batch.draws.clone().try_into().unwrap(),
		);
		// The call leaves no trace only inside a transaction; the error is what matters here.
		assert_eq!(stolen, Err(pallet_credits::Error::<Test>::BadVoucher.into()));
	});
}
