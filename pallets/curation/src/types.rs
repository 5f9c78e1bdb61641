//! What the pallet stores.

use crate::{pallet::Config, reputation::Record, tally::Plan};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{
	judgement::{Case, Gold, Judgement, Verdict},
	Balance, DatanetId,
};
use scale_info::TypeInfo;
use sp_core::H256;

/// The most members of a committee, and the most candidates of an assessment.
pub const MAX_MEMBERS: u32 = 64;
/// The most parties of a case.
pub const MAX_PARTIES: u32 = 8;
/// The most tasks that a curator is drawn for at a time.
pub const MAX_TASKS: u32 = 16;
/// Seats that a draw looks at beyond those that it needs, because they are free or were taken after the case was
/// opened.
pub const MAX_SKIPPED: u32 = 64;

/// Who sits on a committee, or takes an assessment.
pub type Members<T> = BoundedVec<<T as frame_system::Config>::AccountId, ConstU32<MAX_MEMBERS>>;

/// Who should not be drawn.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(T))]
#[codec(mel_bound(T: Config))]
pub struct Excluded<T: Config> {
	/// Parties of the case, who never are.
	pub parties: BoundedVec<T::AccountId, ConstU32<MAX_PARTIES>>,
	/// Who has judged it before; drawn if there are too few others.
	pub judges: Members<T>,
}

/// A seat.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seat<BlockNumber> {
	/// Its number.
	pub number: u32,
	/// Block in which the curator got it.
	pub since: BlockNumber,
}

/// The seats of a datanet. A seat keeps its number, so that leaving changes nobody else's.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Room {
	/// Seats that there are, taken or free; also the number of the next one.
	pub seats: u32,
	/// Those that are free.
	pub free: u32,
}

impl Room {
	/// Seats that are taken.
	pub fn taken(self) -> u32 {
		self.seats.saturating_sub(self.free)
	}
}

/// A curator of a datanet.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Curator<BlockNumber> {
	/// What is held, in planck.
	pub bond: Balance,
	/// Its seat, if it has passed the assessment: only who has one is drawn.
	pub seat: Option<Seat<BlockNumber>>,
	/// Open tasks that it is a member of.
	pub tasks: u32,
	/// Until this block it takes no assessment and cannot leave.
	pub locked_until: BlockNumber,
	/// How well it did.
	pub record: Record,
	/// Block of its last task.
	pub at: BlockNumber,
}

/// What a task is for.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
	/// To decide a case.
	#[codec(index = 0)]
	Case(Case),
	/// To see who knows what the datanet is about.
	#[codec(index = 1)]
	Assessment,
}

/// How far a task is. Each phase but the first and the last ends when its last block has passed, or when everyone has
/// done its part.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
	/// Waits for randomness that nobody knew when it was opened.
	#[codec(index = 0)]
	Drawing,
	/// Members commit to their judgements.
	#[codec(index = 1)]
	Committing,
	/// Members reveal what they committed to.
	#[codec(index = 2)]
	Revealing,
	/// The opener reveals the gold. An appeal has none, and ends.
	#[codec(index = 3)]
	Gold,
	/// The loser may appeal.
	#[codec(index = 4)]
	Appealable {
		/// What the committee has decided.
		verdict: Verdict,
	},
}

/// An appeal against a verdict.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Appeal {
	/// What the first committee has decided.
	pub first: Verdict,
	/// What is held from the appellant besides the fees, in planck; burnt if the verdict is no better for it.
	pub bond: Balance,
}

/// A task of curators.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(T))]
#[codec(mel_bound(T: Config))]
pub struct Task<T: Config> {
	/// What it is for.
	pub purpose: Purpose,
	/// The datanet whose curators do it.
	pub datanet: DatanetId,
	/// Who pays for it and knows the gold.
	pub opener: T::AccountId,
	/// Block from which on the randomness may not have been known.
	pub opened: BlockNumberFor<T>,
	/// Seats that there were then.
	pub room: u32,
	/// How far it is.
	pub phase: Phase,
	/// Last block of the phase.
	pub until: BlockNumberFor<T>,
	/// Rows of the case.
	pub rows: u32,
	/// Decides members and sample; zero before the draw.
	pub seed: H256,
	/// What the opener committed to.
	pub gold: H256,
	/// What it has revealed.
	pub known: Option<Gold>,
	/// Members to be drawn; 0 for an assessment, which candidates enter by committing.
	pub seats: u32,
	/// Members that have committed.
	pub committed: u32,
	/// Members that have revealed.
	pub revealed: u32,
	/// What a member that does well is paid, in planck.
	pub fee: Balance,
	/// What the opener loses if it does not reveal the gold, or if most members never commit, in planck.
	pub deposit: Balance,
	/// Set if this is the second committee of the case.
	pub appeal: Option<Appeal>,
}

impl<T: Config> Task<T> {
	/// What it is made of.
	pub fn plan(&self) -> Plan {
		match self.purpose {
			Purpose::Case(_) if self.appeal.is_some() => Plan::appeal(self.rows),
			Purpose::Case(case) => Plan::of(case, self.rows),
			Purpose::Assessment => Plan::assessment(),
		}
	}

	/// What is held from the opener for fees, in planck.
	pub fn fees(&self) -> Balance {
		// Checked when it was opened.
		self.fee.saturating_mul(self.seats.into())
	}
}

/// What a member has said.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Ballot {
	/// What it has committed to.
	pub seal: Option<H256>,
	/// What it has revealed.
	pub judgement: Option<Judgement>,
}

/// Why part of a bond was burnt.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Penalty {
	/// It did not reveal.
	#[codec(index = 0)]
	NoShow,
	/// It missed more gold than chance explains.
	#[codec(index = 1)]
	Gold,
}
