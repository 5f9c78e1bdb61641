//! From an authorised runtime to one that every node runs.

use crate::{
	chain::{account, agree, Chain},
	wait::until,
};
use anyhow::{ensure, Context, Result};
use std::{fs, process::Command, time::Duration};
use zombienet_sdk::subxt::{
	dynamic::{tx, Value},
	utils::H256,
};

/// The longest that finality may pause: six blocks.
pub const PAUSE: Duration = Duration::from_secs(36);

/// The size up to which a node unpacks a runtime.
const UNPACKED_LIMIT: usize = 50 * 1024 * 1024;

/// The runtime of this work tree with the next version, compressed as it goes on chain. It is built into the file `out`.
pub fn next_runtime(out: &str) -> Result<Vec<u8>> {
	let script = concat!(env!("CARGO_MANIFEST_DIR"), "/next-runtime.sh");
	let status = Command::new(script).arg(out).status().context(script)?;
	ensure!(status.success(), "{script}: {status}");
	sp_maybe_compressed_blob::compress_strongly(&fs::read(out)?, UNPACKED_LIMIT).context("the runtime is too large")
}

/// The hash of the code that may be applied after block `at`, in hexadecimal.
pub async fn authorized(chain: &Chain, at: H256) -> Result<Option<String>> {
	let hash: Option<[u8; 32]> = chain.stored("System", "AuthorizedUpgrade", vec![], at).await?;
	Ok(hash.map(hex::encode))
}

/// Waits until the code with `hash` may be applied, as the first of `chains` sees it, applies it, and waits until all of
/// them run it and finalise what it makes.
pub async fn apply(chains: &[Chain], code: &[u8], hash: &[u8; 32], limit: Duration) -> Result<()> {
	let first = chains.first().context("no nodes")?;
	let version = first.spec_version().await?;
	let code_hash = async || authorized(first, first.head().await?).await;
	until("authorised code", limit, code_hash, |seen| *seen == Some(hex::encode(hash))).await?;

	let apply = tx("System", "apply_authorized_upgrade", vec![Value::from_bytes(code)]);
	first.submit(&apply, &account("//Alice")?).await?;
	for chain in chains {
		let upgraded = |seen: &u32| *seen == version + 1;
		let what = format!("version of the runtime on {}", chain.name);
		until(&what, Duration::from_secs(60), async || chain.spec_version().await, upgraded).await?;
	}
	let height = first.finalized().await? + 3;
	for chain in chains {
		chain.reaches(height, Duration::from_secs(60)).await?;
	}
	agree(chains).await
}
