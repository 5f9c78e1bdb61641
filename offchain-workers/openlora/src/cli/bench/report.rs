//! What `bench` prints.

use super::super::arguments::ModelArguments;
use super::super::failure::Failure;
use super::super::session::Session;
use super::load::Times;
use serde::Serialize;
use std::fmt::Write;
use std::time::Instant;

/// All measurements.
#[derive(Debug, Serialize)]
pub(super) struct Report {
	model: String,
	mode: String,
	isa: String,
	threads: usize,
	/// From the start to an engine that answers.
	load_ms: f64,
	/// Memory of the process with the model loaded.
	loaded_bytes: u64,
	/// The most memory the process ever had.
	pub(super) peak_bytes: u64,
	pub(super) prefill: Option<Prefill>,
	pub(super) decode: Vec<Decode>,
	pub(super) registration: Option<Registration>,
	pub(super) churn: Option<Churn>,
	pub(super) verification: Option<Verification>,
}

/// Processing of one prompt.
#[derive(Debug, Serialize)]
pub(super) struct Prefill {
	pub(super) tokens: usize,
	pub(super) first_token_ms: Quantiles,
	pub(super) tokens_per_second: f64,
}

/// Generation by a batch of requests.
#[derive(Debug, Serialize)]
pub(super) struct Decode {
	pub(super) batch: usize,
	/// Different adapters in the batch.
	pub(super) adapters: usize,
	/// Of all requests together.
	pub(super) tokens_per_second: f64,
	pub(super) first_token_ms: Quantiles,
	/// Between the tokens of a request.
	pub(super) token_ms: Quantiles,
}

/// Cost of adapters that are not used yet.
#[derive(Debug, Serialize)]
pub(super) struct Registration {
	pub(super) count: usize,
	/// Median of the first hundredth.
	pub(super) first_us: f64,
	/// Median of the last hundredth.
	pub(super) last_us: f64,
	/// Bytes of an adapter's file.
	pub(super) adapter_bytes: u64,
	pub(super) rank: usize,
	/// First loads, from the folder to ready.
	pub(super) cold_load_ms: Option<Quantiles>,
}

/// Requests over all registered adapters.
#[derive(Debug, Serialize)]
pub(super) struct Churn {
	pub(super) requests: usize,
	pub(super) lanes: usize,
	pub(super) registered: usize,
	pub(super) tokens_per_second: f64,
	pub(super) first_token_ms: Quantiles,
	/// Between the tokens of a request.
	pub(super) token_ms: Quantiles,
	/// Adapters that were brought into memory meanwhile.
	pub(super) loads: u64,
}

/// Answers verified by one run over prompt and answer.
#[derive(Debug, Serialize)]
pub(super) struct Verification {
	pub(super) prompt_tokens: usize,
	/// Of an answer.
	pub(super) tokens: f64,
	pub(super) generate_ms: Quantiles,
	pub(super) verify_ms: Quantiles,
	/// By the medians.
	pub(super) times_faster: f64,
}

/// Of a measurement that was made several times.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Quantiles {
	pub(super) p50: f64,
	pub(super) p99: f64,
	pub(super) max: f64,
}

/// The nearest ranks; zeros of nothing.
pub(super) fn quantiles(values: &mut [f64]) -> Quantiles {
	values.sort_by(f64::total_cmp);
	let at = |share: f64| {
		let rank = (values.len() as f64 * share).ceil() as usize;
		values.get(rank.saturating_sub(1)).copied().unwrap_or_default()
	};
	Quantiles { p50: at(0.5), p99: at(0.99), max: at(1.0) }
}

/// Tokens per second while all requests are generating; of the whole run if there is no such time.
pub(super) fn rate(times: &[Times]) -> f64 {
	let tokens = || times.iter().flat_map(|times| times.tokens.iter().copied());
	let last_first = times.iter().filter_map(|times| times.tokens.first()).max().copied();
	let first_last = times.iter().filter_map(|times| times.tokens.last()).min().copied();
	let between = |from: Instant, to: Instant| {
		let count = tokens().filter(|at| *at > from && *at <= to).count();
		let seconds = to.duration_since(from).as_secs_f64();
		if seconds > 0.0 {
			count as f64 / seconds
		} else {
			0.0
		}
	};
	match (last_first, first_last, tokens().min(), tokens().max()) {
		(Some(from), Some(to), ..) if to > from => between(from, to),
		(_, _, Some(from), Some(to)) => between(from, to),
		_ => 0.0,
	}
}

/// Memory of this process now and at most, in bytes; zeros where the system does not tell.
pub(super) fn memory() -> (u64, u64) {
	let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
	let field = |name: &str| {
		let line = status.lines().find_map(|line| line.strip_prefix(name));
		line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() * 1024
	};
	(field("VmRSS:"), field("VmHWM:"))
}

impl Report {
	pub(super) fn new(
		arguments: &ModelArguments,
		session: &Session,
		load_ms: f64,
		memory: (u64, u64),
	) -> Result<Self, Failure> {
		Ok(Self {
			model: session.model.path().display().to_string(),
			mode: arguments.mode.to_string(),
			isa: arguments.isa()?.to_string(),
			threads: arguments.threads()?,
			load_ms,
			loaded_bytes: memory.0,
			peak_bytes: memory.1,
			prefill: None,
			decode: Vec::new(),
			registration: None,
			churn: None,
			verification: None,
		})
	}

	/// For machines.
	pub(super) fn json(&self) -> Result<String, Failure> {
		Ok(serde_json::to_string_pretty(self).map_err(Failure::run)? + "\n")
	}

	/// For people.
	pub(super) fn table(&self) -> String {
		let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
		let mut out = format!(
			"{}\nmode {}, {}, {} threads; ready after {:.0} ms, {:.0} MiB loaded, {:.0} MiB at most\n",
			self.model,
			self.mode,
			self.isa,
			self.threads,
			self.load_ms,
			mib(self.loaded_bytes),
			mib(self.peak_bytes)
		);
		// Writing to a string cannot fail.
		let mut line = |text: std::fmt::Arguments<'_>| {
			let _ = out.write_fmt(text);
			out.push('\n');
		};
		if let Some(prefill) = &self.prefill {
			let Prefill { tokens, tokens_per_second, first_token_ms } = prefill;
			line(format_args!(
				"prompt of {tokens}: {tokens_per_second:.0} tokens/s, first token {:.1} ms",
				first_token_ms.p50
			));
		}
		for run in &self.decode {
			line(format_args!(
				"batch {:>3}, {:>3} adapters: {:>8.1} tokens/s, first token {:.1} ms (p99 {:.1}), each {:.2} ms (p99 {:.2})",
				run.batch,
				run.adapters,
				run.tokens_per_second,
				run.first_token_ms.p50,
				run.first_token_ms.p99,
				run.token_ms.p50,
				run.token_ms.p99
			));
		}
		if let Some(registration) = &self.registration {
			let Registration { count, first_us, last_us, rank, .. } = registration;
			line(format_args!(
				"{count} adapters of rank {rank} registered: the first {first_us:.1} us each, the last {last_us:.1} us"
			));
			if let Some(cold) = registration.cold_load_ms {
				line(format_args!("first load: {:.2} ms (p99 {:.2})", cold.p50, cold.p99));
			}
		}
		if let Some(churn) = &self.churn {
			line(format_args!(
				"{} requests over {} adapters, {} loads, {} at once: {:.1} tokens/s, first token {:.1} ms (p99 {:.1}), each {:.2} ms (p99 {:.2})",
				churn.requests,
				churn.registered,
				churn.loads,
				churn.lanes,
				churn.tokens_per_second,
				churn.first_token_ms.p50,
				churn.first_token_ms.p99,
				churn.token_ms.p50,
				churn.token_ms.p99
			));
		}
		if let Some(verification) = &self.verification {
			let Verification { prompt_tokens, tokens, generate_ms, verify_ms, times_faster } = verification;
			line(format_args!(
				"{tokens} tokens after {prompt_tokens}: generated in {:.0} ms, verified in {:.0} ms, {times_faster:.1} times faster",
				generate_ms.p50, verify_ms.p50
			));
		}
		out
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::time::Duration;

	#[test]
	fn quantiles_are_nearest_ranks() {
		let of = |values: &[f64]| {
			let q = quantiles(&mut values.to_vec());
			(q.p50, q.p99, q.max)
		};
		assert_eq!(of(&[]), (0.0, 0.0, 0.0));
		assert_eq!(of(&[3.0, 1.0, 2.0]), (2.0, 3.0, 3.0));
		assert_eq!(of(&(1..=200).map(f64::from).collect::<Vec<_>>()), (100.0, 198.0, 200.0));
	}

	#[test]
	fn rate_counts_while_all_generate() {
		let start = Instant::now();
		let at = |ms: &[u64]| Times {
			submitted: start,
			tokens: ms.iter().map(|ms| start + Duration::from_millis(*ms)).collect(),
		};
		// From 200 to 400 ms both generate: two tokens each.
		assert!((rate(&[at(&[100, 200, 300, 400]), at(&[200, 300, 400, 500])]) - 20.0).abs() < 1e-9);
		// Never together: four tokens after the first, in 500 ms.
		assert!((rate(&[at(&[0, 100]), at(&[300, 400, 500])]) - 8.0).abs() < 1e-9);
		assert_eq!(rate(&[at(&[])]), 0.0);
	}
}
