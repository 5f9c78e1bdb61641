//! Which model to use instead of another: new versions and corrections.

use crate::{
	pallet::{Config, Error, Event, Models, NextModel, Pallet, Redirect},
	types::{ModelKind, Registration, MAX_REDIRECTS},
};
use frame_support::ensure;
use openledger_primitives::ModelId;
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register_version(
		owner: T::AccountId,
		of: ModelId,
		new: Registration<T::AccountId>,
	) -> DispatchResult {
		let entry = Self::ensure_owner(&owner, of)?;
		ensure!(entry.kind.is_like(&new.kind), Error::<T>::OtherKind);
		let model = Self::do_register(owner, new)?;
		// Nothing redirects from a new model, so this closes no cycle.
		Self::redirect(of, Some(model));
		Ok(())
	}

	pub(crate) fn do_repoint(owner: T::AccountId, model: ModelId, to: Option<ModelId>) -> DispatchResult {
		let entry = Self::ensure_owner(&owner, model)?;
		match to {
			Some(to) => Self::ensure_redirect(model, &entry.kind, to)?,
			None => ensure!(Redirect::<T>::contains_key(model), Error::<T>::NoRedirect),
		}
		Self::redirect(model, to);
		Ok(())
	}

	/// Where the redirects from `model` end. They form no cycle, so they end after as many steps as there are models.
	pub(crate) fn follow(model: ModelId) -> ModelId {
		let models = NextModel::<T>::get().0 as usize;
		core::iter::successors(Some(model), |at| Redirect::<T>::get(at)).take(models).last().unwrap_or(model)
	}

	/// Checks that `model` may redirect to `to`.
	fn ensure_redirect(model: ModelId, kind: &ModelKind, to: ModelId) -> DispatchResult {
		let target = Models::<T>::get(to).ok_or(Error::<T>::NoSuchModel)?;
		ensure!(target.kind.is_like(kind), Error::<T>::OtherKind);
		ensure!(!target.deprecated, Error::<T>::RedirectToDeprecated);
		let mut at = to;
		for _ in 0..=MAX_REDIRECTS {
			ensure!(at != model, Error::<T>::RedirectCycle);
			let Some(next) = Redirect::<T>::get(at) else { return Ok(()) };
			at = next;
		}
		Err(Error::<T>::RedirectTooLong.into())
	}

	fn redirect(model: ModelId, new: Option<ModelId>) {
		let old = Redirect::<T>::get(model);
		Redirect::<T>::set(model, new);
		Self::deposit_event(Event::Redirected { model, old, new });
	}
}
