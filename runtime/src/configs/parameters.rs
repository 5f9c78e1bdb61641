//! The numbers that referenda may change while the chain runs, each within its bounds ([`super::bounds`]).
//!
//! Each group belongs to one of our pallets and has that pallet's index. A group's index and a key's index are part of
//! the wire format for ever.

// The macros write public types that carry no docs.
#![allow(missing_docs)]

use crate::{
	constants::{DAYS, OPEN},
	Balance, BlockNumber, Runtime, RuntimeEvent,
};
use frame_support::{
	dynamic_params::{dynamic_pallet_params, dynamic_params},
	traits::AsEnsureOriginWithArg,
};
use sp_runtime::Perbill;

#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod dynamic_params {
	use super::*;

	/// Parameters of `pallet-contribution-voting`.
	#[dynamic_pallet_params]
	#[codec(index = 37)]
	pub mod contribution_voting {
		/// The bond for each planck of weight that it may have given at a time.
		#[codec(index = 0)]
		pub static BondFactor: u32 = 75;

		/// The least bond.
		#[codec(index = 1)]
		pub static MinBond: Balance = 100 * OPEN;

		/// The weight of all from which the contribution chamber is constituted, and the least that turnout is measured against.
		#[codec(index = 2)]
		pub static LeastTotal: Balance = 10_000 * OPEN;
	}

	/// Parameters of `pallet-agents`.
	#[dynamic_pallet_params]
	#[codec(index = 50)]
	pub mod agents {
		/// Blocks between asking for a stake back and getting it. It must exceed every window in which the agent can
		/// still be slashed.
		#[codec(index = 0)]
		pub static UnbondingPeriod: BlockNumber = 7 * DAYS;

		/// The least stake with which an agent may serve.
		#[codec(index = 1)]
		pub static MinStake: Balance = 100 * OPEN;

		/// The share of a stake that a proven fraud costs.
		#[codec(index = 2)]
		pub static FraudSlash: Perbill = Perbill::from_percent(100);

		/// The part of its own stake that an agent loses for a probe that it does not answer.
		#[codec(index = 3)]
		pub static SilenceSlash: Perbill = Perbill::from_parts(1_000_000);

		/// How many times its own stake may be delegated to an agent.
		#[codec(index = 4)]
		pub static MaxDelegation: u32 = 4;
	}

	/// Parameters of `pallet-attribution`.
	#[dynamic_pallet_params]
	#[codec(index = 51)]
	pub mod attribution {
		/// Blocks in which a batch of receipts can be challenged before it settles.
		#[codec(index = 0)]
		pub static ChallengeWindow: BlockNumber = 3 * DAYS;

		/// The part of a batch's receipts whose attributions must be opened.
		#[codec(index = 1)]
		pub static SampleRate: Perbill = Perbill::from_percent(2);

		/// What an agent has for opening a receipt that somebody demands.
		#[codec(index = 2)]
		pub static DemandFee: Balance = OPEN / 10;
	}

	/// Parameters of `pallet-credits`.
	#[dynamic_pallet_params]
	#[codec(index = 52)]
	pub mod credits {
		/// Blocks between announcing the end of a channel and taking the rest of the deposit out.
		#[codec(index = 0)]
		pub static CloseDelay: BlockNumber = 3 * DAYS;
	}

	/// Parameters of `pallet-datanets`.
	#[dynamic_pallet_params]
	#[codec(index = 53)]
	pub mod datanets {
		/// The bond that a contributor holds for each row.
		#[codec(index = 0)]
		pub static BondPerRow: Balance = OPEN / 100;

		/// The deposit for creating a datanet.
		#[codec(index = 1)]
		pub static DatanetDeposit: Balance = 10 * OPEN;

		/// The deposit for a commitment, which is burnt if it is not revealed.
		#[codec(index = 2)]
		pub static CommitDeposit: Balance = OPEN;

		/// The bond of a notice, and of contesting one.
		#[codec(index = 3)]
		pub static NoticeBond: Balance = 20 * OPEN;
	}

	/// Parameters of `pallet-model-registry`.
	#[dynamic_pallet_params]
	#[codec(index = 54)]
	pub mod model_registry {
		/// The deposit for registering a model.
		#[codec(index = 0)]
		pub static ModelDeposit: Balance = 10 * OPEN;

		/// The greatest price of 1,000 tokens.
		#[codec(index = 1)]
		pub static MaxPrice: Balance = 1_000_000 * OPEN;

		/// The least share of a split, in basis points.
		#[codec(index = 2)]
		pub static MinShare: u16 = 1;

		/// What is held for an evaluation.
		#[codec(index = 3)]
		pub static EvaluationBond: Balance = 10 * OPEN;

		/// What is held for a dispute.
		#[codec(index = 4)]
		pub static DisputeBond: Balance = 50 * OPEN;
	}

	/// Parameters of `pallet-curation`.
	#[dynamic_pallet_params]
	#[codec(index = 55)]
	pub mod curation {
		/// What is held from a curator.
		#[codec(index = 0)]
		pub static CuratorBond: Balance = 100 * OPEN;

		/// What a curator is paid for a task.
		#[codec(index = 1)]
		pub static Fee: Balance = OPEN;

		/// What an opener loses that does not reveal the gold.
		#[codec(index = 2)]
		pub static GoldDeposit: Balance = 20 * OPEN;

		/// What an appeal costs that changes nothing.
		#[codec(index = 3)]
		pub static AppealBond: Balance = 50 * OPEN;

		/// What a member pays that does not reveal.
		#[codec(index = 4)]
		pub static NoShowPenalty: Balance = 2 * OPEN;

		/// What a curator loses of its bond that misses more gold than chance explains.
		#[codec(index = 5)]
		pub static GoldPenalty: Perbill = Perbill::from_percent(50);
	}

	/// Parameters of `pallet-verification`.
	#[dynamic_pallet_params]
	#[codec(index = 56)]
	pub mod verification {
		/// Fees on which one audit falls.
		#[codec(index = 0)]
		pub static PerAudit: Balance = OPEN;

		/// Audits in a million batches, at least.
		#[codec(index = 1)]
		pub static LeastRate: u32 = 10_000;

		/// Planted errors in a million audits.
		#[codec(index = 2)]
		pub static PlantRate: u32 = 10_000;

		/// What an auditor is paid for a finding.
		#[codec(index = 3)]
		pub static Fee: Balance = OPEN / 100;

		/// What an auditor is fined that does not speak.
		#[codec(index = 4)]
		pub static SilenceFine: Balance = OPEN / 10;

		/// What an auditor is fined whose finding does not last.
		#[codec(index = 5)]
		pub static ErrorFine: Balance = OPEN / 5;

		/// What an auditor is fined that does not see a planted error.
		#[codec(index = 6)]
		pub static PlantFine: Balance = 3 * OPEN / 2;

		/// What is held for a challenge, at least.
		#[codec(index = 7)]
		pub static ChallengeBond: Balance = OPEN;

		/// What is held for a challenge at least, as a part of what the accused would lose.
		#[codec(index = 8)]
		pub static ChallengePart: Perbill = Perbill::from_percent(5);

		/// What is held for an appeal.
		#[codec(index = 9)]
		pub static AppealBond: Balance = OPEN;

		/// What an auditor must have at stake to take a seat.
		#[codec(index = 10)]
		pub static SeatStake: Balance = 1_000 * OPEN;
	}
}

impl pallet_parameters::Config for Runtime {
	// The check of the origin sees the key and not the value: who may set what, and to what, `pallet-bounded-parameters` knows.
	type AdminOrigin = AsEnsureOriginWithArg<pallet_bounded_parameters::EnsureBounded>;
	type RuntimeEvent = RuntimeEvent;
	type RuntimeParameters = RuntimeParameters;
	type WeightInfo = ();
}
