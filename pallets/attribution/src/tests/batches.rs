//! Submitting batches.

use super::*;
use crate::{Agenda, BatchState, Duties, Error, Escrow, Event, NextSeq, Payers, Step};
use frame_support::assert_noop;
use openledger_primitives::SumCommitment;

#[test]
fn submit_moves_the_fees_into_escrow() {
	build_and_execute(|| {
		scene();
		let batch = prepare(0, &[(Keyring::Alice, 1_000), (Keyring::Charlie, 500), (Keyring::Alice, 200)], &truth(), 0);
		assert_ok!(batch.submit());
		assert_eq!(Escrow::<Test>::get(), 1_700);
		assert_eq!(Balances::free_balance(Attribution::pot()), ED + 1_700);
		assert_eq!(NextSeq::<Test>::get(agent()), 3);
		assert_eq!(Payers::<Test>::get(0).len(), 2);
		let stored = super::stored(0);
		assert_eq!((stored.state, stored.matures), (BatchState::Pending, 1 + WINDOW));
		let aside = stored.burn + stored.treasury + stored.stakers + stored.auditors;
		assert_eq!(aside + stored.payouts.sum, 1_700);
		assert_eq!((stored.submitted, stored.lot, stored.seed), (1, LOT, None));
		assert_eq!(stored.duties, Duties { holds: 0, demands: 0, sample: true });
		assert_eq!(record().bound, 1, "for the sample");
		assert_eq!(Heard::get(), [(0, 1_700)]);
		assert!(Agenda::<Test>::contains_key(2 + u64::from(DELAY), (0, Step::Seed)));
		assert!(Agenda::<Test>::contains_key(1 + WINDOW, (0, Step::Settle)));
		assert_eq!(record().exposure, 1_700);
		System::assert_last_event(
			Event::BatchSubmitted {
				batch: 0,
				agent: agent(),
				first_seq: 0,
				receipts: batch.receipt_tree.commitment(),
				payouts: batch.payout_tree.commitment(),
				blob: H256::zero(),
				matures: 1 + WINDOW,
				credited: 0,
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
		refused(&|b| b.draws.swap(0, 1), Error::<Test>::PayersOutOfOrder.into());
		refused(&|b| b.draws[1] = b.draws[0].clone(), Error::<Test>::PayerTwice.into());
		refused(&|b| b.draws.clear(), Error::<Test>::NoPayers.into());
		refused(&|b| b.draws.truncate(1), Error::<Test>::FeesDiffer.into());
		refused(&|b| b.draws[0].drawn -= 1, Error::<Test>::FeesDiffer.into());
		refused(&|b| b.draws[0].drawn += 6, pallet_credits::Error::<Test>::AboveCeiling.into());
		refused(&|b| b.draws[0].ceiling += 1, pallet_credits::Error::<Test>::BadVoucher.into());
		refused(&|b| b.draws[0].drawn = 0, pallet_credits::Error::<Test>::NothingToDraw.into());
		refused(
			&|b| b.draws[0].signer = Some(Keyring::Eve.to_account_id()),
			pallet_credits::Error::<Test>::NoSuchKey.into(),
		);
		refused(&|b| b.payout_tree = SumTree::new([([1u8], 5)]).unwrap(), Error::<Test>::PayoutsDiffer.into());
		assert_eq!(good().submit_as(Keyring::Eve), Err(Error::<Test>::NotAnAgent.into()));
		assert_eq!(good().submit_as(AGENT), Err(Error::<Test>::NotAnAgent.into()), "its signer signs for it");
		assert_ok!(good().submit());
		assert_eq!(good().submit(), Err(Error::<Test>::SequenceGap.into()), "the same again");
	});
}

#[test]
fn batches_of_no_size_or_too_great_a_one_are_refused() {
	build_and_execute(|| {
		scene();
		let (one, most) = (1, 1 << 20);
		let sized = |receipts: u32, payouts: u32| {
			let sum = |count, sum| SumCommitment { root: H256::zero(), count, sum };
			let (receipts, payouts) = (sum(receipts, 1_000), sum(payouts, 850));
			let draws = vec![].try_into().unwrap();
			Attribution::submit_batch(signed(SIGNER), 0, receipts, payouts, H256::zero(), draws, LOT)
		};
		assert_noop!(sized(0, one), Error::<Test>::NoReceipts);
		assert_noop!(sized(most + 1, one), Error::<Test>::TooManyReceipts);
		assert_noop!(sized(one, 0), Error::<Test>::NoPayouts);
		assert_noop!(sized(one, most + 1), Error::<Test>::TooManyPayouts);
		assert_noop!(sized(most, most), Error::<Test>::NoPayers);
	});
}

#[test]
fn a_voucher_is_good_once_and_on_one_chain() {
	build_and_execute(|| {
		scene();
		let first = prepare(0, &[(Keyring::Alice, 1_000)], &truth(), 0);
		assert_ok!(first.submit());
		// The same voucher again: what it allows was drawn.
		let mut again = prepare(1, &[(Keyring::Alice, 1_000)], &truth(), 0);
		assert_eq!(again.submit(), Err(pallet_credits::Error::<Test>::NothingToDraw.into()));
		again.draws[0] = draw(Keyring::Alice, 500, 505);
		assert_eq!(again.submit(), Err(pallet_credits::Error::<Test>::CumulativeFell.into()));
		let mut foreign = prepare(1, &[(Keyring::Alice, 1_000)], &truth(), 1_000);
		let Draw { payer, ceiling, .. } = foreign.draws[0].clone();
		let voucher = Voucher { payer, agent: agent(), channel: 0, cumulative: ceiling };
		let elsewhere = openledger_primitives::Domain { genesis: H256::repeat_byte(0xee) };
		foreign.draws[0].signature = Keyring::Alice.sign(&voucher.payload(&elsewhere)).into();
		assert_eq!(foreign.submit(), Err(pallet_credits::Error::<Test>::BadVoucher.into()));
	});
}

#[test]
fn the_signer_advances_what_a_channel_is_short_of() {
	build_and_execute(|| {
		scene();
		let signer = free(SIGNER);
		assert_ok!(prepare(0, &[(Keyring::Alice, 10_500)], &truth(), 0).submit());
		assert_eq!(free(SIGNER), signer - 500);
		assert_eq!(Balances::free_balance(Attribution::pot()), ED + 10_500);
	});
}

#[test]
fn fees_beyond_half_of_the_stake_are_refused() {
	build_and_execute(|| {
		scene();
		assert_ok!(Credits::top_up(signed(Keyring::Alice), agent(), 200_000));
		let batch = prepare(0, &[(Keyring::Alice, STAKE / 2 + 1)], &truth(), 0);
		assert_eq!(batch.submit(), Err(pallet_agents::Error::<Test>::OverExposed.into()));
		assert_ok!(prepare(0, &[(Keyring::Alice, STAKE / 2)], &truth(), 0).submit());
	});
}

#[test]
fn a_voucher_of_another_agent_pays_nothing() {
	build_and_execute(|| {
		scene();
		let (eve, signer) = (Keyring::Eve, Keyring::EveStash);
		let roles = Roles::only(Role::Serve);
		let beneficiary = PAID.to_account_id();
		assert_ok!(Agents::register(signed(eve), signer.to_account_id(), beneficiary, STAKE, roles, Hardware::Cpu));
		assert_ok!(Credits::open(signed(Keyring::Alice), eve.to_account_id(), 1_000, Terms::ANY));
		let batch = prepare(0, &[(Keyring::Alice, 100)], &truth(), 0);
		assert_eq!(batch.submit_as(signer), Err(pallet_credits::Error::<Test>::BadVoucher.into()));
	});
}
