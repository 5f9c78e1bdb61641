//! Why calls fail.

use frame_support::pallet_macros::pallet_section;

/// The errors.
#[pallet_section]
mod errors {
	#[pallet::error]
	pub enum Error<T> {
		/// A bond is at least `MinBond`, and so is what is left of one: bond more, or unbond all of it, but not more than that, nor
		/// nothing.
		BondTooSmall,
		/// There is no bond. Bond first.
		NotBonded,
		/// Nobody has bonded for this payer: bond, or accept a sponsor; an agent can draw without weight.
		NoGuarantor,
		/// The bond, or what the sponsor lets this payer use of it, has no room for so much weight now: wait until what was given
		/// has faded, bond more or have the limit raised, or draw without weight.
		NoRoom,
		/// The weight that this bond has given still lives. It frees itself as the weight fades.
		BondInUse,
		/// An account cannot sponsor itself, or be its own delegate.
		Yourself,
		/// This payer is invited or sponsored by this sponsor already, with this limit. Name another one to change it.
		AlreadyInvited,
		/// This sponsor has not invited the payer. Ask it to.
		NotInvited,
		/// The payer has a sponsor, or a bond of its own. Leave it first.
		AlreadyGuaranteed,
		/// This account has no such sponsor.
		NotSponsored,
		/// There is no such poll, or it is over.
		NotOngoing,
		/// The account weighed nothing when the poll was submitted, or weighs nothing now that it could delegate. Weight is earned.
		NoWeight,
		/// The poll is older than the weights that are kept. It cannot be voted in any more.
		SnapshotGone,
		/// Who has something to win or lose in this poll does not vote in it.
		Party,
		/// What this poll is about is not known: note the preimage of its proposal, which must be one that the track decides.
		UnknownProposal,
		/// The account votes this way already.
		SameVote,
		/// The account has no vote in this poll.
		NotVoted,
		/// Others are counted through this vote: change it instead.
		CountedThrough,
		/// The account has voted itself, which counts.
		AlreadyVoted,
		/// The account is counted through its delegate already.
		AlreadyCounted,
		/// There is no such track.
		NoSuchTrack,
		/// The account has delegated its vote on this track to nobody.
		NotDelegating,
		/// The delegation has expired. Delegate anew.
		DelegationExpired,
		/// The delegation would be over at once, or last longer than `MaxDelegationLife`.
		BadExpiry,
		/// The delegate delegates to this account.
		CyclicDelegation,
		/// The delegate has itself a delegate on this track, and so does not vote: name that one.
		DelegateDelegates,
		/// The delegate has not voted in this poll yet.
		DelegateSilent,
		/// The poll runs: its votes are needed.
		StillOngoing,
		/// What the account weighs, or has given, is still worth something, or it has a bond, or pairs that have to be forgotten
		/// first.
		StillNeeded,
		/// There is nothing of this account, or of this poll, that could be forgotten.
		NothingToForget,
		/// Nothing would be taken: there is no bond, none of the accounts weighs anything, or the part is none.
		NothingToPunish,
		/// A sum overflows. This should not happen: please report it.
		Overflow,
		/// The delegation has not expired. Only who delegates ends it before.
		DelegationLives,
	}
}
