//! Closing channels.

use crate::{mock::*, Channels, Error, Event};
use frame_support::{assert_noop, assert_ok};

#[test]
fn close_waits_and_returns_the_rest() {
	build_and_execute(|| {
		let withdraw = || Credits::withdraw(signed(alice()), bob());
		assert_noop!(withdraw(), Error::<Test>::NoChannel);
		assert_noop!(Credits::request_close(signed(alice()), bob()), Error::<Test>::NoChannel);
		opened(100);
		assert_noop!(withdraw(), Error::<Test>::NotClosing);
		assert_ok!(Credits::request_close(signed(alice()), bob()));
		System::assert_last_event(Event::Closing { payer: alice(), agent: bob(), until: 1 + DELAY }.into());
		assert_noop!(Credits::request_close(signed(alice()), bob()), Error::<Test>::ChannelClosing);
		assert_noop!(Credits::top_up(signed(alice()), bob(), 5), Error::<Test>::ChannelClosing);
		System::set_block_number(DELAY);
		assert_noop!(withdraw(), Error::<Test>::TooEarly);
		assert_eq!(draw(&draw_of(30, 80)), Ok(30), "what was served can still be drawn");
		System::set_block_number(1 + DELAY);
		assert_eq!(draw(&draw_of(31, 80)), Ok(1), "until it is withdrawn");
		assert_ok!(withdraw());
		System::assert_last_event(Event::Closed { payer: alice(), agent: bob(), returned: 69, unpaid: 0 }.into());
		assert_eq!((free(alice()), held()), (ENDOWMENT - 31, 0));
		assert!(!Channels::<Test>::contains_key(alice(), bob()));
	});
}

#[test]
fn a_reopened_channel_knows_neither_vouchers_nor_keys_of_the_closed_one() {
	build_and_execute(|| {
		opened(100);
		assert_ok!(Credits::authorise_key(signed(alice()), bob(), SESSION.account(), 80, 50));
		close();
		opened(100);
		assert_eq!(channel().nonce, 1);
		assert_eq!(draw(&draw_of(30, 80)), Err(Error::<Test>::BadVoucher.into()));
		assert_eq!(draw(&draw_by(SESSION, 30, 80)), Err(Error::<Test>::NoSuchKey.into()));
	});
}

#[test]
fn what_is_owed_when_a_channel_closes_is_told() {
	build_and_execute(|| {
		opened(50);
		assert_eq!(draw(&draw_of(80, 80)), Ok(80));
		close();
		System::assert_last_event(Event::Closed { payer: alice(), agent: bob(), returned: 0, unpaid: 30 }.into());
		assert_eq!((free(alice()), free(bob())), (ENDOWMENT - 50, ENDOWMENT - 30));
	});
}
