//! A runtime with real balances, agents and credits around the pallet; only datanets and models are fixed.

use crate as pallet_attribution;
use frame_support::{
	derive_impl,
	pallet_prelude::{OptionQuery, ValueQuery},
	parameter_types, storage_alias,
	traits::{ConstU128, ConstU32, ConstU64, Hooks, Randomness},
	weights::Weight,
	Blake2_128Concat, PalletId,
};
use frame_system::EnsureRoot;
use openledger_primitives::{
	money::{FeeSplit, DEFAULT_SPLIT},
	traits::{Contributions, Models, Sampling, Versions},
	Balance, Commitment, DatanetId, Domain, Licence, ModelId,
};
use sp_core::H256;
use sp_keyring::Sr25519Keyring as Keyring;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage, DispatchError, MultiSignature, Perbill};
use std::collections::BTreeMap;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Agents = pallet_agents;
	#[runtime::pallet_index(3)]
	pub type Credits = pallet_credits;
	#[runtime::pallet_index(4)]
	pub type Attribution = pallet_attribution;
}

type Block = frame_system::mocking::MockBlock<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
	type RuntimeHoldReason = RuntimeHoldReason;
}

pub(crate) const ED: Balance = 10;
pub(crate) const WINDOW: u64 = 20;
/// Blocks for opening what was drawn or demanded.
pub(crate) const OPEN: u64 = 5;
/// Authors after that of the batch's block who decide its sample.
pub(crate) const DELAY: u32 = 2;
/// Blocks before its batch from which a receipt counts as of later.
pub(crate) const AGE: u32 = 200;
pub(crate) const DEMAND: Balance = 30;
/// Blocks that a payout waits for an account.
pub(crate) const LIFE: u64 = 60;
pub(crate) const BOND: Balance = 500;
/// Rows of the one frozen version.
pub(crate) const ROWS: u32 = 20;
/// The one index asset, owned by Dave.
pub(crate) const INDEX_ASSET: ModelId = ModelId(3);

parameter_types! {
	pub static ExistentialDeposit: Balance = ED;
	pub Treasury: AccountId32 = treasury();
	pub StakerPot: AccountId32 = stakers();
	pub AuditorPot: AccountId32 = auditors();
	pub const MaxExposure: Perbill = Perbill::from_percent(50);
	pub const FraudSlash: Perbill = Perbill::one();
	pub const SilenceSlash: Perbill = Perbill::from_percent(1);
	pub const AgentsPallet: PalletId = PalletId(*b"op/agnts");
	pub const AttributionPallet: PalletId = PalletId(*b"op/attrb");
	pub const Split: FeeSplit = DEFAULT_SPLIT;
	pub static SampleRate: Perbill = Perbill::from_percent(2);
	/// Whether block authors say nothing that is random.
	pub static Silent: bool = false;
	/// Rows that were taken down, with the blocks in which they were.
	pub static TakenDown: BTreeMap<u32, u32> = BTreeMap::new();
	/// Root and number of the rows of the one frozen version.
	pub static RowsOfVersion: Commitment = Commitment { root: H256::repeat_byte(1), count: ROWS };
	/// Batches whose submission auditors have heard of, with their fees.
	pub static Heard: Vec<(u64, Balance)> = vec![];
}

/// What block authors say: another value in each block.
pub struct Authors;

impl Randomness<Option<H256>, u64> for Authors {
	fn random(_: &[u8]) -> (Option<H256>, u64) {
		let number = System::block_number();
		((!Silent::get()).then(|| H256::from_low_u64_be(number)), number)
	}
}

/// Auditors who only listen.
pub struct Auditors;

impl Sampling<AccountId32> for Auditors {
	fn submitted(batch: u64, _: &AccountId32, fees: Balance) {
		Heard::mutate(|heard| heard.push((batch, fees)));
	}
}

/// One frozen version of one datanet, one index asset over it.
pub struct Fixed;

impl Models<AccountId32> for Fixed {
	fn owner(model: ModelId) -> Option<AccountId32> {
		(model == INDEX_ASSET).then(|| Keyring::Dave.to_account_id())
	}
	fn index_source(model: ModelId) -> Option<(DatanetId, u32)> {
		(model == INDEX_ASSET).then_some((DatanetId(0), 0))
	}
	fn servable(_: ModelId) -> bool {
		true
	}
}

impl Versions<AccountId32> for Fixed {
	fn rows(datanet: DatanetId, version: u32) -> Option<Commitment> {
		(datanet == DatanetId(0) && version == 0).then(RowsOfVersion::get)
	}
	fn owner(_: DatanetId) -> Option<AccountId32> {
		None
	}
	fn licence(datanet: DatanetId) -> Option<Licence> {
		(datanet == DatanetId(0)).then_some(Licence::CcBy)
	}
	fn taken_down(datanet: DatanetId, row: u32) -> Option<u32> {
		TakenDown::get().get(&row).copied().filter(|_| datanet == DatanetId(0))
	}
	fn tainted(datanet: DatanetId, version: u32) -> bool {
		(datanet, version) == (DatanetId(0), 0) && !TakenDown::get().is_empty()
	}
}

/// The contribution chamber, which knows what room payers have, and counts. In storage, so that what fails leaves no trace.
pub struct Chamber;

/// What room for weight a payer's bond has left; none if nobody has bonded for it.
#[storage_alias]
pub(crate) type Rooms = StorageMap<Chamber, Blake2_128Concat, AccountId32, Balance, OptionQuery>;

/// What was set aside of a payer's room for giving through an agent, and not given back.
#[storage_alias]
pub(crate) type Given = StorageMap<Chamber, Blake2_128Concat, (AccountId32, AccountId32), Balance, ValueQuery>;

/// What was minted for an account.
#[storage_alias]
pub(crate) type Minted = StorageMap<Chamber, Blake2_128Concat, AccountId32, Balance, ValueQuery>;

/// All that was set aside, given back and minted.
#[storage_alias]
pub(crate) type Flows = StorageValue<Chamber, (Balance, Balance, Balance), ValueQuery>;

/// What of it was minted through an agent.
#[storage_alias]
pub(crate) type Through = StorageMap<Chamber, Blake2_128Concat, (AccountId32, AccountId32), Balance, ValueQuery>;

/// Through which agents weight was burnt, by which part.
#[storage_alias]
pub(crate) type BurntThrough = StorageValue<Chamber, Vec<(AccountId32, Perbill)>, ValueQuery>;

/// Whose weight was burnt, by which part.
#[storage_alias]
pub(crate) type Burnt = StorageValue<Chamber, Vec<(AccountId32, Perbill)>, ValueQuery>;

pub(crate) const NO_BOND: DispatchError = DispatchError::Other("nobody has bonded for the payer");
pub(crate) const NO_ROOM: DispatchError = DispatchError::Other("the bond has no room");

/// Blocks after which half of what was set aside is left; nothing is lost before.
pub(crate) const HALF_LIFE: u64 = 10_000;

impl Contributions<AccountId32> for Chamber {
	fn reserve(payer: &AccountId32, agent: &AccountId32, weight: Balance) -> Result<AccountId32, DispatchError> {
		assert!(weight > 0, "nothing is set aside for nothing");
		let room = Rooms::get(payer).ok_or(NO_BOND)?;
		Rooms::insert(payer, room.checked_sub(weight).ok_or(NO_ROOM)?);
		Given::mutate((payer, agent), |given| *given += weight);
		Flows::mutate(|flows| flows.0 += weight);
		Ok(guarantor(payer))
	}
	fn release(payer: &AccountId32, from: &AccountId32, agent: &AccountId32, weight: Balance) {
		assert!(weight > 0, "nothing is not given back");
		assert_eq!(*from, guarantor(payer), "it is given back to whom it was taken from");
		Given::mutate((payer, agent), |given| *given = given.checked_sub(weight).expect("it was set aside"));
		Rooms::mutate(payer, |room| *room.as_mut().expect("it has a bond") += weight);
		Flows::mutate(|flows| flows.1 += weight);
	}
	fn faded(weight: Balance, age: u64) -> Balance {
		weight >> (age / HALF_LIFE)
	}
	fn mint(account: &AccountId32, weight: Balance) {
		assert!(weight > 0, "nothing is not minted");
		Minted::mutate(account, |minted| *minted += weight);
		Flows::mutate(|flows| flows.2 += weight);
	}
	fn mint_through(agent: &AccountId32, account: &AccountId32, weight: Balance) {
		Through::mutate((agent, account), |minted| *minted += weight);
		Self::mint(account, weight);
	}
	fn burn(account: &AccountId32, part: Perbill) {
		Burnt::append((account.clone(), part));
	}
	fn burn_through(agent: &AccountId32, part: Perbill) {
		BurntThrough::append((agent.clone(), part));
	}
}

/// Who has bonded for a payer: another account for each.
pub(crate) fn guarantor(payer: &AccountId32) -> AccountId32 {
	let bytes: &[u8; 32] = payer.as_ref();
	AccountId32::new(bytes.map(|byte| !byte))
}

/// Bonds for a payer, which can give `room` then.
pub(crate) fn bond(payer: Keyring, room: Balance) {
	Rooms::insert(payer.to_account_id(), room);
}

impl pallet_agents::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Models = Fixed;
	type Harm = Attribution;
	type Contributions = Chamber;
	type Randomness = Authors;
	type CancelOrigin = EnsureRoot<AccountId32>;
	type PalletId = AgentsPallet;
	type MinStake = ConstU128<100>;
	type MaxExposure = MaxExposure;
	type UnbondingPeriod = ConstU64<40>;
	type LongestHold = ConstU64<400>;
	type MinDelegation = ConstU128<10>;
	type MaxDelegation = ConstU32<4>;
	type FraudSlash = FraudSlash;
	type SilenceSlash = SilenceSlash;
	type RepeatPeriod = ConstU64<300>;
	type AppealPeriod = ConstU64<7>;
	type ProbeInterval = ConstU64<0>;
	type ProbeWindow = ConstU64<5>;
	type MaxMisses = ConstU32<3>;
	type EvictionPeriod = ConstU64<10>;
	type ServiceDeposit = ConstU128<10>;
	type MaxOfferLife = ConstU64<1_000>;
	type MaxOffers = ConstU32<3>;
	type MaxServices = ConstU32<2>;
	type MaxUnbonding = ConstU32<3>;
	type MaxDeferred = ConstU32<4>;
	type MaxSteps = ConstU32<8>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Fixed;
}

impl pallet_credits::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Agents = Agents;
	type Signature = MultiSignature;
	type Split = Split;
	type CloseDelay = ConstU64<WINDOW>;
	type MaxKeyLife = ConstU64<100>;
	type MinDeposit = ConstU128<10>;
	type WeightInfo = pallet_credits::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Fixed;
}

impl pallet_attribution::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Agents = Agents;
	type Channels = Credits;
	type Audits = Auditors;
	type Models = Fixed;
	type Versions = Fixed;
	type Contributions = Chamber;
	type Signature = MultiSignature;
	type Randomness = Authors;
	type PalletId = AttributionPallet;
	type Treasury = Treasury;
	type StakerPot = StakerPot;
	type AuditorPot = AuditorPot;
	type Split = Split;
	type ChallengeWindow = ConstU64<WINDOW>;
	type SeedDelay = ConstU32<DELAY>;
	type SampleRate = SampleRate;
	type OpenWindow = ConstU64<OPEN>;
	type DemandFee = ConstU128<DEMAND>;
	type MaxDemands = ConstU32<2>;
	type MaxReceiptAge = ConstU32<AGE>;
	type PayoutLife = ConstU64<LIFE>;
	type IndexBond = ConstU128<BOND>;
	type TopRows = ConstU32<4>;
	type MaxReceipts = ConstU32<{ 1 << 20 }>;
	type MaxPayers = ConstU32<8>;
	type MaxDistribute = ConstU32<64>;
	type MaxSteps = ConstU32<4>;
	type WeightInfo = pallet_attribution::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Fixed;
}

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking {
	use super::*;
	use frame_benchmarking::{account, BenchmarkError};
	use frame_support::traits::fungible::Mutate;
	use frame_system::RawOrigin;
	use openledger_primitives::Voucher;
	use pallet_credits::benchmarking as credits;
	use sp_core::crypto::KeyTypeId;
	use sp_io::crypto::{sr25519_generate, sr25519_sign};

	const SIGNERS: KeyTypeId = KeyTypeId(*b"sign");

	impl pallet_agents::benchmarking::BenchmarkHelper<AccountId32> for Fixed {
		fn servable_models(count: u32) -> Result<Vec<ModelId>, BenchmarkError> {
			Ok((1..=count).map(ModelId).collect())
		}
		fn held_batch() -> Result<(AccountId32, u64), BenchmarkError> {
			pallet_attribution::benchmarking::held_batch::<Test>()
		}
	}

	impl credits::BenchmarkHelper<AccountId32> for Fixed {
		fn agent() -> Result<AccountId32, BenchmarkError> {
			Ok(account("agent", 0, 0))
		}
	}

	impl pallet_attribution::benchmarking::BenchmarkHelper<AccountId32, MultiSignature> for Fixed {
		fn agent(fees: Balance) -> Result<(AccountId32, AccountId32), BenchmarkError> {
			let (agent, signer) = (account("agent", 0, 0), account("signer", 0, 0));
			pallet_agents::benchmarking::busy_agent::<Test>(&agent, &signer, fees)?;
			Ok((agent, signer))
		}
		fn sign(agent: &AccountId32, message: &[u8]) -> Result<(AccountId32, MultiSignature), BenchmarkError> {
			let key = sr25519_generate(SIGNERS, Some(b"//signer".to_vec()));
			let signer = AccountId32::from(key);
			if pallet_agents::AgentOfSigner::<Test>::get(&signer).is_none() {
				Agents::set_signer(RawOrigin::Signed(agent.clone()).into(), signer.clone())?;
			}
			let signature = sr25519_sign(SIGNERS, &key, message).ok_or("the key is in the keystore")?;
			Ok((signer, signature.into()))
		}
		fn voucher(
			number: u32,
			agent: &AccountId32,
			fee: Balance,
		) -> Result<(Voucher<AccountId32>, MultiSignature), BenchmarkError> {
			credits::short_voucher::<Test>(number, agent, fee)
		}
		fn index_asset() -> Result<(ModelId, AccountId32), BenchmarkError> {
			let owner = Keyring::Dave.to_account_id();
			Balances::mint_into(&owner, ED)?;
			Ok((INDEX_ASSET, owner))
		}
		fn replace_rows(_: DatanetId, _: u32, rows: Commitment) -> Result<(), BenchmarkError> {
			RowsOfVersion::set(rows);
			Ok(())
		}
		fn make_random() {
			Silent::set(false);
		}
		fn bond_for(payer: &AccountId32, _: &AccountId32, weight: Balance) -> Result<(), BenchmarkError> {
			Rooms::insert(payer, weight);
			Ok(())
		}
		fn weighed(account: &AccountId32) -> Result<(), BenchmarkError> {
			Chamber::mint(account, 1);
			Ok(())
		}
	}
}

pub(crate) fn treasury() -> AccountId32 {
	AccountId32::new([8; 32])
}

pub(crate) fn stakers() -> AccountId32 {
	AccountId32::new([9; 32])
}

pub(crate) fn auditors() -> AccountId32 {
	AccountId32::new([10; 32])
}

pub(crate) fn domain() -> Domain {
	Domain { genesis: System::block_hash(0) }
}

pub(crate) fn signed(who: Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

pub(crate) fn free(who: Keyring) -> Balance {
	Balances::free_balance(who.to_account_id())
}

/// Lets blocks pass up to `block`, with all that happens in them by itself.
pub(crate) fn run_to(block: u64) {
	while System::block_number() < block {
		let number = System::block_number() + 1;
		System::set_block_number(number);
		Attribution::on_initialize(number);
		Agents::on_idle(number, Weight::MAX);
		Attribution::on_idle(number, Weight::MAX);
	}
}

/// Lets blocks pass in which nothing happens by itself, but that their authors contribute to what is random.
pub(crate) fn skip_to(block: u64) {
	while System::block_number() < block {
		let number = System::block_number() + 1;
		System::set_block_number(number);
		Attribution::on_initialize(number);
	}
}

/// The state that every test starts from: 1,000,000 for every named key.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	ExistentialDeposit::set(ED);
	TakenDown::set(BTreeMap::new());
	RowsOfVersion::set(Commitment { root: H256::repeat_byte(1), count: ROWS });
	Heard::set(vec![]);
	Silent::set(false);
	SampleRate::set(Perbill::from_percent(2));
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let mut balances: Vec<_> = Keyring::well_known().map(|key| (key.to_account_id(), 1_000_000)).collect();
	balances.extend([treasury(), stakers(), auditors(), Attribution::pot(), Agents::pot()].map(|pot| (pot, ED)));
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }.assimilate_storage(&mut storage).unwrap();
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	ext
}

/// Checks the invariants of all three pallets.
pub(crate) fn check_all() {
	Agents::do_try_state().unwrap();
	Credits::do_try_state().unwrap();
	Attribution::do_try_state().unwrap();
}

/// Runs `test` in fresh state, then checks the invariants of all three pallets.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		System::set_block_number(1);
		Attribution::on_initialize(1);
		test();
		check_all();
	});
}
