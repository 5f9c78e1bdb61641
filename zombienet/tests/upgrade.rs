//! The runtime is replaced by a decision of the token holders, without a new node.

use anyhow::{ensure, Context, Result};
use futures::future::try_join_all;
use openledger_zombienet::{
	chain::{account, agree, validators, Chain},
	network,
	wait::until,
};
use sp_crypto_hashing::blake2_256;
use std::{fs, process::Command, time::Duration};
use zombienet_sdk::subxt::dynamic::{tx, Value};

/// Those who vote aye.
const VOTERS: [&str; 6] = ["//Alice", "//Bob", "//Charlie", "//Dave", "//Eve", "//Ferdie"];

/// What each of them votes with: 900,000 OPEN.
const VOTE_PLANCK: u128 = 900_000 * 10_u128.pow(18);

/// The byte of a vote: aye, with the tokens locked for one period.
const AYE_LOCKED_1X: u128 = 0x81;

/// The size up to which a node unpacks a runtime.
const UNPACKED_LIMIT: usize = 50 * 1024 * 1024;

/// The longest that finality may pause: six blocks.
const PAUSE: Duration = Duration::from_secs(36);

#[tokio::test(flavor = "multi_thread")]
async fn a_referendum_upgrades_the_runtime() -> Result<()> {
	let code = next_runtime()?;
	network::run("four-validators", async |network| {
		let chains = validators(network).await?;
		tokio::select! {
			done = upgrade(&chains, &code) => done,
			stalled = chains[0].watch_finality(PAUSE) => stalled.map(|never| match never {}),
		}
	})
	.await
}

/// Authorises `code` by a referendum, applies it, and waits until all `chains` run it.
async fn upgrade(chains: &[Chain], code: &[u8]) -> Result<()> {
	let alice = &chains[0];
	alice.reaches(1, Duration::from_secs(60)).await?;
	let version = alice.spec_version().await?;
	let code_hash = blake2_256(code);

	decide(alice, &code_hash).await?;
	let authorized = async || {
		let hash: Option<[u8; 32]> = alice.stored("System", "AuthorizedUpgrade", vec![], alice.head().await?).await?;
		Ok(hash.map(hex::encode))
	};
	let by_referendum = |hash: &Option<String>| *hash == Some(hex::encode(code_hash));
	until("authorised code", Duration::from_secs(200), authorized, by_referendum).await?;

	let apply = tx("System", "apply_authorized_upgrade", vec![Value::from_bytes(code)]);
	alice.submit(&apply, &account("//Alice")?).await?;
	for chain in chains {
		let upgraded = |seen: &u32| *seen == version + 1;
		let what = format!("version of the runtime on {}", chain.name);
		until(&what, Duration::from_secs(60), async || chain.spec_version().await, upgraded).await?;
	}
	let height = alice.finalized().await? + 3;
	for chain in chains {
		chain.reaches(height, Duration::from_secs(60)).await?;
	}
	agree(chains).await
}

/// Opens a referendum of the Root track on authorising the code with this hash, and votes for it.
async fn decide(chain: &Chain, code_hash: &[u8; 32]) -> Result<()> {
	let proposal = chain.api.tx().call_data(&tx("System", "authorize_upgrade", vec![Value::from_bytes(code_hash)]))?;
	let referendum: Option<u32> = chain.stored("Referenda", "ReferendumCount", vec![], chain.head().await?).await?;
	let referendum = Value::u128(referendum.unwrap_or_default().into());

	let root = Value::unnamed_variant("system", [Value::unnamed_variant("Root", [])]);
	let length = Value::u128(proposal.len() as u128);
	let lookup = [("hash", Value::from_bytes(blake2_256(&proposal))), ("len", length)];
	let at_once = Value::unnamed_variant("After", [Value::u128(0)]);
	let open = [
		tx("Preimage", "note_preimage", vec![Value::from_bytes(&proposal)]),
		tx("Referenda", "submit", vec![root, Value::named_variant("Lookup", lookup), at_once]),
		tx("Referenda", "place_decision_deposit", vec![referendum.clone()]),
	];
	let open = open.map(|call| call.into_value());
	chain.submit(&tx("Utility", "batch_all", vec![Value::unnamed_composite(open)]), &account("//Alice")?).await?;

	let aye = Value::unnamed_composite([Value::u128(AYE_LOCKED_1X)]);
	let vote = Value::named_variant("Standard", [("vote", aye), ("balance", Value::u128(VOTE_PLANCK))]);
	let vote = tx("ConvictionVoting", "vote", vec![referendum, vote]);
	let voters = VOTERS.into_iter().map(account).collect::<Result<Vec<_>>>()?;
	try_join_all(voters.iter().map(|voter| chain.submit(&vote, voter))).await?;
	Ok(())
}

/// The runtime of this work tree with the next version, compressed as it goes on chain.
fn next_runtime() -> Result<Vec<u8>> {
	let out = concat!(env!("CARGO_TARGET_TMPDIR"), "/next-runtime.wasm");
	let script = concat!(env!("CARGO_MANIFEST_DIR"), "/next-runtime.sh");
	let status = Command::new(script).arg(out).status().context(script)?;
	ensure!(status.success(), "{script}: {status}");
	sp_maybe_compressed_blob::compress_strongly(&fs::read(out)?, UNPACKED_LIMIT).context("the runtime is too large")
}
