//! # Chambers
//!
//! What needs the assent of both chambers.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for calls, events, errors, storage, origins and configuration.
//!
//! ## Overview
//!
//! Two bodies vote: one by what people hold and lock, one by what others paid for their work. Powers that neither shall
//! have alone are held by both. A proposal for such a power is a referendum in each chamber, and the call of either
//! referendum is [`Pallet::assent`] to the same proposal. When both have assented, in whatever order, the proposal is
//! scheduled, and after a while it is carried out with that power. Until then either chamber may delay it once, and may
//! take its assent back.
//!
//! As long as the contribution chamber is not constituted, because there never was enough work to weigh, the assent of
//! the stake chamber is enough: otherwise a young chain could not be mended.
//!
//! ## Low level / implementation
//!
//! ### Design
//!
//! Storage says what was agreed and when it is due; the scheduler only wakes the pallet up with [`Pallet::enact`],
//! which looks at storage again. So a wake-up that comes late, twice, or for a proposal that was withdrawn, does
//! nothing. What was enough when a proposal was scheduled must still be enough when it is carried out: if the
//! contribution chamber was constituted in between, its assent is missing, and the proposal waits for it.
//!
//! The call's weight is measured with each assent and is part of what is scheduled. If an upgrade has made it heavier
//! since, it is scheduled again with what it weighs now. The preimage is requested for as long as the proposal is in
//! storage, so nobody can take it away.
//!
//! Agendas are bounded and others write to them, so of the [`ATTEMPTS`] blocks from the one that is due the first with
//! room is taken.
//!
//! ### Terminology
//!
//! * **Proposal**: a call and the power that it is to have. The same call under another power is another proposal.
//! * **Carried**: having every assent that is needed.
//! * **Over**: more than [`Config::AssentPeriod`] blocks past the first assent without being carried, or past the block
//!   in which it was due without having been carried out. It counts for nothing then, and anybody may have it
//!   forgotten.
//!
//! ### Invariants
//!
//! 1. A proposal has the hash of its call, and a chamber has assented to it, not in the future.
//! 2. A proposal with both assents is scheduled, and one that is scheduled has at least the stake chamber's.
//! 3. There are as many proposals as are counted, and no more than there may be.
//! 4. The preimage of every proposal is requested.
//! 5. What is due in a later block is in the scheduler's agenda of that block.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(
	test,
	allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod enactment;
mod errors;
mod events;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod invariants;
#[cfg(test)]
mod mock;
mod proposals;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

use frame_support::{pallet_macros::import_section, traits::Bounded};
pub use pallet::*;
pub use types::{Chamber, Power, Proposal, Seat};
pub use weights::WeightInfo;

/// Blocks that are tried when something is scheduled.
pub const ATTEMPTS: u32 = 8;

/// A call, or where it is noted.
pub type BoundedCallOf<T> = Bounded<<T as Config>::RuntimeCall, <T as frame_system::Config>::Hashing>;

/// A proposal of a runtime.
pub type ProposalOf<T> = Proposal<BoundedCallOf<T>, frame_system::pallet_prelude::BlockNumberFor<T>>;

/// Which calls a power extends to.
pub trait Allowed<Call> {
	/// Whether `call` may be carried out with `power`.
	fn allowed(power: Power, call: &Call) -> bool;
}

/// Whether the contribution chamber counts.
pub trait Constituted {
	/// Whether it has ever had enough weight. Once true, it stays true.
	fn constituted() -> bool;

	/// Makes [`Self::constituted`] answer `constituted`.
	#[cfg(feature = "runtime-benchmarks")]
	fn constitute(constituted: bool);
}

/// The pallet.
#[allow(clippy::expect_used, reason = "the macros expand to it; nothing written here does")]
#[import_section(events::events)]
#[import_section(errors::errors)]
#[frame_support::pallet]
pub mod pallet {
	use crate::{Allowed, BoundedCallOf, Chamber, Constituted, Power, ProposalOf, WeightInfo};
	use frame_support::{
		dispatch::{GetDispatchInfo, PostDispatchInfo},
		pallet_prelude::*,
		traits::{schedule::v3, QueryPreimage, StorePreimage},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::traits::{Convert, Dispatchable, Zero};

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<
		RuntimeOrigin: From<Origin>
		                   + From<Self::PalletsOrigin>
		                   + Into<Result<Origin, <Self as frame_system::Config>::RuntimeOrigin>>,
	>
	{
		/// Calls.
		type RuntimeCall: Parameter
			+ Dispatchable<RuntimeOrigin = Self::RuntimeOrigin, PostInfo = PostDispatchInfo>
			+ GetDispatchInfo
			+ From<Call<Self>>;
		/// Origins without their filters.
		type PalletsOrigin: From<Origin>;
		/// Keeps the calls.
		type Preimages: QueryPreimage<H = Self::Hashing> + StorePreimage;
		/// Wakes the pallet up. It must count the blocks of this chain.
		type Scheduler: v3::Named<
			BlockNumberFor<Self>,
			<Self as Config>::RuntimeCall,
			Self::PalletsOrigin,
			Hasher = Self::Hashing,
		>;
		/// The origin that carries out the calls of a power.
		type Powers: Convert<Power, Self::PalletsOrigin>;
		/// The calls that a power extends to. Too many, and a power is worth more than its track asks for.
		type Allowed: Allowed<<Self as Config>::RuntimeCall>;
		/// Whether the contribution chamber counts.
		type Contribution: Constituted;
		/// Blocks within which the second assent must follow the first. Too few, and two referenda that begin together
		/// miss each other.
		type AssentPeriod: Get<BlockNumberFor<Self>>;
		/// Blocks between the last assent and the call. Too few, and nobody has time to delay it.
		type Enactment: Get<BlockNumberFor<Self>>;
		/// Blocks that a delay adds.
		type DelayPeriod: Get<BlockNumberFor<Self>>;
		/// The most proposals at a time.
		#[pallet::constant]
		type MaxProposals: Get<u32>;
		/// The most that a call may weigh together with what carries it out. Above what the scheduler has room for, the
		/// call is never carried out.
		type MaxWeight: Get<Weight>;
		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What a referendum on a track that belongs to both chambers confers.
	#[pallet::origin]
	#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
	pub enum Origin {
		/// May assent for a chamber, and take it back.
		#[codec(index = 0)]
		Assent {
			/// For which chamber.
			chamber: Chamber,
			/// To proposals under which power.
			power: Power,
		},
		/// May delay proposals for a chamber.
		#[codec(index = 1)]
		Delay {
			/// For which chamber.
			chamber: Chamber,
		},
		/// The pallet itself, when what it has scheduled is due. No track may confer it.
		#[codec(index = 2)]
		Enact,
	}

	// The key has a hash of what somebody wrote in it, so a fast hasher is enough.
	/// The proposals, by power and hash of the call.
	#[pallet::storage]
	pub type Proposals<T: Config> = CountedStorageMap<_, Twox64Concat, (Power, T::Hash), ProposalOf<T>, OptionQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(!T::AssentPeriod::get().is_zero(), "the second assent must be able to follow the first");
			assert!(!T::Enactment::get().is_zero(), "what is agreed must not be scheduled for the same block");
			assert!(!T::DelayPeriod::get().is_zero(), "a delay must delay");
			assert!(T::MaxProposals::get() > 0, "there must be room for a proposal");
			assert!(T::WeightInfo::enact(0).all_lte(T::MaxWeight::get()), "a call must be able to be carried out");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The proposal to carry out the call with this hash under `power`.
		pub fn proposal(power: Power, proposal: T::Hash) -> Option<ProposalOf<T>> {
			Proposals::<T>::get((power, proposal))
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Assent to `proposal` for a chamber, under the power of the origin.
		///
		/// ## Details
		///
		/// The last assent that is needed schedules it. The first one of a proposal that is over begins it anew.
		///
		/// ## Dispatch Origin
		///
		/// [`Origin::Assent`].
		///
		/// ## Errors
		///
		/// [`Error::NoLength`], [`Error::NotNoted`], [`Error::NotACall`], [`Error::NotAllowed`], [`Error::TooHeavy`],
		/// [`Error::AlreadyAssented`], [`Error::TooManyProposals`], [`Error::NoRoom`].
		///
		/// ## Events
		///
		/// [`Event::Assented`], before it [`Event::Expired`] if it begins anew, and after it [`Event::Scheduled`] if nothing
		/// is missing.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::assent(proposal.len().unwrap_or_default()))]
		pub fn assent(origin: OriginFor<T>, proposal: BoundedCallOf<T>) -> DispatchResult {
			let (chamber, power) = Self::ensure_assent(origin)?;
			Self::do_assent(chamber, power, proposal)
		}

		/// Take the assent of a chamber to the proposal with this hash back.
		///
		/// ## Details
		///
		/// A proposal that is not carried any more is not carried out. If the other chamber has not assented either, it is
		/// forgotten.
		///
		/// ## Dispatch Origin
		///
		/// [`Origin::Assent`].
		///
		/// ## Errors
		///
		/// [`Error::NoProposal`], [`Error::NotAssented`].
		///
		/// ## Events
		///
		/// [`Event::Withdrawn`], and [`Event::Unscheduled`] if it was scheduled.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::withdraw())]
		pub fn withdraw(origin: OriginFor<T>, proposal: T::Hash) -> DispatchResult {
			let (chamber, power) = Self::ensure_assent(origin)?;
			Self::do_withdraw(chamber, power, proposal)
		}

		/// Have a scheduled proposal carried out [`Config::DelayPeriod`] blocks later. Each chamber may do so once,
		/// whether it has assented or not.
		///
		/// ## Dispatch Origin
		///
		/// [`Origin::Delay`].
		///
		/// ## Errors
		///
		/// [`Error::NoProposal`], [`Error::NotScheduled`], [`Error::AlreadyDelayed`], [`Error::NoRoom`].
		///
		/// ## Events
		///
		/// [`Event::Delayed`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::delay())]
		pub fn delay(origin: OriginFor<T>, power: Power, proposal: T::Hash) -> DispatchResult {
			let chamber = Self::ensure_delay(origin)?;
			Self::do_delay(chamber, power, proposal)
		}

		/// Forget a proposal that is over. It costs no fee.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by anybody.
		///
		/// ## Errors
		///
		/// [`Error::NoProposal`], [`Error::NotExpired`].
		///
		/// ## Events
		///
		/// [`Event::Expired`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::expire())]
		pub fn expire(origin: OriginFor<T>, power: Power, proposal: T::Hash) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_expire(power, proposal)?;
			Ok(Pays::No.into())
		}

		/// Carry out a proposal that is due. `weight` and `len` are the weight and the length of its call.
		///
		/// ## Details
		///
		/// A call that fails is carried out all the same: it is not tried again. One that an upgrade has made heavier is
		/// scheduled for the next block.
		///
		/// ## Dispatch Origin
		///
		/// [`Origin::Enact`].
		///
		/// ## Errors
		///
		/// [`Error::NotScheduled`], [`Error::NoRoom`].
		///
		/// ## Events
		///
		/// [`Event::Enacted`], after those of the call; or [`Event::Unscheduled`] if an assent is missing; or
		/// [`Event::Scheduled`].
		#[pallet::call_index(4)]
		#[pallet::weight(Pallet::<T>::enactment(*len, *weight))]
		pub fn enact(
			origin: OriginFor<T>,
			power: Power,
			proposal: T::Hash,
			weight: Weight,
			len: u32,
		) -> DispatchResultWithPostInfo {
			Self::ensure_enact(origin)?;
			let spent = Self::do_enact(power, proposal, weight)?;
			Ok(Some(T::WeightInfo::enact(len).saturating_add(spent)).into())
		}
	}
}
