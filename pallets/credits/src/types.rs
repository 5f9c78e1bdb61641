//! What is stored about channels.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use openledger_primitives::{terms::Terms, Balance};
use scale_info::TypeInfo;

/// The most session keys of one channel.
pub const MAX_KEYS: u32 = 4;

/// A key that may sign vouchers for the payer.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SessionKey<AccountId, BlockNumber> {
	/// The account of the key.
	pub key: AccountId,
	/// The most that a voucher of the key is worth, in planck, counted from the opening of the channel.
	pub cap: Balance,
	/// The last block in which a voucher of the key can be drawn.
	pub expires: BlockNumber,
}

/// The session keys of a channel.
pub type SessionKeys<AccountId, BlockNumber> = BoundedVec<SessionKey<AccountId, BlockNumber>, ConstU32<MAX_KEYS>>;

/// A channel from a payer to an agent.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Channel<AccountId, BlockNumber> {
	/// Which of the payer's channels this is; vouchers name it.
	pub nonce: u32,
	/// All that was put in since the opening, in planck.
	pub deposit: Balance,
	/// All that was drawn since the opening, in planck. More than was put in, if the agent has advanced the rest.
	pub drawn: Balance,
	/// The block from which the payer can withdraw the rest, once asked for.
	pub closing: Option<BlockNumber>,
	/// The block in which it was opened.
	pub opened: u32,
	/// What the payer agrees to.
	pub terms: Terms,
	/// Who may sign vouchers besides the payer.
	pub keys: SessionKeys<AccountId, BlockNumber>,
}

impl<AccountId, BlockNumber> Channel<AccountId, BlockNumber> {
	/// What is on hold: what is left to draw, in planck.
	pub fn left(&self) -> Balance {
		self.deposit.saturating_sub(self.drawn)
	}

	/// What the payer owes the agent, who has advanced it, in planck.
	pub fn owed(&self) -> Balance {
		self.drawn.saturating_sub(self.deposit)
	}
}
