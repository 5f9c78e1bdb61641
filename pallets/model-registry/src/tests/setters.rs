//! `set_price`, `set_split` and `deprecate`.

use crate::{mock::*, types::Model, Error, Event};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{Licence, ModelId};
use sp_runtime::DispatchError;

const MODEL: ModelId = ModelId(0);
const MISSING: ModelId = ModelId(1);

#[test]
fn set_price_changes_both_prices_when_the_owner_calls() {
	build_and_execute(|| {
		register(base(), []);
		let before = model(MODEL);
		assert_ok!(Registry::set_price(signed(OWNER), MODEL, 30, 40));
		System::assert_last_event(
			Event::PriceSet { model: MODEL, old_price_in: 10, old_price_out: 20, price_in: 30, price_out: 40 }.into(),
		);
		assert_eq!(model(MODEL), Model { price_in: 30, price_out: 40, ..before });
	});
}

#[test]
fn set_price_fails_when_a_price_is_above_the_cap() {
	build_and_execute(|| {
		register(base(), []);
		assert_ok!(Registry::set_price(signed(OWNER), MODEL, PRICE_CAP, PRICE_CAP));
		for (price_in, price_out) in [(PRICE_CAP + 1, 0), (0, PRICE_CAP + 1)] {
			assert_noop!(Registry::set_price(signed(OWNER), MODEL, price_in, price_out), Error::<Test>::PriceTooHigh);
		}
		MaxPrice::set(0);
		assert_ok!(Registry::set_price(signed(OWNER), MODEL, 0, 0));
	});
}

#[test]
fn set_price_fails_when_the_licence_forbids_earning_money() {
	build_and_execute(|| {
		let whole = split([(OWNER, 10_000)]);
		let spdx = spdx(Licence::CcByNc);
		assert_ok!(Registry::register(signed(OWNER), base(), spdx, 0, 0, whole, parents([])));
		for (price_in, price_out) in [(1, 0), (0, 1)] {
			assert_noop!(Registry::set_price(signed(OWNER), MODEL, price_in, price_out), Error::<Test>::NotForSale);
		}
		assert_ok!(Registry::set_price(signed(OWNER), MODEL, 0, 0));
	});
}

#[test]
fn set_split_changes_the_split_when_the_owner_calls() {
	build_and_execute(|| {
		register(base(), []);
		let before = model(MODEL);
		let new = split([(ALICE, 1), (BOB, 9_999)]);
		assert_ok!(Registry::set_split(signed(OWNER), MODEL, new.clone()));
		System::assert_last_event(
			Event::SplitSet { model: MODEL, old: split([(OWNER, 10_000)]), new: new.clone() }.into(),
		);
		assert_eq!(model(MODEL), Model { split: new, ..before });
	});
}

#[test]
fn set_split_fails_when_the_split_is_not_one() {
	build_and_execute(|| {
		register(base(), []);
		let set = |shares| Registry::set_split(signed(OWNER), MODEL, shares);
		assert_noop!(set(split([(ALICE, 9_999)])), Error::<Test>::SplitNotWhole);
		assert_noop!(set(split([(ALICE, 10_000), (BOB, 0)])), Error::<Test>::ShareZero);
		assert_noop!(set(split([(ALICE, 5_000), (ALICE, 5_000)])), Error::<Test>::ShareTwice);
		MinShare::set(2);
		assert_noop!(set(split([(ALICE, 9_999), (BOB, 1)])), Error::<Test>::ShareTooSmall);
		assert_ok!(set(split([(ALICE, 9_998), (BOB, 2)])));
	});
}

#[test]
fn deprecate_marks_the_model_and_keeps_the_deposit_when_the_owner_calls() {
	build_and_execute(|| {
		register(base(), []);
		let before = model(MODEL);
		assert_ok!(Registry::deprecate(signed(OWNER), MODEL));
		System::assert_last_event(Event::Deprecated { model: MODEL }.into());
		assert_eq!(model(MODEL), Model { deprecated: true, ..before });
		assert_eq!(deposit_of(OWNER), DEPOSIT);
	});
}

#[test]
fn deprecate_fails_when_the_model_is_deprecated() {
	build_and_execute(|| {
		register(base(), []);
		assert_ok!(Registry::deprecate(signed(OWNER), MODEL));
		assert_noop!(Registry::deprecate(signed(OWNER), MODEL), Error::<Test>::AlreadyDeprecated);
	});
}

#[test]
fn setters_fail_when_there_is_no_such_model() {
	build_and_execute(|| {
		register(base(), []);
		let whole = split([(OWNER, 10_000)]);
		assert_noop!(Registry::set_price(signed(OWNER), MISSING, 1, 1), Error::<Test>::NoSuchModel);
		assert_noop!(Registry::set_split(signed(OWNER), MISSING, whole), Error::<Test>::NoSuchModel);
		assert_noop!(Registry::deprecate(signed(OWNER), MISSING), Error::<Test>::NoSuchModel);
	});
}

#[test]
fn setters_fail_when_the_caller_is_not_the_owner() {
	build_and_execute(|| {
		register(base(), []);
		// A share is no right to decide.
		let shares = split([(ALICE, 10_000)]);
		assert_ok!(Registry::set_split(signed(OWNER), MODEL, shares.clone()));
		assert_noop!(Registry::set_price(signed(ALICE), MODEL, 1, 1), Error::<Test>::NotOwner);
		assert_noop!(Registry::set_split(signed(ALICE), MODEL, shares), Error::<Test>::NotOwner);
		assert_noop!(Registry::deprecate(signed(ALICE), MODEL), Error::<Test>::NotOwner);
	});
}

#[test]
fn setters_fail_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		register(base(), []);
		let root = RuntimeOrigin::root;
		let whole = split([(OWNER, 10_000)]);
		assert_noop!(Registry::set_price(root(), MODEL, 1, 1), DispatchError::BadOrigin);
		assert_noop!(Registry::set_split(root(), MODEL, whole), DispatchError::BadOrigin);
		assert_noop!(Registry::deprecate(root(), MODEL), DispatchError::BadOrigin);
	});
}
