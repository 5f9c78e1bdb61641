//! Tokens that are found in text before anything else: control tokens, and ordinary ones that a file adds by hand.

use aho_corasick::{AhoCorasick, MatchKind};

/// A token that is matched by its spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marked {
	/// The spelling.
	pub text: String,
	/// The token.
	pub id: u32,
	/// Whether it swallows the whitespace before it.
	pub strip_left: bool,
	/// Whether it swallows the whitespace behind it.
	pub strip_right: bool,
}

/// A piece of text between marked tokens, or such a token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
	Text(&'a str),
	Token(u32),
}

/// Finds marked tokens: leftmost first, and the longest of those that begin at the same place.
#[derive(Debug)]
pub(crate) struct Matcher {
	tokens: Vec<Marked>,
	automaton: Option<AhoCorasick>,
}

impl Matcher {
	/// Fails only if the spellings are too many for the automaton; empty ones never match.
	pub(crate) fn new(tokens: Vec<Marked>) -> Result<Self, String> {
		let tokens: Vec<Marked> = tokens.into_iter().filter(|token| !token.text.is_empty()).collect();
		let automaton = if tokens.is_empty() {
			None
		} else {
			let builder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).to_owned();
			Some(builder.build(tokens.iter().map(|token| token.text.as_str())).map_err(|e| e.to_string())?)
		};
		Ok(Self { tokens, automaton })
	}

	/// Cuts `text` at the marked tokens. Whitespace that a token swallows is in no piece.
	pub(crate) fn split<'a>(&self, text: &'a str) -> Vec<Piece<'a>> {
		let Some(automaton) = &self.automaton else {
			return if text.is_empty() { Vec::new() } else { vec![Piece::Text(text)] };
		};
		let (mut pieces, mut from) = (Vec::new(), 0);
		let text_piece = |piece: &'a str, pieces: &mut Vec<Piece<'a>>| {
			if !piece.is_empty() {
				pieces.push(Piece::Text(piece));
			}
		};
		for found in automaton.find_iter(text) {
			let token = &self.tokens[found.pattern().as_usize()];
			let before = text.get(from..found.start()).unwrap_or_default();
			text_piece(if token.strip_left { before.trim_end() } else { before }, &mut pieces);
			pieces.push(Piece::Token(token.id));
			from = found.end();
			if token.strip_right {
				from = text.len() - text[from..].trim_start().len();
			}
		}
		text_piece(text.get(from..).unwrap_or_default(), &mut pieces);
		pieces
	}

	/// The tokens in `text`, in order.
	pub(crate) fn tokens_in(&self, text: &str) -> Vec<u32> {
		let token = |piece: Piece<'_>| match piece {
			Piece::Token(id) => Some(id),
			Piece::Text(_) => None,
		};
		self.split(text).into_iter().filter_map(token).collect()
	}

	/// All of them.
	pub(crate) fn tokens(&self) -> &[Marked] {
		&self.tokens
	}

	/// Whether a token begins with `c`.
	pub(crate) fn may_begin(&self, c: char) -> bool {
		self.tokens.iter().any(|token| token.text.starts_with(c))
	}

	/// Whether a token begins at the start of `text`, or `text` ends before that is known.
	pub(crate) fn begins(&self, text: &str) -> bool {
		let trimmed = text.trim_end();
		self.tokens.iter().any(|token| {
			text.starts_with(&token.text)
				|| token.text.starts_with(text)
				|| (!trimmed.is_empty() && token.text.starts_with(trimmed))
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn marked(text: &str, id: u32) -> Marked {
		Marked { text: text.into(), id, strip_left: false, strip_right: false }
	}

	#[test]
	fn split_takes_the_leftmost_and_of_those_the_longest() {
		let matcher =
			Matcher::new(vec![marked("<a>", 1), marked("<a><b>", 2), marked("b>", 3), marked("", 4)]).unwrap();
		assert_eq!(matcher.split("x<a><b>y"), [Piece::Text("x"), Piece::Token(2), Piece::Text("y")]);
		assert_eq!(matcher.split("<a>b>"), [Piece::Token(1), Piece::Token(3)]);
		assert_eq!(matcher.split(""), []);
	}

	#[test]
	fn split_gives_the_whitespace_to_tokens_that_swallow_it() {
		let strip = Marked { strip_left: true, strip_right: true, ..marked("<s>", 7) };
		let matcher = Matcher::new(vec![strip]).unwrap();
		assert_eq!(matcher.split("a  <s>\n b"), [Piece::Text("a"), Piece::Token(7), Piece::Text("b")]);
	}

	#[test]
	fn begins_knows_whole_tokens_and_beginnings_at_the_end() {
		let matcher = Matcher::new(vec![marked("<end>", 1)]).unwrap();
		for (text, expected) in [("<end>x", true), ("<en", true), ("<en  ", true), ("<enx", false), ("x<end>", false)] {
			assert_eq!(matcher.begins(text), expected, "{text}");
		}
	}
}
