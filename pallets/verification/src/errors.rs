//! Why calls fail.

use frame_support::pallet_macros::pallet_section;

/// Errors.
#[pallet_section]
mod errors {
	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// You are no agent; register as one first.
		NoAgent,
		/// Your agent is inactive: it was evicted or has less than the least stake.
		Inactive,
		/// Your agent does not have the role of an auditor; take it on first.
		NoAuditRole,
		/// Less answers for your agent than a seat takes; stake more first.
		TooLittleStake,
		/// Your agent has its seats already.
		AlreadySeated,
		/// The agent has no seat; take one first.
		NotSeated,
		/// The auditor is a member of open cases; leave when they are closed.
		OnCase,
		/// The auditor may still audit; only it gives up its seats.
		StillFit,
		/// There is no such case; it is closed, or there never was one.
		NoSuchCase,
		/// There is no such batch, or it is forgotten.
		NoSuchBatch,
		/// The batch is settled or void; nothing is left to judge.
		NotPending,
		/// Only the agent of the batch does this, or its signer.
		NotAgent,
		/// The case does not wait for a disclosure, or the time for it has passed.
		NotDisclosing,
		/// The receipt is not that leaf of the batch: check leaf, receipt, agent and the length of the proof.
		BadProof,
		/// The receipt does not cover the point of the audit; disclose the one that does.
		WrongPoint,
		/// Another leaf was challenged; disclose that one.
		WrongLeaf,
		/// The case takes no commitments: its committee is not drawn, or the time has passed.
		NotCommitting,
		/// You are no member of the committee that judges this case now.
		NotMember,
		/// You have committed already; a commitment is not changed.
		AlreadyCommitted,
		/// The case takes no findings: not all have committed and there is time left, or the time for revealing has
		/// passed.
		NotRevealing,
		/// You have not committed to anything in this case.
		NotCommitted,
		/// You have revealed already.
		AlreadyRevealed,
		/// What is revealed is not what was committed to: check finding, salt, case, stage and account.
		RevealMismatch,
		/// The case does not wait for a lot, or the time for it has passed.
		NotClosing,
		/// This is not the secret that the batch has committed to for this audit; open the one with its number.
		WrongLot,
		/// Activations and salt do not make the fingerprint of the receipt.
		WrongFingerprint,
		/// The audit is a planted error, so auditors should have been shown the decoy.
		NotADecoy,
		/// The audit is no planted error, so auditors should have been shown the real salt.
		NotTheSalt,
		/// An agent does not challenge its own batch.
		OwnBatch,
		/// The batch has as many open challenges of that kind as it can have; wait for one to be decided.
		TooManyChallenges,
		/// You have as many open challenges as you can have; wait for one to be decided.
		TooManyOfYours,
		/// Your free balance does not cover the bond of the challenge.
		NoChallengeBond,
		/// Your free balance does not cover the bond of the appeal.
		NoAppealBond,
		/// Fewer auditors have seats than a case takes; wait for more.
		TooFewAuditors,
		/// The verdict is not there yet, or is final: only three auditors are appealed against, and in time.
		NotAppealable,
		/// The last block of the phase has not passed; wait.
		PhaseOpen,
		/// Committees are drawn at the end of blocks only, or whoever asks would choose the randomness; wait.
		DrawnByChain,
		/// Identifiers are used up.
		IdsExhausted,
		/// An amount, a count or a block number overflows.
		Overflow,
		/// The state contradicts itself, which is a bug; report it.
		Unexpected,
	}
}
