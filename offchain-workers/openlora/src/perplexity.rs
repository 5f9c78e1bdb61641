//! How well a model predicts a text.

use crate::backend::{Backend, NotFinite};
use crate::verify::score;
use openledger_exact::functions::f64::exp;
use openledger_sampling::{log_probability, SamplingError};
use std::ops::ControlFlow;
use std::sync::Arc;

/// The likelihood of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Likelihood {
	/// Tokens that were predicted.
	pub tokens: usize,
	/// The sum of the natural logarithms of their probabilities.
	pub log: f64,
	/// How many of them were the most likely one.
	pub first: usize,
}

impl Likelihood {
	/// e to the mean negative logarithm: the number of equally likely tokens that would be as hard to predict. 1 for
	/// no token.
	pub fn perplexity(&self) -> f64 {
		exp(-self.log / self.tokens.max(1) as f64)
	}
}

/// Why the likelihood of a text is not known.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PerplexityError {
	/// The windows or the text make no sense.
	#[error("{0}")]
	Invalid(&'static str),
	/// The model gives no numbers.
	#[error(transparent)]
	NotFinite(#[from] NotFinite),
	/// The logits give no probabilities.
	#[error(transparent)]
	Sampling(#[from] SamplingError),
}

/// The likelihood of `tokens` in windows of `window` tokens, each `stride` after the one before. Every token but the
/// first of the text is predicted once, by the first window that holds it and a token before it; with `stride` =
/// `window` − 1 windows share one token. `progress` is told the tokens predicted so far. Uses pages `0..` of
/// `backend`, which nobody else may hold.
///
/// # Errors
/// [`PerplexityError::Invalid`] for fewer than two tokens, one beyond the vocabulary, a window of fewer than two, or a
/// stride that is 0 or leaves tokens out.
pub fn likelihood<B: Backend>(
	backend: &mut B,
	adapters: &[(Arc<B::Adapter>, f32)],
	tokens: &[u32],
	window: usize,
	stride: usize,
	mut progress: impl FnMut(usize),
) -> Result<Likelihood, PerplexityError> {
	let vocab = backend.spec().vocab;
	if tokens.len() < 2 || tokens.iter().any(|token| *token as usize >= vocab) {
		return Err(PerplexityError::Invalid("the text needs two tokens, all of the model's vocabulary"));
	}
	if window < 2 || stride == 0 || stride >= window {
		return Err(PerplexityError::Invalid("a window needs two tokens, and the stride must be in 1..window"));
	}
	let mut sum = Likelihood::default();
	// The first token that was not predicted yet.
	let mut next = 1;
	for start in (0..).step_by(stride) {
		let end = tokens.len().min(start + window);
		let inputs = &tokens[start..end - 1];
		let mut failed = None;
		score(backend, inputs, adapters, next - 1 - start, |position, _, logits| {
			let target = tokens[start + position + 1];
			match log_probability(logits, target) {
				Ok(log) => sum.log += log,
				Err(error) => failed = Some(error),
			}
			let own = logits[target as usize];
			sum.first += usize::from((0u32..).zip(logits).all(|(id, l)| *l < own || (*l == own && id >= target)));
			sum.tokens += 1;
			match failed {
				None => ControlFlow::Continue(()),
				Some(_) => ControlFlow::Break(()),
			}
		})?;
		if let Some(error) = failed {
			return Err(error.into());
		}
		progress(sum.tokens);
		next = end;
		if end == tokens.len() {
			break;
		}
	}
	Ok(sum)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::backend::{AdapterBuilder, PageId, Rows, Segment, SegmentOutput};
	use crate::spec::DecoderSpec;

	const VOCAB: usize = 11;

	/// Logits that depend on the last token and on how many came before: an early token knows less.
	struct Chain(DecoderSpec);

	fn logits(token: u32, position: usize) -> Vec<f32> {
		(0..VOCAB as u32)
			.map(|id| if id == (token + 1) % VOCAB as u32 { (position.min(9) + 1) as f32 } else { 0.0 })
			.collect()
	}

	impl Backend for Chain {
		type Adapter = ();
		fn spec(&self) -> &DecoderSpec {
			&self.0
		}
		fn page_bytes(&self) -> usize {
			1
		}
		fn reserve_pages(&mut self, _pages: usize) {}
		fn release_page(&mut self, _page: PageId) {}
		fn step(&mut self, segments: &[Segment<'_, ()>]) -> Vec<Result<SegmentOutput, NotFinite>> {
			let run = |segment: &Segment<'_, ()>| {
				let rows = if segment.rows == Rows::All { segment.tokens } else { &[] };
				let logits = (segment.position..).zip(rows).flat_map(|(at, token)| logits(*token, at)).collect();
				Ok(SegmentOutput { hidden: vec![0.0; rows.len() * self.0.width], logits })
			};
			segments.iter().map(run).collect()
		}
		fn adapters(&self) -> Arc<dyn AdapterBuilder<()>> {
			unreachable!("the test has no adapters")
		}
	}

	fn backend() -> Chain {
		let config = serde_json::json!({
			"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 8, "num_hidden_layers": 1,
			"num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 8, "vocab_size": VOCAB, "rms_norm_eps": 1e-5,
			"max_position_embeddings": 64,
			"hidden_act": "silu", "tie_word_embeddings": true,
		});
		Chain(DecoderSpec::from_config(std::path::Path::new("config.json"), config.to_string().as_bytes()).unwrap())
	}

	#[test]
	fn every_token_is_predicted_once_with_the_context_of_its_window() {
		let text: Vec<u32> = (0..50u32).map(|i| if i % 7 == 3 { 5 } else { i % VOCAB as u32 }).collect();
		for (window, stride) in [(2, 1), (10, 9), (10, 4), (50, 49), (100, 1), (49, 48), (7, 6)] {
			let mut told = Vec::new();
			let found = likelihood(&mut backend(), &[], &text, window, stride, |n| told.push(n)).unwrap();
			// The window of a target is the first that holds it.
			let mut log = 0.0;
			for target in 1..text.len() {
				let start = (0..).step_by(stride).find(|start| start + window > target).unwrap();
				let row = logits(text[target - 1], target - 1 - start);
				let sum: f64 = row.iter().map(|l| f64::from(*l).exp()).sum();
				log += f64::from(row[text[target] as usize]) - sum.ln();
			}
			assert_eq!((found.tokens, *told.last().unwrap()), (49, 49), "{window} {stride}");
			assert!((found.log - log).abs() < 1e-9, "{window} {stride}: {} {log}", found.log);
			assert!((found.perplexity() - (-log / 49.0).exp()).abs() < 1e-9);
			assert!(found.first > 20 && found.first < 49);
		}
		for (tokens, window, stride) in
			[(&text[..1], 10, 5), (&[1, 11][..], 10, 5), (&text, 1, 1), (&text, 10, 10), (&text, 10, 0)]
		{
			assert!(matches!(
				likelihood(&mut backend(), &[], tokens, window, stride, |_| ()),
				Err(PerplexityError::Invalid(_))
			));
		}
	}
}
