//! # Proof of what was computed
//!
//! Whoever answers commits to the hidden states that every 32nd token and the last were chosen from ([`Fingerprint`]).
//! Whoever doubts it runs the model once over prompt and answer ([`verify`]), which costs a prefill, and compares: in
//! the exact modes every choice and every hash for equality, in floating point choices and [TOPLOC](toploc) proofs
//! within a tolerance.

mod claim;
mod fingerprint;
mod replay;
mod score;
pub mod toploc;

pub use claim::{schema_hash, Claim, Request};
pub use fingerprint::{commitment, records, Fingerprint, FingerprintMode, Record, INTERVAL};
pub(crate) use replay::inputs;
pub use replay::{verify, Difference, Replay, ReplayError, Report, Tolerance, Verdict};
pub use score::score;
