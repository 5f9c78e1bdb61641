//! `openledger-devnet demo`: the whole story, with every balance predicted and checked.

use crate::{
	client::{self, Answer},
	deploy::{configure, deploy, Deployment, Files, BOND, DEPOSIT, OPEN},
	explain, lie,
	network::{free_port, Node, Worker},
	predict,
	roles::Roles,
};
use anyhow::{bail, ensure, Context};
use openledger_attribution::{rows::from_jsonl, RetrievalIndex};
use openledger_chain::{
	pallets::{attribution, attribution::BatchState, transaction_payment},
	AccountId, Balance, BatchRecord, Chain, ChainError, Included, Runtime, RuntimeEvent, Wait,
};
use openledger_gateway::ApiKey;
use openledger_primitives::{money::DEFAULT_SPLIT, weight::Weight, ModelId, Payout};
use openledger_worker::audit;
use std::{
	collections::BTreeMap,
	path::PathBuf,
	time::{Duration, Instant},
};

/// How the demonstration is played.
#[derive(Clone, Debug, clap::Args)]
pub struct DemoArgs {
	/// Keep chain, logs and files in this folder instead of a temporary one.
	#[arg(long)]
	pub state: Option<PathBuf>,
	/// Steps of the adapter's training.
	#[arg(long, default_value_t = 40)]
	pub steps: u32,
	/// A command that is run with OPENAI_BASE_URL, OPENAI_API_KEY and OPENLEDGER_MODEL set, and must stream an answer.
	#[arg(long)]
	pub client: Option<PathBuf>,
}

/// How long a batch may take from the answers to the payouts: interval, finality, a window of thirty blocks, payouts.
const SETTLEMENT: Duration = Duration::from_secs(480);
/// How long payers of a void batch may wait.
const REFUND: Duration = Duration::from_secs(60);
/// What the worker may use.
const WORKER_MIB: u64 = 1_536;
/// The slowest first token and the least speed that are acceptable.
const FIRST_TOKEN: Duration = Duration::from_secs(2);
const TOKENS_PER_SECOND: f64 = 10.0;

/// Everything that the acts share.
struct Scene {
	chain: Chain,
	roles: Roles,
	files: Files,
	deployment: Deployment,
	gateway: String,
	key: ApiKey,
	/// Balances before the first answer was sold.
	before: BTreeMap<AccountId, Balance>,
	issuance: Balance,
}

/// Plays the demonstration. Fails at the first thing that is not as it should be.
pub async fn run(args: DemoArgs, assets: PathBuf) -> anyhow::Result<()> {
	let begun = Instant::now();
	let temporary = tempfile::tempdir()?;
	let folder = args.state.clone().unwrap_or_else(|| temporary.path().to_path_buf());
	std::fs::create_dir_all(&folder)?;
	let files = Files { folder: folder.canonicalize()?, assets };
	let roles = Roles::development()?;

	act("a development chain starts");
	let (mut node, chain) = Node::start(&files.folder, free_port()?, free_port()?).await?;
	act("rows are contributed, a version is frozen, an adapter is trained, an agent is bonded, a channel is opened");
	let deployment = deploy(&chain, &roles, &files, args.steps).await?;
	act("a worker starts");
	let port = free_port()?;
	configure(&files, &deployment, &node.url, port, 15)?;
	let worker = Worker::start(&files.config(), files.folder.join("worker.log"), port).await?;
	println!("  {} serves models {} and {}", worker.url, deployment.adapter, deployment.base);

	let key = client::api_key(&chain, &roles.payer, &roles.agent.account(), 20 * OPEN).await?;
	let issuance = chain.total_issuance().await?;
	let gateway = worker.url.clone();
	let mut scene = Scene { chain, roles, files, deployment, gateway, key, before: BTreeMap::new(), issuance };
	scene.snapshot().await?;
	let outcome = scene.play(&args, &worker).await;
	// Says why when a process broke down under it.
	node.process.check()?;
	let stopped = worker.process.stop().await.and(node.process.stop().await);
	outcome.and(stopped)?;
	println!("\nthe demonstration is complete: every balance is as predicted ({:.0} s)", begun.elapsed().as_secs_f64());
	Ok(())
}

fn act(title: &str) {
	println!("\n== {title}");
}

impl Scene {
	async fn play(&mut self, args: &DemoArgs, worker: &Worker) -> anyhow::Result<()> {
		act("bad requests are refused, and cost nothing");
		self.bad_requests().await?;
		act("questions are asked and answered with sources");
		let answers = self.questions().await?;
		act("the receipts are batched, the window passes, the batch settles and is paid out");
		let (number, batch) = self.settled(&answers).await?;
		ensure!(batch.seed.is_some() && batch.duties.none(), "a batch was settled without its sample");
		println!("  attributions were drawn by lot, and the worker has opened them");
		let payouts = self.check_balances(&answers, number, &batch).await?;
		act("those who were paid have weight, because the payer has bonded");
		self.check_weights(number, &payouts).await?;
		act("every payout is explained");
		self.explain(number, &batch, &payouts).await?;
		act("a second agent claims a false source, and one opening takes its stake");
		self.lie(&answers).await?;
		if let Some(client) = &args.client {
			act("the unmodified OpenAI client streams an answer");
			self.foreign_client(client).await?;
		}
		let peak = worker.process.peak_mib().context("the worker ended")?;
		println!("  the worker used at most {peak} MiB");
		ensure!(peak <= WORKER_MIB, "the worker used {peak} MiB, more than {WORKER_MIB}");
		Ok(())
	}

	/// Everybody who is paid and sends no transaction meanwhile. Stakers are paid too, from a pot that has the fees of all
	/// transactions besides: what the fees of the batch leave after all others is theirs.
	fn payees(&self) -> Vec<AccountId> {
		let Roles { developer, base_owner, contributors, beneficiary, .. } = &self.roles;
		let mut payees: Vec<_> = contributors.iter().map(|key| key.account()).collect();
		payees.extend([developer.account(), base_owner.account(), beneficiary.clone()]);
		payees.extend([Chain::commons(Some(self.deployment.datanet)), Chain::commons(None), Chain::auditor_pot()]);
		payees
	}

	async fn snapshot(&mut self) -> anyhow::Result<()> {
		for account in self.payees() {
			let balance = self.chain.free_balance(&account).await?;
			self.before.insert(account, balance);
		}
		Ok(())
	}

	async fn bad_requests(&self) -> anyhow::Result<()> {
		let (agent, key) = (self.roles.agent.account(), self.key.to_string());
		let good = client::request(self.deployment.adapter, "What is a waffle?").to_string();
		let poor = client::api_key(&self.chain, &self.roles.payer, &agent, 1).await?.to_string();
		let mut foreign = self.key.clone();
		let domain = openledger_primitives::Domain { genesis: Default::default() };
		foreign.0.signature = self.roles.payer.sign(&foreign.0.voucher.payload(&domain));
		let mut forged = self.key.clone();
		forged.0.voucher.cumulative += 1;
		let mut stranger = self.key.clone();
		stranger.0.voucher.payer = self.roles.challenger.account();
		stranger.0.signature = self.roles.challenger.sign(&stranger.0.voucher.payload(&self.chain.domain()));
		let mut elsewhere = self.key.clone();
		elsewhere.0.voucher.agent = self.roles.liar.account();
		let mut session = self.key.clone();
		session.0.signer = Some(self.roles.challenger.account());
		session.0.signature = self.roles.challenger.sign(&session.0.voucher.payload(&self.chain.domain()));
		let long = client::request(self.deployment.adapter, &"waffle ".repeat(4_000)).to_string();
		let [foreign, forged, stranger, elsewhere, session] =
			[foreign, forged, stranger, elsewhere, session].map(|key| key.to_string());
		let unknown = client::request(ModelId(99), "What is a waffle?").to_string();
		let cases = [
			("malformed JSON", Some(key.as_str()), "{".to_string(), (400, "malformed_request")),
			(
				"no messages",
				Some(&key),
				r#"{"model": "openledger/2", "messages": []}"#.into(),
				(400, "malformed_request"),
			),
			("an unknown model", Some(&key), unknown, (404, "model_not_found")),
			("no voucher", None, good.clone(), (401, "no_voucher")),
			("a key of another service", Some("sk-12345"), good.clone(), (401, "invalid_api_key")),
			("a voucher of another chain", Some(&foreign), good.clone(), (401, "invalid_voucher")),
			("a voucher that was raised", Some(&forged), good.clone(), (401, "invalid_voucher")),
			("a voucher for another agent", Some(&elsewhere), good.clone(), (401, "invalid_voucher")),
			("a session key that nobody authorised", Some(&session), good.clone(), (401, "invalid_voucher")),
			("a payer without a channel", Some(&stranger), good.clone(), (402, "no_channel")),
			("an exhausted voucher", Some(&poor), good, (402, "channel_exhausted")),
			("a prompt that is too long", Some(&key), long, (400, "context_length_exceeded")),
		];
		for (what, bearer, body, (status, code)) in cases {
			let found = client::refused(&self.gateway, bearer, body).await.with_context(|| what.to_string())?;
			ensure!(found == (status, code.to_string()), "{what}: expected {status} {code}, found {found:?}");
			println!("  {what}: {status} {code}");
		}
		Ok(())
	}

	async fn questions(&self) -> anyhow::Result<Vec<Answer>> {
		let rows = from_jsonl(&std::fs::read(self.files.rows())?)?;
		let third = rows.len() / 3;
		let (domain, signer) = (self.chain.domain(), self.roles.signer.account());
		let models = [self.deployment.adapter, self.deployment.adapter, self.deployment.base];
		let mut answers = vec![];
		// One question about a row of each contributor, in the row's own words.
		for (row, model) in [third / 2, third + third / 2, 2 * third + third / 2].into_iter().zip(models) {
			let text = &rows.get(row).context("too few rows")?.prompt;
			let answer = client::ask(&self.gateway, &self.key, model, text, &domain, &signer).await?;
			let (receipt, citations) = (&answer.proof.receipt, &answer.proof.citations);
			println!(
				"  {text}\n    {}\n    model {model}, {} + {} tokens, {} planck; first token {:.2} s, {:.1} tokens/s",
				answer.text.trim(),
				receipt.tokens_in,
				receipt.tokens_out,
				receipt.fee,
				answer.first_token.as_secs_f64(),
				answer.tokens_per_second,
			);
			for citation in citations {
				println!(
					"    row {} by {} (score {}): {}",
					citation.row, citation.contributor, citation.score, citation.prompt
				);
			}
			ensure!(
				citations.first().is_some_and(|first| first.row as usize == row),
				"the row itself is not the first source"
			);
			answers.push(answer);
		}
		let slow = |answer: &&Answer| answer.first_token > FIRST_TOKEN || answer.tokens_per_second < TOKENS_PER_SECOND;
		// The first answer warms the caches up.
		ensure!(
			!answers.iter().skip(1).any(|answer| slow(&answer)),
			"answers are slower than {FIRST_TOKEN:?} or {TOKENS_PER_SECOND} tokens/s"
		);
		Ok(answers)
	}

	/// Waits until the batch with these answers is paid out.
	async fn settled(&self, answers: &[Answer]) -> anyhow::Result<(u64, BatchRecord)> {
		let agent = self.roles.agent.account();
		let wanted = answers.len();
		let begun = Instant::now();
		let mut state = None;
		while begun.elapsed() < SETTLEMENT {
			tokio::time::sleep(Duration::from_secs(2)).await;
			let mut receipts = 0;
			for number in 0..self.chain.batch_count().await? {
				let Some(batch) = self.chain.batch(number).await?.filter(|batch| batch.agent == agent) else {
					continue;
				};
				receipts += batch.receipts.count as usize;
				if state != Some(batch.state) {
					println!("  batch {number}: {:?} in {:.0} s", batch.state, begun.elapsed().as_secs_f64());
					state = Some(batch.state);
				}
				let paid = self.all_paid(number, &batch, answers).await?;
				if receipts == wanted && batch.receipts.count as usize == wanted && paid {
					return Ok((number, batch));
				}
				ensure!(batch.state != BatchState::Voided, "an honest batch was voided");
			}
		}
		bail!("the batch was not paid out in {SETTLEMENT:?}")
	}

	async fn all_paid(&self, number: u64, batch: &BatchRecord, answers: &[Answer]) -> anyhow::Result<bool> {
		if batch.state != BatchState::Settled {
			return Ok(false);
		}
		let (_, payouts) = predict::payouts(&self.chain, answers, &self.roles.beneficiary).await?;
		for (leaf, payout) in (0u32..).zip(&payouts) {
			if self.creditable(payout) && !self.chain.is_paid(number, leaf).await? {
				return Ok(false);
			}
		}
		Ok(true)
	}

	/// An account that does not exist cannot be credited with less than the existential deposit.
	fn creditable(&self, payout: &Payout<AccountId>) -> bool {
		let before = self.before.get(&payout.account).copied().unwrap_or_default();
		before.saturating_add(payout.amount) >= openledger_chain::EXISTENTIAL_DEPOSIT
	}

	async fn check_balances(
		&self,
		answers: &[Answer],
		number: u64,
		batch: &BatchRecord,
	) -> anyhow::Result<Vec<Payout<AccountId>>> {
		let (reserved, payouts) = predict::payouts(&self.chain, answers, &self.roles.beneficiary).await?;
		let tree = openledger_primitives::payout::tree(&payouts, &self.chain.domain(), &batch.agent, batch.first_seq);
		ensure!(
			tree.context("the payouts overflow")?.commitment() == batch.payouts,
			"the payout root of batch {number} is not the predicted one"
		);
		let mut due: BTreeMap<AccountId, Balance> = self.payees().into_iter().map(|account| (account, 0)).collect();
		for payout in payouts.iter().filter(|payout| self.creditable(payout)) {
			*due.get_mut(&payout.account).with_context(|| format!("{} is paid out of the blue", payout.account))? +=
				payout.amount;
		}
		*due.entry(Chain::commons(None)).or_default() += reserved.treasury;
		*due.entry(Chain::auditor_pot()).or_default() += reserved.auditors;
		for (account, amount) in &due {
			let before = self.before.get(account).copied().unwrap_or_default();
			let after = self.chain.free_balance(account).await?;
			ensure!(after == before + amount, "{account}: expected {before} + {amount}, found {after}");
			println!("  {account} {:>22} planck more, as predicted", amount);
		}
		let issuance = self.chain.total_issuance().await?;
		ensure!(
			issuance + reserved.burn == self.issuance,
			"expected {} to be burnt, found {}",
			reserved.burn,
			self.issuance - issuance
		);
		println!("  {:>22} planck burnt, as predicted", reserved.burn);
		let fees: Balance = answers.iter().map(|answer| answer.proof.receipt.fee).sum();
		let channel =
			self.chain.channel(&self.roles.payer.account(), &batch.agent).await?.context("the channel is gone")?;
		ensure!(
			channel.drawn == fees && channel.deposit == DEPOSIT,
			"the channel has drawn {}, expected {fees}",
			channel.drawn
		);
		let owed: Balance = payouts.iter().filter(|payout| !self.creditable(payout)).map(|payout| payout.amount).sum();
		let pot = self.chain.free_balance(&Chain::pot()).await?;
		ensure!(
			pot == openledger_chain::EXISTENTIAL_DEPOSIT + owed,
			"the pot holds {pot}, expected the rest of {owed}"
		);
		println!("  {:>22} planck for stakers: what is left of the fees", reserved.stakers);
		Ok(payouts)
	}

	/// Everybody who was paid has the weight that its leaf says, less what faded between the batch and the payout: what it has
	/// of the fees of others, of what they burn. It was minted in one piece, so it is stored to the unit, with the block in
	/// which it was minted; nothing of it has matured.
	async fn check_weights(&self, number: u64, payouts: &[Payout<AccountId>]) -> anyhow::Result<()> {
		// As it is after the payouts.
		let batch = self.chain.batch(number).await?.context("the batch is gone")?;
		let mut minted: Balance = 0;
		for payout in payouts.iter().filter(|payout| self.creditable(payout)) {
			minted += payout.weight;
			let record = self.chain.weight(&payout.account).await?;
			let Some(found) = record.map(|record| record.now) else {
				ensure!(payout.weight == 0, "{} has no weight, expected {}", payout.account, payout.weight);
				continue;
			};
			let age = found.at.checked_sub(batch.submitted).context("weight is older than its batch")?;
			let expected = Weight { fast: self.chain.faded_weight(payout.weight, age).await?, slow: 0 };
			ensure!(found.weight == expected, "{}: expected {expected:?}, found {found:?}", payout.account);
			println!("  {} {:>22} planck of weight, as predicted", payout.account, found.weight.fast);
		}
		let (minted_on_chain, credited) = (batch.minted, batch.credited);
		ensure!(minted_on_chain == minted, "expected {minted} to be minted, found {minted_on_chain}");
		let fees = batch.receipts.sum;
		let share = DEFAULT_SPLIT.weight(fees);
		ensure!(credited == share, "expected room for {share} to be set aside, found {credited}");
		let bond = self.chain.weight_bond(&self.roles.payer.account()).await?;
		ensure!(bond == Some(BOND), "expected a bond of {BOND}, found {bond:?}");
		println!(
			"  {minted:>22} planck of weight, before it faded, for {} planck burnt, behind a bond of {} OPEN",
			batch.burn,
			BOND / OPEN
		);
		Ok(())
	}

	async fn explain(&self, number: u64, batch: &BatchRecord, payouts: &[Payout<AccountId>]) -> anyhow::Result<()> {
		let domain = self.chain.domain();
		for payout in payouts {
			let money = (&batch.payouts, batch.burn);
			let found = explain::payout(&self.gateway, &domain, number, money, &payout.account).await?;
			ensure!(found.payout == *payout, "the explained payout is not the predicted one");
			println!("  {} {} planck, weight {}", payout.account, payout.amount, payout.weight);
			found.lines.iter().for_each(|reason| println!("    {reason}"));
		}
		for key in &self.roles.contributors {
			let paid = payouts.iter().any(|payout| payout.account == key.account());
			ensure!(paid, "the contributor {} was not paid", key.account());
		}
		Ok(())
	}

	async fn lie(&self, answers: &[Answer]) -> anyhow::Result<()> {
		let Roles { liar, challenger, payer, .. } = &self.roles;
		let honest = answers.first().context("no answer")?;
		let index = RetrievalIndex::load(self.files.index())?;
		let friend = index.leaves().len() as u32 - 1;
		let lie = lie::tell(&self.chain, &self.roles, honest, friend).await?;
		println!("  batch {} claims row {friend} as a source", lie.batch);
		let stake = self.chain.agent(&liar.account()).await?.context("the liar is gone")?.stake;
		let before = self.purses().await?;
		let refutation =
			audit::find(&self.chain, lie.batch, &lie.file, &index, &[]).await?.context("the lie was not found")?;
		self.forged_proof_is_refused(&refutation.call).await?;
		let included = self.chain.submit(challenger, refutation.call, Wait::Finalised).await?;
		let fee = paid_fee(&included)?;
		println!("  refuted: {:?} in receipt {}", refutation.fraud, refutation.seq);

		let record = self.chain.agent(&liar.account()).await?.context("the liar is gone")?;
		ensure!(record.stake == 0 && record.exposure == 0, "the liar still has {} at stake", record.stake);
		self.refunded(lie.batch).await?;
		let after = self.purses().await?;
		let shares = Shares::of(stake);
		let expected = Purses {
			challenger: before.challenger + shares.challenger - fee,
			payer: before.payer + shares.payer,
			treasury: before.treasury,
			issuance: before.issuance - shares.burnt,
		};
		ensure!(after == expected, "after the slash: expected {expected:?}, found {after:?}");
		let channel = self.chain.channel(&payer.account(), &liar.account()).await?.context("the channel is gone")?;
		ensure!(channel.left() == DEPOSIT, "the payer did not have {} back", lie.fee);
		println!(
			"  stake of {} OPEN: a quarter to the challenger, 15 % to the payer, the rest burnt; the fee is in the channel again; \
			 no weight was minted",
			stake / OPEN
		);
		Ok(())
	}

	/// What somebody wins or loses by a slash.
	async fn purses(&self) -> anyhow::Result<Purses> {
		Ok(Purses {
			challenger: self.chain.free_balance(&self.roles.challenger.account()).await?,
			payer: self.chain.free_balance(&self.roles.payer.account()).await?,
			treasury: self.chain.free_balance(&Chain::commons(None)).await?,
			issuance: self.chain.total_issuance().await?,
		})
	}

	/// Waits until the payers of a void batch were made whole, which the chain does by itself.
	async fn refunded(&self, batch: u64) -> anyhow::Result<()> {
		let begun = Instant::now();
		while self.chain.refund(batch).await?.is_some() {
			ensure!(begun.elapsed() < REFUND, "the payers were not made whole in {REFUND:?}");
			tokio::time::sleep(Duration::from_secs(1)).await;
		}
		let batch = self.chain.batch(batch).await?.context("the batch is gone")?;
		ensure!(batch.state == BatchState::Voided, "the batch is {:?}", batch.state);
		ensure!(batch.credited > 0 && batch.minted == 0, "a void batch has minted {}", batch.minted);
		let weight = self.chain.weight(&self.roles.liar.account()).await?;
		ensure!(weight.is_none(), "the liar has gained weight: {weight:?}");
		Ok(())
	}

	/// The same refutation with a leaf that somebody altered. Sent by somebody else, whose balance nobody predicts.
	async fn forged_proof_is_refused(&self, call: &attribution::Call<Runtime>) -> anyhow::Result<()> {
		let attribution::Call::refute { batch, leaf, receipt, receipt_proof, body, part, opening } = call.clone()
		else {
			bail!("a refutation is another call");
		};
		let mut opening = opening.context("this lie needs an opening")?;
		opening.leaf.reputation += 1;
		let opening = Some(opening);
		let forged = attribution::Call::<Runtime>::refute { batch, leaf, receipt, receipt_proof, body, part, opening };
		match self.chain.submit(&self.roles.base_owner, forged, Wait::Included).await {
			Err(ChainError::Dispatch { reason, .. }) if reason.contains("BadIndexProof") => {
				println!("  a forged opening is refused: BadIndexProof");
				Ok(())
			}
			other => bail!("a forged opening was not refused as it should be: {other:?}"),
		}
	}

	async fn foreign_client(&self, client: &PathBuf) -> anyhow::Result<()> {
		let status = tokio::process::Command::new(client)
			.env("OPENAI_BASE_URL", format!("{}/v1", self.gateway))
			.env("OPENAI_API_KEY", self.key.to_string())
			.env("OPENLEDGER_MODEL", format!("openledger/{}", self.deployment.adapter))
			.status()
			.await
			.with_context(|| format!("cannot run {}", client.display()))?;
		ensure!(status.success(), "the client failed: {status}");
		Ok(())
	}
}

/// Balances around a slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Purses {
	challenger: Balance,
	payer: Balance,
	treasury: Balance,
	issuance: Balance,
}

/// How a stake that a false claim costs is divided, when no committee has found it.
struct Shares {
	challenger: Balance,
	payer: Balance,
	burnt: Balance,
}

impl Shares {
	fn of(stake: Balance) -> Self {
		let (challenger, payer) = (stake / 4, stake * 15 / 100);
		Self { challenger, payer, burnt: stake - challenger - payer }
	}
}

/// What the transaction cost its signer.
fn paid_fee(included: &Included) -> anyhow::Result<Balance> {
	let fee = included.find(|event| match event {
		RuntimeEvent::TransactionPayment(transaction_payment::Event::TransactionFeePaid {
			actual_fee, tip, ..
		}) => Some(actual_fee + tip),
		_ => None,
	});
	fee.context("a transaction without a fee")
}
