//! What both chambers stand on, and the stake chamber, whose votes weigh what the voter holds and locks.

#![warn(missing_docs)]

use super::{
	origins::{ReferendumCanceller, ReferendumKiller},
	scheduling::Calls,
	system::RuntimeBlockWeights,
	tracks::stake::StakeTracks,
};
use crate::{
	constants::{DEPOSIT_PER_BYTE, DEPOSIT_PER_ITEM, OPEN},
	pace::{UndecidingTimeout, VoteLockingPeriod},
	AccountId, Balance, Balances, OriginCaller, Referenda, Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason,
	RuntimeOrigin, Scheduler, System,
};
use frame_support::{
	parameter_types,
	traits::{
		fungible::HoldConsideration, AsEnsureOriginWithArg, ConstU128, ConstU32, EitherOf, EqualPrivilegeOnly,
		LinearStoragePrice,
	},
	weights::Weight,
};
use frame_system::{EnsureRoot, EnsureSigned};
use sp_runtime::Perbill;

parameter_types! {
	/// Scheduled calls leave a fifth of a block to the transactions of users.
	pub MaximumSchedulerWeight: Weight = Perbill::from_percent(80) * RuntimeBlockWeights::get().max_block;
	/// Names the hold behind a preimage.
	pub const PreimageHold: RuntimeHoldReason = RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
}

/// The share of OPEN that can vote at all: what the treasury holds does not count as absent.
type Electorate = frame_support::traits::tokens::currency::ActiveIssuanceOf<Balances, AccountId>;

impl pallet_preimage::Config for Runtime {
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		PreimageHold,
		LinearStoragePrice<ConstU128<DEPOSIT_PER_ITEM>, ConstU128<DEPOSIT_PER_BYTE>, Balance>,
	>;
	type Currency = Balances;
	type ManagerOrigin = EnsureRoot<AccountId>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_preimage::weights::SubstrateWeight<Runtime>;
}

impl pallet_scheduler::Config for Runtime {
	type BlockNumberProvider = System;
	// Votes on many referenda in one block set as many alarms for the next.
	type MaxScheduledPerBlock = ConstU32<256>;
	type MaximumWeight = MaximumSchedulerWeight;
	type OriginPrivilegeCmp = EqualPrivilegeOnly;
	type PalletsOrigin = OriginCaller;
	type Preimages = Calls;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type RuntimeOrigin = RuntimeOrigin;
	type ScheduleOrigin = EnsureRoot<AccountId>;
	type WeightInfo = pallet_scheduler::weights::SubstrateWeight<Runtime>;
}

impl pallet_conviction_voting::Config for Runtime {
	type BlockNumberProvider = System;
	type Currency = Balances;
	type MaxTurnout = Electorate;
	type MaxVotes = ConstU32<512>;
	type Polls = Referenda;
	type RuntimeEvent = RuntimeEvent;
	type VoteLockingPeriod = VoteLockingPeriod;
	type VotingHooks = ();
	type WeightInfo = pallet_conviction_voting::weights::SubstrateWeight<Runtime>;
}

impl super::origins::Config for Runtime {}

impl pallet_referenda::Config for Runtime {
	type AlarmInterval = ConstU32<1>;
	type BlockNumberProvider = System;
	type CancelOrigin = EitherOf<EnsureRoot<AccountId>, ReferendumCanceller>;
	type Currency = Balances;
	type KillOrigin = EitherOf<EnsureRoot<AccountId>, ReferendumKiller>;
	type MaxQueued = ConstU32<100>;
	type Preimages = Calls;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type Scheduler = Scheduler;
	// The deposits of a referendum that was killed as harmful.
	type Slash = crate::Treasury;
	type SubmissionDeposit = ConstU128<{ 10 * OPEN }>;
	type SubmitOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId>>;
	type Tally = pallet_conviction_voting::TallyOf<Runtime>;
	type Tracks = StakeTracks;
	type UndecidingTimeout = UndecidingTimeout;
	type Votes = pallet_conviction_voting::VotesOf<Runtime>;
	type WeightInfo = pallet_referenda::weights::SubstrateWeight<Runtime>;
}
