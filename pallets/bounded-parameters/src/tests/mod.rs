//! Tests, a file for each concern.

mod invariants;
mod rules;
mod set;
mod stateful;
