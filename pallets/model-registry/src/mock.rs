//! A runtime with this pallet and real balances.

use crate as pallet_model_registry;
use crate::{
	types::{Family, Licence, Model, ModelKind, Parents, Split, Target},
	HoldReason, Models,
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{fungible::InspectHold, ConstU128},
	BoundedVec,
};
use openledger_primitives::{
	traits::{Access, Versions},
	Commitment, DatanetId, ModelId,
};
use sp_core::H256;
use sp_runtime::{BuildStorage, DispatchError, DispatchResult};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Registry = pallet_model_registry;
}

type Block = frame_system::mocking::MockBlock<Test>;

pub(crate) const DEPOSIT: u128 = 100;
pub(crate) const PRICE_CAP: u128 = 1_000;
pub(crate) const ENDOWMENT: u128 = 10_000;

pub(crate) const OWNER: u64 = 1;
pub(crate) const ALICE: u64 = 2;
pub(crate) const BOB: u64 = 3;
/// Has nothing.
pub(crate) const NOBODY: u64 = 9;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ConstU128<1>;
	type AccountStore = System;
	type RuntimeHoldReason = RuntimeHoldReason;
}

/// Datanets 0 to 9 with versions 0 to 9.
pub struct TenByTen;

impl Versions<u64> for TenByTen {
	fn rows(datanet: DatanetId, version: u32) -> Option<Commitment> {
		(datanet.0 < 10 && version < 10).then(|| Commitment { root: hash(7), count: version + 1 })
	}
	fn owner(datanet: DatanetId) -> Option<u64> {
		(datanet.0 < 10).then_some(OWNER)
	}
}

/// Datanet 8 asks for a grant: one of [`Grants`], each of which is for one job. Everybody may use the others.
impl Access<u64> for TenByTen {
	fn use_for_job(datanet: DatanetId, who: &u64) -> DispatchResult {
		let mut grants = Grants::get();
		let place = grants.iter().position(|holder| holder == who);
		match place {
			_ if datanet != DatanetId(8) => {}
			Some(place) => {
				grants.remove(place);
				Grants::set(grants);
			}
			None => return Err(DispatchError::Other("no grant")),
		}
		Ok(())
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper<u64> for TenByTen {
	fn grant(_: DatanetId, _: &u64) -> Result<(), frame_benchmarking::BenchmarkError> {
		Ok(())
	}

	fn frozen_versions(count: u32) -> Result<Vec<(DatanetId, u32)>, frame_benchmarking::BenchmarkError> {
		Ok((0..count).map(|i| (DatanetId(i % 10), i / 10)).collect())
	}
}

parameter_types! {
	pub static ModelDeposit: u128 = DEPOSIT;
	pub static MaxPrice: u128 = PRICE_CAP;
	pub static Grants: Vec<u64> = vec![];
}

impl pallet_model_registry::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Versions = TenByTen;
	type Access = TenByTen;
	type ModelDeposit = ModelDeposit;
	type MaxPrice = MaxPrice;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = TenByTen;
}

/// The state that every test starts from.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	ModelDeposit::set(DEPOSIT);
	MaxPrice::set(PRICE_CAP);
	Grants::set(vec![]);
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = [OWNER, ALICE, BOB].map(|account| (account, ENDOWMENT)).to_vec();
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }.assimilate_storage(&mut storage).unwrap();
	storage.into()
}

/// Runs `test` in fresh state, then checks every invariant.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		System::set_block_number(1);
		test();
		Registry::do_try_state().unwrap();
	});
}

pub(crate) fn signed(account: u64) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

pub(crate) fn hash(byte: u8) -> H256 {
	H256::repeat_byte(byte)
}

pub(crate) fn licence() -> Licence {
	b"Apache-2.0".to_vec().try_into().unwrap()
}

pub(crate) fn split<const N: usize>(shares: [(u64, u16); N]) -> Split<u64> {
	shares.to_vec().try_into().unwrap()
}

pub(crate) fn parents<const N: usize>(ids: [u32; N]) -> Parents {
	ids.map(ModelId).to_vec().try_into().unwrap()
}

pub(crate) fn base() -> ModelKind {
	ModelKind::Base { family: Family::Qwen, config: hash(1), weights: hash(2), tokenizer: hash(3) }
}

pub(crate) fn adapter(base: u32) -> ModelKind {
	adapter_on(base, 8, [Target::Query, Target::Value], [(0, 0)])
}

pub(crate) fn adapter_on<const N: usize, const M: usize>(
	base: u32,
	rank: u16,
	targets: [Target; N],
	data: [(u32, u32); M],
) -> ModelKind {
	ModelKind::Adapter {
		base: ModelId(base),
		rank,
		targets: BoundedVec::try_from(targets.to_vec()).unwrap(),
		weights: hash(4),
		manifest: hash(5),
		data: BoundedVec::try_from(data.map(|(datanet, version)| (DatanetId(datanet), version)).to_vec()).unwrap(),
	}
}

pub(crate) fn index(datanet: u32, version: u32) -> ModelKind {
	ModelKind::Index { datanet: DatanetId(datanet), version, encoder: hash(6) }
}

/// Registers a model of [`OWNER`], who has everything it earns, and gives its identifier.
pub(crate) fn register<const N: usize>(kind: ModelKind, ancestors: [u32; N]) -> ModelId {
	register_for(OWNER, kind, ancestors)
}

pub(crate) fn register_for<const N: usize>(owner: u64, kind: ModelKind, ancestors: [u32; N]) -> ModelId {
	let id = crate::NextModel::<Test>::get();
	Registry::register(signed(owner), kind, licence(), 10, 20, split([(owner, 10_000)]), parents(ancestors)).unwrap();
	id
}

pub(crate) fn model(id: ModelId) -> Model<Test> {
	Models::<Test>::get(id).unwrap()
}

pub(crate) fn deposit_of(account: u64) -> u128 {
	Balances::balance_on_hold(&HoldReason::Model.into(), &account)
}
