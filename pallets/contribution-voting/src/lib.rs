//! # Contribution voting
//!
//! Votes that weigh what others paid for the voter's work.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for calls, events, errors, view functions, storage and configuration. Who settles batches mints,
//! and who slashes burns, through [`openledger_primitives::traits::Contributions`]. Referenda count votes with [`Tally`].
//!
//! ## Overview
//!
//! When a batch of receipts settles, part of its fees is burnt. Each beneficiary is given its share of that part as *weight*,
//! if somebody has bonded for the payer. Weight cannot be sold: it matures within months, fades with a half-life of ninety
//! days and is burnt when its owner is slashed. Whoever has weight votes in referenda with what it weighed when the referendum
//! was submitted, or names a delegate for a track.
//!
//! What is burnt is cheap for somebody who pays its own work, since it gets the rest of the fee back. So the bond of the payer
//! must be many times the weight that it has given, stays locked while that weight lives, and is burnt if the trade is shown to
//! have been a wash (`docs/adr/0020-weight-is-backed-by-bonds.md`). A gateway can bond for those who pay through it.
//!
//! ## Low level
//!
//! ### Design
//!
//! Nothing is done for an account that is not touched. Its weight is two averages that are rolled forward in closed form; both
//! are linear, so the total of all is rolled as one account is, and so the order of two accounts that are not touched never
//! changes: the leaderboard is exact without a look at anybody else.
//!
//! A poll counts weights as they were at the start of the period in which it was submitted. An account that is touched keeps
//! what it was before at the start of each such period, as long as polls can run.
//!
//! A delegate does not collect weight beforehand: after it has voted, anybody can have those counted who have delegated to
//! it, each with its own weight, its own cap and its own conflicts of interest. Who votes itself overrides that.
//!
//! ### Terminology
//!
//! * **Period**: a stretch of `SnapshotPeriod` blocks, numbered from genesis. **Marked**: one in which a poll was submitted.
//! * **Room**: the weight that a bond may have given at a time, less what of it is used up.
//! * **Guarantor**: whose bond answers for what a payer gives: the payer, or its sponsor, within a limit for each payer.
//! * **Earner**: who was minted weight as the beneficiary of an agent, and answers with that for what the agent does.
//!
//! ### Invariants
//!
//! Where weights are added up, each roll may have been off by 4 planck and 2^−52 of the weight. An account is rolled once in a
//! block at most, and what it was off by fades as it does: no more than two slow half-lives of such errors are left.
//!
//! 1. The weights of all accounts add up to the total, but for what their rolls are off by.
//! 2. Nothing was touched in the future. The opening of an account is older than the period of its last touch, its checkpoints
//!    are older, ascend and do not overlap, and each that reaches to the oldest mark covers one. Marks ascend, up to now.
//! 3. The leaders are distinct, in the order of their standing, and weigh on the board what they weigh.
//! 4. What is on hold for bonds is what is bonded, and nobody has an empty bond.
//! 5. What is on hold for sponsorships is a deposit for each payer that is sponsored or invited. Nobody sponsors itself, who
//!    has a sponsor has no bond, and nobody is invited by its own sponsor.
//! 6. What guarantors have given through agents is no more than they have given in all, but for what was rounded off.
//! 7. In a poll that runs, each side of the tally is the sum of the ballots on it. What is counted through a vote is the sum of
//!    those who are counted through it, and who is counted through somebody is so through a vote.
//! 8. Nobody is its own delegate, and no delegation lasts longer than it may.
//! 9. The earners of an agent are distinct, in the order of accounts, and were not touched in the future.
//!
//! That what a bond has given needs no more than the bond is not among them: a bond that is punished is less than that, and
//! has no room until what it gave has faded. Nor is that the board has the greatest of all: whoever was burnt has left room
//! for accounts that were not touched since.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(
	test,
	allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod bonds;
mod calls;
mod delegation;
mod earners;
mod errors;
mod events;
mod interface;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod invariants;
mod leaders;
#[cfg(test)]
mod mock;
mod polls;
mod snapshots;
mod tally;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

pub use bonds::Bonded;
use frame_support::pallet_macros::import_section;
pub use pallet::*;
pub use tally::Tally;
pub use types::{
	Account, Ballot, Checkpoint, Conflicts, Delegation, Earner, Given, Guarantor, Interest, Leader, Sponsorship, Tiers,
	Touched,
};
pub use weights::WeightInfo;

/// The most accounts that an agent's weight is kept track of for: those who were its beneficiaries.
pub const MAX_EARNERS: u32 = 8;

/// The pallet.
#[allow(clippy::expect_used, reason = "the macros expand to it; nothing written here does")]
#[import_section(events::events)]
#[import_section(errors::errors)]
#[import_section(calls::calls)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{Inspect, InspectHold, Mutate, MutateHold},
			Polling,
		},
	};
	use frame_system::pallet_prelude::*;
	use openledger_primitives::{weight::Maturity, Balance};
	use sp_runtime::Perbill;

	/// The number of a poll.
	pub type PollIndexOf<T> = <<T as Config>::Polls as Polling<Tally<T>>>::Index;

	/// A track.
	pub type ClassOf<T> = <<T as Config>::Polls as Polling<Tally<T>>>::Class;

	/// An account, or the total of all.
	pub type AccountOf<T> = Account<BlockNumberFor<T>, <T as Config>::MaxSnapshots>;

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
		/// The polls that are voted in.
		type Polls: Polling<Tally<Self>, Votes = Balance, Moment = BlockNumberFor<Self>>;
		/// How well payers are known.
		type Tiers: Tiers<Self::AccountId>;
		/// Who may not vote in which poll.
		type Conflicts: Conflicts<Self::AccountId, PollIndexOf<Self>, ClassOf<Self>>;
		/// Who decides that a trade was a wash.
		type PunishOrigin: EnsureOrigin<Self::RuntimeOrigin>;
		/// Half-life of the fast average, in blocks. At least 1. If either half-life changes while somebody weighs something, what
		/// was not touched since is rolled as if it had always been so, and the total is no longer that of all.
		type FastHalfLife: Get<u32>;
		/// Half-life of the slow average, and of what bonds have given, in blocks. At least twice the fast one. Too short, and
		/// weight is bought for one poll; too long, and newcomers wait.
		type SlowHalfLife: Get<u32>;
		/// Blocks of one period, at whose start weights are taken. At least 1. Too long, and weight that was earned long before a
		/// poll does not count in it. It never changes: periods are numbered from genesis.
		type SnapshotPeriod: Get<u32>;
		/// The periods for which weights are kept, this one among them, and more than the checkpoints of an account. A poll can be
		/// voted in for one period less at least: shorter than it can run, and its last votes fail.
		#[pallet::constant]
		type MaxSnapshots: Get<u32>;
		/// The greatest part of the weight of all that one account votes with.
		type AccountCap: Get<Perbill>;
		/// The bond for each planck of weight that it may have given at a time. Too small, and the vote is for sale.
		type BondFactor: Get<u32>;
		/// The least bond, in planck.
		type MinBond: Get<Balance>;
		/// Held from a sponsor for each payer, in planck. If it changes, deposits that are held must be changed with it.
		#[pallet::constant]
		type SponsorDeposit: Get<Balance>;
		/// The weight of all from which this chamber is constituted, before which nothing passes in it, and the least that turnout
		/// is measured against, in planck. Too small, and whoever comes first decides alone.
		type LeastTotal: Get<Balance>;
		/// The weight below which an account can be forgotten and none is made, and below which what a bond gave does not keep it,
		/// in planck. Worth more than a few transactions, and weight is given without a bond; too small, and the last of a bond
		/// stays locked for years.
		#[pallet::constant]
		type Dust: Get<Balance>;
		/// The accounts of the leaderboard.
		#[pallet::constant]
		type MaxLeaders: Get<u32>;
		/// The most accounts of one call.
		#[pallet::constant]
		type MaxCounted: Get<u32>;
		/// The most blocks of a delegation.
		type MaxDelegationLife: Get<BlockNumberFor<Self>>;
		/// Weights of the calls.
		type WeightInfo: WeightInfo;
		/// Prepares for the benchmarks what other pallets keep.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self>;
	}

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Why balance is held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Answers for the weight that the account's payments, or those of the payers that it sponsors, have given.
		#[codec(index = 0)]
		Bond,
		/// Deposits for sponsorships and invitations.
		#[codec(index = 1)]
		Sponsorship,
	}

	// Accounts are chosen by users, so their hasher is a cryptographic one.
	/// What accounts weigh.
	#[pallet::storage]
	pub type Accounts<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, AccountOf<T>>;

	/// What all accounts weigh together.
	#[pallet::storage]
	pub type Total<T: Config> = StorageValue<_, AccountOf<T>>;

	/// Marked periods, ascending, that polls may still count.
	#[pallet::storage]
	pub type Marks<T: Config> = StorageValue<_, BoundedVec<u32, T::MaxSnapshots>, ValueQuery>;

	/// The accounts with the greatest standing, greatest first. Of those that were burnt or forgotten since, none takes the place
	/// before it is touched.
	#[pallet::storage]
	pub type Leaders<T: Config> =
		StorageValue<_, BoundedVec<Leader<T::AccountId, BlockNumberFor<T>>, T::MaxLeaders>, ValueQuery>;

	/// Bonds, in planck.
	#[pallet::storage]
	pub type Bonds<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Balance>;

	/// What of its room each guarantor has used up.
	#[pallet::storage]
	pub type GivenBy<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Given<BlockNumberFor<T>>, ValueQuery>;

	/// What each guarantor has given through each agent.
	#[pallet::storage]
	pub type GivenThrough<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Blake2_128Concat,
		T::AccountId,
		Given<BlockNumberFor<T>>,
		ValueQuery,
	>;

	/// What was minted through agents for those who were their beneficiaries: of each agent, in the order of accounts.
	#[pallet::storage]
	pub type Earners<T: Config> = StorageMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		BoundedVec<Earner<T::AccountId, BlockNumberFor<T>>, ConstU32<MAX_EARNERS>>,
		ValueQuery,
	>;

	/// The sponsors of payers.
	#[pallet::storage]
	pub type Sponsors<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, Sponsorship<T::AccountId, BlockNumberFor<T>>>;

	/// Payers that sponsors are ready to answer for, by sponsor and payer, and the most that each may have given at a time, in
	/// planck of weight.
	#[pallet::storage]
	pub type Invitations<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Blake2_128Concat, T::AccountId, Balance>;

	/// Votes. Numbers of polls are dense: Twox64Concat.
	#[pallet::storage]
	pub type Ballots<T: Config> =
		StorageDoubleMap<_, Twox64Concat, PollIndexOf<T>, Blake2_128Concat, T::AccountId, Ballot<T::AccountId>>;

	/// Delegates, by account and track.
	#[pallet::storage]
	pub type Delegations<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Twox64Concat,
		ClassOf<T>,
		Delegation<T::AccountId, BlockNumberFor<T>>,
	>;

	/// Whether this chamber has ever been heavy enough to be asked. Until it is, nothing has support in it.
	#[pallet::storage]
	pub type Constituted<T: Config> = StorageValue<_, bool, ValueQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MaxSnapshots::get() > 1, "a poll lasts longer than a period");
			assert!(T::MaxLeaders::get() > 0 && T::MaxCounted::get() > 0, "there must be room");
			assert!(T::SnapshotPeriod::get() > 0, "a period lasts for a block at least");
			let maturity = Maturity::new(T::FastHalfLife::get(), T::SlowHalfLife::get());
			assert!(maturity.is_some(), "the slow half-life is at least twice the fast one");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What `who` weighs in this block, in planck, before the cap on one account.
		pub fn weight(who: T::AccountId) -> Balance {
			Accounts::<T>::get(who).map_or(0, |account| Self::rolled_to_now(&account.now).slow)
		}

		/// All that is stored about the weight of `who`.
		pub fn account(who: T::AccountId) -> Option<AccountOf<T>> {
			Accounts::<T>::get(who)
		}

		/// The weight, in planck, that `payer` could give through `agent` now. 0 if nobody has bonded for it.
		pub fn room(payer: T::AccountId, agent: T::AccountId) -> Balance {
			Self::room_of(&payer, &agent).unwrap_or(0)
		}

		/// Whether `payer` could give `weight` through `agent` now: what an agent asks before it says that a payer weighs.
		pub fn weighs(payer: T::AccountId, agent: T::AccountId, weight: Balance) -> bool {
			Self::room_of(&payer, &agent).is_some_and(|room| weight <= room)
		}

		/// The accounts with the greatest standing, greatest first, with what they weigh in this block and their standing, in
		/// planck.
		pub fn leaders() -> Vec<(T::AccountId, Balance, Balance)> {
			let maturity = Self::maturity();
			let now = |leader: Leader<T::AccountId, BlockNumberFor<T>>| {
				let weight = Self::rolled_to_now(&leader.state);
				(leader.who, weight.slow, weight.standing(&maturity))
			};
			Leaders::<T>::get().into_iter().map(now).collect()
		}

		/// The bond of `who`, in planck.
		pub fn bond_of(who: T::AccountId) -> Option<Balance> {
			Bonds::<T>::get(who)
		}

		/// What all accounts weigh together in this block, in planck.
		pub fn total() -> Balance {
			Self::matured_total()
		}
	}
}
