//! A model, its tokenizer's padding and its sessions: tokens in, the first output out.

use crate::batch::plan;
use crate::files::require;
use crate::pool::Pool;
use crate::runtime::environment;
use crate::tokens::{Tokens, Words};
use crate::{Files, OnnxError, Options};
use ort::session::{Session, SessionInputValue};
use ort::value::Tensor;
use ort::value::TensorElementType;
use std::borrow::Cow;
use std::path::PathBuf;

/// What a model is for.
#[derive(Clone, Copy)]
pub(crate) struct Purpose {
	/// What its file should be.
	pub(crate) what: &'static str,
	/// What to do about a wrong one.
	pub(crate) fix: &'static str,
}

/// What is made of a model's first output.
pub(crate) trait Head: Sync {
	/// What a text gets.
	type Answer: Send;

	/// Fails with the shape that was expected if `shape` is not that of `texts` texts, padded to `tokens` each.
	fn check(&self, shape: &[i64], texts: usize, tokens: usize) -> Result<(), String>;

	/// The answer to a text of `tokens` tokens from its part of the output, which was padded to `padded`.
	///
	/// # Errors
	/// What is wrong with it.
	fn read(&self, values: &[f32], tokens: usize, padded: usize) -> Result<Self::Answer, &'static str>;
}

/// An input of a model: integers of 64 bits, [texts, tokens].
#[derive(Clone, Copy)]
enum Input {
	Ids,
	Mask,
	Types,
}

impl Input {
	fn new(name: &str) -> Option<Self> {
		match name {
			"input_ids" => Some(Self::Ids),
			"attention_mask" => Some(Self::Mask),
			"token_type_ids" => Some(Self::Types),
			_ => None,
		}
	}

	/// The values of a text of a run, and what fills the rest.
	fn row(self, tokens: &Tokens, pad: i64) -> (Cow<'_, [i64]>, i64) {
		match self {
			Self::Ids => (Cow::Borrowed(&tokens.ids), pad),
			Self::Mask => (Cow::Owned(vec![1; tokens.ids.len()]), 0),
			Self::Types => (Cow::Borrowed(&tokens.types), 0),
		}
	}
}

/// A loaded model. Shared by reference between threads.
pub(crate) struct Model {
	path: PathBuf,
	purpose: Purpose,
	pool: Pool,
	inputs: Vec<(String, Input)>,
	pad: i64,
	batch: usize,
}

impl core::fmt::Debug for Model {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		let Self { path, batch, .. } = self;
		f.debug_struct("Model")
			.field("path", path)
			.field("batch", batch)
			.field("threads", &self.pool.threads())
			.finish()
	}
}

impl Model {
	/// Loads a model and its tokenizer.
	///
	/// # Errors
	/// Those of [`OnnxError`] that name an option or a file.
	pub(crate) fn load(files: &Files, options: Options, purpose: Purpose) -> Result<(Self, Words), OnnxError> {
		let (options, Purpose { what, fix }) = (options.checked()?, purpose);
		require("the tokenizer", fix, &files.tokenizer)?;
		require(what, fix, &files.model)?;
		let words = Words::load(&files.tokenizer).map_err(|reason| OnnxError::Tokenizer {
			path: files.tokenizer.clone(),
			fix,
			reason,
		})?;
		let environment = environment(&files.runtime)?;
		let wrong = |reason| OnnxError::Model { path: files.model.clone(), what, fix, reason };
		let pool = Pool::load(&environment, &files.model, options.threads).map_err(|error| wrong(error.to_string()))?;
		let inputs = inputs(&pool.any()).map_err(wrong)?;
		tracing::info!(model = %files.model.display(), ?options, "{what} loaded");
		Ok((Self { path: files.model.clone(), purpose, pool, inputs, pad: words.pad, batch: options.batch }, words))
	}

	/// That the model is not what it should be.
	pub(crate) fn wrong(&self, reason: impl ToString) -> OnnxError {
		let Purpose { what, fix } = self.purpose;
		OnnxError::Model { path: self.path.clone(), what, fix, reason: reason.to_string() }
	}

	/// The answers to `texts`, in their order.
	///
	/// # Errors
	/// [`OnnxError::Run`], [`OnnxError::Answer`].
	pub(crate) fn answers<H: Head>(&self, head: &H, texts: &[Tokens]) -> Result<Vec<H::Answer>, OnnxError> {
		let lengths: Vec<usize> = texts.iter().map(|text| text.ids.len()).collect();
		let runs = plan(&lengths, self.batch);
		let run = |session: &mut Session, run: &Vec<usize>| self.run(session, head, texts, run);
		let mut answers: Vec<(usize, H::Answer)> = self.pool.run(&runs, run)?.into_iter().flatten().collect();
		answers.sort_unstable_by_key(|(position, _)| *position);
		Ok(answers.into_iter().map(|(_, answer)| answer).collect())
	}

	/// The answers to the texts at the positions `run`, the first of which is the longest.
	fn run<H: Head>(
		&self,
		session: &mut Session,
		head: &H,
		texts: &[Tokens],
		run: &[usize],
	) -> Result<Vec<(usize, H::Answer)>, OnnxError> {
		let position = run.first().copied().unwrap_or_default();
		let failed = |reason: String| OnnxError::Run { position, count: run.len(), reason };
		let rows: Vec<&Tokens> = run.iter().filter_map(|at| texts.get(*at)).collect();
		let padded = rows.iter().map(|row| row.ids.len()).max().unwrap_or_default();
		let inputs = self.tensors(&rows, padded).map_err(|error| failed(error.to_string()))?;
		let outputs = session.run(inputs).map_err(|error| failed(error.to_string()))?;
		let (_, output) = outputs.iter().next().ok_or_else(|| failed("the model has no output".into()))?;
		let (shape, values) = output.try_extract_tensor::<f32>().map_err(|error| failed(error.to_string()))?;
		head.check(shape, rows.len(), padded)
			.map_err(|expected| failed(format!("the model's output has the shape {shape}, not {expected}")))?;
		let parts = values.chunks_exact((values.len() / rows.len().max(1)).max(1));
		let read = |((position, tokens), values): ((&usize, &Tokens), &[f32])| {
			let answer = head.read(values, tokens.ids.len(), padded);
			let answer = answer.map_err(|reason| OnnxError::Answer { position: *position, reason })?;
			Ok((*position, answer))
		};
		run.iter().zip(rows).zip(parts).map(read).collect()
	}

	/// The inputs of a run, `rows` filled up to `padded` tokens at their ends.
	fn tensors(&self, rows: &[&Tokens], padded: usize) -> ort::Result<Vec<(Cow<'_, str>, SessionInputValue<'static>)>> {
		let tensor = |input: Input| {
			let mut values = Vec::with_capacity(rows.len() * padded);
			for (row, tokens) in rows.iter().enumerate() {
				let (own, filling) = input.row(tokens, self.pad);
				values.extend_from_slice(&own);
				values.resize((row + 1) * padded, filling);
			}
			Tensor::from_array(([rows.len(), padded], values))
		};
		self.inputs.iter().map(|(name, input)| Ok((name.as_str().into(), tensor(*input)?.into()))).collect()
	}
}

/// The inputs that a model wants.
///
/// # Errors
/// The reason, if we cannot give them.
fn inputs(session: &Session) -> Result<Vec<(String, Input)>, String> {
	let known = |outlet: &ort::value::Outlet| {
		let name = outlet.name();
		let input = Input::new(name).ok_or_else(|| format!("it wants an unknown input {name}"))?;
		match outlet.dtype().tensor_type() {
			Some(TensorElementType::Int64) => Ok((name.to_owned(), input)),
			_ => Err(format!("its input {name} is {}, not integers of 64 bits", outlet.dtype())),
		}
	};
	let inputs = session.inputs().iter().map(known).collect::<Result<Vec<_>, _>>()?;
	if inputs.iter().any(|(_, input)| matches!(input, Input::Ids)) {
		return Ok(inputs);
	}
	Err("it has no input input_ids".into())
}
