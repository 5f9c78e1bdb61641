//! Which rows a committee sees.

use alloc::vec::Vec;
use openledger_primitives::draw::Draw;
use sp_core::H256;

/// The rows that a committee sees, in the order in which they are its items, gold left out.
pub fn rows(seed: H256, rows: u32, sample: u32) -> Vec<u32> {
	Draw::new(seed, rows).take(sample as usize).collect()
}
