//! The rules of the pallet.

use crate::{Channel, Channels, Config, Error, Event, HoldReason, NextNonce, Pallet};
use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::{
		fungible::{Mutate, MutateHold},
		tokens::{Fortitude, Precision, Preservation, Restriction},
		Get,
	},
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{
	traits::{self, Agents as _},
	Balance, Domain, Voucher,
};
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_open(payer: T::AccountId, agent: T::AccountId, deposit: Balance) -> DispatchResult {
		ensure!(T::Agents::signer(&agent).is_some(), Error::<T>::NotAnAgent);
		ensure!(!Channels::<T>::contains_key(&payer, &agent), Error::<T>::AlreadyOpen);
		ensure!(deposit >= T::MinDeposit::get() && !deposit.is_zero(), Error::<T>::DepositTooSmall);
		let nonce = NextNonce::<T>::get(&payer);
		let next = nonce.checked_add(1).ok_or(Error::<T>::Overflow)?;
		T::Currency::hold(&HoldReason::Channel.into(), &payer, deposit)?;
		NextNonce::<T>::insert(&payer, next);
		Channels::<T>::insert(&payer, &agent, Channel { nonce, deposit, drawn: 0, closing: None });
		Self::deposit_event(Event::Opened { payer, agent, nonce, deposit });
		Ok(())
	}

	pub(crate) fn do_top_up(payer: T::AccountId, agent: T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::DepositTooSmall);
		let mut channel = Self::channel_of(&payer, &agent)?;
		ensure!(channel.closing.is_none(), Error::<T>::ChannelClosing);
		let deposit = channel.deposit.checked_add(amount).ok_or(Error::<T>::Overflow)?;
		T::Currency::hold(&HoldReason::Channel.into(), &payer, amount)?;
		channel.deposit = deposit;
		Channels::<T>::insert(&payer, &agent, channel);
		Self::deposit_event(Event::ToppedUp { payer, agent, amount, deposit });
		Ok(())
	}

	pub(crate) fn do_request_close(payer: T::AccountId, agent: T::AccountId) -> DispatchResult {
		let mut channel = Self::channel_of(&payer, &agent)?;
		ensure!(channel.closing.is_none(), Error::<T>::ChannelClosing);
		let until = frame_system::Pallet::<T>::block_number().saturating_add(T::CloseDelay::get());
		channel.closing = Some(until);
		Channels::<T>::insert(&payer, &agent, channel);
		Self::deposit_event(Event::Closing { payer, agent, until });
		Ok(())
	}

	pub(crate) fn do_withdraw(payer: T::AccountId, agent: T::AccountId) -> DispatchResult {
		let channel = Self::channel_of(&payer, &agent)?;
		let until = channel.closing.ok_or(Error::<T>::NotClosing)?;
		ensure!(frame_system::Pallet::<T>::block_number() >= until, Error::<T>::TooEarly);
		let returned = channel.left();
		T::Currency::release(&HoldReason::Channel.into(), &payer, returned, Precision::Exact)?;
		Channels::<T>::remove(&payer, &agent);
		Self::deposit_event(Event::Closed { payer, agent, returned });
		Ok(())
	}

	fn channel_of(payer: &T::AccountId, agent: &T::AccountId) -> Result<Channel<BlockNumberFor<T>>, Error<T>> {
		Channels::<T>::get(payer, agent).ok_or(Error::<T>::NoChannel)
	}

	pub(crate) fn domain() -> Domain {
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		Domain { genesis: openledger_primitives::hashing::to_h256(genesis.as_ref()) }
	}
}

impl<T: Config> traits::Channels<T::AccountId, T::Signature> for Pallet<T> {
	fn draw(
		payer: &T::AccountId,
		agent: &T::AccountId,
		drawn: Balance,
		ceiling: Balance,
		signature: &T::Signature,
		into: &T::AccountId,
	) -> Result<Balance, DispatchError> {
		let mut channel = Self::channel_of(payer, agent)?;
		ensure!(drawn <= ceiling, Error::<T>::AboveCeiling);
		let amount = drawn.checked_sub(channel.drawn).filter(|amount| !amount.is_zero());
		let amount = amount.ok_or(Error::<T>::NothingToDraw)?;
		ensure!(drawn <= channel.deposit, Error::<T>::ChannelShort);
		let voucher =
			Voucher { payer: payer.clone(), agent: agent.clone(), channel: channel.nonce, cumulative: ceiling };
		ensure!(voucher.verify(&Self::domain(), signature), Error::<T>::BadVoucher);
		T::Currency::transfer_on_hold(
			&HoldReason::Channel.into(),
			payer,
			into,
			amount,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Polite,
		)?;
		channel.drawn = drawn;
		Channels::<T>::insert(payer, agent, channel);
		Self::deposit_event(Event::Drawn { payer: payer.clone(), agent: agent.clone(), amount, drawn });
		Ok(amount)
	}

	fn refund(payer: &T::AccountId, agent: &T::AccountId, amount: Balance, from: &T::AccountId) -> DispatchResult {
		T::Currency::transfer(from, payer, amount, Preservation::Preserve)?;
		// Back into the channel, so that a payer's next voucher goes on counting from where it was. A refund that cannot be
		// held again, because it is all that keeps the account alive, stays free: it must not save a liar's batch.
		if let Some(mut channel) = Channels::<T>::get(payer, agent) {
			let deposit = channel.deposit.checked_add(amount).ok_or(Error::<T>::Overflow)?;
			if with_storage_layer(|| T::Currency::hold(&HoldReason::Channel.into(), payer, amount)).is_ok() {
				channel.deposit = deposit;
				Channels::<T>::insert(payer, agent, channel);
			}
		}
		Self::deposit_event(Event::Refunded { payer: payer.clone(), agent: agent.clone(), amount });
		Ok(())
	}
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
impl<T: Config> Pallet<T> {
	/// The invariants of the crate documentation, in its order.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		use frame_support::traits::fungible::InspectHold;
		for payer in NextNonce::<T>::iter_keys() {
			let left = Channels::<T>::iter_prefix_values(&payer)
				.try_fold(0u128, |sum, channel| sum.checked_add(channel.left()))
				.ok_or("the sum of deposits overflows")?;
			let held = T::Currency::balance_on_hold(&HoldReason::Channel.into(), &payer);
			ensure!(held == left, "a hold differs from what the channels have left");
		}
		for (payer, _, channel) in Channels::<T>::iter() {
			ensure!(channel.nonce < NextNonce::<T>::get(&payer), "a channel's nonce was not given out");
			ensure!(channel.drawn <= channel.deposit, "more was drawn than was put in");
		}
		Ok(())
	}
}
