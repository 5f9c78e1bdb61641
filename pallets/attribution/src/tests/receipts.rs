//! False receipts, and receipts that an agent signed twice.

use super::*;
use crate::{BatchState, Equivocated, Error, Event};
use frame_support::assert_noop;
use openledger_primitives::Fraud;
use Evidence::OnItsFace;

/// What is wrong with a batch.
type Forgery = &'static dyn Fn(&mut Prepared);
/// What is different in the receipt of the payer.
type Difference = &'static dyn Fn(&mut Receipt<AccountId32>);

const SOLD: [(Keyring, Balance); 2] = [(Keyring::Alice, 1_000), (Keyring::Charlie, 500)];

/// Submits a batch that differs from the truth as `change` says.
fn changed(change: impl Fn(&mut Prepared)) -> Prepared {
	let mut batch = prepare(0, &SOLD, &truth(), 0);
	change(&mut batch);
	batch.seal();
	System::set_block_number(50);
	assert_ok!(batch.submit());
	batch
}

fn fraud() -> Fraud {
	let found = events().into_iter().find_map(|event| match event {
		Event::BatchRefuted { fraud, .. } => Some(fraud),
		_ => None,
	});
	found.unwrap()
}

fn signed_otherwise(
	batch: &Prepared,
	change: impl Fn(&mut Receipt<AccountId32>),
) -> Evidence<AccountId32, MultiSignature> {
	let mut other = batch.receipts[0].clone();
	change(&mut other);
	Evidence::Signed(Box::new(sign(&other, SIGNER)))
}

#[test]
fn receipts_that_are_false_on_their_face_are_refuted() {
	let cases: [(Forgery, Fraud); 6] = [
		(&|b| b.receipts[0].fee = 999, Fraud::WrongFee),
		(&|b| b.receipts[0].fee = 1_001, Fraud::WrongFee),
		(&|b| b.receipts[0].seq = 1, Fraud::WrongSequence),
		(&|b| b.receipts[0].seq = 1 << 32, Fraud::WrongSequence),
		(&|b| b.receipts[0].at = 51, Fraud::FromTheFuture),
		(&|b| b.receipts[0].at = u32::MAX, Fraud::FromTheFuture),
	];
	for (change, expected) in cases {
		build_and_execute(|| {
			scene();
			let batch = changed(change);
			assert_eq!(batch.refute_receipt(0, 1, OnItsFace), Err(Error::<Test>::ClaimStands.into()), "the other one");
			assert_ok!(batch.refute_receipt(0, 0, OnItsFace));
			assert_eq!(fraud(), expected);
			assert_eq!(stored(0).state, BatchState::Voided);
			assert_eq!(record().stake, 0);
		});
	}
	build_and_execute(|| {
		scene();
		let batch = changed(|b| b.receipts[0].at = 50);
		assert_eq!(batch.refute_receipt(0, 0, OnItsFace), Err(Error::<Test>::ClaimStands.into()));
	});
}

/// What becomes of an answer of 1,000 planck for 1,000 tokens each way, if Alice's channel has these prices and was
/// opened in this block.
fn priced(price_in: Balance, price_out: Balance, opened: u64) -> DispatchResult {
	let mut outcome = Ok(());
	build_and_execute(|| {
		scene();
		assert_ok!(Credits::request_close(signed(Keyring::Alice), agent()));
		System::set_block_number(opened);
		assert_ok!(Credits::withdraw(signed(Keyring::Alice), agent()));
		let terms = Terms { price_in, price_out, overhead: 100 };
		assert_ok!(Credits::open(signed(Keyring::Alice), agent(), 10_000, terms));
		let batch = changed(|b| {
			b.draws = vec![draw(Keyring::Alice, 1_000, 1_000), draw(Keyring::Charlie, 500, 500)];
			b.draws.sort_by(|a, b| a.payer.cmp(&b.payer));
			b.receipts[0].tokens_in = 1_000;
			b.receipts[0].tokens_out = 1_000;
		});
		outcome = batch.refute_receipt(0, 0, OnItsFace);
		if outcome.is_ok() {
			assert_eq!(fraud(), Fraud::Overpriced);
		}
	});
	outcome
}

#[test]
fn a_fee_above_the_payers_terms_is_refuted() {
	let stands = Err(Error::<Test>::ClaimStands.into());
	assert_eq!(priced(500, 500, 40), stands);
	assert_eq!(priced(500, 499, 40), Ok(()));
	assert_eq!(priced(0, 999, 49), Ok(()));
	assert_eq!(priced(0, 999, 50), stands, "the channel may be another one");
}

#[test]
fn a_payer_who_opens_another_channel_meanwhile_refutes_nothing() {
	build_and_execute(|| {
		scene();
		assert_ok!(Credits::request_close(signed(Keyring::Alice), agent()));
		let batch = changed(|_| {});
		assert_ok!(Credits::withdraw(signed(Keyring::Alice), agent()));
		System::set_block_number(60);
		let terms = Terms { price_in: 0, price_out: 0, overhead: 100 };
		assert_ok!(Credits::open(signed(Keyring::Alice), agent(), 10_000, terms));
		assert_eq!(batch.refute_receipt(0, 0, OnItsFace), Err(Error::<Test>::ClaimStands.into()));
	});
}

#[test]
fn a_receipt_that_is_not_what_the_payer_has_is_refuted() {
	let changes: [Difference; 4] =
		[&|r| r.response = H256::repeat_byte(1), &|r| r.fee -= 1, &|r| r.payer = Keyring::Eve.to_account_id(), &|r| {
			(r.fee, r.tokens_out) = (r.fee + 1, 7)
		}];
	for change in changes {
		build_and_execute(|| {
			scene();
			let batch = changed(|_| {});
			let evidence = signed_otherwise(&batch, change);
			assert_ok!(batch.refute_receipt(0, 0, evidence.clone()));
			assert_eq!(fraud(), Fraud::SignedOtherwise);
			assert!(Equivocated::<Test>::contains_key(agent(), 0));
			assert_eq!(batch.refute_receipt(0, 0, evidence), Err(Error::<Test>::NotPending.into()));
		});
	}
}

#[test]
fn to_forgive_a_payer_is_no_fraud() {
	build_and_execute(|| {
		scene();
		let batch = changed(|_| {});
		for fee in [1_000, 1_001, 9_999] {
			let evidence = signed_otherwise(&batch, |r| r.fee = fee);
			assert_eq!(batch.refute_receipt(0, 0, evidence), Err(Error::<Test>::ReceiptsAgree.into()));
		}
	});
}

#[test]
fn a_signature_may_be_wrapped_and_binds_only_the_agent_for_this_receipt_and_chain() {
	build_and_execute(|| {
		scene();
		let batch = changed(|_| {});
		let mut other = batch.receipts[0].clone();
		other.response = H256::repeat_byte(1);
		let bytes = other.leaf(&domain(), &agent());
		let with = |message: &[u8], by: Keyring| {
			let signature = by.sign(message).into();
			let signed = SignedReceipt { receipt: other.clone(), signer: by.to_account_id(), signature };
			batch.refute_receipt(0, 0, Evidence::Signed(Box::new(signed)))
		};
		assert_eq!(with(&bytes, Keyring::Eve), Err(Error::<Test>::NotItsSigner.into()));
		assert_eq!(with(&bytes, AGENT), Err(Error::<Test>::NotItsSigner.into()));
		assert_eq!(with(b"else", SIGNER), Err(Error::<Test>::BadSignature.into()));
		let elsewhere = openledger_primitives::Domain { genesis: H256::repeat_byte(0xee) };
		assert_eq!(with(&other.leaf(&elsewhere, &agent()), SIGNER), Err(Error::<Test>::BadSignature.into()));
		let of_other = other.leaf(&domain(), &Keyring::Eve.to_account_id());
		assert_eq!(with(&of_other, SIGNER), Err(Error::<Test>::BadSignature.into()));
		assert_ok!(with(&[b"<Bytes>", &bytes[..], b"</Bytes>"].concat(), SIGNER));
	});
}

#[test]
fn a_signer_that_was_replaced_still_binds() {
	build_and_execute(|| {
		scene();
		let batch = changed(|_| {});
		assert_ok!(Agents::set_signer(signed(AGENT), Keyring::EveStash.to_account_id()));
		assert_ok!(batch.refute_receipt(0, 0, signed_otherwise(&batch, |r| r.response = H256::repeat_byte(1))));
	});
}

#[test]
fn refute_receipt_fails_when_it_must() {
	build_and_execute(|| {
		scene();
		let batch = changed(|b| b.receipts[0].seq = 1);
		for own in [AGENT, SIGNER] {
			assert_eq!(batch.refute_receipt_as(own, 0, 0, OnItsFace), Err(Error::<Test>::OwnBatch.into()));
		}
		assert_eq!(batch.refute_receipt(7, 0, OnItsFace), Err(Error::<Test>::NoSuchBatch.into()));
		let other_number = signed_otherwise(&batch, |r| r.seq = 7);
		assert_eq!(batch.refute_receipt(0, 0, other_number), Err(Error::<Test>::DifferentNumbers.into()));
		let direct = |leaf: u32, amount: Balance, length: usize| {
			let mut proof = batch.receipt_tree.prove(0).unwrap();
			proof.resize(length, Default::default());
			let (receipt, proof) = (Box::new(batch.receipts[0].clone()), proof.try_into().unwrap());
			Attribution::refute_receipt(signed(Keyring::Eve), 0, leaf, receipt, amount, proof, OnItsFace)
		};
		for (leaf, amount, length) in [(1, 1_000, 1), (2, 1_000, 1), (0, 999, 1), (0, 1_000, 0), (0, 1_000, 2)] {
			assert_noop!(direct(leaf, amount, length), Error::<Test>::BadReceiptProof);
		}
		System::set_block_number(50 + WINDOW);
		assert_eq!(batch.refute_receipt(0, 0, OnItsFace), Err(Error::<Test>::WindowOver.into()));
		System::set_block_number(49 + WINDOW);
		assert_ok!(batch.refute_receipt(0, 0, OnItsFace));
		assert_eq!(batch.refute_receipt(0, 0, OnItsFace), Err(Error::<Test>::NotPending.into()));
	});
}

type Signed = SignedReceipt<AccountId32, MultiSignature>;

/// Two receipts with the number 5.
fn two() -> (Signed, Signed) {
	let mut receipt = prepare(5, &SOLD[..1], &truth(), 0).receipts[0].clone();
	let first = sign(&receipt, SIGNER);
	receipt.response = H256::repeat_byte(1);
	(first, sign(&receipt, SIGNER))
}

fn report(who: Keyring, first: &Signed, second: &Signed) -> DispatchResult {
	with_storage_layer(|| {
		Attribution::report_equivocation(signed(who), agent(), Box::new(first.clone()), Box::new(second.clone()))
	})
}

#[test]
fn an_agent_that_signs_a_number_twice_loses_its_stake_once() {
	build_and_execute(|| {
		scene();
		let (first, second) = two();
		let (eve, issuance) = (free(Keyring::Eve), Balances::total_issuance());
		assert_ok!(report(Keyring::Eve, &first, &second));
		// Nobody has a part of it: the signer's key may have been stolen.
		assert_eq!((record().stake, free(Keyring::Eve)), (0, eve));
		assert_eq!(Balances::total_issuance(), issuance - STAKE);
		System::assert_last_event(
			Event::EquivocationReported {
				agent: agent(),
				seq: 5,
				challenger: Keyring::Eve.to_account_id(),
				slashed: STAKE,
			}
			.into(),
		);
		assert_ok!(Agents::bond(signed(AGENT), STAKE));
		assert_eq!(report(Keyring::Eve, &first, &second), Err(Error::<Test>::AlreadyReported.into()));
		assert_eq!(report(Keyring::Eve, &second, &first), Err(Error::<Test>::AlreadyReported.into()));
		assert_eq!(record().stake, STAKE);
	});
}

#[test]
fn what_a_batch_was_refuted_for_is_not_reported_again() {
	build_and_execute(|| {
		scene();
		let batch = changed(|_| {});
		let evidence = signed_otherwise(&batch, |r| r.response = H256::repeat_byte(1));
		let Evidence::Signed(other) = evidence.clone() else { unreachable!() };
		assert_ok!(batch.refute_receipt(0, 0, evidence));
		assert_ok!(Agents::bond(signed(AGENT), STAKE));
		let first = sign(&batch.receipts[0], SIGNER);
		assert_eq!(report(Keyring::Eve, &first, &other), Err(Error::<Test>::AlreadyReported.into()));
	});
}

#[test]
fn report_equivocation_fails_when_it_must() {
	build_and_execute(|| {
		scene();
		let (first, second) = two();
		let refused = |a: &Signed, b: &Signed, error: Error<Test>| {
			assert_eq!(report(Keyring::Eve, a, b), Err(error.into()));
		};
		for own in [AGENT, SIGNER] {
			assert_eq!(report(own, &first, &second), Err(Error::<Test>::OwnBatch.into()));
		}
		refused(&first, &first, Error::ReceiptsAgree);
		let mut cheaper = first.receipt.clone();
		cheaper.fee -= 1;
		refused(&first, &sign(&cheaper, SIGNER), Error::ReceiptsAgree);
		let mut next = second.receipt.clone();
		next.seq = 6;
		refused(&first, &sign(&next, SIGNER), Error::DifferentNumbers);
		refused(&first, &sign(&second.receipt, Keyring::Eve), Error::NotItsSigner);
		refused(&sign(&first.receipt, Keyring::Eve), &second, Error::NotItsSigner);
		let forged = Signed { signature: first.signature.clone(), ..second.clone() };
		refused(&first, &forged, Error::BadSignature);
		// Who has nothing left: its stake went for another number.
		assert_ok!(report(Keyring::Eve, &first, &second));
		let renumbered = |signed: &Signed| sign(&Receipt { seq: 6, ..signed.receipt.clone() }, SIGNER);
		refused(&renumbered(&first), &renumbered(&second), Error::NothingAtStake);
	});
}
