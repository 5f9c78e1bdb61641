//! The keys that workers sign with.

use crate::{AccountId, ChainError};
use sp_core::{sr25519, Pair};
use sp_runtime::{traits::IdentifyAccount, MultiSignature, MultiSigner};
use subxt::{tx::Signer, PolkadotConfig};

/// An sr25519 key.
#[derive(Clone)]
pub struct Key(sr25519::Pair);

impl Key {
	/// The key of a secret URI: a phrase or a hexadecimal seed, with derivation (`//Alice`).
	pub fn from_uri(uri: &str) -> Result<Self, ChainError> {
		// The error of sp-core never repeats the secret.
		sr25519::Pair::from_string(uri, None).map(Self).map_err(|error| ChainError::BadKey(format!("{error:?}")))
	}

	/// The account.
	pub fn account(&self) -> AccountId {
		MultiSigner::from(self.0.public()).into_account()
	}

	/// A signature of `message`.
	pub fn sign(&self, message: &[u8]) -> MultiSignature {
		self.0.sign(message).into()
	}
}

impl std::fmt::Debug for Key {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "Key({})", self.account())
	}
}

impl Signer<PolkadotConfig> for Key {
	fn account_id(&self) -> subxt::utils::AccountId32 {
		subxt::utils::AccountId32(self.account().into())
	}

	fn sign(&self, payload: &[u8]) -> subxt::utils::MultiSignature {
		subxt::utils::MultiSignature::Sr25519(self.0.sign(payload).0)
	}
}
