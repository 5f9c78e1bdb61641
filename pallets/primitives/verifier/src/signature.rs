//! Signatures as the chain checks them (`sp_runtime::MultiSignature`), without the chain's libraries.

use codec::{Decode, Encode};
use k256::ecdsa::{RecoveryId, Signature as EcdsaSignature, VerifyingKey};
use sp_crypto_hashing::{blake2_256, keccak_256};

/// What Polkadot's wallets sign in: the context of every sr25519 signature on Substrate.
const SR25519_CONTEXT: &[u8] = b"substrate";

/// A signature, encoded like `MultiSignature`.
#[derive(Encode, Decode, Clone, PartialEq, Eq, Debug)]
pub enum Signature {
	/// Ed25519 by the rules of ZIP 215. The account is the public key.
	#[codec(index = 0)]
	Ed25519([u8; 64]),
	/// Schnorr signature over Ristretto. The account is the public key.
	#[codec(index = 1)]
	Sr25519([u8; 64]),
	/// ECDSA over secp256k1, of the BLAKE2b-256 digest of the message: r, s and the recovery id. The account is the BLAKE2b-256
	/// digest of the compressed public key.
	#[codec(index = 2)]
	Ecdsa([u8; 65]),
	/// As `Ecdsa`, of the Keccak-256 digest of the message. The account is the last 20 bytes of the Keccak-256 digest of the
	/// compressed public key, and 12 bytes 0xEE.
	#[codec(index = 3)]
	Eth([u8; 65]),
}

impl Signature {
	/// Whether this is the signature of `account` over `message`.
	pub fn verify(&self, message: &[u8], account: &[u8; 32]) -> bool {
		match self {
			Self::Ed25519(signature) => ed25519_zebra::VerificationKey::try_from(*account)
				.is_ok_and(|key| key.verify(&ed25519_zebra::Signature::from(*signature), message).is_ok()),
			Self::Sr25519(signature) => sr25519(signature, message, account).is_some(),
			Self::Ecdsa(signature) => {
				recover(signature, &blake2_256(message)).is_some_and(|key| blake2_256(&key) == *account)
			}
			Self::Eth(signature) => recover(signature, &keccak_256(message)).is_some_and(|key| {
				let (address, filling) = account.split_at(20);
				keccak_256(&key).get(12..) == Some(address) && filling.iter().all(|byte| *byte == 0xee)
			}),
		}
	}
}

fn sr25519(signature: &[u8; 64], message: &[u8], account: &[u8; 32]) -> Option<()> {
	let key = schnorrkel::PublicKey::from_bytes(account).ok()?;
	let signature = schnorrkel::Signature::from_bytes(signature).ok()?;
	key.verify_simple(SR25519_CONTEXT, message, &signature).ok()
}

/// The compressed public key whose signature this is.
fn recover(signature: &[u8; 65], digest: &[u8; 32]) -> Option<[u8; 33]> {
	let (scalars, id) = signature.split_at_checked(64)?;
	// Ethereum counts the recovery id from 27.
	let id = id.first().map(|id| if *id > 26 { id.wrapping_sub(27) } else { *id })?;
	let (mut id, mut scalars) = (RecoveryId::from_byte(id)?, EcdsaSignature::from_slice(scalars).ok()?);
	// The chain takes either of the two values of s, this library only the lower: −s with the other y is the same key.
	if let Some(lower) = scalars.normalize_s() {
		scalars = lower;
		id = RecoveryId::new(!id.is_y_odd(), id.is_x_reduced());
	}
	let key = VerifyingKey::recover_from_prehash(digest, &scalars, id).ok()?;
	key.to_encoded_point(true).as_bytes().try_into().ok()
}
