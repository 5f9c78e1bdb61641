use super::*;
use crate::backend::{AdapterBuilder, PageId, Rows, Segment, SegmentOutput, PAGE_TOKENS};
use crate::spec::DecoderSpec;
use crate::verify::FingerprintMode;
use openledger_sampling::{gumbel, Sampling, Vocabulary};
use std::collections::BTreeMap;

const VOCAB: usize = 60;
const WIDTH: usize = 48;

/// Rows that depend on the model's number, the tokens so far and the adapters, and on nothing else.
struct Hashes {
	spec: DecoderSpec,
	model: u64,
	/// Added to every number, as another machine's rounding would be.
	noise: f32,
	pages: BTreeMap<PageId, [u32; PAGE_TOKENS]>,
	steps: usize,
}

impl Hashes {
	fn new(model: u64) -> Self {
		let config = serde_json::json!({
			"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": WIDTH, "num_hidden_layers": 1,
			"num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 32, "vocab_size": VOCAB, "rms_norm_eps": 1e-5,
			"max_position_embeddings": 4096,
			"hidden_act": "silu", "tie_word_embeddings": true,
		});
		let spec =
			DecoderSpec::from_config(std::path::Path::new("config.json"), config.to_string().as_bytes()).unwrap();
		Self { spec, model, noise: 0.0, pages: BTreeMap::new(), steps: 0 }
	}

	fn row(&self, tokens: &[u32], adapters: &[(Arc<u64>, f32)]) -> (Vec<f32>, Vec<f32>) {
		let mut hasher = blake3::Hasher::new();
		hasher.update(&self.model.to_le_bytes());
		tokens.iter().for_each(|token| {
			hasher.update(&token.to_le_bytes());
		});
		let hash = hasher.finalize();
		let seed = u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap());
		let number = |n: u32| {
			let change = adapters.iter().map(|(adapter, weight)| weight * gumbel(**adapter, 1, n) as f32).sum::<f32>();
			gumbel(seed, 0, n) as f32 + change + self.noise * gumbel(seed, 2, n) as f32
		};
		((0..WIDTH as u32).map(number).collect(), (1000..1000 + VOCAB as u32).map(number).collect())
	}
}

impl Backend for Hashes {
	type Adapter = u64;

	fn spec(&self) -> &DecoderSpec {
		&self.spec
	}

	fn page_bytes(&self) -> usize {
		1
	}

	fn reserve_pages(&mut self, _pages: usize) {}

	fn release_page(&mut self, page: PageId) {
		self.pages.remove(&page);
	}

	fn step(&mut self, segments: &[Segment<'_, u64>]) -> Vec<Result<SegmentOutput, NotFinite>> {
		self.steps += 1;
		let mut run = |segment: &Segment<'_, u64>| {
			for (at, token) in (segment.position..).zip(segment.tokens) {
				self.pages.entry(segment.pages[at / PAGE_TOKENS]).or_default()[at % PAGE_TOKENS] = *token;
			}
			let end = segment.position + segment.tokens.len();
			let all: Vec<u32> =
				(0..end).map(|at| self.pages[&segment.pages[at / PAGE_TOKENS]][at % PAGE_TOKENS]).collect();
			let first = match segment.rows {
				Rows::None => end,
				Rows::Last => end - 1,
				Rows::All => segment.position,
			};
			let mut output = SegmentOutput::default();
			for at in first..end {
				let (hidden, logits) = self.row(&all[..=at], segment.adapters);
				output.hidden.extend(hidden);
				output.logits.extend(logits);
			}
			Ok(output)
		};
		segments.iter().map(&mut run).collect()
	}

	fn adapters(&self) -> Arc<dyn AdapterBuilder<u64>> {
		unreachable!("the tests make adapters themselves")
	}
}

struct Answer {
	tokens: Vec<u32>,
	commitment: [u8; 32],
	records: Vec<Record>,
}

impl Answer {
	fn claim(&self) -> Claim<'_> {
		Claim { tokens: &self.tokens, commitment: self.commitment, records: &self.records }
	}
}

/// Generates as an engine does, token by token.
fn generate(
	backend: &mut Hashes,
	adapters: &[(Arc<u64>, f32)],
	request: &Request<'_>,
	count: usize,
	mut constraint: Option<Constraint>,
) -> Answer {
	let mut sampler = Sampler::new(request.sampling, request.prompt).unwrap();
	let mut fingerprint = Fingerprint::new(request.mode, request.context());
	let mut tokens = request.prompt.to_vec();
	for index in 0..count {
		if constraint.as_ref().is_some_and(Constraint::is_finished) {
			break;
		}
		let (hidden, logits) = backend.row(&tokens, adapters);
		let allowed = constraint.as_mut().map(|c| c.mask().unwrap());
		let id = sampler.choose(&logits, index as u64, allowed).unwrap().id;
		if let Some(constraint) = &mut constraint {
			constraint.commit(id).unwrap();
		}
		fingerprint.push(&hidden);
		tokens.push(id);
	}
	let tokens = tokens.split_off(request.prompt.len());
	Answer { tokens, commitment: fingerprint.commitment(), records: fingerprint.records() }
}

const PROMPT: [u32; 5] = [3, 1, 4, 1, 5];

fn request<'a>(mode: FingerprintMode, sampling: &'a Sampling) -> Request<'a> {
	Request { id: [7; 32], model: [1; 32], mode, adapters: &[], sampling, prompt: &PROMPT, constraint: None }
}

fn samplings() -> [Sampling; 3] {
	let drawn = Sampling { temperature: 0.9, top_p: 0.9, seed: 11, ..Sampling::GREEDY };
	[
		Sampling::GREEDY,
		drawn,
		Sampling { top_k: 20, repetition_penalty: 1.2, frequency_penalty: 0.3, min_p: 0.01, ..drawn },
	]
}

fn check(request: &Request<'_>, claim: &Claim<'_>, backend: &mut Hashes) -> Verdict {
	verify(backend, &[], request, claim, None, Tolerance::default()).unwrap()
}

#[test]
fn honest_answers_of_every_length_are_accepted_in_few_steps() {
	for mode in [FingerprintMode::E8, FingerprintMode::E16, FingerprintMode::Float] {
		for sampling in samplings() {
			let request = request(mode, &sampling);
			for count in [1, 2, 31, 32, 33, 64, 100] {
				let mut backend = Hashes::new(1);
				let answer = generate(&mut backend, &[], &request, count, None);
				assert_eq!(check(&request, &answer.claim(), &mut backend), Verdict::Ok(Report::default()));
				assert!(backend.steps <= 2 && backend.pages.is_empty());
				if mode.is_exact() {
					let bare = Claim { records: &[], ..answer.claim() };
					assert!(check(&request, &bare, &mut backend).is_ok());
				}
			}
		}
	}
}

#[test]
fn every_changed_token_is_found_where_it_is() {
	let strict = Tolerance { logit: 1e-4, ..Tolerance::default() };
	for mode in [FingerprintMode::E8, FingerprintMode::Float] {
		for sampling in samplings() {
			let request = request(mode, &sampling);
			let mut backend = Hashes::new(1);
			let answer = generate(&mut backend, &[], &request, 40, None);
			for at in [0, 1, 31, 32, 39] {
				for to in [(answer.tokens[at] + 1) % VOCAB as u32, VOCAB as u32, u32::MAX] {
					let mut tokens = answer.tokens.clone();
					tokens[at] = to;
					let claim = Claim { tokens: &tokens, ..answer.claim() };
					match verify(&mut backend, &[], &request, &claim, None, strict).unwrap() {
						Verdict::FirstDifference { token, kind: Difference::Token { expected, .. } } => {
							assert_eq!((token as usize, expected), (at, answer.tokens[at]));
						}
						other => panic!("{other:?}"),
					}
				}
			}
		}
	}
}

#[test]
fn another_model_is_found_by_its_hidden_states_even_if_its_tokens_are_right() {
	let sampling = Sampling::GREEDY;
	for mode in [FingerprintMode::E8, FingerprintMode::Float] {
		let request = request(mode, &sampling);
		let answer = generate(&mut Hashes::new(1), &[], &request, 70, None);
		let mut lazy = Fingerprint::new(mode, request.context());
		let mut tokens = PROMPT.to_vec();
		for token in &answer.tokens {
			lazy.push(&Hashes::new(2).row(&tokens, &[]).0);
			tokens.push(*token);
		}
		let records = lazy.records();
		let claim = Claim { tokens: &answer.tokens, commitment: lazy.commitment(), records: &records };
		match check(&request, &claim, &mut Hashes::new(1)) {
			Verdict::FirstDifference { token: 31, kind: Difference::Hidden | Difference::Proof(_) } => {}
			other => panic!("{other:?}"),
		}
		if mode.is_exact() {
			let verdict = check(&request, &Claim { records: &[], ..claim }, &mut Hashes::new(1));
			assert_eq!(verdict, Verdict::FirstDifference { token: 69, kind: Difference::Commitment });
		}
	}
}

#[test]
fn records_that_do_not_fit_are_found_before_anything_is_computed() {
	let sampling = Sampling::GREEDY;
	for mode in [FingerprintMode::E8, FingerprintMode::Float] {
		let request = request(mode, &sampling);
		let mut backend = Hashes::new(1);
		let answer = generate(&mut backend, &[], &request, 70, None);
		let find = |records: &[Record], commitment, backend: &mut Hashes| match check(
			&request,
			&Claim { tokens: &answer.tokens, records, commitment },
			backend,
		) {
			Verdict::FirstDifference { token, kind } => (token, kind),
			other => panic!("{other:?}"),
		};
		let records = &answer.records;
		assert_eq!(find(&records[..2], answer.commitment, &mut backend), (69, Difference::Record));
		assert_eq!(find(&records[1..], answer.commitment, &mut backend), (31, Difference::Record));
		assert_eq!(find(records, [0; 32], &mut backend), (0, Difference::Commitment));
		let more = [&records[..], &records[2..]].concat();
		assert_eq!(find(&more, answer.commitment, &mut backend), (0, Difference::Commitment));
		assert_eq!(backend.steps, 0);
		let mut bytes = records.clone();
		bytes[0].bytes.pop();
		let bound = commitment(mode, &request.context(), 70, &bytes);
		let expected = if mode.is_exact() { Difference::Hidden } else { Difference::Record };
		assert_eq!(find(&bytes, bound, &mut backend), (31, expected));
	}
}

#[test]
fn an_answer_cannot_be_presented_for_another_request() {
	let sampling = Sampling::GREEDY;
	for mode in [FingerprintMode::E8, FingerprintMode::Float] {
		let request = request(mode, &sampling);
		let mut backend = Hashes::new(1);
		let answer = generate(&mut backend, &[], &request, 10, None);
		let other = Request { id: [8; 32], ..request };
		let verdict = check(&other, &answer.claim(), &mut backend);
		assert_eq!(verdict, Verdict::FirstDifference { token: 0, kind: Difference::Commitment });
		let bare = check(&other, &Claim { records: &[], ..answer.claim() }, &mut backend);
		assert!(!bare.is_ok());
	}
}

#[test]
fn floating_point_forgives_rounding_and_nothing_else() {
	for sampling in samplings() {
		let request = request(FingerprintMode::Float, &sampling);
		let mut near_ties = 0;
		for prompt in 0..30u32 {
			let prompt = [prompt, 1, 2];
			let request = Request { prompt: &prompt, ..request };
			let mut prover = Hashes::new(1);
			// Logits differ by up to about 0.01, most by 0.002.
			prover.noise = 0.001;
			let answer = generate(&mut prover, &[], &request, 64, None);
			match check(&request, &answer.claim(), &mut Hashes::new(1)) {
				Verdict::Ok(report) => near_ties += report.near_ties,
				other => panic!("{other:?}"),
			}
			prover.noise = 0.3;
			let answer = generate(&mut prover, &[], &request, 64, None);
			assert!(!check(&request, &answer.claim(), &mut Hashes::new(1)).is_ok());
		}
		assert!(near_ties > 0, "no choice was near: the test proves nothing");
		let answer = generate(&mut Hashes::new(1), &[(Arc::new(5), 0.2)], &request, 64, None);
		assert!(!check(&request, &answer.claim(), &mut Hashes::new(1)).is_ok());
	}
}

#[test]
fn constrained_answers_are_replayed_with_their_constraint() {
	let letters: Vec<Vec<u8>> = (0..VOCAB as u8 - 1).map(|i| vec![b'0' + i]).chain([Vec::new()]).collect();
	let vocabulary = Vocabulary::new(&letters, &[VOCAB as u32 - 1]).unwrap();
	let constraint = || Some(Constraint::regex("[0-9]{20,60};[A-F]+", &vocabulary).unwrap());
	for mode in [FingerprintMode::E8, FingerprintMode::Float] {
		for sampling in samplings() {
			let request = Request { constraint: Some([2; 32]), ..request(mode, &sampling) };
			let mut backend = Hashes::new(1);
			let answer = generate(&mut backend, &[], &request, 50, constraint());
			let mut replay = |constraint| {
				verify(&mut backend, &[], &request, &answer.claim(), constraint, Tolerance::default()).unwrap()
			};
			assert!(replay(constraint()).is_ok());
			assert!(!replay(None).is_ok());
		}
	}
}

#[test]
fn what_cannot_be_replayed_is_an_error() {
	let sampling = Sampling::GREEDY;
	let request = request(FingerprintMode::E8, &sampling);
	let mut backend = Hashes::new(1);
	let answer = generate(&mut backend, &[], &request, 3, None);
	let mut run = |request: &Request<'_>, claim: &Claim<'_>| {
		verify(&mut backend, &[], request, claim, None, Tolerance::default()).unwrap_err()
	};
	assert!(matches!(run(&Request { prompt: &[], ..request }, &answer.claim()), ReplayError::Invalid(_)));
	assert!(matches!(run(&Request { prompt: &[60], ..request }, &answer.claim()), ReplayError::Invalid(_)));
	assert!(matches!(run(&request, &Claim { tokens: &[], ..answer.claim() }), ReplayError::Invalid(_)));
	let hot = Sampling { temperature: -1.0, ..Sampling::GREEDY };
	assert!(matches!(run(&Request { sampling: &hot, ..request }, &answer.claim()), ReplayError::Sampling(_)));
}
