//! The packed form of A: rows of few outputs, not padded to the 16 of a linear layer's blocks.

use crate::linear::pack::Line;
use crate::quantize::Precision;

/// Ranks that lie together.
pub(crate) const RANKS: usize = 8;

/// Inputs of a line.
pub(crate) const INPUTS: usize = 8;

/// The shape of a packed A.
///
/// Ranks are cut into groups of 8, padded with zeros, as are the inputs to a multiple of 8. A group is
/// [inputs / 8, planes, 8 ranks, 8 inputs], one line for each 8 inputs and plane; after the last come the ranks' scales.
/// Planes are those of [`Shape`](crate::linear::pack::Shape).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RankShape {
	/// Rows.
	pub(crate) rank: usize,
	/// Columns.
	pub(crate) inputs: usize,
	/// Planes and their meaning.
	pub(crate) precision: Precision,
}

impl RankShape {
	/// Groups of 8 ranks.
	#[inline]
	pub(crate) fn groups(&self) -> usize {
		self.rank.div_ceil(RANKS)
	}

	/// Steps of 8 inputs.
	#[inline]
	pub(crate) fn steps(&self) -> usize {
		self.inputs.div_ceil(INPUTS)
	}

	/// Lines of a group of 8 ranks.
	#[inline]
	pub(crate) fn group_lines(&self) -> usize {
		self.steps() * self.precision.planes()
	}

	/// Lines of A, those of the scales among them.
	#[inline]
	pub(crate) fn lines(&self) -> usize {
		self.groups() * self.group_lines() + self.rank.div_ceil(16)
	}

	/// The lines of the scales, 16 in each.
	#[inline]
	pub(crate) fn scales<'a>(&self, lines: &'a [Line]) -> &'a [Line] {
		&lines[self.groups() * self.group_lines()..self.lines()]
	}

	/// Writes row `rank`, [inputs], and its scale to `lines`.
	pub(crate) fn pack_row(&self, lines: &mut [Line], rank: usize, row: &[i16], scale: f32) {
		let at = rank % RANKS * INPUTS;
		let group = &mut lines[rank / RANKS * self.group_lines()..][..self.group_lines()];
		for (lines, row) in group.chunks_mut(self.precision.planes()).zip(row.chunks(INPUTS)) {
			for (lane, &w) in row.iter().enumerate() {
				match self.precision {
					Precision::E8 => lines[0].0[at + lane] = (w + 128) as u8,
					Precision::E16 => {
						lines[0].0[at + lane] = ((w >> 7) + 128) as u8;
						lines[1].0[at + lane] = (w & 127) as u8;
					}
				}
			}
		}
		lines[self.groups() * self.group_lines() + rank / 16].set_scale(rank % 16, scale);
	}

	/// The integer of (`rank`, `input`).
	#[inline]
	pub(crate) fn weight(&self, lines: &[Line], rank: usize, input: usize) -> i64 {
		let line = rank / RANKS * self.group_lines() + input / INPUTS * self.precision.planes();
		let at = rank % RANKS * INPUTS + input % INPUTS;
		match self.precision {
			Precision::E8 => i64::from(lines[line].0[at]) - 128,
			Precision::E16 => 128 * (i64::from(lines[line].0[at]) - 128) + i64::from(lines[line + 1].0[at]),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_is_packed_is_found() {
		for precision in [Precision::E8, Precision::E16] {
			for (rank, inputs) in [(1, 1), (8, 8), (9, 17), (33, 30)] {
				let shape = RankShape { rank, inputs, precision };
				let mut lines = vec![Line::ZERO; shape.lines()];
				let max = precision.max();
				let value = |rank: usize, input: usize| -> i16 {
					((rank * 7919 + input * 104_729) as i32 % (2 * max + 1) - max) as i16
				};
				for rank in 0..rank {
					let row: Vec<i16> = (0..inputs).map(|input| value(rank, input)).collect();
					shape.pack_row(&mut lines, rank, &row, rank as f32 + 0.5);
				}
				for rank in 0..rank {
					assert_eq!(shape.scales(&lines)[rank / 16].scale(rank % 16), rank as f32 + 0.5);
					for input in 0..inputs {
						assert_eq!(shape.weight(&lines, rank, input), i64::from(value(rank, input)));
					}
				}
			}
		}
	}
}
