//! Rows of a frozen datanet version (protocol §2).

use crate::{
	content::ContentHash,
	hashing::{Domain, Tag},
	ids::DatanetId,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// One row: leaf `row` of the version's rows tree.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct RowLeaf<AccountId> {
	/// Position in the version, and index of the leaf.
	pub row: u32,
	/// Who contributed it.
	pub contributor: AccountId,
	/// Near-duplicate cluster: an answer pays the best row of a cluster and no other.
	pub cluster: u32,
	/// The row's bytes.
	pub content: ContentHash,
	/// Whether the row carries the datanet's licence.
	pub licensed: bool,
}

impl<AccountId: Encode> RowLeaf<AccountId> {
	/// The bytes of the leaf, bound to chain, datanet and version.
	pub fn leaf(&self, domain: &Domain, datanet: DatanetId, version: u32) -> Vec<u8> {
		domain.seal(Tag::Row, &(datanet, version, self))
	}
}
