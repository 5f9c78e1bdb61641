//! The test vectors of part 1 of `docs/exact-arithmetic.md`, on every instruction set.

#![allow(clippy::unwrap_used)]

use openledger_exact::{Activations, Isa, Linear, LowRank, LowRankSource, Pool, Precision};

const DOCUMENT: &str = include_str!("../../../../docs/exact-arithmetic.md");

/// The stream of the document.
fn stream(seed: u64, count: usize) -> Vec<f32> {
	let mut state = seed;
	let next = |_| {
		state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		((state >> 40) as i32 - (1 << 23)) as f32 / (1 << 21) as f32
	};
	(0..count).map(next).collect()
}

fn linear(isa: Isa, precision: Precision, x: &[f32], weights: &[f32]) -> Vec<f32> {
	let pool = Pool::new(1).unwrap();
	let mut rows = Activations::new();
	rows.quantize(isa, &pool, x, x.len());
	let mut out = vec![0.0; weights.len() / x.len()];
	let read = |row: usize, out: &mut [f32]| out.copy_from_slice(&weights[row * x.len()..][..x.len()]);
	Linear::new(precision, out.len(), x.len(), read).unwrap().forward(isa, &pool, &rows, &mut out);
	out
}

/// What a line of the table has behind its arrow.
fn compute(isa: Isa, words: &[&str]) -> Vec<f32> {
	let float = |word: &&str| f32::from_bits(u32::from_str_radix(word, 16).unwrap());
	let number = |i: usize| words[i].parse::<usize>().unwrap();
	let precision = match words[1] {
		"e8" => Precision::E8,
		"e16" => Precision::E16,
		mode => panic!("{mode} is no mode"),
	};
	match words[0] {
		"row" => {
			let bar = words.iter().position(|word| *word == "|").unwrap();
			let (x, w): (Vec<f32>, Vec<f32>) =
				(words[2..bar].iter().map(float).collect(), words[bar + 1..].iter().map(float).collect());
			linear(isa, precision, &x, &w)
		}
		"linear" => linear(isa, precision, &stream(11, number(3)), &stream(12, number(2) * number(3))),
		"low_rank" => {
			let (rank, inputs, outputs) = (number(2), number(3), number(4));
			let (a, b, mut out) = (stream(13, rank * inputs), stream(14, outputs * rank), stream(15, outputs));
			let mut rows = Activations::new();
			rows.quantize(isa, &Pool::new(1).unwrap(), &stream(11, inputs), inputs);
			let pair = LowRank::new(&LowRankSource { precision, a: &a, b: &b, rank, inputs, outputs }).unwrap();
			pair.add_to(isa, &rows, 0, float(&words[5]), &mut out);
			out
		}
		name => panic!("{name} is no function of the table"),
	}
}

#[test]
fn the_table_of_part_1_holds() {
	let table = DOCUMENT.split("```linear-vectors\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
	let lines: Vec<&str> = table.lines().collect();
	assert!(lines.len() >= 20, "the table was cut");
	for isa in Isa::available() {
		let mut computed = String::new();
		for line in &lines {
			let (call, _) = line.split_once(" -> ").unwrap();
			let results = compute(isa, &call.split_whitespace().collect::<Vec<_>>());
			let bits: Vec<String> = results.iter().map(|x| format!("{:08x}", x.to_bits())).collect();
			computed += &format!("{call} -> {}\n", bits.join(" "));
		}
		assert_eq!(table, computed, "{isa} computes\n{computed}");
	}
}
