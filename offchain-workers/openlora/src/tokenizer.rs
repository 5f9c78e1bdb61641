//! The tokenizer that a GGUF file carries: byte-level BPE, control tokens, and text put together byte by byte.

use crate::chat::ChatTemplate;
use crate::error::LoadError;
use crate::gguf::Gguf;
use std::collections::HashMap;
use tokenizers::models::bpe::BPE;
use tokenizers::pre_tokenizers::{byte_level::ByteLevel, digits::Digits, sequence::Sequence};
use tokenizers::Tokenizer;

/// Token types of GGUF that are understood.
const NORMAL: i64 = 1;
const CONTROL: i64 = 3;

/// A tokenizer and the chat template that goes with it.
pub struct ChatTokenizer {
	/// Knows no control token, so that text can never become one.
	plain: Tokenizer,
	/// Control tokens, longest first, so that the longest match wins.
	control: Vec<(String, u32)>,
	/// The bytes of every token, one after another; control tokens are empty.
	bytes: Vec<u8>,
	/// Where each token's bytes end.
	ends: Vec<usize>,
	bos: u32,
	eos: u32,
	pub(crate) template: ChatTemplate,
}

impl std::fmt::Debug for ChatTokenizer {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("ChatTokenizer").field("vocab", &self.ends.len()).field("eos", &self.eos).finish()
	}
}

impl ChatTokenizer {
	/// Rebuilds the tokenizer from the metadata of `gguf`.
	pub(crate) fn from_gguf(gguf: &Gguf) -> Result<Self, LoadError> {
		for (field, expected) in [("tokenizer.ggml.model", "gpt2"), ("tokenizer.ggml.pre", "smollm")] {
			let value = gguf.string(field)?;
			if value != expected {
				return Err(gguf.field_error(field, format!("`{value}` is not supported, only `{expected}`")));
			}
		}
		let tokens = gguf.strings("tokenizer.ggml.tokens")?;
		let types = gguf.integers("tokenizer.ggml.token_type")?;
		if types.len() != tokens.len() {
			return Err(gguf.field_error("tokenizer.ggml.token_type", "has another length than the tokens"));
		}
		let (mut control, mut bytes, mut ends) = (Vec::new(), Vec::new(), Vec::new());
		let table = byte_table();
		for ((id, token), kind) in (0u32..).zip(&tokens).zip(types) {
			match kind {
				NORMAL => {
					for c in token.chars() {
						let Some(byte) = table.get(&c) else {
							let reason = format!("token {id} `{token}` is not byte-level");
							return Err(gguf.field_error("tokenizer.ggml.tokens", reason));
						};
						bytes.push(*byte);
					}
				}
				CONTROL if !token.is_empty() => control.push(((*token).to_owned(), id)),
				other => {
					let reason = format!("token {id} `{token}` has type {other}, which is not supported");
					return Err(gguf.field_error("tokenizer.ggml.token_type", reason));
				}
			}
			ends.push(bytes.len());
		}
		control.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.0.cmp(&b.0)));
		let id = |field: &str| match gguf.integer(field)? {
			id if id < tokens.len() => Ok(id as u32),
			id => Err(gguf.field_error(field, format!("token {id} is not in the vocabulary"))),
		};
		let (bos, eos) = (id("tokenizer.ggml.bos_token_id")?, id("tokenizer.ggml.eos_token_id")?);
		let template =
			ChatTemplate::new(gguf.string("tokenizer.chat_template")?, tokens[bos as usize], tokens[eos as usize])
				.map_err(|reason| gguf.field_error("tokenizer.chat_template", reason))?;
		let plain = build_bpe(&tokens, &gguf.strings("tokenizer.ggml.merges")?)
			.map_err(|reason| gguf.field_error("tokenizer.ggml.merges", reason))?;
		Ok(Self { plain, control, bytes, ends, bos, eos, template })
	}

	/// The token that begins a sequence.
	pub fn bos(&self) -> u32 {
		self.bos
	}

	/// The token that ends an answer.
	pub fn eos(&self) -> u32 {
		self.eos
	}

	/// Number of token ids.
	pub fn vocab(&self) -> usize {
		self.ends.len()
	}

	/// Encodes text; the spelling of a control token in it is ordinary text.
	pub fn encode(&self, text: &str) -> Vec<u32> {
		match self.plain.encode_fast(text, false) {
			Ok(encoding) => encoding.get_ids().to_vec(),
			// A byte-level vocabulary with all 256 bytes has no unknown text; one without them drops what it lacks.
			Err(error) => {
				tracing::warn!(%error, "text could not be encoded");
				Vec::new()
			}
		}
	}

	/// Encodes text written by the operator: the spelling of a control token becomes that token.
	pub(crate) fn encode_with_control(&self, text: &str, mut clean: impl FnMut(&str) -> String) -> Vec<u32> {
		let mut ids = Vec::new();
		let mut rest = text;
		while !rest.is_empty() {
			let next = self
				.control
				.iter()
				.filter_map(|(token, id)| rest.find(token.as_str()).map(|at| (at, token.len(), *id)))
				.min_by_key(|(at, length, _)| (*at, usize::MAX - length));
			let Some((at, length, id)) = next else {
				ids.extend(self.encode(&clean(rest)));
				break;
			};
			if at > 0 {
				ids.extend(self.encode(&clean(&rest[..at])));
			}
			ids.push(id);
			rest = &rest[at + length..];
		}
		ids
	}

	/// The first characters of control tokens.
	pub(crate) fn control_starts(&self) -> impl Iterator<Item = char> + '_ {
		self.control.iter().filter_map(|(token, _)| token.chars().next())
	}

	/// The bytes of a token; none for control tokens and for ids outside the vocabulary.
	pub fn token_bytes(&self, id: u32) -> &[u8] {
		let index = id as usize;
		let start = index.checked_sub(1).and_then(|i| self.ends.get(i)).copied().unwrap_or(0);
		self.ends.get(index).map_or(&[], |end| &self.bytes[start..*end])
	}

	/// The text of `ids` without control tokens; bytes that are not UTF-8 become U+FFFD.
	pub fn decode(&self, ids: &[u32]) -> String {
		let bytes: Vec<u8> = ids.iter().flat_map(|id| self.token_bytes(*id)).copied().collect();
		String::from_utf8_lossy(&bytes).into_owned()
	}
}

/// Puts streamed tokens together to text and holds back the beginning of an unfinished character.
#[derive(Debug, Default)]
pub struct StreamDecoder {
	pending: Vec<u8>,
}

impl StreamDecoder {
	/// Adds a token's bytes; returns the text that is complete now.
	pub fn push(&mut self, bytes: &[u8]) -> String {
		self.pending.extend_from_slice(bytes);
		let mut text = String::new();
		loop {
			match std::str::from_utf8(&self.pending) {
				Ok(valid) => {
					text.push_str(valid);
					self.pending.clear();
					return text;
				}
				Err(error) => {
					let valid = error.valid_up_to();
					text.push_str(&String::from_utf8_lossy(&self.pending[..valid]));
					let Some(invalid) = error.error_len() else {
						self.pending.drain(..valid);
						return text;
					};
					text.push(char::REPLACEMENT_CHARACTER);
					self.pending.drain(..valid + invalid);
				}
			}
		}
	}

	/// Ends the stream; an unfinished character becomes U+FFFD.
	pub fn finish(&mut self) -> String {
		String::from_utf8_lossy(&std::mem::take(&mut self.pending)).into_owned()
	}
}

fn build_bpe(tokens: &[&str], merges: &[&str]) -> Result<Tokenizer, String> {
	let vocab: HashMap<String, u32> = tokens.iter().map(|t| (*t).to_owned()).zip(0u32..).collect();
	if vocab.len() != tokens.len() {
		return Err("a token occurs twice".into());
	}
	let merges = merges
		.iter()
		.map(|merge| match merge.split_once(' ') {
			Some((a, b)) => Ok((a.to_owned(), b.to_owned())),
			None => Err(format!("`{merge}` is not a pair")),
		})
		.collect::<Result<Vec<_>, _>>()?;
	let bpe = BPE::builder().vocab_and_merges(vocab.into_iter().collect::<BpeVocab>(), merges).build();
	let mut tokenizer = Tokenizer::new(bpe.map_err(|e| e.to_string())?);
	let byte_level = ByteLevel::new(false, true, true);
	tokenizer
		.with_pre_tokenizer(Some(Sequence::new(vec![Digits::new(true).into(), byte_level.into()])))
		.with_decoder(Some(byte_level));
	Ok(tokenizer)
}

type BpeVocab = tokenizers::models::bpe::Vocab;

/// The characters that stand for bytes in a byte-level vocabulary: printable Latin-1 stands for itself, the other 68
/// bytes are numbered from U+0100.
fn byte_table() -> HashMap<char, u8> {
	let printable = |b: u8| matches!(b, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
	let mut next = 0x100u32;
	let mut table = HashMap::new();
	for byte in 0..=u8::MAX {
		let code = if printable(byte) {
			u32::from(byte)
		} else {
			next += 1;
			next - 1
		};
		if let Some(c) = char::from_u32(code) {
			table.insert(c, byte);
		}
	}
	table
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn push_holds_back_an_unfinished_character() {
		let mut decoder = StreamDecoder::default();
		let bytes = "é€😀".as_bytes();
		let pieces: Vec<String> = bytes.iter().map(|b| decoder.push(&[*b])).collect();
		assert_eq!(pieces, ["", "é", "", "", "€", "", "", "", "😀"]);
		assert_eq!(decoder.finish(), "");
	}

	#[test]
	fn push_replaces_bytes_that_can_never_become_text() {
		let mut decoder = StreamDecoder::default();
		assert_eq!(decoder.push(b"a\xffb\xe2\x82"), "a\u{fffd}b");
		assert_eq!(decoder.push(b"c"), "\u{fffd}c");
		assert_eq!(decoder.push(b"\xf0\x9f"), "");
		assert_eq!(decoder.finish(), "\u{fffd}");
	}

	#[test]
	fn byte_table_is_a_bijection_on_bytes() {
		let table = byte_table();
		assert_eq!(table.len(), 256);
		assert_eq!(table[&'Ġ'], b' ');
		assert_eq!(table[&'Ċ'], b'\n');
		assert_eq!(table[&'é'], 0xe9);
	}
}
