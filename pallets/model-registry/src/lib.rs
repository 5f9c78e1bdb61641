//! # Model registry
//!
//! Base models, adapters, ensembles and attribution indexes as assets: who owns them, what they cost, what they come
//! from, how good they are said to be.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for calls, events, errors, storage and configuration. Other pallets read the registry
//! through [`openledger_primitives::traits::Models`].
//!
//! ## Overview
//!
//! Anyone registers a model and becomes its owner. A model names the base that it changes, the models that it comes
//! from and the datanet versions that it was made from; none of that ever changes. Its licence must be one that those
//! of all of these allow. Its owner sets the price per 1,000 tokens and how the earnings are divided, and may deprecate
//! it, after which agents no longer offer it. Whoever built what a model comes from has royalties from its answers. A
//! model may redirect to another, such as its next version.
//!
//! Anyone attests to how a model does in a test suite, and leaves a bond. Anyone disputes an attested score, or that a
//! model is its owner's own work, and leaves a bond too. An origin of the runtime decides; who was wrong pays who was
//! right.
//!
//! ## Low level / implementation
//!
//! ### Design
//!
//! All kinds share one identifier space. Models only refer to models with lower identifiers, so lineage has no cycles;
//! each keeps its depth and all its ancestors, so that bounds are checked and lineage is read without a walk. Models
//! are referred to for ever and therefore never removed: a deprecated model keeps its deposit, earns royalties, and may
//! still be a base, a member or a parent.
//!
//! A deposit belongs to its model: with a transfer it moves on hold to the new owner. Nothing but their own call ever
//! puts free balance of an account on hold.
//!
//! A new redirect leads over few others, so that all of them are checked for a cycle. The walk from the oldest version
//! of a model can be longer, as each version adds a step; it ends all the same, since there are no cycles.
//!
//! A dispute is always closed by its resolution: what cannot be paid to an account, because it would stay below the
//! existential deposit, is burnt. If nobody decides in time, anyone may end the dispute, and all is as before.
//!
//! ### Terminology
//!
//! * **Base**: a whole model. **Adapter**: a low-rank change of one. **Ensemble**: adapters over one base that answer
//!   together, by weight. **Index**: vectors of a datanet version, which attribution searches; it generates nothing.
//! * **Lineage**: the base, the members and the parents of a model, its relatives, and theirs: its ancestors.
//! * **Split**: who has which share of what a model earns.
//! * **Redirect**: which model to use instead of another.
//! * **Suite**: a set of tests, named by its hash. **Evaluation**: a score in one, by the word of its attestor.
//! * **Subject** of a dispute: an evaluation, or the originality of a model. **Disputant**: who opened it. **Accused**:
//!   the attestor, or the owner of the model.
//! * **Taint**: rows that a model comes from were taken down after their version was frozen.
//!
//! ### Invariants
//!
//! 1. Models are numbered from 0 without gaps up to `NextModel`.
//! 2. What an account has on hold for models, for evaluations and for disputes is the sum of the deposits of its
//!    models, of the bonds of its evaluations, and of the bonds of the disputes that it opened.
//! 3. The shares of each split are of distinct accounts, none is zero, and they add up to the whole.
//! 4. The base of an adapter is an older base model. The members of an ensemble are older adapters over one base,
//!    ascending, at least one, each with a weight. Parents are older, distinct, neither the base nor an index; an
//!    ensemble has none.
//! 5. The depth of a model is one more than the greatest of its relatives, 0 without any, at most `MAX_DEPTH`.
//! 6. The ancestors of a model are its relatives and their ancestors, at most `MAX_ANCESTORS`.
//! 7. The datanet versions that a model names exist and are distinct; its licence follows those of its relatives, and
//!    it has no price if the licence forbids one; an adapter has a rank and ascending targets.
//! 8. An unoriginal model is deprecated, has no deposit, and is not disputed.
//! 9. Redirects lead from models to models of the same kind, and form no cycle.
//! 10. Evaluations are of models that exist, with scores of at most the whole.
//! 11. Disputes are numbered below `NextDispute`; the subject of each is marked with it, and nothing else is marked.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(
	test,
	allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod disputes;
mod evaluations;
mod functions;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod invariants;
mod lineage;
#[cfg(test)]
mod mock;
mod redirects;
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
		types::{
			Ancestors, Dispute, DisputeId, Evaluation, Model, ModelKind, Parents, Registration, Spdx, Split, Subject,
			MAX_SHARES, WHOLE,
		},
		WeightInfo,
	};
	use alloc::vec::Vec;
	use frame_support::{pallet_prelude::*, traits::fungible::MutateHold};
	use frame_system::pallet_prelude::*;
	use openledger_primitives::{
		payout::Royalty,
		traits::{Access, Versions},
		Balance, Licence, ModelId,
	};
	use sp_core::H256;
	use sp_runtime::traits::Zero;

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The aggregated hold reason.
		type RuntimeHoldReason: From<HoldReason>;
		/// The token of deposits and bonds.
		type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason, Balance = Balance>;
		/// The frozen versions of datanets; a model can only be made from those.
		type Versions: Versions<Self::AccountId>;
		/// Who may make something of the rows of a datanet. Registering an adapter or an index counts as a job on each
		/// of its datanets.
		type Access: Access<Self::AccountId>;
		/// What is held for a model; 0 makes models free, and the storage that they fill.
		type ModelDeposit: Get<Balance>;
		/// The greatest price of 1,000 tokens; 0 allows only free models, and 2^32 times more must fit
		/// an amount. Prices that are set stay when it falls.
		type MaxPrice: Get<Balance>;
		/// The least share of a split in basis points; more than 1,250 lets fewer than eight accounts share in a model.
		/// Splits that are set stay when it rises.
		type MinShare: Get<u16>;
		/// What is held for an evaluation; little lets anyone attest to false scores and fill the storage for nothing.
		type EvaluationBond: Get<Balance>;
		/// What is held for a dispute; little lets anyone accuse others, and keep their models from being transferred,
		/// for nothing.
		type DisputeBond: Get<Balance>;
		/// Blocks after which anyone may end a dispute that is not decided; few let the accused sit it out.
		type DisputePeriod: Get<BlockNumberFor<Self>>;
		/// Who decides disputes; a careless one makes it pay to accuse the innocent.
		type DisputeOrigin: EnsureOrigin<Self::RuntimeOrigin>;
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
		/// The bond of an evaluation.
		#[codec(index = 1)]
		Evaluation,
		/// The bond of a dispute.
		#[codec(index = 2)]
		Dispute,
	}

	/// The identifier of the next model, which is also the number of models.
	#[pallet::storage]
	pub type NextModel<T: Config> = StorageValue<_, ModelId, ValueQuery>;

	// Hasher of identifiers: they are assigned in sequence, so nobody can choose them to unbalance the trie.
	/// Models. They are never removed.
	#[pallet::storage]
	pub type Models<T: Config> = StorageMap<_, Twox64Concat, ModelId, Model<T>, OptionQuery>;

	/// All ancestors of each model that has any.
	#[pallet::storage]
	pub type Closure<T: Config> = StorageMap<_, Twox64Concat, ModelId, Ancestors, ValueQuery>;

	/// Which model to use instead of another.
	#[pallet::storage]
	pub type Redirect<T: Config> = StorageMap<_, Twox64Concat, ModelId, ModelId, OptionQuery>;

	// Suites and accounts are chosen by users, so their hasher is a cryptographic one.
	/// Evaluations by model, suite and attestor.
	#[pallet::storage]
	pub type Evaluations<T: Config> = StorageNMap<
		_,
		(NMapKey<Twox64Concat, ModelId>, NMapKey<Blake2_128Concat, H256>, NMapKey<Blake2_128Concat, T::AccountId>),
		Evaluation<BlockNumberFor<T>>,
		OptionQuery,
	>;

	/// The identifier of the next dispute.
	#[pallet::storage]
	pub type NextDispute<T: Config> = StorageValue<_, DisputeId, ValueQuery>;

	/// Disputes that are open.
	#[pallet::storage]
	pub type Disputes<T: Config> =
		StorageMap<_, Twox64Concat, DisputeId, Dispute<T::AccountId, BlockNumberFor<T>>, OptionQuery>;

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
		/// Another model, or none, is to be used instead of a model.
		Redirected {
			/// The model.
			model: ModelId,
			/// The one to use instead before.
			old: Option<ModelId>,
			/// The one to use instead now.
			new: Option<ModelId>,
		},
		/// Somebody attested to how a model does in a suite.
		Evaluated {
			/// The model.
			model: ModelId,
			/// Hash of the suite.
			suite: H256,
			/// Who says so.
			attestor: T::AccountId,
			/// The score, in ten-thousandths.
			score: u32,
			/// Hash of the report.
			report: H256,
			/// What is held from the attestor.
			bond: Balance,
		},
		/// An attestor took an evaluation back.
		EvaluationRetracted {
			/// The model.
			model: ModelId,
			/// Hash of the suite.
			suite: H256,
			/// Who took it back.
			attestor: T::AccountId,
			/// What was released.
			bond: Balance,
		},
		/// A dispute was opened.
		Disputed {
			/// The dispute.
			dispute: DisputeId,
			/// What it is about.
			subject: Subject<T::AccountId>,
			/// Who opened it.
			disputant: T::AccountId,
			/// Hash of the evidence.
			evidence: H256,
			/// What is held from the disputant.
			bond: Balance,
		},
		/// A dispute was decided. If it was upheld, its evaluation is gone, or its model is unoriginal, deprecated and
		/// without deposit, and the bond of the disputant is released.
		DisputeResolved {
			/// The dispute, which is gone.
			dispute: DisputeId,
			/// What it was about.
			subject: Subject<T::AccountId>,
			/// Whether the disputant was right.
			upheld: bool,
			/// What the one who was wrong paid to the other.
			paid: Balance,
			/// What was burnt.
			burnt: Balance,
		},
		/// A dispute ended undecided. The bond of the disputant is released.
		DisputeExpired {
			/// The dispute, which is gone.
			dispute: DisputeId,
			/// What it was about.
			subject: Subject<T::AccountId>,
			/// What was burnt of the bond, as the disputant could not take it.
			burnt: Balance,
		},
	}

	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such model; take the identifier from the `Registered` event.
		NoSuchModel,
		/// Only the owner of the model may do this.
		NotOwner,
		/// The chain knows no licence with this SPDX identifier; take one that it knows, case counts.
		UnknownLicence,
		/// A licence that the model must follow allows no derivatives; make the model from something else.
		NoDerivatives,
		/// A licence that the model must follow asks for its own or a compatible one; take that.
		ShareAlike,
		/// A licence that the model must follow forbids earning money; take one that does so too.
		NonCommercial,
		/// The licence forbids earning money; set both prices to zero.
		NotForSale,
		/// A price is greater than [`Config::MaxPrice`].
		PriceTooHigh,
		/// The shares do not add up to 10,000 basis points.
		SplitNotWhole,
		/// A share is zero; leave the account out.
		ShareZero,
		/// A share is less than [`Config::MinShare`]; leave the account out, or give it more.
		ShareTooSmall,
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
		/// An ensemble has no members; name at least one adapter.
		NoMembers,
		/// The members are not in ascending order, or one is named twice; sort them.
		MembersNotAscending,
		/// A member has the weight zero; leave it out.
		WeightZero,
		/// There is no model under the identifier of a member.
		NoSuchMember,
		/// A member is not an adapter; name adapters only.
		MemberNotAdapter,
		/// The members change different bases; name adapters over one.
		MembersOfManyBases,
		/// An ensemble comes from its members only; name no parents.
		EnsembleWithParents,
		/// The lineage is deeper than 8 steps; name ancestors nearer to the root.
		TooDeep,
		/// The model has more than 128 ancestors; name fewer, or nearer to the root.
		TooManyAncestors,
		/// The model already belongs to that account.
		AlreadyOwner,
		/// The model is deprecated already.
		AlreadyDeprecated,
		/// Identifiers are used up.
		IdsExhausted,
		/// The other model is of another kind; name one of the same.
		OtherKind,
		/// The other model is deprecated; name one that is on offer.
		RedirectToDeprecated,
		/// The redirects from the other model lead back; name one that does not redirect here.
		RedirectCycle,
		/// The other model leads over more than 8 redirects; name one nearer to their end.
		RedirectTooLong,
		/// The model redirects to no other.
		NoRedirect,
		/// The score is more than 10,000 ten-thousandths.
		ScoreTooHigh,
		/// The caller has attested to this suite for the model; retract that first.
		AlreadyEvaluated,
		/// There is no such evaluation; take model, suite and attestor from the `Evaluated` event.
		NoSuchEvaluation,
		/// A dispute about it is open; wait until it is decided, or expires.
		Disputed,
		/// A dispute about it is open already.
		AlreadyDisputed,
		/// The accused is the caller; retract the evaluation, or deprecate the model.
		OwnSubject,
		/// The model was found to be unoriginal already.
		AlreadyUnoriginal,
		/// The original is not older than the model; name one that was registered before.
		OriginalNotOlder,
		/// There is no such dispute, or not any more; take the identifier from the `Disputed` event.
		NoSuchDispute,
		/// The dispute has not been open for [`Config::DisputePeriod`]; wait.
		DisputeOpen,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MaxPrice::get() > 0, "a model must be able to have a price");
			assert!(
				T::MaxPrice::get().checked_mul(u32::MAX.into()).is_some(),
				"the price of the most tokens that a receipt counts must fit an amount"
			);
			let shares = u32::from(T::MinShare::get()).checked_mul(MAX_SHARES);
			assert!(shares.is_some_and(|sum| sum <= WHOLE), "as many accounts as fit a split must be able to share");
			assert!(T::EvaluationBond::get() > 0, "an attestor must have something to lose");
			assert!(T::DisputeBond::get() > 0, "a disputant must have something to lose");
			assert!(!T::DisputePeriod::get().is_zero(), "a dispute must last long enough to be decided");
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

		/// Who has which claim on the model pool when the model answers: its owners, those of its base, and those of
		/// its parents or members.
		pub fn royalties(model: ModelId) -> Option<Vec<Royalty<T::AccountId>>> {
			Self::claims(model)
		}

		/// The number of models. They are numbered from 0.
		pub fn count() -> u32 {
			NextModel::<T>::get().0
		}

		/// All models that a model descends from, ascending.
		pub fn ancestors(model: ModelId) -> Option<Ancestors> {
			Models::<T>::contains_key(model).then(|| Closure::<T>::get(model))
		}

		/// The model to use instead of a model: where its redirects end, or itself. It may be deprecated by now.
		pub fn current(model: ModelId) -> Option<ModelId> {
			Models::<T>::contains_key(model).then(|| Self::follow(model))
		}

		/// Whether rows that a model, or one of its ancestors, was made from were taken down after their version was
		/// frozen.
		pub fn tainted(model: ModelId) -> Option<bool> {
			Self::is_tainted(model)
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Register a model.
		///
		/// ## Dispatch Origin
		/// Signed by the owner to be, whose free balance covers [`Config::ModelDeposit`].
		///
		/// ## Details
		/// The licence must follow that of the base, of each parent or member, and of each datanet.
		///
		/// ## Parameters
		/// `kind` says what the model is, `licence` is an SPDX identifier, prices are planck per 1,000 tokens, `split`
		/// adds up to 10,000 basis points, `parents` are the models that it comes from, without its base; an ensemble
		/// has none.
		///
		/// ## Errors
		/// [`Error::IdsExhausted`], those of the licence, the prices, the split, the kind and the lineage; those of
		/// access to the datanets and of the hold.
		///
		/// ## Events
		/// [`Event::Registered`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register(
			parents.len().saturating_add(kind.members().len()) as u32,
			kind.sources().count() as u32,
		))]
		pub fn register(
			origin: OriginFor<T>,
			kind: ModelKind,
			licence: Spdx,
			#[pallet::compact] price_in: Balance,
			#[pallet::compact] price_out: Balance,
			split: Split<T::AccountId>,
			parents: Parents,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register(owner, Registration { kind, licence, price_in, price_out, split, parents })?;
			Ok(())
		}

		/// Set the prices of a model, in planck per 1,000 tokens.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the model.
		///
		/// ## Errors
		/// [`Error::NoSuchModel`], [`Error::NotOwner`], [`Error::PriceTooHigh`], [`Error::NotForSale`].
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
		/// [`Error::SplitNotWhole`], [`Error::ShareZero`], [`Error::ShareTwice`], [`Error::ShareTooSmall`],
		/// [`Error::NoSuchModel`], [`Error::NotOwner`].
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
		/// [`Error::NoSuchModel`], [`Error::NotOwner`], [`Error::AlreadyOwner`], [`Error::Disputed`], those of the
		/// hold.
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

		/// Register a new version of a model, which redirects to it from now on.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the model, whose free balance covers [`Config::ModelDeposit`].
		///
		/// ## Parameters
		/// `of` is the model; the others are as in [`Pallet::register`]. `kind` is of the same variant.
		///
		/// ## Errors
		/// [`Error::NoSuchModel`], [`Error::NotOwner`], [`Error::OtherKind`], those of [`Pallet::register`].
		///
		/// ## Events
		/// [`Event::Registered`], [`Event::Redirected`].
		#[allow(clippy::too_many_arguments, reason = "those of `register`, and the model")]
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::register_version(
			parents.len().saturating_add(kind.members().len()) as u32,
			kind.sources().count() as u32,
		))]
		pub fn register_version(
			origin: OriginFor<T>,
			of: ModelId,
			kind: ModelKind,
			licence: Spdx,
			#[pallet::compact] price_in: Balance,
			#[pallet::compact] price_out: Balance,
			split: Split<T::AccountId>,
			parents: Parents,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			let new = Registration { kind, licence, price_in, price_out, split, parents };
			Self::do_register_version(owner, of, new)
		}

		/// Say which model to use instead of a model.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the model.
		///
		/// ## Parameters
		/// `to` is a model of the same kind that is not deprecated, of any owner; `None` ends a redirect.
		///
		/// ## Errors
		/// [`Error::NoSuchModel`], [`Error::NotOwner`], [`Error::OtherKind`], [`Error::RedirectToDeprecated`],
		/// [`Error::RedirectCycle`], [`Error::RedirectTooLong`], [`Error::NoRedirect`].
		///
		/// ## Events
		/// [`Event::Redirected`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::repoint())]
		pub fn repoint(origin: OriginFor<T>, model: ModelId, to: Option<ModelId>) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_repoint(owner, model, to)
		}

		/// Attest to how a model does in a test suite.
		///
		/// ## Dispatch Origin
		/// Signed by anyone, whose free balance covers [`Config::EvaluationBond`].
		///
		/// ## Parameters
		/// `suite` is the hash of the suite, `score` is in ten-thousandths, `report` is the hash of a report from which
		/// others can repeat the test.
		///
		/// ## Errors
		/// [`Error::ScoreTooHigh`], [`Error::NoSuchModel`], [`Error::AlreadyEvaluated`], those of the hold.
		///
		/// ## Events
		/// [`Event::Evaluated`].
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::evaluate())]
		pub fn evaluate(
			origin: OriginFor<T>,
			model: ModelId,
			suite: H256,
			#[pallet::compact] score: u32,
			report: H256,
		) -> DispatchResult {
			let attestor = ensure_signed(origin)?;
			Self::do_evaluate(attestor, model, suite, score, report)
		}

		/// Take an evaluation back. Its bond is released.
		///
		/// ## Dispatch Origin
		/// Signed by the attestor.
		///
		/// ## Errors
		/// [`Error::NoSuchEvaluation`], [`Error::Disputed`].
		///
		/// ## Events
		/// [`Event::EvaluationRetracted`].
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::retract_evaluation())]
		pub fn retract_evaluation(origin: OriginFor<T>, model: ModelId, suite: H256) -> DispatchResult {
			let attestor = ensure_signed(origin)?;
			Self::do_retract_evaluation(attestor, model, suite)
		}

		/// Dispute an evaluation, or that a model is its owner's own work.
		///
		/// ## Dispatch Origin
		/// Signed by anyone but the accused, whose free balance covers [`Config::DisputeBond`].
		///
		/// ## Parameters
		/// `subject` says what is false, `evidence` is the hash of what shows it.
		///
		/// ## Errors
		/// [`Error::NoSuchEvaluation`], [`Error::NoSuchModel`], [`Error::AlreadyUnoriginal`],
		/// [`Error::OriginalNotOlder`], [`Error::AlreadyDisputed`], [`Error::OwnSubject`], [`Error::IdsExhausted`],
		/// those of the hold.
		///
		/// ## Events
		/// [`Event::Disputed`].
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::dispute())]
		pub fn dispute(origin: OriginFor<T>, subject: Subject<T::AccountId>, evidence: H256) -> DispatchResult {
			let disputant = ensure_signed(origin)?;
			Self::do_dispute(disputant, subject, evidence)
		}

		/// Decide a dispute.
		///
		/// ## Dispatch Origin
		/// [`Config::DisputeOrigin`].
		///
		/// ## Details
		/// If it is upheld, the evaluation is removed, or the model is unoriginal and deprecated. Half of what was held
		/// for it is burnt, half goes to the disputant, whose bond is released. If not, that bond goes to the accused.
		///
		/// ## Errors
		/// [`Error::NoSuchDispute`].
		///
		/// ## Events
		/// [`Event::DisputeResolved`]; [`Event::Deprecated`] if the model was not.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::resolve_dispute())]
		pub fn resolve_dispute(origin: OriginFor<T>, dispute: DisputeId, upheld: bool) -> DispatchResult {
			T::DisputeOrigin::ensure_origin(origin)?;
			Self::do_resolve_dispute(dispute, upheld)
		}

		/// End a dispute that was not decided in time. Everything is as before it, and the bond of the disputant is
		/// released.
		///
		/// ## Dispatch Origin
		/// Signed by anyone.
		///
		/// ## Errors
		/// [`Error::NoSuchDispute`], [`Error::DisputeOpen`].
		///
		/// ## Events
		/// [`Event::DisputeExpired`].
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::expire_dispute())]
		pub fn expire_dispute(origin: OriginFor<T>, dispute: DisputeId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire_dispute(dispute)
		}
	}
}
