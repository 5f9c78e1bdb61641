//! The same arithmetic in WASM, by the compiler and with the features that the node runs its runtime with. Input and output
//! are decoded and encoded in WASM too.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../tests/wasm/mod.rs"]
mod wasm;

use codec::Encode;
use criterion::{criterion_group, criterion_main, Criterion};
use openledger_primitives::{Blake2b256, SumTree};
use openledger_verifier::{call, Question};
use wasm::Verifier;

fn questions(c: &mut Criterion) {
	let vector = |seed: u32| (0..4096u32).map(|i| (i.wrapping_mul(seed) >> 7) as i8).collect::<Vec<_>>();
	let score = (vector(2_654_435_761), vector(40_503)).encode();
	let leaf = |i: u32| (i.to_le_bytes(), u128::from(i));
	let tree = SumTree::<Blake2b256>::new((0..1 << 20).map(leaf)).unwrap();
	let (data, amount) = leaf(777_777);
	let proof = (0u8, tree.commitment(), 777_777u32, data.to_vec(), amount, tree.prove(777_777).unwrap()).encode();
	let mut verifier = Verifier::new();
	for (name, question, input) in
		[("dot product of 4,096 int8", Question::Score, score), ("proof in 2^20 leaves", Question::SumLeaf, proof)]
	{
		let question = question as u32;
		c.bench_function(&format!("native question: {name}"), |b| b.iter(|| call(question, &input).unwrap()));
		let mut group = c.benchmark_group("WASM question");
		verifier.prepare(question, &input);
		group.bench_function(name, |b| b.iter(|| verifier.ask_again()));
		group.finish();
	}
}

criterion_group!(benches, questions);
criterion_main!(benches);
