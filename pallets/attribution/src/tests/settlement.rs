//! Settlement and payouts.

use super::*;
use crate::{BatchState, Batches, Error, Escrow, Event, SettledBelow};
use frame_support::{assert_noop, traits::Hooks, weights::Weight};

fn submitted(fee: Balance) -> Prepared {
	scene();
	let batch = prepare(0, &[(Keyring::Alice, fee)], &truth(), 0);
	assert_ok!(batch.submit());
	batch
}

fn settled(fee: Balance) -> Prepared {
	let batch = submitted(fee);
	System::set_block_number(1 + WINDOW);
	assert_ok!(Attribution::settle(signed(Keyring::Eve), 0));
	batch
}

#[test]
fn settle_burns_and_pays_the_treasury() {
	build_and_execute(|| {
		let issuance = Balances::total_issuance();
		settled(1_000);
		assert_eq!(Balances::total_issuance(), issuance - 50);
		assert_eq!(Balances::free_balance(treasury()), ED + 100);
		assert_eq!(Escrow::<Test>::get(), 850);
		assert_eq!(pallet_agents::Agents::<Test>::get(AGENT.to_account_id()).unwrap().exposure, 0);
		System::assert_last_event(Event::BatchSettled { batch: 0, burnt: 50, treasury: 100, payouts: 850 }.into());
	});
}

#[test]
fn settle_fails_when_it_must() {
	build_and_execute(|| {
		submitted(1_000);
		let settle = |batch| Attribution::settle(signed(Keyring::Eve), batch);
		assert_noop!(settle(1), Error::<Test>::NoSuchBatch);
		System::set_block_number(WINDOW);
		assert_noop!(settle(0), Error::<Test>::WindowOpen);
		System::set_block_number(1 + WINDOW);
		assert_ok!(settle(0));
		assert_noop!(settle(0), Error::<Test>::NotPending);
	});
}

#[test]
fn batches_settle_by_themselves_within_cap_and_weight() {
	build_and_execute(|| {
		submitted(100);
		for i in 1..3 {
			assert_ok!(prepare(i, &[(Keyring::Alice, 100)], &truth(), 100 * u128::from(i)).submit());
		}
		let idle = |block, limit| {
			System::set_block_number(block);
			Attribution::on_idle(block, limit);
			(0..3).filter(|b| Batches::<Test>::get(b).unwrap().state == BatchState::Settled).count()
		};
		assert_eq!(idle(WINDOW, Weight::MAX), 0);
		assert_eq!(idle(1 + WINDOW, Weight::zero()), 0);
		assert_eq!(idle(1 + WINDOW, Weight::MAX), 2, "the cap per block");
		assert_eq!(idle(2 + WINDOW, Weight::MAX), 3);
		assert_eq!(SettledBelow::<Test>::get(), 3);
	});
}

#[test]
fn distribute_pays_each_leaf_once() {
	build_and_execute(|| {
		let batch = settled(1_000);
		let (agent, ferdie) = (free(AGENT), free(Keyring::Ferdie));
		assert_eq!(batch.payouts.len(), 2);
		assert_ok!(distribute(0, vec![batch.proof(0), batch.proof(1)]));
		assert_eq!((free(AGENT), free(Keyring::Ferdie)), (agent + 500, ferdie + 350));
		assert_eq!(Escrow::<Test>::get(), 0);
		assert_eq!(Balances::free_balance(Attribution::pot()), ED);
		for leaf in 0..2 {
			assert!(crate::Pallet::<Test>::is_paid(0, leaf));
			assert_eq!(distribute(0, vec![batch.proof(leaf)]), Err(Error::<Test>::AlreadyPaid.into()));
		}
		let paid = batch.payouts[1].clone();
		System::assert_has_event(
			Event::PaidOut { batch: 0, leaf: 1, account: paid.account, amount: paid.amount, weight: paid.weight }
				.into(),
		);
	});
}

#[test]
fn distribute_fails_when_it_must() {
	build_and_execute(|| {
		let batch = submitted(1_000);
		assert_eq!(distribute(5, vec![batch.proof(0)]), Err(Error::<Test>::NoSuchBatch.into()));
		assert_eq!(distribute(0, vec![batch.proof(0)]), Err(Error::<Test>::NotSettled.into()));
		System::set_block_number(1 + WINDOW);
		assert_ok!(Attribution::settle(signed(Keyring::Eve), 0));
		let forged = |change: &dyn Fn(&mut PayoutProof<AccountId32>)| {
			let mut proof = batch.proof(0);
			change(&mut proof);
			assert_eq!(distribute(0, vec![proof]), Err(Error::<Test>::BadPayoutProof.into()));
		};
		forged(&|p| p.payout.amount += 1);
		forged(&|p| p.payout.weight += 1);
		forged(&|p| p.payout.account = Keyring::Eve.to_account_id());
		forged(&|p| p.leaf = 1);
		forged(&|p| p.leaf = 2);
		forged(&|p| p.proof = vec![].try_into().unwrap());
		forged(&|p| p.proof.try_push(Default::default()).unwrap());
		let twice = vec![batch.proof(0), batch.proof(0)];
		assert_eq!(distribute(0, twice), Err(Error::<Test>::AlreadyPaid.into()));
		assert_eq!(Escrow::<Test>::get(), 850);
	});
}

#[test]
fn a_payout_that_cannot_be_credited_waits() {
	build_and_execute(|| {
		let stranger = AccountId32::new([77; 32]);
		let mut batch = prepare(0, &[(Keyring::Alice, 1_000)], &truth(), 0);
		batch.payouts = vec![
			Payout { account: stranger.clone(), amount: ED - 1, weight: 0 },
			Payout { account: Keyring::Ferdie.to_account_id(), amount: 850 - (ED - 1), weight: 0 },
		];
		scene();
		batch.payout_tree = payout::tree(&batch.payouts, &domain(), &AGENT.to_account_id(), 0).unwrap();
		assert_ok!(batch.submit());
		System::set_block_number(1 + WINDOW);
		assert_ok!(Attribution::settle(signed(Keyring::Eve), 0));
		assert_ok!(distribute(0, vec![batch.proof(0), batch.proof(1)]));
		System::assert_has_event(Event::PayoutDeferred { batch: 0, leaf: 0, account: stranger.clone() }.into());
		assert_eq!(Escrow::<Test>::get(), ED - 1);
		assert_ok!(Balances::transfer_keep_alive(signed(Keyring::Eve), stranger.clone(), ED));
		assert_ok!(distribute(0, vec![batch.proof(0)]));
		assert_eq!(Balances::free_balance(stranger), 2 * ED - 1);
	});
}
