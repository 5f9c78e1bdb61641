//! The bytes that each token stands for.

use std::collections::HashMap;

/// How the tokens of a vocabulary spell bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
	/// Every character stands for one byte (GPT-2).
	ByteLevel,
	/// UTF-8 with `▁` for a space, and `<0xNN>` for single bytes (SentencePiece).
	Pieces,
}

/// The character that stands for a space in SentencePiece vocabularies.
pub(crate) const SPACE: char = '\u{2581}';

/// The bytes of every token, one after another.
#[derive(Debug, Default)]
pub(crate) struct TokenTable {
	bytes: Vec<u8>,
	ends: Vec<usize>,
}

impl TokenTable {
	/// Adds the next token.
	pub(crate) fn push(&mut self, bytes: &[u8]) {
		self.bytes.extend_from_slice(bytes);
		self.ends.push(self.bytes.len());
	}

	/// Number of tokens.
	pub(crate) fn len(&self) -> usize {
		self.ends.len()
	}

	/// The bytes of a token; none outside the table.
	pub(crate) fn get(&self, id: u32) -> &[u8] {
		let index = id as usize;
		let start = index.checked_sub(1).and_then(|i| self.ends.get(i)).copied().unwrap_or(0);
		self.ends.get(index).map_or(&[], |end| &self.bytes[start..*end])
	}
}

/// Turns the spelling of ordinary tokens to bytes.
pub(crate) struct Speller {
	spelling: Spelling,
	table: HashMap<char, u8>,
}

impl Speller {
	pub(crate) fn new(spelling: Spelling) -> Self {
		Self { spelling, table: byte_table() }
	}

	/// The bytes of an ordinary token; `None` if it is not spelled as the vocabulary says.
	pub(crate) fn bytes(&self, token: &str) -> Option<Vec<u8>> {
		match self.spelling {
			Spelling::ByteLevel => token.chars().map(|c| self.table.get(&c).copied()).collect(),
			Spelling::Pieces => Some(match byte_piece(token) {
				Some(byte) => vec![byte],
				None => token.replace(SPACE, " ").into_bytes(),
			}),
		}
	}
}

/// The byte that `<0xNN>` stands for.
pub(crate) fn byte_piece(token: &str) -> Option<u8> {
	let digits = token.strip_prefix("<0x")?.strip_suffix('>')?;
	(digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
		.then(|| u8::from_str_radix(digits, 16).ok())
		.flatten()
}

/// The characters that stand for bytes in a byte-level vocabulary: printable Latin-1 stands for itself, the other 68
/// bytes are numbered from U+0100.
pub(crate) fn byte_table() -> HashMap<char, u8> {
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
	fn byte_table_is_a_bijection_on_bytes() {
		let table = byte_table();
		assert_eq!(table.len(), 256);
		assert_eq!(table[&'Ġ'], b' ');
		assert_eq!(table[&'Ċ'], b'\n');
		assert_eq!(table[&'é'], 0xe9);
	}

	#[test]
	fn pieces_are_spaces_bytes_and_text() {
		let speller = Speller::new(Spelling::Pieces);
		assert_eq!(speller.bytes("▁the").unwrap(), b" the");
		assert_eq!(speller.bytes("<0xE2>").unwrap(), b"\xe2");
		assert_eq!(speller.bytes("<0x+1>").unwrap(), b"<0x+1>");
		assert_eq!(Speller::new(Spelling::ByteLevel).bytes("Ġa\u{2581}"), None);
	}

	#[test]
	fn table_knows_the_empty_and_the_unknown() {
		let mut table = TokenTable::default();
		table.push(b"ab");
		table.push(b"");
		table.push(b"c");
		assert_eq!([table.get(0), table.get(1), table.get(2), table.get(3)], [&b"ab"[..], b"", b"c", b""]);
	}
}
