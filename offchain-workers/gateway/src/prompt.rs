//! From a question to a prompt with sources.

use crate::{ApiError, KnownTakedowns, Retrieval};
use openledger_attribution::{Encoder, EncoderError};
use openledger_openlora::ChatMessage;
use openledger_primitives::{attribution::Vector, payout::Source, Attribution, IndexId, Part, Pool, Scored};
use serde::Serialize;
use sp_runtime::AccountId32;
use std::sync::atomic::Ordering;

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
	/// The finalised block whose takedowns were left out.
	pub(crate) known_at: Option<u32>,
	pub(crate) sources: Vec<Source<AccountId32>>,
	pub(crate) citations: Vec<Citation>,
}

/// Finds the rows of `retrieval` that bear on `question`. Blocks while the encoder runs. Fails when it is not known
/// which rows were taken down: naming one costs the stake. A retired index finds nothing.
pub(crate) fn find(retrieval: &Retrieval, encoder: &Encoder, question: &str, limit: u32) -> Result<Sources, ApiError> {
	let taken = retrieval.taken.current().ok_or(ApiError::SourcesUnavailable)?;
	if retrieval.retired.load(Ordering::Relaxed) {
		return Ok(Sources { known_at: Some(taken.at), ..Sources::default() });
	}
	let vectors = encoder.encode(&[question]).map_err(|error| match error {
		EncoderError::EmptyText { .. } => ApiError::Malformed("the last message has no words".into()),
		error => internal(&error),
	})?;
	let query = vectors.into_iter().next().ok_or_else(|| internal(&"the encoder gave no vector"))?;
	claim(retrieval, query, limit, &taken)
}

/// The claim about the rows next to `query` that were not taken down, and what goes with it.
fn claim(retrieval: &Retrieval, query: Vector, limit: u32, taken: &KnownTakedowns) -> Result<Sources, ApiError> {
	let part = retrieval.index.part(retrieval.id, Pool::Retrieval, query, limit, &taken.rows);
	let mut found = Sources { known_at: Some(taken.at), ..Sources::default() };
	for named in &part.top {
		let (source, citation) = describe(retrieval, named).ok_or_else(|| internal(&"an index without its rows"))?;
		found.sources.push(source);
		found.citations.push(citation);
	}
	let parts: Vec<Part> = vec![part];
	found.attribution.parts = parts.try_into().map_err(|_| internal(&"too many parts"))?;
	Ok(found)
}

fn internal(error: &dyn std::fmt::Display) -> ApiError {
	ApiError::Internal(error.to_string())
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

#[cfg(test)]
mod tests {
	use super::*;
	use crate::Takedowns;
	use openledger_attribution::{IndexRow, RetrievalIndex, RowText};
	use openledger_primitives::{DatanetId, Domain};
	use std::{sync::Arc, time::Duration};

	/// Three rows, of which 0 and 2 are one cluster. Row `i` scores 9 − `i` for the query 1.
	fn retrieval() -> Retrieval {
		let row = |(row, cluster): (i8, u32)| IndexRow {
			contributor: AccountId32::new([row as u8; 32]),
			cluster,
			reputation: 256,
			vector: vec![9 - row].try_into().unwrap(),
		};
		let rows = [(0, 0), (1, 1), (2, 0)].map(row);
		let domain = Domain { genesis: Default::default() };
		let text = |number: u32| RowText { prompt: format!("question {number}"), response: format!("answer {number}") };
		Retrieval {
			id: IndexId(5),
			index: RetrievalIndex::build(domain, DatanetId(1), 0, rows, 1).unwrap(),
			rows: (0..3).map(text).collect(),
			taken: Arc::new(Takedowns::new(Duration::from_secs(1))),
			retired: Arc::default(),
		}
	}

	/// The rows that are named, cited and paid, and the prompt.
	fn found(taken: &[u32]) -> (Vec<u32>, String) {
		let taken = KnownTakedowns { at: 7, rows: Arc::new(taken.iter().copied().collect()) };
		let found = claim(&retrieval(), vec![1].try_into().unwrap(), 4, &taken).unwrap();
		assert_eq!(found.known_at, Some(7));
		let named: Vec<_> = found.attribution.parts[0].top.iter().map(|named| named.row).collect();
		assert!(found.citations.iter().map(|citation| citation.row).eq(named.clone()));
		assert!(found.sources.iter().map(|source| source.row).eq(named.clone()));
		let messages = with_sources(vec![ChatMessage::new("user", "?")], &found);
		(named, messages.iter().map(|message| message.content.as_str()).collect())
	}

	#[test]
	fn rows_that_were_taken_down_are_neither_named_nor_read() {
		let (named, prompt) = found(&[]);
		assert_eq!(named, [0, 1]);
		assert!(prompt.contains("answer 0") && prompt.contains("answer 1"));
		let (named, prompt) = found(&[0]);
		assert_eq!(named, [1, 2]);
		assert!(!prompt.contains("answer 0") && !prompt.contains("question 0") && prompt.contains("answer 2"));
		assert_eq!(found(&[0, 1, 2]), (vec![], "?".to_string()));
	}
}
