//! RMS and layer normalisation with a fixed order of additions.

use crate::functions::{per_isa, LANES};

/// Σ f(xᵢ): 64 lanes, element i in lane i mod 64 in ascending order, then the tree lane i += lane i + half.
#[inline(always)]
fn lane_sum(x: &[f32], f: impl Fn(f32) -> f32) -> f32 {
	let mut lanes = [0.0f32; LANES];
	let chunks = x.chunks_exact(LANES);
	let rest = chunks.remainder();
	for chunk in chunks {
		for (lane, &value) in lanes.iter_mut().zip(chunk) {
			*lane += f(value);
		}
	}
	for (lane, &value) in lanes.iter_mut().zip(rest) {
		*lane += f(value);
	}
	let mut width = LANES / 2;
	while width > 0 {
		for i in 0..width {
			lanes[i] += lanes[i + width];
		}
		width /= 2;
	}
	lanes[0]
}

#[inline(always)]
fn rms_norm_in_place_body(x: &mut [f32], scale: &[f32], eps: f32) {
	if scale.is_empty() {
		return;
	}
	assert_eq!(x.len() % scale.len(), 0, "whole rows");
	let width = scale.len() as f32;
	for row in x.chunks_exact_mut(scale.len()) {
		let mean = lane_sum(row, |x| x * x) / width;
		let inverse = 1.0 / (mean + eps).sqrt();
		for (x, scale) in row.iter_mut().zip(scale) {
			*x = (*x * inverse) * scale;
		}
	}
}

#[inline(always)]
fn rms_norm_body(x: &[f32], scale: &[f32], eps: f32, out: &mut [f32]) {
	out.copy_from_slice(x);
	rms_norm_in_place_body(out, scale, eps);
}

#[inline(always)]
fn layer_norm_body(x: &[f32], scale: &[f32], bias: &[f32], eps: f32, out: &mut [f32]) {
	out.copy_from_slice(x);
	if scale.is_empty() {
		return;
	}
	assert_eq!(x.len() % scale.len(), 0, "whole rows");
	assert!(bias.is_empty() || bias.len() == scale.len(), "a bias as wide as the scale");
	let width = scale.len() as f32;
	for row in out.chunks_exact_mut(scale.len()) {
		let mean = lane_sum(row, |x| x) / width;
		for x in row.iter_mut() {
			*x -= mean;
		}
		let variance = lane_sum(row, |x| x * x) / width;
		let inverse = 1.0 / (variance + eps).sqrt();
		for (x, scale) in row.iter_mut().zip(scale) {
			*x = (*x * inverse) * scale;
		}
		for (x, bias) in row.iter_mut().zip(bias) {
			*x += bias;
		}
	}
}

per_isa! {
	/// out = x / √(mean(x²) + eps) · scale for every row of `x` `[rows, width]`, with `scale` `[width]`.
	///
	/// fl(fl(x · fl(1 / fl√(mean + eps))) · scale). Gemma's 1 + scale is the caller's.
	///
	/// # Panics
	/// If `x` is not a whole number of rows or `out` has another length.
	pub fn rms_norm(x: &[f32], scale: &[f32], eps: f32, out: &mut [f32]) = rms_norm_body
}
per_isa! {
	/// [`rms_norm`] in place, for the norms of queries and keys.
	///
	/// # Panics
	/// If `x` is not a whole number of rows.
	pub fn rms_norm_in_place(x: &mut [f32], scale: &[f32], eps: f32) = rms_norm_in_place_body
}
per_isa! {
	/// out = (x − mean) / √(variance + eps) · scale + bias for every row; an empty bias adds nothing.
	///
	/// # Panics
	/// If `x` is not a whole number of rows, or `out` or `bias` has another length.
	pub fn layer_norm(x: &[f32], scale: &[f32], bias: &[f32], eps: f32, out: &mut [f32]) = layer_norm_body
}
