//! The treasury, and who may spend how much of it.

#![warn(missing_docs)]

use super::{
	openledger::Treasury as TreasuryAccount,
	origins::{LargeSpender, MediumSpender, ModelFunder, SmallSpender},
};
use crate::{
	constants::{OPEN, TREASURY},
	pace::{PayoutPeriod, SpendPeriod},
	AccountId, Balance, Balances, Runtime, RuntimeEvent, System,
};
use frame_support::{
	parameter_types,
	traits::{
		tokens::{PayFromAccount, UnityAssetBalanceConversion},
		ConstU32, EitherOf,
	},
	PalletId,
};
use frame_system::{EnsureRoot, EnsureRootWithSuccess, EnsureWithSuccess};
use sp_runtime::{traits::IdentityLookup, Permill};

parameter_types! {
	/// The treasury keeps what it does not spend.
	pub const TreasuryBurn: Permill = Permill::zero();
	/// Names the account of the treasury.
	pub const TreasuryId: PalletId = TREASURY;
	/// What both chambers agree on has no bound.
	pub const AnyAmount: Balance = Balance::MAX;
	/// The most that one referendum of the small track spends.
	pub const SmallAmount: Balance = 1_000 * OPEN;
	/// The most that one referendum of the medium track spends.
	pub const MediumAmount: Balance = 25_000 * OPEN;
	/// The most that one referendum funds a model with.
	pub const ModelAmount: Balance = 25_000 * OPEN;
}

/// Who may spend, and the most of one referendum.
type Spender = EitherOf<
	EitherOf<EnsureRootWithSuccess<AccountId, AnyAmount>, EnsureWithSuccess<LargeSpender, AccountId, AnyAmount>>,
	EitherOf<
		EnsureWithSuccess<MediumSpender, AccountId, MediumAmount>,
		EitherOf<
			EnsureWithSuccess<ModelFunder, AccountId, ModelAmount>,
			EnsureWithSuccess<SmallSpender, AccountId, SmallAmount>,
		>,
	>,
>;

impl pallet_treasury::Config for Runtime {
	type AssetKind = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
	type BalanceConverter = UnityAssetBalanceConversion;
	type Beneficiary = AccountId;
	type BeneficiaryLookup = IdentityLookup<AccountId>;
	type BlockNumberProvider = System;
	type Burn = TreasuryBurn;
	type BurnDestination = ();
	type Currency = Balances;
	type MaxApprovals = ConstU32<100>;
	type PalletId = TreasuryId;
	type Paymaster = PayFromAccount<Balances, TreasuryAccount>;
	type PayoutPeriod = PayoutPeriod;
	type RejectOrigin = EitherOf<EnsureRoot<AccountId>, LargeSpender>;
	type RuntimeEvent = RuntimeEvent;
	type SpendFunds = ();
	type SpendOrigin = Spender;
	type SpendPeriod = SpendPeriod;
	type WeightInfo = pallet_treasury::weights::SubstrateWeight<Runtime>;
}
