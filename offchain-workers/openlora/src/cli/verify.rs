//! `openlora verify`.

use super::answer::{hex, Answer};
use super::arguments::{read, AdapterArguments, ModelArguments};
use super::failure::Failure;
use super::session::{progress, show, Session};
use clap::Args;
use openledger_openlora::verify::{records, Tolerance, Verdict};
use openledger_openlora::{GenerateRequest, Mode, VerifyRequest};
use openledger_sampling::{Sampling, StopMatcher};
use openledger_tokenizer::{ChatTokenizer, StreamDecoder};
use std::path::PathBuf;

/// Arguments of `verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  openlora complete --prompt \"A ledger is\" --json > answer.json
  openlora verify answer.json
  openlora verify answer.json --model ./other/path/model.gguf --adapter law=./elsewhere/law --isa scalar

The prompt and the answer are computed in one pass, every token is chosen again from the logits, and the hidden states
are compared with the fingerprint: for equality in the modes e8 and e16, within a tolerance in f32. Model, mode and
adapters are those of the file; --model and --adapter say where they are here. Exit code 1 if the answer is not genuine.")]
pub(crate) struct Arguments {
	/// The JSON of `complete --json`; - is standard input
	file: PathBuf,
	#[command(flatten)]
	model: ModelArguments,
	#[command(flatten)]
	adapters: AdapterArguments,
}

/// Runs the command.
///
/// # Errors
/// [`Failure::Run`] if the answer is not genuine.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
	let answer = Answer::parse(&arguments.file, &read(&arguments.file)?)?;
	let session = session(arguments, &answer)?;
	let bar = progress("Computing the answer again");
	let difference = difference(&session, &answer);
	bar.finish_and_clear();
	if let Some(difference) = difference? {
		return Err(Failure::Run(format!("the answer is not genuine: {difference}")));
	}
	let within = match answer.mode {
		Mode::F32 => ", within what rounding may differ by",
		Mode::E8 | Mode::E16 => "",
	};
	let (count, mode) = (answer.tokens.len(), answer.mode);
	let text =
		format!("genuine: {count} tokens and their fingerprint are what this model gives in mode {mode}{within}\n");
	Ok(show(&text)?)
}

/// The engine that the answer names; other files are refused by their hashes.
fn session(arguments: &Arguments, answer: &Answer) -> Result<Session, Failure> {
	let mut model = arguments.model.clone();
	model.model = model.model.or_else(|| Some(answer.model.path.clone()));
	model.mode = answer.mode;
	model.context = model.context.max(answer.prompt.len() + answer.tokens.len() + 1);
	let mut adapters = AdapterArguments { adapters: Vec::new() };
	for record in &answer.adapters {
		let here = arguments.adapters.adapters.iter().find(|adapter| adapter.name == record.name);
		adapters.adapters.push(super::adapters::AdapterArgument {
			name: record.name.clone(),
			path: here.map_or_else(|| record.path.clone(), |adapter| adapter.path.clone()),
			weight: record.weight,
		});
	}
	let session = Session::start(&model, &adapters)?;
	let hash = hex(&session.model.hash()?);
	if hash != answer.model.hash {
		let path = session.model.path().display();
		return Err(Failure::Run(format!("{path} has the hash {hash}; the answer was made by {}", answer.model.hash)));
	}
	for record in &answer.adapters {
		let hash = hex(&session.engine.adapter(&record.name)?.hash);
		if hash != record.hash {
			let reason = format!("adapter {} has the hash {hash}; the answer was made by {}", record.name, record.hash);
			return Err(Failure::Run(reason));
		}
	}
	Ok(session)
}

/// What differs between the answer and what the model gives; nothing if it is genuine.
fn difference(session: &Session, answer: &Answer) -> Result<Option<String>, Failure> {
	let count = answer.tokens.len() as u32;
	let asked = GenerateRequest {
		adapters: session.adapters.clone(),
		sampling: Sampling::from(answer.sampling),
		schema: answer.schema.clone(),
		..GenerateRequest::new(answer.prompt.clone())
	};
	let request = VerifyRequest {
		asked,
		tokens: answer.tokens.clone(),
		commitment: answer.fingerprint.0,
		records: records(count, answer.records.iter().map(|bytes| bytes.0.clone())),
		tolerance: Tolerance::default(),
	};
	match session.engine.verify(request)?.blocking_verdict().map_err(Failure::run)? {
		Verdict::FirstDifference { token, kind } => return Ok(Some(format!("token {token}: {kind}"))),
		Verdict::Ok(_) => {}
	}
	let same = text(&session.engine.tokenizer(), answer) == answer.text;
	Ok((!same).then(|| "the text is not that of the tokens".into()))
}

/// The text that the tokens stand for, up to a stop string.
fn text(tokenizer: &ChatTokenizer, answer: &Answer) -> String {
	let (mut decoder, mut stops) = (StreamDecoder::default(), StopMatcher::new(&answer.stop));
	let mut text = String::new();
	for id in &answer.tokens {
		let (piece, stopped) = stops.push(&decoder.push(tokenizer.token_bytes(*id)));
		text.push_str(&piece);
		if stopped {
			return text;
		}
	}
	let (piece, stopped) = stops.push(&decoder.finish());
	text.push_str(&piece);
	if !stopped {
		text.push_str(&stops.finish());
	}
	text
}
