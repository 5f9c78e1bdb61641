//! Reading forward through bytes that may end anywhere.

use crate::Problem;

/// A place in some bytes.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
	bytes: &'a [u8],
	at: usize,
}

impl<'a> Cursor<'a> {
	pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
		Self { bytes, at: at.min(bytes.len()) }
	}

	/// Bytes from the start.
	pub(crate) fn at(&self) -> usize {
		self.at
	}

	/// Bytes to the end.
	pub(crate) fn left(&self) -> usize {
		self.bytes.len() - self.at
	}

	/// The next `len` bytes of `part`.
	pub(crate) fn take(&mut self, len: u64, part: &str) -> Result<&'a [u8], Problem> {
		let end = usize::try_from(len).ok().and_then(|len| self.at.checked_add(len));
		let taken = end.and_then(|end| self.bytes.get(self.at..end));
		let taken = taken.ok_or_else(|| Problem::Truncated { part: part.to_owned(), at: self.at })?;
		self.at += taken.len();
		Ok(taken)
	}

	fn array<const N: usize>(&mut self, part: &str) -> Result<[u8; N], Problem> {
		let (head, _) = self.bytes[self.at..]
			.split_first_chunk::<N>()
			.ok_or_else(|| Problem::Truncated { part: part.to_owned(), at: self.at })?;
		self.at += N;
		Ok(*head)
	}

	pub(crate) fn u32(&mut self, part: &str) -> Result<u32, Problem> {
		self.array(part).map(u32::from_le_bytes)
	}

	pub(crate) fn u64(&mut self, part: &str) -> Result<u64, Problem> {
		self.array(part).map(u64::from_le_bytes)
	}

	/// A count of things of at least `least` bytes each, which must be able to follow.
	pub(crate) fn count(&mut self, least: usize, part: &str) -> Result<usize, Problem> {
		let count = self.u64(part)?;
		self.fits(count, least, part)
	}

	/// `count`, if as many things of at least `least` bytes each can follow.
	pub(crate) fn fits(&self, count: u64, least: usize, part: &str) -> Result<usize, Problem> {
		match usize::try_from(count) {
			Ok(fits) if fits <= self.left() / least.max(1) => Ok(fits),
			_ => Err(Problem::header(
				part,
				format!("{count} entries cannot be in the {} bytes that are left", self.left()),
			)),
		}
	}

	/// A GGUF string: its length in 8 bytes, then UTF-8.
	pub(crate) fn text(&mut self, part: &str) -> Result<&'a str, Problem> {
		let len = self.u64(part)?;
		let bytes = self.take(len, part)?;
		std::str::from_utf8(bytes).map_err(|_| Problem::header(part, "is not UTF-8"))
	}
}
