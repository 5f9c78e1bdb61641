//! The first block: what the specification says it is, and whether the database begins with the same one.

use crate::service::{Block, Executor, FullBackend};
use sc_chain_spec::{construct_genesis_block, resolve_state_version_from_wasm, GenesisBlockBuilder};
use sc_client_api::{backend::Backend, BlockImportOperation};
use sc_service::{error::Error as ServiceError, Configuration};
use sp_blockchain::HeaderBackend;
use sp_runtime::{
	traits::{Block as _, HashingFor, Zero},
	Storage,
};
use std::sync::Arc;

/// Prepares the first block of the chain.
///
/// # Errors
///
/// If the specification's genesis cannot be made, or the database begins with another one.
pub(crate) fn build(
	config: &Configuration,
	backend: &Arc<FullBackend>,
	executor: &Executor,
) -> Result<GenesisBlockBuilder<Block, FullBackend, Executor>, ServiceError> {
	let storage = config
		.chain_spec
		.as_storage_builder()
		.build_storage()
		.map_err(|error| ServiceError::Other(format!("the chain specification describes no genesis: {error}")))?;
	if let Some(known) = backend.blockchain().hash(Zero::zero())? {
		let specified = hash(storage.clone(), backend, executor)?;
		if known != specified {
			return Err(ServiceError::Other(format!(
				"the database in {} begins with block {known:?} and chain '{}' with {specified:?}: they are different \
				chains. Give the specification this database was made with, another --base-path, or delete the database \
				with the subcommand purge-chain",
				config.database.path().unwrap_or(&config.data_path).display(),
				config.chain_spec.id(),
			)));
		}
	}
	Ok(GenesisBlockBuilder::new_with_storage(storage, !config.no_genesis(), backend.clone(), executor.clone())?)
}

/// The hash of the first block with `storage`, without writing anything.
fn hash(
	storage: Storage,
	backend: &Arc<FullBackend>,
	executor: &Executor,
) -> Result<<Block as sp_runtime::traits::Block>::Hash, ServiceError> {
	let version = resolve_state_version_from_wasm::<_, HashingFor<Block>>(&storage, executor)?;
	let root = backend.begin_operation()?.set_genesis_state(storage, false, version)?;
	Ok(construct_genesis_block::<Block>(root, version).hash())
}
