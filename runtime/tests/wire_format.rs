//! What clients rely on byte by byte.

#![cfg(not(feature = "sudo"))]

mod common;

use codec::Encode;
use frame_support::traits::PalletsInfoAccess;
use openledger_primitives::mmr::{LeafExtra, LEAF_EXTRA_VERSION};
use openledger_runtime::{
	genesis_config_presets::TESTNET_RUNTIME_PRESET, AllPalletsWithSystem, BeefyMmrLeaf, Runtime, RuntimeCall, System,
	VERSION,
};
use sp_mmr_primitives::LeafDataProvider;

/// The index and the name of every pallet, in the order in which they run. Neither the index nor the name may change
/// for a pallet that has been released.
const PALLETS: [(usize, &str); 41] = [
	(0, "System"),
	(1, "Timestamp"),
	(2, "Utility"),
	(4, "Parameters"),
	(5, "InitialParameters"),
	(6, "MultiBlockMigrations"),
	(7, "Multisig"),
	(8, "Proxy"),
	(9, "BoundedParameters"),
	(10, "Balances"),
	(11, "TransactionPayment"),
	(12, "Treasury"),
	(20, "Babe"),
	(21, "Authorship"),
	(22, "Staking"),
	(23, "VoterList"),
	(24, "Offences"),
	(25, "Historical"),
	(26, "Session"),
	(27, "Grandpa"),
	(28, "AuthorityDiscovery"),
	(29, "Beefy"),
	(30, "Preimage"),
	(31, "Scheduler"),
	(32, "ConvictionVoting"),
	(33, "Referenda"),
	(34, "Origins"),
	(35, "SafeMode"),
	(36, "TxPause"),
	(37, "ContributionVoting"),
	(38, "ContributionReferenda"),
	(39, "Chambers"),
	(40, "Mmr"),
	(41, "BeefyMmrLeaf"),
	(50, "Agents"),
	(51, "Attribution"),
	(52, "Credits"),
	(53, "Datanets"),
	(54, "ModelRegistry"),
	(55, "Curation"),
	(56, "Verification"),
];

#[test]
fn pallet_indices_are_pinned() {
	let pallets: Vec<_> = AllPalletsWithSystem::infos().into_iter().map(|pallet| (pallet.index, pallet.name)).collect();
	assert_eq!(pallets, PALLETS);
}

#[test]
fn a_call_is_small() {
	// Calls are copied a lot. A larger argument belongs into a box.
	assert!(core::mem::size_of::<RuntimeCall>() <= 256, "{} bytes", core::mem::size_of::<RuntimeCall>());
}

#[test]
fn metadata_has_the_versions_that_clients_read_and_the_constants_of_the_chain() {
	assert_eq!(Runtime::metadata_versions(), [14, 15, 16]);
	common::development().execute_with(|| assert!(Runtime::metadata_at_version(16).is_some()));
	let fast = common::development().execute_with(|| Runtime::metadata_at_version(14));
	let live = common::preset(TESTNET_RUNTIME_PRESET).execute_with(|| Runtime::metadata_at_version(14));
	assert!(fast != live, "the length of an epoch is a constant of the metadata");
}

#[test]
fn the_leaf_of_a_block_is_what_verifiers_on_other_chains_expect() {
	type Leaf = <<Runtime as pallet_mmr::Config>::LeafData as LeafDataProvider>::LeafData;
	common::development().execute_with(|| {
		common::start_first_block();
		let leaf: Leaf = BeefyMmrLeaf::leaf_data();
		// Version, parent's number and hash, next validators' id, number and root, then 97 bytes of our own.
		assert_eq!(leaf.encode().len(), 1 + (4 + 32) + (8 + 4 + 32) + 97);
		assert_eq!(leaf.parent_number_and_hash, (0, System::block_hash(0)));
		assert_eq!(leaf.leaf_extra, LeafExtra { version: LEAF_EXTRA_VERSION, ..Default::default() });
		assert_eq!(leaf.beefy_next_authority_set.len, 1);
	});
}

#[test]
fn the_version_names_the_chain() {
	assert_eq!(VERSION.spec_name, "openledger");
	assert_eq!(VERSION.transaction_version, 1);
}
