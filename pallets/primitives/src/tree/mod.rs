//! Merkle trees of the RFC 6962 shape, plain and with sums (protocol §1).
//!
//! A tree of n leaves splits at the largest power of two below n. Leaf = H(0x00 ‖ data); the parent of two nodes is
//! H(0x01 ‖ left ‖ right), in a sum tree H(0x01 ‖ left ‖ left sum ‖ right ‖ right sum). What is committed to is not the top
//! node but H(0x02 ‖ count ‖ top), in a sum tree H(0x02 ‖ count ‖ top ‖ sum), with integers in little endian: the top of RFC
//! 6962 says nothing of how many leaves there are, and a verifier that believes a wrong count believes wrong places. A proof
//! must have exactly the length that its leaf's place and the count ask for. Bridges were forged where it need not. See
//! `docs/adr/0010-roots-bind-count-and-sum.md`.
//!
//! The shape is written once, in [`path`], [`multi`], [`whole`] and [`stream`], for any [`Algebra`]; [`plain`] and [`sum`]
//! say how two nodes make their parent.

use primitive_types::H256;

pub mod multi;
pub mod path;
pub mod plain;
pub mod stream;
pub mod sum;
pub mod whole;

#[cfg(test)]
mod tests;

/// How the parent of two nodes is made.
pub trait Algebra {
	/// A node: what stands for a subtree.
	type Node: Clone + PartialEq;

	/// The parent, or `None` when there can be none: sums that overflow.
	fn join(left: &Self::Node, right: &Self::Node) -> Option<Self::Node>;

	/// What stands for a tree without leaves.
	fn empty() -> Self::Node;

	/// The root that is committed to: of a tree of `count` leaves with `top` at its top.
	fn seal(count: u32, top: &Self::Node) -> H256;
}
