//! Merkle trees of the RFC 6962 shape over any hash (protocol §1).
//!
//! Leaf = H(0x00 ‖ data), node = H(0x01 ‖ left ‖ right); a tree of n leaves splits at the largest power of two below n.
//! A commitment is always (root, count): a proof is checked against index *and* count and must have exactly the
//! canonical length, which closes the length-extension forgeries that two bridges fell to.

use crate::hashing::TreeHash;
use alloc::{vec, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use scale_info::TypeInfo;
use sp_core::H256;

/// What a tree is known by.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Commitment {
	/// Root hash; the hash of nothing when `count` is 0.
	pub root: H256,
	/// Number of leaves.
	pub count: u32,
}

impl Commitment {
	/// Whether `data` is leaf `index` of the committed tree, by `proof` (siblings from the leaf up).
	pub fn verify<H: TreeHash>(&self, index: u32, data: &[u8], proof: &[H256]) -> bool {
		if index >= self.count {
			return false;
		}
		let mut position = index;
		let mut last = self.count.saturating_sub(1);
		let mut node = leaf_hash::<H>(data);
		let mut siblings = proof.iter();
		while last > 0 {
			if position & 1 == 1 {
				let Some(left) = siblings.next() else { return false };
				node = node_hash::<H>(left, &node);
			} else if position < last {
				let Some(right) = siblings.next() else { return false };
				node = node_hash::<H>(&node, right);
			}
			// The last node of an odd level has no sibling and moves up unchanged.
			position >>= 1;
			last >>= 1;
		}
		siblings.next().is_none() && node == self.root
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

/// A whole tree in memory: every level, so that a proof costs O(log n).
#[derive(Clone, Debug)]
pub struct MerkleTree<H> {
	/// `levels[0]` holds the leaf hashes, the last level the root.
	levels: Vec<Vec<H256>>,
	hash: PhantomData<H>,
}

impl<H: TreeHash> MerkleTree<H> {
	/// The tree over `leaves` in their order. `None` for more than `u32::MAX` leaves.
	pub fn new<D: AsRef<[u8]>>(leaves: impl IntoIterator<Item = D>) -> Option<Self> {
		let mut level: Vec<H256> = leaves.into_iter().map(|data| leaf_hash::<H>(data.as_ref())).collect();
		u32::try_from(level.len()).ok()?;
		let mut levels = vec![];
		while level.len() > 1 {
			let next = level
				.chunks(2)
				.filter_map(|pair| match pair {
					[left, right] => Some(node_hash::<H>(left, right)),
					[odd] => Some(*odd),
					_ => None,
				})
				.collect();
			levels.push(core::mem::replace(&mut level, next));
		}
		levels.push(level);
		Some(Self { levels, hash: PhantomData })
	}

	/// Root and count.
	pub fn commitment(&self) -> Commitment {
		let root = self.levels.last().and_then(|top| top.first()).copied().unwrap_or_else(|| H::hash(&[]));
		let count = self.levels.first().map_or(0, |leaves| leaves.len() as u32);
		Commitment { root, count }
	}

	/// The siblings of leaf `index` from the leaf up, or `None` when there is no such leaf.
	pub fn prove(&self, index: u32) -> Option<Vec<H256>> {
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
	use crate::hashing::{Blake2b256, Keccak256};
	use proptest::prelude::*;

	fn leaves(n: u32) -> Vec<[u8; 4]> {
		(0..n).map(u32::to_be_bytes).collect()
	}

	/// The recursive definition of RFC 6962 §2.1, written from the text of the RFC.
	fn rfc_root<H: TreeHash>(leaves: &[[u8; 4]]) -> H256 {
		match leaves.len() {
			0 => H::hash(&[]),
			1 => leaf_hash::<H>(&leaves[0]),
			n => {
				let split = 1usize << (usize::BITS - 1 - (n - 1).leading_zeros());
				node_hash::<H>(&rfc_root::<H>(&leaves[..split]), &rfc_root::<H>(&leaves[split..]))
			}
		}
	}

	#[test]
	fn shape_is_that_of_rfc_6962() {
		for n in 0..=600 {
			let data = leaves(n);
			let tree = MerkleTree::<Blake2b256>::new(&data).unwrap();
			assert_eq!(tree.commitment(), Commitment { root: rfc_root::<Blake2b256>(&data), count: n }, "{n} leaves");
		}
		let data = leaves(77);
		assert_eq!(MerkleTree::<Keccak256>::new(&data).unwrap().commitment().root, rfc_root::<Keccak256>(&data));
	}

	#[test]
	fn every_index_of_every_size_verifies_and_no_other_index_does() {
		for n in 1..=600u32 {
			let data = leaves(n);
			let tree = MerkleTree::<Blake2b256>::new(&data).unwrap();
			let commitment = tree.commitment();
			for i in 0..n {
				let proof = tree.prove(i).unwrap();
				assert!(commitment.verify::<Blake2b256>(i, &data[i as usize], &proof), "{i} of {n}");
				let other = (i + 1) % n;
				if other != i {
					assert!(!commitment.verify::<Blake2b256>(other, &data[i as usize], &proof));
				}
			}
			assert_eq!(tree.prove(n), None);
		}
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(10_000))]
		#[test]
		fn no_mutation_verifies(n in 1u32..200, pick in any::<u32>(), kind in 0u8..6, at in any::<u16>(), bit in 0u8..8) {
			let data = leaves(n);
			let tree = MerkleTree::<Blake2b256>::new(&data).unwrap();
			let (mut commitment, index) = (tree.commitment(), pick % n);
			let mut leaf = data[index as usize].to_vec();
			let mut proof = tree.prove(index).unwrap();
			let mut position = index;
			let at = at as usize;
			match kind {
				0 => { let len = leaf.len(); leaf[at % len] ^= 1 << bit },
				1 => proof.push(H256::repeat_byte(bit)),
				2 if !proof.is_empty() => { proof.pop(); },
				3 if !proof.is_empty() => { let len = proof.len(); proof[at % len].0[at % 32] ^= 1 << bit },
				4 => commitment.root.0[at % 32] ^= 1 << bit,
				_ => position = position.wrapping_add(1 + u32::from(bit)),
			}
			prop_assert!(!commitment.verify::<Blake2b256>(position, &leaf, &proof));
		}
	}
}
