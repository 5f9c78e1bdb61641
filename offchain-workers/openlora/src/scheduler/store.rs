//! Where the scheduler gets adapters from.

use crate::adapter::{AdapterCache, Lookup as Cached};
use crate::budget::Budget;
use crate::error::{ErrorKind, RequestError};
use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

/// The most adapters of one request.
pub const MAX_ADAPTERS: usize = 8;

/// The adapters of a request in the form in which the backend applies them. They stay in memory while this is held.
pub struct Resident<A> {
	/// The adapters and their weights, in the order of the request.
	pub adapters: Vec<(Arc<A>, f32)>,
	/// What keeps them in memory.
	pub pins: Vec<Box<dyn Any + Send>>,
	/// The hash of each one's contents, and its weight.
	pub contents: Vec<([u8; 32], f32)>,
	/// Bytes that they take of the shared budget.
	pub bytes: usize,
}

impl<A> Resident<A> {
	/// No adapter: the base model.
	pub fn base() -> Self {
		Self { adapters: Vec::new(), pins: Vec::new(), contents: Vec::new(), bytes: 0 }
	}

	/// What tells the adapters from others: equal identities mean equal numbers. BLAKE3 of `openlora/adapters/v1` and, for each, its
	/// hash and the bits of its weight (f32, little-endian); 32 zeros for none.
	pub fn identity(&self) -> [u8; 32] {
		if self.contents.is_empty() {
			return [0; 32];
		}
		let mut hasher = blake3::Hasher::new();
		hasher.update(b"openlora/adapters/v1");
		for (hash, weight) in &self.contents {
			hasher.update(hash);
			hasher.update(&weight.to_bits().to_le_bytes());
		}
		*hasher.finalize().as_bytes()
	}
}

/// What a store says when adapters are asked for.
pub enum Lookup<A> {
	/// All are in memory.
	Ready(Resident<A>),
	/// At least one is on its way; ask again when [`AdapterStore::generation`] has changed.
	Loading,
	/// At least one cannot be had.
	Failed(RequestError),
}

/// Adapters by name, loaded on demand and shared with other engines' threads. No call waits for a disk.
pub trait AdapterStore<A>: Send + 'static {
	/// The adapters of a request, by name and weight; starts to load what is missing.
	fn request(&mut self, adapters: &[(String, f32)]) -> Lookup<A>;

	/// A number that changes when a load has ended, or memory for one may have come free.
	fn generation(&self) -> u64;

	/// Drops adapters that nobody holds until `bytes` more of the shared budget are free, or none is left.
	fn make_room(&mut self, bytes: usize);

	/// Has `wake` called when [`AdapterStore::generation`] changes.
	fn on_change(&mut self, wake: Box<dyn Fn() + Send + Sync>);
}

/// A store of no adapters.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAdapters;

impl<A> AdapterStore<A> for NoAdapters {
	fn request(&mut self, adapters: &[(String, f32)]) -> Lookup<A> {
		match adapters.first() {
			None => Lookup::Ready(Resident::base()),
			Some((name, _)) => {
				Lookup::Failed(RequestError::Adapter { name: name.clone(), reason: "it is not loaded".into() })
			}
		}
	}

	fn generation(&self) -> u64 {
		0
	}

	fn make_room(&mut self, _: usize) {}

	fn on_change(&mut self, _: Box<dyn Fn() + Send + Sync>) {}
}

/// The adapter cache as a store.
pub struct CacheStore<A> {
	cache: AdapterCache<A>,
	budget: Budget,
	changes: Arc<AtomicU64>,
	/// Generation and bytes of adapters that were in memory once.
	sizes: HashMap<String, (u64, usize)>,
}

impl<A: Send + Sync + 'static> CacheStore<A> {
	/// A store of the adapters of `cache`, which are paid from `budget`.
	pub fn new(cache: AdapterCache<A>, budget: Budget) -> Self {
		Self { cache, budget, changes: Arc::default(), sizes: HashMap::new() }
	}

	/// Bytes of those of the adapters whose size is known.
	fn known_bytes(&mut self, adapters: &[(String, f32)]) -> usize {
		let mut names: Vec<&str> = adapters.iter().map(|(name, _)| name.as_str()).collect();
		names.sort_unstable();
		names.dedup();
		names
			.into_iter()
			.filter_map(|name| {
				let (generation, bytes) = *self.sizes.get(name)?;
				let current = self.cache.generation(name) == Some(generation);
				if !current {
					self.sizes.remove(name);
				}
				current.then_some(bytes)
			})
			.sum()
	}
}

impl<A: Send + Sync + 'static> AdapterStore<A> for CacheStore<A> {
	fn request(&mut self, adapters: &[(String, f32)]) -> Lookup<A> {
		let mut resident = Resident::base();
		let mut loading = false;
		for (index, (name, weight)) in adapters.iter().enumerate() {
			let failed = |reason: String| Lookup::Failed(RequestError::Adapter { name: name.clone(), reason });
			match self.cache.lookup(name) {
				Cached::Ready(adapter) => {
					self.sizes.insert(name.clone(), (adapter.generation(), adapter.bytes()));
					resident.adapters.push((adapter.adapter().clone(), *weight));
					resident.contents.push((adapter.info().hash, *weight));
					if !adapters[..index].iter().any(|(other, _)| other == name) {
						resident.bytes += adapter.bytes();
					}
					resident.pins.push(Box::new(adapter));
				}
				// All of them are asked for at once; what is there already is not held meanwhile.
				Cached::Loading | Cached::Busy => loading = true,
				Cached::Failed(error) if error.kind() == ErrorKind::Retry => loading = true,
				Cached::Failed(error) => return failed(error.to_string()),
				Cached::Unknown => return failed("it is not loaded".into()),
			}
		}
		if !loading {
			return Lookup::Ready(resident);
		}
		// Adapters that do not fit together would put each other out of memory for ever.
		let (needed, budget) = (self.known_bytes(adapters), self.budget.total());
		if needed > budget {
			Lookup::Failed(RequestError::Memory { needed, budget })
		} else {
			Lookup::Loading
		}
	}

	fn generation(&self) -> u64 {
		self.changes.load(Ordering::Acquire)
	}

	fn make_room(&mut self, bytes: usize) {
		if self.cache.make_room(bytes) > 0 {
			self.changes.fetch_add(1, Ordering::AcqRel);
		}
	}

	fn on_change(&mut self, wake: Box<dyn Fn() + Send + Sync>) {
		let changes = self.changes.clone();
		self.cache.on_change(move || {
			changes.fetch_add(1, Ordering::AcqRel);
			wake();
		});
	}
}
