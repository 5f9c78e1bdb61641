//! What the pallet stores.

use crate::{ladder::Stage, pallet::Config, sampling::MAX_AUDITS};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{tree::sum::SumNode, Balance, CaseId, Finding, Hardware, Offence, MAX_PROOF};
use scale_info::TypeInfo;
use sp_core::H256;

/// Auditors of one case, over all stages: 1, 3 and 7.
pub const MAX_PANEL: u32 = 11;
/// Auditors that were silent in a case and are not drawn for it again; beyond that, the first of them are.
pub const MAX_SILENT: u32 = 16;
/// Taken seats that a draw looks at beyond those that it needs, because they were taken late or cannot be used.
pub const MAX_SKIPPED: u32 = 64;
/// Seats that a draw looks at, with those that are free: few let those who leave many seats behind deny committees.
pub const MAX_LOOKS: u32 = 1_024;
/// Free seats at the end of a room that are given up when one is taken or left.
pub const MAX_POPPED: u32 = 8;
/// Draws in a row without enough auditors, after which a case ends.
pub const MAX_RETRIES: u8 = 64;
/// Receipts of a batch that are remembered as shown. The last places are for those that were sampled: beyond the others,
/// what a challenge has shown is not remembered.
pub const MAX_SHOWN: u32 = 32;
/// The most open cases that an auditor is drawn for.
pub const MAX_CASES: u32 = 64;

/// The siblings of a receipt, from the leaf up.
pub type Proof = BoundedVec<SumNode, ConstU32<MAX_PROOF>>;
/// Who has judged a case, or is to.
pub type Panel<T> = BoundedVec<Member<<T as frame_system::Config>::AccountId>, ConstU32<MAX_PANEL>>;

/// Where auditors are drawn from.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord,
)]
pub enum Room {
	/// All of them: exact arithmetic agrees on any machine.
	#[codec(index = 0)]
	Common,
	/// Those with machines of one kind, for floating point.
	#[codec(index = 1)]
	Of(Hardware),
}

/// The seats of a room. A seat keeps its number, so that leaving changes nobody else's.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Seating {
	/// Seats that there are, taken or free; also the number of the next one.
	pub seats: u32,
	/// Those that are free.
	pub free: u32,
}

impl Seating {
	/// Seats that are taken.
	pub fn taken(self) -> u32 {
		self.seats.saturating_sub(self.free)
	}
}

/// An agent that has taken its seats.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Auditor<BlockNumber> {
	/// What it computes on; its room besides the common one.
	pub hardware: Hardware,
	/// The number of its seat in the common room.
	pub common: u32,
	/// The number of its seat in the room of its hardware.
	pub own: u32,
	/// Block in which it took them.
	pub since: BlockNumber,
	/// Open cases that it is, or was, a member of.
	pub cases: u32,
}

/// What a case is about.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
	/// One answer: tokens, fingerprint and query vector.
	#[codec(index = 0)]
	Answer,
	/// Whether the payouts follow from the receipts. They depend on attributions, which the agent keeps and has to hand
	/// to the auditors; who does not get them finds [`Finding::Unavailable`].
	#[codec(index = 1)]
	Payouts,
}

/// Why there is a case.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Cause<AccountId> {
	/// The lot fell on it.
	#[codec(index = 0)]
	Sampled {
		/// Decides, with the agent's secret, whether it is a planted error.
		seed: H256,
		/// The fee in planck that the audit falls on, counted from the first receipt.
		point: Balance,
		/// The ordinal of the audit in its batch: which secret of the lot is its own.
		number: u8,
	},
	/// Somebody says that something is wrong.
	#[codec(index = 1)]
	Challenged {
		/// Who.
		by: AccountId,
		/// What is held from it, in planck.
		bond: Balance,
	},
}

/// How far a case is. Each phase ends when its last block has passed; committing and revealing, when all have done so.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
	/// The agent shows the receipt and the salt of its fingerprint.
	#[codec(index = 0)]
	Disclosing,
	/// Waits for randomness that nobody knew when the phase began, or for auditors.
	#[codec(index = 1)]
	Drawing,
	/// Members commit to their findings.
	#[codec(index = 2)]
	Committing,
	/// Members reveal what they committed to.
	#[codec(index = 3)]
	Revealing,
	/// The agent opens its lot: was it a planted error? After a sentinel that found nothing, or after three.
	#[codec(index = 4)]
	Closing,
	/// Three have found against the agent, which may appeal.
	#[codec(index = 5)]
	Appealable,
	/// The agent is guilty; its slash waits to be taken over.
	#[codec(index = 6)]
	Slashing {
		/// Of what.
		offence: Offence,
	},
}

/// What auditors are shown of a receipt.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Exhibit<AccountId> {
	/// Its place in the batch.
	pub leaf: u32,
	/// Who paid for the answer, and is no judge of it.
	pub payer: AccountId,
	/// Its fingerprint.
	pub fingerprint: H256,
	/// The salt that the agent shows for it: the real one, or a decoy. `None` until it does.
	pub shown: Option<H256>,
}

/// An appeal.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Appeal<AccountId> {
	/// Who appealed.
	pub by: AccountId,
	/// What is held from it, in planck.
	pub bond: Balance,
}

/// An auditor in a case.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Member<AccountId> {
	/// Who.
	pub who: AccountId,
	/// The stage that it judges in.
	pub stage: Stage,
	/// What it has committed to.
	pub seal: Option<H256>,
	/// What it has revealed.
	pub finding: Option<Finding>,
}

/// A case before auditors.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(T))]
#[codec(mel_bound(T: Config))]
pub struct Case<T: Config> {
	/// The batch; held while the case is open.
	pub batch: u64,
	/// Its agent; bound while the case is open.
	pub agent: T::AccountId,
	/// The fees of the batch, in planck.
	pub fees: Balance,
	/// What it is about.
	pub subject: Subject,
	/// Why it is open.
	pub cause: Cause<T::AccountId>,
	/// What is judged; `None` until it is disclosed, and if it is the payouts.
	pub exhibit: Option<Exhibit<T::AccountId>>,
	/// Where auditors are drawn from; the common room until the receipt is known.
	pub room: Room,
	/// Seats that the room had at `since`.
	pub seats: u32,
	/// Who took a seat after this block is not drawn.
	pub since: BlockNumberFor<T>,
	/// The committee that judges it.
	pub stage: Stage,
	/// How far it is.
	pub phase: Phase,
	/// Last block of the phase.
	pub until: BlockNumberFor<T>,
	/// Set if the agent has appealed.
	pub appeal: Option<Appeal<T::AccountId>>,
	/// Who was drawn and did not speak.
	pub silent: BoundedVec<T::AccountId, ConstU32<MAX_SILENT>>,
	/// Draws in a row that found too few auditors.
	pub retries: u8,
}

/// What the open cases of a batch have in common.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Docket {
	/// Those that were sampled.
	pub sampled: u32,
	/// Challenges of answers.
	pub answers: u32,
	/// Challenges of the payouts.
	pub payouts: u32,
	/// Receipts that were shown since the first of them was opened.
	pub shown: BoundedVec<u32, ConstU32<MAX_SHOWN>>,
}

impl Docket {
	/// Open challenges with this subject. Each has places of its own, so that those of answers cannot fill up the
	/// others'.
	pub fn challenges(&self, subject: Subject) -> u32 {
		match subject {
			Subject::Answer => self.answers,
			Subject::Payouts => self.payouts,
		}
	}

	/// Open cases like one of this cause and subject.
	pub(crate) fn like<AccountId>(&mut self, cause: &Cause<AccountId>, subject: Subject) -> &mut u32 {
		match (cause, subject) {
			(Cause::Sampled { .. }, _) => &mut self.sampled,
			(Cause::Challenged { .. }, Subject::Answer) => &mut self.answers,
			(Cause::Challenged { .. }, Subject::Payouts) => &mut self.payouts,
		}
	}

	/// Whether no case is open.
	pub fn is_over(&self) -> bool {
		(self.sampled, self.answers, self.payouts) == (0, 0, 0)
	}

	/// Remembers that a receipt was shown, for an audit or for a challenge. Returns whether it was before.
	pub(crate) fn show(&mut self, leaf: u32, sampled: bool) -> bool {
		let before = self.shown.contains(&leaf);
		let places = if sampled { MAX_SHOWN } else { MAX_SHOWN.saturating_sub(MAX_AUDITS) };
		if !before && self.shown.len() < places as usize {
			// There is room for it.
			let _ = self.shown.try_push(leaf);
		}
		before
	}
}

/// How a case ends.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
	/// Nothing is wrong.
	#[codec(index = 0)]
	Sound,
	/// The agent is slashed, unless the slash is called off in time.
	#[codec(index = 1)]
	Guilty(Offence),
	/// It was a planted error, and says nothing of the agent.
	#[codec(index = 2)]
	Planted,
	/// Nothing was decided: the batch is void for another reason, the receipt is before auditors in another case, there
	/// were no auditors for too long, or the case was dropped.
	#[codec(index = 3)]
	Undecided,
	/// There are too few auditors to judge it.
	#[codec(index = 4)]
	Unaudited,
}

/// What is due at the end of a block.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
	/// The sample of a batch.
	#[codec(index = 0)]
	Batch(u64),
	/// The phase of a case.
	#[codec(index = 1)]
	Case(CaseId),
}
