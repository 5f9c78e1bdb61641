//! The chains that the node knows by name.

use openledger_runtime::{constants::SS58_PREFIX, WASM_BINARY};
use sc_chain_spec::{ChainSpec, ChainType, GenericChainSpec, Properties};
use sp_genesis_builder::DEV_RUNTIME_PRESET;
use std::path::PathBuf;

/// Finds the chain called `id`: a name the node knows, or the path of a JSON file.
///
/// No name means the development chain.
pub(crate) fn load(id: &str) -> Result<Box<dyn ChainSpec>, String> {
	match id {
		"" | "dev" => Ok(Box::new(development()?)),
		path => from_file(PathBuf::from(path)),
	}
}

/// One validator, Alice, and well-known accounts with funds.
fn development() -> Result<GenericChainSpec, String> {
	let code = WASM_BINARY.ok_or(
		"this node was built without its WASM runtime; build it again without SKIP_WASM_BUILD in the environment, \
		or give the path of a chain specification with --chain",
	)?;
	Ok(GenericChainSpec::builder(code, None)
		.with_name("OpenLedger Development")
		.with_id("openledger_dev")
		.with_chain_type(ChainType::Development)
		.with_protocol_id("openledger-dev")
		.with_genesis_config_preset_name(DEV_RUNTIME_PRESET)
		.with_properties(properties())
		.build())
}

/// Reads a specification from a file.
fn from_file(path: PathBuf) -> Result<Box<dyn ChainSpec>, String> {
	if !path.is_file() {
		return Err(format!("no chain is called '{0}' and there is no file '{0}'; known chains: dev", path.display()));
	}
	Ok(Box::new(GenericChainSpec::<sc_chain_spec::NoExtension>::from_json_file(path)?))
}

/// How wallets show amounts and addresses.
fn properties() -> Properties {
	let mut properties = Properties::new();
	properties.insert("tokenSymbol".into(), "OPEN".into());
	properties.insert("tokenDecimals".into(), 18.into());
	properties.insert("ss58Format".into(), SS58_PREFIX.into());
	properties
}
