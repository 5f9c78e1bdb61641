//! `do_try_state` sees what it should: each invariant is broken once.

use crate::{mock::*, *};
use frame_support::{hypothetically, traits::fungible::MutateHold};
use sp_runtime::{AccountId32, TryRuntimeError};

/// Alice has two channels with session keys, one of them in debt.
fn busy(test: impl FnOnce()) {
	build_and_execute(|| {
		opened(100);
		Credits::open(signed(alice()), charlie(), 100, TERMS).unwrap();
		for key in [SESSION, SESSION_ED] {
			Credits::authorise_key(signed(alice()), bob(), key.account(), 100, 50).unwrap();
		}
		draw(&draw_of(120, 120)).unwrap();
		Credits::do_try_state().unwrap();
		test();
	});
}

fn assert_broken(why: &'static str, harm: impl FnOnce()) {
	hypothetically!({
		harm();
		assert_eq!(Credits::do_try_state(), Err(TryRuntimeError::Other(why)));
	});
}

fn mutate(change: impl FnOnce(&mut Channel<AccountId32, u64>)) {
	Channels::<Test>::mutate(alice(), bob(), |channel| change(channel.as_mut().unwrap()));
}

#[test]
fn try_state_fails_when_a_hold_is_not_what_is_left() {
	busy(|| {
		let why = "a hold differs from what the channels have left";
		assert_broken(why, || Balances::hold(&HoldReason::Channel.into(), &alice(), 1).unwrap());
		assert_broken(why, || Balances::hold(&HoldReason::Channel.into(), &eve(), 1).unwrap());
		assert_broken(why, || mutate(|channel| channel.drawn -= 21));
		assert_broken("a channel has something left of an account that does not exist", || {
			Channels::<Test>::insert(SESSION.account(), bob(), Channel { drawn: 0, ..channel() });
		});
		assert_broken("the sum of deposits overflows", || {
			mutate(|channel| *channel = Channel { deposit: u128::MAX, drawn: 0, ..channel.clone() });
		});
	});
}

#[test]
fn try_state_fails_when_nonces_are_wrong() {
	busy(|| {
		assert_broken("a channel's nonce was not given out", || NextNonce::<Test>::insert(alice(), 1));
		assert_broken("two channels have one nonce", || mutate(|channel| channel.nonce = 1));
	});
}

#[test]
fn try_state_fails_when_session_keys_are_wrong() {
	busy(|| {
		assert_broken("a channel has a session key twice", || {
			mutate(|channel| channel.keys[0].key = SESSION_ED.account());
		});
		assert_broken("a payer is its own session key", || mutate(|channel| channel.keys[0].key = alice()));
	});
}

#[test]
fn try_state_fails_when_openings_are_wrong() {
	busy(|| {
		assert_broken("nothing was put into a channel", || mutate(|channel| channel.deposit = 0));
		assert_broken("a channel was opened in the future", || mutate(|channel| channel.opened = 2));
	});
}
