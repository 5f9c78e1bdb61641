//! What comes out of channels by voucher, and what comes back.

use crate::{
	channels::ChannelOf,
	pallet::{Channels, Config, Error, Event, HoldReason, Pallet},
};
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
use openledger_primitives::{batch::Draw, hashing, terms::Terms, traits, Balance, Domain, Voucher};
use sp_runtime::{traits::Zero, DispatchError, DispatchResult};

type DrawOf<T> = Draw<<T as frame_system::Config>::AccountId, <T as Config>::Signature>;

impl<T: Config> Pallet<T> {
	pub(crate) fn domain() -> Domain {
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		Domain { genesis: hashing::to_h256(genesis.as_ref()) }
	}

	/// What `draw` takes from `channel`, if the payer has agreed to it. The signature is checked last: it costs most.
	fn increment(channel: &ChannelOf<T>, draw: &DrawOf<T>, agent: &T::AccountId) -> Result<Balance, Error<T>> {
		ensure!(draw.drawn <= draw.ceiling, Error::<T>::AboveCeiling);
		let amount = draw.drawn.checked_sub(channel.drawn).ok_or(Error::<T>::CumulativeFell)?;
		ensure!(!amount.is_zero(), Error::<T>::NothingToDraw);
		ensure!(channel.terms.accept(&T::Split::get()), Error::<T>::SplitAboveCap);
		if let Some(key) = &draw.signer {
			Self::ensure_key(channel, key, draw.ceiling)?;
		}
		let voucher = Voucher {
			payer: draw.payer.clone(),
			agent: agent.clone(),
			channel: channel.nonce,
			cumulative: draw.ceiling,
		};
		let signer = draw.signer.as_ref().unwrap_or(&draw.payer);
		ensure!(voucher.verify_from(&Self::domain(), &draw.signature, signer), Error::<T>::BadVoucher);
		Ok(amount)
	}

	/// Moves `held` from the payer's hold and `short` from the advancer into the free balance of `into`.
	fn collect(
		payer: &T::AccountId,
		held: Balance,
		advancer: &T::AccountId,
		short: Balance,
		into: &T::AccountId,
	) -> DispatchResult {
		if !held.is_zero() {
			let reason = HoldReason::Channel.into();
			let (precision, mode, force) = (Precision::Exact, Restriction::Free, Fortitude::Polite);
			T::Currency::transfer_on_hold(&reason, payer, into, held, precision, mode, force)?;
		}
		if !short.is_zero() {
			T::Currency::transfer(advancer, into, short, Preservation::Preserve)
				.map_err(|_| Error::<T>::ChannelShort)?;
		}
		Ok(())
	}

	/// Puts `amount` from the free balance of `from` back into the channel, what is owed first. What cannot be held
	/// again, because it is all that keeps the account alive, stays free, as does what the agent cannot be paid: neither
	/// must save a liar's batch.
	fn put_back(
		payer: &T::AccountId,
		agent: &T::AccountId,
		mut channel: ChannelOf<T>,
		amount: Balance,
		from: &T::AccountId,
	) -> DispatchResult {
		let deposit = channel.deposit.checked_add(amount).ok_or(Error::<T>::Overflow)?;
		let owed = amount.min(channel.owed());
		let debt = with_storage_layer(|| Self::pay_debt(from, payer, agent, owed).map(|()| owed)).unwrap_or(0);
		let rest = amount.saturating_sub(debt);
		Self::give(from, payer, rest)?;
		let kept =
			debt == owed && with_storage_layer(|| T::Currency::hold(&HoldReason::Channel.into(), payer, rest)).is_ok();
		channel.deposit = if kept { deposit } else { channel.deposit.saturating_add(debt) };
		Channels::<T>::insert(payer, agent, channel);
		Ok(())
	}

	fn give(from: &T::AccountId, payer: &T::AccountId, amount: Balance) -> DispatchResult {
		if !amount.is_zero() {
			T::Currency::transfer(from, payer, amount, Preservation::Preserve)?;
		}
		Ok(())
	}
}

impl<T: Config> traits::Channels<T::AccountId, T::Signature> for Pallet<T> {
	fn draw(
		draw: &DrawOf<T>,
		agent: &T::AccountId,
		advancer: &T::AccountId,
		into: &T::AccountId,
	) -> Result<Balance, DispatchError> {
		let payer = &draw.payer;
		let mut channel = Self::channel_of(payer, agent)?;
		let amount = Self::increment(&channel, draw, agent)?;
		let held = amount.min(channel.left());
		let short = amount.saturating_sub(held);
		with_storage_layer(|| Self::collect(payer, held, advancer, short, into))?;
		channel.drawn = draw.drawn;
		Channels::<T>::insert(payer, agent, channel);
		let (payer, agent) = (payer.clone(), agent.clone());
		if !short.is_zero() {
			let (payer, agent, by) = (payer.clone(), agent.clone(), advancer.clone());
			Self::deposit_event(Event::Advanced { payer, agent, by, amount: short });
		}
		Self::deposit_event(Event::Drawn { payer, agent, amount, drawn: draw.drawn });
		Ok(amount)
	}

	fn refund(payer: &T::AccountId, agent: &T::AccountId, amount: Balance, from: &T::AccountId) -> DispatchResult {
		with_storage_layer(|| match Channels::<T>::get(payer, agent) {
			Some(channel) => Self::put_back(payer, agent, channel, amount, from),
			None => Self::give(from, payer, amount),
		})?;
		Self::deposit_event(Event::Refunded { payer: payer.clone(), agent: agent.clone(), amount });
		Ok(())
	}

	fn terms(payer: &T::AccountId, agent: &T::AccountId) -> Option<(Terms, u32)> {
		Channels::<T>::get(payer, agent).map(|channel| (channel.terms, channel.opened))
	}
}
