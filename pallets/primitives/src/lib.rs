//! # Primitives
//!
//! The types and the integer arithmetic that the chain and its workers agree on: Merkle trees, receipts, vouchers,
//! attribution indexes, the referee that decides who contributed to an answer, the division of a fee, and contribution
//! weight.
//!
//! Everything here is `no_std`, integer only, bounded and free of panics, so that the native node, the WASM runtime,
//! the workers and the verifier in a browser compute the same bits. Rules and section numbers refer to
//! `docs/protocol.md`; `README.md` says how to implement them elsewhere.
//!
//! Feature `frame` adds what only pallets and nodes need: the traits between pallets and signatures by `sp-runtime`.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(
	clippy::arithmetic_side_effects,
	clippy::float_arithmetic,
	clippy::indexing_slicing,
	clippy::panic,
	clippy::unreachable
)]
#![cfg_attr(
	test,
	allow(
		clippy::arithmetic_side_effects,
		clippy::float_arithmetic,
		clippy::indexing_slicing,
		clippy::panic,
		clippy::unwrap_used
	)
)]

extern crate alloc;

pub mod agent;
pub mod attribution;
pub mod audit;
pub mod batch;
pub mod content;
pub mod draw;
pub mod hashing;
pub mod ids;
pub mod judgement;
pub mod licence;
pub mod manifest;
pub mod mmr;
pub mod money;
pub mod near;
pub mod offence;
pub mod payout;
#[cfg(feature = "std")]
pub mod planck;
pub mod receipt;
pub mod referee;
pub mod rows;
pub mod terms;
#[cfg(feature = "frame")]
pub mod traits;
pub mod tree;
pub mod voucher;
pub mod weight;

pub use agent::{Hardware, Role, Roles};
pub use attribution::{Attribution, IndexInfo, IndexKind, IndexLeaf, Part, Pool, Scored};
pub use audit::Finding;
pub use batch::{BatchClaim, Draw, Opening, PayoutProof};
pub use content::ContentHash;
pub use hashing::{Blake2b256, Domain, Keccak256, TreeHash};
pub use ids::{CaseId, ContributionId, DatanetId, IndexId, ModelId, ServiceId, TaskId};
pub use licence::Licence;
pub use manifest::Manifest;
pub use mmr::LeafExtra;
pub use offence::Offence;
pub use payout::Payout;
pub use receipt::{NumericClass, Receipt};
pub use referee::Fraud;
pub use rows::RowLeaf;
pub use terms::Terms;
pub use tree::{
	plain::Commitment,
	sum::{SumCommitment, SumNode},
	whole::{MerkleTree, SumTree},
};
pub use voucher::Voucher;

/// The amount type of OPEN: 18 decimals.
pub type Balance = u128;

/// The longest Merkle proof the chain reads: enough for 2^32 leaves.
pub const MAX_PROOF: u32 = 32;
