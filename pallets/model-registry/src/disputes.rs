//! Disputes about evaluations and about the originality of models.

use crate::{
	pallet::{Config, Disputes, Error, Evaluations, Event, HoldReason, Models, NextDispute, Pallet},
	types::{Dispute, DisputeId, Model, Subject},
};
use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
		Defensive, Get,
	},
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{Balance, ModelId};
use sp_core::H256;
use sp_runtime::{traits::Saturating, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_dispute(
		disputant: T::AccountId,
		subject: Subject<T::AccountId>,
		evidence: H256,
	) -> DispatchResult {
		let accused = Self::ensure_disputable(&subject)?;
		ensure!(accused != disputant, Error::<T>::OwnSubject);
		let dispute = NextDispute::<T>::get();
		let next = dispute.next().ok_or(Error::<T>::IdsExhausted)?;
		let bond = T::DisputeBond::get();

		T::Currency::hold(&HoldReason::Dispute.into(), &disputant, bond)?;
		NextDispute::<T>::put(next);
		Self::mark(&subject, Some(dispute));
		let entry = Dispute { subject: subject.clone(), disputant: disputant.clone(), evidence, bond, at: Self::now() };
		Disputes::<T>::insert(dispute, entry);
		Self::deposit_event(Event::Disputed { dispute, subject, disputant, evidence, bond });
		Ok(())
	}

	pub(crate) fn do_resolve_dispute(dispute: DisputeId, upheld: bool) -> DispatchResult {
		let Dispute { subject, disputant, bond, .. } = Disputes::<T>::get(dispute).ok_or(Error::<T>::NoSuchDispute)?;
		let accused = Self::accused(&subject)?;

		Disputes::<T>::remove(dispute);
		Self::mark(&subject, None);
		let (paid, burnt) = if upheld {
			let (reason, forfeit) = Self::condemn(&subject);
			let paid = Self::give(reason, &accused, &disputant, forfeit / 2);
			// What could not be paid is burnt already.
			let rest = forfeit.saturating_sub(forfeit / 2);
			Self::burn(reason, &accused, rest);
			let returned = Self::give(HoldReason::Dispute, &disputant, &disputant, bond);
			(paid, forfeit.saturating_sub(paid).saturating_add(bond.saturating_sub(returned)))
		} else {
			let paid = Self::give(HoldReason::Dispute, &disputant, &accused, bond);
			(paid, bond.saturating_sub(paid))
		};
		Self::deposit_event(Event::DisputeResolved { dispute, subject, upheld, paid, burnt });
		Ok(())
	}

	pub(crate) fn do_expire_dispute(dispute: DisputeId) -> DispatchResult {
		let Dispute { subject, disputant, bond, at, .. } =
			Disputes::<T>::get(dispute).ok_or(Error::<T>::NoSuchDispute)?;
		ensure!(Self::now().saturating_sub(at) >= T::DisputePeriod::get(), Error::<T>::DisputeOpen);

		Disputes::<T>::remove(dispute);
		Self::mark(&subject, None);
		let returned = Self::give(HoldReason::Dispute, &disputant, &disputant, bond);
		let burnt = bond.saturating_sub(returned);
		Self::deposit_event(Event::DisputeExpired { dispute, subject, burnt });
		Ok(())
	}

	pub(crate) fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}

	/// Checks that a dispute about `subject` may be opened. Returns who is accused.
	fn ensure_disputable(subject: &Subject<T::AccountId>) -> Result<T::AccountId, DispatchError> {
		let (accused, disputed) = match subject {
			Subject::Evaluation { model, suite, attestor } => {
				let evaluation = Evaluations::<T>::get((model, suite, attestor));
				(attestor.clone(), evaluation.ok_or(Error::<T>::NoSuchEvaluation)?.disputed)
			}
			Subject::Originality { model, original } => {
				let entry = Models::<T>::get(model).ok_or(Error::<T>::NoSuchModel)?;
				ensure!(!entry.unoriginal, Error::<T>::AlreadyUnoriginal);
				Self::ensure_original(*model, *original)?;
				(entry.owner, entry.disputed)
			}
		};
		ensure!(disputed.is_none(), Error::<T>::AlreadyDisputed);
		Ok(accused)
	}

	/// Checks what `model` is said to be a copy of.
	fn ensure_original(model: ModelId, original: Option<ModelId>) -> DispatchResult {
		let Some(original) = original else { return Ok(()) };
		ensure!(Models::<T>::contains_key(original), Error::<T>::NoSuchModel);
		ensure!(original < model, Error::<T>::OriginalNotOlder);
		Ok(())
	}

	/// Who is accused. A disputed model is not transferred, so its owner is the one of the dispute.
	fn accused(subject: &Subject<T::AccountId>) -> Result<T::AccountId, DispatchError> {
		match subject {
			Subject::Evaluation { attestor, .. } => Ok(attestor.clone()),
			Subject::Originality { model, .. } => {
				Ok(Models::<T>::get(model).map(|model| model.owner).ok_or(Error::<T>::NoSuchModel)?)
			}
		}
	}

	/// Notes at its subject that a dispute is open, or that none is.
	fn mark(subject: &Subject<T::AccountId>, disputed: Option<DisputeId>) {
		match subject {
			Subject::Evaluation { model, suite, attestor } => {
				Evaluations::<T>::mutate((model, suite, attestor), |evaluation| {
					if let Some(evaluation) = evaluation {
						evaluation.disputed = disputed;
					}
				});
			}
			Subject::Originality { model, .. } => {
				Models::<T>::mutate_extant(model, |model| model.disputed = disputed);
			}
		}
	}

	/// Carries out what an upheld dispute means for its subject. Returns what the accused has on hold for it.
	fn condemn(subject: &Subject<T::AccountId>) -> (HoldReason, Balance) {
		match subject {
			Subject::Evaluation { model, suite, attestor } => {
				let bond = Evaluations::<T>::take((model, suite, attestor)).defensive().map_or(0, |entry| entry.bond);
				(HoldReason::Evaluation, bond)
			}
			Subject::Originality { model, .. } => {
				let Some(entry) = Models::<T>::get(model).defensive() else { return (HoldReason::Model, 0) };
				let (deposit, was_deprecated) = (entry.deposit, entry.deprecated);
				Models::<T>::insert(model, Model { unoriginal: true, deprecated: true, deposit: 0, ..entry });
				if !was_deprecated {
					Self::deposit_event(Event::Deprecated { model: *model });
				}
				(HoldReason::Model, deposit)
			}
		}
	}

	/// Makes what `from` has on hold free balance of `to`, who may be the same. Returns what arrived.
	///
	/// An account that cannot take it, as it would stay below the existential deposit, has nothing: the amount is
	/// burnt, so that no account can keep a dispute from being closed.
	fn give(reason: HoldReason, from: &T::AccountId, to: &T::AccountId, amount: Balance) -> Balance {
		if amount == 0 {
			return 0;
		}
		let given = with_storage_layer(|| match from == to {
			true => T::Currency::release(&reason.into(), from, amount, Precision::Exact),
			false => T::Currency::transfer_on_hold(
				&reason.into(),
				from,
				to,
				amount,
				Precision::Exact,
				Restriction::Free,
				Fortitude::Force,
			),
		});
		given.unwrap_or_else(|_| {
			Self::burn(reason, from, amount);
			0
		})
	}

	fn burn(reason: HoldReason, from: &T::AccountId, amount: Balance) {
		if amount > 0 {
			let burnt = T::Currency::burn_held(&reason.into(), from, amount, Precision::BestEffort, Fortitude::Force);
			burnt.defensive_unwrap_or_default();
		}
	}
}
