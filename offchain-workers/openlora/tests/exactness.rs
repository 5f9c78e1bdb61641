//! The exact modes give the same bits for any instruction set, number of threads, batch, chunks, shared prefix and mix of
//! adapters. `OPENLORA_EXACT_CASES` says how many random cases are run.

#![allow(clippy::unwrap_used)]

mod support;

use openledger_exact::{Isa, Pool, Precision};
use openledger_openlora::adapter::{Adapter, BaseLayout};
use openledger_openlora::backend::{run_sequence, Backend, PageId, Rows, Segment, PAGE_TOKENS};
use openledger_openlora::forward::{CpuAdapter, CpuBackend};
use openledger_openlora::model::Model;
use openledger_openlora::numerics::{Exact, ExactPlan};
use std::path::Path;
use std::sync::Arc;
use support::{random_lora, write_adapter, Tiny, VOCAB};

type Adapters = Vec<(Arc<CpuAdapter<Exact>>, f32)>;

/// A sequence with the bits of its logits at every position.
struct Sequence {
	tokens: Vec<u32>,
	/// Which of [`COMBINATIONS`] it runs with.
	adapters: usize,
	/// A hash of each position's logits.
	expected: Vec<blake3::Hash>,
}

/// Adapters by number with their weights.
const COMBINATIONS: [&[(usize, f32)]; 5] = [&[], &[(0, 1.0)], &[(1, 1.0)], &[(2, 1.0)], &[(0, 0.7), (2, -0.4)]];

struct Random(u64);

impl Random {
	fn below(&mut self, n: usize) -> usize {
		self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		((self.0 >> 33) as usize) % n
	}
}

fn hash(logits: &[f32]) -> blake3::Hash {
	let bytes: Vec<u8> = logits.iter().flat_map(|v| v.to_bits().to_le_bytes()).collect();
	blake3::hash(&bytes)
}

fn backend(model: &Model, precision: Precision, isa: Isa, threads: usize) -> CpuBackend<Exact> {
	let pool = Arc::new(Pool::new(threads).unwrap());
	CpuBackend::new(model, Exact::new(ExactPlan::uniform(precision), isa), pool, &|_| {}).unwrap()
}

fn combinations(backend: &CpuBackend<Exact>, adapters: &[Adapter]) -> Vec<Adapters> {
	let built: Vec<_> = adapters.iter().map(|a| Arc::new(backend.adapters().build(a).unwrap())).collect();
	COMBINATIONS.iter().map(|list| list.iter().map(|(i, w)| (built[*i].clone(), *w)).collect()).collect()
}

fn adapters(dir: &Path, model: &Model) -> Vec<Adapter> {
	let kinds: [(&[usize], usize); 3] = [(&[0, 1, 2, 3, 4, 5, 6], 3), (&[0, 2], 1), (&[3, 4, 6], 8)];
	let make = |(i, (targets, rank)): (usize, &(&[usize], usize))| {
		let folder = dir.join(i.to_string());
		std::fs::create_dir(&folder).unwrap();
		write_adapter(&folder, &random_lora(targets, *rank, 2.0, i as u64), 2.0 * *rank as f64, serde_json::json!({}));
		Adapter::read(&i.to_string(), &folder, &BaseLayout::new(model.spec(), |layer| model.modules(layer))).unwrap()
	};
	kinds.iter().enumerate().map(make).collect()
}

/// Sequences of which some begin alike, with what the scalar backend gives token by token.
fn sequences(backend: &mut CpuBackend<Exact>, combinations: &[Adapters], random: &mut Random) -> Vec<Sequence> {
	let mut all = Vec::new();
	let common: Vec<u32> = (0..40).map(|_| random.below(VOCAB) as u32).collect();
	for i in 0..20 {
		let mut tokens = if i % 2 == 0 { common[..random.below(41)].to_vec() } else { Vec::new() };
		tokens.extend((0..=random.below(30)).map(|_| random.below(VOCAB) as u32));
		let adapters = random.below(combinations.len());
		let pages: Vec<PageId> = (0..tokens.len().div_ceil(PAGE_TOKENS) as PageId).collect();
		backend.reserve_pages(pages.len());
		let step = |position: usize| {
			let (tokens, adapters) = (&tokens[position..=position], &combinations[adapters][..]);
			let segment = Segment { tokens, position, pages: &pages, adapters, rows: Rows::All };
			hash(&backend.step(&[segment]).pop().unwrap().unwrap().logits)
		};
		let expected = (0..tokens.len()).map(step).collect();
		all.push(Sequence { tokens, adapters, expected });
	}
	all
}

/// A sequence in the middle of a random schedule.
struct Running {
	sequence: usize,
	position: usize,
	pages: Vec<PageId>,
}

fn shared_pages(all: &[Sequence], finished: &[Running], sequence: &Sequence, random: &mut Random) -> Vec<PageId> {
	let alike = |done: &&Running| all[done.sequence].adapters == sequence.adapters && done.position > 0;
	let Some(done) = finished.iter().filter(alike).nth(random.below(finished.len().max(1))) else { return Vec::new() };
	let both = all[done.sequence].tokens.iter().zip(&sequence.tokens);
	let same = both.take_while(|(a, b)| a == b).count().min(sequence.tokens.len() - 1);
	done.pages[..same / PAGE_TOKENS].to_vec()
}

/// Runs random sequences in a random schedule; every position's logits must have the expected bits.
fn case(backend: &mut CpuBackend<Exact>, combinations: &[Adapters], all: &[Sequence], random: &mut Random) {
	let mut free: Vec<PageId> = (0..64).collect();
	backend.reserve_pages(64);
	let mut waiting: Vec<usize> = (0..1 + random.below(7)).map(|_| random.below(all.len())).collect();
	let (mut running, mut finished): (Vec<Running>, Vec<Running>) = (Vec::new(), Vec::new());
	while !(waiting.is_empty() && running.is_empty()) {
		while !waiting.is_empty() && (running.is_empty() || random.below(2) == 0) {
			let sequence = waiting.pop().unwrap();
			let mut pages = shared_pages(all, &finished, &all[sequence], random);
			let position = pages.len() * PAGE_TOKENS;
			while pages.len() < all[sequence].tokens.len().div_ceil(PAGE_TOKENS) {
				pages.push(free.swap_remove(random.below(free.len())));
			}
			running.push(Running { sequence, position, pages });
		}
		let chunks: Vec<usize> = running.iter().map(|_| [0, 1, 1, 2, 7, 16, 35][random.below(7)]).collect();
		let mut segments = Vec::new();
		for (run, chunk) in running.iter().zip(&chunks).filter(|(_, chunk)| **chunk > 0) {
			let sequence = &all[run.sequence];
			let end = (run.position + chunk).min(sequence.tokens.len());
			let (tokens, adapters) = (&sequence.tokens[run.position..end], &combinations[sequence.adapters][..]);
			segments.push(Segment { tokens, position: run.position, pages: &run.pages, adapters, rows: Rows::All });
		}
		let mut outputs = backend.step(&segments).into_iter();
		for (run, _) in running.iter_mut().zip(&chunks).filter(|(_, chunk)| **chunk > 0) {
			for logits in outputs.next().unwrap().unwrap().logits.chunks(VOCAB) {
				assert_eq!(hash(logits), all[run.sequence].expected[run.position], "position {}", run.position);
				run.position += 1;
			}
		}
		let (done, rest) = running.into_iter().partition(|run| run.position == all[run.sequence].tokens.len());
		finished.extend::<Vec<Running>>(done);
		running = rest;
	}
}

#[test]
fn every_schedule_on_every_instruction_set_gives_the_same_bits() {
	let cases = std::env::var("OPENLORA_EXACT_CASES").map_or(200, |cases| cases.parse().unwrap());
	let dir = tempfile::tempdir().unwrap();
	let model = Model::open(&Tiny::new(3).write(dir.path())).unwrap();
	let adapters = adapters(dir.path(), &model);
	let mut random = Random(7);
	for precision in [Precision::E8, Precision::E16] {
		let mut scalar = backend(&model, precision, Isa::Scalar, 1);
		let built = combinations(&scalar, &adapters);
		let all = sequences(&mut scalar, &built, &mut random);
		let mut others = Vec::new();
		for isa in Isa::available() {
			for threads in [1, 2, 3] {
				let backend = backend(&model, precision, isa, threads);
				let built = combinations(&backend, &adapters);
				others.push((backend, built));
			}
		}
		for _ in 0..cases / 2 {
			let chosen = random.below(others.len());
			let (backend, built) = &mut others[chosen];
			case(backend, built, &all, &mut random);
		}
	}
}

#[test]
fn exact_logits_are_near_those_in_f64() {
	let dir = tempfile::tempdir().unwrap();
	let tiny = Tiny::new(3);
	let model = Model::open(&tiny.write(dir.path())).unwrap();
	let tokens: Vec<u32> = (0..50).map(|i| (i * 37 % VOCAB) as u32).collect();
	let naive: Vec<f64> = tiny.naive_logits(&tokens, &[]).concat();
	let largest = naive.iter().fold(0.0f64, |m, v| m.max(v.abs()));
	for (precision, bound) in [(Precision::E8, 0.05), (Precision::E16, 1e-3)] {
		let mut backend = backend(&model, precision, Isa::best(), 1);
		let logits = run_sequence(&mut backend, &tokens, &[], Rows::All).unwrap().logits;
		let error = logits.iter().zip(&naive).fold(0.0f64, |m, (a, b)| m.max((f64::from(*a) - b).abs()));
		assert!(error < bound * largest, "{precision:?}: {error} of {largest}");
	}
}
