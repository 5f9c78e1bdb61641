//! `register`, `leave`, `top_up`, and assessments.

use crate::{
	mock::*,
	types::{Phase, Seat},
	Assessments, Error, Event, Seats,
};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{judgement::Gold, traits::Assessed, DatanetId, TaskId};
use sp_core::H256;
use sp_runtime::TokenError;

const TASK: TaskId = TaskId(0);
const GOLD: Gold = Gold { mask: u64::MAX, good: 0xF0F0 };

fn open_assessment() {
	Curation::open_assessment(signed(OWNER), NET, seal_gold(GOLD, OWNER)).unwrap();
}

#[test]
fn register_holds_the_bond_and_gives_no_seat() {
	build_and_execute(|| {
		assert_ok!(Curation::register(signed(BOB), NET));
		System::assert_last_event(Event::Registered { datanet: NET, curator: BOB, bond: BOND }.into());
		assert_eq!((bond_of(BOB), curator(BOB).seat, Curation::seats(NET)), (BOND, None, 0));
		assert!(!Curation::passed(NET, &BOB));
	});
}

#[test]
fn register_fails_when_it_cannot_be() {
	build_and_execute(|| {
		assert_noop!(Curation::register(signed(BOB), DatanetId(2)), Error::<Test>::NoSuchDatanet);
		assert_noop!(Curation::register(signed(NOBODY), NET), TokenError::FundsUnavailable);
		assert_ok!(Curation::register(signed(BOB), NET));
		assert_noop!(Curation::register(signed(BOB), NET), Error::<Test>::AlreadyCurator);
		assert_ok!(Curation::register(signed(BOB), DatanetId(1)));
	});
}

#[test]
fn leave_releases_the_bond_and_moves_no_seat() {
	with_curators(3, || {
		assert_ok!(Curation::leave(signed(FIRST), NET));
		assert_eq!(bond_of(FIRST), 0);
		assert_eq!((Seats::<Test>::get(NET, 0), Seats::<Test>::get(NET, 2)), (None, Some(FIRST + 2)));
		assert_eq!(Curation::seats(NET), 2);
		System::assert_last_event(Event::Left { datanet: NET, curator: FIRST, bond: BOND }.into());
		assert_noop!(Curation::leave(signed(FIRST), NET), Error::<Test>::NotCurator);
		assert_ok!(Curation::leave(signed(FIRST + 1), NET));
		// Who comes next takes the seat that was left last.
		assert_ok!(Curation::register(signed(BOB), NET));
		assess(&[BOB], &[]);
		assert_eq!(curator(BOB).seat, Some(Seat { number: 1, since: curator(BOB).at }));
		assert_ok!(Curation::leave(signed(FIRST + 2), NET));
		assert_eq!(Curation::seats(NET), 1);
	});
}

#[test]
fn leave_gives_up_the_seat_when_busy() {
	with_curators(SEATS, || {
		let (id, members) = drawn(0);
		assert_ok!(Curation::leave(signed(members[0]), NET));
		assert_eq!((curator(members[0]).seat, bond_of(members[0])), (None, BOND));
		assert_noop!(Curation::leave(signed(members[0]), NET), Error::<Test>::Busy);
		unanimous(id, honest(true), ALICE);
		assert_ok!(Curation::leave(signed(members[0]), NET));
		assert_eq!(bond_of(members[0]), 0);
	});
}

#[test]
fn leave_fails_when_locked_out() {
	with_curators(SEATS, || {
		assert_ok!(Curation::register(signed(BOB), NET));
		assess(&[], &[BOB]);
		assert_noop!(Curation::leave(signed(BOB), NET), Error::<Test>::LockedOut);
		run(LOCK_OUT);
		assert_ok!(Curation::leave(signed(BOB), NET));
	});
}

#[test]
fn top_up_restores_the_bond() {
	with_curators(SEATS, || {
		assert_noop!(Curation::top_up(signed(BOB), NET), Error::<Test>::NotCurator);
		let (id, members) = drawn(0);
		assert_noop!(Curation::top_up(signed(members[0]), NET), Error::<Test>::BondFull);
		let said: Vec<_> = members[1..].iter().map(|who| (*who, honest(true))).collect();
		speak(id, &said);
		assert_ok!(Curation::reveal_gold(signed(ALICE), id, gold(), SALT));
		next_block();
		assert_eq!(bond_of(members[0]), BOND - NO_SHOW);
		assert_ok!(Curation::top_up(signed(members[0]), NET));
		System::assert_last_event(Event::ToppedUp { datanet: NET, curator: members[0], bond: BOND }.into());
		assert_eq!((bond_of(members[0]), curator(members[0]).bond), (BOND, BOND));
	});
}

#[test]
fn an_assessment_seats_who_passes_and_locks_out_who_does_not() {
	build_and_execute(|| {
		for who in [BOB, FIRST, FIRST + 1] {
			assert_ok!(Curation::register(signed(who), NET));
		}
		assess(&[BOB], &[FIRST]);
		assert!(Curation::passed(NET, &BOB) && !Curation::passed(NET, &FIRST));
		assert_eq!(curator(BOB).record.credibility, 150_000);
		assert_eq!(curator(FIRST).locked_until, System::block_number() - 1 + LOCK_OUT + 1);
		assert_eq!((held_for_tasks(OWNER), Assessments::<Test>::get(NET)), (0, None));
		assert_eq!((curator(BOB).tasks, curator(FIRST).tasks), (0, 0));

		open_assessment();
		let id = TaskId(1);
		assert_noop!(Curation::commit(signed(FIRST), id, H256::zero()), Error::<Test>::LockedOut);
		assert_noop!(Curation::commit(signed(BOB), id, H256::zero()), Error::<Test>::AlreadySeated);
		assert_noop!(Curation::commit(signed(OWNER), id, H256::zero()), Error::<Test>::NotCurator);
		assert_ok!(Curation::commit(signed(FIRST + 1), id, H256::zero()));
		assert_noop!(Curation::commit(signed(FIRST + 1), id, H256::zero()), Error::<Test>::AlreadyCommitted);
	});
}

#[test]
fn an_assessment_tolerates_a_quarter_of_misses() {
	build_and_execute(|| {
		for (who, misses, passes) in [(BOB, 16, true), (FIRST, 17, false)] {
			assert_ok!(Curation::register(signed(who), NET));
			let id = crate::NextTask::<Test>::get();
			open_assessment();
			speak(id, &[(who, judgement(GOLD.good ^ ((1 << misses) - 1)))]);
			assert_ok!(Curation::reveal_gold(signed(OWNER), id, GOLD, SALT));
			next_block();
			assert_eq!(Curation::passed(NET, &who), passes, "{misses}");
		}
	});
}

#[test]
fn an_assessment_without_gold_seats_nobody_and_costs_its_owner() {
	build_and_execute(|| {
		assert_ok!(Curation::register(signed(BOB), NET));
		let issuance = Balances::total_issuance();
		open_assessment();
		speak(TASK, &[(BOB, judgement(GOLD.good))]);
		assert_eq!(task(TASK).phase, Phase::Gold);
		run(WINDOW + 1);
		assert!(!Curation::passed(NET, &BOB));
		// Nobody is to blame for an owner that is silent.
		assert_eq!(curator(BOB).locked_until, 0);
		assert_eq!(Balances::total_issuance(), issuance - DEPOSIT);
		assert_eq!(Balances::free_balance(OWNER), ENDOWMENT - DEPOSIT);
	});
}

#[test]
fn an_assessment_that_nobody_takes_costs_nothing() {
	build_and_execute(|| {
		open_assessment();
		assert_eq!(held_for_tasks(OWNER), DEPOSIT);
		run(WINDOW + 1);
		assert_eq!((held_for_tasks(OWNER), Assessments::<Test>::get(NET)), (0, None));
		assert_eq!(Balances::free_balance(OWNER), ENDOWMENT);
	});
}

#[test]
fn a_candidate_that_does_not_reveal_is_locked_out() {
	build_and_execute(|| {
		assert_ok!(Curation::register(signed(BOB), NET));
		open_assessment();
		assert_ok!(Curation::commit(signed(BOB), TASK, H256::zero()));
		run(2 * WINDOW + 2);
		assert!(curator(BOB).locked_until > System::block_number());
		assert_eq!(bond_of(BOB), BOND);
	});
}

#[test]
fn open_assessment_fails_when_it_cannot_be() {
	build_and_execute(|| {
		let open = |who, net| Curation::open_assessment(signed(who), net, H256::zero());
		assert_noop!(open(OWNER, DatanetId(2)), Error::<Test>::NoSuchDatanet);
		assert_noop!(open(BOB, NET), Error::<Test>::NotOwner);
		assert_ok!(open(OWNER, NET));
		assert_noop!(open(OWNER, NET), Error::<Test>::AssessmentOpen);
		assert_ok!(open(OWNER, DatanetId(1)));
	});
}

#[test]
fn commit_fails_when_an_assessment_is_full() {
	build_and_execute(|| {
		open_assessment();
		for who in FIRST..FIRST + 64 {
			assert_ok!(Curation::register(signed(who), NET));
			assert_ok!(Curation::commit(signed(who), TASK, H256::zero()));
		}
		assert_ok!(Curation::register(signed(BOB), NET));
		assert_noop!(Curation::commit(signed(BOB), TASK, H256::zero()), Error::<Test>::AssessmentFull);
	});
}

#[test]
fn commit_fails_when_the_bond_of_a_candidate_is_low() {
	with_curators(SEATS, || {
		// Half of the bond is lost with the seat; then the lock-out passes.
		crate::Curators::<Test>::mutate(NET, FIRST, |curator| {
			curator.as_mut().unwrap().record =
				crate::reputation::Record { credibility: 0, gold_seen: 100, gold_missed: 90 };
		});
		let (id, _) = drawn(0);
		unanimous(id, honest(true), ALICE);
		assert_eq!(bond_of(FIRST), BOND / 2);
		assert!(!Curation::passed(NET, &FIRST));
		run(LOCK_OUT);
		let id = crate::NextTask::<Test>::get();
		open_assessment();
		assert_noop!(Curation::commit(signed(FIRST), id, H256::zero()), Error::<Test>::BondLow);
		assert_ok!(Curation::top_up(signed(FIRST), NET));
		assert_ok!(Curation::commit(signed(FIRST), id, H256::zero()));
	});
}
