//! Who may make something of the rows: requests, grants, and the jobs that use them up.

use crate::{
	pallet::{Config, Datanets, Error, Event, Grants, HoldReason, Pallet, Requests},
	types::{Access, Datanet, Grant, GrantEnd, Request, Terms},
};
use frame_support::{
	ensure,
	traits::{
		fungible::{Mutate, MutateHold},
		tokens::{Precision, Preservation},
		Get,
	},
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{traits, Balance, DatanetId};
use sp_runtime::{
	traits::{CheckedAdd, Zero},
	DispatchResult,
};

impl<T: Config> traits::Access<T::AccountId> for Pallet<T> {
	fn use_for_job(datanet: DatanetId, who: &T::AccountId) -> DispatchResult {
		let entry = Datanets::<T>::get(datanet).ok_or(Error::<T>::NoSuchDatanet)?;
		if entry.owner == *who || entry.access == Access::Open {
			return Ok(());
		}
		let mut grant = Grants::<T>::get(datanet, who).ok_or(Error::<T>::NoGrant)?;
		ensure!(Self::now() <= grant.terms.until, Error::<T>::GrantExpired);
		grant.terms.jobs = grant.terms.jobs.checked_sub(1).ok_or(Error::<T>::Unexpected)?;
		match grant.terms.jobs {
			0 => Self::remove_grant(datanet, who, &grant)?,
			_ => Grants::<T>::insert(datanet, who, grant),
		}
		Self::deposit_event(Event::GrantUsed { datanet, grantee: who.clone(), jobs: grant.terms.jobs });
		Ok(())
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_access(owner: T::AccountId, datanet: DatanetId, access: Access) -> DispatchResult {
		let entry = Self::ensure_owner(&owner, datanet)?;
		let old = entry.access;
		Datanets::<T>::insert(datanet, Datanet { access, ..entry });
		Self::deposit_event(Event::AccessSet { datanet, old, new: access });
		Ok(())
	}

	pub(crate) fn do_request_access(
		applicant: T::AccountId,
		datanet: DatanetId,
		terms: Terms<BlockNumberFor<T>>,
		max_price: Balance,
	) -> DispatchResult {
		let entry = Datanets::<T>::get(datanet).ok_or(Error::<T>::NoSuchDatanet)?;
		ensure!(entry.owner != applicant, Error::<T>::NoGrantNeeded);
		ensure!(terms.jobs > 0, Error::<T>::NoJobs);
		ensure!(terms.until >= Self::now(), Error::<T>::UntilPassed);
		let latest = Self::now().checked_add(&T::MaxGrantLife::get()).ok_or(Error::<T>::Overflow)?;
		ensure!(terms.until <= latest, Error::<T>::UntilTooLate);
		ensure!(!Grants::<T>::contains_key(datanet, &applicant), Error::<T>::AlreadyGranted);
		ensure!(!Requests::<T>::contains_key(datanet, &applicant), Error::<T>::AlreadyRequested);
		let deposit = T::AccessDeposit::get();
		match entry.access {
			Access::Open => Err(Error::<T>::NoGrantNeeded.into()),
			Access::Approval => {
				T::Currency::hold(&HoldReason::Access.into(), &applicant, deposit)?;
				Requests::<T>::insert(datanet, &applicant, Request { terms, deposit });
				Self::deposit_event(Event::AccessRequested { datanet, applicant, terms, deposit });
				Ok(())
			}
			Access::Paid { price } => {
				ensure!(price <= max_price, Error::<T>::PriceAboveMax);
				let cost = price.checked_mul(terms.jobs.into()).ok_or(Error::<T>::Overflow)?;
				let commons = Self::commons_account(datanet);
				T::Currency::hold(&HoldReason::Access.into(), &applicant, deposit)?;
				if !cost.is_zero() {
					T::Currency::transfer(&applicant, &commons, cost, Preservation::Preserve)?;
				}
				Self::insert_grant(datanet, applicant, Grant { terms, price, deposit });
				Ok(())
			}
		}
	}

	pub(crate) fn do_cancel_request(applicant: T::AccountId, datanet: DatanetId) -> DispatchResult {
		let request = Requests::<T>::take(datanet, &applicant).ok_or(Error::<T>::NoSuchRequest)?;
		Self::release_access(&applicant, request.deposit)?;
		Self::deposit_event(Event::RequestCancelled { datanet, applicant });
		Ok(())
	}

	pub(crate) fn do_decide_access(
		owner: T::AccountId,
		datanet: DatanetId,
		applicant: T::AccountId,
		terms: Terms<BlockNumberFor<T>>,
		approve: bool,
	) -> DispatchResult {
		Self::ensure_owner(&owner, datanet)?;
		let request = Requests::<T>::get(datanet, &applicant).filter(|request| request.terms == terms);
		let Request { deposit, .. } = request.ok_or(Error::<T>::NoSuchRequest)?;
		ensure!(!approve || terms.until >= Self::now(), Error::<T>::UntilPassed);

		Requests::<T>::remove(datanet, &applicant);
		if approve {
			Self::insert_grant(datanet, applicant, Grant { terms, price: 0, deposit });
		} else {
			Self::release_access(&applicant, deposit)?;
			Self::deposit_event(Event::AccessDenied { datanet, applicant });
		}
		Ok(())
	}

	pub(crate) fn do_revoke_access(owner: T::AccountId, datanet: DatanetId, grantee: T::AccountId) -> DispatchResult {
		Self::ensure_owner(&owner, datanet)?;
		let grant = Grants::<T>::get(datanet, &grantee).ok_or(Error::<T>::NoGrant)?;
		ensure!(grant.price == 0, Error::<T>::GrantPaid);
		Self::end_grant(datanet, grantee, &grant, GrantEnd::Revoked)
	}

	pub(crate) fn do_return_grant(who: T::AccountId, datanet: DatanetId, grantee: T::AccountId) -> DispatchResult {
		let grant = Grants::<T>::get(datanet, &grantee).ok_or(Error::<T>::NoGrant)?;
		ensure!(who == grantee || Self::now() > grant.terms.until, Error::<T>::GrantLive);
		Self::end_grant(datanet, grantee, &grant, GrantEnd::Returned)
	}

	fn insert_grant(datanet: DatanetId, grantee: T::AccountId, grant: Grant<BlockNumberFor<T>>) {
		Grants::<T>::insert(datanet, &grantee, grant);
		let Grant { terms, price, deposit } = grant;
		Self::deposit_event(Event::AccessGranted { datanet, grantee, terms, price, deposit });
	}

	fn end_grant(
		datanet: DatanetId,
		grantee: T::AccountId,
		grant: &Grant<BlockNumberFor<T>>,
		reason: GrantEnd,
	) -> DispatchResult {
		Self::remove_grant(datanet, &grantee, grant)?;
		Self::deposit_event(Event::GrantEnded { datanet, grantee, reason });
		Ok(())
	}

	fn remove_grant(datanet: DatanetId, grantee: &T::AccountId, grant: &Grant<BlockNumberFor<T>>) -> DispatchResult {
		Self::release_access(grantee, grant.deposit)?;
		Grants::<T>::remove(datanet, grantee);
		Ok(())
	}

	fn release_access(who: &T::AccountId, deposit: Balance) -> DispatchResult {
		T::Currency::release(&HoldReason::Access.into(), who, deposit, Precision::Exact)?;
		Ok(())
	}
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
mod invariants {
	use super::*;
	use crate::invariants::Sums;
	use sp_runtime::TryRuntimeError;

	impl<T: Config> Pallet<T> {
		/// Invariants 7 and 8.
		pub(crate) fn check_access() -> Result<(), TryRuntimeError> {
			let mut deposits = Sums::<T>::new();
			for (datanet, applicant, request) in Requests::<T>::iter() {
				ensure!(Datanets::<T>::contains_key(datanet), "a request has no datanet");
				ensure!(request.terms.jobs > 0, "a request is for no jobs");
				ensure!(!Grants::<T>::contains_key(datanet, &applicant), "an account has a request and a grant");
				Self::add(&mut deposits, applicant, request.deposit)?;
			}
			for (datanet, grantee, grant) in Grants::<T>::iter() {
				ensure!(Datanets::<T>::contains_key(datanet), "a grant has no datanet");
				ensure!(grant.terms.jobs > 0, "a grant is used up");
				Self::add(&mut deposits, grantee, grant.deposit)?;
			}
			Self::check_holds(HoldReason::Access, deposits)
		}
	}
}
