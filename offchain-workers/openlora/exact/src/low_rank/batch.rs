//! All low-rank changes of the linear layers that read one input, for a batch whose rows have different adapters.

use super::LowRank;
use crate::activations::Activations;
use crate::isa::Isa;
use crate::pool::{Pool, Shards};
use std::ops::Range;

/// Bytes of A and B below which changes are not worth a second thread.
const PARALLEL_BYTES: usize = 32 * 1024;

/// Tasks for each thread, so that one that is late leaves little to wait for.
const TASKS_PER_THREAD: usize = 4;

/// A low-rank change of some rows of a batch; `P` is the form that an arithmetic keeps changes in.
#[derive(Debug, Clone)]
pub struct LoraJob<'a, P = LowRank> {
	/// The rows.
	pub rows: Range<usize>,
	/// The change.
	pub pair: &'a P,
	/// Its weight.
	pub scale: f32,
}

/// The changes of one linear layer.
#[derive(Debug)]
pub struct LoraLayer<'a, P = LowRank> {
	/// Those with rows in common are applied to them in their order.
	pub jobs: &'a [LoraJob<'a, P>],
	/// What they are added to, [rows of x, outputs].
	pub out: &'a mut [f32],
}

/// Adds the changes of all `layers`, which read `x`, in one parallel region. Panics if a job's rows or sizes are not those of
/// `x` and the layer's output.
pub fn lora_batch(isa: Isa, pool: &Pool, x: &Activations, layers: &mut [LoraLayer<'_>]) {
	let mut bytes = 0usize;
	for LoraLayer { jobs, out } in layers.iter() {
		for job in *jobs {
			assert_eq!(out.len(), x.rows() * job.pair.outputs(), "outputs of {:?}", job.pair);
			assert!(job.rows.start <= job.rows.end && job.rows.end <= x.rows(), "rows {:?} of {}", job.rows, x.rows());
			bytes = bytes.saturating_add(job.pair.bytes().saturating_mul(job.rows.len()));
		}
	}
	let tasks = match pool.threads() {
		_ if bytes == 0 => return,
		1 => 1,
		_ if bytes < PARALLEL_BYTES => 1,
		threads => x.rows().min(TASKS_PER_THREAD * threads),
	};
	let layers: Vec<_> = layers.iter_mut().map(|layer| (layer.jobs, Shards::new(layer.out))).collect();
	// A task has some of the rows, and their jobs one after another.
	pool.run(tasks, &|task| {
		let mine = x.rows() * task / tasks..x.rows() * (task + 1) / tasks;
		let common = |job: &LoraJob<'_>| job.rows.start.max(mine.start)..job.rows.end.min(mine.end);
		let jobs = layers.iter().flat_map(|(jobs, out)| jobs.iter().map(move |job| (job, out)));
		let mut jobs = jobs.map(|(job, out)| (job, out, common(job))).filter(|(.., rows)| !rows.is_empty()).peekable();
		while let Some((job, out, rows)) = jobs.next() {
			let next = jobs.peek().map_or(job.pair, |(next, ..)| next.pair);
			let outputs = job.pair.outputs();
			// SAFETY: no two tasks have a row in common.
			let out = unsafe { out.part(rows.start * outputs, rows.len() * outputs) };
			job.pair.add(isa, x, rows, job.scale, out, next);
		}
	});
}
