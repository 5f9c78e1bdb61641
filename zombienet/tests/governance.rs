//! Two chambers govern: what others have paid for weighs in one, what is held in the other, and neither upgrades alone.

use anyhow::{bail, ensure, Context, Result};
use codec::Decode;
use futures::future::try_join;
use openledger_primitives::weight::{capped, Maturity, Weight};
use openledger_zombienet::{
	chain::{account, id, validators, Chain},
	market::{self, transfer, AccountId, Batch, Earned, FAST_HALF_LIFE, OPEN, SLOW_HALF_LIFE},
	network,
	referenda::{agreement, vote_by_contribution, vote_by_stake, Agreement, Chamber, Motion},
	upgrade::{apply, authorized, next_runtime, PAUSE},
	wait::until,
};
use sp_crypto_hashing::blake2_256;
use std::{collections::BTreeMap, time::Duration};
use zombienet_sdk::subxt::dynamic::{tx, At, DecodedValue, Value};

/// The time that all of it may take: a batch settles, and referenda of both chambers pass one after another.
const LIMIT: Duration = Duration::from_secs(600);

/// The time in which a referendum passes, or a batch settles.
const WAIT: Duration = Duration::from_secs(200);

/// Blocks of the periods at whose starts weights are taken, on a fast chain.
const PERIOD: u32 = 5;

/// The most of the weight of all that one account votes with, in millionths.
const CAP: u32 = 20_000;

/// The weight from which the contribution chamber is asked, in planck, on a development chain.
const LEAST_TOTAL: u128 = OPEN / 1_000_000;

/// Blocks between the last assent and what was assented to, on a fast chain.
const ENACTMENT: u32 = 4;

/// What a model is funded with.
const GRANT: u128 = 20_000 * OPEN;

/// The hash of code that the contribution chamber wants alone.
const UNWANTED: [u8; 32] = [7; 32];

/// What accounts have earned in one block.
struct Weights {
	at: u32,
	of: BTreeMap<AccountId, u128>,
}

/// The head of what is stored about a vote: its kind, whether it is an aye, and what it weighs.
#[derive(Debug, Decode, PartialEq, Eq)]
struct Ballot(u8, bool, u128);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_earned_votes_and_neither_chamber_upgrades_alone() -> Result<()> {
	let code = next_runtime(concat!(env!("CARGO_TARGET_TMPDIR"), "/next-runtime.wasm"))?;
	network::run_within(LIMIT, "four-validators", async |network| {
		let chains = validators(network).await?;
		tokio::select! {
			done = govern(&chains, &code) => done,
			stalled = chains[0].watch_finality(PAUSE) => stalled.map(|never| match never {}),
		}
	})
	.await
}

/// The scenario. While a batch waits to be settled, the chain is paused.
async fn govern(chains: &[Chain], code: &[u8]) -> Result<()> {
	let (chain, code_hash) = (&chains[0], blake2_256(code));
	chain.reaches(1, Duration::from_secs(60)).await?;
	try_join(market::found(chain), vote_for_a_pause(chain)).await?;
	let batch = Batch::submit(chain).await?;
	batch.open_sample(chain, WAIT).await?;
	watch_the_pause(chain).await?;

	let weights = earn(chain, &batch).await?;
	let motion = Chamber::Stake.assent(chain, &code_hash)?;
	let by_stake = Chamber::Stake.open(chain, &account("//Alice")?, vec![motion]).await?;
	vote_by_stake(chain, *by_stake.first().context("no referendum")?).await?;
	let [grant, unwanted, wanted] = contribute(chain, &weights, &code_hash).await?;

	let workers = market::workers()?;
	vote_by_contribution(chain, &workers, &[grant, unwanted]).await?;
	check_votes(chain, grant, &weights).await?;
	let said = async || agreement(chain, &code_hash).await;
	let alone = until("assent of the stake chamber", WAIT, said, |said| said.stake.is_some()).await?;
	ensure!(alone.due.is_none(), "the stake chamber upgrades alone");
	vote_by_contribution(chain, &workers, &[wanted]).await?;
	try_join(receive_the_grant(chain, grant), stay_apart(chain, &code_hash)).await?;
	apply(chains, code, &code_hash, WAIT).await
}

/// Has the stake chamber decide to pause the chain.
async fn vote_for_a_pause(chain: &Chain) -> Result<()> {
	let enter = tx("SafeMode", "force_enter", Vec::<Value>::new());
	let motion = Motion::of(chain, "Emergency", &enter)?;
	for referendum in Chamber::Stake.open(chain, &account("//Alice")?, vec![motion]).await? {
		vote_by_stake(chain, referendum).await?;
	}
	Ok(())
}

/// Waits for the pause, in which no transfer is made, and for its end, which nobody brings about.
async fn watch_the_pause(chain: &Chain) -> Result<()> {
	let (alice, bob) = (account("//Alice")?, account("//Bob")?);
	let paused = async || {
		let until: Option<u32> = chain.stored("SafeMode", "EnteredUntil", vec![], chain.head().await?).await?;
		Ok(until)
	};
	until("last block of the pause", WAIT, paused, |until| until.is_some()).await?;
	match chain.submit(&transfer(&bob, OPEN), &alice).await {
		Err(error) if format!("{error:#}").contains("CallFiltered") => println!("a transfer in the pause: {error:#}"),
		other => bail!("a transfer in the pause: {other:?}"),
	}
	until("the pause is over", WAIT, paused, |until| until.is_none()).await?;
	chain.submit(&transfer(&bob, OPEN), &alice).await
}

/// Pays the batch out, and checks that all who worked for it weigh what its burnt share says, and nobody else anything.
async fn earn(chain: &Chain, batch: &Batch) -> Result<Weights> {
	batch.pay_out(chain, WAIT).await?;
	let workers: Vec<AccountId> = market::workers()?.iter().map(id).collect();
	let someone = workers.first().context("nobody works")?;
	let finalized = async || market::earned(chain, someone, chain.finalized_hash().await?).await;
	let seen = until("weight, finalised", WAIT, finalized, |seen| seen.is_some()).await?;
	let at = seen.context("no weight")?.at;
	let expected = batch.weights(chain, at).await?;
	ensure!(expected.keys().copied().collect::<Vec<_>>() == sorted(workers), "others than the workers earn weight");
	let block = chain.finalized_hash().await?;
	for (who, amount) in &expected {
		let weight = Weight::default().mint(*amount);
		let earned = market::earned(chain, who, block).await?;
		ensure!(earned == Some(Earned { weight, at }), "{}: {earned:?}, not {weight:?}", hex::encode(who));
	}
	println!("{} accounts earn {} planck of weight in block {at}", expected.len(), expected.values().sum::<u128>());
	Ok(Weights { at, of: expected })
}

/// Opens what the contribution chamber votes on, once weights are taken from after they were earned: a grant to a model's
/// developer, code that the stake chamber does not want, and code that it does.
async fn contribute(chain: &Chain, weights: &Weights, code_hash: &[u8; 32]) -> Result<[u32; 3]> {
	let start = (weights.at / PERIOD + 1) * PERIOD;
	until("height", WAIT, async || chain.height().await, |height| *height >= start).await?;

	let unit = Value::unnamed_composite([]);
	let to = Value::from_bytes(id(&account("//Modeller")?));
	let spend = vec![unit, Value::u128(GRANT), to, Value::unnamed_variant("None", [])];
	let motions = vec![
		Motion::of(chain, "ModelFunder", &tx("Treasury", "spend", spend))?,
		Chamber::Contribution.assent(chain, &UNWANTED)?,
		Chamber::Contribution.assent(chain, code_hash)?,
	];
	let numbers = Chamber::Contribution.open(chain, &account("//Alice")?, motions).await?;
	numbers.try_into().map_err(|numbers| anyhow::anyhow!("three motions became {numbers:?}"))
}

/// Checks what everybody voted with in a referendum: what it had matured to when the period began, but no more than the
/// cap on one account.
async fn check_votes(chain: &Chain, referendum: u32, weights: &Weights) -> Result<()> {
	let maturity = Maturity::new(FAST_HALF_LIFE, SLOW_HALF_LIFE).context("half-lives are too close")?;
	let info = Chamber::Contribution.referendum(chain, referendum).await?;
	let status = info.at(0);
	let tally = status.at("tally");
	let number = |name: &str| tally.at(name).and_then(DecodedValue::as_u128).with_context(|| format!("no {name}"));
	let (period, total) = (number("snapshot")? as u32, number("total")?);
	let elapsed =
		(period * PERIOD).checked_sub(weights.at).filter(|elapsed| *elapsed > 0).context("taken too early")?;
	let matured = |amount: u128| Weight::default().mint(amount).roll(&maturity, elapsed.into()).slow;

	let expected = matured(weights.of.values().sum());
	ensure!(total == expected, "all weigh {total} at the start of period {period}, not {expected}");
	ensure!(total >= LEAST_TOTAL, "{total} is too little for a chamber");
	for (who, amount) in &weights.of {
		let keys = vec![Value::u128(referendum.into()), Value::from_bytes(who)];
		let ballot: Option<Ballot> = chain.stored("ContributionVoting", "Ballots", keys, chain.head().await?).await?;
		let expected = Ballot(0, true, capped(matured(*amount), total, CAP));
		ensure!(ballot == Some(expected), "{} has voted {ballot:?}", hex::encode(who));
	}
	println!("{} votes of {total} planck in referendum {referendum}", weights.of.len());
	Ok(())
}

/// Waits until the chamber has granted it, and has the treasury pay the developer.
async fn receive_the_grant(chain: &Chain, referendum: u32) -> Result<()> {
	Chamber::Contribution.passes(chain, referendum, WAIT).await?;
	let spend = vec![Value::u128(0)];
	let approved =
		async || Ok(chain.described("Treasury", "Spends", spend.clone(), chain.head().await?).await?.is_some());
	until("the spend is approved", WAIT, approved, |approved| *approved).await?;
	chain.submit(&tx("Treasury", "payout", spend.clone()), &account("//Alice")?).await?;
	let developer = Value::from_bytes(id(&account("//Modeller")?));
	// The nonce, three counts of references, and the free balance.
	let balance = async || {
		let account: Option<([u32; 4], u128)> =
			chain.stored("System", "Account", vec![developer.clone()], chain.head().await?).await?;
		Ok(account.unwrap_or_default().1)
	};
	until("the developer has", WAIT, balance, |balance| *balance == GRANT).await.map(|_| ())
}

/// Waits until each chamber has assented to one upgrade, and the contribution chamber to that of the stake chamber as well;
/// checks that neither was enough alone, for longer than it takes to authorise what both want.
async fn stay_apart(chain: &Chain, code_hash: &[u8; 32]) -> Result<()> {
	let assents = |hash: &'static str, code: [u8; 32]| async move {
		let said = async || agreement(chain, &code).await;
		let seen = until(hash, WAIT, said, |seen: &Agreement| seen.contribution.is_some()).await?;
		let block = seen.contribution.context("no assent")?;
		Ok::<_, anyhow::Error>((seen, block))
	};
	let (wanted, second) = assents("assents to the wanted upgrade", *code_hash).await?;
	let first = wanted.stake.context("the stake chamber has not assented")?;
	ensure!(second > first + ENACTMENT, "assents in {first} and {second} leave no time to see that one is not enough");
	let before = authorized(chain, chain.hash(second).await?).await?;
	ensure!(before.is_none(), "the stake chamber's assent in {first} authorised {before:?}");

	let (_, alone) = assents("assents to the unwanted upgrade", UNWANTED).await?;
	let later = alone + ENACTMENT + 1;
	until("height", WAIT, async || chain.height().await, |height| *height >= later).await?;
	let seen = authorized(chain, chain.hash(later).await?).await?;
	ensure!(seen != Some(hex::encode(UNWANTED)), "the contribution chamber's assent in {alone} was enough");
	let unwanted = agreement(chain, &UNWANTED).await?;
	ensure!(unwanted.stake.is_none() && unwanted.due.is_none(), "the unwanted upgrade: {unwanted:?}");
	Ok(())
}

fn sorted(mut accounts: Vec<AccountId>) -> Vec<AccountId> {
	accounts.sort_unstable();
	accounts
}
