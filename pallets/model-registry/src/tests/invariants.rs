//! `do_try_state` sees what it should: each invariant is broken once.

use crate::{
	mock::*,
	types::{Licence, Model, Target},
	HoldReason, Models, NextModel,
};
use frame_support::{hypothetically, traits::fungible::MutateHold};
use openledger_primitives::ModelId;
use sp_runtime::TryRuntimeError;

/// A base, an adapter on it, and an index.
fn grown(test: impl FnOnce()) {
	build_and_execute(|| {
		register(base(), []);
		register(adapter(0), []);
		register(index(0, 0), []);
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
		assert_broken("models are not numbered without gaps", || NextModel::<Test>::put(ModelId(4)));
	});
}

#[test]
fn try_state_fails_when_holds_differ_from_the_records() {
	grown(|| {
		let differs = "what is on hold differs from what is recorded";
		assert_broken(differs, || Balances::hold(&HoldReason::Model.into(), &ALICE, 1).unwrap());
		assert_broken(differs, || put(0, Model { deposit: DEPOSIT - 1, ..get(0) }));
		assert_broken("something is recorded for an account that does not exist", || {
			put(3, Model { owner: NOBODY, ..get(0) });
			NextModel::<Test>::put(ModelId(4));
		});
	});
}

#[test]
fn try_state_fails_when_a_model_is_not_valid() {
	grown(|| {
		assert_broken("a split is not one", || put(0, Model { split: split([(OWNER, 1)]), ..get(0) }));
		assert_broken("a kind is not valid", || put(1, Model { kind: adapter(2), ..get(1) }));
		assert_broken("a kind is not valid", || {
			put(1, Model { kind: adapter_on(0, 0, [Target::Query], []), ..get(1) });
		});
		assert_broken("a kind is not valid", || put(2, Model { kind: index(0, 10), ..get(2) }));
		assert_broken("a lineage is not valid", || put(1, Model { parents: parents([0]), ..get(1) }));
		assert_broken("a depth is wrong", || put(1, Model { depth: 2, ..get(1) }));
		assert_broken("an ancestor is not older than its descendant", || {
			put(2, Model { kind: base(), ..get(2) });
			put(1, Model { parents: parents([2]), ..get(1) });
		});
		assert_broken("a licence is empty", || put(0, Model { licence: Licence::new(), ..get(0) }));
		assert_broken("a licence is not graphic ASCII", || {
			put(0, Model { licence: Licence::try_from(b"MIT 0".to_vec()).unwrap(), ..get(0) });
		});
	});
}
