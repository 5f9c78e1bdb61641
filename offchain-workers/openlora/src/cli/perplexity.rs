//! `openlora perplexity`.

use super::arguments::{read, AdapterArguments, ModelArguments};
use super::failure::Failure;
use super::session::{progress, show, Session};
use clap::Args;
use openledger_openlora::ScoreRequest;
use openledger_sampling::log_probability;
use serde::Serialize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Arguments of `perplexity`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  openlora perplexity text.txt
  openlora perplexity text.txt --mode e16 --window 512 --json

The text is cut into windows of tokens, each begun anew (behind the beginning token, for models that have one); every token but the
first of a window counts. The result depends on the text, the window and the mode alone.")]
pub(crate) struct Arguments {
	/// The text; - is standard input
	file: PathBuf,
	#[command(flatten)]
	model: ModelArguments,
	#[command(flatten)]
	adapters: AdapterArguments,
	/// Tokens of a window
	#[arg(long, default_value_t = 512, value_name = "TOKENS")]
	window: usize,
	/// The most tokens of the text; the rest is left out
	#[arg(long, value_name = "N")]
	limit: Option<usize>,
	/// Print JSON
	#[arg(long)]
	json: bool,
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Report {
	mode: String,
	/// Tokens that were predicted.
	tokens: usize,
	windows: usize,
	/// Mean of the negative logarithms of their probabilities.
	nll: f64,
	perplexity: f64,
	/// Predictions whose likeliest token was the right one.
	top1: usize,
	seconds: f64,
}

/// Sums of one window.
#[derive(Debug, Default, Clone, Copy)]
struct Sums {
	nll: f64,
	tokens: usize,
	top1: usize,
	broken: bool,
}

/// Runs the command.
///
/// # Errors
/// [`Failure`].
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
	let text = read(&arguments.file)?;
	if arguments.window < 2 {
		return Err(Failure::Usage(format!("--window {}: a window needs 2 tokens", arguments.window)));
	}
	let mut model = arguments.model.clone();
	model.context = model.context.max(arguments.window + 1);
	let session = Session::start(&model, &arguments.adapters)?;
	if arguments.window > session.engine.spec().context {
		let limit = session.engine.spec().context;
		return Err(Failure::Usage(format!("--window {}: the model was made for {limit} tokens", arguments.window)));
	}
	let windows = windows(&session, &text, arguments);
	if windows.is_empty() {
		return Err(Failure::Usage(format!("{} has fewer than 2 tokens", arguments.file.display())));
	}
	let (start, bar) = (Instant::now(), progress("Reading the text"));
	let mut sums = Vec::new();
	// A few windows at a time: they share steps, and the queue never overflows.
	for group in windows.chunks(4) {
		let waiting = group.iter().map(|tokens| submit(&session, tokens)).collect::<Result<Vec<_>, Failure>>()?;
		for (done, window) in waiting {
			match done.blocking_recv() {
				Ok(Ok(())) => sums.push(*window.lock().unwrap_or_else(PoisonError::into_inner)),
				Ok(Err(error)) => return Err(Failure::run(error)),
				Err(_) => return Err(Failure::Run("the engine has stopped".into())),
			}
		}
		bar.set_position((sums.len() * 1000 / windows.len()) as u64);
	}
	bar.finish_and_clear();
	if sums.iter().any(|window| window.broken) {
		return Err(Failure::Run("the logits are not finite; the model or an adapter is broken".into()));
	}
	let tokens: usize = sums.iter().map(|window| window.tokens).sum();
	let nll = sums.iter().map(|window| window.nll).sum::<f64>() / tokens as f64;
	let report = Report {
		mode: arguments.model.mode.to_string(),
		tokens,
		windows: windows.len(),
		nll,
		perplexity: nll.exp(),
		top1: sums.iter().map(|window| window.top1).sum(),
		seconds: start.elapsed().as_secs_f64(),
	};
	let text = if arguments.json {
		serde_json::to_string_pretty(&report).map_err(Failure::run)?
	} else {
		format!(
			"perplexity {:.4} (nll {:.6}) over {} tokens in {} windows, top-1 {:.4}, mode {}, {:.1} s",
			report.perplexity,
			report.nll,
			report.tokens,
			report.windows,
			report.top1 as f64 / report.tokens as f64,
			report.mode,
			report.seconds
		)
	};
	show(&text)?;
	Ok(show("\n")?)
}

/// The token ids of each window: what the model expects at the beginning, then text.
fn windows(session: &Session, text: &str, arguments: &Arguments) -> Vec<Vec<u32>> {
	let tokenizer = session.engine.tokenizer();
	let beginning = tokenizer.encode_prompt("");
	let mut tokens = tokenizer.encode(text);
	tokens.truncate(arguments.limit.unwrap_or(usize::MAX));
	let size = arguments.window.saturating_sub(beginning.len()).max(2);
	let window = |tokens: &[u32]| beginning.iter().chain(tokens).copied().collect::<Vec<u32>>();
	tokens.chunks(size).map(window).filter(|tokens| tokens.len() > 1).collect()
}

type Waiting = (tokio::sync::oneshot::Receiver<Result<(), openledger_openlora::RequestError>>, Arc<Mutex<Sums>>);

/// Submits a window; its sums are complete when the receiver says so.
fn submit(session: &Session, tokens: &[u32]) -> Result<Waiting, Failure> {
	let sums = Arc::new(Mutex::new(Sums::default()));
	let (into, next) = (sums.clone(), tokens[1..].to_vec());
	let visit = move |position: usize, _: &[f32], logits: &[f32]| {
		let Some(token) = next.get(position) else { return ControlFlow::Break(()) };
		let mut sums = into.lock().unwrap_or_else(PoisonError::into_inner);
		match log_probability(logits, *token) {
			Ok(logarithm) => sums.nll -= logarithm,
			Err(_) => sums.broken = true,
		}
		sums.tokens += 1;
		// The likeliest, the first of equals.
		let best = logits.iter().enumerate().fold(0, |best, (id, logit)| if *logit > logits[best] { id } else { best });
		sums.top1 += usize::from(best == *token as usize);
		ControlFlow::Continue(())
	};
	let request = ScoreRequest { adapters: session.adapters.clone(), ..ScoreRequest::new(tokens.to_vec(), visit) };
	Ok((session.engine.score(request)?, sums))
}
