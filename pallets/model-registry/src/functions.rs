//! What calls do, what other pallets ask, and the invariants.

use crate::{
	pallet::{Config, Error, Event, HoldReason, Models, NextModel, Pallet},
	types::{Licence, Model, ModelKind, Parents, Split, MAX_DEPTH, WHOLE},
};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::{
	ensure,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
		Get,
	},
};
use openledger_primitives::{
	payout::{royalties, Owners, Royalty},
	traits::{self, Access, Versions},
	Balance, DatanetId, ModelId,
};
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> traits::Models<T::AccountId> for Pallet<T> {
	fn owner(model: ModelId) -> Option<T::AccountId> {
		Models::<T>::get(model).map(|model| model.owner)
	}

	fn index_source(model: ModelId) -> Option<(DatanetId, u32)> {
		match Models::<T>::get(model)?.kind {
			ModelKind::Index { datanet, version, .. } => Some((datanet, version)),
			ModelKind::Base { .. } | ModelKind::Adapter { .. } => None,
		}
	}

	fn servable(model: ModelId) -> bool {
		Models::<T>::get(model).is_some_and(|model| model.kind.generates() && !model.deprecated)
	}
}

impl<T: Config> Pallet<T> {
	/// The claims on the model pool when `model` answers.
	pub(crate) fn claims(model: ModelId) -> Option<Vec<Royalty<T::AccountId>>> {
		let owners = |id: ModelId| Some((id, Models::<T>::get(id)?.split.into_inner()));
		let own = Models::<T>::get(model)?;
		let base = match own.kind.base() {
			Some(base) => Some(owners(base)?),
			None => None,
		};
		let base = base.as_ref().map(|(id, owners)| (*id, owners));
		let parents = own.parents.iter().map(|id| owners(*id)).collect::<Option<Vec<_>>>()?;
		let parents: Vec<(ModelId, &Owners<T::AccountId>)> = parents.iter().map(|(id, owners)| (*id, owners)).collect();
		royalties((model, &own.split.into_inner()), base, &parents)
	}

	pub(crate) fn do_register(
		owner: T::AccountId,
		kind: ModelKind,
		licence: Licence,
		price_in: Balance,
		price_out: Balance,
		split: Split<T::AccountId>,
		parents: Parents,
	) -> DispatchResult {
		ensure!(!licence.is_empty(), Error::<T>::LicenceMissing);
		ensure!(licence.iter().all(u8::is_ascii_graphic), Error::<T>::LicenceNotPrintable);
		Self::ensure_price(price_in, price_out)?;
		Self::ensure_split(&split)?;
		let base_depth = Self::ensure_kind(&kind)?;
		let depth = Self::ensure_lineage(kind.base(), base_depth, &parents)?;
		let id = NextModel::<T>::get();
		let next = id.next().ok_or(Error::<T>::IdsExhausted)?;
		let deposit = T::ModelDeposit::get();

		// A job on each datanet, however many of its versions are used. The jobs come back if the rest fails.
		let datanets: BTreeSet<DatanetId> = kind.sources().map(|(datanet, _)| datanet).collect();
		for datanet in datanets {
			T::Access::use_for_job(datanet, &owner)?;
		}
		T::Currency::hold(&HoldReason::Model.into(), &owner, deposit)?;
		NextModel::<T>::put(next);
		let model = Model {
			owner: owner.clone(),
			kind: kind.clone(),
			licence: licence.clone(),
			price_in,
			price_out,
			split: split.clone(),
			parents: parents.clone(),
			depth,
			deprecated: false,
			deposit,
		};
		Models::<T>::insert(id, model);
		Self::deposit_event(Event::Registered {
			model: id,
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
		Ok(())
	}

	pub(crate) fn do_set_price(
		owner: T::AccountId,
		model: ModelId,
		price_in: Balance,
		price_out: Balance,
	) -> DispatchResult {
		Self::ensure_price(price_in, price_out)?;
		let entry = Self::ensure_owner(&owner, model)?;
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
	fn ensure_owner(who: &T::AccountId, model: ModelId) -> Result<Model<T>, DispatchError> {
		let entry = Models::<T>::get(model).ok_or(Error::<T>::NoSuchModel)?;
		ensure!(entry.owner == *who, Error::<T>::NotOwner);
		Ok(entry)
	}

	fn ensure_price(price_in: Balance, price_out: Balance) -> DispatchResult {
		ensure!(price_in.max(price_out) <= T::MaxPrice::get(), Error::<T>::PriceTooHigh);
		Ok(())
	}

	fn ensure_split(split: &Split<T::AccountId>) -> DispatchResult {
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

	/// Checks what a model is made from. Returns the depth of its base.
	fn ensure_kind(kind: &ModelKind) -> Result<Option<u8>, DispatchError> {
		let mut sources = BTreeSet::new();
		for (datanet, version) in kind.sources() {
			ensure!(sources.insert((datanet, version)), Error::<T>::DataTwice);
			ensure!(T::Versions::rows(datanet, version).is_some(), Error::<T>::NoSuchVersion);
		}
		let ModelKind::Adapter { base, rank, targets, .. } = kind else { return Ok(None) };
		ensure!(*rank > 0, Error::<T>::RankZero);
		ensure!(!targets.is_empty(), Error::<T>::NoTargets);
		ensure!(targets.is_sorted_by(|a, b| a < b), Error::<T>::TargetsNotAscending);
		let base = Models::<T>::get(base).ok_or(Error::<T>::NoSuchBase)?;
		ensure!(matches!(base.kind, ModelKind::Base { .. }), Error::<T>::BaseNotBase);
		Ok(Some(base.depth))
	}

	/// Checks the parents. Returns the depth of a model with this base and these parents.
	fn ensure_lineage(base: Option<ModelId>, base_depth: Option<u8>, parents: &Parents) -> Result<u8, DispatchError> {
		let mut deepest = base_depth;
		let mut seen = BTreeSet::new();
		for id in parents {
			ensure!(Some(*id) != base, Error::<T>::ParentIsBase);
			ensure!(seen.insert(id), Error::<T>::ParentTwice);
			let parent = Models::<T>::get(id).ok_or(Error::<T>::NoSuchParent)?;
			ensure!(parent.kind.generates(), Error::<T>::ParentIsIndex);
			deepest = deepest.max(Some(parent.depth));
		}
		let Some(deepest) = deepest else { return Ok(0) };
		let depth = deepest.saturating_add(1);
		ensure!(depth <= MAX_DEPTH, Error::<T>::TooDeep);
		Ok(depth)
	}
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
mod invariants {
	use super::*;
	use alloc::collections::BTreeMap;
	use frame_support::traits::fungible::InspectHold;
	use sp_runtime::TryRuntimeError;

	impl<T: Config> Pallet<T> {
		/// Checks the invariants of the crate documentation.
		pub fn do_try_state() -> Result<(), TryRuntimeError> {
			let next = NextModel::<T>::get();
			let mut deposits = BTreeMap::<T::AccountId, Balance>::new();
			let mut count = 0u32;
			for (id, model) in Models::<T>::iter() {
				ensure!(id < next, "a model is numbered beyond NextModel");
				count = count.saturating_add(1);
				Self::check_model(id, &model)?;
				let sum = deposits.entry(model.owner).or_default();
				*sum = sum.checked_add(model.deposit).ok_or("a sum of deposits overflows")?;
			}
			ensure!(count == next.0, "models are not numbered without gaps");
			Self::check_holds(deposits)
		}

		/// Invariants 3 to 6.
		fn check_model(id: ModelId, model: &Model<T>) -> Result<(), TryRuntimeError> {
			Self::ensure_split(&model.split).map_err(|_| "a split is not one")?;
			let base_depth = Self::ensure_kind(&model.kind).map_err(|_| "a kind is not valid")?;
			let depth = Self::ensure_lineage(model.kind.base(), base_depth, &model.parents);
			let depth = depth.map_err(|_| "a lineage is not valid")?;
			ensure!(model.depth == depth, "a depth is wrong");
			let older = model.parents.iter().chain(model.kind.base().iter()).all(|ancestor| *ancestor < id);
			ensure!(older, "an ancestor is not older than its descendant");
			ensure!(!model.licence.is_empty(), "a licence is empty");
			ensure!(model.licence.iter().all(u8::is_ascii_graphic), "a licence is not graphic ASCII");
			Ok(())
		}

		/// Invariant 2: every account has on hold exactly what is recorded for it.
		fn check_holds(mut recorded: BTreeMap<T::AccountId, Balance>) -> Result<(), TryRuntimeError> {
			let reason = HoldReason::Model.into();
			for account in frame_system::Account::<T>::iter_keys() {
				let held = T::Currency::balance_on_hold(&reason, &account);
				let sum = recorded.remove(&account).unwrap_or_default();
				ensure!(held == sum, "what is on hold differs from what is recorded");
			}
			ensure!(recorded.values().all(|sum| *sum == 0), "something is recorded for an account that does not exist");
			Ok(())
		}
	}
}
