//! The chain as one node sees it.

use crate::{
	network::{Network, VALIDATORS},
	wait::until,
};
use anyhow::{bail, ensure, Context, Result};
use codec::Decode;
use std::{convert::Infallible, time::Duration};
use tokio::time::timeout;
use zombienet_sdk::{
	subxt::{
		backend::{legacy::LegacyRpcMethods, rpc::RpcClient},
		config::{substrate::DigestItem, DefaultExtrinsicParamsBuilder},
		dynamic::{self, DecodedValue},
		ext::scale_value::scale::decode_as_type,
		tx::{DynamicPayload, Signer, TxStatus},
		utils::H256,
		OnlineClient, PolkadotConfig,
	},
	subxt_signer::{sr25519::Keypair, SecretUri},
	NetworkNode,
};

/// The time in which a node answers its first request.
const START_SECS: u32 = 60;

/// The engine whose claim of a slot names the author of a block.
const BABE: [u8; 4] = *b"BABE";

/// A connection to one node.
pub struct Chain {
	/// The name of the node.
	pub name: String,
	/// Requests by name.
	pub rpc: RpcClient,
	/// Requests with types.
	pub typed: LegacyRpcMethods<PolkadotConfig>,
	/// Storage, transactions and events, by the metadata of the chain.
	pub api: OnlineClient<PolkadotConfig>,
}

impl Chain {
	/// Connects to `node` once it answers.
	pub async fn connect(node: &NetworkNode) -> Result<Self> {
		let api =
			node.wait_client_with_timeout(START_SECS).await.with_context(|| format!("{} is silent", node.name()))?;
		let rpc = node.rpc().await?;
		Ok(Self { name: node.name().into(), typed: LegacyRpcMethods::new(rpc.clone()), rpc, api })
	}

	/// The hash of the best block.
	pub async fn head(&self) -> Result<H256> {
		self.typed.chain_get_block_hash(None).await?.context("no best block")
	}

	/// The height of the best block.
	pub async fn height(&self) -> Result<u32> {
		Ok(self.typed.chain_get_header(None).await?.context("no best block")?.number)
	}

	/// The hash of the last finalised block.
	pub async fn finalized_hash(&self) -> Result<H256> {
		Ok(self.typed.chain_get_finalized_head().await?)
	}

	/// The height of the last finalised block.
	pub async fn finalized(&self) -> Result<u32> {
		let hash = self.finalized_hash().await?;
		Ok(self.typed.chain_get_header(Some(hash)).await?.context("no finalised block")?.number)
	}

	/// The hash of the block at `height`.
	pub async fn hash(&self, height: u32) -> Result<H256> {
		let hash = self.typed.chain_get_block_hash(Some(height.into())).await?;
		hash.with_context(|| format!("{} has no block {height}", self.name))
	}

	/// The index of the validator who wrote the block at `height`.
	pub async fn author(&self, height: u32) -> Result<u32> {
		let header = self.typed.chain_get_header(Some(self.hash(height).await?)).await?.context("no header")?;
		let claim = header.digest.logs.iter().find_map(|item| match item {
			DigestItem::PreRuntime(BABE, claim) => Some(claim),
			_ => None,
		});
		// The kind of the slot, then the index of the author.
		let (_, author) = <(u8, u32)>::decode(&mut claim.context("no claim of a slot")?.as_slice())?;
		Ok(author)
	}

	/// The version of the runtime that made the last finalised block.
	pub async fn spec_version(&self) -> Result<u32> {
		let hash = self.finalized_hash().await?;
		Ok(self.typed.state_get_runtime_version(Some(hash)).await?.spec_version)
	}

	/// Whether the node has the state of the block with this hash.
	pub async fn has_state(&self, hash: H256) -> bool {
		self.typed.state_get_runtime_version(Some(hash)).await.is_ok()
	}

	/// Waits until the node has finalised `height`.
	pub async fn reaches(&self, height: u32, limit: Duration) -> Result<u32> {
		until(
			&format!("{} finalises {height}", self.name),
			limit,
			async || self.finalized().await,
			|seen| *seen >= height,
		)
		.await
	}

	/// Follows finality for ever; fails once it pauses for longer than `pause`.
	pub async fn watch_finality(&self, pause: Duration) -> Result<Infallible> {
		let mut heads = self.typed.chain_subscribe_finalized_heads().await?;
		let mut last = 0;
		loop {
			let next = timeout(pause, heads.next()).await;
			let next = next.with_context(|| format!("{} finalised nothing after {last} for {pause:?}", self.name))?;
			last = next.context("the subscription ended")??.number;
		}
	}

	/// The value of a storage item at block `at`, decoded as `T`; `None` if nothing is stored.
	pub async fn stored<T: Decode>(
		&self,
		pallet: &str,
		item: &str,
		keys: Vec<dynamic::Value>,
		at: H256,
	) -> Result<Option<T>> {
		let value = self.api.storage().at(at).fetch(&dynamic::storage(pallet, item, keys)).await?;
		let value = value.map(|value| T::decode(&mut value.encoded())).transpose();
		value.with_context(|| format!("{pallet}.{item}"))
	}

	/// The value of a storage item at block `at`, as the metadata describes it; `None` if nothing is stored.
	pub async fn described(
		&self,
		pallet: &str,
		item: &str,
		keys: Vec<dynamic::Value>,
		at: H256,
	) -> Result<Option<DecodedValue>> {
		let value = self.api.storage().at(at).fetch(&dynamic::storage(pallet, item, keys)).await?;
		let value = value.map(|value| value.to_value()).transpose();
		value.with_context(|| format!("{pallet}.{item}"))
	}

	/// The call of this name with `args`, as they are encoded in their order. Fails if the metadata has no such arguments.
	pub fn call(&self, pallet: &str, name: &str, mut args: &[u8]) -> Result<DynamicPayload> {
		let metadata = self.api.metadata();
		let call = metadata.pallet_by_name(pallet).and_then(|pallet| pallet.call_variant_by_name(name));
		let mut values = Vec::new();
		for field in &call.with_context(|| format!("no call {pallet}.{name}"))?.fields {
			let value = decode_as_type(&mut args, field.ty.id, metadata.types());
			values.push(value.with_context(|| format!("{pallet}.{name}"))?.remove_context());
		}
		ensure!(args.is_empty(), "{} bytes after the arguments of {pallet}.{name}", args.len());
		Ok(dynamic::tx(pallet, name, values))
	}

	/// Submits `call` and waits for the block that takes it; fails if the call does.
	pub async fn submit(&self, call: &DynamicPayload, signer: &Keypair) -> Result<()> {
		// The nonce that a client finds in the finalised state is behind by the calls of the last blocks.
		let account = Signer::<PolkadotConfig>::account_id(signer);
		let nonce = self.typed.system_account_next_index(&account).await?;
		let params = DefaultExtrinsicParamsBuilder::new().nonce(nonce).build();
		let mut progress = self.api.tx().sign_and_submit_then_watch(call, signer, params).await?;
		while let Some(status) = progress.next().await {
			match status? {
				TxStatus::InBestBlock(block) | TxStatus::InFinalizedBlock(block) => {
					block.wait_for_success().await.with_context(|| call.call_name().to_owned())?;
					return Ok(());
				}
				TxStatus::Error { message } | TxStatus::Invalid { message } | TxStatus::Dropped { message } => {
					bail!("{}: {message}", call.call_name())
				}
				TxStatus::Validated | TxStatus::Broadcasted | TxStatus::NoLongerInBestBlock => {}
			}
		}
		bail!("{}: no block took it", call.call_name())
	}
}

/// Connects to the four validators.
pub async fn validators(network: &Network) -> Result<Vec<Chain>> {
	let mut chains = Vec::new();
	for name in VALIDATORS {
		chains.push(Chain::connect(network.get_node(name)?).await?);
	}
	Ok(chains)
}

/// Checks that all `chains` have the same blocks up to the lowest of their finalised heights.
pub async fn agree(chains: &[Chain]) -> Result<()> {
	let mut common = u32::MAX;
	for chain in chains {
		common = common.min(chain.finalized().await?);
	}
	for height in 0..=common {
		let mut hashes = Vec::new();
		for chain in chains {
			hashes.push(chain.hash(height).await?);
		}
		hashes.dedup();
		ensure!(hashes.len() == 1, "block {height} has more than one hash: {hashes:?}");
	}
	println!("all agree on the blocks up to {common}");
	Ok(())
}

/// The keys of a well-known account, e.g. `//Alice//stash`.
pub fn account(path: &str) -> Result<Keypair> {
	Ok(Keypair::from_uri(&path.parse::<SecretUri>()?)?)
}

/// The bytes that name the account of `key`.
pub fn id(key: &Keypair) -> [u8; 32] {
	key.public_key().0
}

/// `calls` as one that fails if any of them does.
pub fn all(calls: impl IntoIterator<Item = DynamicPayload>) -> DynamicPayload {
	let calls = calls.into_iter().map(|call| call.into_value());
	dynamic::tx("Utility", "batch_all", vec![dynamic::Value::unnamed_composite(calls)])
}

/// The bytes of `text`, which is hexadecimal as nodes write it.
pub fn unhex(text: &str) -> Result<Vec<u8>> {
	hex::decode(text.trim_start_matches("0x")).context("not hexadecimal")
}
