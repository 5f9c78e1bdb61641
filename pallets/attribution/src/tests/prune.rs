//! Forgetting batches.

use super::*;
use crate::{BatchState, Error, Event, NextSeq, Opened, Paid, PayoutState};
use frame_support::assert_noop;

fn prune(batch: u64, most: u32) -> DispatchResult {
	with_storage_layer(|| Attribution::prune(signed(Keyring::Ferdie), batch, most))
}

#[test]
fn a_batch_that_is_paid_can_be_forgotten_and_its_numbers_stay_used() {
	build_and_execute(|| {
		assert_noop!(prune(0, 1), Error::<Test>::NoSuchBatch);
		let batch = submitted(&[(Keyring::Alice, 1_000)], &truth());
		assert_noop!(prune(0, 1), Error::<Test>::StillNeeded);
		assert_eq!(Attribution::payout_state(0, 0), Some(PayoutState::Escrowed));
		assert_eq!(Attribution::payout_state(0, 2), None);
		batch.settle(0);
		assert_noop!(prune(0, 1), Error::<Test>::StillNeeded);
		assert_ok!(distribute(0, vec![batch.proof(0)]));
		let states = [0, 1].map(|leaf| Attribution::payout_state(0, leaf));
		assert_eq!(states, [Some(PayoutState::Paid), Some(PayoutState::Due)]);
		assert_eq!(Attribution::paid_chunk(0, 0), 1);
		assert_noop!(prune(0, 1), Error::<Test>::StillNeeded);
		assert_ok!(distribute(0, vec![batch.proof(1)]));
		// One chunk of payouts, one of openings.
		assert_ok!(prune(0, 1));
		assert_eq!(stored(0).state, BatchState::Settled, "half forgotten");
		check_all();
		for leaf in 0..2 {
			assert_eq!(distribute(0, vec![batch.proof(leaf)]), Err(Error::<Test>::AlreadyPaid.into()));
		}
		assert_ok!(prune(0, 1));
		System::assert_last_event(Event::BatchPruned { batch: 0 }.into());
		assert!(Batches::<Test>::get(0).is_none());
		assert_eq!((Paid::<Test>::iter().count(), Opened::<Test>::iter().count()), (0, 0));
		assert_eq!(Attribution::payout_state(0, 0), None);
		assert_eq!(distribute(0, vec![batch.proof(0)]), Err(Error::<Test>::NoSuchBatch.into()));
		assert_eq!(NextSeq::<Test>::get(agent()), 1);
		assert_eq!(batch.submit(), Err(Error::<Test>::SequenceGap.into()));
		run_to(100);
	});
}

#[test]
fn a_void_batch_can_be_forgotten_when_its_payers_are_whole() {
	build_and_execute(|| {
		let batch = submitted(&[(Keyring::Alice, 1_000)], &lie());
		assert_ok!(batch.refute(0, 0, body(lie()), opening(19)));
		assert_eq!(Attribution::payout_state(0, 0), Some(PayoutState::Void));
		assert_noop!(prune(0, 1), Error::<Test>::StillNeeded);
		run_to(2);
		assert_ok!(prune(0, u32::MAX));
		assert!(Batches::<Test>::get(0).is_none());
		// What stands in the agenda for it does nothing.
		run_to(3 * WINDOW);
	});
}
