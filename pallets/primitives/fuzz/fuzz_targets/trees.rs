//! Any leaves, in whole and streamed, one by one and together; and no other leaf, place, amount, count or sum.

#![no_main]

use libfuzzer_sys::fuzz_target;
use openledger_primitives::{
	tree::{
		stream::Builder,
		sum::{Sum, SumNode},
	},
	Blake2b256, SumCommitment, SumTree,
};

fuzz_target!(|data: &[u8]| {
	let [count, pick, twist, at, bit, amounts @ ..] = data else { return };
	let count = u32::from(*count) + 1;
	let amount = |index: u32| amounts.get(index as usize).copied().map_or(1, u128::from) << (index % 100);
	let leaf = |index: u32| index.to_be_bytes();
	let tree = SumTree::<Blake2b256>::new((0..count).map(|i| (leaf(i), amount(i)))).unwrap();
	let mut builder = Builder::<Sum<Blake2b256>>::default();
	for i in 0..count {
		builder.push(SumNode::leaf::<Blake2b256>(&leaf(i), amount(i))).unwrap();
	}
	let committed = tree.commitment();
	assert_eq!(builder.commitment(), Some(committed));

	let index = u32::from(*pick) % count;
	let mut proof = tree.prove(index).unwrap();
	assert!(committed.verify::<Blake2b256>(index, &leaf(index), amount(index), &proof));

	// Each fifth leaf or so, from the picked one on.
	let some: Vec<u32> = (index..count).step_by(usize::from(*at % 7) + 1).collect();
	let bytes: Vec<[u8; 4]> = some.iter().map(|i| leaf(*i)).collect();
	let opened: Vec<(u32, &[u8], u128)> = some.iter().zip(&bytes).map(|(i, data)| (*i, &data[..], amount(*i))).collect();
	assert!(committed.verify_many::<Blake2b256>(&opened, &tree.prove_many(&some).unwrap()));

	// Whatever else is offered as proof of those leaves is refused.
	let mut shifted = tree.prove_many(&some).unwrap();
	match shifted.first_mut() {
		Some(node) => node.sum ^= 1 << (at % 120),
		None => shifted.push(SumNode::default()),
	}
	assert!(!committed.verify_many::<Blake2b256>(&opened, &shifted));

	let (bit, place) = (1u8 << (bit % 8), usize::from(*at));
	let (mut changed, mut where_, mut paid) = (committed, index, amount(index));
	match twist % 7 {
		0 => changed.count = changed.count.wrapping_add(1 + u32::from(*at)),
		1 => changed.sum ^= u128::from(bit) << (at % 120),
		2 => changed.root.0[place % 32] ^= bit,
		3 => where_ = where_.wrapping_add(1 + u32::from(*at)),
		4 => paid ^= u128::from(bit) << (at % 120),
		5 if !proof.is_empty() => {
			let step = place % proof.len();
			proof[step].hash.0[place % 32] ^= bit;
		}
		_ => proof.push(SumNode::default()),
	}
	assert!(!SumCommitment::verify::<Blake2b256>(&changed, where_, &leaf(index), paid, &proof));
});
