//! Registering models and what their owners set, and what other pallets ask.

use crate::{
	lineage::Lineage,
	pallet::{Closure, Config, Error, Event, HoldReason, Models, NextModel, Pallet},
	types::{Model, ModelKind, Registration, Split, WHOLE},
};
use alloc::collections::BTreeSet;
use frame_support::{
	ensure,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
		Get,
	},
};
use openledger_primitives::{
	traits::{self, Access},
	Balance, DatanetId, Licence, ModelId,
};
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> traits::Models<T::AccountId> for Pallet<T> {
	fn owner(model: ModelId) -> Option<T::AccountId> {
		Models::<T>::get(model).map(|model| model.owner)
	}

	fn index_source(model: ModelId) -> Option<(DatanetId, u32)> {
		match Models::<T>::get(model)?.kind {
			ModelKind::Index { datanet, version, .. } => Some((datanet, version)),
			ModelKind::Base { .. } | ModelKind::Adapter { .. } | ModelKind::Ensemble { .. } => None,
		}
	}

	fn servable(model: ModelId) -> bool {
		Models::<T>::get(model).is_some_and(|model| model.kind.generates() && !model.deprecated)
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(owner: T::AccountId, new: Registration<T::AccountId>) -> Result<ModelId, DispatchError> {
		let Registration { kind, licence, price_in, price_out, split, parents } = new;
		let licence = Licence::parse(&licence).ok_or(Error::<T>::UnknownLicence)?;
		Self::ensure_price(licence, price_in, price_out)?;
		Self::ensure_split(&split)?;
		Self::ensure_kind(&kind)?;
		let relatives = Self::relatives(&kind, &parents)?;
		let Lineage { depth, ancestors } = Self::lineage(&relatives)?;
		Self::ensure_follows_models(licence, &relatives)?;
		Self::ensure_follows_data(licence, &kind)?;
		let model = NextModel::<T>::get();
		let next = model.next().ok_or(Error::<T>::IdsExhausted)?;
		let deposit = T::ModelDeposit::get();

		// A job on each datanet, however many of its versions are used. The jobs come back if the rest fails.
		let datanets: BTreeSet<DatanetId> = kind.sources().map(|(datanet, _)| datanet).collect();
		for datanet in datanets {
			T::Access::use_for_job(datanet, &owner)?;
		}
		T::Currency::hold(&HoldReason::Model.into(), &owner, deposit)?;
		NextModel::<T>::put(next);
		let entry = Model {
			owner: owner.clone(),
			kind: kind.clone(),
			licence,
			price_in,
			price_out,
			split: split.clone(),
			parents: parents.clone(),
			depth,
			deprecated: false,
			unoriginal: false,
			disputed: None,
			deposit,
		};
		Models::<T>::insert(model, entry);
		if !ancestors.is_empty() {
			Closure::<T>::insert(model, ancestors);
		}
		Self::deposit_event(Event::Registered {
			model,
			owner,
			kind,
			licence,
			price_in,
			price_out,
			split,
			parents,
			depth,
			deposit,
		});
		Ok(model)
	}

	pub(crate) fn do_set_price(
		owner: T::AccountId,
		model: ModelId,
		price_in: Balance,
		price_out: Balance,
	) -> DispatchResult {
		let entry = Self::ensure_owner(&owner, model)?;
		Self::ensure_price(entry.licence, price_in, price_out)?;
		let (old_price_in, old_price_out) = (entry.price_in, entry.price_out);
		Models::<T>::insert(model, Model { price_in, price_out, ..entry });
		Self::deposit_event(Event::PriceSet { model, old_price_in, old_price_out, price_in, price_out });
		Ok(())
	}

	pub(crate) fn do_set_split(owner: T::AccountId, model: ModelId, split: Split<T::AccountId>) -> DispatchResult {
		Self::ensure_split(&split)?;
		let mut entry = Self::ensure_owner(&owner, model)?;
		let old = core::mem::replace(&mut entry.split, split.clone());
		Models::<T>::insert(model, entry);
		Self::deposit_event(Event::SplitSet { model, old, new: split });
		Ok(())
	}

	pub(crate) fn do_transfer(owner: T::AccountId, model: ModelId, to: T::AccountId) -> DispatchResult {
		let entry = Self::ensure_owner(&owner, model)?;
		ensure!(to != owner, Error::<T>::AlreadyOwner);
		ensure!(entry.disputed.is_none(), Error::<T>::Disputed);
		let deposit = entry.deposit;

		// The deposit moves on hold. Were it held afresh from `to`, anyone could lock up other accounts' balances by
		// giving models away.
		T::Currency::transfer_on_hold(
			&HoldReason::Model.into(),
			&owner,
			&to,
			deposit,
			Precision::Exact,
			Restriction::OnHold,
			Fortitude::Polite,
		)?;
		Models::<T>::insert(model, Model { owner: to.clone(), ..entry });
		Self::deposit_event(Event::Transferred { model, from: owner, to, deposit });
		Ok(())
	}

	pub(crate) fn do_deprecate(owner: T::AccountId, model: ModelId) -> DispatchResult {
		let entry = Self::ensure_owner(&owner, model)?;
		ensure!(!entry.deprecated, Error::<T>::AlreadyDeprecated);
		Models::<T>::insert(model, Model { deprecated: true, ..entry });
		Self::deposit_event(Event::Deprecated { model });
		Ok(())
	}

	/// The model, if `who` owns it.
	pub(crate) fn ensure_owner(who: &T::AccountId, model: ModelId) -> Result<Model<T>, DispatchError> {
		let entry = Models::<T>::get(model).ok_or(Error::<T>::NoSuchModel)?;
		ensure!(entry.owner == *who, Error::<T>::NotOwner);
		Ok(entry)
	}

	/// Checks the prices of a model with a licence.
	fn ensure_price(licence: Licence, price_in: Balance, price_out: Balance) -> DispatchResult {
		ensure!(price_in.max(price_out) <= T::MaxPrice::get(), Error::<T>::PriceTooHigh);
		ensure!(licence.commercial() || price_in.max(price_out) == 0, Error::<T>::NotForSale);
		Ok(())
	}

	/// Checks a new split.
	fn ensure_split(split: &Split<T::AccountId>) -> DispatchResult {
		Self::ensure_whole(split)?;
		ensure!(split.iter().all(|(_, share)| *share >= T::MinShare::get()), Error::<T>::ShareTooSmall);
		Ok(())
	}

	/// Checks what stays true of a split when [`Config::MinShare`] changes.
	pub(crate) fn ensure_whole(split: &Split<T::AccountId>) -> DispatchResult {
		let mut seen = BTreeSet::new();
		let mut sum = 0u32;
		for (account, share) in split {
			ensure!(*share > 0, Error::<T>::ShareZero);
			ensure!(seen.insert(account), Error::<T>::ShareTwice);
			// Eight shares of at most 65,535 stay far below the limit.
			sum = sum.saturating_add((*share).into());
		}
		ensure!(sum == WHOLE, Error::<T>::SplitNotWhole);
		Ok(())
	}
}
