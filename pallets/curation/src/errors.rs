//! Why calls fail.

use frame_support::pallet_macros::pallet_section;

/// Errors.
#[pallet_section]
mod errors {
	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such datanet.
		NoSuchDatanet,
		/// You are a curator of this datanet already.
		AlreadyCurator,
		/// You are no curator of this datanet; register first.
		NotCurator,
		/// You have no seat any more, but open tasks; leave when they are closed.
		Busy,
		/// You failed an assessment or lost your seat; wait until the lock-out has passed.
		LockedOut,
		/// You have a seat already.
		AlreadySeated,
		/// Your bond is as high as it has to be.
		BondFull,
		/// Your bond is lower than it has to be; top it up.
		BondLow,
		/// Only the owner of the datanet sets assessments.
		NotOwner,
		/// The datanet has an open assessment; wait until it is closed.
		AssessmentOpen,
		/// The datanet has fewer seats than a committee has members; assess more curators first.
		TooFewCurators,
		/// A case has more parties than can be excluded, which is a bug; report it.
		TooManyParties,
		/// Identifiers are used up.
		IdsExhausted,
		/// An amount or a block number overflows.
		Overflow,
		/// There is no such task; it is closed, or there never was one.
		NoSuchTask,
		/// You are no member of this task.
		NotMember,
		/// The task takes no commitments: its committee is not drawn, or the time has passed.
		NotCommitting,
		/// You have committed already; a commitment is not changed.
		AlreadyCommitted,
		/// The assessment has as many candidates as it can have; wait for the next one.
		AssessmentFull,
		/// The task takes no judgements: not all have committed and there is time left, or the time for revealing has
		/// passed.
		NotRevealing,
		/// You have not committed to anything in this task.
		NotCommitted,
		/// You have revealed already.
		AlreadyRevealed,
		/// What is revealed is not what was committed to: check judgement, salt, task and account.
		RevealMismatch,
		/// The judgement says that items are good which the task does not have; leave those bits 0.
		NoSuchItem,
		/// The task does not wait for gold.
		NotAwaitingGold,
		/// Only the opener of the task reveals its gold.
		NotOpener,
		/// The gold is not as many items as planned, or has answers to others; see the view function `plan`.
		BadGold,
		/// The verdict is not there yet, or is final: a case is appealed once.
		NotAppealable,
		/// Only the loser may appeal.
		NotLoser,
		/// The last block of the phase has not passed, and not everybody has done its part; wait.
		PhaseOpen,
		/// The state contradicts itself, which is a bug; report it.
		Unexpected,
	}
}
