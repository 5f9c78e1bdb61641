//! How positions enter a decoder: rotations with their scalings, a bias of the scores, or a learned table.

use openledger_exact::functions::f64::{ln, pow};

/// How positions enter.
#[derive(Debug, Clone, PartialEq)]
pub enum Position {
	/// Queries and keys are rotated.
	Rope(Rope),
	/// A bias of each head's scores that falls with the distance: [heads] slopes, positive.
	Alibi(Vec<f32>),
	/// A table of vectors is added to the embeddings (GPT-2).
	Learned,
}

/// A rotation of the pairs of each head's first `dims` values by `position · frequency[pair]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rope {
	/// Values of a head that are rotated; even, at most the head's width.
	pub dims: usize,
	/// Base of the frequencies.
	pub base: f32,
	/// Whether pairs are neighbours (GLM); else they are `dims / 2` apart.
	pub interleaved: bool,
	/// How the frequencies are changed for long contexts.
	pub scaling: RopeScaling,
}

/// Changes of the rotary frequencies. The names and formulas are those of `transformers` (`modeling_rope_utils.py`).
#[derive(Debug, Clone, PartialEq)]
pub enum RopeScaling {
	/// As trained.
	None,
	/// All frequencies divided by the factor.
	Linear {
		/// The factor, above 0.
		factor: f32,
	},
	/// Low frequencies divided by the factor, high ones kept, those between interpolated (LLaMA 3.1).
	Llama3 {
		/// The factor.
		factor: f32,
		/// `low_freq_factor`.
		low: f32,
		/// `high_freq_factor`.
		high: f32,
		/// `original_max_position_embeddings`.
		original_context: usize,
	},
	/// YaRN: interpolation by wavelength and a factor on the rotated values.
	Yarn {
		/// The factor.
		factor: f32,
		/// `beta_fast`, 32 unless given.
		fast: f32,
		/// `beta_slow`, 1 unless given.
		slow: f32,
		/// `original_max_position_embeddings`.
		original_context: usize,
		/// The factor on cosines and sines (`attention_factor`, 0.1 ln(factor) + 1 unless given).
		attention: f32,
	},
	/// A factor for each frequency, as GGUF's `rope_freqs.weight` gives it: the frequency is divided by it.
	Factors(Vec<f32>),
}

impl Rope {
	/// The frequency of each pair and the factor on cosines and sines, as `transformers` computes them.
	///
	/// f32 wherever it takes f32, and powers by the project's own `exp` and `ln`, so that they are the same everywhere.
	pub fn inverse_frequencies(&self) -> (Vec<f32>, f32) {
		let powers: Vec<f32> = (0..self.dims / 2)
			.map(|pair| pow(self.base.into(), f64::from((2 * pair) as f32 / self.dims as f32)) as f32)
			.collect();
		let mut frequencies: Vec<f32> = powers.iter().map(|p| 1.0 / p).collect();
		let mut attention = 1.0;
		match &self.scaling {
			RopeScaling::None => {}
			RopeScaling::Linear { factor } => frequencies.iter_mut().for_each(|f| *f /= factor),
			RopeScaling::Factors(factors) => frequencies.iter_mut().zip(factors).for_each(|(f, factor)| *f /= factor),
			RopeScaling::Llama3 { factor, low, high, original_context } => {
				let scaling = (*factor, *low, *high, *original_context as f32);
				frequencies.iter_mut().for_each(|f| *f = llama3(*f, scaling));
			}
			RopeScaling::Yarn { factor, fast, slow, original_context, attention: given } => {
				attention = *given;
				let (low, high) = self.yarn_range(f64::from(*fast), f64::from(*slow), *original_context as f64);
				for (pair, (f, p)) in frequencies.iter_mut().zip(&powers).enumerate() {
					let ramp = ((pair as f32 - low) / (high - low)).clamp(0.0, 1.0);
					let keep = 1.0 - ramp;
					*f = 1.0 / (factor * p) * (1.0 - keep) + *f * keep;
				}
			}
		}
		(frequencies, attention)
	}

	/// The pairs between which YaRN goes from keeping a frequency to dividing it (`find_correction_range`).
	fn yarn_range(&self, fast: f64, slow: f64, context: f64) -> (f32, f32) {
		let dims = self.dims as f64;
		let pair =
			|rotations: f64| dims * ln(context / (rotations * std::f64::consts::TAU)) / (2.0 * ln(self.base.into()));
		let low = pair(fast).floor().max(0.0);
		let high = pair(slow).ceil().min(dims - 1.0);
		(low as f32, if low == high { high + 0.001 } else { high } as f32)
	}
}

/// A frequency under LLaMA 3.1's scaling, given its factor, `low_freq_factor`, `high_freq_factor` and trained context.
fn llama3(frequency: f32, (factor, low, high, context): (f32, f32, f32, f32)) -> f32 {
	let wavelength = std::f32::consts::TAU / frequency;
	if wavelength > context / low {
		frequency / factor
	} else if wavelength < context / high {
		frequency
	} else {
		let smooth = (context / wavelength - low) / (high - low);
		(1.0 - smooth) * frequency / factor + smooth * frequency
	}
}

/// The slopes of ALiBi for a number of heads: powers of 2^(−8/n) for the power of two below, then every other one of the
/// next (Press et al. 2022, as `build_alibi_tensor` of `transformers` has it).
pub(crate) fn alibi_slopes(heads: usize) -> Vec<f32> {
	let below = if heads.is_power_of_two() { heads } else { heads.next_power_of_two() / 2 };
	let base = |heads: usize| pow(2.0, -8.0 / heads as f64);
	let first = (1..=below).map(|i| pow(base(below), i as f64) as f32);
	let rest = (0..heads - below).map(|i| pow(base(2 * below), (2 * i + 1) as f64) as f32);
	first.chain(rest).collect()
}
