//! The tracks of both chambers: how long a referendum takes and how much of the chamber it needs, by the power that it asks
//! for (`docs/adr/0021-two-chambers.md`).
//!
//! Numbers of tracks below 100 are those of the stake chamber, from 100 on those of the contribution chamber. What needs both
//! chambers has a track in each, on which a referendum gives the chamber's assent ([`pallet_chambers`]).

#![warn(missing_docs)]

pub mod contribution;
mod curves;
pub mod stake;

use crate::{pace::Pace, Balance, BlockNumber, InitialParameters, OriginCaller};
use alloc::borrow::Cow;
use pallet_chambers::{Chamber, Power};
use pallet_referenda::{Curve, Track, TrackInfo};
use sp_runtime::str_array;

/// A track of this chain.
type ChainTrack = Track<u16, Balance, BlockNumber>;

/// How long the steps of a referendum take, in blocks.
struct Periods {
	prepare: BlockNumber,
	decide: BlockNumber,
	confirm: BlockNumber,
	enact: BlockNumber,
}

/// What a referendum needs to pass.
struct Threshold {
	approval: Curve,
	support: Curve,
}

/// A track. `room` referenda are decided at a time; `deposit` is what each of them costs until it is decided, in planck.
const fn track(id: u16, name: &str, room: u32, deposit: Balance, periods: Periods, threshold: Threshold) -> ChainTrack {
	let info = TrackInfo {
		name: str_array(name),
		max_deciding: room,
		decision_deposit: deposit,
		prepare_period: periods.prepare,
		decision_period: periods.decide,
		confirm_period: periods.confirm,
		min_enactment_period: periods.enact,
		min_approval: threshold.approval,
		min_support: threshold.support,
	};
	Track { id, info }
}

/// `tracks`, with periods of the chain's pace: on a fast chain a decision takes two minutes.
fn paced(tracks: &'static [ChainTrack]) -> impl Iterator<Item = Cow<'static, ChainTrack>> {
	let pace = InitialParameters::pace();
	tracks.iter().map(move |track| match pace {
		Pace::Live => Cow::Borrowed(track),
		Pace::Fast => {
			let mut track = track.clone();
			track.info.prepare_period = 2;
			track.info.decision_period = 20;
			track.info.confirm_period = 3;
			track.info.min_enactment_period = 2;
			Cow::Owned(track)
		}
	})
}

/// What a referendum on a track of `chamber` does for both: the power that it assents to, or nothing but a delay.
fn of_both(origin: &OriginCaller, chamber: Chamber) -> Option<Option<Power>> {
	match origin {
		OriginCaller::Chambers(pallet_chambers::Origin::Assent { chamber: of, power }) if *of == chamber => {
			Some(Some(*power))
		}
		OriginCaller::Chambers(pallet_chambers::Origin::Delay { chamber: of }) if *of == chamber => Some(None),
		_ => None,
	}
}
