//! The chains that the node knows by name.

use crate::service::Block;
use openledger_runtime::{
	constants::SS58_PREFIX,
	genesis_config_presets::{get_preset, TESTNET_RUNTIME_PRESET},
	WASM_BINARY,
};
use sc_chain_spec::{ChainSpec, ChainSpecExtension, ChainType, GenericChainSpec, Properties};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use std::path::Path;

/// What a specification says besides genesis.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ChainSpecExtension)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Extensions {
	/// Blocks that a node takes without asking, because the network once agreed on them by hand.
	pub(crate) fork_blocks: sc_client_api::ForkBlocks<Block>,
	/// Blocks that a node never takes.
	pub(crate) bad_blocks: sc_client_api::BadBlocks<Block>,
	/// Where a light client begins.
	pub(crate) light_sync_state: sc_sync_state_rpc::LightSyncStateExtension,
}

/// A specification with our extensions.
type Spec = GenericChainSpec<Extensions>;

/// A chain that the node knows by name.
struct Known {
	/// The name on the command line.
	name: &'static str,
	/// The name that people see.
	title: &'static str,
	/// The name of the database's folder.
	id: &'static str,
	/// The name of the network's protocols.
	protocol: &'static str,
	kind: ChainType,
	/// The preset of the runtime that makes its genesis.
	preset: &'static str,
}

const KNOWN: [Known; 3] = [
	Known {
		name: "dev",
		title: "OpenLedger Development",
		id: "openledger_dev",
		protocol: "openledger-dev",
		kind: ChainType::Development,
		preset: DEV_RUNTIME_PRESET,
	},
	Known {
		name: "local",
		title: "OpenLedger Local Network",
		id: "openledger_local",
		protocol: "openledger-local",
		kind: ChainType::Local,
		preset: LOCAL_TESTNET_RUNTIME_PRESET,
	},
	Known {
		name: "testnet",
		title: "OpenLedger Test Network",
		id: "openledger_testnet",
		protocol: "openledger-testnet",
		kind: ChainType::Live,
		preset: TESTNET_RUNTIME_PRESET,
	},
];

/// Finds the chain called `id`: a name the node knows, or the path of a JSON file.
///
/// No name means the development chain.
pub(crate) fn load(id: &str) -> Result<Box<dyn ChainSpec>, String> {
	let name = if id.is_empty() { "dev" } else { id };
	match KNOWN.iter().find(|chain| chain.name == name) {
		Some(chain) => Ok(Box::new(known(chain)?)),
		None => Ok(Box::new(from_file(Path::new(name))?)),
	}
}

/// The runtime that this node was built with.
fn runtime() -> Result<&'static [u8], String> {
	WASM_BINARY.ok_or_else(|| {
		"this node was built without its WASM runtime; build it again without SKIP_WASM_BUILD in the environment, \
		or give the path of a chain specification with --chain"
			.into()
	})
}

/// A chain whose genesis the runtime's preset describes.
///
/// The preset is asked of the runtime that is compiled in, which is the same one: by its name it would be asked of the WASM
/// runtime, after compiling that.
fn known(chain: &Known) -> Result<Spec, String> {
	let patch =
		get_preset(&chain.preset.into()).ok_or_else(|| format!("the runtime has no preset '{}'", chain.preset))?;
	let patch = serde_json::from_slice(&patch).map_err(|error| error.to_string())?;
	Ok(Spec::builder(runtime()?, Extensions::default())
		.with_name(chain.title)
		.with_id(chain.id)
		.with_chain_type(chain.kind.clone())
		.with_protocol_id(chain.protocol)
		.with_genesis_config_patch(patch)
		.with_properties(properties())
		.build())
}

/// Reads a specification from a file. One without code, such as those in `chain-specs/`, starts from this node's runtime.
fn from_file(path: &Path) -> Result<Spec, String> {
	if !path.is_file() {
		let names: Vec<_> = KNOWN.iter().map(|chain| chain.name).collect();
		let path = path.display();
		return Err(format!("no chain is called '{path}' and there is no file '{path}'; known: {}", names.join(", ")));
	}
	let unreadable = |error: &dyn std::fmt::Display| format!("{} is no chain specification: {error}", path.display());
	let json = std::fs::read(path).map_err(|error| unreadable(&error))?;
	let mut spec: Value = serde_json::from_slice(&json).map_err(|error| unreadable(&error))?;
	if let Some(genesis) = spec.pointer_mut("/genesis/runtimeGenesis").and_then(Value::as_object_mut) {
		if !genesis.contains_key("code") {
			genesis.insert("code".into(), format!("0x{}", hex::encode(runtime()?)).into());
		}
	}
	let json = serde_json::to_vec(&spec).map_err(|error| unreadable(&error))?;
	Spec::from_json_bytes(json).map_err(|error| unreadable(&error))
}

/// How wallets show amounts and addresses.
fn properties() -> Properties {
	let mut properties = Properties::new();
	properties.insert("tokenSymbol".into(), "OPEN".into());
	properties.insert("tokenDecimals".into(), 18.into());
	properties.insert("ss58Format".into(), SS58_PREFIX.into());
	properties
}
