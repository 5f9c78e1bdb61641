//! `openlora logits`: the numbers themselves, so that anyone can compare us with any other implementation.

use super::answer::hex;
use super::arguments::{AdapterArguments, ModelArguments};
use super::failure::Failure;
use super::npy;
use super::session::{open, progress, show};
use clap::Args;
use openledger_exact::{Isa, Pool, Precision};
use openledger_openlora::adapter::BaseLayout;
use openledger_openlora::backend::{Rows, PAGE_TOKENS};
use openledger_openlora::forward::CpuBackend;
use openledger_openlora::numerics::{Exact, ExactPlan, Float};
use openledger_openlora::{Adapter, Backend, Mode, Model, Segment};
use serde_json::json;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::sync::Arc;

/// Arguments of `logits`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  openlora logits --tokens 1,2,3
  openlora logits --model ./model --tokens 1,2,3 --all --npy logits.npy
  openlora logits --tokens 1,2,3 --mode e8 --isa scalar --threads 1 --chunk 1 --hash
  openlora logits --tokens 1,2,3 --adapter law=./adapters/law:0.5 --top 10

The hash is BLAKE3 of the logits' f32 bits, little-endian, row after row. In the modes e8 and e16 it depends on the model, the
tokens and the adapters alone: not on --isa, --threads, --batch or --chunk.")]
pub(crate) struct Arguments {
	#[command(flatten)]
	model: ModelArguments,
	#[command(flatten)]
	adapters: AdapterArguments,
	/// Token ids, separated by commas
	#[arg(long, required = true, value_delimiter = ',', value_name = "IDS")]
	tokens: Vec<u32>,
	/// The logits behind every token, not the last alone
	#[arg(long)]
	all: bool,
	/// Copies of the sequence that are computed at once; they must agree
	#[arg(long, default_value_t = 1, value_name = "N")]
	batch: usize,
	/// Tokens computed at a time; 0 for all at once
	#[arg(long, default_value_t = 0, value_name = "TOKENS")]
	chunk: usize,
	/// Write the logits to this file, as NumPy does: f32 [rows, vocabulary]
	#[arg(long, value_name = "FILE")]
	npy: Option<PathBuf>,
	/// Print only the N largest of each row
	#[arg(long, value_name = "N", conflicts_with = "hash")]
	top: Option<usize>,
	/// Print only the hash
	#[arg(long)]
	hash: bool,
}

/// Runs the command.
///
/// # Errors
/// [`Failure`].
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
	if arguments.batch == 0 || arguments.batch > 1024 {
		return Err(Failure::Usage(format!("--batch {}: from 1 to 1024", arguments.batch)));
	}
	let (isa, threads) = (arguments.model.isa()?, arguments.model.threads()?);
	let model = open(&arguments.model)?;
	let vocab = model.spec().vocab;
	if let Some(id) = arguments.tokens.iter().find(|id| **id as usize >= vocab) {
		return Err(Failure::Usage(format!("token {id} is not in the vocabulary of {vocab}")));
	}
	if arguments.tokens.len() > model.spec().context {
		let (tokens, limit) = (arguments.tokens.len(), model.spec().context);
		return Err(Failure::Usage(format!("{tokens} tokens: the model was made for {limit}")));
	}
	let logits = compute(&model, arguments, isa, threads)?;
	print(&model, arguments, isa, threads, &logits)
}

/// The logits wanted, [rows, vocab].
fn compute(model: &Model, arguments: &Arguments, isa: Isa, threads: usize) -> Result<Vec<f32>, Failure> {
	let pool = Arc::new(Pool::new(threads).map_err(|e| Failure::Run(format!("cannot start the threads: {e}")))?);
	let bar = progress("Loading the model");
	let shown = bar.clone();
	let report = move |part: f32| shown.set_position((part * 1000.0) as u64);
	let precision = match arguments.model.mode {
		Mode::F32 => {
			let float = Float::new(threads, isa).map_err(|e| Failure::Run(format!("cannot start the threads: {e}")))?;
			let backend = CpuBackend::new(model, float, pool, &report)?;
			bar.finish_and_clear();
			return steps(backend, model, arguments);
		}
		Mode::E8 => Precision::E8,
		Mode::E16 => Precision::E16,
	};
	let backend = CpuBackend::new(model, Exact::new(ExactPlan::uniform(precision), isa), pool, &report)?;
	bar.finish_and_clear();
	steps(backend, model, arguments)
}

/// Computes the sequences in steps of `chunk` tokens each.
fn steps<B: Backend>(mut backend: B, model: &Model, arguments: &Arguments) -> Result<Vec<f32>, Failure> {
	let builder = backend.adapters();
	let mut adapters = Vec::new();
	let layout = BaseLayout::new(model.spec(), |layer| model.modules(layer));
	for argument in &arguments.adapters.adapters {
		let adapter = Adapter::read(&argument.name, &argument.path, &layout)?;
		adapters.push((Arc::new(builder.build(&adapter)?), argument.weight));
	}
	let tokens = &arguments.tokens;
	let per_sequence = tokens.len().div_ceil(PAGE_TOKENS);
	backend.reserve_pages(per_sequence * arguments.batch);
	let pages: Vec<Vec<u32>> = (0..arguments.batch)
		.map(|sequence| (0..per_sequence).map(|page| (sequence * per_sequence + page) as u32).collect())
		.collect();
	let chunk = if arguments.chunk == 0 { tokens.len() } else { arguments.chunk };
	let mut results = vec![Vec::new(); arguments.batch];
	let mut position = 0;
	for part in tokens.chunks(chunk) {
		let last = position + part.len() == tokens.len();
		let rows = match (arguments.all, last) {
			(true, _) => Rows::All,
			(false, true) => Rows::Last,
			(false, false) => Rows::None,
		};
		let segments: Vec<Segment<'_, B::Adapter>> =
			pages.iter().map(|pages| Segment { tokens: part, position, pages, adapters: &adapters, rows }).collect();
		for (result, output) in results.iter_mut().zip(backend.step(&segments)) {
			result.extend(output.map_err(Failure::run)?.logits);
		}
		position += part.len();
	}
	let bits = |logits: &[f32]| logits.iter().map(|logit| logit.to_bits()).collect::<Vec<u32>>();
	let first = results.swap_remove(0);
	if arguments.model.mode != Mode::F32 {
		let expected = bits(&first);
		if results.iter().any(|other| bits(other) != expected) {
			return Err(Failure::Run("the sequences of the batch differ: this is a bug".into()));
		}
	}
	Ok(first)
}

fn print(model: &Model, arguments: &Arguments, isa: Isa, threads: usize, logits: &[f32]) -> Result<(), Failure> {
	let vocab = model.spec().vocab;
	let mut hasher = blake3::Hasher::new();
	for logit in logits {
		hasher.update(&logit.to_le_bytes());
	}
	let hash = hex(hasher.finalize().as_bytes());
	if let Some(path) = &arguments.npy {
		let file = File::create(path).map_err(|error| Failure::file("create", path, &error))?;
		npy::write(&mut BufWriter::new(file), [logits.len() / vocab, vocab], logits)
			.map_err(|error| Failure::file("write", path, &error))?;
	}
	if arguments.hash {
		return Ok(show(&format!("{hash}\n"))?);
	}
	let mut report = json!({
		"model": model.path(),
		"model_hash": hex(&model.hash()?),
		"mode": arguments.model.mode,
		"isa": isa.to_string(),
		"threads": threads,
		"batch": arguments.batch,
		"chunk": arguments.chunk,
		"tokens": arguments.tokens,
		"adapters": arguments.adapters.adapters.iter().map(|a| json!([a.name, a.weight])).collect::<Vec<_>>(),
		"shape": [logits.len() / vocab, vocab],
		"blake3": hash,
	});
	match arguments.top {
		Some(count) => report["top"] = logits.chunks(vocab).map(|row| largest(row, count)).collect(),
		None if arguments.npy.is_none() => report["logits"] = logits.chunks(vocab).collect(),
		None => {}
	}
	let json = serde_json::to_string(&report).map_err(Failure::run)?;
	show(&json)?;
	Ok(show("\n")?)
}

/// The `count` largest of a row, with their tokens, the largest first, the first of equals first.
fn largest(row: &[f32], count: usize) -> serde_json::Value {
	let mut order: Vec<usize> = (0..row.len()).collect();
	order.sort_by(|a, b| row[*b].total_cmp(&row[*a]).then(a.cmp(b)));
	order.iter().take(count).map(|id| json!([id, row[*id]])).collect()
}
