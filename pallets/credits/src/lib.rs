//! # Credits
//!
//! Prepaid channels from payers to agents, drawn by voucher.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for calls, events, errors, storage and configuration. Who settles batches draws and
//! refunds through [`openledger_primitives::traits::Channels`].
//!
//! ## Overview
//!
//! A payer puts OPEN into a channel to an agent and signs vouchers off the chain: "you may have drawn up to so much".
//! The agent shows the newest voucher when it submits a batch of receipts, and draws what those receipts cost. A payer
//! who wants the rest back asks to close, waits until the agent has had time to submit what it served, and withdraws.
//!
//! With the channel the payer agrees to terms: what answers may cost at most, and how little of a fee may go to models
//! and data. It may let session keys sign vouchers, each up to a cap and a block, so that the key of the account stays
//! where it is safe.
//!
//! A voucher is worth what it says even if the channel is short: whoever submits the batch advances the rest, and what
//! comes into the channel later pays that debt first.
//!
//! ## Low level / implementation
//!
//! ### Design
//!
//! What the agent relies on cannot be taken back while it relies on it: vouchers count from the opening and only grow;
//! terms only loosen; a session key is only loosened, or revoked with the delay of a closing channel. Whoever wants
//! less closes the channel and opens another one, whose nonce makes all earlier vouchers void.
//!
//! ### Terminology
//!
//! * **Deposit**: all that was ever put into a channel since it was opened. **Drawn**: all that was taken out of it
//!   since then. Both only grow, so a voucher can never be replayed.
//! * **Owed**: drawn − deposit, if that is positive: what was advanced to the payer.
//! * **Nonce**: numbers the payer's channels, so a voucher for a closed channel means nothing for the next one.
//! * **Session key**: an account that may sign vouchers for the payer, up to a cap that counts from the opening.
//!
//! ### Invariants
//!
//! 1. A payer's hold is the sum over its channels of deposit − drawn, where that is positive.
//! 2. No channel's nonce has reached the payer's next one, and no two channels of a payer have the same.
//! 3. The session keys of a channel are distinct, and none is the payer.
//! 4. Something was put into every channel, and none was opened in the future.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(
	test,
	allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod channels;
mod draws;
mod errors;
mod events;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod invariants;
mod keys;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

use frame_support::pallet_macros::import_section;
pub use pallet::*;
pub use types::{Channel, SessionKey, SessionKeys, MAX_KEYS};
pub use weights::WeightInfo;

/// The pallet.
#[allow(clippy::expect_used, reason = "the macros expand to it; nothing written here does")]
#[import_section(events::events)]
#[import_section(errors::errors)]
#[frame_support::pallet]
pub mod pallet {
	use crate::{channels::ChannelOf, WeightInfo};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, InspectHold, Mutate, MutateHold},
	};
	use frame_system::pallet_prelude::*;
	use openledger_primitives::{money::FeeSplit, terms::Terms, traits::Agents, Balance};
	use sp_runtime::traits::{IdentifyAccount, Verify, Zero};

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The aggregated hold reason.
		type RuntimeHoldReason: From<HoldReason>;
		/// OPEN.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ Mutate<Self::AccountId>
			+ InspectHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ MutateHold<Self::AccountId>;
		/// Who can be paid.
		type Agents: Agents<Self::AccountId>;
		/// Signs vouchers.
		type Signature: Verify<Signer: IdentifyAccount<AccountId = Self::AccountId>> + Parameter;
		/// How fees are divided; a payer whose terms do not accept it cannot be drawn from.
		type Split: Get<FeeSplit>;
		/// Blocks between the request to close and the withdrawal, and until a revoked key expires. Too short, and agents
		/// lose what they have served.
		type CloseDelay: Get<BlockNumberFor<Self>>;
		/// The most blocks that a session key is valid for. Long, and keys are forgotten while they still sign.
		type MaxKeyLife: Get<BlockNumberFor<Self>>;
		/// The least deposit of a channel, in planck. Too small, and the state fills with dust.
		type MinDeposit: Get<Balance>;
		/// Weights of the calls.
		type WeightInfo: WeightInfo;
		/// Prepares for the benchmarks what other pallets keep.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::AccountId>;
	}

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Why balance is held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposits of channels that are not drawn yet.
		#[codec(index = 0)]
		Channel,
	}

	// Accounts are chosen by users, so their hasher is a cryptographic one.
	/// The channels, by payer and agent.
	#[pallet::storage]
	pub type Channels<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Blake2_128Concat, T::AccountId, ChannelOf<T>, OptionQuery>;

	/// The nonce of a payer's next channel.
	#[pallet::storage]
	pub type NextNonce<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(!T::MaxKeyLife::get().is_zero(), "a session key must live for a block at least");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The channel from `payer` to `agent`.
		pub fn channel(payer: T::AccountId, agent: T::AccountId) -> Option<ChannelOf<T>> {
			Channels::<T>::get(payer, agent)
		}

		/// What `agent` can still draw from the payer's channel without advancing anything, in planck.
		pub fn spendable(payer: T::AccountId, agent: T::AccountId) -> Balance {
			Channels::<T>::get(payer, agent).map_or(0, |channel| channel.left())
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Open a channel to `agent` with `deposit` planck of the caller's free balance.
		///
		/// ## Details
		///
		/// `terms` bound what answers may cost and how their fees are divided. They can be loosened later, never tightened.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the payer.
		///
		/// ## Errors
		///
		/// [`Error::NotAnAgent`], [`Error::AlreadyOpen`], [`Error::DepositTooSmall`], [`Error::Overflow`], those of the hold.
		///
		/// ## Events
		///
		/// [`Event::Opened`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::open())]
		pub fn open(
			origin: OriginFor<T>,
			agent: T::AccountId,
			#[pallet::compact] deposit: Balance,
			terms: Terms,
		) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_open(payer, agent, deposit, terms)
		}

		/// Put `amount` planck more into the channel to `agent`. What the caller owes the agent is paid to the agent's
		/// beneficiary first.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the payer.
		///
		/// ## Errors
		///
		/// [`Error::NoChannel`], [`Error::ChannelClosing`], [`Error::DepositTooSmall`] for an amount of zero,
		/// [`Error::Overflow`], those of the transfer and of the hold.
		///
		/// ## Events
		///
		/// [`Event::ToppedUp`], after [`Event::DebtPaid`] if something was owed.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::top_up())]
		pub fn top_up(origin: OriginFor<T>, agent: T::AccountId, #[pallet::compact] amount: Balance) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_top_up(payer, agent, amount)
		}

		/// Ask for the rest of the channel to `agent`. The agent can draw until it is withdrawn.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the payer.
		///
		/// ## Errors
		///
		/// [`Error::NoChannel`], [`Error::ChannelClosing`].
		///
		/// ## Events
		///
		/// [`Event::Closing`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::request_close())]
		pub fn request_close(origin: OriginFor<T>, agent: T::AccountId) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_request_close(payer, agent)
		}

		/// Take the rest of a channel back, once the delay after the request is over. Its session keys end with it, and what
		/// is still owed is lost to the agent.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the payer.
		///
		/// ## Errors
		///
		/// [`Error::NoChannel`], [`Error::NotClosing`], [`Error::TooEarly`].
		///
		/// ## Events
		///
		/// [`Event::Closed`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::withdraw())]
		pub fn withdraw(origin: OriginFor<T>, agent: T::AccountId) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_withdraw(payer, agent)
		}

		/// Agree to more than before in the channel to `agent`.
		///
		/// ## Details
		///
		/// Terms are never tightened, since answers that were given under them would look too dear: close the channel and
		/// open another one instead.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the payer.
		///
		/// ## Errors
		///
		/// [`Error::NoChannel`], [`Error::ChannelClosing`], [`Error::TermsTighter`].
		///
		/// ## Events
		///
		/// [`Event::TermsLoosened`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::loosen_terms())]
		pub fn loosen_terms(origin: OriginFor<T>, agent: T::AccountId, terms: Terms) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_loosen_terms(payer, agent, terms)
		}

		/// Let `key` sign vouchers for the channel to `agent`.
		///
		/// ## Details
		///
		/// A voucher of the key is worth at most `cap` planck, counted from the opening of the channel like the vouchers of
		/// the payer, and can be drawn up to and including block `expires`. A key that is authorised already and has not
		/// expired can only be given more: the agent may have served for vouchers that less would not cover. When it has
		/// expired it may be given anything; what it signed before counts again, up to the new cap. The slots of expired
		/// keys are used again.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the payer.
		///
		/// ## Errors
		///
		/// [`Error::NoChannel`], [`Error::ChannelClosing`], [`Error::KeyIsPayer`], [`Error::ExpiryPassed`],
		/// [`Error::KeyLifeTooLong`], [`Error::KeyTighter`], [`Error::TooManyKeys`].
		///
		/// ## Events
		///
		/// [`Event::KeyAuthorised`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::authorise_key())]
		pub fn authorise_key(
			origin: OriginFor<T>,
			agent: T::AccountId,
			key: T::AccountId,
			#[pallet::compact] cap: Balance,
			expires: BlockNumberFor<T>,
		) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_authorise_key(payer, agent, key, cap, expires)
		}

		/// Let a session key expire after [`Config::CloseDelay`], unless it does so earlier: the agent may have served for
		/// its vouchers.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the payer.
		///
		/// ## Errors
		///
		/// [`Error::NoChannel`], [`Error::NoSuchKey`], [`Error::KeyExpired`].
		///
		/// ## Events
		///
		/// [`Event::KeyRevoked`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::revoke_key())]
		pub fn revoke_key(origin: OriginFor<T>, agent: T::AccountId, key: T::AccountId) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_revoke_key(payer, agent, key)
		}
	}
}
