//! What every leaf of the chain's Merkle mountain range carries for verifiers on other chains.
//!
//! `docs/protocol.md` §12.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

/// The version of [`LeafExtra`].
pub const LEAF_EXTRA_VERSION: u8 = 0;

/// Roots that BEEFY signs with every block, 97 bytes in SCALE.
///
/// A root of zero says that its tree is empty.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct LeafExtra {
	/// The version of this structure, [`LEAF_EXTRA_VERSION`].
	pub version: u8,
	/// The Keccak-256 Merkle root of the messages to other chains.
	pub message_root: H256,
	/// The Keccak-256 Merkle root of the records of data made available elsewhere.
	pub da_root: H256,
	/// The Keccak-256 Merkle root that applications may use.
	pub app_root: H256,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_encoding_is_97_bytes_in_the_order_of_the_fields() {
		let extra = LeafExtra {
			version: 1,
			message_root: H256::repeat_byte(2),
			da_root: H256::repeat_byte(3),
			app_root: H256::repeat_byte(4),
		};
		let expected = [vec![1], vec![2; 32], vec![3; 32], vec![4; 32]].concat();
		assert_eq!(extra.encode(), expected);
		assert_eq!(LeafExtra::max_encoded_len(), 97);
	}
}
