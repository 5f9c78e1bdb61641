//! SentencePiece's BPE: the pair whose joined piece scores best is joined first; what no piece covers becomes bytes.
//!
//! Source: T. Kudo, J. Richardson, "SentencePiece" (EMNLP 2018), the `bpe` model type: repeatedly join the neighbours whose
//! concatenation is the piece of the highest score, the leftmost of equals.

use crate::bytes::SPACE;
use crate::control::{Matcher, Piece};
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

/// A vocabulary of scored pieces.
#[derive(Debug)]
pub(crate) struct Pieces {
	/// Pieces that text may become: normal ones, not control tokens.
	pub(crate) scores: HashMap<String, (u32, f32)>,
	/// The tokens of single bytes.
	pub(crate) bytes: Vec<Option<u32>>,
	/// What stands for text that is neither; dropped if there is none.
	pub(crate) unknown: Option<u32>,
	/// Whether a space is put before the text.
	pub(crate) prefix_space: bool,
	/// Pieces that are taken whole wherever they occur, spelled with `▁`.
	pub(crate) whole: Matcher,
}

/// A join that can be made.
struct Join {
	score: f32,
	left: usize,
	right: usize,
	/// The bytes of both, to see whether the join is still possible.
	length: usize,
}

impl Ord for Join {
	fn cmp(&self, other: &Self) -> Ordering {
		self.score.total_cmp(&other.score).then(other.left.cmp(&self.left))
	}
}

impl PartialOrd for Join {
	fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
		Some(self.cmp(other))
	}
}

impl PartialEq for Join {
	fn eq(&self, other: &Self) -> bool {
		self.cmp(other) == Ordering::Equal
	}
}

impl Eq for Join {}

/// A part of the text: where it begins, its length in bytes (0 once joined to its left), and its neighbours.
struct Part {
	start: usize,
	length: usize,
	left: Option<usize>,
	right: Option<usize>,
}

impl Pieces {
	/// Appends the tokens of `text` to `ids`.
	pub(crate) fn encode(&self, text: &str, ids: &mut Vec<u32>) {
		if text.is_empty() {
			return;
		}
		let mut escaped = String::with_capacity(text.len() + 3);
		if self.prefix_space {
			escaped.push(SPACE);
		}
		escaped.extend(text.chars().map(|c| if c == ' ' { SPACE } else { c }));
		for piece in self.whole.split(&escaped) {
			match piece {
				Piece::Token(id) => ids.push(id),
				Piece::Text(text) => self.join(text).for_each(|part| self.emit(part, ids)),
			}
		}
	}

	fn join<'a>(&self, text: &'a str) -> impl Iterator<Item = &'a str> {
		let count = text.chars().count();
		let mut parts: Vec<Part> = text
			.char_indices()
			.enumerate()
			.map(|(i, (start, c))| Part {
				start,
				length: c.len_utf8(),
				left: i.checked_sub(1),
				right: (i + 1 < count).then_some(i + 1),
			})
			.collect();
		let mut joins = BinaryHeap::new();
		let propose = |parts: &[Part], left: Option<usize>, right: Option<usize>, joins: &mut BinaryHeap<Join>| {
			let (Some(left), Some(right)) = (left, right) else { return };
			let length = parts[left].length + parts[right].length;
			let start = parts[left].start;
			if let Some((_, score)) = self.scores.get(&text[start..start + length]) {
				joins.push(Join { score: *score, left, right, length });
			}
		};
		for right in 1..parts.len() {
			propose(&parts, Some(right - 1), Some(right), &mut joins);
		}
		while let Some(Join { left, right, length, .. }) = joins.pop() {
			let possible = parts[left].length > 0
				&& parts[right].length > 0
				&& parts[left].right == Some(right)
				&& parts[left].length + parts[right].length == length;
			if !possible {
				continue;
			}
			parts[left].length = length;
			parts[right].length = 0;
			let next = parts[right].right;
			parts[left].right = next;
			if let Some(next) = next {
				parts[next].left = Some(left);
			}
			propose(&parts, parts[left].left, Some(left), &mut joins);
			propose(&parts, Some(left), next, &mut joins);
		}
		parts.into_iter().filter(|part| part.length > 0).map(move |part| &text[part.start..part.start + part.length])
	}

	fn emit(&self, part: &str, ids: &mut Vec<u32>) {
		if let Some((id, _)) = self.scores.get(part) {
			ids.push(*id);
			return;
		}
		let bytes: Option<Vec<u32>> = part.bytes().map(|b| self.bytes.get(usize::from(b)).copied().flatten()).collect();
		match bytes {
			Some(bytes) => ids.extend(bytes),
			None => ids.extend(self.unknown),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn pieces(list: &[&str]) -> Pieces {
		// Later ones score worse, as SentencePiece numbers them.
		let scores = list.iter().zip(0u32..).map(|(p, id)| ((*p).to_owned(), (id, -(id as f32))));
		let mut bytes = vec![None; 256];
		bytes[0xc3] = Some(100);
		bytes[0xa9] = Some(101);
		Pieces {
			scores: scores.collect(),
			bytes,
			unknown: Some(99),
			prefix_space: true,
			whole: Matcher::new(Vec::new()).unwrap(),
		}
	}

	fn encode(pieces: &Pieces, text: &str) -> Vec<u32> {
		let mut ids = Vec::new();
		pieces.encode(text, &mut ids);
		ids
	}

	#[test]
	fn encode_joins_the_best_pair_first_and_the_leftmost_of_equals() {
		let pieces = pieces(&["ab", "bc", "▁", "a", "b", "c", "aa"]);
		assert_eq!(encode(&pieces, "abc"), [2, 0, 5]);
		assert_eq!(encode(&pieces, "aaa"), [2, 6, 3]);
		assert!(encode(&pieces, "").is_empty());
	}

	#[test]
	fn encode_falls_back_to_bytes_and_then_to_unknown() {
		let pieces = pieces(&["▁", "a"]);
		assert_eq!(encode(&pieces, "é"), [0, 100, 101]);
		assert_eq!(encode(&pieces, "a€"), [0, 1, 99]);
	}
}
