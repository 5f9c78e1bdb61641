//! Who makes blocks and who finalises them: BABE, GRANDPA and the session that gives both their keys.

#![warn(missing_docs)]

use crate::{
	constants::{EPOCH_DURATION_IN_SLOTS, MILLI_SECS_PER_BLOCK, OPEN, PRIMARY_PROBABILITY},
	AccountId, Babe, Balance, Balances, Runtime, RuntimeEvent, Session, SessionKeys,
};
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64},
};
use sp_consensus_babe::{AllowedSlots, BabeEpochConfiguration};
use sp_runtime::traits::{ConvertInto, OpaqueKeys};

/// How slots are given to authors, from genesis on.
///
/// Secondary slots make every slot carry a block; their VRF keeps the next author unknown to an attacker.
pub const BABE_GENESIS_EPOCH_CONFIG: BabeEpochConfiguration =
	BabeEpochConfiguration { c: PRIMARY_PROBABILITY, allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots };

/// The most validators that one session can have.
type MaxAuthorities = ConstU32<300>;

/// Validators are not nominated.
type MaxNominators = ConstU32<0>;

impl pallet_babe::Config for Runtime {
	type DisabledValidators = Session;
	type EpochChangeTrigger = pallet_babe::ExternalTrigger;
	type EpochDuration = ConstU64<EPOCH_DURATION_IN_SLOTS>;
	// A double signer is not punished: no stake backs the validators of a static set.
	type EquivocationReportSystem = ();
	type ExpectedBlockTime = ConstU64<MILLI_SECS_PER_BLOCK>;
	type KeyOwnerProof = sp_core::Void;
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = MaxNominators;
	type WeightInfo = ();
}

impl pallet_authorship::Config for Runtime {
	type EventHandler = ();
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Runtime, Babe>;
}

parameter_types! {
	/// The deposit for keeping an account's session keys.
	pub const KeyDeposit: Balance = OPEN;
}

impl pallet_session::Config for Runtime {
	type Currency = Balances;
	// Nobody is disabled, because nobody is reported.
	type DisablingStrategy = ();
	type KeyDeposit = KeyDeposit;
	type Keys = SessionKeys;
	type NextSessionRotation = Babe;
	type RuntimeEvent = RuntimeEvent;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	// The validators of genesis stay; they may change their keys.
	type SessionManager = ();
	type ShouldEndSession = Babe;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl pallet_grandpa::Config for Runtime {
	// As for BABE.
	type EquivocationReportSystem = ();
	type KeyOwnerProof = sp_core::Void;
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = MaxNominators;
	// The session of an old set is only asked for by equivocation reports.
	type MaxSetIdSessionEntries = ConstU64<0>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
}
