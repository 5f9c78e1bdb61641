//! Which chain the flags mean, and the hash of its genesis block.

use super::finding::Finding;
use crate::service::{Block, Executor};
use sc_chain_spec::{BuildGenesisBlock, ChainSpec, GenesisBlockBuilder};
use sc_client_api::in_mem;
use sp_runtime::traits::Block as _;
use std::sync::Arc;

const CHECK: &str = "chain";

/// Names the chain of a specification, and gives the hash of its genesis block if there can be one.
pub(super) fn check(spec: &dyn ChainSpec) -> (Finding, Option<[u8; 32]>) {
	let name = format!("{} ({})", spec.name(), spec.id());
	match genesis_hash(spec) {
		Ok(hash) => (Finding::ok(CHECK, format!("{name}, genesis 0x{}", hex::encode(hash))), Some(hash)),
		Err(error) => {
			// Below the first line is what the WASM was doing.
			let error = error.lines().next().unwrap_or_default();
			let found = format!("{name} has no genesis block: {error}");
			(Finding::failure(CHECK, found, "correct the chain specification"), None)
		}
	}
}

/// Says that there is no such chain.
pub(super) fn unknown(error: &str) -> Finding {
	Finding::failure(CHECK, error, "name a chain that this node knows, or an existing file, with --chain")
}

/// Builds the genesis block as the client does, but in memory.
fn genesis_hash(spec: &dyn ChainSpec) -> Result<[u8; 32], String> {
	let backend = Arc::new(in_mem::Backend::<Block>::new());
	let builder = GenesisBlockBuilder::new(spec.as_storage_builder(), false, backend, Executor::builder().build())
		.map_err(|error| error.to_string())?;
	let (block, _): (Block, _) = builder.build_genesis_block().map_err(|error| error.to_string())?;
	Ok(block.header().hash().0)
}
