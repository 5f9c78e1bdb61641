//! What a node says to wrong arguments, to a database it cannot use, and to requests that make no sense.

#![allow(clippy::unwrap_used)]

mod common;

use common::{build_spec, refused, Node};
use serde_json::json;
use std::{fs, net::TcpListener, path::Path, process::Command};

/// Arguments of a development chain that listens on free ports.
const DEV: [&str; 5] = ["--dev", "--listen-addr", "/ip4/127.0.0.1/tcp/0", "--rpc-port", "0"];

/// Makes the database of a development chain in `base`.
fn make_database(base: &Path) {
	Node::start(base, &DEV).kill();
}

#[test]
fn a_database_of_another_chain_is_refused() {
	let folder = tempfile::tempdir().unwrap();
	let base = folder.path().join("node");
	make_database(&base);
	let mut spec = build_spec("dev");
	spec["genesis"]["runtimeGenesis"]["patch"]["staking"]["validatorCount"] = json!(7);
	let path = folder.path().join("foreign.json");
	fs::write(&path, spec.to_string()).unwrap();

	let said = refused(&base, &["--chain", path.to_str().unwrap(), "--rpc-port", "0"]);
	assert!(said.contains("they are different chains"), "{said}");
	assert!(said.contains("purge-chain"), "{said}");
}

#[test]
fn a_specification_whose_genesis_makes_no_sense_is_refused() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("spec.json");
	let [mut code, mut patch, mut nothing] = [0; 3].map(|_| build_spec("dev"));
	code["genesis"]["runtimeGenesis"]["code"] = json!("0x00112233");
	patch["genesis"]["runtimeGenesis"]["patch"]["balances"] = json!({ "balances": [["nobody", 1]] });
	nothing["genesis"]["runtimeGenesis"].as_object_mut().unwrap().remove("patch");
	let specs = [
		(code, "GenesisBuilder_get_preset of its runtime failed"),
		(patch, "Invalid JSON blob"),
		(nothing, "RuntimeGenesisConfigJson"),
	];
	for (number, (spec, cause)) in specs.into_iter().enumerate() {
		fs::write(&path, spec.to_string()).unwrap();
		let base = folder.path().join(number.to_string());
		let said = refused(&base, &["--chain", path.to_str().unwrap(), "--rpc-port", "0"]);
		assert!(said.contains("describes no genesis") && said.contains(cause), "{said}");
	}
}

#[test]
fn a_corrupt_database_is_refused() {
	let folder = tempfile::tempdir().unwrap();
	let base = folder.path().join("node");
	make_database(&base);
	let metadata = base.join("chains/openledger_dev/paritydb/full/metadata");
	assert!(metadata.is_file());
	fs::write(metadata, "not a database").unwrap();
	let said = refused(&base, &DEV);
	assert!(said.contains("the database") && said.contains("purge-chain"), "{said}");
}

#[test]
fn a_database_in_use_is_refused() {
	let folder = tempfile::tempdir().unwrap();
	let base = folder.path().join("node");
	let _running = Node::start(&base, &DEV);
	let said = refused(&base, &DEV);
	assert!(said.contains("another process"), "{said}");
}

#[test]
fn a_full_disk_is_refused() {
	let folder = tempfile::tempdir().unwrap();
	let base = folder.path().join("node");
	// Files of at most 64 KiB stand for a disk without room.
	let output = Command::new("sh")
		.args(["-c", "trap '' XFSZ; ulimit -f 128; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_openledger-node")])
		.args(["--base-path", base.to_str().unwrap(), "--no-prometheus"])
		.args(DEV)
		.output()
		.unwrap();
	let said = String::from_utf8(output.stderr).unwrap();
	assert!(!output.status.success());
	assert!(!said.contains("panicked"), "{said}");
	assert!(said.contains("Error:"), "{said}");
}

#[test]
fn an_occupied_port_is_refused() {
	let taken = TcpListener::bind("127.0.0.1:0").unwrap();
	let port = taken.local_addr().unwrap().port().to_string();
	let folder = tempfile::tempdir().unwrap();
	let said = refused(&folder.path().join("rpc"), &["--dev", "--rpc-port", &port]);
	assert!(said.contains(&format!("port {port} is taken")) && said.contains("--rpc-port"), "{said}");
	let address = format!("/ip4/127.0.0.1/tcp/{port}");
	let said = refused(&folder.path().join("network"), &["--dev", "--rpc-port", "0", "--listen-addr", &address]);
	assert!(said.contains(&format!("port {port} is taken")) && said.contains("--listen-addr"), "{said}");
}

#[test]
fn unsafe_methods_on_a_public_address_are_refused() {
	let folder = tempfile::tempdir().unwrap();
	let base = folder.path().join("node");
	let said = refused(&base, &["--chain", "local", "--rpc-external", "--rpc-methods", "unsafe", "--rpc-port", "0"]);
	assert!(said.contains("unsafe RPC methods would be open to everybody"), "{said}");
}

#[tokio::test]
async fn requests_that_make_no_sense_get_an_error_and_the_node_goes_on() {
	let folder = tempfile::tempdir().unwrap();
	let node = Node::start(&folder.path().join("node"), &DEV);
	for (extrinsic, why) in [("0x", "nothing"), ("0xdeadbeef", "noise"), ("hello", "no hex")] {
		let answer = node.request("author_submitExtrinsic", json!([extrinsic])).await;
		assert!(answer["error"]["message"].is_string(), "{why}: {answer}");
	}
	assert_eq!(node.request("no_such_method", json!([])).await["error"]["code"], json!(-32601));
	assert_eq!(node.request("chain_getHeader", json!(["0x12"])).await["error"]["code"], json!(-32602));
	let (_, answer) = node.post("{".into()).await;
	assert!(answer.contains("-32700"), "{answer}");
	// The server takes 15 MiB, and says so before the body arrives.
	let answer = node.announce(16 * 1024 * 1024);
	assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
	assert!(node.call("system_health", json!([])).await["isSyncing"].is_boolean());
}
