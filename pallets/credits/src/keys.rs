//! Session keys: who may sign vouchers for a payer, up to what, and until when.
//!
//! A key protects the payer; that it cannot be tightened at once protects the agent, who has served for its vouchers
//! and has not drawn yet. So a key is only ever loosened, or revoked with the delay of a closing channel.

use crate::{
	channels::ChannelOf,
	pallet::{Channels, Config, Error, Event, Pallet},
	types::SessionKey,
};
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::Balance;
use sp_runtime::{traits::Saturating, DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_authorise_key(
		payer: T::AccountId,
		agent: T::AccountId,
		key: T::AccountId,
		cap: Balance,
		expires: BlockNumberFor<T>,
	) -> DispatchResult {
		let mut channel = Self::open_channel(&payer, &agent)?;
		let now = Self::now();
		ensure!(key != payer, Error::<T>::KeyIsPayer);
		ensure!(expires > now, Error::<T>::ExpiryPassed);
		ensure!(expires <= now.saturating_add(T::MaxKeyLife::get()), Error::<T>::KeyLifeTooLong);
		channel.keys.retain(|other| other.expires >= now);
		let new = SessionKey { key: key.clone(), cap, expires };
		match channel.keys.iter_mut().find(|other| other.key == key) {
			Some(old) => {
				ensure!(cap >= old.cap && expires >= old.expires, Error::<T>::KeyTighter);
				*old = new;
			}
			None => channel.keys.try_push(new).map_err(|_| Error::<T>::TooManyKeys)?,
		}
		Channels::<T>::insert(&payer, &agent, channel);
		Self::deposit_event(Event::KeyAuthorised { payer, agent, key, cap, expires });
		Ok(())
	}

	pub(crate) fn do_revoke_key(payer: T::AccountId, agent: T::AccountId, key: T::AccountId) -> DispatchResult {
		let mut channel = Self::channel_of(&payer, &agent)?;
		let now = Self::now();
		let found = channel.keys.iter_mut().find(|other| other.key == key).ok_or(Error::<T>::NoSuchKey)?;
		ensure!(found.expires >= now, Error::<T>::KeyExpired);
		let expires = found.expires.min(now.saturating_add(T::CloseDelay::get()));
		found.expires = expires;
		Channels::<T>::insert(&payer, &agent, channel);
		Self::deposit_event(Event::KeyRevoked { payer, agent, key, expires });
		Ok(())
	}

	/// Fails unless `key` may sign a voucher over `ceiling` that is drawn now.
	pub(crate) fn ensure_key(channel: &ChannelOf<T>, key: &T::AccountId, ceiling: Balance) -> Result<(), Error<T>> {
		let found = channel.keys.iter().find(|other| other.key == *key).ok_or(Error::<T>::NoSuchKey)?;
		ensure!(Self::now() <= found.expires, Error::<T>::KeyExpired);
		ensure!(ceiling <= found.cap, Error::<T>::AboveKeyCap);
		Ok(())
	}
}
