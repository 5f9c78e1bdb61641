//! `do_try_state` sees what it should: each invariant is broken once.

use crate::{mock::*, types::*, *};
use frame_support::{hypothetically, traits::fungible::MutateHold};
use openledger_primitives::{DatanetId, TaskId};
use sp_runtime::TryRuntimeError;

const ID: TaskId = TaskId(1);

/// A case whose committee commits, and an open assessment.
fn busy(test: impl FnOnce()) {
	with_curators(SEATS, || {
		let (id, members) = drawn(0);
		assert_eq!(id, ID);
		Curation::commit(signed(members[0]), id, Default::default()).unwrap();
		Curation::open_assessment(signed(OWNER), NET, Default::default()).unwrap();
		test();
	});
}

fn assert_broken(why: &'static str, harm: impl FnOnce()) {
	hypothetically!({
		harm();
		assert_eq!(Curation::do_try_state(), Err(TryRuntimeError::Other(why)));
	});
}

fn mutate(change: impl FnOnce(&mut Task<Test>)) {
	Tasks::<Test>::mutate(ID, |task| change(task.as_mut().unwrap()));
}

#[test]
fn try_state_fails_when_holds_differ_from_the_records() {
	busy(|| {
		for (reason, who) in [(HoldReason::Curator, FIRST), (HoldReason::Task, ALICE)] {
			assert_broken("what is on hold differs from what is recorded", || {
				Balances::hold(&reason.into(), &who, 1).unwrap();
			});
		}
		assert_broken("what is on hold differs from what is recorded", || mutate(|task| task.fee += 1));
		assert_broken("something is recorded for an account that does not exist", || {
			Curators::<Test>::insert(NET, NOBODY, Curator { seat: None, tasks: 0, ..curator(FIRST) });
		});
	});
}

#[test]
fn try_state_fails_when_seats_are_wrong() {
	busy(|| {
		assert_broken("a seat is nobody's", || Seats::<Test>::insert(NET, 0, BOB));
		assert_broken("a curator has another seat", || Seats::<Test>::insert(NET, 7, FIRST));
		let room = |seats, free| Rooms::<Test>::insert(NET, Room { seats, free });
		assert_broken("seats are not numbered without gaps", || room(SEATS - 1, 0));
		assert_broken("seats are not numbered without gaps", || room(SEATS + 1, 0));
		assert_broken("free seats are miscounted", || room(SEATS, 1));
		assert_broken("a free seat is beyond the stack", || FreeSeats::<Test>::insert(NET, 0, SEATS));
		assert_broken("a seat has no room", || Rooms::<Test>::remove(NET));
		assert_broken("a curator has a seat that is not there", || {
			room(SEATS - 1, 0);
			Seats::<Test>::remove(NET, SEATS - 1);
		});
	});
}

#[test]
fn try_state_fails_when_the_agenda_is_wrong() {
	busy(|| {
		assert_broken("a task is numbered beyond NextTask", || NextTask::<Test>::put(ID));
		assert_broken("a task is not on the agenda", || mutate(|task| task.until += 1));
		assert_broken("a task is on the agenda of a block that is done", || AgendaFrom::<Test>::put(10_000));
		assert_broken("the agenda has other tasks", || Agenda::<Test>::insert(1_000, ID, ()));
	});
}

#[test]
fn try_state_fails_when_ballots_are_wrong() {
	busy(|| {
		let member = members(ID)[0];
		assert_broken("a member has no ballot", || Ballots::<Test>::remove(ID, member));
		assert_broken("a ballot has no member", || Ballots::<Test>::insert(ID, BOB, Ballot::default()));
		assert_broken("ballots are miscounted", || mutate(|task| task.committed = 2));
		assert_broken("revealed without a commitment", || {
			Ballots::<Test>::insert(ID, member, Ballot { seal: None, judgement: Some(honest(true)) });
		});
		assert_broken("the tasks of a curator are miscounted", || {
			Curators::<Test>::insert(NET, member, Curator { tasks: 2, ..curator(member) });
		});
		assert_broken("members have no task", || MembersOf::<Test>::insert(TaskId(9), Members::<Test>::default()));
	});
}

#[test]
fn try_state_fails_when_tasks_are_not_known_for_what_they_are() {
	busy(|| {
		assert_broken("an open assessment is not known", || Assessments::<Test>::remove(NET));
		assert_broken("an assessment is not open", || Assessments::<Test>::insert(DatanetId(1), TaskId(0)));
		assert_broken("nobody is excluded from a case", || ExcludedFrom::<Test>::remove(ID));
		assert_broken("somebody is excluded from no case", || {
			let excluded = ExcludedFrom::<Test>::get(ID).unwrap();
			ExcludedFrom::<Test>::insert(TaskId(9), excluded);
		});
	});
}
