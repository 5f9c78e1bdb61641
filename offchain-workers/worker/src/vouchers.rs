//! Which vouchers of a payer are worth what. Pure.
//!
//! A payer may sign itself or let session keys sign, each of which has a cap and a last block. The best voucher of every
//! signer is kept, so that one whose key has expired does not stand in the way of another.

use openledger_chain::{AccountId, Balance, ChannelRecord};
use openledger_gateway::SignedVoucher;

/// Blocks that a session key must still be valid for when an answer is sold: in them the batch is submitted.
pub const KEY_MARGIN: u32 = 50;

/// Vouchers of one signer in the order of their worth: later channels first, then higher ceilings.
pub(crate) fn rank(voucher: &SignedVoucher) -> (u32, Balance) {
	(voucher.voucher.channel, voucher.voucher.cumulative)
}

/// What may have been drawn from `channel` in all under `signed`, if it can be drawn in block `at`.
pub fn worth(channel: &ChannelRecord, signed: &SignedVoucher, at: u32) -> Option<Balance> {
	let ceiling = signed.voucher.cumulative;
	let may_sign = |signer: &AccountId| {
		let found = channel.keys.iter().find(|key| key.key == *signer);
		found.is_some_and(|key| at <= key.expires && ceiling <= key.cap)
	};
	let valid = channel.nonce == signed.voucher.channel && signed.signer.as_ref().is_none_or(may_sign);
	valid.then_some(ceiling)
}

/// The best voucher of each signer of one payer.
#[derive(Clone, Debug, Default)]
pub struct Vouchers(Vec<SignedVoucher>);

impl Vouchers {
	/// Keeps `voucher` if it is the best of its signer, and forgets those of earlier channels. Whether it is kept.
	pub fn take(&mut self, voucher: &SignedVoucher) -> bool {
		if self.0.iter().any(|kept| kept.voucher.channel > voucher.voucher.channel) {
			return false;
		}
		self.0.retain(|kept| kept.voucher.channel == voucher.voucher.channel);
		match self.0.iter_mut().find(|kept| kept.signer == voucher.signer) {
			Some(kept) if rank(kept) >= rank(voucher) => false,
			Some(kept) => {
				*kept = voucher.clone();
				true
			}
			None => {
				self.0.push(voucher.clone());
				true
			}
		}
	}

	/// The voucher that is worth most in block `at`.
	pub fn best(&self, channel: &ChannelRecord, at: u32) -> Option<&SignedVoucher> {
		let valid = self.0.iter().filter_map(|signed| Some((worth(channel, signed, at)?, signed)));
		valid.max_by_key(|(worth, _)| *worth).map(|(_, signed)| signed)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use openledger_chain::pallets::credits::SessionKey;
	use openledger_primitives::{Terms, Voucher};
	use sp_core::sr25519::Signature;

	fn account(n: u8) -> AccountId {
		AccountId::new([n; 32])
	}

	fn signed(signer: Option<u8>, channel: u32, cumulative: Balance) -> SignedVoucher {
		let voucher = Voucher { payer: account(1), agent: account(9), channel, cumulative };
		SignedVoucher { voucher, signer: signer.map(account), signature: Signature::from_raw([0; 64]).into() }
	}

	/// Channel 3, for which key 5 may sign up to 100 planck until block 10, and key 6 up to 50 until block 20.
	fn channel() -> ChannelRecord {
		let key = |n, cap, expires| SessionKey { key: account(n), cap, expires };
		let keys = vec![key(5, 100, 10), key(6, 50, 20)].try_into().unwrap();
		ChannelRecord { nonce: 3, deposit: 1_000, drawn: 0, closing: None, opened: 0, terms: Terms::ANY, keys }
	}

	#[test]
	fn a_voucher_is_worth_what_its_signer_may_sign() {
		let worth = |signer, nonce, ceiling, at| worth(&channel(), &signed(signer, nonce, ceiling), at);
		assert_eq!(worth(None, 3, 700, 99), Some(700));
		assert_eq!(worth(None, 2, 700, 99), None, "another channel");
		assert_eq!(worth(Some(5), 3, 100, 10), Some(100));
		assert_eq!(worth(Some(5), 3, 101, 10), None, "above the cap");
		assert_eq!(worth(Some(5), 3, 100, 11), None, "expired");
		assert_eq!(worth(Some(7), 3, 1, 0), None, "unknown");
	}

	#[test]
	fn an_expired_key_does_not_hide_the_payers_own_voucher() {
		let mut kept = Vouchers::default();
		assert!(
			kept.take(&signed(None, 3, 40)) && kept.take(&signed(Some(5), 3, 90)) && kept.take(&signed(Some(6), 3, 45))
		);
		assert!(!kept.take(&signed(Some(5), 3, 90)), "the same again");
		let best = |kept: &Vouchers, at| kept.best(&channel(), at).map(|signed| signed.voucher.cumulative);
		assert_eq!([0, 10, 11, 20, 21].map(|at| best(&kept, at)), [90, 90, 45, 45, 40].map(Some));
		assert!(!kept.take(&signed(None, 2, 999)), "an earlier channel");
		assert!(kept.take(&signed(None, 4, 1)), "a later channel takes the place of all");
		assert_eq!(best(&kept, 0), None);
	}
}
