//! What is stored about weights, bonds and votes.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::Get, BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound};
use openledger_primitives::{weight::Weight, Balance};
use scale_info::TypeInfo;

/// A weight as it was in a block.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Touched<BlockNumber> {
	/// The weight.
	pub weight: Weight,
	/// The block.
	pub at: BlockNumber,
}

/// A weight that was overwritten although running polls count it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Checkpoint<BlockNumber> {
	/// The last period at whose start the weight was this one, rolled.
	pub until: u32,
	/// The weight.
	pub state: Touched<BlockNumber>,
}

/// What an account weighs, now and at the start of every period in which a running poll was submitted.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(Max))]
pub struct Account<BlockNumber: Clone + PartialEq + Eq + core::fmt::Debug, Max: Get<u32>> {
	/// The weight when it was last touched.
	pub now: Touched<BlockNumber>,
	/// What it was before it was first touched in the period of `now`.
	pub opening: Touched<BlockNumber>,
	/// What it was before that, oldest first.
	pub checkpoints: BoundedVec<Checkpoint<BlockNumber>, Max>,
}

/// An account of the leaderboard.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Leader<AccountId, BlockNumber> {
	/// Who.
	pub who: AccountId,
	/// Its weight when it was last touched.
	pub state: Touched<BlockNumber>,
}

/// What of its room a bond has used up, fading as the weight does that it gave.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Given<BlockNumber> {
	/// How much, in planck of weight, in block `at`.
	pub amount: Balance,
	/// The block.
	pub at: BlockNumber,
}

/// What somebody has been minted as the beneficiary of an agent.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Earner<AccountId, BlockNumber> {
	/// Who.
	pub who: AccountId,
	/// What of its weight it has through the agent, as it was when something was last added or burnt.
	pub state: Touched<BlockNumber>,
}

/// A sponsor, and how far it answers for a payer.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Sponsorship<AccountId, BlockNumber> {
	/// Whose bond answers for what the payer gives.
	pub sponsor: AccountId,
	/// The most of its room that the payer may have used up at a time, in planck of weight.
	pub limit: Balance,
	/// What the payer has used up of it.
	pub given: Given<BlockNumber>,
}

/// How an account votes in a poll.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Ballot<AccountId> {
	/// It has voted.
	#[codec(index = 0)]
	Direct {
		/// For or against.
		aye: bool,
		/// What it weighs, in planck.
		own: Balance,
		/// What those weigh who are counted through it, in planck.
		delegated: Balance,
	},
	/// It is counted through its delegate.
	#[codec(index = 1)]
	Through {
		/// The delegate.
		delegate: AccountId,
		/// What it weighs, in planck.
		weight: Balance,
	},
}

/// Who votes for an account on a track, and until when.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Delegation<AccountId, BlockNumber> {
	/// The delegate.
	pub to: AccountId,
	/// The last block in which it counts.
	pub until: BlockNumber,
}

/// Who answers for what a payer gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guarantor<AccountId> {
	/// Whose room is used up: the payer itself, or its sponsor.
	pub account: AccountId,
	/// The weight that it may have given at a time, in planck.
	pub bound: Balance,
	/// What of it this payer may use up now, in planck; `None` if all that is left.
	pub limit: Option<Balance>,
}

/// How well a payer is known, and how much weight what it pays may give therefore.
///
/// A tier that costs nothing gives nothing: otherwise weight is bought with as many accounts as it takes.
pub trait Tiers<AccountId> {
	/// Who answers for what `payer` gives; `None` for a payer that gives no weight.
	fn guarantor(payer: &AccountId) -> Option<Guarantor<AccountId>>;
}

/// Whether somebody has something to win or lose in a poll.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interest {
	/// It has not.
	None,
	/// It is a party.
	Party,
	/// What the poll is about is not known: its proposal has not been noted, or is of a kind that the track does not decide.
	Unknown,
}

/// Who may not judge.
pub trait Conflicts<AccountId, Poll, Class> {
	/// The interest of `who` in `poll`, which is of `class`.
	fn interest(poll: Poll, class: &Class, who: &AccountId) -> Interest;
}

/// Everybody may.
impl<AccountId, Poll, Class> Conflicts<AccountId, Poll, Class> for () {
	fn interest(_: Poll, _: &Class, _: &AccountId) -> Interest {
		Interest::None
	}
}
