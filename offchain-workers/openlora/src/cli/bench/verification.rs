//! How much faster an answer is verified than generated.

use super::super::failure::Failure;
use super::load::Load;
use super::report::{quantiles, Verification};
use openledger_openlora::verify::{Tolerance, Verdict};
use openledger_openlora::VerifyRequest;
use std::time::Instant;

/// Generates `repeat` answers of at most `tokens` tokens to prompts of as many as `prompt_tokens`, alone, and verifies each.
pub(super) fn run(
	load: &mut Load<'_>,
	prompt_tokens: usize,
	tokens: u32,
	repeat: usize,
) -> Result<Verification, Failure> {
	let (mut generate_ms, mut verify_ms, mut counts) = (Vec::new(), Vec::new(), Vec::new());
	for _ in 0..repeat {
		let asked = load.request(prompt_tokens, tokens, None);
		let start = Instant::now();
		let done = load.complete(asked.clone())?;
		generate_ms.push(start.elapsed().as_secs_f64() * 1e3);
		counts.push(f64::from(done.completion_tokens));
		let request = VerifyRequest {
			asked,
			tokens: done.token_ids,
			commitment: done.fingerprint,
			records: done.records,
			tolerance: Tolerance::default(),
		};
		let start = Instant::now();
		let verdict = load.engine().verify(request)?.blocking_verdict().map_err(Failure::run)?;
		verify_ms.push(start.elapsed().as_secs_f64() * 1e3);
		if let Verdict::FirstDifference { token, kind } = verdict {
			return Err(Failure::Run(format!("an honest answer was found wrong: token {token}: {kind}")));
		}
	}
	let (generate_ms, verify_ms) = (quantiles(&mut generate_ms), quantiles(&mut verify_ms));
	// The model may have ended an answer early.
	let tokens = quantiles(&mut counts).p50;
	Ok(Verification { prompt_tokens, tokens, generate_ms, verify_ms, times_faster: generate_ms.p50 / verify_ms.p50 })
}
