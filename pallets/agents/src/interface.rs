//! What other pallets do with agents.

use crate::pallet::{AgentOfSigner, Agents, Config, Error, Pallet};
use frame_support::{defensive, ensure};
use openledger_primitives::{
	traits::{self, Shares, Slashed, Standing},
	Balance, Offence,
};
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> traits::Agents<T::AccountId> for Pallet<T> {
	fn agent_of(signer: &T::AccountId) -> Option<T::AccountId> {
		AgentOfSigner::<T>::get(signer)
	}

	fn signer(agent: &T::AccountId) -> Option<T::AccountId> {
		Agents::<T>::get(agent).map(|record| record.signer)
	}

	fn signs(agent: &T::AccountId, account: &T::AccountId) -> bool {
		let Some(record) = Agents::<T>::get(agent) else { return false };
		record.signer == *account || Self::once_signed(&record, account)
	}

	fn beneficiary(agent: &T::AccountId) -> Option<T::AccountId> {
		Agents::<T>::get(agent).map(|record| record.beneficiary)
	}

	fn standing(agent: &T::AccountId) -> Option<Standing> {
		let record = Agents::<T>::get(agent)?;
		Some(Standing {
			roles: record.roles,
			hardware: record.hardware,
			stake: Self::backing(&record),
			offences: Self::offences_of_late(&record),
			active: Self::is_active(&record),
		})
	}

	fn expose(agent: &T::AccountId, fees: Balance) -> DispatchResult {
		let mut record = Self::record(agent)?;
		Self::ensure_may_serve(&record)?;
		record.exposure = record.exposure.checked_add(fees).ok_or(Error::<T>::Overflow)?;
		ensure!(record.exposure <= Self::cover(&record), Error::<T>::OverExposed);
		Agents::<T>::insert(agent, record);
		Ok(())
	}

	fn release(agent: &T::AccountId, fees: Balance) {
		Agents::<T>::mutate(agent, |record| match record {
			Some(record) => record.exposure = record.exposure.saturating_sub(fees),
			None => {
				defensive!("an agent with unsettled fees is never removed");
			}
		});
	}

	fn bind(agent: &T::AccountId) -> DispatchResult {
		let mut record = Self::record(agent)?;
		record.bound = record.bound.checked_add(1).ok_or(Error::<T>::Overflow)?;
		Agents::<T>::insert(agent, record);
		Ok(())
	}

	fn unbind(agent: &T::AccountId) {
		Agents::<T>::mutate(agent, |record| match record {
			Some(record) if record.bound > record.deferred => record.bound = record.bound.saturating_sub(1),
			_ => {
				defensive!("an agent is unbound as often as it was bound");
			}
		});
	}

	fn slash(
		agent: &T::AccountId,
		offence: Offence,
		fees: Balance,
		shares: &Shares<T::AccountId>,
	) -> Result<Slashed, DispatchError> {
		Self::punish(agent, offence, fees, shares)
	}

	fn defer_slash(
		agent: &T::AccountId,
		offence: Offence,
		fees: Balance,
		batch: u64,
		shares: &Shares<T::AccountId>,
	) -> DispatchResult {
		Self::do_defer_slash(agent, offence, fees, batch, shares)
	}

	fn fine(agent: &T::AccountId, amount: Balance, to: Option<&T::AccountId>) -> Balance {
		Self::do_fine(agent, amount, to).unwrap_or(0)
	}

	fn reward_delegators(agent: &T::AccountId, amount: Balance, from: &T::AccountId) -> Balance {
		Self::reward_pool(agent, amount, from).unwrap_or(0)
	}
}
