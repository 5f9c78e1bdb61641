//! The adapter cache without the type of its adapters.

use crate::adapter::{AdapterCache, AdapterError, AdapterInfo, CacheStats, Recipe};
use std::path::Path;
use std::time::Duration;

/// What the engine's handle needs of the cache.
pub(super) trait Adapters: Send + Sync {
	fn register(&self, name: &str, folder: &Path);
	fn load(&self, name: &str, patience: Duration) -> Result<AdapterInfo, AdapterError>;
	fn derive(&self, recipe: &Recipe) -> Result<String, AdapterError>;
	fn unregister(&self, name: &str) -> bool;
	fn contains(&self, name: &str) -> bool;
	fn info(&self, name: &str) -> Result<AdapterInfo, AdapterError>;
	fn names(&self) -> Vec<String>;
	fn stats(&self) -> CacheStats;
}

impl<A: Send + Sync + 'static> Adapters for AdapterCache<A> {
	fn register(&self, name: &str, folder: &Path) {
		Self::register(self, name, folder, None);
	}

	fn load(&self, name: &str, patience: Duration) -> Result<AdapterInfo, AdapterError> {
		Ok(self.wait(name, patience)?.info().clone())
	}

	fn derive(&self, recipe: &Recipe) -> Result<String, AdapterError> {
		Self::derive(self, recipe)
	}

	fn unregister(&self, name: &str) -> bool {
		Self::unregister(self, name)
	}

	fn contains(&self, name: &str) -> bool {
		Self::contains(self, name)
	}

	fn info(&self, name: &str) -> Result<AdapterInfo, AdapterError> {
		Ok((*Self::info(self, name)?).clone())
	}

	fn names(&self) -> Vec<String> {
		let mut names = Self::names(self);
		names.sort_unstable();
		names
	}

	fn stats(&self) -> CacheStats {
		Self::stats(self)
	}
}
