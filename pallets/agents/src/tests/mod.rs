//! Tests by call group.

mod accounts;
mod deferral;
mod delegation;
mod invariants;
mod offers;
mod probes;
mod services;
mod slashing;
mod staking;
mod stateful;
