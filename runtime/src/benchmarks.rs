//! The pallets whose weights a benchmarking tool measures in this runtime: ours.

use crate::{
	Agents, AllPalletsWithSystem, Attribution, BoundedParameters, Chambers, ContributionVoting, Credits, Curation,
	Datanets, ModelRegistry, Verification,
};
use alloc::{string::String, vec::Vec};
use frame_benchmarking::{BenchmarkBatch, BenchmarkConfig, BenchmarkList};
use frame_support::traits::{StorageInfo, StorageInfoTrait, WhitelistedStorageKeys};

frame_benchmarking::define_benchmarks!(
	[pallet_agents, Agents]
	[pallet_attribution, Attribution]
	[pallet_bounded_parameters, BoundedParameters]
	[pallet_chambers, Chambers]
	[pallet_contribution_voting, ContributionVoting]
	[pallet_credits, Credits]
	[pallet_curation, Curation]
	[pallet_datanets, Datanets]
	[pallet_model_registry, ModelRegistry]
	[pallet_verification, Verification]
);

/// What can be measured, and the storage it may touch. `extra` adds what weights are not made of.
pub fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
	let mut list = Vec::new();
	list_benchmarks!(list, extra);
	(list, AllPalletsWithSystem::storage_info())
}

/// Runs the benchmarks that `config` names.
pub fn dispatch(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
	let whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
	let mut batches = Vec::new();
	let params = (&config, &whitelist);
	add_benchmarks!(params, batches);
	Ok(batches)
}
