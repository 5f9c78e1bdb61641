//! A node and a worker as child processes.

use anyhow::{bail, Context};
use openledger_chain::Chain;
use std::{
	fs::File,
	path::{Path, PathBuf},
	process::Stdio,
	time::{Duration, Instant},
};
use tokio::process::{Child, Command};

/// How long a process may take until it answers.
const START_UP: Duration = Duration::from_secs(120);
/// How long a process may take to end after it was asked to.
const SHUT_DOWN: Duration = Duration::from_secs(70);

/// A child process with its log. Killed when dropped, if nobody stopped it.
pub struct Process {
	name: &'static str,
	child: Child,
	log: PathBuf,
}

impl Process {
	/// Starts the program `name` that lies beside this one.
	fn start(name: &'static str, arguments: &[String], log: PathBuf) -> anyhow::Result<Self> {
		let program = std::env::current_exe()?.with_file_name(name);
		let output = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
		let child = Command::new(&program)
			.args(arguments)
			.stdin(Stdio::null())
			.stdout(output.try_clone()?)
			.stderr(output)
			// A process group of its own: Ctrl-C reaches this program, which then stops its children in order.
			.process_group(0)
			.kill_on_drop(true)
			.spawn()
			.with_context(|| format!("cannot start {}: run `make build`", program.display()))?;
		Ok(Self { name, child, log })
	}

	/// Fails with the end of the log when the process has ended.
	pub fn check(&mut self) -> anyhow::Result<()> {
		if let Some(status) = self.child.try_wait()? {
			let log = std::fs::read_to_string(&self.log).unwrap_or_default();
			let tail: Vec<&str> = log.lines().rev().take(12).collect();
			let tail: Vec<&str> = tail.into_iter().rev().collect();
			bail!("{} ended ({status}); the end of {}:\n{}", self.name, self.log.display(), tail.join("\n"));
		}
		Ok(())
	}

	/// Asks the process to end, and waits.
	pub async fn stop(mut self) -> anyhow::Result<()> {
		if let Some(id) = self.child.id() {
			let status = Command::new("kill").arg("-TERM").arg(id.to_string()).status().await?;
			anyhow::ensure!(status.success(), "cannot signal {}", self.name);
		}
		match tokio::time::timeout(SHUT_DOWN, self.child.wait()).await {
			Ok(status) => status.map(drop).with_context(|| format!("cannot wait for {}", self.name)),
			Err(_) => bail!("{} did not end in {SHUT_DOWN:?}", self.name),
		}
	}

	/// The largest resident set that the process had, in MiB.
	pub fn peak_mib(&self) -> Option<u64> {
		let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
		let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
		line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
	}
}

/// A development node.
pub struct Node {
	/// The process.
	pub process: Process,
	/// Its address.
	pub url: String,
}

impl Node {
	/// Starts a development node with its state under `folder`, and waits until it answers.
	pub async fn start(folder: &Path, rpc_port: u16, p2p_port: u16) -> anyhow::Result<(Self, Chain)> {
		std::fs::create_dir_all(folder)?;
		let arguments = [
			"--dev".to_string(),
			format!("--base-path={}", folder.join("node").display()),
			format!("--rpc-port={rpc_port}"),
			format!("--port={p2p_port}"),
			"--no-prometheus".into(),
			"--no-telemetry".into(),
		];
		let process = Process::start("openledger-node", &arguments, folder.join("node.log"))?;
		let mut node = Self { process, url: format!("ws://127.0.0.1:{rpc_port}") };
		let begun = Instant::now();
		loop {
			node.process.check()?;
			match Chain::connect(&node.url, None).await {
				Ok(chain) => return Ok((node, chain)),
				Err(error) if begun.elapsed() > START_UP => return Err(error.into()),
				Err(_) => tokio::time::sleep(Duration::from_millis(250)).await,
			}
		}
	}
}

/// A worker.
pub struct Worker {
	/// The process.
	pub process: Process,
	/// The address of its gateway.
	pub url: String,
}

impl Worker {
	/// Starts a worker with this configuration, and waits until its gateway answers.
	pub async fn start(config: &Path, log: PathBuf, port: u16) -> anyhow::Result<Self> {
		let arguments = ["run".to_string(), format!("--config={}", config.display())];
		let process = Process::start("openledger-worker", &arguments, log)?;
		let mut worker = Self { process, url: format!("http://127.0.0.1:{port}") };
		let begun = Instant::now();
		loop {
			worker.process.check()?;
			match reqwest::get(format!("{}/health", worker.url)).await {
				Ok(answer) if answer.status().is_success() => return Ok(worker),
				_ if begun.elapsed() > START_UP => bail!("the worker does not answer at {}", worker.url),
				_ => tokio::time::sleep(Duration::from_millis(250)).await,
			}
		}
	}
}

/// A port that nobody listens on now.
pub fn free_port() -> anyhow::Result<u16> {
	Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
