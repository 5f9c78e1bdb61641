//! The configuration of the pallets, one file per area.

#![warn(missing_docs)]

pub mod accounts;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
pub mod bounds;
pub mod bridge;
pub mod chambers;
pub mod consensus;
pub mod contribution;
pub mod emergency;
pub mod governance;
pub mod money;
pub mod openledger;
pub mod origins;
pub mod parameters;
pub mod scheduling;
pub mod staking;
pub mod system;
pub mod tracks;
pub mod treasury;
