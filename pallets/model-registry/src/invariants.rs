//! The invariants of the crate documentation.

use crate::{
	pallet::{Closure, Config, Disputes, Evaluations, HoldReason, Models, NextDispute, NextModel, Pallet, Redirect},
	types::{Dispute, DisputeId, Model, Subject, WHOLE},
};
use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::fungible::InspectHold};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{Balance, ModelId};
use sp_runtime::TryRuntimeError;

type Sums<T> = BTreeMap<<T as frame_system::Config>::AccountId, Balance>;

impl<T: Config> Pallet<T> {
	/// Checks the invariants of the crate documentation.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_models()?;
		Self::check_redirects()?;
		Self::check_evaluations()?;
		Self::check_disputes()
	}

	/// Invariants 1 to 8.
	fn check_models() -> Result<(), TryRuntimeError> {
		let next = NextModel::<T>::get();
		let mut deposits = Sums::<T>::new();
		let mut count = 0u32;
		for (id, model) in Models::<T>::iter() {
			ensure!(id < next, "a model is numbered beyond NextModel");
			count = count.saturating_add(1);
			Self::check_model(id, &model)?;
			Self::add(&mut deposits, model.owner, model.deposit)?;
		}
		ensure!(count == next.0, "models are not numbered without gaps");
		ensure!(Closure::<T>::iter_keys().all(|id| id < next), "ancestors have no descendant");
		Self::check_holds(HoldReason::Model, deposits)
	}

	/// Invariants 3 to 8, of one model.
	fn check_model(id: ModelId, model: &Model<T>) -> Result<(), TryRuntimeError> {
		Self::ensure_whole(&model.split).map_err(|_| "a split is not one")?;
		Self::ensure_kind(&model.kind).map_err(|_| "a kind is not valid")?;
		let relatives = Self::relatives(&model.kind, &model.parents).map_err(|_| "a relative is not valid")?;
		ensure!(relatives.iter().all(|(ancestor, _)| *ancestor < id), "an ancestor is not older than its descendant");
		let lineage = Self::lineage(&relatives).map_err(|_| "a lineage is not valid")?;
		ensure!(model.depth == lineage.depth, "a depth is wrong");
		ensure!(Closure::<T>::get(id) == lineage.ancestors, "the ancestors of a model are others");
		let follows = Self::ensure_follows_models(model.licence, &relatives);
		follows.map_err(|_| "a licence does not follow that of a relative")?;
		let free = model.price_in.max(model.price_out) == 0;
		ensure!(free || model.licence.commercial(), "a model has a price against its licence");
		let condemned = model.deprecated && model.deposit == 0 && model.disputed.is_none();
		ensure!(condemned || !model.unoriginal, "an unoriginal model goes on as if it were none");
		Ok(())
	}

	/// Invariant 9.
	fn check_redirects() -> Result<(), TryRuntimeError> {
		let redirects = Redirect::<T>::iter_keys().count();
		for (from, to) in Redirect::<T>::iter() {
			let models = Models::<T>::get(from).zip(Models::<T>::get(to));
			let (from_model, to_model) = models.ok_or("a redirect has no model")?;
			ensure!(from_model.kind.is_like(&to_model.kind), "a redirect leads to another kind");
			// A walk that meets no model twice takes each redirect at most once.
			let mut walk = core::iter::successors(Some(from), |at| Redirect::<T>::get(at)).skip(redirects);
			ensure!(walk.nth(1).is_none(), "redirects form a cycle");
		}
		Ok(())
	}

	/// Invariants 2 and 10, of evaluations.
	fn check_evaluations() -> Result<(), TryRuntimeError> {
		let mut bonds = Sums::<T>::new();
		for ((model, _, attestor), evaluation) in Evaluations::<T>::iter() {
			ensure!(Models::<T>::contains_key(model), "an evaluation has no model");
			ensure!(evaluation.score <= WHOLE, "a score is too high");
			Self::add(&mut bonds, attestor, evaluation.bond)?;
		}
		Self::check_holds(HoldReason::Evaluation, bonds)
	}

	/// Invariants 2 and 11, of disputes.
	fn check_disputes() -> Result<(), TryRuntimeError> {
		let mut bonds = Sums::<T>::new();
		let mut count = 0usize;
		for (id, dispute) in Disputes::<T>::iter() {
			ensure!(id < NextDispute::<T>::get(), "a dispute is numbered beyond NextDispute");
			count = count.saturating_add(1);
			ensure!(Self::marked(&dispute) == Some(id), "the subject of a dispute is not marked with it");
			Self::add(&mut bonds, dispute.disputant, dispute.bond)?;
		}
		let models = Models::<T>::iter_values().filter(|model| model.disputed.is_some()).count();
		let evaluations = Evaluations::<T>::iter_values().filter(|entry| entry.disputed.is_some()).count();
		ensure!(models.saturating_add(evaluations) == count, "something is marked with a dispute that is not open");
		Self::check_holds(HoldReason::Dispute, bonds)
	}

	/// The dispute that the subject of `dispute` is marked with.
	fn marked(dispute: &Dispute<T::AccountId, BlockNumberFor<T>>) -> Option<DisputeId> {
		match &dispute.subject {
			Subject::Evaluation { model, suite, attestor } => Evaluations::<T>::get((model, suite, attestor))?.disputed,
			Subject::Originality { model, .. } => Models::<T>::get(model)?.disputed,
		}
	}

	fn add(sums: &mut Sums<T>, account: T::AccountId, amount: Balance) -> Result<(), TryRuntimeError> {
		let sum = sums.entry(account).or_default();
		*sum = sum.checked_add(amount).ok_or("a sum of holds overflows")?;
		Ok(())
	}

	/// Invariant 2: every account has on hold exactly what is recorded for it.
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
