//! What lets another chain follow this one: a Merkle mountain range over all blocks, whose root BEEFY signs.
//!
//! The order of the pallets matters. Mmr comes after Session, so that a leaf names the validators that follow its own
//! block's; Mmr comes before BeefyMmrLeaf.

#![warn(missing_docs)]

use crate::Runtime;
use frame_support::parameter_types;
use openledger_primitives::mmr::{LeafExtra, LEAF_EXTRA_VERSION};
use sp_consensus_beefy::mmr::{BeefyDataProvider, MmrLeafVersion};
use sp_core::H256;
use sp_runtime::traits::Keccak256;

impl pallet_mmr::Config for Runtime {
	const INDEXING_PREFIX: &'static [u8] = sp_mmr_primitives::INDEXING_PREFIX;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
	type BlockHashProvider = pallet_mmr::DefaultBlockHashProvider<Runtime>;
	// What an Ethereum contract computes at the least cost.
	type Hashing = Keccak256;
	type LeafData = pallet_beefy_mmr::Pallet<Runtime>;
	type OnNewRoot = pallet_beefy_mmr::DepositBeefyDigest<Runtime>;
	type WeightInfo = ();
}

parameter_types! {
	/// The version of the leaf's layout: the major part changes when old verifiers cannot read it.
	pub LeafVersion: MmrLeafVersion = MmrLeafVersion::new(0, 0);
}

impl pallet_beefy_mmr::Config for Runtime {
	type BeefyAuthorityToMerkleLeaf = pallet_beefy_mmr::BeefyEcdsaToEthereum;
	type BeefyDataProvider = Roots;
	type LeafExtra = LeafExtra;
	type LeafVersion = LeafVersion;
	type WeightInfo = ();
}

/// Collects the roots that go into a leaf. No pallet makes any yet: all three trees are empty.
pub struct Roots;

impl BeefyDataProvider<LeafExtra> for Roots {
	fn extra_data() -> LeafExtra {
		LeafExtra {
			version: LEAF_EXTRA_VERSION,
			message_root: H256::zero(),
			da_root: H256::zero(),
			app_root: H256::zero(),
		}
	}
}
