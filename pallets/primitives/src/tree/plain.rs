//! Plain Merkle trees: a node is a hash (RFC 6962 §2.1).

use super::{multi, path, Algebra};
use crate::hashing::TreeHash;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use primitive_types::H256;
use scale_info::TypeInfo;

/// Nodes are hashes, joined by `H`.
#[derive(Clone, Copy, Debug)]
pub struct Plain<H>(PhantomData<H>);

impl<H: TreeHash> Algebra for Plain<H> {
	type Node = H256;

	fn join(left: &H256, right: &H256) -> Option<H256> {
		Some(node_hash::<H>(left, right))
	}

	fn empty() -> H256 {
		H::hash(&[])
	}

	fn seal(count: u32, top: &H256) -> H256 {
		H::hash(&[&[2], &count.to_le_bytes()[..], top.as_bytes()].concat())
	}
}

/// H(0x00 ‖ data).
pub fn leaf_hash<H: TreeHash>(data: &[u8]) -> H256 {
	let mut bytes = Vec::with_capacity(data.len().saturating_add(1));
	bytes.push(0u8);
	bytes.extend_from_slice(data);
	H::hash(&bytes)
}

/// H(0x01 ‖ left ‖ right).
pub fn node_hash<H: TreeHash>(left: &H256, right: &H256) -> H256 {
	let mut bytes = [1u8; 65];
	let (head, tail) = bytes.split_at_mut(33);
	if let Some(slot) = head.get_mut(1..) {
		slot.copy_from_slice(left.as_bytes());
	}
	tail.copy_from_slice(right.as_bytes());
	H::hash(&bytes)
}

/// What a tree is known by.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Commitment {
	/// H(0x02 ‖ count ‖ top), the count in four bytes; the top of no leaves is H of nothing.
	pub root: H256,
	/// Number of leaves.
	pub count: u32,
}

impl Commitment {
	/// The commitment to a tree of `count` leaves with `top` at its top.
	pub fn of<H: TreeHash>(count: u32, top: &H256) -> Self {
		Self { root: Plain::<H>::seal(count, top), count }
	}

	/// Whether `data` is leaf `index` of the committed tree, by `proof` (siblings from the leaf up).
	pub fn verify<H: TreeHash>(&self, index: u32, data: &[u8], proof: &[H256]) -> bool {
		// A wrong index is refused before anything is hashed.
		index < self.count && self.has_top::<H>(path::top::<Plain<H>>(index, self.count, leaf_hash::<H>(data), proof))
	}

	/// Whether `leaves` are in the committed tree at their indices, which rise, by a proof in the order of [`multi`].
	pub fn verify_many<H: TreeHash>(&self, leaves: &[(u32, &[u8])], proof: &[H256]) -> bool {
		let leaves: Vec<_> = leaves.iter().map(|(index, data)| (*index, leaf_hash::<H>(data))).collect();
		self.has_top::<H>(multi::top::<Plain<H>>(self.count, &leaves, proof))
	}

	/// Whether `leaves` are the committed tree's leaves from `start` on, by a proof in the order of [`multi`].
	pub fn verify_range<H: TreeHash>(&self, start: u32, leaves: &[&[u8]], proof: &[H256]) -> bool {
		let nodes = leaves.iter().map(|data| leaf_hash::<H>(data));
		let top = multi::range(start, nodes).and_then(|leaves| multi::top::<Plain<H>>(self.count, &leaves, proof));
		self.has_top::<H>(top)
	}

	fn has_top<H: TreeHash>(&self, top: Option<H256>) -> bool {
		top.is_some_and(|top| Self::of::<H>(self.count, &top) == *self)
	}
}
