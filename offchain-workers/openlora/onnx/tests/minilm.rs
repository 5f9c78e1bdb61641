//! The encoder of `make setup`, whose weights have 8 bits: alone a text has its own bits, in a batch nearly the same vector.

#![allow(clippy::unwrap_used)]

mod support;

use openledger_onnx::{Encoder, Files, Options};
use support::{assets, options};

const TEXTS: [&str; 6] = [
	"The cat sits on the mat.",
	"A feline is resting on a rug.",
	"Stock prices fell sharply on Monday.",
	"x",
	"Größe, 北京, 🐈 and emoji",
	"a much longer text, which has quite a few more word pieces than all of the others have, so that a batch would have \
	 to pad every one of them, and would scale its activations by other numbers than a text of its own does",
];

fn encoder(options: Options) -> Encoder {
	Encoder::load(&Files::in_assets(assets()), options).unwrap()
}

fn bits(vectors: &[Vec<f64>]) -> Vec<Vec<u64>> {
	vectors.iter().map(|vector| vector.iter().map(|x| x.to_bits()).collect()).collect()
}

#[test]
fn alone_a_vector_has_the_same_bits_whatever_its_neighbours() {
	let encoder = encoder(options(2, 1, 256));
	let alone: Vec<Vec<f64>> = TEXTS.iter().flat_map(|text| encoder.encode(&[text]).unwrap()).collect();
	assert_eq!(bits(&encoder.encode(&TEXTS).unwrap()), bits(&alone));
	let twice = encoder.encode(&[TEXTS, TEXTS].concat()).unwrap();
	assert_eq!(bits(&twice), [bits(&alone), bits(&alone)].concat());
}

#[test]
fn batched_a_vector_is_nearly_the_same() {
	// Its activations are f32.
	let alone = encoder(options(1, 1, 256)).encode(&TEXTS).unwrap();
	for batch in [2, 6, 32] {
		let batched = encoder(options(2, batch, 256)).encode(&TEXTS).unwrap();
		println!("batch {batch}: the same bits: {}", bits(&batched) == bits(&alone));
		for (text, (a, b)) in TEXTS.iter().zip(alone.iter().zip(&batched)) {
			let cosine: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
			println!("batch {batch}: {cosine:.5} {text}");
			assert!(cosine >= 0.9999, "batch {batch}: {cosine} {text}");
		}
	}
}
