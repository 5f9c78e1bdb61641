//! A small runtime around the pallet, with real balances.

use crate as pallet_agents;
use frame_support::{derive_impl, parameter_types};
use openledger_primitives::{traits::Models, DatanetId, ModelId};
use sp_runtime::{BuildStorage, Perbill};

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
	pub type Agents = pallet_agents;
}

type Block = frame_system::mocking::MockBlock<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
	type RuntimeHoldReason = RuntimeHoldReason;
}

pub(crate) const TREASURY: u64 = 99;
pub(crate) const SERVABLE: ModelId = ModelId(1);

parameter_types! {
	pub const ExistentialDeposit: u128 = 10;
	pub const Treasury: u64 = TREASURY;
	pub const MinStake: u128 = 100;
	pub const MaxExposure: Perbill = Perbill::from_percent(50);
	pub const UnbondingPeriod: u64 = 20;
	pub static FraudSlash: Perbill = Perbill::one();
	pub const MaxOfferLife: u64 = 1_000;
	pub const MaxUnbonding: u32 = 3;
}

/// One model that can be served.
pub struct OneModel;

impl Models<u64> for OneModel {
	fn owner(_: ModelId) -> Option<u64> {
		None
	}
	fn index_source(_: ModelId) -> Option<(DatanetId, u32)> {
		None
	}
	fn servable(model: ModelId) -> bool {
		model == SERVABLE
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper for OneModel {
	fn servable_model() -> Result<ModelId, frame_benchmarking::BenchmarkError> {
		Ok(SERVABLE)
	}
}

impl pallet_agents::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Models = OneModel;
	type Treasury = Treasury;
	type MinStake = MinStake;
	type MaxExposure = MaxExposure;
	type UnbondingPeriod = UnbondingPeriod;
	type FraudSlash = FraudSlash;
	type MaxOfferLife = MaxOfferLife;
	type MaxUnbonding = MaxUnbonding;
	type WeightInfo = pallet_agents::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = OneModel;
}

/// The state that every test starts from: accounts 1 to 9 and the treasury hold 10,000 each.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = (1..10).chain([TREASURY]).map(|account| (account, 10_000)).collect();
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }.assimilate_storage(&mut storage).unwrap();
	storage.into()
}

/// Runs `test` in fresh state, then checks every invariant.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		System::set_block_number(1);
		test();
		Agents::do_try_state().unwrap();
	});
}
