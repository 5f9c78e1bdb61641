//! The top of leaves that come one after the other, in the memory of one path.

use super::{
	plain::{Commitment, Plain},
	sum::{Sum, SumCommitment},
	Algebra,
};
use crate::hashing::TreeHash;
use alloc::vec::Vec;

/// Takes leaves in their order and gives what stands at the top. Holds at most 32 nodes.
///
/// ```
/// use openledger_primitives::tree::{plain::{leaf_hash, Plain}, stream::Builder, whole::MerkleTree};
/// use openledger_primitives::Blake2b256;
///
/// let mut builder = Builder::<Plain<Blake2b256>>::default();
/// for row in ["a", "b", "c"] {
///     builder.push(leaf_hash::<Blake2b256>(row.as_bytes())).unwrap();
/// }
/// let whole = MerkleTree::<Blake2b256>::new(["a", "b", "c"]).unwrap().commitment();
/// assert_eq!(builder.commitment(), Some(whole));
/// ```
#[derive(Clone, Debug)]
pub struct Builder<A: Algebra> {
	/// The roots of full subtrees, one for each bit that is set in `count`, greatest first.
	peaks: Vec<A::Node>,
	count: u32,
}

impl<A: Algebra> Default for Builder<A> {
	fn default() -> Self {
		Self { peaks: Vec::new(), count: 0 }
	}
}

impl<A: Algebra> Builder<A> {
	/// Adds the next leaf. `None`, and nothing is added, if there are `u32::MAX` leaves or two nodes have no parent.
	pub fn push(&mut self, leaf: A::Node) -> Option<()> {
		let count = self.count.checked_add(1)?;
		// The new leaf completes as many subtrees as the old count ends in ones.
		let completes = self.count.trailing_ones() as usize;
		let keep = self.peaks.len().checked_sub(completes)?;
		let node = self.peaks.iter().skip(keep).rev().try_fold(leaf, |node, peak| A::join(peak, &node))?;
		self.peaks.truncate(keep);
		self.peaks.push(node);
		self.count = count;
		Some(())
	}

	/// The number of leaves so far.
	pub fn count(&self) -> u32 {
		self.count
	}

	/// What stands at the top of the leaves so far. `None` if two nodes have no parent.
	pub fn top(&self) -> Option<A::Node> {
		let mut peaks = self.peaks.iter().rev();
		let Some(last) = peaks.next() else { return Some(A::empty()) };
		peaks.try_fold(last.clone(), |node, peak| A::join(peak, &node))
	}
}

impl<H: TreeHash> Builder<Plain<H>> {
	/// Root and count of the leaves so far. Never `None`: hashes always have a parent.
	pub fn commitment(&self) -> Option<Commitment> {
		Some(Commitment::of::<H>(self.count, &self.top()?))
	}
}

impl<H: TreeHash> Builder<Sum<H>> {
	/// Root, count and sum of the leaves so far. `None` if their amounts overflow.
	pub fn commitment(&self) -> Option<SumCommitment> {
		Some(SumCommitment::of::<H>(self.count, &self.top()?))
	}
}
