//! Draws.

use crate::{mock::*, Error, Event};
use frame_support::assert_ok;
use openledger_primitives::{batch::Draw, money::FeeSplit, money::DEFAULT_SPLIT, terms::Terms, Voucher};

#[test]
fn draw_takes_the_increment_under_the_voucher() {
	build_and_execute(|| {
		opened(100);
		// The same voucher covers the next draw up to its ceiling.
		assert_eq!(draw(&draw_of(30, 80)), Ok(30));
		assert_eq!(draw(&draw_of(80, 80)), Ok(50));
		assert_eq!((free(pot()), held(), channel().left()), (ENDOWMENT + 80, 20, 20));
		System::assert_last_event(Event::Drawn { payer: alice(), agent: bob(), amount: 50, drawn: 80 }.into());
		// To the last unit.
		assert_eq!(draw(&draw_of(100, 100)), Ok(20));
		assert_eq!((channel().left(), channel().owed(), free(bob())), (0, 0, ENDOWMENT));
	});
}

#[test]
fn draw_fails_when_it_must() {
	build_and_execute(|| {
		assert_eq!(draw(&draw_of(30, 80)), Err(Error::<Test>::NoChannel.into()));
		opened(60);
		assert_eq!(draw(&draw_of(81, 80)), Err(Error::<Test>::AboveCeiling.into()));
		assert_eq!(draw(&draw_of(0, 80)), Err(Error::<Test>::NothingToDraw.into()));
		assert_eq!(draw(&draw_of(30, 80)), Ok(30));
		assert_eq!(draw(&draw_of(30, 80)), Err(Error::<Test>::NothingToDraw.into()), "the same draw again");
		assert_eq!(draw(&draw_of(29, 80)), Err(Error::<Test>::CumulativeFell.into()), "a total that goes down");
		assert_eq!(draw(&draw_of(31, 80)), Ok(1));
		assert_eq!(free(pot()), ENDOWMENT + 31);
	});
}

#[test]
fn draw_fails_while_the_split_is_above_the_payers_cap() {
	build_and_execute(|| {
		opened(60);
		// The default split leaves 55 percent to models and data, which is just what Alice asks for.
		Split::set(FeeSplit { data: 34, ..DEFAULT_SPLIT });
		assert_eq!(draw(&draw_of(30, 80)), Err(Error::<Test>::SplitAboveCap.into()));
		assert_ok!(Credits::loosen_terms(signed(alice()), bob(), Terms { overhead: 46, ..TERMS }));
		assert_eq!(draw(&draw_of(30, 80)), Ok(30));
		Split::set(FeeSplit { data: 36, ..DEFAULT_SPLIT });
		assert_eq!(draw(&draw_of(31, 80)), Ok(1), "more for models and data is welcome");
	});
}

#[test]
fn payers_sign_with_any_scheme_plain_or_wrapped() {
	build_and_execute(|| {
		for payer in [ALICE, ALBERT, AGNES] {
			assert_ok!(Credits::open(signed(payer.account()), bob(), 100, TERMS));
			let voucher = Voucher { payer: payer.account(), agent: bob(), channel: 0, cumulative: 80 };
			for (drawn, payload) in [(10, voucher.payload(&domain())), (20, voucher.wrapped_payload(&domain()))] {
				let signature = payer.sign(&payload);
				let of = Draw { payer: payer.account(), drawn, ceiling: 80, signer: None, signature, weighs: false };
				assert_eq!(draw(&of), Ok(10), "{payer:?}");
			}
		}
		assert_eq!(free(pot()), ENDOWMENT + 60);
	});
}

#[test]
fn draws_from_one_channel_leave_the_others_alone() {
	build_and_execute(|| {
		opened(100);
		assert_ok!(Credits::open(signed(alice()), charlie(), 100, TERMS));
		assert_eq!(draw(&draw_of(70, 80)), Ok(70));
		assert_eq!(Credits::channel(alice(), charlie()).unwrap().left(), 100);
		assert_eq!(held(), 130);
	});
}
