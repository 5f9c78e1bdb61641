//! "Explain my payout": from a balance change back to row × answer, with the proof, and from a weight back to the payers who
//! answer for it. Uses the primitives crate alone.

use anyhow::{ensure, Context};
use openledger_chain::{AccountId, Balance};
use openledger_primitives::{
	payout::{most_weight, Line, Role},
	Blake2b256, Domain, Payout, SumCommitment, SumNode,
};
use serde::Deserialize;

/// What the agent's gateway says about a payout.
#[derive(Clone, Debug, Deserialize)]
pub struct Explanation {
	agent: AccountId,
	first_seq: u64,
	leaf: u32,
	/// The payout.
	pub payout: Payout<AccountId>,
	proof: Vec<SumNode>,
	/// Every reason for it.
	pub lines: Vec<Reason>,
}

/// One reason, and the receipt that it comes from; the agent's share belongs to the whole batch.
#[derive(Clone, Debug, Deserialize)]
pub struct Reason {
	/// Sequence number of the receipt.
	pub seq: Option<u64>,
	/// The reason.
	pub line: Line<AccountId>,
	/// How much of it weighs.
	#[serde(with = "openledger_primitives::planck")]
	pub weighed: Balance,
}

/// Asks the gateway, and checks the answer against the payout root on the chain: the proof must open it, and the lines
/// must add up to it, and its weight must be what they weigh of what the batch has burnt.
pub async fn payout(
	gateway: &str,
	domain: &Domain,
	batch: u64,
	(on_chain, burn): (&SumCommitment, Balance),
	account: &AccountId,
) -> anyhow::Result<Explanation> {
	let url = format!("{gateway}/v1/payouts/{batch}/{account}");
	let found: Explanation = reqwest::get(&url).await?.error_for_status()?.json().await?;
	let bytes = found.payout.leaf(domain, &found.agent, found.first_seq);
	let proven = on_chain.verify::<Blake2b256>(found.leaf, &bytes, found.payout.amount, &found.proof);
	ensure!(proven, "the proof of the payout to {account} does not open the root on the chain");
	ensure!(found.payout.account == *account, "the payout is somebody else's");
	let sum = found.lines.iter().try_fold(0u128, |sum: Balance, reason| sum.checked_add(reason.line.amount));
	ensure!(sum.context("the lines overflow")? == found.payout.amount, "the lines do not add up to the payout");
	let weighed = found.lines.iter().try_fold(0u128, |sum: Balance, reason| sum.checked_add(reason.weighed));
	let weighed = weighed.context("the weights overflow")?.min(found.payout.amount);
	let weight = most_weight(burn, weighed, on_chain.sum).context("a batch without payouts")?;
	ensure!(weight == found.payout.weight, "the lines weigh {weight}, the payout says {}", found.payout.weight);
	Ok(found)
}

impl std::fmt::Display for Reason {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		let (amount, weighs) = (self.line.amount, if self.weighed > 0 { ", weighs" } else { "" });
		match (&self.line.role, self.seq) {
			(Role::Row { index, row, score }, Some(seq)) => {
				write!(f, "{amount:>22} planck: row {row} of index {index} × answer {seq}, score {score}{weighs}")
			}
			(Role::Model { model }, Some(seq)) => {
				write!(f, "{amount:>22} planck: model {model} × answer {seq}{weighs}")
			}
			(Role::Commons { .. }, Some(seq)) => write!(f, "{amount:>22} planck: commons × answer {seq}{weighs}"),
			(role, _) => write!(f, "{amount:>22} planck: {role:?}, the rest of the batch{weighs}"),
		}
	}
}
