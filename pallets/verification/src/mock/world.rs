//! Agents and batches, kept in the storage, so that what fails is undone for them too.

use super::*;

/// An agent of the mock.
#[derive(Encode, Decode, Clone, Debug)]
pub(crate) struct FakeAgent {
	pub(crate) roles: Roles,
	pub(crate) hardware: Hardware,
	pub(crate) offences: u32,
	pub(crate) active: bool,
	pub(crate) signer: u64,
	pub(crate) beneficiary: u64,
	pub(crate) bound: u32,
}

/// A batch of the mock.
#[derive(Encode, Decode, Clone, Debug)]
pub(crate) struct FakeBatch {
	pub(crate) claim: BatchClaim<u64>,
	pub(crate) lot: H256,
	pub(crate) pending: bool,
	/// Whether its window is over.
	pub(crate) late: bool,
	pub(crate) holds: u32,
}

/// A slash that was taken over.
#[derive(Encode, Decode, Clone, PartialEq, Debug)]
pub(crate) struct Slash {
	pub(crate) agent: u64,
	pub(crate) offence: Offence,
	pub(crate) fees: u128,
	pub(crate) batch: u64,
	pub(crate) shares: Shares<u64>,
}

#[storage_alias]
pub(crate) type FakeAgents = StorageMap<Fakes, Twox64Concat, u64, FakeAgent>;
#[storage_alias]
pub(crate) type FakeBatches = StorageMap<Fakes, Twox64Concat, u64, FakeBatch>;
#[storage_alias]
pub(crate) type Slashes = StorageValue<Fakes, Vec<Slash>, frame_support::pallet_prelude::ValueQuery>;
/// Whether slashes are not taken over.
#[storage_alias]
pub(crate) type Refusing = StorageValue<Fakes, bool, frame_support::pallet_prelude::ValueQuery>;

pub struct World;

impl Agents<u64> for World {
	fn agent_of(signer: &u64) -> Option<u64> {
		let signs = |agent: &u64| FakeAgents::get(agent).is_some_and(|agent| agent.signer == *signer);
		[AGENT, signer.saturating_sub(1_000)].into_iter().find(signs)
	}

	fn signer(agent: &u64) -> Option<u64> {
		FakeAgents::get(agent).map(|agent| agent.signer)
	}

	fn signs(agent: &u64, account: &u64) -> bool {
		Self::signer(agent) == Some(*account)
	}

	fn beneficiary(agent: &u64) -> Option<u64> {
		FakeAgents::get(agent).map(|agent| agent.beneficiary)
	}

	fn standing(agent: &u64) -> Option<Standing> {
		let FakeAgent { roles, hardware, offences, active, .. } = FakeAgents::get(agent)?;
		Some(Standing { roles, hardware, stake: stake(*agent), offences, active })
	}

	fn expose(_: &u64, _: u128) -> DispatchResult {
		Ok(())
	}

	fn release(_: &u64, _: u128) {}

	fn bind(agent: &u64) -> DispatchResult {
		FakeAgents::try_mutate(agent, |agent| {
			agent.as_mut().ok_or(DispatchError::Other("there is no such agent"))?.bound += 1;
			Ok(())
		})
	}

	fn unbind(agent: &u64) {
		FakeAgents::mutate(agent, |agent| agent.as_mut().unwrap().bound -= 1);
	}

	fn slash(
		_: &u64,
		_: Offence,
		_: u128,
		_: &Shares<u64>,
	) -> Result<openledger_primitives::traits::Slashed, DispatchError> {
		Err(DispatchError::Other("auditors do not slash at once"))
	}

	fn defer_slash(agent: &u64, offence: Offence, fees: u128, batch: u64, shares: &Shares<u64>) -> DispatchResult {
		if Refusing::get() {
			return Err(DispatchError::Other("too many slashes wait"));
		}
		let (agent, shares) = (*agent, shares.clone());
		Slashes::mutate(|slashes| slashes.push(Slash { agent, offence, fees, batch, shares }));
		Ok(())
	}

	fn fine(agent: &u64, amount: u128, to: Option<&u64>) -> u128 {
		let amount = amount.min(stake(*agent));
		let from = STAKES + agent;
		match to {
			Some(to) => {
				<Balances as Mutate<u64>>::transfer(&from, to, amount, Preservation::Expendable).unwrap_or_default()
			}
			None => {
				let (precision, force) = (Precision::Exact, Fortitude::Force);
				Balances::burn_from(&from, amount, Preservation::Expendable, precision, force).unwrap_or_default()
			}
		}
	}

	fn reward_delegators(_: &u64, _: u128, _: &u64) -> u128 {
		0
	}
}

impl Batches<u64> for World {
	fn facts(batch: u64) -> Option<BatchFacts<u64>> {
		let FakeBatch { claim, lot, pending, .. } = FakeBatches::get(batch)?;
		Some(BatchFacts { claim, lot, pending })
	}

	fn hold(batch: u64) -> DispatchResult {
		FakeBatches::try_mutate(batch, |batch| {
			let batch = batch.as_mut().filter(|batch| batch.pending && !batch.late);
			batch.ok_or(DispatchError::Other("the batch cannot be held"))?.holds += 1;
			Ok(())
		})
	}

	fn unhold(batch: u64) {
		FakeBatches::mutate(batch, |batch| batch.as_mut().unwrap().holds -= 1);
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper<u64> for World {
	fn auditor(number: u32) -> Result<u64, frame_benchmarking::BenchmarkError> {
		let who = FIRST + u64::from(number);
		new_agent(who, Hardware::Cpu);
		Ok(who)
	}

	fn agent() -> Result<u64, frame_benchmarking::BenchmarkError> {
		Ok(AGENT)
	}

	fn batch(agent: &u64, receipts: SumCommitment, lot: H256) -> Result<u64, frame_benchmarking::BenchmarkError> {
		let claim = BatchClaim { agent: *agent, first_seq: 0, receipts, payouts: SumCommitment::default() };
		FakeBatches::insert(0, FakeBatch { claim, lot, pending: true, late: false, holds: 0 });
		Ok(0)
	}

	fn make_random() {
		Random::set(true);
	}
}
