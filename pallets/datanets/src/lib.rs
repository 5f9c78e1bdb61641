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
//! Anyone creates a datanet with a schema and a licence, and becomes its owner, who says who may contribute: anybody,
//! whoever is on a list, or whoever passed the curators' assessment. A contributor first commits to its rows, so that
//! nobody can hand them in before it, then reveals them and leaves a bond. The owner rejects offers one by one, or
//! accepts a group of them by freezing a version. A version never changes, so a model that was trained on it, and an
//! index that was built from it, mean the same rows for ever.
//!
//! Either side may have a committee of curators decide. What a committee rejects is gone, with part of the bond if it
//! was bad. What it accepts the owner can no longer reject: if the owner lets the time pass, anyone overrules it, and
//! the next version must have the rows. If it still does nothing, the contributor takes the datanet over.
//!
//! Anyone who has a right to a row asks for it to be taken down, under a bond. If nobody contests, it is; else a
//! committee decides. A row that was taken down earns nothing from then on, and taints the versions that have it.
//!
//! The owner decides who may make something of the rows: everybody, whoever asks and is approved, or whoever pays. A
//! grant names a purpose, a number of jobs and a last block; registering a model or an index uses up a job.
//!
//! What answers leave over of their data pool, and what is paid for access, comes into the commons of the datanet. All
//! rows share it equally from the version on that accepted them, until they are taken down. Once the rows of a
//! contribution are counted, its contributor claims what they have earned.
//!
//! ## Low level / implementation
//!
//! ### Design
//!
//! The rows stay off the chain. A contribution is a Merkle root with a count and the name of the bytes; a version is a
//! Merkle root with a count over all rows that are in it. The owner computes the tree of a version; the chain checks
//! that its count is the parent's plus that of the accepted contributions, and later opens single rows with
//! [`Pallet::verify_row`]. What each contribution touches ([`types::Counters`]) is apart from what changes rarely
//! ([`types::Datanet`]). A contribution that is withdrawn or rejected is removed, so only accepted ones stay in
//! storage.
//!
//! Contributions are numbered in the order of their commitments. Of rows that are near duplicates, the one with the
//! lowest number owns the cluster: the leaves of all of them name its contributor.
//!
//! Rows keep their numbers in all later versions, so a takedown names a row and no version. What is forfeited is burnt:
//! nobody gains by a harsh verdict. With the bond, some of the contributor's weight in the contribution chamber is burnt
//! ([`types::weight_lost`]). A notice that is upheld costs none: who contested was wrong about a right, not about the rows.
//!
//! The commons are shared by an accumulator ([`types::Commons`]), so a call costs the same whatever the number of
//! contributors (`docs/adr/0018-commons.md`).
//!
//! A deposit belongs to its datanet: with a transfer it moves on hold to the new owner. Nothing but their own call ever
//! puts free balance of an account on hold.
//!
//! ### Terminology
//!
//! * **Row**: one example of a dataset, leaf of the tree of a version.
//! * **Cluster**: rows that are near duplicates of one another ([`openledger_primitives::near`]).
//! * **Due**: of a contribution, that a committee has accepted it, the owner has let its time pass, and was overruled.
//! * **Tainted**: of a version, that one of its rows was taken down after it was frozen.
//! * **Commons**: the account of a datanet that is paid what its rows leave over, and what access to them costs.
//! * **Level**: what a row of the first version has earned of the commons.
//! * **Job**: one registration of something that was made of the rows.
//!
//! ### Invariants
//!
//! 1. Datanets are numbered from 0 without gaps up to `NextDatanet`, and each has counters.
//! 2. What an account has on hold for datanets is the sum of the deposits of its datanets.
//! 3. What an account has on hold for contributions is the sum of the bonds of its pending contributions; for
//!    commitments, of the deposits of its commitments.
//! 4. Each contribution and commitment belongs to a datanet and is numbered below `next_contribution`, no number twice;
//!    contributions have rows; `commits`, `pending`, `pending_rows` and `due` count them, the first two at most
//!    `MaxPending` together, the last at most `MaxPerVersion`.
//! 5. The versions of a datanet are numbered from 0 without gaps up to `versions`, and the parent of each is the one
//!    before.
//! 6. The rows of a version are those of its parent and of the contributions accepted in it, at least one and at most
//!    `MaxPerVersion`.
//! 7. What an account has on hold for access is the sum of the deposits of its requests and grants.
//! 8. Requests and grants belong to a datanet and leave jobs to do; nobody has both for one datanet.
//! 9. What an account has on hold for notices is the sum of the bonds of its notices and contests; `notices` counts
//!    them, at most `MaxNotices`. A notice is of a row of a version and of none that was taken down; only a contested
//!    one is before a committee.
//! 10. Rows that were taken down are rows of the version that was the last one then.
//! 11. The rows of a commons are those of its shares and those of accepted contributions that are not counted. Only
//!     accepted contributions are counted. Neither a share nor a version is beyond the level of its commons.
//! 12. What is due to all rows of a commons is at most what is promised; that and the existential deposit are on the
//!     account.

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
mod cases;
mod commons;
mod contributions;
mod errors;
mod events;
mod functions;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod invariants;
#[cfg(test)]
mod mock;
mod takedown;
#[cfg(test)]
mod tests;
pub mod types;
mod versions;
pub mod weights;

use frame_support::pallet_macros::import_section;
pub use pallet::*;
pub use weights::WeightInfo;

/// The pallet.
#[allow(clippy::expect_used, reason = "the macros expand to it; nothing written here does")]
#[import_section(events::events)]
#[import_section(errors::errors)]
#[frame_support::pallet]
pub mod pallet {
	use crate::{
		types::{
			Access, Admission, Commit, Contribution, Counters, Datanet, Grant, GrantEnd, Notice, NoticeEnd, Request,
			Share, Spdx, TakenDown, Terms, Version, Whitelist,
		},
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
		judgement::Verdict,
		traits::{Assessed, Contributions as Weights},
		Balance, Commitment, ContributionId, DatanetId, Licence, RowLeaf, MAX_PROOF,
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
		/// What is held for a commitment; 0 lets anyone reserve numbers for rows that it does not have.
		type CommitDeposit: Get<Balance>;
		/// Blocks in which a commitment must be revealed; a long one lets a contributor keep a place for rows to come.
		type RevealWindow: Get<BlockNumberFor<Self>>;
		/// Blocks that the owner has for what a committee accepted; a short one takes datanets from owners on holiday.
		type OwnerTime: Get<BlockNumberFor<Self>>;
		/// What is held for a notice, and for contesting one; 0 lets anyone silence rows for nothing.
		type NoticeBond: Get<Balance>;
		/// Blocks in which a notice can be contested, and then brought before a committee; a short one takes rows from
		/// those who do not watch.
		type AnswerWindow: Get<BlockNumberFor<Self>>;
		/// Who passed the assessment of a datanet.
		type Assessments: Assessed<Self::AccountId>;
		/// Who weighs what in the contribution chamber: whose rows are found bad loses of it. With `()` nobody does. Not named
		/// as elsewhere: contributions are rows here.
		type ContributionWeight: Weights<Self::AccountId>;
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
		/// The most accounts on the list of a datanet; few exclude contributors, many make each change dear.
		#[pallet::constant]
		type MaxWhitelist: Get<u32>;
		/// The most open notices of a datanet; few let one claimant shut out the others.
		#[pallet::constant]
		type MaxNotices: Get<u32>;
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
		/// The deposit for a commitment.
		#[codec(index = 3)]
		Commit,
		/// The bond of a notice or of a contest.
		#[codec(index = 4)]
		Notice,
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

	/// Who may contribute to a datanet that has a list.
	#[pallet::storage]
	pub type Whitelists<T: Config> = StorageMap<_, Twox64Concat, DatanetId, Whitelist<T>, ValueQuery>;

	/// Commitments to contributions that are not revealed.
	#[pallet::storage]
	pub type Commits<T: Config> =
		StorageDoubleMap<_, Twox64Concat, DatanetId, Twox64Concat, ContributionId, Commit<T>, OptionQuery>;

	/// Contributions that are pending, due or accepted.
	#[pallet::storage]
	pub type Contributions<T: Config> =
		StorageDoubleMap<_, Twox64Concat, DatanetId, Twox64Concat, ContributionId, Contribution<T>, OptionQuery>;

	/// Frozen versions.
	#[pallet::storage]
	pub type VersionsOf<T: Config> =
		StorageDoubleMap<_, Twox64Concat, DatanetId, Twox64Concat, u32, Version<T>, OptionQuery>;

	/// Open notices, by row.
	#[pallet::storage]
	pub type Notices<T: Config> =
		StorageDoubleMap<_, Twox64Concat, DatanetId, Twox64Concat, u32, Notice<T>, OptionQuery>;

	/// Rows that were taken down. They are never removed.
	#[pallet::storage]
	pub type Taken<T: Config> =
		StorageDoubleMap<_, Twox64Concat, DatanetId, Twox64Concat, u32, TakenDown<BlockNumberFor<T>>, OptionQuery>;

	/// What the rows of a datanet share.
	#[pallet::storage]
	pub type Commons<T: Config> = StorageMap<_, Twox64Concat, DatanetId, crate::types::Commons, ValueQuery>;

	/// The level of the commons when a version was frozen, from which on its new rows share.
	#[pallet::storage]
	pub type Levels<T: Config> = StorageDoubleMap<_, Twox64Concat, DatanetId, Twox64Concat, u32, u128, ValueQuery>;

	/// Contributions whose rows are counted for their contributor.
	#[pallet::storage]
	pub type Counted<T: Config> =
		StorageDoubleMap<_, Twox64Concat, DatanetId, Twox64Concat, ContributionId, (), OptionQuery>;

	// Accounts are chosen by users, so their hasher is a cryptographic one.
	/// Shares in the commons.
	#[pallet::storage]
	pub type Shares<T: Config> =
		StorageDoubleMap<_, Twox64Concat, DatanetId, Blake2_128Concat, T::AccountId, Share, ValueQuery>;

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

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MaxRowsPerContribution::get() > 0, "a contribution must be able to have rows");
			assert!(T::MaxPending::get() > 0, "a datanet must be able to have pending contributions");
			assert!(T::MaxPerVersion::get() > 0, "a version must be able to accept contributions");
			assert!(T::MaxNotices::get() > 0, "a row must be able to be taken down");
			assert!(!T::MaxGrantLife::get().is_zero(), "a grant must be able to last");
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

		/// A commitment that is not revealed.
		pub fn commitment(datanet: DatanetId, contribution: ContributionId) -> Option<Commit<T>> {
			Commits::<T>::get(datanet, contribution)
		}

		/// Whether an account may contribute.
		pub fn may_contribute(datanet: DatanetId, who: T::AccountId) -> bool {
			Datanets::<T>::get(datanet).is_some_and(|entry| Self::ensure_admitted(&entry, datanet, &who).is_ok())
		}

		/// A contribution that is pending, due or accepted.
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

		/// An open notice about a row.
		pub fn notice_of(datanet: DatanetId, row: u32) -> Option<Notice<T>> {
			Notices::<T>::get(datanet, row)
		}

		/// When a row was taken down.
		pub fn taken_down(datanet: DatanetId, row: u32) -> Option<TakenDown<BlockNumberFor<T>>> {
			Taken::<T>::get(datanet, row)
		}

		/// Whether `leaf` is a row of the version, by `proof` (siblings from the leaf up), and so belongs to the
		/// contributor that it names.
		pub fn verify_row(datanet: DatanetId, version: u32, leaf: RowLeaf<T::AccountId>, proof: Vec<H256>) -> bool {
			proof.len() <= MAX_PROOF as usize && Self::is_row(datanet, version, &leaf, &proof)
		}

		/// What the rows of a datanet share, as of the last change.
		pub fn commons(datanet: DatanetId) -> crate::types::Commons {
			Commons::<T>::get(datanet)
		}

		/// The share of an account in the commons, as of its last change.
		pub fn share_of(datanet: DatanetId, who: T::AccountId) -> Share {
			Shares::<T>::get(datanet, who)
		}

		/// What an account can claim of the commons now, in planck, for the rows that are counted.
		pub fn claimable(datanet: DatanetId, who: T::AccountId) -> Balance {
			Self::due_to(datanet, &who).unwrap_or_default()
		}

		/// Whether the rows of a contribution are counted.
		pub fn is_counted(datanet: DatanetId, contribution: ContributionId) -> bool {
			Counted::<T>::contains_key(datanet, contribution)
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
		/// [`Error::MetaTooLong`], [`Error::UnknownLicence`], [`Error::IdsExhausted`], those of the hold.
		///
		/// ## Events
		/// [`Event::Created`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::create())]
		pub fn create(origin: OriginFor<T>, meta: Vec<u8>, schema: H256, licence: Spdx) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_create(owner, meta, schema, licence)
		}

		/// Take a pending contribution back.
		///
		/// ## Dispatch Origin
		/// Signed by its contributor.
		///
		/// ## Errors
		/// [`Error::NoSuchContribution`], [`Error::NotContributor`], [`Error::NotPending`], [`Error::WithCommittee`].
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
		/// [`Error::NoSuchDatanet`], [`Error::NotOwner`], [`Error::NoSuchContribution`], [`Error::NotPending`],
		/// [`Error::WithCommittee`], [`Error::CommitteeAccepted`].
		///
		/// ## Events
		/// [`Event::Rejected`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::reject())]
		pub fn reject(origin: OriginFor<T>, datanet: DatanetId, contribution: ContributionId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_reject(owner, datanet, contribution)
		}

		/// Freeze the next version: the rows of the one before and those of the named contributions, which are
		/// accepted.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the datanet.
		///
		/// ## Parameters
		/// `rows` commits to all rows of the version, `clusters` to their near-duplicate clusters; `contributions` are
		/// pending or due, and ascending; all that are due are among them.
		///
		/// ## Errors
		/// [`Error::NoContributions`], [`Error::NotAscending`], [`Error::NoSuchDatanet`], [`Error::NotOwner`],
		/// [`Error::NoSuchContribution`], [`Error::NotPending`], [`Error::WithCommittee`], [`Error::DueMissing`],
		/// [`Error::Overflow`], [`Error::WrongRowCount`], [`Error::IdsExhausted`].
		///
		/// ## Events
		/// [`Event::VersionFrozen`], after [`Event::CommonsShared`] if something came in.
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

		/// Ask for access, or buy it where it has a price. [`Config::AccessDeposit`] is held until request and grant
		/// are gone.
		///
		/// ## Dispatch Origin
		/// Signed by anyone but the owner.
		///
		/// ## Parameters
		/// `terms` are the hash of a text that says what for, the number of jobs and the last block. `max_price` is the
		/// most to pay for each job; the price at the time of the call is paid at once.
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

		/// Set who may contribute from now on. What was offered stays.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the datanet.
		///
		/// ## Errors
		/// [`Error::NoSuchDatanet`], [`Error::NotOwner`].
		///
		/// ## Events
		/// [`Event::AdmissionSet`].
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::set_admission())]
		pub fn set_admission(origin: OriginFor<T>, datanet: DatanetId, admission: Admission) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_set_admission(owner, datanet, admission)
		}

		/// Put an account on the list of contributors, or take it off. The list counts while admission is by list.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the datanet.
		///
		/// ## Errors
		/// [`Error::NoSuchDatanet`], [`Error::NotOwner`], [`Error::AlreadyListed`], [`Error::NotListed`],
		/// [`Error::WhitelistFull`].
		///
		/// ## Events
		/// [`Event::WhitelistChanged`].
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::set_whitelist())]
		pub fn set_whitelist(
			origin: OriginFor<T>,
			datanet: DatanetId,
			who: T::AccountId,
			listed: bool,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_set_whitelist(owner, datanet, who, listed)
		}

		/// Commit to rows before showing them. Who commits first owns what is near to them.
		///
		/// ## Dispatch Origin
		/// Signed by anyone who may contribute and whose free balance covers [`Config::CommitDeposit`].
		///
		/// ## Parameters
		/// `seal` is [`openledger_primitives::judgement::seal_contribution`] of the rows and a salt that nobody can
		/// guess.
		///
		/// ## Errors
		/// [`Error::NoSuchDatanet`], [`Error::NotListed`], [`Error::NotAssessed`], [`Error::TooManyPending`],
		/// [`Error::IdsExhausted`], [`Error::Overflow`], those of the hold.
		///
		/// ## Events
		/// [`Event::Committed`].
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::commit())]
		pub fn commit(origin: OriginFor<T>, datanet: DatanetId, seal: H256) -> DispatchResult {
			let contributor = ensure_signed(origin)?;
			Self::do_commit(contributor, datanet, seal)
		}

		/// Reveal rows, with a bond that is released when they are withdrawn, rejected by the owner, or accepted. The
		/// deposit of the commitment is released.
		///
		/// ## Dispatch Origin
		/// Signed by who committed, whose free balance covers [`Config::BondPerRow`] for each row.
		///
		/// ## Parameters
		/// `rows` commits to the rows in the order of the contribution, `bytes` is their size, `content` the BLAKE3
		/// root by which they are fetched, `salt` that of the commitment.
		///
		/// ## Errors
		/// [`Error::NoRows`], [`Error::TooManyRows`], [`Error::NoBytes`], [`Error::NoSuchCommit`],
		/// [`Error::NotContributor`], [`Error::RevealEarly`], [`Error::RevealLate`], [`Error::RevealMismatch`],
		/// [`Error::Overflow`], those of the hold.
		///
		/// ## Events
		/// [`Event::Contributed`].
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::reveal())]
		pub fn reveal(
			origin: OriginFor<T>,
			datanet: DatanetId,
			contribution: ContributionId,
			rows: Commitment,
			#[pallet::compact] bytes: u64,
			content: H256,
			salt: H256,
		) -> DispatchResult {
			let contributor = ensure_signed(origin)?;
			Self::do_reveal(contributor, datanet, contribution, rows, bytes, content, salt)
		}

		/// Remove a commitment that was not revealed in time. Its deposit is burnt.
		///
		/// ## Dispatch Origin
		/// Signed by anyone.
		///
		/// ## Errors
		/// [`Error::NoSuchCommit`], [`Error::CommitLive`].
		///
		/// ## Events
		/// [`Event::CommitExpired`].
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::expire_commit())]
		pub fn expire_commit(origin: OriginFor<T>, datanet: DatanetId, contribution: ContributionId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire_commit(datanet, contribution)
		}

		/// Make a contribution due that a committee accepted and the owner did not take into a version in time.
		///
		/// ## Dispatch Origin
		/// Signed by anyone.
		///
		/// ## Errors
		/// [`Error::NoSuchContribution`], [`Error::NotPending`], [`Error::NotJudged`], [`Error::OwnerHasTime`],
		/// [`Error::TooManyDue`].
		///
		/// ## Events
		/// [`Event::Overruled`].
		#[pallet::call_index(17)]
		#[pallet::weight(T::WeightInfo::overrule())]
		pub fn overrule(origin: OriginFor<T>, datanet: DatanetId, contribution: ContributionId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_overrule(datanet, contribution)
		}

		/// Become the owner of a datanet whose owner has let a due contribution wait as long again.
		///
		/// ## Dispatch Origin
		/// Signed by the contributor, whose free balance covers the deposit of the datanet.
		///
		/// ## Errors
		/// [`Error::NoSuchDatanet`], [`Error::NoSuchContribution`], [`Error::NotContributor`], [`Error::NotDue`],
		/// [`Error::OwnerHasTime`], [`Error::AlreadyOwner`], those of the hold.
		///
		/// ## Events
		/// [`Event::TakenOver`].
		#[pallet::call_index(18)]
		#[pallet::weight(T::WeightInfo::take_over())]
		pub fn take_over(origin: OriginFor<T>, datanet: DatanetId, contribution: ContributionId) -> DispatchResult {
			let contributor = ensure_signed(origin)?;
			Self::do_take_over(contributor, datanet, contribution)
		}

		/// Ask for a row to be taken down, under [`Config::NoticeBond`].
		///
		/// ## Dispatch Origin
		/// Signed by anyone whose free balance covers the bond.
		///
		/// ## Parameters
		/// `leaf` and `proof` open the row in `version`, the first that has it; `reason` is the hash of a text that
		/// says why.
		///
		/// ## Errors
		/// [`Error::BadRowProof`], [`Error::NotFirstVersion`], [`Error::AlreadyTakenDown`], [`Error::AlreadyNoticed`],
		/// [`Error::TooManyNotices`],
		/// [`Error::Overflow`], those of the hold.
		///
		/// ## Events
		/// [`Event::NoticeFiled`].
		#[pallet::call_index(19)]
		// The benchmark is of the first version; any other reads the one before, too.
		#[pallet::weight(T::WeightInfo::file_notice().saturating_add(T::DbWeight::get().reads(1)))]
		pub fn file_notice(
			origin: OriginFor<T>,
			datanet: DatanetId,
			version: u32,
			leaf: RowLeaf<T::AccountId>,
			proof: BoundedVec<H256, ConstU32<MAX_PROOF>>,
			reason: H256,
		) -> DispatchResult {
			let claimant = ensure_signed(origin)?;
			Self::do_file_notice(claimant, datanet, version, leaf, proof, reason)
		}

		/// Contest a notice, under the same bond. Then a committee can be asked.
		///
		/// ## Dispatch Origin
		/// Signed by the contributor of the row, or by the owner of the datanet, unless the notice is its own.
		///
		/// ## Errors
		/// [`Error::NoSuchNotice`], [`Error::NotParty`], [`Error::AlreadyContested`], [`Error::AnswerLate`],
		/// [`Error::Overflow`], those of the hold.
		///
		/// ## Events
		/// [`Event::NoticeContested`].
		#[pallet::call_index(20)]
		#[pallet::weight(T::WeightInfo::contest_notice())]
		pub fn contest_notice(origin: OriginFor<T>, datanet: DatanetId, row: u32) -> DispatchResult {
			let by = ensure_signed(origin)?;
			Self::do_contest_notice(by, datanet, row)
		}

		/// End a notice: its claimant takes it back, the contributor of the row agrees to it, or anyone ends it when
		/// the time for an answer, or for asking a committee, has passed. A tenth of the bond is burnt if it was taken
		/// back, or if no committee was asked.
		///
		/// ## Dispatch Origin
		/// Signed by anyone.
		///
		/// ## Errors
		/// [`Error::NoSuchNotice`], [`Error::WithCommittee`], [`Error::AlreadyContested`], [`Error::AnswerOpen`].
		///
		/// ## Events
		/// [`Event::NoticeClosed`]; [`Event::RowTakenDown`] if it was not contested, after [`Event::CommonsShared`] if
		/// something came in.
		#[pallet::call_index(21)]
		#[pallet::weight(T::WeightInfo::end_notice())]
		pub fn end_notice(origin: OriginFor<T>, datanet: DatanetId, row: u32) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_end_notice(who, datanet, row)
		}

		/// Count the rows of an accepted contribution for its contributor, who can claim what they earn of the commons.
		///
		/// ## Details
		/// They have shared in what came in since their version was frozen, so it does not matter when they are counted,
		/// unless one is taken down before.
		///
		/// ## Dispatch Origin
		/// Signed by anyone.
		///
		/// ## Errors
		/// [`Error::NoSuchContribution`], [`Error::NotAccepted`], [`Error::AlreadyCounted`], [`Error::Overflow`].
		///
		/// ## Events
		/// [`Event::RowsCounted`], after [`Event::CommonsShared`] if something came in.
		#[pallet::call_index(22)]
		#[pallet::weight(T::WeightInfo::count_rows())]
		pub fn count_rows(origin: OriginFor<T>, datanet: DatanetId, contribution: ContributionId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_count_rows(datanet, contribution)
		}

		/// Pay a contributor its share of the commons.
		///
		/// ## Dispatch Origin
		/// Signed by anyone.
		///
		/// ## Errors
		/// [`Error::NothingDue`], [`Error::Overflow`], those of the transfer: what is due must be enough to keep the account
		/// of the contributor alive.
		///
		/// ## Events
		/// [`Event::CommonsClaimed`], after [`Event::CommonsShared`] if something came in.
		#[pallet::call_index(23)]
		#[pallet::weight(T::WeightInfo::claim_commons())]
		pub fn claim_commons(origin: OriginFor<T>, datanet: DatanetId, contributor: T::AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_claim_commons(datanet, contributor)
		}
	}
}
