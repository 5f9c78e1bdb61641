//! The first block: what the specification says it is, and whether the database begins with the same one.

use crate::service::{Block, Executor, FullBackend};
use sc_chain_spec::{
	construct_genesis_block, json_patch, resolve_state_version_from_wasm, ChainSpec, GenesisBlockBuilder,
};
use sc_client_api::{backend::Backend, BlockImportOperation};
use sc_service::{error::Error as ServiceError, Configuration};
use serde_json::Value;
use sp_blockchain::HeaderBackend;
use sp_core::{
	storage::well_known_keys,
	traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode},
	Decode, Encode,
};
use sp_runtime::{
	traits::{Block as _, Hash as _, HashingFor, Zero},
	Storage,
};
use sp_state_machine::BasicExternalities;
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
	let storage = storage(&*config.chain_spec, executor)
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

/// The state of the first block, as the runtime in the specification builds it.
///
/// `ChainSpec::as_storage_builder` would do, but with an executor of its own: the runtime would be compiled once for it and
/// once more for the client, two seconds each.
fn storage(spec: &dyn ChainSpec, executor: &Executor) -> Result<Storage, String> {
	let json: Value = serde_json::from_str(&spec.as_json(false)?).map_err(|error| error.to_string())?;
	let Some(genesis) = json.pointer("/genesis/runtimeGenesis") else {
		// Raw storage: no runtime takes part.
		return spec.as_storage_builder().build_storage();
	};
	let code = genesis.get("code").and_then(Value::as_str).ok_or("it has no code")?;
	let code = hex::decode(code.trim_start_matches("0x")).map_err(|error| format!("its code is not hex: {error}"))?;
	let runtime = Runtime { code: &code, executor };
	let config = match (genesis.get("config"), genesis.get("patch")) {
		(Some(config), None) => config.clone(),
		(None, Some(patch)) => {
			let mut config = runtime.default_config()?;
			json_patch::merge(&mut config, patch.clone());
			config
		}
		_ => return Err("it must have either 'config' or 'patch'".into()),
	};
	let mut storage = runtime.build_state(&config)?;
	storage.top.insert(well_known_keys::CODE.to_vec(), code);
	Ok(storage)
}

/// The runtime in a specification, by its `GenesisBuilder` interface (`sp_genesis_builder`).
struct Runtime<'a> {
	code: &'a [u8],
	executor: &'a Executor,
}

impl Runtime<'_> {
	/// The genesis that a patch alters.
	fn default_config(&self) -> Result<Value, String> {
		let no_preset: Option<&str> = None;
		let (json, _): (Option<Vec<u8>>, _) = self.call("GenesisBuilder_get_preset", &no_preset)?;
		serde_json::from_slice(&json.ok_or("its runtime has no default")?).map_err(|error| error.to_string())
	}

	/// The state that follows from `config`, but for the code.
	fn build_state(&self, config: &Value) -> Result<Storage, String> {
		let (outcome, state): (sp_genesis_builder::Result, _) =
			self.call("GenesisBuilder_build_state", &config.to_string())?;
		outcome?;
		Ok(state)
	}

	/// Calls `method` on an empty state. Returns its result and the state it leaves.
	fn call<T: Decode>(&self, method: &str, argument: &impl Encode) -> Result<(T, Storage), String> {
		let code = WrappedRuntimeCode(self.code.into());
		// The client asks for the same code with the same hash, and then finds it compiled.
		let hash = HashingFor::<Block>::hash(self.code).encode();
		let code = RuntimeCode { code_fetcher: &code, heap_pages: None, hash };
		let mut state = BasicExternalities::new_empty();
		let (result, _) = self.executor.call(&mut state, &code, method, &argument.encode(), CallContext::Offchain);
		let result = result.map_err(|error| format!("{method} of its runtime failed: {error}"))?;
		let result =
			T::decode(&mut &result[..]).map_err(|error| format!("{method} of its runtime returned: {error}"))?;
		Ok((result, state.into_storages()))
	}
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
