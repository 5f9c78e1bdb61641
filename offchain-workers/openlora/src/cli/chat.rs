//! `openlora chat`.

use super::arguments::{AdapterArguments, ModelArguments, SamplingArguments};
use super::failure::Failure;
use super::session::{show, speed, Session};
use clap::Args;
use openledger_tokenizer::ChatMessage;
use std::io::{BufRead, IsTerminal, Write};

/// Arguments of `chat`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  openlora chat
  openlora chat --system \"Answer in one sentence.\" --message \"What is a ledger?\"
  openlora chat --adapter law=./adapters/law:0.8 --adapter tax=./adapters/tax --temperature 0.7 --seed 7

While talking: /reset forgets the conversation, /system TEXT sets the system prompt, /exit ends.")]
pub(crate) struct Arguments {
	#[command(flatten)]
	model: ModelArguments,
	#[command(flatten)]
	adapters: AdapterArguments,
	#[command(flatten)]
	sampling: SamplingArguments,
	/// Ask this one question and end
	#[arg(long, value_name = "TEXT")]
	message: Option<String>,
	/// What the model is told before the conversation
	#[arg(long, value_name = "TEXT")]
	system: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// [`Failure`]; in a conversation, requests that fail are reported and the conversation goes on.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
	let session = Session::start(&arguments.model, &arguments.adapters)?;
	if !session.engine.tokenizer().has_template() {
		let reason = "this model has no chat template: it was not made to converse; use `openlora complete`";
		return Err(Failure::Usage(reason.into()));
	}
	let mut talk = Talk { session, arguments, messages: Vec::new() };
	talk.reset(arguments.system.as_deref());
	match &arguments.message {
		Some(message) => talk.turn(message),
		None => talk.converse(),
	}
}

struct Talk<'a> {
	session: Session,
	arguments: &'a Arguments,
	messages: Vec<ChatMessage>,
}

impl Talk<'_> {
	fn reset(&mut self, system: Option<&str>) {
		self.messages.clear();
		self.messages.extend(system.map(|text| ChatMessage::new("system", text)));
	}

	/// Reads questions from standard input until it ends.
	fn converse(&mut self) -> Result<(), Failure> {
		let (input, person) = (std::io::stdin(), std::io::stdin().is_terminal());
		let mut lines = input.lock().lines();
		loop {
			if person {
				show("> ")?;
			}
			let Some(line) = lines.next() else { return Ok(()) };
			let line = line.map_err(|error| Failure::Run(format!("cannot read the question: {error}")))?;
			let line = line.trim();
			match line.split_once(' ').map_or((line, ""), |(command, rest)| (command, rest.trim())) {
				("", _) => {}
				("/exit" | "/quit", _) => return Ok(()),
				("/reset", _) => self.reset(self.arguments.system.as_deref()),
				("/system", text) => self.reset(Some(text).filter(|text| !text.is_empty())),
				(command, _) if command.starts_with('/') => {
					eprintln!("{command} is not known; there are /reset, /system TEXT and /exit");
				}
				_ => match self.turn(line) {
					Ok(()) => {}
					Err(Failure::Output(error)) => return Err(error.into()),
					Err(failure) => eprintln!("error: {failure}"),
				},
			}
		}
	}

	/// One question and its answer. A question that fails is forgotten.
	fn turn(&mut self, question: &str) -> Result<(), Failure> {
		self.messages.push(ChatMessage::new("user", question));
		let answered = self.answer();
		match answered {
			Ok(answer) => self.messages.push(ChatMessage::new("assistant", answer)),
			Err(failure) => {
				self.messages.pop();
				return Err(failure);
			}
		}
		Ok(())
	}

	fn answer(&self) -> Result<String, Failure> {
		let prompt = self.session.engine.tokenizer().render_chat(&self.messages, true).map_err(Failure::run)?;
		let request = self.session.request(prompt, &self.arguments.sampling)?;
		let (answer, completion) = self.session.answer(request, show)?;
		show("\n")?;
		if std::io::stderr().is_terminal() {
			// A note for people; if it cannot be written nobody misses it.
			let _ = writeln!(std::io::stderr(), "[{}]", speed(&completion));
		}
		Ok(answer)
	}
}
