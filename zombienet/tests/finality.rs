//! Four validators write blocks and finalise them.

use anyhow::Result;
use openledger_zombienet::{
	chain::{agree, validators},
	network::{self, VALIDATORS},
	wait::until,
};
use std::{collections::BTreeSet, time::Duration};

#[tokio::test(flavor = "multi_thread")]
async fn four_validators_produce_and_finalise() -> Result<()> {
	network::run("four-validators", async |network| {
		let chains = validators(network).await?;
		for chain in &chains {
			chain.reaches(10, Duration::from_secs(150)).await?;
		}

		let alice = &chains[0];
		let authors = async || {
			let mut authors = BTreeSet::new();
			for height in 1..=alice.finalized().await? {
				authors.insert(alice.author(height).await?);
			}
			Ok(authors)
		};
		let all = |authors: &BTreeSet<u32>| authors.len() == VALIDATORS.len();
		until("every validator is the author of a finalised block", Duration::from_secs(90), authors, all).await?;
		agree(&chains).await
	})
	.await
}
