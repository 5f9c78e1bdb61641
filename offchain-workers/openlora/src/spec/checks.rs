//! What must hold between the numbers of a spec, whichever file they came from.

use super::fields::{Fields, MAX_SIZE};
use super::{DecoderSpec, Position, RopeScaling};
use crate::error::LoadError;
use std::path::Path;

/// The most blocks.
const MAX_LAYERS: usize = 4096;
/// The most heads, and the most values of one.
const MAX_HEADS: usize = 1 << 16;

impl DecoderSpec {
	/// Refuses shapes that do not fit together. `names` are the file's names of heads, key heads and head width.
	pub(super) fn check(self, path: &Path, names: &Names) -> Result<Self, LoadError> {
		let fail =
			|field: &str, reason: String| Err(LoadError::Field { path: path.into(), field: field.to_owned(), reason });
		if self.layers > MAX_LAYERS {
			return fail(names.layers, format!("{} blocks are more than {MAX_LAYERS}", self.layers));
		}
		if self.heads > MAX_HEADS {
			return fail(names.heads, format!("{} heads are more than {MAX_HEADS}", self.heads));
		}
		if self.kv_heads > self.heads || !self.heads.is_multiple_of(self.kv_heads) {
			return fail(names.kv_heads, format!("{} does not divide the {} heads", self.kv_heads, self.heads));
		}
		if self.head_dim > MAX_HEADS || self.query_width() > MAX_SIZE {
			return fail(names.head_dim, format!("{} heads of {} values are too many", self.heads, self.head_dim));
		}
		if let Position::Rope(rope) = &self.position {
			let pairs = rope.dims / 2;
			if rope.dims == 0 || !rope.dims.is_multiple_of(2) || rope.dims > self.head_dim {
				let reason = format!("{} of a head's {} values cannot be rotated in pairs", rope.dims, self.head_dim);
				return fail(names.head_dim, reason);
			}
			if let RopeScaling::Factors(factors) = &rope.scaling {
				if factors.len() != pairs || factors.iter().any(|f| !f.is_finite() || *f <= 0.0) {
					return fail("rope_freqs.weight", format!("must be {pairs} factors above 0"));
				}
			}
		}
		Ok(self)
	}
}

/// What a file calls the numbers that are checked together.
pub(super) struct Names {
	pub(super) layers: &'static str,
	pub(super) heads: &'static str,
	pub(super) kv_heads: &'static str,
	pub(super) head_dim: &'static str,
}

/// Refuses more heads than [`MAX_HEADS`] before anything is made for each of them.
pub(super) fn heads(fields: &Fields<'_>, field: &str, heads: usize) -> Result<(), LoadError> {
	match heads {
		0..=MAX_HEADS => Ok(()),
		_ => Err(fields.error(field, format!("{heads} heads are more than {MAX_HEADS}"))),
	}
}

/// Refuses more blocks than [`MAX_LAYERS`] before anything is made for each of them.
pub(super) fn layers(fields: &Fields<'_>, field: &str, layers: usize) -> Result<(), LoadError> {
	match layers {
		0..=MAX_LAYERS => Ok(()),
		_ => Err(fields.error(field, format!("{layers} blocks are more than {MAX_LAYERS}"))),
	}
}
