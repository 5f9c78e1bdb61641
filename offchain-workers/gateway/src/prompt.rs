//! From a question to a prompt with sources.

use crate::{ApiError, Retrieval};
use openledger_attribution::{Encoder, EncoderError};
use openledger_openlora::ChatMessage;
use openledger_primitives::{payout::Source, Attribution, IndexId, Part, Pool, Scored};
use serde::Serialize;
use sp_runtime::AccountId32;

/// What the model is told when it has sources.
const INSTRUCTION: &str = "Answer in one or two sentences. Use these notes where they help:";

/// A source as the caller sees it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Citation {
	index: IndexId,
	row: u32,
	contributor: AccountId32,
	score: i64,
	prompt: String,
	response: String,
}

/// What was found for a question.
#[derive(Debug, Default)]
pub(crate) struct Sources {
	pub(crate) attribution: Attribution,
	pub(crate) sources: Vec<Source<AccountId32>>,
	pub(crate) citations: Vec<Citation>,
}

/// Finds the rows of `retrieval` that bear on `question`. Blocks while the encoder runs.
pub(crate) fn find(retrieval: &Retrieval, encoder: &Encoder, question: &str, limit: u32) -> Result<Sources, ApiError> {
	let internal = |error: &dyn std::fmt::Display| ApiError::Internal(error.to_string());
	let vectors = encoder.encode(&[question]).map_err(|error| match error {
		EncoderError::EmptyText { .. } => ApiError::Malformed("the last message has no words".into()),
		error => internal(&error),
	})?;
	let query = vectors.into_iter().next().ok_or_else(|| internal(&"the encoder gave no vector"))?;
	let part = retrieval.index.part(retrieval.id, Pool::Retrieval, query, limit);
	let mut found = Sources::default();
	for named in &part.top {
		let (source, citation) = describe(retrieval, named).ok_or_else(|| internal(&"an index without its rows"))?;
		found.sources.push(source);
		found.citations.push(citation);
	}
	let parts: Vec<Part> = vec![part];
	found.attribution.parts = parts.try_into().map_err(|_| internal(&"too many parts"))?;
	Ok(found)
}

fn describe(retrieval: &Retrieval, named: &Scored) -> Option<(Source<AccountId32>, Citation)> {
	let leaf = retrieval.index.leaf(named.row)?;
	let text = retrieval.rows.get(usize::try_from(named.row).ok()?)?;
	let source = Source {
		contributor: leaf.contributor.clone(),
		pool: Pool::Retrieval,
		version: (retrieval.index.info().datanet, retrieval.index.info().version),
		index: retrieval.id,
		row: named.row,
		score: named.score,
		threshold: retrieval.index.threshold(),
		reputation: leaf.reputation,
	};
	let citation = Citation {
		index: retrieval.id,
		row: named.row,
		contributor: leaf.contributor.clone(),
		score: named.score,
		prompt: text.prompt.clone(),
		response: text.response.clone(),
	};
	Some((source, citation))
}

/// The messages with the sources in a system message before the last question.
pub(crate) fn with_sources(mut messages: Vec<ChatMessage>, sources: &Sources) -> Vec<ChatMessage> {
	if sources.citations.is_empty() {
		return messages;
	}
	let mut text = INSTRUCTION.to_string();
	for citation in &sources.citations {
		text.push_str(&format!("\n- {} {}", citation.prompt, citation.response));
	}
	let at = messages.len().saturating_sub(1);
	messages.insert(at, ChatMessage::new("system", text));
	messages
}
