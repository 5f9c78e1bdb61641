//! All low-rank changes of one linear layer, for a batch whose rows have different adapters.

use super::LowRank;
use crate::activations::Activations;
use crate::isa::Isa;
use crate::pool::{Pool, Shards};
use std::ops::Range;

/// Bytes of A and B below which changes are not worth a second thread.
const PARALLEL_BYTES: usize = 32 * 1024;

/// Tasks for each thread, so that one that is late leaves little to wait for.
const TASKS_PER_THREAD: usize = 8;

/// A low-rank change of some rows of a batch.
#[derive(Debug, Clone)]
pub struct LoraJob<'a> {
	/// The rows.
	pub rows: Range<usize>,
	/// The change.
	pub pair: &'a LowRank,
	/// Its weight.
	pub scale: f32,
}

/// Adds to `out`, [rows of x, outputs], the changes of all `jobs`, in one parallel region. Jobs with rows in common are
/// applied to them in their order. Panics if a job's rows or sizes are not those of `x` and `out`.
pub fn lora_batch(isa: Isa, pool: &Pool, x: &Activations, jobs: &[LoraJob<'_>], out: &mut [f32]) {
	let Some(first) = jobs.first() else { return };
	let outputs = first.pair.outputs();
	assert_eq!(out.len(), x.rows() * outputs, "outputs of {:?}", first.pair);
	let mut bytes = 0usize;
	for job in jobs {
		assert_eq!(job.pair.outputs(), outputs, "outputs of {:?}", job.pair);
		assert!(job.rows.start <= job.rows.end && job.rows.end <= x.rows(), "rows {:?} of {}", job.rows, x.rows());
		bytes = bytes.saturating_add(job.pair.bytes().saturating_mul(job.rows.len()));
	}
	let tasks = match pool.threads() {
		1 => 1,
		_ if bytes < PARALLEL_BYTES => 1,
		threads => x.rows().min(TASKS_PER_THREAD * threads),
	};
	let out = Shards::new(out);
	// A task has some of the rows, and their jobs one after another.
	pool.run(tasks, &|task| {
		let mine = x.rows() * task / tasks..x.rows() * (task + 1) / tasks;
		let common = |job: &LoraJob<'_>| job.rows.start.max(mine.start)..job.rows.end.min(mine.end);
		let mut jobs = jobs.iter().map(|job| (job, common(job))).filter(|(_, rows)| !rows.is_empty()).peekable();
		while let Some((job, rows)) = jobs.next() {
			let next = jobs.peek().map_or(job.pair, |(next, _)| next.pair);
			// SAFETY: no two tasks have a row in common.
			let out = unsafe { out.part(rows.start * outputs, rows.len() * outputs) };
			job.pair.add(isa, x, rows, job.scale, out, next);
		}
	});
}
