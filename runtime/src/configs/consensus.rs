//! Who makes blocks and who finalises them: BABE, GRANDPA, BEEFY and the session that gives all three their keys.

#![warn(missing_docs)]

use crate::{
	constants::{MILLI_SECS_PER_BLOCK, OPEN, PRIMARY_PROBABILITY},
	pace::{EpochDuration, ReportLongevity},
	AccountId, Babe, Balance, Balances, BeefyMmrLeaf, Historical, Offences, Runtime, RuntimeCall, RuntimeEvent,
	Session, SessionKeys, Staking, UncheckedExtrinsic,
};
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64},
};
use frame_system::offchain::{CreateBare, CreateTransactionBase};
use pallet_session::{
	disabling::UpToLimitWithReEnablingDisablingStrategy,
	historical::{IdentificationTuple, NoteHistoricalRoot},
};
use sp_consensus_babe::{AllowedSlots, BabeEpochConfiguration};
use sp_consensus_beefy::ecdsa_crypto::AuthorityId as BeefyId;
use sp_runtime::traits::{ConvertInto, OpaqueKeys};
use sp_session::MembershipProof;

/// How slots are given to authors, from genesis on.
///
/// Secondary slots make every slot carry a block; their VRF keeps the next author unknown to an attacker.
pub const BABE_GENESIS_EPOCH_CONFIG: BabeEpochConfiguration =
	BabeEpochConfiguration { c: PRIMARY_PROBABILITY, allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots };

/// The most validators that one session can have.
pub type MaxAuthorities = ConstU32<300>;

/// The most nominators of one validator that a report of its offence is weighed for.
type MaxNominators = ConstU32<64>;

/// Sessions for which the voters' sets are remembered, so that an old double vote can be placed: a live bonding period.
type MaxSetIdSessionEntries = ConstU64<168>;

impl pallet_babe::Config for Runtime {
	type DisabledValidators = Session;
	type EpochChangeTrigger = pallet_babe::ExternalTrigger;
	type EpochDuration = EpochDuration;
	type EquivocationReportSystem = pallet_babe::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
	type ExpectedBlockTime = ConstU64<MILLI_SECS_PER_BLOCK>;
	type KeyOwnerProof = MembershipProof;
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = MaxNominators;
	type WeightInfo = ();
}

impl pallet_authorship::Config for Runtime {
	// Authors earn points, and points earn the fees of the era.
	type EventHandler = Staking;
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Runtime, Babe>;
}

parameter_types! {
	/// The deposit for keeping an account's session keys.
	pub const KeyDeposit: Balance = OPEN;
}

impl pallet_session::Config for Runtime {
	type Currency = Balances;
	// An offender does not author until the era ends, unless worse offenders take up the third that may be disabled.
	type DisablingStrategy = UpToLimitWithReEnablingDisablingStrategy;
	type KeyDeposit = KeyDeposit;
	type Keys = SessionKeys;
	type NextSessionRotation = Babe;
	type RuntimeEvent = RuntimeEvent;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type SessionManager = NoteHistoricalRoot<Self, Staking>;
	type ShouldEndSession = Babe;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl pallet_session::historical::Config for Runtime {
	type FullIdentification = ();
	type FullIdentificationOf = pallet_staking::UnitIdentificationOf<Self>;
	type RuntimeEvent = RuntimeEvent;
}

impl pallet_offences::Config for Runtime {
	type IdentificationTuple = IdentificationTuple<Self>;
	type OnOffenceHandler = Staking;
	type RuntimeEvent = RuntimeEvent;
}

impl pallet_authority_discovery::Config for Runtime {
	type MaxAuthorities = MaxAuthorities;
}

impl pallet_grandpa::Config for Runtime {
	type EquivocationReportSystem =
		pallet_grandpa::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
	type KeyOwnerProof = MembershipProof;
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = MaxNominators;
	type MaxSetIdSessionEntries = MaxSetIdSessionEntries;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
}

impl pallet_beefy::Config for Runtime {
	type AncestryHelper = BeefyMmrLeaf;
	type BeefyId = BeefyId;
	type EquivocationReportSystem = pallet_beefy::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
	type KeyOwnerProof = MembershipProof;
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = MaxNominators;
	type MaxSetIdSessionEntries = MaxSetIdSessionEntries;
	type OnNewValidatorSet = BeefyMmrLeaf;
	type WeightInfo = ();
}

// Reports of equivocations travel as transactions without a signature.
impl<C> CreateTransactionBase<C> for Runtime
where
	RuntimeCall: From<C>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<C> CreateBare<C> for Runtime
where
	RuntimeCall: From<C>,
{
	fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_bare(call)
	}
}
