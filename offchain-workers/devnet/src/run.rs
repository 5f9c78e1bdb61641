//! `openledger-devnet run`: a network to play with, until Ctrl-C.

use crate::{
	client,
	deploy::{configure, deploy, Files, OPEN},
	network::{Node, Worker},
	roles::{Roles, PAYER_URI},
	stop::Stop,
};
use anyhow::Context;
use std::path::PathBuf;

/// What to run.
#[derive(Clone, Debug, clap::Args)]
pub struct RunArgs {
	/// Where state lives.
	#[arg(long, default_value = ".devnet")]
	pub state: PathBuf,
	/// Port of the node's JSON-RPC.
	#[arg(long, default_value_t = 9944)]
	pub rpc_port: u16,
	/// Port of the node's peer-to-peer network.
	#[arg(long, default_value_t = 30333)]
	pub p2p_port: u16,
	/// Port of the worker's gateway.
	#[arg(long, default_value_t = 8080)]
	pub gateway_port: u16,
	/// Steps of the adapter's training, the first time.
	#[arg(long, default_value_t = 40)]
	pub steps: u32,
}

/// Runs until Ctrl-C.
pub async fn run(args: RunArgs, assets: PathBuf) -> anyhow::Result<()> {
	std::fs::create_dir_all(&args.state)?;
	let files = Files { folder: args.state.canonicalize()?, assets };
	let roles = Roles::development()?;
	let mut stop = Stop::listen()?;
	println!("starting a node; its log is {}", files.folder.join("node.log").display());
	let Some(started) = stop.or(Node::start(&files.folder, args.rpc_port, args.p2p_port)).await else { return Ok(()) };
	let (mut node, chain) =
		started.context("a network made with another runtime does not go on: make clean, then make run")?;
	println!("deploying datanet, models and agent (the first time this trains an adapter: a few minutes)");
	let Some(deployed) = stop.or(deploy(&chain, &roles, &files, args.steps)).await else {
		return node.process.stop().await;
	};
	let deployed = deployed.context("an interrupted first run cannot be taken up again: make clean, then make run")?;
	configure(&files, &deployed, &node.url, args.gateway_port, 30)?;
	let log = files.folder.join("worker.log");
	let Some(started) = stop.or(Worker::start(&files.config(), log, args.gateway_port)).await else {
		return node.process.stop().await;
	};
	let mut worker = started?;
	let agent = roles.agent.account();
	let key = client::api_key(&chain, &roles.payer, &agent, 20 * OPEN).await?;
	println!(
		"\nnode      {node_url}\ngateway   {url}\nagent     {agent}\naccount   {payer} (secret {PAYER_URI}): funded, with \
		 an open channel\n\nan API key that can spend 20 OPEN of that account at this agent:\n{key}\n\nask:\n\
		 curl -N {url}/v1/chat/completions -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\\n  \
		 -d '{{\"model\": \"openledger/{model}\", \"stream\": true, \"messages\": [{{\"role\": \"user\", \"content\": \
		 \"What is a waffle?\"}}]}}'\n\nCtrl-C stops everything.",
		node_url = node.url,
		url = worker.url,
		payer = roles.payer.account(),
		model = deployed.adapter,
	);
	let mut turns = tokio::time::interval(std::time::Duration::from_secs(2));
	let outcome = loop {
		match stop.or(turns.tick()).await {
			None => break Ok(()),
			Some(_) => {
				if let Err(error) = node.process.check().and_then(|()| worker.process.check()) {
					break Err(error);
				}
			}
		}
	};
	println!("\nstopping");
	let stopped = worker.process.stop().await;
	node.process.stop().await.and(stopped).and(outcome)
}
