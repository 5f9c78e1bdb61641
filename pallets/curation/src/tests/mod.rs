//! Tests, one file per group of calls.

mod agents;
mod appeals;
mod capture;
mod curators;
mod invariants;
mod scoring;
mod stateful;
mod tasks;
