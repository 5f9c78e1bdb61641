//! A runtime with real balances, agents and credits around the pallet; only datanets and models are fixed.

use crate as pallet_attribution;
use frame_support::{derive_impl, parameter_types, PalletId};
use openledger_primitives::{
	money::{FeeSplit, DEFAULT_SPLIT},
	traits::{Models, Versions},
	Balance, Commitment, DatanetId, Domain, Licence, ModelId,
};
use sp_core::H256;
use sp_keyring::Sr25519Keyring as Keyring;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage, MultiSignature, Perbill};
use std::collections::BTreeMap;

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
	#[runtime::pallet_index(3)]
	pub type Credits = pallet_credits;
	#[runtime::pallet_index(4)]
	pub type Attribution = pallet_attribution;
}

type Block = frame_system::mocking::MockBlock<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
	type RuntimeHoldReason = RuntimeHoldReason;
}

pub(crate) const ED: Balance = 10;
pub(crate) const WINDOW: u64 = 10;
pub(crate) const BOND: Balance = 500;
/// Rows of the one frozen version.
pub(crate) const ROWS: u32 = 20;
/// The one index asset, owned by Dave.
pub(crate) const INDEX_ASSET: ModelId = ModelId(3);

parameter_types! {
	pub const ExistentialDeposit: Balance = ED;
	pub Treasury: AccountId32 = treasury();
	pub const MinStake: Balance = 100;
	pub const MaxExposure: Perbill = Perbill::from_percent(50);
	pub const UnbondingPeriod: u64 = 20;
	pub const FraudSlash: Perbill = Perbill::one();
	pub const MaxOfferLife: u64 = 1_000;
	pub const MaxUnbonding: u32 = 3;
	pub const MinDeposit: Balance = 10;
	pub const AttributionPallet: PalletId = PalletId(*b"op/attrb");
	pub const Split: FeeSplit = DEFAULT_SPLIT;
	pub const Window: u64 = WINDOW;
	pub const IndexBond: Balance = BOND;
	pub const TopRows: u32 = 4;
	pub const MaxReceipts: u32 = 1 << 20;
	pub const MaxPayers: u32 = 8;
	pub const MaxDistribute: u32 = 64;
	pub const MaxSettle: u32 = 2;
	/// Rows that were taken down, with the blocks in which they were.
	pub static TakenDown: BTreeMap<u32, u32> = BTreeMap::new();
}

/// One frozen version of one datanet, one index asset over it.
pub struct Fixed;

impl Models<AccountId32> for Fixed {
	fn owner(model: ModelId) -> Option<AccountId32> {
		(model == INDEX_ASSET).then(|| Keyring::Dave.to_account_id())
	}
	fn index_source(model: ModelId) -> Option<(DatanetId, u32)> {
		(model == INDEX_ASSET).then_some((DatanetId(0), 0))
	}
	fn servable(_: ModelId) -> bool {
		true
	}
}

impl Versions<AccountId32> for Fixed {
	fn rows(datanet: DatanetId, version: u32) -> Option<Commitment> {
		(datanet == DatanetId(0) && version == 0).then(|| Commitment { root: H256::repeat_byte(1), count: ROWS })
	}
	fn owner(_: DatanetId) -> Option<AccountId32> {
		None
	}
	fn licence(datanet: DatanetId) -> Option<Licence> {
		(datanet == DatanetId(0)).then_some(Licence::CcBy)
	}
	fn taken_down(datanet: DatanetId, row: u32) -> Option<u32> {
		TakenDown::get().get(&row).copied().filter(|_| datanet == DatanetId(0))
	}
	fn tainted(datanet: DatanetId, version: u32) -> bool {
		(datanet, version) == (DatanetId(0), 0) && !TakenDown::get().is_empty()
	}
}

impl pallet_agents::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Models = Fixed;
	type Treasury = Treasury;
	type MinStake = MinStake;
	type MaxExposure = MaxExposure;
	type UnbondingPeriod = UnbondingPeriod;
	type FraudSlash = FraudSlash;
	type MaxOfferLife = MaxOfferLife;
	type MaxUnbonding = MaxUnbonding;
	type WeightInfo = pallet_agents::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Fixed;
}

impl pallet_credits::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Agents = Agents;
	type Signature = MultiSignature;
	type CloseDelay = Window;
	type MinDeposit = MinDeposit;
	type WeightInfo = pallet_credits::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Fixed;
}

impl pallet_attribution::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Agents = Agents;
	type Channels = Credits;
	type Models = Fixed;
	type Versions = Fixed;
	type Signature = MultiSignature;
	type PalletId = AttributionPallet;
	type Treasury = Treasury;
	type Split = Split;
	type ChallengeWindow = Window;
	type IndexBond = IndexBond;
	type TopRows = TopRows;
	type MaxReceipts = MaxReceipts;
	type MaxPayers = MaxPayers;
	type MaxDistribute = MaxDistribute;
	type MaxSettle = MaxSettle;
	type WeightInfo = pallet_attribution::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Fixed;
}

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking {
	use super::*;
	use frame_benchmarking::{account, BenchmarkError};
	use openledger_primitives::Voucher;
	use pallet_credits::benchmarking as credits;

	impl pallet_agents::benchmarking::BenchmarkHelper for Fixed {
		fn servable_model() -> Result<ModelId, BenchmarkError> {
			Ok(ModelId(1))
		}
	}

	impl credits::BenchmarkHelper<AccountId32> for Fixed {
		fn agent() -> Result<AccountId32, BenchmarkError> {
			Ok(account("agent", 0, 0))
		}
	}

	impl pallet_attribution::benchmarking::BenchmarkHelper<AccountId32, MultiSignature> for Fixed {
		fn agent(fees: Balance) -> Result<(AccountId32, AccountId32), BenchmarkError> {
			let (agent, signer) = (account("agent", 0, 0), account("signer", 0, 0));
			pallet_agents::benchmarking::busy_agent::<Test>(&agent, &signer, fees)?;
			Ok((agent, signer))
		}
		fn voucher(
			number: u32,
			agent: &AccountId32,
			fee: Balance,
		) -> Result<(Voucher<AccountId32>, MultiSignature), BenchmarkError> {
			credits::signed_voucher::<Test>(number, agent, fee)
		}
		fn index_asset() -> Result<(ModelId, AccountId32), BenchmarkError> {
			Ok((INDEX_ASSET, Keyring::Dave.to_account_id()))
		}
	}
}

pub(crate) fn treasury() -> AccountId32 {
	AccountId32::new([8; 32])
}

pub(crate) fn domain() -> Domain {
	Domain { genesis: System::block_hash(0) }
}

pub(crate) fn signed(who: Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

pub(crate) fn free(who: Keyring) -> Balance {
	Balances::free_balance(who.to_account_id())
}

/// The state that every test starts from: 1,000,000 for every named key.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	TakenDown::set(BTreeMap::new());
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let mut balances: Vec<_> = Keyring::well_known().map(|key| (key.to_account_id(), 1_000_000)).collect();
	balances.extend([(treasury(), ED), (Attribution::pot(), ED)]);
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }.assimilate_storage(&mut storage).unwrap();
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	ext
}

/// Runs `test` in fresh state, then checks the invariants of all three pallets.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		System::set_block_number(1);
		test();
		Agents::do_try_state().unwrap();
		Credits::do_try_state().unwrap();
		Attribution::do_try_state().unwrap();
	});
}
