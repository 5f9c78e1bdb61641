//! Vouchers that are forged, or were meant for something else.

use crate::{mock::*, Error};
use frame_support::assert_ok;
use openledger_primitives::{batch::Draw, traits::Channels as _, Voucher};

/// Checks that a voucher of `signer` counts, and that each change of it does not.
fn check(signer: Key, named: Option<Key>) {
	build_and_execute(|| {
		opened(100);
		if let Some(key) = named {
			assert_ok!(Credits::authorise_key(signed(alice()), bob(), key.account(), 1_000, 50));
		}
		let good = voucher(0, 80);
		let with = |payload: Vec<u8>| Draw {
			signer: named.map(Key::account),
			signature: signer.sign(&payload),
			..draw_of(30, 80)
		};
		let refused = |payload: Vec<u8>, why: &str| {
			assert_eq!(draw(&with(payload)), Err(Error::<Test>::BadVoucher.into()), "{why}");
		};
		for (change, why) in [
			(Voucher { payer: charlie(), ..good.clone() }, "another payer"),
			(Voucher { agent: charlie(), ..good.clone() }, "another agent"),
			(Voucher { channel: 1, ..good.clone() }, "another channel"),
			(Voucher { cumulative: 79, ..good.clone() }, "a lower ceiling"),
			(Voucher { cumulative: 81, ..good.clone() }, "a higher ceiling"),
		] {
			refused(change.payload(&domain()), why);
			refused(change.wrapped_payload(&domain()), why);
		}
		refused(good.payload(&elsewhere()), "another chain");
		refused(good.wrapped_payload(&elsewhere()), "another chain");
		let doubly = [b"<Bytes>", good.wrapped_payload(&domain()).as_slice(), b"</Bytes>"].concat();
		refused(doubly, "wrapped twice");
		refused(vec![], "nothing");
		let stranger = Draw { signature: AGNES.sign(&good.payload(&domain())), ..with(vec![]) };
		assert_eq!(draw(&stranger), Err(Error::<Test>::BadVoucher.into()), "another signer");
		assert_eq!(draw(&with(good.payload(&domain()))), Ok(30));
		assert_eq!(draw(&Draw { drawn: 31, ..with(good.wrapped_payload(&domain())) }), Ok(1));
	});
}

#[test]
fn a_payers_voucher_counts_for_nothing_else() {
	check(ALICE, None);
}

#[test]
fn a_session_keys_voucher_counts_for_nothing_else() {
	for key in [SESSION, SESSION_ED, SESSION_EC] {
		check(key, Some(key));
	}
}

#[test]
fn a_session_key_counts_only_when_it_is_named() {
	build_and_execute(|| {
		opened(100);
		assert_ok!(Credits::authorise_key(signed(alice()), bob(), SESSION.account(), 80, 50));
		let unnamed = Draw { signer: None, ..draw_by(SESSION, 30, 80) };
		assert_eq!(draw(&unnamed), Err(Error::<Test>::BadVoucher.into()));
		let misnamed = Draw { signer: Some(SESSION.account()), ..draw_of(30, 80) };
		assert_eq!(draw(&misnamed), Err(Error::<Test>::BadVoucher.into()), "the payer's own signature");
		let payer_as_key = Draw { signer: Some(alice()), ..draw_of(30, 80) };
		assert_eq!(draw(&payer_as_key), Err(Error::<Test>::NoSuchKey.into()));
	});
}

#[test]
fn a_voucher_for_one_agent_is_worth_nothing_to_another() {
	build_and_execute(|| {
		opened(100);
		assert_ok!(Credits::open(signed(alice()), charlie(), 100, TERMS));
		let stolen = Credits::draw(&draw_of(30, 80), &charlie(), &charlie(), &pot());
		assert_eq!(stolen, Err(Error::<Test>::BadVoucher.into()));
	});
}
