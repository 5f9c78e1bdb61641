//! Benchmarks of the calls and of what ends the phases of tasks.

use crate::{
	pallet::{Ballots, Call, Config, Curators, ExcludedFrom, HoldReason, MembersOf, NextTask, Pallet, Rooms, Tasks},
	reputation::Record,
	types::{Ballot, Curator, Members, Phase, Task, MAX_MEMBERS, MAX_SKIPPED},
};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::traits::{
	fungible::{Inspect, Mutate, MutateHold},
	Get,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use openledger_primitives::{
	judgement::{Case, Fault, Gold, Judgement, Verdict},
	Balance, DatanetId, TaskId,
};
use sp_core::H256;
use sp_runtime::traits::{One, Saturating, Zero};

/// Prepares what the benchmarks need and other pallets keep.
pub trait BenchmarkHelper<AccountId> {
	/// A datanet and its owner.
	fn datanet() -> Result<(DatanetId, AccountId), BenchmarkError>;
	/// A case of the datanet that is as dear to close as can be, who may open it and appeal against a rejection, and
	/// the owner.
	fn case(datanet: DatanetId) -> Result<(Case, AccountId, AccountId), BenchmarkError>;
	/// Makes new randomness known, after every block that there was.
	fn make_random();
}

const SALT: H256 = H256([7; 32]);
const LOW: Verdict = Verdict::Rejected(Fault::Poisoned);

/// Gold of a case with as many rows as a committee sees.
fn gold() -> Gold {
	Gold { mask: 0xFF, good: 0x55 }
}

fn judgement() -> Judgement {
	Judgement { good: 0x55, fault: Fault::Poisoned }
}

fn fund<T: Config>(who: &T::AccountId, amount: Balance) -> Result<(), BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	T::Currency::mint_into(who, amount.saturating_add(T::Currency::minimum_balance()))?;
	Ok(())
}

/// What opening a case or appealing costs, at most.
fn costs<T: Config>() -> Balance {
	let fees = T::Fee::get().saturating_mul(MAX_MEMBERS.into());
	fees.saturating_add(T::GoldDeposit::get()).saturating_add(T::AppealBond::get()).saturating_mul(2)
}

/// A curator with a seat.
fn seated<T: Config>(datanet: DatanetId, number: u32) -> Result<T::AccountId, BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	let who: T::AccountId = account("curator", number, 0);
	seat::<T>(datanet, &who)?;
	Ok(who)
}

fn seat<T: Config>(datanet: DatanetId, who: &T::AccountId) -> Result<(), BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	fund::<T>(who, T::CuratorBond::get())?;
	Pallet::<T>::register(RawOrigin::Signed(who.clone()).into(), datanet)?;
	let mut curator = Curators::<T>::get(datanet, who).ok_or("the curator is registered")?;
	Pallet::<T>::seat(datanet, who, &mut curator)?;
	Curators::<T>::insert(datanet, who, curator);
	Ok(())
}

/// A case that was opened where there are `curators` seats, and who opened it.
fn opened<T: Config>(curators: u32) -> Result<(TaskId, Case, T::AccountId), BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	let (datanet, _) = T::BenchmarkHelper::datanet()?;
	for number in 0..curators {
		seated::<T>(datanet, number)?;
	}
	let (case, opener, _) = T::BenchmarkHelper::case(datanet)?;
	fund::<T>(&opener, costs::<T>())?;
	let id = NextTask::<T>::get();
	let seal = gold().commitment(&Pallet::<T>::domain(), datanet, &opener, &SALT);
	Pallet::<T>::open_case(RawOrigin::Signed(opener.clone()).into(), case, seal)?;
	Ok((id, case, opener))
}

/// Writes a task as it is before the end of `phase`, with `members` of whom each has said what `ballot` says.
fn prepare<T: Config>(
	id: TaskId,
	members: u32,
	phase: Phase,
	ballot: impl Fn(&T::AccountId) -> Ballot,
) -> Result<Vec<T::AccountId>, BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	let task = Tasks::<T>::get(id).ok_or("the task is open")?;
	let names: Vec<T::AccountId> = (0..members).map(|number| account("curator", number, 0)).collect();
	let (mut committed, mut revealed) = (0u32, 0u32);
	for who in &names {
		let ballot = ballot(who);
		committed = committed.saturating_add(ballot.seal.is_some().into());
		revealed = revealed.saturating_add(ballot.judgement.is_some().into());
		Ballots::<T>::insert(id, who, ballot);
		let curator = Curators::<T>::get(task.datanet, who).ok_or("the member is a curator")?;
		Curators::<T>::insert(task.datanet, who, Curator { tasks: 1, ..curator });
	}
	// What is held is for as many members as a committee has; here there may be more.
	let more = task.fee.saturating_mul(members.saturating_sub(task.seats).into());
	T::Currency::hold(&HoldReason::Task.into(), &task.opener, more)?;
	let fewer = task.fee.saturating_mul(task.seats.saturating_sub(members).into());
	T::Currency::burn_held(
		&HoldReason::Task.into(),
		&task.opener,
		fewer,
		frame_support::traits::tokens::Precision::Exact,
		frame_support::traits::tokens::Fortitude::Force,
	)?;
	MembersOf::<T>::insert(id, Members::<T>::truncate_from(names.clone()));
	let task = Task { seats: members, committed, revealed, rows: 100, ..task };
	Pallet::<T>::begin(id, task, phase, T::CommitWindow::get())?;
	Ok(names)
}

/// A committee that has rejected the case.
fn appealable<T: Config>() -> Result<(TaskId, Case, T::AccountId), BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	let (id, case, opener) = opened::<T>(T::AppealSize::get().saturating_add(MAX_SKIPPED))?;
	let task = Tasks::<T>::get(id).ok_or("the task is open")?;
	T::Currency::release(
		&HoldReason::Task.into(),
		&opener,
		Pallet::<T>::held(&task)?,
		frame_support::traits::tokens::Precision::Exact,
	)?;
	let judges = (0..T::CommitteeSize::get()).map(|number| account("curator", number, 0)).collect();
	ExcludedFrom::<T>::mutate_extant(id, |excluded| excluded.judges = Members::<T>::truncate_from(judges));
	let task = Task { fee: 0, deposit: 0, ..task };
	Pallet::<T>::begin(id, task, Phase::Appealable { verdict: LOW }, T::AppealWindow::get())?;
	Ok((id, case, opener))
}

/// The block after the last one of the phase of a task.
fn end_phase<T: Config>(id: TaskId) -> Result<(), BenchmarkError> {
	let until = Tasks::<T>::get(id).ok_or("the task is open")?.until;
	frame_system::Pallet::<T>::set_block_number(until.saturating_add(One::one()));
	Ok(())
}

#[allow(clippy::expect_used, clippy::unwrap_used, reason = "the expansion of the macro uses them")]
#[benchmarks(where T::Currency: Mutate<T::AccountId>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register() -> Result<(), BenchmarkError> {
		let (datanet, _) = T::BenchmarkHelper::datanet()?;
		let who: T::AccountId = whitelisted_caller();
		fund::<T>(&who, T::CuratorBond::get())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), datanet);

		assert!(Curators::<T>::contains_key(datanet, &who));
		Ok(())
	}

	/// The curator has a seat, which is free then.
	#[benchmark]
	fn leave() -> Result<(), BenchmarkError> {
		let (datanet, _) = T::BenchmarkHelper::datanet()?;
		let who: T::AccountId = whitelisted_caller();
		seat::<T>(datanet, &who)?;
		seated::<T>(datanet, 1)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), datanet);

		assert!(!Curators::<T>::contains_key(datanet, &who));
		assert_eq!(Rooms::<T>::get(datanet).taken(), 1);
		Ok(())
	}

	#[benchmark]
	fn top_up() -> Result<(), BenchmarkError> {
		let (datanet, _) = T::BenchmarkHelper::datanet()?;
		let who: T::AccountId = whitelisted_caller();
		seat::<T>(datanet, &who)?;
		let mut curator = Curators::<T>::get(datanet, &who).ok_or("the curator is registered")?;
		let penalty = crate::types::Penalty::NoShow;
		Pallet::<T>::penalise(datanet, &who, &mut curator, penalty, T::NoShowPenalty::get())?;
		Curators::<T>::insert(datanet, &who, curator);
		fund::<T>(&who, T::NoShowPenalty::get())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), datanet);

		assert_eq!(Curators::<T>::get(datanet, &who).map(|curator| curator.bond), Some(T::CuratorBond::get()));
		Ok(())
	}

	#[benchmark]
	fn open_assessment() -> Result<(), BenchmarkError> {
		let (datanet, owner) = T::BenchmarkHelper::datanet()?;
		fund::<T>(&owner, T::GoldDeposit::get())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), datanet, H256::repeat_byte(1));

		assert_eq!(Tasks::<T>::get(TaskId(0)).map(|task| task.phase), Some(Phase::Committing));
		Ok(())
	}

	#[benchmark]
	fn open_case() -> Result<(), BenchmarkError> {
		let (datanet, _) = T::BenchmarkHelper::datanet()?;
		for number in 0..T::CommitteeSize::get() {
			seated::<T>(datanet, number)?;
		}
		let (case, opener, _) = T::BenchmarkHelper::case(datanet)?;
		fund::<T>(&opener, costs::<T>())?;
		let id = NextTask::<T>::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(opener), case, H256::repeat_byte(1));

		assert_eq!(Tasks::<T>::get(id).map(|task| task.phase), Some(Phase::Drawing));
		Ok(())
	}

	/// The last candidate of an assessment.
	#[benchmark]
	fn commit() -> Result<(), BenchmarkError> {
		let (datanet, owner) = T::BenchmarkHelper::datanet()?;
		fund::<T>(&owner, T::GoldDeposit::get())?;
		Pallet::<T>::open_assessment(RawOrigin::Signed(owner).into(), datanet, H256::repeat_byte(1))?;
		let names = (1..MAX_MEMBERS).map(|number| account("candidate", number, 0)).collect();
		MembersOf::<T>::insert(TaskId(0), Members::<T>::truncate_from(names));
		let who: T::AccountId = whitelisted_caller();
		fund::<T>(&who, T::CuratorBond::get())?;
		Pallet::<T>::register(RawOrigin::Signed(who.clone()).into(), datanet)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), TaskId(0), H256::repeat_byte(2));

		assert!(Ballots::<T>::get(TaskId(0), &who).is_some_and(|ballot| ballot.seal.is_some()));
		Ok(())
	}

	/// The last member, so that the next phase begins.
	#[benchmark]
	fn reveal() -> Result<(), BenchmarkError> {
		let (id, ..) = opened::<T>(T::CommitteeSize::get())?;
		let seal = |who: &T::AccountId| judgement().commitment(&Pallet::<T>::domain(), id, who, &SALT);
		let ballot = |who: &T::AccountId| Ballot { seal: Some(seal(who)), judgement: None };
		let members = prepare::<T>(id, T::CommitteeSize::get(), Phase::Revealing, ballot)?;
		let others = T::CommitteeSize::get().saturating_sub(1);
		Tasks::<T>::mutate_extant(id, |task| task.revealed = others);
		let who = members.into_iter().next().ok_or("there are members")?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who), id, judgement(), SALT);

		assert_eq!(Tasks::<T>::get(id).map(|task| task.phase), Some(Phase::Gold));
		Ok(())
	}

	#[benchmark]
	fn reveal_gold() -> Result<(), BenchmarkError> {
		let (id, _, opener) = opened::<T>(T::CommitteeSize::get())?;
		prepare::<T>(id, T::CommitteeSize::get(), Phase::Gold, |_| Ballot::default())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(opener), id, gold(), SALT);

		assert_eq!(Tasks::<T>::get(id).and_then(|task| task.known), Some(gold()));
		Ok(())
	}

	#[benchmark]
	fn appeal() -> Result<(), BenchmarkError> {
		let (id, _, opener) = appealable::<T>()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(opener), id);

		assert_eq!(Tasks::<T>::get(id).map(|task| task.phase), Some(Phase::Drawing));
		Ok(())
	}

	/// The committee of an appeal: as many seats as a draw ever looks at are there, and most of them are of no use,
	/// because those who have them have too many tasks.
	#[benchmark]
	fn draw() -> Result<(), BenchmarkError> {
		let (id, _, opener) = appealable::<T>()?;
		Pallet::<T>::appeal(RawOrigin::Signed(opener).into(), id)?;
		let datanet = Tasks::<T>::get(id).ok_or("the task is open")?.datanet;
		for number in 0..MAX_SKIPPED {
			let who: T::AccountId = account("curator", number, 0);
			let curator = Curators::<T>::get(datanet, &who).ok_or("the curator is registered")?;
			Curators::<T>::insert(datanet, &who, Curator { tasks: crate::types::MAX_TASKS, ..curator });
		}
		end_phase::<T>(id)?;
		T::BenchmarkHelper::make_random();

		#[block]
		{
			Pallet::<T>::do_advance(id)?;
		}

		assert_eq!(Tasks::<T>::get(id).map(|task| task.phase), Some(Phase::Committing));
		Ok(())
	}

	/// `m`: members, all of whom are paid, and all of whom lose their seats for what they have missed before.
	#[benchmark]
	fn score(m: Linear<1, MAX_MEMBERS>) -> Result<(), BenchmarkError> {
		let (id, ..) = opened::<T>(m.max(T::CommitteeSize::get()))?;
		let ballot = |_: &T::AccountId| Ballot { seal: Some(SALT), judgement: Some(judgement()) };
		let members = prepare::<T>(id, m, Phase::Gold, ballot)?;
		Tasks::<T>::mutate_extant(id, |task| task.known = Some(gold()));
		let datanet = Tasks::<T>::get(id).ok_or("the task is open")?.datanet;
		for who in &members {
			let curator = Curators::<T>::get(datanet, who).ok_or("the member is a curator")?;
			let record = Record { credibility: 0, gold_seen: 200, gold_missed: 190 };
			Curators::<T>::insert(datanet, who, Curator { record, ..curator });
		}
		end_phase::<T>(id)?;

		#[block]
		{
			Pallet::<T>::do_advance(id)?;
		}

		assert_eq!(Tasks::<T>::get(id).map(|task| task.phase), Some(Phase::Appealable { verdict: LOW }));
		let zero = BlockNumberFor::<T>::zero();
		for who in members {
			let curator = Curators::<T>::get(datanet, who).ok_or("the member is a curator")?;
			assert!(curator.seat.is_none() && curator.locked_until > zero);
		}
		Ok(())
	}

	/// A rejection is carried out.
	#[benchmark]
	fn close() -> Result<(), BenchmarkError> {
		let (id, ..) = appealable::<T>()?;
		end_phase::<T>(id)?;

		#[block]
		{
			Pallet::<T>::do_advance(id)?;
		}

		assert!(!Tasks::<T>::contains_key(id));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
