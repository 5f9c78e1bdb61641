//! # Verifier
//!
//! What a contributor, a payer or an auditor needs in order to believe nobody: is this receipt in that batch, is this payout
//! mine, does the division of the fee follow from the claim, is the claim true, is the signature good. The answers are those
//! of the chain, because the code is: `openledger-primitives`, compiled to WASM.
//!
//! Every function takes the SCALE encoding of a tuple and gives bytes. [`call`] finds it by its [`Question`]; `abi` exports
//! that to JavaScript and others. `README.md` has the table of inputs and outputs.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![deny(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::indexing_slicing, clippy::panic)]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod abi;
mod questions;
pub mod signature;

pub use questions::{call, Question};

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
	/// There is no such question.
	NoSuchQuestion,
	/// The input is not the SCALE encoding of what the question asks for, or there is more of it.
	Malformed,
	/// The amounts overflow or contradict each other: a part is more than its whole, the shares of a fee are more than 100,
	/// lines are more than the payouts, an answer names too much.
	Inconsistent,
}
