//! What clients rely on byte by byte.

use frame_support::traits::PalletsInfoAccess;
use openledger_runtime::{AllPalletsWithSystem, Runtime, RuntimeCall, VERSION};

/// The index and the name of every pallet. Neither may change for a pallet that has been released.
const PALLETS: [(usize, &str); 17] = [
	(0, "System"),
	(1, "Timestamp"),
	(2, "Utility"),
	(3, "Sudo"),
	(4, "Parameters"),
	(5, "InitialParameters"),
	(10, "Babe"),
	(11, "Authorship"),
	(12, "Session"),
	(13, "Grandpa"),
	(20, "Balances"),
	(21, "TransactionPayment"),
	(50, "Agents"),
	(51, "Attribution"),
	(52, "Credits"),
	(53, "Datanets"),
	(54, "ModelRegistry"),
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
fn metadata_has_the_versions_that_clients_read() {
	assert_eq!(Runtime::metadata_versions(), [14, 15, 16]);
	assert!(Runtime::metadata_at_version(16).is_some());
}

#[test]
fn the_version_names_the_chain() {
	assert_eq!(VERSION.spec_name, "openledger");
	assert_eq!(VERSION.transaction_version, 1);
}
