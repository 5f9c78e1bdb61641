//! The threads that bring adapters into memory.

use super::cache::{AdapterError, CacheOptions, Lookup, Resident};
use super::layout::BaseLayout;
use super::peft::PeftAdapter;
use super::registry::{Job, Registry, Source, Stamp};
use super::{Adapter, AdapterInfo};
use crate::backend::AdapterBuilder;
use crate::budget::{Budget, Reservation};
use crate::error::LoadError;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long idle pages of keys and values get to make room before unused adapters do.
const PAGES_FIRST: Duration = Duration::from_millis(2);

/// Something to be called when a load ends.
type Listener = Arc<dyn Fn() + Send + Sync>;

/// What the threads and the cache share.
pub(super) struct Shared<A> {
	base: Arc<BaseLayout>,
	builder: Arc<dyn AdapterBuilder<A>>,
	budget: Budget,
	patience: Duration,
	registry: Mutex<Registry<A>>,
	/// There is a load to do, or it is time to stop.
	work: Condvar,
	/// Number of loads that ended, and whether the threads stop.
	progress: Mutex<(u64, bool)>,
	changed: Condvar,
	listeners: Mutex<Vec<Listener>>,
}

/// The threads; dropping them ends them.
pub(super) struct Loaders<A> {
	shared: Arc<Shared<A>>,
	threads: Vec<JoinHandle<()>>,
}

impl<A: Send + Sync + 'static> Loaders<A> {
	pub(super) fn start(
		base: Arc<BaseLayout>,
		builder: Arc<dyn AdapterBuilder<A>>,
		budget: Budget,
		options: CacheOptions,
	) -> Result<Self, LoadError> {
		let shared = Arc::new(Shared {
			base,
			builder,
			budget,
			patience: options.patience,
			registry: Mutex::new(Registry::new(options.queue.max(1), options.error_ttl)),
			work: Condvar::new(),
			progress: Mutex::new((0, false)),
			changed: Condvar::new(),
			listeners: Mutex::default(),
		});
		let mut loaders = Self { shared, threads: Vec::new() };
		for index in 0..options.threads.max(1) {
			let shared = Arc::clone(&loaders.shared);
			let thread = std::thread::Builder::new().name(format!("adapters-{index}")).spawn(move || shared.run());
			loaders.threads.push(thread.map_err(|error| LoadError::Engine(error.to_string()))?);
		}
		Ok(loaders)
	}

	pub(super) fn shared(&self) -> &Shared<A> {
		&self.shared
	}
}

impl<A> Drop for Loaders<A> {
	fn drop(&mut self) {
		{
			let _registry = lock(&self.shared.registry);
			lock(&self.shared.progress).1 = true;
			self.shared.work.notify_all();
		}
		self.shared.changed.notify_all();
		for thread in self.threads.drain(..) {
			// A listener may hold the last handle: its thread cannot wait for itself.
			if thread.thread().id() != std::thread::current().id() {
				let _ended = thread.join();
			}
		}
	}
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<A: Send + Sync + 'static> Shared<A> {
	pub(super) fn registry(&self) -> MutexGuard<'_, Registry<A>> {
		lock(&self.registry)
	}

	pub(super) fn lookup(&self, name: &str, count: bool) -> Lookup<A> {
		let (lookup, queued) = self.registry().lookup(name, count);
		if queued {
			self.work.notify_one();
		}
		lookup
	}

	/// Number of loads that ended.
	pub(super) fn changes(&self) -> u64 {
		lock(&self.progress).0
	}

	/// Waits until more loads than `seen` have ended; `false` if that takes longer than `end`.
	pub(super) fn wait_for_change(&self, seen: u64, end: Instant) -> bool {
		let mut progress = lock(&self.progress);
		while progress.0 == seen && !progress.1 {
			let left = end.saturating_duration_since(Instant::now());
			if left.is_zero() {
				return false;
			}
			progress = self.changed.wait_timeout(progress, left).unwrap_or_else(PoisonError::into_inner).0;
		}
		!progress.1
	}

	pub(super) fn add_listener(&self, listener: Listener) {
		lock(&self.listeners).push(listener);
	}

	fn run(&self) {
		while let Some(job) = self.next_job() {
			let start = Instant::now();
			let loaded = catch_unwind(AssertUnwindSafe(|| self.load(&job)));
			let result = loaded.unwrap_or_else(|_| Err(AdapterError::Defect(job.name.to_string())));
			let dropped = self.registry().finish(&job, result, start.elapsed());
			drop(dropped);
			lock(&self.progress).0 += 1;
			self.changed.notify_all();
			let listeners = lock(&self.listeners).clone();
			listeners.iter().for_each(|wake| wake());
		}
	}

	fn next_job(&self) -> Option<Job> {
		let mut registry = self.registry();
		loop {
			if lock(&self.progress).1 {
				return None;
			}
			if let Some(job) = registry.next_job() {
				return Some(job);
			}
			registry = self.work.wait(registry).unwrap_or_else(PoisonError::into_inner);
		}
	}

	fn load(&self, job: &Job) -> Result<(Arc<Resident<A>>, Option<Stamp>), AdapterError> {
		let failed = |error: LoadError| AdapterError::Load { name: job.name.to_string(), reason: Arc::new(error) };
		let (peft, stamp) = self.read(&job.name, &job.source, job.stamp)?;
		let adapter = Adapter::assemble(&job.name, &peft, &self.base).map_err(failed)?;
		drop(peft);
		let built = self.builder.build(&adapter).map_err(failed)?;
		let bytes = self.builder.bytes(&built);
		let info = adapter.info().clone();
		drop(adapter);
		let memory = self.reserve(job, bytes)?;
		Ok((Arc::new(Resident::new(built, info, job.generation, memory)), stamp))
	}

	/// Reads an adapter in PEFT's form. A file of the length and time at which it was hashed is not hashed again.
	fn read(
		&self,
		name: &str,
		source: &Source,
		stamp: Option<Stamp>,
	) -> Result<(PeftAdapter, Option<Stamp>), AdapterError> {
		let (folder, expected) = match source {
			Source::Folder(folder, expected) => (folder, expected),
			Source::Recipe(recipe) => {
				let read = |(part, _): &(String, f32)| {
					let Some((source @ Source::Folder(..), stamp)) = self.registry().source(part) else {
						return Err(AdapterError::Unknown(part.clone()));
					};
					Ok(self.read(part, &source, stamp)?.0)
				};
				let parts = recipe.parts.iter().map(read).collect::<Result<Vec<_>, _>>()?;
				let derived = recipe.derive(&parts.iter().collect::<Vec<_>>());
				let derived = derived.map_err(|reason| AdapterError::Recipe { name: name.into(), reason })?;
				return Ok((derived, None));
			}
		};
		let (len, modified) = file_state(folder);
		let known = stamp.filter(|stamp| (stamp.len, stamp.modified) == (len, modified) && modified.is_some());
		let peft = PeftAdapter::read(folder, &self.base, known.map(|stamp| stamp.hash))
			.map_err(|error| AdapterError::Load { name: name.into(), reason: Arc::new(error) })?;
		if let Some(expected) = expected.filter(|expected| *expected != peft.hash) {
			let hex = |hash: [u8; 32]| blake3::Hash::from(hash).to_hex().to_string();
			return Err(AdapterError::Hash { name: name.into(), expected: hex(expected), found: hex(peft.hash) });
		}
		let stamp = Stamp { len, modified, hash: peft.hash };
		Ok((peft, Some(stamp)))
	}

	/// Takes the bytes of an adapter of the budget. Idle pages of keys and values go first, then adapters that nobody uses.
	fn reserve(&self, job: &Job, bytes: usize) -> Result<Reservation, AdapterError> {
		if bytes > self.budget.total() {
			return Err(AdapterError::TooLarge { name: job.name.to_string(), bytes, budget: self.budget.total() });
		}
		let end = Instant::now() + self.patience;
		let mut reserved = self.budget.try_reserve(bytes).or_else(|| self.budget.reserve_within(bytes, PAGES_FIRST));
		loop {
			if reserved.is_none() {
				let dropped = self.registry().evict(bytes.saturating_sub(self.budget.free()));
				drop(dropped);
				reserved = self.budget.try_reserve(bytes);
			}
			if let Some(memory) = reserved {
				return Ok(memory);
			}
			let wait = end.saturating_duration_since(Instant::now());
			if wait.is_zero() || !self.registry().is_current(job) {
				return Err(AdapterError::NoMemory { name: job.name.to_string(), bytes });
			}
			// Adapters become free to evict without a sign, so this looks again often.
			reserved = self.budget.reserve_within(bytes, wait.min(Duration::from_millis(20)));
		}
	}

	pub(super) fn info(&self, name: &str) -> Result<Arc<AdapterInfo>, AdapterError> {
		let (known, source) = {
			let registry = self.registry();
			(registry.info(name), registry.source(name))
		};
		if let Some(info) = known {
			return Ok(info);
		}
		let (source, stamp) = source.ok_or_else(|| AdapterError::Unknown(name.into()))?;
		let (peft, _) = self.read(name, &source, stamp)?;
		let adapter = Adapter::assemble(name, &peft, &self.base)
			.map_err(|error| AdapterError::Load { name: name.into(), reason: Arc::new(error) })?;
		Ok(Arc::new(adapter.info().clone()))
	}
}

/// Length and time of change of the weights in `folder`.
fn file_state(folder: &Path) -> (u64, Option<std::time::SystemTime>) {
	match std::fs::metadata(folder.join("adapter_model.safetensors")) {
		Ok(metadata) => (metadata.len(), metadata.modified().ok()),
		Err(_) => (0, None),
	}
}
