//! Benchmarks of the calls, and of what other pallets do with weight.
//!
//! Every account that is touched has as many checkpoints as it can have, of which one is dropped and one is added, and so has
//! the total; the board is full. Weights of accounts are all that grows with the number of accounts, and nothing looks at more
//! than those that are named: `vote_among` and `mint_among` show it, on demand.

use crate::{
	pallet::{
		AccountOf, Accounts, Ballots, Bonds, Call, ClassOf, Config, Constituted, Delegations, Earners, GivenBy,
		GivenThrough, HoldReason, Invitations, Leaders, Marks, Pallet, PollIndexOf, Sponsors, Total,
	},
	types::{Account, Ballot, Checkpoint, Delegation, Earner, Given, Leader, Sponsorship, Touched},
	MAX_EARNERS,
};
use alloc::vec::Vec;
use codec::Decode;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, InspectHold, Mutate, MutateHold},
		EnsureOrigin, Get, Polling,
	},
	BoundedVec, Hashable,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use openledger_primitives::{traits::Contributions, weight::Weight, Balance};
use sp_runtime::{
	traits::{SaturatedConversion, Saturating, TrailingZeroInput},
	Perbill,
};

/// Prepares what the benchmarks need and other pallets keep.
pub trait BenchmarkHelper<T: Config> {
	/// A poll that runs, submitted in this block, of the track on which it takes longest to tell that a voter has nothing to win
	/// or lose.
	fn poll() -> Result<(PollIndexOf<T>, ClassOf<T>), BenchmarkError>;
}

/// Where tracks do not differ.
impl<T: Config> BenchmarkHelper<T> for () {
	fn poll() -> Result<(PollIndexOf<T>, ClassOf<T>), BenchmarkError> {
		let class = T::Polls::classes().into_iter().next().ok_or("there is a track")?;
		let poll = T::Polls::create_ongoing(class.clone()).map_err(|()| "a poll can run")?;
		Ok((poll, class))
	}
}

/// Weight of an account, in planck.
const SOME: Balance = 1_000_000_000_000_000_000;

/// The oldest period that is kept in the last one. Accounts were touched before it.
const OLDEST: u32 = 2;

/// The period in which everything is measured: all that are kept are marked.
fn last_period<T: Config>() -> u32 {
	OLDEST.saturating_add(T::MaxSnapshots::get()).saturating_sub(1)
}

fn go_to<T: Config>(period: u32) {
	frame_system::Pallet::<T>::set_block_number(start::<T>(period));
}

fn start<T: Config>(period: u32) -> BlockNumberFor<T> {
	Pallet::<T>::start_of(period).saturated_into()
}

fn touched<T: Config>(weight: Balance, period: u32) -> Touched<BlockNumberFor<T>> {
	Touched { weight: Weight { fast: weight, slow: weight }, at: start::<T>(period) }
}

/// An account that was touched in every period but the last, all of which are marked.
fn full<T: Config>(weight: Balance) -> Result<AccountOf<T>, BenchmarkError> {
	let last = last_period::<T>();
	let [opening, now] = [2, 1].map(|before| touched::<T>(weight, last.saturating_sub(before)));
	let checkpoints: Vec<_> = (OLDEST.saturating_sub(1)..last.saturating_sub(2))
		.map(|until| Checkpoint { until, state: touched::<T>(weight, until.saturating_sub(1)) })
		.collect();
	let checkpoints = checkpoints.try_into().map_err(|_| "a checkpoint for each period that is kept")?;
	Ok(Account { now, opening, checkpoints })
}

/// As many leaders as there can be, each with a little more than `weight`.
fn fill_board<T: Config>(weight: Balance) -> Result<(), BenchmarkError> {
	let standings = (0..T::MaxLeaders::get()).rev().map(|number| Leader {
		who: account("leader", number, 0),
		state: touched::<T>(weight.saturating_add(number.into()).saturating_add(1), OLDEST),
	});
	let board: Vec<_> = standings.collect();
	Leaders::<T>::put(BoundedVec::try_from(board).map_err(|_| "as many leaders as there can be")?);
	Ok(())
}

/// A poll of the oldest period, in the last one, when every period is marked and much weighs.
fn old_poll<T: Config>() -> Result<(PollIndexOf<T>, ClassOf<T>), BenchmarkError> {
	Total::<T>::put(full::<T>(SOME.saturating_mul(1_000_000))?);
	go_to::<T>(OLDEST);
	let (poll, class) = T::BenchmarkHelper::poll()?;
	mark_all::<T>()?;
	Ok((poll, class))
}

/// Goes to the last period; all that are kept are marked.
fn mark_all<T: Config>() -> Result<(), BenchmarkError> {
	let marks: Vec<_> = (OLDEST..=last_period::<T>()).collect();
	Marks::<T>::put(BoundedVec::try_from(marks).map_err(|_| "a mark for each period that is kept")?);
	go_to::<T>(last_period::<T>());
	Ok(())
}

/// Everything that is touched is as great as it can be, and `who` has a place in the middle of a full board.
fn prepare<T: Config>(who: &T::AccountId) -> Result<(), BenchmarkError> {
	Total::<T>::put(full::<T>(SOME.saturating_mul(1_000_000))?);
	mark_all::<T>()?;
	let record = full::<T>(SOME)?;
	fill_board::<T>(SOME)?;
	Leaders::<T>::mutate(|board| {
		if let Some(last) = board.last_mut() {
			*last = Leader { who: who.clone(), state: record.now };
		}
	});
	Accounts::<T>::insert(who, record);
	Ok(())
}

/// Gives `who` an account and `amount` to hold.
fn fund<T: Config>(who: &T::AccountId, amount: Balance) -> Result<(), BenchmarkError> {
	T::Currency::mint_into(who, amount.saturating_add(T::Currency::minimum_balance()))?;
	Ok(())
}

/// The least bond that gives [`SOME`] weight.
fn bond_for_some<T: Config>() -> Balance {
	T::MinBond::get().max(SOME.saturating_mul(2).saturating_mul(T::BondFactor::get().into()))
}

/// Bonds for `who`, with as much again to hold.
fn bonded<T: Config>(who: &T::AccountId) -> Result<Balance, BenchmarkError> {
	let bond = bond_for_some::<T>();
	fund::<T>(who, bond.saturating_mul(2).saturating_add(T::SponsorDeposit::get()))?;
	T::Currency::hold(&HoldReason::Bond.into(), who, bond)?;
	Bonds::<T>::insert(who, bond);
	Ok(bond)
}

/// The sponsor that [`sponsored`] gives to `payer`.
fn sponsor_of<T: Config>(payer: &T::AccountId) -> Result<T::AccountId, BenchmarkError> {
	let seed = (*b"sponsor", payer.clone()).blake2_256();
	T::AccountId::decode(&mut TrailingZeroInput::new(&seed)).map_err(|_| "any bytes are an account".into())
}

/// Lets a sponsor of its own answer for `payer`, whose bond has room for giving `weight` through `agent`, as it did in an earlier
/// block. Leaves the block as it is.
pub fn sponsored<T: Config>(payer: &T::AccountId, agent: &T::AccountId, weight: Balance) -> Result<(), BenchmarkError> {
	let sponsor = sponsor_of::<T>(payer)?;
	// As much was given before: with the surcharge of a quarter, it is nine quarters of the weight.
	let bond = weight.saturating_add(1).saturating_mul(4).saturating_mul(T::BondFactor::get().into());
	let bond = bond.max(T::MinBond::get());
	fund::<T>(&sponsor, bond.saturating_add(T::SponsorDeposit::get()))?;
	T::Currency::hold(&HoldReason::Bond.into(), &sponsor, bond)?;
	T::Currency::hold(&HoldReason::Sponsorship.into(), &sponsor, T::SponsorDeposit::get())?;
	Bonds::<T>::insert(&sponsor, bond);
	let given = Given { amount: weight, at: Pallet::<T>::now().saturating_sub(1u32.into()) };
	Sponsors::<T>::insert(payer, Sponsorship { sponsor: sponsor.clone(), limit: Balance::MAX, given });
	GivenBy::<T>::insert(&sponsor, given);
	GivenThrough::<T>::insert(&sponsor, agent, given);
	Ok(())
}

/// Gives `account`, which may not exist, weight, with as long a record as can be. Leaves the block as it is.
pub fn weighed<T: Config>(account: &T::AccountId) -> Result<(), BenchmarkError> {
	let (period, now) = (Pallet::<T>::period(), Pallet::<T>::now());
	let state = Touched { weight: Weight { fast: SOME, slow: SOME }, at: now.saturating_sub(1u32.into()) };
	let checkpoints: Vec<_> =
		(0..T::MaxSnapshots::get()).map(|place| Checkpoint { until: period.saturating_add(place), state }).collect();
	let checkpoints = checkpoints.try_into().map_err(|_| "a checkpoint for each period that is kept")?;
	let record = Account { now: state, opening: state, checkpoints };
	if !Total::<T>::exists() {
		let much = Weight { fast: SOME.saturating_mul(1_000_000), slow: SOME.saturating_mul(1_000_000) };
		Total::<T>::put(Account { now: Touched { weight: much, ..state }, ..record.clone() });
		fill_board::<T>(SOME)?;
	}
	Accounts::<T>::insert(account, record);
	Ok(())
}

/// Notes that as many as can be were minted weight through `agent`, each with as long a record as can be. They are all of what
/// they weigh. Leaves the block as it is.
pub fn earned<T: Config>(agent: &T::AccountId) -> Result<(), BenchmarkError> {
	let mut earners: Vec<T::AccountId> = (0..MAX_EARNERS).map(|number| account("earner", number, 0)).collect();
	earners.sort();
	for who in &earners {
		weighed::<T>(who)?;
	}
	let state =
		Touched { weight: Weight { fast: SOME, slow: SOME }, at: Pallet::<T>::now().saturating_sub(1u32.into()) };
	let earners: Vec<_> = earners.into_iter().map(|who| Earner { who, state }).collect();
	Earners::<T>::insert(agent, BoundedVec::try_from(earners).map_err(|_| "as many earners as there can be")?);
	Ok(())
}

/// A payer with a sponsor that has given through an agent before.
fn payer<T: Config>() -> Result<[T::AccountId; 3], BenchmarkError> {
	let [payer, agent] = ["payer", "agent"].map(|name| account(name, 0, 0));
	go_to::<T>(OLDEST);
	sponsored::<T>(&payer, &agent, SOME)?;
	let sponsor = sponsor_of::<T>(&payer)?;
	Ok([payer, sponsor, agent])
}

/// `count` accounts that weigh something.
pub fn populate<T: Config>(count: u32) {
	let record = Account { now: touched::<T>(SOME, 1), ..Pallet::<T>::empty() };
	for number in 0..count {
		Accounts::<T>::insert(account::<T::AccountId>("weighted", number, 0), &record);
	}
	let total = touched::<T>(SOME.saturating_mul(count.into()), 1);
	Total::<T>::put(Account { now: total, ..Pallet::<T>::empty() });
}

fn weighted<T: Config>(number: u32) -> T::AccountId {
	account("weighted", number, 0)
}

/// What `who` weighs when it was voted with.
fn voted<T: Config>(poll: PollIndexOf<T>, who: &T::AccountId) -> Option<Balance> {
	match Ballots::<T>::get(poll, who)? {
		Ballot::Direct { own, .. } => Some(own),
		Ballot::Through { weight, .. } => Some(weight),
	}
}

#[allow(clippy::expect_used, clippy::unwrap_used, reason = "the expansion of the macro uses them")]
#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn bond() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let amount = bonded::<T>(&who)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), 1);

		assert_eq!(Bonds::<T>::get(&who), Some(amount.saturating_add(1)));
		assert_eq!(T::Currency::balance_on_hold(&HoldReason::Bond.into(), &who), amount.saturating_add(1));
		Ok(())
	}

	#[benchmark]
	fn unbond() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let amount = bonded::<T>(&who)?;
		GivenBy::<T>::insert(&who, Given { amount: T::Dust::get().saturating_sub(1), at: start::<T>(1) });

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), amount);

		assert_eq!(Bonds::<T>::get(&who), None);
		Ok(())
	}

	/// The payer has another sponsor.
	#[benchmark]
	fn invite() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		bonded::<T>(&who)?;
		let [payer, ..] = payer::<T>()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), payer.clone(), SOME);

		assert!(Invitations::<T>::contains_key(&who, &payer));
		Ok(())
	}

	#[benchmark]
	fn accept() -> Result<(), BenchmarkError> {
		let payer: T::AccountId = whitelisted_caller();
		let sponsor: T::AccountId = account("sponsor", 0, 0);
		bonded::<T>(&sponsor)?;
		Pallet::<T>::invite(RawOrigin::Signed(sponsor.clone()).into(), payer.clone(), SOME)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(payer.clone()), sponsor.clone());

		assert!(Pallet::<T>::is_sponsored_by(&payer, &sponsor));
		Ok(())
	}

	/// An invitation to a payer that has another sponsor.
	#[benchmark]
	fn part() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		bonded::<T>(&who)?;
		let [payer, ..] = payer::<T>()?;
		Pallet::<T>::invite(RawOrigin::Signed(who.clone()).into(), payer.clone(), SOME)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), who.clone(), payer.clone());

		assert!(!Invitations::<T>::contains_key(&who, &payer));
		assert_eq!(T::Currency::balance_on_hold(&HoldReason::Sponsorship.into(), &who), 0);
		Ok(())
	}

	/// The first time: a weight is looked up, in a full account.
	#[benchmark]
	fn vote() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let (poll, _) = old_poll::<T>()?;
		Accounts::<T>::insert(&who, full::<T>(SOME)?);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), poll, true);

		assert!(voted::<T>(poll, &who).is_some_and(|weight| weight > 0));
		Ok(())
	}

	/// Instead of being counted through a delegate, whose vote changes too.
	#[benchmark]
	fn vote_instead() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let (poll, _) = counted_through::<T>(&who)?;

		#[extrinsic_call]
		vote(RawOrigin::Signed(who.clone()), poll, false);

		assert!(matches!(Ballots::<T>::get(poll, &who), Some(Ballot::Direct { aye: false, .. })));
		Ok(())
	}

	/// Of an account that is counted through a delegate, whose vote changes too.
	#[benchmark]
	fn remove_vote() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let (poll, _) = counted_through::<T>(&who)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), poll);

		assert_eq!(Ballots::<T>::get(poll, &who), None);
		Ok(())
	}

	/// To somebody whose own delegation has expired, and instead of another delegate. The record of the caller is full.
	#[benchmark]
	fn delegate() -> Result<(), BenchmarkError> {
		let (who, to): (T::AccountId, T::AccountId) = (whitelisted_caller(), account("delegate", 0, 0));
		let class = T::Polls::classes().into_iter().last().ok_or("there is a track")?;
		let expired = Delegation { to: account("former", 0, 0), until: start::<T>(1) };
		go_to::<T>(OLDEST);
		for delegator in [&who, &to] {
			Delegations::<T>::insert(delegator, &class, &expired);
		}
		weighed::<T>(&who)?;
		let until = frame_system::Pallet::<T>::block_number().saturating_add(T::MaxDelegationLife::get());

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), class.clone(), to.clone(), until);

		assert_eq!(Delegations::<T>::get(&who, &class), Some(Delegation { to, until }));
		Ok(())
	}

	#[benchmark]
	fn undelegate() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let class = T::Polls::classes().into_iter().last().ok_or("there is a track")?;
		Delegations::<T>::insert(&who, &class, Delegation { to: who.clone(), until: start::<T>(1) });

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), class.clone());

		assert_eq!(Delegations::<T>::get(&who, &class), None);
		Ok(())
	}

	#[benchmark]
	fn expire_delegation() -> Result<(), BenchmarkError> {
		let (caller, who): (T::AccountId, T::AccountId) = (whitelisted_caller(), account("delegator", 0, 0));
		let class = T::Polls::classes().into_iter().last().ok_or("there is a track")?;
		go_to::<T>(OLDEST);
		Delegations::<T>::insert(&who, &class, Delegation { to: who.clone(), until: start::<T>(1) });

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), who.clone(), class.clone());

		assert_eq!(Delegations::<T>::get(&who, &class), None);
		Ok(())
	}

	/// Full accounts, each with a delegate of its own.
	#[benchmark]
	fn count(n: Linear<0, { T::MaxCounted::get() }>) -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let (poll, class) = old_poll::<T>()?;
		let delegators: Vec<T::AccountId> = (0..n).map(|number| account("constituent", number, 0)).collect();
		for (number, delegator) in (0u32..).zip(&delegators) {
			let to: T::AccountId = account("delegate", number, 0);
			Accounts::<T>::insert(delegator, full::<T>(SOME)?);
			Accounts::<T>::insert(&to, full::<T>(SOME)?);
			Pallet::<T>::vote(RawOrigin::Signed(to.clone()).into(), poll, true)?;
			let until = frame_system::Pallet::<T>::block_number();
			Delegations::<T>::insert(delegator, &class, Delegation { to, until });
		}
		let counted = BoundedVec::truncate_from(delegators.clone());

		#[extrinsic_call]
		_(RawOrigin::Signed(who), poll, counted);

		assert!(delegators.iter().all(|delegator| voted::<T>(poll, delegator).is_some()));
		Ok(())
	}

	/// How many are forgotten at most is the caller's choice; what is measured is as many as a block takes easily.
	#[benchmark]
	fn forget_ballots(n: Linear<1, 100>) -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let (poll, _) = old_poll::<T>()?;
		T::Polls::end_ongoing(poll, false).map_err(|()| "the poll runs")?;
		for number in 0..n {
			let (voter, to): (T::AccountId, T::AccountId) = (account("voter", number, 0), account("to", 0, 0));
			Ballots::<T>::insert(poll, voter, Ballot::Through { delegate: to, weight: SOME });
		}

		#[extrinsic_call]
		_(RawOrigin::Signed(who), poll, n);

		assert_eq!(Ballots::<T>::iter_prefix(poll).count(), 0);
		Ok(())
	}

	/// A full account that leads, though it weighs next to nothing in any poll.
	#[benchmark]
	fn forget() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		prepare::<T>(&who)?;
		Accounts::<T>::insert(&who, full::<T>(T::Dust::get() / 4)?);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), who.clone(), None);

		assert_eq!(Accounts::<T>::get(&who), None);
		assert!(Leaders::<T>::get().iter().all(|leader| leader.who != who));
		Ok(())
	}

	/// Full accounts, all of which fall on a full board.
	#[benchmark]
	fn punish(n: Linear<0, { T::MaxCounted::get() }>) -> Result<(), BenchmarkError> {
		let who: T::AccountId = account("bonded", 0, 0);
		let amount = bonded::<T>(&who)?;
		let accounts: Vec<T::AccountId> = (0..n).map(|number| account("leader", number, 0)).collect();
		prepare::<T>(&who)?;
		for account in &accounts {
			Accounts::<T>::insert(account, full::<T>(SOME)?);
		}
		let origin = T::PunishOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let punished = BoundedVec::truncate_from(accounts.clone());

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, who.clone(), Perbill::from_percent(50), punished);

		assert_eq!(Bonds::<T>::get(&who), Some(amount / 2));
		let burnt = |account| Accounts::<T>::get(account).is_some_and(|record| record.opening.weight.slow == SOME / 2);
		assert!(accounts.iter().all(burnt));
		Ok(())
	}

	/// The account leads, and its chamber is constituted with it.
	#[benchmark]
	fn mint() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		prepare::<T>(&who)?;
		Total::<T>::mutate(|total| {
			let enough = |total: &mut AccountOf<T>| total.now.weight.slow = T::LeastTotal::get().saturating_mul(2);
			total.iter_mut().for_each(enough);
		});
		Constituted::<T>::kill();

		#[block]
		{
			<Pallet<T> as Contributions<T::AccountId>>::mint(&who, SOME);
		}

		let record = Accounts::<T>::get(&who).ok_or("it was minted for")?;
		assert_eq!(Leaders::<T>::get().first().map(|leader| leader.state), Some(record.now));
		assert!(Constituted::<T>::get());
		Ok(())
	}

	/// As for a mint, and an earner of the agent has to make room, whose record is full.
	#[benchmark]
	fn mint_through() -> Result<(), BenchmarkError> {
		let (who, agent): (T::AccountId, T::AccountId) = (whitelisted_caller(), account("agent", 0, 0));
		prepare::<T>(&who)?;
		earned::<T>(&agent)?;
		Total::<T>::mutate(|total| {
			let enough = |total: &mut AccountOf<T>| total.now.weight.slow = T::LeastTotal::get().saturating_mul(2);
			total.iter_mut().for_each(enough);
		});
		Constituted::<T>::kill();

		#[block]
		{
			<Pallet<T> as Contributions<T::AccountId>>::mint_through(&agent, &who, SOME);
		}

		let earners = Earners::<T>::get(&agent);
		assert!(earners.is_full() && earners.iter().any(|earner| earner.who == who));
		assert!(Constituted::<T>::get());
		Ok(())
	}

	/// As many earners as can be, each of which leads and falls.
	#[benchmark]
	fn burn_through() -> Result<(), BenchmarkError> {
		let (who, agent): (T::AccountId, T::AccountId) = (whitelisted_caller(), account("agent", 0, 0));
		prepare::<T>(&who)?;
		earned::<T>(&agent)?;
		let earners = Earners::<T>::get(&agent);
		for earner in &earners {
			let state = Accounts::<T>::get(&earner.who).ok_or("it weighs something")?.now;
			Pallet::<T>::rank(&earner.who, &state);
		}

		#[block]
		{
			<Pallet<T> as Contributions<T::AccountId>>::burn_through(&agent, Perbill::from_percent(50));
		}

		let halved = |who| Accounts::<T>::get(who).is_some_and(|record| record.opening.weight.slow <= SOME / 2);
		assert!(earners.iter().all(|earner| halved(&earner.who)));
		Ok(())
	}

	/// The account leads, and falls.
	#[benchmark]
	fn burn() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		prepare::<T>(&who)?;

		#[block]
		{
			<Pallet<T> as Contributions<T::AccountId>>::burn(&who, Perbill::from_percent(50));
		}

		let record = Accounts::<T>::get(&who).ok_or("it is burnt in part")?;
		assert_eq!(record.opening.weight.slow, SOME / 2);
		Ok(())
	}

	/// Of a sponsor.
	#[benchmark]
	fn reserve() -> Result<(), BenchmarkError> {
		let [payer, sponsor, agent] = payer::<T>()?;

		#[block]
		{
			<Pallet<T> as Contributions<T::AccountId>>::reserve(&payer, &agent, SOME)?;
		}

		assert!(Pallet::<T>::given_by(&sponsor) > SOME * 2);
		Ok(())
	}

	/// To a sponsor.
	#[benchmark]
	fn release() -> Result<(), BenchmarkError> {
		let [payer, sponsor, agent] = payer::<T>()?;

		#[block]
		{
			<Pallet<T> as Contributions<T::AccountId>>::release(&payer, &sponsor, &agent, SOME);
		}

		assert_eq!(Pallet::<T>::given_by(&sponsor), 0);
		Ok(())
	}

	/// A vote when so many accounts weigh something.
	#[benchmark(extra)]
	fn vote_among(a: Linear<1_000, 1_000_000>) -> Result<(), BenchmarkError> {
		populate::<T>(a);
		go_to::<T>(OLDEST);
		let (poll, _) = T::BenchmarkHelper::poll()?;
		let who = weighted::<T>(a / 2);

		#[extrinsic_call]
		vote(RawOrigin::Signed(who.clone()), poll, true);

		assert!(voted::<T>(poll, &who).is_some());
		Ok(())
	}

	/// A mint when so many accounts weigh something.
	#[benchmark(extra)]
	fn mint_among(a: Linear<1_000, 1_000_000>) -> Result<(), BenchmarkError> {
		populate::<T>(a);
		go_to::<T>(OLDEST);
		fill_board::<T>(SOME)?;
		let who = weighted::<T>(a / 2);

		#[block]
		{
			<Pallet<T> as Contributions<T::AccountId>>::mint(&who, SOME);
		}

		assert!(Accounts::<T>::get(&who).is_some_and(|record| record.now.weight.fast > SOME));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test, extra = false);
}

/// A poll in which `who` is counted through a delegate that is for it.
fn counted_through<T: Config>(who: &T::AccountId) -> Result<(PollIndexOf<T>, ClassOf<T>), BenchmarkError> {
	let (poll, class) = old_poll::<T>()?;
	let delegate: T::AccountId = account("delegate", 0, 0);
	for account in [who, &delegate] {
		Accounts::<T>::insert(account, full::<T>(SOME)?);
	}
	Pallet::<T>::vote(RawOrigin::Signed(delegate.clone()).into(), poll, true)?;
	let until = frame_system::Pallet::<T>::block_number();
	Delegations::<T>::insert(who, &class, Delegation { to: delegate, until });
	let counted = BoundedVec::truncate_from(Vec::from([who.clone()]));
	Pallet::<T>::count(RawOrigin::Signed(who.clone()).into(), poll, counted)?;
	Ok((poll, class))
}
