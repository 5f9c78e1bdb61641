//! What needs both chambers, and what each power extends to.

#![warn(missing_docs)]

use super::{origins::Origin, scheduling::Calls, system::RuntimeBlockWeights};
use crate::{
	pace::{AssentPeriod, DelayPeriod, EnactmentPeriod},
	ContributionVoting, OriginCaller, Runtime, RuntimeCall, Scheduler,
};
use frame_support::{parameter_types, traits::ConstU32, weights::Weight};
use pallet_chambers::{Allowed, Constituted, Power};
use sp_runtime::{traits::Convert, Perbill};

parameter_types! {
	/// The most that a call may weigh: less than the four fifths of a block that scheduled calls have together, since to look it
	/// up weighs something too.
	pub MaximumWeight: Weight = Perbill::from_percent(75) * RuntimeBlockWeights::get().max_block;
}

impl pallet_chambers::Config for Runtime {
	type Allowed = Powers;
	type AssentPeriod = AssentPeriod;
	type Contribution = ContributionChamber;
	type DelayPeriod = DelayPeriod;
	type Enactment = EnactmentPeriod;
	type MaxProposals = ConstU32<256>;
	type MaxWeight = MaximumWeight;
	type PalletsOrigin = OriginCaller;
	type Powers = Powers;
	type Preimages = Calls;
	type RuntimeCall = RuntimeCall;
	type Scheduler = Scheduler;
	type WeightInfo = pallet_chambers::weights::SubstrateWeight<Runtime>;
}

/// What powers are, and what they extend to.
pub struct Powers;

impl Convert<Power, OriginCaller> for Powers {
	fn convert(power: Power) -> OriginCaller {
		match power {
			// Only root may authorise code; that it authorises nothing else, `allowed` sees to.
			Power::Root | Power::Upgrade => OriginCaller::system(frame_system::RawOrigin::Root),
			Power::Treasury => OriginCaller::Origins(Origin::LargeSpender),
			Power::Bridge => OriginCaller::Origins(Origin::Bridge),
		}
	}
}

impl Allowed<RuntimeCall> for Powers {
	fn allowed(power: Power, call: &RuntimeCall) -> bool {
		match power {
			Power::Upgrade => matches!(call, RuntimeCall::System(frame_system::Call::authorize_upgrade { .. })),
			Power::Treasury => matches!(call, RuntimeCall::Treasury(..) | RuntimeCall::Utility(..)),
			Power::Root | Power::Bridge => true,
		}
	}
}

/// Whether the contribution chamber has ever been heavy enough to be asked.
pub struct ContributionChamber;

impl Constituted for ContributionChamber {
	fn constituted() -> bool {
		ContributionVoting::constituted()
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn constitute(constituted: bool) {
		pallet_contribution_voting::Constituted::<Runtime>::put(constituted);
	}
}
