//! Opening, filling and closing channels.

use crate::{
	pallet::{Channels, Config, Error, Event, HoldReason, NextNonce, Pallet},
	types::Channel,
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
use openledger_primitives::{terms::Terms, traits::Agents as _, Balance};
use sp_runtime::{
	traits::{Saturating, UniqueSaturatedInto, Zero},
	DispatchError, DispatchResult,
};

/// A channel of the runtime.
pub(crate) type ChannelOf<T> = Channel<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_open(payer: T::AccountId, agent: T::AccountId, deposit: Balance, terms: Terms) -> DispatchResult {
		ensure!(T::Agents::signer(&agent).is_some(), Error::<T>::NotAnAgent);
		ensure!(!Channels::<T>::contains_key(&payer, &agent), Error::<T>::AlreadyOpen);
		ensure!(deposit >= T::MinDeposit::get() && !deposit.is_zero(), Error::<T>::DepositTooSmall);
		let nonce = NextNonce::<T>::get(&payer);
		let next = nonce.checked_add(1).ok_or(Error::<T>::Overflow)?;
		T::Currency::hold(&HoldReason::Channel.into(), &payer, deposit)?;
		NextNonce::<T>::insert(&payer, next);
		let opened = Self::now().unique_saturated_into();
		let channel = Channel { nonce, deposit, drawn: 0, closing: None, opened, terms, keys: Default::default() };
		Channels::<T>::insert(&payer, &agent, channel);
		Self::deposit_event(Event::Opened { payer, agent, nonce, deposit, terms });
		Ok(())
	}

	pub(crate) fn do_top_up(payer: T::AccountId, agent: T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::DepositTooSmall);
		let mut channel = Self::open_channel(&payer, &agent)?;
		let deposit = channel.deposit.checked_add(amount).ok_or(Error::<T>::Overflow)?;
		let debt = amount.min(channel.owed());
		Self::pay_debt(&payer, &payer, &agent, debt)?;
		T::Currency::hold(&HoldReason::Channel.into(), &payer, amount.saturating_sub(debt))?;
		channel.deposit = deposit;
		Channels::<T>::insert(&payer, &agent, channel);
		Self::deposit_event(Event::ToppedUp { payer, agent, amount, deposit });
		Ok(())
	}

	pub(crate) fn do_loosen_terms(payer: T::AccountId, agent: T::AccountId, new: Terms) -> DispatchResult {
		let mut channel = Self::open_channel(&payer, &agent)?;
		ensure!(new.allow(&channel.terms), Error::<T>::TermsTighter);
		let old = core::mem::replace(&mut channel.terms, new);
		Channels::<T>::insert(&payer, &agent, channel);
		Self::deposit_event(Event::TermsLoosened { payer, agent, old, new });
		Ok(())
	}

	pub(crate) fn do_request_close(payer: T::AccountId, agent: T::AccountId) -> DispatchResult {
		let mut channel = Self::open_channel(&payer, &agent)?;
		let until = Self::now().saturating_add(T::CloseDelay::get());
		channel.closing = Some(until);
		Channels::<T>::insert(&payer, &agent, channel);
		Self::deposit_event(Event::Closing { payer, agent, until });
		Ok(())
	}

	pub(crate) fn do_withdraw(payer: T::AccountId, agent: T::AccountId) -> DispatchResult {
		let channel = Self::channel_of(&payer, &agent)?;
		let until = channel.closing.ok_or(Error::<T>::NotClosing)?;
		ensure!(Self::now() >= until, Error::<T>::TooEarly);
		let (returned, unpaid) = (channel.left(), channel.owed());
		T::Currency::release(&HoldReason::Channel.into(), &payer, returned, Precision::Exact)?;
		Channels::<T>::remove(&payer, &agent);
		Self::deposit_event(Event::Closed { payer, agent, returned, unpaid });
		Ok(())
	}

	/// Pays `amount`, which `payer` owes `agent`, from the free balance of `from`.
	pub(crate) fn pay_debt(
		from: &T::AccountId,
		payer: &T::AccountId,
		agent: &T::AccountId,
		amount: Balance,
	) -> Result<(), DispatchError> {
		if amount.is_zero() {
			return Ok(());
		}
		// Who is no agent any more is owed it all the same.
		let beneficiary = T::Agents::beneficiary(agent).unwrap_or_else(|| agent.clone());
		T::Currency::transfer(from, &beneficiary, amount, Preservation::Preserve)?;
		Self::deposit_event(Event::DebtPaid { payer: payer.clone(), agent: agent.clone(), amount });
		Ok(())
	}

	pub(crate) fn channel_of(payer: &T::AccountId, agent: &T::AccountId) -> Result<ChannelOf<T>, Error<T>> {
		Channels::<T>::get(payer, agent).ok_or(Error::<T>::NoChannel)
	}

	/// The channel, if it is not being closed.
	pub(crate) fn open_channel(payer: &T::AccountId, agent: &T::AccountId) -> Result<ChannelOf<T>, Error<T>> {
		let channel = Self::channel_of(payer, agent)?;
		ensure!(channel.closing.is_none(), Error::<T>::ChannelClosing);
		Ok(channel)
	}

	pub(crate) fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}
}
