//! A tiny cross-encoder against `transformers`, alone and in batches; and models that are none.

#![allow(clippy::unwrap_used)]

mod support;

use openledger_onnx::{OnnxError, Options, Ranked, Reranker, MAX_BATCH};
use support::{close, files, options, Expected};

fn reranker(threads: usize, batch: usize, max_tokens: usize) -> Reranker {
	Reranker::load(&files("reranker.onnx"), options(threads, batch, max_tokens)).unwrap()
}

fn wide(scores: Vec<f32>) -> Vec<f64> {
	scores.into_iter().map(f64::from).collect()
}

#[test]
fn scores_are_those_of_transformers_alone_and_in_batches() {
	let expected = Expected::read();
	let (query, documents) = (expected.text("query"), expected.texts("documents"));
	let logits = expected.numbers("logits");
	for (threads, batch) in [(1, 1), (1, 2), (2, 3), (3, 8), (2, MAX_BATCH)] {
		let reranker = reranker(threads, batch, expected.number("pair_limit"));
		close(&wide(reranker.score(query, &documents).unwrap()), &logits);
		for (document, logit) in documents.iter().zip(&logits) {
			close(&wide(reranker.score(query, &[document]).unwrap()), &[*logit]);
		}
	}
}

#[test]
fn only_the_document_is_cut() {
	// Three marks, a query of 2: room for 5.
	let reranker = reranker(1, 1, 10);
	let five = reranker.score("the cat", &["sits on the mat a"]).unwrap();
	assert_eq!(
		reranker.score("the cat", &["sits on the mat a ledger", "sits on the mat a dog dog"]).unwrap(),
		[five[0]; 2]
	);
	assert_ne!(reranker.score("the cat", &["sits on the mat"]).unwrap(), five);
	// A query of 6 leaves room for one token, one of 7 for none.
	let six = "the cat sits on the mat";
	assert_eq!(reranker.score(six, &["a dog"]).unwrap(), reranker.score(six, &["a"]).unwrap());
	let error = reranker.score("the cat sits on the mat ?", &["a"]).unwrap_err();
	assert!(matches!(error, OnnxError::QueryTooLong { tokens: 7, most: 6 }), "{error}");
}

#[test]
fn rank_puts_the_highest_first_and_the_earlier_of_equals() {
	let reranker = reranker(2, 4, 32);
	let documents = ["rain in spain", "the fee is paid", "a cat", "the fee is paid", "rain in spain"];
	let scores = reranker.score("who paid?", &documents).unwrap();
	let all = reranker.rank("who paid?", &documents, usize::MAX).unwrap();
	assert_eq!(all.len(), documents.len());
	for pair in all.windows(2) {
		let [a, b] = [pair[0], pair[1]];
		assert!(a.score > b.score || (a.score == b.score && a.document < b.document), "{a:?} {b:?}");
	}
	for Ranked { document, score } in &all {
		assert_eq!(scores[*document], *score);
	}
	assert_eq!(reranker.rank("who paid?", &documents, 2).unwrap(), all[..2]);
	assert!(reranker.rank("who paid?", &documents, 0).unwrap().is_empty());
	assert!(reranker.rank("who paid?", &[], 3).unwrap().is_empty());
}

#[test]
fn score_fails_when_a_text_is_empty() {
	let reranker = reranker(2, 4, 32);
	let error = reranker.score("cat", &["a", " \n"]).unwrap_err();
	assert!(matches!(error, OnnxError::EmptyText { position: 1 }), "{error}");
	for empty in ["", "\t"] {
		assert!(matches!(reranker.score(empty, &["a"]).unwrap_err(), OnnxError::EmptyQuery));
	}
}

#[test]
fn a_score_that_is_not_a_number_is_an_error() {
	for batch in [1, 4] {
		let reranker = Reranker::load(&files("odd/nan-reranker.onnx"), options(2, batch, 48)).unwrap();
		assert_eq!(reranker.score("a", &["b", "c d"]).unwrap().len(), 2);
		let error = reranker.score("a", &["b", &"the cat ".repeat(30)]).unwrap_err();
		assert!(matches!(error, OnnxError::Answer { position: 1, reason: "is not finite" }), "{error}");
	}
}

#[test]
fn load_refuses_models_that_are_no_rerankers() {
	Reranker::load(&files("odd/sum.onnx"), Options::default()).unwrap();
	for (model, said) in [
		("encoder.onnx", "[1, 5, 32], not [1, 1]"),
		("odd/labels.onnx", "[1, 3], not [1, 1], one logit for each pair"),
		("odd/labels-unsaid.onnx", "[1, 3], not [1, 1], one logit for each pair"),
		("odd/integers.onnx", "f32"),
		("odd/unknown-input.onnx", "unknown input bbox"),
		("tokenizer.json", "is not a reranker"),
	] {
		let error = Reranker::load(&files(model), Options::default()).unwrap_err();
		assert!(matches!(error, OnnxError::Model { .. }), "{model}: {error}");
		assert!(error.to_string().contains(said), "{model}: {error}");
		assert!(error.to_string().contains("cross-encoder"), "{model}: {error}");
	}
	let error = Reranker::load(&files("reranker.onnx"), options(1, 1, 4)).unwrap_err();
	assert!(error.to_string().contains("from 5 to"), "{error}");
}
