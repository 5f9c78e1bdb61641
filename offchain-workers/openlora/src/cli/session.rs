//! An open model and a running engine.

use super::arguments::{AdapterArguments, ModelArguments, SamplingArguments};
use super::failure::Failure;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use openledger_openlora::{Completion, Engine, EngineOptions, GenerateRequest, Model, TokenEvent};
use std::io::{IsTerminal, Write};

/// An engine and what it was made of.
pub(crate) struct Session {
	pub(crate) model: Model,
	pub(crate) engine: Engine,
	/// Names and weights of the adapters that requests use.
	pub(crate) adapters: Vec<(String, f32)>,
}

/// A bar on standard error while something loads; nothing where that is not a terminal.
pub(crate) fn progress(what: &str) -> ProgressBar {
	let target =
		if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
	let bar = ProgressBar::with_draw_target(Some(1000), target);
	if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {percent:>3} %") {
		bar.set_style(style);
	}
	bar.set_message(what.to_owned());
	bar
}

/// Opens the model.
///
/// # Errors
/// [`Failure::Run`] names the file and what is wrong with it.
pub(crate) fn open(arguments: &ModelArguments) -> Result<Model, Failure> {
	Ok(Model::open(&arguments.path())?)
}

impl Session {
	/// Opens the model, starts the engine and loads the adapters.
	///
	/// # Errors
	/// [`Failure`] for arguments that make no sense together, and files that are missing or wrong.
	pub(crate) fn start(model: &ModelArguments, adapters: &AdapterArguments) -> Result<Self, Failure> {
		Self::start_with(model, adapters, |options| options)
	}

	/// The same with other options.
	pub(crate) fn start_with(
		arguments: &ModelArguments,
		adapters: &AdapterArguments,
		change: impl FnOnce(EngineOptions) -> EngineOptions,
	) -> Result<Self, Failure> {
		if arguments.context < 2 {
			return Err(Failure::Usage(format!(
				"--context {}: a prompt and its answer need 2 tokens",
				arguments.context
			)));
		}
		if arguments.memory == 0 {
			return Err(Failure::Usage("--memory 0: keys and values need memory".into()));
		}
		let options = EngineOptions {
			mode: arguments.mode,
			threads: arguments.threads()?,
			isa: Some(arguments.isa()?),
			max_context: arguments.context,
			memory_bytes: arguments.memory.saturating_mul(1 << 20),
			..EngineOptions::default()
		};
		let model = open(arguments)?;
		let bar = progress("Loading the model");
		let shown = bar.clone();
		let engine =
			Engine::start_with(&model, change(options), &move |part| shown.set_position((part * 1000.0) as u64));
		bar.finish_and_clear();
		let mut session = Self { model, engine: engine?, adapters: Vec::new() };
		for adapter in &adapters.adapters {
			if session.adapters.iter().any(|(name, _)| *name == adapter.name) {
				return Err(Failure::Usage(format!("--adapter {}: the name is given twice", adapter.name)));
			}
			session.engine.load_adapter(&adapter.name, &adapter.path)?;
			session.adapters.push((adapter.name.clone(), adapter.weight));
		}
		Ok(session)
	}

	/// A request of this session's adapters.
	///
	/// # Errors
	/// [`Failure::Usage`] if the sampling makes no sense.
	pub(crate) fn request(&self, prompt: Vec<u32>, sampling: &SamplingArguments) -> Result<GenerateRequest, Failure> {
		Ok(GenerateRequest {
			adapters: self.adapters.clone(),
			max_tokens: sampling.max_tokens,
			sampling: sampling.sampling()?,
			stop: sampling.stop.clone(),
			schema: sampling.schema()?,
			..GenerateRequest::new(prompt)
		})
	}

	/// Runs a request to its end; `show` gets each piece of text as it becomes complete.
	///
	/// # Errors
	/// [`Failure`] if the request is refused or fails, or `show` does.
	pub(crate) fn answer(
		&self,
		request: GenerateRequest,
		mut show: impl FnMut(&str) -> std::io::Result<()>,
	) -> Result<(String, Completion), Failure> {
		let mut events = self.engine.generate(request)?;
		let mut answer = String::new();
		while let Some(event) = events.blocking_recv() {
			match event {
				TokenEvent::Token { text, .. } => {
					show(&text)?;
					answer.push_str(&text);
				}
				TokenEvent::Done(completion) => return Ok((answer, completion)),
				TokenEvent::Failed(error) => return Err(Failure::run(error)),
			}
		}
		Err(Failure::Run("the engine has stopped".into()))
	}
}

/// Writes a piece of an answer to standard output at once.
pub(crate) fn show(text: &str) -> std::io::Result<()> {
	let mut out = std::io::stdout().lock();
	out.write_all(text.as_bytes())?;
	out.flush()
}

/// Speed of an answer, for people.
pub(crate) fn speed(completion: &Completion) -> String {
	let decoded = f64::from(completion.completion_tokens.saturating_sub(1));
	let rate = |tokens: f64, ms: f64| if ms > 0.0 { tokens / ms * 1000.0 } else { 0.0 };
	format!(
		"{} tokens in, {} out; first after {:.0} ms, then {:.1} tokens/s",
		completion.prompt_tokens,
		completion.completion_tokens,
		completion.queue_ms + completion.prefill_ms,
		rate(decoded, completion.decode_ms),
	)
}
