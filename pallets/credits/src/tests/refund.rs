//! What a voided batch gives back.

use crate::{mock::*, Event};
use frame_support::{assert_noop, assert_ok, traits::fungible::Mutate};
use openledger_primitives::Balance;
use sp_runtime::TokenError;

/// Spends all that Alice has and does not hold, but `keep`.
fn spend_but(keep: Balance) {
	let rest = free(alice()) - keep;
	<Balances as Mutate<_>>::transfer(
		&alice(),
		&charlie(),
		rest,
		frame_support::traits::tokens::Preservation::Expendable,
	)
	.unwrap();
}

#[test]
fn a_refund_goes_back_into_the_channel() {
	build_and_execute(|| {
		opened(100);
		assert_eq!(draw(&draw_of(60, 80)), Ok(60));
		assert_ok!(refund(60));
		assert_eq!((channel().deposit, channel().drawn, channel().left()), (160, 60, 100));
		assert_eq!((held(), free(pot())), (100, ENDOWMENT));
		System::assert_last_event(Event::Refunded { payer: alice(), agent: bob(), amount: 60 }.into());
		assert_eq!(draw(&draw_of(80, 80)), Ok(20), "vouchers go on counting from where they were");
	});
}

#[test]
fn a_refund_goes_to_the_payer_when_the_channel_is_gone() {
	build_and_execute(|| {
		opened(100);
		assert_eq!(draw(&draw_of(60, 80)), Ok(60));
		close();
		assert_ok!(refund(60));
		assert_eq!(free(alice()), ENDOWMENT);
		System::assert_last_event(Event::Refunded { payer: alice(), agent: bob(), amount: 60 }.into());
	});
}

#[test]
fn a_refund_pays_what_is_owed_first() {
	build_and_execute(|| {
		opened(60);
		assert_eq!(draw(&draw_of(80, 80)), Ok(80));
		assert_ok!(refund(80));
		// Everybody is where they were: Alice's deposit is in the channel, what Bob advanced is his beneficiary's.
		assert_eq!((channel().deposit, channel().drawn, channel().left()), (140, 80, 60));
		assert_eq!((held(), free(alice()), free(eve())), (60, ENDOWMENT - 60, ENDOWMENT + 20));
		System::assert_has_event(Event::DebtPaid { payer: alice(), agent: bob(), amount: 20 }.into());
	});
}

#[test]
fn a_refund_smaller_than_the_debt_goes_to_the_agent() {
	build_and_execute(|| {
		opened(60);
		assert_eq!(draw(&draw_of(80, 80)), Ok(80));
		assert_ok!(refund(7));
		assert_eq!((channel().owed(), held(), free(eve())), (13, 0, ENDOWMENT + 7));
		assert_eq!(free(alice()), ENDOWMENT - 60);
	});
}

#[test]
fn a_refund_that_cannot_be_held_stays_free() {
	build_and_execute(|| {
		opened(60);
		assert_eq!(draw(&draw_of(60, 80)), Ok(60));
		// Nothing of Alice is left, so the refund is what brings her account back, and what it lives on.
		spend_but(0);
		assert_ok!(refund(ED));
		assert_eq!((free(alice()), held(), channel().left()), (ED, 0, 0));
	});
}

#[test]
fn a_refund_that_cannot_be_held_still_pays_the_debt() {
	build_and_execute(|| {
		opened(60);
		assert_eq!(draw(&draw_of(80, 80)), Ok(80));
		spend_but(0);
		assert_ok!(refund(20 + ED));
		assert_eq!((free(alice()), held(), free(eve())), (ED, 0, ENDOWMENT + 20));
		assert_eq!((channel().owed(), channel().left(), channel().deposit), (0, 0, 80));
	});
}

#[test]
fn a_refund_that_the_agent_cannot_take_stays_free() {
	build_and_execute(|| {
		opened(60);
		assert_eq!(draw(&draw_of(62, 80)), Ok(62));
		// Two units do not keep an account alive.
		<Balances as Mutate<_>>::transfer(
			&eve(),
			&charlie(),
			ENDOWMENT,
			frame_support::traits::tokens::Preservation::Expendable,
		)
		.unwrap();
		assert_ok!(refund(10));
		assert_eq!((free(alice()), channel().owed(), free(eve())), (ENDOWMENT - 50, 2, 0));
	});
}

#[test]
fn a_refund_of_what_is_not_there_fails() {
	build_and_execute(|| {
		opened(100);
		assert_noop!(refund(ENDOWMENT - ED + 1), TokenError::NotExpendable);
	});
}
