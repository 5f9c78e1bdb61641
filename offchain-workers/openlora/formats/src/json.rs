//! The part of JSON that file headers need, read forward: nothing is built, nothing is allocated, nothing recurses.

use std::{borrow::Cow, cmp::Ordering};

use crate::Problem;

/// A place in a JSON text.
pub(crate) struct Json<'a> {
	text: &'a [u8],
	at: usize,
}

/// A string as it stands in the text, checked.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
	raw: &'a str,
	escaped: bool,
}

impl<'a> Text<'a> {
	/// The characters meant.
	pub(crate) fn decode(self) -> Cow<'a, str> {
		if !self.escaped {
			return Cow::Borrowed(self.raw);
		}
		let mut text = String::with_capacity(self.raw.len());
		let mut rest = self.raw;
		while let Some((before, after)) = rest.split_once('\\') {
			text.push_str(before);
			let Some((character, len)) = unescape(after.as_bytes()) else { break };
			text.push(character);
			rest = &after[len..];
		}
		text.push_str(rest);
		Cow::Owned(text)
	}

	/// The order of the characters meant.
	pub(crate) fn compare(self, other: Self) -> Ordering {
		match self.escaped || other.escaped {
			true => self.decode().cmp(&other.decode()),
			false => self.raw.cmp(other.raw),
		}
	}
}

/// The character of an escape after its backslash, and the escape's length.
fn unescape(text: &[u8]) -> Option<(char, usize)> {
	let simple = match text.first()? {
		b'"' => '"',
		b'\\' => '\\',
		b'/' => '/',
		b'b' => '\u{8}',
		b'f' => '\u{c}',
		b'n' => '\n',
		b'r' => '\r',
		b't' => '\t',
		b'u' => {
			let first = hex(text.get(1..5)?)?;
			if let Some(character) = char::from_u32(first) {
				return Some((character, 5));
			}
			// A character beyond 16 bits is two escapes: upper half, lower half.
			let second = text.get(5..11)?.strip_prefix(b"\\u").and_then(hex)?;
			if !(0xd800..0xdc00).contains(&first) || !(0xdc00..0xe000).contains(&second) {
				return None;
			}
			return Some((char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))?, 11));
		}
		_ => return None,
	};
	Some((simple, 1))
}

fn hex(digits: &[u8]) -> Option<u32> {
	digits.iter().try_fold(0, |value, &digit| Some(value << 4 | (digit as char).to_digit(16)?))
}

impl<'a> Json<'a> {
	pub(crate) fn new(text: &'a [u8], at: usize) -> Self {
		Self { text, at: at.min(text.len()) }
	}

	/// The position of the next token.
	pub(crate) fn at(&mut self) -> usize {
		while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.text.get(self.at) {
			self.at += 1;
		}
		self.at
	}

	/// That `what` is expected here.
	pub(crate) fn wrong(&self, what: &str) -> Problem {
		Problem::header(format!("byte {} of the header", self.at), format!("{what} expected"))
	}

	fn next_is(&mut self, byte: u8) -> bool {
		let at = self.at();
		let is = self.text.get(at) == Some(&byte);
		self.at += usize::from(is);
		is
	}

	fn expect(&mut self, byte: u8) -> Result<(), Problem> {
		if self.next_is(byte) {
			return Ok(());
		}
		Err(self.wrong(&format!("`{}`", byte as char)))
	}

	/// That nothing follows.
	pub(crate) fn end(&mut self) -> Result<(), Problem> {
		if self.at() == self.text.len() {
			return Ok(());
		}
		Err(self.wrong("the end"))
	}

	/// A string.
	pub(crate) fn string(&mut self) -> Result<Text<'a>, Problem> {
		self.expect(b'"')?;
		let (start, mut escaped) = (self.at, false);
		loop {
			let rest = self.text.get(self.at..).unwrap_or_default();
			self.at += rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len());
			match self.text.get(self.at) {
				Some(b'"') => break,
				Some(b'\\') => {
					escaped = true;
					let escape = unescape(&self.text[self.at + 1..]);
					self.at += 1 + escape.ok_or_else(|| self.wrong("an escape of JSON"))?.1;
				}
				_ => return Err(self.wrong("a character or the end of a string")),
			}
		}
		let raw = std::str::from_utf8(&self.text[start..self.at]).map_err(|_| self.wrong("UTF-8"))?;
		self.at += 1;
		Ok(Text { raw, escaped })
	}

	/// An integer from zero, below 2^64.
	pub(crate) fn unsigned(&mut self) -> Result<u64, Problem> {
		let start = self.at();
		let mut value: u64 = 0;
		while let Some(digit @ b'0'..=b'9') = self.text.get(self.at) {
			let next = value.checked_mul(10).and_then(|value| value.checked_add(u64::from(digit - b'0')));
			value = next.ok_or_else(|| self.wrong("an integer below 2^64"))?;
			self.at += 1;
		}
		let zeros = self.text[start..self.at].starts_with(b"0") && self.at - start > 1;
		if self.at == start || zeros || matches!(self.text.get(self.at), Some(b'.' | b'e' | b'E')) {
			return Err(self.wrong("an integer from zero"));
		}
		Ok(value)
	}

	/// An object: `member` reads the value of each key, whose position it is given.
	pub(crate) fn object(
		&mut self,
		mut member: impl FnMut(usize, Text<'a>, &mut Self) -> Result<(), Problem>,
	) -> Result<(), Problem> {
		self.expect(b'{')?;
		if self.next_is(b'}') {
			return Ok(());
		}
		loop {
			let at = self.at();
			let key = self.string()?;
			self.expect(b':')?;
			member(at, key, self)?;
			if !self.next_is(b',') {
				return self.expect(b'}');
			}
		}
	}

	/// An array: `element` reads each element, whose index it is given.
	pub(crate) fn array(
		&mut self,
		mut element: impl FnMut(usize, &mut Self) -> Result<(), Problem>,
	) -> Result<(), Problem> {
		self.expect(b'[')?;
		if self.next_is(b']') {
			return Ok(());
		}
		for index in 0.. {
			element(index, self)?;
			if !self.next_is(b',') {
				break;
			}
		}
		self.expect(b']')
	}

	/// Passes over a value of any kind, whose numbers and words are not checked: what is of no use here.
	pub(crate) fn skip(&mut self) -> Result<(), Problem> {
		let mut depth: usize = 0;
		loop {
			let at = self.at();
			match self.text.get(at) {
				Some(b'"') => drop(self.string()?),
				Some(b'{' | b'[') => {
					depth += 1;
					self.at += 1;
					continue;
				}
				Some(b'}' | b']') if depth > 0 => {
					depth -= 1;
					self.at += 1;
				}
				Some(b',' | b':') if depth > 0 => {
					self.at += 1;
					continue;
				}
				Some(b'0'..=b'9' | b'-' | b'a'..=b'z') => {
					while let Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'a'..=b'z' | b'E') = self.text.get(self.at) {
						self.at += 1;
					}
				}
				_ => return Err(self.wrong("a value")),
			}
			if depth == 0 {
				return Ok(());
			}
		}
	}
}
