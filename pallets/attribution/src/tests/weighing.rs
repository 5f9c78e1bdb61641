//! Contribution weight: who may give it, how much of it is minted, and what becomes of it when a batch is void.

use super::*;
use crate::{Error, Event, Payer, Payers};
use sp_runtime::DispatchError;

const ALICE: Keyring = Keyring::Alice;
const CHARLIE: Keyring = Keyring::Charlie;
const FERDIE: Keyring = Keyring::Ferdie;

fn minted(who: Keyring) -> Balance {
	Minted::get(who.to_account_id())
}

fn room(who: Keyring) -> Option<Balance> {
	Rooms::get(who.to_account_id())
}

/// A batch in which Alice weighs, whose payout leaves say these weights: Ferdie's, and the agent's.
fn claiming(fee: Balance, weights: [Balance; 2]) -> Prepared {
	let mut batch = prepare_weighing(0, &[(ALICE, fee)], &truth(), 0, &[ALICE]);
	for (payout, weight) in batch.payouts.iter_mut().zip(weights) {
		payout.weight = weight;
	}
	batch.payout_tree = payout::tree(&batch.payouts, &domain(), &agent(), 0).unwrap();
	batch
}

fn root() -> Vec<u8> {
	sp_io::storage::root(sp_runtime::StateVersion::V1)
}

fn refused(batch: &Prepared, error: impl Into<DispatchError>) {
	let before = root();
	assert_eq!(batch.submit(), Err(error.into()));
	assert_eq!(root(), before, "nothing is half done");
}

#[test]
fn submit_takes_room_of_the_payers_who_weigh_and_of_no_others() {
	build_and_execute(|| {
		scene();
		assert_ok!(Credits::open(signed(FERDIE), agent(), 10_000, Terms::ANY));
		bond(ALICE, 100);
		bond(FERDIE, 100);
		let sold = [(ALICE, 1_001), (CHARLIE, 500), (ALICE, 2), (FERDIE, 999)];
		let batch = prepare_weighing(0, &sold, &truth(), 0, &[ALICE, FERDIE]);
		assert_ok!(batch.submit());
		// Five percent of 1,003 and of 999, each rounded up.
		assert_eq!((room(ALICE), room(CHARLIE), room(FERDIE)), (Some(49), None, Some(50)));
		assert_eq!((stored(0).credited, stored(0).minted), (51 + 50, 0));
		let mut expected = [(ALICE, 1_003, 51), (CHARLIE, 500, 0), (FERDIE, 999, 50)].map(|(who, fee, weight)| Payer {
			account: who.to_account_id(),
			fee,
			weight,
			guarantor: (weight > 0).then(|| guarantor(&who.to_account_id())),
		});
		expected.sort_by_key(|payer| payer.account.clone());
		assert_eq!(Attribution::payers(0), expected);
		assert!(matches!(events().last(), Some(Event::BatchSubmitted { credited: 101, .. })));
	});
}

#[test]
fn a_payer_without_a_bond_or_room_is_drawn_from_without_weight_or_not_at_all() {
	build_and_execute(|| {
		scene();
		let sold = [(ALICE, 1_000), (CHARLIE, 500)];
		let all = prepare_weighing(0, &sold, &truth(), 0, &[ALICE, CHARLIE]);
		refused(&all, NO_BOND);
		bond(ALICE, 1_000);
		refused(&all, NO_BOND);
		bond(CHARLIE, 24);
		refused(&all, NO_ROOM);
		bond(CHARLIE, 25);
		assert_ok!(all.submit());
		assert_eq!((room(ALICE), room(CHARLIE)), (Some(950), Some(0)));
		refused(&prepare_weighing(2, &[(CHARLIE, 1)], &truth(), 500, &[CHARLIE]), NO_ROOM);
		assert_ok!(prepare(2, &[(CHARLIE, 1)], &truth(), 500).submit());
	});
}

#[test]
fn nobody_gives_weight_to_itself() {
	build_and_execute(|| {
		scene();
		for who in [AGENT, SIGNER, PAID] {
			bond(who, 1_000);
			assert_ok!(Credits::open(signed(who), agent(), 1_000, Terms::ANY));
			refused(&prepare_weighing(0, &[(who, 100)], &truth(), 0, &[who]), Error::<Test>::SelfPaid);
			let others = [(who, 100), (ALICE, 100)];
			bond(ALICE, 1_000);
			refused(&prepare_weighing(0, &others, &truth(), 0, &[who, ALICE]), Error::<Test>::SelfPaid);
		}
		// Whose fees give no weight may be anybody.
		let sold = [(AGENT, 100), (SIGNER, 100), (PAID, 100), (ALICE, 100)];
		assert_ok!(prepare_weighing(0, &sold, &truth(), 0, &[ALICE]).submit());
		assert_eq!(stored(0).credited, 5);
	});
}

#[test]
fn weight_is_minted_to_the_unit_for_the_receipts_of_those_who_weigh() {
	build_and_execute(|| {
		scene();
		bond(ALICE, 10_000);
		let batch = prepare_weighing(0, &[(ALICE, 6_000), (CHARLIE, 4_000)], &truth(), 0, &[ALICE]);
		assert_ok!(batch.submit());
		batch.settle(0);
		assert_eq!(Flows::get(), (300, 0, 0), "nothing is minted before it is paid");
		assert_ok!(distribute(0, vec![batch.proof(0), batch.proof(1)]));
		// Of 500 burnt, those who are paid 8,500 have for 6,000 of 10,000: the agent 50 of 85, Ferdie 35 of 85.
		let (of_agent, of_ferdie) = (500 * 3_000 / 8_500, 500 * 2_100 / 8_500);
		assert_eq!((minted(AGENT), minted(FERDIE)), (of_agent, of_ferdie));
		assert_eq!((of_agent, of_ferdie), (176, 123));
		assert_eq!((stored(0).credited, stored(0).minted), (300, 299));
		for (leaf, weight) in (0..2).zip([of_ferdie, of_agent]) {
			let Payout { account, amount, .. } = batch.payouts[leaf as usize].clone();
			System::assert_has_event(Event::PaidOut { batch: 0, leaf, account, amount, weight }.into());
		}
	});
}

#[test]
fn neighbours_are_minted_for_as_single_leaves_are() {
	build_and_execute(|| {
		scene();
		bond(ALICE, 10_000);
		let batch = prepare_weighing(0, &[(ALICE, 6_000), (CHARLIE, 4_000)], &truth(), 0, &[ALICE]);
		assert_ok!(batch.submit());
		batch.settle(0);
		let proof = batch.payout_tree.prove_range(0, 2).unwrap().try_into().unwrap();
		let payouts = batch.payouts.clone().try_into().unwrap();
		assert_ok!(Attribution::distribute_range(signed(Keyring::Eve), 0, 0, payouts, proof));
		assert_eq!((minted(AGENT), minted(FERDIE), stored(0).minted), (176, 123, 299));
	});
}

#[test]
fn who_pays_for_its_own_work_gains_no_weight_by_it() {
	build_and_execute(|| {
		scene();
		bond(FERDIE, 10_000);
		assert_ok!(Credits::open(signed(FERDIE), agent(), 10_000, Terms::ANY));
		let batch = prepare_weighing(0, &[(FERDIE, 1_000)], &truth(), 0, &[FERDIE]);
		assert_ok!(batch.submit());
		batch.settle(0);
		assert_ok!(distribute(0, vec![batch.proof(0), batch.proof(1)]));
		assert_eq!((minted(FERDIE), minted(AGENT)), (0, 50 * 500 / 850));
	});
}

#[test]
fn a_leaf_that_claims_too_much_is_cut_and_paid() {
	build_and_execute(|| {
		scene();
		bond(ALICE, 1_000);
		let batch = claiming(1_000, [Balance::MAX, 20]);
		assert_ok!(batch.submit());
		batch.settle(0);
		let ferdie = free(FERDIE);
		assert_ok!(distribute(0, vec![batch.proof(1), batch.proof(0)]));
		// Ferdie's part of the 50 that are burnt is 350 of 850. The agent claims less than its part.
		assert_eq!((minted(FERDIE), minted(AGENT), stored(0).minted), (20, 20, 40));
		assert_eq!(free(FERDIE), ferdie + 350);
	});
}

#[test]
fn all_leaves_together_mint_no_more_than_payers_had_room_for() {
	build_and_execute(|| {
		scene();
		bond(CHARLIE, 1_000);
		// A tenth of the fees weighs, and the agent says that all of them do.
		let mut batch = prepare_weighing(0, &[(ALICE, 9_000), (CHARLIE, 1_000)], &truth(), 0, &[CHARLIE]);
		batch.payouts.iter_mut().for_each(|payout| payout.weight = 500 * payout.amount / 8_500);
		batch.payout_tree = payout::tree(&batch.payouts, &domain(), &agent(), 0).unwrap();
		assert_ok!(batch.submit());
		assert_eq!((stored(0).burn, stored(0).credited), (500, 50));
		batch.settle(0);
		let before = [free(AGENT), free(FERDIE)];
		for leaf in 0..2 {
			assert_ok!(distribute(0, vec![batch.proof(leaf)]));
			check_all();
		}
		assert_eq!([free(AGENT), free(FERDIE)], [before[0] + 5_000, before[1] + 3_500]);
		assert_eq!((minted(AGENT) + minted(FERDIE), stored(0).minted), (50, 50));
		// Who came first had it all; the other was paid all the same.
		let weights: Vec<_> = events()
			.into_iter()
			.filter_map(|event| if let Event::PaidOut { weight, .. } = event { Some(weight) } else { None })
			.collect();
		assert_eq!(weights, [50, 0]);
	});
}

#[test]
fn a_payout_that_waits_mints_when_it_is_made() {
	build_and_execute(|| {
		scene();
		bond(ALICE, 1_000);
		let stranger = AccountId32::new([77; 32]);
		let mut batch = claiming(1_000, [0, 0]);
		batch.payouts = vec![
			Payout { account: stranger.clone(), amount: 425, weight: 25 },
			Payout { account: FERDIE.to_account_id(), amount: 425, weight: 25 },
		];
		batch.payout_tree = payout::tree(&batch.payouts, &domain(), &agent(), 0).unwrap();
		assert_ok!(batch.submit());
		batch.settle(0);
		// What is paid does not make an account any more.
		ExistentialDeposit::set(426);
		assert_ok!(Balances::transfer_keep_alive(signed(Keyring::Eve), Attribution::pot(), 426));
		assert_ok!(distribute(0, vec![batch.proof(0), batch.proof(1)]));
		assert_eq!((Minted::get(&stranger), minted(FERDIE), stored(0).minted), (0, 25, 25));
		assert_ok!(Balances::transfer_keep_alive(signed(Keyring::Eve), stranger.clone(), 426));
		assert_ok!(distribute(0, vec![batch.proof(0)]));
		assert_eq!((Minted::get(&stranger), stored(0).minted), (25, 50));
	});
}

#[test]
fn a_void_batch_gives_room_back_payer_by_payer_and_mints_nothing() {
	build_and_execute(|| {
		scene();
		assert_ok!(Credits::open(signed(FERDIE), agent(), 10_000, Terms::ANY));
		bond(ALICE, 100);
		bond(FERDIE, 100);
		let sold = [(ALICE, 1_000), (CHARLIE, 777), (FERDIE, 333)];
		let batch = prepare_weighing(0, &sold, &lie(), 0, &[ALICE, FERDIE]);
		assert_ok!(batch.submit());
		assert_eq!((room(ALICE), room(FERDIE), stored(0).credited), (Some(50), Some(83), 67));
		assert_ok!(batch.refute(0, 0, body(lie()), opening(19)));
		assert_eq!(Flows::get(), (67, 0, 0), "to refute costs the same whatever the number of payers");
		let mut back = 0;
		for payer in Payers::<Test>::get(0) {
			assert_ok!(Attribution::refund(signed(FERDIE), 0, 1));
			back += payer.weight;
			assert_eq!(Flows::get(), (67, back, 0));
			check_all();
		}
		assert_eq!((room(ALICE), room(CHARLIE), room(FERDIE)), (Some(100), None, Some(100)));
		assert_eq!(stored(0).minted, 0);
	});
}

#[test]
fn who_lies_loses_weight_with_its_stake() {
	build_and_execute(|| {
		let batch = submitted(&[(ALICE, 1_000)], &lie());
		assert_ok!(batch.refute(0, 0, body(lie()), opening(19)));
		let all = sp_runtime::Perbill::one();
		assert_eq!(Burnt::get(), [(agent(), all)]);
		assert_eq!(BurntThrough::get(), [(agent(), all)]);
	});
}

#[test]
fn what_honest_leaves_say_is_not_cut_however_fees_round() {
	for (alice, charlie) in [(1, 1), (19, 1), (20, 7), (999, 1), (3, 4_001), (1_777, 2_223), (39, 38)] {
		for weighing in [&[ALICE][..], &[CHARLIE], &[ALICE, CHARLIE]] {
			build_and_execute(|| {
				scene();
				bond(ALICE, 10_000);
				bond(CHARLIE, 10_000);
				let batch = prepare_weighing(0, &[(ALICE, alice), (CHARLIE, charlie)], &truth(), 0, weighing);
				assert_ok!(batch.submit());
				batch.settle(0);
				for leaf in 0..batch.payouts.len() as u32 {
					assert_ok!(distribute(0, vec![batch.proof(leaf)]));
				}
				let said: Balance = batch.payouts.iter().map(|payout| payout.weight).sum();
				assert_eq!((Flows::get().2, stored(0).minted), (said, said), "{alice} and {charlie}");
			});
		}
	}
}

#[test]
fn who_is_paid_late_has_less_weight() {
	build_and_execute(|| {
		scene();
		bond(ALICE, 100);
		let batch = prepare_weighing(0, &[(ALICE, 1_000)], &truth(), 0, &[ALICE]);
		assert_ok!(batch.submit());
		batch.settle(0);
		let submitted = stored(0).submitted;
		let (first, last) = (batch.payouts[0].clone(), batch.payouts.len() as u32 - 1);
		frame_system::Pallet::<Test>::set_block_number(submitted + HALF_LIFE - 1);
		assert_ok!(distribute(0, vec![batch.proof(0)]));
		assert_eq!(Minted::get(&first.account), first.weight);
		// The room has faded by half meanwhile, and so has what it answers for.
		frame_system::Pallet::<Test>::set_block_number(submitted + HALF_LIFE);
		let late = batch.payouts[last as usize].clone();
		assert!(late.weight > 1);
		assert_ok!(distribute(0, vec![batch.proof(last)]));
		assert_eq!(Minted::get(&late.account), late.weight / 2);
		assert_eq!(stored(0).minted, first.weight + late.weight, "it is not given to somebody else");
	});
}

#[test]
fn what_the_beneficiary_has_is_minted_through_the_agent() {
	build_and_execute(|| {
		scene();
		bond(ALICE, 1_000);
		let mut batch = claiming(1_000, [0, 0]);
		batch.payouts = [(PAID, 500, 29), (FERDIE, 350, 20)]
			.map(|(who, amount, weight)| Payout { account: who.to_account_id(), amount, weight })
			.to_vec();
		batch.payout_tree = payout::tree(&batch.payouts, &domain(), &agent(), 0).unwrap();
		assert_ok!(batch.submit());
		batch.settle(0);
		assert_ok!(distribute(0, vec![batch.proof(0), batch.proof(1)]));
		assert_eq!((minted(PAID), minted(FERDIE)), (29, 20));
		assert_eq!(Through::iter().collect::<Vec<_>>(), [((agent(), PAID.to_account_id()), 29)]);
	});
}

/// The room comes from the guarantor at the time of the batch, who is not asked for again: the mock fails if it is another one.
#[test]
fn nothing_is_given_back_for_a_payer_who_gave_no_weight() {
	build_and_execute(|| {
		scene();
		bond(ALICE, 100);
		let batch = prepare_weighing(0, &[(ALICE, 1_000), (CHARLIE, 777)], &lie(), 0, &[ALICE]);
		assert_ok!(batch.submit());
		let guarantors: Vec<_> =
			Payers::<Test>::get(0).into_iter().map(|payer| (payer.weight, payer.guarantor)).collect();
		assert!(guarantors.contains(&(50, Some(guarantor(&ALICE.to_account_id())))) && guarantors.contains(&(0, None)));
		assert_ok!(batch.refute(0, 0, body(lie()), opening(19)));
		assert_ok!(Attribution::refund(signed(FERDIE), 0, 2));
		assert_eq!((Flows::get(), room(ALICE), room(CHARLIE)), ((50, 50, 0), Some(100), None));
	});
}
