//! How pallets know each other: small traits that the runtime ties together.

use crate::{
	ids::{DatanetId, ModelId},
	judgement::{Case, Verdict},
	licence::Licence,
	tree::plain::Commitment,
	Balance,
};
use alloc::vec::Vec;
use sp_runtime::{DispatchError, DispatchResult};

/// What attribution needs of agents.
pub trait Agents<AccountId> {
	/// The account that answers for batches signed by `signer`, if `signer` is an agent's signer.
	fn agent_of(signer: &AccountId) -> Option<AccountId>;
	/// The account that `agent` signs receipts and batches with.
	fn signer(agent: &AccountId) -> Option<AccountId>;
	/// The account that `agent` is paid on.
	fn beneficiary(agent: &AccountId) -> Option<AccountId>;
	/// Count `fees` as unsettled. Fails when the stake does not cover them.
	fn expose(agent: &AccountId, fees: Balance) -> DispatchResult;
	/// Count `fees` as settled or voided.
	fn release(agent: &AccountId, fees: Balance);
	/// Slash `agent` for a proven false claim: part is burnt, part goes to `challenger`, part to the `harmed` payers in
	/// proportion to what they paid, the rest to the treasury. Returns what was taken.
	fn slash(
		agent: &AccountId,
		challenger: &AccountId,
		harmed: &[(AccountId, Balance)],
	) -> Result<Balance, DispatchError>;
}

/// What attribution needs of credits.
pub trait Channels<AccountId, Signature> {
	/// Draw what the payer's channel to `agent` owes at `drawn` (cumulative), under a voucher that allows up to
	/// `ceiling`, into the free balance of `into`. Returns the increment.
	fn draw(
		payer: &AccountId,
		agent: &AccountId,
		drawn: Balance,
		ceiling: Balance,
		signature: &Signature,
		into: &AccountId,
	) -> Result<Balance, DispatchError>;
	/// Give `amount` from the free balance of `from` back into the payer's channel to `agent`, or to the payer when the
	/// channel is gone.
	fn refund(payer: &AccountId, agent: &AccountId, amount: Balance, from: &AccountId) -> DispatchResult;
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
