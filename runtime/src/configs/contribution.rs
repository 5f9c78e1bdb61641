//! The contribution chamber, whose votes weigh what others paid for the voter's work.

#![warn(missing_docs)]

use super::{
	origins::{ContributionCanceller, ContributionKiller},
	parameters::dynamic_params::contribution_voting,
	scheduling::{Calls, ContributionScheduler},
	tracks::contribution::{ContributionTracks, SLASH_APPEAL},
};
use crate::{
	constants::OPEN,
	pace::{FastHalfLife, MaxDelegationLife, SlowHalfLife, SnapshotPeriod, UndecidingTimeout},
	AccountId, Balances, BlockNumber, ContributionReferenda, Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason,
	System,
};
use codec::DecodeLimit;
use frame_support::{
	parameter_types,
	traits::{AsEnsureOriginWithArg, Bounded, ConstU128, ConstU32, EitherOf},
};
use frame_system::{EnsureRoot, EnsureSigned};
use pallet_agents::DeferredSlash;
use pallet_contribution_voting::{Bonded, Conflicts, Interest, Tally};
use pallet_referenda::{Instance2, ReferendumInfo, ReferendumInfoFor};
use sp_runtime::Perbill;

parameter_types! {
	/// The greatest part of the weight of all that one account votes with.
	pub const AccountCap: Perbill = Perbill::from_percent(2);
}

impl pallet_contribution_voting::Config for Runtime {
	type AccountCap = AccountCap;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = super::benchmarking::BenchmarkHelper;
	type BondFactor = contribution_voting::BondFactor;
	type Conflicts = PartiesOfSlashes;
	type Currency = Balances;
	type Dust = ConstU128<{ OPEN / 1_000_000_000 }>;
	type FastHalfLife = FastHalfLife;
	type LeastTotal = contribution_voting::LeastTotal;
	type MaxCounted = ConstU32<32>;
	type MaxDelegationLife = MaxDelegationLife;
	type MaxLeaders = ConstU32<64>;
	// A referendum runs for at most two weeks before it is decided, four while it is, and a day: 43 periods, and as many again
	// for those that wait for a place.
	type MaxSnapshots = ConstU32<128>;
	type MinBond = contribution_voting::MinBond;
	type Polls = ContributionReferenda;
	// A majority of this chamber that could burn the weight of the minority would be one for ever.
	type PunishOrigin = EnsureRoot<AccountId>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SlowHalfLife = SlowHalfLife;
	type SnapshotPeriod = SnapshotPeriod;
	type SponsorDeposit = ConstU128<{ OPEN / 100 }>;
	type Tiers = Bonded<Runtime>;
	type WeightInfo = pallet_contribution_voting::weights::SubstrateWeight<Runtime>;
}

impl pallet_referenda::Config<Instance2> for Runtime {
	type AlarmInterval = ConstU32<1>;
	type BlockNumberProvider = System;
	// Not those of the stake chamber: it cannot stop what this one decides alone.
	type CancelOrigin = EitherOf<EnsureRoot<AccountId>, ContributionCanceller>;
	type Currency = Balances;
	type KillOrigin = EitherOf<EnsureRoot<AccountId>, ContributionKiller>;
	type MaxQueued = ConstU32<100>;
	type Preimages = Calls;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type Scheduler = ContributionScheduler;
	type Slash = crate::Treasury;
	type SubmissionDeposit = ConstU128<{ 10 * OPEN }>;
	type SubmitOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId>>;
	type Tally = Tally<Runtime>;
	type Tracks = ContributionTracks;
	type UndecidingTimeout = UndecidingTimeout;
	type Votes = crate::Balance;
	type WeightInfo = pallet_referenda::weights::SubstrateWeight<Runtime>;
}

/// Keeps those out of an appeal who have something to win or lose by the slash: the agent, whoever signed for it or was paid for
/// it when the slash was decided, has delegated stake to it or shares in the slash, and the payers of the batch.
///
/// An appeal is the call `agents.cancel_slash` and nothing around it, and younger than its slash.
pub struct PartiesOfSlashes;

impl Conflicts<AccountId, u32, u16> for PartiesOfSlashes {
	fn interest(poll: u32, class: &u16, who: &AccountId) -> Interest {
		if *class != SLASH_APPEAL {
			return Interest::None;
		}
		match appealed(poll) {
			// The slash of a poll that comes too late is nobody's business any more.
			None => Interest::Unknown,
			Some(slash) if is_party(&slash, who) => Interest::Party,
			Some(_) => Interest::None,
		}
	}
}

/// The slash that a referendum would call off. Such a call is short, and stands in the referendum itself: nobody has others read
/// a long one for each vote.
fn appealed(poll: u32) -> Option<DeferredSlash<AccountId, BlockNumber>> {
	let ReferendumInfo::Ongoing(status) = ReferendumInfoFor::<Runtime, Instance2>::get(poll)? else { return None };
	let Bounded::Inline(bytes) = status.proposal else { return None };
	let RuntimeCall::Agents(pallet_agents::Call::cancel_slash { id }) =
		RuntimeCall::decode_all_with_depth_limit(2, &mut &bytes[..]).ok()?
	else {
		return None;
	};
	pallet_agents::Deferred::<Runtime>::get(id).filter(|slash| slash.since <= status.submitted)
}

fn is_party(slash: &DeferredSlash<AccountId, BlockNumber>, who: &AccountId) -> bool {
	let names = [Some(&slash.agent), Some(&slash.signer), Some(&slash.beneficiary), slash.shares.challenger.as_ref()];
	names.into_iter().flatten().any(|name| name == who)
		|| pallet_agents::Delegations::<Runtime>::contains_key(&slash.agent, who)
		|| pallet_attribution::Payers::<Runtime>::get(slash.batch).iter().any(|payer| payer.account == *who)
}
