//! The real encoder: meaning, determinism, and that a vector depends on its text alone.

#![allow(clippy::unwrap_used)]

mod support;

use openledger_attribution::{
	encoder::{DIM, MAX_PIECES, UNIT},
	Encoder, EncoderError, EncoderPaths,
};
use openledger_primitives::referee::dot;
use support::{encoder, vector};

const TEXTS: [&str; 6] = [
	"The cat sits on the mat.",
	"A feline is resting on a rug.",
	"Stock prices fell sharply on Monday.",
	"x",
	"Größe, 北京, 🐈 and emoji",
	"a much longer text, which has quite a few more word pieces than all of the others have, so that a batch would have \
	 to pad every one of them, and would scale its activations by other numbers than a text of its own does",
];

fn score(a: &str, b: &str) -> i64 {
	dot(&vector(a), &vector(b)).unwrap()
}

#[test]
fn texts_of_like_meaning_score_higher() {
	let (like, unlike) = (score(TEXTS[0], TEXTS[1]), score(TEXTS[0], TEXTS[2]));
	println!("cat/feline {:.3}, cat/stocks {:.3}", like as f64 / UNIT as f64, unlike as f64 / UNIT as f64);
	assert!(like > UNIT / 2 && unlike < UNIT / 5, "{like} {unlike}");
}

#[test]
fn a_vector_has_length_one() {
	for text in TEXTS {
		let vector = vector(text);
		assert_eq!(vector.len(), usize::from(DIM));
		let length = dot(&vector, &vector).unwrap();
		// Rounding moves each entry by at most a half.
		assert!((length - UNIT).abs() < UNIT / 20, "{length}");
	}
}

#[test]
fn a_vector_depends_on_its_text_alone() {
	let alone: Vec<_> = TEXTS.iter().map(|text| vector(text)).collect();
	assert_eq!(encoder().encode(&TEXTS).unwrap(), alone);
	let mut reversed = TEXTS;
	reversed.reverse();
	let mut batch = encoder().encode(&reversed).unwrap();
	batch.reverse();
	assert_eq!(batch, alone);
	let one_thread = Encoder::load(&EncoderPaths::in_assets(support::assets()), 1).unwrap();
	assert_eq!(one_thread.encode(&TEXTS).unwrap(), alone);
}

#[test]
fn threads_share_the_encoder() {
	let alone: Vec<_> = TEXTS.iter().map(|text| vector(text)).collect();
	std::thread::scope(|scope| {
		for _ in 0..6 {
			scope.spawn(|| {
				let each: Vec<_> = TEXTS.iter().map(|text| vector(text)).collect();
				assert_eq!(each, alone);
				assert_eq!(encoder().encode(&TEXTS).unwrap(), alone);
			});
		}
	});
}

#[test]
fn encode_fails_when_a_text_is_empty() {
	for empty in ["", " \n\t ", "\u{200b}"] {
		let error = encoder().encode(&["cat", empty]).unwrap_err();
		assert!(matches!(error, EncoderError::EmptyText { position: 1 }), "{empty:?}: {error}");
	}
	assert!(encoder().encode(&[]).unwrap().is_empty());
}

#[test]
fn a_long_text_is_cut_at_the_limit() {
	// One piece a word; two of the limit are the marks at the ends.
	let words = |count: usize| vec!["cat"; count].join(" ");
	let full = words(MAX_PIECES - 2);
	assert_eq!(vector(&(full.clone() + " stock prices")), vector(&full));
	assert_ne!(vector(&words(MAX_PIECES - 3)), vector(&full));
}
