//! Does what the chain asks of the agent: answers probes, opens attributions, defends itself before auditors.
//!
//! The chain's state is the cursor: each look finds what is still to be done, so a restart is harmless. [`plan`] decides,
//! [`calls`] has what the journal knows, this module asks the chain and submits.

pub mod calls;
pub mod plan;

use crate::{books::Books, journal::BatchEntry};
use anyhow::Context;
use calls::File;
use openledger_chain::{
	pallets::{
		agents,
		attribution::BatchState,
		verification::types::{Cause, Phase},
	},
	CaseRecord, Chain, Runtime, RuntimeCall, Wait, MILLI_SECS_PER_BLOCK,
};
use openledger_gateway::Ledger;
use openledger_primitives::CaseId;
use plan::{plan, Accusation, Duty, Situation, Unopened, Wanted};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// Time between looks at the chain: a block.
pub const EVERY: Duration = Duration::from_millis(MILLI_SECS_PER_BLOCK);

/// Batches that were read from the journal, so that each is read once in a look.
type Files = BTreeMap<u64, Arc<File>>;

/// Does what the chain asks of the agent.
pub struct Keeper {
	/// The chain.
	pub chain: Chain,
	/// The books.
	pub books: Books,
}

impl Keeper {
	/// One look at the chain: does what is to be done now, and waits until it is final, so that nothing is done twice.
	pub async fn tick(&self) -> anyhow::Result<()> {
		let mut files = Files::new();
		let situation = self.look(&mut files).await?;
		let duties = plan(&situation);
		let shows = |duty: &Duty| matches!(duty, Duty::Defend(Accusation { wants: Wanted::Point { .. }, .. }));
		let rate = if duties.iter().any(shows) { self.chain.plant_rate().await? } else { 0 };
		let mut outcome = Ok(());
		let mut calls = vec![];
		for duty in duties {
			match self.call(&duty, rate, &mut files).await {
				Ok(call) => calls.push((duty, call)),
				// One duty that cannot be done must not hold up the others.
				Err(error) => outcome = Err(error.context(format!("{duty:?}"))),
			}
		}
		// All at once: they take a block, however many they are.
		let submitted = calls.into_iter().map(|(duty, call)| self.submit(duty, call));
		futures::future::join_all(submitted).await.into_iter().fold(outcome, Result::and)
	}

	/// What the chain waits for.
	async fn look(&self, files: &mut Files) -> anyhow::Result<Situation> {
		let agent = &self.books.identity().agent;
		let now = self.chain.finalised().await?;
		self.books.saw_block(now);
		let probe = self.chain.probe(agent).await?;
		let evicted = self.chain.agent(agent).await?.and_then(|record| record.liveness.evicted);
		let mut batches = vec![];
		for (_, entry) in self.books.journal().batches()? {
			let (false, Some(number)) = (entry.done, entry.number) else { continue };
			match self.unopened(number, files).await {
				Ok(found) => batches.extend(found),
				// One batch in trouble must not hold up the others.
				Err(error) => tracing::error!(number, error = format!("{error:#}"), "cannot see what is to be opened"),
			}
		}
		let cases = self.chain.cases().await?;
		let own = cases.iter().filter(|(_, case)| case.agent == *agent);
		let cases = own.filter_map(|(number, case)| accusation(*number, case)).collect();
		Ok(Situation { now, probe, evicted, batches, cases })
	}

	/// What is to be opened of a batch.
	async fn unopened(&self, batch: u64, files: &mut Files) -> anyhow::Result<Option<Unopened>> {
		let on_chain = self.chain.batch(batch).await?.filter(|found| found.state == BatchState::Pending);
		let Some(duties) = on_chain.map(|found| found.duties) else { return Ok(None) };
		let sample = if duties.sample { self.chain.sample(batch).await? } else { None };
		let demands = if duties.demands > 0 { self.chain.demands(batch).await? } else { BTreeMap::new() };
		let demands = demands.into_iter().map(|(leaf, demand)| (leaf, demand.until)).collect();
		let (drawn, until) = match sample {
			Some(sample) => (self.file(batch, files).await?.unopened(&sample), sample.until),
			None => Default::default(),
		};
		Ok(Some(Unopened { batch, drawn: drawn.into_iter().collect(), until, demands }))
	}

	async fn call(&self, duty: &Duty, rate: u32, files: &mut Files) -> anyhow::Result<RuntimeCall> {
		let file = match duty.batch() {
			None => None,
			Some(batch) => Some(self.file(batch, files).await?),
		};
		let (duty, domain) = (duty.clone(), self.books.domain());
		let work = move || match (duty, file) {
			(Duty::Answer { challenge }, _) => Ok(agents::Call::<Runtime>::answer_probe { challenge }.into()),
			(Duty::Return, _) => Ok(agents::Call::<Runtime>::return_to_service {}.into()),
			(Duty::Open { batch, leaves }, Some(file)) => file.open(batch, &leaves),
			(Duty::Defend(accusation), Some(file)) => file.defend(&domain, &accusation, rate),
			(_, None) => anyhow::bail!("a duty without its batch"),
		};
		tokio::task::spawn_blocking(work).await?
	}

	/// A batch out of the journal.
	async fn file(&self, number: u64, files: &mut Files) -> anyhow::Result<Arc<File>> {
		if let Some(found) = files.get(&number) {
			return Ok(found.clone());
		}
		let books = self.books.clone();
		let file = Arc::new(tokio::task::spawn_blocking(move || load(&books, number)).await??);
		files.insert(number, file.clone());
		Ok(file)
	}

	async fn submit(&self, duty: Duty, call: RuntimeCall) -> anyhow::Result<()> {
		let done = self.chain.submit(&self.books.identity().signer, call, Wait::Finalised).await;
		done.with_context(|| format!("{duty:?}"))?;
		match duty {
			Duty::Answer { .. } => tracing::info!("probe answered"),
			Duty::Return => tracing::warn!("returned to service after an eviction"),
			Duty::Open { batch, leaves } => tracing::info!(batch, ?leaves, "attributions opened"),
			Duty::Defend(Accusation { case, batch, wants, .. }) => {
				tracing::info!(%case, batch, ?wants, "case answered")
			}
		}
		Ok(())
	}
}

/// A batch out of the journal. Blocks.
pub fn load(books: &Books, number: u64) -> anyhow::Result<File> {
	let batches = books.journal().batches()?;
	let found = batches.into_iter().find(|(_, entry): &(u64, BatchEntry)| entry.number == Some(number));
	let (first, entry) = found.with_context(|| format!("the journal does not know batch {number}"))?;
	let records = books.journal().records(first..first.saturating_add(u64::from(entry.count)))?;
	anyhow::ensure!(records.len() == entry.count as usize, "the journal has lost receipts of batch {number}");
	File::new(&books.domain(), &books.identity().agent, entry, records).context("the fees of a batch overflow")
}

/// What a case waits for, if it waits for the agent.
fn accusation(case: CaseId, found: &CaseRecord) -> Option<Accusation> {
	let wants = match (found.phase, &found.cause, &found.exhibit) {
		(Phase::Disclosing, Cause::Sampled { seed, point, number }, _) => {
			Wanted::Point { point: *point, seed: *seed, number: *number }
		}
		(Phase::Disclosing, Cause::Challenged { .. }, Some(exhibit)) => Wanted::Leaf(exhibit.leaf),
		(Phase::Closing, Cause::Sampled { number, .. }, Some(exhibit)) => {
			Wanted::Lot { leaf: exhibit.leaf, number: *number }
		}
		_ => return None,
	};
	Some(Accusation { case, batch: found.batch, wants, until: found.until })
}

#[cfg(test)]
mod tests {
	use super::*;
	use openledger_chain::{
		pallets::verification::{
			ladder::Stage,
			types::{Exhibit, Room, Subject},
		},
		AccountId,
	};
	use sp_core::H256;

	const SEED: H256 = H256([7; 32]);

	fn case(phase: Phase, stage: Stage, cause: Cause<AccountId>, leaf: Option<u32>) -> CaseRecord {
		let exhibit = |leaf| Exhibit { leaf, payer: [1; 32].into(), fingerprint: H256::zero(), shown: None };
		CaseRecord {
			batch: 6,
			agent: [9; 32].into(),
			fees: 10,
			subject: Subject::Answer,
			cause,
			exhibit: leaf.map(exhibit),
			room: Room::Common,
			seats: 1,
			since: 0,
			stage,
			phase,
			until: 30,
			appeal: None,
			silent: Default::default(),
			retries: 0,
		}
	}

	fn sampled(phase: Phase, stage: Stage, leaf: Option<u32>) -> CaseRecord {
		case(phase, stage, Cause::Sampled { seed: SEED, point: 5, number: 2 }, leaf)
	}

	fn challenged(phase: Phase, leaf: Option<u32>) -> CaseRecord {
		case(phase, Stage::Three, Cause::Challenged { by: [2; 32].into(), bond: 1 }, leaf)
	}

	#[test]
	fn a_case_wants_a_receipt_first_and_the_lot_in_the_end() {
		let wants = |case: &CaseRecord| {
			let found = accusation(CaseId(3), case)?;
			assert_eq!((found.case, found.batch, found.until), (CaseId(3), 6, 30));
			Some(found.wants)
		};
		let point = Wanted::Point { point: 5, seed: SEED, number: 2 };
		assert_eq!(wants(&sampled(Phase::Disclosing, Stage::One, None)), Some(point));
		assert_eq!(wants(&challenged(Phase::Disclosing, Some(4))), Some(Wanted::Leaf(4)));
		assert_eq!(wants(&sampled(Phase::Closing, Stage::One, Some(4))), Some(Wanted::Lot { leaf: 4, number: 2 }));
		for phase in [Phase::Drawing, Phase::Committing, Phase::Revealing, Phase::Appealable] {
			assert_eq!(wants(&sampled(phase, Stage::One, Some(4))), None);
			assert_eq!(wants(&challenged(phase, Some(4))), None);
		}
	}
}
