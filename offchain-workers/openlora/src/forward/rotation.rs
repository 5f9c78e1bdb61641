//! Cosines and sines of the positions of a step.

use crate::spec::{DecoderSpec, Position, Rope};
use openledger_exact::rope::{rotate, RopeTable};
use openledger_exact::Isa;

/// The rotation of a model.
pub(crate) struct Rotation {
	rope: Rope,
	table: RopeTable,
	head_dim: usize,
}

/// Cosines and sines of some positions, [positions, dims / 2] each.
pub(crate) struct Angles {
	cos: Vec<f32>,
	sin: Vec<f32>,
}

impl Rotation {
	/// The rotation of a model, if it has one.
	pub(crate) fn new(spec: &DecoderSpec) -> Option<Self> {
		let Position::Rope(rope) = &spec.position else { return None };
		let (frequencies, factor) = spec.inverse_frequencies()?;
		let table = RopeTable::new(&frequencies, factor);
		Some(Self { rope: rope.clone(), table, head_dim: spec.head_dim })
	}

	/// The angles of `positions`.
	pub(crate) fn angles(&self, isa: Isa, positions: impl Iterator<Item = usize>) -> Angles {
		let half = self.rope.dims / 2;
		let positions: Vec<usize> = positions.collect();
		let mut angles = Angles { cos: vec![0.0; positions.len() * half], sin: vec![0.0; positions.len() * half] };
		self.table.rows(isa, &positions, &mut angles.cos, &mut angles.sin);
		angles
	}

	/// Rotates the queries and keys of the row `row` of a step.
	pub(crate) fn apply(&self, isa: Isa, angles: &Angles, row: usize, q: &mut [f32], k: &mut [f32]) {
		let half = self.rope.dims / 2;
		let (cos, sin) = (&angles.cos[row * half..(row + 1) * half], &angles.sin[row * half..(row + 1) * half]);
		rotate(isa, q, self.head_dim, self.rope.dims, self.rope.interleaved, cos, sin);
		rotate(isa, k, self.head_dim, self.rope.dims, self.rope.interleaved, cos, sin);
	}
}
