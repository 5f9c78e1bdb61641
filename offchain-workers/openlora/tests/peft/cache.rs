//! The cache: what is in memory, what goes, and what a caller is told.

use crate::bases::{folder, layout};
use openledger_openlora::adapter::{AdapterCache, AdapterError, CacheOptions, Lookup, Method, Recipe, Resident};
use openledger_openlora::budget::Budget;
use openledger_openlora::error::ErrorKind;
use openledger_openlora::{Adapter, AdapterBuilder, LoadError};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes that every adapter takes here.
const BYTES: usize = 100;

/// Builds adapters of [`BYTES`]; counts, and waits at a gate while it is shut.
#[derive(Default)]
struct Builder {
	built: AtomicUsize,
	shut: Mutex<bool>,
	opened: Condvar,
}

impl Builder {
	fn shut(&self, shut: bool) {
		*self.shut.lock().unwrap() = shut;
		self.opened.notify_all();
	}
}

impl AdapterBuilder<String> for Builder {
	fn build(&self, adapter: &Adapter) -> Result<String, LoadError> {
		assert_ne!(adapter.info().name, "panics", "the builder of this test breaks on purpose");
		let mut shut = self.shut.lock().unwrap();
		while *shut {
			shut = self.opened.wait(shut).unwrap();
		}
		self.built.fetch_add(1, Ordering::SeqCst);
		Ok(adapter.info().name.clone())
	}

	fn bytes(&self, _: &String) -> usize {
		BYTES
	}
}

fn cache(budget: usize, options: CacheOptions) -> (AdapterCache<String>, Arc<Builder>, Budget) {
	let (builder, budget) = (Arc::new(Builder::default()), Budget::new(budget));
	let made =
		AdapterCache::new(Arc::new(layout("llama")), Arc::clone(&builder) as _, budget.clone(), options).unwrap();
	(made, builder, budget)
}

fn fast() -> CacheOptions {
	CacheOptions { patience: Duration::from_millis(50), error_ttl: PATIENCE, ..CacheOptions::default() }
}

fn plain() -> std::path::PathBuf {
	folder("llama/plain")
}

fn ready(cache: &AdapterCache<String>, name: &str) -> Option<Arc<Resident<String>>> {
	match cache.lookup(name) {
		Lookup::Ready(resident) => Some(resident),
		_ => None,
	}
}

#[test]
fn registering_touches_no_file() {
	let (cache, ..) = cache(1000, fast());
	for index in 0..10_000 {
		cache.register(&format!("a{index}"), Path::new("/nowhere"), None);
	}
	assert_eq!((cache.stats().registered, cache.names().len()), (10_000, 10_000));
	assert!(cache.contains("a9999") && !cache.contains("a10000"));
	cache.register("real", &plain(), None);
	assert_eq!(cache.wait("real", PATIENCE).unwrap().info().parameters, 3520);
}

#[test]
fn lookup_queues_one_load_however_often_it_is_asked() {
	let (cache, builder, budget) = cache(1000, fast());
	builder.shut(true);
	cache.register("a", &plain(), None);
	for _ in 0..10 {
		assert!(matches!(cache.lookup("a"), Lookup::Loading));
	}
	cache.prefetch(["a", "a"]);
	assert_eq!((cache.stats().misses, cache.stats().loading), (1, 1));
	builder.shut(false);
	let resident = cache.wait("a", PATIENCE).unwrap();
	assert_eq!((builder.built.load(Ordering::SeqCst), resident.adapter().as_str()), (1, "a"));
	assert_eq!((budget.used(), resident.bytes(), cache.stats().resident_bytes), (BYTES, BYTES, BYTES));
	assert!(matches!(cache.lookup("b"), Lookup::Unknown));
}

#[test]
fn listeners_hear_of_every_load() {
	let (cache, ..) = cache(1000, fast());
	let (heard, hears) = std::sync::mpsc::channel();
	cache.on_change(move || heard.send(()).unwrap());
	cache.register("a", &plain(), None);
	cache.register("broken", Path::new("/nowhere"), None);
	cache.prefetch(["a", "broken"]);
	hears.recv_timeout(PATIENCE).unwrap();
	hears.recv_timeout(PATIENCE).unwrap();
	assert!(ready(&cache, "a").is_some());
}

#[test]
fn the_one_used_longest_ago_goes_and_what_is_held_stays() {
	let (cache, _, budget) = cache(3 * BYTES, fast());
	for name in ["a", "b", "c", "d", "e"] {
		cache.register(name, &plain(), None);
	}
	for name in ["a", "b", "c"] {
		cache.wait(name, PATIENCE).unwrap();
	}
	let held = ready(&cache, "a").unwrap();
	ready(&cache, "b").unwrap();
	// Used longest ago: c; then a, which is held; then b.
	cache.wait("d", PATIENCE).unwrap();
	assert_eq!(cache.stats().evictions, 1);
	cache.wait("e", PATIENCE).unwrap();
	assert!(ready(&cache, "a").is_some() && ready(&cache, "d").is_some() && ready(&cache, "e").is_some());
	assert!(ready(&cache, "b").is_none());
	cache.wait("b", PATIENCE).unwrap();
	assert!(budget.used() <= budget.total());
	drop(held);
	assert_eq!(cache.make_room(usize::MAX), 3 * BYTES);
	assert_eq!((budget.used(), cache.stats().resident), (0, 0));
}

#[test]
fn what_holds_only_the_built_adapter_pins_it_too() {
	let (cache, ..) = cache(1000, fast());
	cache.register("a", &plain(), None);
	let built = Arc::clone(cache.wait("a", PATIENCE).unwrap().adapter());
	assert_eq!(cache.make_room(1), 0);
	drop(built);
	assert_eq!(cache.make_room(1), BYTES);
}

#[test]
fn no_room_is_an_error_that_can_be_tried_again_and_too_large_is_not() {
	let (small, ..) = cache(BYTES - 1, fast());
	small.register("a", &plain(), None);
	let error = small.wait("a", PATIENCE).err().unwrap();
	assert!(matches!(error, AdapterError::TooLarge { bytes: BYTES, .. }) && error.kind() == ErrorKind::GiveUp);
	let (full, _, budget) = cache(BYTES, CacheOptions { error_ttl: Duration::ZERO, ..fast() });
	full.register("a", &plain(), None);
	full.register("b", &plain(), None);
	let held = full.wait("a", PATIENCE).unwrap();
	// Its failure is not remembered here, so it is told by its statistics.
	assert!(full.wait("b", Duration::from_millis(500)).is_err());
	assert!(full.stats().failures >= 1);
	drop(held);
	full.wait("b", PATIENCE).unwrap();
	assert_eq!(budget.used(), BYTES);
}

#[test]
fn pages_that_are_given_back_make_room() {
	let (cache, _, budget) = cache(2 * BYTES, CacheOptions { patience: PATIENCE, ..fast() });
	let mut pages = budget.try_reserve(2 * BYTES);
	let wanted = budget.clone();
	let given = Arc::new(Mutex::new(pages.take()));
	let gives = Arc::clone(&given);
	budget.on_wanted(move || {
		gives.lock().unwrap().take();
	});
	cache.register("a", &plain(), None);
	cache.wait("a", PATIENCE).unwrap();
	assert_eq!((wanted.used(), wanted.wanted()), (BYTES, 0));
}

#[test]
fn everybody_is_told_why_a_load_failed() {
	let (cache, ..) = cache(1000, fast());
	cache.register("missing", Path::new("/nowhere"), None);
	cache.register("other-base", &folder("gpt2/plain"), None);
	cache.register("panics", &plain(), None);
	cache.register("changed", &plain(), Some([7; 32]));
	for _ in 0..3 {
		let error = cache.wait("missing", PATIENCE).err().unwrap();
		assert!(matches!(&error, AdapterError::Load { name, .. } if name == "missing"), "{error}");
		let error = cache.wait("other-base", PATIENCE).err().unwrap().to_string();
		assert!(error.contains("transformer.h.0"), "{error}");
		assert!(matches!(cache.wait("panics", PATIENCE), Err(AdapterError::Defect(_))));
		let error = cache.wait("changed", PATIENCE).err().unwrap();
		assert!(matches!(&error, AdapterError::Hash { expected, .. } if expected.starts_with("0707")), "{error}");
	}
	assert_eq!(cache.stats().failures, 4, "each was tried once");
	assert!(matches!(cache.wait("nobody", PATIENCE), Err(AdapterError::Unknown(_))));
}

#[test]
fn failures_are_forgotten_when_the_files_may_have_changed() {
	let dir = tempfile::tempdir().unwrap();
	let (cache, ..) = cache(1000, CacheOptions { error_ttl: Duration::ZERO, ..fast() });
	cache.register("a", dir.path(), None);
	cache.prefetch(["a"]);
	for file in ["adapter_config.json", "adapter_model.safetensors"] {
		std::fs::copy(plain().join(file), dir.path().join(file)).unwrap();
	}
	while cache.wait("a", PATIENCE).is_err() {}
	// A new registration forgets at once.
	cache.register("b", Path::new("/nowhere"), None);
	cache.prefetch(["b"]);
	let generation = cache.register("b", &plain(), None);
	assert_eq!(cache.wait("b", PATIENCE).unwrap().generation(), generation);
}

#[test]
fn replaced_and_removed_adapters_stay_with_those_who_hold_them() {
	let (cache, _, budget) = cache(1000, fast());
	let first = cache.register("a", &plain(), None);
	let old = cache.wait("a", PATIENCE).unwrap();
	let second = cache.register("a", &folder("llama/other"), None);
	let new = cache.wait("a", PATIENCE).unwrap();
	assert!(first < second && old.generation() == first && new.generation() == second);
	assert_ne!(old.info().hash, new.info().hash);
	assert_eq!(budget.used(), 2 * BYTES);
	assert!(cache.unregister("a") && !cache.unregister("a"));
	assert!(matches!(cache.lookup("a"), Lookup::Unknown));
	assert_eq!((old.adapter().as_str(), budget.used(), cache.stats().resident), ("a", 2 * BYTES, 0));
	drop((old, new));
	assert_eq!(budget.used(), 0);
}

#[test]
fn an_adapter_that_is_replaced_while_it_loads_is_never_given_out() {
	let (cache, builder, budget) = cache(1000, fast());
	builder.shut(true);
	cache.register("a", &plain(), None);
	cache.lookup("a");
	let generation = cache.register("a", &folder("llama/other"), None);
	cache.lookup("a");
	builder.shut(false);
	let resident = cache.wait("a", PATIENCE).unwrap();
	assert_eq!((resident.generation(), budget.used()), (generation, BYTES));
}

#[test]
fn a_full_queue_says_so() {
	let (cache, builder, _) = cache(1000, CacheOptions { queue: 1, ..fast() });
	builder.shut(true);
	for name in ["a", "b", "c"] {
		cache.register(name, &plain(), None);
	}
	cache.lookup("a");
	// One is with the loader or waits, one waits or not: the third never fits.
	cache.lookup("b");
	assert!(matches!(cache.lookup("c"), Lookup::Busy));
	assert!(matches!(cache.wait("c", Duration::from_millis(5)), Err(AdapterError::Timeout(_))));
	builder.shut(false);
	for name in ["a", "b", "c"] {
		cache.wait(name, PATIENCE).unwrap();
	}
}

#[test]
fn recipes_are_made_once_and_again_when_a_part_changes() {
	let (cache, builder, _) = cache(1000, fast());
	cache.register("plain", &plain(), None);
	cache.register("other", &folder("llama/other"), None);
	let recipe = Recipe::new(Method::Cat, vec![("plain".into(), 1.0), ("other".into(), -0.5)]);
	let name = cache.derive(&recipe).unwrap();
	assert_eq!(cache.derive(&recipe).unwrap(), name);
	let first = cache.wait(&name, PATIENCE).unwrap();
	assert_eq!((first.info().rank, builder.built.load(Ordering::SeqCst)), (8, 1));
	assert_eq!(cache.wait(&name, PATIENCE).unwrap().info().hash, first.info().hash);
	cache.register("other", &folder("llama/f16"), None);
	let second = cache.wait(&name, PATIENCE).unwrap();
	assert_ne!(second.info().hash, first.info().hash);
	cache.unregister("plain");
	let error = cache.wait(&name, PATIENCE).err().unwrap();
	assert!(matches!(&error, AdapterError::Unknown(part) if part == "plain"), "{error}");
	let unknown = Recipe::new(Method::Cat, vec![("nobody".into(), 1.0)]);
	assert!(matches!(cache.derive(&unknown), Err(AdapterError::Unknown(_))));
	let nested = Recipe::new(Method::Cat, vec![(name, 1.0)]);
	assert!(matches!(cache.derive(&nested), Err(AdapterError::Unknown(_))));
	let empty = Recipe::new(Method::Cat, Vec::new());
	assert!(matches!(cache.derive(&empty), Err(AdapterError::Recipe { .. })));
}

#[test]
fn info_needs_no_place_in_memory() {
	let (cache, builder, _) = cache(0, fast());
	cache.register("a", &plain(), None);
	let info = cache.info("a").unwrap();
	assert_eq!((info.name.as_str(), info.rank, builder.built.load(Ordering::SeqCst)), ("a", 4, 0));
	assert!(matches!(cache.info("b"), Err(AdapterError::Unknown(_))));
}

#[test]
fn many_threads_never_exceed_the_budget() {
	let (cache, _, budget) = cache(4 * BYTES, CacheOptions { threads: 2, patience: PATIENCE, ..fast() });
	for index in 0..16 {
		cache.register(&format!("a{index}"), &plain(), None);
	}
	std::thread::scope(|scope| {
		for thread in 0..4usize {
			let (cache, budget) = (cache.clone(), budget.clone());
			scope.spawn(move || {
				for step in 0..50 {
					let name = format!("a{}", (thread * 7 + step * 5) % 16);
					assert_eq!(cache.wait(&name, PATIENCE).unwrap().adapter(), &Arc::new(name));
					assert!(budget.used() <= budget.total());
				}
			});
		}
	});
	let stats = cache.stats();
	assert!(stats.evictions > 0 && stats.resident <= 4 && stats.failures == 0);
}
