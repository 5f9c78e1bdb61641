//! The loss of the expected tokens and its gradient, computed for those tokens only.

use crate::base::Base;
use crate::network::norm_backward;
use openledger_openlora::kernel::exp_in_place;
use openledger_openlora::math::rms_norm;
use openledger_openlora::matrix::{linear, matmul, View};
use openledger_openlora::DecoderSpec;
use rayon::prelude::*;

/// Tokens whose logits are in memory at once.
const CHUNK: usize = 128;

/// The sum of the negative log likelihoods of `expected` (index of a token, the token that should follow), given the
/// last layer's output `x` ([tokens, width]). With `Some((scale, dx))`, adds `scale` times its gradient to `dx`.
pub(crate) fn answer_loss(
	spec: &DecoderSpec,
	weights: &Base,
	x: &[f32],
	expected: &[(usize, u32)],
	mut gradient: Option<(f32, &mut [f32])>,
) -> f64 {
	let (width, head) = (spec.width, weights.head());
	let mut total = 0.0;
	for chunk in expected.chunks(CHUNK) {
		let rows: Vec<f32> = chunk.iter().flat_map(|(i, _)| &x[i * width..(i + 1) * width]).copied().collect();
		let mut h = vec![0.0; rows.len()];
		rms_norm(&rows, &weights.norm, spec.norm_eps, &mut h);
		let mut logits = vec![0.0; chunk.len() * spec.vocab];
		linear(&h, head, &mut logits);
		let scale = gradient.as_ref().map(|(scale, _)| *scale);
		let losses: Vec<f64> = logits
			.par_chunks_mut(spec.vocab)
			.zip(chunk)
			.map(|(logits, (_, token))| token_loss(logits, *token as usize, scale))
			.collect();
		total += losses.iter().sum::<f64>();
		if let Some((_, dx)) = &mut gradient {
			matmul(&mut h, View::new(&logits, chunk.len(), spec.vocab), head.view(), 1.0, false);
			let mut d_rows = vec![0.0; rows.len()];
			norm_backward(&rows, &weights.norm, spec.norm_eps, &h, &mut d_rows);
			for ((i, _), d) in chunk.iter().zip(d_rows.chunks_exact(width)) {
				dx[i * width..(i + 1) * width].iter_mut().zip(d).for_each(|(dx, d)| *dx += d);
			}
		}
	}
	total
}

/// The negative log likelihood of `token`. With a scale, `logits` become `scale` times their gradient.
fn token_loss(logits: &mut [f32], token: usize, scale: Option<f32>) -> f64 {
	let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
	let own = logits[token] - max;
	logits.iter_mut().for_each(|v| *v -= max);
	exp_in_place(logits);
	let sum: f64 = logits.iter().map(|v| f64::from(*v)).sum();
	if let Some(scale) = scale {
		let factor = (f64::from(scale) / sum) as f32;
		logits.iter_mut().for_each(|v| *v *= factor);
		logits[token] -= scale;
	}
	sum.ln() - f64::from(own)
}
