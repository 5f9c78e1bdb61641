//! Tests, one file per group of calls.

mod access;
mod admission;
mod committee;
mod commons;
mod commons_model;
mod contribute;
mod create;
mod forfeit;
mod freeze_version;
mod invariants;
mod stateful;
mod takedown;
mod transfer;
mod views;
