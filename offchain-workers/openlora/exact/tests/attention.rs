//! Attention: against a transcription of the specification, against f64, and the ways in which its bits must not change.

use openledger_exact::{
	attention::{attend_head, AttentionParams, KvLayout, KvPage, Scratch, PAGE_TOKENS},
	functions, Isa,
};
use proptest::prelude::*;

struct Random(u64);

impl Random {
	fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		self.0 >> 33
	}

	/// Roughly normal, with an outlier now and then.
	fn normal(&mut self) -> f32 {
		let sum: f32 = (0..4).map(|_| self.next() as f32 / 2f32.powi(30) - 1.0).sum();
		if self.next().is_multiple_of(50) {
			sum * 12.0
		} else {
			sum
		}
	}

	fn values(&mut self, count: usize) -> Vec<f32> {
		(0..count).map(|_| self.normal()).collect()
	}
}

/// A sequence: keys and values of its tokens, and queries of its last rows.
#[derive(Clone)]
struct Case {
	layout: KvLayout,
	tokens: usize,
	rows: usize,
	group: usize,
	params: Vec<AttentionParams>,
	k: Vec<f32>,
	v: Vec<f32>,
	q: Vec<f32>,
}

const LAYER: usize = 1;
const HEAD: usize = 1;

impl Case {
	fn new(head_dim: usize, group: usize, tokens: usize, rows: usize, seed: u64) -> Self {
		let layout = KvLayout { layers: 2, kv_heads: 3, head_dim };
		let mut random = Random(seed);
		let params = (0..group)
			.map(|head| AttentionParams {
				scale: 1.0 / (head_dim as f32).sqrt(),
				softcap: (seed % 5 == 1).then_some(5.0),
				window: (seed % 4 == 1).then_some(1 + (seed as usize / 7 + head * 3) % 60),
				alibi: (seed % 3 == 1).then_some(0.5 / (head + 1) as f32),
			})
			.collect();
		Self {
			k: random.values(tokens * 3 * head_dim),
			v: random.values(tokens * 3 * head_dim),
			q: random.values(rows * 3 * group * head_dim),
			layout,
			tokens,
			rows,
			group,
			params,
		}
	}

	/// Pages of the tokens before `end`; what lies behind them in the last page are remains of another sequence.
	fn pages(&self, isa: Isa, end: usize) -> Vec<KvPage> {
		let width = 3 * self.layout.head_dim;
		(0..end.div_ceil(PAGE_TOKENS))
			.map(|i| {
				let mut page = KvPage::new(&self.layout);
				for slot in 0..PAGE_TOKENS {
					let token = i * PAGE_TOKENS + slot;
					let (k, v) = if token < end {
						(self.k[token * width..][..width].to_vec(), self.v[token * width..][..width].to_vec())
					} else {
						(vec![1e30; width], vec![-1e30; width])
					};
					assert!(page.write(&self.layout, isa, LAYER, slot, &k, &v));
				}
				page
			})
			.collect()
	}

	/// The outputs of rows `rows` of the last `self.rows` tokens.
	fn attend(&self, isa: Isa, pages: &[&KvPage], rows: std::ops::Range<usize>, scratch: &mut Scratch) -> Vec<f32> {
		let width = 3 * self.group * self.layout.head_dim;
		let mut out = vec![0.0; rows.len() * self.group * self.layout.head_dim];
		attend_head(
			isa,
			&self.layout,
			LAYER,
			HEAD,
			pages,
			&self.q[rows.start * width..rows.end * width],
			width,
			HEAD * self.group..(HEAD + 1) * self.group,
			self.tokens - self.rows + rows.start,
			&self.params,
			&mut out,
			scratch,
		);
		out
	}

	fn all(&self, isa: Isa) -> Vec<f32> {
		let pages = self.pages(isa, self.tokens);
		self.attend(isa, &pages.iter().collect::<Vec<_>>(), 0..self.rows, &mut Scratch::new())
	}

	fn query(&self, row: usize, head: usize) -> &[f32] {
		let d = self.layout.head_dim;
		&self.q[((row * 3 + HEAD) * self.group + head) * d..][..d]
	}

	fn token<'a>(&self, of: &'a [f32], token: usize) -> &'a [f32] {
		let d = self.layout.head_dim;
		&of[(token * 3 + HEAD) * d..][..d]
	}

	fn seen(&self, row: usize, head: usize) -> std::ops::Range<usize> {
		let end = self.tokens - self.rows + row + 1;
		end.saturating_sub(self.params[head].window.unwrap_or(usize::MAX))..end
	}

	/// The specification, straight from `docs/exact-arithmetic.md`.
	fn specified(&self, row: usize, head: usize) -> Vec<f32> {
		let params = &self.params[head];
		let seen = self.seen(row, head);
		let (q, sq) = quantise(self.query(row, head));
		let a = sq * params.scale;
		let limit = 2f32.powi(100);
		let scores: Vec<f32> = seen
			.clone()
			.map(|t| {
				let (k, sk) = quantise(self.token(&self.k, t));
				let sum: i64 = q.iter().zip(&k).map(|(q, k)| q * k).sum();
				let mut s = (sum as f32 * a) * sk;
				if let Some(cap) = params.softcap {
					s = cap * functions::tanh(s / cap);
				}
				if let Some(slope) = params.alibi {
					s += slope * (t as f32 - (seen.end - 1) as f32);
				}
				s.min(limit).max(-limit)
			})
			.collect();
		let max = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
		let p: Vec<f32> = scores.iter().map(|s| functions::exp(s - max)).collect();
		let denominator: u64 = p.iter().map(|p| (p * 2f32.powi(30)).round_ties_even() as u64).sum();
		let values: Vec<(Vec<i64>, f32)> = seen.map(|t| quantise(self.token(&self.v, t))).collect();
		let c: Vec<f32> = p.iter().zip(&values).map(|(p, (_, sv))| p * sv).collect();
		let most = c.iter().copied().fold(0.0, f32::max);
		if most < 2f32.powi(-100) {
			return vec![0.0; self.layout.head_dim];
		}
		let inverse = 16_777_215.0 / most;
		let c: Vec<i64> = c.iter().map(|c| (c * inverse).round_ties_even().min(16_777_215.0) as i64).collect();
		let factor = (most / 16_777_215.0) / (denominator as f32 * 2f32.powi(-30));
		(0..self.layout.head_dim)
			.map(|d| {
				let sum: i64 = c.iter().zip(&values).map(|(c, (v, _))| c * v[d]).sum();
				sum as f32 * factor
			})
			.collect()
	}

	/// What attention is, in f64.
	fn ideal(&self, row: usize, head: usize) -> Vec<f64> {
		let params = &self.params[head];
		let seen = self.seen(row, head);
		let q = self.query(row, head);
		let scores: Vec<f64> = seen
			.clone()
			.map(|t| {
				let k = self.token(&self.k, t);
				let mut s: f64 = q.iter().zip(k).map(|(q, k)| f64::from(*q) * f64::from(*k)).sum();
				s *= f64::from(params.scale);
				if let Some(cap) = params.softcap {
					s = f64::from(cap) * (s / f64::from(cap)).tanh();
				}
				s + f64::from(params.alibi.unwrap_or(0.0)) * (t as f64 - (seen.end - 1) as f64)
			})
			.collect();
		let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
		let p: Vec<f64> = scores.iter().map(|s| (s - max).exp()).collect();
		let sum: f64 = p.iter().sum();
		(0..self.layout.head_dim)
			.map(|d| {
				p.iter().zip(seen.clone()).map(|(p, t)| p * f64::from(self.token(&self.v, t)[d])).sum::<f64>() / sum
			})
			.collect()
	}
}

fn quantise(x: &[f32]) -> (Vec<i64>, f32) {
	let max = x.iter().fold(0.0f32, |max, x| max.max(x.abs()));
	if max < 2f32.powi(-100) {
		return (vec![0; x.len()], 0.0);
	}
	let inverse = 16_383.0 / max;
	let integers = x.iter().map(|x| ((x * inverse).round_ties_even() as i64).clamp(-16_383, 16_383)).collect();
	(integers, max / 16_383.0)
}

fn bits(x: &[f32]) -> Vec<u32> {
	x.iter().map(|x| x.to_bits()).collect()
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(120))]

	#[test]
	fn every_instruction_set_gives_what_is_specified(
		head_dim in prop_oneof![Just(8usize), Just(64), Just(80), Just(128), 1usize..=256],
		group in 1usize..=9,
		tokens in prop_oneof![1usize..40, 1usize..600],
		rows in 1usize..=40,
		seed in any::<u32>(),
	) {
		let rows = rows.min(tokens);
		// The transcription is slow: large shapes have few rows.
		let rows = if head_dim * tokens > 10_000 { rows.min(3) } else { rows };
		let case = Case::new(head_dim, group, tokens, rows, u64::from(seed));
		let mut expected = Vec::new();
		for row in 0..rows {
			for head in 0..group {
				expected.extend(case.specified(row, head));
			}
		}
		for isa in Isa::available() {
			prop_assert_eq!(bits(&case.all(isa)), bits(&expected), "{}", isa);
		}
	}

	#[test]
	fn chunks_places_and_remains_change_nothing(
		head_dim in prop_oneof![Just(32usize), 1usize..100],
		group in 1usize..=4,
		tokens in 1usize..200,
		cut in 0usize..200,
		seed in any::<u32>(),
	) {
		let case = Case::new(head_dim, group, tokens, tokens, u64::from(seed));
		let isa = Isa::best();
		let whole = case.all(isa);
		// In two chunks, the first before the later tokens exist.
		let cut = cut.min(tokens);
		let early = case.pages(isa, cut);
		let mut scratch = Scratch::new();
		let mut out = case.attend(isa, &early.iter().collect::<Vec<_>>(), 0..cut, &mut scratch);
		let late = case.pages(isa, tokens);
		out.extend(case.attend(isa, &late.iter().collect::<Vec<_>>(), cut..tokens, &mut scratch));
		prop_assert_eq!(bits(&out), bits(&whole));
		// Token by token, with buffers of other calls, and the pages at other places of memory.
		let elsewhere: Vec<KvPage> = late.iter().rev().cloned().collect();
		let pages: Vec<&KvPage> = elsewhere.iter().rev().collect();
		let mut out = Vec::new();
		for row in (0..tokens).step_by(7) {
			out.extend(case.attend(isa, &pages[..row / PAGE_TOKENS + 1], row..row + 1, &mut scratch));
		}
		let rows: Vec<f32> =
			whole.chunks(group * head_dim).step_by(7).flat_map(|row| row.iter().copied()).collect();
		prop_assert_eq!(bits(&out), bits(&rows));
	}
}

#[test]
fn it_is_attention() {
	for (head_dim, tokens, seed) in [(64, 500, 1), (64, 500, 5), (128, 300, 2), (80, 900, 3), (16, 20, 4), (64, 1, 6)] {
		let case = Case::new(head_dim, 2, tokens, 1, seed);
		let out = case.all(Isa::best());
		for head in 0..2 {
			let ideal = case.ideal(0, head);
			let norm = ideal.iter().map(|x| x * x).sum::<f64>().sqrt();
			let error =
				ideal.iter().zip(&out[head * head_dim..]).map(|(x, y)| (x - f64::from(*y)).powi(2)).sum::<f64>().sqrt();
			assert!(error < 2e-3 * norm, "{head_dim} {tokens}: {error} of {norm}");
		}
	}
}

#[test]
fn the_largest_sums_do_not_overflow() {
	// All integers are ±16,383 and all weights 2²⁴ − 1, over the widest head and over many flushes.
	for (head_dim, tokens, sign) in [(16, 5_000, 1.0), (512, 40, 1.0), (512, 40, -1.0)] {
		let mut case = Case::new(head_dim, 1, tokens, 1, 0);
		case.k.fill(1.0);
		case.q.fill(sign);
		case.v.fill(-1.0);
		let expected = case.specified(0, 0);
		assert!(expected.iter().all(|value| (value + 1.0).abs() < 1e-6), "{expected:?}");
		for isa in Isa::available() {
			assert_eq!(bits(&case.all(isa)), bits(&expected), "{isa} {head_dim}");
		}
	}
}

#[test]
fn one_heavy_token_does_not_swallow_a_long_context() {
	// Nine tenths on the first token, the rest spread over 8,000 others, each of less than 2⁻¹⁶ of it.
	let tokens = 8_001;
	let mut case = Case::new(16, 1, tokens, 1, 0);
	case.k.fill(0.0);
	case.v.fill(0.25);
	case.q.fill(1.0);
	let token = HEAD * 16;
	case.k[token..token + 16].fill((9.0f32 * 8_000.0).ln() / 4.0);
	case.v[token..token + 16].fill(1.0);
	let ideal = case.ideal(0, 0)[0];
	assert!((ideal - 0.925).abs() < 1e-3);
	for isa in Isa::available() {
		let found = f64::from(case.all(isa)[0]);
		assert!((found - ideal).abs() < 5e-4, "{isa}: {found} instead of {ideal}");
	}
}

#[test]
fn senseless_parameters_still_give_the_same_bits() {
	let odd = [0.0, -1.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e38];
	for value in odd {
		for which in 0..3 {
			let mut case = Case::new(20, 2, 50, 2, 0);
			for params in &mut case.params {
				match which {
					0 => params.scale = value,
					1 => params.softcap = Some(value),
					_ => params.alibi = Some(value),
				}
			}
			let expected = bits(&case.all(Isa::Scalar));
			for isa in Isa::available() {
				assert_eq!(bits(&case.all(isa)), expected, "{isa} {which} {value}");
			}
		}
	}
}

#[test]
fn a_query_that_is_not_finite_gives_nan_and_spares_the_others() {
	let case = Case::new(24, 2, 40, 3, 0);
	let mut broken = case.clone();
	let start = (3 + HEAD) * 2 * 24;
	broken.q[start] = f32::NAN;
	for isa in Isa::available() {
		let (good, bad) = (case.all(isa), broken.all(isa));
		for (i, (good, bad)) in good.iter().zip(&bad).enumerate() {
			if (2 * 24..3 * 24).contains(&i) {
				assert!(bad.is_nan());
			} else {
				assert_eq!(good.to_bits(), bad.to_bits());
			}
		}
	}
}

#[test]
fn numbers_of_any_size_stay_finite() {
	let mut case = Case::new(16, 1, 40, 2, 0);
	for factor in [1e-40, 1e-30, 1e18, 1e36] {
		let scaled = |x: &[f32]| x.iter().map(|x| x * factor).collect::<Vec<_>>();
		let mut case = case.clone();
		(case.k, case.q, case.v) = (scaled(&case.k), scaled(&case.q), scaled(&case.v));
		let expected = case.all(Isa::Scalar);
		assert!(expected.iter().all(|x| x.is_finite()), "{factor}");
		for isa in Isa::available() {
			assert_eq!(bits(&case.all(isa)), bits(&expected));
		}
	}
	case.v.fill(0.0);
	assert_eq!(case.all(Isa::best()), vec![0.0; 32]);
}

#[test]
fn a_page_refuses_what_is_not_finite() {
	let layout = KvLayout { layers: 1, kv_heads: 2, head_dim: 8 };
	let mut page = KvPage::new(&layout);
	assert_eq!(page.bytes(), layout.page_bytes());
	assert_eq!(layout.page_bytes(), 2 * (16 * 16 * 4 + 128));
	let mut k = [1.0; 16];
	assert!(page.write(&layout, Isa::best(), 0, 3, &k, &[2.0; 16]));
	k[15] = f32::INFINITY;
	assert!(!page.write(&layout, Isa::best(), 0, 3, &k, &[2.0; 16]));
}

#[test]
#[should_panic(expected = "pages of every token")]
fn a_missing_page_is_refused() {
	let case = Case::new(8, 1, 40, 1, 0);
	let pages = case.pages(Isa::Scalar, 32);
	case.attend(Isa::Scalar, &pages.iter().collect::<Vec<_>>(), 0..1, &mut Scratch::new());
}
