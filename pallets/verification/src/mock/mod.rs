//! A runtime with this pallet, real balances, and agents and batches that are kept in the storage, so that what fails is
//! undone for them too.

use crate as pallet_verification;
use crate::{
	types::{Case, Member, Phase, Proof},
	Auditors, Cases, HoldReason, NextCase, Panels,
};
use codec::{Decode, Encode};
use frame_support::{
	derive_impl, parameter_types, storage_alias,
	traits::{
		fungible::{InspectHold, Mutate},
		tokens::{Fortitude, Precision, Preservation},
		ConstU128, ConstU32, ConstU64, Hooks, Randomness,
	},
	weights::Weight,
	PalletId, Twox64Concat,
};
use frame_system::EnsureRoot;
use openledger_primitives::{
	audit::{self, LotOpening},
	hashing::Domain,
	receipt::NumericClass,
	traits::{Agents, BatchFacts, Batches, Sampling, Shares, Standing},
	BatchClaim, Blake2b256, CaseId, Finding, Hardware, ModelId, Offence, Receipt, Role, Roles, SumCommitment, SumTree,
	TreeHash,
};
use sp_core::H256;
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchError, DispatchResult, Perbill};

mod steps;
mod world;

pub(crate) use steps::*;
pub(crate) use world::*;

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
	pub type Verification = pallet_verification;
}

type Block = frame_system::mocking::MockBlock<Test>;

pub(crate) const FEE: u128 = 10;
pub(crate) const SILENCE: u128 = 20;
pub(crate) const ERROR: u128 = 40;
pub(crate) const PLANT: u128 = 300;
pub(crate) const CHALLENGE: u128 = 500;
pub(crate) const APPEAL: u128 = 200;
pub(crate) const SEAT: u128 = 5_000;
pub(crate) const DELAY: u64 = 2;
pub(crate) const RETRY: u64 = 5;
pub(crate) const WINDOW: u64 = 10;
pub(crate) const ENDOWMENT: u128 = 100_000;
pub(crate) const POT: u128 = 50_000;
/// What answers for each agent.
pub(crate) const STAKE: u128 = 10_000;
/// Receipts of a batch, and what each costs.
pub(crate) const RECEIPTS: u32 = 8;
pub(crate) const PRICE: u128 = 250;

/// Serves what is audited; its signer and its beneficiary.
pub(crate) const AGENT: u64 = 1;
pub(crate) const SIGNER: u64 = 11;
pub(crate) const BENEFICIARY: u64 = 21;
pub(crate) const ALICE: u64 = 2;
pub(crate) const BOB: u64 = 3;
/// Paid for the answers.
pub(crate) const PAYER: u64 = 4;
/// Has nothing.
pub(crate) const NOBODY: u64 = 9;
/// Makes payers whole.
pub(crate) const HARMED: u64 = 8;
/// The first of the auditors. Its signer is a thousand later, its beneficiary another thousand.
pub(crate) const FIRST: u64 = 100;
/// Agents that there are besides [`AGENT`].
pub(crate) const MOST: u64 = 100;
pub(crate) const SALT: H256 = H256([7; 32]);
/// One for each audit of a batch.
pub(crate) const SECRETS: [H256; audit::MAX_AUDITS] = [H256([9; 32]), H256([10; 32]), H256([11; 32]), H256([12; 32])];
/// Stakes are on accounts of their own.
pub(crate) const STAKES: u64 = 1_000_000;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountId = u64;
	type Lookup = IdentityLookup<u64>;
	type Block = Block;
	type AccountData = pallet_balances::AccountData<u128>;
	type DbWeight = frame_support::weights::constants::ParityDbWeight;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ConstU128<1>;
	type AccountStore = System;
	type RuntimeHoldReason = RuntimeHoldReason;
}

parameter_types! {
	/// Whether the parent block has randomness.
	pub static Random: bool = true;
	/// One audit for a batch of [`RECEIPTS`] answers.
	pub static PerAudit: u128 = PRICE * RECEIPTS as u128;
	pub static LeastRate: u32 = 0;
	pub static PlantRate: u32 = 0;
	pub static MinSeats: u32 = 3;
	pub const Pot: PalletId = PalletId(*b"ol/audit");
	pub const Harmed: u64 = HARMED;
	pub const Part: Perbill = Perbill::from_percent(2);
}

pub struct Parent;

impl Randomness<Option<H256>, u64> for Parent {
	fn random(subject: &[u8]) -> (Option<H256>, u64) {
		let now = System::block_number();
		(Random::get().then(|| Blake2b256::hash(&(subject, now).encode())), now)
	}
}

impl pallet_verification::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Agents = World;
	type Batches = World;
	type Randomness = Parent;
	type DropOrigin = EnsureRoot<u64>;
	type PalletId = Pot;
	type HarmedPot = Harmed;
	type SeedDelay = ConstU64<DELAY>;
	type DrawDelay = ConstU64<DELAY>;
	type Retry = ConstU64<RETRY>;
	type DisclosureWindow = ConstU64<WINDOW>;
	type CommitWindow = ConstU64<WINDOW>;
	type RevealWindow = ConstU64<WINDOW>;
	type LotWindow = ConstU64<WINDOW>;
	type AppealWindow = ConstU64<WINDOW>;
	type PerAudit = PerAudit;
	type LeastRate = LeastRate;
	type PlantRate = PlantRate;
	type MinSeats = MinSeats;
	type SeatStake = ConstU128<SEAT>;
	type Fee = ConstU128<FEE>;
	type SilenceFine = ConstU128<SILENCE>;
	type ErrorFine = ConstU128<ERROR>;
	type PlantFine = ConstU128<PLANT>;
	type ChallengeBond = ConstU128<CHALLENGE>;
	type ChallengePart = Part;
	type AppealBond = ConstU128<APPEAL>;
	type MaxChallenges = ConstU32<2>;
	type MaxChallengesBy = ConstU32<3>;
	type MaxSteps = ConstU32<16>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = World;
}

/// The state that every test starts from: [`AGENT`], and as many others as there can be, without seats.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	Random::set(true);
	PerAudit::set(PRICE * u128::from(RECEIPTS));
	LeastRate::set(0);
	PlantRate::set(0);
	MinSeats::set(3);
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let people = [AGENT, SIGNER, ALICE, BOB].into_iter().chain(FIRST..FIRST + MOST);
	let poor = [BENEFICIARY, HARMED].into_iter().chain(FIRST + 2_000..FIRST + 2_000 + MOST);
	let mut balances: Vec<_> = people.map(|account| (account, ENDOWMENT)).collect();
	balances.extend(poor.map(|account| (account, 1)));
	balances.push((Verification::pot(), POT));
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }.assimilate_storage(&mut storage).unwrap();
	let mut ext: sp_io::TestExternalities = storage.into();
	ext.execute_with(|| {
		new_agent(AGENT, Hardware::Cpu);
		FakeAgents::mutate(AGENT, |agent| {
			let agent = agent.as_mut().unwrap();
			(agent.roles, agent.signer, agent.beneficiary) = (Roles::only(Role::Serve), SIGNER, BENEFICIARY);
		});
		for who in FIRST..FIRST + MOST {
			new_agent(who, Hardware::Cpu);
		}
	});
	ext.commit_all().unwrap();
	ext
}

/// An active agent that may audit.
pub(crate) fn new_agent(who: u64, hardware: Hardware) {
	let roles = Roles::only(Role::Audit);
	let (signer, beneficiary) = (who + 1_000, who + 2_000);
	FakeAgents::insert(who, FakeAgent { roles, hardware, offences: 0, active: true, signer, beneficiary, bound: 0 });
	<Balances as Mutate<u64>>::set_balance(&(STAKES + who), STAKE);
}

pub(crate) fn change_agent(who: u64, change: impl FnOnce(&mut FakeAgent)) {
	FakeAgents::mutate(who, |agent| change(agent.as_mut().unwrap()));
}

pub(crate) fn change_batch(batch: u64, change: impl FnOnce(&mut FakeBatch)) {
	FakeBatches::mutate(batch, |batch| change(batch.as_mut().unwrap()));
}

/// What answers for an agent.
pub(crate) fn stake(agent: u64) -> u128 {
	Balances::free_balance(STAKES + agent)
}

/// Runs `test` in fresh state, then checks every invariant.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		System::set_block_number(1);
		test();
		check();
	});
}

/// Every invariant, and that each open case holds its batch and binds its agent and its members.
pub(crate) fn check() {
	Verification::do_try_state().unwrap();
	let slashes = Slashes::get();
	for (batch, fake) in FakeBatches::iter() {
		let cases = Cases::<Test>::iter_values().filter(|case| case.batch == batch).count();
		let given = slashes.iter().filter(|slash| slash.batch == batch).count();
		assert_eq!(fake.holds as usize, cases + given, "holds of batch {batch}");
	}
	for (who, fake) in FakeAgents::iter() {
		let accused = Cases::<Test>::iter_values().filter(|case| case.agent == who).count();
		let given = slashes.iter().filter(|slash| slash.agent == who).count();
		let judging = Auditors::<Test>::get(who).map_or(0, |auditor| auditor.cases as usize);
		assert_eq!(fake.bound as usize, accused + given + judging, "bonds of agent {who}");
	}
}

/// As [`build_and_execute`], with `count` auditors that have seats.
pub(crate) fn with_auditors(count: u64, test: impl FnOnce()) {
	build_and_execute(|| {
		seat(count);
		System::reset_events();
		test();
	});
}

pub(crate) fn seat(count: u64) {
	for who in FIRST..FIRST + count {
		Verification::take_seat(signed(who)).unwrap();
	}
	next_block();
}

pub(crate) fn signed(account: u64) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

pub(crate) fn domain() -> Domain {
	Domain { genesis: System::block_hash(0) }
}
