//! A runtime with this pallet, real balances, and a court that notes what it is told.

use crate as pallet_curation;
use crate::{
	types::{Curator, Task},
	Curators, HoldReason, MembersOf, NextTask, Tasks,
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{fungible::InspectHold, ConstU128, ConstU32, ConstU64, Hooks, Randomness},
	weights::Weight,
};
use openledger_primitives::{
	hashing::Domain,
	judgement::{Case, Fault, Gold, Judgement, Verdict},
	traits::{Brief, Cases},
	ContributionId, DatanetId, TaskId,
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
	pub type Curation = pallet_curation;
}

type Block = frame_system::mocking::MockBlock<Test>;

pub(crate) const BOND: u128 = 1_000;
pub(crate) const FEE: u128 = 10;
pub(crate) const DEPOSIT: u128 = 200;
pub(crate) const APPEAL: u128 = 500;
pub(crate) const NO_SHOW: u128 = 20;
pub(crate) const SEATS: u32 = 5;
pub(crate) const APPEAL_SEATS: u32 = 7;
pub(crate) const DELAY: u64 = 2;
pub(crate) const WINDOW: u64 = 10;
pub(crate) const LOCK_OUT: u64 = 100;
pub(crate) const ENDOWMENT: u128 = 100_000;
/// More than the gold, a sixth of the items.
pub(crate) const ROWS: u32 = 100;

/// Owns the datanets.
pub(crate) const OWNER: u64 = 1;
/// Has contributed what is judged.
pub(crate) const ALICE: u64 = 2;
pub(crate) const BOB: u64 = 3;
/// Has nothing.
pub(crate) const NOBODY: u64 = 9;
/// The first of the curators.
pub(crate) const FIRST: u64 = 100;
pub(crate) const NET: DatanetId = DatanetId(0);
pub(crate) const SALT: H256 = H256([7; 32]);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountId = u64;
	type Lookup = IdentityLookup<u64>;
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
	/// The randomness, and the block since which it is known.
	pub static Known: (H256, u64) = (H256::zero(), 0);
	/// The cases before a committee.
	pub static Open: Vec<Case> = vec![];
	/// The cases that were closed.
	pub static Closed: Vec<(Case, Option<Verdict>)> = vec![];
	/// What the penalty for missed gold is.
	pub static GoldPenalty: Perbill = Perbill::from_percent(50);
}

pub struct Lot;

impl Randomness<H256, u64> for Lot {
	fn random(_: &[u8]) -> (H256, u64) {
		Known::get()
	}
}

/// Two datanets of [`OWNER`]. [`ALICE`] has contributed to them; she and the owner are the parties of every case.
pub struct Court;

impl Cases<u64> for Court {
	fn open(case: Case, opener: &u64) -> Result<Brief<u64>, DispatchError> {
		let mut open = Open::get();
		if ![OWNER, ALICE].contains(opener) || open.contains(&case) {
			return Err(DispatchError::Other("the court does not open this case"));
		}
		open.push(case);
		Open::set(open);
		Ok(Brief { rows: ROWS, parties: vec![OWNER, ALICE] })
	}

	fn may_appeal(_: Case, verdict: Verdict, who: &u64) -> bool {
		*who == if verdict == Verdict::Accepted { OWNER } else { ALICE }
	}

	fn close(case: Case, verdict: Option<Verdict>) -> DispatchResult {
		let mut open = Open::get();
		let place = open.iter().position(|other| *other == case).ok_or(DispatchError::Other("the case is not open"))?;
		open.remove(place);
		Open::set(open);
		Closed::mutate(|closed| closed.push((case, verdict)));
		Ok(())
	}

	fn owner(datanet: DatanetId) -> Option<u64> {
		(datanet.0 < 2).then_some(OWNER)
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper<u64> for Court {
	fn datanet() -> Result<(DatanetId, u64), frame_benchmarking::BenchmarkError> {
		Ok((NET, OWNER))
	}

	fn case(_: DatanetId) -> Result<(Case, u64, u64), frame_benchmarking::BenchmarkError> {
		// The court keeps its cases outside of the storage, which each run of a benchmark finds as it was.
		Open::set(vec![]);
		Ok((case(0), ALICE, OWNER))
	}

	fn make_random() {
		Known::set((H256::repeat_byte(1), u64::MAX));
	}
}

impl pallet_curation::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Cases = Court;
	type Randomness = Lot;
	type DrawDelay = ConstU64<DELAY>;
	type CuratorBond = ConstU128<BOND>;
	type Fee = ConstU128<FEE>;
	type GoldDeposit = ConstU128<DEPOSIT>;
	type AppealBond = ConstU128<APPEAL>;
	type NoShowPenalty = ConstU128<NO_SHOW>;
	type GoldPenalty = GoldPenalty;
	type CommitWindow = ConstU64<WINDOW>;
	type RevealWindow = ConstU64<WINDOW>;
	type GoldWindow = ConstU64<WINDOW>;
	type AppealWindow = ConstU64<WINDOW>;
	type LockOut = ConstU64<LOCK_OUT>;
	type IdleHalfLife = ConstU64<1_000>;
	type CommitteeSize = ConstU32<SEATS>;
	type AppealSize = ConstU32<APPEAL_SEATS>;
	type MaxSteps = ConstU32<8>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Court;
}

/// The state that every test starts from.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	Known::set((H256::zero(), 0));
	Open::set(vec![]);
	Closed::set(vec![]);
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let people = [OWNER, ALICE, BOB].into_iter().chain(FIRST..FIRST + 200);
	let balances = people.map(|account| (account, ENDOWMENT)).collect();
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }.assimilate_storage(&mut storage).unwrap();
	storage.into()
}

/// Runs `test` in fresh state, then checks every invariant.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		System::set_block_number(1);
		test();
		Curation::do_try_state().unwrap();
	});
}

/// As [`build_and_execute`], with `count` curators of [`NET`] that have seats.
pub(crate) fn with_curators(count: u32, test: impl FnOnce()) {
	build_and_execute(|| {
		for who in FIRST..FIRST + u64::from(count) {
			Curation::register(signed(who), NET).unwrap();
		}
		for chunk in (FIRST..FIRST + u64::from(count)).collect::<Vec<_>>().chunks(64) {
			assess(chunk, &[]);
		}
		assert_eq!(Curation::seats(NET), count);
		System::reset_events();
		test();
	});
}

/// An assessment that `good` pass and `bad` do not.
pub(crate) fn assess(good: &[u64], bad: &[u64]) {
	let id = NextTask::<Test>::get();
	let gold = Gold { mask: u64::MAX, good: 0x0123_4567_89AB_CDEF };
	Curation::open_assessment(signed(OWNER), NET, seal_gold(gold, OWNER)).unwrap();
	let right = |who: &u64| (*who, judgement(gold.good));
	let wrong = |who: &u64| (*who, judgement(!gold.good));
	let answers: Vec<_> = good.iter().map(right).chain(bad.iter().map(wrong)).collect();
	speak(id, &answers);
	Curation::reveal_gold(signed(OWNER), id, gold, SALT).unwrap();
	next_block();
}

pub(crate) fn signed(account: u64) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

pub(crate) fn case(number: u32) -> Case {
	Case::Contribution { datanet: NET, contribution: ContributionId(number) }
}

pub(crate) fn domain() -> Domain {
	Domain { genesis: System::block_hash(0) }
}

/// A judgement that finds the items of `good` good and the others of low quality.
pub(crate) fn judgement(good: u64) -> Judgement {
	Judgement { good, fault: Fault::LowQuality }
}

pub(crate) fn seal(task: TaskId, who: u64, judgement: Judgement) -> H256 {
	judgement.commitment(&domain(), task, &who, &SALT)
}

pub(crate) fn seal_gold(gold: Gold, opener: u64) -> H256 {
	gold.commitment(&domain(), NET, &opener, &SALT)
}

/// The gold of a case with [`ROWS`] rows: the first eight items, every other one good.
pub(crate) fn gold() -> Gold {
	Gold { mask: 0xFF, good: 0x55 }
}

/// What an honest curator says of rows that are all good, or all bad.
pub(crate) fn honest(rows_good: bool) -> Judgement {
	judgement(gold().good | if rows_good { !gold().mask } else { 0 })
}

/// Opens case `number` for [`ALICE`].
pub(crate) fn open(number: u32) -> TaskId {
	let id = NextTask::<Test>::get();
	Curation::open_case(signed(ALICE), case(number), seal_gold(gold(), ALICE)).unwrap();
	id
}

/// Opens case `number` and draws its committee.
pub(crate) fn drawn(number: u32) -> (TaskId, Vec<u64>) {
	let id = open(number);
	draw(id);
	(id, members(id))
}

/// Makes new randomness known, and lets the committee of `id` be drawn.
pub(crate) fn draw(id: TaskId) {
	run(DELAY + 1);
	let now = System::block_number();
	Known::set((H256::from_low_u64_be(now.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(id.0)), now));
	run(DELAY + 1);
}

pub(crate) fn members(id: TaskId) -> Vec<u64> {
	MembersOf::<Test>::get(id).into_inner()
}

/// Members commit and reveal.
pub(crate) fn speak(id: TaskId, judgements: &[(u64, Judgement)]) {
	for (who, judgement) in judgements {
		Curation::commit(signed(*who), id, seal(id, *who, *judgement)).unwrap();
	}
	if task(id).phase == crate::types::Phase::Committing {
		run(WINDOW + 1);
	}
	for (who, judgement) in judgements {
		Curation::reveal(signed(*who), id, *judgement, SALT).unwrap();
	}
}

/// Lets time pass until `id` waits for gold; `false` if it never will.
pub(crate) fn await_gold(id: TaskId) -> bool {
	loop {
		match Tasks::<Test>::get(id).map(|task| task.phase) {
			Some(crate::types::Phase::Gold) => return true,
			Some(crate::types::Phase::Appealable { .. }) | None => return false,
			Some(_) => next_block(),
		}
	}
}

/// All members of `id` say the same, and the gold of `opener` is revealed.
pub(crate) fn unanimous(id: TaskId, said: Judgement, opener: u64) {
	let judgements: Vec<_> = members(id).into_iter().map(|who| (who, said)).collect();
	speak(id, &judgements);
	// An appeal has no gold.
	if task(id).appeal.is_none() {
		Curation::reveal_gold(signed(opener), id, gold(), SALT).unwrap();
	}
	next_block();
}

/// Ends this block, with all the time in the world, and starts the next.
pub(crate) fn next_block() {
	let now = System::block_number();
	Curation::on_idle(now, Weight::MAX);
	System::set_block_number(now + 1);
	Curation::on_idle(now + 1, Weight::MAX);
}

/// Lets `blocks` blocks pass.
pub(crate) fn run(blocks: u64) {
	for _ in 0..blocks {
		next_block();
	}
}

pub(crate) fn task(id: TaskId) -> Task<Test> {
	Tasks::<Test>::get(id).unwrap()
}

pub(crate) fn curator(who: u64) -> Curator<u64> {
	Curators::<Test>::get(NET, who).unwrap()
}

pub(crate) fn bond_of(who: u64) -> u128 {
	Balances::balance_on_hold(&HoldReason::Curator.into(), &who)
}

pub(crate) fn held_for_tasks(who: u64) -> u128 {
	Balances::balance_on_hold(&HoldReason::Task.into(), &who)
}
