//! A tokenizer and the chat template that goes with it.

use crate::bytes::TokenTable;
use crate::chat::ChatTemplate;
use crate::control::{Matcher, Piece};
use crate::pieces::Pieces;
use tokenizers::Tokenizer;

/// What turns text without marked tokens to ids.
pub(crate) enum Plain {
	/// A tokenizer of the `tokenizers` library; `rest` is for text that is not the beginning, where that matters.
	Hub { first: Box<Tokenizer>, rest: Option<Box<Tokenizer>> },
	/// SentencePiece's BPE.
	Pieces(Pieces),
}

/// Text to tokens and back, and conversations to prompts.
pub struct ChatTokenizer {
	/// Knows no control token, so that text can never become one.
	pub(crate) plain: Plain,
	/// Ordinary tokens that are found in text before `plain` sees it.
	pub(crate) added: Matcher,
	pub(crate) control: Matcher,
	pub(crate) table: TokenTable,
	pub(crate) bos: Option<u32>,
	/// The tokens that end an answer; the tokenizer's own first.
	pub(crate) ends: Vec<u32>,
	/// What comes before a text that is to be completed.
	pub(crate) prefix: Vec<u32>,
	/// Whether text is decoded without the space that was put before it.
	pub(crate) strip_space: bool,
	pub(crate) template: Option<ChatTemplate>,
}

impl std::fmt::Debug for ChatTokenizer {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("ChatTokenizer")
			.field("vocab", &self.table.len())
			.field("ends", &self.ends)
			.finish_non_exhaustive()
	}
}

impl ChatTokenizer {
	/// The token that begins a sequence, for models that have one.
	pub fn bos(&self) -> Option<u32> {
		self.bos
	}

	/// The token that ends an answer; [`Self::is_end`] knows of others.
	pub fn eos(&self) -> u32 {
		self.ends.first().copied().unwrap_or_default()
	}

	/// All tokens that end an answer, [`Self::eos`] first.
	pub fn ends(&self) -> &[u32] {
		&self.ends
	}

	/// Whether a token ends an answer.
	pub fn is_end(&self, id: u32) -> bool {
		self.ends.contains(&id)
	}

	/// Whether a token is a control token, which has no text.
	pub fn is_control(&self, id: u32) -> bool {
		self.control.tokens().iter().any(|token| token.id == id)
	}

	/// Number of token ids; a model may have more rows than that.
	pub fn vocab(&self) -> usize {
		self.table.len()
	}

	/// Encodes text; the spelling of a control token in it is ordinary text.
	pub fn encode(&self, text: &str) -> Vec<u32> {
		let mut ids = Vec::new();
		self.encode_piece(text, true, &mut ids);
		ids
	}

	/// Encodes a text that the model is to go on with: behind the tokens the model expects at the beginning, if any.
	pub fn encode_prompt(&self, text: &str) -> Vec<u32> {
		let mut ids = self.prefix.clone();
		self.encode_piece(text, true, &mut ids);
		ids
	}

	/// `first` says whether `text` begins what is encoded.
	fn encode_piece(&self, text: &str, first: bool, ids: &mut Vec<u32>) {
		for (i, piece) in self.added.split(text).into_iter().enumerate() {
			match piece {
				Piece::Token(id) => ids.push(id),
				Piece::Text(text) => self.encode_plain(text, first && i == 0, ids),
			}
		}
	}

	fn encode_plain(&self, text: &str, beginning: bool, ids: &mut Vec<u32>) {
		match &self.plain {
			Plain::Pieces(pieces) => pieces.encode(text, ids),
			Plain::Hub { first, rest } => {
				let tokenizer = rest.as_ref().filter(|_| !beginning).unwrap_or(first);
				match tokenizer.encode_fast(text, false) {
					Ok(encoding) => ids.extend_from_slice(encoding.get_ids()),
					// A vocabulary with all 256 bytes has no unknown text; one without them drops what it lacks.
					Err(error) => tracing::warn!(%error, "text could not be encoded"),
				}
			}
		}
	}

	/// Encodes text written by a template: the spelling of a control token becomes that token.
	pub(crate) fn encode_with_control(&self, text: &str, clean: impl Fn(&str) -> String) -> Vec<u32> {
		let mut ids = Vec::new();
		for (i, piece) in self.control.split(text).into_iter().enumerate() {
			match piece {
				Piece::Token(id) => ids.push(id),
				Piece::Text(text) => self.encode_piece(&clean(text), i == 0, &mut ids),
			}
		}
		ids
	}

	/// The bytes of a token; none for control tokens and for ids outside the vocabulary.
	pub fn token_bytes(&self, id: u32) -> &[u8] {
		self.table.get(id)
	}

	/// The text of `ids` without control tokens, nor the space that [`Self::encode`] may have put before it; bytes that
	/// are not UTF-8 become U+FFFD.
	pub fn decode(&self, ids: &[u32]) -> String {
		let bytes: Vec<u8> = ids.iter().flat_map(|id| self.token_bytes(*id)).copied().collect();
		let bytes = bytes.strip_prefix(b" ").filter(|_| self.strip_space).unwrap_or(&bytes);
		String::from_utf8_lossy(bytes).into_owned()
	}
}
