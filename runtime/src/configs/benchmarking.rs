//! What the benchmarks of our pallets need of each other.

use crate::{AccountId, Balance, Runtime, Signature};
use alloc::vec::Vec;
use frame_benchmarking::{account, BenchmarkError};
use openledger_primitives::{judgement::Case, ContributionId, DatanetId, ModelId, Voucher};
use pallet_agents::benchmarking as agents;
use pallet_attribution::benchmarking as attribution;
use pallet_credits::benchmarking as credits;
use pallet_curation::benchmarking as curation;
use pallet_datanets::benchmarking as datanets;
use pallet_model_registry::benchmarking as registry;

/// Prepares state of one of our pallets for the benchmarks of the others.
pub struct BenchmarkHelper;

impl registry::BenchmarkHelper<AccountId> for BenchmarkHelper {
	fn frozen_versions(count: u32) -> Result<Vec<(DatanetId, u32)>, BenchmarkError> {
		(0..count).map(|i| datanets::frozen_version::<Runtime>(account("datanet", i, 0), 1)).collect()
	}

	fn grant(datanet: DatanetId, who: &AccountId) -> Result<(), BenchmarkError> {
		datanets::granted::<Runtime>(datanet, who)
	}
}

impl curation::BenchmarkHelper<AccountId> for BenchmarkHelper {
	fn datanet() -> Result<(DatanetId, AccountId), BenchmarkError> {
		let owner: AccountId = account("owner", 0, 0);
		let (datanet, _) =
			datanets::revealed_contribution::<Runtime>(owner.clone(), account("contributor", 0, 0), 100)?;
		Ok((datanet, owner))
	}

	fn case(datanet: DatanetId) -> Result<(Case, AccountId, AccountId), BenchmarkError> {
		let contribution = ContributionId(0);
		Ok((Case::Contribution { datanet, contribution }, account("contributor", 0, 0), account("owner", 0, 0)))
	}

	fn make_random() {
		// The start of the last epoch and of this one: from this block on.
		let now = frame_system::Pallet::<Runtime>::block_number();
		let key = frame_support::storage::storage_prefix(b"Babe", b"EpochStart");
		frame_support::storage::unhashed::put(&key, &(now, now));
	}
}

impl agents::BenchmarkHelper for BenchmarkHelper {
	fn servable_model() -> Result<ModelId, BenchmarkError> {
		registry::longest_adapter::<Runtime>(account("model", 0, 0))
	}
}

impl credits::BenchmarkHelper<AccountId> for BenchmarkHelper {
	fn agent() -> Result<AccountId, BenchmarkError> {
		Ok(<Self as attribution::BenchmarkHelper<AccountId, Signature>>::agent(0)?.0)
	}
}

impl attribution::BenchmarkHelper<AccountId, Signature> for BenchmarkHelper {
	fn agent(fees: Balance) -> Result<(AccountId, AccountId), BenchmarkError> {
		let (agent, signer) = (account("agent", 0, 0), account("signer", 0, 0));
		agents::busy_agent::<Runtime>(&agent, &signer, fees)?;
		Ok((agent, signer))
	}

	fn voucher(
		number: u32,
		agent: &AccountId,
		fee: Balance,
	) -> Result<(Voucher<AccountId>, Signature), BenchmarkError> {
		credits::signed_voucher::<Runtime>(number, agent, fee)
	}

	fn index_asset() -> Result<(ModelId, AccountId), BenchmarkError> {
		let owner: AccountId = account("index", 0, 0);
		let version = datanets::frozen_version::<Runtime>(account("indexed", 0, 0), u32::MAX)?;
		Ok((registry::longest_index::<Runtime>(owner.clone(), version)?, owner))
	}
}
