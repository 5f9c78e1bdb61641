//! Chambers, powers and proposals.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::weights::Weight;
use scale_info::TypeInfo;

/// A body that votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Chamber {
	/// Votes weigh what the voter holds and locks.
	#[codec(index = 0)]
	Stake,
	/// Votes weigh what others paid for the voter's work.
	#[codec(index = 1)]
	Contribution,
}

/// What both chambers together may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Power {
	/// Anything.
	#[codec(index = 0)]
	Root,
	/// Change the code of the chain.
	#[codec(index = 1)]
	Upgrade,
	/// Spend much from the treasury.
	#[codec(index = 2)]
	Treasury,
	/// Decide about what crosses to other chains.
	#[codec(index = 3)]
	Bridge,
}

/// What a chamber has said about a proposal.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Seat<BlockNumber> {
	/// When it assented, unless it took that back.
	pub assented: Option<BlockNumber>,
	/// Whether it has used its delay.
	pub delayed: bool,
}

/// A call that at least one chamber has assented to, under one power.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Proposal<Call, BlockNumber> {
	/// The call, or where it is noted.
	pub call: Call,
	/// What the call weighed when it was last looked at.
	pub weight: Weight,
	/// What the stake chamber has said.
	pub stake: Seat<BlockNumber>,
	/// What the contribution chamber has said.
	pub contribution: Seat<BlockNumber>,
	/// The block in which it is carried out, once it is scheduled.
	pub due: Option<BlockNumber>,
}

impl<Call, BlockNumber: Copy + Ord + Default> Proposal<Call, BlockNumber> {
	/// A proposal that nobody has said anything about.
	pub fn new(call: Call) -> Self {
		let (stake, contribution) = Default::default();
		Self { call, weight: Weight::zero(), stake, contribution, due: None }
	}

	/// What `chamber` has said.
	pub fn seat(&mut self, chamber: Chamber) -> &mut Seat<BlockNumber> {
		match chamber {
			Chamber::Stake => &mut self.stake,
			Chamber::Contribution => &mut self.contribution,
		}
	}

	/// The block of the oldest assent that still stands.
	pub fn first_assent(&self) -> Option<BlockNumber> {
		[self.stake.assented, self.contribution.assented].into_iter().flatten().min()
	}

	/// Whether nothing more has to be said. As long as the contribution chamber is not constituted, the stake chamber's
	/// assent is enough.
	pub fn is_carried(&self, constituted: bool) -> bool {
		self.stake.assented.is_some() && (!constituted || self.contribution.assented.is_some())
	}
}
