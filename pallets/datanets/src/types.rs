//! What the pallet stores.

use crate::pallet::Config;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{Balance, Commitment, ContributionId};
use scale_info::TypeInfo;
use sp_core::H256;

/// The longest licence identifier, in bytes.
pub const MAX_LICENCE: u32 = 32;

/// An SPDX licence identifier such as `CC-BY-4.0`: graphic ASCII, not empty.
pub type Licence = BoundedVec<u8, ConstU32<MAX_LICENCE>>;

/// A datanet: what changes rarely. The part that every contribution touches is [`Counters`].
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(T))]
#[codec(mel_bound(T: Config))]
pub struct Datanet<T: Config> {
	/// Who decides about contributions and freezes versions.
	pub owner: T::AccountId,
	/// A URI or a short text about the datanet, opaque to the chain.
	pub meta: BoundedVec<u8, T::MaxMeta>,
	/// Hash of the schema that rows follow.
	pub schema: H256,
	/// The licence that rows are contributed under.
	pub licence: Licence,
	/// What is held from the owner for the datanet, in planck.
	pub deposit: Balance,
	/// Who may make something of its rows.
	pub access: Access,
}

/// Who, besides the owner, may register what was made of the rows of a datanet.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub enum Access {
	/// Everybody, as often as they like.
	#[codec(index = 0)]
	#[default]
	Open,
	/// Whoever the owner approves.
	#[codec(index = 1)]
	Approval,
	/// Whoever pays.
	#[codec(index = 2)]
	Paid {
		/// For each job, in planck, to the commons of the datanet.
		price: Balance,
	},
}

/// What somebody may do with the rows of a datanet, or asks to be allowed to.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms<BlockNumber> {
	/// Hash of a text that says what for.
	pub purpose: H256,
	/// How many models or indexes may be registered.
	pub jobs: u32,
	/// The last block in which one may be.
	pub until: BlockNumber,
}

/// A request that the owner has not decided.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request<BlockNumber> {
	/// What is asked for.
	pub terms: Terms<BlockNumber>,
	/// What is held from the applicant, in planck.
	pub deposit: Balance,
}

/// A permission. One that is used up is removed.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grant<BlockNumber> {
	/// What is allowed; the jobs are those that are left.
	pub terms: Terms<BlockNumber>,
	/// What was paid for each job, in planck; 0 if the owner approved.
	pub price: Balance,
	/// What is held from its holder, in planck.
	pub deposit: Balance,
}

/// Counters of a datanet.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Counters {
	/// The identifier of the next contribution.
	pub next_contribution: ContributionId,
	/// Contributions that are pending.
	pub pending: u32,
	/// Rows of the pending contributions.
	pub pending_rows: u64,
	/// Frozen versions; also the number of the next one.
	pub versions: u32,
}

/// Rows offered to a datanet.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(T))]
#[codec(mel_bound(T: Config))]
pub struct Contribution<T: Config> {
	/// Who offers the rows.
	pub contributor: T::AccountId,
	/// Root and number of the rows.
	pub rows: Commitment,
	/// Size of the rows in bytes, as claimed.
	pub bytes: u64,
	/// BLAKE3 root of the rows' bytes, by which they are fetched.
	pub content: H256,
	/// Block of the contribution.
	pub at: BlockNumberFor<T>,
	/// What became of it.
	pub status: Status,
}

/// What became of a contribution. One that is withdrawn or rejected is removed.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
	/// Undecided.
	#[codec(index = 0)]
	Pending {
		/// What is held from the contributor, in planck.
		bond: Balance,
	},
	/// Part of a version and of all later ones. Nothing is held any more.
	#[codec(index = 1)]
	Accepted {
		/// The first version that has the rows.
		version: u32,
	},
}

/// A frozen version: it has the rows of its parent and those of the contributions that it accepted.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(T))]
#[codec(mel_bound(T: Config))]
pub struct Version<T: Config> {
	/// Root and number of the rows.
	pub rows: Commitment,
	/// Root of the map from rows to near-duplicate clusters.
	pub clusters: H256,
	/// The version before; `None` for version 0.
	pub parent: Option<u32>,
	/// Block of the freeze.
	pub at: BlockNumberFor<T>,
}
