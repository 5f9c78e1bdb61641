//! The choice itself: Gumbel-max over the tokens that the filters leave.
//!
//! The token chosen is that of the largest score + [noise](crate::gumbel), of equal sums the one of the smallest id,
//! where score = (logit − largest logit) ÷ temperature in f64. It has the distribution of the softmax of the scores
//! (Gumbel 1954), and a verifier whose logits differ a little still finds the same token, or one of nearly the same
//! sum.

use crate::error::SamplingError;
use crate::filter::{id, logit, Scale, Survivors};
use crate::logprobs::{first_largest, largest, log_probability, most_likely};
use crate::mask::TokenMask;
use crate::numbers::{exp, weight, UNIT};
use crate::parameters::Sampling;
use crate::penalties::Penalties;
use crate::random::{bound, Stream, BOUNDS, LANES};
use std::cell::RefCell;

/// The most log probabilities that are given beside the chosen token's.
pub const MAX_TOP: usize = 20;

/// A chosen token.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
	/// The token.
	pub id: u32,
	/// The logarithm of its probability under the model's own logits, if asked for.
	pub logprob: Option<f32>,
	/// The most likely tokens under the model's own logits with the logarithms of their probabilities, as many as
	/// asked for.
	pub top: Vec<(u32, f32)>,
}

/// How near a claimed token is to being chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
	/// The token that these logits choose.
	pub id: u32,
	/// By how much the claimed token's logit has to rise so that it is chosen; 0 if it is, infinity if mask or filters
	/// rule it out.
	pub margin: f64,
}

/// Chooses the tokens of one sequence.
#[derive(Debug, Clone)]
pub struct Sampler {
	sampling: Sampling,
	penalties: Option<Penalties>,
	logprobs: Option<usize>,
}

#[derive(Default)]
struct Scratch {
	logits: Vec<f32>,
	survivors: Survivors,
}

thread_local! {
	/// Buffers of the thread that samples: a sequence needs none of its own.
	static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Sampler {
	/// A sampler for an answer to `prompt`.
	///
	/// # Errors
	/// [`SamplingError::Range`] if a parameter is out of range.
	pub fn new(sampling: &Sampling, prompt: &[u32]) -> Result<Self, SamplingError> {
		sampling.check()?;
		let penalties = sampling.has_penalties().then(|| Penalties::new(prompt));
		Ok(Self { sampling: *sampling, penalties, logprobs: None })
	}

	/// Gives the chosen token's log probability, and those of the `top` most likely ones, at most [`MAX_TOP`].
	pub fn with_logprobs(mut self, top: usize) -> Self {
		self.logprobs = Some(top.min(MAX_TOP));
		self
	}

	/// The parameters.
	pub fn sampling(&self) -> &Sampling {
		&self.sampling
	}

	/// Chooses the token at `position` (0 for the first of the answer) among those `allowed`, and notes it for the
	/// penalties.
	///
	/// # Errors
	/// [`SamplingError::NotFinite`] for NaN and plus infinity; minus infinity is a masked token.
	/// [`SamplingError::NothingAllowed`] if all are masked.
	pub fn choose(
		&mut self,
		logits: &[f32],
		position: u64,
		allowed: Option<&TokenMask>,
	) -> Result<Choice, SamplingError> {
		let id = self.with_processed(logits, allowed, |sampler, logits, survivors| {
			Ok(sampler.best(logits, position, survivors)?.0)
		})?;
		let (mut logprob, mut top) = (None, Vec::new());
		if let Some(count) = self.logprobs {
			logprob = Some(log_probability(logits, id)? as f32);
			top = most_likely(logits, count)?;
		}
		self.accept(id);
		Ok(Choice { id, logprob, top })
	}

	/// Notes a token that was chosen elsewhere.
	pub fn accept(&mut self, id: u32) {
		if let Some(penalties) = &mut self.penalties {
			penalties.push(id);
		}
	}

	/// Compares `claimed` with the token that is chosen at `position`, and notes `claimed`. The prover's logits may
	/// each differ by `tolerance` from these: what the filters keep or drop only because of that neither rules the
	/// claimed token out nor ousts it.
	///
	/// # Errors
	/// As [`choose`](Self::choose).
	pub fn judge(
		&mut self,
		logits: &[f32],
		position: u64,
		allowed: Option<&TokenMask>,
		claimed: u32,
		tolerance: f64,
	) -> Result<Judgement, SamplingError> {
		let judgement = self.with_processed(logits, allowed, |sampler, logits, survivors| {
			let (id, scale) = sampler.best(logits, position, survivors)?;
			let margin = match logits.get(claimed as usize) {
				_ if id == claimed => 0.0,
				Some(own) if *own > f32::NEG_INFINITY => {
					sampler.margin(logits, position, scale, (claimed, *own), tolerance, survivors)
				}
				_ => f64::INFINITY,
			};
			Ok(Judgement { id, margin })
		})?;
		self.accept(claimed);
		Ok(judgement)
	}

	/// The tokens that can be chosen and their probabilities, by falling probability, then by id.
	///
	/// # Errors
	/// As [`choose`](Self::choose).
	pub fn distribution(&self, logits: &[f32], allowed: Option<&TokenMask>) -> Result<Vec<(u32, f64)>, SamplingError> {
		self.with_processed(logits, allowed, |sampler, logits, survivors| {
			let (best, max) = first_largest(logits)?;
			if sampler.sampling.temperature == 0.0 {
				return Ok(vec![(best, 1.0)]);
			}
			let scale = sampler.scale(max);
			if !survivors.filter(logits, scale, &sampler.sampling) {
				let all = Sampling { top_k: u32::MAX, top_p: 1.0, min_p: f32::MIN_POSITIVE, ..sampler.sampling };
				survivors.filter(logits, scale, &all);
			}
			survivors.keys.sort_unstable_by(|a, b| b.cmp(a));
			let score = |key: &u64| scale.score(logit(*key));
			let total: u64 = survivors.keys.iter().map(|k| weight(score(k))).sum();
			let probability = |score: f64| exp(score) * UNIT / total as f64;
			Ok(survivors.keys.iter().map(|key| (id(*key), probability(score(key)))).collect())
		})
	}

	fn scale(&self, max: f32) -> Scale {
		Scale { max: f64::from(max), temperature: f64::from(self.sampling.temperature) }
	}

	/// Runs `f` on the logits after penalties and mask.
	fn with_processed<T>(
		&self,
		logits: &[f32],
		allowed: Option<&TokenMask>,
		f: impl FnOnce(&Self, &[f32], &mut Survivors) -> Result<T, SamplingError>,
	) -> Result<T, SamplingError> {
		SCRATCH.with_borrow_mut(|scratch| {
			let Scratch { logits: copy, survivors } = scratch;
			if self.penalties.is_none() && allowed.is_none() {
				return f(self, logits, survivors);
			}
			// A token that is masked below must not hide that it is not a number.
			largest(logits)?;
			copy.clear();
			copy.extend_from_slice(logits);
			if let Some(penalties) = &self.penalties {
				penalties.apply(&self.sampling, copy);
			}
			if let Some(mask) = allowed {
				mask.apply(copy);
			}
			f(self, copy, survivors)
		})
	}

	/// The token chosen, and the scale.
	fn best(&self, logits: &[f32], position: u64, survivors: &mut Survivors) -> Result<(u32, Scale), SamplingError> {
		let (first, max) = first_largest(logits)?;
		let scale = self.scale(max);
		if self.sampling.temperature == 0.0 {
			return Ok((first, scale));
		}
		let mut race = Race::new(Stream::new(self.sampling.seed, position), scale, first);
		match survivors.filter(logits, scale, &self.sampling) {
			true => race.run(survivors.keys.iter().map(|key| (id(*key), logit(*key)))),
			false => race.run_all(logits),
		}
		Ok((race.best.1, scale))
	}

	/// See [`judge`](Self::judge).
	fn margin(
		&self,
		logits: &[f32],
		position: u64,
		scale: Scale,
		(claimed, own): (u32, f32),
		tolerance: f64,
		survivors: &mut Survivors,
	) -> f64 {
		if self.sampling.temperature == 0.0 {
			return scale.max - f64::from(own);
		}
		// Sums of probabilities, and probabilities relative to the largest, change by at most this factor.
		let factor = exp((2.0 * tolerance / scale.temperature).min(50.0));
		let mut least = |factor: f64| {
			let sampling = Sampling {
				top_p: (f64::from(self.sampling.top_p) * factor).clamp(1e-9, 1.0) as f32,
				min_p: (f64::from(self.sampling.min_p) / factor).min(1.0) as f32,
				..self.sampling
			};
			let filtered = survivors.filter(logits, scale, &sampling);
			let least = filtered.then(|| survivors.keys.iter().copied().min()).flatten();
			least.map_or(f64::NEG_INFINITY, |key| f64::from(logit(key)))
		};
		let maybe = least(factor) - 2.0 * tolerance;
		if f64::from(own) < maybe {
			return f64::INFINITY;
		}
		let surely = match least(1.0 / factor) {
			f64::NEG_INFINITY => f64::NEG_INFINITY,
			cut => cut + 2.0 * tolerance,
		};
		let stream = Stream::new(self.sampling.seed, position);
		let mut race = Race::new(stream, scale, claimed);
		let sum = scale.score(own) + race.best.0;
		race.best.0 = sum;
		race.set_thresholds();
		race.run((0u32..).zip(logits.iter().copied()).filter(|(_, l)| f64::from(*l) >= surely));
		(race.best.0 - sum) * scale.temperature
	}
}

/// The search for the largest sum of score and noise.
///
/// The noise of a token is first known to 32 bits, which bounds it from above by one of [`BOUNDS`] numbers. The bound
/// and the best sum so far give the logit that a token needs to win; only tokens that reach it draw the rest of their
/// noise. Since the noise of every token lies below its bound, no winner is passed over.
struct Race {
	stream: Stream,
	scale: Scale,
	best: (f64, u32),
	/// For each bound, a logit below that of every token that can still win.
	needed: [f32; BOUNDS],
}

impl Race {
	/// A race in which `first`, a token of the largest logit, has run.
	fn new(stream: Stream, scale: Scale, first: u32) -> Self {
		let noise = stream.noise(first, stream.highs(first / 4)[first as usize % 4]);
		let mut race = Self { stream, scale, best: (noise, first), needed: [0.0; BOUNDS] };
		race.set_thresholds();
		race
	}

	fn set_thresholds(&mut self) {
		for (ones, needed) in self.needed.iter_mut().enumerate() {
			*needed = self.scale.below(self.best.0 - bound(ones));
		}
	}

	#[inline(always)]
	fn offer(&mut self, token: u32, logit: f32, high: u32) {
		if logit > self.needed[high.leading_ones() as usize] {
			self.draw(token, logit, high);
		}
	}

	#[inline(never)]
	fn draw(&mut self, token: u32, logit: f32, high: u32) {
		let sum = self.scale.score(logit) + self.stream.noise(token, high);
		if sum > self.best.0 || (sum == self.best.0 && token < self.best.1) {
			self.best = (sum, token);
			self.set_thresholds();
		}
	}

	fn run(&mut self, tokens: impl Iterator<Item = (u32, f32)>) {
		let mut block = (u32::MAX, [0; 4]);
		for (token, logit) in tokens {
			if block.0 != token / 4 {
				block = (token / 4, self.stream.highs(token / 4));
			}
			self.offer(token, logit, block.1[token as usize % 4]);
		}
	}

	fn run_all(&mut self, logits: &[f32]) {
		for (quad, chunk) in (0u32..).step_by(LANES).zip(logits.chunks(4 * LANES)) {
			let highs = self.stream.many_highs(quad);
			for (at, logit) in chunk.iter().enumerate() {
				self.offer(4 * quad + at as u32, *logit, highs[at % 4][at / 4]);
			}
		}
	}
}

#[cfg(test)]
mod tests;
