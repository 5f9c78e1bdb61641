//! The specification of a low-rank change.

use super::pack::RankShape;
use crate::activations::ActivationRow;
use crate::linear::pack::{Line, Shape, BLOCK};
use crate::linear::scalar::{block, scaled};

/// One row by A, [rank]: `lines` begin with those of A.
pub(crate) fn reduce(shape: &RankShape, lines: &[Line], row: &ActivationRow<'_>, z: &mut [f32]) {
	let scales = shape.scales(lines);
	for (rank, z) in z.iter_mut().enumerate() {
		let dot = |sum: i64, (input, &a): (usize, &i16)| sum + i64::from(a) * shape.weight(lines, rank, input);
		let sum = row.integers[..shape.inputs].iter().enumerate().fold(0i64, dot);
		*z = scaled(sum, row.head.scale, scales[rank / 16].scale(rank % 16));
	}
}

/// Adds to `out`, [outputs], `scale` times the row of `z` by B.
pub(crate) fn expand(shape: &Shape, lines: &[Line], z: &ActivationRow<'_>, scale: f32, out: &mut [f32]) {
	for (lines, out) in lines.chunks(shape.block_lines()).zip(out.chunks_mut(BLOCK)) {
		let mut change = [0.0; BLOCK];
		block(shape, lines, z, &mut change[..out.len()]);
		add(out, &change, scale);
	}
}

/// `out += scale · change`, both operations rounded.
#[inline]
pub(crate) fn add(out: &mut [f32], change: &[f32], scale: f32) {
	for (out, change) in out.iter_mut().zip(change) {
		*out += scale * change;
	}
}
