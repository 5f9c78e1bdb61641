//! A validator that signs two different things where it may sign one is reported and slashed: for blocks, for finality
//! votes and for BEEFY votes.

#![allow(clippy::unwrap_used)]

mod common;

use codec::Encode;
use frame_support::traits::KeyOwnerProofSystem;
use openledger_runtime::{
	constants::{MILLI_OPEN, TOTAL_SUPPLY},
	genesis_config_presets::VALIDATOR_BOND,
	AccountId, Balances, Beefy, Executive, Grandpa, Hash, Header, Historical, Runtime, RuntimeCall, Session, Staking,
	UncheckedExtrinsic,
};
use sp_consensus_babe::{
	digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest},
	AuthorityPair,
};
use sp_consensus_beefy::{ecdsa_crypto, known_payloads::MMR_ROOT_ID, test_utils, Payload};
use sp_core::{crypto::KeyTypeId, Pair};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::{traits::Header as _, Digest, DigestItem};
use sp_session::MembershipProof;
use sp_staking::StakingAccount::Stash;

/// The validator that cheats.
fn offender() -> AccountId {
	Sr25519Keyring::BobStash.to_account_id()
}

/// The active stake of the validator that cheats.
fn stake() -> u128 {
	Staking::ledger(Stash(offender())).unwrap().active
}

/// Runs `report` on a chain of four validators and checks what it costs Bob: with one offender of four, a fraction of
/// (3/4)² of the stake.
fn assert_slashed(report: impl FnOnce() -> RuntimeCall) {
	common::preset(sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
		common::run_to(3);
		assert_eq!(stake(), VALIDATOR_BOND);
		let report = report();
		Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(report.clone())).unwrap().unwrap();
		common::run_to(4);
		// Stakes count in votes, of which there are 2⁶⁴ for the whole supply.
		let expected = VALIDATOR_BOND - VALIDATOR_BOND * 9 / 16;
		assert!(stake().abs_diff(expected) < MILLI_OPEN, "{}", stake());
		assert_eq!(Balances::total_issuance(), TOTAL_SUPPLY);
		let index = Session::validators().iter().position(|validator| *validator == offender()).unwrap();
		assert!(Session::disabled_validators().contains(&(index as u32)), "an offender makes no blocks");
		assert!(
			Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(report)).is_err(),
			"one offence is punished once"
		);
	});
}

/// A proof that `key` belongs to a validator of the running session.
fn prove<Key>(kind: KeyTypeId, key: Key) -> MembershipProof
where
	Historical: KeyOwnerProofSystem<(KeyTypeId, Key), Proof = MembershipProof>,
{
	Historical::prove((kind, key)).unwrap()
}

#[test]
fn two_blocks_in_one_slot_are_slashed() {
	assert_slashed(|| {
		let pair = AuthorityPair::from_string("//Bob", None).unwrap();
		let authority_index = pallet_babe::Authorities::<Runtime>::get()
			.iter()
			.position(|(authority, _)| *authority == pair.public())
			.unwrap() as u32;
		let slot = pallet_babe::CurrentSlot::<Runtime>::get();
		let sealed = |number| {
			let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index, slot });
			let digest = Digest { logs: vec![<DigestItem as CompatibleDigestItem>::babe_pre_digest(claim)] };
			let mut header = Header::new(number, Hash::default(), Hash::default(), Hash::default(), digest);
			let seal = pair.sign(header.hash().as_ref());
			header.digest_mut().push(<DigestItem as CompatibleDigestItem>::babe_seal(seal));
			header
		};
		let equivocation_proof = sp_consensus_babe::EquivocationProof {
			offender: pair.public(),
			slot,
			first_header: sealed(3),
			second_header: sealed(4),
		};
		pallet_babe::Call::report_equivocation_unsigned {
			equivocation_proof: Box::new(equivocation_proof),
			key_owner_proof: prove(sp_consensus_babe::KEY_TYPE, pair.public()),
		}
		.into()
	});
}

#[test]
fn two_votes_in_one_round_of_grandpa_are_slashed() {
	assert_slashed(|| {
		let identity: sp_consensus_grandpa::AuthorityId = Ed25519Keyring::Bob.public().into();
		let set_id = pallet_grandpa::CurrentSetId::<Runtime>::get();
		let round_number = 1;
		let vote = |hash| {
			let vote = finality_grandpa::Prevote { target_hash: hash, target_number: 2 };
			let message = finality_grandpa::Message::Prevote(vote.clone());
			let signature = Ed25519Keyring::Bob.sign(&(message, round_number, set_id).encode());
			(vote, signature.into())
		};
		let equivocation = finality_grandpa::Equivocation {
			round_number,
			identity: identity.clone(),
			first: vote(Hash::repeat_byte(1)),
			second: vote(Hash::repeat_byte(2)),
		};
		let proof = sp_consensus_grandpa::EquivocationProof::new(
			set_id,
			sp_consensus_grandpa::Equivocation::Prevote(equivocation),
		);
		assert_eq!(Grandpa::grandpa_authorities().len(), 4);
		pallet_grandpa::Call::report_equivocation_unsigned {
			equivocation_proof: Box::new(proof),
			key_owner_proof: prove(sp_consensus_grandpa::KEY_TYPE, identity),
		}
		.into()
	});
}

#[test]
fn two_votes_of_beefy_for_one_block_are_slashed() {
	assert_slashed(|| {
		let set_id = Beefy::validator_set().unwrap().id();
		let payload = |byte| Payload::from_single_entry(MMR_ROOT_ID, vec![byte; 32]);
		let bob = test_utils::Keyring::<ecdsa_crypto::AuthorityId>::Bob;
		let proof = generate(payload(1), payload(2), set_id, &bob);
		pallet_beefy::Call::report_double_voting_unsigned {
			equivocation_proof: Box::new(proof),
			key_owner_proof: prove(sp_consensus_beefy::KEY_TYPE, bob.public()),
		}
		.into()
	});
}

/// Two votes of `voter` for block 2.
fn generate(
	first: Payload,
	second: Payload,
	set_id: u64,
	voter: &test_utils::Keyring<ecdsa_crypto::AuthorityId>,
) -> sp_consensus_beefy::DoubleVotingProof<u32, ecdsa_crypto::AuthorityId, ecdsa_crypto::Signature> {
	let vote = |payload| {
		let commitment = sp_consensus_beefy::Commitment { payload, block_number: 2, validator_set_id: set_id };
		let signature = voter.sign(&commitment.encode());
		sp_consensus_beefy::VoteMessage { commitment, id: voter.public(), signature }
	};
	sp_consensus_beefy::DoubleVotingProof { first: vote(first), second: vote(second) }
}

#[test]
fn a_forged_report_is_refused() {
	common::preset(sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
		common::run_to(3);
		let set_id = Beefy::validator_set().unwrap().id();
		let bob = test_utils::Keyring::<ecdsa_crypto::AuthorityId>::Bob;
		let payload = || Payload::from_single_entry(MMR_ROOT_ID, vec![1; 32]);
		// Twice the same vote is no offence.
		let report = pallet_beefy::Call::<Runtime>::report_double_voting_unsigned {
			equivocation_proof: Box::new(generate(payload(), payload(), set_id, &bob)),
			key_owner_proof: prove(sp_consensus_beefy::KEY_TYPE, bob.public()),
		};
		let outcome = Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(report.into()));
		assert_eq!(outcome, Ok(Err(pallet_beefy::Error::<Runtime>::InvalidDoubleVotingProof.into())));
		assert_eq!(stake(), VALIDATOR_BOND);
	});
}
