//! The parameters of sampling.

use crate::error::SamplingError;

/// How tokens are chosen. The default is greedy.
///
/// The processors run in the order of `transformers`: repetition penalty, frequency and presence penalty, mask,
/// temperature, top-k, top-p, min-p. With temperature 0 the most likely token is taken after the penalties and the
/// mask.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Sampling {
	/// Divides the logits; 0 always takes the most likely token. In 0..=100.
	pub temperature: f32,
	/// Only the most likely tokens that together reach this probability are considered. In (0, 1].
	pub top_p: f32,
	/// Names the sequence of random numbers.
	pub seed: u64,
	/// Only this many of the most likely tokens are considered; 0 for all.
	pub top_k: u32,
	/// Only tokens of at least this fraction of the most likely one's probability are considered. In 0..=1.
	pub min_p: f32,
	/// Logits of tokens that occur in prompt or answer are divided by this if positive and multiplied if negative
	/// (CTRL, arXiv 1909.05858); 1 for no penalty. In 0.01..=100.
	pub repetition_penalty: f32,
	/// Taken from a token's logit for every time it occurs in the answer (OpenAI). In -2..=2.
	pub frequency_penalty: f32,
	/// Taken from a token's logit once if it occurs in the answer (OpenAI). In -2..=2.
	pub presence_penalty: f32,
}

impl Sampling {
	/// Always the most likely token.
	pub const GREEDY: Self = Self {
		temperature: 0.0,
		top_p: 1.0,
		seed: 0,
		top_k: 0,
		min_p: 0.0,
		repetition_penalty: 1.0,
		frequency_penalty: 0.0,
		presence_penalty: 0.0,
	};

	/// Checks the ranges; NaN is in none.
	///
	/// # Errors
	/// [`SamplingError::Range`] names the first field that is out of range.
	pub fn check(&self) -> Result<(), SamplingError> {
		let inside = |low: f32, value: f32, high: f32| low <= value && value <= high;
		let fields = [
			("temperature", self.temperature, "0..=100", inside(0.0, self.temperature, 100.0)),
			("top_p", self.top_p, "(0, 1]", self.top_p > 0.0 && self.top_p <= 1.0),
			("min_p", self.min_p, "0..=1", inside(0.0, self.min_p, 1.0)),
			("repetition_penalty", self.repetition_penalty, "0.01..=100", inside(0.01, self.repetition_penalty, 100.0)),
			("frequency_penalty", self.frequency_penalty, "-2..=2", inside(-2.0, self.frequency_penalty, 2.0)),
			("presence_penalty", self.presence_penalty, "-2..=2", inside(-2.0, self.presence_penalty, 2.0)),
		];
		match fields.into_iter().find(|(.., ok)| !ok) {
			Some((field, value, range, _)) => Err(SamplingError::Range { field, value: f64::from(value), range }),
			None => Ok(()),
		}
	}

	/// Whether any penalty changes logits.
	pub fn has_penalties(&self) -> bool {
		self.repetition_penalty != 1.0 || self.frequency_penalty != 0.0 || self.presence_penalty != 0.0
	}
}

impl Default for Sampling {
	fn default() -> Self {
		Self::GREEDY
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn check_names_the_field_that_is_out_of_range() {
		let ok = Sampling { temperature: 0.7, ..Sampling::GREEDY };
		assert_eq!(ok.check(), Ok(()));
		type Change = fn(&mut Sampling, f32);
		let cases: [(&str, Change, &[f32], &[f32]); 6] = [
			("temperature", |s, v| s.temperature = v, &[-0.1, 100.1, f32::INFINITY], &[0.0, 100.0]),
			("top_p", |s, v| s.top_p = v, &[0.0, -1.0, 1.01], &[1e-30, 1.0]),
			("min_p", |s, v| s.min_p = v, &[-0.1, 1.1], &[0.0, 1.0]),
			("repetition_penalty", |s, v| s.repetition_penalty = v, &[0.0, 0.009, 100.5], &[0.01, 100.0]),
			("frequency_penalty", |s, v| s.frequency_penalty = v, &[-2.1, 2.1], &[-2.0, 2.0]),
			("presence_penalty", |s, v| s.presence_penalty = v, &[-2.1, 2.1], &[-2.0, 2.0]),
		];
		for (name, change, bad, good) in cases {
			for (values, accepted) in [(bad, false), (good, true), (&[f32::NAN], false)] {
				for value in values {
					let mut sampling = ok;
					change(&mut sampling, *value);
					match sampling.check() {
						Ok(()) => assert!(accepted, "{name} {value}"),
						Err(error) => assert!(!accepted && error.to_string().starts_with(name), "{error}"),
					}
				}
			}
		}
	}
}
