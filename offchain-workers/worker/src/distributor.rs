//! Sees batches through: settles what is due and makes the payouts.

use crate::{
	batch::{self, Batch},
	books::Books,
	journal::BatchEntry,
};
use anyhow::Context;
use openledger_chain::{
	pallets::attribution::{BatchState, Call, PayoutProof},
	BatchRecord, Chain, Runtime, Wait,
};
use openledger_gateway::Ledger;
use openledger_primitives::batch::MAX_DISTRIBUTE;

/// Blocks after which a batch that did not settle by itself is settled by call.
const PATIENCE: u32 = 3;

/// Sees batches through.
pub struct Distributor {
	/// The chain.
	pub chain: Chain,
	/// The books.
	pub books: Books,
}

impl Distributor {
	/// One look at every batch that is not done.
	pub async fn tick(&self) -> anyhow::Result<()> {
		let now = self.chain.finalised().await?;
		self.books.saw_block(now);
		for (first_seq, entry) in self.books.journal().batches()? {
			let (false, Some(number)) = (entry.done, entry.number) else { continue };
			// One batch in trouble must not hold up the others.
			if let Err(error) = self.see_through(number, first_seq, entry, now).await {
				tracing::warn!(number, error = format!("{error:#}"), "will look at this batch again");
			}
		}
		Ok(())
	}

	async fn see_through(&self, number: u64, first_seq: u64, entry: BatchEntry, now: u32) -> anyhow::Result<()> {
		let Some(on_chain) = self.chain.batch(number).await? else {
			// Only what owes nobody anything is forgotten.
			tracing::info!(number, "batch was forgotten: everybody has what it owed");
			self.books.journal().keep_batch(first_seq, &BatchEntry { done: true, ..entry })?;
			return Ok(());
		};
		let done = match on_chain.state {
			BatchState::Voided => {
				tracing::error!(number, "batch is void: stake is lost, and its payers have their fees back");
				true
			}
			BatchState::Pending => {
				self.settle_if_late(number, &on_chain, now).await?;
				false
			}
			BatchState::Settled => self.distribute(number, first_seq, &entry).await?,
		};
		if done {
			self.books.journal().keep_batch(first_seq, &BatchEntry { done, ..entry })?;
		}
		Ok(())
	}

	async fn settle_if_late(&self, number: u64, batch: &BatchRecord, now: u32) -> anyhow::Result<()> {
		if now >= batch.matures.saturating_add(PATIENCE) && batch.duties.none() {
			let call = Call::<Runtime>::settle { batch: number };
			self.chain.submit(&self.books.identity().signer, call, Wait::Finalised).await?;
		}
		Ok(())
	}

	/// Makes the payouts that are not made yet. Those that cannot be credited can be claimed later by anyone.
	async fn distribute(&self, number: u64, first_seq: u64, entry: &BatchEntry) -> anyhow::Result<bool> {
		let batch = self.assemble(first_seq, entry)?;
		let mut proofs = vec![];
		for (leaf, payout) in (0u32..).zip(&batch.payouts) {
			if self.chain.is_paid(number, leaf).await? {
				continue;
			}
			let proof = batch.payout_tree.prove(leaf).context("a payout without a proof")?;
			let proof = proof.try_into().map_err(|_| anyhow::anyhow!("the payout tree is too deep"))?;
			proofs.push(PayoutProof { leaf, payout: payout.clone(), proof });
		}
		for chunk in proofs.chunks(MAX_DISTRIBUTE as usize) {
			let payouts = chunk.to_vec().try_into().map_err(|_| anyhow::anyhow!("too many payouts at once"))?;
			let call = Call::<Runtime>::distribute { batch: number, payouts };
			self.chain.submit(&self.books.identity().signer, call, Wait::Finalised).await?;
		}
		tracing::info!(number, payouts = batch.payouts.len(), "batch paid out");
		Ok(true)
	}

	fn assemble(&self, first_seq: u64, entry: &BatchEntry) -> anyhow::Result<Batch> {
		let end = first_seq.saturating_add(u64::from(entry.count));
		let records = self.books.journal().records(first_seq..end)?;
		let agent = &self.books.identity().agent;
		let (domain, split) = (self.books.domain(), self.books.split());
		batch::assemble(&domain, agent, &entry.beneficiary, split, &records, &entry.weighing)
			.context("the journal has lost receipts of a batch")
	}
}
