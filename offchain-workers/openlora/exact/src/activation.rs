//! The activations of the feed-forward layers, alone and gated.

use crate::functions::{per_isa, single};

#[inline(always)]
fn map(x: &mut [f32], f: impl Fn(f32) -> f32) {
	for value in x {
		*value = f(*value);
	}
}

#[inline(always)]
fn gated(gate: &mut [f32], up: &[f32], f: impl Fn(f32) -> f32) {
	assert_eq!(gate.len(), up.len(), "gate and up have one length");
	for (gate, up) in gate.iter_mut().zip(up) {
		*gate = f(*gate) * up;
	}
}

#[inline(always)]
fn silu_body(x: &mut [f32]) {
	map(x, single::silu);
}

#[inline(always)]
fn gelu_body(x: &mut [f32]) {
	map(x, single::gelu);
}

#[inline(always)]
fn gelu_tanh_body(x: &mut [f32]) {
	map(x, single::gelu_tanh);
}

#[inline(always)]
fn relu_body(x: &mut [f32]) {
	// NaN stays NaN.
	map(x, |x| if x < 0.0 { 0.0 } else { x });
}

#[inline(always)]
fn silu_mul_body(gate: &mut [f32], up: &[f32]) {
	gated(gate, up, single::silu);
}

#[inline(always)]
fn gelu_mul_body(gate: &mut [f32], up: &[f32]) {
	gated(gate, up, single::gelu);
}

#[inline(always)]
fn gelu_tanh_mul_body(gate: &mut [f32], up: &[f32]) {
	gated(gate, up, single::gelu_tanh);
}

per_isa! {
	/// SiLU (Swish) of each element, in place.
	pub fn silu(x: &mut [f32]) = silu_body
}
per_isa! {
	/// GELU by the error function of each element, in place.
	pub fn gelu(x: &mut [f32]) = gelu_body
}
per_isa! {
	/// GELU by its tanh form of each element, in place.
	pub fn gelu_tanh(x: &mut [f32]) = gelu_tanh_body
}
per_isa! {
	/// max(x, 0) of each element, in place.
	pub fn relu(x: &mut [f32]) = relu_body
}
per_isa! {
	/// gate = fl(silu(gate) · up).
	///
	/// # Panics
	/// If the lengths differ.
	pub fn silu_mul(gate: &mut [f32], up: &[f32]) = silu_mul_body
}
per_isa! {
	/// gate = fl(gelu(gate) · up).
	///
	/// # Panics
	/// If the lengths differ.
	pub fn gelu_mul(gate: &mut [f32], up: &[f32]) = gelu_mul_body
}
per_isa! {
	/// gate = fl(gelu_tanh(gate) · up).
	///
	/// # Panics
	/// If the lengths differ.
	pub fn gelu_tanh_mul(gate: &mut [f32], up: &[f32]) = gelu_tanh_mul_body
}
