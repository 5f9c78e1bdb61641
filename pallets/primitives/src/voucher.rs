//! Vouchers: a payer's signed ceiling on what an agent may draw from their channel (protocol §6).

use crate::{
	hashing::{Domain, Tag},
	Balance,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
#[cfg(feature = "frame")]
use sp_runtime::traits::{IdentifyAccount, Lazy, Verify};

const OPEN: &[u8] = b"<Bytes>";
const CLOSE: &[u8] = b"</Bytes>";

/// "`agent` may draw up to `cumulative` in total from my channel `channel`."
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Voucher<AccountId> {
	/// Owner of the channel.
	pub payer: AccountId,
	/// Who may draw.
	pub agent: AccountId,
	/// The channel's nonce: a channel that was closed and opened again has another one.
	pub channel: u32,
	/// The most that may have been drawn after this voucher, in planck, counted from the opening of the channel.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub cumulative: Balance,
}

impl<AccountId: Encode> Voucher<AccountId> {
	/// The bytes to sign.
	pub fn payload(&self, domain: &Domain) -> Vec<u8> {
		domain.seal(Tag::Voucher, self)
	}

	/// The payload wrapped in `<Bytes>…</Bytes>`, as browser wallets sign it.
	pub fn wrapped_payload(&self, domain: &Domain) -> Vec<u8> {
		[OPEN, &self.payload(domain), CLOSE].concat()
	}

	/// Whether `signature` is the payer's over the payload, plain or wrapped.
	#[cfg(feature = "frame")]
	pub fn verify<Signature>(&self, domain: &Domain, signature: &Signature) -> bool
	where
		Signature: Verify,
		Signature::Signer: IdentifyAccount<AccountId = AccountId>,
	{
		self.verify_from(domain, signature, &self.payer)
	}

	/// Whether `signature` is that of `signer`, who may sign for the payer, over the payload, plain or wrapped.
	#[cfg(feature = "frame")]
	pub fn verify_from<Signature>(&self, domain: &Domain, signature: &Signature, signer: &AccountId) -> bool
	where
		Signature: Verify,
		Signature::Signer: IdentifyAccount<AccountId = AccountId>,
	{
		signature.verify(Message(&self.payload(domain)), signer)
			|| signature.verify(Message(&self.wrapped_payload(domain)), signer)
	}
}

#[cfg(feature = "frame")]
struct Message<'a>(&'a [u8]);

#[cfg(feature = "frame")]
impl Lazy<[u8]> for Message<'_> {
	fn get(&mut self) -> &[u8] {
		self.0
	}
}

#[cfg(all(test, feature = "frame"))]
mod tests {
	use super::*;
	use sp_core::{ecdsa, ed25519, sr25519, Pair, H256};
	use sp_runtime::{AccountId32, MultiSignature, MultiSigner};

	fn check<P: Pair>()
	where
		MultiSigner: From<P::Public>,
		MultiSignature: From<P::Signature>,
	{
		let pair = P::from_seed_slice(&[7; 32]).unwrap();
		let account = |p: P::Public| -> AccountId32 { MultiSigner::from(p).into_account() };
		let domain = Domain { genesis: H256::repeat_byte(1) };
		let voucher = Voucher { payer: account(pair.public()), agent: [2; 32].into(), channel: 3, cumulative: 4 };
		let payload = voucher.payload(&domain);
		let wrapped = [OPEN, &payload, CLOSE].concat();
		for message in [&payload, &wrapped] {
			let signature = MultiSignature::from(pair.sign(message));
			assert!(voucher.verify(&domain, &signature));
			assert!(!voucher.verify(&Domain { genesis: H256::zero() }, &signature), "another chain");
			for forged in [
				Voucher { cumulative: 5, ..voucher.clone() },
				Voucher { channel: 4, ..voucher.clone() },
				Voucher { agent: [3; 32].into(), ..voucher.clone() },
				Voucher { payer: [3; 32].into(), ..voucher.clone() },
			] {
				assert!(!forged.verify(&domain, &signature));
			}
		}
		let doubly = MultiSignature::from(pair.sign(&[OPEN, &wrapped, CLOSE].concat()));
		assert!(!voucher.verify(&domain, &doubly));
	}

	#[test]
	fn each_key_type_signs_plain_and_wrapped() {
		check::<sr25519::Pair>();
		check::<ed25519::Pair>();
		check::<ecdsa::Pair>();
	}
}
