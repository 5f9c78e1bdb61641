//! Tests, one file per group of calls.

mod access;
mod contribute;
mod create;
mod freeze_version;
mod invariants;
mod transfer;
mod views;
