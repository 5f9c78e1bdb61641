//! The packed form of a matrix of weights, the same for every instruction set and batch.

use crate::quantize::Precision;

/// Outputs of a block.
pub(crate) const BLOCK: usize = 16;

/// Inputs of a line.
pub(crate) const STEP: usize = 4;

/// 64 bytes, aligned: a plane of 16 outputs × 4 inputs, or 16 scales.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Line(pub(crate) [u8; 64]);

impl Line {
	/// All bytes 0.
	pub(crate) const ZERO: Line = Line([0; 64]);

	/// Value `index` of a line of scales.
	#[inline]
	pub(crate) fn scale(&self, index: usize) -> f32 {
		let bytes = &self.0[4 * index..];
		f32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
	}

	/// Sets value `index` of a line of scales.
	#[inline]
	pub(crate) fn set_scale(&mut self, index: usize, scale: f32) {
		self.0[4 * index..4 * index + 4].copy_from_slice(&scale.to_ne_bytes());
	}
}

/// The shape of a packed matrix.
///
/// Outputs are cut into blocks of 16; the last is padded with zeros, as are the inputs to a multiple of 8. A block is
/// one line for each 4 inputs and plane, [inputs / 4, planes, 16 outputs, 4 inputs], and then a line of its outputs' scales.
/// In `E8` the only plane holds w + 128. In `E16` w = 128 · high + low with 0 ≤ low < 128; the planes hold high + 128 and low.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
	/// Rows.
	pub(crate) outputs: usize,
	/// Columns.
	pub(crate) inputs: usize,
	/// Planes and their meaning.
	pub(crate) precision: Precision,
}

impl Shape {
	/// Steps of 4 inputs.
	#[inline]
	pub(crate) fn steps(&self) -> usize {
		self.inputs.div_ceil(2 * STEP) * 2
	}

	/// Blocks of 16 outputs.
	#[inline]
	pub(crate) fn blocks(&self) -> usize {
		self.outputs.div_ceil(BLOCK)
	}

	/// Lines of a block, that of the scales among them.
	#[inline]
	pub(crate) fn block_lines(&self) -> usize {
		self.steps() * self.precision.planes() + 1
	}

	/// Lines of the matrix.
	#[inline]
	pub(crate) fn lines(&self) -> usize {
		self.blocks() * self.block_lines()
	}

	/// Outputs of block `block`: 16, or fewer in the last.
	#[inline]
	pub(crate) fn block_outputs(&self, block: usize) -> usize {
		(self.outputs - block * BLOCK).min(BLOCK)
	}

	/// Writes row `output`, [inputs], and its scale to `lines`, those of the matrix.
	pub(crate) fn pack_row(&self, lines: &mut [Line], output: usize, row: &[i16], scale: f32) {
		let block = &mut lines[output / BLOCK * self.block_lines()..][..self.block_lines()];
		let at = output % BLOCK * STEP;
		let Some((scales, lines)) = block.split_last_mut() else { return };
		scales.set_scale(output % BLOCK, scale);
		let quad = |row: &[i16]| {
			let mut quad = [0i16; STEP];
			quad[..row.len()].copy_from_slice(row);
			quad
		};
		match self.precision {
			Precision::E8 => {
				for (line, row) in lines.iter_mut().zip(row.chunks(STEP)) {
					line.0[at..at + STEP].copy_from_slice(&quad(row).map(|w| (w + 128) as u8));
				}
			}
			Precision::E16 => {
				for (lines, row) in lines.as_chunks_mut::<2>().0.iter_mut().zip(row.chunks(STEP)) {
					lines[0].0[at..at + STEP].copy_from_slice(&quad(row).map(|w| ((w >> 7) + 128) as u8));
					lines[1].0[at..at + STEP].copy_from_slice(&quad(row).map(|w| (w & 127) as u8));
				}
			}
		}
	}

	/// The integer of (`output`, `input`) in a block's lines; `output` counts from the block's first.
	#[inline]
	pub(crate) fn weight(&self, block: &[Line], output: usize, input: usize) -> i64 {
		let (step, at) = (input / STEP, output * STEP + input % STEP);
		match self.precision {
			Precision::E8 => i64::from(block[step].0[at]) - 128,
			Precision::E16 => 128 * (i64::from(block[2 * step].0[at]) - 128) + i64::from(block[2 * step + 1].0[at]),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_is_packed_is_found() {
		for precision in [Precision::E8, Precision::E16] {
			for (outputs, inputs) in [(1, 1), (16, 8), (17, 9), (33, 30), (5, 100)] {
				let shape = Shape { outputs, inputs, precision };
				let mut lines = vec![Line::ZERO; shape.lines()];
				let value = |output: usize, input: usize| -> i16 {
					let max = precision.max();
					((output * 7919 + input * 104_729) as i32 % (2 * max + 1) - max) as i16
				};
				for output in 0..outputs {
					let row: Vec<i16> = (0..inputs).map(|input| value(output, input)).collect();
					shape.pack_row(&mut lines, output, &row, output as f32 + 0.5);
				}
				for output in 0..outputs {
					let block = &lines[output / BLOCK * shape.block_lines()..][..shape.block_lines()];
					assert_eq!(block[block.len() - 1].scale(output % BLOCK), output as f32 + 0.5);
					for input in 0..inputs {
						assert_eq!(shape.weight(block, output % BLOCK, input), i64::from(value(output, input)));
					}
				}
			}
		}
	}

	#[test]
	fn both_ends_of_the_range_fit_their_planes() {
		for precision in [Precision::E8, Precision::E16] {
			let shape = Shape { outputs: 1, inputs: 2, precision };
			let mut lines = vec![Line::ZERO; shape.lines()];
			let max = precision.max() as i16;
			shape.pack_row(&mut lines, 0, &[max, -max], 1.0);
			assert_eq!((shape.weight(&lines, 0, 0), shape.weight(&lines, 0, 1)), (i64::from(max), -i64::from(max)));
		}
	}
}
