//! # Model registry
//!
//! Base models, adapters and attribution indexes as assets: who owns them, what they cost, what they come from.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for calls, events, errors, storage and configuration. Other pallets read the registry
//! through [`openledger_primitives::traits::Models`].
//!
//! ## Overview
//!
//! Anyone registers a model and becomes its owner. A model names the base that it changes, the models that it comes from
//! and the datanet versions that it was made from; none of that ever changes. Its owner sets the price per 1,000 tokens
//! and how the earnings are divided, and may deprecate it, after which agents no longer offer it. Whoever built what a
//! model comes from has royalties from its answers.
//!
//! ## Low level / implementation
//!
//! ### Design
//!
//! All kinds share one identifier space. Models only refer to models with lower identifiers, so lineage has no cycles;
//! each keeps its depth, so that the bound is checked without a walk. Models are referred to for ever and therefore never
//! removed: a deprecated model keeps its deposit, earns royalties, and may still be a base or a parent.
//!
//! A deposit belongs to its model: with a transfer it moves on hold to the new owner. Nothing but their own call ever
//! puts free balance of an account on hold.
//!
//! ### Terminology
//!
//! * **Base**: a whole model. **Adapter**: a low-rank change of one. **Index**: vectors of a datanet version, which
//!   attribution searches; it generates nothing.
//! * **Lineage**: the base and the parents of a model, and theirs.
//! * **Split**: who has which share of what a model earns.
//!
//! ### Invariants
//!
//! 1. Models are numbered from 0 without gaps up to `NextModel`.
//! 2. What an account has on hold for models is the sum of the deposits of its models.
//! 3. The shares of each split are of distinct accounts, none is zero, and they add up to the whole.
//! 4. The base of an adapter is an older base model. Parents are older, distinct, neither the base nor an index.
//! 5. The depth of a model is one more than the greatest of its base and parents, 0 without any, at most `MAX_DEPTH`.
//! 6. The datanet versions that a model names exist and are distinct; its licence is graphic ASCII and not empty; an
//!    adapter has a rank and ascending targets.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(
	test,
	allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod functions;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
pub mod types;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

/// The pallet.
#[allow(clippy::expect_used, reason = "the macros expand to it; nothing written here does")]
#[frame_support::pallet]
pub mod pallet {
	use crate::{
		types::{Licence, Model, ModelKind, Parents, Split},
		WeightInfo,
	};
	use alloc::vec::Vec;
	use frame_support::{pallet_prelude::*, traits::fungible::MutateHold};
	use frame_system::pallet_prelude::*;
	use openledger_primitives::{
		payout::Royalty,
		traits::{Access, Versions},
		Balance, ModelId,
	};

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The aggregated hold reason.
		type RuntimeHoldReason: From<HoldReason>;
		/// The token of deposits.
		type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason, Balance = Balance>;
		/// The frozen versions of datanets; a model can only be made from those.
		type Versions: Versions<Self::AccountId>;
		/// Who may make something of the rows of a datanet. Registering an adapter or an index counts as a job on each of its
		/// datanets.
		type Access: Access<Self::AccountId>;
		/// What is held for a model; 0 makes models free, and the storage that they fill.
		type ModelDeposit: Get<Balance>;
		/// The greatest price of 1,000 tokens; 0 allows only free models, and 2^32 times more must fit
		/// an amount. Prices that are set stay when it falls.
		type MaxPrice: Get<Balance>;
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
		/// The deposit for a model.
		#[codec(index = 0)]
		Model,
	}

	/// The identifier of the next model, which is also the number of models.
	#[pallet::storage]
	pub type NextModel<T: Config> = StorageValue<_, ModelId, ValueQuery>;

	// Hasher: identifiers are assigned in sequence, so nobody can choose them to unbalance the trie.
	/// Models. They are never removed.
	#[pallet::storage]
	pub type Models<T: Config> = StorageMap<_, Twox64Concat, ModelId, Model<T>, OptionQuery>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A model was registered.
		Registered {
			/// The model.
			model: ModelId,
			/// Its owner.
			owner: T::AccountId,
			/// What it is.
			kind: ModelKind,
			/// Its licence.
			licence: Licence,
			/// Price of 1,000 tokens of a prompt.
			price_in: Balance,
			/// Price of 1,000 tokens of an answer.
			price_out: Balance,
			/// Who shares in what it earns.
			split: Split<T::AccountId>,
			/// What it comes from, apart from its base.
			parents: Parents,
			/// Steps to its remotest ancestor.
			depth: u8,
			/// What is held from the owner.
			deposit: Balance,
		},
		/// A model has another price.
		PriceSet {
			/// The model.
			model: ModelId,
			/// Price of 1,000 tokens of a prompt before.
			old_price_in: Balance,
			/// Price of 1,000 tokens of an answer before.
			old_price_out: Balance,
			/// Price of 1,000 tokens of a prompt now.
			price_in: Balance,
			/// Price of 1,000 tokens of an answer now.
			price_out: Balance,
		},
		/// What a model earns is divided another way.
		SplitSet {
			/// The model.
			model: ModelId,
			/// The split before.
			old: Split<T::AccountId>,
			/// The split now.
			new: Split<T::AccountId>,
		},
		/// A model and its deposit have a new owner. The split is as before.
		Transferred {
			/// The model.
			model: ModelId,
			/// The owner before.
			from: T::AccountId,
			/// The owner now.
			to: T::AccountId,
			/// What is held for it, now from the new owner.
			deposit: Balance,
		},
		/// Agents may no longer offer a model.
		Deprecated {
			/// The model.
			model: ModelId,
		},
	}

	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such model; take the identifier from the `Registered` event.
		NoSuchModel,
		/// Only the owner of the model may do this.
		NotOwner,
		/// The licence is empty; give an SPDX identifier.
		LicenceMissing,
		/// The licence has bytes other than graphic ASCII; give an SPDX identifier.
		LicenceNotPrintable,
		/// A price is greater than [`Config::MaxPrice`].
		PriceTooHigh,
		/// The shares do not add up to 10,000 basis points.
		SplitNotWhole,
		/// A share is zero; leave the account out.
		ShareZero,
		/// An account has two shares; add them up.
		ShareTwice,
		/// The rank of the adapter is zero.
		RankZero,
		/// The adapter changes nothing; name its targets.
		NoTargets,
		/// The targets are not in ascending order, or one is named twice; sort them.
		TargetsNotAscending,
		/// There is no model under the identifier of the base.
		NoSuchBase,
		/// The base is itself an adapter or an index; name the base model under it.
		BaseNotBase,
		/// A datanet version that the model is made from does not exist; freeze it first.
		NoSuchVersion,
		/// A datanet version is named twice.
		DataTwice,
		/// There is no model under the identifier of a parent.
		NoSuchParent,
		/// A parent is an index, which is nothing that a model descends from; name its datanet version instead.
		ParentIsIndex,
		/// A parent is named twice.
		ParentTwice,
		/// The base is named as a parent too; leave it out of the parents.
		ParentIsBase,
		/// The lineage is deeper than 8 steps; name ancestors nearer to the root.
		TooDeep,
		/// The model already belongs to that account.
		AlreadyOwner,
		/// The model is deprecated already.
		AlreadyDeprecated,
		/// Identifiers are used up.
		IdsExhausted,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MaxPrice::get() > 0, "a model must be able to have a price");
			assert!(
				T::MaxPrice::get().checked_mul(u32::MAX.into()).is_some(),
				"the price of the most tokens that a receipt counts must fit an amount"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A model.
		pub fn model(model: ModelId) -> Option<Model<T>> {
			Models::<T>::get(model)
		}

		/// Prices of 1,000 tokens of a prompt and of an answer, in planck.
		pub fn price(model: ModelId) -> Option<(Balance, Balance)> {
			Models::<T>::get(model).map(|model| (model.price_in, model.price_out))
		}

		/// Who has which claim on the model pool when the model answers: its owners, those of its base, and those of its
		/// parents.
		pub fn royalties(model: ModelId) -> Option<Vec<Royalty<T::AccountId>>> {
			Self::claims(model)
		}

		/// The number of models. They are numbered from 0.
		pub fn count() -> u32 {
			NextModel::<T>::get().0
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Register a model.
		///
		/// ## Dispatch Origin
		/// Signed by the owner to be, whose free balance covers [`Config::ModelDeposit`].
		///
		/// ## Parameters
		/// `kind` says what the model is, `licence` is an SPDX identifier, prices are planck per 1,000 tokens, `split`
		/// adds up to 10,000 basis points, `parents` are the models that it comes from, without its base.
		///
		/// ## Errors
		/// All but [`Error::NoSuchModel`], [`Error::NotOwner`], [`Error::AlreadyOwner`], [`Error::AlreadyDeprecated`];
		/// those of the hold.
		///
		/// ## Events
		/// [`Event::Registered`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register(parents.len() as u32, kind.sources().count() as u32))]
		pub fn register(
			origin: OriginFor<T>,
			kind: ModelKind,
			licence: Licence,
			#[pallet::compact] price_in: Balance,
			#[pallet::compact] price_out: Balance,
			split: Split<T::AccountId>,
			parents: Parents,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register(owner, kind, licence, price_in, price_out, split, parents)
		}

		/// Set the prices of a model, in planck per 1,000 tokens.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the model.
		///
		/// ## Errors
		/// [`Error::PriceTooHigh`], [`Error::NoSuchModel`], [`Error::NotOwner`].
		///
		/// ## Events
		/// [`Event::PriceSet`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::set_price())]
		pub fn set_price(
			origin: OriginFor<T>,
			model: ModelId,
			#[pallet::compact] price_in: Balance,
			#[pallet::compact] price_out: Balance,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_set_price(owner, model, price_in, price_out)
		}

		/// Set who shares in what a model earns from now on.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the model.
		///
		/// ## Errors
		/// [`Error::SplitNotWhole`], [`Error::ShareZero`], [`Error::ShareTwice`], [`Error::NoSuchModel`],
		/// [`Error::NotOwner`].
		///
		/// ## Events
		/// [`Event::SplitSet`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::set_split())]
		pub fn set_split(origin: OriginFor<T>, model: ModelId, split: Split<T::AccountId>) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_set_split(owner, model, split)
		}

		/// Give a model, and the deposit that is held for it, to another account. The split stays.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the model.
		///
		/// ## Parameters
		/// `to` is an account that exists. Its free balance is not touched.
		///
		/// ## Errors
		/// [`Error::NoSuchModel`], [`Error::NotOwner`], [`Error::AlreadyOwner`], those of the hold.
		///
		/// ## Events
		/// [`Event::Transferred`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::transfer())]
		pub fn transfer(origin: OriginFor<T>, model: ModelId, to: T::AccountId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_transfer(owner, model, to)
		}

		/// Take a model off the market for ever. It stays registered, and so does its deposit.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the model.
		///
		/// ## Errors
		/// [`Error::NoSuchModel`], [`Error::NotOwner`], [`Error::AlreadyDeprecated`].
		///
		/// ## Events
		/// [`Event::Deprecated`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::deprecate())]
		pub fn deprecate(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_deprecate(owner, model)
		}
	}
}
