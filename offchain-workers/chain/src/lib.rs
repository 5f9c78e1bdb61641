//! Typed client of the OpenLedger runtime.
//!
//! The only crate through which workers know the chain. Calls, events and storage are the runtime's own Rust types, so
//! that the compiler checks them; `subxt` signs, submits and watches. [`Chain::connect`] refuses another chain, and a
//! runtime whose transactions are encoded differently (see `docs/adr/0003-client-shares-runtime-types.md`).

mod client;
mod error;
mod key;
mod pages;
mod parameters;
mod state;
mod takedowns;
mod weight;

pub use client::{Chain, Included, Wait};
pub use error::{ChainError, Kind};
pub use key::Key;
pub use state::{
	AgentRecord, AssetRecord, AuditorRecord, BatchRecord, CaseRecord, ChannelRecord, DatanetRecord, DemandRecord,
	IndexRecord, PanelRecord, ProbeRecord, SampleRecord, VersionRecord, WeightRecord,
};
pub use takedowns::Takedowns;

pub use openledger_runtime::constants::{EXISTENTIAL_DEPOSIT, MILLI_SECS_PER_BLOCK};
pub use openledger_runtime::{AccountId, Balance, BlockNumber, Runtime, RuntimeCall, RuntimeEvent};
/// The calls, events and types of our pallets.
pub mod pallets {
	pub use openledger_runtime::configs::openledger::TOP_ROWS;
	pub use pallet_agents as agents;
	pub use pallet_attribution as attribution;
	pub use pallet_balances as balances;
	pub use pallet_contribution_voting as contribution_voting;
	pub use pallet_credits as credits;
	pub use pallet_datanets as datanets;
	pub use pallet_model_registry as model_registry;
	pub use pallet_transaction_payment as transaction_payment;
	pub use pallet_verification as verification;
}
