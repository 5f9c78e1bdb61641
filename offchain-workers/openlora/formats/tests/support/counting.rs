//! An allocator that counts, and a check of what opening a file allocates.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
	alloc::{GlobalAlloc, Layout, System},
	cell::Cell,
};

use crate::support::read_all;

/// The system's allocator, which remembers the largest request and what is held, for each thread.
pub(crate) struct Counting;

thread_local! {
	static LARGEST: Cell<usize> = const { Cell::new(0) };
	static HELD: Cell<isize> = const { Cell::new(0) };
	static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(size: usize, sign: isize) {
	// A thread that ends frees after its counters are gone.
	let _ = HELD.try_with(|held| {
		held.set(held.get() + sign * size as isize);
		let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
	});
	if sign > 0 {
		let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(size)));
	}
}

// SAFETY: every call goes to the system's allocator as it came; the counters do not allocate.
unsafe impl GlobalAlloc for Counting {
	unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
		count(layout.size(), 1);
		// SAFETY: as the caller promised.
		unsafe { System.alloc(layout) }
	}

	unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
		count(layout.size(), -1);
		// SAFETY: as the caller promised.
		unsafe { System.dealloc(pointer, layout) }
	}

	unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
		count(size, 1);
		count(layout.size(), -1);
		// SAFETY: as the caller promised.
		unsafe { System.realloc(pointer, layout, size) }
	}
}

/// What opening may take beside the file: a handle, a path, an error.
const SMALL: usize = 2048;

/// Opens a file, checks what that allocated, and reads all that it offers. Says whether it was taken.
pub(crate) fn survives(bytes: &[u8]) -> bool {
	let shared: std::sync::Arc<Vec<u8>> = bytes.to_vec().into();
	LARGEST.set(0);
	let before = HELD.get();
	PEAK.set(before);
	let opened = openledger_formats::TensorFile::from_bytes("memory", shared);
	let (largest, peak) = (LARGEST.get(), PEAK.get() - before);
	assert!(largest <= bytes.len() + SMALL, "{largest} bytes at once for a file of {}", bytes.len());
	assert!(peak <= (2 * bytes.len() + SMALL) as isize, "{peak} bytes held for a file of {}", bytes.len());
	match opened {
		Ok(file) => read_all(&file) < usize::MAX,
		Err(error) => {
			assert!(!error.to_string().is_empty());
			false
		}
	}
}
