//! Buffers of f32 that matrices share.

use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

/// The most values of the buffer that is kept: 32 MiB.
const SPARE_VALUES: usize = 8 << 20;

/// The last recycled buffer that was dropped. The pages of a new one cost the system more than reading a file into them.
static SPARE: Mutex<Vec<f32>> = Mutex::new(Vec::new());

/// Values that are written once.
#[derive(Debug)]
pub struct Buffer {
	values: Vec<f32>,
	/// Whether the memory is kept for another buffer afterwards.
	recycled: bool,
}

impl Buffer {
	/// `len` values for `fill` to write all of, in the memory of a buffer that is not used any more.
	///
	/// # Errors
	/// Those of `fill`.
	pub fn recycled<E>(len: usize, fill: impl FnOnce(&mut [f32]) -> Result<(), E>) -> Result<Self, E> {
		let mut values = std::mem::take(&mut *SPARE.lock().unwrap_or_else(PoisonError::into_inner));
		values.resize(len, 0.0);
		let mut buffer = Self { values, recycled: true };
		fill(&mut buffer.values)?;
		Ok(buffer)
	}
}

impl From<Vec<f32>> for Buffer {
	fn from(values: Vec<f32>) -> Self {
		Self { values, recycled: false }
	}
}

impl Deref for Buffer {
	type Target = [f32];

	fn deref(&self) -> &[f32] {
		&self.values
	}
}

impl Drop for Buffer {
	fn drop(&mut self) {
		if self.recycled && self.values.capacity() <= SPARE_VALUES {
			*SPARE.lock().unwrap_or_else(PoisonError::into_inner) = std::mem::take(&mut self.values);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_recycled_buffer_has_what_was_written_to_it() {
		for len in [10, 3, 0, 200, 7] {
			let fill = |values: &mut [f32]| {
				values.iter_mut().enumerate().for_each(|(i, value)| *value = (i + len) as f32);
				Ok::<(), ()>(())
			};
			let buffer = Buffer::recycled(len, fill).unwrap();
			assert!(buffer.iter().enumerate().all(|(i, value)| *value == (i + len) as f32) && buffer.len() == len);
		}
		assert_eq!(Buffer::recycled(5, |_| Err("broken")).err(), Some("broken"));
	}
}
