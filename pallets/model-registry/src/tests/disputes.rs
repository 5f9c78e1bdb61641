//! `dispute`, `resolve_dispute` and `expire_dispute`.

use crate::{
	mock::*,
	types::{Dispute, DisputeId, Evaluation, Model, Subject},
	Disputes, Error, Event, HoldReason, NextDispute,
};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::ModelId;
use sp_runtime::{DispatchError, DispatchResult, TokenError};

const MODEL: ModelId = ModelId(0);
const FIRST: DisputeId = DisputeId(0);
const ISSUANCE: u128 = 3 * ENDOWMENT;

/// Model 0 of [`OWNER`], evaluated by [`ALICE`].
fn scene(test: impl FnOnce()) {
	build_and_execute(|| {
		register(base(), []);
		evaluate(ALICE, MODEL);
		test();
	});
}

fn dispute(who: u64, subject: Subject<u64>) -> DispatchResult {
	Registry::dispute(signed(who), subject, hash(9))
}

fn resolve(upheld: bool) -> DispatchResult {
	Registry::resolve_dispute(RuntimeOrigin::root(), FIRST, upheld)
}

fn expire() -> DispatchResult {
	Registry::expire_dispute(signed(OWNER), FIRST)
}

/// What an account has free, and what it has on hold for the three reasons.
fn balances(account: u64) -> (u128, [u128; 3]) {
	let reasons = [HoldReason::Model, HoldReason::Evaluation, HoldReason::Dispute];
	(Balances::free_balance(account), reasons.map(|reason| held(reason, account)))
}

fn assert_closed(subject: Subject<u64>, upheld: bool, paid: u128, burnt: u128) {
	System::assert_last_event(Event::DisputeResolved { dispute: FIRST, subject, upheld, paid, burnt }.into());
	assert_eq!(Disputes::<Test>::get(FIRST), None);
	assert_eq!(Balances::total_issuance(), ISSUANCE - burnt);
	assert_noop!(resolve(true), Error::<Test>::NoSuchDispute);
	assert_noop!(expire(), Error::<Test>::NoSuchDispute);
}

#[test]
fn dispute_marks_the_evaluation_and_holds_the_bond() {
	scene(|| {
		System::set_block_number(7);
		let before = evaluation(MODEL, ALICE).unwrap();
		let subject = false_score(MODEL, ALICE);
		assert_ok!(dispute(BOB, subject.clone()));
		let (evidence, bond) = (hash(9), CLAIM_BOND);
		System::assert_last_event(
			Event::Disputed { dispute: FIRST, subject: subject.clone(), disputant: BOB, evidence, bond }.into(),
		);
		assert_eq!(Disputes::<Test>::get(FIRST), Some(Dispute { subject, disputant: BOB, evidence, bond, at: 7 }));
		assert_eq!(evaluation(MODEL, ALICE), Some(Evaluation { disputed: Some(FIRST), ..before }));
		assert_eq!(NextDispute::<Test>::get(), DisputeId(1));
		assert_eq!(balances(BOB), (ENDOWMENT - CLAIM_BOND, [0, 0, CLAIM_BOND]));
	});
}

#[test]
fn dispute_marks_the_model_and_leaves_it_on_offer() {
	scene(|| {
		let before = model(MODEL);
		assert_ok!(dispute(BOB, copied(MODEL)));
		assert_eq!(model(MODEL), Model { disputed: Some(FIRST), ..before });
		assert_ok!(Registry::set_price(signed(OWNER), MODEL, 1, 1));
		assert_ok!(Registry::deprecate(signed(OWNER), MODEL));
	});
}

#[test]
fn dispute_is_one_for_each_subject() {
	scene(|| {
		evaluate(BOB, MODEL);
		assert_ok!(dispute(BOB, false_score(MODEL, ALICE)));
		assert_ok!(dispute(ALICE, false_score(MODEL, BOB)));
		assert_ok!(dispute(ALICE, copied(MODEL)));
		for subject in [false_score(MODEL, ALICE), copied(MODEL)] {
			assert_noop!(dispute(BOB, subject), Error::<Test>::AlreadyDisputed);
		}
		assert_eq!(NextDispute::<Test>::get(), DisputeId(3));
	});
}

#[test]
fn dispute_fails_when_there_is_no_such_subject() {
	scene(|| {
		let of = |model, suite, attestor| Subject::Evaluation { model, suite, attestor };
		for missing in [of(ModelId(1), suite(), ALICE), of(MODEL, hash(1), ALICE), of(MODEL, suite(), BOB)] {
			assert_noop!(dispute(OWNER, missing), Error::<Test>::NoSuchEvaluation);
		}
		assert_noop!(dispute(BOB, copied(ModelId(1))), Error::<Test>::NoSuchModel);
	});
}

#[test]
fn dispute_fails_when_the_caller_is_accused() {
	scene(|| {
		assert_noop!(dispute(ALICE, false_score(MODEL, ALICE)), Error::<Test>::OwnSubject);
		assert_noop!(dispute(OWNER, copied(MODEL)), Error::<Test>::OwnSubject);
		// The owner of a model may dispute what others say of it.
		assert_ok!(dispute(OWNER, false_score(MODEL, ALICE)));
	});
}

#[test]
fn dispute_fails_when_the_original_is_not_older() {
	scene(|| {
		register_for(ALICE, base(), []);
		let copy_of =
			|model, original| Subject::Originality { model: ModelId(model), original: Some(ModelId(original)) };
		assert_noop!(dispute(BOB, copy_of(1, 2)), Error::<Test>::NoSuchModel);
		for (model, original) in [(0, 1), (0, 0), (1, 1)] {
			assert_noop!(dispute(BOB, copy_of(model, original)), Error::<Test>::OriginalNotOlder);
		}
		assert_ok!(dispute(BOB, copy_of(1, 0)));
	});
}

#[test]
fn dispute_fails_when_the_model_is_unoriginal() {
	scene(|| {
		assert_ok!(dispute(BOB, copied(MODEL)));
		assert_ok!(resolve(true));
		assert_noop!(dispute(BOB, copied(MODEL)), Error::<Test>::AlreadyUnoriginal);
	});
}

#[test]
fn dispute_fails_when_the_bond_is_not_covered() {
	scene(|| {
		DisputeBond::set(ENDOWMENT);
		assert_noop!(dispute(BOB, copied(MODEL)), TokenError::FundsUnavailable);
		DisputeBond::set(ENDOWMENT - 1);
		assert_ok!(dispute(BOB, copied(MODEL)));
	});
}

#[test]
fn dispute_fails_when_identifiers_are_used_up() {
	scene(|| {
		NextDispute::<Test>::put(DisputeId(u32::MAX));
		assert_noop!(dispute(BOB, copied(MODEL)), Error::<Test>::IdsExhausted);
	});
}

#[test]
fn an_upheld_dispute_removes_the_evaluation_and_divides_its_bond() {
	scene(|| {
		let subject = false_score(MODEL, ALICE);
		assert_ok!(dispute(BOB, subject.clone()));
		assert_ok!(resolve(true));
		// 41 is 20 for the disputant and 21 that are burnt.
		assert_closed(subject, true, 20, 21);
		assert_eq!(evaluation(MODEL, ALICE), None);
		assert_eq!(balances(ALICE), (ENDOWMENT - SCORE_BOND, [0; 3]));
		assert_eq!(balances(BOB), (ENDOWMENT + 20, [0; 3]));
		evaluate(ALICE, MODEL);
	});
}

#[test]
fn an_upheld_dispute_deprecates_the_model_and_divides_its_deposit() {
	scene(|| {
		register(adapter(0), []);
		let before = model(MODEL);
		assert_ok!(dispute(BOB, copied(MODEL)));
		System::reset_events();
		assert_ok!(resolve(true));
		assert_closed(copied(MODEL), true, DEPOSIT / 2, DEPOSIT / 2);
		System::assert_has_event(Event::Deprecated { model: MODEL }.into());
		let after = Model { unoriginal: true, deprecated: true, deposit: 0, ..before };
		assert_eq!(model(MODEL), after);
		// The deposit of the owner's other model stays.
		assert_eq!(balances(OWNER), (ENDOWMENT - 2 * DEPOSIT, [DEPOSIT, 0, 0]));
		assert_eq!(balances(BOB), (ENDOWMENT + DEPOSIT / 2, [0; 3]));
	});
}

#[test]
fn an_upheld_dispute_says_nothing_new_of_a_model_that_was_deprecated() {
	scene(|| {
		assert_ok!(Registry::deprecate(signed(OWNER), MODEL));
		assert_ok!(dispute(BOB, copied(MODEL)));
		System::reset_events();
		assert_ok!(resolve(true));
		let deprecated = RuntimeEvent::from(Event::Deprecated { model: MODEL });
		assert!(System::events().iter().all(|record| record.event != deprecated));
		assert!(model(MODEL).unoriginal);
	});
}

#[test]
fn a_dismissed_dispute_pays_the_accused_and_changes_nothing_else() {
	for (subject, accused) in [(false_score(MODEL, ALICE), ALICE), (copied(MODEL), OWNER)] {
		scene(|| {
			let before = (model(MODEL), evaluation(MODEL, ALICE), balances(accused));
			assert_ok!(dispute(BOB, subject.clone()));
			assert_ok!(resolve(false));
			assert_closed(subject.clone(), false, CLAIM_BOND, 0);
			let (free, holds) = before.2;
			assert_eq!((model(MODEL), evaluation(MODEL, ALICE)), (before.0, before.1));
			assert_eq!(balances(accused), (free + CLAIM_BOND, holds));
			assert_eq!(balances(BOB), (ENDOWMENT - CLAIM_BOND, [0; 3]));
			assert_ok!(dispute(BOB, subject));
		});
	}
}

#[test]
fn a_dispute_goes_by_the_bonds_of_its_time() {
	scene(|| {
		assert_ok!(dispute(BOB, false_score(MODEL, ALICE)));
		EvaluationBond::set(1);
		DisputeBond::set(1);
		assert_ok!(resolve(true));
		assert_eq!((balances(ALICE), balances(BOB)), ((ENDOWMENT - 41, [0; 3]), (ENDOWMENT + 20, [0; 3])));
	});
}

#[test]
fn a_dispute_is_resolved_when_nothing_can_be_paid() {
	// What is held survives whatever happens to the free balance; here it falls below what an account must have.
	for (upheld, burnt) in [(true, SCORE_BOND + CLAIM_BOND), (false, CLAIM_BOND)] {
		scene(|| {
			assert_ok!(dispute(BOB, false_score(MODEL, ALICE)));
			ExistentialDeposit::set(2 * ENDOWMENT);
			assert_ok!(resolve(upheld));
			System::assert_has_event(
				Event::DisputeResolved { dispute: FIRST, subject: false_score(MODEL, ALICE), upheld, paid: 0, burnt }
					.into(),
			);
			assert_eq!(held(HoldReason::Dispute, BOB), 0);
			assert_eq!(held(HoldReason::Evaluation, ALICE), if upheld { 0 } else { SCORE_BOND });
		});
	}
}

#[test]
fn a_dispute_is_resolved_when_there_is_nothing_to_divide() {
	build_and_execute(|| {
		ModelDeposit::set(0);
		register(base(), []);
		assert_ok!(dispute(BOB, copied(MODEL)));
		assert_ok!(resolve(true));
		assert_closed(copied(MODEL), true, 0, 0);
		assert_eq!(balances(BOB), (ENDOWMENT, [0; 3]));
	});
}

#[test]
fn resolve_dispute_pays_an_accused_whose_account_is_gone() {
	build_and_execute(|| {
		ModelDeposit::set(0);
		register(base(), []);
		assert_ok!(Balances::transfer_all(signed(OWNER), ALICE, false));
		assert!(!frame_system::Account::<Test>::contains_key(OWNER));
		assert_ok!(dispute(BOB, copied(MODEL)));
		assert_ok!(resolve(false));
		assert_eq!(Balances::free_balance(OWNER), CLAIM_BOND);
	});
}

#[test]
fn resolve_dispute_fails_when_the_origin_is_not_the_one() {
	scene(|| {
		assert_ok!(dispute(BOB, copied(MODEL)));
		for origin in [signed(OWNER), RuntimeOrigin::none()] {
			assert_noop!(Registry::resolve_dispute(origin, FIRST, false), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn disputes_fail_when_there_is_no_such_dispute() {
	scene(|| {
		assert_noop!(resolve(true), Error::<Test>::NoSuchDispute);
		assert_noop!(expire(), Error::<Test>::NoSuchDispute);
	});
}

#[test]
fn expire_dispute_leaves_everything_as_before() {
	for subject in [false_score(MODEL, ALICE), copied(MODEL)] {
		scene(|| {
			let state = || (model(MODEL), evaluation(MODEL, ALICE), [OWNER, ALICE, BOB].map(balances));
			let before = state();
			assert_ok!(dispute(BOB, subject.clone()));
			System::set_block_number(1 + PERIOD);
			assert_ok!(expire());
			System::assert_last_event(
				Event::DisputeExpired { dispute: FIRST, subject: subject.clone(), burnt: 0 }.into(),
			);
			assert_eq!(state(), before);
			assert_eq!(Disputes::<Test>::get(FIRST), None);
			assert_eq!(Balances::total_issuance(), ISSUANCE);
			assert_ok!(dispute(BOB, subject));
		});
	}
}

#[test]
fn expire_dispute_fails_when_the_period_has_not_passed() {
	scene(|| {
		assert_ok!(dispute(BOB, copied(MODEL)));
		System::set_block_number(PERIOD);
		assert_noop!(expire(), Error::<Test>::DisputeOpen);
		System::set_block_number(1 + PERIOD);
		assert_ok!(expire());
	});
}

#[test]
fn expire_dispute_burns_a_bond_that_cannot_be_returned() {
	scene(|| {
		assert_ok!(dispute(BOB, copied(MODEL)));
		System::set_block_number(1 + PERIOD);
		ExistentialDeposit::set(2 * ENDOWMENT);
		assert_ok!(expire());
		System::assert_has_event(
			Event::DisputeExpired { dispute: FIRST, subject: copied(MODEL), burnt: CLAIM_BOND }.into(),
		);
	});
}

#[test]
fn a_dispute_can_be_resolved_until_somebody_ends_it() {
	scene(|| {
		assert_ok!(dispute(BOB, copied(MODEL)));
		System::set_block_number(1 + 10 * PERIOD);
		assert_ok!(resolve(true));
		assert!(model(MODEL).unoriginal);
	});
}

#[test]
fn disputes_fail_when_the_origin_is_not_signed() {
	scene(|| {
		let root = RuntimeOrigin::root;
		assert_noop!(Registry::dispute(root(), copied(MODEL), hash(9)), DispatchError::BadOrigin);
		assert_ok!(dispute(BOB, copied(MODEL)));
		System::set_block_number(1 + PERIOD);
		assert_noop!(Registry::expire_dispute(root(), FIRST), DispatchError::BadOrigin);
	});
}
