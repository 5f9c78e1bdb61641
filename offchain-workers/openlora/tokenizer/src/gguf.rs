//! The tokenizer that a GGUF file carries in its metadata.

use crate::bytes::{byte_piece, Speller, Spelling, TokenTable, SPACE};
use crate::chat::ChatTemplate;
use crate::control::{Marked, Matcher};
use crate::error::TokenizerError;
use crate::pieces::Pieces;
use crate::pre::words;
use crate::tokenizer::{ChatTokenizer, Plain};
use openledger_formats::{FormatError, TensorFile};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use tokenizers::models::bpe::BPE;
use tokenizers::Tokenizer;

/// The types of tokens (`enum llama_token_type`).
const NORMAL: i64 = 1;
const UNKNOWN: i64 = 2;
const CONTROL: i64 = 3;
const USER_DEFINED: i64 = 4;
const BYTE: i64 = 6;

/// Control tokens that end an answer whatever the metadata says.
const ENDS: [&str; 11] = [
	"<|eot_id|>",
	"<|im_end|>",
	"<|end|>",
	"<end_of_turn>",
	"<|endoftext|>",
	"<|end_of_text|>",
	"<|eom_id|>",
	"<|eom|>",
	"<EOT>",
	"<|EOT|>",
	"<｜end▁of▁sentence｜>",
];

/// The fields `tokenizer.*` of a GGUF file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GgufVocabulary {
	/// The file, for messages.
	pub path: PathBuf,
	/// `tokenizer.ggml.model`: `gpt2` (byte-level BPE) or `llama` (SentencePiece).
	pub model: String,
	/// `tokenizer.ggml.pre`: how byte-level BPE cuts text.
	pub pre: Option<String>,
	/// `tokenizer.ggml.tokens`.
	pub tokens: Vec<String>,
	/// `tokenizer.ggml.token_type`; empty if all are ordinary.
	pub types: Vec<i64>,
	/// `tokenizer.ggml.scores`, for `llama`.
	pub scores: Vec<f32>,
	/// `tokenizer.ggml.merges`, for `gpt2`: pairs with a space between.
	pub merges: Vec<String>,
	/// `tokenizer.ggml.bos_token_id`.
	pub bos: Option<u32>,
	/// `tokenizer.ggml.eos_token_id`, then those of the ends of turns and messages (`eot`, `eom`).
	pub ends: Vec<u32>,
	/// `tokenizer.ggml.add_bos_token`; the default is that of the model.
	pub add_bos: Option<bool>,
	/// `tokenizer.ggml.add_space_prefix`, for `llama`; true unless given.
	pub add_space_prefix: Option<bool>,
	/// `tokenizer.chat_template`.
	pub template: Option<String>,
}

impl GgufVocabulary {
	/// Reads the fields from the metadata of an open file.
	///
	/// # Errors
	/// [`TokenizerError::Field`] for a field of another type than its name says, or without which nothing works.
	pub fn read(file: &TensorFile) -> Result<Self, TokenizerError> {
		let path = file.path();
		let metadata = file.metadata();
		let wrong = |e: FormatError| TokenizerError::malformed(path, e);
		let key = |field: &str| format!("tokenizer.{field}");
		let array = |field: &str| metadata.array(&key(field)).map_err(wrong);
		let no = |field: &str, reason: &str| TokenizerError::field(path, key(field), reason);
		let strings = |field: &str| -> Result<Vec<String>, TokenizerError> {
			let Some(array) = array(field)? else { return Ok(Vec::new()) };
			let strings = array.strings().ok_or_else(|| no(field, "is not an array of strings"))?;
			Ok(strings.map(str::to_owned).collect())
		};
		let text = |field: &str| -> Result<Option<String>, TokenizerError> {
			Ok(metadata.string(&key(field)).map_err(wrong)?.map(|text| text.into_owned()))
		};
		let id = |field: &str| -> Result<Option<u32>, TokenizerError> {
			let id = metadata.integer(&key(field)).map_err(wrong)?;
			id.map(|id| u32::try_from(id).map_err(|_| no(field, "is not a token"))).transpose()
		};
		let boolean = |field: &str| metadata.boolean(&key(field)).map_err(wrong);
		let types = match array("ggml.token_type")? {
			None => Vec::new(),
			Some(array) => {
				array.integers().ok_or_else(|| no("ggml.token_type", "is not an array of integers"))?.collect()
			}
		};
		let scores = match array("ggml.scores")? {
			None => Vec::new(),
			Some(array) => array.floats().ok_or_else(|| no("ggml.scores", "is not an array of floats"))?.collect(),
		};
		let mut ends = Vec::new();
		for field in ["ggml.eos_token_id", "ggml.eot_token_id", "ggml.eom_token_id"] {
			ends.extend(id(field)?);
		}
		Ok(Self {
			path: path.to_owned(),
			model: text("ggml.model")?.ok_or_else(|| no("ggml.model", "is missing: the file has no tokenizer"))?,
			pre: text("ggml.pre")?,
			tokens: strings("ggml.tokens")?,
			types,
			scores,
			merges: strings("ggml.merges")?,
			bos: id("ggml.bos_token_id")?,
			ends,
			add_bos: boolean("ggml.add_bos_token")?,
			add_space_prefix: boolean("ggml.add_space_prefix")?,
			template: text("chat_template")?,
		})
	}

	fn error(&self, field: &str, reason: impl Into<String>) -> TokenizerError {
		TokenizerError::field(&self.path, format!("tokenizer.{field}"), reason)
	}

	fn kind(&self, id: usize) -> i64 {
		self.types.get(id).copied().unwrap_or(NORMAL)
	}

	/// The tokens of a type, with their ids.
	fn of_kind(&self, kind: i64) -> impl Iterator<Item = (&str, u32)> {
		self.tokens
			.iter()
			.zip(0u32..)
			.filter(move |(_, id)| self.kind(*id as usize) == kind)
			.map(|(t, id)| (t.as_str(), id))
	}

	fn marked(&self, kind: i64) -> Vec<Marked> {
		let token =
			|(text, id): (&str, u32)| Marked { text: text.to_owned(), id, strip_left: false, strip_right: false };
		self.of_kind(kind).map(token).collect()
	}

	fn check(&self) -> Result<(), TokenizerError> {
		if self.tokens.is_empty() {
			return Err(self.error("ggml.tokens", "is empty"));
		}
		for (field, length) in [("ggml.token_type", self.types.len()), ("ggml.scores", self.scores.len())] {
			if length != 0 && length != self.tokens.len() {
				return Err(self.error(field, format!("has {length} values for {} tokens", self.tokens.len())));
			}
		}
		for (kind, id) in self.types.iter().zip(0..) {
			if !(NORMAL..=BYTE).contains(kind) {
				let token = self.tokens.get::<usize>(id).map(String::as_str).unwrap_or_default();
				let reason = format!("token {id} `{token}` has type {kind}, which is not supported");
				return Err(self.error("ggml.token_type", reason));
			}
		}
		for (field, id) in self
			.ends
			.iter()
			.map(|id| ("ggml.eos_token_id", id))
			.chain(self.bos.iter().map(|id| ("ggml.bos_token_id", id)))
		{
			if *id as usize >= self.tokens.len() {
				return Err(self.error(field, format!("token {id} is not in the vocabulary of {}", self.tokens.len())));
			}
		}
		Ok(())
	}

	/// Bytes of all tokens; those that are not text have none.
	fn table(&self, spelling: Spelling) -> TokenTable {
		let speller = Speller::new(spelling);
		let mut table = TokenTable::default();
		for (id, token) in self.tokens.iter().enumerate() {
			match self.kind(id) {
				NORMAL | BYTE => table.push(&speller.bytes(token).unwrap_or_else(|| token.as_bytes().to_vec())),
				USER_DEFINED => table.push(token.as_bytes()),
				_ => table.push(&[]),
			}
		}
		table
	}

	fn bpe(&self) -> Result<Tokenizer, TokenizerError> {
		let pre = self.pre.as_deref().ok_or_else(|| {
			self.error(
				"ggml.pre",
				"is missing: the file does not say how its tokenizer cuts text; convert the model again",
			)
		})?;
		let words = words(pre).map_err(|reason| self.error("ggml.pre", reason))?;
		let mut vocab: HashMap<&str, u32> = HashMap::new();
		for (token, id) in self.of_kind(NORMAL) {
			if let Some(other) = vocab.insert(token, id) {
				return Err(self.error("ggml.tokens", format!("tokens {other} and {id} are both `{token}`")));
			}
		}
		// Pairs of these are dropped: no text becomes a special token.
		let special: HashSet<&str> = self
			.tokens
			.iter()
			.enumerate()
			.filter(|(id, _)| self.kind(*id) != NORMAL)
			.map(|(_, t)| t.as_str())
			.collect();
		let mut merges = Vec::with_capacity(self.merges.len());
		for merge in &self.merges {
			let Some((left, right)) = merge.split_once(' ') else {
				return Err(self.error("ggml.merges", format!("`{merge}` is not a pair")));
			};
			let joined = format!("{left}{right}");
			if [left, right, &joined].iter().all(|token| vocab.contains_key(token)) {
				merges.push((left.to_owned(), right.to_owned()));
			} else if ![left, right, &joined].iter().any(|token| special.contains(token)) {
				return Err(self.error("ggml.merges", format!("`{merge}` is of tokens that are not in the vocabulary")));
			}
		}
		let vocab: tokenizers::models::bpe::Vocab = vocab.into_iter().map(|(t, id)| (t.to_owned(), id)).collect();
		let bpe = BPE::builder().vocab_and_merges(vocab, merges).ignore_merges(words.whole_words).build();
		let mut tokenizer = Tokenizer::new(bpe.map_err(|e| self.error("ggml.merges", e.to_string()))?);
		words.apply(&mut tokenizer);
		Ok(tokenizer)
	}

	fn pieces(&self) -> Result<Pieces, TokenizerError> {
		if self.scores.len() != self.tokens.len() {
			return Err(self.error("ggml.scores", "is missing"));
		}
		let mut scores = HashMap::new();
		for (token, id) in self.of_kind(NORMAL) {
			let score = self.scores.get(id as usize).copied().unwrap_or_default();
			if score.is_nan() {
				return Err(self.error("ggml.scores", format!("token {id} has no number")));
			}
			scores.entry(token.to_owned()).or_insert((id, score));
		}
		let mut bytes = vec![None; 256];
		for (token, id) in self.of_kind(BYTE) {
			let byte = byte_piece(token);
			let byte = byte.ok_or_else(|| self.error("ggml.tokens", format!("token {id} `{token}` is not a byte")))?;
			bytes[usize::from(byte)] = Some(id);
		}
		let unknown = self.of_kind(UNKNOWN).map(|(_, id)| id).next();
		let mut whole = self.marked(USER_DEFINED);
		whole.iter_mut().for_each(|token| token.text = token.text.replace(' ', &String::from(SPACE)));
		let whole = Matcher::new(whole).map_err(|reason| self.error("ggml.tokens", reason))?;
		Ok(Pieces { scores, bytes, unknown, prefix_space: self.add_space_prefix.unwrap_or(true), whole })
	}

	fn template(&self) -> Result<Option<ChatTemplate>, TokenizerError> {
		let Some(source) = &self.template else { return Ok(None) };
		let mut variables = BTreeMap::new();
		for (name, id) in [("bos_token", self.bos), ("eos_token", self.ends.first().copied())] {
			let text = id.and_then(|id| self.tokens.get(id as usize)).cloned().unwrap_or_default();
			variables.insert(name.to_owned(), text);
		}
		Ok(Some(ChatTemplate::new(source, variables).map_err(|reason| self.error("chat_template", reason))?))
	}
}

impl ChatTokenizer {
	/// Rebuilds the tokenizer that a GGUF file carries.
	///
	/// # Errors
	/// As [`GgufVocabulary::read`] and [`Self::from_vocabulary`].
	pub fn from_gguf(file: &TensorFile) -> Result<Self, TokenizerError> {
		Self::from_vocabulary(&GgufVocabulary::read(file)?)
	}

	/// Rebuilds the tokenizer from the fields of a GGUF file.
	///
	/// # Errors
	/// [`TokenizerError::Field`] names the field that is missing, contradicts another, or has a value that is not supported.
	pub fn from_vocabulary(fields: &GgufVocabulary) -> Result<Self, TokenizerError> {
		fields.check()?;
		let (plain, spelling, bos_first) = match fields.model.as_str() {
			"gpt2" => (Plain::Hub { first: Box::new(fields.bpe()?), rest: None }, Spelling::ByteLevel, false),
			"llama" => (Plain::Pieces(fields.pieces()?), Spelling::Pieces, true),
			other => {
				let reason =
					format!("`{other}` is not supported, only `gpt2` (byte-level BPE) and `llama` (SentencePiece)");
				return Err(fields.error("ggml.model", reason));
			}
		};
		let mut ends = fields.ends.clone();
		ends.extend(fields.of_kind(CONTROL).filter(|(token, _)| ENDS.contains(token)).map(|(_, id)| id));
		let mut seen = Vec::new();
		ends.retain(|id| {
			!seen.contains(id) && {
				seen.push(*id);
				true
			}
		});
		if ends.is_empty() {
			return Err(fields.error("ggml.eos_token_id", "is missing"));
		}
		let mut control = fields.marked(CONTROL);
		control.extend(fields.marked(UNKNOWN));
		let matcher = |tokens| Matcher::new(tokens).map_err(|reason| fields.error("ggml.tokens", reason));
		// SentencePiece finds its own after it has put its spaces.
		let added = if spelling == Spelling::Pieces { Vec::new() } else { fields.marked(USER_DEFINED) };
		let strip_space = matches!(&plain, Plain::Pieces(pieces) if pieces.prefix_space);
		let prefix = if fields.add_bos.unwrap_or(bos_first) { fields.bos.into_iter().collect() } else { Vec::new() };
		Ok(Self {
			plain,
			added: matcher(added)?,
			control: matcher(control)?,
			table: fields.table(spelling),
			bos: fields.bos,
			ends,
			prefix,
			strip_space,
			template: fields.template()?,
		})
	}
}
