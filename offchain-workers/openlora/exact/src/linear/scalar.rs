//! The specification of a linear layer: dot products of integers, two multiplications.

use super::pack::{Line, Shape};
use crate::activations::ActivationRow;

/// Outputs of one row by one block, [outputs of the block].
pub(crate) fn block(shape: &Shape, block: &[Line], row: &ActivationRow<'_>, out: &mut [f32]) {
	for (output, out) in out.iter_mut().enumerate() {
		let dot = |sum: i64, (input, &a): (usize, &i16)| sum + i64::from(a) * shape.weight(block, output, input);
		let sum = row.integers[..shape.inputs].iter().enumerate().fold(0i64, dot);
		*out = scaled(sum, row.head.scale, block[block.len() - 1].scale(output));
	}
}

/// An exact sum in f32: rounded to nearest, times the activations' scale, rounded, times the weights', rounded.
#[inline]
pub(crate) fn scaled(sum: i64, activation_scale: f32, weight_scale: f32) -> f32 {
	sum as f32 * activation_scale * weight_scale
}
