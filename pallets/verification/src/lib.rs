//! # Verification
//!
//! Audits of answers: which are looked at, by whom, and what follows.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for calls, events, errors, storage and configuration. Batches are announced through
//! [`openledger_primitives::traits::Sampling`]; agents and batches are known through
//! [`openledger_primitives::traits::Agents`] and [`openledger_primitives::traits::Batches`].
//!
//! ## Overview
//!
//! What arithmetic can refute is refuted elsewhere. Whether a model really gave an answer can only be seen by computing it
//! again. So the chain draws some answers of each batch, more of those that cost much and fewer of agents with a clean
//! record, and auditors, drawn by lot, compute them again. The agent has to show what it has answered; who shows nothing is
//! guilty.
//!
//! One auditor looks first. If it raises an alarm, pay waits and three others look; if they disagree, or the agent appeals,
//! seven more do. A few answers are shown with a mistake on purpose, so that who says "fine" without looking is found out:
//! nobody but the agent knows which, and it says so only when the one, or the three, have spoken. Anyone who sees something
//! wrong can challenge a batch under a bond.
//!
//! Auditors are paid from what the chain keeps of all fees. Who contradicts the last verdict pays; who is silent pays and
//! is replaced. Silence of auditors neither releases pay nor convicts.
//!
//! ## Low level / implementation
//!
//! ### Design
//!
//! Rules are arithmetic without storage: [`sampling`] says how many audits a batch has, [`ladder`] what a committee rules,
//! [`economics`] what cheating and laziness bring.
//!
//! The batch commits to secrets, one for each audit, before its sample is drawn. Secret and sample decide which audits are
//! planted errors (`docs/adr/0017-planted-errors.md`). The agent opens a secret when the sentinel has found nothing, or else
//! when three have spoken. No receipt is shown for two audits: the same salt twice would say that neither is planted.
//!
//! A case holds its batch and binds its agent from the first block to the last, and gives both up to
//! [`openledger_primitives::traits::Agents::defer_slash`] if the agent is guilty. Members are bound too, so that fines find
//! their stake.
//!
//! Randomness is that of the parent block, taken at least [`pallet::Config::DrawDelay`] blocks after everybody involved is
//! known, and only at the end of a block. All authors have a part in it, so that none alone knows it so far ahead; the last
//! of them can leave out its block, and draw once more.
//!
//! A seat keeps its number, so that nobody who leaves changes who is drawn. Free seats at the end of a room are given up,
//! and a draw passes over many of the others: to leave seats behind denies nobody its committee, and to take them costs
//! [`pallet::Config::SeatStake`] each.
//!
//! Who serves floating point on machines that too few auditors have is judged by all. A case without enough auditors waits,
//! but not for ever: then the last verdict stands, or there is none.
//!
//! Phases end in `on_idle`, from an agenda ordered by block, as far as the weight allows; anyone may end one, but not a
//! draw, with [`pallet::Pallet::advance`].
//!
//! ### Terminology
//!
//! * **Auditor**: an agent with that role and a seat. **Room**: those who can audit each other's machines.
//! * **Case**: one answer, or the payouts of a batch, before auditors. **Stage**: a committee of one, three or seven.
//! * **Sentinel**: the one that looks first. **Panel**: all who have judged a case, over its stages.
//! * **Lot**: the secrets of a batch, which decide which audits are planted errors. **Decoy**: what is shown in these.
//! * **Docket**: what the open cases of a batch have in common.
//!
//! ### Invariants
//!
//! 1. The seats of a room are numbered from 0 without gaps; each is an auditor's, which knows its number, or free and once
//!    on the stack of free ones, at the place that is recorded for it. An auditor has one seat in the common room and one in that of its hardware.
//! 2. Cases are numbered below `NextCase`. Each case, and each batch that waits for its sample, is on the agenda once, at
//!    its last block, and nothing else is; nothing is on it before `AgendaFrom`.
//! 3. A panel belongs to a case and has no member twice, and no stage more than its members. Who has revealed has
//!    committed. An auditor counts the cases that it is on the panel of.
//! 4. What an account has on hold for challenges and appeals is the sum of their bonds.
//! 5. `Dockets` count the open cases of each batch that has any, by cause and subject, and have each receipt that was shown
//!    for one of its open audits, and none twice. `ChallengesBy` counts open challenges by challenger.

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
mod cases;
mod committee;
pub mod economics;
mod errors;
mod events;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod invariants;
pub mod ladder;
#[cfg(test)]
mod mock;
pub mod sampling;
mod seats;
mod settlement;
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
		ladder::Stage,
		sampling::MILLION,
		types::{
			Auditor, Case, Cause, Docket, Entry, Member, Outcome, Panel, Phase, Proof, Room, Seating, Subject,
			MAX_PANEL,
		},
		WeightInfo,
	};
	use alloc::{boxed::Box, vec::Vec};
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{Mutate, MutateHold},
			Randomness,
		},
		weights::WeightMeter,
		PalletId,
	};
	use frame_system::pallet_prelude::*;
	use openledger_primitives::{
		audit::LotOpening,
		traits::{Agents, Batches},
		Balance, CaseId, Finding, Hardware, Receipt,
	};
	use sp_core::H256;
	use sp_runtime::{
		traits::{AccountIdConversion, One},
		Perbill,
	};

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config<Hash = H256> {
		/// The aggregated hold reason.
		type RuntimeHoldReason: From<HoldReason>;
		/// The token of bonds and fees.
		type Currency: Mutate<Self::AccountId, Balance = Balance>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason, Balance = Balance>;
		/// Who answers, and who audits.
		type Agents: Agents<Self::AccountId>;
		/// What is audited.
		type Batches: Batches<Self::AccountId>;
		/// Randomness of the parent block that all authors have a part in, `None` if it has none; a source that agents can
		/// steer, or that one author alone decides, lets them choose what is audited, and by whom.
		type Randomness: Randomness<Option<H256>, BlockNumberFor<Self>>;
		/// Who may drop a case that no auditors are left for.
		type DropOrigin: EnsureOrigin<Self::RuntimeOrigin>;
		/// Names the account that auditors are paid from.
		#[pallet::constant]
		type PalletId: Get<PalletId>;
		/// The account that makes payers whole.
		type HarmedPot: Get<Self::AccountId>;
		/// Blocks between a batch and its sample. No author alone knows the randomness so many blocks ahead, unless all of
		/// them are its own; fewer than two let the author of the next block know the sample when it includes the batch.
		type SeedDelay: Get<BlockNumberFor<Self>>;
		/// Blocks between knowing whom a draw is for and the draw: as [`Config::SeedDelay`], for the committee.
		type DrawDelay: Get<BlockNumberFor<Self>>;
		/// Blocks until something that could not be done is tried again: a draw without enough auditors, a slash that was
		/// not taken over.
		type Retry: Get<BlockNumberFor<Self>>;
		/// Blocks that an agent has for disclosing a receipt; few convict those that were restarting.
		type DisclosureWindow: Get<BlockNumberFor<Self>>;
		/// Blocks for committing; few shut out the slow.
		type CommitWindow: Get<BlockNumberFor<Self>>;
		/// Blocks for revealing; few silence honest members.
		type RevealWindow: Get<BlockNumberFor<Self>>;
		/// Blocks that an agent has for opening its lot.
		type LotWindow: Get<BlockNumberFor<Self>>;
		/// Blocks for an appeal; few make a verdict final before the agent has seen it.
		type AppealWindow: Get<BlockNumberFor<Self>>;
		/// Fees in planck on which one audit falls. More than a 34th of the least stake, and cheating pays: see
		/// [`crate::economics`].
		type PerAudit: Get<Balance>;
		/// Audits in a million batches, at least; 0 leaves small batches unaudited.
		type LeastRate: Get<u32>;
		/// Planted errors in a million audits; 0 pays auditors for saying "fine".
		type PlantRate: Get<u32>;
		/// Auditors that a room must have before anybody is audited by it; fewer than eleven let an appeal wait for more.
		/// The common room judges for those with fewer.
		type MinSeats: Get<u32>;
		/// What must answer for an agent that takes a seat, in planck, and half of it for one that keeps it; little lets
		/// anybody fill a room with its own.
		type SeatStake: Get<Balance>;
		/// What a member is paid for a finding, in planck.
		type Fee: Get<Balance>;
		/// What a member is fined that does not commit, in planck; 0 makes silence free.
		type SilenceFine: Get<Balance>;
		/// What a member is fined whose finding does not last, in planck; 0 makes false alarms free.
		type ErrorFine: Get<Balance>;
		/// What a member is fined that does not see a planted error, or does not reveal what it has committed to, in
		/// planck; less than a fee over [`Config::PlantRate`] pays for not looking.
		type PlantFine: Get<Balance>;
		/// What is held for a challenge at least, in planck, and twice as much for each that is open; 0 lets anybody keep
		/// auditors busy.
		type ChallengeBond: Get<Balance>;
		/// What is held for a challenge at least, as a part of what the accused would lose; less than a quarter of the
		/// probability of a wrong verdict lets those who bribe auditors profit.
		type ChallengePart: Get<Perbill>;
		/// What is held for an appeal, in planck; 0 makes every verdict be appealed against.
		type AppealBond: Get<Balance>;
		/// The most open challenges of the answers of a batch, and as many of its payouts.
		#[pallet::constant]
		type MaxChallenges: Get<u32>;
		/// The most open challenges of one account.
		#[pallet::constant]
		type MaxChallengesBy: Get<u32>;
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
		/// The bond of a challenge.
		#[codec(index = 0)]
		Challenge,
		/// The bond of an appeal.
		#[codec(index = 1)]
		Appeal,
	}

	// Accounts are chosen by users, so their hasher is a cryptographic one; everything else is assigned by the chain.
	/// Agents that have taken their seats.
	#[pallet::storage]
	pub type Auditors<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, Auditor<BlockNumberFor<T>>, OptionQuery>;

	/// The seats of each room.
	#[pallet::storage]
	pub type Seats<T: Config> = StorageDoubleMap<_, Twox64Concat, Room, Twox64Concat, u32, T::AccountId, OptionQuery>;

	/// How many seats a room has, and how many of them are free.
	#[pallet::storage]
	pub type Rooms<T: Config> = StorageMap<_, Twox64Concat, Room, Seating, ValueQuery>;

	/// The numbers of free seats, as a stack.
	#[pallet::storage]
	pub type FreeSeats<T: Config> = StorageDoubleMap<_, Twox64Concat, Room, Twox64Concat, u32, u32, OptionQuery>;

	/// Where on that stack a free seat is.
	#[pallet::storage]
	pub type FreePlaces<T: Config> = StorageDoubleMap<_, Twox64Concat, Room, Twox64Concat, u32, u32, OptionQuery>;

	/// Batches whose sample is not drawn yet, with the last block before it may be.
	#[pallet::storage]
	pub type Unsampled<T: Config> = StorageMap<_, Twox64Concat, u64, BlockNumberFor<T>, OptionQuery>;

	/// The identifier of the next case.
	#[pallet::storage]
	pub type NextCase<T: Config> = StorageValue<_, CaseId, ValueQuery>;

	/// Open cases.
	#[pallet::storage]
	pub type Cases<T: Config> = StorageMap<_, Twox64Concat, CaseId, Case<T>, OptionQuery>;

	/// Who judges open cases, over all stages.
	#[pallet::storage]
	pub type Panels<T: Config> = StorageMap<_, Twox64Concat, CaseId, Panel<T>, ValueQuery>;

	/// What the open cases of a batch have in common, as long as there are any.
	#[pallet::storage]
	pub type Dockets<T: Config> = StorageMap<_, Twox64Concat, u64, Docket, ValueQuery>;

	/// Open challenges of an account.
	#[pallet::storage]
	pub type ChallengesBy<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

	/// Sampled audits in which an agent was found sound since it was last found guilty.
	#[pallet::storage]
	pub type Clean<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

	/// What is due, by the last block before it is.
	#[pallet::storage]
	pub type Agenda<T: Config> =
		StorageDoubleMap<_, Twox64Concat, BlockNumberFor<T>, Twox64Concat, Entry, (), OptionQuery>;

	/// The first block that something may still be on the agenda of.
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
			assert!(T::SeedDelay::get() > One::one(), "the sample must be unknown when a batch is included");
			assert!(T::DrawDelay::get() > One::one(), "a committee must be unknown when it is asked for");
			assert!(T::Retry::get() >= One::one(), "what is tried again must not be tried in the same block");
			assert!(T::MinSeats::get() > 0, "an audit takes an auditor");
			assert!(u128::from(T::PlantRate::get()) < MILLION, "most audits must be real");
			assert!(T::PerAudit::get() > 0, "fees must lead to audits");
			assert!(T::MaxSteps::get() > 0, "the agenda must be worked off");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// An open case.
		pub fn case(case: CaseId) -> Option<Case<T>> {
			Cases::<T>::get(case)
		}

		/// Who judges an open case, over all stages.
		pub fn members(case: CaseId) -> Vec<Member<T::AccountId>> {
			Panels::<T>::get(case).into_inner()
		}

		/// An agent that has taken its seats.
		pub fn auditor(agent: T::AccountId) -> Option<Auditor<BlockNumberFor<T>>> {
			Auditors::<T>::get(agent)
		}

		/// Auditors that have a seat in a room.
		pub fn auditors_in(room: Room) -> u32 {
			Rooms::<T>::get(room).taken()
		}

		/// Sampled audits in which an agent was found sound since it was last found guilty.
		pub fn clean_record(agent: T::AccountId) -> u32 {
			Clean::<T>::get(agent)
		}

		/// What is held for a challenge of a batch, in planck. It doubles with each that is open.
		pub fn challenge_bond(batch: u64, subject: Subject) -> Option<Balance> {
			let open = Dockets::<T>::get(batch).challenges(subject);
			T::Batches::facts(batch).map(|facts| Self::bond_against(&facts.claim.agent, facts.claim.receipts.sum, open))
		}
	}

	impl<T: Config> Pallet<T> {
		/// The account that auditors are paid from.
		pub fn pot() -> T::AccountId {
			T::PalletId::get().into_account_truncating()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Take a seat in the common room and one in the room of the agent's hardware. Its stake answers for what it
		/// finds.
		///
		/// ## Dispatch Origin
		/// Signed by an active agent with the role of an auditor, or by its signer.
		///
		/// ## Errors
		/// [`Error::NoAgent`], [`Error::Inactive`], [`Error::NoAuditRole`], [`Error::TooLittleStake`],
		/// [`Error::AlreadySeated`], [`Error::Overflow`].
		///
		/// ## Events
		/// [`Event::Seated`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::take_seat())]
		pub fn take_seat(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_take_seat(who)
		}

		/// Give up both seats.
		///
		/// ## Dispatch Origin
		/// Signed by the auditor, or by its signer.
		///
		/// ## Errors
		/// [`Error::NotSeated`], [`Error::OnCase`].
		///
		/// ## Events
		/// [`Event::Unseated`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::leave_seat())]
		pub fn leave_seat(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_leave_seat(Self::acting(who))
		}

		/// Free the seats of an agent that cannot audit any more: it is inactive, has given up the role or the hardware, or
		/// has less than half of [`Config::SeatStake`].
		///
		/// ## Dispatch Origin
		/// Signed by anyone.
		///
		/// ## Errors
		/// [`Error::NotSeated`], [`Error::StillFit`], [`Error::OnCase`].
		///
		/// ## Events
		/// [`Event::Unseated`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::unseat())]
		pub fn unseat(origin: OriginFor<T>, auditor: T::AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_unseat(auditor)
		}

		/// Show the receipt that an audit falls on, or that was challenged.
		///
		/// ## Dispatch Origin
		/// Signed by the agent of the batch, or by its signer.
		///
		/// ## Parameters
		/// `shown` is the salt of the receipt's fingerprint; in an audit that is a planted error,
		/// [`openledger_primitives::audit::decoy`]. Nobody looks at a receipt for an audit that was shown in another open
		/// case of the batch, or before that: zeros do, and reveal nothing.
		///
		/// ## Errors
		/// [`Error::NoSuchCase`], [`Error::NotAgent`], [`Error::NotDisclosing`], [`Error::NoSuchBatch`],
		/// [`Error::BadProof`], [`Error::WrongPoint`], [`Error::WrongLeaf`].
		///
		/// ## Events
		/// [`Event::Disclosed`], [`Event::PhaseBegun`]; [`Event::CaseClosed`] if there are too few auditors for it, or with
		/// [`Event::Repeated`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::disclose())]
		pub fn disclose(
			origin: OriginFor<T>,
			case: CaseId,
			leaf: u32,
			receipt: Box<Receipt<T::AccountId>>,
			proof: Proof,
			shown: H256,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_disclose(who, case, leaf, *receipt, proof, shown)
		}

		/// Commit to a finding.
		///
		/// ## Dispatch Origin
		/// Signed by a member of the committee, or by its signer.
		///
		/// ## Parameters
		/// `seal` is [`Finding::commitment`] of finding, case, [`Stage::number`], the agent's account and a salt that nobody
		/// can guess.
		///
		/// ## Errors
		/// [`Error::NoSuchCase`], [`Error::NotCommitting`], [`Error::NotMember`], [`Error::AlreadyCommitted`].
		///
		/// ## Events
		/// [`Event::Committed`], and [`Event::PhaseBegun`] if it was the last member.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::commit())]
		pub fn commit(origin: OriginFor<T>, case: CaseId, seal: H256) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_commit(who, case, seal)
		}

		/// Reveal a finding.
		///
		/// ## Dispatch Origin
		/// Signed by a member of the committee, or by its signer.
		///
		/// ## Errors
		/// [`Error::NoSuchCase`], [`Error::NotRevealing`], [`Error::NotMember`], [`Error::NotCommitted`],
		/// [`Error::AlreadyRevealed`], [`Error::RevealMismatch`].
		///
		/// ## Events
		/// [`Event::Revealed`]. The next phase begins at the end of the next block if it was the last member.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::reveal())]
		pub fn reveal(origin: OriginFor<T>, case: CaseId, finding: Finding, salt: H256) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_reveal(who, case, finding, salt)
		}

		/// Open the lot of a batch, after a sentinel that has found nothing, or after three auditors.
		///
		/// ## Dispatch Origin
		/// Signed by the agent of the batch, or by its signer.
		///
		/// ## Parameters
		/// `opening` is that of the audit's secret in the lot that the batch has committed to, by the number in
		/// [`Cause::Sampled`]; `raw` and `salt` make the fingerprint of the receipt.
		///
		/// ## Errors
		/// [`Error::NoSuchCase`], [`Error::NotAgent`], [`Error::NotClosing`], [`Error::NoSuchBatch`],
		/// [`Error::WrongLot`], [`Error::WrongFingerprint`], [`Error::NotADecoy`], [`Error::NotTheSalt`].
		///
		/// ## Events
		/// [`Event::LotOpened`]. [`Event::PlantCaught`] or [`Event::PlantMissed`] if it was a planted error.
		/// [`Event::Decided`] otherwise, and [`Event::CaseClosed`], or [`Event::PhaseBegun`] if it is not over.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::open_lot())]
		pub fn open_lot(
			origin: OriginFor<T>,
			case: CaseId,
			opening: LotOpening,
			raw: H256,
			salt: H256,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_open_lot(who, case, opening, raw, salt)
		}

		/// Have three auditors look at an answer, or at the payouts of a batch.
		///
		/// ## Dispatch Origin
		/// Signed by anyone but the agent, whose free balance covers [`Pallet::challenge_bond`].
		///
		/// ## Parameters
		/// `leaf`, `receipt` and `proof` name the answer; for the payouts, any of the batch.
		///
		/// ## Errors
		/// [`Error::NoSuchBatch`], [`Error::NotPending`], [`Error::OwnBatch`], [`Error::TooManyChallenges`],
		/// [`Error::TooManyOfYours`], [`Error::BadProof`], [`Error::TooFewAuditors`], [`Error::NoChallengeBond`],
		/// [`Error::IdsExhausted`], [`Error::Overflow`], those of holding the batch.
		///
		/// ## Events
		/// [`Event::CaseOpened`], [`Event::PhaseBegun`].
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::challenge())]
		pub fn challenge(
			origin: OriginFor<T>,
			batch: u64,
			leaf: u32,
			receipt: Box<Receipt<T::AccountId>>,
			proof: Proof,
			subject: Subject,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_challenge(who, batch, leaf, *receipt, proof, subject)
		}

		/// Have seven auditors look at what three have found.
		///
		/// ## Dispatch Origin
		/// Signed by the agent of the batch or its signer, whose free balance covers [`Config::AppealBond`].
		///
		/// ## Errors
		/// [`Error::NoSuchCase`], [`Error::NotAgent`], [`Error::NotAppealable`], [`Error::NoAppealBond`].
		///
		/// ## Events
		/// [`Event::Appealed`], [`Event::PhaseBegun`].
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::appeal())]
		pub fn appeal(origin: OriginFor<T>, case: CaseId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_appeal(who, case)
		}

		/// End a phase whose last block has passed, if the chain has not found the time for it.
		///
		/// ## Dispatch Origin
		/// Signed by anyone.
		///
		/// ## Errors
		/// [`Error::NoSuchCase`], [`Error::PhaseOpen`], [`Error::DrawnByChain`].
		///
		/// ## Events
		/// Those of the phase.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::settle(MAX_PANEL))]
		pub fn advance(origin: OriginFor<T>, case: CaseId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_advance(case)
		}

		/// Close a case without a verdict, as no auditors are left for it. Who has spoken is paid, bonds are returned, and
		/// the batch is no longer held for it.
		///
		/// ## Dispatch Origin
		/// [`Config::DropOrigin`].
		///
		/// ## Errors
		/// [`Error::NoSuchCase`].
		///
		/// ## Events
		/// [`Event::CaseClosed`].
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::settle(MAX_PANEL))]
		pub fn drop_case(origin: OriginFor<T>, case: CaseId) -> DispatchResult {
			T::DropOrigin::ensure_origin(origin)?;
			Self::do_drop(case)
		}
	}
}
