//! The referee: who contributed is a claim that anyone can check (protocol §8).
//!
//! A claim names the top rows of an index for a query. One opened leaf and one integer dot product decide whether it is
//! false. Nothing here is floating point, so native code, WASM and GPU agree to the bit.

mod dot;
mod refute;
mod rule;

#[cfg(test)]
mod tests;

pub use dot::dot;
pub use refute::{check_body, check_form, check_leaf, Fraud, RowState, TAKEDOWN_GRACE};
pub use rule::{rank, top_k, Top};
