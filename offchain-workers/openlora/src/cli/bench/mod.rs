//! `openlora bench`.

mod adapters;
mod load;
mod report;
mod verification;

use super::arguments::{AdapterArguments, ModelArguments};
use super::failure::Failure;
use super::session::{show, Session};
use clap::Args;
use load::Load;
use report::{memory, quantiles, rate, Churn, Decode, Prefill, Registration, Report};
use std::time::{Duration, Instant};

/// Arguments of `bench`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  openlora bench
  openlora bench --batch 1,16 --threads 1 --json
  openlora bench --batch 64 --adapters 64
  openlora bench --batch 1 --verify 256 --threads 2
  openlora bench --batch 16 --adapters 32 --register 10000 --cold 32 --churn 200 --memory 256

Prompts are random tokens, so nothing is found in the prefix cache. Decoding is measured while all requests of a batch are
generating; numbers are medians of --repeat runs.")]
pub(crate) struct Arguments {
	#[command(flatten)]
	model: ModelArguments,
	/// Numbers of requests that run at once
	#[arg(long, value_delimiter = ',', default_value = "1,4,16,64", value_name = "N,...")]
	batch: Vec<usize>,
	/// Tokens of each request's prompt
	#[arg(long, default_value_t = 16, value_name = "N")]
	prompt_tokens: usize,
	/// Tokens that each request generates
	#[arg(long, default_value_t = 64, value_name = "N")]
	new_tokens: u32,
	/// Tokens of the prompt by which prompt processing is measured; 0 leaves it out
	#[arg(long, default_value_t = 512, value_name = "N")]
	prefill: usize,
	/// Number of different random adapters; request i uses adapter i modulo N
	#[arg(long, default_value_t = 0, value_name = "N")]
	adapters: usize,
	/// Rank of the random adapters
	#[arg(long, default_value_t = 8, value_name = "R")]
	rank: usize,
	/// Register adapters under this many names and measure the cost of each
	#[arg(long, default_value_t = 0, value_name = "N", requires = "adapters")]
	register: usize,
	/// Load this many of the adapters for the first time and measure how long each takes
	#[arg(long, default_value_t = 0, value_name = "N", requires = "adapters")]
	cold: usize,
	/// Run this many requests whose adapters are drawn from all registered ones (Zipf)
	#[arg(long, default_value_t = 0, value_name = "N", requires = "adapters")]
	churn: usize,
	/// Verify answers of this many tokens and compare with generating them; leaves the prefix cache out
	#[arg(long, default_value_t = 0, value_name = "N")]
	verify: u32,
	/// Runs of each measurement
	#[arg(long, default_value_t = 3, value_name = "N")]
	repeat: usize,
	/// Seed of prompts and adapters
	#[arg(long, default_value_t = 0, value_name = "N")]
	seed: u64,
	/// Print JSON
	#[arg(long)]
	json: bool,
}

/// Runs the command.
///
/// # Errors
/// [`Failure`].
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
	check(arguments)?;
	let mut model = arguments.model.clone();
	model.context = model
		.context
		.max(arguments.prompt_tokens + arguments.new_tokens.max(arguments.verify) as usize)
		.max(arguments.prefill + 1);
	let most = arguments.batch.iter().copied().max().unwrap_or(1);
	let start = Instant::now();
	let none = AdapterArguments { adapters: Vec::new() };
	let session = Session::start_with(&model, &none, |options| openledger_openlora::EngineOptions {
		max_batch: options.max_batch.max(most),
		queue: options.queue.max(most),
		queue_per_payer: options.queue_per_payer.max(most),
		// An answer's pages would be found when it is verified.
		prefix_cache: options.prefix_cache && arguments.verify == 0,
		..options
	})?;
	let load_ms = start.elapsed().as_secs_f64() * 1e3;
	let loaded = memory();
	let mut load = Load::new(&session, arguments.seed);

	let mut report = Report::new(&arguments.model, &session, load_ms, loaded)?;
	report.prefill = prefill(&mut load, arguments)?;
	let folder = tempfile()?;
	let names = if arguments.adapters == 0 {
		Vec::new()
	} else {
		let (names, registration) = register(&session, arguments, &folder.0)?;
		report.registration = registration;
		names
	};
	for batch in &arguments.batch {
		report.decode.push(decode(&mut load, arguments, *batch, &[])?);
		if !names.is_empty() {
			let used = &names[..arguments.adapters.min(names.len())];
			report.decode.push(decode(&mut load, arguments, *batch, used)?);
		}
	}
	if arguments.churn > 0 {
		report.churn = Some(churn(&mut load, arguments, most, &names)?);
	}
	if arguments.verify > 0 {
		let Arguments { prompt_tokens, verify, repeat, .. } = *arguments;
		report.verification = Some(verification::run(&mut load, prompt_tokens, verify, repeat)?);
	}
	report.peak_bytes = memory().1;
	let text = if arguments.json { report.json()? } else { report.table() };
	Ok(show(&text)?)
}

fn check(arguments: &Arguments) -> Result<(), Failure> {
	let usage = |reason: &str| Err(Failure::Usage(reason.into()));
	match arguments {
		Arguments { batch, .. } if batch.iter().any(|batch| !(1..=4096).contains(batch)) => {
			usage("--batch: each from 1 to 4096")
		}
		Arguments { prompt_tokens: 0, .. } => usage("--prompt-tokens 0: a prompt needs a token"),
		Arguments { new_tokens: 0 | 1, .. } => usage("--new-tokens: at least 2"),
		Arguments { repeat: 0, .. } => usage("--repeat 0: at least 1"),
		Arguments { rank: 0, adapters: 1.., .. } => usage("--rank 0: at least 1"),
		Arguments { cold, adapters, .. } if cold > adapters => usage("--cold: at most --adapters"),
		_ => Ok(()),
	}
}

/// A folder that is removed when it is dropped.
struct Folder(std::path::PathBuf);

impl Drop for Folder {
	fn drop(&mut self) {
		if let Err(error) = std::fs::remove_dir_all(&self.0) {
			tracing::warn!(%error, folder = %self.0.display(), "a temporary folder is left behind");
		}
	}
}

fn tempfile() -> Result<Folder, Failure> {
	let folder = std::env::temp_dir().join(format!("openlora-bench-{}", std::process::id()));
	std::fs::create_dir_all(&folder).map_err(|error| Failure::file("create", &folder, &error))?;
	Ok(Folder(folder))
}

fn prefill(load: &mut Load<'_>, arguments: &Arguments) -> Result<Option<Prefill>, Failure> {
	if arguments.prefill == 0 {
		return Ok(None);
	}
	let mut ms = Vec::new();
	for _ in 0..arguments.repeat {
		let times = load.run(1, arguments.prefill, 2, &[])?;
		ms.push(times[0].first_ms());
	}
	let quantiles = quantiles(&mut ms);
	let rate = arguments.prefill as f64 / quantiles.p50 * 1e3;
	Ok(Some(Prefill { tokens: arguments.prefill, first_token_ms: quantiles, tokens_per_second: rate }))
}

/// Writes random adapters, registers them, and loads some for the first time.
fn register(
	session: &Session,
	arguments: &Arguments,
	folder: &std::path::Path,
) -> Result<(Vec<String>, Option<Registration>), Failure> {
	let mut folders = Vec::new();
	for index in 0..arguments.adapters {
		let path = folder.join(format!("adapter-{index}"));
		adapters::write(&path, &session.model, arguments.rank, arguments.seed.wrapping_add(index as u64))?;
		folders.push(path);
	}
	let bytes = adapters::bytes(&folders[0]);
	let count = arguments.register.max(arguments.adapters);
	let (mut names, mut costs) = (Vec::with_capacity(count), Vec::with_capacity(count));
	for index in 0..count {
		let name = format!("adapter-{index}");
		let start = Instant::now();
		session.engine.register_adapter(&name, &folders[index % folders.len()]);
		costs.push(start.elapsed().as_secs_f64() * 1e6);
		names.push(name);
	}
	// The first and the last hundredth, to see whether the cost grows.
	let part = (count / 100).max(1);
	let first = quantiles(&mut costs[..part].to_vec()).p50;
	let last = quantiles(&mut costs[count - part..].to_vec()).p50;
	let mut cold = Vec::new();
	for index in 0..arguments.cold {
		let start = Instant::now();
		session.engine.load_adapter(&names[index], &folders[index])?;
		cold.push(start.elapsed().as_secs_f64() * 1e3);
	}
	let cold_load_ms = if cold.is_empty() { None } else { Some(quantiles(&mut cold)) };
	let registration = Registration {
		count,
		first_us: first,
		last_us: last,
		adapter_bytes: bytes,
		rank: arguments.rank,
		cold_load_ms,
	};
	Ok((names, Some(registration)))
}

fn decode(load: &mut Load<'_>, arguments: &Arguments, batch: usize, adapters: &[String]) -> Result<Decode, Failure> {
	let (mut rates, mut firsts, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
	// The first run brings adapters in and warms caches up.
	load.run(batch, arguments.prompt_tokens, arguments.new_tokens.min(4), adapters)?;
	for _ in 0..arguments.repeat {
		let times = load.run(batch, arguments.prompt_tokens, arguments.new_tokens, adapters)?;
		rates.push(rate(&times));
		firsts.extend(times.iter().map(load::Times::first_ms));
		gaps.extend(times.iter().flat_map(load::Times::gaps_ms));
	}
	Ok(Decode {
		batch,
		adapters: adapters.len().min(batch),
		tokens_per_second: quantiles(&mut rates).p50,
		first_token_ms: quantiles(&mut firsts),
		token_ms: quantiles(&mut gaps),
	})
}

/// Requests one after another on `batch` lanes, each with an adapter of its own draw.
fn churn(load: &mut Load<'_>, arguments: &Arguments, batch: usize, names: &[String]) -> Result<Churn, Failure> {
	let loads = load.engine().adapter_stats().loads;
	let start = Instant::now();
	let times = load.lanes(batch, arguments.churn, arguments.prompt_tokens, arguments.new_tokens, names)?;
	let elapsed: Duration = start.elapsed();
	let tokens: usize = times.iter().map(|times| times.tokens.len()).sum();
	let mut firsts: Vec<f64> = times.iter().map(load::Times::first_ms).collect();
	Ok(Churn {
		requests: arguments.churn,
		lanes: batch,
		registered: names.len(),
		tokens_per_second: tokens as f64 / elapsed.as_secs_f64(),
		first_token_ms: quantiles(&mut firsts),
		token_ms: quantiles(&mut times.iter().flat_map(load::Times::gaps_ms).collect::<Vec<_>>()),
		loads: load.engine().adapter_stats().loads - loads,
	})
}
