//! Tests, a file for each group of calls.

mod close;
mod debt;
mod draw;
mod forged;
mod invariants;
mod keys;
mod open;
mod refund;
mod stateful;
