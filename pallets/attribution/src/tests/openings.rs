//! Drawing, demanding and opening attributions.

use super::*;
use crate::{BatchState, Demands, Error, Escrow, Event, HoldReason, Samples};
use frame_support::{assert_noop, traits::fungible::InspectHold};
use openledger_primitives::TreeHash;
use sp_runtime::Perbill;

const SOLD: [(Keyring, Balance); 1] = [(Keyring::Alice, 1_000)];
/// The block in which a batch of block 1 has its sample.
const DRAWN: u64 = 2 + DELAY as u64;

/// A batch of ten receipts.
fn ten() -> Prepared {
	submitted(&[(Keyring::Alice, 100); 10], &truth())
}

fn demand(who: Keyring, leaf: u32) -> DispatchResult {
	with_storage_layer(|| Attribution::demand(signed(who), 0, leaf))
}

fn void(leaf: Option<u32>) -> DispatchResult {
	with_storage_layer(|| Attribution::void_withheld(signed(Keyring::Ferdie), 0, leaf))
}

fn held(who: Keyring) -> Balance {
	Balances::balance_on_hold(&HoldReason::Demand.into(), &who.to_account_id())
}

fn sample() -> Vec<u32> {
	drawn(0, &[100; 10])
}

/// A leaf that is not in the sample.
fn other_leaf() -> u32 {
	(0..10).find(|leaf| !sample().contains(leaf)).unwrap()
}

#[test]
fn a_sample_is_drawn_when_enough_authors_have_spoken() {
	build_and_execute(|| {
		SampleRate::set(Perbill::from_percent(25));
		ten();
		run_to(DRAWN - 1);
		assert_eq!((stored(0).seed, Samples::<Test>::get(0)), (None, None));
		run_to(DRAWN);
		let sample = Samples::<Test>::get(0).unwrap();
		assert_eq!((sample.points.len(), sample.opened, sample.until), (3, 0, DRAWN + OPEN));
		assert!(sample.points.iter().all(|point| *point < 1_000));
		let seed = stored(0).seed.unwrap();
		let points = sample.points.to_vec();
		assert_eq!(events().last(), Some(&Event::SampleDrawn { batch: 0, seed, points, until: DRAWN + OPEN }));
	});
}

#[test]
fn a_sample_is_one_receipt_at_least_and_sixty_four_at_most() {
	for (receipts, rate, expected) in [(1, 0, 1), (1, 100, 1), (50, 2, 1), (51, 2, 2), (64, 100, 64), (99, 100, 64)] {
		build_and_execute(|| {
			SampleRate::set(Perbill::from_percent(rate));
			let batch = submitted(&vec![(Keyring::Alice, 1); receipts], &truth());
			run_to(DRAWN);
			let points = Samples::<Test>::get(0).unwrap().points;
			assert_eq!(points.len(), expected, "points of {receipts}");
			batch.open_sample(0);
			assert_eq!(Samples::<Test>::get(0), None);
		});
	}
}

#[test]
fn receipts_that_cost_nothing_hide_nothing() {
	build_and_execute(|| {
		SampleRate::set(Perbill::from_percent(25));
		let mut sold = [(Keyring::Alice, 0); 40];
		sold[17].1 = 100;
		let batch = submitted(&sold, &truth());
		run_to(DRAWN);
		assert_eq!(drawn(0, &sold.map(|(_, fee)| fee)), [17]);
		assert_eq!(batch.open(0, &[16]), Err(Error::<Test>::NotAsked.into()));
		assert_ok!(batch.open(0, &[17]));
		assert_eq!(Samples::<Test>::get(0), None);
	});
}

#[test]
fn without_randomness_a_batch_waits_and_goes_on_when_it_returns() {
	build_and_execute(|| {
		let batch = submitted(&SOLD, &truth());
		Silent::set(true);
		run_to(3 * WINDOW);
		assert_eq!(stored(0).seed, None);
		let settle = Attribution::settle(signed(Keyring::Eve), 0);
		assert_eq!(settle, Err(Error::<Test>::Unopened.into()), "it does not settle without a sample");
		check_all();
		Silent::set(false);
		run_to(3 * WINDOW + u64::from(DELAY) + 1);
		assert!(stored(0).seed.is_some());
		batch.open_sample(0);
		let matures = stored(0).matures;
		assert_eq!(matures, System::block_number() + OPEN, "there is time to refute what was opened");
		run_to(matures - 1);
		assert_eq!(stored(0).state, BatchState::Pending);
		run_to(matures);
		assert_eq!(stored(0).state, BatchState::Settled);
	});
}

#[test]
fn roots_decide_the_sample_and_so_does_every_author_since() {
	let sample_of = |fee: Balance, silent_in: Option<u64>| {
		let mut found = vec![];
		build_and_execute(|| {
			SampleRate::set(Perbill::from_percent(10));
			let mut sold = vec![(Keyring::Alice, 10); 100];
			sold[0].1 = fee;
			submitted(&sold, &truth());
			for block in 2..=DRAWN + 1 {
				Silent::set(Some(block) == silent_in);
				run_to(block);
			}
			found = sample();
		});
		found
	};
	let usual = sample_of(10, None);
	assert_ne!(usual, sample_of(11, None));
	for block in 2..=DRAWN {
		assert_ne!(usual, sample_of(10, Some(block)), "the author of block {block} has a say");
	}
}

#[test]
fn a_sample_that_is_opened_frees_the_agent() {
	build_and_execute(|| {
		SampleRate::set(Perbill::from_percent(30));
		let batch = ten();
		run_to(DRAWN);
		let leaves = sample();
		assert_eq!(record().bound, 1);
		assert_ok!(batch.open(0, &leaves[..1]));
		assert!(Attribution::is_opened(0, leaves[0]) && !Attribution::is_opened(0, leaves[1]));
		let sample = Samples::<Test>::get(0).unwrap();
		assert_eq!(sample.opened, sample.bits(100 * Balance::from(leaves[0]), 100));
		assert_eq!(record().bound, 1);
		let receipt = &batch.receipts[leaves[0] as usize];
		let opened = Event::Opened {
			batch: 0,
			leaf: leaves[0],
			receipt: Blake2b256::hash(&receipt.leaf(&domain(), &agent())),
			attribution: receipt.attribution,
		};
		System::assert_last_event(opened.into());
		check_all();
		assert_ok!(batch.open(0, &leaves[1..]));
		assert_eq!((Samples::<Test>::get(0), record().bound), (None, 0));
		assert_eq!(stored(0).matures, 1 + WINDOW, "there was time enough");
		run_to(1 + WINDOW);
		assert_eq!(stored(0).state, BatchState::Settled);
	});
}

#[test]
fn open_fails_when_it_must() {
	build_and_execute(|| {
		let batch = ten();
		assert_eq!(batch.open(0, &[0]), Err(Error::<Test>::NotAsked.into()), "nothing is drawn yet");
		run_to(DRAWN);
		let (drawn, other) = (sample()[0], other_leaf());
		assert_eq!(batch.open(7, &[drawn]), Err(Error::<Test>::NoSuchBatch.into()));
		assert_eq!(batch.open(0, &[]), Err(Error::<Test>::NothingToOpen.into()));
		assert_eq!(batch.open(0, &[other]), Err(Error::<Test>::NotAsked.into()));
		let with = |change: &dyn Fn(&mut BodyOpening<AccountId32>)| {
			let mut opening = batch.body_opening(drawn);
			change(&mut opening);
			open(0, vec![opening])
		};
		let bad_proof = Err(Error::<Test>::BadReceiptProof.into());
		assert_eq!(with(&|o| o.leaf = other), bad_proof);
		assert_eq!(with(&|o| o.leaf = 10), bad_proof);
		assert_eq!(with(&|o| o.receipt.fee += 1), bad_proof);
		assert_eq!(with(&|o| o.proof.clear()), bad_proof);
		assert_eq!(with(&|o| o.proof.try_push(Default::default()).unwrap()), bad_proof);
		assert_eq!(with(&|o| o.body = body(lie())), Err(Error::<Test>::WrongBody.into()));
		assert_eq!(batch.open(0, &[drawn, drawn]), Err(Error::<Test>::AlreadyOpened.into()));
		skip_to(DRAWN + OPEN + 1);
		assert_eq!(batch.open(0, &[drawn]), Err(Error::<Test>::OpenedTooLate.into()));
		System::set_block_number(DRAWN + OPEN);
		assert_ok!(batch.open(0, &[drawn]));
		assert_eq!(batch.open(0, &[drawn]), Err(Error::<Test>::AlreadyOpened.into()));
		run_to(1 + WINDOW);
		assert_eq!(batch.open(0, &[drawn]), Err(Error::<Test>::NotPending.into()));
	});
}

#[test]
fn a_sample_that_is_withheld_voids_the_batch_by_itself() {
	build_and_execute(|| {
		let alice = free(Keyring::Alice);
		submitted(&SOLD, &truth());
		run_to(DRAWN + OPEN);
		assert_eq!(stored(0).state, BatchState::Pending);
		run_to(DRAWN + OPEN + 1);
		assert_eq!(stored(0).state, BatchState::Voided);
		// max(5 × 1,000, a tenth of the stake).
		let slashed = STAKE / 10;
		assert_eq!((record().stake, record().bound, record().exposure), (STAKE - slashed, 0, 0));
		let withheld = Event::BatchWithheld { batch: 0, leaf: None, challenger: None, slashed };
		assert!(events().contains(&withheld));
		assert_eq!((free(Keyring::Alice), left(Keyring::Alice)), (alice - 10_000 + slashed * 15 / 100, 10_000));
		assert_eq!(Escrow::<Test>::get(), 0);
	});
}

#[test]
fn anyone_may_say_that_a_sample_is_overdue_and_nobody_before() {
	build_and_execute(|| {
		assert_noop!(void(None), Error::<Test>::NoSuchBatch);
		let batch = submitted(&SOLD, &truth());
		assert_noop!(void(None), Error::<Test>::NoSample);
		run_to(DRAWN);
		skip_to(DRAWN + OPEN);
		assert_noop!(void(None), Error::<Test>::NotOverdue);
		skip_to(DRAWN + OPEN + 1);
		let ferdie = free(Keyring::Ferdie);
		assert_ok!(void(None));
		assert_eq!(free(Keyring::Ferdie), ferdie, "who says so has nothing of it");
		assert_noop!(void(None), Error::<Test>::NoSample);
		assert_eq!(batch.open(0, &[0]), Err(Error::<Test>::NotPending.into()));
		run_to(DRAWN + OPEN + 2);
		assert_eq!(stored(0).state, BatchState::Voided);
	});
}

#[test]
fn what_was_opened_late_can_still_be_refuted() {
	build_and_execute(|| {
		Silent::set(true);
		let batch = submitted(&SOLD, &lie());
		run_to(2 * WINDOW);
		assert_eq!(batch.refute(0, 0, body(lie()), opening(19)), Err(Error::<Test>::WindowOver.into()));
		Silent::set(false);
		batch.open_sample(0);
		assert_ok!(batch.refute(0, 0, body(lie()), opening(19)));
	});
}

#[test]
fn a_demand_that_is_met_pays_the_agent() {
	build_and_execute(|| {
		let batch = ten();
		let (eve, paid) = (free(Keyring::Eve), free(PAID));
		assert_ok!(demand(Keyring::Eve, 7));
		assert_eq!((free(Keyring::Eve), held(Keyring::Eve), record().bound), (eve - DEMAND, DEMAND, 2));
		System::assert_last_event(
			Event::Demanded { batch: 0, leaf: 7, by: Keyring::Eve.to_account_id(), fee: DEMAND, until: 1 + OPEN }
				.into(),
		);
		assert_eq!(Attribution::demands(0).len(), 1);
		check_all();
		assert_ok!(batch.open(0, &[7]));
		assert!(events().contains(&Event::DemandMet { batch: 0, leaf: 7, paid: DEMAND / 2, burnt: DEMAND / 2 }));
		assert_eq!((free(Keyring::Eve), held(Keyring::Eve), free(PAID)), (eve - DEMAND, 0, paid + DEMAND / 2));
		assert_eq!((stored(0).duties.demands, record().bound), (0, 1));
		assert_noop!(demand(Keyring::Eve, 7), Error::<Test>::AlreadyOpened);
		batch.settle(0);
	});
}

#[test]
fn each_open_demand_makes_the_next_one_twice_as_dear() {
	build_and_execute(|| {
		let batch = ten();
		for leaf in 0..2 {
			assert_ok!(demand(Keyring::Eve, leaf));
		}
		assert_eq!(held(Keyring::Eve), DEMAND * 3);
		assert_ok!(batch.open(0, &[0, 1]));
		assert_ok!(demand(Keyring::Eve, 3));
		assert_eq!(held(Keyring::Eve), DEMAND);
		check_all();
	});
}

#[test]
fn a_demand_that_is_not_met_voids_the_batch_and_pays_who_demanded() {
	for by_call in [false, true] {
		build_and_execute(|| {
			let batch = ten();
			let eve = free(Keyring::Eve);
			assert_ok!(demand(Keyring::Eve, 7));
			batch.open_sample(0);
			skip_to(1 + OPEN);
			assert_noop!(void(Some(7)), Error::<Test>::NotOverdue);
			assert_noop!(void(Some(6)), Error::<Test>::NoSuchDemand);
			if by_call {
				skip_to(2 + OPEN);
				assert_ok!(void(Some(7)));
			} else {
				run_to(2 + OPEN);
			}
			let slashed = STAKE / 10;
			let challenger = Some(Keyring::Eve.to_account_id());
			let withheld = Event::BatchWithheld { batch: 0, leaf: Some(7), challenger, slashed };
			assert!(events().contains(&withheld));
			assert_eq!((free(Keyring::Eve), held(Keyring::Eve)), (eve + slashed / 4, 0));
			assert_eq!((stored(0).state, record().bound), (BatchState::Voided, 0));
			run_to(3 + OPEN);
			assert_eq!(left(Keyring::Alice), 10_000);
		});
	}
}

#[test]
fn a_demand_on_a_batch_that_falls_for_something_else_is_returned() {
	for by_call in [false, true] {
		build_and_execute(|| {
			let batch = submitted(&[(Keyring::Alice, 100); 10], &lie());
			let eve = free(Keyring::Eve);
			assert_ok!(demand(Keyring::Eve, 7));
			let direct = batch.refute(0, 3, body(lie()), opening(19));
			assert_ok!(direct);
			let reward = free(Keyring::Eve) - (eve - DEMAND);
			assert_eq!(held(Keyring::Eve), DEMAND);
			check_all();
			assert_eq!(
				Attribution::prune(signed(Keyring::Eve), 0, 1),
				Err(Error::<Test>::StillNeeded.into()),
				"the demand is still to be returned"
			);
			if by_call {
				assert_ok!(void(Some(7)));
			} else {
				run_to(2 + OPEN);
			}
			assert_eq!((free(Keyring::Eve), held(Keyring::Eve)), (eve + reward, 0));
			assert_eq!((stored(0).duties.demands, record().bound), (0, 0));
			let by = Keyring::Eve.to_account_id();
			assert!(events().contains(&Event::DemandReturned { batch: 0, leaf: 7, by, fee: DEMAND }));
		});
	}
}

#[test]
fn demand_fails_when_it_must() {
	build_and_execute(|| {
		assert_noop!(demand(Keyring::Eve, 0), Error::<Test>::NoSuchBatch);
		let batch = ten();
		for own in [AGENT, SIGNER] {
			assert_noop!(demand(own, 0), Error::<Test>::OwnBatch);
		}
		assert_noop!(demand(Keyring::Eve, 10), Error::<Test>::NoSuchLeaf);
		let poor = Attribution::demand(signed(Keyring::Two), 0, 0);
		assert!(poor.is_err(), "who cannot pay");
		assert_ok!(demand(Keyring::Eve, 0));
		assert_noop!(demand(Keyring::Charlie, 0), Error::<Test>::AlreadyDemanded);
		assert_ok!(demand(Keyring::Charlie, 1));
		assert_noop!(demand(Keyring::Eve, 2), Error::<Test>::TooManyDemands);
		assert_ok!(batch.open(0, &[1]));
		assert_ok!(demand(Keyring::Eve, 2));
		assert_ok!(batch.open(0, &[0, 2]));
		batch.open_sample(0);
		let last = 1 + WINDOW - 2 * OPEN;
		skip_to(last + 1);
		assert_noop!(demand(Keyring::Eve, 3), Error::<Test>::DemandedTooLate);
		System::set_block_number(last);
		assert_ok!(demand(Keyring::Eve, 3));
		System::set_block_number(last + OPEN);
		assert_ok!(batch.open(0, &[3]));
		assert_eq!(stored(0).matures, 1 + WINDOW, "no demand prolongs the window");
		run_to(1 + WINDOW);
		assert_noop!(demand(Keyring::Eve, 4), Error::<Test>::NotPending);
	});
}

#[test]
fn what_was_demanded_and_opened_is_opened_again_for_the_sample() {
	build_and_execute(|| {
		let batch = submitted(&SOLD, &truth());
		assert_ok!(demand(Keyring::Eve, 0));
		assert_ok!(batch.open(0, &[0]));
		assert_eq!(batch.open(0, &[0]), Err(Error::<Test>::AlreadyOpened.into()));
		run_to(DRAWN);
		assert_ok!(batch.open(0, &[0]));
		assert_eq!((Samples::<Test>::get(0), stored(0).duties.none(), record().bound), (None, true, 0));
		run_to(1 + WINDOW);
		assert_eq!(stored(0).state, BatchState::Settled);
	});
}

#[test]
fn one_opening_serves_sample_and_demand_and_a_late_one_serves_what_is_in_time() {
	build_and_execute(|| {
		let batch = submitted(&SOLD, &truth());
		run_to(DRAWN + 2);
		let paid = free(PAID);
		assert_ok!(demand(Keyring::Eve, 0));
		// Too late for the sample, in time for the demand.
		skip_to(DRAWN + OPEN + 1);
		assert_ok!(batch.open(0, &[0]));
		assert_eq!((free(PAID), Demands::<Test>::get(0, 0)), (paid + DEMAND / 2, None));
		assert_ok!(void(None));
	});
	build_and_execute(|| {
		let batch = submitted(&SOLD, &truth());
		run_to(DRAWN);
		assert_ok!(demand(Keyring::Eve, 0));
		assert_ok!(batch.open(0, &[0]));
		assert!(stored(0).duties.none() && Demands::<Test>::get(0, 0).is_none());
	});
}
