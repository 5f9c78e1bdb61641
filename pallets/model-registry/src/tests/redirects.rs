//! `register_version` and `repoint`.

use crate::{
	mock::*,
	types::{Model, ModelKind},
	Error, Event, NextModel, Redirect,
};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::ModelId;
use sp_runtime::{DispatchError, DispatchResult, TokenError};

const MODEL: ModelId = ModelId(0);
const OTHER: ModelId = ModelId(1);
const MISSING: ModelId = ModelId(99);

fn try_version(who: u64, of: ModelId, kind: ModelKind) -> DispatchResult {
	Registry::register_version(signed(who), of, kind, licence(), 30, 40, split([(ALICE, 10_000)]), parents([]))
}

fn repoint(model: ModelId, to: ModelId) -> DispatchResult {
	Registry::repoint(signed(OWNER), model, Some(to))
}

/// Bases 0 to `count` - 1, each of which redirects to the next.
fn chain(count: u32) {
	for id in 0..count {
		register(base(), []);
		if let Some(before) = id.checked_sub(1) {
			assert_ok!(repoint(ModelId(before), ModelId(id)));
		}
	}
}

#[test]
fn register_version_registers_a_model_and_redirects_to_it() {
	build_and_execute(|| {
		register(base(), []);
		let before = model(MODEL);
		assert_ok!(try_version(OWNER, MODEL, base()));
		System::assert_last_event(Event::Redirected { model: MODEL, old: None, new: Some(OTHER) }.into());
		let new = Model { price_in: 30, price_out: 40, split: split([(ALICE, 10_000)]), ..before.clone() };
		assert_eq!((model(MODEL), model(OTHER)), (before, new));
		assert_eq!(Redirect::<Test>::get(MODEL), Some(OTHER));
		assert_eq!(deposit_of(OWNER), 2 * DEPOSIT);
		let registered = |e: &RuntimeEvent| matches!(e, RuntimeEvent::Registry(Event::Registered { model: OTHER, .. }));
		assert!(System::events().iter().any(|record| registered(&record.event)));
	});
}

#[test]
fn register_version_replaces_a_redirect() {
	build_and_execute(|| {
		chain(2);
		assert_ok!(try_version(OWNER, MODEL, base()));
		System::assert_last_event(Event::Redirected { model: MODEL, old: Some(OTHER), new: Some(ModelId(2)) }.into());
		assert_eq!(Registry::current(MODEL), Some(ModelId(2)));
	});
}

#[test]
fn register_version_fails_when_the_model_is_not_ones_own_or_missing() {
	build_and_execute(|| {
		register(base(), []);
		assert_noop!(try_version(ALICE, MODEL, base()), Error::<Test>::NotOwner);
		assert_noop!(try_version(OWNER, MISSING, base()), Error::<Test>::NoSuchModel);
	});
}

#[test]
fn register_version_fails_when_the_kind_is_another() {
	build_and_execute(|| {
		register(base(), []);
		register(adapter(0), []);
		for kind in [adapter(0), index(0, 0), ensemble([(1, 1)])] {
			assert_noop!(try_version(OWNER, MODEL, kind), Error::<Test>::OtherKind);
		}
		assert_ok!(try_version(OWNER, OTHER, adapter(0)));
	});
}

#[test]
fn register_version_fails_when_register_would() {
	build_and_execute(|| {
		register(base(), []);
		register(adapter(0), []);
		assert_noop!(try_version(OWNER, OTHER, adapter(9)), Error::<Test>::NoSuchBase);
		ModelDeposit::set(ENDOWMENT);
		assert_noop!(try_version(OWNER, MODEL, base()), TokenError::FundsUnavailable);
		NextModel::<Test>::put(ModelId(u32::MAX));
		assert_noop!(try_version(OWNER, MODEL, base()), Error::<Test>::IdsExhausted);
		NextModel::<Test>::put(ModelId(2));
	});
}

#[test]
fn repoint_sets_changes_and_ends_a_redirect() {
	build_and_execute(|| {
		register(base(), []);
		register(base(), []);
		register_for(ALICE, base(), []);
		let (a, b) = (Some(OTHER), Some(ModelId(2)));
		for (old, new) in [(None, a), (a, b), (b, b), (b, None)] {
			assert_ok!(Registry::repoint(signed(OWNER), MODEL, new));
			System::assert_last_event(Event::Redirected { model: MODEL, old, new }.into());
			assert_eq!(Redirect::<Test>::get(MODEL), new);
		}
	});
}

#[test]
fn repoint_fails_when_the_caller_is_not_the_owner() {
	build_and_execute(|| {
		chain(2);
		assert_noop!(Registry::repoint(signed(ALICE), MODEL, None), Error::<Test>::NotOwner);
		assert_noop!(Registry::repoint(RuntimeOrigin::root(), MODEL, None), DispatchError::BadOrigin);
	});
}

#[test]
fn repoint_fails_when_there_is_no_such_model() {
	build_and_execute(|| {
		register(base(), []);
		assert_noop!(repoint(MISSING, MODEL), Error::<Test>::NoSuchModel);
		assert_noop!(repoint(MODEL, MISSING), Error::<Test>::NoSuchModel);
	});
}

#[test]
fn repoint_fails_when_the_kind_is_another() {
	build_and_execute(|| {
		register(base(), []);
		register(adapter(0), []);
		assert_noop!(repoint(MODEL, OTHER), Error::<Test>::OtherKind);
	});
}

#[test]
fn repoint_fails_when_the_target_is_deprecated() {
	build_and_execute(|| {
		register(base(), []);
		register(base(), []);
		assert_ok!(Registry::deprecate(signed(OWNER), OTHER));
		assert_noop!(repoint(MODEL, OTHER), Error::<Test>::RedirectToDeprecated);
		// The other way round is what redirects are for.
		assert_ok!(repoint(OTHER, MODEL));
	});
}

#[test]
fn repoint_fails_when_the_redirects_would_form_a_cycle() {
	build_and_execute(|| {
		chain(9);
		for from in 0..9 {
			for to in 0..=from {
				// Of those that go too far, nobody looks for the cycle.
				let error = if from - to > 8 { Error::<Test>::RedirectTooLong } else { Error::<Test>::RedirectCycle };
				assert_noop!(repoint(ModelId(from), ModelId(to)), error);
			}
		}
	});
}

#[test]
fn repoint_fails_when_the_target_leads_over_too_many_redirects() {
	build_and_execute(|| {
		chain(10);
		let from = register(base(), []);
		// 0 leads over nine redirects, 1 over eight.
		assert_noop!(repoint(from, MODEL), Error::<Test>::RedirectTooLong);
		assert_noop!(repoint(ModelId(9), MODEL), Error::<Test>::RedirectTooLong);
		assert_ok!(repoint(from, OTHER));
		assert_eq!(Registry::current(from), Some(ModelId(9)));
	});
}

#[test]
fn repoint_fails_when_there_is_no_redirect_to_end() {
	build_and_execute(|| {
		register(base(), []);
		assert_noop!(Registry::repoint(signed(OWNER), MODEL, None), Error::<Test>::NoRedirect);
	});
}

#[test]
fn current_is_where_the_redirects_end_however_many_there_are() {
	build_and_execute(|| {
		chain(30);
		for id in [0, 28, 29] {
			assert_eq!(Registry::current(ModelId(id)), Some(ModelId(29)));
		}
		assert_eq!(Registry::current(MISSING), None);
	});
}
