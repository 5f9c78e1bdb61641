//! Creating, handing on and opening datanets, and what other pallets ask.

use crate::{
	pallet::{
		Config, CountersOf, Datanets, Error, Event, HoldReason, NextDatanet, Pallet, Taken, VersionsOf, Whitelists,
	},
	types::{Access, Admission, Counters, Datanet, Spdx},
};
use alloc::vec::Vec;
use frame_support::{
	ensure,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
		Get,
	},
	BoundedVec,
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{
	hashing::Domain,
	traits::{Assessed, Versions},
	Commitment, DatanetId, Licence,
};
use sp_core::H256;
use sp_runtime::{
	traits::{SaturatedConversion, Zero},
	DispatchError, DispatchResult,
};

impl<T: Config> Versions<T::AccountId> for Pallet<T> {
	fn rows(datanet: DatanetId, version: u32) -> Option<Commitment> {
		VersionsOf::<T>::get(datanet, version).map(|version| version.rows)
	}

	fn owner(datanet: DatanetId) -> Option<T::AccountId> {
		Datanets::<T>::get(datanet).map(|datanet| datanet.owner)
	}

	fn licence(datanet: DatanetId) -> Option<Licence> {
		Datanets::<T>::get(datanet).map(|datanet| datanet.licence)
	}

	fn taken_down(datanet: DatanetId, row: u32) -> Option<u32> {
		Taken::<T>::get(datanet, row).map(|taken| taken.at.saturated_into())
	}

	fn tainted(datanet: DatanetId, version: u32) -> bool {
		let Some(rows) = Self::rows(datanet, version) else { return false };
		Taken::<T>::iter_prefix(datanet).any(|(row, taken)| row < rows.count && version <= taken.last_version)
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_create(owner: T::AccountId, meta: Vec<u8>, schema: H256, licence: Spdx) -> DispatchResult {
		// A bounded argument would be refused before there is an error to say why.
		let meta = BoundedVec::<u8, T::MaxMeta>::try_from(meta).map_err(|_| Error::<T>::MetaTooLong)?;
		let licence = Licence::parse(&licence).ok_or(Error::<T>::UnknownLicence)?;
		let id = NextDatanet::<T>::get();
		let next = id.next().ok_or(Error::<T>::IdsExhausted)?;
		let deposit = T::DatanetDeposit::get();

		T::Currency::hold(&HoldReason::Datanet.into(), &owner, deposit)?;
		NextDatanet::<T>::put(next);
		CountersOf::<T>::insert(id, Counters::default());
		let (access, admission) = (Access::default(), Admission::default());
		let (about, held_since) = (meta.clone(), Self::now());
		let datanet =
			Datanet { owner: owner.clone(), meta: about, schema, licence, deposit, access, admission, held_since };
		Datanets::<T>::insert(id, datanet);
		Self::deposit_event(Event::Created { datanet: id, owner, meta, schema, licence, deposit });
		Ok(())
	}

	pub(crate) fn do_transfer(owner: T::AccountId, datanet: DatanetId, to: T::AccountId) -> DispatchResult {
		let entry = Self::ensure_owner(&owner, datanet)?;
		ensure!(to != owner, Error::<T>::AlreadyOwner);
		let deposit = entry.deposit;

		// The deposit moves on hold. Were it held afresh from `to`, anyone could lock up other accounts' balances by
		// giving datanets away.
		T::Currency::transfer_on_hold(
			&HoldReason::Datanet.into(),
			&owner,
			&to,
			deposit,
			Precision::Exact,
			Restriction::OnHold,
			Fortitude::Polite,
		)?;
		Datanets::<T>::insert(datanet, Datanet { owner: to.clone(), ..entry });
		Self::deposit_event(Event::Transferred { datanet, from: owner, to, deposit });
		Ok(())
	}

	pub(crate) fn do_set_admission(owner: T::AccountId, datanet: DatanetId, admission: Admission) -> DispatchResult {
		let entry = Self::ensure_owner(&owner, datanet)?;
		let old = entry.admission;
		Datanets::<T>::insert(datanet, Datanet { admission, ..entry });
		Self::deposit_event(Event::AdmissionSet { datanet, old, new: admission });
		Ok(())
	}

	pub(crate) fn do_set_whitelist(
		owner: T::AccountId,
		datanet: DatanetId,
		who: T::AccountId,
		listed: bool,
	) -> DispatchResult {
		Self::ensure_owner(&owner, datanet)?;
		let mut list = Whitelists::<T>::get(datanet);
		if listed {
			let new = list.try_insert(who.clone()).map_err(|_| Error::<T>::WhitelistFull)?;
			ensure!(new, Error::<T>::AlreadyListed);
		} else {
			ensure!(list.remove(&who), Error::<T>::NotListed);
		}
		Whitelists::<T>::insert(datanet, list);
		Self::deposit_event(Event::WhitelistChanged { datanet, who, listed });
		Ok(())
	}

	/// Whether `who` may contribute to `datanet`. The owner always may.
	pub(crate) fn ensure_admitted(entry: &Datanet<T>, datanet: DatanetId, who: &T::AccountId) -> DispatchResult {
		match entry.admission {
			_ if entry.owner == *who => {}
			Admission::Open => {}
			Admission::Whitelist => ensure!(Whitelists::<T>::get(datanet).contains(who), Error::<T>::NotListed),
			Admission::Assessed => ensure!(T::Assessments::passed(datanet, who), Error::<T>::NotAssessed),
		}
		Ok(())
	}

	/// The datanet, if `who` owns it.
	pub(crate) fn ensure_owner(who: &T::AccountId, datanet: DatanetId) -> Result<Datanet<T>, DispatchError> {
		let entry = Datanets::<T>::get(datanet).ok_or(Error::<T>::NoSuchDatanet)?;
		ensure!(entry.owner == *who, Error::<T>::NotOwner);
		Ok(entry)
	}

	/// The chain that everything is bound to.
	pub(crate) fn domain() -> Domain {
		Domain { genesis: frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()) }
	}

	pub(crate) fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}
}
