//! The adapters of a process: any number registered, those in use in memory, within a budget shared with keys and values.
//!
//! Registering costs an entry of a map; no file is touched. [`AdapterCache::lookup`] never waits: it gives the adapter if it is
//! in memory and else queues its load, so that a scheduler can ask again after its next step. Threads of the cache load:
//! each adapter once, however many ask. What is in use (somebody holds its [`Resident`]) stays; of the others, those used
//! longest ago go first. Removing or replacing an adapter never touches one that is in use.

use super::ensemble::{Recipe, RecipeError};
use super::layout::BaseLayout;
use super::loader::{Loaders, Shared};
use super::registry::Source;
use super::{AdapterInfo, CacheStats};
use crate::backend::AdapterBuilder;
use crate::budget::{Budget, Reservation};
use crate::error::{ErrorKind, LoadError};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How a cache works.
#[derive(Debug, Clone, Copy)]
pub struct CacheOptions {
	/// Threads that load.
	pub threads: usize,
	/// Loads that may wait; more are not accepted for now ([`Lookup::Busy`]).
	pub queue: usize,
	/// How long a failure is remembered before the files are tried again.
	pub error_ttl: Duration,
	/// How long a loaded adapter waits for room in the budget.
	pub patience: Duration,
}

impl Default for CacheOptions {
	fn default() -> Self {
		Self { threads: 1, queue: 256, error_ttl: Duration::from_secs(1), patience: Duration::from_secs(2) }
	}
}

/// Why an adapter is not there.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AdapterError {
	/// No adapter of that name is registered.
	#[error("adapter `{0}` is not registered")]
	Unknown(String),
	/// Its files cannot be used.
	#[error("adapter `{name}` cannot be loaded: {reason}")]
	Load {
		/// The adapter.
		name: String,
		/// What is wrong with them.
		reason: Arc<LoadError>,
	},
	/// Its weights are not those that were registered.
	#[error("adapter `{name}`: its weights have the hash {found}, registered is {expected}")]
	Hash {
		/// The adapter.
		name: String,
		/// BLAKE3 as registered, in hexadecimal.
		expected: String,
		/// BLAKE3 of the file.
		found: String,
	},
	/// It can never fit.
	#[error("adapter `{name}` takes {bytes} bytes, the whole budget is {budget}; raise the memory limit")]
	TooLarge {
		/// The adapter.
		name: String,
		/// Its size in memory.
		bytes: usize,
		/// Size of the budget.
		budget: usize,
	},
	/// Everything in memory is in use.
	#[error("there is no room for adapter `{name}` ({bytes} bytes) while so many others are in use")]
	NoMemory {
		/// The adapter.
		name: String,
		/// Its size in memory.
		bytes: usize,
	},
	/// It cannot be made of its parts.
	#[error("adapter `{name}`: {reason}")]
	Recipe {
		/// The adapter.
		name: String,
		/// Why not.
		reason: RecipeError,
	},
	/// It took longer than the caller would wait.
	#[error("adapter `{0}` is still loading")]
	Timeout(String),
	/// The backend failed in a way it should not.
	#[error("the backend cannot build adapter `{0}`; this is a defect")]
	Defect(String),
}

impl AdapterError {
	/// Whether trying again makes sense.
	pub fn kind(&self) -> ErrorKind {
		match self {
			Self::NoMemory { .. } | Self::Timeout(_) => ErrorKind::Retry,
			_ => ErrorKind::GiveUp,
		}
	}
}

/// An adapter in memory. While somebody holds it, it stays there.
pub struct Resident<A> {
	adapter: Arc<A>,
	info: Arc<AdapterInfo>,
	generation: u64,
	memory: Reservation,
}

impl<A> Resident<A> {
	pub(super) fn new(adapter: A, info: AdapterInfo, generation: u64, memory: Reservation) -> Self {
		Self { adapter: Arc::new(adapter), info: Arc::new(info), generation, memory }
	}

	/// The adapter as the backend applies it.
	pub fn adapter(&self) -> &Arc<A> {
		&self.adapter
	}

	/// What is known of it.
	pub fn info(&self) -> &AdapterInfo {
		&self.info
	}

	pub(super) fn shared_info(&self) -> &Arc<AdapterInfo> {
		&self.info
	}

	/// The generation of its registration.
	pub fn generation(&self) -> u64 {
		self.generation
	}

	/// Bytes it takes of the budget.
	pub fn bytes(&self) -> usize {
		self.memory.bytes()
	}

	/// Whether anybody but the cache holds it.
	pub(super) fn is_pinned(this: &Arc<Self>) -> bool {
		Arc::strong_count(this) > 1 || Arc::strong_count(&this.adapter) > 1
	}
}

/// What there is of an adapter.
pub enum Lookup<A> {
	/// It is in memory, and stays there while this is held.
	Ready(Arc<Resident<A>>),
	/// It is being loaded: ask again.
	Loading,
	/// Too many loads wait: ask again.
	Busy,
	/// It cannot be loaded.
	Failed(AdapterError),
	/// No adapter of that name is registered.
	Unknown,
}

/// The adapters of a process; clones are the same cache.
pub struct AdapterCache<A> {
	loaders: Arc<Loaders<A>>,
}

impl<A> Clone for AdapterCache<A> {
	fn clone(&self) -> Self {
		Self { loaders: Arc::clone(&self.loaders) }
	}
}

impl<A: Send + Sync + 'static> AdapterCache<A> {
	/// An empty cache for adapters of this base, whose threads have started.
	///
	/// # Errors
	/// [`LoadError::Engine`] if a thread cannot be started.
	pub fn new(
		base: Arc<BaseLayout>,
		builder: Arc<dyn AdapterBuilder<A>>,
		budget: Budget,
		options: CacheOptions,
	) -> Result<Self, LoadError> {
		Ok(Self { loaders: Arc::new(Loaders::start(base, builder, budget, options)?) })
	}

	fn shared(&self) -> &Shared<A> {
		self.loaders.shared()
	}

	/// Makes the adapter in `folder` known, in the place of another of that name; gives its generation. Touches no file. If
	/// `hash` is given, BLAKE3 of its `adapter_model.safetensors` must be that whenever it is loaded.
	pub fn register(&self, name: &str, folder: &Path, hash: Option<[u8; 32]>) -> u64 {
		let source = Source::Folder(Arc::new(folder.into()), hash);
		let (generation, dropped) = self.shared().registry().register(name, source);
		drop(dropped);
		generation
	}

	/// Makes known what `recipe` makes of registered adapters; gives its name, which is the same for the same recipe.
	///
	/// # Errors
	/// [`AdapterError`] if the recipe is out of range, or names what is unknown or made by a recipe itself.
	pub fn derive(&self, recipe: &Recipe) -> Result<String, AdapterError> {
		let name = recipe.name();
		recipe.check().map_err(|reason| AdapterError::Recipe { name: name.clone(), reason })?;
		let mut registry = self.shared().registry();
		for (part, _) in &recipe.parts {
			if !matches!(registry.source(part), Some((Source::Folder(..), _))) {
				return Err(AdapterError::Unknown(part.clone()));
			}
		}
		if !registry.contains(&name) {
			registry.register(&name, Source::Recipe(Arc::new(recipe.clone())));
		}
		Ok(name)
	}

	/// Forgets an adapter; whether there was one. Those who hold it may go on.
	pub fn unregister(&self, name: &str) -> bool {
		let dropped = self.shared().registry().unregister(name);
		dropped.is_some()
	}

	/// Whether there is an adapter of that name.
	pub fn contains(&self, name: &str) -> bool {
		self.shared().registry().contains(name)
	}

	/// The generation of the adapter of that name.
	pub fn generation(&self, name: &str) -> Option<u64> {
		self.shared().registry().generation(name)
	}

	/// Names of all adapters, in no order.
	pub fn names(&self) -> Vec<String> {
		self.shared().registry().names()
	}

	/// What is known of an adapter. Reads its files if it was never loaded, which takes milliseconds.
	///
	/// # Errors
	/// [`AdapterError`] if there is none, or its files cannot be used.
	pub fn info(&self, name: &str) -> Result<Arc<AdapterInfo>, AdapterError> {
		self.shared().info(name)
	}

	/// The adapter, if it is in memory; else its load is queued. Never waits.
	pub fn lookup(&self, name: &str) -> Lookup<A> {
		self.shared().lookup(name, true)
	}

	/// Queues the loads of those that are not in memory, as far as the queue takes them, and marks the others as used.
	pub fn prefetch<'a>(&self, names: impl IntoIterator<Item = &'a str>) {
		for name in names {
			self.shared().lookup(name, false);
		}
	}

	/// The adapter, once it is in memory.
	///
	/// # Errors
	/// [`AdapterError`] if it cannot be loaded, or not within `patience`.
	pub fn wait(&self, name: &str, patience: Duration) -> Result<Arc<Resident<A>>, AdapterError> {
		let end = Instant::now() + patience;
		let mut counted = true;
		loop {
			let seen = self.shared().changes();
			match self.shared().lookup(name, counted) {
				Lookup::Ready(resident) => return Ok(resident),
				Lookup::Failed(error) => return Err(error),
				Lookup::Unknown => return Err(AdapterError::Unknown(name.into())),
				Lookup::Loading | Lookup::Busy => counted = false,
			}
			if !self.shared().wait_for_change(seen, end) {
				return Err(AdapterError::Timeout(name.into()));
			}
		}
	}

	/// Has `wake` called, by threads of the cache, whenever a load ends.
	pub fn on_change(&self, wake: impl Fn() + Send + Sync + 'static) {
		self.shared().add_listener(Arc::new(wake));
	}

	/// Takes unused adapters out of memory until `bytes` of the budget are given back; gives how many were.
	pub fn make_room(&self, bytes: usize) -> usize {
		let dropped = self.shared().registry().evict(bytes);
		dropped.iter().map(|resident| resident.bytes()).sum()
	}

	/// What the cache did.
	pub fn stats(&self) -> CacheStats {
		self.shared().registry().stats
	}
}
