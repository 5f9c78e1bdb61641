//! Work on disjoint slices, spread over the threads of a pool.

use openledger_exact::Pool;

/// Calls `work` with every item, each once, on some thread.
pub(crate) fn for_each<T: Send>(pool: &Pool, items: &mut [T], work: impl Fn(&mut T) + Sync) {
	if items.len() < 2 || pool.threads() == 1 {
		return items.iter_mut().for_each(work);
	}
	struct Items<T>(*mut T);
	// SAFETY: the pool hands out each index once, so that no two threads touch the same item; T may be sent.
	unsafe impl<T: Send> Sync for Items<T> {}
	let (count, items) = (items.len(), Items(items.as_mut_ptr()));
	let items = &items;
	pool.run(count, &|index| {
		assert!(index < count);
		// SAFETY: `index` is in range, given out once, and `run` returns only when all work is done.
		work(unsafe { &mut *items.0.add(index) });
	});
}

/// Calls `work` with runs of whole rows of `x`, [rows, width], and the index of the first.
pub(crate) fn rows(pool: &Pool, x: &mut [f32], width: usize, work: impl Fn(usize, &mut [f32]) + Sync) {
	/// Fewer values than this are not worth waking a thread.
	const WORTH: usize = 1 << 14;
	let count = x.len() / width;
	if x.len() < 2 * WORTH || pool.threads() == 1 {
		return work(0, x);
	}
	let step = count.div_ceil(4 * pool.threads()).max(WORTH.div_ceil(width));
	let mut runs: Vec<_> = x.chunks_mut(step * width).enumerate().map(|(i, run)| (i * step, run)).collect();
	for_each(pool, &mut runs, |(first, run)| work(*first, run));
}
