//! NumPy's file format, version 1.0 (numpy.lib.format): a header of text and little-endian values.

use std::io::{self, Write};

/// Writes a C-contiguous array of f32 of that shape.
///
/// # Errors
/// Those of the writer.
pub(crate) fn write(out: &mut impl Write, shape: [usize; 2], values: &[f32]) -> io::Result<()> {
	let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", shape[0], shape[1]);
	// Magic, version, length and header together are a multiple of 64; the header ends with a newline.
	let padding = (64 - (10 + header.len() + 1) % 64) % 64;
	header.push_str(&" ".repeat(padding));
	header.push('\n');
	out.write_all(b"\x93NUMPY\x01\x00")?;
	out.write_all(&(header.len() as u16).to_le_bytes())?;
	out.write_all(header.as_bytes())?;
	for value in values {
		out.write_all(&value.to_le_bytes())?;
	}
	out.flush()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn write_aligns_the_values() {
		for shape in [[1, 2], [2, 100_000], [12_345, 7]] {
			let mut bytes = Vec::new();
			write(&mut bytes, shape, &[1.0, -2.5]).unwrap();
			let length = u16::from_le_bytes([bytes[8], bytes[9]]) as usize;
			assert_eq!(((10 + length) % 64, bytes.len()), (0, 10 + length + 8));
			assert_eq!(bytes[10 + length - 1], b'\n');
			assert_eq!(bytes[10 + length..], [0, 0, 128, 63, 0, 0, 32, 192]);
		}
	}
}
