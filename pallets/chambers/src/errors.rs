//! Why calls fail.

use frame_support::pallet_macros::pallet_section;

/// Errors.
#[pallet_section]
mod errors {
	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// The proposal does not say how long its call is: name the call by hash and length, or in full.
		NoLength,
		/// The call is not noted under this hash and length: note its preimage first.
		NotNoted,
		/// What is noted is no call of this runtime, or is nested too deeply: propose another one.
		NotACall,
		/// The power does not extend to this call: propose it under a power that does.
		NotAllowed,
		/// The call weighs more than may be scheduled: divide it.
		TooHeavy,
		/// The chamber has assented already: the other one has to.
		AlreadyAssented,
		/// The chamber has not assented, or took it back: there is nothing to withdraw.
		NotAssented,
		/// The chamber has delayed this proposal once: withdraw the assent to stop it.
		AlreadyDelayed,
		/// There is no such proposal, or its time is over: a chamber has to assent to it first.
		NoProposal,
		/// The proposal is not scheduled, or not for this block: an assent is missing, or it was delayed.
		NotScheduled,
		/// The proposal's time is not over: wait until it is.
		NotExpired,
		/// As many proposals wait as can: let some that are over expire.
		TooManyProposals,
		/// The agendas of all blocks that come into question are full: try again in a later block.
		NoRoom,
	}
}
