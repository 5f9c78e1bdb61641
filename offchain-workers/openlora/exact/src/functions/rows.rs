//! Elementwise loops over slices, and the reductions of logits, on every instruction set.

use super::{double, single};
use crate::functions::per_isa;

#[inline(always)]
fn map_body(x: &mut [f32], f: impl Fn(f32) -> f32) {
	for value in x {
		*value = f(*value);
	}
}

#[inline(always)]
fn exp_body(x: &mut [f32]) {
	map_body(x, single::exp);
}

#[inline(always)]
fn tanh_body(x: &mut [f32]) {
	map_body(x, single::tanh);
}

#[inline(always)]
fn erf_body(x: &mut [f32]) {
	map_body(x, single::erf);
}

#[inline(always)]
fn softcap_body(x: &mut [f32], cap: f32) {
	map_body(x, |value| single::softcap(value, cap));
}

#[inline(always)]
fn scale_body(x: &mut [f32], factor: f32) {
	map_body(x, |value| value * factor);
}

#[inline(always)]
fn add_body(x: &mut [f32], y: &[f32]) {
	assert_eq!(x.len(), y.len(), "both terms have one length");
	for (x, y) in x.iter_mut().zip(y) {
		*x += y;
	}
}

#[inline(always)]
fn add_scaled_body(x: &mut [f32], y: &[f32], factor: f32) {
	assert_eq!(x.len(), y.len(), "both terms have one length");
	for (x, y) in x.iter_mut().zip(y) {
		*x += factor * y;
	}
}

#[inline(always)]
fn add_bias_body(x: &mut [f32], bias: &[f32]) {
	if bias.is_empty() {
		return;
	}
	assert_eq!(x.len() % bias.len(), 0, "whole rows");
	for row in x.chunks_exact_mut(bias.len()) {
		for (x, bias) in row.iter_mut().zip(bias) {
			*x += bias;
		}
	}
}

/// Lanes of every reduction over a row.
pub(crate) const LANES: usize = 64;

#[inline(always)]
fn log_sum_exp_body(x: &[f32]) -> f64 {
	let mut lanes = [f32::NEG_INFINITY; LANES];
	for chunk in x.chunks(LANES) {
		for (lane, &value) in lanes.iter_mut().zip(chunk) {
			*lane = if value > *lane { value } else { *lane };
		}
	}
	let max = lanes.iter().fold(f32::NEG_INFINITY, |max, &value| if value > max { value } else { max });
	if max == f32::NEG_INFINITY {
		return f64::NEG_INFINITY;
	}
	let max = f64::from(max);
	let mut sums = [0.0f64; LANES];
	let chunks = x.chunks_exact(LANES);
	let rest = chunks.remainder();
	for chunk in chunks {
		for (sum, &value) in sums.iter_mut().zip(chunk) {
			*sum += double::exp(f64::from(value) - max);
		}
	}
	for (sum, &value) in sums.iter_mut().zip(rest) {
		*sum += double::exp(f64::from(value) - max);
	}
	let mut width = LANES / 2;
	while width > 0 {
		for i in 0..width {
			sums[i] += sums[i + width];
		}
		width /= 2;
	}
	max + double::ln(sums[0])
}

per_isa! {
	/// e to each element, in place.
	pub fn exp_in_place(x: &mut [f32]) = exp_body
}
per_isa! {
	/// The hyperbolic tangent of each element, in place.
	pub fn tanh_in_place(x: &mut [f32]) = tanh_body
}
per_isa! {
	/// The error function of each element, in place.
	pub fn erf_in_place(x: &mut [f32]) = erf_body
}
per_isa! {
	/// cap · tanh(x / cap) of each element, in place: the soft cap of Gemma 2's logits.
	pub fn softcap_in_place(x: &mut [f32], cap: f32) = softcap_body
}
per_isa! {
	/// x = fl(x · factor).
	pub fn scale_in_place(x: &mut [f32], factor: f32) = scale_body
}
per_isa! {
	/// x = fl(x + y).
	///
	/// # Panics
	/// If the lengths differ.
	pub fn add_in_place(x: &mut [f32], y: &[f32]) = add_body
}
per_isa! {
	/// x = fl(x + fl(factor · y)), for residuals that a model scales.
	///
	/// # Panics
	/// If the lengths differ.
	pub fn add_scaled_in_place(x: &mut [f32], y: &[f32], factor: f32) = add_scaled_body
}
per_isa! {
	/// Adds `bias` `[width]` to every row of `x` `[rows, width]`; an empty bias adds nothing.
	///
	/// # Panics
	/// If `x` is not a whole number of rows.
	pub fn add_bias(x: &mut [f32], bias: &[f32]) = add_bias_body
}
per_isa! {
	/// ln Σ exp(xᵢ) in f64, so that the log probability of token i is `f64::from(x[i]) - log_sum_exp(x)`; −∞ for no finite logit.
	///
	/// The maximum is exact; the sum has 64 lanes (element i in lane i mod 64, ascending), then the tree lane += lane + half.
	pub fn log_sum_exp(x: &[f32]) -> f64 = log_sum_exp_body
}
