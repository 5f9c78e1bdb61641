//! A small runtime around the pallet, with real balances and polls that have tracks 1, 2 and 3.

use crate as pallet_contribution_voting;
use crate::{Accounts, Bonded, Conflicts, Interest, Leader, Leaders, Tally, Total};
use codec::{Decode, Encode};
use frame_support::{
	derive_impl, parameter_types, storage_alias,
	traits::{fungible::InspectHold, PollStatus, Polling, VoteTally},
	Twox64Concat,
};
use frame_system::EnsureRoot;
use openledger_primitives::{weight::Weight, Balance};
use sp_runtime::{BuildStorage, DispatchError, Perbill};

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
	pub type Voting = pallet_contribution_voting;
}

type Block = frame_system::mocking::MockBlock<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
	type RuntimeHoldReason = RuntimeHoldReason;
}

parameter_types! {
	pub const ExistentialDeposit: Balance = 1;
	pub const FastHalfLife: u32 = FAST;
	pub const SlowHalfLife: u32 = SLOW;
	pub const SnapshotPeriod: u32 = PERIOD;
	pub const MaxSnapshots: u32 = SNAPSHOTS;
	pub const SponsorDeposit: Balance = DEPOSIT;
	pub const MaxLeaders: u32 = LEADERS;
	pub const MaxCounted: u32 = 4;
	pub const MaxDelegationLife: u64 = DELEGATION_LIFE;
	/// What of all weight one account votes with: all of it, unless a test says otherwise.
	pub static AccountCap: Perbill = Perbill::one();
	/// The bond for each planck of weight.
	pub static BondFactor: u32 = FACTOR;
	/// The least bond.
	pub static LeastBond: Balance = MIN_BOND;
	/// The weight of all from which the chamber is constituted.
	pub static Quorate: Balance = LEAST_TOTAL;
	/// The weight that is next to nothing.
	pub static Negligible: Balance = DUST;
	/// Who has what interest in which poll; everybody else has none.
	pub static Interests: Vec<(u32, u64, Interest)> = Vec::new();
}

/// Half-life of the fast average, in blocks.
pub(crate) const FAST: u32 = 70;
/// Half-life of the slow average, in blocks.
pub(crate) const SLOW: u32 = 900;
/// Blocks of a period.
pub(crate) const PERIOD: u32 = 10;
/// Periods that are kept.
pub(crate) const SNAPSHOTS: u32 = 6;
pub(crate) const FACTOR: u32 = 60;
pub(crate) const MIN_BOND: Balance = 6_000;
pub(crate) const DEPOSIT: Balance = 10;
pub(crate) const DUST: Balance = 10;
pub(crate) const LEADERS: u32 = 5;
pub(crate) const LEAST_TOTAL: Balance = 1_000;
pub(crate) const DELEGATION_LIFE: u64 = 1_000;
pub(crate) const ENDOWMENT: Balance = 1_000_000_000;

/// The tracks of the polls.
pub(crate) const CLASSES: [u16; 3] = [1, 2, 3];

/// A poll of the mock.
#[derive(Encode, Decode)]
pub(crate) enum Poll {
	Ongoing(Tally<Test>, u16),
	Completed(u64, bool),
}

/// In storage, so that what is undone is undone here too.
#[storage_alias]
pub(crate) type StoredPolls = StorageMap<Mock, Twox64Concat, u32, Poll>;

#[storage_alias]
pub(crate) type PollCount = StorageValue<Mock, u32, frame_support::pallet_prelude::ValueQuery>;

/// Polls as referenda have them.
pub struct Polls;

impl Polls {
	/// Whether a poll runs.
	pub(crate) fn ongoing(index: u32) -> bool {
		<Self as Polling<Tally<Test>>>::as_ongoing(index).is_some()
	}
}

impl Polling<Tally<Test>> for Polls {
	type Index = u32;
	type Votes = Balance;
	type Class = u16;
	type Moment = u64;

	fn classes() -> Vec<u16> {
		CLASSES.to_vec()
	}

	fn as_ongoing(index: u32) -> Option<(Tally<Test>, u16)> {
		match StoredPolls::get(index)? {
			Poll::Ongoing(tally, class) => Some((tally, class)),
			Poll::Completed(..) => None,
		}
	}

	fn access_poll<R>(index: u32, change: impl FnOnce(PollStatus<&mut Tally<Test>, u64, u16>) -> R) -> R {
		match StoredPolls::get(index) {
			None => change(PollStatus::None),
			Some(Poll::Completed(when, approved)) => change(PollStatus::Completed(when, approved)),
			Some(Poll::Ongoing(mut tally, class)) => {
				let result = change(PollStatus::Ongoing(&mut tally, class));
				StoredPolls::insert(index, Poll::Ongoing(tally, class));
				result
			}
		}
	}

	fn try_access_poll<R>(
		index: u32,
		change: impl FnOnce(PollStatus<&mut Tally<Test>, u64, u16>) -> Result<R, DispatchError>,
	) -> Result<R, DispatchError> {
		match StoredPolls::get(index) {
			None => change(PollStatus::None),
			Some(Poll::Completed(when, approved)) => change(PollStatus::Completed(when, approved)),
			Some(Poll::Ongoing(mut tally, class)) => {
				let result = change(PollStatus::Ongoing(&mut tally, class))?;
				StoredPolls::insert(index, Poll::Ongoing(tally, class));
				Ok(result)
			}
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_ongoing(class: u16) -> Result<u32, ()> {
		Ok(submit(class))
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn end_ongoing(index: u32, approved: bool) -> Result<(), ()> {
		Self::as_ongoing(index).ok_or(())?;
		end(index, approved);
		Ok(())
	}
}

impl Conflicts<u64, u32, u16> for Polls {
	fn interest(poll: u32, _: &u16, who: &u64) -> Interest {
		let found = Interests::get().into_iter().find(|(of, whose, _)| (*of, *whose) == (poll, *who));
		found.map_or(Interest::None, |(_, _, interest)| interest)
	}
}

impl pallet_contribution_voting::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Polls = Polls;
	type Tiers = Bonded<Test>;
	type Conflicts = Polls;
	type PunishOrigin = EnsureRoot<u64>;
	type FastHalfLife = FastHalfLife;
	type SlowHalfLife = SlowHalfLife;
	type SnapshotPeriod = SnapshotPeriod;
	type MaxSnapshots = MaxSnapshots;
	type AccountCap = AccountCap;
	type BondFactor = BondFactor;
	type MinBond = LeastBond;
	type SponsorDeposit = SponsorDeposit;
	type LeastTotal = Quorate;
	type Dust = Negligible;
	type MaxLeaders = MaxLeaders;
	type MaxCounted = MaxCounted;
	type MaxDelegationLife = MaxDelegationLife;
	type WeightInfo = pallet_contribution_voting::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
}

/// The state that every test starts from: accounts 1 to 20 have [`ENDOWMENT`].
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	AccountCap::set(Perbill::one());
	BondFactor::set(FACTOR);
	LeastBond::set(MIN_BOND);
	Quorate::set(LEAST_TOTAL);
	Negligible::set(DUST);
	Interests::set(Vec::new());
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = (1..=20).map(|account| (account, ENDOWMENT)).collect();
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }.assimilate_storage(&mut storage).unwrap();
	storage.into()
}

/// Runs `test` in fresh state, in block 1, then checks every invariant.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		System::set_block_number(1);
		test();
		Voting::do_try_state().unwrap();
	});
}

pub(crate) fn signed(account: u64) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

/// Lets `blocks` pass.
pub(crate) fn wait(blocks: u64) {
	System::set_block_number(System::block_number() + blocks);
}

/// Goes to the first block of the next period.
pub(crate) fn next_period() {
	let period = u64::from(PERIOD);
	System::set_block_number((System::block_number() / period + 1) * period);
}

/// Submits a poll on track `class`.
pub(crate) fn submit(class: u16) -> u32 {
	let index = PollCount::get();
	PollCount::put(index + 1);
	StoredPolls::insert(index, Poll::Ongoing(Tally::new(class), class));
	index
}

/// Ends a poll.
pub(crate) fn end(poll: u32, approved: bool) {
	StoredPolls::insert(poll, Poll::Completed(System::block_number(), approved));
}

/// The tally of a poll that runs.
pub(crate) fn tally(poll: u32) -> Tally<Test> {
	Polls::as_ongoing(poll).unwrap().0
}

/// Lets `who` have an interest in a poll.
pub(crate) fn interest(poll: u32, who: u64, interest: Interest) {
	Interests::mutate(|interests| interests.insert(0, (poll, who, interest)));
}

/// Mints weight.
pub(crate) fn mint(who: u64, weight: Balance) {
	<Voting as openledger_primitives::traits::Contributions<u64>>::mint(&who, weight);
}

/// Gives `who` weight that has matured already: it is `matured` in this block and fades from now on. Nothing of it ripens.
pub(crate) fn give(who: u64, matured: Balance) {
	mint(who, matured);
	let ripen = |weight: &mut Weight| {
		*weight = Weight { fast: weight.fast.saturating_sub(matured), slow: weight.slow + matured };
	};
	Accounts::<Test>::mutate(who, |account| ripen(&mut account.as_mut().unwrap().now.weight));
	Total::<Test>::mutate(|total| ripen(&mut total.as_mut().unwrap().now.weight));
	// Minting nothing would not rank anew: a place is the one of what the account weighs now.
	Voting::rank(&who, &Accounts::<Test>::get(who).unwrap().now);
	Voting::constituted();
}

/// Burns a part of the weight of `who`.
pub(crate) fn burn(who: u64, part: Perbill) {
	<Voting as openledger_primitives::traits::Contributions<u64>>::burn(&who, part);
}

/// Mints weight for `who`, the beneficiary of `agent`.
pub(crate) fn mint_through(agent: u64, who: u64, weight: Balance) {
	<Voting as openledger_primitives::traits::Contributions<u64>>::mint_through(&agent, &who, weight);
}

/// Burns a part of what was minted through `agent`.
pub(crate) fn burn_through(agent: u64, part: Perbill) {
	<Voting as openledger_primitives::traits::Contributions<u64>>::burn_through(&agent, part);
}

/// What is on hold of `who`'s balance.
pub(crate) fn held(who: u64, reason: crate::HoldReason) -> Balance {
	Balances::balance_on_hold(&reason.into(), &who)
}

/// The board, with standings of this block.
pub(crate) fn board() -> Vec<(u64, Balance)> {
	let standing = |leader: Leader<u64, u64>| (leader.who, Voting::standing(&leader.state));
	Leaders::<Test>::get().into_iter().map(standing).collect()
}

/// The root of the storage, to see that nothing has changed.
pub(crate) fn root() -> Vec<u8> {
	sp_io::storage::root(sp_core::storage::StateVersion::V1)
}
