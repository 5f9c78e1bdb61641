//! Tests, a file for each group of calls.

mod assent;
mod delay;
mod enact;
mod expire;
mod invariants;
mod stateful;
mod withdraw;
