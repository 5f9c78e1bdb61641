//! Texts and pairs as tokens, cut at a limit and not padded.

use crate::{OnnxError, MAX_TOKENS};
use std::path::Path;
use tokenizers::{Encoding, Tokenizer, TruncationDirection, TruncationParams};

/// The tokens of a text or of a pair.
pub(crate) struct Tokens {
	/// Ids, those that mark the ends included.
	pub(crate) ids: Vec<i64>,
	/// Of each token, 0 for a text or a query, 1 for a document.
	pub(crate) types: Vec<i64>,
}

impl From<&Encoding> for Tokens {
	fn from(encoding: &Encoding) -> Self {
		let wide = |values: &[u32]| values.iter().map(|value| i64::from(*value)).collect();
		Self { ids: wide(encoding.get_ids()), types: wide(encoding.get_type_ids()) }
	}
}

/// A `tokenizer.json`. Padding and truncation that the file asks for do not count: ours do.
pub(crate) struct Words {
	tokenizer: Tokenizer,
	/// What a shorter text of a run is filled up with.
	pub(crate) pad: i64,
}

impl Words {
	/// Reads the file.
	///
	/// # Errors
	/// The reason, if it is not a tokenizer.
	pub(crate) fn load(path: &Path) -> Result<Self, String> {
		let mut tokenizer = Tokenizer::from_file(path).map_err(|error| error.to_string())?;
		// Families with positions of their own tell padding by its id, and not all say it where it belongs.
		let named = || ["[PAD]", "<pad>"].iter().find_map(|token| tokenizer.token_to_id(token));
		let pad = tokenizer.get_padding().map(|padding| padding.pad_id).or_else(named).unwrap_or(0);
		tokenizer.with_padding(None);
		tokenizer.with_truncation(None).map_err(|error| error.to_string())?;
		Ok(Self { tokenizer, pad: i64::from(pad) })
	}

	/// The tokens that mark the ends of a text, or of a pair.
	fn marks(&self, pair: bool) -> usize {
		self.tokenizer
			.get_post_processor()
			.map_or(0, |processor| tokenizers::PostProcessor::added_tokens(processor, pair))
	}

	/// For texts of up to `max_tokens`.
	///
	/// # Errors
	/// [`OnnxError::Option`] if that leaves no room for a word.
	pub(crate) fn texts(mut self, max_tokens: usize) -> Result<Texts, OnnxError> {
		let least = self.marks(false) + 1;
		room(max_tokens, least)?;
		let truncation = TruncationParams { max_length: max_tokens, ..Default::default() };
		// Fails for a stride that does not fit, and there is none.
		let _ = self.tokenizer.with_truncation(Some(truncation));
		Ok(Texts(self.tokenizer))
	}

	/// For pairs of up to `max_tokens`.
	///
	/// # Errors
	/// [`OnnxError::Option`] if that leaves no room for a word each.
	pub(crate) fn pairs(self, max_tokens: usize) -> Result<Pairs, OnnxError> {
		let marks = self.marks(true);
		room(max_tokens, marks + 2)?;
		Ok(Pairs { tokenizer: self.tokenizer, room: max_tokens - marks })
	}
}

fn room(max_tokens: usize, least: usize) -> Result<(), OnnxError> {
	if max_tokens >= least {
		return Ok(());
	}
	Err(OnnxError::Option { name: "the limit of tokens", value: max_tokens, least, most: MAX_TOKENS })
}

/// Texts as tokens.
pub(crate) struct Texts(Tokenizer);

impl Texts {
	/// The tokens of the text at `position`.
	///
	/// # Errors
	/// [`OnnxError::EmptyText`], [`OnnxError::Run`].
	pub(crate) fn tokens(&self, position: usize, text: &str) -> Result<Tokens, OnnxError> {
		let encoding = self.0.encode(text, true).map_err(|error| failed(position, &error))?;
		if encoding.get_special_tokens_mask().iter().all(|special| *special == 1) {
			return Err(OnnxError::EmptyText { position });
		}
		Ok(Tokens::from(&encoding))
	}
}

/// Pairs of a query and a document as tokens.
pub(crate) struct Pairs {
	tokenizer: Tokenizer,
	/// Tokens for query and document together.
	room: usize,
}

impl Pairs {
	/// The tokens of `query` with each of `documents`. Only documents are cut, at their ends: a query that lost its end would be
	/// another question, and to another one for each document.
	///
	/// # Errors
	/// [`OnnxError::EmptyQuery`], [`OnnxError::QueryTooLong`], [`OnnxError::EmptyText`], [`OnnxError::Run`].
	pub(crate) fn tokens(&self, query: &str, documents: &[&str]) -> Result<Vec<Tokens>, OnnxError> {
		let query = self.tokenizer.encode(query, false).map_err(|error| failed(0, &error))?;
		let (tokens, most) = (query.len(), self.room - 1);
		if tokens == 0 {
			return Err(OnnxError::EmptyQuery);
		}
		if tokens > most {
			return Err(OnnxError::QueryTooLong { tokens, most });
		}
		documents.iter().enumerate().map(|(position, document)| self.pair(position, &query, document)).collect()
	}

	fn pair(&self, position: usize, query: &Encoding, document: &str) -> Result<Tokens, OnnxError> {
		let mut document = self.tokenizer.encode(document, false).map_err(|error| failed(position, &error))?;
		if document.is_empty() {
			return Err(OnnxError::EmptyText { position });
		}
		document.truncate(self.room - query.len(), 0, TruncationDirection::Right);
		let pair = self.tokenizer.post_process(query.clone(), Some(document), true);
		Ok(Tokens::from(&pair.map_err(|error| failed(position, &error))?))
	}
}

fn failed(position: usize, error: &tokenizers::Error) -> OnnxError {
	OnnxError::Run { position, count: 1, reason: error.to_string() }
}
