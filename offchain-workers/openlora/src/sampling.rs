//! Choosing the next token. The random number of a position depends on the seed and the position alone, so that a
//! seed reproduces the tokens.

use crate::error::EngineError;

/// How tokens are chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
	/// Divides the logits; 0 always takes the most likely token.
	pub temperature: f32,
	/// Only the most likely tokens that together reach this probability are considered; in (0, 1].
	pub top_p: f32,
	/// Names the sequence of random numbers.
	pub seed: u64,
}

impl Sampling {
	/// Always the most likely token.
	pub const GREEDY: Self = Self { temperature: 0.0, top_p: 1.0, seed: 0 };

	/// # Errors
	/// [`EngineError::Invalid`] names the field that is out of range.
	pub(crate) fn check(&self) -> Result<(), EngineError> {
		if !(0.0..=100.0).contains(&self.temperature) {
			return Err(EngineError::Invalid(format!("temperature {} is not in 0..=100", self.temperature)));
		}
		if !(self.top_p > 0.0 && self.top_p <= 1.0) {
			return Err(EngineError::Invalid(format!("top_p {} is not in (0, 1]", self.top_p)));
		}
		Ok(())
	}

	/// The token chosen at `position` (0 for the first generated one). Equal logits are ordered by token id.
	pub fn choose(&self, logits: &[f32], position: u64) -> u32 {
		if self.temperature == 0.0 {
			return most_likely(logits);
		}
		let max = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
		let temperature = f64::from(self.temperature);
		let weight = |logit: f32| ((f64::from(logit) - max) / temperature).exp();
		// Tokens below 1e-9 of the most likely one are dropped before sorting: they cannot be told apart from rounding.
		let mut candidates: Vec<(f64, u32)> =
			(0u32..).zip(logits).map(|(id, logit)| (weight(*logit), id)).filter(|(w, _)| *w > 1e-9).collect();
		candidates.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
		let total: f64 = candidates.iter().map(|(w, _)| w).sum();
		let mut kept = 0.0;
		let mut count = 0;
		while count < candidates.len() && kept < total * f64::from(self.top_p) {
			kept += candidates[count].0;
			count += 1;
		}
		let mut left = uniform(self.seed, position) * kept;
		for (weight, id) in &candidates[..count] {
			left -= weight;
			if left < 0.0 {
				return *id;
			}
		}
		// Only rounding leads here.
		candidates.first().map_or(0, |(_, id)| *id)
	}
}

fn most_likely(logits: &[f32]) -> u32 {
	let mut best = (0, f32::NEG_INFINITY);
	for (id, logit) in (0u32..).zip(logits) {
		if *logit > best.1 {
			best = (id, *logit);
		}
	}
	best.0
}

/// A number in [0, 1) with 53 random bits: BLAKE3 of the domain, the seed and the position, both little-endian.
fn uniform(seed: u64, position: u64) -> f64 {
	let mut hasher = blake3::Hasher::new();
	hasher.update(b"openlora/sample/v1");
	hasher.update(&seed.to_le_bytes());
	hasher.update(&position.to_le_bytes());
	let mut first = [0; 8];
	hasher.finalize_xof().fill(&mut first);
	(u64::from_le_bytes(first) >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn choose_takes_the_first_maximum_when_greedy() {
		assert_eq!(Sampling::GREEDY.choose(&[0.0, 2.0, 2.0, 1.0], 0), 1);
	}

	#[test]
	fn choose_follows_the_distribution() {
		let sampling = Sampling { temperature: 1.0, top_p: 1.0, seed: 7 };
		let logits = [0.5f32.ln(), 0.3f32.ln(), 0.2f32.ln()];
		let mut counts = [0u32; 3];
		(0..10_000).for_each(|position| counts[sampling.choose(&logits, position) as usize] += 1);
		for (count, expected) in counts.iter().zip([5000u32, 3000, 2000]) {
			assert!(count.abs_diff(expected) < 200, "{counts:?}");
		}
	}

	#[test]
	fn choose_ignores_the_tail_when_top_p_cuts_it() {
		let sampling = Sampling { temperature: 1.0, top_p: 0.75, seed: 1 };
		let logits = [0.2f32.ln(), 0.5f32.ln(), 0.3f32.ln()];
		assert!((0..1000).all(|position| sampling.choose(&logits, position) != 0));
		assert!((0..1000).any(|position| sampling.choose(&logits, position) == 2));
	}

	#[test]
	fn choose_depends_on_seed_and_position_only() {
		let logits = vec![0.0; 1000];
		let run = |seed| -> Vec<u32> {
			let sampling = Sampling { temperature: 0.7, top_p: 0.9, seed };
			(0..20).map(|position| sampling.choose(&logits, position)).collect()
		};
		assert_eq!(run(3), run(3));
		assert_ne!(run(3), run(4));
	}

	#[test]
	fn check_refuses_values_out_of_range() {
		for (temperature, top_p) in [(-1.0, 1.0), (f32::NAN, 1.0), (1.0, 0.0), (1.0, 1.1), (1.0, f32::NAN)] {
			assert!(Sampling { temperature, top_p, seed: 0 }.check().is_err());
		}
	}
}
