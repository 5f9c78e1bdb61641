//! Runs what the command line asks for.

use crate::{
	chain_spec,
	cli::{Cli, Subcommand},
	service::{self, Block},
};
use sc_cli::{ChainSpec, RevertCmd, SubstrateCli};
use sc_service::PartialComponents;

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"OpenLedger Node".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		"the OpenLedger contributors".into()
	}

	fn support_url() -> String {
		"the issue tracker of the repository".into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn load_spec(&self, id: &str) -> Result<Box<dyn ChainSpec>, String> {
		chain_spec::load(id)
	}
}

/// Parses the command line and does what it says.
pub(crate) fn run() -> sc_cli::Result<()> {
	let cli = Cli::from_args();
	match &cli.subcommand {
		None => cli
			.create_runner(&cli.run)?
			.run_node_until_exit(|config| async move { service::new_full(config).map_err(sc_cli::Error::Service) }),
		Some(Subcommand::Key(command)) => command.run(&cli),
		Some(Subcommand::BuildSpec(command)) => {
			cli.create_runner(command)?.sync_run(|config| command.run(config.chain_spec, config.network))
		}
		Some(Subcommand::ExportChainSpec(command)) => command.run(cli.load_spec(&command.chain)?),
		Some(Subcommand::ChainInfo(command)) => {
			cli.create_runner(command)?.sync_run(|config| command.run::<Block>(&config))
		}
		Some(Subcommand::Doctor(command)) => command.run(&cli),
		Some(Subcommand::PurgeChain(command)) => {
			cli.create_runner(command)?.sync_run(|config| command.run(config.database))
		}
		Some(Subcommand::Revert(command)) => revert(&cli, command),
	}
}

/// Takes blocks off the end of the chain, and with them what the consensus engines noted about them.
fn revert(cli: &Cli, command: &RevertCmd) -> sc_cli::Result<()> {
	cli.create_runner(command)?.async_run(|config| {
		let PartialComponents { client, backend, task_manager, .. } = service::new_partial(&config)?;
		let consensus = Box::new(|client: std::sync::Arc<service::FullClient>, backend, blocks| {
			sc_consensus_babe::revert(client.clone(), backend, blocks)?;
			sc_consensus_grandpa::revert(client, blocks)?;
			Ok(())
		});
		Ok((command.run(client, backend, Some(consensus)), task_manager))
	})
}
