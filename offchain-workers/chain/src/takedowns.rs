//! Which rows of a datanet were taken down.

use crate::{
	pages::{self, Hash, Rpc},
	BlockNumber, Chain, ChainError, Runtime,
};
use codec::Decode;
use frame_support::storage::generator::StorageDoubleMap;
use openledger_primitives::DatanetId;
use pallet_datanets::{types::TakenDown, Taken};
use std::collections::BTreeMap;

/// The rows of a datanet that were taken down, as of one finalised block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Takedowns {
	/// The finalised block.
	pub at: BlockNumber,
	/// Each row with the block in which it was taken down.
	pub rows: BTreeMap<u32, BlockNumber>,
}

impl Chain {
	/// The rows of `datanet` that were taken down, each with the block in which it was.
	pub async fn taken_down(&self, datanet: DatanetId) -> Result<BTreeMap<u32, BlockNumber>, ChainError> {
		Ok(self.takedowns(datanet).await?.rows)
	}

	/// The rows of `datanet` that were taken down, all pages read in the last finalised block.
	pub async fn takedowns(&self, datanet: DatanetId) -> Result<Takedowns, ChainError> {
		let block = self.client.at_current_block().await.map_err(ChainError::request)?;
		let at = u32::try_from(block.block_number()).map_err(ChainError::request)?;
		Ok(Takedowns { at, rows: read(&self.rpc, datanet, block.block_ref().hash()).await? })
	}
}

/// The rows of `datanet` that were taken down by the block with this hash.
async fn read(rpc: &Rpc, datanet: DatanetId, at: Hash) -> Result<BTreeMap<u32, BlockNumber>, ChainError> {
	let prefix = prefix(datanet);
	let mut rows = BTreeMap::new();
	for (key, value) in pages::read(rpc, &prefix, at).await? {
		let taken = TakenDown::<BlockNumber>::decode(&mut &value[..])?;
		rows.insert(row(&prefix, &key)?, taken.at);
	}
	Ok(rows)
}

/// What the keys of all rows of a datanet begin with.
fn prefix(datanet: DatanetId) -> Vec<u8> {
	Taken::<Runtime>::storage_double_map_final_key1(datanet)
}

/// The row of a key.
fn row(prefix: &[u8], key: &[u8]) -> Result<u32, ChainError> {
	Ok(u32::decode(&mut pages::rest(prefix, key)?)?)
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]
	use super::*;
	use crate::pages::PAGE;
	use codec::Encode;
	use serde_json::{json, Value};
	use subxt::rpcs::{
		client::{RawRpcFuture, RawRpcSubscription, RawValue},
		Error, RpcClient, RpcClientT,
	};

	/// A node whose storage has these entries in the block [`AT`], and what it does wrong.
	struct Node {
		entries: BTreeMap<String, Value>,
		fault: Fault,
	}

	#[derive(Clone, Copy, PartialEq)]
	enum Fault {
		None,
		/// Every page is the first.
		Repeats,
		/// The last value of a page is missing.
		Forgets,
	}

	const AT: Hash = subxt::utils::H256([7; 32]);

	fn hex(bytes: &[u8]) -> String {
		bytes.iter().fold("0x".into(), |text, byte| format!("{text}{byte:02x}"))
	}

	impl Node {
		/// Rows of datanet 3, and one of each neighbour.
		fn new(rows: &[(u32, u32)], fault: Fault) -> Self {
			let rows = rows.iter().map(|(row, at)| (3, *row, *at)).chain([(2, 1, 1), (4, 1, 1)]);
			let entry = |(datanet, row, at)| {
				let key = Taken::<Runtime>::hashed_key_for(DatanetId(datanet), row);
				(hex(&key), json!(hex(&TakenDown { at, last_version: 0u32 }.encode())))
			};
			Self { entries: rows.map(entry).collect(), fault }
		}

		fn answer(&self, method: &str, params: &[Value]) -> Value {
			assert_eq!(params.last(), Some(&json!(hex(&AT.0))), "every page is of one block");
			if method == "state_queryStorageAt" {
				let keys = params[0].as_array().unwrap().iter();
				let mut changes: Vec<_> = keys.map(|key| json!([key, self.entries[key.as_str().unwrap()]])).collect();
				if self.fault == Fault::Forgets {
					changes.last_mut().unwrap()[1] = Value::Null;
				}
				return json!([{ "block": hex(&AT.0), "changes": changes }]);
			}
			assert_eq!(method, "state_getKeysPaged");
			let (prefix, count) = (params[0].as_str().unwrap(), params[1].as_u64().unwrap());
			let start = params[2].as_str().filter(|_| self.fault != Fault::Repeats).unwrap_or_default();
			let keys = self.entries.keys().filter(|key| key.starts_with(prefix) && key.as_str() > start);
			json!(keys.take(count as usize).collect::<Vec<_>>())
		}
	}

	impl RpcClientT for Node {
		fn request_raw<'a>(
			&'a self,
			method: &'a str,
			params: Option<Box<RawValue>>,
		) -> RawRpcFuture<'a, Box<RawValue>> {
			let params: Vec<Value> = serde_json::from_str(params.unwrap().get()).unwrap();
			let answer = self.answer(method, &params).to_string();
			Box::pin(async { RawValue::from_string(answer).map_err(Error::Deserialization) })
		}

		fn subscribe_raw<'a>(
			&'a self,
			_: &'a str,
			_: Option<Box<RawValue>>,
			_: &'a str,
		) -> RawRpcFuture<'a, RawRpcSubscription> {
			Box::pin(async { Err(Error::Client("no subscriptions".into())) })
		}
	}

	async fn read_from(rows: &[(u32, u32)], fault: Fault) -> Result<BTreeMap<u32, u32>, ChainError> {
		read(&Rpc::new(RpcClient::new(Node::new(rows, fault))), DatanetId(3), AT).await
	}

	#[tokio::test]
	async fn all_pages_of_one_datanet_are_read() {
		for count in [0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE + 7] {
			let rows: Vec<_> = (0..count).map(|row| (row * 3, row + 100)).collect();
			assert_eq!(read_from(&rows, Fault::None).await.unwrap(), rows.into_iter().collect());
		}
	}

	#[tokio::test]
	async fn a_node_that_leaves_rows_out_is_not_believed() {
		let rows: Vec<_> = (0..PAGE + 1).map(|row| (row, 100)).collect();
		for fault in [Fault::Repeats, Fault::Forgets] {
			let error = read_from(&rows, fault).await.unwrap_err();
			assert!(matches!(error, ChainError::Request(_)), "{error}");
		}
	}

	#[test]
	fn keys_name_their_rows() {
		for datanet in [DatanetId(0), DatanetId(7), DatanetId(u32::MAX)] {
			for number in [0, 1, 256, 70_000, u32::MAX] {
				let key = Taken::<Runtime>::hashed_key_for(datanet, number);
				assert_eq!(row(&prefix(datanet), &key).unwrap(), number);
				assert!(row(&prefix(DatanetId(8)), &key).is_err());
				assert!(row(&prefix(datanet), &key[..key.len() - 1]).is_err());
			}
			assert!(row(&prefix(datanet), &prefix(datanet)).is_err());
		}
	}
}
