//! Memory for weights, in pages as large as the system has: one row reads all weights once, and small pages would cost it
//! a fifth of the bandwidth.

use crate::linear::pack::Line;
use memmap2::MmapMut;
use std::convert::Infallible;
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Lines of a region from which matrices are cut, 64 MiB; 1 in tests. The system gives memory only for what is written.
const REGION_LINES: usize = if cfg!(test) { 1 << 14 } else { 1 << 20 };

/// Lines below which a matrix is not worth a place in a region, 64 KiB.
const SMALL: usize = 1 << 10;

/// Bytes of the largest ordinary pages of any system; the region begins at a page.
#[cfg(target_os = "linux")]
const LARGEST_PAGE: usize = 64 * 1024;

/// The region from which matrices are cut at present; it lives as long as one of them.
static CURRENT: Mutex<Weak<Region>> = Mutex::new(Weak::new());

/// Lines of a matrix, written once.
pub(crate) struct Lines(Place);

enum Place {
	/// Part of a region.
	Region { region: Arc<Region>, first: usize, count: usize },
	/// On the heap: small, or the system refuses mappings.
	Heap(Vec<Line>),
}

struct Region {
	map: MmapMut,
	lines: usize,
	/// Lines that are given away.
	used: AtomicUsize,
}

impl Lines {
	/// `count` lines of zeros, as `fill` leaves them, or its error.
	pub(crate) fn build<E>(count: usize, fill: impl FnOnce(&mut [Line]) -> Result<(), E>) -> Result<Self, E> {
		let place = if count < SMALL { None } else { Region::cut(count) };
		let Some((region, first)) = place else {
			let mut lines = vec![Line::ZERO; count];
			fill(&mut lines)?;
			return Ok(Self(Place::Heap(lines)));
		};
		let start = region.map.as_ptr().cast::<Line>().cast_mut().wrapping_add(first);
		// SAFETY: these lines were given to this call alone, lie within the region, which `region` keeps, and any bytes are
		// lines. The mapping may be written.
		fill(unsafe { std::slice::from_raw_parts_mut(start, count) })?;
		Ok(Self(Place::Region { region, first, count }))
	}
}

impl Clone for Lines {
	fn clone(&self) -> Self {
		let copy = |lines: &mut [Line]| {
			lines.copy_from_slice(self);
			Ok::<(), Infallible>(())
		};
		match Self::build(self.len(), copy) {
			Ok(lines) => lines,
		}
	}
}

impl Deref for Lines {
	type Target = [Line];

	#[inline]
	fn deref(&self) -> &[Line] {
		match &self.0 {
			Place::Region { region, first, count } => {
				let start = region.map.as_ptr().cast::<Line>().wrapping_add(*first);
				// SAFETY: within the region, and never written again.
				unsafe { std::slice::from_raw_parts(start, *count) }
			}
			Place::Heap(lines) => lines,
		}
	}
}

impl Drop for Lines {
	fn drop(&mut self) {
		#[cfg(target_os = "linux")]
		if let Place::Region { region, first, count } = &self.0 {
			// Others may keep the region: give back the pages that are this matrix's alone. If the system refuses they are
			// kept until the region goes.
			let start = (first * size_of::<Line>()).next_multiple_of(LARGEST_PAGE);
			let end = (first + count) * size_of::<Line>() / LARGEST_PAGE * LARGEST_PAGE;
			if start >= end {
				return;
			}
			// SAFETY: nobody reads or writes these lines any more, and the pages hold no others.
			let _ =
				unsafe { region.map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, start, end - start) };
		}
	}
}

impl Region {
	/// A place for `count` lines; `None` if the system refuses a mapping.
	fn cut(count: usize) -> Option<(Arc<Region>, usize)> {
		let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
		if let Some(region) = current.upgrade() {
			if let Some(first) = region.take(count) {
				return Some((region, first));
			}
		}
		let region = Arc::new(Region::map(count.max(REGION_LINES))?);
		let first = region.take(count)?;
		if count < REGION_LINES {
			*current = Arc::downgrade(&region);
		}
		Some((region, first))
	}

	fn map(lines: usize) -> Option<Self> {
		let map = MmapMut::map_anon(lines.checked_mul(size_of::<Line>())?).ok()?;
		// Small pages are slower, not wrong.
		#[cfg(target_os = "linux")]
		let _ = map.advise(memmap2::Advice::HugePage);
		Some(Self { map, lines, used: AtomicUsize::new(0) })
	}

	/// The first of `count` lines that nobody has; `None` if there are not as many.
	fn take(&self, count: usize) -> Option<usize> {
		let fits = |used: usize| used.checked_add(count).filter(|used| *used <= self.lines);
		self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).ok()
	}
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]

	use super::*;

	/// Whether the lines at both ends, and some between them, have this byte everywhere.
	fn holds(lines: &[Line], byte: u8) -> bool {
		lines.iter().step_by(509).chain(lines.last()).all(|line| line.0 == [byte; 64])
	}

	fn filled(count: usize, byte: u8) -> Lines {
		Lines::build(count, |lines| {
			assert!(lines.len() == count && holds(lines, 0), "not zeros");
			lines.fill(Line([byte; 64]));
			Ok::<(), ()>(())
		})
		.unwrap()
	}

	#[test]
	fn matrices_do_not_share_lines() {
		let counts = [1, SMALL - 1, SMALL, SMALL + 1, 5000, REGION_LINES / 3, REGION_LINES / 3, REGION_LINES / 2, 7777];
		let mut all: Vec<Option<Lines>> = counts.iter().zip(1..).map(|(&count, i)| Some(filled(count, i))).collect();
		// Dropping some leaves the others as they are, though their pages touch.
		for dropped in [4, 6, 2] {
			all[dropped] = None;
			for (lines, i) in all.iter().zip(1..) {
				assert!(lines.as_ref().is_none_or(|lines| holds(lines, i)), "matrix {i}");
			}
		}
		assert!(holds(&filled(REGION_LINES + 1, 100), 100));
	}

	#[test]
	fn lines_are_aligned() {
		for count in [1, SMALL, SMALL + 3] {
			assert_eq!(filled(count, 1).as_ptr() as usize % 64, 0);
		}
	}

	#[test]
	fn an_error_of_the_reader_is_handed_on() {
		assert_eq!(Lines::build(SMALL, |_| Err("broken")).err(), Some("broken"));
		assert_eq!(Lines::build(1, |_| Err("broken")).err(), Some("broken"));
	}
}
