//! The engine: one thread that runs one model for many callers.

use crate::adapter::{Adapter, AdapterInfo};
use crate::error::{EngineError, LoadError};
use crate::generate::{check, run, token_limit, GenerateRequest, TokenEvent};
use crate::model::Model;
use crate::spec::DecoderSpec;
use crate::tokenizer::ChatTokenizer;
use std::collections::BTreeMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;
use std::sync::mpsc::{sync_channel, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::mpsc;

/// How an engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineOptions {
	/// Requests that may wait, at least 1; one more is running.
	pub queue: usize,
	/// Threads of the arithmetic; 0 for one per core.
	pub threads: usize,
	/// The most tokens of a prompt and its answer together; the model's own limit caps it.
	pub max_context: usize,
}

impl Default for EngineOptions {
	fn default() -> Self {
		Self { queue: 64, threads: 0, max_context: 2048 }
	}
}

/// A request on its way to the thread.
struct Job {
	request: GenerateRequest,
	adapter: Option<Arc<Adapter>>,
	limit: usize,
	events: mpsc::Sender<TokenEvent>,
}

/// A handle to a running engine. Clones share it; the thread ends when the last one is dropped.
#[derive(Clone)]
pub struct Engine {
	jobs: SyncSender<Job>,
	adapters: Arc<RwLock<BTreeMap<String, Arc<Adapter>>>>,
	spec: Arc<DecoderSpec>,
	tokenizer: Arc<ChatTokenizer>,
	options: EngineOptions,
}

impl std::fmt::Debug for Engine {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("Engine").field("options", &self.options).field("spec", &self.spec).finish_non_exhaustive()
	}
}

impl Engine {
	/// Starts the thread that owns `model`.
	///
	/// # Errors
	/// [`LoadError::Engine`] if the options make no sense or the system refuses a thread.
	pub fn start(model: Model, mut options: EngineOptions) -> Result<Self, LoadError> {
		if options.queue == 0 || options.max_context < 2 {
			return Err(LoadError::Engine("the queue needs 1 place, the context 2 tokens".into()));
		}
		options.max_context = options.max_context.min(model.spec.context);
		let pool = rayon::ThreadPoolBuilder::new()
			.num_threads(options.threads)
			.thread_name(|i| format!("openlora-{i}"))
			.build()
			.map_err(|e| LoadError::Engine(e.to_string()))?;
		let (spec, tokenizer) = (Arc::new(model.spec.clone()), model.tokenizer.clone());
		let (jobs, receiver) = sync_channel(options.queue);
		std::thread::Builder::new()
			.name("openlora".into())
			.spawn(move || serve(&model, &pool, &receiver))
			.map_err(|e| LoadError::Engine(e.to_string()))?;
		Ok(Self { jobs, adapters: Arc::default(), spec, tokenizer, options })
	}

	/// Loads the PEFT adapter in `dir` under `name`, in place of one of the same name. Requests that are already
	/// queued keep the adapter they were submitted with. Reads files: call it off the async threads.
	///
	/// # Errors
	/// [`LoadError`] names the file and the field or tensor that is missing or not supported.
	pub fn load_adapter(&self, name: &str, dir: &Path) -> Result<AdapterInfo, LoadError> {
		let adapter = Adapter::load(name, dir, &self.spec)?;
		let info = adapter.info().clone();
		self.adapters.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Arc::new(adapter));
		Ok(info)
	}

	/// Forgets an adapter; whether there was one of that name.
	pub fn unload_adapter(&self, name: &str) -> bool {
		self.adapters.write().unwrap_or_else(PoisonError::into_inner).remove(name).is_some()
	}

	/// The loaded adapters, by name.
	pub fn adapters(&self) -> Vec<AdapterInfo> {
		let adapters = self.adapters.read().unwrap_or_else(PoisonError::into_inner);
		adapters.values().map(|adapter| adapter.info().clone()).collect()
	}

	/// The model's shape.
	pub fn spec(&self) -> &DecoderSpec {
		&self.spec
	}

	/// The model's tokenizer.
	pub fn tokenizer(&self) -> Arc<ChatTokenizer> {
		self.tokenizer.clone()
	}

	/// The options in force; `max_context` is at most the model's.
	pub fn options(&self) -> EngineOptions {
		self.options
	}

	/// Submits a request; its events arrive on the returned channel. Dropping the channel cancels the request.
	///
	/// # Errors
	/// [`EngineError`]; only [`EngineError::Overloaded`] is worth a retry.
	pub fn generate(&self, request: GenerateRequest) -> Result<mpsc::Receiver<TokenEvent>, EngineError> {
		check(&request, self.spec.vocab, self.options.max_context)?;
		let adapter = match &request.adapter {
			None => None,
			Some(name) => {
				let adapters = self.adapters.read().unwrap_or_else(PoisonError::into_inner);
				Some(adapters.get(name).cloned().ok_or_else(|| EngineError::UnknownAdapter(name.clone()))?)
			}
		};
		let limit = token_limit(&request, self.options.max_context);
		let (events, receiver) = mpsc::channel(limit + 1);
		match self.jobs.try_send(Job { request, adapter, limit, events }) {
			Ok(()) => Ok(receiver),
			Err(TrySendError::Full(_)) => Err(EngineError::Overloaded { queue: self.options.queue }),
			Err(TrySendError::Disconnected(_)) => Err(EngineError::Stopped),
		}
	}
}

/// Runs jobs until the handles are gone. After a panic the state is not trusted: the job and all waiting ones fail,
/// and the thread ends, so that later submissions see a stopped engine.
fn serve(model: &Model, pool: &rayon::ThreadPool, jobs: &Receiver<Job>) {
	while let Ok(job) = jobs.recv() {
		if job.events.is_closed() {
			continue;
		}
		let work = || run(model, job.adapter.as_deref(), &job.request, job.limit, &job.events);
		if let Err(panic) = catch_unwind(AssertUnwindSafe(|| pool.install(work))) {
			let message = panic
				.downcast_ref::<String>()
				.map(String::as_str)
				.or_else(|| panic.downcast_ref::<&str>().copied())
				.unwrap_or("panic");
			tracing::error!(message, "the engine has failed");
			// A receiver that is gone has cancelled.
			let _ = job.events.try_send(TokenEvent::Failed(format!("the engine has failed: {message}")));
			while let Ok(waiting) = jobs.try_recv() {
				let _ = waiting.events.try_send(TokenEvent::Failed("the engine has stopped".into()));
			}
			return;
		}
	}
}

#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;

#[cfg(test)]
mod tests {
	use super::support::Tiny;
	use super::*;
	use crate::sampling::Sampling;

	#[test]
	fn a_panic_fails_the_running_and_the_waiting_requests_and_stops_the_engine() {
		let dir = tempfile::tempdir().unwrap();
		let mut model = Model::load(&Tiny::new(1).write(dir.path())).unwrap();
		// Weights that lack a layer make the forward pass panic.
		Arc::make_mut(&mut model.weights).layers.pop();
		let engine = Engine::start(model, EngineOptions { queue: 4, threads: 1, max_context: 16 }).unwrap();
		let request = GenerateRequest {
			prompt: vec![5],
			adapter: None,
			max_tokens: 4,
			sampling: Sampling::GREEDY,
			stop: Vec::new(),
		};
		let mut first = engine.generate(request.clone()).unwrap();
		let second = engine.generate(request.clone());
		assert!(matches!(first.blocking_recv(), Some(TokenEvent::Failed(_))));
		if let Ok(mut second) = second {
			// Failed if it was still waiting, closed if it came while the thread ended; never a hang.
			assert!(matches!(second.blocking_recv(), Some(TokenEvent::Failed(_)) | None));
		}
		while engine.generate(request.clone()).err() != Some(EngineError::Stopped) {
			std::thread::yield_now();
		}
	}
}
