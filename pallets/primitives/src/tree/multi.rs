//! From several leaves to the top: multi-proofs and, for neighbours, range proofs.
//!
//! A proof holds the nodes that cannot be computed from the leaves, level by level from the bottom and from left to right in
//! a level. That order leaves no choice, so each set of leaves has one proof.

use super::Algebra;
use alloc::vec::Vec;

/// What a tree of `count` leaves has at its top if `leaves` are among them, each with its index, and `proof` fills the gaps.
///
/// `None` if there are no leaves, if their indices do not rise, if one is not below `count`, if the proof has not exactly the
/// length that these indices need, or if two nodes have no parent. Allocates as many nodes as there are leaves.
pub fn top<A: Algebra>(count: u32, leaves: &[(u32, A::Node)], proof: &[A::Node]) -> Option<A::Node> {
	let rising = leaves.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a < b));
	if !rising || leaves.last().is_none_or(|(index, _)| *index >= count) {
		return None;
	}
	let mut level: Vec<(u32, A::Node)> = leaves.to_vec();
	let mut siblings = proof.iter();
	let mut last = count.saturating_sub(1);
	while last > 0 {
		let mut above: Vec<(u32, A::Node)> = Vec::with_capacity(level.len());
		let mut nodes = level.iter().peekable();
		while let Some((position, node)) = nodes.next() {
			let parent = if position & 1 == 1 {
				A::join(siblings.next()?, node)?
			} else if let Some((_, right)) = nodes.next_if(|(next, _)| *next == position | 1) {
				A::join(node, right)?
			} else if *position < last {
				A::join(node, siblings.next()?)?
			} else {
				node.clone()
			};
			above.push((position >> 1, parent));
		}
		level = above;
		last >>= 1;
	}
	siblings.next().is_none().then_some(())?;
	level.into_iter().next().map(|(_, node)| node)
}

/// Leaves `start`, `start + 1`, … with their indices, as [`top`] takes them; `None` if the indices leave `u32`.
pub fn range<N>(start: u32, leaves: impl IntoIterator<Item = N>) -> Option<Vec<(u32, N)>> {
	leaves
		.into_iter()
		.enumerate()
		.map(|(offset, node)| Some((start.checked_add(u32::try_from(offset).ok()?)?, node)))
		.collect()
}
