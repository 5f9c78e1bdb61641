//! Text to vector: all-MiniLM-L6-v2 in ONNX Runtime, mean-pooled, normalised and quantised to int8.
//!
//! A vector depends on its text alone. Neighbours in a batch, and their padding, may change a text's numbers: a model that
//! quantises activations scales them by the extremes of a run, and in f32, as this one computes with its weights of 8 bits, the
//! library is free to sum in another order for another shape. So every text is a run of its own, on one thread, and texts
//! are spread over sessions instead. What remains is the last bits of floating point between kinds of processors, which
//! quantisation mostly but not always rounds away: between machines, vectors are compared by cosine (protocol §8).

use openledger_onnx::Options;
use openledger_primitives::attribution::Vector;

pub use openledger_onnx::{Files as EncoderPaths, OnnxError as EncoderError, MAX_THREADS};

/// Entries of a vector.
pub const DIM: u16 = 384;
/// The dot product of two equal vectors is about this: cosine 1 in int8 × int8.
pub const UNIT: i64 = 127 * 127;
/// The most word pieces of a text that count, the two that mark its ends included. What follows is ignored.
pub const MAX_PIECES: usize = 256;

/// The sentence encoder. Shared by reference between threads.
#[derive(Debug)]
pub struct Encoder(openledger_onnx::Encoder);

impl Encoder {
	/// Loads the encoder with one session for each of `threads`, which is brought into 1 to [`MAX_THREADS`]. A session
	/// holds its own copy of the model, a file of 23 MB.
	pub fn load(paths: &EncoderPaths, threads: usize) -> Result<Self, EncoderError> {
		let options = Options { threads: threads.clamp(1, MAX_THREADS), batch: 1, max_tokens: MAX_PIECES };
		let encoder = openledger_onnx::Encoder::load(paths, options)?;
		if encoder.width() == usize::from(DIM) {
			return Ok(Self(encoder));
		}
		Err(EncoderError::Model {
			path: paths.model.clone(),
			what: "the sentence encoder of the protocol",
			fix: "run `make setup`",
			reason: format!("its vectors have {} entries, not {DIM}", encoder.width()),
		})
	}

	/// The vectors of `texts`, in their order: the mean over a text's word pieces, scaled to length 127 and rounded.
	///
	/// A text of more than [`MAX_PIECES`] word pieces is cut there. A text without any is an error.
	pub fn encode(&self, texts: &[&str]) -> Result<Vec<Vector>, EncoderError> {
		let vectors = self.0.encode(texts)?.into_iter().enumerate();
		let quantise = |(position, vector): (usize, Vec<f64>)| {
			quantise(&vector).ok_or(EncoderError::Answer { position, reason: "is longer than a vector may be" })
		};
		vectors.map(quantise).collect()
	}
}

/// `vector`, of length 1, scaled to 127 and rounded, or `None` for one of too many entries.
fn quantise(vector: &[f64]) -> Option<Vector> {
	// An entry of a vector of length 1 is within -1 to 1; `as` would clamp all the same.
	let quantised: Vec<i8> = vector.iter().map(|x| (x * 127.0).round() as i8).collect();
	quantised.try_into().ok()
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]
	use super::*;

	#[test]
	fn quantise_scales_to_127_and_rounds() {
		assert_eq!(quantise(&[0.6, -0.8]).unwrap().into_inner(), [76, -102]);
		assert_eq!(quantise(&[-1.0]).unwrap().into_inner(), [-127]);
		assert_eq!(quantise(&[1.0, 0.0039]).unwrap().into_inner(), [127, 0]);
		assert_eq!(quantise(&[1.0, 0.0040]).unwrap().into_inner(), [127, 1]);
	}
}
