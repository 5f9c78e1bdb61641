//! Models, tools and instructions that are offered as one.

use crate::{
	pallet::{Agents, Config, Error, Event, HoldReason, NextService, Pallet, Services},
	types::{Service, ServiceTerms},
};
use alloc::collections::BTreeSet;
use frame_support::{
	ensure,
	traits::{fungible::MutateHold, tokens::Precision, Get},
};
use openledger_primitives::{traits::Models, ServiceId};
use sp_runtime::{DispatchError, DispatchResult};

/// An availability of everything, in basis points.
const ALWAYS: u16 = 10_000;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register_service(agent: T::AccountId, terms: ServiceTerms) -> DispatchResult {
		let mut record = Self::record(&agent)?;
		Self::ensure_may_serve(&record)?;
		ensure!(record.services < T::MaxServices::get(), Error::<T>::TooManyServices);
		Self::ensure_terms(&terms)?;
		let service = NextService::<T>::get();
		let next = service.next().ok_or(Error::<T>::IdsExhausted)?;
		let deposit = T::ServiceDeposit::get();
		T::Currency::hold(&HoldReason::Service.into(), &agent, deposit)?;
		record.services = record.services.saturating_add(1);
		Agents::<T>::insert(&agent, record);
		NextService::<T>::put(next);
		Services::<T>::insert(service, Service { agent: agent.clone(), terms: terms.clone(), deposit });
		Self::deposit_event(Event::ServiceRegistered { service, agent, terms });
		Ok(())
	}

	pub(crate) fn do_update_service(agent: T::AccountId, id: ServiceId, new: ServiceTerms) -> DispatchResult {
		let service = Self::service_of(&agent, id)?;
		Self::ensure_terms(&new)?;
		Services::<T>::insert(id, Service { terms: new.clone(), ..service.clone() });
		Self::deposit_event(Event::ServiceUpdated { service: id, old: service.terms, new });
		Ok(())
	}

	pub(crate) fn do_retire_service(agent: T::AccountId, id: ServiceId) -> DispatchResult {
		let service = Self::service_of(&agent, id)?;
		let mut record = Self::record(&agent)?;
		T::Currency::release(&HoldReason::Service.into(), &agent, service.deposit, Precision::Exact)?;
		record.services = record.services.saturating_sub(1);
		Agents::<T>::insert(&agent, record);
		Services::<T>::remove(id);
		Self::deposit_event(Event::ServiceRetired { service: id });
		Ok(())
	}

	/// Whether a service can be used.
	pub(crate) fn is_live(service: &Service<T::AccountId>) -> bool {
		let answers = |record| Self::may_serve(&record) && Self::backing(&record) >= service.terms.stake;
		Agents::<T>::get(&service.agent).is_some_and(answers)
			&& service.terms.models.iter().all(|model| T::Models::servable(*model))
	}

	fn service_of(agent: &T::AccountId, id: ServiceId) -> Result<Service<T::AccountId>, DispatchError> {
		let service = Services::<T>::get(id).ok_or(Error::<T>::NoSuchService)?;
		ensure!(service.agent == *agent, Error::<T>::NotYourService);
		Ok(service)
	}

	fn ensure_terms(terms: &ServiceTerms) -> DispatchResult {
		ensure!(!terms.models.is_empty(), Error::<T>::NoModels);
		let different: BTreeSet<_> = terms.models.iter().collect();
		ensure!(different.len() == terms.models.len(), Error::<T>::ModelTwice);
		ensure!(terms.models.iter().all(|model| T::Models::servable(*model)), Error::<T>::NotServable);
		ensure!(terms.sla.latency_ms > 0 && terms.sla.availability_bps <= ALWAYS, Error::<T>::BadSla);
		Ok(())
	}
}
