//! Drawing without putting back, from a seed.

use crate::hashing::{Blake2b256, TreeHash};
use alloc::collections::BTreeMap;
use primitive_types::H256;

/// Distinct numbers below `below`, in an order that the seed decides: the steps of a Fisher–Yates shuffle, which keeps
/// only the places that it has moved.
pub struct Draw {
	seed: H256,
	drawn: u32,
	below: u32,
	moved: BTreeMap<u32, u32>,
}

impl Draw {
	/// A draw from 0 to `below` − 1.
	pub fn new(seed: H256, below: u32) -> Self {
		Self { seed, drawn: 0, below, moved: BTreeMap::new() }
	}

	/// A number below `left`, which is not zero.
	fn random(&self, left: u32) -> u32 {
		let mut bytes = self.seed.as_bytes().to_vec();
		bytes.extend_from_slice(&self.drawn.to_le_bytes());
		let hash = Blake2b256::hash(&bytes);
		let word = hash.as_bytes().iter().take(16).fold(0u128, |word, byte| (word << 8) | u128::from(*byte));
		// The remainder of 128 bits by at most 32 favours no number by more than 2^-96.
		word.checked_rem(left.into()).unwrap_or_default() as u32
	}
}

impl Iterator for Draw {
	type Item = u32;

	fn next(&mut self) -> Option<u32> {
		let left = self.below.checked_sub(self.drawn).filter(|left| *left > 0)?;
		let place = self.drawn.saturating_add(self.random(left));
		let number = self.moved.get(&place).copied().unwrap_or(place);
		let first = self.moved.remove(&self.drawn).unwrap_or(self.drawn);
		self.moved.insert(place, first);
		self.drawn = self.drawn.saturating_add(1);
		Some(number)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::{collections::BTreeSet, vec::Vec};

	#[test]
	fn numbers_are_distinct_and_all_come() {
		for below in [0, 1, 2, 11, 100] {
			let drawn: Vec<u32> = Draw::new(H256::repeat_byte(7), below).collect();
			assert_eq!(drawn.len(), below as usize);
			assert_eq!(drawn.into_iter().collect::<BTreeSet<_>>(), (0..below).collect());
		}
	}

	#[test]
	fn every_number_is_as_likely_as_the_others() {
		let mut counts = [0u32; 20];
		for seed in 0..20_000u64 {
			for number in Draw::new(H256::from_low_u64_be(seed), 20).take(5) {
				counts[number as usize] += 1;
			}
		}
		// 5,000 expected, standard deviation 61.
		assert!(counts.iter().all(|count| count.abs_diff(5_000) < 300), "{counts:?}");
	}
}
