//! The engine: a model, its adapters, and the scheduler that serves requests on a thread of its own.

mod adapters;
mod verification;
mod witness;

use crate::adapter::{AdapterCache, AdapterError, AdapterInfo, BaseLayout, CacheOptions, CacheStats, Recipe};
use crate::backend::Backend;
use crate::budget::Budget;
use crate::error::{EngineError, LoadError, RequestError};
use crate::forward::CpuBackend;
use crate::mode::Mode;
use crate::model::Model;
use crate::numerics::{Exact, ExactPlan, Float};
use crate::request::{GenerateRequest, TokenEvent, TokenText};
use crate::scheduler::{CacheStore, EngineStats, Extras, Scheduler, SchedulerOptions, ScoreRequest};
use crate::spec::DecoderSpec;
use crate::verify::Difference;
use adapters::Adapters;
use openledger_exact::{Isa, Pool, Precision};
use openledger_sampling::{Constraint, ConstraintError, Vocabulary};
use openledger_tokenizer::ChatTokenizer;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use verification::Replaying;
pub use verification::{Verification, VerifyError, VerifyRequest};
use witness::RequestWitness;

/// How long [`Engine::load_adapter`] waits for an adapter to be in memory.
const LOAD_PATIENCE: Duration = Duration::from_secs(60);

/// How an engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineOptions {
	/// The arithmetic.
	pub mode: Mode,
	/// Threads of the arithmetic; 0 for one per core.
	pub threads: usize,
	/// The instructions to use; `None` for the fastest there are.
	pub isa: Option<Isa>,
	/// Requests that may wait, at least 1.
	pub queue: usize,
	/// Requests of one payer that may wait, at least 1; those without a payer count as one payer's.
	pub queue_per_payer: usize,
	/// The most tokens of a prompt and its answer together, at least 2; the model's own limit caps it.
	pub max_context: usize,
	/// Requests that run at once, at least 1.
	pub max_batch: usize,
	/// Tokens of a step; raised to `max_batch` and a page where it is less.
	pub step_tokens: usize,
	/// Bytes that keys, values and adapters share. The model's weights come on top, and up to 32 MiB in which files of adapters
	/// are read.
	pub memory_bytes: usize,
	/// Whether keys and values outlive their requests, to serve those that begin alike.
	pub prefix_cache: bool,
}

impl Default for EngineOptions {
	fn default() -> Self {
		let scheduler = SchedulerOptions::default();
		Self {
			mode: Mode::default(),
			threads: 0,
			isa: None,
			queue: scheduler.queue,
			queue_per_payer: scheduler.queue_per_payer,
			max_context: scheduler.max_context,
			max_batch: scheduler.max_batch,
			step_tokens: scheduler.step_tokens,
			memory_bytes: 1 << 30,
			prefix_cache: scheduler.prefix_cache,
		}
	}
}

/// What of a model the engine needs beside its backend.
pub struct Base {
	/// The modules that adapters name.
	pub layout: BaseLayout,
	/// The tokenizer.
	pub tokenizer: Arc<ChatTokenizer>,
	/// The model's hash, to which fingerprints are bound.
	pub hash: [u8; 32],
}

/// A handle to a running engine; clones share it. When the last one is dropped, what was accepted is completed, and the thread ends.
///
/// ```no_run
/// use openledger_openlora::{Engine, EngineOptions, GenerateRequest, Model, TokenEvent};
///
/// let model = Model::open("SmolLM2-135M-Instruct.Q4_1.gguf".as_ref())?;
/// let engine = Engine::start(&model, EngineOptions::default())?;
/// let prompt = engine.tokenizer().encode_prompt("The capital of France is");
/// let mut events = engine.generate(GenerateRequest { max_tokens: 32, ..GenerateRequest::new(prompt) })?;
/// while let Some(TokenEvent::Token { text, .. }) = events.blocking_recv() {
///     print!("{text}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Engine {
	scheduler: Scheduler,
	shared: Arc<Shared>,
}

struct Shared {
	adapters: Box<dyn Adapters>,
	spec: DecoderSpec,
	tokenizer: Arc<ChatTokenizer>,
	hash: [u8; 32],
	options: EngineOptions,
	/// The tokens as bytes, for constraints; made for the first of them.
	vocabulary: OnceLock<Result<Vocabulary, ConstraintError>>,
}

impl std::fmt::Debug for Engine {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		let shared = &self.shared;
		f.debug_struct("Engine").field("options", &shared.options).field("spec", &shared.spec).finish_non_exhaustive()
	}
}

impl Engine {
	/// Builds the weights of `model` and starts the thread that owns them.
	///
	/// # Errors
	/// [`LoadError`] if a tensor is broken, the options make no sense, or the system refuses a thread.
	pub fn start(model: &Model, options: EngineOptions) -> Result<Self, LoadError> {
		Self::start_with(model, options, &|_| ())
	}

	/// As [`Engine::start`]; `progress` is told the part of the weights that is built, from 0 to 1.
	///
	/// # Errors
	/// As [`Engine::start`].
	pub fn start_with(
		model: &Model,
		mut options: EngineOptions,
		progress: &(dyn Fn(f32) + Sync),
	) -> Result<Self, LoadError> {
		let failed = |error: std::io::Error| LoadError::Engine(error.to_string());
		if options.threads == 0 {
			options.threads = std::thread::available_parallelism().map_or(1, usize::from);
		}
		let isa = options.isa.unwrap_or_else(Isa::best);
		if !isa.is_available() {
			return Err(LoadError::Engine(format!("this processor has no {isa}; leave `isa` out to use what it has")));
		}
		let pool = Arc::new(Pool::new(options.threads).map_err(failed)?);
		let base = Base {
			layout: BaseLayout::new(model.spec(), |layer| model.modules(layer)),
			tokenizer: model.tokenizer()?.clone(),
			hash: model.hash()?,
		};
		match options.mode {
			Mode::F32 => {
				let numerics = Float::new(options.threads, isa).map_err(failed)?;
				let backend = CpuBackend::new(model, numerics, pool.clone(), progress)?;
				Self::with_backend(backend, base, pool, options)
			}
			Mode::E8 | Mode::E16 => {
				let precision = if options.mode == Mode::E8 { Precision::E8 } else { Precision::E16 };
				let numerics = Exact::new(ExactPlan::uniform(precision), isa);
				let backend = CpuBackend::new(model, numerics, pool.clone(), progress)?;
				Self::with_backend(backend, base, pool, options)
			}
		}
	}

	/// Starts the thread that owns `backend`. Tokens are chosen on `pool`, which the backend may use too.
	///
	/// # Errors
	/// [`LoadError::Engine`] if the options make no sense or the system refuses a thread.
	pub fn with_backend<B: Backend>(
		backend: B,
		base: Base,
		pool: Arc<Pool>,
		mut options: EngineOptions,
	) -> Result<Self, LoadError> {
		let spec = backend.spec().clone();
		options.max_context = options.max_context.min(spec.context);
		check_options(&options, backend.page_bytes())?;
		let budget = Budget::new(options.memory_bytes);
		let cache: AdapterCache<B::Adapter> =
			AdapterCache::new(Arc::new(base.layout), backend.adapters(), budget.clone(), CacheOptions::default())?;
		let scheduler = SchedulerOptions {
			queue: options.queue,
			queue_per_payer: options.queue_per_payer,
			max_context: options.max_context,
			max_batch: options.max_batch,
			step_tokens: options.step_tokens,
			prefix_cache: options.prefix_cache,
		};
		let text: Arc<dyn TokenText> = base.tokenizer.clone();
		let store = CacheStore::new(cache.clone(), budget.clone());
		let scheduler = Scheduler::start(backend, store, text, budget, pool, scheduler)
			.map_err(|error| LoadError::Engine(error.to_string()))?;
		let shared = Shared {
			adapters: Box::new(cache),
			spec,
			tokenizer: base.tokenizer,
			hash: base.hash,
			options,
			vocabulary: OnceLock::new(),
		};
		Ok(Self { scheduler, shared: Arc::new(shared) })
	}

	/// Submits a request; its events arrive on the returned channel, which never makes the engine wait. Dropping it cancels
	/// the request. A schema is compiled here, which takes milliseconds: call it off the async threads then.
	///
	/// # Errors
	/// [`EngineError`]; only [`EngineError::Overloaded`] is worth a retry.
	pub fn generate(&self, request: GenerateRequest) -> Result<mpsc::Receiver<TokenEvent>, EngineError> {
		self.check_adapters(&request.adapters)?;
		let constraint = match &request.schema {
			None => None,
			Some(schema) => Some(self.constraint(schema)?),
		};
		let witness = RequestWitness::new(&request, self.shared.hash, self.shared.options.mode);
		self.scheduler.generate(request, Extras { constraint, witness: Box::new(witness) })
	}

	/// Submits tokens to be scored. Dropping the returned channel cancels that; it carries the outcome when all positions were
	/// visited, or a visit broke off.
	///
	/// # Errors
	/// [`EngineError`]; only [`EngineError::Overloaded`] is worth a retry.
	pub fn score(&self, request: ScoreRequest) -> Result<oneshot::Receiver<Result<(), RequestError>>, EngineError> {
		self.check_adapters(&request.adapters)?;
		self.scheduler.score(request)
	}

	/// Submits an answer to be verified: one run over prompt and answer, batched and charged like any request. Dropping the
	/// handle cancels that. A schema is compiled here: call it off the async threads then.
	///
	/// # Errors
	/// [`EngineError`]: the answer cannot be judged by this engine. [`EngineError::EmptyPrompt`] and
	/// [`EngineError::Invalid`] mean that no engine can have been asked for it.
	pub fn verify(&self, request: VerifyRequest) -> Result<Verification, EngineError> {
		self.check_adapters(&request.asked.adapters)?;
		let invalid = |error: &dyn std::fmt::Display| EngineError::Invalid(error.to_string());
		request.asked.sampling.check().map_err(|error| invalid(&error))?;
		let constraint = request.asked.schema.as_ref().map(|schema| self.constraint(schema)).transpose()?;
		let tokenizer = &self.shared.tokenizer;
		if let Some(end) = request.tokens.iter().position(|token| tokenizer.is_end(*token)) {
			if end + 1 < request.tokens.len() {
				return Ok(Verification::decided(end as u32 + 1, Difference::PastEnd));
			}
		}
		Replaying::submit(self, request, constraint)
	}

	/// Makes the PEFT adapter in `folder` known under `name`, in place of one of the same name. Touches no file: what is wrong
	/// with it is found when it is first used.
	pub fn register_adapter(&self, name: &str, folder: &Path) {
		self.shared.adapters.register(name, folder);
	}

	/// Registers the PEFT adapter in `folder` under `name`, in place of one of the same name, and waits until it is in memory.
	/// Reads files: call it off the async threads.
	///
	/// # Errors
	/// [`AdapterError`] names the file and the field or tensor that is missing or not supported; the name is unknown then.
	pub fn load_adapter(&self, name: &str, folder: &Path) -> Result<AdapterInfo, AdapterError> {
		self.shared.adapters.register(name, folder);
		let loaded = self.shared.adapters.load(name, LOAD_PATIENCE);
		if loaded.is_err() {
			self.shared.adapters.unregister(name);
		}
		loaded
	}

	/// Makes known what `recipe` makes of registered adapters; gives the name to ask for it by.
	///
	/// # Errors
	/// [`AdapterError`] if the recipe is out of range or names what is unknown.
	pub fn derive_adapter(&self, recipe: &Recipe) -> Result<String, AdapterError> {
		self.shared.adapters.derive(recipe)
	}

	/// Forgets an adapter; whether there was one of that name. Requests that run with it go on.
	pub fn unload_adapter(&self, name: &str) -> bool {
		self.shared.adapters.unregister(name)
	}

	/// What is known of an adapter. Reads its files if it was never loaded.
	///
	/// # Errors
	/// [`AdapterError`] if there is none of that name, or its files cannot be used.
	pub fn adapter(&self, name: &str) -> Result<AdapterInfo, AdapterError> {
		self.shared.adapters.info(name)
	}

	/// The names of the registered adapters, ascending.
	pub fn adapters(&self) -> Vec<String> {
		self.shared.adapters.names()
	}

	/// The model's shape.
	pub fn spec(&self) -> &DecoderSpec {
		&self.shared.spec
	}

	/// The model's tokenizer.
	pub fn tokenizer(&self) -> Arc<ChatTokenizer> {
		self.shared.tokenizer.clone()
	}

	/// The model's hash.
	pub fn model_hash(&self) -> [u8; 32] {
		self.shared.hash
	}

	/// The options in force; `max_context` is at most the model's.
	pub fn options(&self) -> EngineOptions {
		self.shared.options
	}

	/// The counters after the last step.
	pub fn stats(&self) -> EngineStats {
		self.scheduler.stats()
	}

	/// What the cache of adapters has done.
	pub fn adapter_stats(&self) -> CacheStats {
		self.shared.adapters.stats()
	}

	/// Accepts no more requests, and waits until those that were accepted are complete or `patience` has passed; what is left
	/// then fails. Blocks: call it off the async threads.
	pub fn shut_down(&self, patience: Duration) {
		self.scheduler.shut_down(patience);
	}

	fn check_adapters(&self, adapters: &[(String, f32)]) -> Result<(), EngineError> {
		match adapters.iter().find(|(name, _)| !self.shared.adapters.contains(name)) {
			Some((name, _)) => Err(EngineError::UnknownAdapter(name.clone())),
			None => Ok(()),
		}
	}

	fn constraint(&self, schema: &serde_json::Value) -> Result<Constraint, EngineError> {
		let invalid = |error: &ConstraintError| EngineError::Invalid(error.to_string());
		let vocabulary = self.shared.vocabulary.get_or_init(|| {
			let tokenizer = &self.shared.tokenizer;
			// The model may have more rows than the tokenizer has tokens; those are never allowed.
			let tokens: Vec<Vec<u8>> =
				(0..self.shared.spec.vocab as u32).map(|id| tokenizer.token_bytes(id).to_vec()).collect();
			Vocabulary::new(&tokens, tokenizer.ends())
		});
		Constraint::json_schema(schema, vocabulary.as_ref().map_err(invalid)?).map_err(|error| invalid(&error))
	}
}

fn check_options(options: &EngineOptions, page_bytes: usize) -> Result<(), LoadError> {
	let least = [
		("queue", options.queue, 1),
		("queue_per_payer", options.queue_per_payer, 1),
		("max_context", options.max_context, 2),
		("max_batch", options.max_batch, 1),
		("memory_bytes", options.memory_bytes, page_bytes),
	];
	match least.iter().find(|(_, value, least)| value < least) {
		Some((field, value, least)) => {
			Err(LoadError::Engine(format!("option `{field}` is {value}, the least is {least}")))
		}
		None => Ok(()),
	}
}

impl TokenText for ChatTokenizer {
	fn bytes(&self, id: u32) -> &[u8] {
		self.token_bytes(id)
	}

	fn is_end(&self, id: u32) -> bool {
		Self::is_end(self, id)
	}
}
