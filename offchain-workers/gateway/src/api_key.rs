//! API keys: a signed voucher as a bearer token.
//!
//! A voucher is a ceiling on what an agent may draw (protocol §6), so it can serve as an API key with a budget: whoever
//! holds the key can spend up to the ceiling at that one agent, and nothing else. A careful client signs a new voucher
//! for every request instead (see `docs/adr/0004-api-key-is-a-voucher.md`).

use base64::{engine::general_purpose::URL_SAFE_NO_PAD, Engine as _};
use codec::{Decode, DecodeAll, Encode};
use openledger_primitives::{Domain, Voucher};
use sp_runtime::{AccountId32, MultiSignature};

const PREFIX: &str = "olv1-";

/// A voucher with a signature for its payer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SignedVoucher {
	/// The voucher.
	pub voucher: Voucher<AccountId32>,
	/// Who signed it: a session key of the payer, or the payer if `None`.
	pub signer: Option<AccountId32>,
	/// Its signature.
	pub signature: MultiSignature,
}

impl SignedVoucher {
	/// Whether it is signed for this chain by whom it says. That a session key may sign, the chain knows.
	pub fn verify(&self, domain: &Domain) -> bool {
		let signer = self.signer.as_ref().unwrap_or(&self.voucher.payer);
		self.voucher.verify_from(domain, &self.signature, signer)
	}
}

/// A signed voucher in the form of an API key: `olv1-` and base64url of its SCALE encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey(pub SignedVoucher);

/// Why a string is not an API key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an API key of this service starts with `{PREFIX}` and holds a signed voucher: {0}")]
pub struct BadKey(&'static str);

impl std::fmt::Display for ApiKey {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0.encode()))
	}
}

impl std::str::FromStr for ApiKey {
	type Err = BadKey;

	fn from_str(text: &str) -> Result<Self, BadKey> {
		let body = text.strip_prefix(PREFIX).ok_or(BadKey("this key has another prefix"))?;
		let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| BadKey("it is not base64url; was it cut off?"))?;
		let voucher = SignedVoucher::decode_all(&mut &bytes[..]).map_err(|_| BadKey("its content is not a voucher"))?;
		Ok(Self(voucher))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::{sr25519, Pair, H256};

	#[test]
	fn a_key_survives_the_round_trip_and_nothing_else_does() {
		let pair = sr25519::Pair::from_seed(&[1; 32]);
		let voucher = Voucher { payer: pair.public().into(), agent: [2; 32].into(), channel: 0, cumulative: 7 };
		let domain = Domain { genesis: H256::repeat_byte(3) };
		let signature = pair.sign(&voucher.payload(&domain)).into();
		let key = ApiKey(SignedVoucher { voucher, signer: None, signature });
		assert!(key.0.verify(&domain));
		assert!(!key.0.verify(&Domain { genesis: H256::zero() }));
		let text = key.to_string();
		assert_eq!(text.parse(), Ok(key));
		for bad in ["", "sk-abc", "olv1-", "olv1-!!", &text[..text.len() - 4], &format!("{text}AAAA")] {
			assert!(bad.parse::<ApiKey>().is_err(), "{bad}");
		}
	}

	#[test]
	fn a_session_key_signs_in_its_own_name() {
		let (payer, session) = (sr25519::Pair::from_seed(&[1; 32]), sr25519::Pair::from_seed(&[2; 32]));
		let voucher = Voucher { payer: payer.public().into(), agent: [2; 32].into(), channel: 0, cumulative: 7 };
		let domain = Domain { genesis: H256::repeat_byte(3) };
		let signature: MultiSignature = session.sign(&voucher.payload(&domain)).into();
		let signed = |signer| SignedVoucher { voucher: voucher.clone(), signer, signature: signature.clone() };
		let by_session = signed(Some(session.public().into()));
		assert!(by_session.verify(&domain));
		assert!(!signed(None).verify(&domain) && !signed(Some(payer.public().into())).verify(&domain));
		let text = ApiKey(by_session.clone()).to_string();
		assert_eq!(text.parse(), Ok(ApiKey(by_session)));
	}
}
