//! Every index of every size, every mutation, and trees that others have made.

use super::{
	plain::{leaf_hash, node_hash, Commitment, Plain},
	stream::Builder,
	sum::{Sum, SumCommitment, SumNode},
	whole::{MerkleTree, SumTree},
	Algebra,
};
use crate::hashing::{Blake2b256, Keccak256, TreeHash};
use alloc::vec::Vec;
use primitive_types::H256;
use proptest::prelude::*;

/// The sizes that every test of all sizes covers.
const SIZES: u32 = 600;

fn leaves(n: u32) -> Vec<[u8; 4]> {
	(0..n).map(u32::to_be_bytes).collect()
}

fn amounts(n: u32) -> Vec<([u8; 4], u128)> {
	(0..n).map(|i| (i.to_be_bytes(), u128::from(i) * 7 + 1)).collect()
}

/// The recursive definition of RFC 6962 §2.1, written from the text of the RFC, for any nodes.
fn rfc_top<A: Algebra>(leaves: &[A::Node]) -> A::Node {
	match leaves {
		[] => A::empty(),
		[leaf] => leaf.clone(),
		_ => {
			let split = 1usize << (usize::BITS - 1 - (leaves.len() - 1).leading_zeros());
			A::join(&rfc_top::<A>(&leaves[..split]), &rfc_top::<A>(&leaves[split..])).unwrap()
		}
	}
}

#[test]
fn shape_is_that_of_rfc_6962_whole_and_streamed() {
	let mut plain = Builder::<Plain<Blake2b256>>::default();
	let mut sums = Builder::<Sum<Keccak256>>::default();
	for n in 0..=SIZES {
		let hashes: Vec<H256> = leaves(n).iter().map(|data| leaf_hash::<Blake2b256>(data)).collect();
		let tree = MerkleTree::<Blake2b256>::new(leaves(n)).unwrap();
		assert_eq!(tree.top(), rfc_top::<Plain<Blake2b256>>(&hashes));
		assert_eq!((plain.commitment(), plain.count()), (Some(tree.commitment()), n));

		let nodes: Vec<SumNode> =
			amounts(n).iter().map(|(data, amount)| SumNode::leaf::<Keccak256>(data, *amount)).collect();
		let tree = SumTree::<Keccak256>::new(amounts(n)).unwrap();
		assert_eq!(tree.top(), rfc_top::<Sum<Keccak256>>(&nodes));
		assert_eq!(sums.commitment(), Some(tree.commitment()));

		plain.push(leaf_hash::<Blake2b256>(&n.to_be_bytes())).unwrap();
		sums.push(SumNode::leaf::<Keccak256>(&n.to_be_bytes(), u128::from(n) * 7 + 1)).unwrap();
	}
}

#[test]
fn every_index_of_every_size_verifies_and_no_other_index_does() {
	for n in 1..=SIZES {
		let data = leaves(n);
		let tree = MerkleTree::<Blake2b256>::new(&data).unwrap();
		let commitment = tree.commitment();
		for i in 0..n {
			let proof = tree.prove(i).unwrap();
			assert!(commitment.verify::<Blake2b256>(i, &data[i as usize], &proof), "{i} of {n}");
			let other = (i + 1) % n;
			if other != i {
				assert!(!commitment.verify::<Blake2b256>(other, &data[i as usize], &proof));
			}
		}
		assert_eq!(tree.prove(n), None);
	}
}

#[test]
fn every_index_of_every_size_verifies_with_its_amount_and_no_other_amount_does() {
	for n in 1..=SIZES {
		let data = amounts(n);
		let tree = SumTree::<Blake2b256>::new(data.iter().copied()).unwrap();
		let commitment = tree.commitment();
		assert_eq!(commitment.sum, data.iter().map(|(_, amount)| amount).sum::<u128>());
		let mut before = 0;
		for (i, (bytes, amount)) in data.iter().enumerate() {
			let proof = tree.prove(i as u32).unwrap();
			assert!(commitment.verify::<Blake2b256>(i as u32, bytes, *amount, &proof), "{i} of {n}");
			assert!(!commitment.verify::<Blake2b256>(i as u32, bytes, amount + 1, &proof));
			assert_eq!(commitment.before::<Blake2b256>(i as u32, bytes, *amount, &proof), Some(before), "{i} of {n}");
			assert_eq!(commitment.before::<Blake2b256>(i as u32, bytes, amount + 1, &proof), None);
			before += amount;
		}
	}
}

#[test]
fn every_range_of_small_trees_verifies() {
	for n in 1..=40 {
		let data = leaves(n);
		let tree = MerkleTree::<Blake2b256>::new(&data).unwrap();
		for start in 0..n {
			for end in start + 1..=n {
				let proof = tree.prove_range(start, end - start).unwrap();
				let slices: Vec<&[u8]> = data[start as usize..end as usize].iter().map(|leaf| &leaf[..]).collect();
				assert!(tree.commitment().verify_range::<Blake2b256>(start, &slices, &proof), "{start}..{end} of {n}");
				assert!(!tree.commitment().verify_range::<Blake2b256>(start + 1, &slices, &proof));
			}
			assert_eq!(tree.prove_range(start, n - start + 1), None);
			assert_eq!(tree.prove_range(start, 0), None);
		}
	}
	assert!(!Commitment::default().verify_range::<Blake2b256>(u32::MAX, &[b"a", b"b"], &[]));
}

#[test]
fn a_proof_of_one_leaf_is_a_proof_of_many_with_one() {
	let data = amounts(77);
	let tree = SumTree::<Blake2b256>::new(data.iter().copied()).unwrap();
	for (i, (bytes, amount)) in (0u32..).zip(&data) {
		let commitment = tree.commitment();
		assert!(commitment.verify_many::<Blake2b256>(&[(i, bytes, *amount)], &tree.prove(i).unwrap()));
		assert!(commitment.verify_range::<Blake2b256>(i, &[(bytes, *amount)], &tree.prove(i).unwrap()));
	}
}

#[test]
fn sums_that_overflow_are_refused() {
	let data = [([0u8], u128::MAX), ([1u8], 1)];
	assert!(SumTree::<Blake2b256>::new(data).is_none());
	let forged = SumCommitment { root: H256::zero(), count: 2, sum: 0 };
	let sibling = SumNode { hash: H256::zero(), sum: u128::MAX };
	assert!(!forged.verify::<Blake2b256>(0, &[0], 1, &[sibling]));

	let mut builder = Builder::<Sum<Blake2b256>>::default();
	let [first, second] = data.map(|(bytes, amount)| SumNode::leaf::<Blake2b256>(&bytes, amount));
	builder.push(first).unwrap();
	assert_eq!(builder.push(second), None);
	assert_eq!((builder.count(), builder.top()), (1, Some(first)));
}

/// The seven leaves and eight roots of the certificate transparency project's own test, `merkle/testonly/constants.go` of
/// `transparency-dev/merkle`, whose hash is SHA-256.
#[test]
fn roots_are_those_of_certificate_transparency() {
	struct Sha256;
	impl TreeHash for Sha256 {
		fn hash(data: &[u8]) -> H256 {
			sp_crypto_hashing::sha2_256(data).into()
		}
	}
	let leaves: [&[u8]; 8] = [
		&[],
		&[0x00],
		&[0x10],
		&[0x20, 0x21],
		&[0x30, 0x31],
		&[0x40, 0x41, 0x42, 0x43],
		&[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
		&[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
	];
	let roots = [
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	];
	for (n, root) in roots.iter().enumerate() {
		let tree = MerkleTree::<Sha256>::new(&leaves[..n]).unwrap();
		assert_eq!(alloc::format!("{:x}", tree.top()), *root, "{n} leaves");
	}
}

/// `binary-merkle-tree` has another shape and no domain tags, but its shape is ours where the number of leaves is a power of
/// two: with ready-made leaf hashes and an untagged join the roots and proofs agree.
#[test]
fn paths_are_those_of_binary_merkle_tree_for_powers_of_two() {
	struct Untagged;
	impl Algebra for Untagged {
		type Node = H256;
		fn join(left: &H256, right: &H256) -> Option<H256> {
			Some(Keccak256::hash(&[left.as_bytes(), right.as_bytes()].concat()))
		}
		fn empty() -> H256 {
			H256::zero()
		}
		fn seal(_: u32, top: &H256) -> H256 {
			*top
		}
	}
	for height in 0..=9 {
		let data: Vec<H256> = (0..1u32 << height).map(|i| Keccak256::hash(&i.to_be_bytes())).collect();
		let theirs = |index: u32| {
			binary_merkle_tree::merkle_proof::<sp_core::KeccakHasher, _, _>(data.iter().map(|leaf| leaf.0), index)
		};
		let nodes = data.iter().map(|leaf| Keccak256::hash(leaf.as_bytes())).collect();
		let ours = super::whole::Tree::<Untagged>::from_nodes(nodes).unwrap();
		for index in 0..data.len() as u32 {
			let proof = theirs(index);
			assert_eq!(ours.top(), proof.root);
			assert_eq!(ours.prove(index).unwrap(), proof.proof);
		}
	}
}

#[test]
fn keccak_and_blake_trees_differ() {
	let data = leaves(5);
	let keccak = MerkleTree::<Keccak256>::new(&data).unwrap();
	assert_ne!(keccak.commitment(), MerkleTree::<Blake2b256>::new(&data).unwrap().commitment());
	assert!(keccak.commitment().verify::<Keccak256>(4, &data[4], &keccak.prove(4).unwrap()));
	assert_ne!(node_hash::<Keccak256>(&H256::zero(), &H256::zero()), leaf_hash::<Keccak256>(&[0; 64]));
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(10_000))]

	#[test]
	fn no_mutation_of_a_proof_verifies(
		n in 1u32..200, pick in any::<u32>(), kind in 0u8..7, at in any::<u16>(), bit in 0u8..8,
	) {
		let data = leaves(n);
		let tree = MerkleTree::<Blake2b256>::new(&data).unwrap();
		let (mut commitment, mut index) = (tree.commitment(), pick % n);
		let mut leaf = data[index as usize].to_vec();
		let mut proof = tree.prove(index).unwrap();
		let (at, depth) = (at as usize, proof.len());
		match kind {
			0 => leaf[at % 4] ^= 1 << bit,
			1 => proof.push(H256::repeat_byte(bit)),
			2 if depth > 0 => { proof.pop(); },
			3 if depth > 0 => proof[at % depth].0[at % 32] ^= 1 << bit,
			4 => commitment.root.0[at % 32] ^= 1 << bit,
			5 => commitment.count = commitment.count.wrapping_add(1 + u32::from(bit)),
			_ => index = index.wrapping_add(1 + u32::from(bit)),
		}
		prop_assert!(!commitment.verify::<Blake2b256>(index, &leaf, &proof));
	}

	#[test]
	fn no_mutation_of_a_sum_proof_verifies(
		n in 1u32..200, pick in any::<u32>(), kind in 0u8..9, at in any::<u16>(), bit in 0u8..8,
	) {
		let data = amounts(n);
		let tree = SumTree::<Blake2b256>::new(data.iter().copied()).unwrap();
		let (mut commitment, mut index) = (tree.commitment(), pick % n);
		let (bytes, mut amount) = data[index as usize];
		let mut proof = tree.prove(index).unwrap();
		let (at, depth) = (at as usize, proof.len());
		match kind {
			0 => amount ^= 1 << bit,
			1 => proof.push(SumNode::default()),
			2 if depth > 0 => { proof.pop(); },
			3 if depth > 0 => proof[at % depth].hash.0[at % 32] ^= 1 << bit,
			4 if depth > 0 => proof[at % depth].sum ^= 1 << bit,
			5 => commitment.root.0[at % 32] ^= 1 << bit,
			6 => commitment.sum ^= 1 << bit,
			7 => commitment.count = commitment.count.wrapping_add(1 + u32::from(bit)),
			_ => index = index.wrapping_add(1 + u32::from(bit)),
		}
		prop_assert!(!commitment.verify::<Blake2b256>(index, &bytes, amount, &proof));
	}

	#[test]
	fn many_leaves_verify_together_and_no_mutation_does(
		n in 1u32..120,
		picks in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
		kind in 0u8..11,
		at in any::<prop::sample::Index>(),
		bit in 0u8..8,
	) {
		let data = amounts(n);
		let tree = SumTree::<Blake2b256>::new(data.iter().copied()).unwrap();
		let indices: alloc::collections::BTreeSet<u32> = picks.iter().map(|pick| pick.index(n as usize) as u32).collect();
		let indices: Vec<u32> = indices.into_iter().collect();
		let mut proof = tree.prove_many(&indices).unwrap();
		let mut commitment = tree.commitment();
		let opened = |i: &u32| { let (bytes, amount) = &data[*i as usize]; (*i, &bytes[..], *amount) };
		let mut leaves: Vec<(u32, &[u8], u128)> = indices.iter().map(opened).collect();
		prop_assert!(commitment.verify_many::<Blake2b256>(&leaves, &proof));

		let (leaf, depth) = (at.index(leaves.len()), proof.len());
		match kind {
			0 => leaves[leaf].2 ^= 1 << bit,
			1 => leaves[leaf].1 = b"none",
			2 => proof.push(SumNode::default()),
			3 if depth > 0 => { proof.pop(); },
			4 if depth > 0 => proof[at.index(depth)].hash.0[at.index(32)] ^= 1 << bit,
			5 => commitment.sum ^= 1 << bit,
			6 if leaves.len() > 1 => leaves.swap(0, leaf.max(1)),
			7 if depth > 0 => proof[at.index(depth)].sum ^= 1 << bit,
			8 => commitment.count = commitment.count.wrapping_add(1 + u32::from(bit)),
			9 => commitment.root.0[at.index(32)] ^= 1 << bit,
			10 => leaves[leaf].0 = leaves[leaf].0.wrapping_add(1 + u32::from(bit)),
			_ => leaves.push(leaves[leaf]),
		}
		prop_assert!(!commitment.verify_many::<Blake2b256>(&leaves, &proof));
	}

	#[test]
	fn a_range_verifies_and_no_mutation_does(
		n in 1u32..120,
		from in any::<prop::sample::Index>(),
		to in any::<prop::sample::Index>(),
		kind in 0u8..8,
		at in any::<prop::sample::Index>(),
		bit in 0u8..8,
	) {
		let data = leaves(n);
		let tree = MerkleTree::<Keccak256>::new(&data).unwrap();
		let (from, to) = (from.index(n as usize), to.index(n as usize));
		let (mut start, end) = (from.min(to) as u32, from.max(to) as u32 + 1);
		let mut proof = tree.prove_range(start, end - start).unwrap();
		let mut commitment = tree.commitment();
		let mut range: Vec<&[u8]> = data[start as usize..end as usize].iter().map(|leaf| &leaf[..]).collect();
		prop_assert!(commitment.verify_range::<Keccak256>(start, &range, &proof));

		let (leaf, depth) = (at.index(range.len()), proof.len());
		match kind {
			0 => range[leaf] = b"none",
			1 => { range.remove(leaf); },
			2 => proof.push(H256::repeat_byte(bit)),
			3 if depth > 0 => { proof.remove(at.index(depth)); },
			4 if depth > 0 => proof[at.index(depth)].0[at.index(32)] ^= 1 << bit,
			5 => commitment.count = commitment.count.wrapping_add(1 + u32::from(bit)),
			6 => commitment.root.0[at.index(32)] ^= 1 << bit,
			_ => start = start.wrapping_add(1 + u32::from(bit)),
		}
		prop_assert!(!commitment.verify_range::<Keccak256>(start, &range, &proof));
	}
}
