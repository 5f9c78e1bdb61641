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

/// Slots of one BABE epoch, which is one session. It cannot change after genesis.
pub const EPOCH_DURATION_IN_SLOTS: u64 = HOURS as u64;

/// The chance that a slot has a primary author: one in four. The other slots go to a secondary author.
pub const PRIMARY_PROBABILITY: (u64, u64) = (1, 4);

/// The address format of the chain, the generic one.
pub const SS58_PREFIX: u16 = 42;

/// The name from which the treasury's account derives.
pub const TREASURY: PalletId = PalletId(*b"op/trsry");
