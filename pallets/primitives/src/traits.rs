//! How pallets know each other: small traits that the runtime ties together.

use crate::{
	agent::{Hardware, Roles},
	batch::{BatchClaim, Draw},
	ids::{DatanetId, ModelId},
	judgement::{Case, Verdict},
	licence::Licence,
	offence::Offence,
	terms::Terms,
	tree::plain::Commitment,
	Balance,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;
use sp_runtime::{DispatchError, DispatchResult, Perbill};

/// What other pallets need of agents.
pub trait Agents<AccountId> {
	/// The account that answers for batches signed by `signer`, if `signer` is an agent's signer.
	fn agent_of(signer: &AccountId) -> Option<AccountId>;
	/// The account that `agent` signs receipts and batches with.
	fn signer(agent: &AccountId) -> Option<AccountId>;
	/// Whether what `account` signed binds `agent`: it is its signer, or was until a short while ago.
	fn signs(agent: &AccountId, account: &AccountId) -> bool;
	/// The account that `agent` is paid on.
	fn beneficiary(agent: &AccountId) -> Option<AccountId>;
	/// What `agent` is able to do, and what answers for it.
	fn standing(agent: &AccountId) -> Option<Standing>;
	/// Count `fees` as unsettled. Fails when the stake does not cover them.
	fn expose(agent: &AccountId, fees: Balance) -> DispatchResult;
	/// Count `fees` as settled or voided.
	fn release(agent: &AccountId, fees: Balance);
	/// Keep everything that `agent` has at stake until as many calls of [`Agents::unbind`]. Fails if there is no such agent.
	fn bind(agent: &AccountId) -> DispatchResult;
	/// Take back one [`Agents::bind`].
	fn unbind(agent: &AccountId);
	/// Slash `agent` for what is proven. At least half is burnt; the rest is divided as `shares` says. What nobody can be
	/// credited with is burnt too.
	fn slash(
		agent: &AccountId,
		offence: Offence,
		fees: Balance,
		shares: &Shares<AccountId>,
	) -> Result<Slashed, DispatchError>;
	/// Slash `agent` after the time for an appeal. The caller has bound the agent and holds `batch`, and gives both up:
	/// then, or when the slash is called off, [`Harm`] hears of it and the agent is unbound.
	fn defer_slash(
		agent: &AccountId,
		offence: Offence,
		fees: Balance,
		batch: u64,
		shares: &Shares<AccountId>,
	) -> DispatchResult;
	/// Take at most `amount` of the stake of `agent` and give it to `to`, or burn it. Returns what was taken.
	fn fine(agent: &AccountId, amount: Balance, to: Option<&AccountId>) -> Balance;
	/// Give those who delegated to `agent` their part, by stake, of `amount` from the free balance of `from`. Returns what
	/// they have.
	fn reward_delegators(agent: &AccountId, amount: Balance, from: &AccountId) -> Balance;
}

/// What an agent is able to do, and what answers for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
	/// What it may do.
	pub roles: Roles,
	/// What it computes on.
	pub hardware: Hardware,
	/// What answers for it, in planck: its own stake and what was delegated, without what is being unbonded.
	pub stake: Balance,
	/// Offences of late, each of which makes the next one dearer.
	pub offences: u32,
	/// Whether it may work: it has the least stake and was not evicted.
	pub active: bool,
}

/// Who shares in a slash, besides what is burnt. A share without a taker is burnt.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Shares<AccountId> {
	/// Has a quarter: who proved it.
	pub challenger: Option<AccountId>,
	/// Has 15 percent: the account that makes the payers whole.
	pub harmed: Option<AccountId>,
	/// Has 10 percent: the account that auditors are paid from.
	pub committee: Option<AccountId>,
}

/// What a slash took and where it went, in planck.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Slashed {
	/// All that was taken.
	pub amount: Balance,
	/// What of it the account for the harmed has.
	pub compensation: Balance,
}

/// What becomes of a batch when a deferred slash does.
pub trait Harm<AccountId> {
	/// Whether the batch can still be voided; if not, its slash is dropped.
	fn can_void(batch: u64) -> bool;
	/// The slash was carried out: the batch is void, and its payers share `compensation` besides their fees.
	fn void(batch: u64, offence: Offence, compensation: Balance) -> DispatchResult;
	/// The slash was called off or dropped: the batch is no longer held for it.
	fn spare(batch: u64);
}

/// What auditors need to know of batches.
pub trait Batches<AccountId> {
	/// A batch, as long as it has not been forgotten.
	fn facts(batch: u64) -> Option<BatchFacts<AccountId>>;
	/// Keep a pending batch from settling until [`Batches::unhold`], and its agent bound. Fails if it is not pending or its window
	/// is over.
	fn hold(batch: u64) -> DispatchResult;
	/// Take back one [`Batches::hold`]. A batch whose window is over settles as soon as nothing holds it.
	fn unhold(batch: u64);
}

/// What auditors know of a batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BatchFacts<AccountId> {
	/// What the agent says of its answers.
	pub claim: BatchClaim<AccountId>,
	/// Commitment to the secret that decides which audits are planted errors.
	pub lot: H256,
	/// Whether it is neither settled nor void.
	pub pending: bool,
}

/// Who looks at batches as they come.
pub trait Sampling<AccountId> {
	/// A batch was submitted. Its sample is decided by randomness that nobody knows yet.
	fn submitted(batch: u64, agent: &AccountId, fees: Balance);
}

impl<AccountId> Sampling<AccountId> for () {
	fn submitted(_: u64, _: &AccountId, _: Balance) {}
}

/// What attribution needs of credits.
pub trait Channels<AccountId, Signature> {
	/// Draw what the payer's channel to `agent` owes at `draw.drawn` (cumulative), under a voucher that allows up to
	/// `draw.ceiling`, into the free balance of `into`. What the channel is short of, `advancer` pays for now; the channel
	/// owes it to the agent. Returns the increment, all of which `into` has.
	fn draw(
		draw: &Draw<AccountId, Signature>,
		agent: &AccountId,
		advancer: &AccountId,
		into: &AccountId,
	) -> Result<Balance, DispatchError>;
	/// Give `amount` from the free balance of `from` back into the payer's channel to `agent`, or to the payer when the
	/// channel is gone. What the channel owes the agent comes first.
	fn refund(payer: &AccountId, agent: &AccountId, amount: Balance, from: &AccountId) -> DispatchResult;
	/// The terms of the payer's channel to `agent`, and the block in which it was opened.
	fn terms(payer: &AccountId, agent: &AccountId) -> Option<(Terms, u32)>;
}

/// Frozen versions of datanets.
pub trait Versions<AccountId> {
	/// Root and number of the rows of a frozen version.
	fn rows(datanet: DatanetId, version: u32) -> Option<Commitment>;
	/// Who owns a datanet.
	fn owner(datanet: DatanetId) -> Option<AccountId>;
	/// The licence that the rows of a datanet are contributed under.
	fn licence(datanet: DatanetId) -> Option<Licence>;
	/// The block in which a row was taken down.
	fn taken_down(datanet: DatanetId, row: u32) -> Option<u32>;
	/// Whether rows of a version were taken down after it was frozen. Reads every takedown of the datanet: for views
	/// only.
	fn tainted(datanet: DatanetId, version: u32) -> bool;
}

/// Cases that committees of curators decide.
pub trait Cases<AccountId> {
	/// Give a case to a committee: nobody else decides it until [`Cases::close`]. Fails unless it can be opened by
	/// `opener`.
	fn open(case: Case, opener: &AccountId) -> Result<Brief<AccountId>, DispatchError>;
	/// Whether `who` may appeal against `verdict`.
	fn may_appeal(case: Case, verdict: Verdict, who: &AccountId) -> bool;
	/// Carry a verdict out. `None` if no committee could be formed: the case is as if it had never been opened.
	fn close(case: Case, verdict: Option<Verdict>) -> DispatchResult;
	/// Who owns a datanet.
	fn owner(datanet: DatanetId) -> Option<AccountId>;
}

/// What a committee needs to know of a case.
pub struct Brief<AccountId> {
	/// How many rows there are to judge, of which a committee sees a sample.
	pub rows: u32,
	/// Who has something to win or lose, and is no judge.
	pub parties: Vec<AccountId>,
}

/// Who has shown that they know what a datanet is about.
pub trait Assessed<AccountId> {
	/// Whether `who` has passed the assessment of a datanet.
	fn passed(datanet: DatanetId, who: &AccountId) -> bool;
}

/// Who may make something of the rows of a datanet.
pub trait Access<AccountId> {
	/// Count a job of `who` on the rows of `datanet`. Fails unless the datanet is open, `who` owns it, or `who` has a
	/// grant that is not used up.
	fn use_for_job(datanet: DatanetId, who: &AccountId) -> DispatchResult;
}

/// What other pallets need of the model registry.
pub trait Models<AccountId> {
	/// Who owns a model.
	fn owner(model: ModelId) -> Option<AccountId>;
	/// The datanet version that an index asset is built from.
	fn index_source(model: ModelId) -> Option<(DatanetId, u32)>;
	/// Whether agents may offer the model: it exists, can generate, and is not deprecated.
	fn servable(model: ModelId) -> bool;
}

/// Contribution weight, as those see it who settle, slash and take down (protocol §11).
pub trait Contributions<AccountId> {
	/// Set aside room of the bond behind `payer` for giving `weight` through `agent`. Returns whose room it is: the guarantor.
	/// Fails if nobody has bonded for the payer, or if the bond, or the payer's part of it, has no room for so much.
	fn reserve(payer: &AccountId, agent: &AccountId, weight: Balance) -> Result<AccountId, DispatchError>;
	/// Give room back to the guarantor that was reserved for `payer`: what it was reserved for will not be minted.
	fn release(payer: &AccountId, guarantor: &AccountId, agent: &AccountId, weight: Balance);
	/// What is left of `weight` whose room was set aside `age` blocks ago. Who mints late mints, and who releases late gives
	/// back, less by as much as the room has faded meanwhile: otherwise a bond would be free before what it answers for lives.
	fn faded(weight: Balance, age: u64) -> Balance;
	/// Mint weight for `account`.
	fn mint(account: &AccountId, weight: Balance);
	/// Mint weight for `account`, which has it as the beneficiary of `agent`: it answers for the agent.
	fn mint_through(agent: &AccountId, account: &AccountId, weight: Balance);
	/// Burn a part of the weight of `account`, and of what it may still vote with in running polls.
	fn burn(account: &AccountId, part: Perbill);
	/// Burn a part of what was minted through `agent` for those who were its beneficiaries. What they have otherwise is not
	/// touched: an agent names its beneficiary without asking.
	fn burn_through(agent: &AccountId, part: Perbill);
}

/// Nobody weighs anything.
impl<AccountId> Contributions<AccountId> for () {
	fn reserve(_: &AccountId, _: &AccountId, _: Balance) -> Result<AccountId, DispatchError> {
		Err(DispatchError::Unavailable)
	}

	fn release(_: &AccountId, _: &AccountId, _: &AccountId, _: Balance) {}

	fn faded(_: Balance, _: u64) -> Balance {
		0
	}

	fn mint(_: &AccountId, _: Balance) {}

	fn mint_through(_: &AccountId, _: &AccountId, _: Balance) {}

	fn burn(_: &AccountId, _: Perbill) {}

	fn burn_through(_: &AccountId, _: Perbill) {}
}
