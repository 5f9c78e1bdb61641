//! `openlora rerank`.

use super::failure::Failure;
use super::session::show;
use super::texts::{OnnxArguments, TextArguments};
use clap::Args;
use openledger_onnx::Reranker;
use serde_json::json;
use std::path::PathBuf;

/// Arguments of `rerank`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  openlora rerank --model ./cross-encoder --query \"who paid?\" \"The payer did.\" \"It rains.\"
  openlora rerank --model ./cross-encoder --query \"who paid?\" --file rows.txt --top 5 --batch 16
  cat rows.txt | openlora rerank --model model.onnx --tokenizer tokenizer.json --query \"who paid?\" --file -

A line of JSON for each document, the most relevant first: {\"document\": 0, \"score\": 1.5, \"text\": ...}. A document is its position from
0, a score the model's logit: higher is more relevant, and only scores of one model compare. The model is a cross-encoder in ONNX
with one logit for each pair. A document that is too long loses its end; the query is never cut.")]
pub(crate) struct Arguments {
	#[command(flatten)]
	texts: TextArguments,
	/// What the documents are compared with
	#[arg(long, short, value_name = "TEXT")]
	query: String,
	/// An ONNX file, or a folder with model.onnx
	#[arg(long, short, value_name = "PATH")]
	model: PathBuf,
	#[command(flatten)]
	onnx: OnnxArguments,
	/// The most tokens of a query and a document together
	#[arg(long, default_value_t = 512, value_name = "N")]
	max_tokens: usize,
	/// Only the N most relevant
	#[arg(long, value_name = "N")]
	top: Option<usize>,
}

/// Runs the command.
///
/// # Errors
/// [`Failure`].
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
	let documents = arguments.texts.read()?;
	let files = arguments.onnx.files(Some(&arguments.model))?;
	let reranker = Reranker::load(&files, arguments.onnx.options(arguments.max_tokens))?;
	let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
	let top = arguments.top.unwrap_or(usize::MAX);
	for ranked in reranker.rank(&arguments.query, &documents, top)? {
		let text = documents.get(ranked.document);
		show(&format!("{}\n", json!({"document": ranked.document, "score": ranked.score, "text": text})))?;
	}
	Ok(())
}
