//! What the engine counts.

use std::time::Duration;

/// Times in buckets of a quarter of a power of two, in microseconds: a summary is off by at most 19 %.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
	buckets: [u64; 128],
	count: u64,
	sum_us: u64,
	max_us: u64,
}

impl Default for Histogram {
	fn default() -> Self {
		Self { buckets: [0; 128], count: 0, sum_us: 0, max_us: 0 }
	}
}

impl Histogram {
	/// Adds a time.
	pub fn record(&mut self, time: Duration) {
		let us = time.as_micros().min(u128::from(u32::MAX)) as u64;
		self.buckets[bucket(us)] += 1;
		self.count += 1;
		self.sum_us += us;
		self.max_us = self.max_us.max(us);
	}

	/// How many times were added.
	pub fn count(&self) -> u64 {
		self.count
	}

	/// The mean, in microseconds; 0 of nothing.
	pub fn mean_us(&self) -> u64 {
		self.sum_us.checked_div(self.count).unwrap_or(0)
	}

	/// The longest, in microseconds.
	pub fn max_us(&self) -> u64 {
		self.max_us
	}

	/// The time that `share` of all do not exceed, for `share` in 0..=1, in microseconds.
	pub fn quantile_us(&self, share: f64) -> u64 {
		let rank = ((self.count as f64 * share).ceil() as u64).clamp(1, self.count.max(1));
		let mut seen = 0;
		for (index, count) in self.buckets.iter().enumerate() {
			seen += count;
			if seen >= rank {
				return upper_end(index).min(self.max_us);
			}
		}
		self.max_us
	}
}

/// Four buckets for each power of two: the exponent and the two bits after the first.
fn bucket(us: u64) -> usize {
	if us < 4 {
		return us as usize;
	}
	let exponent = us.ilog2() as usize;
	4 * (exponent - 1) + ((us >> (exponent - 2)) & 3) as usize
}

fn upper_end(bucket: usize) -> u64 {
	if bucket < 4 {
		return bucket as u64;
	}
	let (exponent, quarter) = (bucket / 4 + 1, bucket as u64 % 4);
	((5 + quarter) << (exponent - 2)) - 1
}

/// A snapshot of the engine's counters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineStats {
	/// Requests that wait for their first step.
	pub waiting: usize,
	/// Requests that are computed.
	pub running: usize,
	/// Requests that were paused to make room, and wait to go on.
	pub paused: usize,
	/// Pages in use, those of the prefix cache included.
	pub pages_used: usize,
	/// Pages of the prefix cache.
	pub pages_cached: usize,
	/// Pages that the memory has room for, if it held no adapters.
	pub pages_total: usize,
	/// Bytes in use of those that pages and adapters share.
	pub memory_used: usize,
	/// Bytes that pages and adapters share.
	pub memory_total: usize,
	/// Tokens of prompts that were found in the prefix cache.
	pub prefix_hit_tokens: u64,
	/// Tokens of prompts of all admitted requests.
	pub prompt_tokens: u64,
	/// Rows that were computed.
	pub computed_tokens: u64,
	/// Tokens that were generated.
	pub generated_tokens: u64,
	/// Requests that came to their end.
	pub completed: u64,
	/// Requests whose reader went away.
	pub cancelled: u64,
	/// Requests whose deadline passed.
	pub expired: u64,
	/// Requests that failed.
	pub failed: u64,
	/// How often a request was paused to make room for an older one.
	pub preemptions: u64,
	/// Times of steps.
	pub step: Histogram,
	/// The part of a step outside the backend: choosing rows, tokens and pages.
	pub overhead: Histogram,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_time_is_in_the_bucket_that_ends_at_or_above_it() {
		for us in (0..5000).chain([1 << 20, (1 << 31) + 12345, u64::from(u32::MAX)]) {
			let index = bucket(us);
			assert!(us <= upper_end(index), "{us}");
			assert!(index == 0 || us > upper_end(index - 1), "{us}");
		}
	}

	#[test]
	fn quantiles_are_close() {
		let mut histogram = Histogram::default();
		(1..=1000).for_each(|ms| histogram.record(Duration::from_millis(ms)));
		let median = histogram.quantile_us(0.5);
		assert!((500_000..600_000).contains(&median), "{median}");
		assert_eq!((histogram.max_us(), histogram.mean_us(), histogram.count()), (1_000_000, 500_500, 1000));
		assert_eq!(histogram.quantile_us(1.0), 1_000_000);
		assert_eq!(Histogram::default().quantile_us(0.99), 0);
	}
}
