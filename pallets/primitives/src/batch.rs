//! Batches: receipts and payouts under two roots, and what opens them (protocol §7).

use crate::{
	attribution::IndexLeaf,
	hashing::{Blake2b256, Domain},
	money::{FeeSplit, Reserved},
	payout::Payout,
	receipt::Receipt,
	tree::sum::{SumCommitment, SumNode},
	Balance, MAX_PROOF,
};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

/// The most receipts of one batch.
pub const MAX_RECEIPTS: u32 = 1 << 20;
/// The most payers that one batch draws from.
pub const MAX_PAYERS: u32 = 256;
/// The most payouts that one call distributes.
pub const MAX_DISTRIBUTE: u32 = 64;
/// The part of an agent's stake that its unsettled fees may reach, in percent.
pub const MAX_EXPOSURE_PERCENT: u32 = 50;

/// What an agent says of the answers it gave since its last batch.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct BatchClaim<AccountId> {
	/// The agent.
	pub agent: AccountId,
	/// Sequence number of the first receipt.
	pub first_seq: u64,
	/// Root, number and fees of the receipts.
	pub receipts: SumCommitment,
	/// Root, number and sum of the payouts.
	pub payouts: SumCommitment,
}

impl<AccountId: Encode> BatchClaim<AccountId> {
	/// Whether `receipt` is in the batch, at the place that its sequence number says and with its fee.
	pub fn has_receipt(&self, domain: &Domain, receipt: &Receipt<AccountId>, proof: &[SumNode]) -> bool {
		let place = receipt.seq.checked_sub(self.first_seq).and_then(|place| u32::try_from(place).ok());
		place.is_some_and(|place| {
			let leaf = receipt.leaf(domain, &self.agent);
			self.receipts.verify::<Blake2b256>(place, &leaf, receipt.fee, proof)
		})
	}

	/// Whether `payout` is leaf `index` of the payouts.
	pub fn has_payout(&self, domain: &Domain, index: u32, payout: &Payout<AccountId>, proof: &[SumNode]) -> bool {
		let leaf = payout.leaf(domain, &self.agent, self.first_seq);
		self.payouts.verify::<Blake2b256>(index, &leaf, payout.amount, proof)
	}

	/// What is burnt and what the treasury has, if that and the payouts are the fees exactly. `None` if they are not.
	pub fn reserved(&self, split: &FeeSplit) -> Option<Reserved> {
		split.reserve(self.receipts.sum).filter(|reserved| reserved.payouts == self.payouts.sum)
	}
}

/// What a batch draws from one payer.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Draw<AccountId, Signature> {
	/// The payer.
	pub payer: AccountId,
	/// All that is drawn from the payer's channel after this batch, in planck.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub drawn: Balance,
	/// What the payer's voucher allows, in planck.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub ceiling: Balance,
	/// Who signed that voucher: a session key of the payer, or the payer if `None`.
	pub signer: Option<AccountId>,
	/// Its signature.
	pub signature: Signature,
	/// Whether what is drawn mints contribution weight: then the payer's bond must have room for it (protocol §11). The
	/// payouts of the batch count the weight of these payers' receipts and of no others.
	pub weighs: bool,
}

/// A leaf of an index with its proof.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Opening<AccountId> {
	/// The leaf.
	pub leaf: IndexLeaf<AccountId>,
	/// Its siblings, from the leaf up.
	pub proof: BoundedVec<H256, ConstU32<MAX_PROOF>>,
}

/// A payout with its proof.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct PayoutProof<AccountId> {
	/// Position in the payout tree.
	pub leaf: u32,
	/// The payout.
	pub payout: Payout<AccountId>,
	/// Its siblings, from the leaf up.
	pub proof: BoundedVec<SumNode, ConstU32<MAX_PROOF>>,
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{money::DEFAULT_SPLIT, payout, receipt::NumericClass, ModelId, SumTree};
	use alloc::{vec, vec::Vec};

	const DOMAIN: Domain = Domain { genesis: H256([1; 32]) };
	const AGENT: u8 = 1;

	fn receipt(seq: u64) -> Receipt<u8> {
		Receipt {
			seq,
			payer: 2,
			model: ModelId(0),
			request: H256::zero(),
			response: H256::zero(),
			tokens_in: 1,
			tokens_out: 1,
			fee: 100 * u128::from(seq),
			fingerprint: H256::zero(),
			attribution: H256::zero(),
			class: NumericClass::Exact,
			at: 0,
		}
	}

	/// Receipts 5 to 9, fees 3,500, and the payouts of an agent that keeps everything.
	fn batch() -> (BatchClaim<u8>, SumTree<Blake2b256>, SumTree<Blake2b256>, Vec<Payout<u8>>) {
		let receipts = SumTree::new((5..10).map(|seq| (receipt(seq).leaf(&DOMAIN, &AGENT), receipt(seq).fee))).unwrap();
		let divided =
			(5..10).map(|seq| payout::Divided { payer: 2, fee: receipt(seq).fee, weighs: true, lines: vec![] });
		let (_, payouts) = payout::settle(&DEFAULT_SPLIT, &AGENT, divided).unwrap();
		let tree = payout::tree(&payouts, &DOMAIN, &AGENT, 5).unwrap();
		let (of_receipts, of_payouts) = (receipts.commitment(), tree.commitment());
		(BatchClaim { agent: AGENT, first_seq: 5, receipts: of_receipts, payouts: of_payouts }, receipts, tree, payouts)
	}

	#[test]
	fn a_receipt_is_where_its_number_says() {
		let (batch, tree, ..) = batch();
		for place in 0..5 {
			let (proof, seq) = (tree.prove(place).unwrap(), 5 + u64::from(place));
			assert!(batch.has_receipt(&DOMAIN, &receipt(seq), &proof));
			for wrong in [0, 4, seq + 1, seq + (1 << 32), u64::MAX] {
				assert!(!batch.has_receipt(&DOMAIN, &Receipt { seq: wrong, ..receipt(seq) }, &proof));
			}
			// The same receipt, in a tree that has it elsewhere.
			let moved: Vec<_> = (5..10).map(|seq| receipt(if seq == 5 { 5 + (1 << 32) } else { seq })).collect();
			let elsewhere = SumTree::<Blake2b256>::new(moved.iter().map(|r| (r.leaf(&DOMAIN, &AGENT), r.fee))).unwrap();
			let other = BatchClaim { receipts: elsewhere.commitment(), ..batch.clone() };
			assert!(!other.has_receipt(&DOMAIN, &moved[0], &elsewhere.prove(0).unwrap()));
			assert!(!batch.has_receipt(&Domain { genesis: H256::zero() }, &receipt(seq), &proof));
			assert!(!BatchClaim { agent: 9, ..batch.clone() }.has_receipt(&DOMAIN, &receipt(seq), &proof));
		}
	}

	#[test]
	fn a_payout_is_that_of_its_agent_and_batch() {
		let (batch, _, tree, payouts) = batch();
		let (proof, payout) = (tree.prove(0).unwrap(), &payouts[0]);
		assert!(batch.has_payout(&DOMAIN, 0, payout, &proof));
		assert!(!batch.has_payout(&DOMAIN, 1, payout, &proof));
		assert!(!batch.has_payout(&DOMAIN, 0, &Payout { amount: 1, ..payout.clone() }, &proof));
		assert!(!batch.has_payout(&DOMAIN, 0, &Payout { weight: 1, ..payout.clone() }, &proof));
		assert!(!BatchClaim { first_seq: 6, ..batch.clone() }.has_payout(&DOMAIN, 0, payout, &proof));
		assert!(!BatchClaim { agent: 9, ..batch }.has_payout(&DOMAIN, 0, payout, &proof));
	}

	#[test]
	fn money_that_does_not_add_up_is_seen() {
		let (batch, ..) = batch();
		let reserved = batch.reserved(&DEFAULT_SPLIT).unwrap();
		assert_eq!((reserved.burn, reserved.treasury, reserved.payouts), (175, 105, 2_975));
		for twist in [-1i128, 1] {
			let mut other = batch.clone();
			other.payouts.sum = other.payouts.sum.wrapping_add_signed(twist);
			assert_eq!(other.reserved(&DEFAULT_SPLIT), None);
		}
	}
}
