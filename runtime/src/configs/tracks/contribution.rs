//! The tracks of the contribution chamber, whose votes weigh what others paid for the voter's work.

use super::{
	curves::{MAJORITY, POLICY_TURNOUT, SMALL_TURNOUT, SPENDING_TURNOUT, STRONG_TURNOUT, TWO_THIRDS},
	of_both, paced, track, ChainTrack, Periods, Threshold,
};
use crate::{
	configs::origins::Origin,
	constants::{DAYS, HOURS, MINUTES, OPEN},
	Balance, BlockNumber, OriginCaller, RuntimeOrigin,
};
use alloc::borrow::Cow;
use frame_support::traits::OriginTrait;
use pallet_chambers::{Chamber, Power};
use pallet_referenda::TracksInfo;

const ROOT: u16 = 100;
const EMERGENCY: u16 = 101;
const UPGRADE: u16 = 102;
const TREASURY: u16 = 103;
const BRIDGE: u16 = 104;
const DELAY: u16 = 105;
const SMALL_SPENDER: u16 = 110;
const MEDIUM_SPENDER: u16 = 111;
const MODEL_FUNDING: u16 = 112;
const AGENT_MANAGEMENT: u16 = 120;
const DATANET_POLICY: u16 = 121;
const FEE_PARAMETERS: u16 = 122;
/// The track on which slashes are called off.
pub const SLASH_APPEAL: u16 = 123;
const CANCELLER: u16 = 130;
const KILLER: u16 = 131;

/// Time for everybody: four weeks at most, a day without a change of mind.
const LONG: Periods = Periods { prepare: 2 * HOURS, decide: 28 * DAYS, confirm: DAYS, enact: 10 * MINUTES };

/// Two weeks at most, and a day.
const MIDDLE: Periods = Periods { prepare: 2 * HOURS, decide: 14 * DAYS, confirm: DAYS, enact: HOURS };

/// Shorter than the four days in which a slash can be called off, all steps together.
const APPEAL: Periods = Periods { prepare: HOURS, decide: 2 * DAYS, confirm: 6 * HOURS, enact: MINUTES };

const POLICY: Threshold = Threshold { approval: MAJORITY, support: POLICY_TURNOUT };
const SPENDING: Threshold = Threshold { approval: MAJORITY, support: SPENDING_TURNOUT };
const STRONG: Threshold = Threshold { approval: TWO_THIRDS, support: STRONG_TURNOUT };

const TRACKS: [ChainTrack; 15] = [
	track(ROOT, "root", 5, 10_000 * OPEN, LONG, Threshold { approval: MAJORITY, support: STRONG_TURNOUT }),
	track(
		EMERGENCY,
		"emergency",
		50,
		1_000 * OPEN,
		Periods { prepare: 10 * MINUTES, decide: 2 * DAYS, confirm: 10 * MINUTES, enact: MINUTES },
		STRONG,
	),
	track(UPGRADE, "upgrade", 2, 5_000 * OPEN, LONG, POLICY),
	track(TREASURY, "treasury_large", 5, 1_000 * OPEN, LONG, POLICY),
	track(BRIDGE, "bridge", 2, 5_000 * OPEN, LONG, POLICY),
	track(
		DELAY,
		"delay",
		50,
		1_000 * OPEN,
		Periods { prepare: HOURS, decide: 2 * DAYS, confirm: 3 * HOURS, enact: MINUTES },
		POLICY,
	),
	track(
		SMALL_SPENDER,
		"treasury_small",
		20,
		50 * OPEN,
		Periods { prepare: 2 * HOURS, decide: 7 * DAYS, confirm: 12 * HOURS, enact: HOURS },
		Threshold { approval: MAJORITY, support: SMALL_TURNOUT },
	),
	track(MEDIUM_SPENDER, "treasury_medium", 10, 500 * OPEN, MIDDLE, SPENDING),
	track(MODEL_FUNDING, "model_funding", 10, 500 * OPEN, MIDDLE, SPENDING),
	track(AGENT_MANAGEMENT, "agent_management", 20, 1_000 * OPEN, MIDDLE, POLICY),
	track(DATANET_POLICY, "datanet_policy", 20, 1_000 * OPEN, MIDDLE, POLICY),
	track(FEE_PARAMETERS, "fee_parameters", 20, 1_000 * OPEN, MIDDLE, POLICY),
	track(
		SLASH_APPEAL,
		"slash_appeal",
		100,
		100 * OPEN,
		APPEAL,
		Threshold { approval: MAJORITY, support: SPENDING_TURNOUT },
	),
	track(
		CANCELLER,
		"referendum_canceller",
		100,
		1_000 * OPEN,
		Periods { prepare: 2 * HOURS, decide: 7 * DAYS, confirm: 3 * HOURS, enact: 10 * MINUTES },
		STRONG,
	),
	track(
		KILLER,
		"referendum_killer",
		100,
		5_000 * OPEN,
		Periods { prepare: 2 * HOURS, decide: 14 * DAYS, confirm: 3 * HOURS, enact: 10 * MINUTES },
		STRONG,
	),
];

/// The tracks, with periods of the chain's pace.
pub struct ContributionTracks;

impl TracksInfo<Balance, BlockNumber> for ContributionTracks {
	type Id = u16;
	type RuntimeOrigin = <RuntimeOrigin as OriginTrait>::PalletsOrigin;

	fn tracks() -> impl Iterator<Item = Cow<'static, ChainTrack>> {
		paced(&TRACKS)
	}

	fn track_for(origin: &Self::RuntimeOrigin) -> Result<Self::Id, ()> {
		if let Some(power) = of_both(origin, Chamber::Contribution) {
			return Ok(match power {
				Some(Power::Root) => ROOT,
				Some(Power::Upgrade) => UPGRADE,
				Some(Power::Treasury) => TREASURY,
				Some(Power::Bridge) => BRIDGE,
				None => DELAY,
			});
		}
		match origin {
			OriginCaller::Origins(origin) => match origin {
				Origin::Emergency => Ok(EMERGENCY),
				Origin::SmallSpender => Ok(SMALL_SPENDER),
				Origin::MediumSpender => Ok(MEDIUM_SPENDER),
				Origin::ModelFunder => Ok(MODEL_FUNDING),
				Origin::AgentManager => Ok(AGENT_MANAGEMENT),
				Origin::DatanetPolicy => Ok(DATANET_POLICY),
				Origin::FeeSetter => Ok(FEE_PARAMETERS),
				Origin::SlashAppeal => Ok(SLASH_APPEAL),
				Origin::ContributionCanceller => Ok(CANCELLER),
				Origin::ContributionKiller => Ok(KILLER),
				// These need both chambers, or belong to the other one.
				Origin::LargeSpender | Origin::Bridge | Origin::ReferendumCanceller | Origin::ReferendumKiller => {
					Err(())
				}
			},
			_ => Err(()),
		}
	}
}
