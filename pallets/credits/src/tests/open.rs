//! Opening and filling channels, and their terms.

use crate::{mock::*, Channel, Channels, Error, Event, NextNonce};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{terms::Terms, traits::Channels as _, Balance};
use sp_runtime::{AccountId32, DispatchResult, TokenError};

fn open(agent: AccountId32, deposit: Balance) -> DispatchResult {
	Credits::open(signed(alice()), agent, deposit, TERMS)
}

#[test]
fn open_holds_the_deposit() {
	build_and_execute(|| {
		System::set_block_number(7);
		opened(100);
		let expected = Channel {
			nonce: 0,
			deposit: 100,
			drawn: 0,
			closing: None,
			opened: 7,
			terms: TERMS,
			keys: Default::default(),
		};
		assert_eq!(channel(), expected);
		assert_eq!((free(alice()), held()), (ENDOWMENT - 100, 100));
		assert_eq!(Credits::terms(&alice(), &bob()), Some((TERMS, 7)));
		let event = Event::Opened { payer: alice(), agent: bob(), nonce: 0, deposit: 100, terms: TERMS };
		System::assert_last_event(event.into());
	});
}

#[test]
fn open_fails_when_it_must() {
	build_and_execute(|| {
		assert_noop!(open(pot(), 100), Error::<Test>::NotAnAgent);
		assert_noop!(open(bob(), MIN_DEPOSIT - 1), Error::<Test>::DepositTooSmall);
		assert_noop!(open(bob(), ENDOWMENT + 1), TokenError::FundsUnavailable);
		assert_ok!(open(bob(), MIN_DEPOSIT));
		assert_noop!(open(bob(), MIN_DEPOSIT), Error::<Test>::AlreadyOpen);
		assert_ok!(open(charlie(), MIN_DEPOSIT));
		NextNonce::<Test>::insert(bob(), u32::MAX);
		assert_noop!(Credits::open(signed(bob()), bob(), MIN_DEPOSIT, TERMS), Error::<Test>::Overflow);
	});
}

#[test]
fn each_channel_of_a_payer_has_its_own_nonce() {
	build_and_execute(|| {
		opened(10);
		assert_ok!(open(charlie(), 10));
		assert_eq!(channel().nonce, 0);
		assert_eq!(Credits::channel(alice(), charlie()).unwrap().nonce, 1);
		assert_eq!(held(), 20);
		close();
		opened(10);
		assert_eq!(channel().nonce, 2);
	});
}

#[test]
fn top_up_adds_to_the_deposit() {
	build_and_execute(|| {
		let top_up = |amount| Credits::top_up(signed(alice()), bob(), amount);
		assert_noop!(top_up(5), Error::<Test>::NoChannel);
		opened(100);
		assert_noop!(top_up(0), Error::<Test>::DepositTooSmall);
		assert_ok!(top_up(5));
		assert_eq!((channel().deposit, held()), (105, 105));
		System::assert_last_event(Event::ToppedUp { payer: alice(), agent: bob(), amount: 5, deposit: 105 }.into());
		assert_noop!(top_up(u128::MAX), Error::<Test>::Overflow);
		assert_noop!(top_up(ENDOWMENT), TokenError::FundsUnavailable);
	});
}

#[test]
fn views_tell_what_a_channel_has_left() {
	build_and_execute(|| {
		assert_eq!((Credits::channel(alice(), bob()), Credits::spendable(alice(), bob())), (None, 0));
		assert_eq!(Credits::terms(&alice(), &bob()), None);
		opened(100);
		assert_eq!(Credits::spendable(alice(), bob()), 100);
		assert_eq!(draw(&draw_of(30, 80)), Ok(30));
		assert_eq!(Credits::spendable(alice(), bob()), 70);
		assert_eq!(draw(&draw_of(120, 120)), Ok(90));
		assert_eq!(Credits::spendable(alice(), bob()), 0);
		assert_eq!(Credits::channel(alice(), bob()), Channels::<Test>::get(alice(), bob()));
	});
}

#[test]
fn terms_only_loosen() {
	build_and_execute(|| {
		let loosen = |terms| Credits::loosen_terms(signed(alice()), bob(), terms);
		assert_noop!(loosen(Terms::ANY), Error::<Test>::NoChannel);
		opened(100);
		for tighter in [
			Terms { price_in: TERMS.price_in - 1, ..Terms::ANY },
			Terms { price_out: TERMS.price_out - 1, ..Terms::ANY },
			Terms { overhead: TERMS.overhead - 1, ..Terms::ANY },
		] {
			assert_noop!(loosen(tighter), Error::<Test>::TermsTighter);
		}
		assert_ok!(loosen(TERMS));
		let looser = Terms { overhead: 50, ..TERMS };
		assert_ok!(loosen(looser));
		assert_eq!(Credits::terms(&alice(), &bob()), Some((looser, 1)), "the block of the opening stays");
		let event = Event::TermsLoosened { payer: alice(), agent: bob(), old: TERMS, new: looser };
		System::assert_last_event(event.into());
		assert_ok!(Credits::request_close(signed(alice()), bob()));
		assert_noop!(loosen(Terms::ANY), Error::<Test>::ChannelClosing);
	});
}
