//! How fast the clock of consensus and governance runs.
//!
//! A live chain has sessions of an hour and votes of weeks; a development chain goes through the same steps in minutes.
//! Which of the two a chain is, its genesis says once ([`crate::initial_parameters`]), so both run the same runtime
//! (`docs/adr/0001-one-profile-one-feature-set.md`).

#![warn(missing_docs)]

use crate::{
	constants::{DAYS, HOURS, MINUTES},
	BlockNumber, InitialParameters,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::Get;
use openledger_primitives::offence::REPEAT_DAYS;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// The pace of a chain. It cannot change after genesis.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub enum Pace {
	/// Periods that leave people time to act.
	#[default]
	#[codec(index = 0)]
	Live,
	/// Periods of minutes, for development and tests.
	#[codec(index = 1)]
	Fast,
}

/// `LIVE` on a live chain, `FAST` on a fast one.
pub struct Paced<const LIVE: u32, const FAST: u32>;

impl<const LIVE: u32, const FAST: u32> Get<u32> for Paced<LIVE, FAST> {
	fn get() -> u32 {
		match InitialParameters::pace() {
			Pace::Live => LIVE,
			Pace::Fast => FAST,
		}
	}
}

impl<const LIVE: u32, const FAST: u32> Get<u64> for Paced<LIVE, FAST> {
	fn get() -> u64 {
		<Self as Get<u32>>::get().into()
	}
}

/// Slots of one BABE epoch, which is one session: an hour.
pub type EpochDuration = Paced<{ HOURS }, 10>;

/// Sessions of one era of staking: six hours.
pub type SessionsPerEra = Paced<6, 3>;

/// Eras between unbonding a stake and getting it back: a week. An offence of that time can still be punished.
pub type BondingDuration = Paced<28, 3>;

/// Eras in which governance can call a slash off, one less than [`BondingDuration`].
pub type SlashDeferDuration = Paced<27, 0>;

/// Blocks for which the votes of the shortest conviction stay locked: a week.
pub type VoteLockingPeriod = Paced<{ 7 * DAYS }, 10>;

/// Blocks between two rounds of the treasury's housekeeping: a week.
pub type SpendPeriod = Paced<{ 7 * DAYS }, 10>;

/// Blocks in which an approved payment must be claimed: thirty days.
pub type PayoutPeriod = Paced<{ 30 * DAYS }, 100>;

/// Blocks after which a referendum without a decision deposit is dropped: two weeks.
pub type UndecidingTimeout = Paced<{ 14 * DAYS }, 100>;

/// Blocks in which a commitment to rows must be revealed: a day.
pub type RevealWindow = Paced<DAYS, 50>;

/// Blocks that an owner has for what a committee accepted: two weeks.
pub type OwnerTime = Paced<{ 14 * DAYS }, 50>;

/// Blocks for an answer to a notice: a week.
pub type AnswerWindow = Paced<{ 7 * DAYS }, 50>;

/// Blocks between a case and the randomness that decides who judges it: ten minutes.
pub type DrawDelay = Paced<{ HOURS / 6 }, 2>;

/// Blocks for each step of a committee: a day.
pub type CommitteeWindow = Paced<DAYS, 20>;

/// Blocks for an appeal against a committee: three days.
pub type AppealWindow = Paced<{ 3 * DAYS }, 20>;

/// Blocks until a curator that failed may try again: a week.
pub type LockOut = Paced<{ 7 * DAYS }, 50>;

/// Idle blocks after which a curator's credibility is half: ninety days.
pub type IdleHalfLife = Paced<{ 90 * DAYS }, 1_000>;

/// Blocks between two probes of agents: a minute.
pub type ProbeInterval = Paced<{ MINUTES }, 20>;

/// Blocks that an agent has to answer a probe: an hour.
pub type ProbeWindow = Paced<{ HOURS }, 15>;

/// Blocks for which an agent that missed its probes stays out of service: a day.
pub type EvictionPeriod = Paced<DAYS, 20>;

/// Blocks in which an offence makes the next one a repetition: thirty days.
pub type RepeatPeriod = Paced<{ REPEAT_DAYS * DAYS }, 1_000>;

/// Blocks in which a slash by auditors can be called off: four days.
pub type SlashAppealPeriod = Paced<{ 4 * DAYS }, 20>;

/// Blocks after which what is due of a stake is released although its agent is bound: ninety days.
pub type LongestHold = Paced<{ 90 * DAYS }, 1_000>;

/// Blocks between something and the randomness that decides about it: so many authors would have to collude to foresee it.
pub type SeedDelay = Paced<6, 2>;

/// Blocks that an agent has to publish what it is asked for: a day.
pub type OpenWindow = Paced<DAYS, 7>;

/// Blocks by which a receipt may be older than its batch without another look at what was taken down since: a week.
pub type MaxReceiptAge = Paced<{ 7 * DAYS }, 1_000>;

/// Blocks for which a payout that is too small to make an account waits for one: ninety days.
pub type PayoutLife = Paced<{ 90 * DAYS }, 1_000>;

/// Blocks for each step of an audit: half a day.
pub type AuditWindow = Paced<{ 12 * HOURS }, 20>;

/// Blocks for an appeal against auditors: a day.
pub type AuditAppealWindow = Paced<DAYS, 20>;

/// Blocks after which auditors are looked for again: ten minutes.
pub type DrawRetry = Paced<{ HOURS / 6 }, 2>;

/// Half-life of the fast average of contribution weight: a week.
pub type FastHalfLife = Paced<{ 7 * DAYS }, 5>;

/// Half-life of the slow average of contribution weight, which votes: ninety days.
pub type SlowHalfLife = Paced<{ 90 * DAYS }, 50>;

/// Blocks of one period, at whose start the weights of a poll are taken: a day.
pub type SnapshotPeriod = Paced<DAYS, 5>;

/// The most blocks of a delegation: a year.
pub type MaxDelegationLife = Paced<{ 365 * DAYS }, 1_000>;

/// Blocks in which the assent of the second chamber must follow that of the first: sixty days, as long as a vote can take and
/// two weeks more.
pub type AssentPeriod = Paced<{ 60 * DAYS }, 200>;

/// Blocks between the assent of both chambers and what they agreed on: three days, in which either may delay it.
pub type EnactmentPeriod = Paced<{ 3 * DAYS }, 4>;

/// Blocks by which a chamber may delay, once, what both agreed on: two weeks.
pub type DelayPeriod = Paced<{ 14 * DAYS }, 20>;

/// Blocks between two changes of the same parameter: a week.
pub type ParameterInterval = Paced<{ 7 * DAYS }, 10>;

/// Blocks after which safe mode ends by itself: a day.
pub type SafeModePeriod = Paced<DAYS, 10>;

/// Blocks after which a dispute about a model that nobody decided is dropped: four weeks.
pub type DisputePeriod = Paced<{ 28 * DAYS }, 100>;

/// The slots in which an equivocation can be reported: as long as the stake behind it is bonded.
pub struct ReportLongevity;

impl Get<u64> for ReportLongevity {
	fn get() -> u64 {
		let eras: u64 = BondingDuration::get();
		let sessions: u64 = SessionsPerEra::get();
		let slots: u64 = EpochDuration::get();
		eras.saturating_mul(sessions).saturating_mul(slots)
	}
}

/// Scales a period of governance: `live` blocks on a live chain, `fast` on a fast one.
pub fn blocks(live: BlockNumber, fast: BlockNumber) -> BlockNumber {
	match InitialParameters::pace() {
		Pace::Live => live,
		Pace::Fast => fast,
	}
}
