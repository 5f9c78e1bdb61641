//! Who may register what was made of a datanet: datanets and model registry together.

#![allow(clippy::unwrap_used)]

mod common;

use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold, BoundedVec};
use openledger_primitives::{
	hashing::Domain, judgement::seal_contribution, traits::Versions, Commitment, ContributionId, DatanetId, ModelId,
};
use openledger_runtime::{
	constants::OPEN, AccountId, Balance, Balances, Datanets, ModelRegistry, Runtime, RuntimeOrigin, System,
};
use pallet_datanets::types::{Access, Terms};
use pallet_model_registry::types::{Family, ModelKind, Target};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie};
use sp_runtime::DispatchResult;

const NET: DatanetId = DatanetId(0);
const BASE: ModelId = ModelId(0);

fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

fn hash(byte: u8) -> H256 {
	H256::repeat_byte(byte)
}

fn register(who: Sr25519Keyring, kind: ModelKind) -> DispatchResult {
	let licence = BoundedVec::try_from(b"Apache-2.0".to_vec()).unwrap();
	let split = BoundedVec::try_from(vec![(who.to_account_id(), 10_000)]).unwrap();
	ModelRegistry::register(signed(who), kind, licence, OPEN, OPEN, split, BoundedVec::new())
}

fn adapter() -> ModelKind {
	ModelKind::Adapter {
		base: BASE,
		rank: 8,
		targets: BoundedVec::try_from(vec![Target::Query]).unwrap(),
		weights: hash(4),
		manifest: hash(5),
		data: BoundedVec::try_from(vec![(NET, 0)]).unwrap(),
	}
}

/// A datanet of Alice with a version of Charlie's rows, and a base model of Bob's.
fn with_version(test: impl FnOnce()) {
	common::development().execute_with(|| {
		common::start_first_block();
		let licence = BoundedVec::try_from(b"CC-BY-4.0".to_vec()).unwrap();
		Datanets::create(signed(Alice), Vec::new(), hash(1), licence).unwrap();
		let rows = Commitment { root: hash(2), count: 5 };
		let domain = Domain { genesis: System::block_hash(0) };
		let seal = seal_contribution(&domain, NET, &Charlie.to_account_id(), &rows, &hash(3), &hash(4));
		Datanets::commit(signed(Charlie), NET, seal).unwrap();
		common::run_to(2);
		Datanets::reveal(signed(Charlie), NET, ContributionId(0), rows, 100, hash(3), hash(4)).unwrap();
		let accepted = BoundedVec::try_from(vec![ContributionId(0)]).unwrap();
		Datanets::freeze_version(signed(Alice), NET, rows, hash(3), accepted).unwrap();
		let base = ModelKind::Base { family: Family::Llama, config: hash(1), weights: hash(2), tokenizer: hash(3) };
		register(Bob, base).unwrap();
		test();
		Datanets::do_try_state().unwrap();
		ModelRegistry::do_try_state().unwrap();
	});
}

fn held(who: Sr25519Keyring) -> Balance {
	Balances::total_balance_on_hold(&who.to_account_id())
}

#[test]
fn an_adapter_on_a_closed_datanet_takes_a_grant() {
	with_version(|| {
		assert_ok!(Datanets::set_access(signed(Alice), NET, Access::Approval));
		assert_noop!(register(Bob, adapter()), pallet_datanets::Error::<Runtime>::NoGrant);
		assert_ok!(register(Alice, adapter()));

		let terms = Terms { purpose: hash(6), jobs: 1, until: 1_000 };
		let before = held(Bob);
		assert_ok!(Datanets::request_access(signed(Bob), NET, terms, 0));
		assert_noop!(register(Bob, adapter()), pallet_datanets::Error::<Runtime>::NoGrant);
		assert_ok!(Datanets::decide_access(signed(Alice), NET, Bob.to_account_id(), terms, true));
		assert!(held(Bob) > before);
		assert_ok!(register(Bob, adapter()));
		// The only job is done, and only the deposit of the model is held besides that of the base.
		assert_eq!(held(Bob), 2 * before);
		assert_noop!(register(Bob, adapter()), pallet_datanets::Error::<Runtime>::NoGrant);
	});
}

#[test]
fn a_registration_that_fails_uses_up_nothing() {
	with_version(|| {
		assert_ok!(Datanets::set_access(signed(Alice), NET, Access::Paid { price: OPEN }));
		let terms = Terms { purpose: hash(6), jobs: 2, until: 1_000 };
		assert_ok!(Datanets::request_access(signed(Bob), NET, terms, OPEN));
		let commons: AccountId = Datanets::commons_account(NET);
		assert_eq!(Balances::free_balance(&commons), 2 * OPEN);

		let bad_rank = |kind| match kind {
			ModelKind::Adapter { base, targets, weights, manifest, data, .. } => {
				ModelKind::Adapter { base, rank: 0, targets, weights, manifest, data }
			}
			other => other,
		};
		assert_noop!(register(Bob, bad_rank(adapter())), pallet_model_registry::Error::<Runtime>::RankZero);
		assert_ok!(register(Bob, ModelKind::Index { datanet: NET, version: 0, encoder: hash(7) }));
		assert_ok!(register(Bob, adapter()));
		assert_noop!(register(Bob, adapter()), pallet_datanets::Error::<Runtime>::NoGrant);
		assert_eq!(<Datanets as Versions<AccountId>>::rows(NET, 0).map(|rows| rows.count), Some(5));
	});
}
