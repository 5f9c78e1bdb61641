//! # Primitives
//!
//! The types and the integer arithmetic that the chain and its workers agree on: Merkle trees, receipts, vouchers,
//! attribution indexes, the referee that decides who contributed to an answer, and the division of a fee.
//!
//! Everything here is `no_std`, integer only and free of panics, so that the native node, the WASM runtime and the
//! workers compute the same bits. Rules and section numbers refer to `docs/protocol.md`.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod attribution;
pub mod hashing;
pub mod ids;
pub mod merkle;
pub mod merkle_sum;
pub mod mmr;
pub mod money;
pub mod payout;
#[cfg(feature = "std")]
pub mod planck;
pub mod receipt;
pub mod referee;
pub mod rows;
pub mod traits;
pub mod voucher;

pub use attribution::{Attribution, IndexInfo, IndexKind, IndexLeaf, Part, Pool, Scored};
pub use hashing::{Blake2b256, Domain, Keccak256, TreeHash};
pub use ids::{ContributionId, DatanetId, IndexId, ModelId};
pub use merkle::{Commitment, MerkleTree};
pub use merkle_sum::{SumCommitment, SumNode, SumTree};
pub use mmr::LeafExtra;
pub use payout::Payout;
pub use receipt::{NumericClass, Receipt};
pub use referee::Fraud;
pub use rows::RowLeaf;
pub use voucher::Voucher;

/// The amount type of OPEN: 18 decimals.
pub type Balance = u128;

/// The longest Merkle proof the chain reads: enough for 2^32 leaves.
pub const MAX_PROOF: u32 = 32;
