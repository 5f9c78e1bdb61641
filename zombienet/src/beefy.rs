//! BEEFY justifications, checked as a contract on another chain would check them.
//!
//! The types are written anew after the specification of the encoding, so that an error of the node's own types shows.

use anyhow::{ensure, Context, Result};
use codec::{Decode, Encode};
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use sp_crypto_hashing::keccak_256;

/// The payload that holds the root of the MMR.
const MMR_ROOT: [u8; 2] = *b"mh";

/// The public key of a validator: a compressed point on secp256k1.
pub type Authority = [u8; 33];

/// What the validators sign.
#[derive(Debug, Encode, Decode)]
pub struct Commitment {
	/// What they vouch for, by kind.
	pub payload: Vec<([u8; 2], Vec<u8>)>,
	/// The height of the block that is finalised.
	pub block_number: u32,
	/// The set of validators that signs.
	pub validator_set_id: u64,
}

/// A commitment and the signatures under it, as `beefy_subscribeJustifications` sends them.
#[derive(Debug, Decode)]
pub enum Justification {
	/// The only version so far.
	#[codec(index = 1)]
	V1 {
		/// What is signed.
		commitment: Commitment,
		/// One bit per validator, the first in the highest bit of the first byte.
		signed: Vec<u8>,
		/// The number of validators.
		validators: u32,
		/// The signatures of those that signed.
		signatures: Vec<[u8; 65]>,
	},
}

impl Justification {
	/// The justification in the bytes of a notification, all of them.
	pub fn parse(mut bytes: &[u8]) -> Result<Self> {
		let justification = Self::decode(&mut bytes)?;
		ensure!(bytes.is_empty(), "{} bytes after the justification", bytes.len());
		Ok(justification)
	}

	/// The commitment.
	pub fn commitment(&self) -> &Commitment {
		let Self::V1 { commitment, .. } = self;
		commitment
	}

	/// Checks that more than two thirds of `authorities` signed, each with its own key, and returns how many did.
	pub fn verify(&self, authorities: &[Authority]) -> Result<usize> {
		let Self::V1 { commitment, signed, validators, signatures } = self;
		ensure!(*validators as usize == authorities.len(), "{validators} validators, {} keys", authorities.len());

		let digest = keccak_256(&commitment.encode());
		let is_signer = |index: usize| signed.get(index / 8).is_some_and(|byte| byte & (0x80 >> (index % 8)) != 0);
		let signers: Vec<_> = authorities.iter().enumerate().filter(|(index, _)| is_signer(*index)).collect();
		ensure!(signers.len() == signatures.len(), "{} signers, {} signatures", signers.len(), signatures.len());
		for ((index, authority), signature) in signers.iter().zip(signatures) {
			ensure!(recover(&digest, signature)? == **authority, "signature {index} is of another key");
		}
		ensure!(3 * signers.len() > 2 * authorities.len(), "{} of {validators} signed", signers.len());
		Ok(signers.len())
	}
}

impl Commitment {
	/// The root of the MMR that the validators vouch for.
	pub fn mmr_root(&self) -> Result<[u8; 32]> {
		let root = self.payload.iter().find(|(kind, _)| *kind == MMR_ROOT).context("no root of the MMR")?;
		root.1.as_slice().try_into().context("a root has 32 bytes")
	}
}

/// The key whose `signature` under `digest` it is.
fn recover(digest: &[u8; 32], signature: &[u8; 65]) -> Result<Authority> {
	let (signature, recovery) = signature.split_at(64);
	let recovery = RecoveryId::from_byte(recovery[0]).context("no recovery id")?;
	let key = VerifyingKey::recover_from_prehash(digest, &Signature::from_slice(signature)?, recovery)?;
	key.to_encoded_point(true).as_bytes().try_into().context("a compressed key has 33 bytes")
}
