//! From one leaf to the top.

use super::Algebra;

/// What a tree of `count` leaves has at its top if `leaf` is its leaf `index` and `proof` are the siblings on the way up.
///
/// `None` if there is no such leaf, if the proof is longer or shorter than that leaf's, or if two nodes have no parent.
pub fn top<A: Algebra>(index: u32, count: u32, leaf: A::Node, proof: &[A::Node]) -> Option<A::Node> {
	if index >= count {
		return None;
	}
	let (mut position, mut last, mut node) = (index, count.saturating_sub(1), leaf);
	let mut siblings = proof.iter();
	while last > 0 {
		if position & 1 == 1 {
			node = A::join(siblings.next()?, &node)?;
		} else if position < last {
			node = A::join(&node, siblings.next()?)?;
		}
		// The last node of an odd level has no sibling and moves up unchanged.
		position >>= 1;
		last >>= 1;
	}
	siblings.next().is_none().then_some(node)
}
