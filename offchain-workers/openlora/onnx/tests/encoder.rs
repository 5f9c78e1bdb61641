//! A tiny BERT against `transformers`, alone and in batches; and models that are no encoders.

#![allow(clippy::unwrap_used)]

mod support;

use openledger_onnx::{Encoder, OnnxError, Options, MAX_BATCH, MAX_THREADS, MAX_TOKENS};
use support::{close, files, options, Expected};

fn encoder(threads: usize, batch: usize, max_tokens: usize) -> Encoder {
	Encoder::load(&files("encoder.onnx"), options(threads, batch, max_tokens)).unwrap()
}

#[test]
fn vectors_are_those_of_transformers_alone_and_in_batches() {
	let expected = Expected::read();
	let (texts, vectors) = (expected.texts("texts"), expected.rows("vectors"));
	let mut reversed: Vec<usize> = (0..texts.len()).collect();
	reversed.reverse();
	for threads in [1, 2, 3] {
		for batch in [1, 2, 3, 8, MAX_BATCH] {
			let encoder = encoder(threads, batch, expected.number("text_limit"));
			assert_eq!(encoder.width(), 32);
			for (ours, theirs) in encoder.encode(&texts).unwrap().iter().zip(&vectors) {
				close(ours, theirs);
			}
			let other: Vec<&str> = reversed.iter().map(|at| texts[*at]).collect();
			for (ours, at) in encoder.encode(&other).unwrap().iter().zip(&reversed) {
				close(ours, &vectors[*at]);
			}
		}
	}
}

#[test]
fn vectors_do_not_depend_on_the_number_of_threads() {
	let expected = Expected::read();
	let texts = expected.texts("texts").repeat(5);
	for batch in [1, 4] {
		let one = encoder(1, batch, 40).encode(&texts).unwrap();
		assert_eq!(encoder(3, batch, 40).encode(&texts).unwrap(), one);
	}
}

#[test]
fn threads_share_an_encoder() {
	let encoder = encoder(2, 2, 40);
	let texts = ["the cat", "who paid the fee?", "rain", "a ledger"];
	let alone = encoder.encode(&texts).unwrap();
	std::thread::scope(|scope| {
		for _ in 0..6 {
			scope.spawn(|| (0..20).for_each(|_| assert_eq!(encoder.encode(&texts).unwrap(), alone)));
		}
	});
}

#[test]
fn a_text_is_cut_at_the_limit() {
	let encoder = encoder(1, 1, 6);
	assert_eq!(encoder.encode(&["cat cat cat cat"]).unwrap(), encoder.encode(&["cat cat cat cat dog"]).unwrap());
	assert_ne!(encoder.encode(&["cat cat cat"]).unwrap(), encoder.encode(&["cat cat cat dog"]).unwrap());
}

#[test]
fn encode_fails_when_a_text_is_empty() {
	for batch in [1, 8] {
		let encoder = encoder(2, batch, 40);
		for empty in ["", " \n\t "] {
			let error = encoder.encode(&["cat", empty, "dog"]).unwrap_err();
			assert!(matches!(error, OnnxError::EmptyText { position: 1 }), "{empty:?}: {error}");
		}
		assert!(encoder.encode(&[]).unwrap().is_empty());
	}
}

#[test]
fn encode_fails_when_a_text_is_longer_than_the_model_was_made_for() {
	// The limit allows it; the model has 48 positions.
	let encoder = encoder(2, 2, 100);
	let long = "cat ".repeat(60);
	let error = encoder.encode(&["cat", "dog", &long]).unwrap_err();
	assert!(matches!(error, OnnxError::Run { position: 2, count: 2, .. }), "{error}");
	assert!(error.to_string().contains("text 2 or on one of the 1 in its batch"), "{error}");
	// The sessions are still good.
	assert_eq!(encoder.encode(&["cat", "dog"]).unwrap().len(), 2);
}

#[test]
fn neighbours_change_nothing_alone_and_something_in_a_batch_of_a_model_that_quantises_activations() {
	let texts = ["the cat", "a", "who paid the fee?", "rain in spain 3 times"];
	let load = |batch| Encoder::load(&files("odd/dynamic-int8.onnx"), options(2, batch, 40)).unwrap();
	let (alone, batched) = (load(1), load(4));
	let own: Vec<Vec<f64>> = texts.iter().flat_map(|text| alone.encode(&[text]).unwrap()).collect();
	assert_eq!(alone.encode(&texts).unwrap(), own);
	assert_ne!(batched.encode(&texts).unwrap(), own);
	assert_eq!(batched.encode(&texts).unwrap(), batched.encode(&texts).unwrap());
}

#[test]
fn a_vector_that_is_not_finite_is_an_error_and_padding_is_not_looked_at() {
	for batch in [1, 4] {
		let encoder = Encoder::load(&files("odd/infinite-encoder.onnx"), options(2, batch, 40)).unwrap();
		assert_eq!(encoder.encode(&["a", "a b c", "b b"]).unwrap(), [[1.0], [1.0], [1.0]]);
		let error = encoder.encode(&["a", "the cat", "北京"]).unwrap_err();
		assert!(matches!(error, OnnxError::Answer { position: 2, reason: "is not finite" }), "{error}");
	}
}

#[test]
fn load_refuses_models_that_are_no_encoders() {
	let cases = [
		("reranker.onnx", "[1, 1], not [1, 3, width]"),
		("odd/sum.onnx", "[1, 1], not [1, 3, width]"),
		("odd/integers.onnx", "f32"),
		("odd/image.onnx", "unknown input pixels"),
		("odd/unknown-input.onnx", "unknown input bbox"),
		("odd/narrow-input.onnx", "input_ids is Tensor<i32>"),
		("odd/zero-encoder.onnx", "has no length"),
		("tokenizer.json", "is not a sentence encoder"),
	];
	for (model, said) in cases {
		let error = Encoder::load(&files(model), Options::default()).unwrap_err();
		assert!(matches!(error, OnnxError::Model { .. }), "{model}: {error}");
		assert!(error.to_string().contains(said), "{model}: {error}");
		assert!(error.to_string().contains("make setup"), "{model}: {error}");
	}
	let error = Encoder::load(&files("gone.onnx"), Options::default()).unwrap_err();
	assert!(matches!(&error, OnnxError::Missing { path, .. } if path.ends_with("gone.onnx")), "{error}");
}

#[test]
fn load_refuses_options_out_of_range() {
	let good = options(1, 1, 40);
	for (bad, name) in [
		(Options { threads: 0, ..good }, "threads"),
		(Options { threads: MAX_THREADS + 1, ..good }, "threads"),
		(Options { batch: 0, ..good }, "batch"),
		(Options { batch: MAX_BATCH + 1, ..good }, "batch"),
		(Options { max_tokens: 2, ..good }, "from 3 to"),
		(Options { max_tokens: MAX_TOKENS + 1, ..good }, "tokens"),
	] {
		let error = Encoder::load(&files("encoder.onnx"), bad).unwrap_err();
		assert!(matches!(error, OnnxError::Option { .. }) && error.to_string().contains(name), "{error}");
	}
	assert_eq!(encoder(1, 1, 3).encode(&["cat dog"]).unwrap(), encoder(1, 1, 3).encode(&["cat"]).unwrap());
}
