//! Our own pallets, tied together through the traits of `openledger-primitives`.

#![warn(missing_docs)]

use super::parameters::dynamic_params;
use crate::{
	constants::{DAYS, OPEN},
	genesis_config_presets::treasury_account,
	pace::{
		AnswerWindow, AppealWindow, CommitteeWindow, DisputePeriod, DrawDelay, IdleHalfLife, LockOut, OwnerTime,
		RevealWindow,
	},
	AccountId, Agents, Balance, Balances, BlockNumber, Credits, Curation, Datanets, ModelRegistry, Runtime,
	RuntimeHoldReason, Signature,
};
use frame_support::{
	parameter_types,
	traits::{ConstU128, ConstU32, Get},
	PalletId,
};
use frame_system::EnsureRoot;
use openledger_primitives::{
	attribution::MAX_TOP,
	batch::{MAX_DISTRIBUTE, MAX_EXPOSURE_PERCENT, MAX_PAYERS, MAX_RECEIPTS},
	money::{FeeSplit, DEFAULT_SPLIT},
};
use sp_runtime::Perbill;

parameter_types! {
	/// The account that the treasury pays from.
	pub Treasury: AccountId = treasury_account();
	/// Names the commons accounts of datanets.
	pub const DatanetsPallet: PalletId = PalletId(*b"op/dnets");
	/// Names the pot of fees.
	pub const AttributionPallet: PalletId = PalletId(*b"op/attrb");
	/// The part of an agent's stake that unsettled fees may reach.
	pub const MaxExposure: Perbill = Perbill::from_percent(MAX_EXPOSURE_PERCENT);
	/// The longest life of an offer.
	pub const MaxOfferLife: BlockNumber = 30 * DAYS;
	/// How fees are divided.
	pub const Split: FeeSplit = DEFAULT_SPLIT;
}

/// The unbonding period, never shorter than the challenge window: a parameter cannot let a liar escape.
pub struct UnbondingPeriod;

impl Get<BlockNumber> for UnbondingPeriod {
	fn get() -> BlockNumber {
		dynamic_params::agents::UnbondingPeriod::get().max(dynamic_params::attribution::ChallengeWindow::get())
	}
}

/// What a false claim costs, never less than 90 percent of the stake: below about 70, a liar who refutes itself for the
/// challenger's reward comes out ahead (`docs/adr/0005-a-false-claim-costs-the-stake.md`).
pub struct FraudSlash;

impl Get<Perbill> for FraudSlash {
	fn get() -> Perbill {
		dynamic_params::agents::FraudSlash::get().max(Perbill::from_percent(90))
	}
}

/// The deposit for a request or a grant, which take some 120 bytes of storage.
const ACCESS_DEPOSIT: Balance = OPEN / 10;

impl pallet_datanets::Config for Runtime {
	type AccessDeposit = ConstU128<ACCESS_DEPOSIT>;
	type AnswerWindow = AnswerWindow;
	type Assessments = Curation;
	type BondPerRow = dynamic_params::datanets::BondPerRow;
	type CommitDeposit = dynamic_params::datanets::CommitDeposit;
	type Currency = Balances;
	type DatanetDeposit = dynamic_params::datanets::DatanetDeposit;
	type MaxGrantLife = ConstU32<{ 365 * DAYS }>;
	type MaxMeta = ConstU32<256>;
	type MaxNotices = ConstU32<1_024>;
	type MaxPending = ConstU32<1_024>;
	type MaxPerVersion = ConstU32<256>;
	type MaxRowsPerContribution = ConstU32<1_000_000>;
	type MaxWhitelist = ConstU32<256>;
	type NoticeBond = dynamic_params::datanets::NoticeBond;
	type OwnerTime = OwnerTime;
	type PalletId = DatanetsPallet;
	type RevealWindow = RevealWindow;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = pallet_datanets::weights::SubstrateWeight<Runtime>;
}

impl pallet_curation::Config for Runtime {
	type AppealBond = dynamic_params::curation::AppealBond;
	type AppealSize = ConstU32<23>;
	type AppealWindow = AppealWindow;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = super::benchmarking::BenchmarkHelper;
	type Cases = Datanets;
	type CommitWindow = CommitteeWindow;
	type CommitteeSize = ConstU32<11>;
	type CuratorBond = dynamic_params::curation::CuratorBond;
	type Currency = Balances;
	type DrawDelay = DrawDelay;
	type Fee = dynamic_params::curation::Fee;
	type GoldDeposit = dynamic_params::curation::GoldDeposit;
	type GoldPenalty = dynamic_params::curation::GoldPenalty;
	type GoldWindow = CommitteeWindow;
	type IdleHalfLife = IdleHalfLife;
	type LockOut = LockOut;
	type MaxSteps = ConstU32<16>;
	type NoShowPenalty = dynamic_params::curation::NoShowPenalty;
	type Randomness = pallet_babe::RandomnessFromOneEpochAgo<Runtime>;
	type RevealWindow = CommitteeWindow;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = pallet_curation::weights::SubstrateWeight<Runtime>;
}

impl pallet_model_registry::Config for Runtime {
	type Access = Datanets;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = super::benchmarking::BenchmarkHelper;
	type Currency = Balances;
	type DisputeBond = dynamic_params::model_registry::DisputeBond;
	// A track of its own comes with contribution-weighted governance.
	type DisputeOrigin = EnsureRoot<AccountId>;
	type DisputePeriod = DisputePeriod;
	type EvaluationBond = dynamic_params::model_registry::EvaluationBond;
	type MaxPrice = dynamic_params::model_registry::MaxPrice;
	type MinShare = dynamic_params::model_registry::MinShare;
	type ModelDeposit = dynamic_params::model_registry::ModelDeposit;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Versions = Datanets;
	type WeightInfo = pallet_model_registry::weights::SubstrateWeight<Runtime>;
}

impl pallet_agents::Config for Runtime {
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = super::benchmarking::BenchmarkHelper;
	type Currency = Balances;
	type FraudSlash = FraudSlash;
	type MaxExposure = MaxExposure;
	type MaxOfferLife = MaxOfferLife;
	type MaxUnbonding = ConstU32<16>;
	type MinStake = dynamic_params::agents::MinStake;
	type Models = ModelRegistry;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Treasury = Treasury;
	type UnbondingPeriod = UnbondingPeriod;
	type WeightInfo = pallet_agents::weights::SubstrateWeight<Runtime>;
}

impl pallet_credits::Config for Runtime {
	type Agents = Agents;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = super::benchmarking::BenchmarkHelper;
	type CloseDelay = dynamic_params::credits::CloseDelay;
	type Currency = Balances;
	type MinDeposit = ConstU128<OPEN>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Signature = Signature;
	type WeightInfo = pallet_credits::weights::SubstrateWeight<Runtime>;
}

/// The bond of a published index.
const INDEX_BOND: Balance = 10 * OPEN;

impl pallet_attribution::Config for Runtime {
	type Agents = Agents;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = super::benchmarking::BenchmarkHelper;
	type ChallengeWindow = dynamic_params::attribution::ChallengeWindow;
	type Channels = Credits;
	type Currency = Balances;
	type IndexBond = ConstU128<INDEX_BOND>;
	type MaxDistribute = ConstU32<MAX_DISTRIBUTE>;
	type MaxPayers = ConstU32<MAX_PAYERS>;
	type MaxReceipts = ConstU32<MAX_RECEIPTS>;
	type MaxSettle = ConstU32<16>;
	type Models = ModelRegistry;
	type PalletId = AttributionPallet;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Signature = Signature;
	type Split = Split;
	type TopRows = ConstU32<TOP_ROWS>;
	type Treasury = Treasury;
	type Versions = Datanets;
	type WeightInfo = pallet_attribution::weights::SubstrateWeight<Runtime>;
}

/// The rows that a full claim names.
pub const TOP_ROWS: u32 = 4;

const _: () = assert!(TOP_ROWS <= MAX_TOP, "claims must fit a part");
