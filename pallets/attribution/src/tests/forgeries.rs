//! Four forged batches, each of which is refuted, slashed, and its payers made whole to the unit.

use super::*;
use crate::{BatchState, Escrow, Event};
use openledger_primitives::Fraud;

const SOLD: [(Keyring, Balance); 3] = [(Keyring::Alice, 1_000), (Keyring::Charlie, 700), (Keyring::Alice, 301)];

/// Submits the batch that `forge` makes of a true one, which `refute` refutes.
fn plays_out(
	top: impl Fn() -> Vec<Scored>,
	forge: impl Fn(&mut Prepared),
	refute: impl Fn(&Prepared) -> DispatchResult,
	expected: Fraud,
) {
	build_and_execute(|| {
		scene();
		let payers = [Keyring::Alice, Keyring::Charlie];
		let before = payers.map(|payer| (free(payer), left(payer)));
		let (issuance, eve) = (Balances::total_issuance(), free(Keyring::Eve));
		let mut batch = prepare(0, &SOLD, &top(), 0);
		forge(&mut batch);
		batch.seal();
		assert_ok!(batch.submit());
		assert_eq!(batch.refute(0, 1, batch.body.clone(), opening(2)), Err(crate::Error::<Test>::ClaimStands.into()));
		assert_ok!(refute(&batch));
		let fraud = events().into_iter().find_map(|event| match event {
			Event::BatchRefuted { fraud, .. } => Some(fraud),
			_ => None,
		});
		assert_eq!(fraud, Some(expected));
		run_to(2);
		let compensation = STAKE * 15 / 100;
		let of_alice = free(Keyring::Alice) - before[0].0;
		let of_charlie = free(Keyring::Charlie) - before[1].0;
		assert_eq!(of_alice + of_charlie, compensation, "all of it, to the unit");
		assert!(of_alice.abs_diff(compensation * 1_301 / 2_001) <= 1);
		assert_eq!(payers.map(left), before.map(|(_, left)| left), "every fee is where it was");
		assert_eq!((free(Keyring::Eve), record().stake), (eve + STAKE / 4, 0));
		assert_eq!(Balances::total_issuance(), issuance - STAKE * 60 / 100);
		assert_eq!((Escrow::<Test>::get(), Balances::free_balance(Attribution::pot())), (0, ED));
		run_to(2 * WINDOW);
		assert_eq!(stored(0).state, BatchState::Voided);
	});
}

#[test]
fn a_wrong_score() {
	plays_out(lie, |_| {}, |batch| batch.refute(0, 2, body(lie()), opening(19)), Fraud::WrongScore);
}

#[test]
fn an_omitted_row() {
	let without = || truth().into_iter().filter(|named| named.row != 17).collect::<Vec<_>>();
	plays_out(without, |_| {}, |batch| batch.refute(0, 0, body(without()), opening(17)), Fraud::Omitted);
}

#[test]
fn a_receipt_that_was_signed_otherwise() {
	let refute = |batch: &Prepared| {
		let mut signed = batch.receipts[0].clone();
		signed.fee -= 1;
		batch.refute_receipt(0, 0, Evidence::Signed(Box::new(sign(&signed, SIGNER))))
	};
	plays_out(truth, |_| {}, refute, Fraud::SignedOtherwise);
}

#[test]
fn a_wrong_number_and_a_wrong_fee() {
	let refute = |batch: &Prepared| batch.refute_receipt(0, 2, Evidence::OnItsFace);
	plays_out(truth, |batch| batch.receipts[2].seq = 1, refute, Fraud::WrongSequence);
	plays_out(truth, |batch| batch.receipts[2].fee = 300, refute, Fraud::WrongFee);
}
