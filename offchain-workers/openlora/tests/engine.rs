//! The engine on a tiny model: what requests get beside each other is what they get alone, to the bit.

#![allow(clippy::unwrap_used)]

mod support;

use openledger_exact::{Isa, Pool, Precision};
use openledger_openlora::backend::{run_sequence, Rows};
use openledger_openlora::forward::CpuBackend;
use openledger_openlora::numerics::{Exact, ExactPlan};
use openledger_openlora::{
	Completion, Engine, EngineError, EngineOptions, GenerateRequest, Mode, Model, RequestError, Sampling, ScoreRequest,
	TokenEvent,
};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{mpsc, Arc};
use std::time::Duration;
use support::{random_lora, write_adapter, Tiny, VOCAB};
use tokio::sync::mpsc::Receiver;

const OPTIONS: EngineOptions = EngineOptions {
	mode: Mode::E8,
	threads: 2,
	isa: None,
	queue: 64,
	queue_per_payer: 64,
	max_context: 256,
	max_batch: 6,
	step_tokens: 40,
	memory_bytes: 8 << 20,
	prefix_cache: true,
};

fn tiny(dir: &Path) -> Model {
	Model::open(&Tiny::new(1).write(dir)).unwrap()
}

/// An engine with the adapters `0` and `1`.
fn engine(model: &Model, dir: &Path, options: EngineOptions) -> Engine {
	let engine = Engine::start(model, options).unwrap();
	let kinds: [(&[usize], usize); 2] = [(&[0, 1, 2, 3, 4, 5, 6], 3), (&[0, 2], 8)];
	for (i, (targets, rank)) in kinds.into_iter().enumerate() {
		let folder = dir.join(i.to_string());
		std::fs::create_dir_all(&folder).unwrap();
		write_adapter(&folder, &random_lora(targets, rank, 2.0, i as u64), 2.0 * rank as f64, serde_json::json!({}));
		engine.register_adapter(&i.to_string(), &folder);
	}
	engine
}

fn end(mut events: Receiver<TokenEvent>) -> Result<(String, Completion), RequestError> {
	let mut answer = String::new();
	loop {
		match events.blocking_recv().unwrap() {
			TokenEvent::Token { text, .. } => answer.push_str(&text),
			TokenEvent::Done(done) => return Ok((answer, done)),
			TokenEvent::Failed(error) => return Err(error),
		}
	}
}

/// Requests of all adapters, some of which begin alike.
fn requests() -> Vec<GenerateRequest> {
	let mixes: [&[(&str, f32)]; 4] = [&[], &[("0", 1.0)], &[("1", 0.5)], &[("1", 0.7), ("0", -0.4)]];
	let prompt = |n: usize| (0..20 + 3 * n).map(move |i| ((i * 7 + usize::from(i > 18) * (n % 5)) % VOCAB) as u32);
	(0..16)
		.map(|n| GenerateRequest {
			adapters: mixes[n % 4].iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect(),
			max_tokens: 40,
			sampling: Sampling { temperature: (n % 3) as f32 * 0.5, seed: n as u64, ..Sampling::GREEDY },
			payer: Some([n as u8 % 3; 32]),
			..GenerateRequest::new(prompt(n).collect())
		})
		.collect()
}

#[test]
fn requests_beside_each_other_get_the_bits_that_they_get_alone() {
	let dir = tempfile::tempdir().unwrap();
	let model = tiny(dir.path());
	for mode in [Mode::E8, Mode::E16] {
		let alone = engine(&model, dir.path(), EngineOptions { mode, max_batch: 1, prefix_cache: false, ..OPTIONS });
		let expected: Vec<_> = requests()
			.into_iter()
			.map(|request| {
				let (text, done) = end(alone.generate(request).unwrap()).unwrap();
				(text, done.token_ids, done.fingerprint, done.records)
			})
			.collect();
		// The last has memory for the largest request and an adapter, no more.
		for (prefix_cache, threads, memory_bytes) in [(true, 2, 8 << 20), (false, 1, 8 << 20), (true, 3, 150_000)] {
			let options = EngineOptions { mode, prefix_cache, threads, memory_bytes, ..OPTIONS };
			let engine = engine(&model, dir.path(), options);
			let events: Vec<_> = requests().into_iter().map(|request| engine.generate(request).unwrap()).collect();
			for (events, expected) in events.into_iter().zip(&expected) {
				let (text, done) = end(events).unwrap();
				assert_eq!(&(text, done.token_ids, done.fingerprint, done.records), expected, "{mode} {options:?}");
			}
			engine.shut_down(Duration::from_secs(60));
			let stats = engine.stats();
			assert_eq!((stats.completed, stats.failed, stats.running), (16, 0, 0));
			assert_eq!(stats.prefix_hit_tokens > 0, prefix_cache);
		}
	}
}

#[test]
fn scoring_gives_the_rows_of_the_backend() {
	let dir = tempfile::tempdir().unwrap();
	let model = tiny(dir.path());
	let tokens: Vec<u32> = (0..70).map(|i| i * 11 % VOCAB as u32).collect();
	let pool = Arc::new(Pool::new(1).unwrap());
	let numerics = Exact::new(ExactPlan::uniform(Precision::E8), Isa::Scalar);
	let mut backend = CpuBackend::new(&model, numerics, pool, &|_| ()).unwrap();
	let expected = run_sequence(&mut backend, &tokens, &[], Rows::All).unwrap();
	let engine = engine(&model, dir.path(), OPTIONS);
	let (sender, rows) = mpsc::channel();
	let visit = move |position: usize, hidden: &[f32], logits: &[f32]| {
		sender.send((position, hidden.to_vec(), logits.to_vec())).unwrap();
		ControlFlow::Continue(())
	};
	let request = ScoreRequest { from: 20, ..ScoreRequest::new(tokens.clone(), visit) };
	assert_eq!(engine.score(request).unwrap().blocking_recv(), Ok(Ok(())));
	let width = engine.spec().width;
	let mut count = 20;
	for (position, hidden, logits) in rows {
		assert_eq!(position, count);
		assert_eq!(hidden, expected.hidden[position * width..(position + 1) * width]);
		assert_eq!(logits, expected.logits[position * VOCAB..(position + 1) * VOCAB]);
		count += 1;
	}
	assert_eq!(count, tokens.len());
}

#[test]
fn an_answer_under_a_schema_follows_it() {
	let dir = tempfile::tempdir().unwrap();
	let engine = engine(&tiny(dir.path()), dir.path(), EngineOptions { mode: Mode::F32, ..OPTIONS });
	let schema = serde_json::json!({ "type": "string", "enum": ["red", "green"] });
	let request = GenerateRequest { schema: Some(schema), max_tokens: 30, ..GenerateRequest::new(vec![40, 41]) };
	let (text, _) = end(engine.generate(request).unwrap()).unwrap();
	assert!(text == "\"red\"" || text == "\"green\"", "{text}");
	let broken = serde_json::json!({ "type": "none such" });
	let request = GenerateRequest { schema: Some(broken), ..GenerateRequest::new(vec![40]) };
	assert!(matches!(engine.generate(request), Err(EngineError::Invalid(_))));
}

#[test]
fn adapters_are_known_by_name_until_they_are_unloaded() {
	let dir = tempfile::tempdir().unwrap();
	let engine = engine(&tiny(dir.path()), dir.path(), OPTIONS);
	let request =
		|name: &str| GenerateRequest { adapters: vec![(name.into(), 1.0)], ..GenerateRequest::new(vec![5, 6]) };
	assert_eq!(engine.adapters(), ["0", "1"]);
	assert_eq!(engine.generate(request("2")).unwrap_err(), EngineError::UnknownAdapter("2".into()));
	assert_eq!(engine.load_adapter("again", &dir.path().join("0")).unwrap().rank, 3);
	assert!(engine.load_adapter("missing", &dir.path().join("none")).is_err());
	assert_eq!(engine.adapters(), ["0", "1", "again"]);
	assert!(engine.unload_adapter("again") && !engine.unload_adapter("again"));
	engine.register_adapter("broken", &dir.path().join("none"));
	let error = end(engine.generate(request("broken")).unwrap()).unwrap_err();
	assert!(matches!(error, RequestError::Adapter { name, .. } if name == "broken"));
}

#[test]
fn options_that_make_no_sense_are_refused() {
	let dir = tempfile::tempdir().unwrap();
	let model = tiny(dir.path());
	let refused = |options: EngineOptions| Engine::start(&model, options).unwrap_err().to_string();
	assert!(refused(EngineOptions { queue: 0, ..OPTIONS }).contains("queue"));
	assert!(refused(EngineOptions { max_context: 1, ..OPTIONS }).contains("max_context"));
	assert!(refused(EngineOptions { memory_bytes: 10, ..OPTIONS }).contains("memory_bytes"));
	assert_eq!(Engine::start(&model, OPTIONS).unwrap().options().max_context, 256.min(model.spec().context));
}
