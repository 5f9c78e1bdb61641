//! What a bridge relies on: BEEFY justifications, the MMR root in them, and proofs against that root.

use anyhow::{ensure, Context, Result};
use openledger_zombienet::{
	beefy::{Authority, Justification},
	chain::{unhex, validators, Chain},
	mmr::{Answer, Leaf, Proof},
	network,
};
use std::time::Duration;
use tokio::time::timeout;
use zombienet_sdk::subxt::{ext::subxt_rpcs::rpc_params, utils::H256};

/// The set of validators after the first session. Its number is the number of sets before it.
const SECOND_SET: u64 = 1;

/// The longest time between two justifications.
const PAUSE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn justifications_carry_roots_that_prove_leaves() -> Result<()> {
	network::run("four-validators", async |network| {
		let chains = validators(network).await?;
		let alice = &chains[0];
		let mut notifications = alice
			.rpc
			.subscribe::<String>("beefy_subscribeJustifications", rpc_params![], "beefy_unsubscribeJustifications")
			.await?;

		loop {
			let next = timeout(PAUSE, notifications.next()).await.context("no justification")?;
			let bytes = next.context("the subscription ended")??;
			let justification = Justification::parse(&unhex(&bytes)?)?;
			check(alice, &justification).await?;
			if justification.commitment().validator_set_id >= SECOND_SET {
				break Ok(());
			}
		}
	})
	.await
}

/// Checks the signatures of `justification`, its root, and proofs of the first and the last leaf under it.
async fn check(chain: &Chain, justification: &Justification) -> Result<()> {
	let commitment = justification.commitment();
	let height = commitment.block_number;
	let block = chain.hash(height).await?;

	let set: u64 = chain.stored("Beefy", "ValidatorSetId", vec![], block).await?.unwrap_or_default();
	ensure!(set == commitment.validator_set_id, "set {set} at {height}, signed by {}", commitment.validator_set_id);
	let authorities: Option<Vec<Authority>> = chain.stored("Beefy", "Authorities", vec![], block).await?;
	let signers = justification.verify(&authorities.context("no authorities")?)?;

	let root = commitment.mmr_root()?;
	let reported: H256 = chain.rpc.request("mmr_root", rpc_params![block]).await?;
	ensure!(reported.0 == root, "block {height} has the root {reported:?}, the justification {}", hex::encode(root));

	for proven in [1, height] {
		let proof = prove(chain, proven, height).await?;
		let leaf = Leaf::parse(&proof.leaf)?;
		let parent = (proven - 1, chain.hash(proven - 1).await?.0);
		ensure!(leaf.parent == parent, "the leaf of {proven} names another parent: {leaf:?}");
		ensure!(leaf.extra.version == 0, "the leaf of {proven} has an extra part of another version: {leaf:?}");
		ensure!(proof.verifies(&proof.leaf, root), "the proof of block {proven} fails");
		for byte in 0..proof.leaf.len() {
			let mut tampered = proof.leaf.clone();
			tampered[byte] ^= 1;
			ensure!(!proof.verifies(&tampered, root), "byte {byte} of the leaf of block {proven} is not proven");
		}
	}
	println!("block {height}: {signers} signatures of set {set}, root {}", hex::encode(root));
	Ok(())
}

/// The node's proof of the leaf that block `proven` added, against the root at block `height`.
async fn prove(chain: &Chain, proven: u32, height: u32) -> Result<Proof> {
	let at = chain.hash(height).await?;
	let answer: Answer = chain.rpc.request("mmr_generateProof", rpc_params![[proven], height, at]).await?;
	answer.single()
}
