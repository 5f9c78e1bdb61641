//! Who acts for an agent, and as what.

use crate::{
	pallet::{AgentOfSigner, Agents, Config, Error, Event, FormerSigners, Pallet},
	types::{Agent, Former},
};
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{Hardware, Role, Roles};
use sp_runtime::{
	traits::{AccountIdConversion, Saturating},
	DispatchError, DispatchResult,
};

type FormerOf<T> = Former<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

impl<T: Config> Pallet<T> {
	/// The account that has what was delegated.
	pub fn pot() -> T::AccountId {
		T::PalletId::get().into_account_truncating()
	}

	pub(crate) fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}

	/// The record of `agent`.
	pub(crate) fn record(agent: &T::AccountId) -> Result<Agent<T>, DispatchError> {
		Agents::<T>::get(agent).ok_or(Error::<T>::NotAnAgent.into())
	}

	/// The agent that `who` is or signs for.
	pub(crate) fn resolve(who: &T::AccountId) -> Result<T::AccountId, DispatchError> {
		if Agents::<T>::contains_key(who) {
			return Ok(who.clone());
		}
		AgentOfSigner::<T>::get(who).ok_or(Error::<T>::NotAnAgent.into())
	}

	/// Whether the agent may work at all.
	pub(crate) fn is_active(record: &Agent<T>) -> bool {
		Self::ensure_active(record).is_ok()
	}

	/// Fails unless the agent may work.
	pub(crate) fn ensure_active(record: &Agent<T>) -> DispatchResult {
		ensure!(record.stake >= T::MinStake::get(), Error::<T>::StakeTooLow);
		ensure!(record.liveness.evicted.is_none(), Error::<T>::Evicted);
		Ok(())
	}

	/// Whether the agent may answer questions.
	pub(crate) fn may_serve(record: &Agent<T>) -> bool {
		Self::ensure_may_serve(record).is_ok()
	}

	/// Fails unless the agent may answer questions.
	pub(crate) fn ensure_may_serve(record: &Agent<T>) -> DispatchResult {
		Self::ensure_active(record)?;
		ensure!(record.roles.has(Role::Serve), Error::<T>::NotServing);
		Ok(())
	}

	pub(crate) fn do_set_signer(agent: T::AccountId, signer: T::AccountId) -> DispatchResult {
		let mut record = Self::record(&agent)?;
		Self::ensure_apart(&agent, &signer, &record.beneficiary)?;
		Self::ensure_free(&signer, &agent)?;
		Self::forget_former(&mut record, |former| !Self::still_binds(former) || former.signer == signer);
		Self::free(&signer);
		let until = Self::now().saturating_add(T::LongestHold::get());
		let old = core::mem::replace(&mut record.signer, signer.clone());
		let former = Former { signer: old.clone(), until };
		record.former.try_push(former).map_err(|_| Error::<T>::TooManySigners)?;
		AgentOfSigner::<T>::remove(&old);
		AgentOfSigner::<T>::insert(&signer, &agent);
		FormerSigners::<T>::insert(&old, &agent);
		Agents::<T>::insert(&agent, record);
		Self::deposit_event(Event::SignerSet { agent, old, new: signer, until });
		Ok(())
	}

	pub(crate) fn do_set_beneficiary(agent: T::AccountId, beneficiary: T::AccountId) -> DispatchResult {
		let mut record = Self::record(&agent)?;
		Self::ensure_apart(&agent, &record.signer, &beneficiary)?;
		let old = core::mem::replace(&mut record.beneficiary, beneficiary.clone());
		Agents::<T>::insert(&agent, record);
		Self::deposit_event(Event::BeneficiarySet { agent, old, new: beneficiary });
		Ok(())
	}

	pub(crate) fn do_set_roles(agent: T::AccountId, roles: Roles, hardware: Hardware) -> DispatchResult {
		let mut record = Self::record(&agent)?;
		ensure!(roles.valid(), Error::<T>::BadRoles);
		// Who is drawn, and for what, was decided by what the agent said when it was bound.
		ensure!(record.bound == 0, Error::<T>::StillBound);
		let old_roles = core::mem::replace(&mut record.roles, roles);
		let old_hardware = core::mem::replace(&mut record.hardware, hardware);
		Self::save(&agent, record);
		Self::deposit_event(Event::RolesSet { agent, old_roles, old_hardware, roles, hardware });
		Ok(())
	}

	/// The key on the serving machine neither holds the stake nor is paid.
	pub(crate) fn ensure_apart(
		agent: &T::AccountId,
		signer: &T::AccountId,
		beneficiary: &T::AccountId,
	) -> DispatchResult {
		ensure!(signer != agent && signer != beneficiary, Error::<T>::SameAccount);
		Ok(())
	}

	/// Fails if `account` signs for an agent, or what it has signed binds another one than `agent`: a receipt says
	/// nothing of the agent, so one key for two of them would be held against both.
	pub(crate) fn ensure_free(account: &T::AccountId, agent: &T::AccountId) -> DispatchResult {
		ensure!(!AgentOfSigner::<T>::contains_key(account), Error::<T>::SignerTaken);
		let of = FormerSigners::<T>::get(account).filter(|of| of != agent).and_then(Agents::<T>::get);
		ensure!(!of.is_some_and(|record| Self::once_signed(&record, account)), Error::<T>::SignerTaken);
		Ok(())
	}

	/// Makes the agent that `account` signed for once forget it.
	pub(crate) fn free(account: &T::AccountId) {
		if let Some(agent) = FormerSigners::<T>::take(account) {
			Agents::<T>::mutate(agent, |record| {
				if let Some(record) = record {
					record.former.retain(|former| former.signer != *account);
				}
			});
		}
	}

	/// Makes an agent forget those of its former signers that are `gone`.
	pub(crate) fn forget_former(record: &mut Agent<T>, gone: impl Fn(&FormerOf<T>) -> bool) {
		record.former.retain(|former| {
			let gone = gone(former);
			if gone {
				FormerSigners::<T>::remove(&former.signer);
			}
			!gone
		});
	}

	/// Whether `account` is a former signer that still binds the agent.
	pub(crate) fn once_signed(record: &Agent<T>, account: &T::AccountId) -> bool {
		record.former.iter().any(|former| former.signer == *account && Self::still_binds(former))
	}

	fn still_binds(former: &FormerOf<T>) -> bool {
		former.until >= Self::now()
	}
}
