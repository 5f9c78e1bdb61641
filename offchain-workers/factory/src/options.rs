//! What a training run is told: rows, the adapter's shape, the schedule.

use crate::base;
use crate::error::TrainError;
use openledger_openlora::{DecoderSpec, Target};
use serde::{Deserialize, Serialize};

/// One example: what is asked and what should be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
	/// The user's message.
	pub prompt: String,
	/// The answer the model should give.
	pub response: String,
}

/// The shape of the adapter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoraOptions {
	/// Rank of every pair.
	pub rank: usize,
	/// The change is scaled by alpha / rank.
	pub alpha: f32,
	/// Names of the linear layers to change, such as `q_proj`.
	pub target_modules: Vec<String>,
}

impl Default for LoraOptions {
	/// Rank 8 on all linear layers, scaled by 2.
	fn default() -> Self {
		let target_modules = Target::ALL.iter().map(|target| base::name(*target).to_owned()).collect();
		Self { rank: 8, alpha: 16.0, target_modules }
	}
}

impl LoraOptions {
	/// The targets, sorted and without repetition.
	///
	/// # Errors
	/// [`TrainError::Rank`], [`TrainError::NoTargets`], [`TrainError::UnknownTarget`] or [`TrainError::Option`].
	pub(crate) fn targets(&self, spec: &DecoderSpec) -> Result<Vec<Target>, TrainError> {
		if self.rank == 0 || self.rank > spec.width {
			return Err(TrainError::Rank { rank: self.rank, limit: spec.width });
		}
		positive("alpha", self.alpha)?;
		let one = |name: &String| {
			let known = Target::ALL.into_iter().find(|target| base::name(*target) == name);
			known.ok_or_else(|| TrainError::UnknownTarget(name.clone()))
		};
		let mut targets = self.target_modules.iter().map(one).collect::<Result<Vec<_>, _>>()?;
		targets.sort_unstable();
		targets.dedup();
		if targets.is_empty() {
			return Err(TrainError::NoTargets);
		}
		Ok(targets)
	}
}

/// The schedule of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainOptions {
	/// Optimiser steps.
	pub steps: u32,
	/// Rows of one step.
	pub batch_rows: usize,
	/// The most tokens that go through the model together; a step's rows are cut into groups of at most this many
	/// (a longer row goes alone) and their gradients added. Bounds the memory.
	pub micro_batch_tokens: usize,
	/// The most tokens of a row, template included.
	pub max_row_tokens: usize,
	/// Highest learning rate.
	pub learning_rate: f32,
	/// Steps over which the learning rate rises; it then falls along a cosine to a tenth.
	pub warmup_steps: u32,
	/// Decoupled weight decay.
	pub weight_decay: f32,
	/// The gradient is scaled down to this length if it is longer; 0 for never.
	pub max_gradient_norm: f32,
	/// Part of the rows that is kept out of training to measure the loss on, in [0, 1).
	pub evaluation_fraction: f32,
	/// Decides the initial weights, the order of the rows and the evaluation split.
	pub seed: u64,
	/// Threads of the arithmetic; 0 for one per core. Does not change the result.
	pub threads: usize,
}

impl Default for TrainOptions {
	fn default() -> Self {
		Self {
			steps: 100,
			batch_rows: 4,
			micro_batch_tokens: 512,
			max_row_tokens: 1024,
			learning_rate: 5e-4,
			warmup_steps: 5,
			weight_decay: 0.0,
			max_gradient_norm: 1.0,
			evaluation_fraction: 0.1,
			seed: 0,
			threads: 0,
		}
	}
}

impl TrainOptions {
	pub(crate) fn check(&self) -> Result<(), TrainError> {
		let zero = |option| Err(TrainError::Option { option, reason: "is 0".into() });
		if self.steps == 0 {
			return zero("steps");
		}
		if self.batch_rows == 0 {
			return zero("batch_rows");
		}
		positive("learning_rate", self.learning_rate)?;
		for (option, value) in [("weight_decay", self.weight_decay), ("max_gradient_norm", self.max_gradient_norm)] {
			if !(value.is_finite() && value >= 0.0) {
				return Err(TrainError::Option { option, reason: format!("{value} is negative or not finite") });
			}
		}
		if !(0.0..1.0).contains(&self.evaluation_fraction) {
			let reason = format!("{} is not in [0, 1)", self.evaluation_fraction);
			return Err(TrainError::Option { option: "evaluation_fraction", reason });
		}
		Ok(())
	}

	/// The learning rate of step `step`, from 1.
	pub fn learning_rate_at(&self, step: u32) -> f32 {
		if step < self.warmup_steps {
			return self.learning_rate * step as f32 / self.warmup_steps as f32;
		}
		let rest = self.steps.saturating_sub(self.warmup_steps).max(1) as f32;
		let progress = (step.saturating_sub(self.warmup_steps) as f32 / rest).min(1.0);
		self.learning_rate * (0.1 + 0.45 * (1.0 + (std::f32::consts::PI * progress).cos()))
	}
}

fn positive(option: &'static str, value: f32) -> Result<(), TrainError> {
	match value.is_finite() && value > 0.0 {
		true => Ok(()),
		false => Err(TrainError::Option { option, reason: format!("{value} is not positive") }),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn learning_rate_rises_then_falls_to_a_tenth() {
		let options = TrainOptions { steps: 20, warmup_steps: 4, learning_rate: 1.0, ..TrainOptions::default() };
		let rates: Vec<f32> = (1..=20).map(|step| options.learning_rate_at(step)).collect();
		assert_eq!(rates[..4], [0.25, 0.5, 0.75, 1.0]);
		assert!(rates[3..].windows(2).all(|pair| pair[1] < pair[0]));
		assert!((rates[19] - 0.1).abs() < 1e-6);
	}
}
