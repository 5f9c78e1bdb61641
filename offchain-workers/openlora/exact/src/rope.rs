//! Rotary position embedding (Su et al. 2021, arXiv 2104.09864) from exact tables.

use crate::{
	functions::{double, per_isa},
	Isa,
};

/// The frequencies of a model, from which the cosines and sines of any position follow.
#[derive(Clone, Debug, PartialEq)]
pub struct RopeTable {
	frequencies: Vec<f32>,
	attention_factor: f32,
}

impl RopeTable {
	/// A table of `frequencies` (radians per position, half as many as rotated dimensions), with a factor on cosine and sine.
	pub fn new(frequencies: &[f32], attention_factor: f32) -> Self {
		Self { frequencies: frequencies.to_vec(), attention_factor }
	}

	/// The number of pairs that are rotated: the length of a row of cosines.
	pub fn pairs(&self) -> usize {
		self.frequencies.len()
	}

	/// Cosines and sines of `positions` into `cos` and `sin`, each `[positions, pairs]`.
	///
	/// The angle is fl32(position · frequency); its cosine and sine are computed in f64 and rounded to f32, then multiplied by
	/// the attention factor. Angles to 2²⁴ are accurate to one unit in the last place.
	///
	/// # Panics
	/// If `cos` or `sin` has another length.
	pub fn rows(&self, isa: Isa, positions: &[usize], cos: &mut [f32], sin: &mut [f32]) {
		let pairs = self.pairs();
		assert_eq!(cos.len(), positions.len() * pairs, "one cosine for each position and pair");
		assert_eq!(sin.len(), cos.len(), "as many sines as cosines");
		if pairs == 0 {
			return;
		}
		for ((&position, cos), sin) in
			positions.iter().zip(cos.chunks_exact_mut(pairs)).zip(sin.chunks_exact_mut(pairs))
		{
			angles(isa, &self.frequencies, position as f32, self.attention_factor, cos, sin);
		}
	}
}

#[inline(always)]
fn angles_body(frequencies: &[f32], position: f32, factor: f32, cos: &mut [f32], sin: &mut [f32]) {
	for ((&frequency, cos), sin) in frequencies.iter().zip(cos).zip(sin) {
		let (s, c) = double::sin_cos(f64::from(position * frequency));
		*cos = (c as f32) * factor;
		*sin = (s as f32) * factor;
	}
}

per_isa! {
	fn angles(frequencies: &[f32], position: f32, factor: f32, cos: &mut [f32], sin: &mut [f32]) = angles_body
}

#[inline(always)]
fn rotate_body(row: &mut [f32], head_dim: usize, dims: usize, interleaved: bool, cos: &[f32], sin: &[f32]) {
	let pairs = dims / 2;
	assert!(dims <= head_dim && cos.len() == pairs && sin.len() == pairs, "a cosine and a sine for each pair");
	if pairs == 0 {
		return;
	}
	assert_eq!(row.len() % head_dim, 0, "whole heads");
	for head in row.chunks_exact_mut(head_dim) {
		if interleaved {
			for ((pair, &c), &s) in head[..2 * pairs].chunks_exact_mut(2).zip(cos).zip(sin) {
				let (a, b) = (pair[0], pair[1]);
				pair[0] = a * c - b * s;
				pair[1] = b * c + a * s;
			}
		} else {
			let (low, high) = head[..2 * pairs].split_at_mut(pairs);
			for (((a, b), &c), &s) in low.iter_mut().zip(high).zip(cos).zip(sin) {
				let (x, y) = (*a, *b);
				*a = x * c - y * s;
				*b = y * c + x * s;
			}
		}
	}
}

per_isa! {
	/// Rotates the first `dims` dimensions of every head of `row` `[heads, head_dim]` by one position's `cos` and `sin` `[dims / 2]`.
	///
	/// Pair i is (i, i + dims/2), or (2i, 2i + 1) where `interleaved` (ChatGLM, GPT-J).
	/// (a, b) becomes (fl(fl(a·c) − fl(b·s)), fl(fl(b·c) + fl(a·s))).
	///
	/// # Panics
	/// If the lengths do not fit.
	pub fn rotate(row: &mut [f32], head_dim: usize, dims: usize, interleaved: bool, cos: &[f32], sin: &[f32]) = rotate_body
}
