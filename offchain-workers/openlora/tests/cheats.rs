//! Dishonest answers are found and honest ones never accused, on a tiny model. `OPENLORA_CHEAT_TRIALS` says how many
//! trials are run.

#![allow(clippy::unwrap_used)]

mod support;

use openledger_exact::{Isa, Pool, Precision};
use openledger_openlora::adapter::{Adapter, BaseLayout};
use openledger_openlora::backend::{Backend, PageId, Rows, Segment, PAGE_TOKENS};
use openledger_openlora::forward::CpuBackend;
use openledger_openlora::model::Model;
use openledger_openlora::numerics::{Exact, ExactPlan, Float, Numerics};
use openledger_openlora::verify::{
	verify, Claim, Difference, Fingerprint, FingerprintMode, Record, Request, Tolerance, Verdict,
};
use openledger_sampling::{Sampler, Sampling};
use std::path::Path;
use std::sync::Arc;
use support::{random, random_lora, write_adapter, Lora, Tiny, VOCAB};

/// Tokens of an answer: every cheat must show within these.
const TOKENS: usize = 32;

struct Answer {
	tokens: Vec<u32>,
	records: Vec<Record>,
	commitment: [u8; 32],
}

impl Answer {
	fn claim(&self) -> Claim<'_> {
		Claim { tokens: &self.tokens, records: &self.records, commitment: self.commitment }
	}
}

/// Runs a sequence token by token, as an engine does.
struct Session<'a, B: Backend> {
	backend: &'a mut B,
	adapters: &'a [(Arc<B::Adapter>, f32)],
	pages: Vec<PageId>,
	position: usize,
}

impl<'a, B: Backend> Session<'a, B> {
	fn new(backend: &'a mut B, adapters: &'a [(Arc<B::Adapter>, f32)], tokens: usize) -> Self {
		let pages: Vec<PageId> = (0..tokens.div_ceil(PAGE_TOKENS) as PageId).collect();
		backend.reserve_pages(pages.len());
		Self { backend, adapters, pages, position: 0 }
	}

	/// Hidden state and logits after `tokens`.
	fn feed(&mut self, tokens: &[u32]) -> (Vec<f32>, Vec<f32>) {
		let (position, pages, adapters) = (self.position, &self.pages[..], self.adapters);
		let segment = Segment { tokens, position, pages, adapters, rows: Rows::Last };
		let output = self.backend.step(&[segment]).pop().unwrap().unwrap();
		self.position += tokens.len();
		(output.hidden, output.logits)
	}
}

/// An answer to `prompt`, sampled by `sampling`, with a fingerprint that says it is to `request`.
fn generate<B: Backend>(
	backend: &mut B,
	adapters: &[(Arc<B::Adapter>, f32)],
	prompt: &[u32],
	sampling: &Sampling,
	request: &Request<'_>,
) -> Answer {
	let mut session = Session::new(backend, adapters, prompt.len() + TOKENS);
	let mut sampler = Sampler::new(sampling, prompt).unwrap();
	let mut fingerprint = Fingerprint::new(request.mode, request.context());
	let (mut tokens, mut input) = (Vec::new(), prompt.to_vec());
	for index in 0..TOKENS {
		let (hidden, logits) = session.feed(&input);
		let id = sampler.choose(&logits, index as u64, None).unwrap().id;
		fingerprint.push(&hidden);
		tokens.push(id);
		input = vec![id];
	}
	Answer { tokens, records: fingerprint.records(), commitment: fingerprint.commitment() }
}

/// Honest hidden states of tokens that were chosen elsewhere.
fn fingerprint_of<B: Backend>(
	backend: &mut B,
	adapters: &[(Arc<B::Adapter>, f32)],
	tokens: Vec<u32>,
	request: &Request<'_>,
) -> Answer {
	let mut session = Session::new(backend, adapters, request.prompt.len() + TOKENS);
	let mut fingerprint = Fingerprint::new(request.mode, request.context());
	let mut input = request.prompt.to_vec();
	for token in &tokens {
		fingerprint.push(&session.feed(&input).0);
		input = vec![*token];
	}
	Answer { tokens, records: fingerprint.records(), commitment: fingerprint.commitment() }
}

fn exact(model: &Model, precision: Precision, isa: Isa) -> CpuBackend<Exact> {
	let pool = Arc::new(Pool::new(1).unwrap());
	CpuBackend::new(model, Exact::new(ExactPlan::uniform(precision), isa), pool, &|_| {}).unwrap()
}

fn open(dir: &Path, name: &str, tiny: &Tiny) -> Model {
	let folder = dir.join(name);
	std::fs::create_dir(&folder).unwrap();
	Model::open(&tiny.write(&folder)).unwrap()
}

fn adapter(dir: &Path, name: &str, model: &Model, loras: &[Lora], alpha: f64) -> Adapter {
	let folder = dir.join(name);
	std::fs::create_dir(&folder).unwrap();
	write_adapter(&folder, loras, alpha, serde_json::json!({}));
	Adapter::read(name, &folder, &BaseLayout::new(model.spec(), |layer| model.modules(layer))).unwrap()
}

fn build<N: Numerics>(backend: &CpuBackend<N>, adapter: &Adapter, weight: f32) -> Adapters<N> {
	vec![(Arc::new(backend.adapters().build(adapter).unwrap()), weight)]
}

type Adapters<N> = Vec<(Arc<<CpuBackend<N> as Backend>::Adapter>, f32)>;

/// The changes of the first `rank` directions alone.
fn cut(loras: &[Lora], rank: usize) -> Vec<Lora> {
	let shorten = |lora: &Lora| {
		let inputs = lora.a.len() / lora.rank;
		let a = lora.a[..rank * inputs].to_vec();
		let b = lora.b.chunks(lora.rank).flat_map(|row| row[..rank].to_vec()).collect();
		Lora { rank, a, b, ..lora.clone() }
	};
	loras.iter().map(shorten).collect()
}

/// Weights rounded to 4 bits per block of 32.
fn four_bits(tiny: &Tiny) -> Tiny {
	let mut rounded = tiny.clone();
	for (shape, values) in rounded.0.values_mut().filter(|(shape, _)| shape.len() == 2) {
		assert_eq!(shape.iter().product::<usize>(), values.len());
		for block in values.chunks_mut(32) {
			let scale = block.iter().fold(0f32, |max, v| max.max(v.abs())) / 7.0;
			block.iter_mut().for_each(|v| *v = (*v / scale).round() * scale);
		}
	}
	rounded
}

/// One page of 4,096 bytes of one matrix with its values negated.
fn one_page(tiny: &Tiny, seed: usize) -> Tiny {
	let mut changed = tiny.clone();
	let mut matrices: Vec<_> =
		changed.0.iter_mut().filter(|(name, (shape, _))| shape.len() == 2 && name.starts_with("blk")).collect();
	let count = matrices.len();
	let (_, (_, values)) = &mut matrices[seed % count];
	let pages = values.len().div_ceil(1024);
	values.chunks_mut(1024).nth(seed / count % pages).unwrap().iter_mut().for_each(|v| *v = -*v);
	changed
}

fn trials(default: usize) -> usize {
	std::env::var("OPENLORA_CHEAT_TRIALS").map_or(default, |n| n.parse().unwrap())
}

fn prompt(trial: usize) -> Vec<u32> {
	random(8 + trial % 13, 900 + trial as u64).iter().map(|v| ((v + 1.0) * 0.5 * VOCAB as f32) as u32).collect()
}

fn sampling(trial: usize) -> Sampling {
	let drawn = Sampling { temperature: 0.8, top_p: 0.95, seed: trial as u64, ..Sampling::GREEDY };
	[Sampling::GREEDY, drawn, Sampling { top_k: 40, repetition_penalty: 1.1, ..drawn }][trial % 3]
}

#[test]
fn the_ten_cheats_are_caught_within_32_tokens_and_the_honest_never() {
	let dir = tempfile::tempdir().unwrap();
	let tiny = Tiny::new(1);
	let model = open(dir.path(), "model", &tiny);
	let loras = random_lora(&[0, 1, 2, 3, 4, 5, 6], 4, 2.0, 1);
	let right = adapter(dir.path(), "right", &model, &loras, 8.0);
	let other = adapter(dir.path(), "other", &model, &random_lora(&[0, 1, 2, 3, 4, 5, 6], 4, 2.0, 2), 8.0);
	let above = adapter(dir.path(), "above", &model, &loras, 8.08);
	let below = adapter(dir.path(), "below", &model, &loras, 7.92);
	let cut = adapter(dir.path(), "cut", &model, &cut(&loras, 3), 6.0);
	let mut prover = exact(&model, Precision::E8, Isa::best());
	let mut verifier = exact(&model, Precision::E8, Isa::Scalar);
	let mut sixteen = exact(&model, Precision::E16, Isa::best());
	let mut rounded = exact(&open(dir.path(), "rounded", &four_bits(&tiny)), Precision::E8, Isa::best());
	let mut draft = exact(&open(dir.path(), "draft", &Tiny::new(2)), Precision::E8, Isa::best());
	let (own, theirs) = (build(&prover, &right, 1.0), build(&verifier, &right, 1.0));
	let wrong = [&other, &above, &below, &cut].map(|adapter| build(&prover, adapter, 1.0));
	let wide = build(&sixteen, &right, 1.0);
	let of_rounded = build(&rounded, &right, 1.0);
	let mut unharmed = 0;
	for trial in 0..trials(12) {
		let (prompt, sampling) = (prompt(trial), sampling(trial));
		let names = [(right.info().hash, 1.0)];
		let (model, mode) = (model.hash().unwrap(), FingerprintMode::E8);
		let request = Request {
			id: *blake3::hash(&trial.to_le_bytes()).as_bytes(),
			model,
			mode,
			adapters: &names,
			sampling: &sampling,
			prompt: &prompt,
			constraint: None,
		};
		let honest = generate(&mut prover, &own, &prompt, &sampling, &request);
		let mut check =
			|claim: &Claim<'_>| verify(&mut verifier, &theirs, &request, claim, None, Tolerance::default()).unwrap();
		assert!(check(&honest.claim()).is_ok(), "trial {trial}");

		let mut cheats = vec![("missing adapter", generate(&mut prover, &[], &prompt, &sampling, &request))];
		for (name, adapters) in ["other adapter", "alpha + 1 %", "alpha − 1 %", "rank cut"].into_iter().zip(&wrong) {
			cheats.push((name, generate(&mut prover, adapters, &prompt, &sampling, &request)));
		}
		cheats.push(("other quantisation: e16", generate(&mut sixteen, &wide, &prompt, &sampling, &request)));
		cheats.push(("other quantisation: 4 bits", generate(&mut rounded, &of_rounded, &prompt, &sampling, &request)));
		let mut shorter = prompt.clone();
		shorter.remove(trial % prompt.len());
		cheats.push(("other prompt", generate(&mut prover, &own, &shorter, &sampling, &request)));
		let hot = Sampling { temperature: sampling.temperature + 0.4, seed: sampling.seed, ..sampling };
		cheats.push(("other temperature", generate(&mut prover, &own, &prompt, &hot, &request)));
		// The strongest form: the model computes the hidden states of what the draft model chose.
		let drafted = generate(&mut draft, &[], &prompt, &sampling, &request).tokens;
		cheats.push(("draft-model tokens", fingerprint_of(&mut prover, &own, drafted, &request)));
		let mut paged =
			exact(&open(dir.path(), &format!("page{trial}"), &one_page(&tiny, trial)), Precision::E8, Isa::best());
		let of_paged = build(&paged, &right, 1.0);
		cheats.push(("one changed weight page", generate(&mut paged, &of_paged, &prompt, &sampling, &request)));
		let before = Request { id: [255; 32], ..request };
		cheats.push(("replayed receipt", generate(&mut prover, &own, &prompt, &sampling, &before)));

		for (name, answer) in cheats {
			if answer.tokens == honest.tokens && answer.commitment == honest.commitment {
				// What was done otherwise changed nothing: there is nothing to find.
				assert_eq!(name, "other temperature");
				unharmed += 1;
				continue;
			}
			let verdict = check(&answer.claim());
			assert!(!verdict.is_ok(), "{name} was not found in trial {trial}");
			// With the commitment alone, too.
			assert!(!check(&Claim { records: &[], ..answer.claim() }).is_ok(), "{name} in trial {trial}");
			if name == "replayed receipt" {
				assert_eq!(verdict, Verdict::FirstDifference { token: 0, kind: Difference::Commitment });
			}
		}
	}
	assert!(unharmed * 10 <= trials(12), "the other temperature changed too few answers");
}

#[test]
fn another_machines_floating_point_is_accepted_and_coarse_cheats_are_not() {
	let dir = tempfile::tempdir().unwrap();
	let model = open(dir.path(), "model", &Tiny::new(1));
	let right = adapter(dir.path(), "right", &model, &random_lora(&[0, 2, 4, 6], 4, 2.0, 1), 8.0);
	let other = adapter(dir.path(), "other", &model, &random_lora(&[0, 2, 4, 6], 4, 2.0, 2), 8.0);
	let pool = Arc::new(Pool::new(1).unwrap());
	let mut prover = CpuBackend::new(&model, Float::new(1, Isa::best()).unwrap(), pool, &|_| {}).unwrap();
	// Its numbers differ from the prover's as those of another machine's floating point do.
	let mut verifier = exact(&model, Precision::E16, Isa::best());
	let mut draft = exact(&open(dir.path(), "draft", &Tiny::new(2)), Precision::E8, Isa::best());
	let (own, theirs) = (build(&prover, &right, 1.0), build(&verifier, &right, 1.0));
	let wrong = build(&prover, &other, 1.0);
	let mut unharmed = 0;
	for trial in 0..trials(12) {
		let (prompt, sampling) = (prompt(trial), sampling(trial));
		let names = [(right.info().hash, 1.0)];
		let (model, mode) = (model.hash().unwrap(), FingerprintMode::Float);
		let request = Request {
			id: [1; 32],
			model,
			mode,
			adapters: &names,
			sampling: &sampling,
			prompt: &prompt,
			constraint: None,
		};
		let mut check = |answer: &Answer| {
			verify(&mut verifier, &theirs, &request, &answer.claim(), None, Tolerance::default()).unwrap()
		};
		let honest = generate(&mut prover, &own, &prompt, &sampling, &request);
		let verdict = check(&honest);
		assert!(verdict.is_ok(), "trial {trial}: {verdict:?}");
		let drafted = generate(&mut draft, &[], &prompt, &sampling, &request).tokens;
		let elsewhere: Vec<u32> = prompt.iter().rev().map(|token| VOCAB as u32 - 1 - token).collect();
		let cheats = [
			("missing adapter", generate(&mut prover, &[], &prompt, &sampling, &request)),
			("other adapter", generate(&mut prover, &wrong, &prompt, &sampling, &request)),
			("other prompt", generate(&mut prover, &own, &elsewhere, &sampling, &request)),
			("draft-model tokens", fingerprint_of(&mut prover, &own, drafted, &request)),
			("replayed receipt", generate(&mut prover, &own, &prompt, &sampling, &Request { id: [2; 32], ..request })),
		];
		for (name, answer) in cheats {
			let verdict = check(&answer);
			if name == "draft-model tokens" && matches!(verdict, Verdict::Ok(report) if report.near_ties <= 2) {
				// But for near ties, which another machine's rounding may decide, these are the tokens of the model itself.
				unharmed += 1;
				continue;
			}
			assert!(!verdict.is_ok(), "{name} was not found in trial {trial}: {verdict:?}");
		}
	}
	assert!(unharmed * 10 <= trials(12), "the draft gave too many of the same answers");
}
