//! What the benchmarks of our pallets need of each other.

use super::{origins::Origin, scheduling::Calls, tracks::contribution::SLASH_APPEAL};
use crate::{constants::OPEN, AccountId, Balance, Runtime, RuntimeCall, Signature};
use alloc::{boxed::Box, vec::Vec};
use frame_benchmarking::{account, BenchmarkError};
use frame_support::{
	traits::{fungible::Mutate, schedule::DispatchTime, Get, StorePreimage},
	BoundedVec,
};
use frame_system::RawOrigin;
use openledger_primitives::{
	batch::MAX_PAYERS,
	judgement::Case,
	traits::{Agents as AgentsTrait, Shares},
	Commitment, ContributionId, DatanetId, ModelId, Offence, Role, Roles, SumCommitment, Voucher,
};
use pallet_agents::benchmarking as agents;
use pallet_attribution::{benchmarking as attribution, Payer};
use pallet_contribution_voting::benchmarking as voting;
use pallet_credits::benchmarking as credits;
use pallet_curation::benchmarking as curation;
use pallet_datanets::benchmarking as datanets;
use pallet_model_registry::benchmarking as registry;
use pallet_referenda::Instance2;
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
		let (contribution, contributor) = (ContributionId(0), account("contributor", 0, 0));
		voting::weighed::<Runtime>(&contributor)?;
		Ok((Case::Contribution { datanet, contribution }, contributor, account("owner", 0, 0)))
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
		voting::earned::<Runtime>(&agent)?;
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

	fn bond_for(payer: &AccountId, agent: &AccountId, weight: Balance) -> Result<(), BenchmarkError> {
		voting::sponsored::<Runtime>(payer, agent, weight)
	}

	fn weighed(account: &AccountId) -> Result<(), BenchmarkError> {
		voting::weighed::<Runtime>(account)
	}
}

impl voting::BenchmarkHelper<Runtime> for BenchmarkHelper {
	/// An appeal against a slash of a batch with as many payers as there can be.
	fn poll() -> Result<(u32, u16), BenchmarkError> {
		let (agent, batch) = attribution::held_batch::<Runtime>()?;
		let payer =
			|number| Payer { account: account("buyer of the batch", number, 0), fee: 1, weight: 0, guarantor: None };
		let payers: Vec<_> = (0..MAX_PAYERS).map(payer).collect();
		let payers = payers.try_into().map_err(|_| "as many payers as there can be")?;
		pallet_attribution::Payers::<Runtime>::insert(batch, BoundedVec::from(payers));
		let shares = Shares { challenger: None, harmed: None, committee: None };
		<crate::Agents as AgentsTrait<AccountId>>::defer_slash(&agent, Offence::Unsound, 1, batch, &shares)?;
		let id = pallet_agents::NextSlash::<Runtime>::get().saturating_sub(1);
		let call = RuntimeCall::from(pallet_agents::Call::cancel_slash { id });
		let proposal = Calls::bound(call)?;
		let submitter: AccountId = account("submitter", 0, 0);
		crate::Balances::mint_into(&submitter, 1_000 * OPEN)?;
		let index = pallet_referenda::ReferendumCount::<Runtime, Instance2>::get();
		crate::ContributionReferenda::submit(
			RawOrigin::Signed(submitter).into(),
			Box::new(Origin::SlashAppeal.into()),
			proposal,
			DispatchTime::After(1),
		)?;
		Ok((index, SLASH_APPEAL))
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
