//! What a scheduler needs of the machinery that runs a model: pages of keys and values, adapters, and steps.

use crate::adapter::Adapter;
use crate::error::LoadError;
use crate::spec::DecoderSpec;
use std::sync::Arc;

/// Tokens of one page of keys and values.
pub const PAGE_TOKENS: usize = 16;

/// A page: keys and values of [`PAGE_TOKENS`] consecutive tokens in every layer.
pub type PageId = u32;

/// Which rows of a segment the caller wants hidden states and logits of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
	/// None: the middle of a prompt.
	None,
	/// The last token's.
	Last,
	/// All tokens'.
	All,
}

/// A run of consecutive tokens of one sequence.
pub struct Segment<'a, A> {
	/// The tokens, at least one, each below the vocabulary.
	pub tokens: &'a [u32],
	/// Position of the first of them: the number of tokens that the pages hold already.
	pub position: usize,
	/// The sequence's pages, in order; they cover `position + tokens.len()` tokens. No other segment of the step writes
	/// to those of the new tokens; full pages before `position` may be shared.
	pub pages: &'a [PageId],
	/// The adapters of the sequence and their weights, applied in this order; empty for the base model.
	pub adapters: &'a [(Arc<A>, f32)],
	/// What is wanted.
	pub rows: Rows,
}

/// What a step gives for one segment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SegmentOutput {
	/// Hidden states after the final norm, [rows wanted, width].
	pub hidden: Vec<f32>,
	/// Logits, [rows wanted, vocab].
	pub logits: Vec<f32>,
}

/// A segment's numbers are not finite: its weights or its adapter overflow. Other segments are unharmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the activations are not finite; the model or the adapter is broken")]
pub struct NotFinite;

/// Runs one model. Owned by one thread; the work of a step is spread over the backend's own.
pub trait Backend: Send + 'static {
	/// An adapter in the form in which it is applied.
	type Adapter: Send + Sync + 'static;

	/// The model's shape.
	fn spec(&self) -> &DecoderSpec;

	/// Bytes of one page of keys and values.
	fn page_bytes(&self) -> usize;

	/// Makes pages `0..pages` usable; their memory is taken when they are first written. Never shrinks.
	fn reserve_pages(&mut self, pages: usize);

	/// Gives back the memory of a page that no sequence uses any more; it may be written again later.
	fn release_page(&mut self, page: PageId);

	/// Appends every segment's tokens to its pages and gives what is wanted of each, in their order. A segment's result depends
	/// on its own tokens, pages and adapters alone; in the exact modes to the bit.
	fn step(&mut self, segments: &[Segment<'_, Self::Adapter>]) -> Vec<Result<SegmentOutput, NotFinite>>;

	/// Makes adapters for this backend, on any thread.
	fn adapters(&self) -> Arc<dyn AdapterBuilder<Self::Adapter>>;
}

/// Brings adapters into the form in which a backend applies them.
pub trait AdapterBuilder<A>: Send + Sync {
	/// The resident form of `adapter`.
	///
	/// # Errors
	/// [`LoadError`] if it does not fit the model.
	fn build(&self, adapter: &Adapter) -> Result<A, LoadError>;

	/// Bytes that `adapter` takes in memory.
	fn bytes(&self, adapter: &A) -> usize;
}

/// Runs one sequence from its beginning in a single step, in the backend's first pages, whatever they held.
///
/// # Errors
/// [`NotFinite`] if the activations are not finite.
pub fn run_sequence<B: Backend>(
	backend: &mut B,
	tokens: &[u32],
	adapters: &[(Arc<B::Adapter>, f32)],
	rows: Rows,
) -> Result<SegmentOutput, NotFinite> {
	let count = tokens.len().div_ceil(PAGE_TOKENS);
	backend.reserve_pages(count);
	let pages: Vec<PageId> = (0..count as PageId).collect();
	let segment = Segment { tokens, position: 0, pages: &pages, adapters, rows };
	let mut outputs = backend.step(&[segment]);
	// One segment, one output.
	outputs.pop().unwrap_or(Err(NotFinite))
}
