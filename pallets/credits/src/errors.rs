//! Why calls fail.

use frame_support::pallet_macros::pallet_section;

/// Errors.
#[pallet_section]
mod errors {
	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// The account to be paid is not an agent.
		NotAnAgent,
		/// There is a channel to this agent already: top it up.
		AlreadyOpen,
		/// There is no channel to this agent: open one.
		NoChannel,
		/// The deposit is below the minimum.
		DepositTooSmall,
		/// The channel is being closed: withdraw, then open another one.
		ChannelClosing,
		/// Nobody has asked to close the channel.
		NotClosing,
		/// The delay after the request to close is not over.
		TooEarly,
		/// The payer, or the session key that is named, did not sign this voucher for this channel on this chain: sign it
		/// with the genesis, agent, nonce and ceiling of the draw.
		BadVoucher,
		/// More is drawn than the voucher allows.
		AboveCeiling,
		/// Nothing is drawn: the total is what was drawn before.
		NothingToDraw,
		/// The channel does not hold that much, and who advances the rest does not have it: draw less, or have more.
		ChannelShort,
		/// A sum overflows, or the payer has used up its nonces.
		Overflow,
		/// The total is below what was drawn before: totals count from the opening of the channel.
		CumulativeFell,
		/// The terms allow less than those of the channel: to tighten them, close it and open another one.
		TermsTighter,
		/// More of a fee goes elsewhere than to models and data than the payer allows: the payer has to loosen the terms.
		SplitAboveCap,
		/// The voucher's signer is not among the session keys of the channel: the payer has to authorise it.
		NoSuchKey,
		/// The session key is no longer valid: draw with a voucher of the payer.
		KeyExpired,
		/// The voucher is worth more than its session key may sign for: the payer has to raise the cap or sign itself.
		AboveKeyCap,
		/// The channel has as many session keys as it can have: revoke one and wait until it has expired.
		TooManyKeys,
		/// The key is valid until later, or for more: revoke it, and authorise it again when it has expired.
		KeyTighter,
		/// The key would expire at once: choose a later block.
		ExpiryPassed,
		/// The key would be valid for too long: choose an earlier block.
		KeyLifeTooLong,
		/// The payer signs for itself without a session key: authorise another account.
		KeyIsPayer,
	}
}
