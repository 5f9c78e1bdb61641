use crate::{
	mock::*,
	types::{DisputeId, Model},
	Error, Event,
};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::ModelId;
use sp_runtime::{DispatchError, TokenError};

const MODEL: ModelId = ModelId(0);

#[test]
fn transfer_moves_the_model_and_its_deposit_when_the_owner_calls() {
	build_and_execute(|| {
		register(base(), []);
		let before = model(MODEL);
		assert_ok!(Registry::transfer(signed(OWNER), MODEL, BOB));
		System::assert_last_event(Event::Transferred { model: MODEL, from: OWNER, to: BOB, deposit: DEPOSIT }.into());
		assert_eq!(model(MODEL), Model { owner: BOB, ..before });
		assert_eq!((deposit_of(OWNER), deposit_of(BOB)), (0, DEPOSIT));
	});
}

#[test]
fn transfer_leaves_the_free_balances_alone() {
	build_and_execute(|| {
		register(base(), []);
		assert_ok!(Registry::transfer(signed(OWNER), MODEL, BOB));
		assert_eq!(Balances::free_balance(OWNER), ENDOWMENT - DEPOSIT);
		assert_eq!(Balances::free_balance(BOB), ENDOWMENT);
	});
}

#[test]
fn transfer_passes_on_every_right_of_the_owner() {
	build_and_execute(|| {
		register(base(), []);
		assert_ok!(Registry::transfer(signed(OWNER), MODEL, BOB));
		assert_noop!(Registry::set_price(signed(OWNER), MODEL, 1, 1), Error::<Test>::NotOwner);
		assert_noop!(Registry::transfer(signed(OWNER), MODEL, OWNER), Error::<Test>::NotOwner);
		assert_ok!(Registry::set_price(signed(BOB), MODEL, 1, 1));
		assert_ok!(Registry::transfer(signed(BOB), MODEL, OWNER));
		assert_eq!((deposit_of(OWNER), deposit_of(BOB)), (DEPOSIT, 0));
	});
}

#[test]
fn transfer_fails_when_the_new_owner_does_not_exist() {
	build_and_execute(|| {
		register(base(), []);
		assert_noop!(Registry::transfer(signed(OWNER), MODEL, NOBODY), TokenError::CannotCreateHold);
	});
}

#[test]
fn transfer_fails_when_there_is_no_such_model() {
	build_and_execute(|| {
		assert_noop!(Registry::transfer(signed(OWNER), MODEL, BOB), Error::<Test>::NoSuchModel);
	});
}

#[test]
fn transfer_fails_when_the_caller_is_not_the_owner() {
	build_and_execute(|| {
		register(base(), []);
		assert_noop!(Registry::transfer(signed(ALICE), MODEL, ALICE), Error::<Test>::NotOwner);
	});
}

#[test]
fn transfer_fails_when_the_new_owner_is_the_old_one() {
	build_and_execute(|| {
		register(base(), []);
		assert_noop!(Registry::transfer(signed(OWNER), MODEL, OWNER), Error::<Test>::AlreadyOwner);
	});
}

#[test]
fn transfer_fails_when_the_model_is_disputed() {
	build_and_execute(|| {
		register(base(), []);
		assert_ok!(Registry::dispute(signed(ALICE), copied(MODEL), hash(9)));
		assert_noop!(Registry::transfer(signed(OWNER), MODEL, BOB), Error::<Test>::Disputed);
		assert_ok!(Registry::resolve_dispute(RuntimeOrigin::root(), DisputeId(0), true));
		// Nothing is held for it any more.
		assert_ok!(Registry::transfer(signed(OWNER), MODEL, BOB));
		assert_eq!((model(MODEL).owner, deposit_of(OWNER), deposit_of(BOB)), (BOB, 0, 0));
	});
}

#[test]
fn transfer_moves_a_model_while_an_evaluation_of_it_is_disputed() {
	build_and_execute(|| {
		register(base(), []);
		evaluate(ALICE, MODEL);
		assert_ok!(Registry::dispute(signed(BOB), false_score(MODEL, ALICE), hash(9)));
		assert_ok!(Registry::transfer(signed(OWNER), MODEL, BOB));
	});
}

#[test]
fn transfer_fails_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		register(base(), []);
		assert_noop!(Registry::transfer(RuntimeOrigin::root(), MODEL, BOB), DispatchError::BadOrigin);
	});
}
