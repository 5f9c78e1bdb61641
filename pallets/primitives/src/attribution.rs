//! Attribution indexes and what a receipt claims about them (protocol §8).

use crate::{
	hashing::{Blake2b256, Domain, Tag, TreeHash},
	ids::{DatanetId, IndexId},
	tree::plain::Commitment,
};
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

/// The widest vector of an index.
pub const MAX_DIM: u32 = 4096;
/// The most rows that one part of an attribution names.
pub const MAX_TOP: u32 = 16;
/// The most indexes that one answer uses.
pub const MAX_PARTS: u32 = 4;

/// An int8 vector of at most [`MAX_DIM`] entries.
pub type Vector = BoundedVec<i8, ConstU32<MAX_DIM>>;

/// What the vectors of an index mean.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum IndexKind {
	/// Projected, preconditioned gradients of an adapter; the query is the answer's gradient.
	#[codec(index = 0)]
	Influence,
	/// Sentence embeddings; the query is the question's.
	#[codec(index = 1)]
	Retrieval,
}

/// Which pool of the data share a part pays from.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Pool {
	/// Rows that the adapter was trained on.
	#[codec(index = 0)]
	Training,
	/// Rows that were retrieved into the prompt.
	#[codec(index = 1)]
	Retrieval,
}

/// An attribution index as the chain keeps it: a table of int8 vectors under one root, leaf `i` for row `i`.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct IndexInfo {
	/// What the vectors mean.
	pub kind: IndexKind,
	/// The datanet whose rows are indexed.
	pub datanet: DatanetId,
	/// The version of that datanet.
	pub version: u32,
	/// Entries of each vector, at most [`MAX_DIM`].
	pub dim: u16,
	/// Root and number of the leaves.
	pub rows: Commitment,
	/// The least score that makes a row a source.
	pub threshold: i64,
}

/// One leaf of an index.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct IndexLeaf<AccountId> {
	/// Row of the datanet version, and index of the leaf.
	pub row: u32,
	/// Who is paid for it.
	pub contributor: AccountId,
	/// Near-duplicate cluster.
	pub cluster: u32,
	/// Reputation of the contributor when the index was built; 256 means 1.0.
	pub reputation: u16,
	/// The row's vector.
	pub vector: Vector,
}

impl<AccountId: Encode> IndexLeaf<AccountId> {
	/// The bytes of the leaf, bound to chain, datanet and version.
	pub fn leaf(&self, domain: &Domain, datanet: DatanetId, version: u32) -> Vec<u8> {
		domain.seal(Tag::IndexLeaf, &(datanet, version, self))
	}
}

/// A row that a part claims as a source. The cluster is part of the claim, so that a single opened leaf decides every
/// dispute (see `docs/adr/0002-claims-carry-clusters.md`).
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Scored {
	/// The row.
	pub row: u32,
	/// Its near-duplicate cluster.
	pub cluster: u32,
	/// Σ query·vector.
	pub score: i64,
}

/// The claim about one index: these are the rows with the greatest score at or above the threshold, one per cluster,
/// ties to the lower row.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Part {
	/// The index.
	pub index: IndexId,
	/// The pool it pays from.
	pub pool: Pool,
	/// The query, of the index's dimension.
	pub query: Vector,
	/// The rows, best first.
	pub top: BoundedVec<Scored, ConstU32<MAX_TOP>>,
}

/// What one answer claims about its sources. Its hash stands in the receipt; the body stays with the agent.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Attribution {
	/// One part per index used.
	pub parts: BoundedVec<Part, ConstU32<MAX_PARTS>>,
}

impl Attribution {
	/// The hash that a receipt commits to.
	pub fn commitment(&self, domain: &Domain) -> H256 {
		Blake2b256::hash(&domain.seal(Tag::Attribution, self))
	}
}
