//! The small operations of a decoder on row-major f32 slices; shared by inference and training.

use crate::kernel::exp_in_place;
use rayon::prelude::*;

/// Rows below this many values are not worth a parallel region.
const PARALLEL_FROM: usize = 1 << 15;

/// Root-mean-square norm of each row: `out = x / sqrt(mean(x²) + eps) · weight`. Rows have `weight.len()` values.
pub fn rms_norm(x: &[f32], weight: &[f32], eps: f32, out: &mut [f32]) {
	for (x, out) in x.chunks_exact(weight.len()).zip(out.chunks_exact_mut(weight.len())) {
		let inverse = inverse_rms(x, eps);
		for ((out, x), w) in out.iter_mut().zip(x).zip(weight) {
			*out = x * inverse * w;
		}
	}
}

/// `1 / sqrt(mean(x²) + eps)`, summed in f64.
pub fn inverse_rms(x: &[f32], eps: f32) -> f32 {
	let sum: f64 = x.iter().map(|v| f64::from(*v) * f64::from(*v)).sum();
	(1.0 / (sum / x.len() as f64 + f64::from(eps)).sqrt()) as f32
}

/// Softmax of `row` in place; entries of minus infinity become 0.
pub fn softmax(row: &mut [f32]) {
	let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
	row.iter_mut().for_each(|v| *v -= max);
	exp_in_place(row);
	let sum: f32 = row.iter().sum();
	row.iter_mut().for_each(|v| *v /= sum);
}

/// `gate = silu(gate) · up`, element by element.
pub fn swiglu(gate: &mut [f32], up: &[f32]) {
	let block = |(gate, up): (&mut [f32], &[f32])| {
		let mut e = [0.0f32; 512];
		let e = &mut e[..gate.len()];
		e.iter_mut().zip(&*gate).for_each(|(e, g)| *e = -g);
		exp_in_place(e);
		for ((g, u), e) in gate.iter_mut().zip(up).zip(e) {
			*g = *g / (1.0 + *e) * u;
		}
	};
	match gate.len() < PARALLEL_FROM {
		true => gate.chunks_mut(512).zip(up.chunks(512)).for_each(block),
		false => gate.par_chunks_mut(512).zip(up.par_chunks(512)).for_each(block),
	}
}

/// Cosines and sines of the rotary positions, [positions, head_dim / 2].
#[derive(Debug, Clone)]
pub struct Rope {
	half: usize,
	cos: Vec<f32>,
	sin: Vec<f32>,
}

impl Rope {
	/// The table for the given positions, in their order.
	pub fn new(base: f32, head_dim: usize, positions: impl Iterator<Item = usize>) -> Self {
		let half = head_dim / 2;
		let frequencies: Vec<f64> =
			(0..half).map(|i| f64::from(base).powf(-2.0 * i as f64 / head_dim as f64)).collect();
		let (mut cos, mut sin) = (Vec::new(), Vec::new());
		for position in positions {
			for frequency in &frequencies {
				let (s, c) = (position as f64 * frequency).sin_cos();
				cos.push(c as f32);
				sin.push(s as f32);
			}
		}
		Self { half, cos, sin }
	}

	/// Rotates every head of every row of `x` ([positions, heads · head_dim]); the pair of a value lies half a head
	/// further on (the layout of Hugging Face).
	pub fn rotate(&self, x: &mut [f32]) {
		self.apply(x, 1.0);
	}

	/// The inverse of [`rotate`](Self::rotate), which is also its gradient.
	pub fn rotate_back(&self, x: &mut [f32]) {
		self.apply(x, -1.0);
	}

	fn apply(&self, x: &mut [f32], sign: f32) {
		let positions = self.cos.len() / self.half;
		let width = x.len() / positions;
		for (t, row) in x.chunks_exact_mut(width).enumerate() {
			let cos = &self.cos[t * self.half..(t + 1) * self.half];
			let sin = &self.sin[t * self.half..(t + 1) * self.half];
			for head in row.chunks_exact_mut(2 * self.half) {
				let (low, high) = head.split_at_mut(self.half);
				for i in 0..self.half {
					let (a, b, s) = (low[i], high[i], sign * sin[i]);
					low[i] = a * cos[i] - b * s;
					high[i] = b * cos[i] + a * s;
				}
			}
		}
	}
}
