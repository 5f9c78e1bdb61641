//! Judges the answers of others, as a member of the committees that the chain draws.
//!
//! [`plan`] decides what is to be done in a case, [`judge`] what is found; this module takes the agent's seat, reads what
//! the accused gives, computes the answer again, commits and reveals. It judges answers of models that this worker
//! serves, on a processor. What it cannot judge it leaves alone: a silence costs less than a wrong finding.

pub mod judge;
pub mod plan;

use crate::{
	books::Books,
	journal::{secret, Sealed},
	transcripts::{bearer, payload, Published},
};
use anyhow::{ensure, Context};
use judge::{Evidence, Exhibit};
use openledger_chain::{
	pallets::verification::{
		types::{Phase, Subject},
		Call,
	},
	AccountId, CaseRecord, Chain, Runtime, Wait, MILLI_SECS_PER_BLOCK,
};
use openledger_gateway::{numeric_class, Gateway, Ledger};
use openledger_openlora::{verify::Verdict, EngineError};
use openledger_primitives::{CaseId, Finding, IndexKind, Part, Role};
use plan::{step, Step};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// Time between looks at the chain: a block.
pub const EVERY: Duration = Duration::from_millis(MILLI_SECS_PER_BLOCK);
/// Blocks before the end of the time for findings in which an agent that gives nothing is found to do so.
const UNAVAILABLE_MARGIN: u32 = 8;
/// How long an accused gateway may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The most that is read of what it gives.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// Judges the answers of others.
pub struct Auditor {
	/// The chain.
	pub chain: Chain,
	/// The books; their journal keeps findings.
	pub books: Books,
	/// Computes answers again.
	pub gateway: Arc<Gateway<Books>>,
	/// Where agents are reached.
	pub gateways: BTreeMap<AccountId, String>,
}

/// Why a finding is not written down.
enum Doubt {
	/// It may be known later.
	Later(anyhow::Error),
	/// The agent does not give what is needed.
	Withheld(anyhow::Error),
}

impl From<anyhow::Error> for Doubt {
	fn from(error: anyhow::Error) -> Self {
		Self::Later(error)
	}
}

impl Auditor {
	/// One look at the chain.
	pub async fn tick(&self) -> anyhow::Result<()> {
		self.take_seat().await?;
		let mut outcome = Ok(());
		for (case, record) in self.chain.cases().await? {
			// One case in trouble must not hold up the others.
			if let Err(error) = self.attend(case, &record).await {
				outcome = Err(error.context(format!("case {case}")));
			}
		}
		outcome
	}

	/// Takes the agent's seat, unless it has one.
	async fn take_seat(&self) -> anyhow::Result<()> {
		let agent = &self.books.identity().agent;
		if self.chain.auditor(agent).await?.is_some() {
			return Ok(());
		}
		let record = self.chain.agent(agent).await?.context("this account is no agent any more")?;
		ensure!(
			record.roles.has(Role::Audit),
			"[auditor]: the agent has no role to audit; give it one (agents.set_roles)"
		);
		let call = Call::<Runtime>::take_seat {};
		self.chain.submit(&self.books.identity().signer, call, Wait::Finalised).await?;
		tracing::info!("took a seat among the auditors");
		Ok(())
	}

	/// Does what is to be done in a case, if the agent is a member of its committee.
	async fn attend(&self, case: CaseId, record: &CaseRecord) -> anyhow::Result<()> {
		if !matches!(record.phase, Phase::Committing | Phase::Revealing) {
			return Ok(());
		}
		let (identity, stage) = (self.books.identity(), record.stage.number());
		let panel = self.chain.panel(case).await?;
		let mine = panel.iter().find(|member| member.who == identity.agent && member.stage == record.stage);
		let Some(member) = mine else { return Ok(()) };
		let now = self.chain.finalised().await?;
		let written = self.books.journal().finding(case, stage)?;
		let call = match step(now, (record.phase, record.stage, record.until), member, written) {
			None => return Ok(()),
			Some(Step::Reveal(Sealed { finding, salt })) => Call::<Runtime>::reveal { case, finding, salt },
			Some(Step::Commit(sealed)) => self.seal(case, stage, sealed),
			Some(Step::Judge) => {
				let finding = self.find(case, record, now).await?;
				let salt = secret().map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
				let sealed = self.books.journal().keep_finding(case, stage, &Sealed { finding, salt })?;
				tracing::info!(%case, batch = record.batch, ?finding, "judged");
				self.seal(case, stage, sealed)
			}
		};
		self.chain.submit(&identity.signer, call, Wait::Finalised).await?;
		Ok(())
	}

	fn seal(&self, case: CaseId, stage: u8, Sealed { finding, salt }: Sealed) -> Call<Runtime> {
		let seal = finding.commitment(&self.books.domain(), case, stage, &self.books.identity().agent, &salt);
		Call::<Runtime>::commit { case, seal }
	}

	/// What is found. An agent that does not give what is needed has until shortly before the end to do so.
	async fn find(&self, case: CaseId, record: &CaseRecord, now: u32) -> anyhow::Result<Finding> {
		match self.judge(case, record).await {
			Ok(finding) => Ok(finding),
			Err(Doubt::Later(error)) => Err(error),
			Err(Doubt::Withheld(error)) if record.until > now.saturating_add(UNAVAILABLE_MARGIN) => Err(error),
			Err(Doubt::Withheld(error)) => {
				tracing::warn!(%case, agent = %record.agent, error = format!("{error:#}"), "the agent gives nothing");
				Ok(Finding::Unavailable)
			}
		}
	}

	async fn judge(&self, case: CaseId, record: &CaseRecord) -> Result<Finding, Doubt> {
		let domain = self.books.domain();
		if record.subject == Subject::Payouts {
			return Err(anyhow::anyhow!("payouts of batch {} are to be judged: do it by hand", record.batch).into());
		}
		let batch = self.chain.batch(record.batch).await.map_err(anyhow::Error::from)?;
		let batch = batch.context("the batch is gone")?;
		let shown = record.exhibit.as_ref().and_then(|exhibit| Some((exhibit.leaf, exhibit.shown?)));
		let (leaf, shown) = shown.context("nothing is shown")?;
		let exhibit = Exhibit { agent: record.agent.clone(), receipts: batch.receipts, leaf, shown };
		let given = self.fetch(case, &record.agent).await?;
		let evidence = exhibit.examine(&domain, &given);
		let withheld = || Doubt::Withheld(anyhow::anyhow!("what the agent gives is not what its receipt commits to"));
		let evidence = evidence.ok_or_else(withheld)?;
		if !exhibit.is_committed(&domain, &evidence) || !self.is_output(&evidence).await? {
			return Ok(Finding::WrongOutput);
		}
		Ok(self.query(evidence).await?)
	}

	/// What the accused gives.
	async fn fetch(&self, case: CaseId, agent: &AccountId) -> Result<Published, Doubt> {
		let url = self.gateways.get(agent);
		let url = url.with_context(|| format!("[auditor] gateways does not say where {agent} is reached"))?;
		let identity = self.books.identity();
		let signature = identity.signer.sign(&payload(&self.books.domain(), case, &identity.agent));
		let url = format!("{}/v1/cases/{case}/transcript", url.trim_end_matches('/'));
		let request = reqwest::Client::new().get(&url).bearer_auth(bearer(&identity.agent, &signature));
		let read = async {
			let mut answer = request.send().await?.error_for_status()?;
			let mut bytes = vec![];
			while let Some(chunk) = answer.chunk().await? {
				ensure!(bytes.len().saturating_add(chunk.len()) <= MAX_ANSWER_BYTES, "the answer is too long");
				bytes.extend_from_slice(&chunk);
			}
			Ok::<Published, anyhow::Error>(serde_json::from_slice(&bytes)?)
		};
		let read = tokio::time::timeout(PATIENCE, read).await.unwrap_or_else(|late| Err(late.into()));
		read.map_err(|error| Doubt::Withheld(error.context(format!("cannot read {url}"))))
	}

	/// Whether tokens and hidden states are those of the model on the prompt, by one run over prompt and answer.
	async fn is_output(&self, evidence: &Evidence) -> anyhow::Result<bool> {
		let (receipt, transcript) = (&evidence.receipt, &evidence.transcript);
		let engine = &self.gateway.engine;
		ensure!(
			receipt.class == numeric_class(engine.options().mode)
				&& transcript.mode == engine.options().mode.to_string(),
			"answers in {} cannot be computed here, where [engine] mode is {}",
			transcript.mode,
			engine.options().mode
		);
		let served = self.gateway.catalog.0.iter().find(|model| model.id == receipt.model);
		let served = served.with_context(|| format!("model {} is not served here", receipt.model))?;
		let length = transcript.prompt.len().saturating_add(transcript.answer.len());
		ensure!(length <= engine.options().max_context, "the answer has {length} tokens: raise [engine] max_context");
		let adapters = served.adapter.iter().map(|name| (name.clone(), 1.0)).collect();
		let Some(request) = transcript.to_verify(adapters) else { return Ok(false) };
		let engine = engine.clone();
		// A schema is compiled here.
		match tokio::task::spawn_blocking(move || engine.verify(request)).await? {
			Ok(verification) => match verification.verdict().await? {
				Verdict::Ok(_) => Ok(true),
				Verdict::FirstDifference { token, kind } => {
					tracing::warn!(token, %kind, "the answer is not the model's");
					Ok(false)
				}
			},
			// Tokens that the model does not have, or a way of choosing that makes no sense.
			Err(EngineError::EmptyPrompt | EngineError::Invalid(_)) => Ok(false),
			Err(error) => Err(error.into()),
		}
	}

	/// Whether sources were looked up with the vector of the question.
	async fn query(&self, evidence: Evidence) -> anyhow::Result<Finding> {
		let mut looked_up = vec![];
		for (number, part) in evidence.body.parts.iter().enumerate() {
			let index = self.chain.index(part.index).await?;
			// Gradients cannot be computed here; an index that is not there is refuted without auditors.
			looked_up.extend(index.filter(|index| index.info.kind == IndexKind::Retrieval).map(|_| number));
		}
		if looked_up.is_empty() {
			return Ok(Finding::Sound);
		}
		let encoder =
			self.gateway.encoder.clone().context("there is no sentence encoder: serve a model with an index")?;
		let tokenizer = self.gateway.engine.tokenizer();
		let work = move || {
			let Evidence { body, transcript, .. } = evidence;
			let question = transcript.question.as_str();
			if question.trim().is_empty() {
				return Ok(Finding::WrongQuery);
			}
			let vector = encoder.encode(&[question])?.into_iter().next().context("the encoder gave no vector")?;
			let parts: Vec<&Part> = looked_up.iter().filter_map(|number| body.parts.get(*number)).collect();
			Ok(judge::query(&parts, question, &tokenizer.decode(&transcript.prompt), &vector))
		};
		tokio::task::spawn_blocking(work).await?
	}
}
