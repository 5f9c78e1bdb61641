//! `do_try_state` and `integrity_test` see what they should: each invariant and each relation is broken once.

use crate::{
	mock::*,
	types::{Dispute, DisputeId, Evaluation, Model, Target},
	Closure, Disputes, Evaluations, HoldReason, Models, NextDispute, NextModel, Redirect,
};
use frame_support::{
	hypothetically,
	traits::{fungible::MutateHold, Hooks},
};
use openledger_primitives::{Licence, ModelId};
use sp_runtime::TryRuntimeError;

/// A base, an adapter on it, an index, an ensemble and a base that redirects to the first, with an evaluation and
/// disputes about it and about the first model.
fn grown(test: impl FnOnce()) {
	build_and_execute(|| {
		register(base(), []);
		register(adapter(0), []);
		register(index(0, 0), []);
		register(ensemble([(1, 10_000)]), []);
		register(base(), []);
		Registry::repoint(signed(OWNER), ModelId(4), Some(ModelId(0))).unwrap();
		evaluate(ALICE, ModelId(0));
		Registry::dispute(signed(BOB), false_score(ModelId(0), ALICE), hash(9)).unwrap();
		Registry::dispute(signed(BOB), copied(ModelId(0)), hash(9)).unwrap();
		test();
	});
}

fn assert_broken(why: &'static str, harm: impl FnOnce()) {
	hypothetically!({
		harm();
		assert_eq!(Registry::do_try_state(), Err(TryRuntimeError::Other(why)));
	});
}

fn put(id: u32, model: Model<Test>) {
	Models::<Test>::insert(ModelId(id), model);
}

fn get(id: u32) -> Model<Test> {
	model(ModelId(id))
}

#[test]
fn try_state_fails_when_models_are_misnumbered() {
	grown(|| {
		assert_broken("a model is numbered beyond NextModel", || NextModel::<Test>::put(ModelId(2)));
		assert_broken("models are not numbered without gaps", || NextModel::<Test>::put(ModelId(6)));
	});
}

#[test]
fn try_state_fails_when_holds_differ_from_the_records() {
	grown(|| {
		let differs = "what is on hold differs from what is recorded";
		for reason in [HoldReason::Model, HoldReason::Evaluation, HoldReason::Dispute] {
			assert_broken(differs, || Balances::hold(&reason.into(), &ALICE, 1).unwrap());
		}
		assert_broken(differs, || put(0, Model { deposit: DEPOSIT - 1, ..get(0) }));
		assert_broken("something is recorded for an account that does not exist", || {
			put(5, Model { owner: NOBODY, disputed: None, ..get(0) });
			NextModel::<Test>::put(ModelId(6));
		});
	});
}

#[test]
fn try_state_fails_when_a_model_is_not_valid() {
	grown(|| {
		assert_broken("a split is not one", || put(0, Model { split: split([(OWNER, 1)]), ..get(0) }));
		assert_broken("a kind is not valid", || {
			put(1, Model { kind: adapter_on(0, 0, [Target::Query], []), ..get(1) });
		});
		assert_broken("a kind is not valid", || put(2, Model { kind: index(0, 10), ..get(2) }));
		assert_broken("a kind is not valid", || put(3, Model { kind: ensemble([(1, 0)]), ..get(3) }));
		assert_broken("a relative is not valid", || put(1, Model { kind: adapter(2), ..get(1) }));
		assert_broken("a relative is not valid", || put(1, Model { parents: parents([0]), ..get(1) }));
		assert_broken("a relative is not valid", || put(3, Model { kind: ensemble([(0, 1)]), ..get(3) }));
		assert_broken("a relative is not valid", || put(3, Model { parents: parents([0]), ..get(3) }));
		assert_broken("a lineage is not valid", || put(0, Model { depth: 8, ..get(0) }));
		assert_broken("a depth is wrong", || put(3, Model { depth: 3, ..get(3) }));
		assert_broken("an ancestor is not older than its descendant", || {
			put(2, Model { kind: base(), ..get(2) });
			put(1, Model { parents: parents([2]), ..get(1) });
		});
		assert_broken("a licence does not follow that of a relative", || {
			put(0, Model { licence: Licence::Gpl3, ..get(0) });
		});
		assert_broken("a model has a price against its licence", || {
			put(4, Model { licence: Licence::CcByNc, ..get(4) });
		});
	});
}

#[test]
fn try_state_fails_when_ancestors_are_others() {
	grown(|| {
		let others = "the ancestors of a model are others";
		assert_broken(others, || Closure::<Test>::remove(ModelId(3)));
		assert_broken(others, || Closure::<Test>::insert(ModelId(3), ancestors([1])));
		assert_broken(others, || Closure::<Test>::insert(ModelId(0), ancestors([1])));
		assert_broken("ancestors have no descendant", || Closure::<Test>::insert(ModelId(9), ancestors([0])));
	});
}

#[test]
fn try_state_fails_when_an_unoriginal_model_goes_on() {
	grown(|| {
		let goes_on = "an unoriginal model goes on as if it were none";
		let found = Model { unoriginal: true, deprecated: true, disputed: None, deposit: 0, ..get(4) };
		assert_broken(goes_on, || put(4, Model { deprecated: false, ..found.clone() }));
		assert_broken(goes_on, || put(4, Model { deposit: DEPOSIT, ..found.clone() }));
		assert_broken(goes_on, || put(4, Model { disputed: Some(DisputeId(1)), ..found.clone() }));
	});
}

#[test]
fn try_state_fails_when_a_redirect_is_not_one() {
	grown(|| {
		let redirect = |from: u32, to: u32| Redirect::<Test>::insert(ModelId(from), ModelId(to));
		assert_broken("a redirect has no model", || redirect(0, 9));
		assert_broken("a redirect has no model", || redirect(9, 0));
		assert_broken("a redirect leads to another kind", || redirect(0, 1));
		assert_broken("redirects form a cycle", || redirect(0, 4));
		assert_broken("redirects form a cycle", || redirect(1, 1));
	});
}

#[test]
fn try_state_fails_when_an_evaluation_is_not_one() {
	grown(|| {
		let put = |model: u32, score| {
			let entry = Evaluation { score, report: report(), bond: 0, at: 0, disputed: None };
			Evaluations::<Test>::insert((ModelId(model), suite(), BOB), entry);
		};
		assert_broken("an evaluation has no model", || put(9, 1));
		assert_broken("a score is too high", || put(0, 10_001));
	});
}

#[test]
fn try_state_fails_when_disputes_and_marks_differ() {
	grown(|| {
		let unmarked = "the subject of a dispute is not marked with it";
		let excess = "something is marked with a dispute that is not open";
		let dispute = |subject| Dispute { subject, disputant: BOB, evidence: hash(9), bond: 0, at: 0 };
		let mark = |disputed| {
			Evaluations::<Test>::mutate((ModelId(0), suite(), ALICE), |entry| {
				entry.as_mut().unwrap().disputed = disputed
			});
		};
		assert_broken("a dispute is numbered beyond NextDispute", || NextDispute::<Test>::put(DisputeId(1)));
		assert_broken(unmarked, || mark(None));
		assert_broken(unmarked, || mark(Some(DisputeId(1))));
		assert_broken(unmarked, || put(0, Model { disputed: None, ..get(0) }));
		assert_broken(unmarked, || {
			NextDispute::<Test>::put(DisputeId(3));
			Disputes::<Test>::insert(DisputeId(2), dispute(copied(ModelId(1))));
		});
		assert_broken(excess, || put(1, Model { disputed: Some(DisputeId(0)), ..get(1) }));
		assert_broken(excess, || Disputes::<Test>::remove(DisputeId(0)));
	});
}

/// Runs `integrity_test` with a constant that `harm` has set.
fn integrity_test(harm: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		harm();
		<Registry as Hooks<u64>>::integrity_test();
	});
}

#[test]
fn integrity_test_passes_at_the_bounds() {
	integrity_test(|| {
		MinShare::set(1_250);
		EvaluationBond::set(1);
		DisputeBond::set(1);
		DisputePeriod::set(1);
		MaxPrice::set(u128::MAX / u128::from(u32::MAX));
	});
}

#[test]
#[should_panic = "as many accounts as fit a split must be able to share"]
fn integrity_test_fails_when_not_all_sharers_can_have_the_least_share() {
	integrity_test(|| MinShare::set(1_251));
}

#[test]
#[should_panic = "an attestor must have something to lose"]
fn integrity_test_fails_when_evaluations_are_free() {
	integrity_test(|| EvaluationBond::set(0));
}

#[test]
#[should_panic = "a disputant must have something to lose"]
fn integrity_test_fails_when_disputes_are_free() {
	integrity_test(|| DisputeBond::set(0));
}

#[test]
#[should_panic = "a dispute must last long enough to be decided"]
fn integrity_test_fails_when_disputes_do_not_last() {
	integrity_test(|| DisputePeriod::set(0));
}
