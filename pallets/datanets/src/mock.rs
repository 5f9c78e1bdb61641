//! A runtime with this pallet and real balances.

use crate as pallet_datanets;
use crate::{
	types::{Access, Contribution, Counters, Licence, Status, Terms},
	Contributions, CountersOf, HoldReason,
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{fungible::InspectHold, ConstU128, ConstU32, ConstU64},
	BoundedVec, PalletId,
};
use openledger_primitives::{Blake2b256, Commitment, ContributionId, DatanetId, MerkleTree};
use sp_core::H256;
use sp_runtime::{traits::IdentityLookup, BuildStorage};

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
	pub type Datanets = pallet_datanets;
}

/// Wide enough for a commons account per datanet, and written as a number.
pub(crate) type AccountId = u128;
type Block = frame_system::mocking::MockBlock<Test>;

pub(crate) const DEPOSIT: u128 = 100;
pub(crate) const ROW_BOND: u128 = 10;
pub(crate) const REQUEST_DEPOSIT: u128 = 30;
pub(crate) const MAX_GRANT_LIFE: u64 = 1_000;
pub(crate) const MAX_ROWS: u32 = 50;
pub(crate) const MAX_PENDING: u32 = 4;
pub(crate) const MAX_PER_VERSION: u32 = 3;
pub(crate) const ENDOWMENT: u128 = 10_000;

pub(crate) const OWNER: AccountId = 1;
pub(crate) const ALICE: AccountId = 2;
pub(crate) const BOB: AccountId = 3;
/// Has nothing.
pub(crate) const NOBODY: AccountId = 9;
pub(crate) const NET: DatanetId = DatanetId(0);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type Block = Block;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ConstU128<1>;
	type AccountStore = System;
	type RuntimeHoldReason = RuntimeHoldReason;
}

parameter_types! {
	pub const DatanetsPalletId: PalletId = PalletId(*b"op/dnets");
	pub static DatanetDeposit: u128 = DEPOSIT;
	pub static BondPerRow: u128 = ROW_BOND;
	pub static AccessDeposit: u128 = REQUEST_DEPOSIT;
}

impl pallet_datanets::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type DatanetDeposit = DatanetDeposit;
	type AccessDeposit = AccessDeposit;
	type MaxGrantLife = ConstU64<MAX_GRANT_LIFE>;
	type BondPerRow = BondPerRow;
	type PalletId = DatanetsPalletId;
	type MaxMeta = ConstU32<256>;
	type MaxRowsPerContribution = ConstU32<MAX_ROWS>;
	type MaxPending = ConstU32<MAX_PENDING>;
	type MaxPerVersion = ConstU32<MAX_PER_VERSION>;
	type WeightInfo = ();
}

/// The state that every test starts from.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	DatanetDeposit::set(DEPOSIT);
	BondPerRow::set(ROW_BOND);
	AccessDeposit::set(REQUEST_DEPOSIT);
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = [OWNER, ALICE, BOB].map(|account| (account, ENDOWMENT)).to_vec();
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }.assimilate_storage(&mut storage).unwrap();
	storage.into()
}

/// Runs `test` in fresh state, then checks every invariant.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		System::set_block_number(1);
		test();
		Datanets::do_try_state().unwrap();
	});
}

/// As [`build_and_execute`], with datanet [`NET`] of [`OWNER`].
pub(crate) fn with_datanet(test: impl FnOnce()) {
	build_and_execute(|| {
		create(OWNER);
		test();
	});
}

pub(crate) fn signed(account: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

pub(crate) fn bytes<const N: u32>(bytes: &[u8]) -> BoundedVec<u8, ConstU32<N>> {
	bytes.to_vec().try_into().unwrap()
}

pub(crate) fn licence() -> Licence {
	bytes(b"CC-BY-4.0")
}

pub(crate) fn hash(byte: u8) -> H256 {
	H256::repeat_byte(byte)
}

/// The commitment to `count` rows.
pub(crate) fn rows(count: u32) -> Commitment {
	MerkleTree::<Blake2b256>::new((0..count).map(u32::to_be_bytes)).unwrap().commitment()
}

pub(crate) fn ids<const N: usize>(ids: [u32; N]) -> BoundedVec<ContributionId, ConstU32<MAX_PER_VERSION>> {
	ids.map(ContributionId).to_vec().try_into().unwrap()
}

pub(crate) fn create(owner: AccountId) {
	Datanets::create(signed(owner), bytes(b"ipfs://card"), hash(1), licence()).unwrap();
}

/// Contributes `count` rows to [`NET`].
pub(crate) fn contribute(contributor: AccountId, count: u32) {
	Datanets::contribute(signed(contributor), NET, rows(count), 1_000, hash(2)).unwrap();
}

/// Freezes a version of [`NET`] with `count` rows.
pub(crate) fn freeze<const N: usize>(count: u32, contributions: [u32; N]) {
	Datanets::freeze_version(signed(OWNER), NET, rows(count), hash(3), ids(contributions)).unwrap();
}

pub(crate) fn deposit_of(account: AccountId) -> u128 {
	Balances::balance_on_hold(&HoldReason::Datanet.into(), &account)
}

pub(crate) fn bond_of(account: AccountId) -> u128 {
	Balances::balance_on_hold(&HoldReason::ContributionBond.into(), &account)
}

pub(crate) fn access_deposit_of(account: AccountId) -> u128 {
	Balances::balance_on_hold(&HoldReason::Access.into(), &account)
}

/// Three jobs until block 100.
pub(crate) fn terms() -> Terms<u64> {
	Terms { purpose: hash(4), jobs: 3, until: 100 }
}

/// As [`with_datanet`], and who wants to use [`NET`] needs `access`.
pub(crate) fn with_access(access: Access, test: impl FnOnce()) {
	with_datanet(|| {
		Datanets::set_access(signed(OWNER), NET, access).unwrap();
		test();
	});
}

/// Gives `account` a grant on [`terms`].
pub(crate) fn grant(account: AccountId) {
	Datanets::request_access(signed(account), NET, terms(), 0).unwrap();
	Datanets::decide_access(signed(OWNER), NET, account, terms(), true).unwrap();
}

pub(crate) fn counters() -> Counters {
	CountersOf::<Test>::get(NET).unwrap()
}

pub(crate) fn contribution(id: u32) -> Option<Contribution<Test>> {
	Contributions::<Test>::get(NET, ContributionId(id))
}

pub(crate) fn status(id: u32) -> Option<Status> {
	contribution(id).map(|contribution| contribution.status)
}
