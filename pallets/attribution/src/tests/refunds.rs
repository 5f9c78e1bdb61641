//! Making payers whole.

use super::*;
use crate::{Error, Escrow, Event, Payers, Refund, Refunds};
use frame_support::assert_noop;

fn refund(most: u32) -> DispatchResult {
	with_storage_layer(|| Attribution::refund(signed(Keyring::Ferdie), 0, most))
}

const COMPENSATION: Balance = STAKE * 15 / 100;

#[test]
fn payers_are_made_whole_in_their_order_a_few_at_a_time() {
	build_and_execute(|| {
		scene();
		assert_ok!(Credits::open(signed(Keyring::Ferdie), agent(), 10_000, Terms::ANY));
		let sold = [(Keyring::Alice, 1_000), (Keyring::Charlie, 777), (Keyring::Ferdie, 333)];
		let batch = prepare(0, &sold, &lie(), 0);
		assert_ok!(batch.submit());
		let payers = Payers::<Test>::get(0);
		assert_noop!(refund(1), Error::<Test>::NothingToRefund);
		assert_ok!(batch.refute(0, 0, body(lie()), opening(19)));
		assert_eq!(
			Refunds::<Test>::get(0),
			Some(Refund { next: 0, fees: 2_110, compensation: COMPENSATION, left: COMPENSATION })
		);
		let mut given = vec![];
		for place in 0..3 {
			assert_ok!(refund(0));
			check_all();
			let Some(Event::Refunded { payer, fee, compensation, .. }) =
				events().into_iter().rev().find(|event| matches!(event, Event::Refunded { .. }))
			else {
				panic!("nobody was made whole")
			};
			assert_eq!((payer, fee), (payers[place].account.clone(), payers[place].fee));
			given.push(compensation);
		}
		assert_eq!(given.iter().sum::<Balance>(), COMPENSATION, "to the unit");
		for (payer, share) in payers.iter().zip(&given) {
			assert!(share.abs_diff(COMPENSATION * payer.fee / 2_110) <= 2);
		}
		assert_eq!(events().last(), Some(&Event::RefundsDone { batch: 0 }));
		assert_eq!((Escrow::<Test>::get(), Balances::free_balance(Attribution::pot())), (0, ED));
		assert_noop!(refund(1), Error::<Test>::NothingToRefund);
		run_to(3);
	});
}

/// Submits a lie that draws all of Alice's channel, whose account is then emptied.
fn emptied() -> Prepared {
	let batch = submitted(&[(Keyring::Alice, 10_000)], &lie());
	assert_ok!(Balances::transfer_all(signed(Keyring::Alice), Keyring::Eve.to_account_id(), false));
	assert_eq!(System::account(Keyring::Alice.to_account_id()), Default::default(), "the account is gone");
	batch
}

#[test]
fn a_payer_whose_account_is_gone_does_not_save_a_liar() {
	build_and_execute(|| {
		let batch = emptied();
		assert_ok!(batch.refute(0, 0, body(lie()), opening(19)));
		run_to(2);
		// The refund revives the account; what cannot be held again is free, with the compensation.
		assert_eq!(free(Keyring::Alice), 10_000 + COMPENSATION);
		assert_eq!(Balances::free_balance(Attribution::pot()), ED);
	});
}

#[test]
fn dust_that_nobody_can_take_is_burnt() {
	build_and_execute(|| {
		scene();
		assert_ok!(Credits::request_close(signed(Keyring::Alice), agent()));
		run_to(1 + WINDOW);
		let batch = prepare(0, &[(Keyring::Alice, ED - 1), (Keyring::Charlie, 100)], &lie(), 0);
		assert_ok!(batch.submit());
		assert_ok!(Credits::withdraw(signed(Keyring::Alice), agent()));
		assert_ok!(Balances::transfer_all(signed(Keyring::Alice), Keyring::Eve.to_account_id(), false));
		assert_ok!(batch.refute(0, 0, body(lie()), opening(19)));
		run_to(2 + WINDOW);
		let payer = Keyring::Alice.to_account_id();
		System::assert_has_event(Event::RefundBurnt { batch: 0, payer, amount: ED - 1 }.into());
		// Who comes last has what rounding leaves.
		assert!(free(Keyring::Alice).abs_diff(COMPENSATION * (ED - 1) / (ED + 99)) <= 1);
		assert_eq!(Balances::free_balance(Attribution::pot()), ED);
	});
}
