//! What is stored about indexes and batches, and what calls carry.

use crate::Config;
use alloc::boxed::Box;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound};
pub use openledger_primitives::batch::{Draw, Opening, PayoutProof};
use openledger_primitives::{Attribution, Balance, IndexInfo, ModelId, Receipt, SumCommitment, SumNode, MAX_PROOF};
use scale_info::TypeInfo;
use sp_core::H256;

/// The most points of a batch whose attributions are to be opened: one bit of [`Sample::opened`] each.
pub const MAX_SAMPLE: u32 = 64;
/// The most attributions that one call opens.
pub const MAX_OPENINGS: u32 = 16;

/// A published index.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(T))]
pub struct Index<T: Config> {
	/// What the referee needs to know.
	pub info: IndexInfo,
	/// The index asset that it belongs to.
	pub model: ModelId,
	/// Who published it.
	pub publisher: T::AccountId,
	/// What is held for it.
	pub bond: Balance,
	/// The block in which it was retired.
	pub retired: Option<u32>,
}

/// Where a batch stands.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum BatchState {
	/// It can be refuted.
	#[codec(index = 0)]
	Pending,
	/// It can be paid out.
	#[codec(index = 1)]
	Settled,
	/// It was refuted, withheld or found unsound: its payers have their fees back, or will have.
	#[codec(index = 2)]
	Voided,
}

/// What keeps a batch from settling. The agent is bound once for each.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Duties {
	/// Audits that are not decided.
	pub holds: u32,
	/// Demands that are neither met nor overdue.
	pub demands: u32,
	/// Whether the sample is not drawn, or not opened as a whole.
	pub sample: bool,
}

impl Duties {
	/// Whether there are none.
	pub fn none(&self) -> bool {
		self.holds == 0 && self.demands == 0 && !self.sample
	}
}

/// A batch.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Batch<AccountId, BlockNumber> {
	/// Who submitted it.
	pub agent: AccountId,
	/// Sequence number of its first receipt.
	pub first_seq: u64,
	/// Root, number and fees of its receipts.
	pub receipts: SumCommitment,
	/// Root, number and sum of its payouts.
	pub payouts: SumCommitment,
	/// Commitment to the secret that decides which audits are planted errors.
	pub lot: H256,
	/// What is burnt at settlement.
	pub burn: Balance,
	/// What the treasury has at settlement.
	pub treasury: Balance,
	/// What stakers have at settlement.
	pub stakers: Balance,
	/// What auditors have at settlement.
	pub auditors: Balance,
	/// What was paid out so far.
	pub paid: Balance,
	/// The most weight that its payouts mint: what was set aside for it of the room of payers who weigh.
	pub credited: Balance,
	/// What of it was minted, or had faded when it could have been.
	pub minted: Balance,
	/// The block in which it was submitted.
	pub submitted: BlockNumber,
	/// The block from which it settles, if it has no duties; once it is settled, the one in which that happened.
	pub matures: BlockNumber,
	/// How many authors must have contributed to the entropy before the sample is drawn.
	pub seed_from: u64,
	/// What the sample was drawn from.
	pub seed: Option<H256>,
	/// What keeps it from settling.
	pub duties: Duties,
	/// Where it stands.
	pub state: BatchState,
}

/// Who has paid for a batch.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Payer<AccountId> {
	/// Who.
	pub account: AccountId,
	/// The fees, in planck.
	pub fee: Balance,
	/// The weight that was set aside for them; 0 if they give none.
	pub weight: Balance,
	/// Whose bond has the room that was set aside; `None` if they give no weight.
	pub guarantor: Option<AccountId>,
}

/// Randomness of block authors, mixed.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Entropy {
	/// The hash of all contributions.
	pub value: H256,
	/// How many there were.
	pub count: u64,
}

/// Receipts of a batch whose attributions its agent must open.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Sample<BlockNumber> {
	/// Points below the sum of the fees, in planck. A receipt covers as many as its fee has, from the sum of the fees before
	/// it on, so that one is drawn in proportion to its fee: receipts that cost nothing hide nothing.
	pub points: BoundedVec<Balance, ConstU32<MAX_SAMPLE>>,
	/// Bit `i`: whether the receipt that covers `points[i]` was opened.
	pub opened: u64,
	/// The last block in which they can be.
	pub until: BlockNumber,
}

impl<BlockNumber> Sample<BlockNumber> {
	/// The bits of the points that a receipt with `fee` covers, with fees of `before` before it.
	pub fn bits(&self, before: Balance, fee: Balance) -> u64 {
		let covers = |point: Balance| point.checked_sub(before).is_some_and(|above| above < fee);
		let places = (0u32..).zip(&self.points).filter(|(_, point)| covers(**point));
		places.fold(0, |bits, (place, _)| bits | 1u64.checked_shl(place).unwrap_or_default())
	}

	/// Whether every leaf was opened.
	pub fn complete(&self) -> bool {
		self.opened.count_ones() as usize == self.points.len()
	}
}

/// A paid demand that an attribution be opened.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Demand<AccountId, BlockNumber> {
	/// Who demands it.
	pub by: AccountId,
	/// What is held from them; the agent has it for the opening.
	pub fee: Balance,
	/// The last block in which it can be opened.
	pub until: BlockNumber,
}

/// Demands of a batch, by receipt.
pub type DemandsByLeaf<AccountId, BlockNumber> = alloc::vec::Vec<(u32, Demand<AccountId, BlockNumber>)>;

/// What the payers of a void batch have still to be given.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refund {
	/// The payer who is next, by its place among the payers.
	pub next: u32,
	/// Fees that are left.
	pub fees: Balance,
	/// All that payers share in besides.
	pub compensation: Balance,
	/// What of it is left.
	pub left: Balance,
}

/// Something to be done with a batch in a certain block.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
	/// Draw its sample.
	#[codec(index = 0)]
	Seed,
	/// Settle it.
	#[codec(index = 1)]
	Settle,
	/// See whether the sample was opened.
	#[codec(index = 2)]
	Sample,
	/// See whether a demand was met.
	#[codec(index = 3)]
	Demand {
		/// The receipt whose attribution was demanded.
		leaf: u32,
	},
	/// Make its payers whole.
	#[codec(index = 4)]
	Refund,
}

/// What has become of a payout.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayoutState {
	/// The batch is pending: its fees are in escrow.
	#[codec(index = 0)]
	Escrowed,
	/// The batch is void: there will be no payout.
	#[codec(index = 1)]
	Void,
	/// It can be made.
	#[codec(index = 2)]
	Due,
	/// It was made, or forfeited.
	#[codec(index = 3)]
	Paid,
}

/// An attribution with the receipt that commits to it.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct BodyOpening<AccountId> {
	/// Position of the receipt in the batch.
	pub leaf: u32,
	/// The receipt.
	pub receipt: Receipt<AccountId>,
	/// Its siblings, from the leaf up.
	pub proof: BoundedVec<SumNode, ConstU32<MAX_PROOF>>,
	/// The attribution.
	pub body: Attribution,
}

/// A receipt as its payer has it.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SignedReceipt<AccountId, Signature> {
	/// The receipt.
	pub receipt: Receipt<AccountId>,
	/// Who signed it for the agent.
	pub signer: AccountId,
	/// The signature of its leaf, plain or wrapped in `<Bytes>`.
	pub signature: Signature,
}

/// What shows that a receipt of a batch is false.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Evidence<AccountId, Signature> {
	/// The receipt itself: its number, fee, price or block.
	#[codec(index = 0)]
	OnItsFace,
	/// Another receipt, which the agent signed with the same number.
	#[codec(index = 1)]
	Signed(Box<SignedReceipt<AccountId, Signature>>),
}

/// What an agent says of a batch when it submits it.
pub(crate) struct Submission {
	pub(crate) first_seq: u64,
	pub(crate) receipts: SumCommitment,
	pub(crate) payouts: SumCommitment,
	pub(crate) blob: H256,
	pub(crate) lot: H256,
}
