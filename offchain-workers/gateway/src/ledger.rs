//! What the gateway needs to be paid.

use crate::{SignedVoucher, Transcript};
use openledger_primitives::{payout::Source, Attribution, Balance, Domain, ModelId, NumericClass, Receipt, Terms};
use serde::Serialize;
use sp_core::H256;
use sp_runtime::{AccountId32, MultiSignature};
use std::future::Future;

/// Why an answer cannot be paid for.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
	/// The voucher is for somebody else.
	#[error("the voucher is made out to {found}, but this agent is {expected}")]
	WrongAgent {
		/// Who the voucher is for.
		found: String,
		/// Who serves here.
		expected: String,
	},
	/// The signature is not the payer's on this chain.
	#[error("the voucher is not signed by its payer for this chain (genesis {genesis})")]
	BadSignature {
		/// Hash of block 0.
		genesis: String,
	},
	/// The payer has no channel, or the voucher belongs to another one.
	#[error("the payer has no open channel number {channel} to this agent: open one and sign a voucher for it")]
	NoChannel {
		/// The channel of the voucher.
		channel: u32,
	},
	/// A session key signed the voucher, and the payer does not answer for it.
	#[error("the voucher is signed by {key}, which the payer has not authorised for so much, or not any more")]
	BadSession {
		/// The key.
		key: String,
	},
	/// The model costs more, or its fees are divided otherwise, than the payer has agreed to.
	#[error(
		"the channel's terms do not allow this model: it asks {} planck for 1,000 tokens of a prompt and {} for 1,000 of \
		 an answer, {} percent of a fee going neither to models nor to data; the terms allow {}, {} and {}",
		.asked.price_in, .asked.price_out, .asked.overhead, .agreed.price_in, .agreed.price_out, .agreed.overhead
	)]
	AboveTerms {
		/// What the model asks.
		asked: Box<Terms>,
		/// What the payer has agreed to.
		agreed: Box<Terms>,
	},
	/// The voucher or the channel does not cover the price.
	#[error(
		"this answer may cost up to {needed} planck, but only {left} are left under this voucher and its channel: \
		 top up the channel, sign a higher voucher, or ask for fewer tokens"
	)]
	Exhausted {
		/// The highest price of the answer.
		needed: Balance,
		/// What is left.
		left: Balance,
	},
	/// The agent has sold as much as its stake covers.
	#[error("this agent has sold as much as its stake covers; try again when earlier answers are settled")]
	AtCapacity,
	/// The books or the chain cannot be used now.
	#[error("payments cannot be checked now: {0}")]
	Unavailable(String),
}

/// What stays set aside for an answer until its receipt is issued. Dropped without a receipt, it costs nothing.
pub struct Reservation {
	/// Who pays.
	pub payer: AccountId32,
	/// The most that the answer may cost.
	pub most: Balance,
	release: Option<Box<dyn FnOnce() + Send>>,
}

impl Reservation {
	/// A reservation; `release` runs when it is dropped.
	pub fn new(payer: AccountId32, most: Balance, release: impl FnOnce() + Send + 'static) -> Self {
		Self { payer, most, release: Some(Box::new(release)) }
	}
}

impl Drop for Reservation {
	fn drop(&mut self) {
		if let Some(release) = self.release.take() {
			release();
		}
	}
}

impl std::fmt::Debug for Reservation {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("Reservation").field("payer", &self.payer).field("most", &self.most).finish_non_exhaustive()
	}
}

/// What the gateway knows about an answer.
#[derive(Clone, Debug)]
pub struct Draft {
	/// The model.
	pub model: ModelId,
	/// What it was computed from.
	pub transcript: Transcript,
	/// Tokens of the prompt.
	pub tokens_in: u32,
	/// Tokens of the answer.
	pub tokens_out: u32,
	/// The price.
	pub fee: Balance,
	/// How the numbers can be compared.
	pub class: NumericClass,
	/// The fingerprint of the activations, which the receipt commits to under a salt.
	pub raw: H256,
	/// The claim about sources.
	pub attribution: Attribution,
	/// The finalised block whose takedowns the claim follows; `None` without a claim.
	pub known_at: Option<u32>,
	/// The sources, as the division of the fee needs them.
	pub sources: Vec<Source<AccountId32>>,
}

/// A receipt that was written down and signed.
#[derive(Clone, Debug, Serialize)]
pub struct Issued {
	/// The receipt.
	pub receipt: Receipt<AccountId32>,
	/// The agent that answers for it.
	pub agent: AccountId32,
	/// The agent's signer's signature of the leaf.
	pub signature: MultiSignature,
}

/// Keeps the books. Whoever implements it persists a receipt before returning it.
pub trait Ledger: Send + Sync + 'static {
	/// The chain that vouchers and receipts are bound to.
	fn domain(&self) -> Domain;

	/// The percent of a fee that goes neither to models nor to data.
	fn overhead(&self) -> u8;

	/// Set aside up to `most` planck of what `voucher` allows, if the payer has agreed to what is `asked`.
	fn reserve(
		&self,
		voucher: SignedVoucher,
		asked: Terms,
		most: Balance,
	) -> impl Future<Output = Result<Reservation, LedgerError>> + Send;

	/// Write down the receipt of an answer and sign it. The fee is at most what was reserved.
	fn issue(&self, reservation: Reservation, draft: Draft)
		-> impl Future<Output = Result<Issued, LedgerError>> + Send;
}
