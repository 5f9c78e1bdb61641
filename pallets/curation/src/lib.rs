//! # Curation
//!
//! Committees of curators, drawn by lot, who judge rows and are judged by what is known.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for calls, events, errors, storage and configuration. Whoever has cases to decide
//! implements [`openledger_primitives::traits::Cases`]; who passed an assessment is known through
//! [`openledger_primitives::traits::Assessed`].
//!
//! ## Overview
//!
//! Anyone registers as a curator of a datanet, under a bond. The owner of the datanet sets assessments: items whose
//! answers are known to it. Who gets them right has a seat. Who does not may try again later.
//!
//! A contributor, an owner or a claimant opens a case and pays for it. A committee is drawn by lot from the seats. Its
//! members see a sample of the rows, mixed with gold: items whose answers the opener knows and has committed to. Each
//! commits to a judgement, then reveals it; then the opener reveals the gold. Who did well on the gold is paid,
//! whatever it thinks of the rows. The loser may appeal to a larger committee, which decides for good. Only then is the
//! verdict carried out.
//!
//! ## Low level / implementation
//!
//! ### Design
//!
//! A judgement is a bitmap over at most 64 items and a fault, so a task is small whatever the size of the rows. What
//! follows from judgements is arithmetic without storage: [`tally`], [`reputation`], [`sample`].
//!
//! Randomness decides who judges only if it became known after the case was opened
//! (`docs/adr/0013-curators-are-drawn-by-lot.md`).
//!
//! A fault of a curator costs by what can be known: silence costs a fixed amount at once; a miss on gold costs the pay
//! of the task, and the seat with part of the bond once the misses are more than chance explains (Wilson). Gold that
//! two thirds contradict does not count. What is forfeited is burnt.
//!
//! Phases end in `on_idle`, from an agenda ordered by block, as far as the weight allows; anyone may end one with
//! [`pallet::Pallet::advance`].
//!
//! ### Terminology
//!
//! * **Curator**: judges rows of a datanet, under a bond. **Seat**: the right to be drawn.
//! * **Task**: a case before a committee, or an assessment. **Item**: a row or a gold question of a task.
//! * **Gold**: items whose answers are known to the opener and committed to before anybody answers.
//!
//! ### Invariants
//!
//! 1. What an account has on hold as a curator is the sum of its bonds.
//! 2. The seats of a datanet are numbered from 0 without gaps; each is a curator's, which knows its number, or free and
//!    once on the stack of free ones.
//! 3. Tasks are numbered below `NextTask`; each has one entry in the agenda, at its last block, none before
//!    `AgendaFrom`.
//! 4. A member of a task has a ballot there and is a curator; a curator counts its tasks; a task counts what was
//!    committed and revealed.
//! 5. What an account has on hold as an opener is the sum of fees, deposits and appeal bonds of its tasks.
//! 6. `Assessments` names each datanet's open assessment and nothing else.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(
	test,
	allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

mod agenda;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod curators;
mod errors;
mod events;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod invariants;
#[cfg(test)]
mod mock;
pub mod reputation;
pub mod sample;
mod scoring;
pub mod tally;
mod tasks;
#[cfg(test)]
mod tests;
pub mod types;
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
		reputation::Record,
		sample,
		types::{Ballot, Curator, Excluded, Members, Penalty, Phase, Purpose, Room, Task, MAX_MEMBERS},
		WeightInfo,
	};
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::{fungible::MutateHold, Randomness},
		weights::WeightMeter,
	};
	use frame_system::pallet_prelude::*;
	use openledger_primitives::{
		judgement::{Case, Gold, Judgement, Verdict},
		traits::Cases,
		Balance, DatanetId, TaskId,
	};
	use sp_core::H256;
	use sp_runtime::{traits::Zero, Perbill};

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config<Hash = H256> {
		/// The aggregated hold reason.
		type RuntimeHoldReason: From<HoldReason>;
		/// The token of bonds and fees.
		type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason, Balance = Balance>;
		/// What there is to decide.
		type Cases: Cases<Self::AccountId>;
		/// Randomness, and the block since which it may have been known; a source that anyone can steer lets
		/// contributors choose their judges.
		type Randomness: Randomness<H256, BlockNumberFor<Self>>;
		/// Blocks between opening a case and the first block whose randomness may decide it, and between attempts to
		/// draw; 0 lets the last author before a change of randomness choose the judges.
		type DrawDelay: Get<BlockNumberFor<Self>>;
		/// What is held from a curator; 0 makes seats free, and their misuse.
		type CuratorBond: Get<Balance>;
		/// What a curator is paid for a task; 0 leaves the rows to those who are paid otherwise.
		type Fee: Get<Balance>;
		/// What an opener loses that does not reveal the gold, or most of whose committee never commits; 0 gives it one
		/// committee after another.
		type GoldDeposit: Get<Balance>;
		/// What is held for an appeal; 0 makes every verdict be appealed against.
		type AppealBond: Get<Balance>;
		/// What a member pays that does not reveal; 0 makes silence free.
		type NoShowPenalty: Get<Balance>;
		/// What a curator loses of its bond that misses more gold than chance explains; 0 makes lies free.
		type GoldPenalty: Get<Perbill>;
		/// Blocks for committing; few shut out the slow.
		type CommitWindow: Get<BlockNumberFor<Self>>;
		/// Blocks for revealing; few make no-shows of honest members.
		type RevealWindow: Get<BlockNumberFor<Self>>;
		/// Blocks for revealing the gold.
		type GoldWindow: Get<BlockNumberFor<Self>>;
		/// Blocks for an appeal; few make a verdict final before the loser has seen it.
		type AppealWindow: Get<BlockNumberFor<Self>>;
		/// Blocks until a curator that failed an assessment, or lost its seat, may try again; 0 allows guessing until
		/// it passes.
		type LockOut: Get<BlockNumberFor<Self>>;
		/// Idle blocks after which the credibility of a curator is half; 0 keeps it for ever.
		type IdleHalfLife: Get<BlockNumberFor<Self>>;
		/// Members of a committee; few can be captured.
		#[pallet::constant]
		type CommitteeSize: Get<u32>;
		/// Members of a committee that decides an appeal.
		#[pallet::constant]
		type AppealSize: Get<u32>;
		/// The most steps of the agenda in one block; the rest of a block is left to others.
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
		/// The bond of a curator.
		#[codec(index = 0)]
		Curator,
		/// Fees, deposit and appeal bond of a task.
		#[codec(index = 1)]
		Task,
	}

	// Accounts are chosen by users, so their hasher is a cryptographic one; identifiers are assigned in sequence.
	/// Curators of each datanet.
	#[pallet::storage]
	pub type Curators<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		DatanetId,
		Blake2_128Concat,
		T::AccountId,
		Curator<BlockNumberFor<T>>,
		OptionQuery,
	>;

	/// The seats of each datanet.
	#[pallet::storage]
	pub type Seats<T: Config> =
		StorageDoubleMap<_, Twox64Concat, DatanetId, Twox64Concat, u32, T::AccountId, OptionQuery>;

	/// How many seats a datanet has, and how many of them are free.
	#[pallet::storage]
	pub type Rooms<T: Config> = StorageMap<_, Twox64Concat, DatanetId, Room, ValueQuery>;

	/// The numbers of free seats, as a stack.
	#[pallet::storage]
	pub type FreeSeats<T: Config> = StorageDoubleMap<_, Twox64Concat, DatanetId, Twox64Concat, u32, u32, OptionQuery>;

	/// The identifier of the next task.
	#[pallet::storage]
	pub type NextTask<T: Config> = StorageValue<_, TaskId, ValueQuery>;

	/// Open tasks.
	#[pallet::storage]
	pub type Tasks<T: Config> = StorageMap<_, Twox64Concat, TaskId, Task<T>, OptionQuery>;

	/// Members of open tasks.
	#[pallet::storage]
	pub type MembersOf<T: Config> = StorageMap<_, Twox64Concat, TaskId, Members<T>, ValueQuery>;

	/// Who should not be drawn for an open case.
	#[pallet::storage]
	pub type ExcludedFrom<T: Config> = StorageMap<_, Twox64Concat, TaskId, Excluded<T>, OptionQuery>;

	/// What members have said.
	#[pallet::storage]
	pub type Ballots<T: Config> =
		StorageDoubleMap<_, Twox64Concat, TaskId, Blake2_128Concat, T::AccountId, Ballot, OptionQuery>;

	/// The open assessment of a datanet.
	#[pallet::storage]
	pub type Assessments<T: Config> = StorageMap<_, Twox64Concat, DatanetId, TaskId, OptionQuery>;

	/// Tasks by the last block of their phase.
	#[pallet::storage]
	pub type Agenda<T: Config> =
		StorageDoubleMap<_, Twox64Concat, BlockNumberFor<T>, Twox64Concat, TaskId, (), OptionQuery>;

	/// The first block whose tasks may still be on the agenda.
	#[pallet::storage]
	pub type AgendaFrom<T: Config> = StorageValue<_, BlockNumberFor<T>, ValueQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(_: BlockNumberFor<T>, limit: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(limit);
			Self::work_off_agenda(&mut meter);
			meter.consumed()
		}

		fn integrity_test() {
			assert!(T::CommitteeSize::get() > 0, "a committee must have members");
			assert!(T::AppealSize::get() > T::CommitteeSize::get(), "an appeal must go to a larger committee");
			assert!(T::AppealSize::get() <= MAX_MEMBERS, "a committee must fit");
			assert!(T::MaxSteps::get() > 0, "the agenda must be worked off");
			assert!(!T::DrawDelay::get().is_zero(), "randomness must be unknown when a case is opened");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A curator of a datanet. Its credibility is that of its last task; see `credibility`.
		pub fn curator(datanet: DatanetId, who: T::AccountId) -> Option<Curator<BlockNumberFor<T>>> {
			Curators::<T>::get(datanet, who)
		}

		/// The credibility of a curator now, in parts of a million.
		pub fn credibility(datanet: DatanetId, who: T::AccountId) -> Option<u32> {
			Curators::<T>::get(datanet, who).map(|curator| Self::current(&curator).credibility)
		}

		/// How many curators can be drawn.
		pub fn seats(datanet: DatanetId) -> u32 {
			Rooms::<T>::get(datanet).taken()
		}

		/// An open task.
		pub fn task(task: TaskId) -> Option<Task<T>> {
			Tasks::<T>::get(task)
		}

		/// The members of an open task.
		pub fn members(task: TaskId) -> Vec<T::AccountId> {
			MembersOf::<T>::get(task).into_inner()
		}

		/// What a member has said.
		pub fn ballot(task: TaskId, who: T::AccountId) -> Option<Ballot> {
			Ballots::<T>::get(task, who)
		}

		/// The rows that the committee of a task sees, in the order of its items, gold left out; empty before the draw.
		pub fn sampled_rows(task: TaskId) -> Vec<u32> {
			match Tasks::<T>::get(task) {
				Some(task) if task.phase != Phase::Drawing => sample::rows(task.seed, task.rows, task.plan().sample),
				_ => Vec::new(),
			}
		}

		/// Rows and gold items of a case with so many rows.
		pub fn plan(case: Case, rows: u32) -> (u32, u32) {
			let plan = crate::tally::Plan::of(case, rows);
			(plan.sample, plan.gold)
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Become a curator of a datanet. An assessment has to be passed before the first task.
		///
		/// ## Dispatch Origin
		/// Signed by anyone whose free balance covers [`Config::CuratorBond`].
		///
		/// ## Errors
		/// [`Error::NoSuchDatanet`], [`Error::AlreadyCurator`], those of the hold.
		///
		/// ## Events
		/// [`Event::Registered`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register())]
		pub fn register(origin: OriginFor<T>, datanet: DatanetId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register(who, datanet)
		}

		/// Stop being a curator, and have the bond back. Who is a member of open tasks gives up its seat only, and
		/// calls again when they are closed.
		///
		/// ## Dispatch Origin
		/// Signed by the curator.
		///
		/// ## Errors
		/// [`Error::NotCurator`], [`Error::Busy`], [`Error::LockedOut`].
		///
		/// ## Events
		/// [`Event::Left`], and [`Event::Unseated`] if it had a seat.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::leave())]
		pub fn leave(origin: OriginFor<T>, datanet: DatanetId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_leave(who, datanet)
		}

		/// Raise a bond to [`Config::CuratorBond`].
		///
		/// ## Dispatch Origin
		/// Signed by the curator.
		///
		/// ## Errors
		/// [`Error::NotCurator`], [`Error::BondFull`], those of the hold.
		///
		/// ## Events
		/// [`Event::ToppedUp`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::top_up())]
		pub fn top_up(origin: OriginFor<T>, datanet: DatanetId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_top_up(who, datanet)
		}

		/// Set an assessment: 64 items whose answers `gold` commits to. Candidates enter by committing.
		///
		/// ## Dispatch Origin
		/// Signed by the owner of the datanet, whose free balance covers [`Config::GoldDeposit`].
		///
		/// ## Errors
		/// [`Error::NoSuchDatanet`], [`Error::NotOwner`], [`Error::AssessmentOpen`], [`Error::IdsExhausted`],
		/// [`Error::Overflow`], those of the hold.
		///
		/// ## Events
		/// [`Event::TaskOpened`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::open_assessment())]
		pub fn open_assessment(origin: OriginFor<T>, datanet: DatanetId, gold: H256) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_open_assessment(owner, datanet, gold)
		}

		/// Have a committee decide a case.
		///
		/// ## Dispatch Origin
		/// Signed by a party, whose free balance covers [`Config::Fee`] for each member and [`Config::GoldDeposit`].
		///
		/// ## Parameters
		/// `gold` is the commitment to the gold that will be mixed with the sample.
		///
		/// ## Errors
		/// Those of the case, [`Error::TooFewCurators`], [`Error::TooManyParties`], [`Error::IdsExhausted`],
		/// [`Error::Overflow`], those of the hold.
		///
		/// ## Events
		/// [`Event::TaskOpened`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::open_case())]
		pub fn open_case(origin: OriginFor<T>, case: Case, gold: H256) -> DispatchResult {
			let opener = ensure_signed(origin)?;
			Self::do_open_case(opener, case, gold)
		}

		/// Commit to a judgement. In an assessment, whoever is a curator without a seat becomes a candidate.
		///
		/// ## Dispatch Origin
		/// Signed by the member.
		///
		/// ## Parameters
		/// `seal` is [`Judgement::commitment`] of the judgement and a salt that nobody can guess.
		///
		/// ## Errors
		/// [`Error::NoSuchTask`], [`Error::NotCommitting`], [`Error::NotMember`], [`Error::AlreadyCommitted`]; in an
		/// assessment [`Error::NotCurator`], [`Error::AlreadySeated`], [`Error::LockedOut`], [`Error::BondLow`],
		/// [`Error::AssessmentFull`].
		///
		/// ## Events
		/// [`Event::Committed`], and [`Event::PhaseBegun`] if it was the last member.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::commit())]
		pub fn commit(origin: OriginFor<T>, task: TaskId, seal: H256) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_commit(who, task, seal)
		}

		/// Reveal a judgement.
		///
		/// ## Dispatch Origin
		/// Signed by the member.
		///
		/// ## Errors
		/// [`Error::NoSuchTask`], [`Error::NotRevealing`], [`Error::NotMember`], [`Error::NotCommitted`],
		/// [`Error::AlreadyRevealed`], [`Error::NoSuchItem`], [`Error::RevealMismatch`].
		///
		/// ## Events
		/// [`Event::Revealed`], and [`Event::PhaseBegun`] if it was the last member.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::reveal())]
		pub fn reveal(origin: OriginFor<T>, task: TaskId, judgement: Judgement, salt: H256) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_reveal(who, task, judgement, salt)
		}

		/// Reveal the gold. The members are scored when this block has passed.
		///
		/// ## Dispatch Origin
		/// Signed by the opener.
		///
		/// ## Errors
		/// [`Error::NoSuchTask`], [`Error::NotOpener`], [`Error::NotAwaitingGold`], [`Error::RevealMismatch`],
		/// [`Error::BadGold`].
		///
		/// ## Events
		/// [`Event::GoldRevealed`].
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::reveal_gold())]
		pub fn reveal_gold(origin: OriginFor<T>, task: TaskId, gold: Gold, salt: H256) -> DispatchResult {
			let opener = ensure_signed(origin)?;
			Self::do_reveal_gold(opener, task, gold, salt)
		}

		/// Have a larger committee decide again, by the rows themselves and without gold. Its verdict is final.
		///
		/// ## Dispatch Origin
		/// Signed by who lost, whose free balance covers [`Config::Fee`] for each member and [`Config::AppealBond`].
		///
		/// ## Errors
		/// [`Error::NoSuchTask`], [`Error::NotAppealable`], [`Error::NotLoser`],
		/// [`Error::TooFewCurators`], [`Error::Overflow`], those of the hold.
		///
		/// ## Events
		/// [`Event::Appealed`].
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::appeal())]
		pub fn appeal(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
			let appellant = ensure_signed(origin)?;
			Self::do_appeal(appellant, task)
		}

		/// End the phase of a task whose last block has passed. The chain does so by itself when blocks have room.
		///
		/// ## Dispatch Origin
		/// Signed by anyone.
		///
		/// ## Errors
		/// [`Error::NoSuchTask`], [`Error::PhaseOpen`].
		///
		/// ## Events
		/// Those of the phase.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::draw().max(T::WeightInfo::score(MAX_MEMBERS)).saturating_add(T::WeightInfo::close()))]
		pub fn advance(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_advance(task)
		}
	}
}
