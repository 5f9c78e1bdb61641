//! `evaluate` and `retract_evaluation`.

use crate::{mock::*, types::Evaluation, Error, Event, HoldReason};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::ModelId;
use sp_runtime::{DispatchError, DispatchResult, TokenError};

const MODEL: ModelId = ModelId(0);

fn try_evaluate(who: u64, score: u32) -> DispatchResult {
	Registry::evaluate(signed(who), MODEL, suite(), score, report())
}

#[test]
fn evaluate_stores_the_score_and_holds_the_bond() {
	build_and_execute(|| {
		register(base(), []);
		System::set_block_number(5);
		assert_ok!(try_evaluate(ALICE, 9_000));
		let (model, suite, report, bond) = (MODEL, suite(), report(), SCORE_BOND);
		System::assert_last_event(
			Event::Evaluated { model, suite, attestor: ALICE, score: 9_000, report, bond }.into(),
		);
		let expected = Evaluation { score: 9_000, report, bond, at: 5, disputed: None };
		assert_eq!(evaluation(MODEL, ALICE), Some(expected));
		assert_eq!(held(HoldReason::Evaluation, ALICE), SCORE_BOND);
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - SCORE_BOND);
	});
}

#[test]
fn evaluate_is_once_for_each_model_suite_and_attestor() {
	build_and_execute(|| {
		register(base(), []);
		register(base(), []);
		evaluate(ALICE, MODEL);
		assert_noop!(try_evaluate(ALICE, 1), Error::<Test>::AlreadyEvaluated);
		assert_ok!(try_evaluate(BOB, 1));
		assert_ok!(Registry::evaluate(signed(ALICE), ModelId(1), suite(), 1, report()));
		assert_ok!(Registry::evaluate(signed(ALICE), MODEL, hash(1), 1, report()));
		assert_eq!(held(HoldReason::Evaluation, ALICE), 3 * SCORE_BOND);
	});
}

#[test]
fn evaluate_fails_when_the_score_is_too_high() {
	build_and_execute(|| {
		register(base(), []);
		assert_noop!(try_evaluate(ALICE, 10_001), Error::<Test>::ScoreTooHigh);
		assert_ok!(try_evaluate(ALICE, 10_000));
		assert_ok!(try_evaluate(BOB, 0));
	});
}

#[test]
fn evaluate_fails_when_there_is_no_such_model() {
	build_and_execute(|| {
		assert_noop!(try_evaluate(ALICE, 1), Error::<Test>::NoSuchModel);
	});
}

#[test]
fn evaluate_fails_when_the_bond_is_not_covered() {
	build_and_execute(|| {
		register(base(), []);
		EvaluationBond::set(ENDOWMENT);
		assert_noop!(try_evaluate(ALICE, 1), TokenError::FundsUnavailable);
		EvaluationBond::set(ENDOWMENT - 1);
		assert_ok!(try_evaluate(ALICE, 1));
	});
}

#[test]
fn retract_evaluation_removes_it_and_releases_the_bond() {
	build_and_execute(|| {
		register(base(), []);
		evaluate(ALICE, MODEL);
		// What was taken comes back, whatever the tariff is by now.
		EvaluationBond::set(1);
		assert_ok!(Registry::retract_evaluation(signed(ALICE), MODEL, suite()));
		let (suite, bond) = (suite(), SCORE_BOND);
		System::assert_last_event(Event::EvaluationRetracted { model: MODEL, suite, attestor: ALICE, bond }.into());
		assert_eq!(evaluation(MODEL, ALICE), None);
		assert_eq!((held(HoldReason::Evaluation, ALICE), Balances::free_balance(ALICE)), (0, ENDOWMENT));
		assert_ok!(try_evaluate(ALICE, 1));
	});
}

#[test]
fn retract_evaluation_fails_when_there_is_none() {
	build_and_execute(|| {
		register(base(), []);
		evaluate(ALICE, MODEL);
		for (who, model, suite) in [(BOB, MODEL, suite()), (ALICE, ModelId(1), suite()), (ALICE, MODEL, hash(1))] {
			let result = Registry::retract_evaluation(signed(who), model, suite);
			assert_noop!(result, Error::<Test>::NoSuchEvaluation);
		}
	});
}

#[test]
fn retract_evaluation_fails_when_it_is_disputed() {
	build_and_execute(|| {
		register(base(), []);
		evaluate(ALICE, MODEL);
		evaluate(OWNER, MODEL);
		assert_ok!(Registry::dispute(signed(BOB), false_score(MODEL, ALICE), hash(9)));
		let result = Registry::retract_evaluation(signed(ALICE), MODEL, suite());
		assert_noop!(result, Error::<Test>::Disputed);
		assert_ok!(Registry::retract_evaluation(signed(OWNER), MODEL, suite()));
	});
}

#[test]
fn evaluations_fail_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		register(base(), []);
		let root = RuntimeOrigin::root;
		assert_noop!(Registry::evaluate(root(), MODEL, suite(), 1, report()), DispatchError::BadOrigin);
		assert_noop!(Registry::retract_evaluation(root(), MODEL, suite()), DispatchError::BadOrigin);
	});
}
