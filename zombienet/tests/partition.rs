//! A validator that is cut off from the others, and reunited.

use anyhow::{ensure, Result};
use openledger_zombienet::{
	chain::{agree, validators},
	network,
	wait::until,
};
use serde_json::Value;
use std::time::Duration;
use zombienet_sdk::subxt::ext::subxt_rpcs::rpc_params;

#[tokio::test(flavor = "multi_thread")]
async fn three_finalise_without_the_fourth_until_it_returns() -> Result<()> {
	network::run("isolatable", async |network| {
		let chains = validators(network).await?;
		for chain in &chains {
			chain.reaches(3, Duration::from_secs(90)).await?;
		}
		let (dave, others) = (&chains[3], &chains[..3]);
		let peers = async || Ok(dave.typed.system_health().await?.peers);

		for other in others {
			let id: String = other.rpc.request("system_localPeerId", rpc_params![]).await?;
			let _: Value = dave.rpc.request("system_removeReservedPeer", rpc_params![id]).await?;
		}
		until("peers of the isolated dave", Duration::from_secs(30), peers, |peers| *peers == 0).await?;
		// By then dave has counted the votes that it had already received.
		others[0].reaches(dave.finalized().await? + 3, Duration::from_secs(60)).await?;
		let cut = dave.finalized().await?;
		for other in others {
			other.reaches(cut + 8, Duration::from_secs(90)).await?;
		}
		ensure!(peers().await? == 0, "dave was not isolated");
		let alone = dave.finalized().await?;
		ensure!(alone == cut, "dave finalised {cut}..{alone} alone");

		for other in others {
			let address = network.get_node(other.name.as_str())?.multiaddr();
			let _: Value = dave.rpc.request("system_addReservedPeer", rpc_params![address]).await?;
		}
		let healed = others[0].finalized().await? + 3;
		for chain in &chains {
			chain.reaches(healed, Duration::from_secs(90)).await?;
		}
		agree(&chains).await
	})
	.await
}
