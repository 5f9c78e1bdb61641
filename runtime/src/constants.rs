//! Constants of the chain that more than one place needs.

#![warn(missing_docs)]

use crate::{Balance, BlockNumber};
use frame_support::PalletId;

/// One token. OPEN has 18 decimals.
pub const OPEN: Balance = 1_000_000_000_000_000_000;

/// A thousandth of a token.
pub const MILLI_OPEN: Balance = OPEN / 1_000;

/// Every token that exists at genesis.
pub const TOTAL_SUPPLY: Balance = 1_000_000_000 * OPEN;

/// The balance below which an account is removed.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_OPEN;

/// The time between two slots, hence between two blocks.
///
/// It cannot change after genesis: the slot number is the time divided by it.
pub const MILLI_SECS_PER_BLOCK: u64 = 6_000;

/// Blocks of one minute.
pub const MINUTES: BlockNumber = 60_000 / (MILLI_SECS_PER_BLOCK as BlockNumber);

/// Blocks of one hour.
pub const HOURS: BlockNumber = MINUTES * 60;

/// Blocks of one day.
pub const DAYS: BlockNumber = HOURS * 24;

/// The chance that a slot has a primary author: one in four. The other slots go to a secondary author.
pub const PRIMARY_PROBABILITY: (u64, u64) = (1, 4);

/// The address format of the chain, the generic one.
pub const SS58_PREFIX: u16 = 42;

/// The name from which the treasury's account derives.
pub const TREASURY: PalletId = PalletId(*b"op/trsry");

/// The name from which the account derives that collects the fees of an era.
pub const FEE_POT: PalletId = PalletId(*b"op/fees_");

/// The name from which the account derives that pays the stakers of past eras.
pub const REWARD_POT: PalletId = PalletId(*b"op/rewrd");

/// The deposit for an item in storage.
pub const DEPOSIT_PER_ITEM: Balance = 100 * MILLI_OPEN;

/// The deposit for a byte in storage.
pub const DEPOSIT_PER_BYTE: Balance = MILLI_OPEN / 10;

/// The deposit for `items` in storage that have `bytes` together.
pub const fn deposit(items: Balance, bytes: Balance) -> Balance {
	items.saturating_mul(DEPOSIT_PER_ITEM).saturating_add(bytes.saturating_mul(DEPOSIT_PER_BYTE))
}
