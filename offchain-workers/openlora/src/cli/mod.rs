//! Commands, one in each file.

mod adapters;
mod answer;
mod arguments;
mod bench;
mod chat;
mod complete;
mod embed;
mod failure;
mod logits;
mod npy;
mod perplexity;
mod rerank;
mod session;
mod texts;
mod verify;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::io::ErrorKind;
use std::process::ExitCode;

/// Inference with one base model and many adapters, whose answers are the same bits on every machine.
#[derive(Debug, Parser)]
#[command(name = "openlora", version, about, after_help = EXAMPLES, arg_required_else_help = true)]
struct Cli {
	#[command(subcommand)]
	command: Command,
}

const EXAMPLES: &str = "\
Examples:
  openlora chat
  openlora chat --message \"What is a ledger?\" --adapter law=./adapters/law:0.8
  openlora complete --prompt \"Once upon a time\" --json > answer.json
  openlora verify answer.json
  openlora logits --tokens 1,2,3 --mode e8 --isa scalar --hash
  openlora embed \"a cat\" \"a feline\"

The model is a GGUF file or a Hugging Face folder; without --model it is SmolLM2-135M-Instruct, which `make setup`
downloads. Exit codes: 0 done, 1 it failed or an answer is not genuine, 2 the arguments make no sense.";

#[derive(Debug, Subcommand)]
enum Command {
	/// Talk to a model: interactively, or one question.
	Chat(chat::Arguments),
	/// Continue a text.
	Complete(complete::Arguments),
	/// Measure speed and memory.
	Bench(bench::Arguments),
	/// Measure how well a model predicts a text.
	Perplexity(perplexity::Arguments),
	/// Check an answer of `complete --json` by computing it again.
	Verify(verify::Arguments),
	/// Print the logits of given tokens, and their hash.
	Logits(logits::Arguments),
	/// Turn texts into vectors.
	Embed(embed::Arguments),
	/// Order documents by their relevance to a query.
	Rerank(rerank::Arguments),
}

/// Parses the arguments, runs the command, and says what went wrong on standard error.
pub(crate) fn main() -> ExitCode {
	let filter = tracing_subscriber::EnvFilter::try_from_env("OPENLORA_LOG").unwrap_or_else(|_| "warn".into());
	tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
	let result = match Cli::parse().command {
		Command::Chat(arguments) => chat::run(&arguments),
		Command::Complete(arguments) => complete::run(&arguments),
		Command::Bench(arguments) => bench::run(&arguments),
		Command::Perplexity(arguments) => perplexity::run(&arguments),
		Command::Verify(arguments) => verify::run(&arguments),
		Command::Logits(arguments) => logits::run(&arguments),
		Command::Embed(arguments) => embed::run(&arguments),
		Command::Rerank(arguments) => rerank::run(&arguments),
	};
	match result {
		Ok(()) => ExitCode::SUCCESS,
		Err(Failure::Usage(reason)) => {
			eprintln!("error: {reason}\n\nFor more information, try '--help'.");
			ExitCode::from(2)
		}
		// Whoever reads standard output has enough.
		Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
		Err(failure) => {
			eprintln!("error: {failure}");
			ExitCode::FAILURE
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	#[test]
	fn arguments_are_consistent() {
		Cli::command().debug_assert();
	}
}
