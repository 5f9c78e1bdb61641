//! Connecting, submitting, watching.

use crate::{ChainError, Key, RuntimeCall, RuntimeEvent};
use codec::{Decode, Encode};
use frame_support::traits::GetCallMetadata;
use openledger_primitives::Domain;
use openledger_runtime::VERSION;
use sp_core::H256;
use std::{collections::HashMap, sync::Arc};
use subxt::{
	config::{DefaultExtrinsicParamsBuilder, RpcConfigFor},
	rpcs::{methods::legacy::LegacyRpcMethods, RpcClient},
	tx::{TransactionInBlock, TransactionStatus},
	OnlineClient, PolkadotConfig,
};
use tokio::sync::Mutex;

/// How long a transaction stays valid, in blocks.
const MORTALITY: u64 = 64;

/// When a submission is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
	/// In the best block: quick, and can be undone by a fork.
	Included,
	/// In a finalised block: for ever.
	Finalised,
}

/// A transaction that was included and succeeded.
#[derive(Clone, Debug)]
pub struct Included {
	/// The block.
	pub block: H256,
	/// The events of the transaction.
	pub events: Vec<RuntimeEvent>,
}

impl Included {
	/// The first event that `pick` accepts.
	pub fn find<T>(&self, pick: impl FnMut(&RuntimeEvent) -> Option<T>) -> Option<T> {
		self.events.iter().find_map(pick)
	}
}

/// A lock for each signer.
type Queues = HashMap<[u8; 32], Arc<Mutex<()>>>;

/// A connection to a node. Clones share it.
#[derive(Clone)]
pub struct Chain {
	pub(crate) client: OnlineClient<PolkadotConfig>,
	pub(crate) rpc: LegacyRpcMethods<RpcConfigFor<PolkadotConfig>>,
	domain: Domain,
	/// One submission per signer at a time between asking for the nonce and handing the transaction in.
	queues: Arc<Mutex<Queues>>,
}

impl Chain {
	/// Connect to the node at `url` (`ws://…`), which must be on the chain with this genesis, if one is given.
	pub async fn connect(url: &str, genesis: Option<H256>) -> Result<Self, ChainError> {
		let unreachable =
			|source: Box<dyn std::error::Error + Send + Sync>| ChainError::Unreachable { url: url.to_string(), source };
		let rpc_client = RpcClient::from_insecure_url(url).await.map_err(|e| unreachable(e.into()))?;
		let rpc = LegacyRpcMethods::<RpcConfigFor<PolkadotConfig>>::new(rpc_client.clone());
		let version = rpc.state_get_runtime_version(None).await.map_err(|e| unreachable(e.into()))?;
		let name = version.other.get("specName").and_then(serde_json::Value::as_str);
		let found = name.unwrap_or("an unnamed runtime");
		if found != VERSION.spec_name || version.transaction_version != VERSION.transaction_version {
			return Err(ChainError::WrongRuntime {
				found: found.to_string(),
				found_version: version.transaction_version,
				expected: VERSION.spec_name.to_string(),
				expected_version: VERSION.transaction_version,
			});
		}
		let client =
			OnlineClient::<PolkadotConfig>::from_rpc_client(rpc_client).await.map_err(|e| unreachable(e.into()))?;
		let found = H256(client.genesis_hash().0);
		if let Some(expected) = genesis.filter(|expected| *expected != found) {
			return Err(ChainError::WrongChain { found: format!("{found:?}"), expected: format!("{expected:?}") });
		}
		Ok(Self { client, rpc, domain: Domain { genesis: found }, queues: Arc::default() })
	}

	/// What objects of this chain are bound to.
	pub fn domain(&self) -> Domain {
		self.domain
	}

	/// The number of the last finalised block.
	pub async fn finalised(&self) -> Result<u32, ChainError> {
		let at = self.client.at_current_block().await.map_err(ChainError::request)?;
		u32::try_from(at.block_number()).map_err(ChainError::request)
	}

	/// Sign `call` with `key`, submit it, and wait until it is done and has succeeded.
	pub async fn submit(&self, key: &Key, call: impl Into<RuntimeCall>, wait: Wait) -> Result<Included, ChainError> {
		let call: RuntimeCall = call.into();
		let metadata = call.get_call_metadata();
		let name = format!("{}.{}", metadata.pallet_name, metadata.function_name);
		let mut progress = {
			let queue = self.queue(key).await;
			let _turn = queue.lock().await;
			self.hand_in(key, &call).await?
		};
		let not_included = |reason: String| ChainError::NotIncluded { call: name.clone(), reason };
		while let Some(status) = progress.next().await {
			match status.map_err(ChainError::request)? {
				TransactionStatus::InBestBlock(block) if wait == Wait::Included => return finish(&name, block).await,
				TransactionStatus::InFinalizedBlock(block) => return finish(&name, block).await,
				TransactionStatus::Error { message }
				| TransactionStatus::Invalid { message }
				| TransactionStatus::Dropped { message } => return Err(not_included(message)),
				_ => {}
			}
		}
		Err(not_included("the node stopped telling about it".into()))
	}

	async fn queue(&self, key: &Key) -> Arc<Mutex<()>> {
		self.queues.lock().await.entry(key.account().into()).or_default().clone()
	}

	async fn hand_in(
		&self,
		key: &Key,
		call: &RuntimeCall,
	) -> Result<
		subxt::tx::TransactionProgress<PolkadotConfig, subxt::client::OnlineClientAtBlockImpl<PolkadotConfig>>,
		ChainError,
	> {
		let account = subxt::utils::AccountId32(key.account().into());
		// Counts the transactions in the pool too.
		let nonce = self.rpc.system_account_next_index(&account).await.map_err(ChainError::request)?;
		let params = DefaultExtrinsicParamsBuilder::<PolkadotConfig>::new().mortal(MORTALITY).nonce(nonce).build();
		let mut tx = self.client.at_current_block().await.map_err(ChainError::request)?.transactions();
		let payload = tx.from_call_data_bytes(&call.encode()).map_err(ChainError::request)?;
		let signed = tx.create_signed(&payload, key, params).await.map_err(ChainError::request)?;
		signed.submit_and_watch().await.map_err(ChainError::request)
	}
}

async fn finish<C>(name: &str, block: TransactionInBlock<PolkadotConfig, C>) -> Result<Included, ChainError>
where
	C: subxt::client::OnlineClientAtBlockT<PolkadotConfig>,
{
	let hash = H256(block.block_hash().0);
	let failed = |reason: String| ChainError::Dispatch { call: name.to_string(), reason };
	let events = block.wait_for_success().await.map_err(|error| failed(error.to_string()))?;
	let mut decoded = vec![];
	for event in events.iter() {
		let event = event.map_err(ChainError::request)?;
		let mut bytes = vec![event.pallet_index(), event.event_index()];
		bytes.extend_from_slice(event.field_bytes());
		decoded.push(RuntimeEvent::decode(&mut &bytes[..])?);
	}
	Ok(Included { block: hash, events: decoded })
}
