//! A runtime with this pallet, real balances, and batches that note what becomes of them.

use crate as pallet_agents;
use crate::{types::*, HoldReason};
use frame_support::{
	derive_impl, parameter_types,
	traits::{fungible::InspectHold, ConstU128, ConstU32, ConstU64, Hooks, Randomness},
	weights::Weight,
	PalletId,
};
use frame_system::EnsureRoot;
use openledger_primitives::{
	traits::{Contributions, Harm, Models, Shares},
	ContentHash, DatanetId, Hardware, ModelId, Offence, Role, Roles,
};
use sp_core::H256;
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchError, DispatchResult, Perbill};
use std::collections::BTreeSet;

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
}

type Block = frame_system::mocking::MockBlock<Test>;

pub(crate) const ED: u128 = 10;
pub(crate) const ENDOWMENT: u128 = 10_000;
pub(crate) const MIN_STAKE: u128 = 100;
pub(crate) const MIN_DELEGATION: u128 = 50;
pub(crate) const PERIOD: u64 = 20;
pub(crate) const LONGEST: u64 = 100;
pub(crate) const APPEAL: u64 = 10;
pub(crate) const REPEAT: u64 = 50;
pub(crate) const WINDOW: u64 = 5;
pub(crate) const EVICTION: u64 = 30;
pub(crate) const DEPOSIT: u128 = 40;
pub(crate) const LIFE: u64 = 1_000;

/// The agent that most tests are about.
pub(crate) const AGENT: u64 = 1;
pub(crate) const SIGNER: u64 = 2;
pub(crate) const PAID: u64 = 3;
pub(crate) const ALICE: u64 = 4;
pub(crate) const BOB: u64 = 5;
/// Who proves something, the account for the harmed, and that for auditors.
pub(crate) const CHALLENGER: u64 = 6;
pub(crate) const HARMED: u64 = 7;
pub(crate) const COMMITTEE: u64 = 8;
/// Has nothing.
pub(crate) const NOBODY: u64 = 77;
pub(crate) const SERVABLE: ModelId = ModelId(1);

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
	type ExistentialDeposit = ConstU128<ED>;
	type AccountStore = System;
	type RuntimeHoldReason = RuntimeHoldReason;
}

parameter_types! {
	pub const MaxExposure: Perbill = Perbill::from_percent(50);
	pub const Pot: PalletId = PalletId(*b"op/agnts");
	pub const SilenceSlash: Perbill = Perbill::from_percent(1);
	pub static FraudSlash: Perbill = Perbill::one();
	/// Nobody is probed unless a test says so.
	pub static ProbeInterval: u64 = 0;
	/// The randomness.
	pub static Random: Option<H256> = None;
	/// Models that cannot be served any more.
	pub static Unservable: BTreeSet<u32> = BTreeSet::new();
	/// Batches that cannot be voided any more.
	pub static Settled: BTreeSet<u64> = BTreeSet::new();
	/// Batches that fail to be voided.
	pub static Broken: BTreeSet<u64> = BTreeSet::new();
	/// Batches that were voided, why, and what there is for the harmed.
	pub static Voided: Vec<(u64, Offence, u128)> = vec![];
	/// Batches that were spared.
	pub static Spared: Vec<u64> = vec![];
}

pub struct Lot;

impl Randomness<Option<H256>, u64> for Lot {
	fn random(_: &[u8]) -> (Option<H256>, u64) {
		(Random::get(), System::block_number())
	}
}

/// Models 1 to 99 can be served.
pub struct Registry;

impl Models<u64> for Registry {
	fn owner(_: ModelId) -> Option<u64> {
		None
	}
	fn index_source(_: ModelId) -> Option<(DatanetId, u32)> {
		None
	}
	fn servable(model: ModelId) -> bool {
		(1..100).contains(&model.0) && !Unservable::get().contains(&model.0)
	}
}

/// Batches as tests want them.
pub struct Batches;

impl Harm<u64> for Batches {
	fn can_void(batch: u64) -> bool {
		!Settled::get().contains(&batch)
	}
	fn void(batch: u64, offence: Offence, compensation: u128) -> DispatchResult {
		if Broken::get().contains(&batch) {
			return Err(DispatchError::Other("the batch is broken"));
		}
		Voided::mutate(|voided| voided.push((batch, offence, compensation)));
		Ok(())
	}
	fn spare(batch: u64) {
		Spared::mutate(|spared| spared.push(batch));
	}
}

/// Whose weight was burnt, by which part. In storage, so that what fails leaves no trace.
#[frame_support::storage_alias]
pub(crate) type Burnt = StorageValue<Chamber, Vec<(u64, Perbill)>, frame_support::pallet_prelude::ValueQuery>;

/// Through which agent weight was burnt, by which part.
#[frame_support::storage_alias]
pub(crate) type BurntThrough = StorageValue<Chamber, Vec<(u64, Perbill)>, frame_support::pallet_prelude::ValueQuery>;

/// The contribution chamber, which notes what is burnt.
pub struct Chamber;

impl Contributions<u64> for Chamber {
	fn reserve(_: &u64, _: &u64, _: u128) -> Result<u64, DispatchError> {
		Err(DispatchError::Unavailable)
	}
	fn release(_: &u64, _: &u64, _: &u64, _: u128) {}
	fn faded(_: u128, _: u64) -> u128 {
		0
	}
	fn mint(_: &u64, _: u128) {}
	fn mint_through(_: &u64, _: &u64, _: u128) {}
	fn burn(account: &u64, part: Perbill) {
		Burnt::append((*account, part));
	}
	fn burn_through(agent: &u64, part: Perbill) {
		BurntThrough::append((*agent, part));
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper<u64> for Registry {
	fn servable_models(count: u32) -> Result<Vec<ModelId>, frame_benchmarking::BenchmarkError> {
		Ok((1..=count).map(ModelId).collect())
	}
	fn held_batch() -> Result<(u64, u64), frame_benchmarking::BenchmarkError> {
		crate::benchmarking::busy_agent::<Test>(&AGENT, &SIGNER, 0)?;
		<Agents as openledger_primitives::traits::Agents<u64>>::bind(&AGENT)?;
		Ok((AGENT, 1))
	}
}

impl pallet_agents::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Models = Registry;
	type Harm = Batches;
	type Contributions = Chamber;
	type Randomness = Lot;
	type CancelOrigin = EnsureRoot<u64>;
	type PalletId = Pot;
	type MinStake = ConstU128<MIN_STAKE>;
	type MaxExposure = MaxExposure;
	type UnbondingPeriod = ConstU64<PERIOD>;
	type LongestHold = ConstU64<LONGEST>;
	type MinDelegation = ConstU128<MIN_DELEGATION>;
	type MaxDelegation = ConstU32<4>;
	type FraudSlash = FraudSlash;
	type SilenceSlash = SilenceSlash;
	type RepeatPeriod = ConstU64<REPEAT>;
	type AppealPeriod = ConstU64<APPEAL>;
	type ProbeInterval = ProbeInterval;
	type ProbeWindow = ConstU64<WINDOW>;
	type MaxMisses = ConstU32<3>;
	type EvictionPeriod = ConstU64<EVICTION>;
	type ServiceDeposit = ConstU128<DEPOSIT>;
	type MaxOfferLife = ConstU64<LIFE>;
	type MaxOffers = ConstU32<3>;
	type MaxServices = ConstU32<2>;
	type MaxUnbonding = ConstU32<3>;
	type MaxDeferred = ConstU32<4>;
	type MaxSteps = ConstU32<8>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Registry;
}

/// The state that every test starts from: accounts 1 to 29 have [`ENDOWMENT`] each, the pot has what it needs to exist.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	FraudSlash::set(Perbill::one());
	ProbeInterval::set(0);
	Random::set(None);
	Unservable::set(BTreeSet::new());
	Settled::set(BTreeSet::new());
	Broken::set(BTreeSet::new());
	Voided::set(vec![]);
	Spared::set(vec![]);
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = (1..30).map(|account| (account, ENDOWMENT)).chain([(Agents::pot(), ED)]).collect();
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }.assimilate_storage(&mut storage).unwrap();
	storage.into()
}

/// Runs `test` in fresh state, then checks every invariant.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		System::set_block_number(1);
		test();
		Agents::do_try_state().unwrap();
	});
}

/// As [`build_and_execute`], with [`AGENT`], which has 1,000 at stake.
pub(crate) fn with_agent(test: impl FnOnce()) {
	build_and_execute(|| {
		register(AGENT, SIGNER).unwrap();
		System::reset_events();
		test();
	});
}

pub(crate) fn signed(account: u64) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

/// Registers an agent that serves, with 1,000 at stake.
pub(crate) fn register(agent: u64, signer: u64) -> DispatchResult {
	Agents::register(signed(agent), signer, PAID, 1_000, Roles::only(Role::Serve), Hardware::Cpu)
}

pub(crate) fn record() -> Agent<Test> {
	record_of(AGENT)
}

pub(crate) fn record_of(agent: u64) -> Agent<Test> {
	crate::Agents::<Test>::get(agent).unwrap()
}

pub(crate) fn delegation(who: u64) -> Delegation<Test> {
	crate::Delegations::<Test>::get(AGENT, who).unwrap()
}

pub(crate) fn free(account: u64) -> u128 {
	Balances::free_balance(account)
}

pub(crate) fn on_hold(reason: HoldReason, account: u64) -> u128 {
	Balances::balance_on_hold(&reason.into(), &account)
}

/// Shares for everybody.
pub(crate) fn everybody() -> Shares<u64> {
	Shares { challenger: Some(CHALLENGER), harmed: Some(HARMED), committee: Some(COMMITTEE) }
}

/// A service made of one model, which asks for `stake`.
pub(crate) fn terms(stake: u128) -> ServiceTerms {
	ServiceTerms {
		models: vec![SERVABLE].try_into().unwrap(),
		tools: H256::repeat_byte(1),
		prompt: H256::repeat_byte(2),
		manifest: ContentHash(H256::repeat_byte(3)),
		stake,
		sla: Sla { latency_ms: 500, availability_bps: 9_900 },
		price_in: 5,
		price_out: 7,
	}
}

/// Ends this block, with all the time in the world, and starts the next.
pub(crate) fn next_block() {
	let now = System::block_number();
	Agents::on_idle(now, Weight::MAX);
	System::set_block_number(now + 1);
	Agents::on_initialize(now + 1);
}

/// Lets `blocks` blocks pass. Afterwards, what was due in them is done.
pub(crate) fn run(blocks: u64) {
	for _ in 0..blocks {
		next_block();
	}
	Agents::on_idle(System::block_number(), Weight::MAX);
}

/// Ends this block and goes to `block` without looking at what is due in between.
pub(crate) fn skip_to(block: u64) {
	System::set_block_number(block);
}
