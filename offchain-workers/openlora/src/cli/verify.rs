//! `openlora verify`.

use super::answer::{hex, Answer};
use super::arguments::{read, AdapterArguments, ModelArguments};
use super::failure::Failure;
use super::session::{progress, show, Session};
use clap::Args;
use openledger_openlora::verify::{schema_hash, Fingerprint, FingerprintMode, Request};
use openledger_openlora::{Mode, ScoreRequest};
use openledger_sampling::{Constraint, Sampler, Sampling, StopMatcher, Vocabulary};
use openledger_tokenizer::{ChatTokenizer, StreamDecoder};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Arguments of `verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  openlora complete --prompt \"A ledger is\" --json > answer.json
  openlora verify answer.json
  openlora verify answer.json --model ./other/path/model.gguf --adapter law=./elsewhere/law --isa scalar

The prompt and the answer are computed in one pass, every token is chosen again from the logits, and the hidden states
are compared with the fingerprint. Model, mode and adapters are those of the file; --model and --adapter say where they
are here. Exit code 1 if the answer is not genuine.")]
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
	let differences = replay(&session, &answer);
	bar.finish_and_clear();
	let differences = differences?;
	if differences.is_empty() {
		let text = format!(
			"genuine: {} tokens and their fingerprint are what this model gives in mode {}\n",
			answer.tokens.len(),
			answer.mode
		);
		return Ok(show(&text)?);
	}
	let hint = match answer.mode {
		Mode::F32 => " (mode f32 is not the same on every machine)",
		Mode::E8 | Mode::E16 => "",
	};
	Err(Failure::Run(format!("the answer is not genuine{hint}: {}", differences.join("; "))))
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

/// Chooses every token again.
struct Replay {
	sampler: Sampler,
	constraint: Option<Constraint>,
	fingerprint: Fingerprint,
	tokens: Vec<u32>,
	/// Position of the row that gives the first token.
	from: usize,
	differences: Vec<String>,
}

impl Replay {
	fn visit(&mut self, position: usize, hidden: &[f32], logits: &[f32]) -> ControlFlow<()> {
		let index = position - self.from;
		let Some(expected) = self.tokens.get(index).copied() else { return ControlFlow::Break(()) };
		self.fingerprint.push(hidden);
		match self.choose(logits, index as u64) {
			Ok(id) if id == expected => {}
			Ok(id) => self.differences.push(format!("token {index} is {expected}, the model gives {id}")),
			Err(reason) => self.differences.push(format!("token {index}: {reason}")),
		}
		if self.differences.is_empty() {
			ControlFlow::Continue(())
		} else {
			ControlFlow::Break(())
		}
	}

	fn choose(&mut self, logits: &[f32], index: u64) -> Result<u32, String> {
		let choice = match &mut self.constraint {
			None => self.sampler.choose(logits, index, None),
			Some(constraint) => {
				let mask = constraint.mask().map_err(|e| e.to_string())?;
				self.sampler.choose(logits, index, Some(mask))
			}
		};
		let id = choice.map_err(|e| e.to_string())?.id;
		if let Some(constraint) = &mut self.constraint {
			constraint.commit(id).map_err(|e| e.to_string())?;
		}
		Ok(id)
	}
}

/// What differs between the answer and what the model gives; nothing if it is genuine.
fn replay(session: &Session, answer: &Answer) -> Result<Vec<String>, Failure> {
	let tokenizer = session.engine.tokenizer();
	let sampling = Sampling::from(answer.sampling);
	let sampler = Sampler::new(&sampling, &answer.prompt).map_err(|e| Failure::Usage(e.to_string()))?;
	let constraint = match &answer.schema {
		None => None,
		Some(schema) => Some(constraint(&tokenizer, schema)?),
	};
	let from = answer.prompt.len() - 1;
	let fingerprint = fingerprint(session, answer, &sampling)?;
	let replay = Arc::new(Mutex::new(Replay {
		sampler,
		constraint,
		fingerprint,
		tokens: answer.tokens.clone(),
		from,
		differences: Vec::new(),
	}));
	// The last token is chosen, not read.
	let known = &answer.tokens[..answer.tokens.len() - 1];
	let tokens: Vec<u32> = answer.prompt.iter().chain(known).copied().collect();
	let visitor = replay.clone();
	let visit = move |position: usize, hidden: &[f32], logits: &[f32]| {
		visitor.lock().unwrap_or_else(PoisonError::into_inner).visit(position, hidden, logits)
	};
	let request = ScoreRequest { from, adapters: session.adapters.clone(), ..ScoreRequest::new(tokens, visit) };
	match session.engine.score(request)?.blocking_recv() {
		Ok(Ok(())) => {}
		Ok(Err(error)) => return Err(Failure::run(error)),
		Err(_) => return Err(Failure::Run("the engine has stopped".into())),
	}
	let mut replay = replay.lock().unwrap_or_else(PoisonError::into_inner);
	let mut differences = std::mem::take(&mut replay.differences);
	if differences.is_empty() {
		if hex(&replay.fingerprint.commitment()) != answer.fingerprint {
			differences.push("the fingerprint is another".into());
		}
		if text(&tokenizer, answer) != answer.text {
			differences.push("the text is not that of the tokens".into());
		}
	}
	Ok(differences)
}

/// A fingerprint bound to what the answer was asked by.
fn fingerprint(session: &Session, answer: &Answer, sampling: &Sampling) -> Result<Fingerprint, Failure> {
	let mode = match answer.mode {
		Mode::F32 => FingerprintMode::Float,
		Mode::E8 => FingerprintMode::E8,
		Mode::E16 => FingerprintMode::E16,
	};
	let mut adapters = Vec::new();
	for record in &answer.adapters {
		adapters.push((session.engine.adapter(&record.name)?.hash, record.weight));
	}
	let request = Request {
		id: [0; 32],
		model: session.engine.model_hash(),
		mode,
		adapters: &adapters,
		sampling,
		prompt: &answer.prompt,
		constraint: answer.schema.as_ref().map(schema_hash),
	};
	Ok(Fingerprint::new(mode, request.context()))
}

fn constraint(tokenizer: &ChatTokenizer, schema: &serde_json::Value) -> Result<Constraint, Failure> {
	let tokens: Vec<Vec<u8>> = (0..tokenizer.vocab() as u32).map(|id| tokenizer.token_bytes(id).to_vec()).collect();
	let vocabulary = Vocabulary::new(&tokens, tokenizer.ends()).map_err(Failure::run)?;
	Constraint::json_schema(schema, &vocabulary).map_err(|e| Failure::Usage(e.to_string()))
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
