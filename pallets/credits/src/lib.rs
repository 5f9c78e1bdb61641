//! # Credits
//!
//! Prepaid channels from payers to agents, drawn by voucher.
//!
//! ## Pallet API
//!
//! See [`Call`], [`Event`], [`Error`] and the view functions of [`Pallet`].
//!
//! ## Overview
//!
//! A payer puts OPEN into a channel to an agent and signs vouchers off the chain: "you may have drawn up to so much". The
//! agent shows the newest voucher when it submits a batch of receipts, and draws what those receipts cost. A payer who
//! wants the rest back asks to close, waits until the agent has had time to submit what it served, and withdraws.
//!
//! ## Low level
//!
//! ### Terminology
//!
//! - *deposit*: all that was ever put into a channel since it was opened.
//! - *drawn*: all that was taken out of it by its agent since then. Both only grow, so a voucher can never be replayed.
//! - *nonce*: numbers the payer's channels, so a voucher for a closed channel means nothing for the next one.
//!
//! ### Invariants
//!
//! 1. A payer's hold is the sum over its channels of deposit − drawn.
//! 2. No channel's nonce has reached the payer's next one.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects))]

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod functions;
mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::Channel;
pub use weights::WeightInfo;

#[allow(clippy::expect_used, reason = "the expansion of the pallet macro uses it")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, InspectHold, Mutate, MutateHold},
	};
	use frame_system::pallet_prelude::*;
	use openledger_primitives::{traits::Agents, Balance};
	use sp_runtime::traits::{IdentifyAccount, Verify};

	/// Configuration.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The runtime's hold reasons.
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

		/// Blocks between the request to close and the withdrawal. Too short, and agents lose what they have served.
		type CloseDelay: Get<BlockNumberFor<Self>>;

		/// The least deposit of a channel. Too small, and the state fills with dust.
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

	/// The channels, by payer and agent.
	// User-chosen keys: Blake2_128Concat.
	#[pallet::storage]
	pub type Channels<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Blake2_128Concat, T::AccountId, Channel<BlockNumberFor<T>>>;

	/// The nonce of a payer's next channel.
	#[pallet::storage]
	pub type NextNonce<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

	/// Events.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A channel was opened.
		Opened {
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			agent: T::AccountId,
			/// The channel's nonce, which vouchers name.
			nonce: u32,
			/// What was put in.
			deposit: Balance,
		},
		/// More was put into a channel.
		ToppedUp {
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			agent: T::AccountId,
			/// What was put in now.
			amount: Balance,
			/// What was put in altogether.
			deposit: Balance,
		},
		/// The payer asked for the rest of a channel.
		Closing {
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			agent: T::AccountId,
			/// The block from which the rest can be withdrawn.
			until: BlockNumberFor<T>,
		},
		/// A channel was closed.
		Closed {
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			agent: T::AccountId,
			/// What went back to the payer.
			returned: Balance,
		},
		/// An agent drew from a channel.
		Drawn {
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			agent: T::AccountId,
			/// What was drawn now.
			amount: Balance,
			/// What was drawn altogether.
			drawn: Balance,
		},
		/// A voided batch gave back what it had drawn.
		Refunded {
			/// Who pays.
			payer: T::AccountId,
			/// Who had drawn.
			agent: T::AccountId,
			/// What came back.
			amount: Balance,
		},
	}

	/// Errors.
	#[pallet::error]
	pub enum Error<T> {
		/// The account to be paid is not an agent.
		NotAnAgent,
		/// There is a channel to this agent already: top it up.
		AlreadyOpen,
		/// There is no channel to this agent: open one.
		NoChannel,
		/// The deposit is below the minimum.
		DepositTooSmall,
		/// The channel is being closed: withdraw, then open another one.
		ChannelClosing,
		/// Nobody has asked to close the channel.
		NotClosing,
		/// The delay after the request to close is not over.
		TooEarly,
		/// The payer did not sign this voucher for this channel on this chain.
		BadVoucher,
		/// More is drawn than the voucher allows.
		AboveCeiling,
		/// Nothing is drawn: the total is not above what was drawn before.
		NothingToDraw,
		/// The channel does not hold that much.
		ChannelShort,
		/// A sum overflows, or the payer has used up its nonces.
		Overflow,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The channel from `payer` to `agent`.
		pub fn channel(payer: T::AccountId, agent: T::AccountId) -> Option<Channel<BlockNumberFor<T>>> {
			Channels::<T>::get(payer, agent)
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Open a channel to `agent` with `deposit` of the caller's free balance.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the payer.
		///
		/// ## Errors
		///
		/// [`Error::NotAnAgent`], [`Error::AlreadyOpen`], [`Error::DepositTooSmall`].
		///
		/// ## Events
		///
		/// [`Event::Opened`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::open())]
		pub fn open(origin: OriginFor<T>, agent: T::AccountId, #[pallet::compact] deposit: Balance) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_open(payer, agent, deposit)
		}

		/// Put `amount` more into the channel to `agent`.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the payer.
		///
		/// ## Errors
		///
		/// [`Error::NoChannel`], [`Error::ChannelClosing`], [`Error::DepositTooSmall`] for an amount of zero.
		///
		/// ## Events
		///
		/// [`Event::ToppedUp`].
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

		/// Take the rest of a channel back, once the delay after the request is over.
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
	}
}
