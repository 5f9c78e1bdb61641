//! The configuration file.

use openledger_chain::AccountId;
use openledger_openlora::Mode;
use serde::{Deserialize, Serialize};
use sp_core::H256;
use std::{
	collections::BTreeMap,
	net::SocketAddr,
	path::{Path, PathBuf},
};

/// The most receipts of a batch whose blob fits the store.
const MAX_RECEIPTS: u32 = 1 << 17;

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
	/// The file cannot be read.
	#[error("cannot read the configuration {path}: {source}")]
	Unreadable {
		/// The file.
		path: PathBuf,
		/// The cause.
		source: std::io::Error,
	},
	/// The file is not a configuration.
	#[error("the configuration {path} is wrong: {reason}")]
	Malformed {
		/// The file.
		path: PathBuf,
		/// What is wrong, and where.
		reason: String,
	},
}

/// The configuration of a worker. See `docs/worker.md` for every item.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
	/// Where state lives: books, blobs. One folder per agent.
	pub state: PathBuf,
	/// The node.
	pub chain: ChainConfig,
	/// The agent.
	pub agent: AgentConfig,
	/// The HTTP service.
	pub gateway: GatewayConfig,
	/// The engine.
	pub engine: EngineConfig,
	/// Batches.
	#[serde(default)]
	pub batch: BatchConfig,
	/// Judging the answers of others; nothing is judged if not given.
	#[serde(default)]
	pub auditor: Option<AuditorConfig>,
	/// The models to serve.
	#[serde(rename = "model")]
	pub models: Vec<ModelConfig>,
}

/// The node.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainConfig {
	/// Its address, `ws://…`.
	pub url: String,
	/// The genesis hash of the chain that is meant; any chain with our runtime if not given.
	pub genesis: Option<H256>,
}

/// The agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentConfig {
	/// A file with the secret of the signer: a phrase or a seed, with derivation. Readable by its owner only.
	pub signer_file: PathBuf,
}

/// The HTTP service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayConfig {
	/// Where to listen.
	pub listen: SocketAddr,
	/// Tokens of an answer that asks for no number.
	#[serde(default = "default_tokens")]
	pub default_tokens: u32,
	/// The most tokens of an answer.
	#[serde(default = "max_tokens")]
	pub max_tokens: u32,
}

/// The engine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineConfig {
	/// The base model, a GGUF file.
	pub model: PathBuf,
	/// The folder with the sentence encoder and the ONNX Runtime library; needed when a model has an index.
	pub assets: PathBuf,
	/// Threads; 0 for one per core.
	#[serde(default)]
	pub threads: usize,
	/// Requests that may wait.
	#[serde(default = "queue")]
	pub queue: usize,
	/// The most tokens of prompt and answer together.
	#[serde(default = "max_context")]
	pub max_context: usize,
	/// The arithmetic: `e8` and `e16` give the same bits on every machine, `f32` does not.
	#[serde(default)]
	pub mode: Mode,
	/// Memory for keys, values and adapters, in MiB.
	#[serde(default = "memory_mib")]
	pub memory_mib: usize,
}

/// Batches.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BatchConfig {
	/// Seconds between looks at the books.
	pub interval_s: u64,
	/// The most receipts of a batch.
	pub max_receipts: u32,
}

impl Default for BatchConfig {
	fn default() -> Self {
		Self { interval_s: 60, max_receipts: 65_536 }
	}
}

/// Judging the answers of others.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditorConfig {
	/// Where agents are reached: addresses of gateways by the agents' SS58 addresses.
	pub gateways: BTreeMap<String, String>,
}

impl AuditorConfig {
	/// Where agents are reached.
	pub fn gateways(&self) -> Result<BTreeMap<AccountId, String>, String> {
		let read = |(agent, url): (&String, &String)| {
			let account = agent.parse::<AccountId>();
			account
				.map(|account| (account, url.clone()))
				.map_err(|_| format!("[auditor] gateways: `{agent}` is not an SS58 address"))
		};
		self.gateways.iter().map(read).collect()
	}
}

/// A model to serve.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
	/// Its identifier on the chain.
	pub id: u32,
	/// A name for people.
	pub title: String,
	/// The folder of the adapter (PEFT layout); the base model if not given.
	pub adapter: Option<PathBuf>,
	/// Where its sources are found.
	pub index: Option<IndexConfig>,
}

/// An attribution index.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexConfig {
	/// Its identifier on the chain.
	pub id: u32,
	/// The file of the index.
	pub file: PathBuf,
	/// The rows, in the order of the index, one JSON object a line.
	pub rows: PathBuf,
}

fn default_tokens() -> u32 {
	128
}

fn max_tokens() -> u32 {
	512
}

fn queue() -> usize {
	32
}

fn max_context() -> usize {
	2_048
}

fn memory_mib() -> usize {
	512
}

impl Config {
	/// Reads and checks a configuration. Relative paths in it are relative to its folder.
	pub fn load(path: &Path) -> Result<Self, ConfigError> {
		let text = std::fs::read_to_string(path)
			.map_err(|source| ConfigError::Unreadable { path: path.to_path_buf(), source })?;
		let malformed = |reason: String| ConfigError::Malformed { path: path.to_path_buf(), reason };
		let mut config: Self = toml::from_str(&text).map_err(|error| malformed(error.to_string()))?;
		config.check().map_err(malformed)?;
		let folder = path.parent().unwrap_or(Path::new("."));
		config.anchor(folder);
		Ok(config)
	}

	fn check(&self) -> Result<(), String> {
		let mut ids: Vec<u32> = self.models.iter().map(|model| model.id).collect();
		ids.sort_unstable();
		ids.dedup();
		let problem = if self.models.is_empty() {
			"no [[model]] is configured: there is nothing to serve"
		} else if ids.len() != self.models.len() {
			"a model is configured twice"
		} else if self.batch.interval_s == 0 || self.batch.max_receipts == 0 || self.batch.max_receipts > MAX_RECEIPTS {
			"[batch]: interval_s must be at least 1, max_receipts between 1 and 131072"
		} else if self.gateway.default_tokens == 0 || self.gateway.default_tokens > self.gateway.max_tokens {
			"[gateway]: default_tokens must lie between 1 and max_tokens"
		} else {
			return self.auditor.as_ref().map_or(Ok(()), |auditor| auditor.gateways().map(drop));
		};
		Err(problem.into())
	}

	fn anchor(&mut self, folder: &Path) {
		let anchor = |path: &mut PathBuf| *path = folder.join(&*path);
		anchor(&mut self.state);
		anchor(&mut self.agent.signer_file);
		anchor(&mut self.engine.model);
		anchor(&mut self.engine.assets);
		for model in &mut self.models {
			model.adapter.iter_mut().for_each(anchor);
			if let Some(index) = &mut model.index {
				anchor(&mut index.file);
				anchor(&mut index.rows);
			}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const GOOD: &str = r#"
		state = "state"
		chain.url = "ws://127.0.0.1:9944"
		agent.signer_file = "key"
		gateway.listen = "127.0.0.1:8080"
		engine.model = "/m.gguf"
		engine.assets = "/a"
		[[model]]
		id = 1
		title = "base"
	"#;

	fn load(text: &str) -> Result<Config, ConfigError> {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("worker.toml");
		std::fs::write(&path, text).unwrap();
		Config::load(&path)
	}

	#[test]
	fn relative_paths_are_relative_to_the_file() {
		let config = load(GOOD).unwrap();
		assert!(config.state.is_absolute() && config.state.ends_with("state"));
		assert_eq!(config.engine.model, PathBuf::from("/m.gguf"));
		assert_eq!(config.batch.interval_s, 60);
	}

	#[test]
	fn accused_agents_are_found_by_their_address() {
		let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		let config = load(&format!("auditor.gateways = {{ {alice} = \"http://a:8080\" }}\n{GOOD}")).unwrap();
		let gateways = config.auditor.unwrap().gateways().unwrap();
		assert_eq!(gateways, BTreeMap::from([(alice.parse().unwrap(), "http://a:8080".to_string())]));
		assert!(load(GOOD).unwrap().auditor.is_none());
	}

	#[test]
	fn mistakes_are_named() {
		for (text, part) in [
			(GOOD.replace("[[model]]", "[[modle]]"), "modle"),
			(GOOD.replace("id = 1", "id = \"one\""), "id"),
			(format!("{GOOD}\n[[model]]\nid = 1\ntitle = \"again\""), "twice"),
			(format!("batch.interval_s = 0\n{GOOD}"), "interval_s"),
			(format!("gateway.default_tokens = 9999\n{GOOD}"), "default_tokens"),
			(format!("auditor.gateways = {{ Alice = \"http://a\" }}\n{GOOD}"), "Alice"),
		] {
			let error = load(&text).unwrap_err().to_string();
			assert!(error.contains(part) && error.contains("worker.toml"), "{error}");
		}
		assert!(matches!(Config::load(Path::new("/nowhere/worker.toml")), Err(ConfigError::Unreadable { .. })));
	}
}
