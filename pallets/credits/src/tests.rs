//! Tests of channels and draws.

use crate::{mock::*, Channel, Channels, Error, Event, NextNonce};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{traits::Channels as _, Balance, Domain, Voucher};
use sp_keyring::Sr25519Keyring as Keyring;
use sp_runtime::{AccountId32, DispatchError, MultiSignature};

fn opened(deposit: Balance) {
	assert_ok!(Credits::open(RuntimeOrigin::signed(alice()), bob(), deposit));
}

fn channel() -> Channel<u64> {
	Channels::<Test>::get(alice(), bob()).unwrap()
}

fn sign(key: Keyring, channel: u32, cumulative: Balance) -> MultiSignature {
	let domain = Domain { genesis: System::block_hash(0) };
	let voucher: Voucher<AccountId32> = Voucher { payer: alice(), agent: bob(), channel, cumulative };
	key.sign(&voucher.payload(&domain)).into()
}

fn draw(drawn: Balance, ceiling: Balance, signature: &MultiSignature) -> Result<Balance, DispatchError> {
	frame_support::storage::with_storage_layer(|| Credits::draw(&alice(), &bob(), drawn, ceiling, signature, &pot()))
}

#[test]
fn open_holds_the_deposit() {
	build_and_execute(|| {
		opened(100);
		assert_eq!(channel(), Channel { nonce: 0, deposit: 100, drawn: 0, closing: None });
		assert_eq!(Balances::free_balance(alice()), 900);
		System::assert_last_event(Event::Opened { payer: alice(), agent: bob(), nonce: 0, deposit: 100 }.into());
	});
}

#[test]
fn open_fails_when_it_must() {
	build_and_execute(|| {
		let open = |agent, deposit| Credits::open(RuntimeOrigin::signed(alice()), agent, deposit);
		assert_noop!(open(pot(), 100), Error::<Test>::NotAnAgent);
		assert_noop!(open(bob(), 9), Error::<Test>::DepositTooSmall);
		assert_noop!(open(bob(), 1_001), sp_runtime::TokenError::FundsUnavailable);
		assert_ok!(open(bob(), 10));
		assert_noop!(open(bob(), 10), Error::<Test>::AlreadyOpen);
		NextNonce::<Test>::insert(bob(), u32::MAX);
		assert_noop!(Credits::open(RuntimeOrigin::signed(bob()), bob(), 10), Error::<Test>::Overflow);
		NextNonce::<Test>::remove(bob());
	});
}

#[test]
fn top_up_adds_to_the_deposit() {
	build_and_execute(|| {
		assert_noop!(Credits::top_up(RuntimeOrigin::signed(alice()), bob(), 5), Error::<Test>::NoChannel);
		opened(100);
		assert_noop!(Credits::top_up(RuntimeOrigin::signed(alice()), bob(), 0), Error::<Test>::DepositTooSmall);
		assert_ok!(Credits::top_up(RuntimeOrigin::signed(alice()), bob(), 5));
		assert_eq!(channel().deposit, 105);
		System::assert_last_event(Event::ToppedUp { payer: alice(), agent: bob(), amount: 5, deposit: 105 }.into());
	});
}

#[test]
fn draw_takes_the_increment_under_the_voucher() {
	build_and_execute(|| {
		opened(100);
		let signature = sign(Keyring::Alice, 0, 80);
		assert_eq!(draw(30, 80, &signature), Ok(30));
		// The same voucher covers the next draw up to its ceiling.
		assert_eq!(draw(80, 80, &signature), Ok(50));
		assert_eq!(Balances::free_balance(pot()), 1_080);
		assert_eq!(channel().left(), 20);
		System::assert_last_event(Event::Drawn { payer: alice(), agent: bob(), amount: 50, drawn: 80 }.into());
	});
}

#[test]
fn draw_fails_when_it_must() {
	build_and_execute(|| {
		let good = sign(Keyring::Alice, 0, 80);
		assert_eq!(draw(30, 80, &good), Err(Error::<Test>::NoChannel.into()));
		opened(60);
		assert_eq!(draw(81, 80, &good), Err(Error::<Test>::AboveCeiling.into()));
		assert_eq!(draw(61, 80, &good), Err(Error::<Test>::ChannelShort.into()));
		assert_eq!(draw(0, 80, &good), Err(Error::<Test>::NothingToDraw.into()));
		assert_eq!(draw(30, 81, &good), Err(Error::<Test>::BadVoucher.into()), "another ceiling");
		assert_eq!(draw(30, 80, &sign(Keyring::Bob, 0, 80)), Err(Error::<Test>::BadVoucher.into()), "another signer");
		assert_eq!(
			draw(30, 80, &sign(Keyring::Alice, 1, 80)),
			Err(Error::<Test>::BadVoucher.into()),
			"another channel"
		);
		assert_eq!(draw(30, 80, &good), Ok(30));
		assert_eq!(draw(30, 80, &good), Err(Error::<Test>::NothingToDraw.into()), "the same draw again");
		assert_eq!(draw(20, 80, &good), Err(Error::<Test>::NothingToDraw.into()), "a total that goes down");
		assert_eq!(Balances::free_balance(pot()), 1_030);
	});
}

#[test]
fn close_waits_and_returns_the_rest() {
	build_and_execute(|| {
		let withdraw = || Credits::withdraw(RuntimeOrigin::signed(alice()), bob());
		assert_noop!(withdraw(), Error::<Test>::NoChannel);
		opened(100);
		assert_noop!(withdraw(), Error::<Test>::NotClosing);
		assert_ok!(Credits::request_close(RuntimeOrigin::signed(alice()), bob()));
		System::assert_last_event(Event::Closing { payer: alice(), agent: bob(), until: 11 }.into());
		assert_noop!(Credits::request_close(RuntimeOrigin::signed(alice()), bob()), Error::<Test>::ChannelClosing);
		assert_noop!(Credits::top_up(RuntimeOrigin::signed(alice()), bob(), 5), Error::<Test>::ChannelClosing);
		System::set_block_number(10);
		assert_noop!(withdraw(), Error::<Test>::TooEarly);
		assert_eq!(draw(30, 80, &sign(Keyring::Alice, 0, 80)), Ok(30), "what was served can still be drawn");
		System::set_block_number(11);
		assert_ok!(withdraw());
		System::assert_last_event(Event::Closed { payer: alice(), agent: bob(), returned: 70 }.into());
		assert_eq!(Balances::free_balance(alice()), 970);
		opened(50);
		assert_eq!(channel().nonce, 1);
		assert_eq!(
			draw(40, 80, &sign(Keyring::Alice, 0, 80)),
			Err(Error::<Test>::BadVoucher.into()),
			"an old channel's"
		);
	});
}

#[test]
fn refund_goes_back_into_the_channel_or_to_the_payer() {
	build_and_execute(|| {
		opened(100);
		assert_eq!(draw(60, 80, &sign(Keyring::Alice, 0, 80)), Ok(60));
		assert_ok!(Credits::refund(&alice(), &bob(), 60, &pot()));
		assert_eq!((channel().deposit, channel().drawn, channel().left()), (160, 60, 100));
		assert_eq!(Balances::free_balance(pot()), 1_000);
		assert_ok!(Credits::request_close(RuntimeOrigin::signed(alice()), bob()));
		System::set_block_number(11);
		assert_ok!(Credits::withdraw(RuntimeOrigin::signed(alice()), bob()));
		assert_ok!(Credits::refund(&alice(), &bob(), 7, &pot()));
		assert_eq!(Balances::free_balance(alice()), 1_007);
	});
}
