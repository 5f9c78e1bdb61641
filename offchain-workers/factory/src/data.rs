//! Rows as tokens: rendered by the chat template, split for evaluation, packed without padding.

use crate::error::TrainError;
use crate::lora::shuffled;
use crate::options::{Row, TrainOptions};
use openledger_openlora::{ChatMessage, ChatTokenizer};
use std::ops::Range;

/// Streams of random numbers; those of epochs follow.
const SPLIT_STREAM: u64 = 1 << 32;
const EPOCH_STREAM: u64 = 1 << 33;

/// A row as tokens; those from `answer` on are to be learnt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Example {
	pub(crate) tokens: Vec<u32>,
	pub(crate) answer: usize,
}

impl Example {
	/// Tokens that carry loss.
	pub(crate) fn answer_tokens(&self) -> usize {
		self.tokens.len() - self.answer
	}
}

/// Renders every row: the prompt as at inference, then the response and the end-of-answer token.
pub(crate) fn render(
	tokenizer: &ChatTokenizer,
	rows: &[Row],
	options: &TrainOptions,
) -> Result<Vec<Example>, TrainError> {
	if rows.is_empty() {
		return Err(TrainError::NoRows);
	}
	let one = |(row, Row { prompt, response }): (usize, &Row)| {
		if response.trim().is_empty() {
			return Err(TrainError::EmptyResponse { row });
		}
		let message = ChatMessage::new("user", prompt.as_str());
		let mut tokens = tokenizer.render_chat(&[message], true).map_err(|source| TrainError::Chat { row, source })?;
		let answer = tokens.len();
		tokens.extend(tokenizer.encode(response));
		tokens.push(tokenizer.eos());
		match tokens.len() <= options.max_row_tokens {
			true => Ok(Example { tokens, answer }),
			false => Err(TrainError::RowTooLong { row, tokens: tokens.len(), limit: options.max_row_tokens }),
		}
	};
	rows.iter().enumerate().map(one).collect()
}

/// Splits off the evaluation rows: the fraction of the options, rounded down, chosen by the seed.
pub(crate) fn split(examples: Vec<Example>, options: &TrainOptions) -> (Vec<Example>, Vec<Example>) {
	let held = (examples.len() as f64 * f64::from(options.evaluation_fraction)) as usize;
	let order = shuffled(examples.len(), options.seed, SPLIT_STREAM);
	let mut is_held = vec![false; examples.len()];
	order[..held].iter().for_each(|i| is_held[*i] = true);
	let (evaluation, training): (Vec<_>, Vec<_>) = examples.into_iter().zip(is_held).partition(|(_, held)| *held);
	let strip = |rows: Vec<(Example, bool)>| rows.into_iter().map(|(row, _)| row).collect();
	(strip(training), strip(evaluation))
}

/// The rows of step `step` (from 1): epoch after epoch, each in its own order.
pub(crate) fn batch(rows: usize, options: &TrainOptions, step: u32) -> Vec<usize> {
	let first = (u64::from(step) - 1) * options.batch_rows as u64;
	let (mut epoch, mut order) = (u64::MAX, Vec::new());
	let pick = |i: u64| {
		let (this, within) = (i / rows as u64, (i % rows as u64) as usize);
		if this != epoch {
			(epoch, order) = (this, shuffled(rows, options.seed, EPOCH_STREAM + this));
		}
		order[within]
	};
	(first..first + options.batch_rows as u64).map(pick).collect()
}

/// Several rows one after another. Attention stays inside a row; every other operation is per token.
#[derive(Debug, Default)]
pub(crate) struct Packed {
	pub(crate) tokens: Vec<u32>,
	/// The tokens of each row.
	pub(crate) rows: Vec<Range<usize>>,
	/// Index of a token and the token that should follow it.
	pub(crate) expected: Vec<(usize, u32)>,
}

impl Packed {
	fn push(&mut self, example: &Example) {
		let start = self.tokens.len();
		self.tokens.extend(&example.tokens);
		self.rows.push(start..self.tokens.len());
		self.expected.extend((example.answer..example.tokens.len()).map(|i| (start + i - 1, example.tokens[i])));
	}

	/// Groups examples, in order, so that none has more than `limit` tokens unless it is a single row.
	pub(crate) fn groups<'a>(examples: impl IntoIterator<Item = &'a Example>, limit: usize) -> Vec<Self> {
		let mut groups: Vec<Self> = Vec::new();
		for example in examples {
			match groups.last_mut() {
				Some(group) if group.tokens.len() + example.tokens.len() <= limit => group.push(example),
				_ => {
					let mut group = Self::default();
					group.push(example);
					groups.push(group);
				}
			}
		}
		groups
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn batch_visits_every_row_once_an_epoch_in_changing_order() {
		let options = TrainOptions { batch_rows: 4, seed: 5, ..TrainOptions::default() };
		let visited: Vec<usize> = (1..=6).flat_map(|step| batch(12, &options, step)).collect();
		let (first, second) = visited.split_at(12);
		assert_ne!(first, second);
		for epoch in [first, second] {
			let mut sorted = epoch.to_vec();
			sorted.sort_unstable();
			assert_eq!(sorted, (0..12).collect::<Vec<_>>());
		}
		assert_eq!(batch(12, &options, 5), batch(12, &options, 5));
	}

	#[test]
	fn groups_keep_order_and_limit() {
		let example = |n: u32| Example { tokens: (0..n).collect(), answer: 1 };
		let examples = [example(3), example(4), example(9), example(2)];
		let groups = Packed::groups(&examples, 8);
		assert_eq!(groups.iter().map(|g| g.tokens.len()).collect::<Vec<_>>(), [7, 9, 2]);
		assert_eq!(groups[0].rows, [0..3, 3..7]);
		assert_eq!(groups[0].expected, [(0, 1), (1, 2), (3, 1), (4, 2), (5, 3)]);
	}
}
