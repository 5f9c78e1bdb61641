//! Answers of one engine verified by another, beside requests that go on: honest ones are accepted in every mode, whatever
//! the batch, changed ones are not.

#![allow(clippy::unwrap_used)]

mod support;

use openledger_openlora::verify::{Difference, Tolerance, Verdict};
use openledger_openlora::{
	Completion, Engine, EngineError, EngineOptions, GenerateRequest, Mode, Model, RequestError, Sampling, TokenEvent,
	VerifyError, VerifyRequest,
};
use std::path::Path;
use support::{random_lora, write_adapter, Tiny, VOCAB};
use tokio::sync::mpsc::Receiver;

const OPTIONS: EngineOptions = EngineOptions {
	mode: Mode::E8,
	threads: 2,
	isa: None,
	queue: 64,
	queue_per_payer: 64,
	max_context: 256,
	max_batch: 8,
	step_tokens: 40,
	memory_bytes: 8 << 20,
	prefix_cache: true,
};

/// An engine with the adapter `law`, made from `seed`.
fn engine(dir: &Path, options: EngineOptions, seed: u64) -> Engine {
	let engine = Engine::start(&Model::open(&Tiny::new(1).write(dir)).unwrap(), options).unwrap();
	let folder = dir.join(seed.to_string());
	std::fs::create_dir_all(&folder).unwrap();
	write_adapter(&folder, &random_lora(&[0, 2, 5], 4, 2.0, seed), 8.0, serde_json::json!({}));
	engine.register_adapter("law", &folder);
	engine
}

fn answer(engine: &Engine, request: &GenerateRequest) -> Completion {
	completion(engine.generate(request.clone()).unwrap())
}

fn completion(mut events: Receiver<TokenEvent>) -> Completion {
	loop {
		match events.blocking_recv().unwrap() {
			TokenEvent::Token { .. } => {}
			TokenEvent::Done(done) => return done,
			TokenEvent::Failed(error) => panic!("{error}"),
		}
	}
}

fn claim(asked: &GenerateRequest, done: &Completion) -> VerifyRequest {
	VerifyRequest {
		asked: asked.clone(),
		tokens: done.token_ids.clone(),
		commitment: done.fingerprint,
		records: done.records.clone(),
		tolerance: Tolerance::default(),
	}
}

fn verdict(engine: &Engine, request: VerifyRequest) -> Verdict {
	engine.verify(request).unwrap().blocking_verdict().unwrap()
}

/// Requests with and without adapter, drawn and greedy, one under a schema.
fn requests() -> Vec<GenerateRequest> {
	let prompt = |n: usize| (0..9 + 5 * n).map(|i| ((i * 7 + n) % VOCAB) as u32).collect();
	let request = |n: usize| GenerateRequest {
		adapters: (n % 2 == 1).then(|| ("law".to_owned(), 0.75)).into_iter().collect(),
		max_tokens: 20 + 15 * n as u32,
		sampling: Sampling { temperature: (n % 3) as f32 * 0.6, seed: n as u64, ..Sampling::GREEDY },
		schema: (n == 4).then(|| serde_json::json!({ "type": "array", "items": { "type": "integer" } })),
		id: [n as u8; 32],
		..GenerateRequest::new(prompt(n))
	};
	(0..6).map(request).collect()
}

#[test]
fn honest_answers_are_accepted_by_another_engine() {
	let dir = tempfile::tempdir().unwrap();
	for mode in [Mode::E8, Mode::E16, Mode::F32] {
		let prover = engine(dir.path(), EngineOptions { mode, ..OPTIONS }, 3);
		let options = EngineOptions { mode, threads: 1, step_tokens: 7, prefix_cache: false, ..OPTIONS };
		let verifier = engine(dir.path(), options, 3);
		let asked = requests();
		let answers: Vec<Completion> = asked.iter().map(|request| answer(&prover, request)).collect();
		let running: Vec<_> =
			asked.iter().zip(&answers).map(|(asked, done)| verifier.verify(claim(asked, done)).unwrap()).collect();
		for verification in running {
			assert!(verification.blocking_verdict().unwrap().is_ok(), "{mode}");
		}
		let first = VerifyRequest { records: Vec::new(), ..claim(&asked[1], &answers[1]) };
		assert_eq!(verdict(&verifier, first).is_ok(), mode != Mode::F32, "records may be missing in exact modes alone");
	}
}

#[test]
fn what_was_changed_is_found_where_it_is() {
	let dir = tempfile::tempdir().unwrap();
	let honest = engine(dir.path(), OPTIONS, 3);
	let asked = requests().remove(3);
	let done = answer(&honest, &asked);
	let genuine = claim(&asked, &done);
	assert!(done.token_ids.len() > 32);
	let mut other_token = genuine.clone();
	other_token.tokens[5] = (other_token.tokens[5] + 1) % 200;
	let found = verdict(&honest, other_token);
	let expected = Difference::Token { expected: done.token_ids[5], margin: f64::INFINITY };
	assert_eq!(found, Verdict::FirstDifference { token: 5, kind: expected });
	let mut unknown_token = genuine.clone();
	unknown_token.tokens[5] = u32::MAX;
	assert_eq!(verdict(&honest, unknown_token), found);

	let other_adapter = engine(dir.path(), OPTIONS, 4);
	assert!(!verdict(&other_adapter, genuine.clone()).is_ok());
	let asked_otherwise = |change: fn(&mut GenerateRequest)| {
		let mut request = genuine.clone();
		change(&mut request.asked);
		verdict(&honest, request)
	};
	for change in [
		(|asked| asked.id = [99; 32]) as fn(&mut GenerateRequest),
		|asked| asked.adapters[0].1 = 0.76,
		|asked| asked.adapters.clear(),
		|asked| asked.prompt[2] = 8,
		|asked| asked.sampling.seed = 8,
	] {
		assert!(!asked_otherwise(change).is_ok());
	}
}

#[test]
fn an_answer_that_goes_on_after_its_end_is_not_genuine() {
	let dir = tempfile::tempdir().unwrap();
	let engine = engine(dir.path(), OPTIONS, 3);
	let asked = requests().remove(0);
	let done = answer(&engine, &asked);
	let end = engine.tokenizer().ends()[0];
	let mut padded = claim(&asked, &done);
	padded.tokens.splice(2..2, [end]);
	assert_eq!(verdict(&engine, padded), Verdict::FirstDifference { token: 3, kind: Difference::PastEnd });
}

#[test]
fn what_cannot_be_judged_is_an_error_and_no_verdict() {
	let dir = tempfile::tempdir().unwrap();
	let engine = engine(dir.path(), OPTIONS, 3);
	let asked = requests().remove(1);
	let genuine = claim(&asked, &answer(&engine, &asked));
	let refused = |change: fn(&mut VerifyRequest)| {
		let mut request = genuine.clone();
		change(&mut request);
		engine.verify(request).unwrap_err()
	};
	assert_eq!(refused(|request| request.asked.prompt.clear()), EngineError::EmptyPrompt);
	assert!(matches!(refused(|request| request.tokens.clear()), EngineError::Invalid(_)));
	assert!(matches!(refused(|request| request.asked.prompt[0] = u32::MAX), EngineError::Invalid(_)));
	assert!(matches!(refused(|request| request.asked.sampling.top_p = 0.0), EngineError::Invalid(_)));
	assert!(matches!(refused(|request| request.asked.adapters[0].0 = "tax".into()), EngineError::UnknownAdapter(_)));
	assert!(matches!(refused(|request| request.tokens = vec![7; 300]), EngineError::PromptTooLong { .. }));
	engine.register_adapter("law", &dir.path().join("none"));
	let error = engine.verify(genuine).unwrap().blocking_verdict().unwrap_err();
	assert!(matches!(error, VerifyError::Request(RequestError::Adapter { .. })), "{error}");
}

/// `OPENLORA_HONEST_CHUNKS` says how many chunks of 32 tokens.
#[test]
fn no_honest_chunk_is_accused() {
	let wanted: usize = std::env::var("OPENLORA_HONEST_CHUNKS").map_or(200, |count| count.parse().unwrap());
	let dir = tempfile::tempdir().unwrap();
	let options = EngineOptions { max_context: 512, memory_bytes: 64 << 20, ..OPTIONS };
	let prover = engine(dir.path(), options, 3);
	let verifier = engine(dir.path(), EngineOptions { threads: 1, step_tokens: 96, ..options }, 3);
	let (mut chunks, mut seed) = (0, 0u64);
	while chunks < wanted {
		let request = |seed: u64| GenerateRequest {
			adapters: (!seed.is_multiple_of(3)).then(|| ("law".to_owned(), 1.0)).into_iter().collect(),
			max_tokens: 320,
			sampling: Sampling { temperature: (seed % 5) as f32 * 0.3, seed, ..Sampling::GREEDY },
			..GenerateRequest::new((0..16).map(|i| ((seed * 31 + i * 7) % VOCAB as u64) as u32).collect())
		};
		let asked: Vec<GenerateRequest> = (seed..seed + 32).map(request).collect();
		let answers: Vec<_> = asked.iter().map(|request| prover.generate(request.clone()).unwrap()).collect();
		let answers: Vec<Completion> = answers.into_iter().map(completion).collect();
		let running: Vec<_> =
			asked.iter().zip(&answers).map(|(asked, done)| verifier.verify(claim(asked, done)).unwrap()).collect();
		for verification in running {
			let verdict = verification.blocking_verdict().unwrap();
			assert!(verdict.is_ok(), "after {chunks} chunks: {verdict:?}");
		}
		chunks += answers.iter().map(|done| done.records.len()).sum::<usize>();
		seed += 32;
	}
	println!("{chunks} chunks of {seed} answers, none accused");
}
