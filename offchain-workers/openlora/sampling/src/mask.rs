//! Which tokens are allowed.

/// A set of tokens, one bit each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenMask {
	words: Vec<u32>,
}

impl TokenMask {
	/// The set of `ids`.
	pub fn of(ids: &[u32]) -> Self {
		let mut mask = Self::default();
		for id in ids {
			let word = *id as usize / 32;
			if mask.words.len() <= word {
				mask.words.resize(word + 1, 0);
			}
			mask.words[word] |= 1 << (id % 32);
		}
		mask
	}

	/// Takes bit `i % 32` of word `i / 32` as token `i`.
	pub(crate) fn set_words(&mut self, words: &[u32]) {
		self.words.clear();
		self.words.extend_from_slice(words);
	}

	/// Whether `id` is in the set; ids beyond the vocabulary are not.
	pub fn allows(&self, id: u32) -> bool {
		self.words.get(id as usize / 32).is_some_and(|word| word >> (id % 32) & 1 == 1)
	}

	/// Number of tokens in the set.
	pub fn count(&self) -> usize {
		self.words.iter().map(|word| word.count_ones() as usize).sum()
	}

	/// Sets the logits of tokens outside the set to minus infinity.
	pub(crate) fn apply(&self, logits: &mut [f32]) {
		for (index, block) in logits.chunks_mut(32).enumerate() {
			match self.words.get(index).copied().unwrap_or(0) {
				u32::MAX => {}
				0 => block.fill(f32::NEG_INFINITY),
				word => block
					.iter_mut()
					.enumerate()
					.filter(|(bit, _)| word >> bit & 1 == 0)
					.for_each(|(_, logit)| *logit = f32::NEG_INFINITY),
			}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn apply_masks_what_is_not_allowed() {
		let mask = TokenMask::of(&[0, 33, 69, 200]);
		let mut logits = vec![1.0; 100];
		mask.apply(&mut logits);
		for (id, logit) in (0u32..).zip(&logits) {
			assert_eq!(mask.allows(id), *logit == 1.0, "{id}");
		}
		assert_eq!(mask.count(), 4);
		assert!(mask.allows(200) && !mask.allows(201) && !mask.allows(u32::MAX));
		let mut all = TokenMask::default();
		all.set_words(&[u32::MAX; 4]);
		let mut logits = vec![1.0; 100];
		all.apply(&mut logits);
		assert_eq!(logits, vec![1.0; 100]);
	}
}
