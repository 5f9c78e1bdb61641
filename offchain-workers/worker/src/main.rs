//! The command line of the worker.

use anyhow::Context;
use clap::{Parser, Subcommand};
use openledger_chain::{AccountId, Chain, Key};
use openledger_gateway::{ApiKey, SignedVoucher};
use openledger_primitives::Voucher;
use openledger_worker::{audit, config::Config, serve, train, vouchers::worth};
use std::{ops::ControlFlow, path::PathBuf};

/// Serves models, batches receipts, settles and distributes.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
	#[command(subcommand)]
	command: Command,
}

#[derive(Subcommand)]
enum Command {
	/// Serve, as the configuration file says.
	Run {
		/// The configuration file.
		#[arg(long, default_value = "worker.toml")]
		config: PathBuf,
	},
	/// Train an adapter on a file of rows.
	Train(train::TrainArgs),
	/// Check a batch of an agent, and refute a false claim.
	Audit(audit::AuditArgs),
	/// Sign a voucher and print it as an API key.
	Voucher {
		/// The node, `ws://…`.
		#[arg(long)]
		node: String,
		/// A file with the secret of the payer, or of a session key of the payer.
		#[arg(long)]
		key_file: PathBuf,
		/// Whose session key it is, as an SS58 address; nobody's if not given.
		#[arg(long)]
		payer: Option<String>,
		/// The agent, as an SS58 address.
		#[arg(long)]
		agent: String,
		/// The most that the agent may have drawn from the channel in total, in planck.
		#[arg(long)]
		ceiling: u128,
	},
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
	let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
	tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
	match Cli::parse().command {
		Command::Run { config } => serve::run(Config::load(&config)?).await,
		Command::Train(args) => tokio::task::spawn_blocking(move || learn(&args)).await?,
		Command::Audit(args) => audit::run(args).await,
		Command::Voucher { node, key_file, payer, agent, ceiling } => {
			voucher(&node, &key_file, payer.as_deref(), &agent, ceiling).await
		}
	}
}

fn learn(args: &train::TrainArgs) -> anyhow::Result<()> {
	let manifest = train::run(args, |step| {
		println!("step {:>4}/{}  loss {:.4}  {:.0} tokens/s", step.step, step.steps, step.loss, step.tokens_per_second);
		ControlFlow::Continue(())
	})?;
	println!("{}: {}", args.out.display(), manifest.adapter_blake3);
	Ok(())
}

async fn voucher(
	node: &str,
	key_file: &PathBuf,
	payer: Option<&str>,
	agent: &str,
	ceiling: u128,
) -> anyhow::Result<()> {
	let secret = std::fs::read_to_string(key_file).with_context(|| format!("cannot read {}", key_file.display()))?;
	let key = Key::from_uri(secret.trim())?;
	let agent = account(agent)?;
	let (payer, signer) = match payer {
		Some(payer) => (account(payer)?, Some(key.account())),
		None => (key.account(), None),
	};
	let chain = Chain::connect(node, None).await?;
	let channel = chain.channel(&payer, &agent).await?.context("there is no channel to this agent: open one")?;
	let voucher = Voucher { payer, agent, channel: channel.nonce, cumulative: ceiling };
	let signature = key.sign(&voucher.payload(&chain.domain()));
	let signed = SignedVoucher { voucher, signer, signature };
	let now = chain.finalised().await?;
	anyhow::ensure!(
		worth(&channel, &signed, now).is_some(),
		"the payer has not authorised {} for that much, or not any more (credits.authorise_key)",
		key.account()
	);
	println!("{}", ApiKey(signed));
	Ok(())
}

fn account(text: &str) -> anyhow::Result<AccountId> {
	text.parse().map_err(|_| anyhow::anyhow!("`{text}` is not an SS58 address"))
}
