//! Reading the finalised state.

use crate::{pages, AccountId, Balance, BlockNumber, Chain, ChainError, Runtime};
use codec::Decode;
use frame_support::{storage::generator::StorageDoubleMap, StoragePrefixedMap};
use openledger_primitives::{payout, CaseId, DatanetId, IndexId, ModelId};
use std::collections::BTreeMap;

/// An agent as the chain keeps it.
pub type AgentRecord = pallet_agents::Agent<Runtime>;
/// A batch as the chain keeps it.
pub type BatchRecord = pallet_attribution::Batch<AccountId, BlockNumber>;
/// An index as the chain keeps it.
pub type IndexRecord = pallet_attribution::Index<Runtime>;
/// A channel as the chain keeps it.
pub type ChannelRecord = pallet_credits::Channel<AccountId, BlockNumber>;
/// A probe as the chain keeps it.
pub type ProbeRecord = pallet_agents::types::Probe<BlockNumber>;
/// A sample as the chain keeps it.
pub type SampleRecord = pallet_attribution::Sample<BlockNumber>;
/// A demand as the chain keeps it.
pub type DemandRecord = pallet_attribution::Demand<AccountId, BlockNumber>;
/// An auditor as the chain keeps it.
pub type AuditorRecord = pallet_verification::types::Auditor<BlockNumber>;
/// A case before auditors as the chain keeps it.
pub type CaseRecord = pallet_verification::types::Case<Runtime>;
/// Who judges a case, as the chain keeps it.
pub type PanelRecord = pallet_verification::types::Panel<Runtime>;
/// What an account weighs, as the chain keeps it.
pub type WeightRecord = pallet_contribution_voting::pallet::AccountOf<Runtime>;
/// A datanet as the chain keeps it.
pub type DatanetRecord = pallet_datanets::types::Datanet<Runtime>;
/// A frozen version as the chain keeps it.
pub type VersionRecord = pallet_datanets::types::Version<Runtime>;
/// A model, adapter or index asset as the chain keeps it.
pub type AssetRecord = pallet_model_registry::types::Model<Runtime>;

impl Chain {
	/// The value under `key` in the finalised state.
	async fn read<V: Decode>(&self, key: Vec<u8>) -> Result<Option<V>, ChainError> {
		let at = self.client.at_current_block().await.map_err(ChainError::request)?;
		match at.storage().fetch_raw(key).await {
			Ok(bytes) => Ok(Some(V::decode(&mut &bytes[..])?)),
			Err(subxt::error::StorageError::NoValueFound) => Ok(None),
			Err(error) => Err(ChainError::request(error)),
		}
	}

	/// All entries of a map in the last finalised block whose keys begin with `prefix` and go on with Twox64Concat.
	async fn entries<K: Decode + Ord, V: Decode>(&self, prefix: &[u8]) -> Result<BTreeMap<K, V>, ChainError> {
		let block = self.client.at_current_block().await.map_err(ChainError::request)?;
		let mut entries = BTreeMap::new();
		for (key, value) in pages::read(&self.rpc, prefix, block.block_ref().hash()).await? {
			let key = K::decode(&mut pages::rest(prefix, &key)?)?;
			entries.insert(key, V::decode(&mut &value[..])?);
		}
		Ok(entries)
	}

	/// The free balance of `account`.
	pub async fn free_balance(&self, account: &AccountId) -> Result<Balance, ChainError> {
		type Info = frame_system::AccountInfo<u32, pallet_balances::AccountData<Balance>>;
		let key = frame_system::Account::<Runtime>::hashed_key_for(account);
		Ok(self.read::<Info>(key).await?.map_or(0, |info| info.data.free))
	}

	/// All OPEN that exists.
	pub async fn total_issuance(&self) -> Result<Balance, ChainError> {
		let key = pallet_balances::TotalIssuance::<Runtime>::hashed_key();
		Ok(self.read(key.to_vec()).await?.unwrap_or_default())
	}

	/// What `account` weighs: as it was when it was last touched, and before.
	pub async fn weight(&self, account: &AccountId) -> Result<Option<WeightRecord>, ChainError> {
		self.read(pallet_contribution_voting::Accounts::<Runtime>::hashed_key_for(account)).await
	}

	/// What `account` has bonded for the weight of its payments.
	pub async fn weight_bond(&self, account: &AccountId) -> Result<Option<Balance>, ChainError> {
		self.read(pallet_contribution_voting::Bonds::<Runtime>::hashed_key_for(account)).await
	}

	/// The agent that `account` is.
	pub async fn agent(&self, account: &AccountId) -> Result<Option<AgentRecord>, ChainError> {
		self.read(pallet_agents::Agents::<Runtime>::hashed_key_for(account)).await
	}

	/// The agent that `signer` signs for.
	pub async fn agent_of_signer(&self, signer: &AccountId) -> Result<Option<AccountId>, ChainError> {
		self.read(pallet_agents::AgentOfSigner::<Runtime>::hashed_key_for(signer)).await
	}

	/// The probe that waits for an answer of `agent`.
	pub async fn probe(&self, agent: &AccountId) -> Result<Option<ProbeRecord>, ChainError> {
		self.read(pallet_agents::Probes::<Runtime>::hashed_key_for(agent)).await
	}

	/// The attributions of a batch that were drawn to be opened, as long as not all are.
	pub async fn sample(&self, batch: u64) -> Result<Option<SampleRecord>, ChainError> {
		self.read(pallet_attribution::Samples::<Runtime>::hashed_key_for(batch)).await
	}

	/// The attributions of a batch that were demanded and not opened, by receipt.
	pub async fn demands(&self, batch: u64) -> Result<BTreeMap<u32, DemandRecord>, ChainError> {
		self.entries(&pallet_attribution::Demands::<Runtime>::storage_double_map_final_key1(batch)).await
	}

	/// How far the payers of a void batch were made whole; nothing when all are.
	pub async fn refund(&self, batch: u64) -> Result<Option<pallet_attribution::Refund>, ChainError> {
		self.read(pallet_attribution::Refunds::<Runtime>::hashed_key_for(batch)).await
	}

	/// The cases that are open.
	pub async fn cases(&self) -> Result<BTreeMap<CaseId, CaseRecord>, ChainError> {
		self.entries(&pallet_verification::Cases::<Runtime>::final_prefix()).await
	}

	/// An open case.
	pub async fn case(&self, case: CaseId) -> Result<Option<CaseRecord>, ChainError> {
		self.read(pallet_verification::Cases::<Runtime>::hashed_key_for(case)).await
	}

	/// The seats of an auditor.
	pub async fn auditor(&self, agent: &AccountId) -> Result<Option<AuditorRecord>, ChainError> {
		self.read(pallet_verification::Auditors::<Runtime>::hashed_key_for(agent)).await
	}

	/// Who judges an open case, over all stages.
	pub async fn panel(&self, case: CaseId) -> Result<PanelRecord, ChainError> {
		Ok(self.read(pallet_verification::Panels::<Runtime>::hashed_key_for(case)).await?.unwrap_or_default())
	}

	/// The account that auditors are paid from.
	pub fn auditor_pot() -> AccountId {
		openledger_runtime::Verification::pot()
	}

	/// What `agent` asks for `model`; it may have expired.
	pub async fn offer(
		&self,
		agent: &AccountId,
		model: ModelId,
	) -> Result<Option<pallet_agents::Offer<BlockNumber>>, ChainError> {
		self.read(pallet_agents::Offers::<Runtime>::hashed_key_for(agent, model)).await
	}

	/// The channel from `payer` to `agent`.
	pub async fn channel(&self, payer: &AccountId, agent: &AccountId) -> Result<Option<ChannelRecord>, ChainError> {
		self.read(pallet_credits::Channels::<Runtime>::hashed_key_for(payer, agent)).await
	}

	/// A model, adapter or index asset.
	pub async fn asset(&self, model: ModelId) -> Result<Option<AssetRecord>, ChainError> {
		self.read(pallet_model_registry::Models::<Runtime>::hashed_key_for(model)).await
	}

	/// Who shares the model pool when `model` answers.
	pub async fn royalties(&self, model: ModelId) -> Result<Option<Vec<payout::Royalty<AccountId>>>, ChainError> {
		let Some(asset) = self.asset(model).await? else { return Ok(None) };
		let own = asset.split.into_inner();
		let base = match asset.kind.members().first() {
			Some((member, _)) => self.asset(*member).await?.and_then(|record| record.kind.base()),
			None => asset.kind.base(),
		};
		let base = match base {
			Some(base) => self.owners(base).await?,
			None => None,
		};
		let base = base.as_ref().map(|(id, owners)| (*id, owners));
		if asset.kind.members().is_empty() {
			let mut parents = vec![];
			for parent in &asset.parents {
				parents.extend(self.owners(*parent).await?);
			}
			let parents: Vec<_> = parents.iter().map(|(id, owners)| (*id, owners)).collect();
			return Ok(payout::royalties((model, &own), base, &parents));
		}
		let mut members = vec![];
		for (member, weight) in asset.kind.members() {
			members.extend(self.owners(*member).await?.map(|owned| (owned, *weight)));
		}
		let members: Vec<_> = members.iter().map(|((id, owners), weight)| ((*id, owners), *weight)).collect();
		Ok(base.and_then(|base| payout::ensemble_royalties((model, &own), base, &members)))
	}

	/// A model with its owners.
	async fn owners(&self, model: ModelId) -> Result<Option<(ModelId, payout::Owners<AccountId>)>, ChainError> {
		Ok(self.asset(model).await?.map(|record| (model, record.split.into_inner())))
	}

	/// A published index.
	pub async fn index(&self, index: IndexId) -> Result<Option<IndexRecord>, ChainError> {
		self.read(pallet_attribution::Indexes::<Runtime>::hashed_key_for(index)).await
	}

	/// The number of published indexes: their identifiers count up from 0.
	pub async fn index_count(&self) -> Result<u32, ChainError> {
		let key = pallet_attribution::NextIndex::<Runtime>::hashed_key();
		Ok(self.read::<IndexId>(key.to_vec()).await?.unwrap_or_default().0)
	}

	/// A batch.
	pub async fn batch(&self, batch: u64) -> Result<Option<BatchRecord>, ChainError> {
		self.read(pallet_attribution::Batches::<Runtime>::hashed_key_for(batch)).await
	}

	/// The number of batches: their numbers count up from 0.
	pub async fn batch_count(&self) -> Result<u64, ChainError> {
		let key = pallet_attribution::NextBatch::<Runtime>::hashed_key();
		Ok(self.read(key.to_vec()).await?.unwrap_or_default())
	}

	/// Whether payout `leaf` of `batch` was made.
	pub async fn is_paid(&self, batch: u64, leaf: u32) -> Result<bool, ChainError> {
		let key = pallet_attribution::Paid::<Runtime>::hashed_key_for(batch, leaf / 128);
		Ok(self.read::<u128>(key).await?.unwrap_or_default() & (1 << (leaf % 128)) != 0)
	}

	/// The sequence number of `agent`'s next receipt.
	pub async fn next_seq(&self, agent: &AccountId) -> Result<u64, ChainError> {
		Ok(self.read(pallet_attribution::NextSeq::<Runtime>::hashed_key_for(agent)).await?.unwrap_or_default())
	}

	/// A datanet.
	pub async fn datanet(&self, datanet: DatanetId) -> Result<Option<DatanetRecord>, ChainError> {
		self.read(pallet_datanets::Datanets::<Runtime>::hashed_key_for(datanet)).await
	}

	/// A frozen version.
	pub async fn version(&self, datanet: DatanetId, version: u32) -> Result<Option<VersionRecord>, ChainError> {
		self.read(pallet_datanets::VersionsOf::<Runtime>::hashed_key_for(datanet, version)).await
	}

	/// The account that has what the rows of a datanet leave over; the treasury's when there is no datanet.
	pub fn commons(datanet: Option<DatanetId>) -> AccountId {
		match datanet {
			Some(datanet) => openledger_runtime::Datanets::commons_account(datanet),
			None => openledger_runtime::genesis_config_presets::treasury_account(),
		}
	}

	/// The account that keeps fees in escrow.
	pub fn pot() -> AccountId {
		openledger_runtime::Attribution::pot()
	}
}
