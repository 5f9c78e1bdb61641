//! OPEN: balances and transaction fees.

#![warn(missing_docs)]

use crate::{
	configs::staking::fee_pot, constants::EXISTENTIAL_DEPOSIT, AccountId, Authorship, Balance, Balances, Runtime,
	RuntimeEvent, RuntimeFreezeReason, RuntimeHoldReason, System,
};
use frame_support::{
	parameter_types,
	traits::{
		fungible::{Balanced, Credit},
		ConstU128, ConstU32, ConstU8, Imbalance, OnUnbalanced, VariantCountOf,
	},
	weights::ConstantMultiplier,
};
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use sp_runtime::{
	traits::{Bounded, Zero},
	FixedPointNumber, Perquintill,
};

impl pallet_balances::Config for Runtime {
	type AccountStore = System;
	type Balance = Balance;
	type DoneSlashHandler = ();
	// Burnt.
	type DustRemoval = ();
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
	// Locks and reserves are the old form of freezes and holds. Only upstream pallets use them.
	type MaxLocks = ConstU32<50>;
	type MaxReserves = ConstU32<50>;
	type ReserveIdentifier = [u8; 8];
	type RuntimeEvent = RuntimeEvent;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
}

/// The fee of one picosecond of execution. A transfer takes some 350 million of them.
const FEE_PER_PICOSECOND: Balance = 1_000_000;

/// The fee of one byte: a millionth of an OPEN.
const FEE_PER_BYTE: Balance = 1_000_000_000_000;

parameter_types! {
	/// Above this fullness of blocks fees rise, below it they fall.
	pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
	/// How fast fees follow the fullness of blocks: some 23 % a day at most.
	pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(3, 100_000);
	/// Fees of a quiet chain are the constants above.
	pub MinimumMultiplier: Multiplier = Multiplier::saturating_from_integer(1);
	/// Fees of a full chain have no limit: they are what keeps it usable.
	pub MaximumMultiplier: Multiplier = Bounded::max_value();
}

impl pallet_transaction_payment::Config for Runtime {
	type FeeMultiplierUpdate =
		TargetedFeeAdjustment<Runtime, TargetBlockFullness, AdjustmentVariable, MinimumMultiplier, MaximumMultiplier>;
	type LengthToFee = ConstantMultiplier<Balance, ConstU128<FEE_PER_BYTE>>;
	type OnChargeTransaction = FungibleAdapter<Balances, FeesToStakers>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
	type WeightToFee = ConstantMultiplier<Balance, ConstU128<FEE_PER_PICOSECOND>>;
}

/// Collects fees for the stakers of the era and pays tips to the author of the block.
///
/// A tip is burnt where there is no author (outside a block) or where the author has no account and the tip is less than
/// the existential deposit.
pub struct FeesToStakers;

impl OnUnbalanced<Credit<AccountId, Balances>> for FeesToStakers {
	fn on_unbalanceds(mut fee_then_tip: impl Iterator<Item = Credit<AccountId, Balances>>) {
		// A credit that comes back is burnt when it drops.
		if let Some(fee) = fee_then_tip.next() {
			let _unpaid = Balances::resolve(&fee_pot(), fee);
		}
		// Most transactions give no tip, and a payment of nothing costs an event and a look at the author's account.
		let tip = fee_then_tip.next().filter(|tip| !tip.peek().is_zero());
		if let (Some(tip), Some(author)) = (tip, Authorship::author()) {
			let _unpaid = Balances::resolve(&author, tip);
		}
	}
}
