//! A whole tree in memory: every level, so that a proof costs O(log n).

use super::{
	plain::{leaf_hash, Commitment, Plain},
	sum::{Sum, SumCommitment, SumNode},
	Algebra,
};
use crate::hashing::TreeHash;
use alloc::{vec, vec::Vec};

/// A tree in memory. Takes twice the memory of its leaves' nodes.
#[derive(Clone, Debug)]
pub struct Tree<A: Algebra> {
	/// `levels[0]` holds the leaves' nodes, the last level the top.
	levels: Vec<Vec<A::Node>>,
}

/// A plain tree in memory.
pub type MerkleTree<H> = Tree<Plain<H>>;

/// A sum tree in memory.
pub type SumTree<H> = Tree<Sum<H>>;

impl<A: Algebra> Tree<A> {
	/// The tree over the nodes of its leaves. `None` for more than `u32::MAX` leaves, or when two nodes have no parent.
	pub fn from_nodes(leaves: Vec<A::Node>) -> Option<Self> {
		u32::try_from(leaves.len()).ok()?;
		let mut level = leaves;
		let mut levels = vec![];
		while level.len() > 1 {
			let above = level
				.chunks(2)
				.map(|pair| match pair {
					[left, right] => A::join(left, right),
					[odd] => Some(odd.clone()),
					_ => None,
				})
				.collect::<Option<_>>()?;
			levels.push(core::mem::replace(&mut level, above));
		}
		levels.push(level);
		Some(Self { levels })
	}

	/// The number of leaves.
	pub fn count(&self) -> u32 {
		// `from_nodes` has checked that it fits.
		self.levels.first().map_or(0, |leaves| leaves.len() as u32)
	}

	/// What stands at the top: the root of RFC 6962.
	pub fn top(&self) -> A::Node {
		self.levels.last().and_then(|top| top.first()).cloned().unwrap_or_else(A::empty)
	}

	/// The siblings of leaf `index` from the leaf up, or `None` when there is no such leaf.
	pub fn prove(&self, index: u32) -> Option<Vec<A::Node>> {
		self.prove_many(&[index])
	}

	/// The proof of `indices` together, as [`super::multi`] orders it. `None` when there are none, when they do not rise, or
	/// when there is no such leaf.
	pub fn prove_many(&self, indices: &[u32]) -> Option<Vec<A::Node>> {
		let rising = indices.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
		if !rising || indices.last().is_none_or(|index| *index >= self.count()) {
			return None;
		}
		let mut known: Vec<u32> = indices.to_vec();
		let mut proof = vec![];
		for level in &self.levels {
			for position in &known {
				let sibling = position ^ 1;
				if known.binary_search(&sibling).is_err() {
					proof.extend(level.get(usize::try_from(sibling).ok()?).cloned());
				}
			}
			known.iter_mut().for_each(|position| *position >>= 1);
			known.dedup();
		}
		Some(proof)
	}

	/// The proof of the `length` leaves from `start` on. `None` when there are none, or not as many.
	pub fn prove_range(&self, start: u32, length: u32) -> Option<Vec<A::Node>> {
		let end = start.checked_add(length).filter(|end| *end <= self.count())?;
		self.prove_many(&(start..end).collect::<Vec<_>>())
	}
}

impl<H: TreeHash> MerkleTree<H> {
	/// The tree over `leaves` in their order. `None` for more than `u32::MAX` leaves.
	pub fn new<D: AsRef<[u8]>>(leaves: impl IntoIterator<Item = D>) -> Option<Self> {
		Self::from_nodes(leaves.into_iter().map(|data| leaf_hash::<H>(data.as_ref())).collect())
	}

	/// Root and count.
	pub fn commitment(&self) -> Commitment {
		Commitment::of::<H>(self.count(), &self.top())
	}
}

impl<H: TreeHash> SumTree<H> {
	/// The tree over `leaves`, each with its amount, in their order. `None` for more than `u32::MAX` leaves or when the amounts
	/// add up to more than a `u128` holds.
	pub fn new<D: AsRef<[u8]>>(leaves: impl IntoIterator<Item = (D, u128)>) -> Option<Self> {
		Self::from_nodes(leaves.into_iter().map(|(data, amount)| SumNode::leaf::<H>(data.as_ref(), amount)).collect())
	}

	/// Root, count and sum.
	pub fn commitment(&self) -> SumCommitment {
		SumCommitment::of::<H>(self.count(), &self.top())
	}
}
