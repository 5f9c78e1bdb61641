//! What attestors say of how good a model is.

use crate::{
	pallet::{Config, Error, Evaluations, Event, HoldReason, Models, Pallet},
	types::{Evaluation, WHOLE},
};
use frame_support::{
	ensure,
	traits::{fungible::MutateHold, tokens::Precision, Get},
};
use openledger_primitives::ModelId;
use sp_core::H256;
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_evaluate(
		attestor: T::AccountId,
		model: ModelId,
		suite: H256,
		score: u32,
		report: H256,
	) -> DispatchResult {
		ensure!(score <= WHOLE, Error::<T>::ScoreTooHigh);
		ensure!(Models::<T>::contains_key(model), Error::<T>::NoSuchModel);
		let key = (model, suite, &attestor);
		ensure!(!Evaluations::<T>::contains_key(key), Error::<T>::AlreadyEvaluated);
		let bond = T::EvaluationBond::get();

		T::Currency::hold(&HoldReason::Evaluation.into(), &attestor, bond)?;
		Evaluations::<T>::insert(key, Evaluation { score, report, bond, at: Self::now(), disputed: None });
		Self::deposit_event(Event::Evaluated { model, suite, attestor, score, report, bond });
		Ok(())
	}

	pub(crate) fn do_retract_evaluation(attestor: T::AccountId, model: ModelId, suite: H256) -> DispatchResult {
		let key = (model, suite, &attestor);
		let Evaluation { bond, disputed, .. } = Evaluations::<T>::get(key).ok_or(Error::<T>::NoSuchEvaluation)?;
		ensure!(disputed.is_none(), Error::<T>::Disputed);

		T::Currency::release(&HoldReason::Evaluation.into(), &attestor, bond, Precision::Exact)?;
		Evaluations::<T>::remove(key);
		Self::deposit_event(Event::EvaluationRetracted { model, suite, attestor, bond });
		Ok(())
	}
}
