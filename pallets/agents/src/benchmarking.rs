//! Benchmarks of the calls, and the agents that the benchmarks of other pallets need.

use crate::{
	pallet::{
		Agenda, AgentOfSigner, Agents, Call, Config, Deferred, Delegations, FormerSigners, HoldReason, NextService,
		Offers, Pallet, PlaceOf, Probes, Services,
	},
	types::{Offer, ServiceTerms, Sla, MAX_FORMER},
};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, InspectHold, Mutate},
		EnsureOrigin, Get, Randomness,
	},
	BoundedVec,
};
use frame_system::RawOrigin;
use openledger_primitives::{
	traits::{Agents as _, Shares},
	Balance, Hardware, ModelId, Offence, Role, Roles,
};
use sp_core::H256;
use sp_runtime::traits::{Saturating, Zero};

/// Prepares what the benchmarks need and other pallets keep.
pub trait BenchmarkHelper<AccountId> {
	/// Models that agents may offer, with records as long as they can be.
	fn servable_models(count: u32) -> Result<Vec<ModelId>, BenchmarkError>;
	/// A batch, as large as it can be, that is held and can be voided, and its agent, which is bound for it. The agent and its
	/// beneficiary weigh something in the contribution chamber.
	fn held_batch() -> Result<(AccountId, u64), BenchmarkError>;
}

/// Makes `agent` an agent that `signer` signs for. Its stake covers unsettled `fees`, its unbonding queue is full, and
/// somebody has delegated to it.
pub fn busy_agent<T: Config>(agent: &T::AccountId, signer: &T::AccountId, fees: Balance) -> Result<(), BenchmarkError> {
	let stake = T::MaxExposure::get().saturating_reciprocal_mul_ceil(fees);
	agent_with_queue::<T>(agent, signer, stake, T::MaxUnbonding::get())?;
	delegate::<T>(&account("delegator", 0, 0), agent)
}

/// Makes `agent` an active agent on a processor, whose signer and beneficiary have accounts, with a stake of `stake` or what
/// an agent needs at least. Nothing happens if it is one already.
pub fn plain_agent<T: Config>(
	agent: &T::AccountId,
	signer: &T::AccountId,
	beneficiary: &T::AccountId,
	roles: Roles,
	stake: Balance,
) -> Result<(), BenchmarkError> {
	if Agents::<T>::contains_key(agent) {
		return Ok(());
	}
	let stake = stake.max(least_amount::<T>());
	fund::<T>(agent, stake)?;
	fund::<T>(signer, 0)?;
	fund::<T>(beneficiary, 0)?;
	let (origin, signer) = (signed::<T>(agent), signer.clone());
	Pallet::<T>::register(origin.into(), signer, beneficiary.clone(), stake, roles, Hardware::Cpu)?;
	Ok(())
}

/// Makes `agent` an agent with at least `stake`, and `unbonding` entries in its queue besides.
fn agent_with_queue<T: Config>(
	agent: &T::AccountId,
	signer: &T::AccountId,
	stake: Balance,
	unbonding: u32,
) -> Result<(), BenchmarkError> {
	let stake = stake.max(least_amount::<T>()).saturating_add(unbonding.into());
	fund::<T>(agent, stake.saturating_add(T::ServiceDeposit::get()))?;
	let (origin, beneficiary) = (signed::<T>(agent), account("beneficiary", 0, 0));
	Pallet::<T>::register(origin.clone().into(), signer.clone(), beneficiary, stake, Roles::ALL, Hardware::Cpu)?;
	for _ in 0..unbonding {
		Pallet::<T>::unbond(origin.clone().into(), 1)?;
	}
	Ok(())
}

/// Delegates the least that counts, and a little more for a queue.
fn delegate<T: Config>(who: &T::AccountId, agent: &T::AccountId) -> Result<(), BenchmarkError> {
	let amount = least_amount::<T>();
	fund::<T>(&Pallet::<T>::pot(), 0)?;
	fund::<T>(who, amount.saturating_mul(2))?;
	Pallet::<T>::delegate(signed::<T>(who).into(), agent.clone(), amount)?;
	Ok(())
}

/// Replaces the signer of `agent`, the `which`th, `times` times.
fn rotate<T: Config>(agent: &T::AccountId, which: u32, times: u32) -> Result<(), BenchmarkError> {
	for next in 0..times {
		Pallet::<T>::set_signer(signed::<T>(agent).into(), account("next signer", which, next))?;
	}
	Ok(())
}

/// The agent that calls, and its signer.
fn accounts<T: Config>() -> (T::AccountId, T::AccountId) {
	(whitelisted_caller(), account("signer", 0, 0))
}

fn signed<T: Config>(who: &T::AccountId) -> RawOrigin<T::AccountId> {
	RawOrigin::Signed(who.clone())
}

/// The least that makes a stake and a delegation.
fn least_amount<T: Config>() -> Balance {
	T::MinStake::get().max(T::MinDelegation::get()).max(1)
}

/// Gives `who` an account and `amount` to hold.
fn fund<T: Config>(who: &T::AccountId, amount: Balance) -> Result<(), BenchmarkError> {
	T::Currency::mint_into(who, amount.saturating_add(T::Currency::minimum_balance()))?;
	Ok(())
}

fn held<T: Config>(agent: &T::AccountId) -> Balance {
	T::Currency::balance_on_hold(&HoldReason::Stake.into(), agent)
}

fn record<T: Config>(agent: &T::AccountId) -> Result<crate::Agent<T>, BenchmarkError> {
	Agents::<T>::get(agent).ok_or(BenchmarkError::Stop("the agent is registered"))
}

fn pass<T: Config>(blocks: frame_system::pallet_prelude::BlockNumberFor<T>) {
	frame_system::Pallet::<T>::set_block_number(Pallet::<T>::now().saturating_add(blocks));
}

fn service<T: Config>(models: u32) -> Result<ServiceTerms, BenchmarkError> {
	let models = T::BenchmarkHelper::servable_models(models)?;
	Ok(ServiceTerms {
		models: BoundedVec::try_from(models).map_err(|_| "a service has at most so many models")?,
		tools: H256::repeat_byte(1),
		prompt: H256::repeat_byte(2),
		manifest: Default::default(),
		stake: Balance::MAX,
		sla: Sla { latency_ms: 1, availability_bps: 10_000 },
		price_in: Balance::MAX,
		price_out: Balance::MAX,
	})
}

/// A slash of all there is, with somebody for each share, that waits.
fn deferred_slash<T: Config>() -> Result<T::AccountId, BenchmarkError> {
	let (agent, batch) = T::BenchmarkHelper::held_batch()?;
	let [challenger, harmed, committee] = ["challenger", "harmed", "committee"].map(|name| account(name, 0, 0));
	for who in [&challenger, &harmed, &committee] {
		fund::<T>(who, 0)?;
	}
	let shares = Shares { challenger: Some(challenger), harmed: Some(harmed), committee: Some(committee) };
	Pallet::<T>::defer_slash(&agent, Offence::Unsound, Balance::MAX, batch, &shares)?;
	Ok(agent)
}

#[allow(clippy::expect_used, clippy::unwrap_used, reason = "the expansion of the macro uses them")]
#[benchmarks]
mod benchmarks {
	use super::*;

	/// With a signer that another agent had once.
	#[benchmark]
	fn register() -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		let (other, next) = (account("agent", 1, 0), account("signer", 1, 0));
		busy_agent::<T>(&other, &signer, 0)?;
		Pallet::<T>::set_signer(signed::<T>(&other).into(), next)?;
		rotate::<T>(&other, 1, MAX_FORMER.saturating_sub(1))?;
		pass::<T>(T::LongestHold::get().saturating_add(1u32.into()));
		let stake = least_amount::<T>();
		fund::<T>(&agent, stake)?;
		let beneficiary = account("beneficiary", 0, 0);

		#[extrinsic_call]
		_(signed::<T>(&agent), signer.clone(), beneficiary, stake, Roles::ALL, Hardware::Cpu);

		assert_eq!(AgentOfSigner::<T>::get(signer), Some(agent.clone()));
		assert_eq!(held::<T>(&agent), stake);
		Ok(())
	}

	/// By an agent that had nothing at stake any more.
	#[benchmark]
	fn bond() -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		agent_with_queue::<T>(&agent, &signer, 0, 0)?;
		let stake = held::<T>(&agent);
		Pallet::<T>::unbond(signed::<T>(&agent).into(), stake)?;
		let amount = least_amount::<T>();
		fund::<T>(&agent, amount)?;

		#[extrinsic_call]
		_(signed::<T>(&agent), amount);

		assert_eq!(held::<T>(&agent), stake.saturating_add(amount));
		Ok(())
	}

	/// Of everything, by an agent whose number another one gets.
	#[benchmark]
	fn unbond() -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		let full = T::MaxUnbonding::get();
		agent_with_queue::<T>(&agent, &signer, 0, full.saturating_sub(1))?;
		busy_agent::<T>(&account("agent", 1, 0), &account("signer", 1, 0), 0)?;
		let stake = record::<T>(&agent)?.stake;

		#[extrinsic_call]
		_(signed::<T>(&agent), stake);

		let record = record::<T>(&agent)?;
		assert_eq!((record.stake, record.unbonding.len()), (0, full as usize));
		Ok(())
	}

	/// `n`: entries of the queue. All are due and nothing is staked, so the agent is removed too, with as many former
	/// signers as it can have, and an open probe.
	#[benchmark]
	fn withdraw(n: Linear<1, { T::MaxUnbonding::get() }>) -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		agent_with_queue::<T>(&agent, &signer, 0, n.saturating_sub(1))?;
		rotate::<T>(&agent, 0, MAX_FORMER)?;
		Pallet::<T>::probe_one(H256::repeat_byte(1));
		let stake = record::<T>(&agent)?.stake;
		Pallet::<T>::unbond(signed::<T>(&agent).into(), stake)?;
		pass::<T>(T::UnbondingPeriod::get());

		#[extrinsic_call]
		_(signed::<T>(&agent));

		assert!(!Agents::<T>::contains_key(&agent) && !FormerSigners::<T>::contains_key(signer));
		assert!(held::<T>(&agent).is_zero());
		Ok(())
	}

	/// By the signer, which is one look-up more than by the agent.
	#[benchmark]
	fn offer() -> Result<(), BenchmarkError> {
		let (agent, signer) = (account("agent", 0, 0), whitelisted_caller());
		busy_agent::<T>(&agent, &signer, 0)?;
		let model = T::BenchmarkHelper::servable_models(1)?.pop().ok_or("there is a model")?;
		let (price_in, price_out, life) = (Balance::MAX, Balance::MAX, T::MaxOfferLife::get());

		#[extrinsic_call]
		offer_model(signed::<T>(&signer), model, price_in, price_out, life);

		let until = Pallet::<T>::now().saturating_add(life);
		assert_eq!(Offers::<T>::get(agent, model), Some(Offer { price_in, price_out, until }));
		Ok(())
	}

	/// By the signer, which is one look-up more than by the agent.
	#[benchmark]
	fn withdraw_offer() -> Result<(), BenchmarkError> {
		let (agent, signer): (T::AccountId, T::AccountId) = (account("agent", 0, 0), whitelisted_caller());
		busy_agent::<T>(&agent, &signer, 0)?;
		let model = T::BenchmarkHelper::servable_models(1)?.pop().ok_or("there is a model")?;
		Pallet::<T>::offer_model(signed::<T>(&signer).into(), model, 1, 1, T::MaxOfferLife::get())?;

		#[extrinsic_call]
		_(signed::<T>(&signer), model);

		assert!(!Offers::<T>::contains_key(agent, model));
		Ok(())
	}

	/// To a signer that another agent had once, by an agent that forgets as many former ones as it can have.
	#[benchmark]
	fn set_signer() -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		let (other, once): (T::AccountId, T::AccountId) = (account("agent", 1, 0), account("signer", 1, 0));
		busy_agent::<T>(&agent, &signer, 0)?;
		busy_agent::<T>(&other, &once, 0)?;
		rotate::<T>(&agent, 0, MAX_FORMER)?;
		rotate::<T>(&other, 1, MAX_FORMER)?;
		pass::<T>(T::LongestHold::get().saturating_add(1u32.into()));

		#[extrinsic_call]
		_(signed::<T>(&agent), once.clone());

		assert_eq!(AgentOfSigner::<T>::get(once), Some(agent));
		assert_eq!(record::<T>(&other)?.former.len(), MAX_FORMER.saturating_sub(1) as usize);
		assert!(!FormerSigners::<T>::contains_key(signer));
		Ok(())
	}

	#[benchmark]
	fn set_beneficiary() -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		busy_agent::<T>(&agent, &signer, 0)?;
		let beneficiary: T::AccountId = account("beneficiary", 1, 0);

		#[extrinsic_call]
		_(signed::<T>(&agent), beneficiary.clone());

		assert_eq!(record::<T>(&agent)?.beneficiary, beneficiary);
		Ok(())
	}

	/// By an agent that serves no more, whose number another one gets.
	#[benchmark]
	fn set_roles() -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		busy_agent::<T>(&agent, &signer, 0)?;
		busy_agent::<T>(&account("agent", 1, 0), &account("signer", 1, 0), 0)?;
		let roles = Roles::only(Role::Audit);

		#[extrinsic_call]
		_(signed::<T>(&agent), roles, Hardware::Metal);

		assert_eq!(record::<T>(&agent)?.roles, roles);
		assert!(!PlaceOf::<T>::contains_key(agent));
		Ok(())
	}

	#[benchmark]
	fn delegate() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let agent: T::AccountId = account("agent", 0, 0);
		busy_agent::<T>(&agent, &account("signer", 0, 0), 0)?;
		super::delegate::<T>(&who, &agent)?;
		let before = record::<T>(&agent)?.pool.amount;

		#[extrinsic_call]
		_(signed::<T>(&who), agent.clone(), least_amount::<T>());

		assert_eq!(record::<T>(&agent)?.pool.amount, before.saturating_add(least_amount::<T>()));
		Ok(())
	}

	#[benchmark]
	fn undelegate() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let agent: T::AccountId = account("agent", 0, 0);
		busy_agent::<T>(&agent, &account("signer", 0, 0), 0)?;
		for _ in 0..2 {
			super::delegate::<T>(&who, &agent)?;
		}
		for _ in 1..T::MaxUnbonding::get() {
			Pallet::<T>::undelegate(signed::<T>(&who).into(), agent.clone(), 1)?;
		}
		let shares = Delegations::<T>::get(&agent, &who).ok_or("it was delegated")?.shares;

		#[extrinsic_call]
		_(signed::<T>(&who), agent.clone(), shares);

		assert_eq!(Delegations::<T>::get(agent, who).ok_or("it is leaving")?.shares, 0);
		Ok(())
	}

	/// `n`: entries of the queue. All are due, and nothing else is delegated.
	#[benchmark]
	fn withdraw_delegation(n: Linear<1, { T::MaxUnbonding::get() }>) -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let agent: T::AccountId = account("agent", 0, 0);
		busy_agent::<T>(&agent, &account("signer", 0, 0), 0)?;
		for _ in 0..2 {
			super::delegate::<T>(&who, &agent)?;
		}
		for _ in 1..n {
			Pallet::<T>::undelegate(signed::<T>(&who).into(), agent.clone(), 1)?;
		}
		let shares = Delegations::<T>::get(&agent, &who).ok_or("it was delegated")?.shares;
		Pallet::<T>::undelegate(signed::<T>(&who).into(), agent.clone(), shares)?;
		pass::<T>(T::UnbondingPeriod::get());

		#[extrinsic_call]
		_(signed::<T>(&who), agent.clone());

		assert!(!Delegations::<T>::contains_key(agent, who));
		Ok(())
	}

	#[benchmark]
	fn prune_offer() -> Result<(), BenchmarkError> {
		let (agent, signer): (T::AccountId, T::AccountId) = (account("agent", 0, 0), account("signer", 0, 0));
		busy_agent::<T>(&agent, &signer, 0)?;
		let model = T::BenchmarkHelper::servable_models(1)?.pop().ok_or("there is a model")?;
		Pallet::<T>::offer_model(signed::<T>(&agent).into(), model, 1, 1, T::MaxOfferLife::get())?;
		pass::<T>(T::MaxOfferLife::get().saturating_add(1u32.into()));
		let who: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(signed::<T>(&who), agent.clone(), model);

		assert!(!Offers::<T>::contains_key(agent, model));
		Ok(())
	}

	#[benchmark]
	fn answer_probe() -> Result<(), BenchmarkError> {
		let (agent, signer): (T::AccountId, T::AccountId) = (account("agent", 0, 0), whitelisted_caller());
		busy_agent::<T>(&agent, &signer, 0)?;
		Pallet::<T>::probe_one(H256::repeat_byte(1));
		let challenge = Probes::<T>::get(&agent).ok_or("the agent was probed")?.challenge;

		#[extrinsic_call]
		_(signed::<T>(&signer), challenge);

		assert!(!Probes::<T>::contains_key(agent));
		Ok(())
	}

	/// By the signer, which is one look-up more than by the agent.
	#[benchmark]
	fn return_to_service() -> Result<(), BenchmarkError> {
		let (agent, signer): (T::AccountId, T::AccountId) = (account("agent", 0, 0), whitelisted_caller());
		busy_agent::<T>(&agent, &signer, 0)?;
		let mut evicted = record::<T>(&agent)?;
		evicted.liveness.evicted = Some(Pallet::<T>::now());
		Pallet::<T>::save(&agent, evicted);

		#[extrinsic_call]
		_(signed::<T>(&signer));

		assert!(PlaceOf::<T>::contains_key(agent));
		Ok(())
	}

	/// `n`: models.
	#[benchmark]
	fn register_service(n: Linear<1, 16>) -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		busy_agent::<T>(&agent, &signer, 0)?;
		let (terms, service) = (super::service::<T>(n)?, NextService::<T>::get());

		#[extrinsic_call]
		_(signed::<T>(&agent), terms);

		assert!(Services::<T>::contains_key(service));
		Ok(())
	}

	/// `n`: models.
	#[benchmark]
	fn update_service(n: Linear<1, 16>) -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		busy_agent::<T>(&agent, &signer, 0)?;
		let (mut terms, service) = (super::service::<T>(n)?, NextService::<T>::get());
		Pallet::<T>::register_service(signed::<T>(&agent).into(), terms.clone())?;
		terms.stake = 1;

		#[extrinsic_call]
		_(signed::<T>(&agent), service, terms.clone());

		assert_eq!(Services::<T>::get(service).ok_or("it is registered")?.terms, terms);
		Ok(())
	}

	#[benchmark]
	fn retire_service() -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		busy_agent::<T>(&agent, &signer, 0)?;
		let service = NextService::<T>::get();
		Pallet::<T>::register_service(signed::<T>(&agent).into(), super::service::<T>(16)?)?;

		#[extrinsic_call]
		_(signed::<T>(&agent), service);

		assert!(!Services::<T>::contains_key(service));
		Ok(())
	}

	/// Of everything, with the batch that is void then.
	#[benchmark]
	fn execute_slash() -> Result<(), BenchmarkError> {
		let agent = deferred_slash::<T>()?;
		pass::<T>(T::AppealPeriod::get().saturating_add(1u32.into()));
		let who: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(signed::<T>(&who), 0);

		assert!(!Deferred::<T>::contains_key(0));
		assert_eq!(record::<T>(&agent)?.stake, 0);
		Ok(())
	}

	#[benchmark]
	fn cancel_slash() -> Result<(), BenchmarkError> {
		let agent = deferred_slash::<T>()?;
		let stake = record::<T>(&agent)?.stake;
		let origin = T::CancelOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, 0);

		assert!(!Deferred::<T>::contains_key(0));
		assert_eq!(record::<T>(&agent)?.stake, stake);
		Ok(())
	}

	/// With the randomness.
	#[benchmark]
	fn open_probe() -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		busy_agent::<T>(&agent, &signer, 0)?;

		#[block]
		{
			let (random, _) = T::Randomness::random(b"probe");
			Pallet::<T>::probe_one(random.unwrap_or_default());
		}

		assert!(Probes::<T>::contains_key(agent));
		Ok(())
	}

	/// The one that gets the agent evicted. Another has its number then.
	#[benchmark]
	fn miss_probe() -> Result<(), BenchmarkError> {
		let (agent, signer) = accounts::<T>();
		busy_agent::<T>(&agent, &signer, 0)?;
		Pallet::<T>::probe_one(H256::repeat_byte(1));
		busy_agent::<T>(&account("agent", 1, 0), &account("signer", 1, 0), 0)?;
		Agents::<T>::mutate(&agent, |record| {
			if let Some(record) = record {
				record.liveness.misses = T::MaxMisses::get().saturating_sub(1);
			}
		});

		#[block]
		{
			Pallet::<T>::miss(&agent)?;
		}

		assert!(record::<T>(&agent)?.liveness.evicted.is_some());
		assert_eq!(Agenda::<T>::iter_keys().count(), 0);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
