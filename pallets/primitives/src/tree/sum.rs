//! Merkle-*sum* trees: every node carries the checked sum of the amounts below it.
//!
//! Node = H(0x01 ‖ left hash ‖ left sum ‖ right hash ‖ right sum), sums as little-endian `u128`. A leaf's amount is not in its
//! own hash but in its parent's, and the top's is in the root.

use super::{multi, path, plain::leaf_hash, Algebra};
use crate::hashing::TreeHash;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use primitive_types::H256;
use scale_info::TypeInfo;

/// Nodes are hashes with sums, joined by `H`.
#[derive(Clone, Copy, Debug)]
pub struct Sum<H>(PhantomData<H>);

impl<H: TreeHash> Algebra for Sum<H> {
	type Node = SumNode;

	fn join(left: &SumNode, right: &SumNode) -> Option<SumNode> {
		SumNode::join::<H>(left, right)
	}

	fn empty() -> SumNode {
		SumNode { hash: H::hash(&[]), sum: 0 }
	}

	fn seal(count: u32, top: &SumNode) -> H256 {
		H::hash(&[&[2], &count.to_le_bytes()[..], top.hash.as_bytes(), &top.sum.to_le_bytes()].concat())
	}
}

/// A node, and one step of a proof. 48 bytes in SCALE.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct SumNode {
	/// Hash of the subtree.
	pub hash: H256,
	/// Sum of its amounts.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub sum: u128,
}

impl SumNode {
	/// The leaf for `data` that carries `amount`.
	pub fn leaf<H: TreeHash>(data: &[u8], amount: u128) -> Self {
		Self { hash: leaf_hash::<H>(data), sum: amount }
	}

	/// The parent of two nodes, or `None` when their sums overflow.
	pub fn join<H: TreeHash>(left: &Self, right: &Self) -> Option<Self> {
		let sum = left.sum.checked_add(right.sum)?;
		let mut bytes = [1u8; 97];
		let (_, mut rest) = bytes.split_at_mut(1);
		for part in [left.hash.as_bytes(), &left.sum.to_le_bytes(), right.hash.as_bytes(), &right.sum.to_le_bytes()] {
			let (slot, tail) = rest.split_at_mut_checked(part.len())?;
			slot.copy_from_slice(part);
			rest = tail;
		}
		Some(Self { hash: H::hash(&bytes), sum })
	}
}

/// What a sum tree is known by.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct SumCommitment {
	/// H(0x02 ‖ count ‖ top ‖ sum), the count in four bytes and the sum in sixteen; the top of no leaves is H of nothing.
	pub root: H256,
	/// Number of leaves.
	pub count: u32,
	/// Sum of all amounts.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub sum: u128,
}

impl SumCommitment {
	/// The commitment to a tree of `count` leaves with `top` at its top.
	pub fn of<H: TreeHash>(count: u32, top: &SumNode) -> Self {
		Self { root: Sum::<H>::seal(count, top), count, sum: top.sum }
	}

	/// Whether `data` with `amount` is leaf `index` of the committed tree, by `proof` (siblings from the leaf up).
	pub fn verify<H: TreeHash>(&self, index: u32, data: &[u8], amount: u128, proof: &[SumNode]) -> bool {
		// A wrong index is refused before anything is hashed.
		index < self.count && {
			let leaf = SumNode::leaf::<H>(data, amount);
			self.has_top::<H>(path::top::<Sum<H>>(index, self.count, leaf, proof))
		}
	}

	/// The sum of all amounts before leaf `index`, if `data` with `amount` is that leaf by `proof`. Leaf `index` covers the
	/// amounts from there up to, and without, there plus `amount`.
	pub fn before<H: TreeHash>(&self, index: u32, data: &[u8], amount: u128, proof: &[SumNode]) -> Option<u128> {
		if !self.verify::<H>(index, data, amount, proof) {
			return None;
		}
		let (mut position, mut last, mut before) = (index, self.count.saturating_sub(1), 0u128);
		let mut siblings = proof.iter();
		while last > 0 {
			if position & 1 == 1 {
				before = before.checked_add(siblings.next()?.sum)?;
			} else if position < last {
				siblings.next()?;
			}
			position >>= 1;
			last >>= 1;
		}
		Some(before)
	}

	/// Whether `leaves`, each with its amount, are in the committed tree at their indices, which rise, by a proof in the order
	/// of [`multi`].
	pub fn verify_many<H: TreeHash>(&self, leaves: &[(u32, &[u8], u128)], proof: &[SumNode]) -> bool {
		let leaf = |(index, data, amount): &(u32, &[u8], u128)| (*index, SumNode::leaf::<H>(data, *amount));
		let leaves: Vec<_> = leaves.iter().map(leaf).collect();
		self.has_top::<H>(multi::top::<Sum<H>>(self.count, &leaves, proof))
	}

	/// Whether `leaves`, each with its amount, are the committed tree's leaves from `start` on, by a proof in the order of
	/// [`multi`].
	pub fn verify_range<H: TreeHash>(&self, start: u32, leaves: &[(&[u8], u128)], proof: &[SumNode]) -> bool {
		let nodes = leaves.iter().map(|(data, amount)| SumNode::leaf::<H>(data, *amount));
		let top = multi::range(start, nodes).and_then(|leaves| multi::top::<Sum<H>>(self.count, &leaves, proof));
		self.has_top::<H>(top)
	}

	fn has_top<H: TreeHash>(&self, top: Option<SumNode>) -> bool {
		top.is_some_and(|top| Self::of::<H>(self.count, &top) == *self)
	}
}
