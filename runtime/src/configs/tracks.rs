//! The tracks of the stake chamber: how long a referendum takes and how much of the electorate it needs, by the power
//! that it asks for.

#![warn(missing_docs)]

use super::origins::Origin;
use crate::{
	constants::{DAYS, HOURS, MINUTES, OPEN},
	pace::Pace,
	Balance, BlockNumber, InitialParameters, OriginCaller, RuntimeOrigin,
};
use alloc::borrow::Cow;
use frame_support::traits::OriginTrait;
use pallet_referenda::{Curve, Track, TrackInfo, TracksInfo};
use sp_runtime::{str_array, FixedI64};

/// `numerator` hundredths.
const fn percent(numerator: u128) -> FixedI64 {
	FixedI64::from_rational(numerator, 100)
}

/// From unanimity down to a simple majority, fast at first: 80 % after a seventh of the time.
const MAJORITY: Curve = Curve::make_reciprocal(4, 28, percent(80), percent(50), percent(100));

/// From unanimity down to two thirds.
const TWO_THIRDS: Curve = Curve::make_linear(28, 28, FixedI64::from_rational(2, 3), percent(100));

/// From half of the electorate down to none, evenly: what nobody minds passes at the end.
const TURNOUT: Curve = Curve::make_linear(28, 28, percent(0), percent(50));

/// From half of the electorate down to a tenth.
const STRONG_TURNOUT: Curve = Curve::make_linear(28, 28, percent(10), percent(50));

const ROOT: u16 = 0;
const EMERGENCY: u16 = 1;
const TREASURER: u16 = 10;
const REFERENDUM_CANCELLER: u16 = 20;
const REFERENDUM_KILLER: u16 = 21;

const TRACKS: [Track<u16, Balance, BlockNumber>; 5] = [
	Track {
		id: ROOT,
		info: TrackInfo {
			name: str_array("root"),
			max_deciding: 1,
			decision_deposit: 100_000 * OPEN,
			prepare_period: 2 * HOURS,
			decision_period: 28 * DAYS,
			confirm_period: DAYS,
			min_enactment_period: DAYS,
			min_approval: MAJORITY,
			min_support: TURNOUT,
		},
	},
	Track {
		id: EMERGENCY,
		info: TrackInfo {
			name: str_array("emergency"),
			max_deciding: 3,
			decision_deposit: 10_000 * OPEN,
			prepare_period: 10 * MINUTES,
			decision_period: 2 * DAYS,
			confirm_period: 10 * MINUTES,
			min_enactment_period: MINUTES,
			min_approval: TWO_THIRDS,
			min_support: STRONG_TURNOUT,
		},
	},
	Track {
		id: TREASURER,
		info: TrackInfo {
			name: str_array("treasurer"),
			max_deciding: 10,
			decision_deposit: 1_000 * OPEN,
			prepare_period: 2 * HOURS,
			decision_period: 28 * DAYS,
			confirm_period: 2 * DAYS,
			min_enactment_period: DAYS,
			min_approval: MAJORITY,
			min_support: TURNOUT,
		},
	},
	Track {
		id: REFERENDUM_CANCELLER,
		info: TrackInfo {
			name: str_array("referendum_canceller"),
			max_deciding: 100,
			decision_deposit: 10_000 * OPEN,
			prepare_period: 2 * HOURS,
			decision_period: 7 * DAYS,
			confirm_period: 3 * HOURS,
			min_enactment_period: 10 * MINUTES,
			min_approval: TWO_THIRDS,
			min_support: STRONG_TURNOUT,
		},
	},
	Track {
		id: REFERENDUM_KILLER,
		info: TrackInfo {
			name: str_array("referendum_killer"),
			max_deciding: 100,
			decision_deposit: 50_000 * OPEN,
			prepare_period: 2 * HOURS,
			decision_period: 14 * DAYS,
			confirm_period: 3 * HOURS,
			min_enactment_period: 10 * MINUTES,
			min_approval: TWO_THIRDS,
			min_support: STRONG_TURNOUT,
		},
	},
];

/// The tracks, with periods of the chain's pace.
pub struct Tracks;

impl TracksInfo<Balance, BlockNumber> for Tracks {
	type Id = u16;
	type RuntimeOrigin = <RuntimeOrigin as OriginTrait>::PalletsOrigin;

	fn tracks() -> impl Iterator<Item = Cow<'static, Track<Self::Id, Balance, BlockNumber>>> {
		let pace = InitialParameters::pace();
		TRACKS.iter().map(move |track| match pace {
			Pace::Live => Cow::Borrowed(track),
			Pace::Fast => Cow::Owned(shortened(track)),
		})
	}

	fn track_for(origin: &Self::RuntimeOrigin) -> Result<Self::Id, ()> {
		match origin {
			OriginCaller::system(frame_system::RawOrigin::Root) => Ok(ROOT),
			OriginCaller::Origins(Origin::Emergency) => Ok(EMERGENCY),
			OriginCaller::Origins(Origin::Treasurer) => Ok(TREASURER),
			OriginCaller::Origins(Origin::ReferendumCanceller) => Ok(REFERENDUM_CANCELLER),
			OriginCaller::Origins(Origin::ReferendumKiller) => Ok(REFERENDUM_KILLER),
			_ => Err(()),
		}
	}
}

/// `track` with a decision in two minutes.
fn shortened(track: &Track<u16, Balance, BlockNumber>) -> Track<u16, Balance, BlockNumber> {
	let mut track = track.clone();
	track.info.prepare_period = 2;
	track.info.decision_period = 20;
	track.info.confirm_period = 3;
	track.info.min_enactment_period = 2;
	track
}
