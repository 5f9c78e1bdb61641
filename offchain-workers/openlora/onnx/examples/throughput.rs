//! Texts a second of the encoder of `make setup`, alone and in batches: 256 texts of 3 to 120 words.
//!
//! `cargo run --release -p openledger-onnx --example throughput [assets]`

#![allow(clippy::unwrap_used)]

use openledger_onnx::{Encoder, Files, Options};
use std::path::PathBuf;
use std::time::Instant;

const TEXTS: usize = 256;
/// The best of so many counts.
const REPEAT: usize = 3;
const WORDS: [&str; 12] =
	["ledger", "the", "model", "of", "a", "payer", "attributes", "rows", "and", "settles", "receipts", "in"];

/// Lengths and words from a linear congruential generator: the same texts everywhere.
fn texts() -> Vec<String> {
	let mut state = 1u64;
	let mut next = |below: u64| {
		state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		(state >> 33) % below
	};
	let mut text = || {
		// Most are short, as rows and questions are.
		let words = 3 + next(30) + if next(4) == 0 { next(88) } else { 0 };
		(0..words).map(|_| WORDS[next(WORDS.len() as u64) as usize]).collect::<Vec<_>>().join(" ")
	};
	(0..TEXTS).map(|_| text()).collect()
}

fn main() {
	let default = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/openledger/assets");
	let files = Files::in_assets(std::env::args_os().nth(1).map_or_else(default, PathBuf::from));
	let texts = texts();
	let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
	println!("threads  batch  texts/s");
	for threads in [1, 2] {
		for batch in [1, 4, 8, 16, 32] {
			let encoder = Encoder::load(&files, Options { threads, batch, ..Options::default() }).unwrap();
			let best = (0..REPEAT).map(|_| {
				let start = Instant::now();
				encoder.encode(&texts).unwrap();
				start.elapsed().as_secs_f64()
			});
			let seconds = best.fold(f64::INFINITY, f64::min);
			println!("{threads:7}  {batch:5}  {:7.1}", TEXTS as f64 / seconds);
		}
	}
}
