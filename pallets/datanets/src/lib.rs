//! # Datanets
//!
//! Datasets that many accounts contribute rows to, and their frozen versions.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for calls, events, errors, storage and configuration. Other pallets read versions through
//! [`openledger_primitives::traits::Versions`].
//!
//! ## Overview
//!
//! Anyone creates a datanet with a schema and a licence, and becomes its owner. Anyone offers rows to it and leaves a
//! bond. The owner rejects offers one by one, or accepts a group of them by freezing a version. A version never changes,
//! so a model that was trained on it, and an index that was built from it, mean the same rows for ever.
//!
//! The owner decides who may make something of the rows: everybody, whoever asks and is approved, or whoever pays. A grant
//! names a purpose, a number of jobs and a last block; registering a model or an index uses up a job.
//!
//! ## Low level / implementation
//!
//! ### Design
//!
//! The rows stay off the chain. A contribution is a Merkle root with a count and the name of the bytes; a version is a
//! Merkle root with a count over all rows that are in it. The owner computes the tree of a version; the chain checks that
//! its count is the parent's plus that of the accepted contributions, and later opens single rows with
//! [`Pallet::verify_row`]. What each contribution touches ([`types::Counters`]) is apart from what changes rarely
//! ([`types::Datanet`]). A contribution that is withdrawn or rejected is removed, so only accepted rows stay in storage.
//!
//! A deposit belongs to its datanet: with a transfer it moves on hold to the new owner. Nothing but their own call ever
//! puts free balance of an account on hold.
//!
//! ### Terminology
//!
//! * **Row**: one example of a dataset, leaf of the tree of a version.
//! * **Cluster**: rows that are near duplicates of one another.
//! * **Commons**: the account of a datanet that is paid what its rows leave over, and what access to them costs.
//! * **Job**: one registration of something that was made of the rows.
//!
//! ### Invariants
//!
//! 1. Datanets are numbered from 0 without gaps up to `NextDatanet`, and each has counters.
//! 2. What an account has on hold for datanets is the sum of the deposits of its datanets.
//! 3. What an account has on hold for contributions is the sum of the bonds of its pending contributions.
//! 4. Each contribution belongs to a datanet, has rows and is numbered below `next_contribution`; `pending` and
//!    `pending_rows` count the pending ones, at most `MaxPending`.
//! 5. The versions of a datanet are numbered from 0 without gaps up to `versions`, and the parent of each is the one
//!    before.
//! 6. The rows of a version are those of its parent and of the contributions accepted in it, at least one and at most
//!    `MaxPerVersion`.
//! 7. What an account has on hold for access is the sum of the deposits of its requests and grants.
//! 8. Requests and grants belong to a datanet and leave jobs to do; nobody has both for one datanet.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(
	test,
	allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

mod access;
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
		types::{Access, Contribution, Counters, Datanet, Grant, Licence, Request, Terms, Version},
		WeightInfo,
	};
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Mutate, MutateHold},
		PalletId,
	};
	use frame_system::pallet_prelude::*;
	use openledger_primitives::{
		hashing::Domain, Balance, Blake2b256, Commitment, ContributionId, DatanetId, RowLeaf, MAX_PROOF,
	};
	use sp_core::H256;
	use sp_runtime::traits::{AccountIdConversion, Zero};

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config<Hash = H256> {
		/// The aggregated hold reason.
		type RuntimeHoldReason: From<HoldReason>;
		/// The token of deposits and bonds.
		type Currency: Mutate<Self::AccountId, Balance = Balance>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;
		/// What is held for a datanet; 0 makes datanets free, and the storage that they fill.
		type DatanetDeposit: Get<Balance>;
		/// What is held for each row of a pending contribution; 0 lets anyone fill the pending list for nothing.
		type BondPerRow: Get<Balance>;
		/// What is held for a request and for a grant; 0 lets anyone fill the storage of others' datanets for nothing.
		type AccessDeposit: Get<Balance>;
		/// The longest a grant can last; a long one outlives the terms that the owner would set later.
		#[pallet::constant]
		type MaxGrantLife: Get<BlockNumberFor<Self>>;
		/// Seed of the commons accounts; a change moves them all and strands what they hold.
		#[pallet::constant]
		type PalletId: Get<PalletId>;
		/// The longest `meta` in bytes; less than a live datanet has makes it undecodable.
		#[pallet::constant]
		type MaxMeta: Get<u32>;
		/// The most rows of one contribution; too many make it impractical to review.
		#[pallet::constant]
		type MaxRowsPerContribution: Get<u32>;
		/// The most pending contributions of one datanet; few let a single contributor shut out the others.
		#[pallet::constant]
		type MaxPending: Get<u32>;
		/// The most contributions that one version accepts; the weight of a freeze grows with it.
		#[pallet::constant]
		type MaxPerVersion: Get<u32>;
		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Why this pallet holds funds.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The deposit for a datanet.
		#[codec(index = 0)]
		Datanet,
		/// The bond of a pending contribution.
		#[codec(index = 1)]
		ContributionBond,
		/// The deposit for a request or a grant.
		#[codec(index = 2)]
		Access,
	}

	/// The identifier of the next datanet.
	#[pallet::storage]
	pub type NextDatanet<T: Config> = StorageValue<_, DatanetId, ValueQuery>;

	// Hasher of all maps: identifiers are assigned in sequence, so nobody can choose them to unbalance the trie.
	/// Datanets. They are never removed.
	#[pallet::storage]
	pub type Datanets<T: Config> = StorageMap<_, Twox64Concat, DatanetId, Datanet<T>, OptionQuery>;

	/// Counters of each datanet.
	#[pallet::storage]
	pub type CountersOf<T: Config> = StorageMap<_, Twox64Concat, DatanetId, Counters, OptionQuery>;

	/// Contributions that are pending or accepted.
	#[pallet::storage]
	pub type Contributions<T: Config> =
		StorageDoubleMap<_, Twox64Concat, DatanetId, Twox64Concat, ContributionId, Contribution<T>, OptionQuery>;

	/// Frozen versions.
	#[pallet::storage]
	pub type VersionsOf<T: Config> =
		StorageDoubleMap<_, Twox64Concat, DatanetId, Twox64Concat, u32, Version<T>, OptionQuery>;

	// Accounts are chosen by users, so their hasher is a cryptographic one.
	/// Requests for access that are not decided.
	#[pallet::storage]
	pub type Requests<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		DatanetId,
		Blake2_128Concat,
		T::AccountId,
		Request<BlockNumberFor<T>>,
		OptionQuery,
	>;

	/// Access that was granted and is not used up.
	#[pallet::storage]
	pub type Grants<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		DatanetId,
		Blake2_128Concat,
		T::AccountId,
		Grant<BlockNumberFor<T>>,
		OptionQuery,
	>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A datanet was created.
		Created {
			/// The datanet.
			datanet: DatanetId,
			/// Its owner.
			owner: T::AccountId,
			/// A URI or a short text about it.
			meta: BoundedVec<u8, T::MaxMeta>,
			/// Hash of the schema of its rows.
			schema: H256,
			/// The licence of its rows.
			licence: Licence,
			/// What is held from the owner.
			deposit: Balance,
		},
		/// Rows were offered.
		Contributed {
			/// The datanet.
			datanet: DatanetId,
			/// The contribution.
			contribution: ContributionId,
			/// Who offers them.
			contributor: T::AccountId,
			/// Root and number of the rows.
			rows: Commitment,
			/// Their size.
			bytes: u64,
			/// BLAKE3 root of their bytes.
			content: H256,
			/// What is held from the contributor.
			bond: Balance,
		},
		/// A contributor took a pending contribution back.
		Withdrawn {
			/// The datanet.
			datanet: DatanetId,
			/// The contribution, which is gone.
			contribution: ContributionId,
			/// Who took it back.
			contributor: T::AccountId,
			/// What was released.
			bond: Balance,
		},
		/// The owner turned a pending contribution down.
		Rejected {
			/// The datanet.
			datanet: DatanetId,
			/// The contribution, which is gone.
			contribution: ContributionId,
			/// Who had offered it.
			contributor: T::AccountId,
			/// What was released.
			bond: Balance,
		},
		/// A version was frozen; its contributions are accepted and their bonds released.
		VersionFrozen {
			/// The datanet.
			datanet: DatanetId,
			/// The version.
			version: u32,
			/// Root and number of its rows.
			rows: Commitment,
			/// Root of the map from rows to clusters.
			clusters: H256,
			/// The version before.
			parent: Option<u32>,
			/// The contributions that it accepted.
			contributions: BoundedVec<ContributionId, T::MaxPerVersion>,
		},
		/// A datanet and its deposit have a new owner.
		Transferred {
			/// The datanet.
			datanet: DatanetId,
			/// The owner before.
			from: T::AccountId,
			/// The owner now.
			to: T::AccountId,
			/// What is held for it, now from the new owner.
			deposit: Balance,
		},
		/// The owner set who may make something of the rows.
		AccessSet {
			/// The datanet.
			datanet: DatanetId,
			/// The rule before.
			old: Access,
			/// The rule now.
			new: Access,
		},
		/// Somebody asks for access.
		AccessRequested {
			/// The datanet.
			datanet: DatanetId,
			/// Who asks.
			applicant: T::AccountId,
			/// What for.
			terms: Terms<BlockNumberFor<T>>,
			/// What is held from the applicant.
			deposit: Balance,
		},
		/// A request was taken back, and its deposit released.
		RequestCancelled {
			/// The datanet.
			datanet: DatanetId,
			/// Who had asked.
			applicant: T::AccountId,
		},
		/// A request was turned down, and its deposit released.
		AccessDenied {
			/// The datanet.
			datanet: DatanetId,
			/// Who had asked.
			applicant: T::AccountId,
		},
		/// Access was granted. What was held for a request is held for the grant.
		AccessGranted {
			/// The datanet.
			datanet: DatanetId,
			/// Who has it.
			grantee: T::AccountId,
			/// What for.
			terms: Terms<BlockNumberFor<T>>,
			/// What was paid for each job to the commons; 0 if the owner approved.
			price: Balance,
			/// What is held from the grantee.
			deposit: Balance,
		},
		/// A job was counted. With the last one the grant is gone and its deposit released.
		GrantUsed {
			/// The datanet.
			datanet: DatanetId,
			/// Who has the grant.
			grantee: T::AccountId,
			/// The jobs that are left.
			jobs: u32,
		},
		/// A grant is gone, and its deposit released.
		GrantEnded {
			/// The datanet.
			datanet: DatanetId,
			/// Who had it.
			grantee: T::AccountId,
			/// Why.
			reason: GrantEnd,
		},
	}

	/// Why a grant is gone.
	#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
	pub enum GrantEnd {
		/// The owner revoked it.
		#[codec(index = 0)]
		Revoked,
		/// Its holder gave it back, or its last block has passed.
		#[codec(index = 1)]
		Returned,
	}

	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such datanet; take the identifier from the `Created` event.
		NoSuchDatanet,
		/// There is no such contribution, or it was withdrawn or rejected.
		NoSuchContribution,
		/// Only the owner of the datanet may do this.
		NotOwner,
		/// Only the contributor may withdraw a contribution; an owner rejects it.
		NotContributor,
		/// The licence is empty; give an SPDX identifier.
		LicenceMissing,
		/// The licence has bytes other than graphic ASCII; give an SPDX identifier.
		LicenceNotPrintable,
		/// The contribution has no rows.
		NoRows,
		/// The contribution has no bytes; rows take at least one.
		NoBytes,
		/// The contribution has more rows than [`Config::MaxRowsPerContribution`]; divide it.
		TooManyRows,
		/// The datanet has [`Config::MaxPending`] pending contributions; wait until the owner decides some.
		TooManyPending,
		/// The contribution is accepted: it can no longer be withdrawn, rejected or accepted again.
		NotPending,
		/// A version accepts at least one contribution; name some.
		NoContributions,
		/// The contributions are not in ascending order, or one is named twice; sort them.
		NotAscending,
		/// The number of rows is not that of the parent and the contributions together; build the tree again.
		WrongRowCount,
		/// The datanet already belongs to that account.
		AlreadyOwner,
		/// Identifiers are used up; start another datanet.
		IdsExhausted,
		/// An amount or a number of rows overflows; contribute less at once.
		Overflow,
		/// The state contradicts itself, which is a bug; report it.
		Unexpected,
		/// The datanet is open to everybody, or yours: register without a grant.
		NoGrantNeeded,
		/// A grant is for at least one job.
		NoJobs,
		/// The last block has passed; name a later one.
		UntilPassed,
		/// The last block is more than [`Config::MaxGrantLife`] away; name an earlier one.
		UntilTooLate,
		/// A job costs more than you are ready to pay; raise `max_price` or do without.
		PriceAboveMax,
		/// You have asked already; cancel that request to ask for something else.
		AlreadyRequested,
		/// There is a grant already; give it back to ask for another.
		AlreadyGranted,
		/// There is no such request; it was decided or cancelled.
		NoSuchRequest,
		/// There is no such grant: it was used up, revoked or given back, or there never was one. Ask for access.
		NoGrant,
		/// The last block of the grant has passed; give it back and ask for another.
		GrantExpired,
		/// The grant was paid for, so it cannot be revoked; it ends with its jobs or its last block.
		GrantPaid,
		/// The grant is not yours and its last block has not passed; only its holder may give it back.
		GrantLive,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MaxRowsPerContribution::get() > 0, "a contribution must be able to have rows");
			assert!(T::MaxPending::get() > 0, "a datanet must be able to have pending contributions");
			assert!(T::MaxPerVersion::get() > 0, "a version must be able to accept contributions");
			assert!(
				T::MaxPerVersion::get().checked_mul(T::MaxRowsPerContribution::get()).is_some(),
				"the rows of one version must fit a row number"
			);
			assert!(
				Pallet::<T>::commons_account(DatanetId(0)) != Pallet::<T>::commons_account(DatanetId(u32::MAX)),
				"AccountId is too narrow for a commons account per datanet"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A datanet.
		pub fn datanet(datanet: DatanetId) -> Option<Datanet<T>> {
			Datanets::<T>::get(datanet)
		}

		/// The counters of a datanet.
		pub fn counters(datanet: DatanetId) -> Option<Counters> {
			CountersOf::<T>::get(datanet)
		}

		/// A contribution that is pending or accepted.
		pub fn contribution(datanet: DatanetId, contribution: ContributionId) -> Option<Contribution<T>> {
			Contributions::<T>::get(datanet, contribution)
		}

		/// A frozen version.
		pub fn version(datanet: DatanetId, version: u32) -> Option<Version<T>> {
			VersionsOf::<T>::get(datanet, version)
		}

		/// A request for access that is not decided.
		pub fn request(datanet: DatanetId, applicant: T::AccountId) -> Option<Request<BlockNumberFor<T>>> {
			Requests::<T>::get(datanet, applicant)
		}

		/// A grant, which may have expired.
		pub fn grant(datanet: DatanetId, grantee: T::AccountId) -> Option<Grant<BlockNumberFor<T>>> {
			Grants::<T>::get(datanet, grantee)
		}

		/// Whether `leaf` is a row of the version, by `proof` (siblings from the leaf up).
		pub fn verify_row(datanet: DatanetId, version: u32, leaf: RowLeaf<T::AccountId>, proof: Vec<H256>) -> bool {
			if proof.len() > MAX_PROOF as usize {
				return false;
			}
			let Some(version_info) = VersionsOf::<T>::get(datanet, version) else { return false };
			let domain = Domain { genesis: frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()) };
			let data = leaf.leaf(&domain, datanet, version);
			version_info.rows.verify::<Blake2b256>(leaf.row, &data, &proof)
		}

		/// The account that is paid what the rows of a datanet leave over. Nobody has its key.
		pub fn commons_account(datanet: DatanetId) -> T::AccountId {
			T::PalletId::get().into_sub_account_truncating(datanet.0)
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Create a datanet.
		///
		/// ## Dispatch Origin
		/// Signed by the owner to be, whose free balance covers [`Config::DatanetDeposit`].
		///
		/// ## Parameters
		/// `meta` is a URI or a short text, `schema` the hash of the schema of rows, `licence` an SPDX identifier.
		///
		/// ## Errors
		/// [`Error::LicenceMissing`], [`Error::LicenceNotPrintable`], [`Error::IdsExhausted`], those of the hold.
		///
		/// ## Events
		/// [`Event::Created`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::create())]
		pub fn create(
			origin: OriginFor<T>,
			meta: BoundedVec<u8, T::MaxMeta>,
			schema: H256,
			licence: Licence,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_create(owner, meta, schema, licence)
		}

		/// Offer rows to a datanet, with a bond that is released when they are withdrawn, rejected or accepted.
		///
		/// ## Dispatch Origin
		/// Signed by anyone whose free balance covers [`Config::BondPerRow`] for each row.
		///
		/// ## Parameters
		/// `rows` commits to the rows in the order of the contribution, `bytes` is their size, `content` the BLAKE3 root
		/// by which they are fetched.
		///
		/// ## Errors
		/// [`Error::NoRows`], [`Error::TooManyRows`], [`Error::NoBytes`], [`Error::NoSuchDatanet`],
		/// [`Error::TooManyPending`], [`Error::Overflow`], [`Error::IdsExhausted`], those of the hold.
		///
		/// ## Events
		/// [`Event::Contributed`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::contribute())]
		pub fn contribute(
			origin: OriginFor<T>,
			datanet: DatanetId,
			rows: Commitment,
			#[pallet::compact] bytes: u64,
			content: H256,
		) -> DispatchResult {
			let contributor = ensure_signed(origin)?;
			Self::do_contribute(contributor, datanet, rows, bytes, content)
		}

		/// Take a pending contribution back.
		///
		/// ## Dispatch Origin
		/// Signed by its contributor.
		///
		/// ## Errors
		/// [`Error::NoSuchContribution`], [`Error::NotContributor`], [`Error::NotPending`].
		///
		/// ## Events
		/// [`Event::Withdrawn`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::withdraw())]
		pub fn withdraw(origin: OriginFor<T>, datanet: DatanetId, contribution: ContributionId) -> DispatchResult {
			let contributor = ensure_signed(origin)?;
			Self::do_withdraw(contributor, datanet, contribution)
		}

		/// Turn a pending contribution down. Its bond is released.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the datanet.
		///
		/// ## Errors
		/// [`Error::NoSuchDatanet`], [`Error::NotOwner`], [`Error::NoSuchContribution`], [`Error::NotPending`].
		///
		/// ## Events
		/// [`Event::Rejected`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::reject())]
		pub fn reject(origin: OriginFor<T>, datanet: DatanetId, contribution: ContributionId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_reject(owner, datanet, contribution)
		}

		/// Freeze the next version: the rows of the one before and those of the named contributions, which are accepted.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the datanet.
		///
		/// ## Parameters
		/// `rows` commits to all rows of the version, `clusters` to their near-duplicate clusters; `contributions` are
		/// pending and ascending.
		///
		/// ## Errors
		/// [`Error::NoContributions`], [`Error::NotAscending`], [`Error::NoSuchDatanet`], [`Error::NotOwner`],
		/// [`Error::NoSuchContribution`], [`Error::NotPending`], [`Error::Overflow`], [`Error::WrongRowCount`],
		/// [`Error::IdsExhausted`].
		///
		/// ## Events
		/// [`Event::VersionFrozen`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::freeze_version(contributions.len() as u32))]
		pub fn freeze_version(
			origin: OriginFor<T>,
			datanet: DatanetId,
			rows: Commitment,
			clusters: H256,
			contributions: BoundedVec<ContributionId, T::MaxPerVersion>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_freeze_version(owner, datanet, rows, clusters, contributions)
		}

		/// Give a datanet, and the deposit that is held for it, to another account.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the datanet.
		///
		/// ## Parameters
		/// `to` is an account that exists. Its free balance is not touched.
		///
		/// ## Errors
		/// [`Error::NoSuchDatanet`], [`Error::NotOwner`], [`Error::AlreadyOwner`], those of the hold.
		///
		/// ## Events
		/// [`Event::Transferred`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::transfer())]
		pub fn transfer(origin: OriginFor<T>, datanet: DatanetId, to: T::AccountId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_transfer(owner, datanet, to)
		}

		/// Set who may make something of the rows. Grants that were given stay.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the datanet.
		///
		/// ## Errors
		/// [`Error::NoSuchDatanet`], [`Error::NotOwner`].
		///
		/// ## Events
		/// [`Event::AccessSet`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::set_access())]
		pub fn set_access(origin: OriginFor<T>, datanet: DatanetId, access: Access) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_set_access(owner, datanet, access)
		}

		/// Ask for access, or buy it where it has a price. [`Config::AccessDeposit`] is held until request and grant are gone.
		///
		/// ## Dispatch Origin
		/// Signed by anyone but the owner.
		///
		/// ## Parameters
		/// `terms` are the hash of a text that says what for, the number of jobs and the last block. `max_price` is the most to
		/// pay for each job; the price at the time of the call is paid at once.
		///
		/// ## Errors
		/// [`Error::NoSuchDatanet`], [`Error::NoGrantNeeded`], [`Error::NoJobs`], [`Error::UntilPassed`],
		/// [`Error::UntilTooLate`], [`Error::AlreadyGranted`], [`Error::AlreadyRequested`], [`Error::PriceAboveMax`],
		/// [`Error::Overflow`], those of the hold and of the payment.
		///
		/// ## Events
		/// [`Event::AccessRequested`] or [`Event::AccessGranted`].
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::request_access())]
		pub fn request_access(
			origin: OriginFor<T>,
			datanet: DatanetId,
			terms: Terms<BlockNumberFor<T>>,
			#[pallet::compact] max_price: Balance,
		) -> DispatchResult {
			let applicant = ensure_signed(origin)?;
			Self::do_request_access(applicant, datanet, terms, max_price)
		}

		/// Take a request back.
		///
		/// ## Dispatch Origin
		/// Signed by the applicant.
		///
		/// ## Errors
		/// [`Error::NoSuchRequest`].
		///
		/// ## Events
		/// [`Event::RequestCancelled`].
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::cancel_request())]
		pub fn cancel_request(origin: OriginFor<T>, datanet: DatanetId) -> DispatchResult {
			let applicant = ensure_signed(origin)?;
			Self::do_cancel_request(applicant, datanet)
		}

		/// Approve a request as it is, or turn it down.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the datanet.
		///
		/// ## Parameters
		/// `terms` are those that the owner has seen: a request that was changed meanwhile is not decided.
		///
		/// ## Errors
		/// [`Error::NoSuchDatanet`], [`Error::NotOwner`], [`Error::NoSuchRequest`], [`Error::UntilPassed`].
		///
		/// ## Events
		/// [`Event::AccessGranted`] or [`Event::AccessDenied`].
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::decide_access())]
		pub fn decide_access(
			origin: OriginFor<T>,
			datanet: DatanetId,
			applicant: T::AccountId,
			terms: Terms<BlockNumberFor<T>>,
			approve: bool,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_decide_access(owner, datanet, applicant, terms, approve)
		}

		/// Revoke a grant that was not paid for. What was registered with it stays.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the datanet.
		///
		/// ## Errors
		/// [`Error::NoSuchDatanet`], [`Error::NotOwner`], [`Error::NoGrant`], [`Error::GrantPaid`].
		///
		/// ## Events
		/// [`Event::GrantEnded`].
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::revoke_access())]
		pub fn revoke_access(origin: OriginFor<T>, datanet: DatanetId, grantee: T::AccountId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_revoke_access(owner, datanet, grantee)
		}

		/// Give a grant back, and have its deposit released. What was paid stays paid.
		///
		/// ## Dispatch Origin
		/// Signed by the grantee, or by anyone once its last block has passed.
		///
		/// ## Errors
		/// [`Error::NoGrant`], [`Error::GrantLive`].
		///
		/// ## Events
		/// [`Event::GrantEnded`].
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::return_grant())]
		pub fn return_grant(origin: OriginFor<T>, datanet: DatanetId, grantee: T::AccountId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_return_grant(who, datanet, grantee)
		}
	}
}
