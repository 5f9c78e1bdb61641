//! A validator who runs twice with the same keys loses stake.

use anyhow::{bail, ensure, Context, Result};
use codec::{Compact, Decode};
use openledger_zombienet::{
	chain::{account, validators, Chain},
	network,
};
use std::{collections::BTreeSet, time::Duration};
use tokio::time::timeout;
use zombienet_sdk::subxt::{dynamic::Value, tx::Signer, utils::H256, PolkadotConfig};

/// What an equivocation leads to, in the events of finalised blocks.
const CONSEQUENCES: [&str; 3] = ["Offences.Offence", "Staking.SlashReported", "Staking.Slashed"];

/// The time in which the twins have the same slot once, and the report is finalised.
const LIMIT: Duration = Duration::from_secs(180);

/// The head of what `Staking.Ledger` holds: the stash and all that it has bonded.
#[derive(Decode)]
struct Ledger {
	_stash: [u8; 32],
	bonded: Compact<u128>,
}

#[tokio::test(flavor = "multi_thread")]
async fn an_equivocation_is_reported_and_slashed() -> Result<()> {
	network::run("four-validators", async |network| {
		let chains = validators(network).await?;
		let alice = &chains[0];
		alice.reaches(2, Duration::from_secs(90)).await?;
		let before = bonded(alice, alice.finalized_hash().await?).await?;

		network::join(network, "twin", vec!["--dave".into(), "--force-authoring".into()]).await?;
		let block = timeout(LIMIT, consequences(alice)).await.context("no consequences of the equivocation")??;

		let after = bonded(alice, block).await?;
		println!("bonded by dave: {before} before, {after} after");
		ensure!(after < before, "dave has bonded {before} before, {after} after");
		Ok(())
	})
	.await
}

/// Follows the finalised blocks until all [`CONSEQUENCES`] have happened, and returns the block of the last one.
async fn consequences(chain: &Chain) -> Result<H256> {
	let mut missing = BTreeSet::from(CONSEQUENCES);
	let mut blocks = chain.api.blocks().subscribe_finalized().await?;
	while let Some(block) = blocks.next().await {
		let block = block?;
		for event in block.events().await?.iter() {
			let event = event?;
			let name = format!("{}.{}", event.pallet_name(), event.variant_name());
			if missing.remove(name.as_str()) {
				println!("block {}: {name}: {}", block.number(), event.field_values()?);
			}
		}
		if missing.is_empty() {
			return Ok(block.hash());
		}
	}
	bail!("the subscription ended; missing: {missing:?}")
}

/// What dave's stash has bonded at block `at`.
async fn bonded(chain: &Chain, at: H256) -> Result<u128> {
	let stash = Signer::<PolkadotConfig>::account_id(&account("//Dave//stash")?);
	let ledger: Option<Ledger> = chain.stored("Staking", "Ledger", vec![Value::from_bytes(stash.0)], at).await?;
	Ok(ledger.context("dave has bonded nothing")?.bonded.0)
}
