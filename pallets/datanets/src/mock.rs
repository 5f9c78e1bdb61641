//! A runtime with this pallet and real balances.

use crate as pallet_datanets;
use crate::{
	types::{Access, Contribution, Counters, Notice, Spdx, Status, Terms},
	Contributions, CountersOf, HoldReason, Notices,
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{fungible::InspectHold, ConstU128, ConstU32, ConstU64},
	BoundedVec, PalletId,
};
use openledger_primitives::{
	judgement::{seal_contribution, Case, Verdict},
	traits::{Assessed as AssessedTrait, Cases, Contributions as Weights},
	Blake2b256, Commitment, ContentHash, ContributionId, DatanetId, Domain, MerkleTree, RowLeaf, MAX_PROOF,
};
use sp_core::H256;
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchError, DispatchResult, Perbill};

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
pub(crate) const COMMIT_COST: u128 = 20;
pub(crate) const NOTICE_COST: u128 = 200;
pub(crate) const REVEAL_BLOCKS: u64 = 10;
pub(crate) const OWNER_BLOCKS: u64 = 50;
pub(crate) const ANSWER_BLOCKS: u64 = 20;
pub(crate) const MAX_GRANT_LIFE: u64 = 1_000;
pub(crate) const MAX_ROWS: u32 = 50;
pub(crate) const MAX_PENDING: u32 = 4;
pub(crate) const MAX_LISTED: u32 = 3;
pub(crate) const MAX_NOTICES: u32 = 2;
pub(crate) const MAX_PER_VERSION: u32 = 3;
pub(crate) const ENDOWMENT: u128 = 10_000;

pub(crate) const OWNER: AccountId = 1;
pub(crate) const ALICE: AccountId = 2;
pub(crate) const BOB: AccountId = 3;
/// Has a right to rows, or says so.
pub(crate) const CLAIMANT: AccountId = 4;
/// Has nothing to do with anything, but money.
pub(crate) const STRANGER: AccountId = 5;
/// Has nothing.
pub(crate) const NOBODY: AccountId = 9;
pub(crate) const NET: DatanetId = DatanetId(0);
/// What hides every commitment.
pub(crate) const SALT: H256 = H256([7; 32]);

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
	pub static CommitDeposit: u128 = COMMIT_COST;
	pub static NoticeBond: u128 = NOTICE_COST;
	pub static RevealWindow: u64 = REVEAL_BLOCKS;
	pub static OwnerTime: u64 = OWNER_BLOCKS;
	pub static AnswerWindow: u64 = ANSWER_BLOCKS;
	/// Who passed the assessment of every datanet.
	pub static Assessed: Vec<AccountId> = vec![];
}

/// The curators' assessments.
pub struct Assessments;

impl AssessedTrait<AccountId> for Assessments {
	fn passed(_: DatanetId, who: &AccountId) -> bool {
		Assessed::get().contains(who)
	}
}

/// Whose weight was burnt, by which part. In storage, so that what fails leaves no trace.
#[frame_support::storage_alias]
pub(crate) type Burnt = StorageValue<Chamber, Vec<(AccountId, Perbill)>, frame_support::pallet_prelude::ValueQuery>;

/// The contribution chamber, which notes what is burnt.
pub struct Chamber;

impl Weights<AccountId> for Chamber {
	fn reserve(_: &AccountId, _: &AccountId, _: u128) -> Result<AccountId, DispatchError> {
		Err(DispatchError::Unavailable)
	}
	fn release(_: &AccountId, _: &AccountId, _: &AccountId, _: u128) {}
	fn faded(_: u128, _: u64) -> u128 {
		0
	}
	fn mint(_: &AccountId, _: u128) {}
	fn mint_through(_: &AccountId, _: &AccountId, _: u128) {}
	fn burn(account: &AccountId, part: Perbill) {
		Burnt::append((*account, part));
	}
	fn burn_through(_: &AccountId, _: Perbill) {}
}

impl pallet_datanets::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type DatanetDeposit = DatanetDeposit;
	type AccessDeposit = AccessDeposit;
	type MaxGrantLife = ConstU64<MAX_GRANT_LIFE>;
	type BondPerRow = BondPerRow;
	type CommitDeposit = CommitDeposit;
	type RevealWindow = RevealWindow;
	type OwnerTime = OwnerTime;
	type NoticeBond = NoticeBond;
	type AnswerWindow = AnswerWindow;
	type Assessments = Assessments;
	type ContributionWeight = Chamber;
	type PalletId = DatanetsPalletId;
	type MaxMeta = ConstU32<256>;
	type MaxRowsPerContribution = ConstU32<MAX_ROWS>;
	type MaxPending = ConstU32<MAX_PENDING>;
	type MaxWhitelist = ConstU32<MAX_LISTED>;
	type MaxNotices = ConstU32<MAX_NOTICES>;
	type MaxPerVersion = ConstU32<MAX_PER_VERSION>;
	type WeightInfo = ();
}

/// The state that every test starts from.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	endowed(ENDOWMENT)
}

/// As [`new_test_ext`], and every account has `amount`.
pub(crate) fn endowed(amount: u128) -> sp_io::TestExternalities {
	DatanetDeposit::set(DEPOSIT);
	BondPerRow::set(ROW_BOND);
	AccessDeposit::set(REQUEST_DEPOSIT);
	CommitDeposit::set(COMMIT_COST);
	NoticeBond::set(NOTICE_COST);
	RevealWindow::set(REVEAL_BLOCKS);
	OwnerTime::set(OWNER_BLOCKS);
	AnswerWindow::set(ANSWER_BLOCKS);
	Assessed::set(vec![]);
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = [OWNER, ALICE, BOB, CLAIMANT, STRANGER].map(|account| (account, amount)).to_vec();
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

pub(crate) fn licence() -> Spdx {
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

pub(crate) fn domain() -> Domain {
	Domain { genesis: System::block_hash(0) }
}

/// Lets blocks pass.
pub(crate) fn advance(blocks: u64) {
	System::set_block_number(System::block_number() + blocks);
}

pub(crate) fn create(owner: AccountId) {
	Datanets::create(signed(owner), b"ipfs://card".to_vec(), hash(1), licence()).unwrap();
}

/// What `who` commits to for `count` rows of [`NET`].
pub(crate) fn seal(who: AccountId, count: u32) -> H256 {
	seal_contribution(&domain(), NET, &who, &rows(count), &hash(2), &SALT)
}

/// Commits to `count` rows of [`NET`].
pub(crate) fn commit(contributor: AccountId, count: u32) -> DispatchResult {
	Datanets::commit(signed(contributor), NET, seal(contributor, count))
}

/// Reveals what [`commit`] has committed to.
pub(crate) fn reveal(contributor: AccountId, id: u32, count: u32) -> DispatchResult {
	Datanets::reveal(signed(contributor), NET, ContributionId(id), rows(count), 1_000, hash(2), SALT)
}

/// Contributes `count` rows to [`NET`]. Takes a block.
pub(crate) fn contribute(contributor: AccountId, count: u32) {
	let id = counters().next_contribution;
	commit(contributor, count).unwrap();
	advance(1);
	reveal(contributor, id.0, count).unwrap();
}

/// Freezes a version of [`NET`] with `count` rows.
pub(crate) fn freeze<const N: usize>(count: u32, contributions: [u32; N]) {
	Datanets::freeze_version(signed(OWNER), NET, rows(count), hash(3), ids(contributions)).unwrap();
}

/// The rows of a version and their tree.
#[derive(Clone)]
pub(crate) struct Frozen {
	pub(crate) net: DatanetId,
	pub(crate) version: u32,
	pub(crate) leaves: Vec<RowLeaf<AccountId>>,
	pub(crate) tree: MerkleTree<Blake2b256>,
}

impl Frozen {
	/// The tree of a version whose rows have these contributors.
	pub(crate) fn new(domain: Domain, net: DatanetId, version: u32, contributors: &[AccountId]) -> Self {
		let leaf = |(row, contributor): (usize, &AccountId)| RowLeaf {
			row: row as u32,
			contributor: *contributor,
			cluster: row as u32 / 2,
			content: ContentHash(hash(row as u8)),
			licensed: true,
		};
		let leaves: Vec<_> = contributors.iter().enumerate().map(leaf).collect();
		let tree = MerkleTree::new(leaves.iter().map(|leaf| leaf.leaf(&domain, net, version))).unwrap();
		Self { net, version, leaves, tree }
	}

	pub(crate) fn leaf(&self, row: u32) -> RowLeaf<AccountId> {
		self.leaves[row as usize].clone()
	}

	pub(crate) fn proof(&self, row: u32) -> BoundedVec<H256, ConstU32<MAX_PROOF>> {
		self.tree.prove(row).unwrap().try_into().unwrap()
	}

	/// Files a notice about a row.
	pub(crate) fn file(&self, claimant: AccountId, row: u32) -> DispatchResult {
		let (leaf, proof) = (self.leaf(row), self.proof(row));
		Datanets::file_notice(signed(claimant), self.net, self.version, leaf, proof, hash(8))
	}
}

/// Freezes the next version of [`NET`], whose rows have these contributors.
pub(crate) fn freeze_rows<const N: usize>(contributors: &[AccountId], contributions: [u32; N]) -> Frozen {
	let frozen = Frozen::new(domain(), NET, counters().versions, contributors);
	let rows = frozen.tree.commitment();
	Datanets::freeze_version(signed(OWNER), NET, rows, hash(3), ids(contributions)).unwrap();
	frozen
}

/// As [`with_datanet`], with a version of three rows of Alice and two of Bob.
pub(crate) fn with_version(test: impl FnOnce(Frozen)) {
	with_datanet(|| {
		contribute(ALICE, 3);
		contribute(BOB, 2);
		test(freeze_rows(&[ALICE, ALICE, ALICE, BOB, BOB], [0, 1]));
	});
}

pub(crate) fn contest(who: AccountId, row: u32) -> DispatchResult {
	Datanets::contest_notice(signed(who), NET, row)
}

pub(crate) fn end(who: AccountId, row: u32) -> DispatchResult {
	Datanets::end_notice(signed(who), NET, row)
}

/// Whether a contribution to [`NET`] is accepted.
pub(crate) fn about(contribution: u32) -> Case {
	Case::Contribution { datanet: NET, contribution: ContributionId(contribution) }
}

/// Whether a row of [`NET`] stays.
pub(crate) fn about_row(row: u32) -> Case {
	Case::Takedown { datanet: NET, row }
}

/// Gives a case to a committee. Answers with its rows and its parties.
pub(crate) fn open(case: Case, opener: AccountId) -> Result<(u32, Vec<AccountId>), DispatchError> {
	<Datanets as Cases<AccountId>>::open(case, &opener).map(|brief| (brief.rows, brief.parties))
}

pub(crate) fn close(case: Case, verdict: Option<Verdict>) -> DispatchResult {
	<Datanets as Cases<AccountId>>::close(case, verdict)
}

pub(crate) fn may_appeal(case: Case, verdict: Verdict) -> Vec<AccountId> {
	let may = |who: &AccountId| <Datanets as Cases<AccountId>>::may_appeal(case, verdict, who);
	[OWNER, ALICE, BOB, CLAIMANT, STRANGER].into_iter().filter(may).collect()
}

/// Has a committee decide about a contribution to [`NET`].
pub(crate) fn judge(contribution: u32, verdict: Verdict) {
	open(about(contribution), OWNER).unwrap();
	close(about(contribution), Some(verdict)).unwrap();
}

/// Contributes `count` rows to [`NET`], a committee accepts them, and the owner is overruled.
pub(crate) fn contribute_due(contributor: AccountId, count: u32) -> u32 {
	let id = counters().next_contribution.0;
	contribute(contributor, count);
	judge(id, Verdict::Accepted);
	advance(OWNER_BLOCKS + 1);
	Datanets::overrule(signed(STRANGER), NET, ContributionId(id)).unwrap();
	id
}

pub(crate) fn issuance() -> u128 {
	Balances::total_issuance()
}

pub(crate) fn held(reason: HoldReason, account: AccountId) -> u128 {
	Balances::balance_on_hold(&reason.into(), &account)
}

pub(crate) fn deposit_of(account: AccountId) -> u128 {
	held(HoldReason::Datanet, account)
}

pub(crate) fn bond_of(account: AccountId) -> u128 {
	held(HoldReason::ContributionBond, account)
}

pub(crate) fn commit_deposit_of(account: AccountId) -> u128 {
	held(HoldReason::Commit, account)
}

pub(crate) fn notice_bond_of(account: AccountId) -> u128 {
	held(HoldReason::Notice, account)
}

pub(crate) fn access_deposit_of(account: AccountId) -> u128 {
	held(HoldReason::Access, account)
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

pub(crate) fn status(id: u32) -> Option<Status<u64>> {
	contribution(id).map(|contribution| contribution.status)
}

pub(crate) fn notice(row: u32) -> Option<Notice<Test>> {
	Notices::<Test>::get(NET, row)
}
