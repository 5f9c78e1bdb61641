//! Every family against `transformers`: logits of tiny random models, from folders of Hugging Face and from GGUF files.

#![allow(clippy::unwrap_used)]

#[path = "support/naive.rs"]
mod naive;

use openledger_exact::{Isa, Pool, Precision};
use openledger_formats::TensorFile;
use openledger_openlora::backend::Rows;
use openledger_openlora::forward::CpuBackend;
use openledger_openlora::numerics::{Exact, ExactPlan, Float, Numerics};
use openledger_openlora::{Backend, Model, Segment};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folders of `tests/fixtures/families`, and the GGUF files in them.
const FAMILIES: &[(&str, &[&str])] = &[
	("llama3", &["q8_0", "q4_0"]),
	("llama-linear", &[]),
	("llama-yarn", &["f16"]),
	("mistral", &[]),
	("qwen2", &["f16"]),
	("qwen3", &["bf16"]),
	("chatglm", &["q8_0"]),
	("glm", &["f16"]),
	("glm4", &["f16"]),
	("gemma", &["f16"]),
	("gemma2", &["f32"]),
	("falcon-7b", &["q8_0"]),
	("falcon-40b", &["f16"]),
	("falcon-11b", &[]),
	("falcon-rw", &[]),
	("bloom", &["q4_0"]),
	("gpt2", &["q8_0"]),
];

fn fixtures() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/families")
}

/// Each model with the file of its expected logits.
fn models() -> Vec<(PathBuf, PathBuf)> {
	let mut models = Vec::new();
	for (name, files) in FAMILIES {
		let folder = fixtures().join(name);
		models.push((folder.clone(), folder.join("expected.safetensors")));
		for file in *files {
			let expected = folder.join(format!("{file}.expected.safetensors"));
			models.push((folder.join(format!("{file}.gguf")), expected));
		}
	}
	models
}

/// Token ids and logits, [tokens, vocab], of each sequence.
fn expected(path: &Path) -> Vec<(Vec<u32>, Vec<f32>)> {
	let file = TensorFile::open(path).unwrap();
	let sequence = |i| {
		let tokens = file.tensor(&format!("tokens.{i}")).ok()?;
		let ids = tokens.bytes().chunks(4).map(|b| u32::from_le_bytes(b.try_into().unwrap())).collect();
		Some((ids, file.tensor(&format!("logits.{i}")).unwrap().to_f32().unwrap()))
	};
	(0..).map_while(sequence).collect()
}

/// The largest distance, in parts of the largest expected value.
fn distance(got: impl Iterator<Item = f64>, expected: &[f32]) -> f64 {
	let largest = expected.iter().map(|v| v.abs()).fold(0.0, f32::max);
	let worst = got.zip(expected).map(|(a, b)| (a - f64::from(*b)).abs()).fold(0.0, f64::max);
	worst / f64::from(largest)
}

#[test]
fn a_naive_pass_over_the_loaded_weights_equals_transformers() {
	let mut wrong = Vec::new();
	for (path, answers) in models() {
		let model = Model::open(&path).unwrap();
		let weights = naive::weights(&model);
		let sequences = expected(&answers);
		assert!(!sequences.is_empty(), "{}", answers.display());
		for (tokens, logits) in sequences {
			let got = naive::logits(model.spec(), &weights, &tokens);
			assert_eq!(got.len() * model.spec().vocab, logits.len());
			let distance = distance(got.into_iter().flatten(), &logits);
			if distance.is_nan() || distance > 1e-5 {
				wrong.push(format!("{}: {} tokens: {distance:e}", path.display(), tokens.len()));
			}
		}
	}
	assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The logits of every position: the tokens in pieces of `chunk`, one step each.
fn run<N: Numerics>(backend: &mut CpuBackend<N>, tokens: &[u32], chunk: usize) -> Vec<f32> {
	let pages: Vec<u32> = (0..tokens.len().div_ceil(16) as u32).collect();
	backend.reserve_pages(pages.len());
	let mut logits = Vec::new();
	for (index, tokens) in tokens.chunks(chunk).enumerate() {
		let segment = Segment { tokens, position: index * chunk, pages: &pages, adapters: &[], rows: Rows::All };
		logits.extend(backend.step(&[segment]).remove(0).unwrap().logits);
	}
	logits
}

#[test]
fn the_float_pass_equals_transformers() {
	let mut wrong = Vec::new();
	for (path, answers) in models() {
		let model = Model::open(&path).unwrap();
		let float = Float::new(2, Isa::best()).unwrap();
		let mut backend = CpuBackend::new(&model, float, Arc::new(Pool::new(2).unwrap()), &|_| {}).unwrap();
		for (tokens, logits) in expected(&answers) {
			for chunk in [tokens.len(), 7, 1] {
				let got = run(&mut backend, &tokens, chunk);
				assert_eq!(got.len(), logits.len());
				let distance = distance(got.into_iter().map(f64::from), &logits);
				if distance.is_nan() || distance > 1e-5 {
					wrong.push(format!("{}: {} tokens by {chunk}: {distance:e}", path.display(), tokens.len()));
				}
			}
		}
	}
	assert!(wrong.is_empty(), "{wrong:#?}");
}

/// 16-bit weights are near; how near is a matter of the model, and these are random. Any chunking gives the same bits.
#[test]
fn the_exact_pass_is_near_transformers_and_the_same_in_every_chunking() {
	for (path, answers) in models() {
		let model = Model::open(&path).unwrap();
		let exact = Exact::new(ExactPlan::uniform(Precision::E16), Isa::best());
		let mut backend = CpuBackend::new(&model, exact, Arc::new(Pool::new(2).unwrap()), &|_| {}).unwrap();
		for (tokens, logits) in expected(&answers) {
			let whole = run(&mut backend, &tokens, tokens.len());
			for chunk in [7, 1] {
				let bits = |logits: &[f32]| logits.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
				assert_eq!(bits(&whole), bits(&run(&mut backend, &tokens, chunk)), "{} by {chunk}", path.display());
			}
			let distance = distance(whole.into_iter().map(f64::from), &logits);
			assert!(distance < 2e-3, "{}: {distance:e}", path.display());
		}
	}
}
