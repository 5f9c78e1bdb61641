//! Why calls fail.

use frame_support::pallet_macros::pallet_section;

/// Errors.
#[pallet_section]
mod errors {
	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// The model is not an index asset: register one first.
		NotAnIndex,
		/// Only the owner of the index asset can publish its index.
		NotTheOwner,
		/// The index must have as many leaves as its datanet version has rows.
		WrongRowCount,
		/// The dimension is 0 or above the maximum.
		BadDimension,
		/// There is no such index.
		NoSuchIndex,
		/// Only its publisher can retire an index, or have its bond.
		NotThePublisher,
		/// The index is retired already.
		AlreadyRetired,
		/// The index is in use: retire it first.
		NotRetired,
		/// Batches that name the index may be pending: wait until its bond is free.
		BondLocked,
		/// The bond of the index is gone: it was given back, or lost for a false leaf.
		NoBond,
		/// The row is not in the datanet version of the index.
		BadRowProof,
		/// The leaf of the index and the row have different numbers.
		DifferentRows,
		/// The leaf of the index agrees with its row.
		LeafStands,
		/// The caller signs for no agent.
		NotAnAgent,
		/// The first sequence number is not the agent's next one.
		SequenceGap,
		/// A batch has at least one receipt.
		NoReceipts,
		/// The batch has more receipts than are allowed: split it.
		TooManyReceipts,
		/// A batch has at least one payout.
		NoPayouts,
		/// The batch has more payouts than are allowed: split it.
		TooManyPayouts,
		/// A batch draws from at least one payer.
		NoPayers,
		/// Payers come in ascending order of their accounts: sort them.
		PayersOutOfOrder,
		/// A payer comes twice: draw its fees at once.
		PayerTwice,
		/// The draws do not add up to the fees of the receipts.
		FeesDiffer,
		/// Payouts and what is set aside do not add up to the fees.
		PayoutsDiffer,
		/// There is no such batch; it was forgotten, or there never was one.
		NoSuchBatch,
		/// The batch is settled or void already.
		NotPending,
		/// The challenge window is over.
		WindowOver,
		/// The challenge window is still open.
		WindowOpen,
		/// Auditors have not decided about the batch: it settles when they have.
		Held,
		/// Attributions of the batch are to be opened: it settles when they are.
		Unopened,
		/// An agent cannot accuse itself.
		OwnBatch,
		/// The receipt is not this leaf of the batch.
		BadReceiptProof,
		/// The attribution body is not the one that the receipt commits to.
		WrongBody,
		/// The attribution has no such part.
		NoSuchPart,
		/// Nothing is wrong on the face of the claim: open a leaf of the index.
		OpeningNeeded,
		/// The leaf is not in the index at its row.
		BadIndexProof,
		/// What was shown agrees with the claim.
		ClaimStands,
		/// Who signed the receipt does not sign for the agent.
		NotItsSigner,
		/// The signature is not over this receipt.
		BadSignature,
		/// The receipts have different numbers.
		DifferentNumbers,
		/// The receipts agree, but perhaps for the fee, of which an agent may forgive a part.
		ReceiptsAgree,
		/// This was reported before.
		AlreadyReported,
		/// The agent has nothing left to lose.
		NothingAtStake,
		/// The batch has no such receipt.
		NoSuchLeaf,
		/// Open at least one attribution.
		NothingToOpen,
		/// Nobody has to open this attribution now: it was neither drawn nor demanded.
		NotAsked,
		/// The attribution was opened before.
		AlreadyOpened,
		/// It is too late to open the attribution.
		OpenedTooLate,
		/// The attribution has been demanded.
		AlreadyDemanded,
		/// The batch has as many open demands as it can: wait until one is met.
		TooManyDemands,
		/// There would be no time to open the attribution and to refute it.
		DemandedTooLate,
		/// There is no such demand.
		NoSuchDemand,
		/// The batch has no sample that is to be opened: it is not drawn yet, or was opened.
		NoSample,
		/// What is to be opened can still be opened.
		NotOverdue,
		/// The batch has no payers to make whole.
		NothingToRefund,
		/// The batch is not settled yet, or void.
		NotSettled,
		/// The payout is not this leaf of the batch.
		BadPayoutProof,
		/// The payout was made before.
		AlreadyPaid,
		/// The payout can still wait for its account: it is too early to forfeit it.
		PayoutLives,
		/// The payout can be made: make it.
		Creditable,
		/// The batch still owes somebody, or somebody still needs it.
		StillNeeded,
		/// A payer whose fees shall mint weight is the agent, its signer or its beneficiary: draw without weight.
		SelfPaid,
		/// A sum overflows.
		Overflow,
		/// Should not happen: please report it.
		Unexpected,
	}
}
