//! A small runtime around the pallet, with a real scheduler, real preimages, and a pallet that remembers who called it.

use self::probe::{self as pallet_probe};
use crate as pallet_chambers;
use crate::{Allowed, BoundedCallOf, Chamber, Constituted, Origin, Power, ProposalOf};
use codec::Encode;
use frame_support::{
	derive_impl, parameter_types,
	traits::{Bounded, ConstU32, ConstU64, EqualPrivilegeOnly, OnInitialize},
	weights::Weight,
};
use frame_system::{EnsureRoot, RawOrigin};
use sp_core::H256;
use sp_runtime::{
	traits::{BlakeTwo256, Convert, Hash},
	BuildStorage,
};

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
	pub type Preimage = pallet_preimage;
	#[runtime::pallet_index(3)]
	pub type Scheduler = pallet_scheduler;
	#[runtime::pallet_index(4)]
	pub type Chambers = pallet_chambers;
	#[runtime::pallet_index(5)]
	pub type Probe = pallet_probe;
}

/// Remembers who called it, and weighs what a test wants.
#[allow(unreachable_pub, reason = "the pallet macro writes public items")]
#[frame_support::pallet]
pub mod probe {
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;

	#[pallet::config]
	pub trait Config: frame_system::Config {}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Who called, none for root, with which number, in which block.
	#[pallet::storage]
	#[pallet::unbounded]
	pub type Calls<T: Config> = StorageValue<_, Vec<(Option<T::AccountId>, u32, BlockNumberFor<T>)>, ValueQuery>;

	#[pallet::error]
	pub enum Error<T> {
		/// As it was asked to.
		Failed,
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Leaves a trace. Half of what it weighs is given back.
		#[pallet::call_index(0)]
		#[pallet::weight(crate::mock::ProbeWeight::get())]
		pub fn call(origin: OriginFor<T>, number: u32, _padding: Vec<u8>) -> DispatchResultWithPostInfo {
			let who = ensure_signed_or_root(origin)?;
			Calls::<T>::append((who, number, frame_system::Pallet::<T>::block_number()));
			Ok(Some(crate::mock::ProbeWeight::get() / 2).into())
		}

		/// Leaves a trace and fails.
		#[pallet::call_index(1)]
		#[pallet::weight(crate::mock::ProbeWeight::get())]
		pub fn fail(_origin: OriginFor<T>) -> DispatchResult {
			Calls::<T>::append((None::<T::AccountId>, u32::MAX, frame_system::Pallet::<T>::block_number()));
			Err(Error::<T>::Failed.into())
		}
	}
}

type Block = frame_system::mocking::MockBlock<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<u64>;
	type BlockWeights = BlockWeights;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
}

impl pallet_preimage::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type Currency = Balances;
	type ManagerOrigin = EnsureRoot<u64>;
	type Consideration = ();
}

impl pallet_scheduler::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeOrigin = RuntimeOrigin;
	type PalletsOrigin = OriginCaller;
	type RuntimeCall = RuntimeCall;
	type MaximumWeight = SchedulerWeight;
	type ScheduleOrigin = EnsureRoot<u64>;
	type OriginPrivilegeCmp = EqualPrivilegeOnly;
	type MaxScheduledPerBlock = ConstU32<AGENDA>;
	type WeightInfo = ();
	type Preimages = Preimage;
	type BlockNumberProvider = System;
}

impl probe::Config for Test {}

parameter_types! {
	pub BlockWeights: frame_system::limits::BlockWeights =
		frame_system::limits::BlockWeights::simple_max(Weight::from_parts(2_000_000_000_000, u64::MAX));
	pub const SchedulerWeight: Weight = Weight::from_parts(1_600_000_000_000, u64::MAX);
	pub const MaxWeight: Weight = Weight::from_parts(1_400_000_000_000, u64::MAX);
	/// What a call of the probe weighs.
	pub static ProbeWeight: Weight = Weight::from_parts(1_000, 0);
	/// Whether the contribution chamber counts.
	pub static IsConstituted: bool = true;
	/// Whether upgrades may be calls of the probe.
	pub static ProbeUpgrades: bool = true;
}

/// Calls in the agenda of a block.
pub(crate) const AGENDA: u32 = 10;
pub(crate) const ASSENT_PERIOD: u64 = 30;
pub(crate) const ENACTMENT: u64 = 10;
pub(crate) const DELAY: u64 = 7;
pub(crate) const MAX_PROPOSALS: u32 = 5;

/// Whoever calls for the powers below root.
const UPGRADER: u64 = 101;
const TREASURER: u64 = 102;
const BRIDGER: u64 = 103;

/// Somebody.
pub(crate) const ALICE: u64 = 1;

pub struct PowerOrigins;

impl Convert<Power, OriginCaller> for PowerOrigins {
	fn convert(power: Power) -> OriginCaller {
		caller(power).map_or(RawOrigin::Root, RawOrigin::Signed).into()
	}
}

/// Who calls with a power; none for root.
pub(crate) fn caller(power: Power) -> Option<u64> {
	match power {
		Power::Root => None,
		Power::Upgrade => Some(UPGRADER),
		Power::Treasury => Some(TREASURER),
		Power::Bridge => Some(BRIDGER),
	}
}

/// The bridge may do nothing but call the probe, upgrades that as long as the test wants.
pub struct AllowedCalls;

impl Allowed<RuntimeCall> for AllowedCalls {
	fn allowed(power: Power, call: &RuntimeCall) -> bool {
		match power {
			Power::Root | Power::Treasury => true,
			Power::Bridge => matches!(call, RuntimeCall::Probe(probe::Call::call { .. })),
			Power::Upgrade => ProbeUpgrades::get() && matches!(call, RuntimeCall::Probe(..)),
		}
	}
}

pub struct ContributionChamber;

impl Constituted for ContributionChamber {
	fn constituted() -> bool {
		IsConstituted::get()
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn constitute(constituted: bool) {
		IsConstituted::set(constituted);
	}
}

impl pallet_chambers::Config for Test {
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type Preimages = Preimage;
	type Scheduler = Scheduler;
	type Powers = PowerOrigins;
	type Allowed = AllowedCalls;
	type Contribution = ContributionChamber;
	type AssentPeriod = ConstU64<ASSENT_PERIOD>;
	type Enactment = ConstU64<ENACTMENT>;
	type DelayPeriod = ConstU64<DELAY>;
	type MaxProposals = ConstU32<MAX_PROPOSALS>;
	type MaxWeight = MaxWeight;
	type WeightInfo = pallet_chambers::weights::SubstrateWeight<Test>;
}

/// The state that every test starts from.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	IsConstituted::set(true);
	ProbeUpgrades::set(true);
	ProbeWeight::set(Weight::from_parts(1_000, 0));
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = vec![(ALICE, 1_000_000)];
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }.assimilate_storage(&mut storage).unwrap();
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// Runs `test` in fresh state, then checks every invariant.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		Chambers::do_try_state().unwrap();
	});
}

/// Makes the blocks up to `block`, with what is scheduled in them.
pub(crate) fn run_to(block: u64) {
	while System::block_number() < block {
		System::set_block_number(System::block_number() + 1);
		Scheduler::on_initialize(System::block_number());
		Chambers::do_try_state().unwrap();
	}
}

pub(crate) fn now() -> u64 {
	System::block_number()
}

/// The origin of a referendum of `chamber` about a proposal under `power`.
pub(crate) fn assents(chamber: Chamber, power: Power) -> RuntimeOrigin {
	Origin::Assent { chamber, power }.into()
}

/// The origin of a referendum of `chamber` about a delay.
pub(crate) fn delays(chamber: Chamber) -> RuntimeOrigin {
	Origin::Delay { chamber }.into()
}

/// A call of the probe.
pub(crate) fn probe(number: u32) -> RuntimeCall {
	RuntimeCall::Probe(probe::Call::call { number, padding: Vec::new() })
}

/// A call that is too long for a proposal to contain it.
pub(crate) fn long(number: u32) -> RuntimeCall {
	RuntimeCall::Probe(probe::Call::call { number, padding: vec![7; 200] })
}

/// `call` in full.
pub(crate) fn inline(call: &RuntimeCall) -> BoundedCallOf<Test> {
	Bounded::Inline(call.encode().try_into().unwrap())
}

/// `call` by hash and length.
pub(crate) fn lookup(call: &RuntimeCall) -> BoundedCallOf<Test> {
	Bounded::Lookup { hash: hash(call), len: call.encode().len() as u32 }
}

pub(crate) fn hash(call: &RuntimeCall) -> H256 {
	BlakeTwo256::hash_of(call)
}

/// Alice notes `call`.
pub(crate) fn note(call: &RuntimeCall) {
	Preimage::note_preimage(RuntimeOrigin::signed(ALICE), call.encode()).unwrap();
}

/// Both chambers assent to `call` under `power`, in this block. Answers when it is due.
pub(crate) fn carried(power: Power, call: &RuntimeCall) -> u64 {
	for chamber in [Chamber::Stake, Chamber::Contribution] {
		Chambers::assent(assents(chamber, power), inline(call)).unwrap();
	}
	proposal(power, call).unwrap().due.unwrap()
}

pub(crate) fn proposal(power: Power, call: &RuntimeCall) -> Option<ProposalOf<Test>> {
	Chambers::proposal(power, hash(call))
}

/// What the probe has seen.
pub(crate) fn seen() -> Vec<(Option<u64>, u32, u64)> {
	probe::Calls::<Test>::get()
}

/// The events of the pallet since it was asked last.
pub(crate) fn events() -> Vec<crate::Event<Test>> {
	let events = System::events();
	System::reset_events();
	let ours = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
		RuntimeEvent::Chambers(event) => Some(event),
		_ => None,
	};
	events.into_iter().filter_map(ours).collect()
}

pub(crate) fn root() -> Vec<u8> {
	sp_io::storage::root(sp_core::storage::StateVersion::V1)
}
