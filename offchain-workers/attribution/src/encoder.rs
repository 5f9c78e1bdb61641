//! Text to vector: all-MiniLM-L6-v2 in ONNX Runtime, mean-pooled, normalised and quantised to int8.
//!
//! A vector depends on its text alone. The model quantises activations with one scale per tensor, so the neighbours of a
//! text in a batch, and their padding, would change its numbers: every text is a run of its own, on one thread, and
//! texts are spread over sessions instead. Matrix products use the arithmetic that does not saturate on processors
//! without VNNI. What remains is the last bits of floating point between kinds of processors, which quantisation mostly
//! but not always rounds away: between machines, vectors are compared by cosine (protocol §8).

use openledger_primitives::attribution::Vector;
use ort::{
	environment::Environment,
	session::{builder::GraphOptimizationLevel, Session, SessionInputValue},
	value::Tensor,
};
use std::{
	borrow::Cow,
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicUsize, Ordering},
		Mutex, MutexGuard, PoisonError,
	},
};
use tokenizers::{Tokenizer, TruncationParams};

/// Entries of a vector.
pub const DIM: u16 = 384;
/// The dot product of two equal vectors is about this: cosine 1 in int8 × int8.
pub const UNIT: i64 = 127 * 127;
/// The most word pieces of a text that count, the two that mark its ends included. What follows is ignored.
pub const MAX_PIECES: usize = 256;
/// The most sessions of an encoder.
pub const MAX_THREADS: usize = 64;

/// Where the encoder's files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncoderPaths {
	/// The library of ONNX Runtime, 1.20 or later.
	pub runtime: PathBuf,
	/// The model.
	pub model: PathBuf,
	/// Its `tokenizer.json`.
	pub tokenizer: PathBuf,
}

impl EncoderPaths {
	/// The files that `make setup` puts into `assets`.
	pub fn in_assets(assets: impl AsRef<Path>) -> Self {
		let assets = assets.as_ref();
		Self {
			runtime: assets.join("libonnxruntime.so"),
			model: assets.join("minilm.onnx"),
			tokenizer: assets.join("minilm-tokenizer.json"),
		}
	}
}

/// Why there is no encoder, or no vector.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
	/// A file is not there.
	#[error("{what} is missing: {} (run `make setup`)", .path.display())]
	Missing {
		/// What it is.
		what: &'static str,
		/// Where it was looked for.
		path: PathBuf,
	},
	/// The library cannot be loaded.
	#[error("{} is not a library of ONNX Runtime that this machine can load (run `make setup`): {source}", .path.display())]
	Library {
		/// The library.
		path: PathBuf,
		/// The cause.
		source: ort::LoadDynamicError,
	},
	/// The library is older than its interface that is used here.
	#[error("{} is ONNX Runtime {found}, 1.{} or later is needed (run `make setup`)", .path.display(), ort::MINOR_VERSION)]
	TooOld {
		/// The library.
		path: PathBuf,
		/// Its version.
		found: String,
	},
	/// The process uses another library already, and can use only one.
	#[error("{} was asked for, but this process uses {} already", .asked.display(), .loaded.display())]
	OtherLibrary {
		/// The library asked for.
		asked: PathBuf,
		/// The library in use.
		loaded: PathBuf,
	},
	/// The tokenizer's file is not one.
	#[error("{} is not a tokenizer (run `make setup`): {reason}", .path.display())]
	Tokenizer {
		/// The file.
		path: PathBuf,
		/// The cause.
		reason: String,
	},
	/// The model's file is not one, or not of this kind.
	#[error("{} is not the sentence encoder (run `make setup`): {reason}", .path.display())]
	Model {
		/// The file.
		path: PathBuf,
		/// The cause.
		reason: String,
	},
	/// A text has no word in it.
	#[error("text {position} is empty")]
	EmptyText {
		/// Its position among the texts.
		position: usize,
	},
	/// The model failed on a text.
	#[error("the encoder failed on text {position}: {reason}")]
	Run {
		/// Its position among the texts.
		position: usize,
		/// The cause.
		reason: String,
	},
}

/// The sentence encoder. Shared by reference between threads.
pub struct Encoder {
	tokenizer: Tokenizer,
	sessions: Vec<Mutex<Session>>,
	/// The session that the next lone text waits for when all are busy.
	turn: AtomicUsize,
}

impl core::fmt::Debug for Encoder {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.debug_struct("Encoder").field("threads", &self.sessions.len()).finish()
	}
}

impl Encoder {
	/// Loads the encoder with one session for each of `threads`, which is brought into 1 to [`MAX_THREADS`]. A session
	/// holds its own copy of the model, a file of 23 MB.
	pub fn load(paths: &EncoderPaths, threads: usize) -> Result<Self, EncoderError> {
		require("the tokenizer", &paths.tokenizer)?;
		require("the sentence encoder", &paths.model)?;
		let tokenizer = load_tokenizer(&paths.tokenizer)?;
		let environment = environment(&paths.runtime)?;
		let sessions = (0..threads.clamp(1, MAX_THREADS))
			.map(|_| load_session(&environment, &paths.model).map(Mutex::new))
			.collect::<Result<_, _>>()?;
		let encoder = Self { tokenizer, sessions, turn: AtomicUsize::new(0) };
		// A model of another kind is found out here and not at the first question.
		encoder
			.encode(&["probe"])
			.map_err(|error| EncoderError::Model { path: paths.model.clone(), reason: error.to_string() })?;
		tracing::info!(model = %paths.model.display(), threads = encoder.sessions.len(), "sentence encoder loaded");
		Ok(encoder)
	}

	/// The vectors of `texts`, in their order: the mean over a text's word pieces, scaled to length 127 and rounded.
	///
	/// A text of more than [`MAX_PIECES`] word pieces is cut there. A text without any is an error.
	pub fn encode(&self, texts: &[&str]) -> Result<Vec<Vector>, EncoderError> {
		let inputs =
			texts.iter().enumerate().map(|(at, text)| self.tokenize(at, text)).collect::<Result<Vec<_>, _>>()?;
		if inputs.len() < 2 || self.sessions.len() < 2 {
			let mut session = self.any_session();
			return inputs.into_iter().enumerate().map(|(at, ids)| run(&mut session, at, ids)).collect();
		}
		self.encode_on_all_sessions(&inputs)
	}

	/// Every session takes the next text that is left until none is.
	fn encode_on_all_sessions(&self, inputs: &[Vec<i64>]) -> Result<Vec<Vector>, EncoderError> {
		let next = AtomicUsize::new(0);
		let work = |session: &Mutex<Session>| {
			let mut done = vec![];
			loop {
				let at = next.fetch_add(1, Ordering::Relaxed);
				let Some(ids) = inputs.get(at) else { return Ok(done) };
				done.push((at, run(&mut lock(session), at, ids.clone())?));
			}
		};
		let mut vectors = std::thread::scope(|scope| {
			let threads: Vec<_> = self.sessions.iter().map(|session| scope.spawn(move || work(session))).collect();
			threads.into_iter().try_fold(vec![], |mut all, thread| {
				all.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
				Ok::<_, EncoderError>(all)
			})
		})?;
		vectors.sort_unstable_by_key(|(at, _)| *at);
		Ok(vectors.into_iter().map(|(_, vector)| vector).collect())
	}

	/// A session that is free, or else the one whose turn it is.
	fn any_session(&self) -> MutexGuard<'_, Session> {
		if let Some(free) = self.sessions.iter().find_map(|session| session.try_lock().ok()) {
			return free;
		}
		let turn = self.turn.fetch_add(1, Ordering::Relaxed);
		// `load` makes at least one session, so the remainder is in range.
		lock(&self.sessions[turn % self.sessions.len()])
	}

	fn tokenize(&self, position: usize, text: &str) -> Result<Vec<i64>, EncoderError> {
		let pieces = self
			.tokenizer
			.encode(text, true)
			.map_err(|error| EncoderError::Run { position, reason: error.to_string() })?;
		if pieces.get_special_tokens_mask().iter().all(|special| *special == 1) {
			return Err(EncoderError::EmptyText { position });
		}
		Ok(pieces.get_ids().iter().map(|id| i64::from(*id)).collect())
	}
}

/// A panic in another thread leaves a session usable: it holds no state between runs.
fn lock(session: &Mutex<Session>) -> MutexGuard<'_, Session> {
	session.lock().unwrap_or_else(PoisonError::into_inner)
}

fn require(what: &'static str, path: &Path) -> Result<(), EncoderError> {
	if path.is_file() {
		Ok(())
	} else {
		Err(EncoderError::Missing { what, path: path.to_path_buf() })
	}
}

/// ONNX Runtime, loaded once per process. The loader must be asked first: any other call of `ort` before a library is
/// loaded looks for one of its own and panics when there is none.
fn environment(runtime: &Path) -> Result<Environment, EncoderError> {
	static LOADED: Mutex<Option<(PathBuf, Environment)>> = Mutex::new(None);
	require("the library of ONNX Runtime", runtime)?;
	let library = |source| EncoderError::Library { path: runtime.to_path_buf(), source };
	// Absolute, because the loader would look beside the program first.
	let path = runtime
		.canonicalize()
		.map_err(|_| EncoderError::Missing { what: "the library of ONNX Runtime", path: runtime.to_path_buf() })?;
	let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
	if let Some((loaded, environment)) = loaded.as_ref() {
		return if *loaded == path {
			Ok(environment.clone())
		} else {
			Err(EncoderError::OtherLibrary { asked: path, loaded: loaded.clone() })
		};
	}
	let builder = ort::init_from(&path).map_err(|error| match error {
		ort::LoadDynamicError::BadVersion { version_str, path } => EncoderError::TooOld { path, found: version_str },
		other => library(other),
	})?;
	let environment = builder
		.with_telemetry(false)
		.build()
		.map_err(|error| EncoderError::Model { path: path.clone(), reason: error.to_string() })?;
	*loaded = Some((path, environment.clone()));
	Ok(environment)
}

fn load_tokenizer(path: &Path) -> Result<Tokenizer, EncoderError> {
	let broken =
		|error: tokenizers::Error| EncoderError::Tokenizer { path: path.to_path_buf(), reason: error.to_string() };
	let mut tokenizer = Tokenizer::from_file(path).map_err(broken)?;
	tokenizer.with_padding(None);
	let truncation = TruncationParams { max_length: MAX_PIECES, ..Default::default() };
	tokenizer.with_truncation(Some(truncation)).map_err(broken)?;
	Ok(tokenizer)
}

fn load_session(environment: &Environment, path: &Path) -> Result<Session, EncoderError> {
	let build = || -> ort::Result<Session> {
		Session::builder(environment)?
			.with_optimization_level(GraphOptimizationLevel::Level3)?
			.with_intra_threads(1)?
			.with_deterministic_compute(true)?
			.with_precise_qmm()?
			.commit_from_file(path)
	};
	build().map_err(|error| EncoderError::Model { path: path.to_path_buf(), reason: error.to_string() })
}

fn run(session: &mut Session, position: usize, ids: Vec<i64>) -> Result<Vector, EncoderError> {
	let failed = |reason: String| EncoderError::Run { position, reason };
	let pieces = ids.len();
	let names: Vec<String> = session.inputs().iter().map(|input| input.name().to_owned()).collect();
	let mut inputs: Vec<(Cow<'_, str>, SessionInputValue<'_>)> = Vec::with_capacity(names.len());
	for name in names {
		let values = match name.as_str() {
			"input_ids" => ids.clone(),
			// Without padding every piece counts.
			"attention_mask" => vec![1; pieces],
			"token_type_ids" => vec![0; pieces],
			other => return Err(failed(format!("the model wants an unknown input {other}"))),
		};
		let tensor = Tensor::from_array(([1usize, pieces], values)).map_err(|error| failed(error.to_string()))?;
		inputs.push((name.into(), tensor.into()));
	}
	let outputs = session.run(inputs).map_err(|error| failed(error.to_string()))?;
	let (_, output) = outputs.iter().next().ok_or_else(|| failed("the model has no output".into()))?;
	let (shape, hidden) = output.try_extract_tensor::<f32>().map_err(|error| failed(error.to_string()))?;
	if **shape != [1, pieces as i64, i64::from(DIM)] {
		return Err(failed(format!("the model's output has the shape {shape}, not [1, {pieces}, {DIM}]")));
	}
	quantise(&mean(hidden)).ok_or_else(|| failed("the vector has no length".into()))
}

/// The mean of the pieces' vectors. The sum is made in double precision and in the order of the pieces.
fn mean(hidden: &[f32]) -> Vec<f64> {
	let mut sum = vec![0f64; usize::from(DIM)];
	let pieces = hidden.chunks_exact(usize::from(DIM));
	let count = pieces.len() as f64;
	for piece in pieces {
		sum.iter_mut().zip(piece).for_each(|(sum, x)| *sum += f64::from(*x));
	}
	sum.iter_mut().for_each(|sum| *sum /= count);
	sum
}

/// `vector` scaled to length 127 and rounded, or `None` for one without a length.
fn quantise(vector: &[f64]) -> Option<Vector> {
	let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
	if !length.is_finite() || length <= 0.0 {
		return None;
	}
	// An entry of a vector of length 1 is within -1 to 1; `as` would clamp all the same.
	let quantised: Vec<i8> = vector.iter().map(|x| (x / length * 127.0).round() as i8).collect();
	quantised.try_into().ok()
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]
	use super::*;

	#[test]
	fn quantise_scales_to_127_and_rounds() {
		assert_eq!(quantise(&[3.0, -4.0]).unwrap().into_inner(), [76, -102]);
		assert_eq!(quantise(&[-0.001]).unwrap().into_inner(), [-127]);
		assert_eq!(quantise(&[1.0, 0.0039]).unwrap().into_inner(), [127, 0]);
		assert_eq!(quantise(&[1.0, 0.0040]).unwrap().into_inner(), [127, 1]);
	}

	#[test]
	fn quantise_fails_when_there_is_no_length() {
		for vector in [&[0.0, 0.0][..], &[], &[f64::NAN], &[f64::INFINITY]] {
			assert!(quantise(vector).is_none());
		}
	}

	#[test]
	fn mean_is_over_pieces() {
		let mut hidden = vec![1.0f32; usize::from(DIM)];
		hidden.extend(vec![4.0; usize::from(DIM)]);
		assert_eq!(mean(&hidden), vec![2.5; usize::from(DIM)]);
	}
}
