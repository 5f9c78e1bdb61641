//! The command line of the local network.

use clap::{Parser, Subcommand};
use openledger_devnet::{demo, run, stop::Stop};
use std::path::PathBuf;

/// A local network for development, and the end-to-end demonstration.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
	/// The folder with the models that `make setup` fetched.
	#[arg(long, env = "OPENLEDGER_ASSETS", global = true)]
	assets: Option<PathBuf>,
	#[command(subcommand)]
	command: Command,
}

#[derive(Subcommand)]
enum Command {
	/// A node and a worker, until Ctrl-C.
	Run(run::RunArgs),
	/// The whole story on a fresh network: contribute, train, serve, ask, settle, pay, explain, refute a lie.
	Demo(demo::DemoArgs),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
	let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
	tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
	let cli = Cli::parse();
	let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/openledger/assets"));
	let assets = cli.assets.or_else(home).ok_or_else(|| anyhow::anyhow!("set OPENLEDGER_ASSETS or HOME"))?;
	match cli.command {
		Command::Run(args) => run::run(args, assets).await,
		Command::Demo(args) => match Stop::listen()?.or(demo::run(args, assets)).await {
			Some(outcome) => outcome,
			None => anyhow::bail!("interrupted"),
		},
	}
}
