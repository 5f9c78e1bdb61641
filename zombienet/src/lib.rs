//! # End-to-end tests of the network
//!
//! What the scenarios in `tests/` share: [`network`] starts the nodes and ends them, [`chain`] asks one node,
//! [`wait`] bounds every wait, [`beefy`] and [`mmr`] check what a bridge would check, by code of their own, [`market`] sells
//! answers, [`referenda`] decides, and [`upgrade`] replaces the runtime.

pub mod beefy;
pub mod chain;
pub mod market;
pub mod mmr;
pub mod network;
pub mod referenda;
pub mod upgrade;
pub mod wait;
