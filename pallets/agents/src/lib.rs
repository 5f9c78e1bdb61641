//! # Agents
//!
//! Stake, delegation, services, liveness and slashing of those who work for others.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for calls, events, errors, storage and configuration. Other pallets use
//! [`openledger_primitives::traits::Agents`].
//!
//! ## Overview
//!
//! An agent runs models for others, or trains, audits or publishes indexes, and answers for what it claims. It bonds
//! OPEN; others may delegate some to it and share in what it earns. What it has sold but not yet settled may not exceed
//! a fraction of what is at stake, so that a lie always costs more than it brings.
//!
//! What is proven costs stake. Of the agent's own, half is burnt, a quarter goes to who proved it, 15 percent to those
//! who were harmed, ten to those who audit; what others had delegated is burnt. What arithmetic proves is taken at
//! once; what a committee finds waits until nobody appeals any more. Of the agent's weight in the contribution chamber, and of
//! what its beneficiaries have earned through it, the same part is burnt as of the agent's own stake; not for silence, which
//! is no lie.
//!
//! Who serves is probed at random. Who does not answer loses a little each time, and after a few times may not work for
//! a while.
//!
//! ## Low level / implementation
//!
//! ### Design
//!
//! The agent is named by the account that holds its stake. It signs receipts and batches with a *signer* and is paid on
//! a *beneficiary*: separate accounts, so that the key on the serving machine can neither unbond nor spend. Up to
//! [`types::MAX_FORMER`] signers that were replaced bind the agent for [`pallet::Config::LongestHold`] more.
//!
//! What was delegated to an agent is a [`pool::Pool`] in the pallet's account, divided into shares. For what is proven,
//! the agent's own stake answers first, then the pool; what is judged is taken from both alike. Stake and shares that
//! are on their way out answer too, until they are withdrawn (`docs/adr/0016-stake-that-answers.md`).
//!
//! Deferred slashes and the ends of probes are duties on an agenda, which `on_idle` works off as far as the weight
//! allows. One that fails is tried again later and holds up nobody.
//!
//! ### Terminology
//!
//! * **Backing**: what answers for an agent and stays: own stake, and what was delegated, at most
//!   [`pallet::Config::MaxDelegation`] times the former; nothing that is on its way out.
//! * **Cover**: the unsettled fees that an agent may have: a part of its own stake and of what was delegated, of which
//!   at most [`cover::DELEGATED_COVER`] of the former counts. A lie loses for the agent alone.
//! * **Occasion**: offences that become known within [`pallet::Config::AppealPeriod`] of the first of them.
//! * **At risk**: what a slash can take: all of it.
//! * **Bound**: as long as an agent is, nothing is withdrawn before it has been due for
//!   [`pallet::Config::LongestHold`].
//!
//! ### Invariants
//!
//! 1. What an account has on hold as stake is its stake as an agent, and what it is unbonding.
//! 2. `TotalStake` is the sum of the stakes.
//! 3. `AgentOfSigner` is the inverse of the agents' signers, and `FormerSigners` that of their former ones.
//! 4. The pallet's account has what is in the pools, at least. Of each pool, shares are the sum of those of the
//!    delegations in it, and leaving those of them that are on their way out. Pools have different identifiers, below
//!    `NextPool`.
//! 5. What an account has on hold for services is the sum of the deposits of its services, which are as many as the
//!    agent counts, each numbered below `NextService`.
//! 6. `Serving` numbers from 0 to `ServingCount` those agents who serve, have stake, and were not evicted; `PlaceOf` is
//!    its inverse.
//! 7. Every open probe and every deferred slash is on the agenda at its block, none before `AgendaFrom`, and nothing
//!    else is. An agent counts its deferred slashes, numbered below `NextSlash`, and is bound at least as often.
//! 8. `OfferCount` is the number of offers of an agent; nobody else has any.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(
	test,
	allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

mod accounts;
mod agenda;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
pub mod cover;
mod deferral;
mod delegation;
mod errors;
mod events;
mod interface;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod invariants;
#[cfg(test)]
mod mock;
mod offers;
pub mod pool;
mod probes;
mod services;
mod slashing;
mod staking;
#[cfg(test)]
mod tests;
pub mod types;
pub mod weights;

use frame_support::pallet_macros::import_section;
pub use pallet::*;
pub use types::{Agent, DeferredSlash, Offer, Unbonding};
pub use weights::WeightInfo;

/// The pallet.
#[allow(clippy::expect_used, reason = "the macros expand to it; nothing written here does")]
#[import_section(events::events)]
#[import_section(errors::errors)]
#[frame_support::pallet]
pub mod pallet {
	use crate::{
		types::{Agent, DeferredSlash, Delegation, Duty, Offer, Probe, Service, ServiceTerms, StandingView},
		WeightInfo,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{Balanced, BalancedHold, Inspect, InspectHold, Mutate, MutateHold},
			Randomness,
		},
		weights::WeightMeter,
		PalletId,
	};
	use frame_system::pallet_prelude::*;
	use openledger_primitives::{
		traits::{Contributions, Harm, Models},
		Balance, Hardware, ModelId, Offence, Roles, ServiceId,
	};
	use sp_core::H256;
	use sp_runtime::{traits::Zero, Perbill};

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The aggregated hold reason.
		type RuntimeHoldReason: From<HoldReason>;
		/// OPEN.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ Mutate<Self::AccountId>
			+ Balanced<Self::AccountId>
			+ InspectHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ MutateHold<Self::AccountId>
			+ BalancedHold<Self::AccountId>;
		/// The registry that offers and services refer to.
		type Models: Models<Self::AccountId>;
		/// Hears what becomes of deferred slashes.
		type Harm: Harm<Self::AccountId>;
		/// Who weighs what in the contribution chamber: who is slashed loses of it. With `()` nobody does.
		type Contributions: Contributions<Self::AccountId>;
		/// Randomness of this block; one that many know long before tells agents when to be there. `None` is no probe.
		type Randomness: Randomness<Option<H256>, BlockNumberFor<Self>>;
		/// Who decides appeals against slashes; whoever it is can let every liar go.
		type CancelOrigin: EnsureOrigin<Self::RuntimeOrigin>;
		/// Names the account that has what was delegated.
		type PalletId: Get<PalletId>;
		/// The least stake that an agent works with. Too small, and a lie is cheap.
		type MinStake: Get<Balance>;
		/// The part of what is counted as at stake that unsettled fees may reach. More than half, and a lie may pay.
		type MaxExposure: Get<Perbill>;
		/// Blocks between unbonding and withdrawal. Shorter than the challenge window, and a liar escapes.
		type UnbondingPeriod: Get<BlockNumberFor<Self>>;
		/// Blocks after which what is due is released although the agent is bound, and after which what a former signer
		/// has signed does not bind it. Shorter than the longest obligation with its appeals, and a liar escapes or
		/// disowns what it signed; endless, and who is always bound keeps its delegators for ever.
		type LongestHold: Get<BlockNumberFor<Self>>;
		/// The least that is delegated. Too small, and dust fills the storage.
		type MinDelegation: Get<Balance>;
		/// How many times its own stake may be delegated to an agent. Many, and most of what answers for it is not its own.
		type MaxDelegation: Get<u32>;
		/// The part of everything at risk that a proven false claim costs. Less than all, and a lie may pay who has
		/// delegations ([`crate::cover::DELEGATED_COVER`]).
		type FraudSlash: Get<Perbill>;
		/// The part of its own stake that an agent loses for a probe that it does not answer; more than a percent
		/// punishes a broken disk as a lie.
		type SilenceSlash: Get<Perbill>;
		/// Blocks in which an offence makes the next one dearer.
		type RepeatPeriod: Get<BlockNumberFor<Self>>;
		/// Blocks between a committee's finding and its slash, in which it can be appealed against. Offences that become
		/// known within as many blocks count as one.
		type AppealPeriod: Get<BlockNumberFor<Self>>;
		/// Blocks from one probe to the next; 0 probes nobody.
		type ProbeInterval: Get<BlockNumberFor<Self>>;
		/// Blocks for answering a probe; few punish slow inclusion.
		type ProbeWindow: Get<BlockNumberFor<Self>>;
		/// Probes missed in a row that get an agent evicted; 0 or 1 evict at once.
		type MaxMisses: Get<u32>;
		/// Blocks until an evicted agent may return; 0 makes eviction a formality.
		type EvictionPeriod: Get<BlockNumberFor<Self>>;
		/// What is held for a service; 0 makes storage free.
		type ServiceDeposit: Get<Balance>;
		/// The longest life of an offer, in blocks.
		#[pallet::constant]
		type MaxOfferLife: Get<BlockNumberFor<Self>>;
		/// The most offers of one agent.
		#[pallet::constant]
		type MaxOffers: Get<u32>;
		/// The most services of one agent.
		#[pallet::constant]
		type MaxServices: Get<u32>;
		/// The most entries in the queue of an agent, and of a delegation.
		#[pallet::constant]
		type MaxUnbonding: Get<u32>;
		/// The most slashes of one agent that wait for an appeal.
		#[pallet::constant]
		type MaxDeferred: Get<u32>;
		/// The most duties of one block; the rest of a block is left to others.
		#[pallet::constant]
		type MaxSteps: Get<u32>;
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

	/// Why this pallet holds funds.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Stake, and stake that is being unbonded.
		#[codec(index = 0)]
		Stake,
		/// The deposits of services.
		#[codec(index = 1)]
		Service,
	}

	// Accounts are chosen by users, so their hasher is a cryptographic one; identifiers are assigned in sequence.
	/// The agents, by the account that holds the stake.
	#[pallet::storage]
	pub type Agents<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Agent<T>>;

	/// Which agent a signer signs for.
	#[pallet::storage]
	pub type AgentOfSigner<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, T::AccountId>;

	/// Which agent a signer signed for before it was replaced.
	#[pallet::storage]
	pub type FormerSigners<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, T::AccountId>;

	/// The sum of all stakes of agents, without what is being unbonded or was delegated.
	#[pallet::storage]
	pub type TotalStake<T: Config> = StorageValue<_, Balance, ValueQuery>;

	/// What was delegated, by agent and delegator.
	#[pallet::storage]
	pub type Delegations<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Blake2_128Concat, T::AccountId, Delegation<T>>;

	/// The identifier of the next pool.
	#[pallet::storage]
	pub type NextPool<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// What agents offer to run, and at what price.
	#[pallet::storage]
	pub type Offers<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, ModelId, Offer<BlockNumberFor<T>>>;

	/// How many offers there are of each agent. It is not removed while there are any.
	#[pallet::storage]
	pub type OfferCount<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

	/// The services.
	#[pallet::storage]
	pub type Services<T: Config> = StorageMap<_, Twox64Concat, ServiceId, Service<T::AccountId>>;

	/// The identifier of the next service.
	#[pallet::storage]
	pub type NextService<T: Config> = StorageValue<_, ServiceId, ValueQuery>;

	/// Who can be probed.
	#[pallet::storage]
	pub type Serving<T: Config> = StorageMap<_, Twox64Concat, u32, T::AccountId>;

	/// How many can be probed.
	#[pallet::storage]
	pub type ServingCount<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The number of an agent among those who can be probed.
	#[pallet::storage]
	pub type PlaceOf<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32>;

	/// Open probes.
	#[pallet::storage]
	pub type Probes<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Probe<BlockNumberFor<T>>>;

	/// Slashes that wait for an appeal.
	#[pallet::storage]
	pub type Deferred<T: Config> = StorageMap<_, Twox64Concat, u64, DeferredSlash<T::AccountId, BlockNumberFor<T>>>;

	/// The identifier of the next deferred slash.
	#[pallet::storage]
	pub type NextSlash<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// What there is to do, by the first block in which it can be done.
	#[pallet::storage]
	pub type Agenda<T: Config> =
		StorageDoubleMap<_, Twox64Concat, BlockNumberFor<T>, Blake2_128Concat, Duty<T::AccountId>, ()>;

	/// The first block that may still have something on the agenda.
	#[pallet::storage]
	pub type AgendaFrom<T: Config> = StorageValue<_, BlockNumberFor<T>, ValueQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			Self::probe_if_time(now)
		}

		fn on_idle(_: BlockNumberFor<T>, limit: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(limit);
			Self::work_off_agenda(&mut meter);
			meter.consumed()
		}

		fn integrity_test() {
			assert!(T::MaxUnbonding::get() > 0, "without an unbonding queue stake can never be withdrawn");
			assert!(!T::MaxOfferLife::get().is_zero(), "offers must be able to live");
			assert!(T::MaxOffers::get() > 0, "an agent must be able to offer");
			assert!(T::MaxDeferred::get() > 0, "slashes must be able to wait");
			assert!(T::MaxSteps::get() > 0, "the agenda must be worked off");
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

		/// What `agent` is able to do, and what answers for it.
		pub fn standing(agent: T::AccountId) -> Option<StandingView> {
			<Self as openledger_primitives::traits::Agents<_>>::standing(&agent).map(Into::into)
		}

		/// What `agent` asks for `model`, if the offer is alive and the agent may serve it.
		pub fn offer(agent: T::AccountId, model: ModelId) -> Option<Offer<BlockNumberFor<T>>> {
			let record = Agents::<T>::get(&agent)?;
			let offer = Offers::<T>::get(agent, model)?;
			(Self::may_serve(&record) && offer.until >= Self::now()).then_some(offer)
		}

		/// A service, and whether it is live: its agent may serve, has the stake that the service asks for, and every
		/// model can be served.
		pub fn service(service: ServiceId) -> Option<(Service<T::AccountId>, bool)> {
			let service = Services::<T>::get(service)?;
			let live = Self::is_live(&service);
			Some((service, live))
		}

		/// What `delegator` has delegated to `agent`, and what it is worth, with what is on its way out.
		pub fn delegation(agent: T::AccountId, delegator: T::AccountId) -> Option<(Delegation<T>, Balance)> {
			let delegation = Delegations::<T>::get(&agent, delegator)?;
			let value = Self::worth(&agent, &delegation);
			Some((delegation, value))
		}

		/// A slash that waits for an appeal.
		pub fn deferred(id: u64) -> Option<DeferredSlash<T::AccountId, BlockNumberFor<T>>> {
			Deferred::<T>::get(id)
		}

		/// The open probe of `agent`.
		pub fn probe(agent: T::AccountId) -> Option<Probe<BlockNumberFor<T>>> {
			Probes::<T>::get(agent)
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Become an agent with `stake` at stake.
		///
		/// ## Dispatch Origin
		/// Signed, by the account that holds the stake.
		///
		/// ## Parameters
		/// `signer` only signs for this agent. A key that has signed for another one should never be used again: what
		/// it has signed could be held against this one.
		///
		/// ## Errors
		/// [`Error::AlreadyRegistered`], [`Error::SameAccount`], [`Error::SignerTaken`], [`Error::BadRoles`],
		/// [`Error::StakeTooLow`], [`Error::IdsExhausted`], those of the hold.
		///
		/// ## Events
		/// [`Event::Registered`], [`Event::Bonded`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register())]
		pub fn register(
			origin: OriginFor<T>,
			signer: T::AccountId,
			beneficiary: T::AccountId,
			#[pallet::compact] stake: Balance,
			roles: Roles,
			hardware: Hardware,
		) -> DispatchResult {
			let agent = ensure_signed(origin)?;
			Self::do_register(agent, signer, beneficiary, stake, roles, hardware)
		}

		/// Add `amount` of the caller's free balance to its stake.
		///
		/// ## Dispatch Origin
		/// Signed, by an agent.
		///
		/// ## Errors
		/// [`Error::NotAnAgent`], [`Error::NothingToDo`], [`Error::StakeTooLow`], [`Error::Overflow`], those of the
		/// hold.
		///
		/// ## Events
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
		/// Signed, by an agent.
		///
		/// ## Details
		/// What stays must be nothing, or at least the minimum, and enough for the unsettled fees.
		///
		/// ## Errors
		/// [`Error::NotAnAgent`], [`Error::NothingToDo`], [`Error::MoreThanStaked`], [`Error::StakeTooLow`],
		/// [`Error::OverExposed`], [`Error::TooManyUnbonding`].
		///
		/// ## Events
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
		/// Signed, by an agent.
		///
		/// ## Details
		/// While the agent is bound, only what has been due for [`Config::LongestHold`] is released. The last of it is not
		/// as long as the agent has offers.
		///
		/// ## Errors
		/// [`Error::NotAnAgent`], [`Error::StillBound`], [`Error::OffersRemain`], [`Error::ServicesRemain`],
		/// [`Error::DelegationsRemain`], [`Error::NothingDue`].
		///
		/// ## Events
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
		/// Signed, by an agent or its signer.
		///
		/// ## Errors
		/// [`Error::NotAnAgent`], [`Error::StakeTooLow`], [`Error::Evicted`], [`Error::NotServing`],
		/// [`Error::NotServable`], [`Error::BadOfferLife`], [`Error::TooManyOffers`].
		///
		/// ## Events
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
		/// Signed, by an agent or its signer.
		///
		/// ## Errors
		/// [`Error::NotAnAgent`], [`Error::NoSuchOffer`].
		///
		/// ## Events
		/// [`Event::OfferWithdrawn`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::withdraw_offer())]
		pub fn withdraw_offer(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_offer(who, model)
		}

		/// Let another account sign. What the old one has signed binds the agent for [`Config::LongestHold`] more.
		///
		/// ## Dispatch Origin
		/// Signed, by an agent.
		///
		/// ## Errors
		/// [`Error::NotAnAgent`], [`Error::SameAccount`], [`Error::TooManySigners`], [`Error::SignerTaken`].
		///
		/// ## Events
		/// [`Event::SignerSet`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::set_signer())]
		pub fn set_signer(origin: OriginFor<T>, signer: T::AccountId) -> DispatchResult {
			let agent = ensure_signed(origin)?;
			Self::do_set_signer(agent, signer)
		}

		/// Be paid on another account.
		///
		/// ## Dispatch Origin
		/// Signed, by an agent.
		///
		/// ## Errors
		/// [`Error::NotAnAgent`], [`Error::SameAccount`].
		///
		/// ## Events
		/// [`Event::BeneficiarySet`].
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::set_beneficiary())]
		pub fn set_beneficiary(origin: OriginFor<T>, beneficiary: T::AccountId) -> DispatchResult {
			let agent = ensure_signed(origin)?;
			Self::do_set_beneficiary(agent, beneficiary)
		}

		/// Do something else, or on another machine.
		///
		/// ## Dispatch Origin
		/// Signed, by an agent that is not bound.
		///
		/// ## Errors
		/// [`Error::NotAnAgent`], [`Error::BadRoles`], [`Error::StillBound`].
		///
		/// ## Events
		/// [`Event::RolesSet`].
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::set_roles())]
		pub fn set_roles(origin: OriginFor<T>, roles: Roles, hardware: Hardware) -> DispatchResult {
			let agent = ensure_signed(origin)?;
			Self::do_set_roles(agent, roles, hardware)
		}

		/// Delegate `amount` to an agent: it answers for the agent with its own stake, and shares in its fees.
		///
		/// ## Dispatch Origin
		/// Signed by anyone.
		///
		/// ## Errors
		/// [`Error::NotAnAgent`], [`Error::NothingToDo`], [`Error::StakeTooLow`], [`Error::Evicted`],
		/// [`Error::TooMuchDelegated`], [`Error::DelegationTooLow`], [`Error::Overflow`], those of the transfer.
		///
		/// ## Events
		/// [`Event::Delegated`].
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::delegate())]
		pub fn delegate(
			origin: OriginFor<T>,
			agent: T::AccountId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_delegate(who, agent, amount)
		}

		/// Start to take `shares` of a delegation back. They gain and lose like the others until they are withdrawn.
		///
		/// ## Dispatch Origin
		/// Signed, by a delegator.
		///
		/// ## Details
		/// What stays must be nothing, or worth at least [`Config::MinDelegation`].
		///
		/// ## Errors
		/// [`Error::NotDelegated`], [`Error::NothingToDo`], [`Error::MoreThanDelegated`], [`Error::DelegationTooLow`],
		/// [`Error::TooManyUnbonding`].
		///
		/// ## Events
		/// [`Event::Undelegated`].
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::undelegate())]
		pub fn undelegate(
			origin: OriginFor<T>,
			agent: T::AccountId,
			#[pallet::compact] shares: u128,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_undelegate(who, agent, shares)
		}

		/// Have all shares that are due paid. A delegation of which a slash has left nothing is removed.
		///
		/// ## Dispatch Origin
		/// Signed, by a delegator.
		///
		/// ## Details
		/// While the agent is bound, only what has been due for [`Config::LongestHold`] is paid.
		///
		/// ## Errors
		/// [`Error::NotDelegated`], [`Error::StillBound`], [`Error::NothingDue`], those of the transfer.
		///
		/// ## Events
		/// [`Event::DelegationWithdrawn`], [`Event::DelegationLost`].
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::withdraw_delegation(T::MaxUnbonding::get()))]
		pub fn withdraw_delegation(origin: OriginFor<T>, agent: T::AccountId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_delegation(who, agent)
		}

		/// Remove an offer that is over, or whose agent has nothing at stake that is not on its way out.
		///
		/// ## Dispatch Origin
		/// Signed by anyone.
		///
		/// ## Errors
		/// [`Error::NoSuchOffer`], [`Error::OfferAlive`].
		///
		/// ## Events
		/// [`Event::OfferPruned`].
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::prune_offer())]
		pub fn prune_offer(origin: OriginFor<T>, agent: T::AccountId, model: ModelId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_prune_offer(agent, model)
		}

		/// Show that the agent is there. Free when it is.
		///
		/// ## Dispatch Origin
		/// Signed, by the signer of an agent with an open probe.
		///
		/// ## Parameters
		/// `challenge` is that of [`Event::Probed`].
		///
		/// ## Errors
		/// [`Error::NotSigner`], [`Error::NoProbe`], [`Error::ProbeOver`], [`Error::WrongChallenge`].
		///
		/// ## Events
		/// [`Event::ProbeAnswered`].
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::answer_probe())]
		pub fn answer_probe(origin: OriginFor<T>, challenge: H256) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			Self::do_answer_probe(who, challenge)?;
			// Nobody can do it more often than it is asked.
			Ok(Pays::No.into())
		}

		/// Work again after an eviction.
		///
		/// ## Dispatch Origin
		/// Signed, by an agent or its signer.
		///
		/// ## Errors
		/// [`Error::NotAnAgent`], [`Error::NotEvicted`], [`Error::EvictionNotOver`].
		///
		/// ## Events
		/// [`Event::ReturnedToService`].
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::return_to_service())]
		pub fn return_to_service(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_return_to_service(who)
		}

		/// Register a service, under a deposit.
		///
		/// ## Dispatch Origin
		/// Signed, by an agent.
		///
		/// ## Errors
		/// [`Error::NotAnAgent`], [`Error::StakeTooLow`], [`Error::Evicted`], [`Error::NotServing`],
		/// [`Error::TooManyServices`], [`Error::NoModels`], [`Error::ModelTwice`], [`Error::NotServable`],
		/// [`Error::BadSla`], [`Error::IdsExhausted`], those of the hold.
		///
		/// ## Events
		/// [`Event::ServiceRegistered`].
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::register_service(terms.models.len() as u32))]
		pub fn register_service(origin: OriginFor<T>, terms: ServiceTerms) -> DispatchResult {
			let agent = ensure_signed(origin)?;
			Self::do_register_service(agent, terms)
		}

		/// Change a service.
		///
		/// ## Dispatch Origin
		/// Signed, by the agent of the service.
		///
		/// ## Errors
		/// [`Error::NoSuchService`], [`Error::NotYourService`], [`Error::NoModels`], [`Error::ModelTwice`],
		/// [`Error::NotServable`], [`Error::BadSla`].
		///
		/// ## Events
		/// [`Event::ServiceUpdated`].
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::update_service(terms.models.len() as u32))]
		pub fn update_service(origin: OriginFor<T>, service: ServiceId, terms: ServiceTerms) -> DispatchResult {
			let agent = ensure_signed(origin)?;
			Self::do_update_service(agent, service, terms)
		}

		/// End a service, and have its deposit back.
		///
		/// ## Dispatch Origin
		/// Signed, by the agent of the service.
		///
		/// ## Errors
		/// [`Error::NoSuchService`], [`Error::NotYourService`].
		///
		/// ## Events
		/// [`Event::ServiceRetired`].
		#[pallet::call_index(17)]
		#[pallet::weight(T::WeightInfo::retire_service())]
		pub fn retire_service(origin: OriginFor<T>, service: ServiceId) -> DispatchResult {
			let agent = ensure_signed(origin)?;
			Self::do_retire_service(agent, service)
		}

		/// Carry a deferred slash out that nobody appealed against, without waiting for the agenda.
		///
		/// ## Dispatch Origin
		/// Signed by anyone.
		///
		/// ## Errors
		/// [`Error::NoSuchSlash`], [`Error::NotDue`], those of the batch.
		///
		/// ## Events
		/// [`Event::Slashed`], [`Event::SlashExecuted`], [`Event::SlashDropped`].
		#[pallet::call_index(18)]
		#[pallet::weight(T::WeightInfo::execute_slash())]
		pub fn execute_slash(origin: OriginFor<T>, id: u64) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_execute_slash(id)
		}

		/// Call a deferred slash off.
		///
		/// ## Dispatch Origin
		/// [`Config::CancelOrigin`].
		///
		/// ## Errors
		/// [`Error::NoSuchSlash`].
		///
		/// ## Events
		/// [`Event::SlashCancelled`].
		#[pallet::call_index(19)]
		#[pallet::weight(T::WeightInfo::cancel_slash())]
		pub fn cancel_slash(origin: OriginFor<T>, id: u64) -> DispatchResult {
			T::CancelOrigin::ensure_origin(origin)?;
			Self::do_cancel_slash(id)
		}
	}
}
