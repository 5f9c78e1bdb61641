//! `register`: ensembles.

use crate::{mock::*, types::ModelKind, Error};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::ModelId;
use sp_runtime::DispatchResult;

fn try_register<const N: usize>(kind: ModelKind, ancestors: [u32; N]) -> DispatchResult {
	Registry::register(signed(OWNER), kind, licence(), 10, 20, split([(OWNER, 10_000)]), parents(ancestors))
}

/// Base 0 with adapters 1 to 8.
fn grown(test: impl FnOnce()) {
	build_and_execute(|| {
		register(base(), []);
		for _ in 0..8 {
			register(adapter(0), []);
		}
		test();
	});
}

#[test]
fn register_stores_an_ensemble_one_step_below_its_members() {
	grown(|| {
		let kind = ensemble([(1, 1), (2, u16::MAX)]);
		let id = register(kind.clone(), []);
		let entry = model(id);
		assert_eq!((entry.kind, entry.depth), (kind, 2));
		assert_eq!(Registry::ancestors(id), Some(ancestors([0, 1, 2])));
	});
}

#[test]
fn register_uses_up_no_job_for_an_ensemble() {
	grown(|| {
		Grants::set(vec![OWNER]);
		register(adapter_on(0, 8, [crate::types::Target::Query], [(8, 0)]), []);
		assert!(Grants::get().is_empty());
		assert_ok!(try_register(ensemble([(9, 10_000)]), []));
	});
}

#[test]
fn register_accepts_from_one_to_the_most_members() {
	grown(|| {
		assert_ok!(try_register(ensemble([(8, 1)]), []));
		assert_ok!(try_register(ensemble(core::array::from_fn::<_, 8, _>(|i| (i as u32 + 1, 10_000))), []));
	});
}

#[test]
fn register_fails_when_an_ensemble_has_no_members() {
	grown(|| {
		assert_noop!(try_register(ensemble([]), []), Error::<Test>::NoMembers);
	});
}

#[test]
fn register_fails_when_members_are_not_ascending() {
	grown(|| {
		for members in [[(2, 1), (1, 1)], [(1, 1), (1, 2)]] {
			assert_noop!(try_register(ensemble(members), []), Error::<Test>::MembersNotAscending);
		}
	});
}

#[test]
fn register_fails_when_a_member_has_no_weight() {
	grown(|| {
		assert_noop!(try_register(ensemble([(1, 1), (2, 0)]), []), Error::<Test>::WeightZero);
	});
}

#[test]
fn register_fails_when_a_member_does_not_exist() {
	grown(|| {
		// Nor can an ensemble be its own member.
		assert_noop!(try_register(ensemble([(1, 1), (9, 1)]), []), Error::<Test>::NoSuchMember);
	});
}

#[test]
fn register_fails_when_a_member_is_not_an_adapter() {
	grown(|| {
		let others = [ModelId(0), register(index(0, 0), []), register(ensemble([(1, 1)]), [])];
		for other in others {
			assert_noop!(try_register(ensemble([(other.0, 1)]), []), Error::<Test>::MemberNotAdapter);
		}
	});
}

#[test]
fn register_fails_when_members_change_different_bases() {
	grown(|| {
		let other = register(base(), []);
		let adapted = register(adapter(other.0), []);
		let members = ensemble([(1, 1), (adapted.0, 1)]);
		assert_noop!(try_register(members, []), Error::<Test>::MembersOfManyBases);
	});
}

#[test]
fn register_fails_when_an_ensemble_has_parents() {
	grown(|| {
		assert_noop!(try_register(ensemble([(1, 1)]), [2]), Error::<Test>::EnsembleWithParents);
	});
}

#[test]
fn an_ensemble_may_be_a_parent_and_not_a_base() {
	grown(|| {
		let id = register(ensemble([(1, 1)]), []);
		assert_noop!(try_register(adapter(id.0), []), Error::<Test>::BaseNotBase);
		assert_ok!(try_register(adapter(0), [id.0]));
	});
}
