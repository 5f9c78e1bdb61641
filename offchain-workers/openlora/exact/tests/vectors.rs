//! The test vectors of `docs/exact-arithmetic.md`, on every instruction set.

#![allow(clippy::unwrap_used)]

use openledger_exact::{
	attention::{attend_head, AttentionParams, KvLayout, KvPage, Scratch},
	functions::{self, double},
	norm,
	rope::{self, RopeTable},
	Activations, Isa, Linear, LowRank, LowRankSource, Pool, Precision,
};

const DOCUMENT: &str = include_str!("../../../../docs/exact-arithmetic.md");

/// The stream of the document: an LCG whose upper 24 bits are numbers of −4 … 4.
fn stream(seed: u64, count: usize) -> Vec<f32> {
	let mut state = seed;
	(0..count)
		.map(|_| {
			state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
			((state >> 40) as i32 - (1 << 23)) as f32 / (1 << 21) as f32
		})
		.collect()
}

fn attention(isa: Isa, params: AttentionParams) -> Vec<f32> {
	let layout = KvLayout { layers: 1, kv_heads: 1, head_dim: 10 };
	let (k, v) = (stream(1, 370), stream(2, 370));
	let mut pages = [KvPage::new(&layout), KvPage::new(&layout), KvPage::new(&layout)];
	for token in 0..37 {
		let range = token * 10..token * 10 + 10;
		assert!(pages[token / 16].write(&layout, isa, 0, token % 16, &k[range.clone()], &v[range]));
	}
	let mut out = vec![0.0; 10];
	let pages: Vec<&KvPage> = pages.iter().collect();
	let mut scratch = Scratch::new();
	attend_head(isa, &layout, 0, 0, &pages, &stream(3, 10), 10, 0..1, 36, &[params], &mut out, &mut scratch);
	out
}

/// A linear layer of `inputs` × `outputs` applied to stream(9), then a low-rank change of `rank` where that is not 0.
fn linear(isa: Isa, precision: Precision, inputs: usize, outputs: usize, rank: usize) -> Vec<f32> {
	let pool = Pool::new(1).unwrap();
	let mut x = Activations::new();
	x.quantize(isa, &pool, &stream(9, inputs), inputs);
	let weights = stream(10, inputs * outputs);
	let read = |row: usize, out: &mut [f32]| out.copy_from_slice(&weights[row * inputs..][..inputs]);
	let mut out = vec![0.0; outputs];
	Linear::new(precision, outputs, inputs, read).unwrap().forward(isa, &pool, &x, &mut out);
	if rank > 0 {
		let (a, b) = (stream(11, rank * inputs), stream(12, outputs * rank));
		let pair = LowRank::new(&LowRankSource { precision, a: &a, b: &b, rank, inputs, outputs }).unwrap();
		pair.add_to(isa, &x, 0, 0.0625, &mut out);
	}
	out
}

/// What a line of the table has behind its arrow.
fn compute(isa: Isa, name: &str, arguments: &[&str]) -> String {
	let single = |i: usize| f32::from_bits(u32::from_str_radix(arguments[i], 16).unwrap());
	let double = |i: usize| f64::from_bits(u64::from_str_radix(arguments[i], 16).unwrap());
	let many = |values: &[f32]| values.iter().map(|x| format!("{:08x}", x.to_bits())).collect::<Vec<_>>().join(" ");
	let wide = |x: f64| format!("{:016x}", x.to_bits());
	let map = |f: fn(Isa, &mut [f32])| {
		let mut x = [single(0)];
		f(isa, &mut x);
		many(&x)
	};
	let plain = AttentionParams::new(0.25);
	match name {
		"exp" => map(functions::exp_in_place),
		"tanh" => map(functions::tanh_in_place),
		"erf" => map(functions::erf_in_place),
		"silu" => map(openledger_exact::activation::silu),
		"gelu" => map(openledger_exact::activation::gelu),
		"gelu_tanh" => map(openledger_exact::activation::gelu_tanh),
		"softcap" => {
			let mut x = [single(0)];
			functions::softcap_in_place(isa, &mut x, single(1));
			many(&x)
		}
		"exp64" => wide(double::exp(double(0))),
		"ln64" => wide(double::ln(double(0))),
		"sin64" => wide(double::sin_cos(double(0)).0),
		"cos64" => wide(double::sin_cos(double(0)).1),
		"pow64" => wide(double::pow(double(0), double(1))),
		"log_sum_exp" => wide(functions::log_sum_exp(isa, &stream(7, arguments[0].parse().unwrap()))),
		"rms_norm" | "layer_norm" => {
			let width = arguments[0].parse().unwrap();
			let (x, scale, mut out) = (stream(4, width), stream(5, width), vec![0.0; width]);
			if name == "rms_norm" {
				norm::rms_norm(isa, &x, &scale, 1e-5, &mut out);
			} else {
				norm::layer_norm(isa, &x, &scale, &stream(6, width), 1e-5, &mut out);
			}
			many(&[out[0], out[1], out[width - 1]])
		}
		"rope" => {
			let table = RopeTable::new(&[single(1)], 1.0);
			let (mut cos, mut sin) = ([0.0], [0.0]);
			table.rows(isa, &[arguments[0].parse().unwrap()], &mut cos, &mut sin);
			let mut x = stream(8, 2);
			rope::rotate(isa, &mut x, 2, 2, false, &cos, &sin);
			many(&[cos[0], sin[0], x[0], x[1]])
		}
		"linear_e8" | "linear_e16" => {
			let precision = if name == "linear_e8" { Precision::E8 } else { Precision::E16 };
			let shape: Vec<usize> = arguments.iter().map(|word| word.parse().unwrap()).collect();
			many(&linear(isa, precision, shape[0], shape[1], shape[2]))
		}
		"attention" => many(&attention(isa, plain)),
		"attention_softcap" => many(&attention(isa, AttentionParams { softcap: Some(2.0), ..plain })),
		"attention_window" => many(&attention(isa, AttentionParams { window: Some(19), ..plain })),
		"attention_alibi" => many(&attention(isa, AttentionParams { alibi: Some(0.125), ..plain })),
		_ => panic!("{name} is no function of the table"),
	}
}

#[test]
fn the_table_of_the_document_holds() {
	let table = DOCUMENT.split("```vectors\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
	let lines: Vec<&str> = table.lines().filter(|line| !line.is_empty()).collect();
	assert!(lines.len() >= 60, "the table was cut");
	for isa in Isa::available() {
		let mut computed = String::new();
		for line in &lines {
			let (call, _) = line.split_once(" -> ").unwrap();
			let words: Vec<&str> = call.split_whitespace().collect();
			computed += &format!("{call} -> {}\n", compute(isa, words[0], &words[1..]));
		}
		assert_eq!(table, computed, "{isa} computes\n{computed}");
	}
}
