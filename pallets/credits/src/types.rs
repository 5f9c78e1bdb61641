//! What is stored about channels.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use openledger_primitives::Balance;
use scale_info::TypeInfo;

/// A channel from a payer to an agent.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Channel<BlockNumber> {
	/// Which of the payer's channels this is; vouchers name it.
	pub nonce: u32,
	/// All that was put in since the opening.
	pub deposit: Balance,
	/// All that was drawn since the opening.
	pub drawn: Balance,
	/// The block from which the payer can withdraw the rest, once asked for.
	pub closing: Option<BlockNumber>,
}

impl<BlockNumber> Channel<BlockNumber> {
	/// What is left to draw.
	pub fn left(&self) -> Balance {
		self.deposit.saturating_sub(self.drawn)
	}
}
