//! # OpenLedger runtime
//!
//! The state machine of the OpenLedger chain. This file holds the version, the types, the list of pallets and the
//! transaction extensions; [`configs`] configures the pallets, [`apis`] answers the node,
//! [`genesis_config_presets`] describes the first block.

#![cfg_attr(not(feature = "std"), no_std)]
// The runtime macro recurses once per pallet and writes public types that carry no docs.
#![recursion_limit = "512"]
#![allow(missing_docs)]

extern crate alloc;

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarks;
pub mod configs;
pub mod constants;
pub mod genesis_config_presets;
pub mod initial_parameters;
pub mod pace;

use alloc::{borrow::Cow, vec::Vec};
use sp_runtime::{
	generic, impl_opaque_keys,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

#[cfg(feature = "std")]
pub use wasm::*;

/// The WASM build of this crate, written by the build script.
#[cfg(feature = "std")]
#[allow(dead_code, unreachable_pub)] // The file is generated.
mod wasm {
	include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
}

/// The version of this runtime.
///
/// `spec_version` changes with every change of behaviour, `transaction_version` with every change of how a
/// transaction is encoded: a call, its index, its arguments or [`TxExtension`].
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("openledger"),
	impl_name: Cow::Borrowed("openledger-node"),
	authoring_version: 1,
	spec_version: 1,
	impl_version: 1,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 1,
};

/// A signature of any of the supported kinds.
pub type Signature = MultiSignature;

/// The identity of an account.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;

/// An account as transactions name it.
pub type Address = MultiAddress<AccountId, ()>;

/// An amount of OPEN.
pub type Balance = u128;

/// The height of a block.
pub type BlockNumber = u32;

/// The number of transactions that an account has sent.
pub type Nonce = u32;

/// The hash of a block, a transaction or a state.
pub type Hash = sp_core::H256;

/// A header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;

/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// A transaction as it arrives.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// What a signer signs.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// The checks around every transaction, in order. A change of the order changes `transaction_version`.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckMortality<Runtime>,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
	frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);

/// Runs blocks.
pub type Executive =
	frame_executive::Executive<Runtime, Block, frame_system::ChainContext<Runtime>, Runtime, AllPalletsWithSystem>;

/// The types of the node, which does not look into transactions.
pub mod opaque {
	use super::{BlakeTwo256, BlockNumber};
	use sp_runtime::generic;
	pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

	/// A header.
	pub type Header = generic::Header<BlockNumber, BlakeTwo256>;

	/// A block whose transactions are bytes.
	pub type Block = generic::Block<Header, UncheckedExtrinsic>;
}

impl_opaque_keys! {
	/// The keys that a validator signs with.
	pub struct SessionKeys {
		/// Signs blocks.
		pub babe: Babe,
		/// Signs finality votes.
		pub grandpa: Grandpa,
		/// Signs the addresses at which a validator can be found.
		pub authority_discovery: AuthorityDiscovery,
		/// Signs what other chains verify.
		pub beefy: Beefy,
	}
}

// The pallets, and what the macro derives from them. An index is part of the wire format for ever: 0–9 system,
// 10–19 money, 20–29 consensus, 30–39 governance, 40–49 bridge, 50 and up ours.
//
// The order of the indices is that of genesis and of every block. Balances come before Staking, which holds them;
// Authorship before Session, so that an author is noted in its own session; Session before Beefy before Mmr before
// BeefyMmrLeaf, so that a leaf names the validators that follow its own block's.
#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	// System
	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Utility = pallet_utility;
	#[cfg(feature = "sudo")]
	#[runtime::pallet_index(3)]
	pub type Sudo = pallet_sudo;
	#[runtime::pallet_index(4)]
	pub type Parameters = pallet_parameters;
	#[runtime::pallet_index(5)]
	pub type InitialParameters = crate::initial_parameters;
	#[runtime::pallet_index(6)]
	pub type MultiBlockMigrations = pallet_migrations;
	#[runtime::pallet_index(7)]
	pub type Multisig = pallet_multisig;
	#[runtime::pallet_index(8)]
	pub type Proxy = pallet_proxy;
	#[runtime::pallet_index(9)]
	pub type BoundedParameters = pallet_bounded_parameters;

	// Money
	#[runtime::pallet_index(10)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(11)]
	pub type TransactionPayment = pallet_transaction_payment;
	#[runtime::pallet_index(12)]
	pub type Treasury = pallet_treasury;

	// Consensus
	#[runtime::pallet_index(20)]
	pub type Babe = pallet_babe;
	#[runtime::pallet_index(21)]
	pub type Authorship = pallet_authorship;
	#[runtime::pallet_index(22)]
	pub type Staking = pallet_staking;
	#[runtime::pallet_index(23)]
	pub type VoterList = pallet_bags_list;
	#[runtime::pallet_index(24)]
	pub type Offences = pallet_offences;
	#[runtime::pallet_index(25)]
	pub type Historical = pallet_session::historical;
	#[runtime::pallet_index(26)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(27)]
	pub type Grandpa = pallet_grandpa;
	#[runtime::pallet_index(28)]
	pub type AuthorityDiscovery = pallet_authority_discovery;
	#[runtime::pallet_index(29)]
	pub type Beefy = pallet_beefy;

	// Governance
	#[runtime::pallet_index(30)]
	pub type Preimage = pallet_preimage;
	#[runtime::pallet_index(31)]
	pub type Scheduler = pallet_scheduler;
	#[runtime::pallet_index(32)]
	pub type ConvictionVoting = pallet_conviction_voting;
	#[runtime::pallet_index(33)]
	pub type Referenda = pallet_referenda;
	#[runtime::pallet_index(34)]
	pub type Origins = crate::configs::origins;
	#[runtime::pallet_index(35)]
	pub type SafeMode = pallet_safe_mode;
	#[runtime::pallet_index(36)]
	pub type TxPause = pallet_tx_pause;
	#[runtime::pallet_index(37)]
	pub type ContributionVoting = pallet_contribution_voting;
	#[runtime::pallet_index(38)]
	pub type ContributionReferenda = pallet_referenda<Instance2>;
	#[runtime::pallet_index(39)]
	pub type Chambers = pallet_chambers;

	// Bridge
	#[runtime::pallet_index(40)]
	pub type Mmr = pallet_mmr;
	#[runtime::pallet_index(41)]
	pub type BeefyMmrLeaf = pallet_beefy_mmr;

	// Ours
	#[runtime::pallet_index(50)]
	pub type Agents = pallet_agents;
	#[runtime::pallet_index(51)]
	pub type Attribution = pallet_attribution;
	#[runtime::pallet_index(52)]
	pub type Credits = pallet_credits;
	#[runtime::pallet_index(53)]
	pub type Datanets = pallet_datanets;
	#[runtime::pallet_index(54)]
	pub type ModelRegistry = pallet_model_registry;
	#[runtime::pallet_index(55)]
	pub type Curation = pallet_curation;
	#[runtime::pallet_index(56)]
	pub type Verification = pallet_verification;
}
