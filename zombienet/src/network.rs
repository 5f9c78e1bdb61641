//! Networks of native processes.

use anyhow::{ensure, Context, Result};
use serde_json::Value;
use std::{env, time::Duration};
use tokio::{process::Command, time::timeout};
use zombienet_sdk::{AddNodeOptions, Arg, LocalFileSystem, NetworkConfig, NetworkConfigExt, NetworkNode};

/// A running network.
pub type Network = zombienet_sdk::Network<LocalFileSystem>;

/// The validators of every network definition.
pub const VALIDATORS: [&str; 4] = ["alice", "bob", "charlie", "dave"];

/// The time that a scenario may take, unless it says otherwise.
const LIMIT: Duration = Duration::from_secs(300);

/// Runs `scenario` on a network, within five minutes: see [`run_within`].
pub async fn run(definition: &str, scenario: impl AsyncFnOnce(&mut Network) -> Result<()>) -> Result<()> {
	run_within(LIMIT, definition, scenario).await
}

/// Starts the network that `networks/<definition>.toml` describes, runs `scenario` on it and ends all its nodes. The
/// scenario fails if it takes longer than `limit`.
///
/// The files of the nodes are kept if the scenario failed. A panic ends the nodes as well: their processes are killed
/// when the network is dropped.
pub async fn run_within(
	limit: Duration,
	definition: &str,
	scenario: impl AsyncFnOnce(&mut Network) -> Result<()>,
) -> Result<()> {
	name_the_node()?;
	let file = format!("{}/networks/{definition}.toml", env!("CARGO_MANIFEST_DIR"));
	let mut network = NetworkConfig::load_from_toml(&file)?.spawn_native().await?;
	let files = network.base_dir().context("a network has a folder")?.to_owned();
	println!("{definition}: files of the nodes in {files}");

	let outcome = timeout(limit, scenario(&mut network)).await;
	network.destroy().await?;
	outcome.context("the scenario took too long").flatten().with_context(|| format!("the logs are in {files}"))?;
	std::fs::remove_dir_all(files).context("removing the files of the nodes")
}

/// Adds a node that is no validator of the definition, with `args` besides those that every node has.
pub async fn join(network: &mut Network, name: &str, args: Vec<Arg>) -> Result<()> {
	let args = [vec!["--no-mdns".into()], args].concat();
	network.add_node(name, AddNodeOptions { args, ..Default::default() }).await
}

/// Kills the process of `node`, as a crash would.
pub async fn kill(node: &NetworkNode) -> Result<()> {
	let description = serde_json::to_value(node)?;
	let process = description.pointer("/inner/process_handle").and_then(Value::as_u64);
	let process = process.with_context(|| format!("{} has no process", node.name()))?;
	let status = Command::new("kill").arg("-KILL").arg(process.to_string()).status().await?;
	ensure!(status.success(), "{} is not killed: {status}", node.name());
	Ok(())
}

/// Lets the network definitions find the node, which they call by the variable `OPENLEDGER_NODE`.
fn name_the_node() -> Result<()> {
	const NODE: &str = "OPENLEDGER_NODE";
	if env::var_os(NODE).is_none() {
		let home = env::var("HOME").context("HOME is not set")?;
		env::set_var(NODE, format!("{home}/.cache/openledger/target/debug/openledger-node"));
	}
	Ok(())
}
