//! AdamW over a flat vector.

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const EPS: f32 = 1e-8;

/// The running means of the gradient and of its square.
#[derive(Debug, Clone)]
pub(crate) struct AdamW {
	mean: Vec<f32>,
	square: Vec<f32>,
	steps: i32,
}

impl AdamW {
	/// For a vector of `n` values.
	pub(crate) fn new(n: usize) -> Self {
		Self { mean: vec![0.0; n], square: vec![0.0; n], steps: 0 }
	}

	/// One step against `gradient`.
	pub(crate) fn step(&mut self, values: &mut [f32], gradient: &[f32], learning_rate: f32, weight_decay: f32) {
		self.steps += 1;
		let mean_bias = 1.0 - BETA1.powi(self.steps);
		let square_bias = 1.0 - BETA2.powi(self.steps);
		for (i, (value, g)) in values.iter_mut().zip(gradient).enumerate() {
			self.mean[i] = BETA1 * self.mean[i] + (1.0 - BETA1) * g;
			self.square[i] = BETA2 * self.square[i] + (1.0 - BETA2) * g * g;
			let direction = (self.mean[i] / mean_bias) / ((self.square[i] / square_bias).sqrt() + EPS);
			*value -= learning_rate * (direction + weight_decay * *value);
		}
	}
}

/// Scales `gradient` down to the length `max` if it is longer (0 for never); returns its length before.
pub(crate) fn clip(gradient: &mut [f32], max: f32) -> f64 {
	let norm = gradient.iter().map(|g| f64::from(*g) * f64::from(*g)).sum::<f64>().sqrt();
	if max > 0.0 && norm > f64::from(max) {
		let factor = (f64::from(max) / norm) as f32;
		gradient.iter_mut().for_each(|g| *g *= factor);
	}
	norm
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn step_finds_the_minimum_of_a_parabola() {
		let (mut values, mut optimizer) = (vec![3.0, -2.0], AdamW::new(2));
		for _ in 0..500 {
			let gradient: Vec<f32> = values.iter().map(|v| 2.0 * (v - 1.0)).collect();
			optimizer.step(&mut values, &gradient, 0.05, 0.0);
		}
		assert!(values.iter().all(|v| (v - 1.0).abs() < 1e-2), "{values:?}");
	}

	#[test]
	fn first_step_has_the_length_of_the_learning_rate_and_decays_weights() {
		let mut values = vec![1.0];
		AdamW::new(1).step(&mut values, &[123.0], 0.1, 0.5);
		assert!((values[0] - (1.0 - 0.1 - 0.05)).abs() < 1e-6);
	}

	#[test]
	fn clip_shortens_only_what_is_too_long() {
		let mut gradient = [3.0, 4.0];
		assert_eq!(clip(&mut gradient, 10.0), 5.0);
		assert_eq!(gradient, [3.0, 4.0]);
		clip(&mut gradient, 1.0);
		assert!((gradient[0] - 0.6).abs() < 1e-6 && (gradient[1] - 0.8).abs() < 1e-6);
	}
}
