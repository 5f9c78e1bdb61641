//! What the pallet stores.

use crate::pallet::Config;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	traits::ConstU32, BoundedBTreeSet, BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use frame_system::{pallet_prelude::BlockNumberFor, Config as SystemConfig};
use openledger_primitives::{judgement::Fault, licence::MAX_SPDX, Balance, Commitment, ContributionId, Licence};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::{PerThing, Perbill, Rounding};

/// An SPDX licence identifier such as `CC-BY-4.0`, as it is given to the chain.
pub type Spdx = BoundedVec<u8, ConstU32<MAX_SPDX>>;
/// Who may contribute to a datanet that has a list.
pub type Whitelist<T> = BoundedBTreeSet<<T as SystemConfig>::AccountId, <T as Config>::MaxWhitelist>;

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
	/// Who may contribute.
	pub admission: Admission,
	/// Block in which it was created, or taken over last: from then on its owner has time. A transfer does not count, or
	/// owners would win time by giving the datanet to themselves.
	pub held_since: BlockNumberFor<T>,
}

/// Who may contribute to a datanet.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub enum Admission {
	/// Everybody.
	#[codec(index = 0)]
	#[default]
	Open,
	/// Whoever the owner has put on a list.
	#[codec(index = 1)]
	Whitelist,
	/// Whoever has passed the curators' assessment.
	#[codec(index = 2)]
	Assessed,
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
	/// Commitments that are not revealed.
	pub commits: u32,
	/// Contributions that are pending.
	pub pending: u32,
	/// Rows of the pending contributions.
	pub pending_rows: u64,
	/// Contributions that are due.
	pub due: u32,
	/// Frozen versions; also the number of the next one.
	pub versions: u32,
	/// Open notices.
	pub notices: u32,
}

/// A commitment to rows that are not shown yet.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(T))]
#[codec(mel_bound(T: Config))]
pub struct Commit<T: Config> {
	/// Who has committed.
	pub contributor: T::AccountId,
	/// What it has committed to.
	pub seal: H256,
	/// Block of the commitment.
	pub at: BlockNumberFor<T>,
	/// The last block in which it can be revealed.
	pub until: BlockNumberFor<T>,
	/// What is held from the contributor, in planck.
	pub deposit: Balance,
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
	/// Block of the commitment.
	pub at: BlockNumberFor<T>,
	/// What became of it.
	pub status: Status<BlockNumberFor<T>>,
}

/// What became of a contribution. One that is withdrawn or rejected is removed.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status<BlockNumber> {
	/// Undecided.
	#[codec(index = 0)]
	Pending {
		/// What is held from the contributor, in planck.
		bond: Balance,
		/// What a committee has to do with it.
		committee: Committee<BlockNumber>,
	},
	/// Part of a version and of all later ones. Nothing is held any more.
	#[codec(index = 1)]
	Accepted {
		/// The first version that has the rows.
		version: u32,
	},
	/// Accepted by a committee, and to be part of the next version whatever the owner thinks. Nothing is held any more.
	#[codec(index = 2)]
	Due {
		/// Block in which the owner was overruled.
		since: BlockNumber,
	},
}

/// What a committee has to do with a pending contribution.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Committee<BlockNumber> {
	/// None was asked.
	#[codec(index = 0)]
	None,
	/// One is deciding.
	#[codec(index = 1)]
	Deciding,
	/// One has accepted it.
	#[codec(index = 2)]
	Accepted {
		/// Block of the verdict.
		at: BlockNumber,
	},
}

/// What a contributor loses of `bond` when a committee rejects its rows: nothing, two thirds, five sixths, all. The
/// first two thirds are the bond proper, so that copying costs a quarter more than it and poisoning half (protocol §3).
pub fn forfeit(bond: Balance, fault: Fault) -> Balance {
	let sixths = match fault {
		Fault::Malformed => 0,
		Fault::LowQuality => 4,
		Fault::Copied => 5,
		Fault::Poisoned => 6,
	};
	// Rounded up, against the contributor; never more than the bond.
	let whole = (bond / 6).saturating_mul(sixths);
	whole.saturating_add((bond % 6).saturating_mul(sixths).div_ceil(6)).min(bond)
}

/// What of a contributor's weight in the contribution chamber is burnt for all of a bond.
const MOST_WEIGHT_LOST: Perbill = Perbill::from_percent(10);

/// What of a contributor's weight is burnt when it loses `lost` of `bond`: a tenth of the part that it loses, rounded up.
///
/// It is measured by the contribution that was judged and by nothing else. What the contributor has bonded in all is known too,
/// but a bond that is offered to a datanet of one's own can be withdrawn at will: by that measure who poisons would
/// have as much on hold as makes the loss vanish, and who offers a single contribution would lose all that it has earned in
/// years. A tenth for each bad contribution leaves half after seven of them, whatever their size.
pub fn weight_lost(bond: Balance, lost: Balance) -> Perbill {
	let part = Perbill::from_rational_with_rounding(lost.min(bond), bond, Rounding::Up).unwrap_or_default();
	let tenth = u64::from(part.deconstruct()).saturating_mul(MOST_WEIGHT_LOST.deconstruct().into());
	let parts = tenth.div_ceil(Perbill::ACCURACY.into());
	Perbill::from_parts(u32::try_from(parts).unwrap_or(Perbill::ACCURACY))
}

/// A demand that a row be taken down.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(T))]
#[codec(mel_bound(T: Config))]
pub struct Notice<T: Config> {
	/// Who demands it.
	pub claimant: T::AccountId,
	/// Whose row it is.
	pub contributor: T::AccountId,
	/// Hash of a text that says why.
	pub reason: H256,
	/// What is held from the claimant, and from who contests, in planck.
	pub bond: Balance,
	/// The last block in which it can be contested or, once it is, brought before a committee.
	pub until: BlockNumberFor<T>,
	/// Who contests it.
	pub contested: Option<T::AccountId>,
	/// Whether a committee is deciding.
	pub deciding: bool,
}

/// That a row was taken down.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct TakenDown<BlockNumber> {
	/// The block.
	pub at: BlockNumber,
	/// The last version that was frozen before; it has the row.
	pub last_version: u32,
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

/// Units of a level that make a planck. A level counts what one row earns, so this bounds the error of sharing to a
/// planck for 2^32 rows; 96 bits are left for planck.
pub const PER_PLANCK: u128 = 1 << 32;

/// What the rows of a datanet share.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Commons {
	/// What a row of the first version has earned, in units of 1 / [`PER_PLANCK`] planck. Only grows.
	pub level: u128,
	/// Rows that share, counted or not.
	pub rows: u32,
	/// What of the account belongs to them, in planck.
	pub promised: Balance,
}

/// An account's share of the commons of a datanet.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Share {
	/// Its rows that are counted and were not taken down.
	pub rows: u32,
	/// Its rows that were taken down when none was counted.
	pub lost: u32,
	/// The level up to which `due` is settled.
	pub level: u128,
	/// What it can claim, in planck, besides what its rows have earned since.
	pub due: Balance,
}

/// Why a grant is gone.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum GrantEnd {
	/// The owner revoked it.
	#[codec(index = 0)]
	Revoked,
	/// Its holder gave it back, or its last block has passed.
	#[codec(index = 1)]
	Returned,
}

/// How a notice ended.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoticeEnd {
	/// Its claimant took it back, for a tenth of its bond.
	#[codec(index = 0)]
	Withdrawn,
	/// The contributor agreed, or nobody contested it.
	#[codec(index = 1)]
	Uncontested,
	/// It was contested, and nobody asked a committee, which costs the claimant a tenth of its bond.
	#[codec(index = 2)]
	Lapsed,
	/// A committee upheld it; the bond of who contested is the claimant's.
	#[codec(index = 3)]
	Upheld,
	/// A committee dismissed it; the bond of the claimant belongs to who contested.
	#[codec(index = 4)]
	Dismissed,
}
