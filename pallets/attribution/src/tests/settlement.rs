//! Settlement and payouts.

use super::*;
use crate::{Error, Escrow, Event};
use frame_support::assert_noop;

fn of(fee: Balance) -> Prepared {
	submitted(&[(Keyring::Alice, fee)], &truth())
}

fn settled(fee: Balance) -> Prepared {
	let batch = of(fee);
	batch.settle(0);
	batch
}

#[test]
fn settle_burns_and_pays_treasury_stakers_and_auditors() {
	build_and_execute(|| {
		let issuance = Balances::total_issuance();
		settled(1_000);
		assert_eq!(Balances::total_issuance(), issuance - 50);
		let pots = [treasury(), stakers(), auditors()].map(Balances::free_balance);
		assert_eq!(pots, [ED + 30, ED + 50, ED + 20]);
		assert_eq!((Escrow::<Test>::get(), record().exposure), (850, 0));
		System::assert_last_event(
			Event::BatchSettled { batch: 0, burnt: 50, treasury: 30, stakers: 50, auditors: 20, payouts: 850 }.into(),
		);
	});
}

#[test]
fn delegators_share_in_what_their_agent_earns() {
	build_and_execute(|| {
		let batch = of(1_000);
		assert_ok!(Agents::delegate(signed(Keyring::Eve), agent(), STAKE));
		batch.settle(0);
		let rewarded = Balances::free_balance(Agents::pot()) - ED - STAKE;
		assert!(rewarded > 0 && rewarded <= 50);
		assert_eq!(Balances::free_balance(stakers()), ED + 50 - rewarded, "the rest");
	});
}

#[test]
fn what_a_pot_cannot_take_is_burnt() {
	build_and_execute(|| {
		// Without an account, twenty planck for auditors are more than the existential deposit, and two are less.
		for gone in [auditors(), stakers(), treasury()] {
			Balances::force_set_balance(frame_system::RawOrigin::Root.into(), gone, 0).unwrap();
		}
		let issuance = Balances::total_issuance();
		let batch = of(100);
		batch.settle(0);
		assert_eq!(Balances::total_issuance(), issuance - 5 - 3 - 5 - 2);
		let event = Event::BatchSettled { batch: 0, burnt: 15, treasury: 0, stakers: 0, auditors: 0, payouts: 85 };
		System::assert_last_event(event.into());
	});
}

#[test]
fn settle_fails_when_it_must() {
	build_and_execute(|| {
		let batch = of(1_000);
		let settle = |batch| Attribution::settle(signed(Keyring::Eve), batch);
		assert_noop!(settle(1), Error::<Test>::NoSuchBatch);
		skip_to(WINDOW);
		assert_noop!(settle(0), Error::<Test>::WindowOpen);
		skip_to(1 + WINDOW);
		assert_noop!(settle(0), Error::<Test>::Unopened);
		batch.open_sample(0);
		skip_to(stored(0).matures);
		assert_ok!(settle(0));
		assert_noop!(settle(0), Error::<Test>::NotPending);
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
		let batch = of(1_000);
		assert_eq!(distribute(5, vec![batch.proof(0)]), Err(Error::<Test>::NoSuchBatch.into()));
		assert_eq!(distribute(0, vec![batch.proof(0)]), Err(Error::<Test>::NotSettled.into()));
		batch.settle(0);
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
fn distribute_range_pays_neighbours_by_one_proof() {
	build_and_execute(|| {
		let batch = settled(1_000);
		let (agent, ferdie) = (free(AGENT), free(Keyring::Ferdie));
		let pay = |first: u32, payouts: &[Payout<AccountId32>], proof: Vec<SumNode>| {
			let payouts = payouts.to_vec().try_into().unwrap();
			frame_support::storage::with_storage_layer(|| {
				Attribution::distribute_range(signed(Keyring::Eve), 0, first, payouts, proof.try_into().unwrap())
			})
		};
		let proof = |first, length| batch.payout_tree.prove_range(first, length).unwrap();
		let bad = Err(Error::<Test>::BadPayoutProof.into());
		assert_eq!(pay(1, &batch.payouts, proof(0, 2)), bad);
		assert_eq!(pay(0, &batch.payouts[1..], proof(0, 1)), bad);
		assert_eq!(pay(0, &batch.payouts, vec![SumNode::default()]), bad);
		assert_eq!(pay(0, &[], vec![]), bad);
		assert_ok!(pay(1, &batch.payouts[1..], proof(1, 1)));
		assert_eq!(pay(0, &batch.payouts, proof(0, 2)), Err(Error::<Test>::AlreadyPaid.into()));
		assert_ok!(pay(0, &batch.payouts[..1], proof(0, 1)));
		assert_eq!((free(AGENT), free(Keyring::Ferdie)), (agent + 500, ferdie + 350));
		assert_eq!(Escrow::<Test>::get(), 0);
	});
}

fn stranger() -> AccountId32 {
	AccountId32::new([77; 32])
}

/// A settled batch that owes a stranger dust, and Ferdie the rest, who was paid.
fn with_dust(test: impl FnOnce(&Prepared)) {
	build_and_execute(|| {
		let mut batch = prepare(0, &[(Keyring::Alice, 1_000)], &truth(), 0);
		batch.payouts = vec![
			Payout { account: stranger(), amount: ED - 1, weight: 0 },
			Payout { account: Keyring::Ferdie.to_account_id(), amount: 850 - (ED - 1), weight: 0 },
		];
		scene();
		batch.payout_tree = payout::tree(&batch.payouts, &domain(), &agent(), 0).unwrap();
		assert_ok!(batch.submit());
		assert_eq!(forfeit(batch.proof(0)), Err(Error::<Test>::NotSettled.into()));
		batch.settle(0);
		assert_ok!(distribute(0, vec![batch.proof(0), batch.proof(1)]));
		test(&batch);
	});
}

fn forfeit(proof: PayoutProof<AccountId32>) -> DispatchResult {
	with_storage_layer(|| Attribution::forfeit(signed(Keyring::Eve), 0, proof))
}

#[test]
fn dust_that_has_waited_too_long_for_an_account_is_burnt_and_its_batch_forgotten() {
	with_dust(|batch| {
		let settled = System::block_number();
		assert_eq!(stored(0).matures, settled);
		skip_to(settled + LIFE);
		assert_eq!(forfeit(batch.proof(0)), Err(Error::<Test>::PayoutLives.into()));
		skip_to(settled + LIFE + 1);
		let prune = || Attribution::prune(signed(Keyring::Eve), 0, 9);
		assert_noop!(prune(), Error::<Test>::StillNeeded);
		let issuance = Balances::total_issuance();
		assert_ok!(forfeit(batch.proof(0)));
		let amount = ED - 1;
		System::assert_last_event(Event::PayoutForfeited { batch: 0, leaf: 0, account: stranger(), amount }.into());
		assert_eq!((Balances::total_issuance(), Escrow::<Test>::get()), (issuance - amount, 0));
		assert_eq!(forfeit(batch.proof(0)), Err(Error::<Test>::AlreadyPaid.into()));
		check_all();
		assert_ok!(prune());
		assert_eq!(forfeit(batch.proof(0)), Err(Error::<Test>::NoSuchBatch.into()));
	});
}

#[test]
fn what_can_be_paid_or_is_not_proven_is_not_forfeited() {
	with_dust(|batch| {
		skip_to(System::block_number() + LIFE + 1);
		assert_eq!(forfeit(batch.proof(1)), Err(Error::<Test>::AlreadyPaid.into()));
		let mut forged = batch.proof(0);
		forged.payout.amount -= 1;
		assert_eq!(forfeit(forged), Err(Error::<Test>::BadPayoutProof.into()));
		assert_ok!(Balances::transfer_keep_alive(signed(Keyring::Eve), stranger(), ED));
		assert_eq!(forfeit(batch.proof(0)), Err(Error::<Test>::Creditable.into()));
		assert_ok!(distribute(0, vec![batch.proof(0)]));
	});
}

#[test]
fn a_payout_that_would_make_an_account_is_not_forfeited() {
	build_and_execute(|| {
		let mut batch = prepare(0, &[(Keyring::Alice, 1_000)], &truth(), 0);
		batch.payouts = vec![Payout { account: stranger(), amount: 850, weight: 0 }];
		scene();
		batch.payout_tree = payout::tree(&batch.payouts, &domain(), &agent(), 0).unwrap();
		assert_ok!(batch.submit());
		batch.settle(0);
		skip_to(System::block_number() + LIFE + 1);
		assert_eq!(forfeit(batch.proof(0)), Err(Error::<Test>::Creditable.into()));
	});
}

#[test]
fn a_payout_that_cannot_be_credited_waits() {
	build_and_execute(|| {
		let stranger = stranger();
		let mut batch = prepare(0, &[(Keyring::Alice, 1_000)], &truth(), 0);
		batch.payouts = vec![
			Payout { account: stranger.clone(), amount: ED - 1, weight: 0 },
			Payout { account: Keyring::Ferdie.to_account_id(), amount: 850 - (ED - 1), weight: 0 },
		];
		scene();
		batch.payout_tree = payout::tree(&batch.payouts, &domain(), &agent(), 0).unwrap();
		assert_ok!(batch.submit());
		batch.settle(0);
		assert_ok!(distribute(0, vec![batch.proof(0), batch.proof(1)]));
		System::assert_has_event(Event::PayoutDeferred { batch: 0, leaf: 0, account: stranger.clone() }.into());
		assert_eq!(Escrow::<Test>::get(), ED - 1);
		assert_ok!(Balances::transfer_keep_alive(signed(Keyring::Eve), stranger.clone(), ED));
		assert_ok!(distribute(0, vec![batch.proof(0)]));
		assert_eq!(Balances::free_balance(stranger), 2 * ED - 1);
	});
}
