//! The command line.

use sc_cli::{BuildSpecCmd, ChainInfoCmd, ExportChainSpecCmd, KeySubcommand, PurgeChainCmd, RevertCmd, RunCmd};

/// The arguments of the node.
#[derive(Debug, clap::Parser)]
pub(crate) struct Cli {
	/// What to do instead of running a node.
	#[command(subcommand)]
	pub(crate) subcommand: Option<Subcommand>,

	/// How to run a node.
	#[clap(flatten)]
	pub(crate) run: RunCmd,
}

/// What the program does besides running a node.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subcommand {
	/// Make, look at and store keys.
	#[command(subcommand)]
	Key(KeySubcommand),

	/// Write a chain specification to standard output.
	BuildSpec(BuildSpecCmd),

	/// Write a chain specification to a file.
	ExportChainSpec(ExportChainSpecCmd),

	/// Show the state of the database.
	ChainInfo(ChainInfoCmd),

	/// Check, before a node starts with the same flags, that the machine and the files are fit for it.
	Doctor(Box<crate::doctor::DoctorCmd>),

	/// Delete the database.
	PurgeChain(PurgeChainCmd),

	/// Go back by some blocks that are not final.
	Revert(RevertCmd),
}
