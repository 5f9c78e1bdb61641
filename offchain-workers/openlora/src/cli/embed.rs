//! `openlora embed`.

use super::failure::Failure;
use super::npy;
use super::session::show;
use super::texts::{OnnxArguments, TextArguments};
use clap::Args;
use openledger_onnx::Encoder;
use serde_json::json;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Arguments of `embed`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  openlora embed \"a cat\" \"a feline\"
  openlora embed --file texts.txt --batch 32 --threads 2 --npy vectors.npy
  cat texts.txt | openlora embed --model ./e5-small --max-tokens 512 --file -

A line of JSON for each text, in their order: {\"text\": ..., \"vector\": [...]}. A vector is the mean over the tokens, of length 1.
With --batch 1 it has the same bits whatever the other texts are.")]
pub(crate) struct Arguments {
	#[command(flatten)]
	texts: TextArguments,
	/// An ONNX file, or a folder with model.onnx [default: all-MiniLM-L6-v2 of `make setup`]
	#[arg(long, short, value_name = "PATH")]
	model: Option<PathBuf>,
	#[command(flatten)]
	onnx: OnnxArguments,
	/// The most tokens of a text; the rest is cut off
	#[arg(long, default_value_t = 256, value_name = "N")]
	max_tokens: usize,
	/// Write the vectors to this file, as NumPy does: f32 [texts, width]
	#[arg(long, value_name = "FILE")]
	npy: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// [`Failure`].
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
	let texts = arguments.texts.read()?;
	let files = arguments.onnx.files(arguments.model.as_deref())?;
	let encoder = Encoder::load(&files, arguments.onnx.options(arguments.max_tokens))?;
	let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
	let vectors = encoder.encode(&texts)?;
	let narrow = |vector: &Vec<f64>| vector.iter().map(|x| *x as f32).collect::<Vec<f32>>();
	if let Some(path) = &arguments.npy {
		let values: Vec<f32> = vectors.iter().flat_map(narrow).collect();
		return write(path, [vectors.len(), encoder.width()], &values);
	}
	for (text, vector) in texts.iter().zip(&vectors) {
		show(&format!("{}\n", json!({"text": text, "vector": narrow(vector)})))?;
	}
	Ok(())
}

fn write(path: &Path, shape: [usize; 2], values: &[f32]) -> Result<(), Failure> {
	let file = File::create(path).map_err(|error| Failure::file("write", path, &error))?;
	npy::write(&mut BufWriter::new(file), shape, values).map_err(|error| Failure::file("write", path, &error))
}
