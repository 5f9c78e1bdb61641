//! `register`, but for lineage.

use crate::{
	mock::*,
	types::{Ancestors, Model, ModelKind, Split, Target},
	Closure, Error, Event, NextModel, WeightInfo,
};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use openledger_primitives::ModelId;
use sp_runtime::{DispatchError, DispatchResult, TokenError};

fn register_kind(kind: ModelKind) -> DispatchResult {
	Registry::register(signed(OWNER), kind, licence(), 10, 20, split([(OWNER, 10_000)]), parents([]))
}

fn register_split(split: Split<u64>) -> DispatchResult {
	Registry::register(signed(OWNER), base(), licence(), 10, 20, split, parents([]))
}

fn register_priced(price_in: u128, price_out: u128) -> DispatchResult {
	Registry::register(signed(OWNER), base(), licence(), price_in, price_out, split([(OWNER, 10_000)]), parents([]))
}

#[test]
fn register_stores_the_model_and_holds_the_deposit_when_all_is_well() {
	build_and_execute(|| {
		register(base(), []);
		register(base(), []);
		let shares = split([(ALICE, 2_500), (BOB, 7_500)]);
		assert_ok!(Registry::register(signed(ALICE), adapter(0), licence(), 10, 20, shares.clone(), parents([1])));
		System::assert_last_event(
			Event::Registered {
				model: ModelId(2),
				owner: ALICE,
				kind: adapter(0),
				licence: APACHE,
				price_in: 10,
				price_out: 20,
				split: shares.clone(),
				parents: parents([1]),
				depth: 1,
				deposit: DEPOSIT,
			}
			.into(),
		);
		let expected = Model::<Test> {
			owner: ALICE,
			kind: adapter(0),
			licence: APACHE,
			price_in: 10,
			price_out: 20,
			split: shares,
			parents: parents([1]),
			depth: 1,
			deprecated: false,
			unoriginal: false,
			disputed: None,
			deposit: DEPOSIT,
		};
		assert_eq!(model(ModelId(2)), expected);
		assert_eq!(NextModel::<Test>::get(), ModelId(3));
		assert_eq!(Closure::<Test>::get(ModelId(2)), ancestors([0, 1]));
		assert_eq!(Closure::<Test>::get(ModelId(1)), Ancestors::new());
		assert!(!Closure::<Test>::contains_key(ModelId(1)), "no ancestors take no storage");
		assert_eq!((deposit_of(OWNER), deposit_of(ALICE)), (2 * DEPOSIT, DEPOSIT));
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - DEPOSIT);
	});
}

#[test]
fn register_keeps_the_deposit_that_was_taken_when_the_tariff_changes() {
	build_and_execute(|| {
		let first = register(base(), []);
		ModelDeposit::set(1);
		register(base(), []);
		assert_eq!(model(first).deposit, DEPOSIT);
		assert_eq!(deposit_of(OWNER), DEPOSIT + 1);
	});
}

#[test]
fn register_accepts_all_kinds() {
	build_and_execute(|| {
		let base_model = register(base(), []);
		assert_ok!(register_kind(adapter_on(base_model.0, 1, [Target::Head], [])));
		assert_ok!(register_kind(index(9, 9)));
		assert_ok!(register_kind(ensemble([(1, 10_000)])));
	});
}

#[test]
fn register_fails_when_a_price_is_above_the_cap() {
	build_and_execute(|| {
		assert_ok!(register_priced(PRICE_CAP, PRICE_CAP));
		assert_ok!(register_priced(0, 0));
		assert_noop!(register_priced(PRICE_CAP + 1, 0), Error::<Test>::PriceTooHigh);
		assert_noop!(register_priced(0, PRICE_CAP + 1), Error::<Test>::PriceTooHigh);
	});
}

#[test]
fn register_fails_when_the_split_is_not_whole() {
	build_and_execute(|| {
		assert_noop!(register_split(split([])), Error::<Test>::SplitNotWhole);
		for last in [4_999, 5_001, u16::MAX] {
			assert_noop!(register_split(split([(ALICE, 5_000), (BOB, last)])), Error::<Test>::SplitNotWhole);
		}
		assert_noop!(
			register_split(split(core::array::from_fn::<_, 8, _>(|i| (i as u64, u16::MAX)))),
			Error::<Test>::SplitNotWhole
		);
		assert_ok!(register_split(split([(ALICE, 1), (BOB, 9_999)])));
		assert_ok!(register_split(split(core::array::from_fn::<_, 8, _>(|i| (i as u64, 1_250)))));
	});
}

#[test]
fn register_fails_when_a_share_is_zero() {
	build_and_execute(|| {
		assert_noop!(register_split(split([(ALICE, 10_000), (BOB, 0)])), Error::<Test>::ShareZero);
	});
}

#[test]
fn register_fails_when_a_share_is_too_small() {
	build_and_execute(|| {
		MinShare::set(100);
		assert_noop!(register_split(split([(ALICE, 9_901), (BOB, 99)])), Error::<Test>::ShareTooSmall);
		assert_ok!(register_split(split([(ALICE, 9_900), (BOB, 100)])));
	});
}

#[test]
fn register_fails_when_an_account_has_two_shares() {
	build_and_execute(|| {
		assert_noop!(register_split(split([(ALICE, 2_000), (BOB, 3_000), (ALICE, 5_000)])), Error::<Test>::ShareTwice);
	});
}

#[test]
fn register_fails_when_the_rank_is_zero() {
	build_and_execute(|| {
		let base = register(base(), []).0;
		assert_noop!(register_kind(adapter_on(base, 0, [Target::Query], [])), Error::<Test>::RankZero);
	});
}

#[test]
fn register_fails_when_there_are_no_targets() {
	build_and_execute(|| {
		let base = register(base(), []).0;
		assert_noop!(register_kind(adapter_on(base, 8, [], [])), Error::<Test>::NoTargets);
	});
}

#[test]
fn register_fails_when_targets_are_not_ascending() {
	build_and_execute(|| {
		let base = register(base(), []).0;
		for targets in [[Target::Value, Target::Query], [Target::Query, Target::Query]] {
			assert_noop!(register_kind(adapter_on(base, 8, targets, [])), Error::<Test>::TargetsNotAscending);
		}
	});
}

#[test]
fn register_fails_when_a_datanet_version_does_not_exist() {
	build_and_execute(|| {
		let base = register(base(), []).0;
		for (datanet, version) in [(10, 0), (0, 10)] {
			let adapter = adapter_on(base, 8, [Target::Query], [(0, 0), (datanet, version)]);
			assert_noop!(register_kind(adapter), Error::<Test>::NoSuchVersion);
			assert_noop!(register_kind(index(datanet, version)), Error::<Test>::NoSuchVersion);
		}
	});
}

#[test]
fn register_fails_when_a_datanet_version_is_named_twice() {
	build_and_execute(|| {
		let base = register(base(), []).0;
		let on = |data| adapter_on(base, 8, [Target::Query], data);
		assert_noop!(register_kind(on([(0, 0), (1, 0), (0, 0)])), Error::<Test>::DataTwice);
		assert_ok!(register_kind(on([(0, 1), (0, 0), (1, 0)])));
	});
}

#[test]
fn register_fails_when_identifiers_are_used_up() {
	build_and_execute(|| {
		NextModel::<Test>::put(ModelId(u32::MAX));
		assert_noop!(register_kind(base()), Error::<Test>::IdsExhausted);
		NextModel::<Test>::kill();
	});
}

#[test]
fn register_fails_when_the_deposit_is_not_covered() {
	build_and_execute(|| {
		// The existential deposit stays free.
		ModelDeposit::set(ENDOWMENT);
		assert_noop!(register_kind(base()), TokenError::FundsUnavailable);
		ModelDeposit::set(ENDOWMENT - 1);
		assert_ok!(register_kind(base()));
	});
}

#[test]
fn register_fails_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		assert_noop!(
			Registry::register(RuntimeOrigin::root(), base(), licence(), 10, 20, split([(OWNER, 10_000)]), parents([])),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn register_weighs_parents_members_and_datanet_versions() {
	build_and_execute(|| {
		for (kind, ancestors, sources) in [
			(base(), parents([]), 0),
			(index(0, 0), parents([]), 1),
			(adapter_on(0, 8, [Target::Query], [(0, 0), (1, 0)]), parents([1, 2, 3]), 2),
			(ensemble([(1, 1), (2, 1)]), parents([]), 0),
		] {
			let count = (ancestors.len() + kind.members().len()) as u32;
			let call = crate::Call::<Test>::register {
				kind,
				licence: licence(),
				price_in: 10,
				price_out: 20,
				split: split([(OWNER, 10_000)]),
				parents: ancestors,
			};
			assert_eq!(call.get_dispatch_info().call_weight, <() as WeightInfo>::register(count, sources));
		}
	});
}

#[test]
fn register_uses_up_a_job_on_each_datanet() {
	build_and_execute(|| {
		register(base(), []);
		let on_closed = |versions: [(u32, u32); 2]| adapter_on(0, 8, [Target::Query], versions);
		assert_noop!(register_kind(on_closed([(8, 0), (0, 0)])), DispatchError::Other("no grant"));
		assert_noop!(register_kind(index(8, 0)), DispatchError::Other("no grant"));
		Grants::set(vec![ALICE, OWNER, OWNER]);
		// Two versions of one datanet are one job.
		assert_ok!(register_kind(on_closed([(8, 0), (8, 1)])));
		assert_eq!(Grants::get(), [ALICE, OWNER]);
		assert_ok!(register_kind(index(8, 0)));
		assert_eq!(Grants::get(), [ALICE]);
		assert_noop!(register_kind(index(8, 0)), DispatchError::Other("no grant"));
	});
}
