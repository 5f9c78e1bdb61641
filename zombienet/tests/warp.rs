//! A newcomer skips the history by the proofs of GRANDPA.

use anyhow::{ensure, Result};
use codec::Encode;
use openledger_zombienet::{
	chain::{account, agree, id, unhex, validators, Chain},
	network,
	wait::until,
};
use serde::Deserialize;
use std::time::Duration;
use zombienet_sdk::subxt::ext::subxt_rpcs::rpc_params;

/// How many times the set of GRANDPA's authorities has changed before the newcomer joins.
const SET_CHANGES: u64 = 2;

/// A block that the newcomer never runs.
const SKIPPED: u32 = 5;

/// New session keys of a node, and the proof that the node holds them.
#[derive(Deserialize)]
struct SessionKeys {
	keys: String,
	proof: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_warps_over_changes_of_authorities() -> Result<()> {
	network::run("four-validators", async |network| {
		let mut chains = validators(network).await?;
		let alice = &chains[0];
		alice.reaches(1, Duration::from_secs(60)).await?;
		// Keys that change in one session are in force two sessions later, and make a new set of authorities.
		rotate_keys(&chains[2], "//Charlie//stash").await?;
		let session = async || {
			let session: Option<u32> = alice.stored("Session", "CurrentIndex", vec![], alice.head().await?).await?;
			Ok(session.unwrap_or_default())
		};
		let next = session().await? + 1;
		until("session", Duration::from_secs(90), session, |session| *session >= next).await?;
		rotate_keys(&chains[3], "//Dave//stash").await?;
		let set = async || {
			let set: Option<u64> =
				alice.stored("Grandpa", "CurrentSetId", vec![], alice.finalized_hash().await?).await?;
			Ok(set.unwrap_or_default())
		};
		until("set of authorities", Duration::from_secs(180), set, |set| *set >= SET_CHANGES).await?;
		// The block after a change is no target: sc-service 0.62.0 would look for the ancestors of the header with the
		// change, which a warp does not fetch, and never recover.
		let target = alice.finalized().await? + 2;
		for chain in &chains {
			chain.reaches(target, Duration::from_secs(30)).await?;
		}

		network::join(network, "newcomer", vec![("--sync", "warp").into()]).await?;
		let node = network.get_node("newcomer")?;
		let newcomer = Chain::connect(node).await?;
		newcomer.reaches(target, Duration::from_secs(60)).await?;

		let logs = node.logs().await?;
		ensure!(logs.contains("Warp sync is complete"), "the newcomer says nothing of a warp");
		ensure!(newcomer.has_state(newcomer.finalized_hash().await?).await, "no state at the head");
		let skipped = alice.hash(SKIPPED).await?;
		ensure!(alice.has_state(skipped).await, "alice pruned the state of block {SKIPPED}");
		ensure!(!newcomer.has_state(skipped).await, "the newcomer ran block {SKIPPED}");

		// The history comes later, without being run.
		until("history of the newcomer", Duration::from_secs(30), async || newcomer.hash(1).await, |_| true).await?;
		ensure!(!newcomer.has_state(skipped).await, "the newcomer ran block {SKIPPED} later");
		chains.push(newcomer);
		agree(&chains).await
	})
	.await
}

/// Gives the validator at `chain` new session keys and registers them for its `stash`.
async fn rotate_keys(chain: &Chain, stash: &str) -> Result<()> {
	let stash = account(stash)?;
	let owner = hex::encode(id(&stash));
	let new: SessionKeys = chain.rpc.request("author_rotateKeysWithOwner", rpc_params![format!("0x{owner}")]).await?;

	let args = [unhex(&new.keys)?, unhex(&new.proof)?.encode()].concat();
	chain.submit(&chain.call("Session", "set_keys", &args)?, &stash).await
}
