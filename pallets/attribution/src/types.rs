//! What is stored about indexes and batches, and what calls carry.

use crate::Config;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound};
pub use openledger_primitives::batch::{Draw, Opening, PayoutProof};
use openledger_primitives::{Balance, IndexInfo, ModelId, SumCommitment};
use scale_info::TypeInfo;

/// A published index.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(T))]
pub struct Index<T: Config> {
	/// What the referee needs to know.
	pub info: IndexInfo,
	/// The index asset that it belongs to.
	pub model: ModelId,
	/// Who published it.
	pub publisher: T::AccountId,
	/// What is held for it.
	pub bond: Balance,
}

/// Where a batch stands.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum BatchState {
	/// It can be refuted.
	#[codec(index = 0)]
	Pending,
	/// It can be paid out.
	#[codec(index = 1)]
	Settled,
	/// It was refuted.
	#[codec(index = 2)]
	Voided,
}

/// A batch.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Batch<AccountId, BlockNumber> {
	/// Who submitted it.
	pub agent: AccountId,
	/// Sequence number of its first receipt.
	pub first_seq: u64,
	/// Root, number and fees of its receipts.
	pub receipts: SumCommitment,
	/// Root, number and sum of its payouts.
	pub payouts: SumCommitment,
	/// What is burnt at settlement.
	pub burn: Balance,
	/// What the treasury has at settlement.
	pub treasury: Balance,
	/// What was paid out so far.
	pub paid: Balance,
	/// The block from which it settles.
	pub matures: BlockNumber,
	/// Where it stands.
	pub state: BatchState,
}
