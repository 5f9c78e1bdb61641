//! The invariants of the crate documentation.

use crate::pallet::{Channels, Config, HoldReason, NextNonce, Pallet};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{ensure, traits::fungible::InspectHold};
use openledger_primitives::Balance;
use sp_runtime::{traits::UniqueSaturatedInto, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks the invariants of the crate documentation, in its order.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_holds()?;
		Self::check_nonces()?;
		Self::check_keys()?;
		Self::check_openings()
	}

	/// Invariant 1.
	fn check_holds() -> Result<(), TryRuntimeError> {
		let mut left = BTreeMap::<T::AccountId, Balance>::new();
		for (payer, _, channel) in Channels::<T>::iter() {
			let sum = left.entry(payer).or_default();
			*sum = sum.checked_add(channel.left()).ok_or("the sum of deposits overflows")?;
		}
		for account in frame_system::Account::<T>::iter_keys() {
			let held = T::Currency::balance_on_hold(&HoldReason::Channel.into(), &account);
			let left = left.remove(&account).unwrap_or_default();
			ensure!(held == left, "a hold differs from what the channels have left");
		}
		ensure!(left.values().all(|left| *left == 0), "a channel has something left of an account that does not exist");
		Ok(())
	}

	/// Invariant 2.
	fn check_nonces() -> Result<(), TryRuntimeError> {
		let mut seen = BTreeSet::new();
		for (payer, _, channel) in Channels::<T>::iter() {
			ensure!(channel.nonce < NextNonce::<T>::get(&payer), "a channel's nonce was not given out");
			ensure!(seen.insert((payer, channel.nonce)), "two channels have one nonce");
		}
		Ok(())
	}

	/// Invariant 3.
	fn check_keys() -> Result<(), TryRuntimeError> {
		for (payer, _, channel) in Channels::<T>::iter() {
			let keys: BTreeSet<_> = channel.keys.iter().map(|key| &key.key).collect();
			ensure!(keys.len() == channel.keys.len(), "a channel has a session key twice");
			ensure!(!keys.contains(&payer), "a payer is its own session key");
		}
		Ok(())
	}

	/// Invariant 4.
	fn check_openings() -> Result<(), TryRuntimeError> {
		let now: u32 = Self::now().unique_saturated_into();
		for channel in Channels::<T>::iter_values() {
			ensure!(channel.deposit > 0, "nothing was put into a channel");
			ensure!(channel.opened <= now, "a channel was opened in the future");
		}
		Ok(())
	}
}
