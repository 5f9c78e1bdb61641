//! Merkle-*sum* trees: every node carries the checked sum of the amounts below it (protocol §1).
//!
//! Node = H(0x01 ‖ lh ‖ lsum ‖ rh ‖ rsum), sums as little-endian `u128`; a commitment is (root, count, sum). The shape
//! and the proof discipline are those of [`crate::merkle`].

use crate::{hashing::TreeHash, merkle::leaf_hash};
use alloc::{vec, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use scale_info::TypeInfo;
use sp_core::H256;

/// A node, and one step of a proof.
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
		let mut bytes = Vec::with_capacity(97);
		bytes.push(1u8);
		for node in [left, right] {
			bytes.extend_from_slice(node.hash.as_bytes());
			bytes.extend_from_slice(&node.sum.to_le_bytes());
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
	/// Root hash; the hash of nothing when `count` is 0.
	pub root: H256,
	/// Number of leaves.
	pub count: u32,
	/// Sum of all amounts.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub sum: u128,
}

impl SumCommitment {
	/// Whether `data` with `amount` is leaf `index` of the committed tree, by `proof` (siblings from the leaf up).
	pub fn verify<H: TreeHash>(&self, index: u32, data: &[u8], amount: u128, proof: &[SumNode]) -> bool {
		self.fold::<H>(index, SumNode::leaf::<H>(data, amount), proof)
			.is_some_and(|top| top.hash == self.root && top.sum == self.sum)
	}

	fn fold<H: TreeHash>(&self, index: u32, leaf: SumNode, proof: &[SumNode]) -> Option<SumNode> {
		if index >= self.count {
			return None;
		}
		let (mut position, mut last, mut node) = (index, self.count.saturating_sub(1), leaf);
		let mut siblings = proof.iter();
		while last > 0 {
			if position & 1 == 1 {
				node = SumNode::join::<H>(siblings.next()?, &node)?;
			} else if position < last {
				node = SumNode::join::<H>(&node, siblings.next()?)?;
			}
			position >>= 1;
			last >>= 1;
		}
		siblings.next().is_none().then_some(node)
	}
}

/// A whole sum tree in memory.
#[derive(Clone, Debug)]
pub struct SumTree<H> {
	levels: Vec<Vec<SumNode>>,
	hash: PhantomData<H>,
}

impl<H: TreeHash> SumTree<H> {
	/// The tree over `(data, amount)` leaves. `None` when the sum overflows or there are more than `u32::MAX` leaves.
	pub fn new<D: AsRef<[u8]>>(leaves: impl IntoIterator<Item = (D, u128)>) -> Option<Self> {
		let mut level: Vec<SumNode> =
			leaves.into_iter().map(|(data, amount)| SumNode::leaf::<H>(data.as_ref(), amount)).collect();
		u32::try_from(level.len()).ok()?;
		let mut levels = vec![];
		while level.len() > 1 {
			let next = level
				.chunks(2)
				.map(|pair| match pair {
					[left, right] => SumNode::join::<H>(left, right),
					[odd] => Some(*odd),
					_ => None,
				})
				.collect::<Option<_>>()?;
			levels.push(core::mem::replace(&mut level, next));
		}
		levels.push(level);
		Some(Self { levels, hash: PhantomData })
	}

	/// Root, count and sum.
	pub fn commitment(&self) -> SumCommitment {
		let top = self.levels.last().and_then(|top| top.first()).copied();
		let top = top.unwrap_or_else(|| SumNode { hash: H::hash(&[]), sum: 0 });
		let count = self.levels.first().map_or(0, |leaves| leaves.len() as u32);
		SumCommitment { root: top.hash, count, sum: top.sum }
	}

	/// The siblings of leaf `index` from the leaf up, or `None` when there is no such leaf.
	pub fn prove(&self, index: u32) -> Option<Vec<SumNode>> {
		let mut position = usize::try_from(index).ok()?;
		if position >= self.levels.first()?.len() {
			return None;
		}
		let mut proof = vec![];
		for level in &self.levels {
			if let Some(sibling) = level.get(position ^ 1) {
				proof.push(*sibling);
			}
			position >>= 1;
		}
		Some(proof)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::hashing::Blake2b256;
	use proptest::prelude::*;

	fn leaves(n: u32) -> Vec<([u8; 4], u128)> {
		(0..n).map(|i| (i.to_be_bytes(), u128::from(i) * 7 + 1)).collect()
	}

	#[test]
	fn every_index_of_every_size_verifies() {
		for n in 1..=600u32 {
			let data = leaves(n);
			let tree = SumTree::<Blake2b256>::new(data.iter().copied()).unwrap();
			let commitment = tree.commitment();
			assert_eq!(commitment.sum, data.iter().map(|(_, amount)| amount).sum::<u128>());
			for (i, (bytes, amount)) in data.iter().enumerate() {
				let proof = tree.prove(i as u32).unwrap();
				assert!(commitment.verify::<Blake2b256>(i as u32, bytes, *amount, &proof), "{i} of {n}");
				assert!(!commitment.verify::<Blake2b256>(i as u32, bytes, amount + 1, &proof));
			}
		}
	}

	#[test]
	fn overflowing_sums_are_refused() {
		assert!(SumTree::<Blake2b256>::new([([0u8], u128::MAX), ([1u8], 1)]).is_none());
		let forged = SumCommitment { root: H256::zero(), count: 2, sum: 0 };
		let sibling = SumNode { hash: H256::zero(), sum: u128::MAX };
		assert!(!forged.verify::<Blake2b256>(0, &[0], 1, &[sibling]));
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(10_000))]
		#[test]
		fn no_mutation_verifies(n in 1u32..200, pick in any::<u32>(), kind in 0u8..8, at in any::<u16>(), bit in 0u8..8) {
			let data = leaves(n);
			let tree = SumTree::<Blake2b256>::new(data.iter().copied()).unwrap();
			let (mut commitment, mut index) = (tree.commitment(), pick % n);
			let (bytes, mut amount) = data[index as usize];
			let mut proof = tree.prove(index).unwrap();
			let (at, depth) = (at as usize, proof.len());
			match kind {
				0 => amount ^= 1 << bit,
				1 => proof.push(SumNode::default()),
				2 if depth > 0 => { proof.pop(); },
				3 if depth > 0 => proof[at % depth].hash.0[at % 32] ^= 1 << bit,
				4 if depth > 0 => proof[at % depth].sum ^= 1 << bit,
				5 => commitment.root.0[at % 32] ^= 1 << bit,
				6 => commitment.sum ^= 1 << bit,
				_ => index = index.wrapping_add(1 + u32::from(bit)),
			}
			prop_assert!(!commitment.verify::<Blake2b256>(index, &bytes, amount, &proof));
		}
	}
}
