//! Batches as auditors see them, and deferred slashes.

use super::*;
use crate::{BatchState, Error, Escrow, Event};
use openledger_primitives::{
	traits::{Agents as _, Batches as _, Harm, Shares},
	Offence,
};

const SOLD: [(Keyring, Balance); 2] = [(Keyring::Alice, 1_000), (Keyring::Charlie, 500)];
/// Blocks for an appeal.
const APPEAL: u64 = 7;

/// What auditors do who have found batch 0 unsound.
fn find_unsound() {
	let shares = Shares { challenger: None, harmed: Some(Attribution::pot()), committee: None };
	assert_ok!(Agents::defer_slash(&agent(), Offence::Unsound, 1_500, 0, &shares));
}

/// A batch that is held for an audit.
fn audited() -> Prepared {
	let batch = submitted(&SOLD, &truth());
	assert_ok!(Attribution::hold(0));
	assert_ok!(Agents::bind(&agent()));
	batch
}

#[test]
fn auditors_know_what_a_batch_claims() {
	build_and_execute(|| {
		let batch = submitted(&SOLD, &truth());
		let facts = Attribution::facts(0).unwrap();
		assert_eq!((facts.claim.agent, facts.claim.first_seq, facts.lot, facts.pending), (agent(), 0, LOT, true));
		assert_eq!(facts.claim.receipts, batch.receipt_tree.commitment());
		assert_eq!(facts.claim.payouts, batch.payout_tree.commitment());
		assert!(Attribution::facts(1).is_none());
		batch.settle(0);
		assert!(!Attribution::facts(0).unwrap().pending);
	});
}

#[test]
fn a_batch_is_held_while_its_window_is_open_and_not_after() {
	build_and_execute(|| {
		let batch = submitted(&SOLD, &truth());
		batch.open_sample(0);
		assert_eq!(record().bound, 0);
		assert_eq!(Attribution::hold(1), Err(Error::<Test>::NoSuchBatch.into()));
		skip_to(1 + WINDOW);
		assert_eq!(Attribution::hold(0), Err(Error::<Test>::WindowOver.into()));
		System::set_block_number(WINDOW);
		assert_ok!(Attribution::hold(0));
		assert_eq!((stored(0).duties.holds, record().bound), (1, 1));
		check_all();
		Attribution::unhold(0);
		assert_eq!((stored(0).duties.holds, record().bound), (0, 0));
		run_to(1 + WINDOW);
		assert_eq!(Attribution::hold(0), Err(Error::<Test>::NotPending.into()));
	});
}

#[test]
fn a_slash_that_is_carried_out_voids_the_batch_and_makes_payers_whole() {
	build_and_execute(|| {
		let (alice, charlie) = (free(Keyring::Alice), free(Keyring::Charlie));
		let batch = audited();
		batch.open_sample(0);
		assert_eq!(record().bound, 2);
		find_unsound();
		run_to(WINDOW);
		let slashed = STAKE / 10;
		let compensation = slashed * 15 / 100;
		assert_eq!((stored(0).state, stored(0).duties.holds, record().bound), (BatchState::Voided, 0, 0));
		assert_eq!((record().stake, record().exposure, Escrow::<Test>::get()), (STAKE - slashed, 0, 0));
		assert!(events().contains(&Event::BatchVoided { batch: 0, offence: Offence::Unsound }));
		assert_eq!(free(Keyring::Alice), alice - 10_000 + compensation * 2 / 3);
		assert_eq!(free(Keyring::Charlie), charlie - 10_000 + compensation / 3);
		assert_eq!((left(Keyring::Alice), left(Keyring::Charlie)), (10_000, 10_000));
	});
}

#[test]
fn a_slash_that_is_called_off_lets_the_batch_settle() {
	build_and_execute(|| {
		let batch = audited();
		batch.open_sample(0);
		skip_to(WINDOW);
		find_unsound();
		run_to(1 + WINDOW);
		assert_eq!(stored(0).state, BatchState::Pending);
		assert_ok!(Agents::cancel_slash(frame_system::RawOrigin::Root.into(), 0));
		assert_eq!((stored(0).duties.none(), record().bound), (true, 0));
		run_to(2 + WINDOW);
		assert_eq!((stored(0).state, record().stake), (BatchState::Settled, STAKE));
	});
}

#[test]
fn a_batch_that_is_refuted_meanwhile_is_voided_once() {
	build_and_execute(|| {
		scene();
		let batch = prepare(0, &SOLD, &lie(), 0);
		assert_ok!(batch.submit());
		assert_ok!(Attribution::hold(0));
		assert_ok!(Agents::bind(&agent()));
		find_unsound();
		assert_ok!(batch.refute(0, 0, body(lie()), opening(19)));
		assert!(!Attribution::can_void(0));
		assert_eq!(<Attribution as Harm<_>>::void(0, Offence::Unsound, 0), Err(Error::<Test>::NotPending.into()));
		assert_eq!((stored(0).duties.holds, record().bound), (1, 2));
		run_to(2);
		assert_eq!(Attribution::prune(signed(Keyring::Eve), 0, 1), Err(Error::<Test>::StillNeeded.into()));
		// The slash is dropped: there is nothing left to void.
		run_to(2 + APPEAL);
		assert_eq!((stored(0).duties.holds, record().bound), (0, 0));
		assert_ok!(Attribution::prune(signed(Keyring::Eve), 0, 1));
	});
}

#[test]
fn an_agent_cannot_withdraw_before_its_last_obligation() {
	build_and_execute(|| {
		let batch = audited();
		batch.open_sample(0);
		// All that does not cover the batch.
		assert_ok!(Agents::unbond(signed(AGENT), STAKE - 3_000));
		run_to(60);
		let withdraw = || with_storage_layer(|| Agents::withdraw(signed(AGENT)));
		assert_eq!(withdraw(), Err(pallet_agents::Error::<Test>::StillBound.into()));
		Attribution::unhold(0);
		Agents::unbind(&agent());
		run_to(61);
		assert_eq!(stored(0).state, BatchState::Settled);
		assert_ok!(withdraw());
	});
}
