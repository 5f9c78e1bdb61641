//! The tracks of the stake chamber, whose votes weigh what the voter holds and locks.

use super::{
	curves::{MAJORITY, STRONG_TURNOUT, TURNOUT, TWO_THIRDS},
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

const ROOT: u16 = 0;
const EMERGENCY: u16 = 1;
const UPGRADE: u16 = 2;
const TREASURY: u16 = 3;
const BRIDGE: u16 = 4;
const DELAY: u16 = 5;
const CANCELLER: u16 = 20;
const KILLER: u16 = 21;

/// Time for everybody: four weeks at most, a day without a change of mind.
const LONG: Periods = Periods { prepare: 2 * HOURS, decide: 28 * DAYS, confirm: DAYS, enact: 10 * MINUTES };

const TRACKS: [ChainTrack; 8] = [
	track(ROOT, "root", 5, 100_000 * OPEN, LONG, Threshold { approval: MAJORITY, support: TURNOUT }),
	track(
		EMERGENCY,
		"emergency",
		50,
		10_000 * OPEN,
		Periods { prepare: 10 * MINUTES, decide: 2 * DAYS, confirm: 10 * MINUTES, enact: MINUTES },
		Threshold { approval: TWO_THIRDS, support: STRONG_TURNOUT },
	),
	track(UPGRADE, "upgrade", 2, 50_000 * OPEN, LONG, Threshold { approval: MAJORITY, support: TURNOUT }),
	track(TREASURY, "treasury_large", 5, 10_000 * OPEN, LONG, Threshold { approval: MAJORITY, support: TURNOUT }),
	track(BRIDGE, "bridge", 2, 50_000 * OPEN, LONG, Threshold { approval: MAJORITY, support: TURNOUT }),
	track(
		DELAY,
		"delay",
		50,
		10_000 * OPEN,
		Periods { prepare: HOURS, decide: 2 * DAYS, confirm: 3 * HOURS, enact: MINUTES },
		Threshold { approval: MAJORITY, support: STRONG_TURNOUT },
	),
	track(
		CANCELLER,
		"referendum_canceller",
		100,
		10_000 * OPEN,
		Periods { prepare: 2 * HOURS, decide: 7 * DAYS, confirm: 3 * HOURS, enact: 10 * MINUTES },
		Threshold { approval: TWO_THIRDS, support: STRONG_TURNOUT },
	),
	track(
		KILLER,
		"referendum_killer",
		100,
		50_000 * OPEN,
		Periods { prepare: 2 * HOURS, decide: 14 * DAYS, confirm: 3 * HOURS, enact: 10 * MINUTES },
		Threshold { approval: TWO_THIRDS, support: STRONG_TURNOUT },
	),
];

/// The tracks, with periods of the chain's pace.
pub struct StakeTracks;

impl TracksInfo<Balance, BlockNumber> for StakeTracks {
	type Id = u16;
	type RuntimeOrigin = <RuntimeOrigin as OriginTrait>::PalletsOrigin;

	fn tracks() -> impl Iterator<Item = Cow<'static, ChainTrack>> {
		paced(&TRACKS)
	}

	fn track_for(origin: &Self::RuntimeOrigin) -> Result<Self::Id, ()> {
		if let Some(power) = of_both(origin, Chamber::Stake) {
			return Ok(match power {
				Some(Power::Root) => ROOT,
				Some(Power::Upgrade) => UPGRADE,
				Some(Power::Treasury) => TREASURY,
				Some(Power::Bridge) => BRIDGE,
				None => DELAY,
			});
		}
		match origin {
			OriginCaller::Origins(Origin::Emergency) => Ok(EMERGENCY),
			OriginCaller::Origins(Origin::ReferendumCanceller) => Ok(CANCELLER),
			OriginCaller::Origins(Origin::ReferendumKiller) => Ok(KILLER),
			_ => Err(()),
		}
	}
}
