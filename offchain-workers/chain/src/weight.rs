//! Contribution weight: whose payments can give it now (protocol §11).

use crate::{pages, parameters::evaluate, AccountId, Balance, BlockNumber, Chain, ChainError, Runtime};
use codec::Decode;
use openledger_primitives::traits::Contributions;
use openledger_runtime::{ContributionVoting, System};
use pallet_contribution_voting::{
	pallet::{Bonds, GivenBy, GivenThrough, Sponsors},
	Sponsorship,
};
use std::collections::{BTreeMap, BTreeSet};

impl Chain {
	/// Whose payments can give the weight that is named beside them through `agent`, in the last finalised block: what the
	/// chain would set aside if it were asked for one payer after the other in the order of accounts, those left out who have
	/// no room. One bond may stand behind many payers, so they cannot be asked for one by one.
	pub async fn weighing(
		&self,
		agent: &AccountId,
		weights: &BTreeMap<AccountId, Balance>,
	) -> Result<BTreeSet<AccountId>, ChainError> {
		if weights.is_empty() {
			return Ok(BTreeSet::new());
		}
		let block = self.client.at_current_block().await.map_err(ChainError::request)?;
		let (at, now) = (block.block_ref().hash(), u32::try_from(block.block_number()).map_err(ChainError::request)?);
		let sponsored: Vec<_> = weights.keys().map(Sponsors::<Runtime>::hashed_key_for).collect();
		let sponsors = pages::values(&self.rpc, &sponsored, at).await?;
		let mut guarantors: BTreeSet<AccountId> = weights.keys().cloned().collect();
		for (_, sponsorship) in &sponsors {
			guarantors.insert(Sponsorship::<AccountId, BlockNumber>::decode(&mut &sponsorship[..])?.sponsor);
		}
		let mut entries = self.parameters(at).await?;
		entries.extend(pages::values(&self.rpc, &keys(agent, &guarantors), at).await?);
		entries.extend(sponsors);
		Ok(evaluate(entries, || reserved(now, agent, weights)))
	}
}

/// Where the chain keeps what the bonds of `guarantors` have room for.
fn keys(agent: &AccountId, guarantors: &BTreeSet<AccountId>) -> Vec<Vec<u8>> {
	let of = |account: &AccountId| {
		[
			Bonds::<Runtime>::hashed_key_for(account),
			GivenBy::<Runtime>::hashed_key_for(account),
			GivenThrough::<Runtime>::hashed_key_for(account, agent),
		]
	};
	guarantors.iter().flat_map(of).collect()
}

/// As the runtime does it when a batch is submitted.
fn reserved(now: BlockNumber, agent: &AccountId, weights: &BTreeMap<AccountId, Balance>) -> BTreeSet<AccountId> {
	// What was given fades with the blocks.
	System::set_block_number(now);
	let fits = |(payer, weight): &(&AccountId, &Balance)| {
		<ContributionVoting as Contributions<AccountId>>::reserve(payer, agent, **weight).is_ok()
	};
	weights.iter().filter(fits).map(|(payer, _)| payer.clone()).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use frame_support::traits::Get;
	use openledger_runtime::constants::OPEN;
	use pallet_contribution_voting::{Config, Given};

	const NOW: BlockNumber = 2_000_000;

	fn account(n: u8) -> AccountId {
		AccountId::new([n; 32])
	}

	fn factor() -> Balance {
		let factor: fn() -> u32 = <Runtime as Config>::BondFactor::get;
		evaluate([], factor).into()
	}

	/// That 8 answers for somebody up to a limit.
	fn sponsored(n: u8, limit: Balance) -> (Vec<u8>, Vec<u8>) {
		let given = Given { amount: 0, at: 0 };
		let sponsorship = Sponsorship { sponsor: account(8), limit, given };
		(Sponsors::<Runtime>::hashed_key_for(account(n)), sponsorship.encode())
	}

	/// Of 1, 2 and 3 that shall each give OPEN through 9, who can, if 1 and 8 have bonded and 8 answers for 2 and 3.
	fn who(bonds: [Balance; 2], extra: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<u8> {
		let bond = |n, bond: Balance| (Bonds::<Runtime>::hashed_key_for(account(n)), bond.encode());
		let sponsors = [2, 3].map(|n| sponsored(n, Balance::MAX));
		let mut entries = vec![bond(1, bonds[0]), bond(8, bonds[1])];
		entries.extend(sponsors);
		entries.extend(extra);
		let weights = [1, 2, 3, 4].map(|n| (account(n), OPEN)).into();
		let found = evaluate(entries, || reserved(NOW, &account(9), &weights));
		(1..5).filter(|n| found.contains(&account(*n))).collect()
	}

	#[test]
	fn who_has_a_bond_with_room_behind_it_weighs() {
		let one = factor() * OPEN;
		assert_eq!(who([one, 0], vec![]), [1], "nobody answers for 2, 3 and 4");
		assert_eq!(who([one - factor(), one], vec![]), [2], "a planck of room too little; and room for one of two");
		// The second through the same agent takes twice the room at a bound of one OPEN, and less at a greater one.
		assert_eq!(who([0, 2 * one], vec![]), [2]);
		assert_eq!(who([0, 3 * one], vec![]), [2, 3]);
	}

	#[test]
	fn a_payer_has_no_more_room_than_its_sponsor_lets_it_use() {
		let much = 100 * factor() * OPEN;
		assert_eq!(who([0, much], vec![sponsored(2, OPEN - 1)]), [3]);
		assert_eq!(who([0, much], vec![sponsored(2, OPEN)]), [2, 3]);
		// The second pays the price of the pair: 101 hundredths.
		assert_eq!(who([0, much], vec![sponsored(3, OPEN)]), [2]);
		assert_eq!(who([0, much], vec![sponsored(3, OPEN / 100 * 101)]), [2, 3]);
	}

	#[test]
	fn what_was_given_before_takes_room() {
		let given = |at: u32| {
			let value = Given { amount: OPEN, at }.encode();
			vec![
				(GivenBy::<Runtime>::hashed_key_for(account(1)), value.clone()),
				(GivenThrough::<Runtime>::hashed_key_for(account(1), account(9)), value),
			]
		};
		let one = factor() * OPEN;
		assert_eq!(who([2 * one, 0], given(NOW)), Vec::<u8>::new());
		assert_eq!(who([3 * one, 0], given(NOW)), [1]);
		assert_eq!(who([2 * one, 0], given(0)), [1], "months later");
		let (read, stored) = (keys(&account(9), &[account(1)].into()), given(NOW));
		assert!(stored.iter().all(|(key, _)| read.contains(key)), "what is stored is read");
	}
}
