//! The engine's behaviour on a tiny random model.

#![allow(clippy::unwrap_used)]

mod support;

use openledger_openlora::{
	Completion, Engine, EngineError, EngineOptions, FinishReason, GenerateRequest, Model, Sampling, TokenEvent,
};
use support::{random_lora, write_adapter, Tiny};

const OPTIONS: EngineOptions = EngineOptions { queue: 1, threads: 1, max_context: 1 << 20 };

fn engine(options: EngineOptions) -> Engine {
	let dir = tempfile::tempdir().unwrap();
	Engine::start(Model::load(&Tiny::new(4).write(dir.path())).unwrap(), options).unwrap()
}

fn request(max_tokens: u32, temperature: f32, seed: u64) -> GenerateRequest {
	GenerateRequest {
		prompt: vec![70, 71, 72],
		adapter: None,
		max_tokens,
		sampling: Sampling { temperature, top_p: 1.0, seed },
		stop: Vec::new(),
	}
}

/// A request that would run for hours: the greedy answer of this model goes in a circle and never ends.
fn endless() -> GenerateRequest {
	request(1 << 19, 0.0, 0)
}

fn finish(engine: &Engine, request: GenerateRequest) -> (String, Completion) {
	let mut events = engine.generate(request).unwrap();
	let mut text = String::new();
	loop {
		match events.blocking_recv().unwrap() {
			TokenEvent::Token { text: piece, .. } => text.push_str(&piece),
			TokenEvent::Done(completion) => return (text, completion),
			TokenEvent::Failed(reason) => panic!("{reason}"),
		}
	}
}

#[test]
fn generate_reproduces_tokens_and_fingerprint_from_the_seed() {
	let engine = engine(OPTIONS);
	let (text, first) = finish(&engine, request(40, 1.0, 7));
	let (again, second) = finish(&engine, request(40, 1.0, 7));
	assert_eq!((&text, &first.token_ids, first.fingerprint), (&again, &second.token_ids, second.fingerprint));
	let (_, other) = finish(&engine, request(40, 1.0, 8));
	assert_ne!(first.token_ids, other.token_ids);
	assert_eq!(text, engine.tokenizer().decode(&first.token_ids));
	assert_eq!(first.completion_tokens as usize, first.token_ids.len());
	assert_eq!(first.prompt_tokens, 3);
}

#[test]
fn generate_ends_at_max_tokens_and_at_the_context_limit() {
	let small = engine(EngineOptions { max_context: 8, ..OPTIONS });
	assert_eq!(finish(&small, request(2, 0.0, 0)).1.completion_tokens, 2);
	let (_, full) = finish(&small, request(100, 0.0, 0));
	assert_eq!((full.finish, full.completion_tokens), (FinishReason::Length, 5));
}

#[test]
fn generate_ends_before_a_stop_string() {
	let engine = engine(OPTIONS);
	let (text, _) = finish(&engine, request(30, 1.0, 3));
	let stop: String = text.chars().skip(3).take(2).collect();
	let mut stopped = request(30, 1.0, 3);
	stopped.stop = vec![stop.clone()];
	let (short, completion) = finish(&engine, stopped);
	assert_eq!(short, text[..text.find(&stop).unwrap()]);
	assert_eq!(completion.finish, FinishReason::Stop);
}

#[test]
fn generate_refuses_what_it_cannot_do() {
	let engine = engine(EngineOptions { max_context: 8, ..OPTIONS });
	let refused = |change: fn(&mut GenerateRequest)| {
		let mut request = request(1, 0.0, 0);
		change(&mut request);
		engine.generate(request).unwrap_err()
	};
	assert_eq!(refused(|r| r.prompt.clear()), EngineError::EmptyPrompt);
	assert_eq!(refused(|r| r.prompt = vec![1; 8]), EngineError::PromptTooLong { tokens: 8, limit: 7 });
	assert_eq!(refused(|r| r.adapter = Some("x".into())), EngineError::UnknownAdapter("x".into()));
	assert!(matches!(refused(|r| r.max_tokens = 0), EngineError::Invalid(_)));
	assert!(matches!(refused(|r| r.prompt = vec![100_000]), EngineError::Invalid(_)));
	assert!(matches!(refused(|r| r.sampling.temperature = -1.0), EngineError::Invalid(_)));
}

#[test]
fn generate_runs_on_after_a_dropped_receiver_cancelled_a_request() {
	let engine = engine(OPTIONS);
	let mut events = engine.generate(endless()).unwrap();
	assert!(matches!(events.blocking_recv().unwrap(), TokenEvent::Token { .. }));
	drop(events);
	assert_eq!(finish(&engine, request(1, 0.0, 0)).1.completion_tokens, 1);
}

#[test]
fn generate_is_overloaded_when_the_queue_is_full() {
	let engine = engine(OPTIONS);
	let mut running = engine.generate(endless()).unwrap();
	assert!(matches!(running.blocking_recv().unwrap(), TokenEvent::Token { .. }));
	let waiting = engine.generate(request(1, 0.0, 0)).unwrap();
	assert_eq!(engine.generate(request(1, 0.0, 0)).unwrap_err(), EngineError::Overloaded { queue: 1 });
	drop((running, waiting));
}

#[test]
fn adapters_are_chosen_per_request() {
	let engine = engine(EngineOptions { queue: 4, ..OPTIONS });
	let dir = tempfile::tempdir().unwrap();
	write_adapter(dir.path(), &random_lora(&[0, 6], 4, 2.0, 5), 8.0, serde_json::json!({}));
	let info = engine.load_adapter("mine", dir.path()).unwrap();
	assert_eq!(engine.adapters(), [info]);
	let (_, base) = finish(&engine, request(20, 0.0, 0));
	let with = GenerateRequest { adapter: Some("mine".into()), ..request(20, 0.0, 0) };
	let (_, adapted) = finish(&engine, with.clone());
	assert_ne!(base.token_ids, adapted.token_ids);
	assert_ne!(base.fingerprint, adapted.fingerprint);
	assert_eq!(finish(&engine, request(20, 0.0, 0)).1.token_ids, base.token_ids);
	assert!(engine.unload_adapter("mine") && !engine.unload_adapter("mine"));
	assert_eq!(engine.generate(with).unwrap_err(), EngineError::UnknownAdapter("mine".into()));
}
