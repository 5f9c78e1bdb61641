//! Session keys.

use crate::{mock::*, Error, Event, SessionKey, MAX_KEYS};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::Balance;
use sp_runtime::{AccountId32, DispatchResult};

fn authorise(key: AccountId32, cap: Balance, expires: u64) -> DispatchResult {
	Credits::authorise_key(signed(alice()), bob(), key, cap, expires)
}

fn revoke(key: AccountId32) -> DispatchResult {
	Credits::revoke_key(signed(alice()), bob(), key)
}

fn number(number: u8) -> AccountId32 {
	AccountId32::new([number; 32])
}

#[test]
fn a_session_key_signs_up_to_its_cap() {
	build_and_execute(|| {
		opened(100);
		assert_eq!(draw(&draw_by(SESSION, 30, 50)), Err(Error::<Test>::NoSuchKey.into()));
		assert_ok!(authorise(SESSION.account(), 50, 20));
		assert_eq!(channel().keys.to_vec(), [SessionKey { key: SESSION.account(), cap: 50, expires: 20 }]);
		let (payer, agent, key) = (alice(), bob(), SESSION.account());
		System::assert_last_event(Event::KeyAuthorised { payer, agent, key, cap: 50, expires: 20 }.into());
		assert_eq!(draw(&draw_by(SESSION, 30, 51)), Err(Error::<Test>::AboveKeyCap.into()));
		assert_eq!(draw(&draw_by(SESSION, 30, 50)), Ok(30));
		assert_eq!(draw(&draw_by(SESSION, 50, 50)), Ok(20), "to the last unit");
		assert_eq!(draw(&draw_by(SESSION, 51, 51)), Err(Error::<Test>::AboveKeyCap.into()));
		assert_eq!(draw(&draw_by(SESSION_ED, 60, 60)), Err(Error::<Test>::NoSuchKey.into()));
		assert_eq!(draw(&draw_of(60, 60)), Ok(10), "the payer has no cap");
	});
}

#[test]
fn a_session_key_signs_until_it_expires() {
	build_and_execute(|| {
		opened(100);
		assert_ok!(authorise(SESSION.account(), 50, 20));
		System::set_block_number(20);
		assert_eq!(draw(&draw_by(SESSION, 30, 50)), Ok(30));
		System::set_block_number(21);
		assert_eq!(draw(&draw_by(SESSION, 40, 50)), Err(Error::<Test>::KeyExpired.into()));
		assert_noop!(revoke(SESSION.account()), Error::<Test>::KeyExpired);
	});
}

#[test]
fn a_revoked_key_signs_as_long_as_a_closing_channel() {
	build_and_execute(|| {
		assert_noop!(revoke(SESSION.account()), Error::<Test>::NoChannel);
		opened(100);
		assert_noop!(revoke(SESSION.account()), Error::<Test>::NoSuchKey);
		assert_ok!(authorise(SESSION.account(), 50, 90));
		assert_ok!(authorise(SESSION_ED.account(), 50, 5));
		assert_ok!(revoke(SESSION.account()));
		let (payer, agent, key) = (alice(), bob(), SESSION.account());
		System::assert_last_event(Event::KeyRevoked { payer, agent, key, expires: 1 + DELAY }.into());
		assert_ok!(revoke(SESSION_ED.account()));
		assert_eq!(channel().keys[1].expires, 5, "not later than it would have expired");
		System::set_block_number(1 + DELAY);
		assert_eq!(draw(&draw_by(SESSION, 30, 50)), Ok(30), "what was served is paid");
		System::set_block_number(2 + DELAY);
		assert_eq!(draw(&draw_by(SESSION, 40, 50)), Err(Error::<Test>::KeyExpired.into()));
	});
}

#[test]
fn revoking_again_does_not_prolong_a_key() {
	build_and_execute(|| {
		opened(100);
		assert_ok!(authorise(SESSION.account(), 50, 90));
		assert_ok!(revoke(SESSION.account()));
		System::set_block_number(5);
		assert_ok!(revoke(SESSION.account()));
		assert_eq!(channel().keys[0].expires, 1 + DELAY);
		assert_ok!(Credits::request_close(signed(alice()), bob()));
		assert_ok!(revoke(SESSION.account()));
	});
}

#[test]
fn a_key_is_only_loosened_before_it_expires() {
	build_and_execute(|| {
		opened(100);
		assert_ok!(authorise(SESSION.account(), 50, 20));
		assert_noop!(authorise(SESSION.account(), 49, 30), Error::<Test>::KeyTighter);
		assert_noop!(authorise(SESSION.account(), 60, 19), Error::<Test>::KeyTighter);
		assert_ok!(authorise(SESSION.account(), 50, 20));
		assert_ok!(authorise(SESSION.account(), 60, 30));
		System::set_block_number(30);
		assert_noop!(authorise(SESSION.account(), 10, 40), Error::<Test>::KeyTighter);
		System::set_block_number(31);
		assert_ok!(authorise(SESSION.account(), 10, 40));
		assert_eq!(channel().keys.to_vec(), [SessionKey { key: SESSION.account(), cap: 10, expires: 40 }]);
	});
}

#[test]
fn authorise_key_fails_when_it_must() {
	build_and_execute(|| {
		assert_noop!(authorise(SESSION.account(), 50, 20), Error::<Test>::NoChannel);
		opened(100);
		assert_noop!(authorise(alice(), 50, 20), Error::<Test>::KeyIsPayer);
		assert_noop!(authorise(SESSION.account(), 50, 1), Error::<Test>::ExpiryPassed);
		assert_noop!(authorise(SESSION.account(), 50, 2 + KEY_LIFE), Error::<Test>::KeyLifeTooLong);
		assert_ok!(authorise(SESSION.account(), 50, 2));
		assert_ok!(authorise(SESSION_ED.account(), 50, 1 + KEY_LIFE));
		assert_ok!(Credits::request_close(signed(alice()), bob()));
		assert_noop!(authorise(SESSION_EC.account(), 50, 20), Error::<Test>::ChannelClosing);
	});
}

#[test]
fn expired_keys_make_room() {
	build_and_execute(|| {
		opened(100);
		for key in 0..MAX_KEYS as u8 {
			assert_ok!(authorise(number(key), 50, 20 + u64::from(key)));
		}
		assert_noop!(authorise(number(9), 50, 30), Error::<Test>::TooManyKeys);
		System::set_block_number(20);
		assert_noop!(authorise(number(9), 50, 30), Error::<Test>::TooManyKeys);
		System::set_block_number(21);
		assert_ok!(authorise(number(9), 50, 30));
		assert_noop!(authorise(number(10), 50, 30), Error::<Test>::TooManyKeys);
		assert_eq!(channel().keys.len(), MAX_KEYS as usize);
	});
}
