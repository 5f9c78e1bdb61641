//! `register`: bases, parents and depth.

use crate::{
	mock::*,
	types::{ModelKind, MAX_DEPTH},
	Closure, Error, NextModel,
};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::ModelId;
use sp_runtime::DispatchResult;

fn try_register<const N: usize>(kind: ModelKind, ancestors: [u32; N]) -> DispatchResult {
	Registry::register(signed(OWNER), kind, licence(), 10, 20, split([(OWNER, 10_000)]), parents(ancestors))
}

#[test]
fn register_fails_when_the_base_does_not_exist() {
	build_and_execute(|| {
		// Nor can a model be its own base.
		assert_noop!(try_register(adapter(0), []), Error::<Test>::NoSuchBase);
	});
}

#[test]
fn register_fails_when_the_base_is_not_a_base() {
	build_and_execute(|| {
		register(base(), []);
		let adapted = register(adapter(0), []);
		let index = register(index(0, 0), []);
		for wrong in [adapted, index] {
			assert_noop!(try_register(adapter(wrong.0), []), Error::<Test>::BaseNotBase);
		}
	});
}

#[test]
fn register_fails_when_a_parent_does_not_exist() {
	build_and_execute(|| {
		register(base(), []);
		// Nor can a model be its own parent.
		assert_noop!(try_register(base(), [0, 1]), Error::<Test>::NoSuchParent);
	});
}

#[test]
fn register_fails_when_a_parent_is_an_index() {
	build_and_execute(|| {
		register(index(0, 0), []);
		assert_noop!(try_register(base(), [0]), Error::<Test>::ParentIsIndex);
	});
}

#[test]
fn register_fails_when_a_parent_is_named_twice() {
	build_and_execute(|| {
		register(base(), []);
		register(base(), []);
		assert_noop!(try_register(base(), [0, 1, 0]), Error::<Test>::ParentTwice);
	});
}

#[test]
fn register_fails_when_a_parent_is_the_base() {
	build_and_execute(|| {
		register(base(), []);
		register(base(), []);
		assert_noop!(try_register(adapter(0), [1, 0]), Error::<Test>::ParentIsBase);
		assert_ok!(try_register(adapter(0), [1]));
	});
}

#[test]
fn register_accepts_the_most_parents_and_deprecated_ancestors() {
	build_and_execute(|| {
		for _ in 0..17 {
			register(base(), []);
		}
		for id in [0, 1] {
			assert_ok!(Registry::deprecate(signed(OWNER), ModelId(id)));
		}
		assert_ok!(try_register(adapter(0), core::array::from_fn::<_, 16, _>(|i| i as u32 + 1)));
	});
}

#[test]
fn depth_is_one_more_than_the_deepest_ancestor() {
	build_and_execute(|| {
		let depth = |id: ModelId| model(id).depth;
		assert_eq!(depth(register(base(), [])), 0);
		assert_eq!(depth(register(base(), [0])), 1);
		assert_eq!(depth(register(base(), [0, 1])), 2);
		assert_eq!(depth(register(index(0, 0), [])), 0);
		assert_eq!(depth(register(adapter(0), [])), 1, "base alone");
		assert_eq!(depth(register(adapter(0), [2, 1])), 3, "parents are deeper");
		assert_eq!(depth(register(adapter(2), [0])), 3, "the base is deeper");
	});
}

#[test]
fn register_fails_when_the_lineage_is_too_deep() {
	build_and_execute(|| {
		register(base(), []);
		for ancestor in 0..u32::from(MAX_DEPTH) {
			register(base(), [ancestor]);
		}
		let deepest = u32::from(MAX_DEPTH);
		assert_eq!(model(ModelId(deepest)).depth, MAX_DEPTH);
		assert_noop!(try_register(base(), [0, deepest]), Error::<Test>::TooDeep);
		assert_noop!(try_register(adapter(deepest), []), Error::<Test>::TooDeep);
		assert_ok!(try_register(adapter(deepest - 1), []));
	});
}

#[test]
fn ancestors_are_the_relatives_and_theirs() {
	build_and_execute(|| {
		let of = |id: ModelId| Closure::<Test>::get(id);
		for id in 0..3 {
			assert_eq!(register(base(), []), ModelId(id));
		}
		assert_eq!(of(register(base(), [2])), ancestors([2]));
		assert_eq!(of(register(adapter(0), [3])), ancestors([0, 2, 3]));
		assert_eq!(of(register(adapter(0), [4, 3, 1])), ancestors([0, 1, 2, 3, 4]), "each once, ascending");
		assert_eq!(
			of(register(ensemble([(4, 1), (5, 1)]), [])),
			ancestors([0, 1, 2, 3, 4, 5]),
			"the base is among them"
		);
		assert_eq!(of(register(index(0, 0), [6])), ancestors([0, 1, 2, 3, 4, 5, 6]));
	});
}

#[test]
fn register_fails_when_there_are_too_many_ancestors() {
	build_and_execute(|| {
		ModelDeposit::set(1);
		let bases = |count: u32| (0..count).map(|_| register(base(), [])).collect::<Vec<_>>();
		let over = |roots: Vec<ModelId>| {
			let id = NextModel::<Test>::get();
			let whole = split([(OWNER, 10_000)]);
			assert_ok!(Registry::register(signed(OWNER), base(), licence(), 0, 0, whole, roots.try_into().unwrap()));
			id.0
		};
		// Each parent with its seven: 16 times 8.
		let mut most = core::array::from_fn::<_, 16, _>(|_| over(bases(7)));
		assert_ok!(try_register(base(), most));
		most[15] = over(bases(8));
		assert_noop!(try_register(base(), most), Error::<Test>::TooManyAncestors);
		assert_noop!(try_register(adapter(0), most), Error::<Test>::TooManyAncestors);
	});
}
