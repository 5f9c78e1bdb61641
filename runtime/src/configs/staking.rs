//! Who may validate, whose stake stands behind it, and how stakers are paid.
//!
//! The supply is fixed, so stakers earn fees and nothing else: the fees of an era wait in one pot, move to another when
//! the era ends, and are paid out of it as stakers claim them.

#![warn(missing_docs)]

use super::{consensus::MaxAuthorities, openledger::Treasury};
use crate::{
	constants::{FEE_POT, REWARD_POT},
	pace::{BondingDuration, SessionsPerEra, SlashDeferDuration},
	AccountId, Balance, Balances, Runtime, RuntimeEvent, RuntimeHoldReason, Session, Staking, Timestamp, VoterList,
};
use frame_election_provider_support::{
	bounds::{ElectionBounds, ElectionBoundsBuilder},
	onchain, SequentialPhragmen, VoteWeight,
};
use frame_support::{
	defensive, parameter_types,
	traits::{
		fungible::{Balanced, Credit, Debt, Inspect, Mutate},
		tokens::{imbalance::ResolveTo, Fortitude, Preservation},
		ConstBool, ConstU32, Nothing, OnUnbalanced,
	},
};
use frame_system::EnsureRoot;
use sp_runtime::{traits::AccountIdConversion, Perbill};
use sp_staking::{currency_to_vote::U128CurrencyToVote, EraPayout};

/// The validators that one nominator may name.
const MAX_NOMINATIONS: u32 = 16;

/// The nominators and validators whose votes one election counts, the largest stakes first. Counting them takes about
/// a tenth of a block.
const MAX_ELECTING_VOTERS: u32 = 5_000;

/// The candidates of one election.
const MAX_ELECTABLE_TARGETS: u32 = 1_000;

parameter_types! {
	/// The limits of an election.
	pub Bounds: ElectionBounds = ElectionBoundsBuilder::default()
		.voters_count(MAX_ELECTING_VOTERS.into())
		.targets_count(MAX_ELECTABLE_TARGETS.into())
		.build();
	/// See [`THRESHOLDS`].
	pub const BagThresholds: &'static [VoteWeight] = &THRESHOLDS;
}

/// Elections happen in one block, by Phragmén's sequential method.
pub struct OnChainElection;

impl onchain::Config for OnChainElection {
	type Bounds = Bounds;
	type DataProvider = Staking;
	type MaxBackersPerWinner = ConstU32<MAX_ELECTING_VOTERS>;
	type MaxWinnersPerPage = MaxAuthorities;
	type Solver = SequentialPhragmen<AccountId, Perbill>;
	// The best supported candidates win if there are more than seats.
	type Sort = ConstBool<true>;
	type System = Runtime;
	type WeightInfo = frame_election_provider_support::weights::SubstrateWeight<Runtime>;
}

impl pallet_staking::Config for Runtime {
	type AdminOrigin = EnsureRoot<AccountId>;
	type BenchmarkingConfig = BenchmarkSizes;
	type BondingDuration = BondingDuration;
	type Currency = Balances;
	type CurrencyBalance = Balance;
	type CurrencyToVote = U128CurrencyToVote;
	type ElectionProvider = onchain::OnChainExecution<OnChainElection>;
	type EraPayout = FeesOfTheEra;
	type EventListeners = ();
	type Filter = Nothing;
	type GenesisElectionProvider = onchain::OnChainExecution<OnChainElection>;
	type HistoryDepth = ConstU32<84>;
	type MaxControllersInDeprecationBatch = ConstU32<0>;
	type MaxExposurePageSize = ConstU32<64>;
	type MaxUnlockingChunks = ConstU32<32>;
	type MaxValidatorSet = MaxAuthorities;
	type NextNewSession = Session;
	type NominationsQuota = pallet_staking::FixedNominationsQuota<MAX_NOMINATIONS>;
	type OldCurrency = Balances;
	type Reward = PaidFromThePot;
	type RewardRemainder = ();
	type RuntimeEvent = RuntimeEvent;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SessionInterface = Self;
	type SessionsPerEra = SessionsPerEra;
	type Slash = ResolveTo<Treasury, Balances>;
	type SlashDeferDuration = SlashDeferDuration;
	type TargetList = pallet_staking::UseValidatorsMap<Self>;
	type UnixTime = Timestamp;
	type VoterList = VoterList;
	type WeightInfo = pallet_staking::weights::SubstrateWeight<Runtime>;
}

/// How large benchmarks of staking are.
pub struct BenchmarkSizes;

impl pallet_staking::BenchmarkingConfig for BenchmarkSizes {
	type MaxNominators = ConstU32<1_000>;
	type MaxValidators = ConstU32<1_000>;
}

impl pallet_bags_list::Config for Runtime {
	type BagThresholds = BagThresholds;
	type MaxAutoRebagPerBlock = ConstU32<10>;
	type RuntimeEvent = RuntimeEvent;
	type Score = VoteWeight;
	type ScoreProvider = Staking;
	type WeightInfo = pallet_bags_list::weights::SubstrateWeight<Runtime>;
}

/// The bags into which voters are sorted by stake, so that an election finds the largest without sorting all.
///
/// A bag's voters differ by a factor of two at most. The supply as a [`VoteWeight`] is 2⁶⁴ or slightly less, and the
/// first bag ends at 2²⁰ of it, about 0.00006 OPEN.
pub const THRESHOLDS: [VoteWeight; 45] = thresholds();

const fn thresholds() -> [VoteWeight; 45] {
	let mut thresholds = [VoteWeight::MAX; 45];
	let mut index = 0;
	while index < 44 {
		thresholds[index] = 1 << (20 + index);
		index += 1;
	}
	thresholds
}

/// The account that collects the fees of the running era.
pub fn fee_pot() -> AccountId {
	FEE_POT.into_account_truncating()
}

/// The account that owes stakers the fees of past eras.
pub fn reward_pot() -> AccountId {
	REWARD_POT.into_account_truncating()
}

/// Promises the stakers of an era the fees of that era, and sets them aside.
pub struct FeesOfTheEra;

impl EraPayout<Balance> for FeesOfTheEra {
	fn era_payout(_staked: Balance, _issuance: Balance, _era_millis: u64) -> (Balance, Balance) {
		let fees = Balances::reducible_balance(&fee_pot(), Preservation::Preserve, Fortitude::Polite);
		match Balances::transfer(&fee_pot(), &reward_pot(), fees, Preservation::Preserve) {
			Ok(paid) => (paid, 0),
			Err(_) => (0, 0),
		}
	}
}

/// Takes out of the pot what the staking pallet has just issued to stakers, so that the supply stays what it was.
///
/// Rounding, and rewards that nobody claims while the history lasts, stay in the pot.
pub struct PaidFromThePot;

impl OnUnbalanced<Debt<AccountId, Balances>> for PaidFromThePot {
	fn on_nonzero_unbalanced(issued: Debt<AccountId, Balances>) {
		match Balances::settle(&reward_pot(), issued, Preservation::Preserve) {
			Ok(rest) => drop::<Credit<AccountId, Balances>>(rest),
			Err(_) => {
				defensive!("the pot holds what was promised to stakers");
			}
		}
	}
}
