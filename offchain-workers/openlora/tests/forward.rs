//! The forward pass against independent scalar loops, on a tiny random model.

#![allow(clippy::unwrap_used)]

mod support;

use openledger_openlora::{Adapter, Forward, KvCache, Model};
use support::{random_lora, write_adapter, Tiny, VOCAB};

const TOKENS: [u32; 11] = [5, 100, 7, 7, 260, 3, 42, 199, 0, 88, 120];

fn load(tiny: &Tiny) -> Model {
	let dir = tempfile::tempdir().unwrap();
	Model::load(&tiny.write(dir.path())).unwrap()
}

fn logits(model: &Model, adapter: Option<&Adapter>, passes: &[&[u32]]) -> Vec<f32> {
	let forward = Forward { spec: model.spec(), weights: model.weights(), adapter };
	let mut cache = KvCache::new(model.spec(), 0);
	passes.iter().flat_map(|tokens| forward.logits(&forward.hidden(tokens, &mut cache, false))).collect()
}

fn assert_close(a: &[f32], b: &[f64], tolerance: f64) {
	assert_eq!(a.len(), b.len());
	for (i, (a, b)) in a.iter().zip(b).enumerate() {
		assert!((f64::from(*a) - b).abs() < tolerance, "value {i}: {a} {b}");
	}
}

#[test]
fn logits_equal_the_scalar_loops() {
	let tiny = Tiny::new(1);
	let expected = tiny.naive_logits(&TOKENS, &[]).concat();
	assert_close(&logits(&load(&tiny), None, &[&TOKENS]), &expected, 1e-4);
}

#[test]
fn logits_are_the_same_when_tokens_come_one_at_a_time() {
	let model = load(&Tiny::new(2));
	let whole = logits(&model, None, &[&TOKENS]);
	let single: Vec<&[u32]> = TOKENS.chunks(1).collect();
	let whole: Vec<f64> = whole.into_iter().map(f64::from).collect();
	assert_close(&logits(&model, None, &single), &whole, 1e-4);
	assert_close(&logits(&model, None, &[&TOKENS[..6], &TOKENS[6..7], &TOKENS[7..]]), &whole, 1e-4);
}

#[test]
fn hidden_returns_the_last_row_when_only_that_is_asked_for() {
	let model = load(&Tiny::new(2));
	let forward = Forward { spec: model.spec(), weights: model.weights(), adapter: None };
	// Longer than one pass, so that passes are joined.
	let tokens: Vec<u32> = (0..1100).map(|i| i * 31 % VOCAB as u32).collect();
	let mut cache = KvCache::new(model.spec(), 0);
	let all = forward.hidden(&tokens, &mut cache, false);
	assert_eq!((all.len(), cache.len()), (1100 * model.spec().width, 1100));
	let last = forward.hidden(&tokens, &mut KvCache::new(model.spec(), 0), true);
	assert_eq!(last, all[all.len() - model.spec().width..]);
}

#[test]
fn adapters_equal_the_scalar_loops_and_the_merged_weights() {
	let tiny = Tiny::new(3);
	let model = load(&tiny);
	for targets in [&[0][..], &[1, 2], &[3], &[4, 5, 6], &[0, 1, 2, 3, 4, 5, 6]] {
		let loras = random_lora(targets, 3, 2.0, 9);
		let dir = tempfile::tempdir().unwrap();
		write_adapter(dir.path(), &loras, 6.0, serde_json::json!({}));
		let adapter = Adapter::load("a", dir.path(), model.spec()).unwrap();
		let ours = logits(&model, Some(&adapter), &[&TOKENS[..5], &TOKENS[5..]]);
		assert_close(&ours, &tiny.naive_logits(&TOKENS, &loras).concat(), 2e-4);
		let merged = logits(&load(&tiny.merged(&loras)), None, &[&TOKENS]);
		assert_close(&ours, &merged.into_iter().map(f64::from).collect::<Vec<_>>(), 1e-4);
	}
}
