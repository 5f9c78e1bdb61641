//! Constrained output: at each step, only tokens that continue a text of the grammar. The grammars are those of
//! `llguidance`.
//!
//! Schemas come from strangers. Before anything is compiled their bytes, nodes and nesting are bounded; compilation,
//! whose recursion follows references, runs on a thread of its own with a large stack, and its work and memory are
//! bounded by the library's fuel. What the library refuses is a [`ConstraintError::Schema`]; so is a panic of its,
//! which ends that thread only.

use crate::error::ConstraintError;
use crate::mask::TokenMask;
use llguidance::api::{GrammarWithLexer, ParserLimits, TopLevelGrammar};
use llguidance::{JsonCompileOptions, Matcher, ParserFactory};
use serde_json::Value;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;
use toktrie::{ApproximateTokEnv, TokEnv, TokRxInfo, TokTrie};

/// The most bytes of a schema (as compact JSON), a regular expression or a grammar.
pub const MAX_BYTES: usize = 128 << 10;
/// The most values, keys included, of a schema.
pub const MAX_NODES: usize = 8_000;
/// How deep the values of a schema nest.
pub const MAX_DEPTH: usize = 48;
/// Stack of the thread that compiles.
const STACK_BYTES: usize = 256 << 20;

/// The tokens of a model as bytes, prepared once and shared by all constraints.
#[derive(Clone)]
pub struct Vocabulary {
	factory: Arc<ParserFactory>,
}

impl std::fmt::Debug for Vocabulary {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("Vocabulary").field("tokens", &self.factory.tok_env().tok_trie().vocab_size()).finish()
	}
}

impl Vocabulary {
	/// The vocabulary whose token `i` has the bytes `tokens[i]`; control tokens have none. `ends` are the tokens that
	/// end an answer.
	///
	/// # Errors
	/// [`ConstraintError::Vocabulary`] if there is no token that ends an answer, or one is outside the vocabulary.
	pub fn new(tokens: &[Vec<u8>], ends: &[u32]) -> Result<Self, ConstraintError> {
		let error = |reason: String| ConstraintError::Vocabulary(reason);
		let Some(first) = ends.first() else { return Err(error("no token ends an answer".into())) };
		if let Some(end) = ends.iter().find(|end| **end as usize >= tokens.len()) {
			return Err(error(format!("the end token {end} is not one of its {} tokens", tokens.len())));
		}
		if tokens.len() > 1 << 22 || tokens.iter().any(|token| token.len() > 1 << 12) {
			return Err(error("it has more than 4,194,304 tokens, or one of more than 4,096 bytes".into()));
		}
		let build = || {
			let info = TokRxInfo::new(tokens.len() as u32, *first);
			let trie = TokTrie::from(&info, tokens).with_eos_tokens(ends);
			let environment: TokEnv = Arc::new(ApproximateTokEnv::new(trie));
			let mut factory = ParserFactory::new_simple(&environment).map_err(|e| error(e.to_string()))?;
			factory.quiet();
			*factory.limits_mut() = ParserLimits {
				max_items_in_row: 1_000,
				max_lexer_states: 50_000,
				max_grammar_size: 200_000,
				verbose_errors: false,
				..ParserLimits::default()
			};
			Ok(Self { factory: Arc::new(factory) })
		};
		catch_unwind(AssertUnwindSafe(build)).unwrap_or_else(|_| Err(error("it could not be indexed".into())))
	}
}

/// The state of one constrained answer.
pub struct Constraint {
	matcher: Matcher,
	ends: Vec<u32>,
	mask: TokenMask,
}

impl std::fmt::Debug for Constraint {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("Constraint").field("finished", &self.is_finished()).finish()
	}
}

impl Constraint {
	/// The answer is a JSON value that `schema` (draft 2020-12, and older) accepts, spelled with `", "` and `": "` and no other
	/// space between its parts: a small model could go on with spaces for ever, and every one is paid for. Blocks while
	/// compiling, up to some tens of milliseconds: not for the thread that runs the model.
	///
	/// # Errors
	/// [`ConstraintError::TooLarge`] beyond [`MAX_BYTES`], [`MAX_NODES`] or [`MAX_DEPTH`]; [`ConstraintError::Schema`]
	/// for what is malformed, unsatisfiable or not supported; the message says which keyword.
	pub fn json_schema(schema: &Value, vocabulary: &Vocabulary) -> Result<Self, ConstraintError> {
		check_size(schema)?;
		// What accepts everything has no field for the options.
		let mut schema = if *schema == Value::Bool(true) { serde_json::json!({}) } else { schema.clone() };
		if schema.is_object() {
			let options = JsonCompileOptions {
				item_separator: ", ".into(),
				key_separator: ": ".into(),
				whitespace_flexible: false,
				..JsonCompileOptions::default()
			};
			options.apply_to(&mut schema);
		}
		Self::compile(GrammarWithLexer::from_json_schema(schema), vocabulary)
	}

	/// The answer is a JSON object (OpenAI's `json_object`).
	///
	/// # Errors
	/// [`ConstraintError::Schema`] if the vocabulary cannot spell one.
	pub fn json_object(vocabulary: &Vocabulary) -> Result<Self, ConstraintError> {
		Self::json_schema(&serde_json::json!({ "type": "object" }), vocabulary)
	}

	/// The whole answer matches `expression`, in the syntax of Rust's `regex` without anchors and look-around.
	///
	/// # Errors
	/// As [`json_schema`](Self::json_schema).
	pub fn regex(expression: &str, vocabulary: &Vocabulary) -> Result<Self, ConstraintError> {
		bounded(expression.len(), "bytes", MAX_BYTES)?;
		Self::compile(GrammarWithLexer::from_regex(expression), vocabulary)
	}

	/// The answer is a text of a grammar in the dialect of Lark that `llguidance` reads.
	///
	/// # Errors
	/// As [`json_schema`](Self::json_schema).
	pub fn lark(grammar: &str, vocabulary: &Vocabulary) -> Result<Self, ConstraintError> {
		bounded(grammar.len(), "bytes", MAX_BYTES)?;
		bounded(nesting(grammar), "nested brackets", MAX_DEPTH)?;
		Self::compile(GrammarWithLexer::from_lark(grammar.to_owned()), vocabulary)
	}

	fn compile(grammar: GrammarWithLexer, vocabulary: &Vocabulary) -> Result<Self, ConstraintError> {
		let factory = vocabulary.factory.clone();
		let ends = factory.tok_env().tok_trie().eos_tokens().to_vec();
		let work = move || {
			let mut matcher = Matcher::new(factory.create_parser(TopLevelGrammar::from_grammar(grammar)));
			// The first mask belongs to compilation: its lexer states are built here.
			match matcher.compute_mask_or_eos() {
				Ok(_) => Ok(matcher),
				Err(error) => Err(matcher.get_error().unwrap_or_else(|| error.to_string())),
			}
		};
		let failed = |reason: String| ConstraintError::Schema(reason);
		let thread = std::thread::Builder::new().name("constraint".into()).stack_size(STACK_BYTES);
		let running = thread.spawn(work).map_err(|e| failed(format!("no thread to compile it: {e}")))?;
		match running.join() {
			Ok(Ok(matcher)) => Ok(Self { matcher, ends, mask: TokenMask::default() }),
			Ok(Err(reason)) => Err(failed(first_line(&reason))),
			Err(_) => Err(failed("it is too complicated".into())),
		}
	}

	/// The tokens that may come next, those that end the answer included where it may end. Of a finished answer, only
	/// the latter.
	///
	/// # Errors
	/// [`ConstraintError::Step`] if the state of the grammar grew beyond its limits.
	pub fn mask(&mut self) -> Result<&TokenMask, ConstraintError> {
		let mask = self.matcher.compute_mask_or_eos();
		self.mask.set_words(mask.map_err(|error| ConstraintError::Step(first_line(&error.to_string())))?.as_slice());
		Ok(&self.mask)
	}

	/// Moves on by the chosen token. After an error the constraint stays broken.
	///
	/// # Errors
	/// [`ConstraintError::Token`] if the token is not allowed here, [`ConstraintError::Step`] as for
	/// [`mask`](Self::mask).
	pub fn commit(&mut self, token: u32) -> Result<(), ConstraintError> {
		if self.is_finished() && self.ends.contains(&token) {
			return Ok(());
		}
		match self.matcher.try_consume_tokens(&[token]) {
			Ok(1) => Ok(()),
			Ok(_) => Err(ConstraintError::Token(token)),
			Err(error) => Err(ConstraintError::Step(first_line(&error.to_string()))),
		}
	}

	/// Whether the answer is complete and nothing can follow it: generation ends here, with or without a token that
	/// says so.
	pub fn is_finished(&self) -> bool {
		self.matcher.is_stopped() && self.matcher.stop_reason().is_ok()
	}
}

fn bounded(size: usize, unit: &'static str, limit: usize) -> Result<(), ConstraintError> {
	match size > limit {
		true => Err(ConstraintError::TooLarge { size, unit, limit }),
		false => Ok(()),
	}
}

/// Walks the schema without recursion, so that its depth cannot hurt.
fn check_size(schema: &Value) -> Result<(), ConstraintError> {
	let (mut nodes, mut bytes) = (0, 0);
	let mut open = vec![(schema, 1)];
	while let Some((value, depth)) = open.pop() {
		nodes += 1;
		bounded(depth, "levels", MAX_DEPTH)?;
		match value {
			Value::String(text) => bytes += text.len(),
			Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
			Value::Object(fields) => {
				nodes += fields.len();
				bytes += fields.keys().map(String::len).sum::<usize>();
				open.extend(fields.values().map(|field| (field, depth + 1)));
			}
			_ => {}
		}
		bytes += 4;
		bounded(open.len() + nodes, "values", MAX_NODES)?;
		bounded(bytes, "bytes", MAX_BYTES)?;
	}
	Ok(())
}

/// An upper bound of how deep brackets nest.
fn nesting(grammar: &str) -> usize {
	let (mut depth, mut deepest) = (0usize, 0);
	for c in grammar.chars() {
		match c {
			'(' | '[' => depth += 1,
			')' | ']' => depth = depth.saturating_sub(1),
			_ => {}
		}
		deepest = deepest.max(depth);
	}
	deepest
}

/// Messages of the library can run to pages.
fn first_line(message: &str) -> String {
	message.lines().next().unwrap_or_default().chars().take(300).collect()
}

#[cfg(test)]
mod tests;
