//! Our own pallets, tied together through the traits of `openledger-primitives`.

#![warn(missing_docs)]

use super::{
	origins::{AgentManager, SlashAppeal},
	parameters::dynamic_params,
	staking::fee_pot,
};
use crate::{
	constants::{DAYS, OPEN},
	genesis_config_presets::treasury_account,
	pace::{
		AnswerWindow, AppealWindow, AuditAppealWindow, AuditWindow, CommitteeWindow, DisputePeriod, DrawDelay,
		DrawRetry, EvictionPeriod, IdleHalfLife, LockOut, LongestHold, MaxReceiptAge, OpenWindow, OwnerTime,
		PayoutLife, ProbeInterval, ProbeWindow, RepeatPeriod, RevealWindow, SeedDelay, SlashAppealPeriod,
	},
	AccountId, Agents, Attribution, Balance, Balances, BlockNumber, ContributionVoting, Credits, Curation, Datanets,
	ModelRegistry, Runtime, RuntimeHoldReason, Signature, Verification,
};
use codec::Encode;
use frame_support::{
	parameter_types,
	traits::{ConstU128, ConstU32, EitherOf, Get, Randomness},
	PalletId,
};
use frame_system::EnsureRoot;
use openledger_primitives::{
	attribution::MAX_TOP,
	batch::{MAX_DISTRIBUTE, MAX_EXPOSURE_PERCENT, MAX_PAYERS, MAX_RECEIPTS},
	hashing::{Blake2b256, TreeHash},
	money::{FeeSplit, DEFAULT_SPLIT},
};
use pallet_babe::ParentBlockRandomness;
use sp_core::H256;
use sp_runtime::Perbill;

parameter_types! {
	/// The account that the treasury pays from.
	pub Treasury: AccountId = treasury_account();
	/// Names the commons accounts of datanets.
	pub const DatanetsPallet: PalletId = PalletId(*b"op/dnets");
	/// Names the account that has what was delegated to agents.
	pub const AgentsPallet: PalletId = PalletId(*b"op/agnts");
	/// Names the pot of fees.
	pub const AttributionPallet: PalletId = PalletId(*b"op/attrb");
	/// Names the pot of auditors.
	pub const VerificationPallet: PalletId = PalletId(*b"op/verif");
	/// Has what those who delegated to an agent do not have of the stakers' share.
	pub StakerPot: AccountId = fee_pot();
	/// The pot of auditors.
	pub AuditorPot: AccountId = Verification::pot();
	/// The pot of fees, which payers are made whole from.
	pub FeesPot: AccountId = Attribution::pot();
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

/// The most steps of an agenda in one block: what there is room for in its weight decides before.
const MAX_STEPS: u32 = 1_024;

/// The fees on which one audit falls, never more than a 34th of the least stake: above that, cheating pays
/// (`pallet_verification::economics`).
pub struct PerAudit;

impl Get<Balance> for PerAudit {
	fn get() -> Balance {
		dynamic_params::verification::PerAudit::get().min(dynamic_params::agents::MinStake::get() / 34).max(1)
	}
}

/// Randomness that all block authors have contributed to, the parent block's last: who knows what one of them will
/// contribute does not know it. None in a block whose parent has contributed nothing.
pub struct ManyAuthors;

impl Randomness<Option<H256>, BlockNumber> for ManyAuthors {
	fn random(subject: &[u8]) -> (Option<H256>, BlockNumber) {
		let (parent, since) = ParentBlockRandomness::<Runtime>::random(subject);
		let mixed = pallet_attribution::Randomnesses::<Runtime>::get().value;
		(parent.map(|parent| Blake2b256::hash(&(mixed, parent).encode())), since)
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
	type ContributionWeight = ContributionVoting;
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
	type DisputeOrigin = EitherOf<EnsureRoot<AccountId>, AgentManager>;
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
	type AppealPeriod = SlashAppealPeriod;
	type CancelOrigin = EitherOf<EnsureRoot<AccountId>, SlashAppeal>;
	type Contributions = ContributionVoting;
	type Currency = Balances;
	type EvictionPeriod = EvictionPeriod;
	type FraudSlash = FraudSlash;
	type Harm = Attribution;
	type LongestHold = LongestHold;
	type MaxDeferred = ConstU32<16>;
	type MaxDelegation = dynamic_params::agents::MaxDelegation;
	type MaxExposure = MaxExposure;
	type MaxMisses = ConstU32<3>;
	type MaxOfferLife = MaxOfferLife;
	type MaxOffers = ConstU32<1_024>;
	type MaxServices = ConstU32<16>;
	type MaxSteps = ConstU32<MAX_STEPS>;
	type MaxUnbonding = ConstU32<16>;
	type MinDelegation = ConstU128<OPEN>;
	type MinStake = dynamic_params::agents::MinStake;
	type Models = ModelRegistry;
	type PalletId = AgentsPallet;
	type ProbeInterval = ProbeInterval;
	type ProbeWindow = ProbeWindow;
	type Randomness = ParentBlockRandomness<Runtime>;
	type RepeatPeriod = RepeatPeriod;
	type RuntimeHoldReason = RuntimeHoldReason;
	type ServiceDeposit = ConstU128<OPEN>;
	type SilenceSlash = dynamic_params::agents::SilenceSlash;
	type UnbondingPeriod = UnbondingPeriod;
	type WeightInfo = pallet_agents::weights::SubstrateWeight<Runtime>;
}

impl pallet_credits::Config for Runtime {
	type Agents = Agents;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = super::benchmarking::BenchmarkHelper;
	type CloseDelay = dynamic_params::credits::CloseDelay;
	type Currency = Balances;
	type MaxKeyLife = ConstU32<{ 90 * DAYS }>;
	type MinDeposit = ConstU128<OPEN>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Signature = Signature;
	type Split = Split;
	type WeightInfo = pallet_credits::weights::SubstrateWeight<Runtime>;
}

/// The bond of a published index.
const INDEX_BOND: Balance = 10 * OPEN;

impl pallet_attribution::Config for Runtime {
	type Agents = Agents;
	type AuditorPot = AuditorPot;
	type Audits = Verification;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = super::benchmarking::BenchmarkHelper;
	type ChallengeWindow = dynamic_params::attribution::ChallengeWindow;
	type Channels = Credits;
	type Contributions = ContributionVoting;
	type Currency = Balances;
	type DemandFee = dynamic_params::attribution::DemandFee;
	type IndexBond = ConstU128<INDEX_BOND>;
	type MaxDemands = ConstU32<16>;
	type MaxDistribute = ConstU32<MAX_DISTRIBUTE>;
	type MaxPayers = ConstU32<MAX_PAYERS>;
	type MaxReceiptAge = MaxReceiptAge;
	type MaxReceipts = ConstU32<MAX_RECEIPTS>;
	type MaxSteps = ConstU32<MAX_STEPS>;
	type Models = ModelRegistry;
	type OpenWindow = OpenWindow;
	type PalletId = AttributionPallet;
	type PayoutLife = PayoutLife;
	type Randomness = ParentBlockRandomness<Runtime>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SampleRate = dynamic_params::attribution::SampleRate;
	type SeedDelay = SeedDelay;
	type Signature = Signature;
	type Split = Split;
	type StakerPot = StakerPot;
	type TopRows = ConstU32<TOP_ROWS>;
	type Treasury = Treasury;
	type Versions = Datanets;
	type WeightInfo = pallet_attribution::weights::SubstrateWeight<Runtime>;
}

impl pallet_verification::Config for Runtime {
	type Agents = Agents;
	type AppealBond = dynamic_params::verification::AppealBond;
	type AppealWindow = AuditAppealWindow;
	type Batches = Attribution;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = super::benchmarking::BenchmarkHelper;
	type ChallengeBond = dynamic_params::verification::ChallengeBond;
	type ChallengePart = dynamic_params::verification::ChallengePart;
	type CommitWindow = AuditWindow;
	type Currency = Balances;
	type DisclosureWindow = AuditWindow;
	type DrawDelay = SeedDelay;
	type DropOrigin = EitherOf<EnsureRoot<AccountId>, AgentManager>;
	type ErrorFine = dynamic_params::verification::ErrorFine;
	type Fee = dynamic_params::verification::Fee;
	type HarmedPot = FeesPot;
	type LeastRate = dynamic_params::verification::LeastRate;
	type LotWindow = AuditWindow;
	type MaxChallenges = ConstU32<8>;
	type MaxChallengesBy = ConstU32<4>;
	type MaxSteps = ConstU32<MAX_STEPS>;
	// A sample with an appeal takes one, three and seven, and five may be missing.
	type MinSeats = ConstU32<16>;
	type PalletId = VerificationPallet;
	type PerAudit = PerAudit;
	type PlantFine = dynamic_params::verification::PlantFine;
	type PlantRate = dynamic_params::verification::PlantRate;
	type Randomness = ManyAuthors;
	type Retry = DrawRetry;
	type SeatStake = dynamic_params::verification::SeatStake;
	type RevealWindow = AuditWindow;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SeedDelay = SeedDelay;
	type SilenceFine = dynamic_params::verification::SilenceFine;
	type WeightInfo = pallet_verification::weights::SubstrateWeight<Runtime>;
}

/// The rows that a full claim names.
pub const TOP_ROWS: u32 = 4;

const _: () = assert!(TOP_ROWS <= MAX_TOP, "claims must fit a part");
