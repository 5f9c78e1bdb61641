//! # Agents
//!
//! The stakes, offers and slashing of those who serve models.
//!
//! ## Pallet API
//!
//! See [`Call`], [`Event`], [`Error`] and the view functions of [`Pallet`].
//!
//! ## Overview
//!
//! An agent runs models for others and answers for what it claims about them. It bonds OPEN; what it has sold but not yet
//! settled may not exceed a fraction of the bond, so that a lie always costs more than it brings. A proven lie takes the
//! stake: half is burnt, the challenger and the harmed payers are paid from it, the rest goes to the treasury.
//!
//! ## Low level
//!
//! ### Design
//!
//! The agent is named by the account that holds its stake. It signs receipts and batches with a *signer* and is paid on a
//! *beneficiary*: separate accounts, so that the key on the serving machine can neither unbond nor spend.
//!
//! Unbonding stake stays slashable until it is withdrawn.
//!
//! ### Invariants
//!
//! 1. An agent's hold equals its stake and what it is unbonding.
//! 2. [`TotalStake`] is the sum of the stakes.
//! 3. [`AgentOfSigner`] is the inverse of the agents' signers.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects))]

extern crate alloc;

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
pub use types::{Agent, Offer, Unbonding};
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
	use openledger_primitives::{traits::Models, Balance, ModelId};
	use sp_runtime::Perbill;

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

		/// The registry that offers refer to.
		type Models: Models<Self::AccountId>;

		/// Has what a slash does not burn or pay to challenger and payers.
		type Treasury: Get<Self::AccountId>;

		/// The least stake that an agent works with. Too small, and a lie is cheap.
		type MinStake: Get<Balance>;

		/// The part of the stake that unsettled fees may reach. More than half, and a lie may pay.
		type MaxExposure: Get<Perbill>;

		/// Blocks between unbonding and withdrawal. Shorter than the challenge window, and a liar escapes.
		type UnbondingPeriod: Get<BlockNumberFor<Self>>;

		/// The part of the stake that a proven false claim costs.
		type FraudSlash: Get<Perbill>;

		/// The longest life of an offer, in blocks.
		#[pallet::constant]
		type MaxOfferLife: Get<BlockNumberFor<Self>>;

		/// The most unbonding entries of one agent.
		#[pallet::constant]
		type MaxUnbonding: Get<u32>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;

		/// Prepares for the benchmarks what other pallets keep.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper;
	}

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Why balance is held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Stake, and stake that is being unbonded.
		#[codec(index = 0)]
		Stake,
	}

	/// The agents, by the account that holds the stake.
	// User-chosen keys: Blake2_128Concat.
	#[pallet::storage]
	pub type Agents<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Agent<T>>;

	/// Which agent a signer signs for.
	#[pallet::storage]
	pub type AgentOfSigner<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, T::AccountId>;

	/// What agents offer to run, and at what price.
	#[pallet::storage]
	pub type Offers<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, ModelId, Offer<BlockNumberFor<T>>>;

	/// The sum of all stakes, without what is being unbonded.
	#[pallet::storage]
	pub type TotalStake<T: Config> = StorageValue<_, Balance, ValueQuery>;

	/// Events.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An agent was registered.
		Registered {
			/// The agent.
			agent: T::AccountId,
			/// The account that signs for it.
			signer: T::AccountId,
			/// The account that it is paid on.
			beneficiary: T::AccountId,
		},
		/// Stake was added.
		Bonded {
			/// The agent.
			agent: T::AccountId,
			/// What was added.
			amount: Balance,
			/// The stake afterwards.
			stake: Balance,
		},
		/// Stake was put into the unbonding queue.
		Unbonded {
			/// The agent.
			agent: T::AccountId,
			/// What is being unbonded.
			amount: Balance,
			/// The block from which it can be withdrawn.
			until: BlockNumberFor<T>,
		},
		/// Unbonded stake was released.
		Withdrawn {
			/// The agent.
			agent: T::AccountId,
			/// What was released.
			amount: Balance,
		},
		/// An agent with nothing left at stake was removed.
		Removed {
			/// The agent.
			agent: T::AccountId,
		},
		/// An offer was made or replaced.
		Offered {
			/// The agent.
			agent: T::AccountId,
			/// The model.
			model: ModelId,
			/// The offer.
			offer: Offer<BlockNumberFor<T>>,
		},
		/// An offer was taken back.
		OfferWithdrawn {
			/// The agent.
			agent: T::AccountId,
			/// The model.
			model: ModelId,
		},
		/// An agent lost stake for a proven false claim.
		Slashed {
			/// The agent.
			agent: T::AccountId,
			/// Who proved it.
			challenger: T::AccountId,
			/// What was taken in all.
			amount: Balance,
			/// What of it was burnt.
			burnt: Balance,
			/// What of it the challenger has.
			reward: Balance,
			/// What of it the harmed payers have.
			compensation: Balance,
		},
	}

	/// Errors.
	#[pallet::error]
	pub enum Error<T> {
		/// The account is an agent already.
		AlreadyRegistered,
		/// The signer signs for an agent already: choose another account.
		SignerTaken,
		/// The account is not an agent: register first.
		NotAnAgent,
		/// The stake would be below the minimum: bond more, or unbond everything.
		StakeTooLow,
		/// The amount is zero.
		NothingToDo,
		/// More is unbonded than is staked.
		MoreThanStaked,
		/// The queue is full: withdraw what is due first.
		TooManyUnbonding,
		/// Nothing is due for withdrawal yet.
		NothingDue,
		/// Unsettled fees would exceed what the stake covers: bond more, or wait for settlement.
		OverExposed,
		/// The model does not exist or cannot be served.
		NotServable,
		/// The offer would live longer than allowed, or not at all.
		BadOfferLife,
		/// There is no such offer.
		NoSuchOffer,
		/// A sum overflows.
		Overflow,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MaxUnbonding::get() > 0, "without an unbonding queue stake can never be withdrawn");
			assert!(T::MaxOfferLife::get() > BlockNumberFor::<T>::from(0u32), "offers must be able to live");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The agent that `account` is.
		pub fn agent(account: T::AccountId) -> Option<Agent<T>> {
			Agents::<T>::get(account)
		}

		/// What `agent` asks for `model`, if the offer is alive and the agent has the stake to serve it.
		pub fn offer(agent: T::AccountId, model: ModelId) -> Option<Offer<BlockNumberFor<T>>> {
			let record = Agents::<T>::get(&agent)?;
			let now = frame_system::Pallet::<T>::block_number();
			let offer = Offers::<T>::get(agent, model)?;
			(record.stake >= T::MinStake::get() && offer.until >= now).then_some(offer)
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Become an agent with `stake` at stake.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the account that holds the stake.
		///
		/// ## Errors
		///
		/// [`Error::AlreadyRegistered`], [`Error::SignerTaken`], [`Error::StakeTooLow`].
		///
		/// ## Events
		///
		/// [`Event::Registered`], [`Event::Bonded`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register())]
		pub fn register(
			origin: OriginFor<T>,
			signer: T::AccountId,
			beneficiary: T::AccountId,
			#[pallet::compact] stake: Balance,
		) -> DispatchResult {
			let agent = ensure_signed(origin)?;
			Self::do_register(agent, signer, beneficiary, stake)
		}

		/// Add `amount` of the caller's free balance to its stake.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an agent.
		///
		/// ## Errors
		///
		/// [`Error::NotAnAgent`], [`Error::NothingToDo`].
		///
		/// ## Events
		///
		/// [`Event::Bonded`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::bond())]
		pub fn bond(origin: OriginFor<T>, #[pallet::compact] amount: Balance) -> DispatchResult {
			let agent = ensure_signed(origin)?;
			Self::do_bond(agent, amount)
		}

		/// Start to release `amount` of the stake. It stays slashable until it is withdrawn.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an agent.
		///
		/// ## Details
		///
		/// What stays must be nothing, or at least the minimum and enough for the unsettled fees.
		///
		/// ## Errors
		///
		/// [`Error::NotAnAgent`], [`Error::NothingToDo`], [`Error::MoreThanStaked`], [`Error::StakeTooLow`],
		/// [`Error::OverExposed`], [`Error::TooManyUnbonding`].
		///
		/// ## Events
		///
		/// [`Event::Unbonded`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::unbond())]
		pub fn unbond(origin: OriginFor<T>, #[pallet::compact] amount: Balance) -> DispatchResult {
			let agent = ensure_signed(origin)?;
			Self::do_unbond(agent, amount)
		}

		/// Release all unbonded stake that is due. An agent without anything at stake is removed.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an agent.
		///
		/// ## Errors
		///
		/// [`Error::NotAnAgent`], [`Error::NothingDue`].
		///
		/// ## Events
		///
		/// [`Event::Withdrawn`], [`Event::Removed`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::withdraw(T::MaxUnbonding::get()))]
		pub fn withdraw(origin: OriginFor<T>) -> DispatchResult {
			let agent = ensure_signed(origin)?;
			Self::do_withdraw(agent)
		}

		/// Offer to run `model` for `life` blocks at a price per 1,000 tokens, in planck. Replaces an earlier offer.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an agent or its signer.
		///
		/// ## Errors
		///
		/// [`Error::NotAnAgent`], [`Error::StakeTooLow`], [`Error::NotServable`], [`Error::BadOfferLife`].
		///
		/// ## Events
		///
		/// [`Event::Offered`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::offer())]
		pub fn offer_model(
			origin: OriginFor<T>,
			model: ModelId,
			#[pallet::compact] price_in: Balance,
			#[pallet::compact] price_out: Balance,
			life: BlockNumberFor<T>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_offer(who, model, price_in, price_out, life)
		}

		/// Take an offer back.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by an agent or its signer.
		///
		/// ## Errors
		///
		/// [`Error::NotAnAgent`], [`Error::NoSuchOffer`].
		///
		/// ## Events
		///
		/// [`Event::OfferWithdrawn`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::withdraw_offer())]
		pub fn withdraw_offer(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_offer(who, model)
		}
	}
}
