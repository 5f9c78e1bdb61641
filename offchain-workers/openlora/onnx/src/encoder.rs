//! Text to vector: the mean over a text's tokens, of length 1.

use crate::model::{Head, Model, Purpose};
use crate::tokens::Texts;
use crate::{Files, OnnxError, Options};

const PURPOSE: Purpose = Purpose {
	what: "a sentence encoder",
	fix: "run `make setup` for all-MiniLM-L6-v2, or give an encoder's ONNX export",
};

/// What a model is tried with when it is loaded: two lengths, so that a batch has padding.
pub(crate) const PROBES: [&str; 2] = ["a", "a b"];

/// A sentence encoder: a transformer whose first output is [texts, tokens, width]. Shared by reference between threads.
pub struct Encoder {
	model: Model,
	texts: Texts,
	head: Mean,
}

impl core::fmt::Debug for Encoder {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.debug_tuple("Encoder").field(&self.model).finish()
	}
}

impl Encoder {
	/// Loads an encoder and tries it, so that a model of another kind is found out here and not at the first text.
	///
	/// # Errors
	/// Those of [`OnnxError`] that name an option or a file.
	pub fn load(files: &Files, options: Options) -> Result<Self, OnnxError> {
		let (model, words) = Model::load(files, options, PURPOSE)?;
		let mut encoder = Self { model, texts: words.texts(options.max_tokens)?, head: Mean { width: None } };
		let vectors = encoder.encode(&PROBES).map_err(|error| encoder.model.wrong(error))?;
		encoder.head.width = vectors.first().map(Vec::len);
		Ok(encoder)
	}

	/// Entries of a vector.
	pub fn width(&self) -> usize {
		self.head.width.unwrap_or_default()
	}

	/// The vectors of `texts` in their order, each of length 1. One text that fails fails all.
	///
	/// # Errors
	/// [`OnnxError::EmptyText`], [`OnnxError::Answer`], [`OnnxError::Run`].
	pub fn encode(&self, texts: &[&str]) -> Result<Vec<Vec<f64>>, OnnxError> {
		let tokens = texts.iter().enumerate().map(|(at, text)| self.texts.tokens(at, text));
		self.model.answers(&self.head, &tokens.collect::<Result<Vec<_>, _>>()?)
	}
}

/// The mean of a text's tokens.
#[derive(Debug)]
struct Mean {
	/// Entries of a vector, once they are known.
	width: Option<usize>,
}

impl Head for Mean {
	type Answer = Vec<f64>;

	fn check(&self, shape: &[i64], texts: usize, tokens: usize) -> Result<(), String> {
		let width = self.width.map(|width| width as i64);
		match shape {
			[b, s, w]
				if *b == texts as i64 && *s == tokens as i64 && *w > 0 && width.is_none_or(|width| *w == width) =>
			{
				Ok(())
			}
			_ => Err(match width {
				Some(width) => format!("[{texts}, {tokens}, {width}]"),
				None => format!("[{texts}, {tokens}, width]"),
			}),
		}
	}

	fn read(&self, values: &[f32], tokens: usize, padded: usize) -> Result<Vec<f64>, &'static str> {
		let width = values.len() / padded.max(1);
		normalise(mean(values, tokens, width))
	}
}

/// The mean of the first `tokens` rows of `hidden`, [tokens or more, width]. The sum is made in double precision and in the
/// order of the tokens.
fn mean(hidden: &[f32], tokens: usize, width: usize) -> Vec<f64> {
	let mut sum = vec![0f64; width];
	for token in hidden.chunks_exact(width.max(1)).take(tokens) {
		sum.iter_mut().zip(token).for_each(|(sum, x)| *sum += f64::from(*x));
	}
	sum.iter_mut().for_each(|sum| *sum /= tokens as f64);
	sum
}

/// `vector` scaled to length 1.
fn normalise(mut vector: Vec<f64>) -> Result<Vec<f64>, &'static str> {
	let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
	if !length.is_finite() {
		return Err("is not finite");
	}
	if length <= 0.0 {
		return Err("has no length");
	}
	vector.iter_mut().for_each(|x| *x /= length);
	Ok(vector)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn mean_leaves_the_padding_out() {
		let hidden = [1.0, 2.0, 4.0, 0.0, f32::NAN, f32::NAN];
		assert_eq!(mean(&hidden, 2, 2), [2.5, 1.0]);
	}

	#[test]
	fn normalise_fails_when_there_is_no_length() {
		assert_eq!(normalise(vec![3.0, -4.0]), Ok(vec![0.6, -0.8]));
		assert_eq!(normalise(vec![0.0, 0.0]), Err("has no length"));
		assert_eq!(normalise(vec![1.0, f64::NAN]), Err("is not finite"));
		assert_eq!(normalise(vec![1.0, f64::INFINITY]), Err("is not finite"));
	}
}
