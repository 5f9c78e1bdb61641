//! What happens by itself, within cap and weight.

use super::*;
use crate::{Agenda, AgendaFrom, BatchState, Error, WeightInfo};
use frame_support::{traits::Hooks, weights::Weight};
use openledger_primitives::traits::Batches as _;

type Weights = crate::weights::SubstrateWeight<Test>;

fn idle(limit: Weight) -> Weight {
	Attribution::on_idle(System::block_number(), limit)
}

/// Six batches of 100 planck with open samples, all submitted in block 1.
fn six() -> Vec<Prepared> {
	scene();
	let batches: Vec<_> = (0..6)
		.map(|i| {
			let batch = prepare(i, &[(Keyring::Alice, 100)], &truth(), 100 * u128::from(i));
			assert_ok!(batch.submit());
			batch
		})
		.collect();
	for (number, batch) in (0..).zip(&batches) {
		batch.open_sample(number);
	}
	batches
}

fn with_state(state: BatchState) -> usize {
	Batches::<Test>::iter_values().filter(|batch| batch.state == state).count()
}

#[test]
fn batches_settle_by_themselves_within_cap_and_weight() {
	build_and_execute(|| {
		six();
		run_to(WINDOW);
		assert_eq!(with_state(BatchState::Settled), 0);
		skip_to(1 + WINDOW);
		assert_eq!(idle(Weight::zero()), Weight::zero());
		assert_eq!(with_state(BatchState::Settled), 0);
		let one = Weights::settle() + Weights::settle() / 2 + Weight::from_parts(1_000_000_000, 1_000);
		assert!(idle(one).all_lte(one));
		assert_eq!(with_state(BatchState::Settled), 1, "as far as the weight allows");
		idle(Weight::MAX);
		assert_eq!(with_state(BatchState::Settled), 5, "the cap per block");
		skip_to(2 + WINDOW);
		idle(Weight::MAX);
		assert_eq!(with_state(BatchState::Settled), 6);
		assert_eq!(AgendaFrom::<Test>::get(), 2 + WINDOW);
		assert_eq!(Agenda::<Test>::iter_keys().count(), 0, "nothing is left to do");
	});
}

#[test]
fn a_held_batch_holds_nobody_up_and_settles_by_itself_later() {
	build_and_execute(|| {
		six();
		assert_ok!(Attribution::hold(0));
		assert_ok!(Attribution::hold(0));
		assert_ok!(Attribution::hold(3));
		run_to(3 + WINDOW);
		assert_eq!(with_state(BatchState::Settled), 4);
		assert_eq!(Attribution::settle(signed(Keyring::Eve), 0), Err(Error::<Test>::Held.into()));
		Attribution::unhold(3);
		Attribution::unhold(0);
		run_to(4 + WINDOW);
		assert_eq!((stored(3).state, stored(0).state), (BatchState::Settled, BatchState::Pending), "held twice");
		run_to(100);
		check_all();
		Attribution::unhold(0);
		assert_eq!(stored(0).state, BatchState::Pending);
		run_to(101);
		assert_eq!(stored(0).state, BatchState::Settled);
	});
}

#[test]
fn an_agenda_that_has_fallen_behind_catches_up() {
	build_and_execute(|| {
		let batch = submitted(&[(Keyring::Alice, 100)], &truth());
		skip_to(1_000);
		idle(Weight::MAX);
		assert!(stored(0).seed.is_some());
		batch.open_sample(0);
		assert_eq!(stored(0).matures, 1_000 + OPEN);
		run_to(1_000 + OPEN);
		assert_eq!(stored(0).state, BatchState::Settled);
	});
}

#[test]
fn refunds_take_the_weight_that_there_is() {
	build_and_execute(|| {
		scene();
		let sold: Vec<_> = [Keyring::Alice, Keyring::Charlie].map(|payer| (payer, 500)).into();
		let batch = prepare(0, &sold, &lie(), 0);
		assert_ok!(batch.submit());
		assert_ok!(batch.refute(0, 0, body(lie()), opening(19)));
		let one = Weights::refund(1) + Weights::refund(1) / 2;
		skip_to(2);
		idle(one);
		assert_eq!(crate::Refunds::<Test>::get(0).unwrap().next, 1, "one of two");
		check_all();
		skip_to(3);
		idle(one);
		assert_eq!(crate::Refunds::<Test>::get(0), None);
	});
}
