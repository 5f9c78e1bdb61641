//! Looks, before a node starts, at what would keep it from its work, and says what to do about it.
//!
//! Nothing on disk changes. For that reason the configuration of the node is not created as a whole, which would make
//! temporary folders and a network key, but each check asks sc-cli for the part that it needs.

mod chain;
mod clock;
mod database;
mod disk;
mod finding;
mod hardware;
mod limits;
mod network_key;
mod parity;
mod ports;
mod session_keys;
mod sntp;

use crate::cli::Cli;
use finding::{Finding, State};
use network_key::NetworkKey;
use openledger_runtime::{constants::MILLI_SECS_PER_BLOCK, SessionKeys};
use ports::{Listener, Service, Transport};
use sc_cli::{ChainSpec, CliConfiguration, Database, DefaultConfigurationValues, RunCmd, SubstrateCli};
use sc_network::config::{NodeKeyConfig, Secret};
use sc_service::{
	config::{DatabaseSource, KeystoreConfig},
	BasePath,
};
use serde_json::json;
use session_keys::{KeyType, Keystore, Password};
use sp_core::crypto::ExposeSecret;
use sp_runtime::traits::OpaqueKeys;
use std::{
	env,
	io::Write,
	path::{Path, PathBuf},
	time::Duration,
};

const P2P: &str = "p2p port";
const RPC: &str = "RPC port";
const PROMETHEUS: &str = "Prometheus port";

/// The time of a slot.
const SLOT: Duration = Duration::from_millis(MILLI_SECS_PER_BLOCK);

/// How long a time server may take to answer.
const NTP_TIMEOUT: Duration = Duration::from_secs(2);

/// Checks the machine and the files of a node that is run with the same flags.
#[derive(Debug, clap::Args)]
pub(crate) struct DoctorCmd {
	/// Compare the clock with that of this NTP server (port 123 unless another is given).
	#[arg(long, value_name = "HOST[:PORT]")]
	ntp: Option<String>,

	/// Print the findings as JSON.
	#[arg(long)]
	json: bool,

	/// How the node will be run.
	#[clap(flatten)]
	run: RunCmd,
}

/// The chain, and where its files are.
struct Home {
	spec: Box<dyn ChainSpec>,
	/// The folder of the chain in the base path.
	folder: PathBuf,
	/// Whether the node makes a new base path at each start and deletes it at its end.
	temporary: bool,
}

impl DoctorCmd {
	/// Makes all checks and prints what they found; an error if any of them failed.
	pub(crate) fn run(&self, cli: &Cli) -> sc_cli::Result<()> {
		let findings = self.findings(cli);
		let count = |state| findings.iter().filter(|finding| finding.state == state).count();
		let (failures, warnings) = (count(State::Failure), count(State::Warning));
		let mut out = std::io::stdout().lock();
		if self.json {
			let findings: Vec<_> = findings.iter().map(Finding::to_json).collect();
			writeln!(out, "{:#}", json!({ "failures": failures, "warnings": warnings, "findings": findings }))?;
		} else {
			for finding in &findings {
				writeln!(out, "{finding}")?;
			}
		}
		if failures > 0 {
			let count = findings.len();
			let message = format!("{failures} of {count} checks failed: do what they say, then start the node");
			return Err(sc_cli::Error::Application(message.into()));
		}
		Ok(())
	}

	/// Makes all checks.
	fn findings(&self, cli: &Cli) -> Vec<Finding> {
		let mut findings = vec![clock::check(clock::read(), SLOT)];
		if let Some(server) = &self.ntp {
			findings.push(sntp::check(server, sntp::query(server, NTP_TIMEOUT), SLOT));
		}
		let (soft, hard) = limits::read();
		findings.extend([
			limits::check(soft, hard),
			hardware::memory(hardware::read_memory()),
			hardware::processors(hardware::read_processors()),
		]);
		match cli.load_spec(&self.run.shared_params.chain_id(self.is_dev())) {
			Ok(spec) => self.check_home(&self.home(spec), &mut findings),
			Err(error) => findings.push(chain::unknown(&error)),
		}
		findings
	}

	/// Makes the checks that depend on the chain.
	fn check_home(&self, home: &Home, findings: &mut Vec<Finding>) {
		let (finding, genesis) = chain::check(&*home.spec);
		findings.push(finding);
		findings.extend(self.check_ports(home));
		findings.extend(self.check_files(home, genesis));
		findings.push(network_key::check(&self.network_key(home), self.is_authority() && !self.is_dev()));
		findings.push(self.check_session_keys(home));
	}

	/// Finds the folder of the chain as `create_configuration` of sc-cli does, without making a temporary one.
	fn home(&self, spec: Box<dyn ChainSpec>) -> Home {
		let shared = &self.run.shared_params;
		let temporary = self.run.tmp || (self.is_dev() && shared.base_path.is_none());
		let base = match &shared.base_path {
			// A name as the node will choose one, where nothing is.
			_ if temporary => BasePath::new(env::temp_dir().join("substrateXXXXXX")),
			Some(path) => BasePath::new(path),
			None => BasePath::from_project("", "", &Cli::executable_name()),
		};
		Home { folder: base.config_dir(spec.id()), spec, temporary }
	}

	/// Whether this is a node for development.
	fn is_dev(&self) -> bool {
		self.run.shared_params.is_dev()
	}

	/// Whether the node is to validate.
	fn is_authority(&self) -> bool {
		self.run.role(self.is_dev()).is_ok_and(|role| role.is_authority())
	}

	/// Tries the ports of network, RPC and Prometheus.
	fn check_ports(&self, home: &Home) -> Vec<Finding> {
		let (rpc, mut refused) = match self.rpc_service() {
			Ok(service) => (Some(service), Vec::new()),
			Err(finding) => (None, vec![finding]),
		};
		let services: Vec<Service> =
			[Some(self.p2p_service(home)), rpc, Some(self.prometheus_service(home))].into_iter().flatten().collect();
		let mut findings = ports::check(&services);
		findings.append(&mut refused);
		findings
	}

	/// Where the network listens.
	fn p2p_service(&self, home: &Home) -> Service {
		// The network parameters are asked directly: the configuration that sc-cli makes of them writes a key.
		let addresses = self
			.run
			.network_params
			.network_config(
				&home.spec,
				self.is_dev(),
				self.is_authority(),
				None,
				"",
				"",
				NodeKeyConfig::Ed25519(Secret::New),
				<()>::p2p_listen_port(),
			)
			.listen_addresses;
		let mut service = Service {
			check: P2P,
			flag: if self.run.network_params.listen_addr.is_empty() { "--port" } else { "--listen-addr" },
			if_taken: State::Failure,
			consequence: "other nodes would not reach this one, and it would not say so",
			listeners: Vec::new(),
			unusable: Vec::new(),
		};
		for address in addresses {
			let address = address.to_string();
			match ports::parse_multiaddr(&address) {
				Some(listener) => service.listeners.push(listener),
				None => service.unusable.push(address),
			}
		}
		service
	}

	/// Where the RPC server listens.
	fn rpc_service(&self) -> Result<Service, Finding> {
		let endpoints = self
			.run
			.rpc_addr(<()>::rpc_listen_port())
			.map_err(|error| Finding::failure(RPC, format!("the node would not start: {error}"), "correct the flag"))?
			.unwrap_or_default();
		let optional = endpoints.iter().all(|endpoint| endpoint.is_optional);
		let listeners = endpoints
			.into_iter()
			.map(|endpoint| Listener {
				address: endpoint.listen_addr,
				transport: Transport::Tcp,
				only_v6: false,
				optional: endpoint.is_optional,
			})
			.collect();
		let given = !self.run.rpc_params.experimental_rpc_endpoint.is_empty();
		Ok(Service {
			check: RPC,
			flag: if given { "--experimental-rpc-endpoint" } else { "--rpc-port" },
			if_taken: if optional { State::Warning } else { State::Failure },
			consequence: if optional { "the node would not answer there" } else { "the node would not start" },
			listeners,
			unusable: Vec::new(),
		})
	}

	/// Where the metrics are.
	fn prometheus_service(&self, home: &Home) -> Service {
		let config = self.run.prometheus_config(<()>::prometheus_listen_port(), &home.spec).ok().flatten();
		let listeners = config.into_iter().map(|config| Listener {
			address: config.port,
			transport: Transport::Tcp,
			only_v6: false,
			optional: false,
		});
		Service {
			check: PROMETHEUS,
			flag: "--prometheus-port",
			if_taken: State::Warning,
			consequence: "the node would run without metrics",
			listeners: listeners.collect(),
			unusable: Vec::new(),
		}
	}

	/// Looks at the disk and the database.
	fn check_files(&self, home: &Home, genesis: Option<[u8; 32]>) -> Vec<Finding> {
		if home.temporary {
			let folder = env::temp_dir();
			let text = format!("the node makes a new one in {} and deletes it at its end", folder.display());
			return vec![disk::check(&folder), Finding::ok(database::CHECK, text)];
		}
		let kind = self.run.database().ok().flatten().unwrap_or(Database::ParityDb);
		match self.run.database_config(&home.folder, 0, kind) {
			Ok(DatabaseSource::ParityDb { path } | DatabaseSource::Auto { paritydb_path: path, .. }) => {
				vec![disk::check(&path), database::check(&path, &rocksdb(&home.folder), genesis)]
			}
			Ok(other) => vec![
				disk::check(&home.folder),
				Finding::failure(database::CHECK, format!("{other} cannot be checked"), "use --database paritydb"),
			],
			Err(error) => vec![
				disk::check(&home.folder),
				Finding::failure(database::CHECK, format!("the node would not start: {error}"), "correct the flag"),
			],
		}
	}

	/// Where the node takes its network key from.
	fn network_key(&self, home: &Home) -> NetworkKey {
		match self.run.node_key(&home.folder.join("network")) {
			Ok(NodeKeyConfig::Ed25519(Secret::File(path))) => NetworkKey::File(path),
			Ok(NodeKeyConfig::Ed25519(Secret::Input(_) | Secret::New)) => NetworkKey::Given,
			Err(sc_cli::Error::NetworkKeyNotFound(path)) => NetworkKey::Missing(path, self.make_network_key(home)),
			Err(error) => NetworkKey::Refused(error.to_string()),
		}
	}

	/// The command that makes the network key where the node looks for it.
	fn make_network_key(&self, home: &Home) -> String {
		let shared = &self.run.shared_params;
		let chain = shared.chain.as_ref().map_or_else(String::new, |chain| format!(" --chain {chain}"));
		let place = match (&self.run.network_params.node_key_params.node_key_file, &shared.base_path) {
			(Some(file), _) => format!("--file {}", file.display()),
			(None, _) if home.temporary => "--file FILE, then give --node-key-file FILE".into(),
			(None, Some(path)) => format!("--base-path {}{chain}", path.display()),
			(None, None) => format!("--default-base-path{chain}"),
		};
		format!("umask 077; {} key generate-node-key {place}", Cli::executable_name())
	}

	/// Looks into the keystore.
	fn check_session_keys(&self, home: &Home) -> Finding {
		// Asked without its question for the password: nobody may be there to answer it.
		let mut params = self.run.keystore_params.clone();
		params.password_interactive = false;
		let (folder, password) = match params.keystore_config(&home.folder) {
			Ok(KeystoreConfig::Path { path, password }) => (path, password),
			Ok(KeystoreConfig::InMemory) => (home.folder.join("keystore"), None),
			Err(error) => return session_keys::unreadable_password(&error.to_string()),
		};
		let password = match password {
			_ if self.run.keystore_params.password_interactive => Password::AskedLater,
			password => Password::Known(password.map(|password| password.expose_secret().clone())),
		};
		let required: Vec<KeyType> = SessionKeys::key_ids().iter().map(|kind| kind.0).collect();
		session_keys::check(&Keystore {
			folder: &folder,
			password,
			required: &required,
			validator: self.is_authority(),
			development: self.run.dev_key_seed(self.is_dev()).ok().flatten(),
		})
	}
}

/// Where a node with RocksDB keeps its database.
fn rocksdb(folder: &Path) -> PathBuf {
	folder.join("db").join("full")
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]
	use super::*;
	use clap::Parser;
	use sc_chain_spec::{GenericChainSpec, NoExtension};
	use std::fs;

	#[derive(clap::Parser)]
	struct CommandLine {
		#[clap(flatten)]
		doctor: DoctorCmd,
	}

	/// The command with these flags.
	fn command(flags: &[&str]) -> DoctorCmd {
		CommandLine::try_parse_from([&["doctor"], flags].concat()).unwrap().doctor
	}

	/// Where the command with these flags finds a live chain without genesis.
	fn home(command: &DoctorCmd) -> Home {
		let spec = json!({
			"name": "Test", "id": "test", "chainType": "Live", "bootNodes": [], "telemetryEndpoints": null,
			"protocolId": null, "properties": null, "codeSubstitutes": {},
			"genesis": { "raw": { "top": {}, "childrenDefault": {} } },
		});
		let spec = GenericChainSpec::<NoExtension>::from_json_bytes(spec.to_string().into_bytes()).unwrap();
		command.home(Box::new(spec))
	}

	/// The addresses of a service.
	fn addresses(service: Service) -> Vec<String> {
		service.listeners.iter().map(ToString::to_string).collect()
	}

	/// What is found with these flags, and nothing of the machine itself.
	fn findings(flags: &[&str]) -> Vec<Finding> {
		let command = command(flags);
		let mut findings = Vec::new();
		command.check_home(&home(&command), &mut findings);
		findings
	}

	/// The finding of one check.
	fn finding(findings: &[Finding], check: &str) -> Finding {
		findings.iter().find(|finding| finding.check == check).unwrap().clone()
	}

	#[test]
	fn the_ports_are_those_of_the_node() {
		let validator = command(&["--validator"]);
		let home = home(&validator);
		assert_eq!(addresses(validator.p2p_service(&home)), ["TCP [::]:30333", "TCP 0.0.0.0:30333"]);
		assert_eq!(addresses(validator.rpc_service().unwrap()), ["TCP 127.0.0.1:9944", "TCP [::1]:9944"]);
		assert_eq!(addresses(validator.prometheus_service(&home)), ["TCP 127.0.0.1:9615"]);
	}

	#[test]
	fn a_full_node_listens_for_browsers_too() {
		let full = command(&[]);
		let addresses = addresses(full.p2p_service(&home(&full)));
		assert!(addresses.contains(&"UDP 0.0.0.0:30333".to_string()), "{addresses:?}");
	}

	#[test]
	fn flags_move_the_ports() {
		let moved = command(&["--validator", "--port", "1", "--rpc-port", "2", "--prometheus-port", "3"]);
		let home = home(&moved);
		assert_eq!(addresses(moved.p2p_service(&home)), ["TCP [::]:1", "TCP 0.0.0.0:1"]);
		assert_eq!(addresses(moved.rpc_service().unwrap()), ["TCP 127.0.0.1:2", "TCP [::1]:2"]);
		assert_eq!(addresses(moved.prometheus_service(&home)), ["TCP 127.0.0.1:3"]);
		let given = command(&["--listen-addr", "/ip4/127.0.0.1/tcp/4", "--no-prometheus"]);
		let service = given.p2p_service(&home);
		assert_eq!(service.flag, "--listen-addr");
		assert_eq!(addresses(service), ["TCP 127.0.0.1:4"]);
		assert!(addresses(given.prometheus_service(&home)).is_empty());
	}

	#[test]
	fn flags_that_the_node_refuses_are_a_failure() {
		let refused = command(&["--validator", "--rpc-external"]).rpc_service().unwrap_err();
		assert_eq!(refused.state, State::Failure);
	}

	#[test]
	fn the_folder_is_that_of_the_node() {
		let given = command(&["--base-path", "/data"]);
		assert_eq!(home(&given).folder, Path::new("/data/chains/test"));
		assert!(!home(&given).temporary);
		assert!(home(&command(&["--tmp"])).temporary);
		assert!(home(&command(&["--dev"])).temporary);
		assert!(!home(&command(&["--dev", "--base-path", "/data"])).temporary);
	}

	#[test]
	fn a_validator_without_files_fails_for_its_keys_and_nothing_is_made() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().to_str().unwrap();
		let found = findings(&["--validator", "--base-path", path]);
		assert_eq!(finding(&found, "database").state, State::Ok);
		assert_eq!(finding(&found, "session keys").state, State::Failure);
		let network_key = finding(&found, "network key");
		assert_eq!(network_key.state, State::Failure);
		assert!(network_key.remedy.unwrap().contains(&format!("key generate-node-key --base-path {path}")));
		assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
	}

	#[test]
	fn a_full_node_without_files_has_no_trouble_with_keys() {
		let folder = tempfile::tempdir().unwrap();
		let found = findings(&["--base-path", folder.path().to_str().unwrap()]);
		assert_eq!(finding(&found, "session keys").state, State::Ok);
		assert_eq!(finding(&found, "network key").state, State::Ok);
		assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
	}

	#[test]
	fn development_accounts_bring_their_session_keys() {
		let folder = tempfile::tempdir().unwrap();
		let found = findings(&["--bob", "--base-path", folder.path().to_str().unwrap()]);
		assert!(finding(&found, "session keys").found.contains("//Bob"));
		assert_eq!(finding(&found, "network key").state, State::Failure);
	}

	#[test]
	fn a_chain_without_genesis_is_a_failure() {
		assert_eq!(finding(&findings(&["--tmp"]), "chain").state, State::Failure);
	}

	#[test]
	fn a_password_file_that_is_not_there_is_a_failure() {
		let found = findings(&["--tmp", "--password-filename", "/no/such/file"]);
		assert_eq!(finding(&found, "session keys").state, State::Failure);
	}
}
