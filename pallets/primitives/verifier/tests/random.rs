//! Native code and WASM give the same bytes for any input, good or bad; signatures are those of the chain.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod wasm;

use codec::{Decode, Encode};
use openledger_primitives::{
	attribution::{IndexInfo, IndexKind, IndexLeaf, Part, Pool, Scored},
	batch::Opening,
	money::{FeeSplit, DEFAULT_SPLIT},
	payout::{Answer, Line, Royalty, Source},
	Blake2b256, DatanetId, Domain, IndexId, Keccak256, MerkleTree, ModelId, SumTree,
};
use openledger_verifier::{call, signature::Signature, Question, Refusal};
use primitive_types::H256;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use sp_core::{ecdsa, ed25519, sr25519, Pair};
use sp_runtime::{
	traits::{IdentifyAccount, Verify},
	AccountId32, MultiSignature, MultiSigner,
};
use wasm::Verifier;

/// Runs `test` on `cases` values.
fn each<S: Strategy>(cases: u32, strategy: S, mut test: impl FnMut(S::Value)) {
	let mut runner = TestRunner::new(ProptestConfig::with_cases(cases));
	for _ in 0..cases {
		test(strategy.new_tree(&mut runner).unwrap().current());
	}
}

#[test]
fn wasm_gives_the_bytes_that_native_code_gives() {
	let mut verifier = Verifier::new();
	let mut same = |question: Question, input: Vec<u8>| {
		let question = question as u32;
		assert_eq!(
			verifier.ask(question, &input),
			call(question, &input),
			"question {question} of 0x{}",
			hex::encode(&input)
		);
	};
	let vector = || prop::collection::vec(any::<i8>(), 0..600);
	each(300, (vector(), vector()), |vectors| same(Question::Score, vectors.encode()));
	each(300, vector(), |vector| same(Question::Score, (&vector, &vector).encode()));
	let amounts = (any::<u128>(), 0..=200u128, 0..=200u128, prop::collection::vec(any::<u64>(), 0..20));
	each(1_000, amounts, |(amount, part, whole, weights)| {
		let weights: Vec<u128> = weights.into_iter().map(u128::from).collect();
		same(Question::Division, (amount, part, whole, weights).encode());
	});
	let elapsed = prop_oneof![8 => 0..3_000_000_000u64, 1 => any::<u64>()];
	let weights = (any::<[u128; 2]>(), any::<u32>(), any::<u32>(), elapsed);
	each(1_000, weights, |(amounts, slow, fast, elapsed)| {
		let fast = fast % (slow / 2 + 1);
		same(Question::Weight, (amounts, fast, slow, elapsed).encode());
	});
	let rows = prop::collection::vec((any::<u32>(), 0..30u32, -50..50i64), 0..80);
	each(300, (rows, -60..60i64, 0..20u32), |input| same(Question::Top, input.encode()));
}

#[test]
fn wasm_judges_trees_as_native_code_does() {
	let mut verifier = Verifier::new();
	let leaves = prop::collection::vec((prop::collection::vec(any::<u8>(), 0..40), any::<u64>()), 1..60);
	let inputs =
		(leaves, any::<prop::sample::Index>(), prop::collection::vec(any::<prop::sample::Index>(), 1..9), 0..4u8);
	each(500, inputs, |(leaves, index, indices, twist)| {
		let leaves: Vec<(Vec<u8>, u128)> =
			leaves.into_iter().map(|(data, amount)| (data, u128::from(amount))).collect();
		let tree = SumTree::<Keccak256>::new(leaves.iter().map(|(data, amount)| (data, *amount))).unwrap();
		let index = index.index(leaves.len());
		let mut commitment = tree.commitment();
		match twist {
			0 => commitment.sum = commitment.sum.wrapping_add(1),
			1 => commitment.count += 1,
			_ => {}
		}
		let (data, amount) = leaves[index].clone();
		let proof = tree.prove(index as u32).unwrap();
		let one = (1u8, commitment, index as u32, data, amount, proof).encode();
		let mut many: Vec<u32> = indices.iter().map(|pick| pick.index(leaves.len()) as u32).collect();
		many.sort_unstable();
		many.dedup();
		let proof = tree.prove_many(&many).unwrap();
		let opened: Vec<(u32, Vec<u8>, u128)> =
			many.iter().map(|i| (*i, leaves[*i as usize].0.clone(), leaves[*i as usize].1)).collect();
		let many = (1u8, commitment, opened, proof).encode();
		for (question, input) in [(Question::SumLeaf, one), (Question::SumLeaves, many)] {
			let answer = call(question as u32, &input).unwrap();
			assert_eq!(answer, [u8::from(twist > 1)]);
			assert_eq!(verifier.ask(question as u32, &input).unwrap(), answer);
		}
	});
}

#[test]
fn wasm_judges_claims_as_native_code_does() {
	let mut verifier = Verifier::new();
	let rows = prop::collection::vec((prop::collection::vec(-4..=4i8, 3), 0..6u32), 1..20);
	let claim = prop::collection::vec((0..22u32, 0..6u32, -20..40i64), 0..5);
	let inputs =
		(rows, claim, prop::collection::vec(-4..=4i8, 3), -20..20i64, any::<prop::sample::Index>(), any::<bool>());
	each(2_000, inputs, |(rows, claim, query, threshold, opened, taken_down)| {
		let (genesis, datanet, version) = (H256::repeat_byte(1), DatanetId(2), 3);
		let leaf = |(row, (vector, cluster)): (u32, (Vec<i8>, u32))| IndexLeaf {
			row,
			contributor: [9u8; 32],
			cluster,
			reputation: 256,
			vector: vector.try_into().unwrap(),
		};
		let leaves: Vec<_> = (0..).zip(rows).map(leaf).collect();
		let domain = Domain { genesis };
		let sealed = leaves.iter().map(|leaf| leaf.leaf(&domain, datanet, version));
		let tree = MerkleTree::<Blake2b256>::new(sealed).unwrap();
		let kind = IndexKind::Influence;
		let index = IndexInfo { kind, datanet, version, dim: 3, rows: tree.commitment(), threshold };
		// Named rows have their true score half of the time, so that both verdicts are frequent.
		let named = |(row, cluster, score): (u32, u32, i64)| match leaves.get(row as usize) {
			Some(leaf) if score % 2 == 0 => {
				let score = query.iter().zip(&leaf.vector).map(|(a, b)| i64::from(*a) * i64::from(*b)).sum();
				Scored { row, cluster: leaf.cluster, score }
			}
			_ => Scored { row, cluster, score },
		};
		let top: Vec<Scored> = claim.into_iter().map(named).collect();
		let (query, top) = (query.clone().try_into().unwrap(), top.try_into().unwrap());
		let part = Part { index: IndexId(0), pool: Pool::Training, query, top };
		let at = opened.index(leaves.len());
		let proof = tree.prove(at as u32).unwrap();
		let opening = Opening { leaf: leaves[at].clone(), proof: proof.try_into().unwrap() };
		let form = (part.clone(), index, 4u32).encode();
		let opened = (genesis, part, index, 4u32, opening, taken_down).encode();
		for (question, input) in [(Question::Form, form), (Question::Opened, opened)] {
			let answer = call(question as u32, &input);
			assert!(answer.is_ok());
			assert_eq!(verifier.ask(question as u32, &input), answer);
		}
	});
}

#[test]
fn wasm_divides_money_as_native_code_does() {
	let mut verifier = Verifier::new();
	let source = (any::<[u8; 32]>(), any::<bool>(), 0..3u32, 0..9u32, any::<i32>(), any::<u16>());
	let answers = prop::collection::vec(
		(
			0..1u128 << 100,
			prop::collection::vec(source, 0..9),
			prop::collection::vec((any::<[u8; 32]>(), any::<u64>()), 0..9),
			(0..4u8, any::<bool>()),
		),
		1..5,
	);
	each(500, (answers, 0..45u8), |(answers, data)| {
		let split = FeeSplit { data, ..DEFAULT_SPLIT };
		let mut receipts = vec![];
		for (fee, sources, royalties, (payer, weighs)) in answers {
			let source = |(contributor, retrieved, version, row, score, reputation): (_, _, _, _, i32, _)| Source {
				contributor,
				pool: if retrieved { Pool::Retrieval } else { Pool::Training },
				version: (DatanetId(0), version),
				index: IndexId(0),
				row,
				score: score.into(),
				threshold: 0,
				reputation,
			};
			let royalty =
				|(account, weight): ([u8; 32], u64)| Royalty { account, model: ModelId(0), weight: weight.into() };
			// The agent, somebody who is paid, or a stranger.
			let payer = match payer {
				0 => [8u8; 32],
				1 => royalties.first().map_or([9; 32], |(account, _)| *account),
				_ => [payer; 32],
			};
			let answer = Answer {
				fee,
				royalties: royalties.into_iter().map(royalty).collect(),
				sources: sources.into_iter().map(source).collect(),
				commons: ([7u8; 32], None),
			};
			let input = (split, answer).encode();
			let lines = call(Question::Lines as u32, &input);
			assert_eq!(verifier.ask(Question::Lines as u32, &input), lines);
			let lines = Vec::<Line<[u8; 32]>>::decode(&mut &lines.unwrap()[..]).unwrap();
			receipts.push((payer, fee, weighs, lines));
		}
		let input = (split, [8u8; 32], receipts).encode();
		let settled = call(Question::Settlement as u32, &input);
		assert!(settled.is_ok());
		assert_eq!(verifier.ask(Question::Settlement as u32, &input), settled);
	});
}

#[test]
fn wasm_refuses_what_native_code_refuses() {
	let mut verifier = Verifier::new();
	each(
		3_000,
		(0..Question::ALL.len() as u32 + 1, prop::collection::vec(any::<u8>(), 0..300)),
		|(question, input)| {
			assert_eq!(
				verifier.ask(question, &input),
				call(question, &input),
				"question {question} of 0x{}",
				hex::encode(&input)
			);
		},
	);
	assert_eq!(verifier.ask(99, &[]), Err(Refusal::NoSuchQuestion));
	assert_eq!(verifier.ask(Question::Score as u32, &[]), Err(Refusal::Malformed));
	// A list that claims to have a thousand million entries.
	let huge = codec::Compact(1_000_000_000u32).encode();
	assert_eq!(verifier.ask(Question::Score as u32, &huge), Err(Refusal::Malformed));
	// A good input and a byte more.
	assert_eq!(verifier.ask(Question::Score as u32, &[0, 0, 0]), Err(Refusal::Malformed));
	let too_much = (u128::MAX, 1u128, u128::MAX, vec![u128::MAX]).encode();
	assert_eq!(verifier.ask(Question::Division as u32, &too_much), Err(Refusal::Inconsistent));
}

#[test]
fn memory_is_given_back() {
	let mut verifier = Verifier::new();
	let input = (vec![1i8; 4096], vec![1i8; 4096]).encode();
	verifier.ask(Question::Score as u32, &input).unwrap();
	let before = verifier.memory();
	for _ in 0..5_000 {
		verifier.ask(Question::Score as u32, &input).unwrap();
	}
	assert_eq!(verifier.memory(), before);
}

/// What this crate says of a signature, and what the chain says.
fn verdicts(signature: &MultiSignature, message: &[u8], account: &[u8; 32]) -> (bool, bool) {
	let ours = Signature::decode(&mut &signature.encode()[..]).unwrap().verify(message, account);
	(ours, signature.verify(message, &AccountId32::from(*account)))
}

#[test]
fn signatures_are_judged_as_the_chain_judges() {
	let inputs = (any::<[u8; 32]>(), prop::collection::vec(any::<u8>(), 0..100), 0..66usize, 0..8u32);
	each(300, inputs, |(seed, message, at, bit)| {
		let ed = ed25519::Pair::from_seed(&seed);
		let sr = sr25519::Pair::from_seed(&seed);
		let ec = ecdsa::Pair::from_seed(&seed);
		let eth = ecdsa::KeccakPair::from_seed(&seed);
		let eth_account: [u8; 32] = MultiSigner::Eth(eth.public()).into_account().into();
		let signed: [(MultiSignature, [u8; 32]); 4] = [
			(MultiSignature::Eth(eth.sign(&message)), eth_account),
			(ed.sign(&message).into(), ed.public().0),
			(sr.sign(&message).into(), sr.public().0),
			(ec.sign(&message).into(), sp_crypto_hashing::blake2_256(&ec.public().0)),
		];
		for (signature, account) in signed {
			assert_eq!(verdicts(&signature, &message, &account), (true, true));
			let mut bytes = signature.encode();
			// One bit of the signature turned, the recovery id's among them.
			let place = 1 + at % (bytes.len() - 1);
			bytes[place] ^= 1 << bit;
			let turned = MultiSignature::decode(&mut &bytes[..]).unwrap();
			let (ours, theirs) = verdicts(&turned, &message, &account);
			assert_eq!(ours, theirs, "0x{}", hex::encode(&bytes));
			let mut other = account;
			other[at % 32] ^= 1 << bit;
			assert_eq!(verdicts(&signature, &message, &other), (false, false));
		}
	});
}

#[test]
fn both_values_of_s_and_both_ways_to_count_the_recovery_id_are_taken() {
	let pair = ecdsa::Pair::from_seed(&[9; 32]);
	let account = sp_crypto_hashing::blake2_256(&pair.public().0);
	let low = pair.sign(b"message").0;
	let parsed = k256::ecdsa::Signature::from_slice(&low[..64]).unwrap();
	let (r, s) = parsed.split_scalars();
	let mut high = low;
	high[..64].copy_from_slice(&k256::ecdsa::Signature::from_scalars(r, -*s).unwrap().to_bytes());
	high[64] ^= 1;
	for mut signature in [low, high] {
		for _ in 0..2 {
			let signature_of_chain = MultiSignature::from(ecdsa::Signature::from_raw(signature));
			assert_eq!(verdicts(&signature_of_chain, b"message", &account), (true, true));
			signature[64] += 27;
		}
	}
}
