//! Two validators finalise, a full node follows, and a validator that was killed comes back.
//!
//! The larger scenarios are in `zombienet/`.

#![allow(clippy::unwrap_used)]

mod common;

use common::{build_spec, Node};
use serde_json::{json, Value};
use std::{fs, path::Path, time::Duration};

/// Enough for a few blocks on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Writes the specification of a local network with the first two validators only.
fn two_validators(path: &Path) {
	let mut spec = build_spec("local");
	let genesis = &mut spec["genesis"]["runtimeGenesis"]["patch"];
	for list in ["/session/keys", "/staking/stakers"] {
		genesis.pointer_mut(list).and_then(Value::as_array_mut).unwrap().truncate(2);
	}
	genesis["staking"]["validatorCount"] = json!(2);
	spec["id"] = json!("openledger_two");
	fs::write(path, spec.to_string()).unwrap();
}

#[tokio::test]
async fn two_validators_finalise_a_full_node_follows_and_a_killed_validator_comes_back() {
	let folder = tempfile::tempdir().unwrap();
	let at = |name: &str| folder.path().join(name);
	let spec = at("two.json");
	two_validators(&spec);
	let chain = ["--chain", spec.to_str().unwrap(), "--listen-addr", "/ip4/127.0.0.1/tcp/0", "--rpc-port", "0"];
	let validator = |name: &str, extra: &[&str]| {
		let flag = format!("--{name}");
		let arguments = [&chain[..], &[flag.as_str(), "--unsafe-force-node-key-generation"], extra].concat();
		Node::start(&at(name), &arguments)
	};

	let alice = validator("alice", &[]);
	let address = alice.address().await;
	let boot = ["--bootnodes", address.as_str()];
	let bob = validator("bob", &boot);
	let follower = Node::start(&at("follower"), &[&chain[..], &boot[..]].concat());
	for node in [&alice, &bob, &follower] {
		node.wait_finalised(2, PATIENCE).await;
	}
	assert!(alice.hash(2).await.is_some());
	assert_eq!(alice.hash(2).await, follower.hash(2).await);
	// BEEFY signs what GRANDPA made final, so its own votes come later.
	let root = alice.call("mmr_root", json!([])).await;
	assert_ne!(root, json!(format!("0x{}", "0".repeat(64))));

	bob.kill();
	let alone = alice.best().await;
	while alice.best().await < alone + 2 {
		tokio::time::sleep(Duration::from_millis(300)).await;
	}
	let finalised = alice.finalised().await;
	let bob = validator("bob", &boot);
	for node in [&alice, &bob, &follower] {
		node.wait_finalised(finalised + 2, PATIENCE).await;
	}
	assert_eq!(alice.hash(finalised + 2).await, bob.hash(finalised + 2).await);
}
