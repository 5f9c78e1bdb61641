//! The invariants of the crate documentation.

use crate::{
	pallet::{
		Agenda, AgendaFrom, AgentOfSigner, Agents, Config, Deferred, Delegations, FormerSigners, HoldReason, NextPool,
		NextService, NextSlash, OfferCount, Offers, Pallet, PlaceOf, Probes, Services, Serving, ServingCount,
		TotalStake,
	},
	types::Duty,
};
use alloc::collections::BTreeMap;
use frame_support::{
	ensure,
	traits::{
		fungible::{Inspect, InspectHold},
		Get,
	},
};
use openledger_primitives::Balance;
use sp_runtime::{
	traits::{One, Saturating},
	TryRuntimeError,
};

type Sums<T> = BTreeMap<<T as frame_system::Config>::AccountId, Balance>;

impl<T: Config> Pallet<T> {
	/// Checks the invariants of the crate documentation.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_stakes()?;
		Self::check_signers()?;
		Self::check_pools()?;
		Self::check_services()?;
		Self::check_numbers()?;
		Self::check_agenda()?;
		Self::check_offers()
	}

	/// Invariants 1 and 2.
	fn check_stakes() -> Result<(), TryRuntimeError> {
		let (mut stakes, mut total) = (Sums::<T>::new(), 0);
		for (account, record) in Agents::<T>::iter() {
			Self::add(&mut stakes, account, Self::own(&record))?;
			total = record.stake.checked_add(total).ok_or("the sum of stakes overflows")?;
		}
		ensure!(total == TotalStake::<T>::get(), "TotalStake is not the sum of stakes");
		Self::check_holds(HoldReason::Stake, stakes)
	}

	/// Invariant 3.
	fn check_signers() -> Result<(), TryRuntimeError> {
		let (mut signers, mut former) = (0usize, 0usize);
		for (account, record) in Agents::<T>::iter() {
			let leads = AgentOfSigner::<T>::get(&record.signer).as_ref() == Some(&account);
			ensure!(leads, "a signer does not lead to its agent");
			signers = signers.saturating_add(1);
			for once in record.former {
				let leads = FormerSigners::<T>::get(once.signer).as_ref() == Some(&account);
				ensure!(leads, "a former signer does not lead to its agent");
				former = former.saturating_add(1);
			}
		}
		ensure!(AgentOfSigner::<T>::iter_keys().count() == signers, "a signer signs for nobody");
		ensure!(FormerSigners::<T>::iter_keys().count() == former, "a former signer signed for nobody");
		Ok(())
	}

	/// Invariant 4.
	fn check_pools() -> Result<(), TryRuntimeError> {
		let mut parts = BTreeMap::<(T::AccountId, u32), (u128, u128)>::new();
		for (agent, _, delegation) in Delegations::<T>::iter() {
			let leaving = delegation.leaving.iter().map(|entry| entry.shares);
			let leaving = leaving.fold(0u128, |sum, shares| sum.saturating_add(shares));
			let sums = parts.entry((agent, delegation.pool)).or_default();
			sums.0 = sums.0.saturating_add(delegation.shares).saturating_add(leaving);
			sums.1 = sums.1.saturating_add(leaving);
		}
		let (mut total, mut pools) = (0, BTreeMap::new());
		for (agent, record) in Agents::<T>::iter() {
			let pool = record.pool;
			let (shares, leaving) = parts.remove(&(agent, pool.id)).unwrap_or_default();
			ensure!(pool.shares == shares, "the shares of a pool are miscounted");
			ensure!(pool.leaving == leaving, "the leaving shares of a pool are miscounted");
			ensure!(pool.id < NextPool::<T>::get(), "a pool is numbered beyond NextPool");
			ensure!(pools.insert(pool.id, ()).is_none(), "two agents have one pool");
			total = pool.amount.checked_add(total).ok_or("the sum of pools overflows")?;
		}
		ensure!(T::Currency::balance(&Self::pot()) >= total, "the pot has less than the pools");
		Ok(())
	}

	/// Invariant 5.
	fn check_services() -> Result<(), TryRuntimeError> {
		let (mut deposits, mut counts) = (Sums::<T>::new(), BTreeMap::<T::AccountId, u32>::new());
		for (id, service) in Services::<T>::iter() {
			ensure!(id < NextService::<T>::get(), "a service is numbered beyond NextService");
			let count = counts.entry(service.agent.clone()).or_default();
			*count = count.saturating_add(1);
			Self::add(&mut deposits, service.agent, service.deposit)?;
		}
		for (agent, record) in Agents::<T>::iter() {
			let count = counts.remove(&agent).unwrap_or_default();
			ensure!(count == record.services, "the services of an agent are miscounted");
			ensure!(count <= T::MaxServices::get(), "an agent has too many services");
		}
		ensure!(counts.is_empty(), "a service is nobody's");
		Self::check_holds(HoldReason::Service, deposits)
	}

	/// Invariant 6.
	fn check_numbers() -> Result<(), TryRuntimeError> {
		let mut numbered = 0u32;
		for (agent, record) in Agents::<T>::iter() {
			let place = PlaceOf::<T>::get(&agent);
			ensure!(place.is_some() == Self::has_number(&record), "an agent has a number that should not, or none");
			if let Some(place) = place {
				ensure!(Serving::<T>::get(place).as_ref() == Some(&agent), "a number is another agent's");
				ensure!(place < ServingCount::<T>::get(), "a number is beyond ServingCount");
				numbered = numbered.saturating_add(1);
			}
		}
		ensure!(numbered == ServingCount::<T>::get(), "ServingCount is wrong");
		ensure!(Serving::<T>::iter_keys().count() == numbered as usize, "a number is nobody's");
		ensure!(PlaceOf::<T>::iter_keys().count() == numbered as usize, "who is no agent has a number");
		Ok(())
	}

	/// Invariant 7.
	fn check_agenda() -> Result<(), TryRuntimeError> {
		let (from, next) = (AgendaFrom::<T>::get(), NextSlash::<T>::get());
		let (mut duties, mut counts) = (0usize, BTreeMap::<T::AccountId, u32>::new());
		for (agent, probe) in Probes::<T>::iter() {
			let due = probe.until.saturating_add(One::one());
			ensure!(Agents::<T>::contains_key(&agent), "who is probed is no agent");
			ensure!(Agenda::<T>::contains_key(due, Duty::Probe(agent)), "a probe is not on the agenda");
			ensure!(due >= from, "a probe is on the agenda of a block that is done");
			duties = duties.saturating_add(1);
		}
		for (id, slash) in Deferred::<T>::iter() {
			ensure!(id < next, "a slash is numbered beyond NextSlash");
			ensure!(
				Agenda::<T>::contains_key(slash.due, Duty::<T::AccountId>::Slash(id)),
				"a slash is not on the agenda"
			);
			ensure!(slash.due >= from, "a slash is on the agenda of a block that is done");
			let count = counts.entry(slash.agent).or_default();
			*count = count.saturating_add(1);
			duties = duties.saturating_add(1);
		}
		ensure!(Agenda::<T>::iter_keys().count() == duties, "the agenda has other duties");
		for (agent, record) in Agents::<T>::iter() {
			let count = counts.remove(&agent).unwrap_or_default();
			ensure!(count == record.deferred, "the deferred slashes of an agent are miscounted");
			ensure!(count <= T::MaxDeferred::get(), "an agent has too many deferred slashes");
			ensure!(record.bound >= count, "an agent is bound less often than it has deferred slashes");
		}
		ensure!(counts.is_empty(), "a slash is deferred for who is no agent");
		Ok(())
	}

	/// Invariant 8.
	fn check_offers() -> Result<(), TryRuntimeError> {
		let mut counts = BTreeMap::<T::AccountId, u32>::new();
		for (agent, _) in Offers::<T>::iter_keys() {
			let count = counts.entry(agent).or_default();
			*count = count.saturating_add(1);
		}
		ensure!(counts.values().all(|count| *count <= T::MaxOffers::get()), "an agent has too many offers");
		ensure!(counts.keys().all(Agents::<T>::contains_key), "an offer is nobody's");
		let recorded: BTreeMap<_, _> = OfferCount::<T>::iter().collect();
		ensure!(counts == recorded, "the offers of an account are miscounted");
		Ok(())
	}

	fn add(sums: &mut Sums<T>, account: T::AccountId, amount: Balance) -> Result<(), TryRuntimeError> {
		let sum = sums.entry(account).or_default();
		*sum = sum.checked_add(amount).ok_or("a sum of holds overflows")?;
		Ok(())
	}

	/// Every account has on hold exactly what is recorded for it.
	fn check_holds(reason: HoldReason, mut recorded: Sums<T>) -> Result<(), TryRuntimeError> {
		let reason = reason.into();
		for account in frame_system::Account::<T>::iter_keys() {
			let held = T::Currency::balance_on_hold(&reason, &account);
			let sum = recorded.remove(&account).unwrap_or_default();
			ensure!(held == sum, "what is on hold differs from what is recorded");
		}
		ensure!(recorded.values().all(|sum| *sum == 0), "something is recorded for an account that does not exist");
		Ok(())
	}
}
