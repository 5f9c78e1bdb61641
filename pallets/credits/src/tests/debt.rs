//! Channels that are short: what is advanced, and how it is paid back.

use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::traits::Channels as _;
use sp_runtime::TokenError;

#[test]
fn what_a_channel_is_short_of_is_advanced() {
	build_and_execute(|| {
		opened(60);
		assert_eq!(draw(&draw_of(80, 200)), Ok(80));
		assert_eq!((channel().drawn, channel().deposit), (80, 60));
		assert_eq!((channel().left(), channel().owed()), (0, 20));
		assert_eq!((held(), free(bob()), free(pot())), (0, ENDOWMENT - 20, ENDOWMENT + 80));
		System::assert_has_event(Event::Advanced { payer: alice(), agent: bob(), by: bob(), amount: 20 }.into());
		System::assert_last_event(Event::Drawn { payer: alice(), agent: bob(), amount: 80, drawn: 80 }.into());
		// An empty channel is still good for what the payer has signed.
		assert_eq!(draw(&draw_of(90, 200)), Ok(10));
		assert_eq!((channel().owed(), free(bob())), (30, ENDOWMENT - 30));
	});
}

#[test]
fn who_else_advances_has_it_from_the_agent() {
	build_and_execute(|| {
		opened(60);
		assert_eq!(Credits::draw(&draw_of(80, 80), &bob(), &charlie(), &pot()), Ok(80));
		assert_eq!((free(bob()), free(charlie())), (ENDOWMENT, ENDOWMENT - 20));
		System::assert_has_event(Event::Advanced { payer: alice(), agent: bob(), by: charlie(), amount: 20 }.into());
	});
}

#[test]
fn nothing_is_burnt_when_nobody_can_advance() {
	build_and_execute(|| {
		opened(60);
		// Bob's account has to stay alive.
		assert_eq!(draw(&draw_of(60 + ENDOWMENT - ED + 1, 2_000)), Err(Error::<Test>::ChannelShort.into()));
		assert_eq!((channel().drawn, held(), free(pot())), (0, 60, ENDOWMENT));
		assert_eq!(draw(&draw_of(60 + ENDOWMENT - ED, 2_000)), Ok(60 + ENDOWMENT - ED));
		assert_eq!(free(bob()), ED);
		assert_eq!(draw(&draw_of(60 + ENDOWMENT, 2_000)), Err(Error::<Test>::ChannelShort.into()));
	});
}

#[test]
fn a_top_up_pays_the_debt_first() {
	build_and_execute(|| {
		opened(60);
		assert_eq!(draw(&draw_of(80, 200)), Ok(80));
		assert_ok!(Credits::top_up(signed(alice()), bob(), 15));
		assert_eq!((channel().owed(), channel().deposit, held()), (5, 75, 0));
		assert_eq!((free(eve()), free(alice())), (ENDOWMENT + 15, ENDOWMENT - 75));
		System::assert_has_event(Event::DebtPaid { payer: alice(), agent: bob(), amount: 15 }.into());
		assert_ok!(Credits::top_up(signed(alice()), bob(), 30));
		assert_eq!((channel().owed(), channel().left(), held()), (0, 25, 25));
		assert_eq!((free(eve()), free(alice())), (ENDOWMENT + 20, ENDOWMENT - 105));
		System::assert_last_event(Event::ToppedUp { payer: alice(), agent: bob(), amount: 30, deposit: 105 }.into());
		assert_eq!(draw(&draw_of(105, 200)), Ok(25), "a draw goes on where it was");
	});
}

#[test]
fn a_top_up_just_over_the_debt_holds_the_rest() {
	build_and_execute(|| {
		opened(60);
		assert_eq!(draw(&draw_of(80, 200)), Ok(80));
		assert_ok!(Credits::top_up(signed(alice()), bob(), 20));
		assert_eq!((channel().owed(), channel().left(), held()), (0, 0, 0));
		assert_ok!(Credits::top_up(signed(alice()), bob(), 1));
		assert_eq!((channel().left(), held(), free(eve())), (1, 1, ENDOWMENT + 20));
	});
}

#[test]
fn a_payer_cannot_top_up_with_what_it_does_not_have() {
	build_and_execute(|| {
		opened(60);
		assert_eq!(draw(&draw_of(80, 200)), Ok(80));
		let all = ENDOWMENT - 60;
		assert_noop!(Credits::top_up(signed(alice()), bob(), all + 1), TokenError::FundsUnavailable);
		assert_ok!(Credits::top_up(signed(alice()), bob(), all - ED));
	});
}

#[test]
fn a_debt_outlives_the_agent() {
	build_and_execute(|| {
		opened(60);
		assert_eq!(draw(&draw_of(80, 200)), Ok(80));
		AgentsLeft::set(false);
		assert_ok!(Credits::top_up(signed(alice()), bob(), 20));
		assert_eq!((free(bob()), free(eve())), (ENDOWMENT, ENDOWMENT));
	});
}
