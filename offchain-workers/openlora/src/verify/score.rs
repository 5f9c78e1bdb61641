//! A model run over tokens that are known already.

use crate::backend::{Backend, NotFinite, PageId, Rows, Segment, PAGE_TOKENS};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Tokens of a step that gives no rows.
const STEP: usize = 256;

/// Bytes of logits that a step may give.
const LOGITS_BYTES: usize = 16 << 20;

/// Runs `tokens` through the model in large steps and shows `visit` the hidden state (after the final norm) and the
/// logits of every position from `from` on, in order; the row of a position predicts the token after it. Ends early
/// when `visit` breaks. Uses pages `0..` of `backend`, which nobody else may hold, and gives them back.
///
/// # Errors
/// [`NotFinite`] if the model's numbers are not. Panics if `from` is not below the number of tokens, or a token not
/// below the vocabulary.
pub fn score<B: Backend>(
	backend: &mut B,
	tokens: &[u32],
	adapters: &[(Arc<B::Adapter>, f32)],
	from: usize,
	mut visit: impl FnMut(usize, &[f32], &[f32]) -> ControlFlow<()>,
) -> Result<(), NotFinite> {
	assert!(from < tokens.len(), "row {from} of {} tokens", tokens.len());
	let pages = tokens.len().div_ceil(PAGE_TOKENS);
	backend.reserve_pages(pages);
	let ids: Vec<PageId> = (0..pages as PageId).collect();
	let result = run(backend, tokens, adapters, &ids, from, &mut visit);
	ids.into_iter().for_each(|page| backend.release_page(page));
	result
}

fn run<B: Backend>(
	backend: &mut B,
	tokens: &[u32],
	adapters: &[(Arc<B::Adapter>, f32)],
	pages: &[PageId],
	from: usize,
	visit: &mut impl FnMut(usize, &[f32], &[f32]) -> ControlFlow<()>,
) -> Result<(), NotFinite> {
	let (width, vocab) = (backend.spec().width, backend.spec().vocab);
	let with_rows = (LOGITS_BYTES / 4 / vocab).clamp(1, STEP);
	let mut position = 0;
	while position < tokens.len() {
		let (end, rows) = match position < from {
			true => (from.min(position + STEP), Rows::None),
			false => (tokens.len().min(position + with_rows), Rows::All),
		};
		let pages = &pages[..end.div_ceil(PAGE_TOKENS)];
		let segment = Segment { tokens: &tokens[position..end], position, pages, adapters, rows };
		for output in backend.step(&[segment]) {
			let output = output?;
			for (row, (hidden, logits)) in
				output.hidden.chunks_exact(width).zip(output.logits.chunks_exact(vocab)).enumerate()
			{
				if visit(position + row, hidden, logits).is_break() {
					return Ok(());
				}
			}
		}
		position = end;
	}
	Ok(())
}
