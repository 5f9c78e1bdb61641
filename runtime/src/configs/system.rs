//! System pallets: limits of a block, time, batches, migrations.

#![warn(missing_docs)]

use super::emergency::Brakes;
use crate::{
	constants::{MILLI_SECS_PER_BLOCK, SS58_PREFIX},
	AccountId, Babe, Balance, Block, MultiBlockMigrations, Nonce, OriginCaller, PalletInfo, Runtime, RuntimeCall,
	RuntimeEvent, RuntimeOrigin, RuntimeTask, VERSION,
};
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::{ConstU16, ConstU32, ConstU64},
	weights::{
		constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
		Weight,
	},
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::Perbill;
use sp_version::RuntimeVersion;

/// The share of a block that normal transactions may fill; the rest is kept for operational ones.
const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);

/// Two of the six seconds of a slot. There is no proof of validity on a solo chain, so its size is not limited.
const MAXIMUM_BLOCK_WEIGHT: Weight = Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND * 2, u64::MAX);

/// The bytes of a block.
const MAXIMUM_BLOCK_LENGTH: u32 = 5 * 1024 * 1024;

/// Blocks whose hash the chain remembers: four hours, which bounds the mortality of a transaction.
const BLOCK_HASH_COUNT: u32 = 2_400;

parameter_types! {
	/// The version of this runtime.
	pub const Version: RuntimeVersion = VERSION;
	/// Limits of a block in time.
	pub RuntimeBlockWeights: BlockWeights =
		BlockWeights::with_sensible_defaults(MAXIMUM_BLOCK_WEIGHT, NORMAL_DISPATCH_RATIO);
	/// Limits of a block in bytes.
	pub RuntimeBlockLength: BlockLength = BlockLength::builder()
		.max_length(MAXIMUM_BLOCK_LENGTH)
		.modify_max_length_for_class(DispatchClass::Normal, |max| *max = NORMAL_DISPATCH_RATIO * *max)
		.build();
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId;
	type BaseCallFilter = Brakes;
	type Block = Block;
	type BlockHashCount = ConstU32<BLOCK_HASH_COUNT>;
	type BlockLength = RuntimeBlockLength;
	type BlockWeights = RuntimeBlockWeights;
	// The node has no other database.
	type DbWeight = ParityDbWeight;
	type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
	type MultiBlockMigrator = MultiBlockMigrations;
	type Nonce = Nonce;
	type SS58Prefix = ConstU16<SS58_PREFIX>;
	type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
	type Version = Version;
}

parameter_types! {
	/// A migration that takes several blocks leaves a fifth of each to what must be in it.
	pub MigrationWeight: Weight = Perbill::from_percent(80) * RuntimeBlockWeights::get().max_block;
}

impl pallet_migrations::Config for Runtime {
	type CursorMaxLen = ConstU32<65_536>;
	// A chain whose state is half migrated stops taking transactions until governance forces it on.
	type FailedMigrationHandler = frame_support::migrations::FreezeChainOnFailedMigration;
	type IdentifierMaxLen = ConstU32<256>;
	type MaxServiceWeight = MigrationWeight;
	type MigrationStatusHandler = ();
	// Migrations of the next release come here.
	type Migrations = ();
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_migrations::weights::SubstrateWeight<Runtime>;
}

impl pallet_timestamp::Config for Runtime {
	// Half a slot, so that an author with a slightly wrong clock still gets its block in.
	type MinimumPeriod = ConstU64<{ MILLI_SECS_PER_BLOCK / 2 }>;
	type Moment = u64;
	// BABE checks that the time agrees with the slot.
	type OnTimestampSet = Babe;
	type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_utility::Config for Runtime {
	type PalletsOrigin = OriginCaller;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

#[cfg(feature = "sudo")]
impl pallet_sudo::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}

impl crate::initial_parameters::Config for Runtime {}
