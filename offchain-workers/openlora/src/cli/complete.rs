//! `openlora complete`.

use super::answer::{hex, AdapterRecord, Answer, ModelRecord};
use super::arguments::{read, AdapterArguments, ModelArguments, SamplingArguments};
use super::failure::Failure;
use super::session::{show, speed, Session};
use clap::Args;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

/// Arguments of `complete`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  openlora complete --prompt \"Once upon a time\"
  openlora complete --file story.txt --max-tokens 64 --temperature 0.8 --seed 3
  echo \"The capital of France is\" | openlora complete --file - --stop .
  openlora complete --prompt \"A ledger is\" --json > answer.json && openlora verify answer.json")]
#[group(id = "text", required = true, multiple = false, args = ["prompt", "file", "tokens"])]
pub(crate) struct Arguments {
	#[command(flatten)]
	model: ModelArguments,
	#[command(flatten)]
	adapters: AdapterArguments,
	#[command(flatten)]
	sampling: SamplingArguments,
	/// The text to continue
	#[arg(long, short, value_name = "TEXT")]
	prompt: Option<String>,
	/// A file with the text to continue; - is standard input
	#[arg(long, value_name = "FILE")]
	file: Option<PathBuf>,
	/// The token ids to continue
	#[arg(long, value_name = "IDS", value_delimiter = ',')]
	tokens: Vec<u32>,
	/// Print the answer as JSON with all that `verify` needs
	#[arg(long)]
	json: bool,
}

/// Runs the command.
///
/// # Errors
/// [`Failure`].
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
	let text = match (&arguments.prompt, &arguments.file) {
		(Some(text), _) => Some(text.clone()),
		(None, Some(path)) => Some(read(path)?),
		(None, None) => None,
	};
	let session = Session::start(&arguments.model, &arguments.adapters)?;
	let prompt = match text {
		Some(text) => session.engine.tokenizer().encode_prompt(&text),
		None => arguments.tokens.clone(),
	};
	let request = session.request(prompt, &arguments.sampling)?;
	if !arguments.json {
		let (_, completion) = session.answer(request, show)?;
		show("\n")?;
		if std::io::stderr().is_terminal() {
			// A note for people; if it cannot be written nobody misses it.
			let _ = writeln!(std::io::stderr(), "[{}]", speed(&completion));
		}
		return Ok(());
	}
	let (text, completion) = session.answer(request.clone(), |_| Ok(()))?;
	let model = ModelRecord { path: session.model.path().to_owned(), hash: hex(&session.model.hash()?) };
	let mut adapters = Vec::new();
	for argument in &arguments.adapters.adapters {
		let hash = hex(&session.engine.adapter(&argument.name)?.hash);
		let (name, path) = (argument.name.clone(), argument.path.clone());
		adapters.push(AdapterRecord { name, path, weight: argument.weight, hash });
	}
	let answer = Answer::new(model, arguments.model.mode, adapters, &request, text, &completion);
	let json = serde_json::to_string_pretty(&answer).map_err(Failure::run)?;
	show(&json)?;
	Ok(show("\n")?)
}
