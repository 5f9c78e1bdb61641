//! Tasks, from their opening until everybody has spoken.

use crate::{
	pallet::{
		Agenda, Assessments, Ballots, Config, Curators, Error, Event, ExcludedFrom, HoldReason, MembersOf, NextTask,
		Pallet, Rooms, Tasks,
	},
	types::{Appeal, Ballot, Excluded, Members, Phase, Purpose, Task},
};
use frame_support::{
	ensure,
	traits::{fungible::MutateHold, DefensiveOption, Get},
	BoundedVec,
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{
	hashing::Domain,
	judgement::{Case, Gold, Judgement},
	traits::Cases,
	Balance, DatanetId, TaskId,
};
use sp_core::H256;
use sp_runtime::{
	traits::{CheckedAdd, Zero},
	DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_open_assessment(owner: T::AccountId, datanet: DatanetId, gold: H256) -> DispatchResult {
		let of = T::Cases::owner(datanet).ok_or(Error::<T>::NoSuchDatanet)?;
		ensure!(of == owner, Error::<T>::NotOwner);
		ensure!(!Assessments::<T>::contains_key(datanet), Error::<T>::AssessmentOpen);
		let until = Self::after(T::CommitWindow::get())?;
		let task = Self::new_task(Purpose::Assessment, datanet, owner, gold, Phase::Committing, until);
		let task = Self::insert(task)?;
		Assessments::<T>::insert(datanet, task);
		Ok(())
	}

	pub(crate) fn do_open_case(opener: T::AccountId, case: Case, gold: H256) -> DispatchResult {
		let (datanet, seats) = (case.datanet(), T::CommitteeSize::get());
		ensure!(Rooms::<T>::get(datanet).taken() >= seats, Error::<T>::TooFewCurators);
		let until = Self::after(T::DrawDelay::get())?;

		// What the case writes is taken back if the rest fails.
		let brief = T::Cases::open(case, &opener)?;
		let parties = BoundedVec::try_from(brief.parties).map_err(|_| Error::<T>::TooManyParties)?;
		let task = Self::new_task(Purpose::Case(case), datanet, opener, gold, Phase::Drawing, until);
		let task = Self::insert(Task { seats, rows: brief.rows, fee: T::Fee::get(), ..task })?;
		ExcludedFrom::<T>::insert(task, Excluded { parties, judges: Members::<T>::default() });
		Ok(())
	}

	pub(crate) fn do_appeal(appellant: T::AccountId, id: TaskId) -> DispatchResult {
		let task = Tasks::<T>::get(id).ok_or(Error::<T>::NoSuchTask)?;
		let (Phase::Appealable { verdict }, Purpose::Case(case)) = (task.phase, task.purpose) else {
			return Err(Error::<T>::NotAppealable.into());
		};
		ensure!(Self::now() <= task.until, Error::<T>::NotAppealable);
		ensure!(T::Cases::may_appeal(case, verdict, &appellant), Error::<T>::NotLoser);
		let seats = T::AppealSize::get();
		ensure!(Rooms::<T>::get(task.datanet).taken() >= seats, Error::<T>::TooFewCurators);
		let bond = T::AppealBond::get();
		let until = Self::after(T::DrawDelay::get())?;
		let appealed = Task {
			seats,
			rows: task.rows,
			fee: T::Fee::get(),
			deposit: 0,
			appeal: Some(Appeal { first: verdict, bond }),
			..Self::new_task(task.purpose, task.datanet, appellant.clone(), H256::zero(), Phase::Drawing, until)
		};
		let held = Self::held(&appealed)?;

		T::Currency::hold(&HoldReason::Task.into(), &appellant, held)?;
		Agenda::<T>::remove(task.until, id);
		Agenda::<T>::insert(until, id, ());
		Tasks::<T>::insert(id, appealed);
		Self::deposit_event(Event::Appealed { task: id, appellant, held });
		Ok(())
	}

	pub(crate) fn do_commit(who: T::AccountId, id: TaskId, seal: H256) -> DispatchResult {
		let mut task = Tasks::<T>::get(id).ok_or(Error::<T>::NoSuchTask)?;
		ensure!(task.phase == Phase::Committing && Self::now() <= task.until, Error::<T>::NotCommitting);
		let ballot = Ballots::<T>::get(id, &who);
		ensure!(ballot.is_none_or(|ballot| ballot.seal.is_none()), Error::<T>::AlreadyCommitted);
		match task.purpose {
			Purpose::Case(_) => ensure!(ballot.is_some(), Error::<T>::NotMember),
			Purpose::Assessment => Self::join(&who, id, task.datanet)?,
		}
		Ballots::<T>::insert(id, &who, Ballot { seal: Some(seal), judgement: None });
		// At most one for each member.
		task.committed = task.committed.saturating_add(1);
		Self::deposit_event(Event::Committed { task: id, curator: who, seal });
		if task.committed == task.seats {
			return Self::begin(id, task, Phase::Revealing, T::RevealWindow::get());
		}
		Tasks::<T>::insert(id, task);
		Ok(())
	}

	/// Makes a candidate of a curator without a seat.
	fn join(who: &T::AccountId, id: TaskId, datanet: DatanetId) -> DispatchResult {
		let mut curator = Self::ensure_curator(datanet, who)?;
		ensure!(curator.seat.is_none(), Error::<T>::AlreadySeated);
		ensure!(curator.locked_until <= Self::now(), Error::<T>::LockedOut);
		ensure!(curator.bond >= T::CuratorBond::get(), Error::<T>::BondLow);
		MembersOf::<T>::try_mutate(id, |members| members.try_push(who.clone()))
			.map_err(|_| Error::<T>::AssessmentFull)?;
		curator.tasks = curator.tasks.checked_add(1).ok_or(Error::<T>::Overflow)?;
		Curators::<T>::insert(datanet, who, curator);
		Ok(())
	}

	pub(crate) fn do_reveal(who: T::AccountId, id: TaskId, judgement: Judgement, salt: H256) -> DispatchResult {
		let mut task = Tasks::<T>::get(id).ok_or(Error::<T>::NoSuchTask)?;
		ensure!(task.phase == Phase::Revealing && Self::now() <= task.until, Error::<T>::NotRevealing);
		let ballot = Ballots::<T>::get(id, &who).ok_or(Error::<T>::NotMember)?;
		let seal = ballot.seal.ok_or(Error::<T>::NotCommitted)?;
		ensure!(ballot.judgement.is_none(), Error::<T>::AlreadyRevealed);
		ensure!(judgement.good & !task.plan().mask() == 0, Error::<T>::NoSuchItem);
		ensure!(judgement.commitment(&Self::domain(), id, &who, &salt) == seal, Error::<T>::RevealMismatch);

		Ballots::<T>::insert(id, &who, Ballot { judgement: Some(judgement), ..ballot });
		task.revealed = task.revealed.saturating_add(1);
		Self::deposit_event(Event::Revealed { task: id, curator: who, judgement });
		if task.revealed == task.committed {
			return Self::await_gold(id, task);
		}
		Tasks::<T>::insert(id, task);
		Ok(())
	}

	pub(crate) fn do_reveal_gold(opener: T::AccountId, id: TaskId, gold: Gold, salt: H256) -> DispatchResult {
		let mut task = Tasks::<T>::get(id).ok_or(Error::<T>::NoSuchTask)?;
		ensure!(task.opener == opener, Error::<T>::NotOpener);
		let awaited = task.phase == Phase::Gold && task.known.is_none() && task.plan().gold > 0;
		let awaited = awaited && Self::now() <= task.until;
		ensure!(awaited, Error::<T>::NotAwaitingGold);
		let commitment = gold.commitment(&Self::domain(), task.datanet, &opener, &salt);
		ensure!(commitment == task.gold, Error::<T>::RevealMismatch);
		ensure!(task.plan().allows(gold), Error::<T>::BadGold);

		task.known = Some(gold);
		Self::deposit_event(Event::GoldRevealed { task: id, gold });
		// The phase ends with this block.
		Self::begin(id, task, Phase::Gold, Zero::zero())
	}

	/// Everybody has spoken who will. An appeal has no gold: it ends with this block.
	pub(crate) fn await_gold(id: TaskId, task: Task<T>) -> DispatchResult {
		let window = if task.plan().gold > 0 { T::GoldWindow::get() } else { Zero::zero() };
		Self::begin(id, task, Phase::Gold, window)
	}

	/// Begins `phase`, which lasts for `window` blocks after this one.
	pub(crate) fn begin(id: TaskId, mut task: Task<T>, phase: Phase, window: BlockNumberFor<T>) -> DispatchResult {
		let until = Self::after(window)?;
		Agenda::<T>::remove(task.until, id);
		Agenda::<T>::insert(until, id, ());
		task.phase = phase;
		task.until = until;
		Tasks::<T>::insert(id, task);
		Self::deposit_event(Event::PhaseBegun { task: id, phase, until });
		Ok(())
	}

	fn new_task(
		purpose: Purpose,
		datanet: DatanetId,
		opener: T::AccountId,
		gold: H256,
		phase: Phase,
		until: BlockNumberFor<T>,
	) -> Task<T> {
		Task {
			purpose,
			datanet,
			opener,
			opened: Self::now(),
			room: Rooms::<T>::get(datanet).seats,
			phase,
			until,
			rows: 0,
			seed: H256::zero(),
			gold,
			known: None,
			seats: 0,
			committed: 0,
			revealed: 0,
			fee: 0,
			deposit: T::GoldDeposit::get(),
			appeal: None,
		}
	}

	/// Holds what a new task costs and puts it on the agenda.
	fn insert(task: Task<T>) -> Result<TaskId, DispatchError> {
		let id = NextTask::<T>::get();
		let next = id.next().ok_or(Error::<T>::IdsExhausted)?;
		let held = Self::held(&task)?;
		T::Currency::hold(&HoldReason::Task.into(), &task.opener, held)?;
		NextTask::<T>::put(next);
		Agenda::<T>::insert(task.until, id, ());
		let Task { purpose, datanet, gold, .. } = task;
		let opener = task.opener.clone();
		Tasks::<T>::insert(id, task);
		Self::deposit_event(Event::TaskOpened { task: id, datanet, purpose, opener, gold, held });
		Ok(id)
	}

	/// What is on hold for a task.
	pub(crate) fn held(task: &Task<T>) -> Result<Balance, DispatchError> {
		let fees = task.fee.checked_mul(task.seats.into());
		let bond = task.appeal.map(|appeal| appeal.bond).unwrap_or_default();
		let sum = fees.and_then(|fees| fees.checked_add(task.deposit)?.checked_add(bond));
		sum.ok_or_else(|| Error::<T>::Overflow.into())
	}

	/// The block `window` blocks from now.
	pub(crate) fn after(window: BlockNumberFor<T>) -> Result<BlockNumberFor<T>, DispatchError> {
		Self::now().checked_add(&window).ok_or_else(|| Error::<T>::Overflow.into())
	}

	/// One task less for a curator.
	pub(crate) fn task_done(tasks: u32) -> Result<u32, DispatchError> {
		tasks.checked_sub(1).defensive_ok_or_else(|| Error::<T>::Unexpected.into())
	}

	/// The chain that commitments are bound to.
	pub(crate) fn domain() -> Domain {
		Domain { genesis: frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()) }
	}
}
