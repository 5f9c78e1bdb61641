//! The bytes of a file: a read-only mapping, or memory.

use std::{fs::File, ops::Deref, path::Path, sync::Arc};

use memmap2::Mmap;

use crate::{FormatError, Problem};

/// All bytes of a file.
pub(crate) enum Bytes {
	Mapped(Mmap),
	Shared(Arc<dyn AsRef<[u8]> + Send + Sync>),
}

impl Bytes {
	/// Maps a regular file.
	pub(crate) fn map(path: &Path) -> Result<Self, FormatError> {
		let io = |error| Problem::Io(error).at(path);
		let file = File::open(path).map_err(io)?;
		let meta = file.metadata().map_err(io)?;
		if !meta.is_file() {
			return Err(Problem::Unknown("not a regular file".into()).at(path));
		}
		if meta.len() == 0 {
			// The mapping of no bytes is an error on some systems, and it is none here that a reader could act on.
			return Ok(Self::Shared(Arc::new([])));
		}
		// SAFETY: the mapping is read-only and private. What other processes do to the file meanwhile is the caller's part,
		// stated in the docs of the crate: the header is copied before it is trusted, values of tensors may be any bits.
		unsafe { Mmap::map(&file) }.map(Self::Mapped).map_err(io)
	}
}

impl Deref for Bytes {
	type Target = [u8];

	fn deref(&self) -> &[u8] {
		match self {
			Self::Mapped(map) => map,
			Self::Shared(bytes) => (**bytes).as_ref(),
		}
	}
}
