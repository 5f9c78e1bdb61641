//! What the chain and its workers wait for: `benches/primitives/bench.sh` runs this and the same in WASM.

#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{criterion_group, criterion_main, Criterion};
use openledger_primitives::{
	referee::dot,
	tree::{
		stream::Builder,
		sum::{Sum, SumNode},
	},
	weight::{Maturity, Weight},
	Blake2b256, SumTree,
};
use std::hint::black_box;

/// The leaves of a full batch: a million receipts, 285 bytes each with tag and genesis hash.
const LEAVES: u32 = 1 << 20;

fn leaf(index: u32) -> ([u8; 285], u128) {
	let mut data = [7; 285];
	data[..4].copy_from_slice(&index.to_le_bytes());
	(data, u128::from(index))
}

fn scores(c: &mut Criterion) {
	let vector = |seed: u32| (0..4096u32).map(|i| (i.wrapping_mul(seed) >> 7) as i8).collect::<Vec<_>>();
	let (query, row) = (vector(2_654_435_761), vector(40_503));
	c.bench_function("dot product of 4,096 int8", |b| b.iter(|| dot(black_box(&query), black_box(&row))));
}

fn trees(c: &mut Criterion) {
	let mut group = c.benchmark_group("sum tree of 2^20 leaves");
	group.sample_size(10);
	group.bench_function("whole", |b| {
		b.iter(|| SumTree::<Blake2b256>::new((0..LEAVES).map(leaf)).unwrap().commitment())
	});
	group.bench_function("streamed", |b| {
		b.iter(|| {
			let mut builder = Builder::<Sum<Blake2b256>>::default();
			for (data, amount) in (0..LEAVES).map(leaf) {
				builder.push(SumNode::leaf::<Blake2b256>(&data, amount)).unwrap();
			}
			builder.commitment()
		})
	});
	let tree = SumTree::<Blake2b256>::new((0..LEAVES).map(leaf)).unwrap();
	let (commitment, index) = (tree.commitment(), 777_777);
	let (proof, (data, amount)) = (tree.prove(index).unwrap(), leaf(index));
	group.bench_function("proof", |b| {
		b.iter(|| assert!(commitment.verify::<Blake2b256>(black_box(index), &data, amount, &proof)))
	});
	group.finish();
}

fn weights(c: &mut Criterion) {
	let weight = Weight { fast: 1 << 89, slow: 1 << 88 };
	c.bench_function("rolling a weight by 100 days", |b| {
		b.iter(|| black_box(weight).roll(&Maturity::PROTOCOL, black_box(8_640_000)))
	});
}

criterion_group!(benches, scores, trees, weights);
criterion_main!(benches);
