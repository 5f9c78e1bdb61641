//! What is stored about agents.

use crate::Config;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::Balance;
use scale_info::TypeInfo;

/// Stake on its way out.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unbonding<BlockNumber> {
	/// How much.
	pub amount: Balance,
	/// The block from which it can be withdrawn.
	pub until: BlockNumber,
}

/// An agent.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(T))]
pub struct Agent<T: Config> {
	/// Signs receipts and batches.
	pub signer: T::AccountId,
	/// Is paid.
	pub beneficiary: T::AccountId,
	/// At stake, without what is being unbonded.
	pub stake: Balance,
	/// Fees of batches that are not settled yet.
	pub exposure: Balance,
	/// Stake on its way out, oldest first.
	pub unbonding: BoundedVec<Unbonding<BlockNumberFor<T>>, T::MaxUnbonding>,
}

/// What an agent asks for a model.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offer<BlockNumber> {
	/// Planck per 1,000 tokens of the prompt.
	pub price_in: Balance,
	/// Planck per 1,000 tokens of the answer.
	pub price_out: Balance,
	/// The last block of its life.
	pub until: BlockNumber,
}
