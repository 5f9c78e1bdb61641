//! A small runtime around the pallet, with real balances and real signatures.

use crate as pallet_credits;
use frame_support::{derive_impl, parameter_types};
use openledger_primitives::{traits::Agents, Balance};
use sp_keyring::Sr25519Keyring as Keyring;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage, DispatchError, DispatchResult, MultiSignature};

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
	pub type Credits = pallet_credits;
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

parameter_types! {
	pub const ExistentialDeposit: Balance = 1;
	pub const CloseDelay: u64 = 10;
	pub const MinDeposit: Balance = 10;
}

/// Bob is an agent.
pub struct OnlyBob;

impl Agents<AccountId32> for OnlyBob {
	fn agent_of(_: &AccountId32) -> Option<AccountId32> {
		None
	}
	fn signer(agent: &AccountId32) -> Option<AccountId32> {
		(*agent == bob()).then(bob)
	}
	fn beneficiary(agent: &AccountId32) -> Option<AccountId32> {
		Self::signer(agent)
	}
	fn expose(_: &AccountId32, _: Balance) -> DispatchResult {
		Ok(())
	}
	fn release(_: &AccountId32, _: Balance) {}
	fn slash(_: &AccountId32, _: &AccountId32, _: &[(AccountId32, Balance)]) -> Result<Balance, DispatchError> {
		Ok(0)
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper<AccountId32> for OnlyBob {
	fn agent() -> Result<AccountId32, frame_benchmarking::BenchmarkError> {
		Ok(bob())
	}
}

impl pallet_credits::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Agents = OnlyBob;
	type Signature = MultiSignature;
	type CloseDelay = CloseDelay;
	type MinDeposit = MinDeposit;
	type WeightInfo = pallet_credits::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = OnlyBob;
}

pub(crate) fn alice() -> AccountId32 {
	Keyring::Alice.to_account_id()
}

pub(crate) fn bob() -> AccountId32 {
	Keyring::Bob.to_account_id()
}

/// Where draws go.
pub(crate) fn pot() -> AccountId32 {
	AccountId32::new([9; 32])
}

/// The state that every test starts from: Alice, Bob and the pot hold 1,000 each.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = vec![(alice(), 1_000), (bob(), 1_000), (pot(), 1_000)];
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }.assimilate_storage(&mut storage).unwrap();
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	ext
}

/// Runs `test` in fresh state, then checks every invariant.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		System::set_block_number(1);
		test();
		Credits::do_try_state().unwrap();
	});
}
