//! Submits batches of receipts.
//!
//! A batch is written to the journal before it is submitted. After a crash the chain decides: if its next sequence
//! number lies beyond the batch, the batch was accepted and only its number is looked up.

use crate::{
	batch::{self, Batch},
	books::Books,
	config::BatchConfig,
	journal::{secrets, BatchEntry, Record},
};
use anyhow::Context;
use codec::Encode;
use openledger_chain::{
	pallets::attribution::{Call, Draw, Event},
	AccountId, Balance, Chain, ChainError, Kind, Runtime, RuntimeEvent, Wait,
};
use openledger_gateway::Ledger;
use openledger_primitives::{
	audit::{self, MAX_AUDITS},
	batch::MAX_PAYERS,
	money::FeeSplit,
};
use openledger_store::Store;
use sp_core::H256;
use sp_runtime::MultiSignature;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::{Mutex, PoisonError},
};

/// Attempts at a batch that the chain may refuse for its weight. The first may have lost a race for the room of a bond; after
/// the last the batch goes without weight, because money does not wait for it.
const WEIGHT_ATTEMPTS: u32 = 2;

/// Submits batches.
pub struct Batcher {
	chain: Chain,
	books: Books,
	/// Keeps blobs.
	store: Store,
	/// Bounds.
	config: BatchConfig,
	refusals: Refusals,
}

impl Batcher {
	/// A batcher of what `books` have.
	pub fn new(chain: Chain, books: Books, store: Store, config: BatchConfig) -> Self {
		Self { chain, books, store, config, refusals: Refusals::default() }
	}

	/// One look at the books: submits what is there and waits until it is final. Returns the batch's number.
	pub async fn tick(&self) -> anyhow::Result<Option<u64>> {
		let agent = &self.books.identity().agent;
		let first = self.chain.next_seq(agent).await?;
		self.books.drawn_up_to(first)?;
		self.recover(first).await?;
		let batches = self.books.journal().batches()?;
		let before = batches.iter().find(|(first_seq, entry)| *first_seq == first && entry.number.is_none());
		let records = match before {
			// Handed in before, and perhaps still on its way: the same again, not another batch in its place.
			Some((_, entry)) => self.books.journal().records(first..first.saturating_add(u64::from(entry.count)))?,
			None => {
				let last = self.books.next_seq().min(first.saturating_add(u64::from(self.config.max_receipts)));
				let mut records = self.books.journal().records(first..last)?;
				self.trim(&mut records).await?;
				self.write_off(&mut records).await?;
				records
			}
		};
		// The chain takes no batch without a payer.
		if records.iter().all(|record| record.receipt.fee == 0) {
			return Ok(None);
		}
		let weighing = match before {
			Some((_, entry)) => entry.weighing.clone(),
			None => self.weighing(first, &records).await?,
		};
		self.submit(&records, weighing).await.map(Some)
	}

	/// The payers whose fees mint weight: those whose bonds have room, as far as the chain says so.
	async fn weighing(&self, first_seq: u64, records: &[Record]) -> anyhow::Result<BTreeSet<AccountId>> {
		if !self.refusals.allow(first_seq) {
			tracing::warn!(first_seq, "the chain has refused the weight of this batch: it goes without");
			return Ok(BTreeSet::new());
		}
		let identity = self.books.identity();
		let on_chain = self.chain.agent(&identity.agent).await?;
		let mut own = vec![identity.agent.clone(), identity.beneficiary.clone(), identity.signer.account()];
		own.extend(on_chain.into_iter().flat_map(|agent| [agent.beneficiary, agent.signer]));
		let fees = batch::fees(records).context("the sums of the batch overflow")?;
		let asked = candidates(fees, &own, self.books.split());
		match self.chain.weighing(&identity.agent, &asked).await {
			Err(error) if error.kind() == Kind::GiveUp => {
				tracing::error!(%error, "the chain cannot be asked who weighs: the batch goes without weight");
				Ok(BTreeSet::new())
			}
			found => Ok(found?),
		}
	}

	/// Gives up what can never be drawn, so that one payer cannot hold up all others.
	async fn write_off(&self, records: &mut [Record]) -> anyhow::Result<()> {
		let mut rooms = BTreeMap::<AccountId, Balance>::new();
		for record in records {
			let payer = record.receipt.payer.clone();
			let room = match rooms.get(&payer) {
				Some(room) => *room,
				None => self.room(&payer).await?,
			};
			let left = room.checked_sub(record.receipt.fee);
			if left.is_none() {
				self.books.write_off(record)?;
			}
			rooms.insert(payer, left.unwrap_or(room));
		}
		Ok(())
	}

	/// What can still be drawn from `payer`.
	async fn room(&self, payer: &AccountId) -> anyhow::Result<Balance> {
		let channel = self.chain.channel(payer, &self.books.identity().agent).await?;
		let Some(channel) = channel else { return Ok(0) };
		let ceiling = self.books.voucher(payer, &channel).map_or(0, |signed| signed.voucher.cumulative);
		Ok(channel.deposit.min(ceiling).saturating_sub(channel.drawn))
	}

	/// Keeps as many receipts as the chain takes in one batch: payers are bounded, and so are unsettled fees.
	async fn trim(&self, records: &mut Vec<Record>) -> anyhow::Result<()> {
		let mut cover = self.chain.cover(&self.books.identity().agent).await?;
		let mut payers = BTreeSet::new();
		let mut fits = |record: &&Record| {
			payers.insert(record.receipt.payer.clone());
			let left = cover.checked_sub(record.receipt.fee);
			cover = left.unwrap_or_default();
			left.is_some() && payers.len() <= MAX_PAYERS as usize
		};
		let count = records.iter().take_while(|record| fits(record)).count();
		if count < records.len() {
			tracing::info!(waiting = records.len().saturating_sub(count), "some receipts wait for earlier batches");
		}
		records.truncate(count);
		Ok(())
	}

	/// The secrets of the batch that begins with `first_seq`: those of an earlier attempt, which the chain may have the lot
	/// of, or new ones.
	fn secrets(&self, first_seq: u64) -> anyhow::Result<[H256; MAX_AUDITS]> {
		let batches = self.books.journal().batches()?;
		match batches.into_iter().find(|(first, _)| *first == first_seq) {
			Some((_, entry)) => Ok(entry.secrets),
			None => secrets().map_err(|error| anyhow::anyhow!("no randomness: {error}")),
		}
	}

	async fn submit(&self, records: &[Record], weighing: BTreeSet<AccountId>) -> anyhow::Result<u64> {
		let identity = self.books.identity();
		let (domain, split) = (self.books.domain(), self.books.split());
		let batch = batch::assemble(&domain, &identity.agent, &identity.beneficiary, split, records, &weighing)
			.context("the sums of the batch overflow")?;
		let blob: Vec<_> = records.iter().map(|record| (&record.receipt, &record.signature)).collect();
		let blob = H256(self.store.put(&blob.encode())?);
		let secrets = self.secrets(batch.first_seq)?;
		let entry = BatchEntry {
			count: u32::try_from(records.len())?,
			beneficiary: identity.beneficiary.clone(),
			blob,
			weighing,
			secrets,
			number: None,
			done: false,
		};
		let draws = match self.draws(&batch).await {
			Ok(draws) => draws,
			Err(error) => {
				// A payer has left meanwhile. Unless an earlier attempt was accepted before, the next look begins anew.
				if self.chain.next_seq(&identity.agent).await? == batch.first_seq {
					self.books.journal().drop_batch(batch.first_seq)?;
				}
				return Err(error);
			}
		};
		let draws = draws.try_into().map_err(|_| anyhow::anyhow!("too many payers for one batch"))?;
		self.books.journal().keep_batch(batch.first_seq, &entry)?;
		let call = Call::<Runtime>::submit_batch {
			first_seq: batch.first_seq,
			receipts: batch.receipt_tree.commitment(),
			payouts: batch.payout_tree.commitment(),
			blob,
			draws,
			lot: audit::lot(&domain, &secrets),
		};
		let submitted = self.chain.submit(&identity.signer, call, Wait::Finalised).await;
		if let Err(ChainError::Dispatch { reason, .. }) = &submitted {
			if over_weight(reason) {
				self.refusals.note(batch.first_seq);
			}
			// It was tried and failed, so it is not on its way any more, unless an earlier attempt took its place.
			if !reason.contains("SequenceGap") {
				self.books.journal().drop_batch(batch.first_seq)?;
			}
		}
		let included = submitted?;
		let number = included.find(|event| match event {
			RuntimeEvent::Attribution(Event::BatchSubmitted { batch, .. }) => Some(*batch),
			_ => None,
		});
		let number = number.context("the chain accepted a batch without saying its number")?;
		self.books.journal().keep_batch(batch.first_seq, &BatchEntry { number: Some(number), ..entry })?;
		tracing::info!(
			number,
			receipts = records.len(),
			fees = batch.receipt_tree.commitment().sum,
			payers = batch.fees.len(),
			weighing = batch.weighing.len(),
			"batch submitted"
		);
		self.books.drawn_up_to(batch.first_seq.saturating_add(u64::from(batch.receipt_tree.commitment().count)))?;
		Ok(number)
	}

	async fn draws(&self, batch: &Batch) -> anyhow::Result<Vec<Draw<AccountId, MultiSignature>>> {
		let mut draws = vec![];
		for (payer, fee) in batch.fees.iter().filter(|(_, fee)| **fee > 0) {
			let channel = self.chain.channel(payer, &self.books.identity().agent).await?;
			let channel = channel.with_context(|| format!("the channel of {payer} is closed"))?;
			let signed = self.books.voucher(payer, &channel);
			let signed =
				signed.with_context(|| format!("there is no voucher of {payer} that is worth anything now"))?;
			draws.push(Draw {
				payer: payer.clone(),
				drawn: channel.drawn.checked_add(*fee).context("the total of a payer overflows")?,
				ceiling: signed.voucher.cumulative,
				signer: signed.signer,
				signature: signed.signature,
				weighs: batch.weighing.contains(payer),
			});
		}
		Ok(draws)
	}

	/// Finds the numbers of batches that were accepted while nobody looked: those below `next_seq`.
	async fn recover(&self, next_seq: u64) -> anyhow::Result<()> {
		let agent = &self.books.identity().agent;
		for (first_seq, entry) in self.books.journal().batches()? {
			if entry.number.is_some() || next_seq <= first_seq {
				continue;
			}
			for number in (0..self.chain.batch_count().await?).rev() {
				let Some(found) = self.chain.batch(number).await? else { continue };
				if found.agent == *agent && found.first_seq == first_seq {
					let entry = BatchEntry { number: Some(number), count: found.receipts.count, ..entry };
					self.books.journal().keep_batch(first_seq, &entry)?;
					tracing::info!(number, "found a batch that was accepted before a restart");
					break;
				}
			}
		}
		Ok(())
	}
}

/// The weight to ask for, by payer: what is burnt of the fees of those who are not the agent itself.
fn candidates(fees: BTreeMap<AccountId, Balance>, own: &[AccountId], split: &FeeSplit) -> BTreeMap<AccountId, Balance> {
	let others = fees.into_iter().filter(|(payer, fee)| *fee > 0 && !own.contains(payer));
	others.map(|(payer, fee)| (payer, split.weight(fee))).collect()
}

/// Whether a batch was refused for what a draw says of weight.
fn over_weight(reason: &str) -> bool {
	["ContributionVoting::", "SelfPaid"].iter().any(|cause| reason.contains(cause))
}

/// How often the chain has refused the weight of one batch, by its first sequence number.
#[derive(Debug, Default)]
struct Refusals(Mutex<(u64, u32)>);

impl Refusals {
	/// Whether the batch that begins with `first_seq` may ask for weight.
	fn allow(&self, first_seq: u64) -> bool {
		let (seq, count) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
		seq != first_seq || count < WEIGHT_ATTEMPTS
	}

	/// The chain has refused the weight of the batch that begins with `first_seq`.
	fn note(&self, first_seq: u64) {
		let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
		let before = if refused.0 == first_seq { refused.1 } else { 0 };
		*refused = (first_seq, before.saturating_add(1));
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use openledger_primitives::money::DEFAULT_SPLIT;

	#[test]
	fn the_agent_itself_is_not_asked_for() {
		let account = |n: u8| AccountId::new([n; 32]);
		let fees = [(1, 1_000), (2, 0), (3, 21), (4, 5_000)].map(|(n, fee)| (account(n), fee)).into();
		let asked = candidates(fees, &[account(4), account(9)], &DEFAULT_SPLIT);
		assert_eq!(asked, [(account(1), 50), (account(3), 2)].into(), "rounded up, as the chain does");
	}

	#[test]
	fn a_batch_whose_weight_is_refused_twice_goes_without() {
		let refusals = Refusals::default();
		assert!(refusals.allow(0) && refusals.allow(7));
		refusals.note(7);
		assert!(refusals.allow(7), "somebody else may have used the room up");
		refusals.note(7);
		assert!(!refusals.allow(7));
		assert!(refusals.allow(12), "the next batch asks again");
		refusals.note(12);
		assert!(refusals.allow(12) && refusals.allow(7));
	}

	#[test]
	fn weight_is_told_from_other_reasons() {
		assert!(over_weight("Pallet error: ContributionVoting::NoRoom"));
		assert!(over_weight("Pallet error: Attribution::SelfPaid"));
		assert!(!over_weight("Pallet error: Attribution::SequenceGap"));
		assert!(!over_weight("Pallet error: Credits::NoChannel"));
	}
}
