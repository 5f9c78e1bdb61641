//! The runtime is replaced by a decision of the token holders, without a new node.
//!
//! Nobody has earned anything on a new chain, so the contribution chamber is not asked.

use anyhow::Result;
use openledger_zombienet::{
	chain::{account, validators, Chain},
	network,
	referenda::{vote_by_stake, Chamber},
	upgrade::{apply, next_runtime, PAUSE},
};
use sp_crypto_hashing::blake2_256;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_referendum_upgrades_the_runtime() -> Result<()> {
	let code = next_runtime(concat!(env!("CARGO_TARGET_TMPDIR"), "/next-runtime.wasm"))?;
	network::run("four-validators", async |network| {
		let chains = validators(network).await?;
		tokio::select! {
			done = upgrade(&chains, &code) => done,
			stalled = chains[0].watch_finality(PAUSE) => stalled.map(|never| match never {}),
		}
	})
	.await
}

/// Has the stake chamber assent to `code`, applies it, and waits until all `chains` run it.
async fn upgrade(chains: &[Chain], code: &[u8]) -> Result<()> {
	let alice = &chains[0];
	alice.reaches(1, Duration::from_secs(60)).await?;
	let code_hash = blake2_256(code);
	let motion = Chamber::Stake.assent(alice, &code_hash)?;
	for referendum in Chamber::Stake.open(alice, &account("//Alice")?, vec![motion]).await? {
		vote_by_stake(alice, referendum).await?;
	}
	apply(chains, code, &code_hash, Duration::from_secs(200)).await
}
