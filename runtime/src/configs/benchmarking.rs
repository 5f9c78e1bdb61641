//! What the benchmarks of our pallets need of each other.

use crate::{AccountId, Balance, Runtime, Signature};
use alloc::vec::Vec;
use frame_benchmarking::{account, BenchmarkError};
use frame_support::traits::Get;
use frame_system::RawOrigin;
use openledger_primitives::{
	judgement::Case, Commitment, ContributionId, DatanetId, ModelId, Role, Roles, SumCommitment, Voucher,
};
use pallet_agents::benchmarking as agents;
use pallet_attribution::benchmarking as attribution;
use pallet_credits::benchmarking as credits;
use pallet_curation::benchmarking as curation;
use pallet_datanets::benchmarking as datanets;
use pallet_model_registry::benchmarking as registry;
use pallet_verification::benchmarking as verification;
use sp_core::H256;

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

impl agents::BenchmarkHelper<AccountId> for BenchmarkHelper {
	fn servable_models(count: u32) -> Result<Vec<ModelId>, BenchmarkError> {
		(0..count).map(|i| registry::longest_adapter::<Runtime>(account("model", i, 0))).collect()
	}

	fn held_batch() -> Result<(AccountId, u64), BenchmarkError> {
		attribution::held_batch::<Runtime>()
	}
}

impl credits::BenchmarkHelper<AccountId> for BenchmarkHelper {
	fn agent() -> Result<AccountId, BenchmarkError> {
		Ok(<Self as attribution::BenchmarkHelper<AccountId, Signature>>::agent(0)?.0)
	}
}

/// What an author's claim of its slot leaves.
fn author_contributes() {
	let key = frame_support::storage::storage_prefix(b"Babe", b"AuthorVrfRandomness");
	frame_support::storage::unhashed::put(&key, &Some([7u8; 32]));
}

impl attribution::BenchmarkHelper<AccountId, Signature> for BenchmarkHelper {
	fn agent(fees: Balance) -> Result<(AccountId, AccountId), BenchmarkError> {
		let (agent, signer) = (account("agent", 0, 0), account("signer", 0, 0));
		agents::busy_agent::<Runtime>(&agent, &signer, fees)?;
		Ok((agent, signer))
	}

	fn sign(agent: &AccountId, message: &[u8]) -> Result<(AccountId, Signature), BenchmarkError> {
		let (signer, signature) = credits::signed_by::<Runtime>(0, message)?;
		if pallet_agents::AgentOfSigner::<Runtime>::get(&signer).is_none() {
			pallet_agents::Pallet::<Runtime>::set_signer(RawOrigin::Signed(agent.clone()).into(), signer.clone())?;
		}
		Ok((signer, signature))
	}

	fn voucher(
		number: u32,
		agent: &AccountId,
		fee: Balance,
	) -> Result<(Voucher<AccountId>, Signature), BenchmarkError> {
		credits::short_voucher::<Runtime>(number, agent, fee)
	}

	fn index_asset() -> Result<(ModelId, AccountId), BenchmarkError> {
		let owner: AccountId = account("index", 0, 0);
		let version = datanets::frozen_version::<Runtime>(account("indexed", 0, 0), u32::MAX)?;
		Ok((registry::longest_index::<Runtime>(owner.clone(), version)?, owner))
	}

	fn replace_rows(datanet: DatanetId, version: u32, rows: Commitment) -> Result<(), BenchmarkError> {
		pallet_datanets::VersionsOf::<Runtime>::mutate(datanet, version, |found| {
			found.as_mut().map(|found| found.rows = rows).ok_or(BenchmarkError::Stop("there is no such version"))
		})
	}

	fn make_random() {
		author_contributes();
	}
}

impl verification::BenchmarkHelper<AccountId> for BenchmarkHelper {
	fn auditor(number: u32) -> Result<AccountId, BenchmarkError> {
		let [agent, signer, beneficiary] = ["auditor", "auditor signer", "auditor paid"].map(|n| account(n, number, 0));
		let stake = <Runtime as pallet_verification::Config>::SeatStake::get().saturating_mul(2);
		agents::plain_agent::<Runtime>(&agent, &signer, &beneficiary, Roles::ALL, stake)?;
		Ok(agent)
	}

	fn agent() -> Result<AccountId, BenchmarkError> {
		let [agent, signer, beneficiary] = ["accused", "accused signer", "accused paid"].map(|n| account(n, 0, 0));
		let stake = <Runtime as pallet_verification::Config>::PerAudit::get().saturating_mul(1_000);
		agents::plain_agent::<Runtime>(&agent, &signer, &beneficiary, Roles::only(Role::Serve), stake)?;
		Ok(agent)
	}

	fn batch(agent: &AccountId, receipts: SumCommitment, lot: H256) -> Result<u64, BenchmarkError> {
		Ok(attribution::pending_batch::<Runtime>(agent, receipts, lot))
	}

	fn make_random() {
		author_contributes();
	}
}
