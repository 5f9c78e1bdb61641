//! Native code and WASM give the same bytes for any input, good or bad; signatures are those of the chain.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod wasm;

use codec::{Decode, Encode};
use openledger_verifier::{call, signature::Signature, Question, Refusal};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use sp_core::{ecdsa, ed25519, sr25519, Pair};
use sp_runtime::{traits::Verify, AccountId32, MultiSignature};
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
	let weights = (any::<[u128; 3]>(), any::<[u32; 3]>(), any::<u64>());
	each(1_000, weights, |input| same(Question::Weight, input.encode()));
	let rows = prop::collection::vec((any::<u32>(), 0..30u32, -50..50i64), 0..80);
	each(300, (rows, -60..60i64, 0..20u32), |input| same(Question::Top, input.encode()));
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
	assert_eq!(verifier.ask(Question::Division as u32, &too_much), Err(Refusal::Overflow));
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
		let signed: [(MultiSignature, [u8; 32]); 3] = [
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
