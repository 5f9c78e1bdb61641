//! Log probabilities of the model itself: of the logits as they came, before penalties, masks and temperature.

use crate::error::SamplingError;
use crate::filter::{id, key, logit, Key};
use openledger_exact::functions::log_sum_exp;
use openledger_exact::Isa;

/// The largest logit.
///
/// # Errors
/// [`SamplingError::NotFinite`] for NaN and plus infinity, [`SamplingError::NothingAllowed`] if all are minus infinity.
pub(crate) fn largest(logits: &[f32]) -> Result<f32, SamplingError> {
	const LANES: usize = 16;
	let mut max = [f32::NEG_INFINITY; LANES];
	let mut bad = [0u32; LANES];
	let chunks = logits.chunks_exact(LANES);
	let rest = chunks.remainder();
	for chunk in chunks {
		for lane in 0..LANES {
			let x = chunk[lane];
			max[lane] = if x > max[lane] { x } else { max[lane] };
			bad[lane] |= u32::from(broken(x));
		}
	}
	let largest = max.iter().chain(rest).copied().fold(f32::NEG_INFINITY, f32::max);
	if bad.iter().any(|b| *b != 0) || rest.iter().any(|x| broken(*x)) {
		return Err(SamplingError::NotFinite);
	}
	if largest == f32::NEG_INFINITY {
		return Err(SamplingError::NothingAllowed);
	}
	Ok(largest)
}

/// NaN or plus infinity, without a branch.
#[inline(always)]
fn broken(x: f32) -> bool {
	x.is_nan() | (x == f32::INFINITY)
}

/// The first token of the largest logit, and that logit.
pub(crate) fn first_largest(logits: &[f32]) -> Result<(u32, f32), SamplingError> {
	let max = largest(logits)?;
	const BLOCK: usize = 64;
	for (block, chunk) in logits.chunks(BLOCK).enumerate() {
		// Without a branch inside, so that whole blocks are compared at once.
		if chunk.iter().fold(false, |found, x| found | (*x == max)) {
			let at = chunk.iter().position(|x| *x == max).unwrap_or(0);
			return Ok(((block * BLOCK + at) as u32, max));
		}
	}
	Err(SamplingError::NotFinite)
}

/// The natural logarithm of the probability that the model gives to `token`; minus infinity for a token it does not
/// have.
///
/// # Errors
/// [`SamplingError::NotFinite`] for NaN and plus infinity, [`SamplingError::NothingAllowed`] if all logits are minus
/// infinity.
pub fn log_probability(logits: &[f32], token: u32) -> Result<f64, SamplingError> {
	largest(logits)?;
	let Some(logit) = logits.get(token as usize) else { return Ok(f64::NEG_INFINITY) };
	Ok(f64::from(*logit) - log_sum_exp(Isa::best(), logits))
}

/// The `count` most likely tokens with the logarithms of their probabilities, most likely first; equal ones by id.
///
/// # Errors
/// As [`log_probability`].
pub fn most_likely(logits: &[f32], count: usize) -> Result<Vec<(u32, f32)>, SamplingError> {
	largest(logits)?;
	if count == 0 {
		return Ok(Vec::new());
	}
	let log_sum = log_sum_exp(Isa::best(), logits);
	let mut best: Vec<Key> = Vec::with_capacity(count + 1);
	let mut least = f32::NEG_INFINITY;
	for (token, l) in (0u32..).zip(logits) {
		if *l > least {
			let key = key(*l, token);
			let at = best.partition_point(|k| *k > key);
			best.insert(at, key);
			best.truncate(count);
			if best.len() == count {
				least = best.last().map_or(least, |k| logit(*k));
			}
		}
	}
	let log = |k: &Key| (f64::from(logit(*k)) - log_sum) as f32;
	Ok(best.iter().map(|k| (id(*k), log(k))).collect())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn log_probabilities_are_those_of_a_softmax() {
		let logits: Vec<f32> = (0..1000u32).map(|i| ((i * 7919) % 1000) as f32 / 40.0 - 12.0).collect();
		let sum: f64 = logits.iter().map(|l| f64::from(*l).exp()).sum();
		for token in [0, 1, 500, 999] {
			let expected = f64::from(logits[token as usize]) - sum.ln();
			assert!((log_probability(&logits, token).unwrap() - expected).abs() < 1e-9);
		}
		assert_eq!(log_probability(&logits, 1000).unwrap(), f64::NEG_INFINITY);
		let top = most_likely(&logits, 20).unwrap();
		let mut order: Vec<u32> = (0..1000).collect();
		order.sort_by(|a, b| logits[*b as usize].total_cmp(&logits[*a as usize]).then(a.cmp(b)));
		assert_eq!(top.iter().map(|t| t.0).collect::<Vec<_>>(), order[..20]);
		for (token, value) in top {
			assert!((f64::from(value) - log_probability(&logits, token).unwrap()).abs() < 1e-6);
		}
	}

	#[test]
	fn most_likely_orders_equal_logits_by_id_and_leaves_out_masked_tokens() {
		let logits = [1.0, f32::NEG_INFINITY, 1.0, 0.5, 1.0];
		assert_eq!(most_likely(&logits, 2).unwrap().iter().map(|t| t.0).collect::<Vec<_>>(), [0, 2]);
		assert_eq!(most_likely(&logits, 20).unwrap().iter().map(|t| t.0).collect::<Vec<_>>(), [0, 2, 4, 3]);
		assert_eq!(most_likely(&logits, 0).unwrap(), []);
	}

	#[test]
	fn first_largest_finds_it_wherever_it_is_and_refuses_what_is_not_finite() {
		for n in [1, 15, 16, 17, 63, 64, 65, 200] {
			for at in 0..n {
				let mut logits = vec![-5.0; n];
				logits[at] = -4.0;
				logits[n - 1] = -4.0;
				assert_eq!(first_largest(&logits), Ok((at as u32, -4.0)));
				logits[at] = f32::NAN;
				assert_eq!(first_largest(&logits), Err(SamplingError::NotFinite));
				logits[at] = f32::INFINITY;
				assert_eq!(first_largest(&logits), Err(SamplingError::NotFinite));
			}
		}
		assert_eq!(first_largest(&[f32::NEG_INFINITY; 30]), Err(SamplingError::NothingAllowed));
		assert_eq!(first_largest(&[]), Err(SamplingError::NothingAllowed));
		assert_eq!(first_largest(&[-1.0, 0.0, -0.0]), Ok((1, 0.0)));
	}
}
