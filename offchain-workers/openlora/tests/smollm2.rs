//! SmolLM2-135M against transformers, and what the exact modes cost in quality. Needs the model of `make setup`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use openledger_openlora::{Engine, EngineOptions, GenerateRequest, Mode, Model, ScoreRequest, TokenEvent};
use openledger_sampling::log_probability;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};
use support::smollm2;

fn engine(mode: Mode) -> Engine {
	let options = EngineOptions { mode, max_context: 1024, memory_bytes: 1 << 30, ..EngineOptions::default() };
	Engine::start(&Model::open(&smollm2()).unwrap(), options).unwrap()
}

/// scripts/greedy-fixture.py: 20 prompts, 64 tokens each or up to the end of the answer.
#[test]
fn greedy_answers_in_f32_are_those_of_transformers() {
	let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/smollm2/greedy.json");
	let cases: Vec<serde_json::Value> = serde_json::from_slice(&std::fs::read(fixture).unwrap()).unwrap();
	let ids = |value: &serde_json::Value| serde_json::from_value::<Vec<u32>>(value.clone()).unwrap();
	let engine = engine(Mode::F32);
	let submit = |case| {
		let request = GenerateRequest { max_tokens: 64, ..GenerateRequest::new(ids(case)) };
		engine.generate(request).unwrap()
	};
	let answers: Vec<_> = cases.iter().map(|case| submit(&case["prompt"])).collect();
	assert_eq!(answers.len(), 20);
	for (mut events, case) in answers.into_iter().zip(&cases) {
		let done = loop {
			match events.blocking_recv().unwrap() {
				TokenEvent::Token { .. } => {}
				TokenEvent::Done(done) => break done,
				TokenEvent::Failed(error) => panic!("{error}"),
			}
		};
		assert_eq!(done.token_ids, ids(&case["tokens"]), "margin {}", case["margin"]);
	}
}

/// Glosses of WordNet, every 199th, as benches/quality reads them.
fn glosses(count: usize) -> String {
	let path = smollm2().parent().unwrap().join("wordnet/data.noun");
	let data = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}; run `make setup`", path.display()));
	let entries = data.lines().filter(|line| !line.starts_with(' ')).skip(198).step_by(199).take(count);
	let gloss = |entry: &str| {
		let (fields, gloss) = entry.split_once(" | ").unwrap();
		format!("{}: {}.\n", fields.split(' ').nth(4).unwrap().replace('_', " "), gloss.trim_end())
	};
	entries.map(gloss).collect()
}

/// Mean negative log probability of the tokens of a text, in windows of 512.
fn nll(mode: Mode, text: &str) -> f64 {
	let engine = engine(mode);
	let tokens = engine.tokenizer().encode(text);
	let (mut sum, mut count) = (0.0, 0);
	for window in tokens.chunks(512).filter(|window| window.len() == 512) {
		let total = Arc::new(Mutex::new(0.0));
		let (into, next) = (total.clone(), window[1..].to_vec());
		let visit = move |position: usize, _: &[f32], logits: &[f32]| {
			if let Some(token) = next.get(position) {
				*into.lock().unwrap() -= log_probability(logits, *token).unwrap();
			}
			ControlFlow::Continue(())
		};
		engine.score(ScoreRequest::new(window.to_vec(), visit)).unwrap().blocking_recv().unwrap().unwrap();
		sum += *total.lock().unwrap();
		count += 511;
	}
	assert!(count >= 1022, "{count}");
	sum / f64::from(count)
}

/// The bounds of the design: 1.5 % for `e8`, 0.1 % for `e16`.
#[test]
fn exact_modes_keep_the_perplexity() {
	let text = glosses(80);
	let reference = nll(Mode::F32, &text);
	let loss = |mode| (nll(mode, &text) - reference).exp_m1() * 100.0;
	let (e8, e16) = (loss(Mode::E8), loss(Mode::E16));
	assert!(e8 < 1.5 && e16.abs() < 0.1, "perplexity: e8 {e8:+.3} %, e16 {e16:+.3} %");
}
