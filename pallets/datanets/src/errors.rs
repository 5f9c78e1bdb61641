//! Why calls fail.

use frame_support::pallet_macros::pallet_section;

/// Errors.
#[pallet_section]
mod errors {
	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such datanet; take the identifier from the `Created` event.
		NoSuchDatanet,
		/// There is no such contribution, or it was withdrawn or rejected.
		NoSuchContribution,
		/// Only the owner of the datanet may do this.
		NotOwner,
		/// Only the contributor may withdraw a contribution; an owner rejects it.
		NotContributor,
		/// The text about the datanet is longer than [`Config::MaxMeta`]; give a URI of a longer one.
		MetaTooLong,
		/// The chain does not know the licence; give an SPDX identifier out of [`Licence::ALL`].
		UnknownLicence,
		/// The contribution has no rows.
		NoRows,
		/// The contribution has no bytes; rows take at least one.
		NoBytes,
		/// The contribution has more rows than [`Config::MaxRowsPerContribution`]; divide it.
		TooManyRows,
		/// The datanet has [`Config::MaxPending`] pending contributions; wait until the owner decides some.
		TooManyPending,
		/// The contribution is accepted: it can no longer be withdrawn, rejected or accepted again.
		NotPending,
		/// A version accepts at least one contribution; name some.
		NoContributions,
		/// The contributions are not in ascending order, or one is named twice; sort them.
		NotAscending,
		/// The number of rows is not that of the parent and the contributions together; build the tree again.
		WrongRowCount,
		/// The datanet already belongs to that account.
		AlreadyOwner,
		/// Identifiers are used up; start another datanet.
		IdsExhausted,
		/// An amount or a number of rows overflows; contribute less at once.
		Overflow,
		/// The state contradicts itself, which is a bug; report it.
		Unexpected,
		/// The datanet is open to everybody, or yours: register without a grant.
		NoGrantNeeded,
		/// A grant is for at least one job.
		NoJobs,
		/// The last block has passed; name a later one.
		UntilPassed,
		/// The last block is more than [`Config::MaxGrantLife`] away; name an earlier one.
		UntilTooLate,
		/// A job costs more than you are ready to pay; raise `max_price` or do without.
		PriceAboveMax,
		/// You have asked already; cancel that request to ask for something else.
		AlreadyRequested,
		/// There is a grant already; give it back to ask for another.
		AlreadyGranted,
		/// There is no such request; it was decided or cancelled.
		NoSuchRequest,
		/// There is no such grant: it was used up, revoked or given back, or there never was one. Ask for access.
		NoGrant,
		/// The last block of the grant has passed; give it back and ask for another.
		GrantExpired,
		/// The grant was paid for, so it cannot be revoked; it ends with its jobs or its last block.
		GrantPaid,
		/// The grant is not yours and its last block has not passed; only its holder may give it back.
		GrantLive,
		/// The datanet has a list of contributors, and you are not on it; ask its owner.
		NotListed,
		/// The account is on the list already.
		AlreadyListed,
		/// The list has [`Config::MaxWhitelist`] accounts; take one off, or assess contributors instead.
		WhitelistFull,
		/// Contributors must pass the assessment of this datanet first.
		NotAssessed,
		/// There is no such commitment: it was revealed, or it expired.
		NoSuchCommit,
		/// What is revealed is not what was committed to: check rows, content, salt and account.
		RevealMismatch,
		/// A commitment is revealed in a later block than its own, so that nobody can copy it; wait one block.
		RevealEarly,
		/// The last block for revealing has passed, and the commitment is lost; commit again.
		RevealLate,
		/// The commitment can still be revealed; wait until its last block has passed.
		CommitLive,
		/// A committee has the contribution; wait for its verdict.
		WithCommittee,
		/// A committee has accepted the contribution, so the owner cannot reject it; freeze a version with it.
		CommitteeAccepted,
		/// No committee has accepted the contribution; ask one.
		NotJudged,
		/// Only the contributor, the claimant, who contests, and the owner may ask a committee; only the contributor
		/// and the owner may contest a notice, and not their own.
		NotParty,
		/// The owner still has time; wait until [`Config::OwnerTime`] has passed.
		OwnerHasTime,
		/// As many contributions as a version accepts are due; freeze one first.
		TooManyDue,
		/// The version leaves out a contribution that is due; name all of them.
		DueMissing,
		/// The contribution is not due.
		NotDue,
		/// The proof does not open a row of that version of that datanet; build it from the version's tree.
		BadRowProof,
		/// An earlier version has the row; open it in the first one that does.
		NotFirstVersion,
		/// The row was taken down before.
		AlreadyTakenDown,
		/// There is a notice about the row already; wait for its end.
		AlreadyNoticed,
		/// The datanet has [`Config::MaxNotices`] open notices; wait until some have ended.
		TooManyNotices,
		/// There is no such notice: it has ended, or there never was one.
		NoSuchNotice,
		/// The notice is contested already.
		AlreadyContested,
		/// Nobody contests the notice, so no committee is needed.
		NotContested,
		/// The last block for an answer has passed.
		AnswerLate,
		/// There is still time for an answer; wait until the last block has passed.
		AnswerOpen,
		/// The contribution is not part of a version yet; wait until the owner freezes one with it.
		NotAccepted,
		/// The rows of the contribution are counted already; claim what they have earned.
		AlreadyCounted,
		/// The account has nothing to claim: count its contributions first, or wait until something comes in.
		NothingDue,
	}
}
