//! The configuration of the pallets, one file per area.

#![warn(missing_docs)]

pub mod consensus;
pub mod money;
pub mod openledger;
pub mod parameters;
pub mod system;
