//! The brakes: what still runs when the chain is in safe mode, and who may stop single calls.

#![warn(missing_docs)]

use super::origins::Emergency;
use crate::{
	pace::SafeModePeriod, AccountId, Balances, BlockNumber, Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason,
	SafeMode, TxPause,
};
use frame_support::{
	parameter_types,
	traits::{ConstU32, Contains, EitherOf, Get, InsideBoth},
};
use frame_system::{EnsureRoot, EnsureRootWithSuccess, EnsureWithSuccess};
use pallet_tx_pause::RuntimeCallNameOf;

/// Lets through what neither brake holds back.
pub type Brakes = InsideBoth<SafeMode, TxPause>;

parameter_types! {
	/// Nobody enters safe mode by paying for it.
	pub const NoDeposit: Option<crate::Balance> = None;
	/// Hence there is no deposit to give back.
	pub const NoRelease: Option<BlockNumber> = None;
	/// See [`SafeModePeriod`].
	pub SafeModeBlocks: BlockNumber = SafeModePeriod::get();
}

/// Both chambers, or a referendum on the track for emergencies of either.
type RootOrEmergency =
	EitherOf<EnsureRootWithSuccess<AccountId, SafeModeBlocks>, EnsureWithSuccess<Emergency, AccountId, SafeModeBlocks>>;

impl pallet_safe_mode::Config for Runtime {
	type Currency = Balances;
	type EnterDepositAmount = NoDeposit;
	type EnterDuration = SafeModeBlocks;
	type ExtendDepositAmount = NoDeposit;
	type ExtendDuration = SafeModeBlocks;
	type ForceDepositOrigin = EnsureRoot<AccountId>;
	type ForceEnterOrigin = RootOrEmergency;
	type ForceExitOrigin = EitherOf<EnsureRoot<AccountId>, Emergency>;
	type ForceExtendOrigin = EnsureRootWithSuccess<AccountId, SafeModeBlocks>;
	type Notify = ();
	type ReleaseDelay = NoRelease;
	type RuntimeEvent = RuntimeEvent;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = pallet_safe_mode::weights::SubstrateWeight<Runtime>;
	type WhitelistedCalls = CallsInSafeMode;
}

impl pallet_tx_pause::Config for Runtime {
	type MaxNameLen = ConstU32<64>;
	type PauseOrigin = EnsureRoot<AccountId>;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type UnpauseOrigin = EnsureRoot<AccountId>;
	type WeightInfo = pallet_tx_pause::weights::SubstrateWeight<Runtime>;
	type WhitelistedCalls = CallsThatCannotBePaused;
}

/// What safe mode leaves alone: the making of blocks, the voting that ends safe mode, and the reports, refutations and
/// answers whose deadlines go on.
pub struct CallsInSafeMode;

impl Contains<RuntimeCall> for CallsInSafeMode {
	fn contains(call: &RuntimeCall) -> bool {
		matches!(
			call,
			RuntimeCall::System(..)
				| RuntimeCall::Timestamp(..)
				| RuntimeCall::Babe(..)
				| RuntimeCall::Grandpa(..)
				| RuntimeCall::Beefy(..)
				| RuntimeCall::Session(..)
				| RuntimeCall::MultiBlockMigrations(..)
				| RuntimeCall::Preimage(..)
				| RuntimeCall::Scheduler(..)
				| RuntimeCall::ConvictionVoting(..)
				| RuntimeCall::Referenda(..)
				| RuntimeCall::ContributionVoting(
					pallet_contribution_voting::Call::vote { .. }
						| pallet_contribution_voting::Call::remove_vote { .. }
						| pallet_contribution_voting::Call::delegate { .. }
						| pallet_contribution_voting::Call::undelegate { .. }
						| pallet_contribution_voting::Call::count { .. }
						| pallet_contribution_voting::Call::punish { .. }
				) | RuntimeCall::ContributionReferenda(..)
				| RuntimeCall::Chambers(..)
				| RuntimeCall::BoundedParameters(..)
				| RuntimeCall::Treasury(..)
				| RuntimeCall::SafeMode(..)
				| RuntimeCall::TxPause(..)
				// The calls in these are looked at one by one.
				| RuntimeCall::Utility(..)
				| RuntimeCall::Proxy(..)
				| RuntimeCall::Multisig(..)
				| RuntimeCall::Agents(
					pallet_agents::Call::answer_probe { .. } | pallet_agents::Call::cancel_slash { .. }
				) | RuntimeCall::Attribution(
				pallet_attribution::Call::refute { .. }
					| pallet_attribution::Call::refute_receipt { .. }
					| pallet_attribution::Call::refute_index { .. }
					| pallet_attribution::Call::report_equivocation { .. }
					| pallet_attribution::Call::open { .. }
					| pallet_attribution::Call::demand { .. }
			) | RuntimeCall::Verification(
				pallet_verification::Call::disclose { .. }
					| pallet_verification::Call::commit { .. }
					| pallet_verification::Call::reveal { .. }
					| pallet_verification::Call::open_lot { .. }
					| pallet_verification::Call::challenge { .. }
					| pallet_verification::Call::appeal { .. }
			) | RuntimeCall::Curation(
				pallet_curation::Call::commit { .. }
					| pallet_curation::Call::reveal { .. }
					| pallet_curation::Call::reveal_gold { .. }
					| pallet_curation::Call::appeal { .. }
			) | RuntimeCall::Datanets(
				pallet_datanets::Call::reveal { .. }
					| pallet_datanets::Call::contest_notice { .. }
					| pallet_datanets::Call::freeze_version { .. }
			)
		)
	}
}

/// The calls without which the chain stops or a pause could not be taken back.
pub struct CallsThatCannotBePaused;

impl Contains<RuntimeCallNameOf<Runtime>> for CallsThatCannotBePaused {
	fn contains(name: &RuntimeCallNameOf<Runtime>) -> bool {
		matches!(
			name.0.as_slice(),
			b"System"
				| b"Timestamp"
				| b"Babe" | b"Grandpa"
				| b"Beefy" | b"MultiBlockMigrations"
				| b"Preimage"
				| b"Scheduler"
				| b"ConvictionVoting"
				| b"Referenda"
				| b"ContributionVoting"
				| b"ContributionReferenda"
				| b"Chambers"
		)
	}
}
