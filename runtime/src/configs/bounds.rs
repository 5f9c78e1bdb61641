//! The bounds of the parameters: on which track each changes, and within which range.
//!
//! Ranges apply to changes. What genesis sets may be outside them, as the short periods of a development chain are; the
//! defaults are not. A range is as wide as the chain stays safe in, whatever the other parameters are within theirs.

#![warn(missing_docs)]

use super::{
	origins::{AgentManager, DatanetPolicy, FeeSetter},
	parameters::{
		dynamic_params::{
			agents, attribution, contribution_voting, credits, curation, datanets, model_registry, verification,
		},
		RuntimeParameters, RuntimeParametersKey,
	},
};
use crate::{
	constants::{DAYS, HOURS, OPEN, TOTAL_SUPPLY},
	pace::ParameterInterval,
	AccountId, Balance, BlockNumber, Parameters, Runtime, RuntimeOrigin,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	dispatch::DispatchResult,
	traits::{EnsureOrigin, EnsureOriginWithArg},
};
use frame_system::EnsureRoot;
use pallet_bounded_parameters::{bounds, Step, Store};
use scale_info::TypeInfo;
use sp_runtime::Perbill;

/// The tracks on which parameters change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Track {
	/// What agents, models, attribution and audits stand on.
	#[codec(index = 0)]
	AgentManagement,
	/// What datanets and curation stand on.
	#[codec(index = 1)]
	DatanetPolicy,
	/// Fees and prices.
	#[codec(index = 2)]
	FeeParameters,
	/// What both chambers have to agree on.
	#[codec(index = 3)]
	Root,
}

/// The least that the least stake of an agent may be.
const LEAST_STAKE: Balance = 50 * OPEN;

/// The longest window in which a batch can be challenged.
const LONGEST_CHALLENGE: BlockNumber = 7 * DAYS;

/// The shortest.
const SHORTEST_CHALLENGE: BlockNumber = 2 * DAYS + HOURS;

/// The greatest price of 1,000 tokens: all there is.
const GREATEST_PRICE: Balance = TOTAL_SUPPLY;

/// The greatest fee of an auditor.
const GREATEST_FEE: Balance = OPEN / 67;

/// The least fine for a planted error that is not seen.
const LEAST_PLANT_FINE: Balance = 3 * OPEN / 2;

/// The greatest.
const GREATEST_PLANT_FINE: Balance = 15 * OPEN;

/// The least rate of planted errors, in a million audits.
const LEAST_PLANT_RATE: u32 = 10_000;

/// The least stake of an auditor.
const LEAST_SEAT: Balance = 100 * OPEN;

/// The least bond of a curator.
const LEAST_CURATOR: Balance = 20 * OPEN;

/// The most that a curator pays for silence.
const GREATEST_NO_SHOW: Balance = 20 * OPEN;

const MILLION: Balance = 1_000_000;

// Relations between parameters hold for all values within the ranges.
const _: () = {
	// An agent has `OpenWindow`, a day, to open what is demanded at the latest a day before the end.
	assert!(SHORTEST_CHALLENGE > 2 * DAYS);
	// `pallet-model-registry` multiplies a price by a number of tokens.
	assert!(GREATEST_PRICE.checked_mul(u32::MAX as Balance).is_some());
	// Who always says "sound" misses planted errors, and pays more for them than it is paid for the others.
	let (planted, rest) = (LEAST_PLANT_RATE as Balance, MILLION - LEAST_PLANT_RATE as Balance);
	assert!(GREATEST_FEE * rest < LEAST_PLANT_FINE * planted);
	// Fines are paid out of what an auditor or curator has at stake.
	assert!(GREATEST_PLANT_FINE <= LEAST_SEAT && GREATEST_NO_SHOW <= LEAST_CURATOR);
};

bounds! {
	/// The bounds of all parameters.
	pub struct Bounds: RuntimeParameters, RuntimeParametersKey, Track, Step::DOUBLE;

	ContributionVoting in contribution_voting {
		// Below 73, a fifth of the vote costs less than a quarter of what is paid in a year (ADR 20). Twice as much asks of
		// honest payers to lock twice what they spend in a year.
		BondFactor: Root, 73, 150;
		MinBond: Root, 10 * OPEN, 10_000 * OPEN;
		// Support is measured against it at least, on all tracks: above what the chamber weighs, nothing passes any more.
		LeastTotal: Root, 1_000 * OPEN, 20_000 * OPEN;
	}

	Agents in agents {
		// Never shorter than a batch can be challenged.
		UnbondingPeriod: AgentManagement, LONGEST_CHALLENGE, 28 * DAYS;
		MinStake: AgentManagement, LEAST_STAKE, 10_000 * OPEN;
		// Below about 70 percent, a liar that refutes itself comes out ahead.
		FraudSlash: AgentManagement, Perbill::from_percent(90), Perbill::from_percent(100);
		// More than a percent punishes a broken disk as a lie.
		SilenceSlash: AgentManagement, Perbill::from_parts(100_000), Perbill::from_percent(1);
		// Many, and most of what answers for an agent is not its own.
		MaxDelegation: AgentManagement, 1, 8;
	}

	Attribution in attribution {
		ChallengeWindow: AgentManagement, SHORTEST_CHALLENGE, LONGEST_CHALLENGE;
		SampleRate: AgentManagement, Perbill::from_percent(1), Perbill::from_percent(20);
		// Below the agent's costs, demands are a nuisance.
		DemandFee: FeeParameters, OPEN / 100, 10 * OPEN;
	}

	Credits in credits {
		// Too short, and agents lose what they have served; too long, and payers are locked in.
		CloseDelay: AgentManagement, DAYS, 14 * DAYS;
	}

	Datanets in datanets {
		// A row that costs nothing is spam.
		BondPerRow: DatanetPolicy, OPEN / 10_000, OPEN;
		DatanetDeposit: DatanetPolicy, OPEN, 1_000 * OPEN;
		CommitDeposit: DatanetPolicy, OPEN / 10, 100 * OPEN;
		NoticeBond: DatanetPolicy, 2 * OPEN, 1_000 * OPEN;
	}

	ModelRegistry in model_registry {
		ModelDeposit: AgentManagement, OPEN, 1_000 * OPEN;
		MaxPrice: FeeParameters, OPEN, GREATEST_PRICE;
		// Eight accounts, as many as fit a split, must be able to have that much each.
		MinShare: AgentManagement, 1, 1_000;
		EvaluationBond: AgentManagement, OPEN, 1_000 * OPEN;
		DisputeBond: AgentManagement, 5 * OPEN, 1_000 * OPEN;
	}

	Curation in curation {
		CuratorBond: DatanetPolicy, LEAST_CURATOR, 10_000 * OPEN;
		Fee: FeeParameters, OPEN / 100, 100 * OPEN;
		GoldDeposit: DatanetPolicy, 2 * OPEN, 1_000 * OPEN;
		AppealBond: DatanetPolicy, 5 * OPEN, 1_000 * OPEN;
		NoShowPenalty: DatanetPolicy, OPEN / 10, GREATEST_NO_SHOW;
		// Less makes lies cheap.
		GoldPenalty: DatanetPolicy, Perbill::from_percent(20), Perbill::from_percent(100);
	}

	Verification in verification {
		// Above a 34th of the least stake, cheating pays.
		PerAudit: AgentManagement, OPEN / 10, LEAST_STAKE / 34;
		// Too few, and small batches are as good as unaudited.
		LeastRate: AgentManagement, 5_000, 200_000;
		// More than a tenth, and a tenth of all audits finds nothing about the agent.
		PlantRate: AgentManagement, LEAST_PLANT_RATE, 100_000;
		Fee: FeeParameters, OPEN / 1_000, GREATEST_FEE;
		SilenceFine: AgentManagement, OPEN / 100, OPEN;
		ErrorFine: AgentManagement, OPEN / 50, 2 * OPEN;
		PlantFine: AgentManagement, LEAST_PLANT_FINE, GREATEST_PLANT_FINE;
		ChallengeBond: AgentManagement, OPEN / 10, 100 * OPEN;
		// Less than two percent lets those who bribe auditors profit; much more, and nobody can afford to be right.
		ChallengePart: AgentManagement, Perbill::from_percent(2), Perbill::from_percent(20);
		AppealBond: AgentManagement, OPEN / 10, 100 * OPEN;
		SeatStake: AgentManagement, LEAST_SEAT, 100_000 * OPEN;
	}
}

/// Who may change the parameters of a track: what a referendum on it confers, and for [`Track::Root`] both chambers.
pub struct TrackOrigins;

impl EnsureOriginWithArg<RuntimeOrigin, Track> for TrackOrigins {
	type Success = ();

	fn try_origin(origin: RuntimeOrigin, track: &Track) -> Result<(), RuntimeOrigin> {
		match track {
			Track::AgentManagement => AgentManager::try_origin(origin),
			Track::DatanetPolicy => DatanetPolicy::try_origin(origin),
			Track::FeeParameters => FeeSetter::try_origin(origin),
			Track::Root => <EnsureRoot<AccountId> as EnsureOrigin<_>>::try_origin(origin),
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn try_successful_origin(track: &Track) -> Result<RuntimeOrigin, ()> {
		match track {
			Track::AgentManagement => AgentManager::try_successful_origin(),
			Track::DatanetPolicy => DatanetPolicy::try_successful_origin(),
			Track::FeeParameters => FeeSetter::try_successful_origin(),
			Track::Root => <EnsureRoot<AccountId> as EnsureOrigin<_>>::try_successful_origin(),
		}
	}
}

/// Sets parameters in `pallet-parameters`.
pub struct ParameterStore;

impl Store<RuntimeOrigin, RuntimeParameters> for ParameterStore {
	fn set(origin: RuntimeOrigin, parameter: RuntimeParameters) -> DispatchResult {
		Parameters::set_parameter(origin, parameter)
	}
}

impl pallet_bounded_parameters::Config for Runtime {
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = DearerStake;
	type MinInterval = ParameterInterval;
	type Origins = TrackOrigins;
	type Rules = Bounds;
	type RuntimeParameters = RuntimeParameters;
	type Store = ParameterStore;
	type WeightInfo = pallet_bounded_parameters::weights::SubstrateWeight<Runtime>;
}

/// A least stake above the default.
#[cfg(feature = "runtime-benchmarks")]
pub struct DearerStake;

#[cfg(feature = "runtime-benchmarks")]
impl pallet_bounded_parameters::benchmarking::BenchmarkHelper<RuntimeParameters> for DearerStake {
	fn parameter() -> RuntimeParameters {
		RuntimeParameters::Agents(agents::Parameters::MinStake(agents::MinStake, Some(101 * OPEN)))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use pallet_bounded_parameters::Rules;

	#[test]
	fn every_default_is_within_its_range_and_can_change() {
		sp_io::TestExternalities::default().execute_with(|| {
			for key in Bounds::all() {
				let rule = Bounds::rule(&key);
				assert!(rule.contains(rule.current), "{key:?}: {rule:?}");
				assert!(rule.least > 0 && rule.least < rule.most, "{key:?} can be switched off or cannot change");
				let (least, most) = rule.next_range();
				assert!(least < rule.current || most > rule.current, "{key:?} is stuck");
			}
		});
	}

	#[test]
	fn every_parameter_is_in_the_table_once() {
		let keys: Vec<_> = Bounds::all().collect();
		assert_eq!(keys.len(), 38);
		for (number, key) in keys.iter().enumerate() {
			assert!(!keys.iter().skip(number + 1).any(|other| other == key), "{key:?}");
		}
	}

	/// A range that is read as code says: what agents lose, hold and wait for is not in the hands of those who set fees.
	#[test]
	fn fees_and_prices_have_a_track_of_their_own() {
		sp_io::TestExternalities::default().execute_with(|| {
			let fees = Bounds::all().filter(|key| Bounds::rule(key).track == Track::FeeParameters);
			assert_eq!(fees.count(), 4);
			let root = Bounds::all().filter(|key| Bounds::rule(key).track == Track::Root);
			assert_eq!(root.count(), 3);
		});
	}
}
