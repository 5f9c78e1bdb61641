//! The economic core on the real runtime: agents, credits, receipts, attribution and verification together.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod audits;
mod capacity;
#[path = "../governance/chamber.rs"]
#[allow(dead_code)]
mod chamber;
#[path = "../common/mod.rs"]
mod common;
mod forgeries;
mod fuzz;
mod life;
mod market;
