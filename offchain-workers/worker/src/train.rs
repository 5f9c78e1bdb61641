//! `openledger-worker train`: an adapter from a file of rows.

use anyhow::Context;
use openledger_attribution::rows;
use openledger_factory::{LoraOptions, Manifest, Progress, Provenance, Row, TrainOptions, Trainer};
use openledger_openlora::Model;
use std::{
	ops::ControlFlow,
	path::{Path, PathBuf},
};

/// What to train.
#[derive(Clone, Debug, clap::Args)]
pub struct TrainArgs {
	/// The base model, a GGUF file.
	#[arg(long)]
	pub model: PathBuf,
	/// The rows: one JSON object with `prompt` and `response` a line.
	#[arg(long)]
	pub rows: PathBuf,
	/// The folder to write the adapter to (PEFT layout). Must not exist.
	#[arg(long)]
	pub out: PathBuf,
	/// Rank of the adapter.
	#[arg(long, default_value_t = 8)]
	pub rank: usize,
	/// Optimiser steps.
	#[arg(long, default_value_t = 100)]
	pub steps: u32,
	/// Rows of one step.
	#[arg(long, default_value_t = 4)]
	pub batch_rows: usize,
	/// Highest learning rate.
	#[arg(long, default_value_t = 5e-4)]
	pub learning_rate: f32,
	/// Decides initial weights, order of rows and the evaluation split.
	#[arg(long, default_value_t = 0)]
	pub seed: u64,
	/// Root of the datanet version that the rows are from, in hexadecimal; goes into the manifest.
	#[arg(long, default_value = "")]
	pub dataset_root: String,
}

/// Trains and exports, telling about every step. Blocks.
pub fn run(args: &TrainArgs, progress: impl FnMut(Progress) -> ControlFlow<()> + Send) -> anyhow::Result<Manifest> {
	let bytes = std::fs::read(&args.rows).with_context(|| format!("cannot read {}", args.rows.display()))?;
	let rows: Vec<Row> =
		rows::from_jsonl(&bytes)?.into_iter().map(|row| Row { prompt: row.prompt, response: row.response }).collect();
	let model = Model::open(&args.model)?;
	let lora = LoraOptions { rank: args.rank, alpha: 2.0 * args.rank as f32, ..LoraOptions::default() };
	let options = TrainOptions {
		steps: args.steps,
		batch_rows: args.batch_rows,
		learning_rate: args.learning_rate,
		seed: args.seed,
		..TrainOptions::default()
	};
	let trained = Trainer::new(&model, &rows, lora, options)?.run(progress)?;
	let provenance = Provenance { base_model: name(&args.model), dataset_root: args.dataset_root.clone() };
	Ok(trained.export(&args.out, &provenance)?)
}

fn name(model: &Path) -> String {
	model.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}
