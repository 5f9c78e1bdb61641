//! Tests, one file per group of calls.

mod audits;
mod committees;
mod invariants;
mod seats;
mod simulation;
mod stateful;
mod verdicts;
