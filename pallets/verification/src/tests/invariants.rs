//! `do_try_state` sees what it should: each invariant is broken once.

use crate::{ladder::Stage, mock::*, types::*, *};
use frame_support::{hypothetically, traits::fungible::MutateHold};
use openledger_primitives::{receipt::NumericClass, CaseId, Finding};
use sp_core::H256;
use sp_runtime::TryRuntimeError;

const ID: CaseId = CaseId(0);
const CHALLENGED: CaseId = CaseId(1);

/// A case before seven auditors after an appeal, one that was challenged, and a batch that waits for its sample.
fn busy(test: impl FnOnce()) {
	with_auditors(24, || {
		assert_eq!(appealable(0), ID);
		challenge(ALICE, 0).unwrap();
		Verification::appeal(signed(AGENT), ID).unwrap();
		run(DELAY + 1);
		submit(1, NumericClass::Exact);
		assert_eq!(case(CHALLENGED).phase, Phase::Disclosing);
		check();
		test();
	});
}

fn assert_broken(why: &'static str, harm: impl FnOnce()) {
	hypothetically!({
		harm();
		assert_eq!(Verification::do_try_state(), Err(TryRuntimeError::Other(why)));
	});
}

fn mutate(change: impl FnOnce(&mut Case<Test>)) {
	Cases::<Test>::mutate(ID, |case| change(case.as_mut().unwrap()));
}

#[test]
fn try_state_fails_when_seats_are_wrong() {
	busy(|| {
		assert_broken("a seat is nobody's", || Seats::<Test>::insert(Room::Common, 0, BOB));
		assert_broken("an auditor has another seat", || Seats::<Test>::insert(Room::Common, 7, FIRST));
		let room = |seats, free| Rooms::<Test>::insert(Room::Common, Seating { seats, free });
		assert_broken("seats are not numbered without gaps", || room(23, 0));
		assert_broken("seats are not numbered without gaps", || room(25, 0));
		assert_broken("free seats are miscounted", || room(24, 1));
		assert_broken("a place is no free seat's", || FreePlaces::<Test>::insert(Room::Common, 24, 0));
		assert_broken("a free seat is at another place", || {
			Rooms::<Test>::insert(Room::Common, Seating { seats: 25, free: 1 });
			FreeSeats::<Test>::insert(Room::Common, 0, 24);
			FreePlaces::<Test>::insert(Room::Common, 24, 1);
		});
		assert_broken("a free seat is beyond the stack", || FreeSeats::<Test>::insert(Room::Common, 0, 24));
		assert_broken("a seat has no room", || Rooms::<Test>::remove(Room::Common));
		assert_broken("an auditor has a seat that is not there", || {
			room(23, 0);
			Seats::<Test>::remove(Room::Common, 23);
		});
	});
}

#[test]
fn try_state_fails_when_the_agenda_is_wrong() {
	busy(|| {
		assert_broken("a case is numbered beyond NextCase", || NextCase::<Test>::put(CHALLENGED));
		assert_broken("something is not on the agenda", || mutate(|case| case.until += 1));
		assert_broken("something is not on the agenda", || Unsampled::<Test>::insert(1, 1_000));
		assert_broken("something is on the agenda of a block that is done", || AgendaFrom::<Test>::put(10_000));
		assert_broken("something else is on the agenda", || Agenda::<Test>::insert(1_000, Entry::Batch(9), ()));
		assert_broken("something else is on the agenda", || Agenda::<Test>::insert(1_000, Entry::Case(ID), ()));
	});
}

#[test]
fn try_state_fails_when_panels_are_wrong() {
	busy(|| {
		let panel = |change: &dyn Fn(&mut Panel<Test>)| Panels::<Test>::mutate(ID, |panel| change(panel));
		let who = members(ID)[0].who;
		assert_broken("a panel has no case", || {
			Panels::<Test>::insert(CaseId(9), Panel::<Test>::default());
		});
		assert_broken("a stage has too many members", || panel(&|panel| panel[4].stage = Stage::One));
		assert_broken("revealed without a commitment", || panel(&|panel| panel[5].finding = Some(Finding::Sound)));
		assert_broken("a panel has a member twice", || panel(&|panel| panel[1].who = panel[0].who));
		assert_broken("the cases of an auditor are miscounted", || {
			Auditors::<Test>::mutate(who, |auditor| auditor.as_mut().unwrap().cases += 1);
		});
		assert_broken("a member is no auditor", || {
			panel(&|panel| panel[0].who = BOB);
			Auditors::<Test>::mutate(who, |auditor| auditor.as_mut().unwrap().cases -= 1);
		});
		assert_eq!(members(ID).len(), MAX_PANEL as usize);
		assert_ne!(members(ID)[0].seal, Some(H256::zero()));
	});
}

#[test]
fn try_state_fails_when_holds_differ_from_the_bonds() {
	busy(|| {
		for (reason, who) in [(HoldReason::Challenge, ALICE), (HoldReason::Appeal, BOB)] {
			assert_broken("what is on hold differs from what is recorded", || {
				Balances::hold(&reason.into(), &who, 1).unwrap();
			});
		}
		assert_broken("what is on hold differs from what is recorded", || mutate(|case| case.appeal = None));
		assert_broken("something is recorded for an account that does not exist", || {
			Balances::release(
				&HoldReason::Appeal.into(),
				&AGENT,
				APPEAL,
				frame_support::traits::tokens::Precision::Exact,
			)
			.unwrap();
			mutate(|case| case.appeal = Some(Appeal { by: NOBODY, bond: APPEAL }));
		});
	});
}

#[test]
fn try_state_fails_when_dockets_are_wrong() {
	busy(|| {
		let docket = |change: &dyn Fn(&mut Docket)| Dockets::<Test>::mutate(0, |docket| change(docket));
		assert_broken("a docket is miscounted", || docket(&|docket| docket.sampled = 0));
		assert_broken("a docket is miscounted", || docket(&|docket| docket.answers = 2));
		assert_broken("a docket is miscounted", || docket(&|docket| docket.payouts = 1));
		assert_broken("a docket is over", || Dockets::<Test>::insert(7, Docket::default()));
		assert_broken("a docket has forgotten a receipt", || docket(&|docket| docket.shown.clear()));
		assert_broken("a docket has a receipt twice", || {
			docket(&|docket| docket.shown.try_push(docket.shown[0]).unwrap());
		});
		assert_broken("a batch has no docket", || Dockets::<Test>::remove(0));
		assert_broken("a receipt is shown in two audits", || {
			Cases::<Test>::insert(CaseId(2), case(ID));
			NextCase::<Test>::put(CaseId(3));
			Agenda::<Test>::insert(case(ID).until, Entry::Case(CaseId(2)), ());
			Balances::hold(&HoldReason::Appeal.into(), &AGENT, APPEAL).unwrap();
		});
		assert_broken("the challenges of an account are miscounted", || ChallengesBy::<Test>::remove(ALICE));
	});
}
