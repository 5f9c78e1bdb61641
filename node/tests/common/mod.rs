//! Runs the node's binary and talks to it.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use serde_json::{json, Value};
use std::{
	fs::File,
	io::{Read, Write},
	net::TcpStream,
	path::{Path, PathBuf},
	process::{Child, Command, ExitStatus, Stdio},
	time::{Duration, Instant},
};

/// The binary under test.
const NODE: &str = env!("CARGO_BIN_EXE_openledger-node");

/// How long a node may take to open its JSON-RPC server.
const START: Duration = Duration::from_secs(120);

/// How long a node that cannot start may take to say so.
const REFUSAL: Duration = Duration::from_secs(120);

/// A running node. It is killed when dropped.
pub(crate) struct Node {
	process: Child,
	log: PathBuf,
	/// The port of its JSON-RPC server.
	port: u16,
}

impl Node {
	/// Starts a node with its data in `base` and waits for its JSON-RPC server.
	pub(crate) fn start(base: &Path, arguments: &[&str]) -> Self {
		let log = base.with_extension("log");
		let process = spawn(base, &log, arguments);
		let mut node = Self { process, log, port: 0 };
		let begun = Instant::now();
		while node.port == 0 {
			if let Some(status) = node.process.try_wait().unwrap() {
				panic!("the node ended with {status}:\n{}", node.log());
			}
			assert!(begun.elapsed() < START, "no JSON-RPC server after {START:?}:\n{}", node.log());
			std::thread::sleep(Duration::from_millis(100));
			node.port = node.announced("JSON-RPC server: addr=127.0.0.1:", ',').unwrap_or_default();
		}
		node
	}

	/// What the node has written so far.
	pub(crate) fn log(&self) -> String {
		read(&self.log)
	}

	/// The number that follows `label` in the log and ends before `end`.
	fn announced(&self, label: &str, end: char) -> Option<u16> {
		let log = self.log();
		let (_, rest) = log.split_once(label)?;
		rest.split_once(end)?.0.parse().ok()
	}

	/// The address at which other nodes on this machine reach it.
	pub(crate) async fn address(&self) -> String {
		let peer = self.call("system_localPeerId", json!([])).await;
		let addresses = self.call("system_localListenAddresses", json!([])).await;
		let tcp = addresses
			.as_array()
			.unwrap()
			.iter()
			.filter_map(Value::as_str)
			.find(|address| address.starts_with("/ip4/127.0.0.1/tcp/") && !address.contains("/ws"))
			.expect("the node listens on loopback");
		let base = tcp.split("/p2p/").next().unwrap();
		format!("{base}/p2p/{}", peer.as_str().unwrap())
	}

	/// The result of a JSON-RPC call that succeeds.
	pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
		let answer = self.request(method, params).await;
		answer.get("result").cloned().unwrap_or_else(|| panic!("{method} answered {answer}"))
	}

	/// The answer to a JSON-RPC call.
	pub(crate) async fn request(&self, method: &str, params: Value) -> Value {
		let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
		let (status, body) = self.post(request.to_string()).await;
		serde_json::from_str(&body).unwrap_or_else(|_| panic!("{method} answered {status}: {body}"))
	}

	/// The HTTP status and the body with which the server answers `body`.
	pub(crate) async fn post(&self, body: String) -> (u16, String) {
		let answer = reqwest::Client::new()
			.post(format!("http://127.0.0.1:{}", self.port))
			.header("content-type", "application/json")
			.body(body)
			.send()
			.await
			.expect("the server answers");
		(answer.status().as_u16(), answer.text().await.unwrap())
	}

	/// The answer to the head of a request whose body would have `length` bytes.
	pub(crate) fn announce(&self, length: usize) -> String {
		let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
		let head = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
		write!(stream, "{head}content-length: {length}\r\nconnection: close\r\n\r\n").unwrap();
		let mut answer = String::new();
		stream.read_to_string(&mut answer).unwrap();
		answer
	}

	/// The height of the best block.
	pub(crate) async fn best(&self) -> u32 {
		height(&self.call("chain_getHeader", json!([])).await)
	}

	/// The height of the last final block.
	pub(crate) async fn finalised(&self) -> u32 {
		let hash = self.call("chain_getFinalizedHead", json!([])).await;
		height(&self.call("chain_getHeader", json!([hash])).await)
	}

	/// The hash of the block at `height`, if there is one.
	pub(crate) async fn hash(&self, height: u32) -> Option<String> {
		self.call("chain_getBlockHash", json!([height])).await.as_str().map(str::to_string)
	}

	/// Waits until the last final block is at `height` at least.
	pub(crate) async fn wait_finalised(&self, height: u32, patience: Duration) {
		let begun = Instant::now();
		loop {
			let finalised = self.finalised().await;
			if finalised >= height {
				return;
			}
			let best = self.best().await;
			assert!(
				begun.elapsed() < patience,
				"block {height} is not final after {patience:?}; final is {finalised}, best {best}:\n{}",
				self.log()
			);
			tokio::time::sleep(Duration::from_millis(300)).await;
		}
	}

	/// Kills the process without a chance to tidy up.
	pub(crate) fn kill(mut self) {
		self.process.kill().unwrap();
		self.process.wait().unwrap();
	}
}

impl Drop for Node {
	fn drop(&mut self) {
		let _already_gone = self.process.kill();
		let _reaped = self.process.wait();
	}
}

/// The height in a header.
fn height(header: &Value) -> u32 {
	let number = header["number"].as_str().expect("a header has a number");
	u32::from_str_radix(number.trim_start_matches("0x"), 16).unwrap()
}

/// Starts the node on ports that are free.
fn spawn(base: &Path, log: &Path, arguments: &[&str]) -> Child {
	let output = File::create(log).unwrap();
	Command::new(NODE)
		.args(["--base-path", base.to_str().unwrap()])
		.args(["--no-prometheus", "--no-telemetry", "--no-mdns"])
		.args(arguments)
		.stdin(Stdio::null())
		.stdout(output.try_clone().unwrap())
		.stderr(output)
		.spawn()
		.expect("the node is built")
}

fn read(path: &Path) -> String {
	let mut text = String::new();
	File::open(path).unwrap().read_to_string(&mut text).unwrap();
	text
}

/// Runs the node until it ends by itself and returns what it said.
pub(crate) fn refused(base: &Path, arguments: &[&str]) -> String {
	let log = base.with_extension("refused.log");
	let mut process = spawn(base, &log, arguments);
	let status = wait(&mut process, &log);
	let said = read(&log);
	assert!(!status.success(), "the node ended well:\n{said}");
	assert!(!said.contains("panicked"), "the node panicked:\n{said}");
	said
}

fn wait(process: &mut Child, log: &Path) -> ExitStatus {
	let begun = Instant::now();
	loop {
		if let Some(status) = process.try_wait().unwrap() {
			return status;
		}
		if begun.elapsed() > REFUSAL {
			process.kill().unwrap();
			panic!("the node runs although it should not:\n{}", read(log));
		}
		std::thread::sleep(Duration::from_millis(100));
	}
}

/// Runs a subcommand and returns whether it succeeded, its output and its errors.
pub(crate) fn run(arguments: &[&str]) -> (bool, String, String) {
	let output = Command::new(NODE).args(arguments).output().expect("the node is built");
	let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
	(output.status.success(), text(output.stdout), text(output.stderr))
}

/// The specification of `chain`, as `build-spec` writes it.
pub(crate) fn build_spec(chain: &str) -> Value {
	let (built, spec, errors) = run(&["build-spec", "--chain", chain, "--disable-default-bootnode"]);
	assert!(built, "{errors}");
	serde_json::from_str(&spec).unwrap()
}
