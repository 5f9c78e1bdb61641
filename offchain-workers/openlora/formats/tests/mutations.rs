//! Ten thousand damaged files of each format: Ok or an error, never a panic, and never an allocation beyond the file.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/counting.rs"]
mod counting;
mod support;

use std::cell::Cell;

use counting::{survives, Counting};
use proptest::{prelude::*, test_runner::TestRunner};
use support::{fixture, open, small_gguf, small_safetensors};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[derive(Debug, Clone)]
enum Mutation {
	Set(prop::sample::Index, u8),
	Flip(prop::sample::Index, u8),
	/// Eight bytes at once: a count, a length, an offset.
	Number(prop::sample::Index, u64),
	Cut(prop::sample::Index),
	Remove(prop::sample::Index, usize),
	Repeat(prop::sample::Index, usize),
	Append(Vec<u8>),
}

fn mutation() -> impl Strategy<Value = Mutation> {
	let at = any::<prop::sample::Index>;
	let number = prop_oneof![
		0u64..300,
		Just(u64::MAX),
		Just(1 << 63),
		Just(u64::from(u32::MAX)),
		(0u32..64).prop_map(|bit| 1 << bit),
		any::<u64>(),
	];
	prop_oneof![
		(at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
		(at(), 0u8..8).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
		(at(), number).prop_map(|(at, number)| Mutation::Number(at, number)),
		at().prop_map(Mutation::Cut),
		(at(), 1usize..40).prop_map(|(at, len)| Mutation::Remove(at, len)),
		(at(), 1usize..40).prop_map(|(at, len)| Mutation::Repeat(at, len)),
		proptest::collection::vec(any::<u8>(), 1..40).prop_map(Mutation::Append),
	]
}

fn apply(bytes: &mut Vec<u8>, mutation: &Mutation) {
	if bytes.is_empty() {
		return;
	}
	let len = bytes.len();
	match mutation {
		Mutation::Set(at, byte) => bytes[at.index(len)] = *byte,
		Mutation::Flip(at, bit) => bytes[at.index(len)] ^= 1 << bit,
		Mutation::Number(at, number) => {
			let at = at.index(len);
			let end = len.min(at + 8);
			bytes[at..end].copy_from_slice(&number.to_le_bytes()[..end - at]);
		}
		Mutation::Cut(at) => bytes.truncate(at.index(len)),
		Mutation::Remove(at, count) => drop(bytes.drain(at.index(len)..len.min(at.index(len) + count))),
		Mutation::Repeat(at, count) => {
			let part = bytes[at.index(len)..len.min(at.index(len) + count)].to_vec();
			bytes.splice(at.index(len)..at.index(len), part);
		}
		Mutation::Append(more) => bytes.extend(more),
	}
}

/// Damages `file` in `cases` ways; returns how many of them were still taken.
fn damage(file: &[u8], cases: u32) -> usize {
	let mut runner = TestRunner::new_with_rng(
		ProptestConfig { cases, ..ProptestConfig::default() },
		proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
	);
	let taken = Cell::new(0);
	let run = runner.run(&proptest::collection::vec(mutation(), 1..5), |mutations| {
		let mut bytes = file.to_vec();
		mutations.iter().for_each(|mutation| apply(&mut bytes, mutation));
		taken.set(taken.get() + usize::from(survives(&bytes)));
		Ok(())
	});
	run.unwrap();
	taken.get()
}

#[test]
fn damaged_gguf_files_never_panic_nor_allocate_beyond_themselves() {
	assert!(survives(&small_gguf()));
	let taken = damage(&small_gguf(), 9_000);
	assert!((50..8_950).contains(&taken), "{taken} of 9,000 were taken: the damage is no test");
	let header: Vec<u8> = std::fs::read(fixture("all.gguf")).unwrap();
	damage(&header, 1_000);
}

#[test]
fn damaged_safetensors_files_never_panic_nor_allocate_beyond_themselves() {
	assert!(survives(&small_safetensors()));
	let taken = damage(&small_safetensors(), 10_000);
	assert!((50..9_950).contains(&taken), "{taken} of 10,000 were taken: the damage is no test");
}

#[test]
fn files_of_many_tiny_parts_allocate_no_more_than_they_are() {
	let mut gguf = support::Gguf::new();
	for number in 0..3_000 {
		gguf = gguf.key(&format!("{number:x}"), 0, &[1]).tensor(&format!("{number:x}"), &[], 24, number * 32);
	}
	gguf = gguf.data(&vec![0; 3_000 * 32]);
	assert!(survives(&gguf.bytes()));
	let many = (0..3_000).map(|n| format!(r#""{n:x}":{{"dtype":"U8","shape":[],"data_offsets":[{n},{}]}}"#, n + 1));
	let metadata: Vec<_> = (0..3_000).map(|n| format!(r#""{n:x}":"""#)).collect();
	let tensors = many.collect::<Vec<_>>().join(",");
	let header = format!(r#"{{"__metadata__":{{{}}},{tensors}}}"#, metadata.join(","));
	assert!(survives(&support::safetensors(&header, &[0; 3_000])));
	assert!(!survives(&support::safetensors(&"[".repeat(100_000), &[])));
	// Counts for which there are bytes enough, though not for as many entries.
	for count in [7_200, 50_000, 99_000] {
		let mut keys = support::Gguf::new().data(&[0; 100_000]);
		keys.keys.0 = count;
		assert!(!survives(&keys.bytes()));
		let mut tensors = support::Gguf::new().data(&[0; 100_000]);
		tensors.tensors.0 = count;
		assert!(!survives(&tensors.bytes()));
	}
	assert!(open(&[]).is_err());
}
