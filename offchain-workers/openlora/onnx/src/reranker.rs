//! A query and documents to scores: a cross-encoder reads both together.

use crate::encoder::PROBES;
use crate::model::{Head, Model, Purpose};
use crate::tokens::Pairs;
use crate::{Files, OnnxError, Options};

const PURPOSE: Purpose =
	Purpose { what: "a reranker", fix: "give the ONNX export of a cross-encoder, which has one logit for each pair" };

/// A cross-encoder: a sequence classifier whose first output is one logit for each pair, [pairs, 1]. Shared by reference
/// between threads.
///
/// A classifier of several labels is refused when it is loaded: which of them means relevance its file does not say.
pub struct Reranker {
	model: Model,
	pairs: Pairs,
}

/// A document and its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
	/// Its position among the documents, from 0.
	pub document: usize,
	/// The logit: higher is more relevant. Only scores of one model compare, and they are no probabilities.
	pub score: f32,
}

impl core::fmt::Debug for Reranker {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.debug_tuple("Reranker").field(&self.model).finish()
	}
}

impl Reranker {
	/// Loads a reranker and tries it, so that a model of another kind is found out here and not at the first query.
	///
	/// # Errors
	/// Those of [`OnnxError`] that name an option or a file.
	pub fn load(files: &Files, options: Options) -> Result<Self, OnnxError> {
		let (model, words) = Model::load(files, options, PURPOSE)?;
		let reranker = Self { model, pairs: words.pairs(options.max_tokens)? };
		reranker.score(PROBES[0], &PROBES).map_err(|error| reranker.model.wrong(error))?;
		Ok(reranker)
	}

	/// The logits of `documents` for `query`, in their order. One that fails fails all.
	///
	/// A pair that is longer than the limit loses the end of its document (`only_second`); the query is never cut.
	///
	/// # Errors
	/// [`OnnxError::EmptyQuery`], [`OnnxError::QueryTooLong`], [`OnnxError::EmptyText`], [`OnnxError::Answer`],
	/// [`OnnxError::Run`].
	pub fn score(&self, query: &str, documents: &[&str]) -> Result<Vec<f32>, OnnxError> {
		self.model.answers(&Logit, &self.pairs.tokens(query, documents)?)
	}

	/// The `top` documents of the highest scores, the highest first, the earlier of equals first.
	///
	/// # Errors
	/// Those of [`Self::score`].
	pub fn rank(&self, query: &str, documents: &[&str], top: usize) -> Result<Vec<Ranked>, OnnxError> {
		let scores = self.score(query, documents)?;
		let mut ranked: Vec<Ranked> =
			scores.into_iter().enumerate().map(|(document, score)| Ranked { document, score }).collect();
		ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
		ranked.truncate(top);
		Ok(ranked)
	}
}

/// The one logit of a pair.
struct Logit;

impl Head for Logit {
	type Answer = f32;

	fn check(&self, shape: &[i64], texts: usize, _: usize) -> Result<(), String> {
		match shape {
			[b, 1] if *b == texts as i64 => Ok(()),
			_ => Err(format!("[{texts}, 1], one logit for each pair")),
		}
	}

	fn read(&self, values: &[f32], _: usize, _: usize) -> Result<f32, &'static str> {
		match values {
			[logit] if logit.is_finite() => Ok(*logit),
			_ => Err("is not finite"),
		}
	}
}
