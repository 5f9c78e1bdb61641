//! Leaves of the Merkle mountain range and their proofs, verified without the node.

use crate::chain::unhex;
use anyhow::{ensure, Result};
use codec::Decode;
use polkadot_ckb_merkle_mountain_range::{leaf_index_to_mmr_size, leaf_index_to_pos, Merge, MerkleProof};
use serde::Deserialize;
use sp_crypto_hashing::keccak_256;

/// The answer to `mmr_generateProof`, in hexadecimal.
#[derive(Deserialize)]
pub struct Answer {
	leaves: String,
	proof: String,
}

/// A proof of one leaf.
pub struct Proof {
	/// The leaf as it was hashed.
	pub leaf: Vec<u8>,
	path: Path,
}

/// The nodes of the range that lead from a leaf to the root.
#[derive(Decode)]
struct Path {
	leaf_indices: Vec<u64>,
	leaf_count: u64,
	items: Vec<[u8; 32]>,
}

/// A leaf as the documentation of the chain describes it to bridges.
#[derive(Debug, Decode)]
pub struct Leaf {
	/// The version of the layout.
	pub version: u8,
	/// The height and hash of the parent of the block that added the leaf.
	pub parent: (u32, [u8; 32]),
	/// The next set of validators: its id, its size and the root of its addresses.
	pub next_authorities: (u64, u32, [u8; 32]),
	/// What OpenLedger adds.
	pub extra: Extra,
}

/// The part of a leaf that is OpenLedger's own: 97 bytes.
#[derive(Debug, Decode)]
pub struct Extra {
	/// The version of this part, zero so far.
	pub version: u8,
	/// The root of the messages to other chains.
	pub message_root: [u8; 32],
	/// The root of the records of data made available elsewhere.
	pub da_root: [u8; 32],
	/// The root that applications may use.
	pub app_root: [u8; 32],
}

/// How two nodes of the range become one.
struct Keccak;

impl Merge for Keccak {
	type Item = [u8; 32];

	fn merge(left: &Self::Item, right: &Self::Item) -> polkadot_ckb_merkle_mountain_range::Result<Self::Item> {
		Ok(keccak_256(&[*left, *right].concat()))
	}
}

impl Answer {
	/// The proof of the single leaf in this answer.
	pub fn single(&self) -> Result<Proof> {
		let leaves: Vec<Vec<u8>> = Decode::decode(&mut unhex(&self.leaves)?.as_slice())?;
		let path: Path = Decode::decode(&mut unhex(&self.proof)?.as_slice())?;
		ensure!(leaves.len() == 1 && path.leaf_indices.len() == 1, "not a proof of one leaf");
		Ok(Proof { leaf: leaves.concat(), path })
	}
}

impl Proof {
	/// Whether `leaf` stands in the range with this `root`, at the place that the proof names.
	pub fn verifies(&self, leaf: &[u8], root: [u8; 32]) -> bool {
		let Path { leaf_indices, leaf_count, items } = &self.path;
		let size = leaf_index_to_mmr_size(leaf_count.saturating_sub(1));
		let leaves = leaf_indices.iter().map(|index| (leaf_index_to_pos(*index), keccak_256(leaf))).collect();
		MerkleProof::<_, Keccak>::new(size, items.clone()).verify(root, leaves).unwrap_or(false)
	}
}

impl Leaf {
	/// The leaf in `bytes`, all of them.
	pub fn parse(mut bytes: &[u8]) -> Result<Self> {
		let leaf = Self::decode(&mut bytes)?;
		ensure!(bytes.is_empty(), "{} bytes after the leaf", bytes.len());
		Ok(leaf)
	}
}
