//! Tests, one file per group of calls.

mod invariants;
mod lineage;
mod register;
mod setters;
mod transfer;
mod views;
