//! What is stored about agents.

use crate::{pool::Pool, Config};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{
	traits::{Shares, Standing},
	Balance, ContentHash, Hardware, ModelId, Offence, Roles,
};
use scale_info::TypeInfo;
use sp_core::H256;

/// The most models of one service.
pub const MAX_MODELS: u32 = 16;

/// The most signers that were replaced and still bind an agent. Few keep an operator from replacing a lost key, many
/// make every record of an agent longer.
pub const MAX_FORMER: u32 = 8;

/// Stake on its way out.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unbonding<BlockNumber> {
	/// How much.
	pub amount: Balance,
	/// The block from which it can be withdrawn.
	pub until: BlockNumber,
}

/// A signer that was replaced.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Former<AccountId, BlockNumber> {
	/// Who.
	pub signer: AccountId,
	/// The last block in which what it has signed binds the agent.
	pub until: BlockNumber,
}

/// On how many occasions an agent was punished of late, besides for silence.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Offences<BlockNumber> {
	/// How many, each at most [`Config::RepeatPeriod`] after the one before. What becomes known within
	/// [`Config::AppealPeriod`] of the last one is part of it.
	pub count: u32,
	/// The block in which the last one began.
	pub last: BlockNumber,
}

/// How an agent answered its probes.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Liveness<BlockNumber> {
	/// Probes that it answered, ever.
	pub answered: u32,
	/// Probes in a row that it did not answer.
	pub misses: u32,
	/// If it was evicted, the block from which it may return.
	pub evicted: Option<BlockNumber>,
}

/// An agent.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(T))]
pub struct Agent<T: Config> {
	/// Signs receipts and batches.
	pub signer: T::AccountId,
	/// The signers before, oldest first, until the next one is replaced or somebody else takes the account.
	pub former: BoundedVec<Former<T::AccountId, BlockNumberFor<T>>, ConstU32<MAX_FORMER>>,
	/// Is paid.
	pub beneficiary: T::AccountId,
	/// What it may do.
	pub roles: Roles,
	/// What it computes on.
	pub hardware: Hardware,
	/// At stake of its own, without what is being unbonded.
	pub stake: Balance,
	/// Stake of its own on its way out, oldest first.
	pub unbonding: BoundedVec<Unbonding<BlockNumberFor<T>>, T::MaxUnbonding>,
	/// What others have delegated to it.
	pub pool: Pool,
	/// Fees of batches that are not settled yet.
	pub exposure: Balance,
	/// Obligations that keep everything at stake.
	pub bound: u32,
	/// How many of them are slashes that wait for an appeal.
	pub deferred: u32,
	/// Services that it has registered.
	pub services: u32,
	/// Whether it is there.
	pub liveness: Liveness<BlockNumberFor<T>>,
	/// What it was punished for.
	pub offences: Offences<BlockNumberFor<T>>,
}

/// A probe that waits for its answer.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Probe<BlockNumber> {
	/// What has to be repeated.
	pub challenge: H256,
	/// The last block for it.
	pub until: BlockNumber,
}

/// What an account has delegated to an agent.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(T))]
pub struct Delegation<T: Config> {
	/// The pool it is in. If the agent's is another one by now, nothing is left of the delegation.
	pub pool: u32,
	/// Shares that stay.
	pub shares: u128,
	/// Shares on their way out, oldest first.
	pub leaving: BoundedVec<Leaving<BlockNumberFor<T>>, T::MaxUnbonding>,
}

/// Shares of a pool on their way out.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leaving<BlockNumber> {
	/// How many.
	pub shares: u128,
	/// The block from which they can be withdrawn.
	pub until: BlockNumber,
}

/// What an agent asks for a model.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offer<BlockNumber> {
	/// Planck per 1,000 tokens of the prompt.
	pub price_in: Balance,
	/// Planck per 1,000 tokens of the answer.
	pub price_out: Balance,
	/// The last block of its life.
	pub until: BlockNumber,
}

/// What a service promises.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sla {
	/// Milliseconds to the first token, at most.
	pub latency_ms: u32,
	/// The part of the time in which it answers, in parts of 10,000.
	pub availability_bps: u16,
}

/// What a service is: models, tools and instructions that are offered as one.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ServiceTerms {
	/// The models that it is made of.
	pub models: BoundedVec<ModelId, ConstU32<MAX_MODELS>>,
	/// The hash of the list of its tools.
	pub tools: H256,
	/// The hash of its system prompt.
	pub prompt: H256,
	/// The file that describes it.
	pub manifest: ContentHash,
	/// The least that has to answer for its agent, in planck.
	pub stake: Balance,
	/// What it promises.
	pub sla: Sla,
	/// Planck per 1,000 tokens of the prompt.
	pub price_in: Balance,
	/// Planck per 1,000 tokens of the answer.
	pub price_out: Balance,
}

/// A registered service.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Service<AccountId> {
	/// Whose it is.
	pub agent: AccountId,
	/// What it is.
	pub terms: ServiceTerms,
	/// What is held for it, in planck.
	pub deposit: Balance,
}

/// A slash that waits for an appeal.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct DeferredSlash<AccountId, BlockNumber> {
	/// Whose stake.
	pub agent: AccountId,
	/// Who signed for the agent when it was decided.
	pub signer: AccountId,
	/// Who was paid for the agent then.
	pub beneficiary: AccountId,
	/// The block in which it was decided.
	pub since: BlockNumber,
	/// What for.
	pub offence: Offence,
	/// The fees of the batch, in planck.
	pub fees: Balance,
	/// The batch that is void with it.
	pub batch: u64,
	/// Who shares in it.
	pub shares: Shares<AccountId>,
	/// The block from which it can be carried out.
	pub due: BlockNumber,
}

/// What the agenda has for a block.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Duty<AccountId> {
	/// The time for answering this agent's probe is over.
	#[codec(index = 0)]
	Probe(AccountId),
	/// A deferred slash is due.
	#[codec(index = 1)]
	Slash(u64),
}

/// [`Standing`] for clients.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct StandingView {
	/// What it may do.
	pub roles: Roles,
	/// What it computes on.
	pub hardware: Hardware,
	/// What answers for it, in planck: its own stake and what was delegated, without what is being unbonded.
	pub stake: Balance,
	/// Offences of late.
	pub offences: u32,
	/// Whether it may work.
	pub active: bool,
}

impl From<Standing> for StandingView {
	fn from(standing: Standing) -> Self {
		let Standing { roles, hardware, stake, offences, active } = standing;
		Self { roles, hardware, stake, offences, active }
	}
}
