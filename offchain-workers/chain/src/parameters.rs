//! What the runtime itself computes from its state: numbers that the chain can change while it runs, and what follows from
//! them.

use crate::{pages, AccountId, Balance, Chain, ChainError, Runtime};
use frame_support::{traits::Get, StoragePrefixedMap};
use openledger_primitives::traits;
use openledger_runtime::{initial_parameters::ChainPace, Agents, ContributionVoting};
use sp_state_machine::BasicExternalities;

impl Chain {
	/// Planted errors in a million audits.
	pub async fn plant_rate(&self) -> Result<u32, ChainError> {
		self.compute(&[], <Runtime as pallet_verification::Config>::PlantRate::get).await
	}

	/// Blocks before its batch from which a receipt counts as of later.
	pub async fn max_receipt_age(&self) -> Result<u32, ChainError> {
		self.compute(&[], <Runtime as pallet_attribution::Config>::MaxReceiptAge::get).await
	}

	/// What is minted of `weight` by a payout that is made `age` blocks after its batch was submitted: the room that answers
	/// for it has faded so much.
	pub async fn faded_weight(&self, weight: Balance, age: u32) -> Result<Balance, ChainError> {
		let faded = || <ContributionVoting as traits::Contributions<AccountId>>::faded(weight, age.into());
		self.compute(&[], faded).await
	}

	/// What unsettled fees of `agent` may still grow by: its part of the stake that answers for it, less those that there are.
	/// Nothing if it may not work, or is no agent.
	pub async fn cover(&self, agent: &AccountId) -> Result<Balance, ChainError> {
		self.compute(&[record(agent)], || cover(agent)).await
	}

	/// What `get`, which is made of the runtime's own code, gives in the last finalised block. It finds the parameters and
	/// the pace of the chain there, what is stored under `keys`, and nothing else.
	async fn compute<V>(&self, keys: &[Vec<u8>], get: impl FnOnce() -> V) -> Result<V, ChainError> {
		let block = self.client.at_current_block().await.map_err(ChainError::request)?;
		let at = block.block_ref().hash();
		let mut entries = self.parameters(at).await?;
		for prefix in keys {
			entries.extend(pages::read(&self.rpc, prefix, at).await?);
		}
		Ok(evaluate(entries, get))
	}

	/// The parameters and the pace of the chain, as they are stored.
	pub(crate) async fn parameters(&self, at: pages::Hash) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ChainError> {
		let mut entries = pages::read(&self.rpc, &pallet_parameters::Parameters::<Runtime>::final_prefix(), at).await?;
		entries.extend(pages::read(&self.rpc, &ChainPace::<Runtime>::hashed_key(), at).await?);
		Ok(entries)
	}
}

/// Where an agent is stored.
fn record(agent: &AccountId) -> Vec<u8> {
	pallet_agents::Agents::<Runtime>::hashed_key_for(agent)
}

/// As the runtime sees it.
fn cover(agent: &AccountId) -> Balance {
	let active = <Agents as traits::Agents<AccountId>>::standing(agent).is_some_and(|standing| standing.active);
	let record = pallet_agents::Agents::<Runtime>::get(agent).filter(|_| active);
	record.map_or(0, |found| Agents::cover(&found).saturating_sub(found.exposure))
}

/// What `get` gives in a state of these entries.
pub(crate) fn evaluate<V>(entries: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>, get: impl FnOnce() -> V) -> V {
	let mut state = BasicExternalities::new_empty();
	for (key, value) in entries {
		state.insert(key, value);
	}
	state.execute_with(get)
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]
	use super::*;
	use codec::Encode;
	use openledger_primitives::{Hardware, Role, Roles};
	use openledger_runtime::{constants::OPEN, pace::Pace};
	use pallet_agents::{
		pool::Pool,
		types::{Liveness, Offences},
	};

	fn agent(
		stake: Balance,
		delegated: Balance,
		exposure: Balance,
		evicted: Option<u32>,
	) -> pallet_agents::Agent<Runtime> {
		pallet_agents::Agent {
			signer: [2; 32].into(),
			former: Default::default(),
			beneficiary: [3; 32].into(),
			roles: Roles::only(Role::Serve),
			hardware: Hardware::Cpu,
			stake,
			unbonding: Default::default(),
			pool: Pool { amount: delegated, shares: delegated, ..Pool::new(0) },
			exposure,
			bound: 0,
			deferred: 0,
			services: 0,
			liveness: Liveness { evicted, ..Liveness::default() },
			offences: Offences::default(),
		}
	}

	#[test]
	fn half_of_what_answers_for_an_agent_covers_its_fees() {
		let account = AccountId::new([1; 32]);
		let of = |stored: Option<pallet_agents::Agent<Runtime>>| {
			evaluate(stored.map(|agent| (record(&account), agent.encode())), || cover(&account))
		};
		assert_eq!(of(None), 0);
		assert_eq!(of(Some(agent(1_000 * OPEN, 0, 100 * OPEN, None))), 400 * OPEN);
		assert_eq!(of(Some(agent(1_000 * OPEN, 200 * OPEN, 100 * OPEN, None))), 500 * OPEN);
		assert_eq!(of(Some(agent(1_000 * OPEN, 0, 600 * OPEN, None))), 0);
		assert_eq!(of(Some(agent(1_000 * OPEN, 0, 0, Some(7)))), 0, "evicted");
		assert_eq!(of(Some(agent(OPEN, 0, 0, None))), 0, "below the least stake");
	}

	#[test]
	fn a_parameter_has_its_default_until_the_chain_says_otherwise() {
		let age: fn() -> u32 = <Runtime as pallet_attribution::Config>::MaxReceiptAge::get;
		let rate: fn() -> u32 = <Runtime as pallet_verification::Config>::PlantRate::get;
		let fast = (ChainPace::<Runtime>::hashed_key().to_vec(), Pace::Fast.encode());
		let (live, fast) = (evaluate([], age), evaluate([fast], age));
		assert!(live > fast && fast > 0, "{live} blocks on a live chain, {fast} on a fast one");
		let share = evaluate([], rate);
		assert!(share > 0 && share < 1_000_000, "{share} in a million");
	}
}
