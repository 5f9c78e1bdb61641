//! Benchmarks of the calls, and the agents that the benchmarks of other pallets need.

use crate::{
	pallet::{AgentOfSigner, Agents, Call, Config, HoldReason, Offers, Pallet},
	types::Offer,
};
use frame_benchmarking::v2::*;
use frame_support::traits::{
	fungible::{Inspect, InspectHold, Mutate},
	Get,
};
use frame_system::RawOrigin;
use openledger_primitives::{Balance, ModelId};
use sp_runtime::traits::{Saturating, Zero};

/// Prepares what the benchmarks need and other pallets keep.
pub trait BenchmarkHelper {
	/// A model that agents may offer, with as long a record as it can have.
	fn servable_model() -> Result<ModelId, BenchmarkError>;
}

/// Makes `agent` an agent that `signer` signs for. Its stake covers unsettled `fees`, and its unbonding queue is full.
pub fn busy_agent<T: Config>(agent: &T::AccountId, signer: &T::AccountId, fees: Balance) -> Result<(), BenchmarkError> {
	let stake = T::MaxExposure::get().saturating_reciprocal_mul_ceil(fees);
	agent_with_queue::<T>(agent, signer, stake, T::MaxUnbonding::get())
}

/// Makes `agent` an agent with at least `stake`, and `unbonding` entries in its queue besides.
fn agent_with_queue<T: Config>(
	agent: &T::AccountId,
	signer: &T::AccountId,
	stake: Balance,
	unbonding: u32,
) -> Result<(), BenchmarkError> {
	let stake = stake.max(least_amount::<T>()).saturating_add(unbonding.into());
	fund::<T>(agent, stake)?;
	let origin = RawOrigin::Signed(agent.clone());
	Pallet::<T>::register(origin.clone().into(), signer.clone(), account("beneficiary", 0, 0), stake)?;
	for _ in 0..unbonding {
		Pallet::<T>::unbond(origin.clone().into(), 1)?;
	}
	Ok(())
}

/// The agent that calls, and its signer.
fn accounts<T: Config>() -> (T::AccountId, T::AccountId) {
	(whitelisted_caller(), account("signer", 0, 0))
}

/// The least that makes a stake.
fn least_amount<T: Config>() -> Balance {
	T::MinStake::get().max(1)
}

/// Gives `who` an account and `amount` to hold.
fn fund<T: Config>(who: &T::AccountId, amount: Balance) -> Result<(), BenchmarkError> {
	T::Currency::mint_into(who, amount.saturating_add(T::Currency::minimum_balance()))?;
	Ok(())
}

fn held<T: Config>(agent: &T::AccountId) -> Balance {
	T::Currency::balance_on_hold(&HoldReason::Stake.into(), agent)
}

#[allow(clippy::expect_used, clippy::unwrap_used, reason = "the expansion of the macro uses them")]
#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register() -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		let stake = least_amount::<T>();
		fund::<T>(&agent, stake)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(agent.clone()), signer.clone(), account("beneficiary", 0, 0), stake);

		assert_eq!(AgentOfSigner::<T>::get(signer), Some(agent.clone()));
		assert_eq!(held::<T>(&agent), stake);
		Ok(())
	}

	#[benchmark]
	fn bond() -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		busy_agent::<T>(&agent, &signer, 0)?;
		let (before, amount) = (held::<T>(&agent), least_amount::<T>());
		fund::<T>(&agent, amount)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(agent.clone()), amount);

		assert_eq!(held::<T>(&agent), before.saturating_add(amount));
		Ok(())
	}

	#[benchmark]
	fn unbond() -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		let full = T::MaxUnbonding::get();
		agent_with_queue::<T>(&agent, &signer, 0, full.saturating_sub(1))?;
		let stake = Agents::<T>::get(&agent).ok_or("the agent is registered")?.stake;

		#[extrinsic_call]
		_(RawOrigin::Signed(agent.clone()), stake);

		let record = Agents::<T>::get(&agent).ok_or("the agent is registered")?;
		assert_eq!((record.stake, record.unbonding.len()), (0, full as usize));
		Ok(())
	}

	/// `n`: entries of the queue. All are due and nothing is staked, so the agent is removed too.
	#[benchmark]
	fn withdraw(n: Linear<1, { T::MaxUnbonding::get() }>) -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		agent_with_queue::<T>(&agent, &signer, 0, n.saturating_sub(1))?;
		let stake = Agents::<T>::get(&agent).ok_or("the agent is registered")?.stake;
		Pallet::<T>::unbond(RawOrigin::Signed(agent.clone()).into(), stake)?;
		let now = frame_system::Pallet::<T>::block_number();
		frame_system::Pallet::<T>::set_block_number(now.saturating_add(T::UnbondingPeriod::get()));

		#[extrinsic_call]
		_(RawOrigin::Signed(agent.clone()));

		assert!(!Agents::<T>::contains_key(&agent) && !AgentOfSigner::<T>::contains_key(signer));
		assert!(held::<T>(&agent).is_zero());
		Ok(())
	}

	/// By the signer, which is one look-up more than by the agent.
	#[benchmark]
	fn offer() -> Result<(), BenchmarkError> {
		let (agent, signer) = (account("agent", 0, 0), whitelisted_caller());
		busy_agent::<T>(&agent, &signer, 0)?;
		let (model, life) = (T::BenchmarkHelper::servable_model()?, T::MaxOfferLife::get());
		let (price_in, price_out) = (Balance::MAX, Balance::MAX);

		#[extrinsic_call]
		offer_model(RawOrigin::Signed(signer), model, price_in, price_out, life);

		let until = frame_system::Pallet::<T>::block_number().saturating_add(life);
		assert_eq!(Offers::<T>::get(agent, model), Some(Offer { price_in, price_out, until }));
		Ok(())
	}

	/// By the signer, which is one look-up more than by the agent.
	#[benchmark]
	fn withdraw_offer() -> Result<(), BenchmarkError> {
		let (agent, signer): (T::AccountId, T::AccountId) = (account("agent", 0, 0), whitelisted_caller());
		busy_agent::<T>(&agent, &signer, 0)?;
		let model = T::BenchmarkHelper::servable_model()?;
		Pallet::<T>::offer_model(RawOrigin::Signed(signer.clone()).into(), model, 1, 1, T::MaxOfferLife::get())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(signer), model);

		assert!(!Offers::<T>::contains_key(agent, model));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
