//! A validator that crashed catches up.

use anyhow::{ensure, Result};
use openledger_zombienet::{
	chain::{agree, validators, Chain},
	network,
};
use std::time::Duration;
use tokio::time::sleep;

/// For how long the validator is down.
const DOWN: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_validator_catches_up() -> Result<()> {
	network::run("four-validators", async |network| {
		let mut chains = validators(network).await?;
		for chain in &chains {
			chain.reaches(3, Duration::from_secs(90)).await?;
		}

		let dave = network.get_node("dave")?;
		let before = chains[0].finalized().await?;
		network::kill(dave).await?;
		sleep(DOWN).await;
		ensure!(chains[3].finalized().await.is_err(), "dave is still there");
		let missed = chains[0].finalized().await?;
		ensure!(missed >= before + 3, "three validators finalised no more than {before}..{missed} without dave");

		dave.restart(None).await?;
		chains[3] = Chain::connect(dave).await?;
		for chain in &chains {
			chain.reaches(missed + 3, Duration::from_secs(90)).await?;
		}
		agree(&chains).await
	})
	.await
}
