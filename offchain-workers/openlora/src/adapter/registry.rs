//! Which adapters there are, and which of them are in memory: the bookkeeping of the cache, without threads.

use super::cache::{AdapterError, Lookup, Resident};
use super::ensemble::Recipe;
use super::AdapterInfo;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// Where an adapter comes from.
#[derive(Debug, Clone)]
pub(super) enum Source {
	/// A folder of PEFT, and the hash its weights must have.
	Folder(Arc<PathBuf>, Option<[u8; 32]>),
	/// Others.
	Recipe(Arc<Recipe>),
}

/// Hash of a file as it was: the same length and time mean the same hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
	pub(super) len: u64,
	pub(super) modified: Option<SystemTime>,
	pub(super) hash: [u8; 32],
}

enum Status<A> {
	/// On disk.
	Idle,
	/// Waits for a loader, or is with one.
	Loading,
	/// In memory; the number is its place in the order of use.
	Resident(Arc<Resident<A>>, u64),
	/// Could not be loaded, until then.
	Failed(AdapterError, Instant),
}

struct Entry<A> {
	source: Source,
	generation: u64,
	status: Status<A>,
	stamp: Option<Stamp>,
	info: Option<Arc<AdapterInfo>>,
}

/// Something to be loaded.
#[derive(Debug, Clone)]
pub(super) struct Job {
	pub(super) name: Arc<str>,
	pub(super) generation: u64,
	pub(super) source: Source,
	pub(super) stamp: Option<Stamp>,
}

/// What the cache did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheStats {
	/// Adapters that are registered.
	pub registered: usize,
	/// Adapters in memory.
	pub resident: usize,
	/// Their bytes.
	pub resident_bytes: usize,
	/// Adapters that wait for a loader or are with one.
	pub loading: usize,
	/// Requests that found their adapter in memory.
	pub hits: u64,
	/// Requests that began a load.
	pub misses: u64,
	/// Adapters that were put out of memory for others.
	pub evictions: u64,
	/// Loads that ended well.
	pub loads: u64,
	/// Loads that failed.
	pub failures: u64,
	/// Time of all loads that ended well.
	pub load_time: Duration,
	/// The longest of them.
	pub longest_load: Duration,
}

/// All adapters by name.
pub(super) struct Registry<A> {
	entries: HashMap<Arc<str>, Entry<A>>,
	/// Resident adapters by their last use, oldest first.
	used: BTreeMap<u64, Arc<str>>,
	queue: VecDeque<Job>,
	/// Recipes by the names of their parts.
	dependents: HashMap<String, Vec<Arc<str>>>,
	clock: u64,
	queue_limit: usize,
	error_ttl: Duration,
	pub(super) stats: CacheStats,
}

/// Resident adapters that were taken out; to be dropped where no lock is held.
pub(super) type Dropped<A> = Vec<Arc<Resident<A>>>;

impl<A> Registry<A> {
	pub(super) fn new(queue_limit: usize, error_ttl: Duration) -> Self {
		Self {
			entries: HashMap::new(),
			used: BTreeMap::new(),
			queue: VecDeque::new(),
			dependents: HashMap::new(),
			clock: 0,
			queue_limit,
			error_ttl,
			stats: CacheStats::default(),
		}
	}

	/// A number that no other call returned.
	fn tick(&mut self) -> u64 {
		self.clock += 1;
		self.clock
	}

	/// Adds an adapter or replaces the one of that name; gives its generation.
	pub(super) fn register(&mut self, name: &str, source: Source) -> (u64, Dropped<A>) {
		let dropped = self.unregister(name).unwrap_or_default();
		let (key, generation): (Arc<str>, u64) = (name.into(), self.tick());
		if let Source::Recipe(recipe) = &source {
			for (part, _) in &recipe.parts {
				self.dependents.entry(part.clone()).or_default().push(Arc::clone(&key));
			}
		}
		self.entries.insert(key, Entry { source, generation, status: Status::Idle, stamp: None, info: None });
		self.stats.registered = self.entries.len();
		(generation, dropped)
	}

	/// Forgets an adapter. What recipes made of it is made again when it is asked for.
	pub(super) fn unregister(&mut self, name: &str) -> Option<Dropped<A>> {
		let (key, entry) = self.entries.remove_entry(name)?;
		let mut dropped = Vec::new();
		self.take_out(&key, entry.status, &mut dropped);
		if let Source::Recipe(recipe) = &entry.source {
			for (part, _) in &recipe.parts {
				if let Some(list) = self.dependents.get_mut(part) {
					list.retain(|dependent| *dependent != key);
				}
			}
			self.dependents.retain(|_, list| !list.is_empty());
		}
		for dependent in self.dependents.get(name).cloned().unwrap_or_default() {
			let generation = self.tick();
			let Some(entry) = self.entries.get_mut(&dependent) else { continue };
			entry.generation = generation;
			entry.info = None;
			let status = std::mem::replace(&mut entry.status, Status::Idle);
			self.take_out(&dependent, status, &mut dropped);
		}
		self.stats.registered = self.entries.len();
		Some(dropped)
	}

	/// Undoes what a status means for the rest.
	fn take_out(&mut self, name: &Arc<str>, status: Status<A>, dropped: &mut Dropped<A>) {
		match status {
			Status::Resident(resident, place) => {
				self.used.remove(&place);
				self.stats.resident -= 1;
				self.stats.resident_bytes -= resident.bytes();
				dropped.push(resident);
			}
			Status::Loading => {
				self.stats.loading -= 1;
				self.queue.retain(|job| job.name != *name);
			}
			Status::Idle | Status::Failed(..) => {}
		}
	}

	pub(super) fn contains(&self, name: &str) -> bool {
		self.entries.contains_key(name)
	}

	pub(super) fn names(&self) -> Vec<String> {
		self.entries.keys().map(|name| name.to_string()).collect()
	}

	pub(super) fn source(&self, name: &str) -> Option<(Source, Option<Stamp>)> {
		self.entries.get(name).map(|entry| (entry.source.clone(), entry.stamp))
	}

	pub(super) fn info(&self, name: &str) -> Option<Arc<AdapterInfo>> {
		self.entries.get(name)?.info.clone()
	}

	pub(super) fn generation(&self, name: &str) -> Option<u64> {
		self.entries.get(name).map(|entry| entry.generation)
	}

	/// What there is of an adapter; if it is on disk, its load is queued. The flag says whether a loader has to wake up.
	pub(super) fn lookup(&mut self, name: &str, count: bool) -> (Lookup<A>, bool) {
		let tick = self.tick();
		let full = self.queue.len() >= self.queue_limit;
		let Some((key, _)) = self.entries.get_key_value(name) else { return (Lookup::Unknown, false) };
		let key = Arc::clone(key);
		let Some(entry) = self.entries.get_mut(name) else { return (Lookup::Unknown, false) };
		match &mut entry.status {
			Status::Resident(resident, place) => {
				self.used.remove(place);
				self.used.insert(tick, key);
				*place = tick;
				self.stats.hits += u64::from(count);
				return (Lookup::Ready(Arc::clone(resident)), false);
			}
			Status::Loading => return (Lookup::Loading, false),
			Status::Failed(error, until) if Instant::now() < *until => return (Lookup::Failed(error.clone()), false),
			Status::Idle | Status::Failed(..) if full => return (Lookup::Busy, false),
			Status::Idle | Status::Failed(..) => {}
		}
		entry.status = Status::Loading;
		let (source, stamp) = (entry.source.clone(), entry.stamp);
		self.queue.push_back(Job { name: key, generation: entry.generation, source, stamp });
		self.stats.misses += u64::from(count);
		self.stats.loading += 1;
		(Lookup::Loading, true)
	}

	/// The next load.
	pub(super) fn next_job(&mut self) -> Option<Job> {
		self.queue.pop_front()
	}

	/// Whether a load is still wanted.
	pub(super) fn is_current(&self, job: &Job) -> bool {
		let entry = self.entries.get(&job.name);
		entry.is_some_and(|entry| entry.generation == job.generation && matches!(entry.status, Status::Loading))
	}

	/// Ends a load. If the adapter was replaced or removed meanwhile, the result is given back.
	pub(super) fn finish(
		&mut self,
		job: &Job,
		result: Result<(Arc<Resident<A>>, Option<Stamp>), AdapterError>,
		time: Duration,
	) -> Dropped<A> {
		let tick = self.tick();
		let current = self.is_current(job);
		let Some(entry) = self.entries.get_mut(&job.name).filter(|_| current) else {
			return result.into_iter().map(|(resident, _)| resident).collect();
		};
		self.stats.loading -= 1;
		match result {
			Ok((resident, stamp)) => {
				self.stats.loads += 1;
				self.stats.load_time += time;
				self.stats.longest_load = self.stats.longest_load.max(time);
				self.stats.resident += 1;
				self.stats.resident_bytes += resident.bytes();
				entry.stamp = stamp;
				entry.info = Some(Arc::clone(resident.shared_info()));
				entry.status = Status::Resident(resident, tick);
				self.used.insert(tick, Arc::clone(&job.name));
			}
			Err(error) => {
				self.stats.failures += 1;
				entry.status = Status::Failed(error, Instant::now() + self.error_ttl);
			}
		}
		Vec::new()
	}

	/// Takes the adapters used longest ago out of memory until `bytes` are given back; those in use stay.
	pub(super) fn evict(&mut self, bytes: usize) -> Dropped<A> {
		let mut dropped = Vec::new();
		let (mut freed, mut victims) = (0, Vec::new());
		for (place, name) in &self.used {
			if freed >= bytes {
				break;
			}
			let Some(Entry { status: Status::Resident(resident, _), .. }) = self.entries.get(name) else { continue };
			if !Resident::is_pinned(resident) {
				freed += resident.bytes();
				victims.push((*place, Arc::clone(name)));
			}
		}
		for (_, name) in victims {
			let Some(entry) = self.entries.get_mut(&name) else { continue };
			let status = std::mem::replace(&mut entry.status, Status::Idle);
			self.take_out(&name, status, &mut dropped);
			self.stats.evictions += 1;
		}
		dropped
	}
}
