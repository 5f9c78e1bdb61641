//! Penalties for tokens that occurred already.

use crate::parameters::Sampling;
use std::collections::BTreeMap;

/// How often each token occurs in the answer; tokens of the prompt alone are held with 0.
#[derive(Debug, Clone, Default)]
pub(crate) struct Penalties {
	seen: BTreeMap<u32, u32>,
}

impl Penalties {
	pub(crate) fn new(prompt: &[u32]) -> Self {
		Self { seen: prompt.iter().map(|id| (*id, 0)).collect() }
	}

	pub(crate) fn push(&mut self, id: u32) {
		*self.seen.entry(id).or_insert(0) += 1;
	}

	/// Changes the logits of tokens seen: the repetition penalty, then `− count · frequency`, then `− presence`, each
	/// rounded to f32.
	pub(crate) fn apply(&self, sampling: &Sampling, logits: &mut [f32]) {
		for (id, count) in &self.seen {
			let Some(logit) = logits.get_mut(*id as usize) else { continue };
			let penalty = sampling.repetition_penalty;
			*logit = if *logit < 0.0 { *logit * penalty } else { *logit / penalty };
			if *count > 0 {
				*logit -= *count as f32 * sampling.frequency_penalty;
				*logit -= sampling.presence_penalty;
			}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn apply_counts_the_answer_and_not_the_prompt() {
		let mut penalties = Penalties::new(&[0, 1, 1, 99]);
		[1, 2, 2].into_iter().for_each(|id| penalties.push(id));
		let sampling =
			Sampling { repetition_penalty: 2.0, frequency_penalty: 0.5, presence_penalty: 0.25, ..Sampling::GREEDY };
		let mut logits = [4.0, -4.0, 4.0, 4.0, f32::NEG_INFINITY];
		penalties.apply(&sampling, &mut logits);
		assert_eq!(logits, [2.0, -8.75, 0.75, 4.0, f32::NEG_INFINITY]);
	}
}
