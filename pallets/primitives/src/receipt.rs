//! Receipts: what an agent owes its payer and the chain for one answer (protocol §7).

use crate::{
	hashing::{Domain, Tag},
	ids::ModelId,
	Balance,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

/// How the tokens were computed, which decides how an auditor compares them.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum NumericClass {
	/// Integer arithmetic: equal bits on any hardware.
	#[codec(index = 0)]
	Exact,
	/// 32-bit floating point on a CPU: compared within a tolerance.
	#[codec(index = 1)]
	FloatCpu,
	/// Floating point on a GPU: compared within a tolerance.
	#[codec(index = 2)]
	FloatGpu,
}

/// The receipt of one answer, about 200 bytes.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Receipt<AccountId> {
	/// Position in the agent's sequence, from 0, without gaps.
	pub seq: u64,
	/// Who pays.
	pub payer: AccountId,
	/// The model that answered.
	pub model: ModelId,
	/// Salted hash of the prompt's token ids.
	pub request: H256,
	/// Salted hash of the answer's token ids.
	pub response: H256,
	/// Tokens of the prompt.
	pub tokens_in: u32,
	/// Tokens of the answer.
	pub tokens_out: u32,
	/// The price in planck; the amount of the leaf in the Merkle-sum tree.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub fee: Balance,
	/// Commitment to the activations that the tokens were computed through.
	pub fingerprint: H256,
	/// Hash of the attribution body.
	pub attribution: H256,
	/// How the tokens were computed.
	pub class: NumericClass,
	/// Best finalised block that the agent knew.
	pub at: u32,
}

impl<AccountId: Encode> Receipt<AccountId> {
	/// The bytes of the leaf, which are also what the agent signs to the payer.
	pub fn leaf(&self, domain: &Domain, agent: &AccountId) -> Vec<u8> {
		domain.seal(Tag::Receipt, &(agent, self))
	}
}
