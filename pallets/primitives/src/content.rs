//! Names of content that the chain does not hold: rows, weights, blobs (protocol §1).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

/// The BLAKE3 root of some bytes, 32 bytes in SCALE. Any range of them can be checked against it while it streams
/// (`bao-tree`); the chain compares it and no more.
#[derive(
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Debug,
	Default,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct ContentHash(pub H256);

impl From<[u8; 32]> for ContentHash {
	fn from(root: [u8; 32]) -> Self {
		Self(root.into())
	}
}

impl core::fmt::Display for ContentHash {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		write!(f, "{:x}", self.0)
	}
}
