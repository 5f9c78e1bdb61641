//! Reading all entries of a storage map in one block.

use crate::ChainError;
use subxt::{
	config::{HashFor, RpcConfigFor},
	rpcs::LegacyRpcMethods,
	PolkadotConfig,
};

/// Entries that are asked for at a time; nodes give at most 1,000.
pub(crate) const PAGE: u32 = 500;
/// Bytes in a key before one that is hashed by Twox64Concat.
const HASH_BYTES: usize = 8;

pub(crate) type Rpc = LegacyRpcMethods<RpcConfigFor<PolkadotConfig>>;
pub(crate) type Hash = HashFor<PolkadotConfig>;

/// The keys that begin with `prefix` in the block with this hash, and their values.
pub(crate) async fn read(rpc: &Rpc, prefix: &[u8], at: Hash) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ChainError> {
	let (mut entries, mut last) = (vec![], None::<Vec<u8>>);
	loop {
		let keys = rpc.state_get_keys_paged(prefix, PAGE, last.as_deref(), Some(at)).await;
		let keys = keys.map_err(ChainError::request)?;
		// Pages follow one another in the order of the keys; a node that goes back would be asked for ever.
		match keys.last() {
			None => return Ok(entries),
			Some(end) if last.as_ref().is_some_and(|last| end <= last) => {
				return Err(ChainError::request("the node repeats pages of storage"));
			}
			Some(end) => last = Some(end.clone()),
		}
		let changes = rpc.state_query_storage_at(keys.iter().map(Vec::as_slice), Some(at)).await;
		let changes = changes.map_err(ChainError::request)?;
		let before = entries.len();
		for (key, value) in changes.into_iter().flat_map(|set| set.changes) {
			let Some(value) = value else { continue };
			entries.push((key.0, value.0));
		}
		// What is missing here could cost the stake.
		if entries.len().saturating_sub(before) != keys.len() {
			return Err(ChainError::request("the node gave keys without their values"));
		}
	}
}

/// Those of `keys` under which there is something in the block with this hash, with their values.
pub(crate) async fn values(rpc: &Rpc, keys: &[Vec<u8>], at: Hash) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ChainError> {
	let mut entries = vec![];
	for page in keys.chunks(PAGE as usize) {
		let changes = rpc.state_query_storage_at(page.iter().map(Vec::as_slice), Some(at)).await;
		let changes = changes.map_err(ChainError::request)?;
		let found = changes.into_iter().flat_map(|set| set.changes);
		entries.extend(found.filter_map(|(key, value)| Some((key.0, value?.0))));
	}
	Ok(entries)
}

/// What follows `prefix` in a key, without the hash of Twox64Concat.
pub(crate) fn rest<'a>(prefix: &[u8], key: &'a [u8]) -> Result<&'a [u8], ChainError> {
	let rest = key.strip_prefix(prefix).and_then(|rest| rest.get(HASH_BYTES..));
	rest.ok_or_else(|| ChainError::request("the node gave a key of something else"))
}
