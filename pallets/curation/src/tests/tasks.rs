//! From the opening of a case to the last word of its committee.

use crate::{mock::*, types::Phase, Agenda, Ballots, Error, Event, NextTask, Tasks};
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use openledger_primitives::{
	judgement::{Gold, Verdict},
	ContributionId, DatanetId, TaskId,
};
use sp_core::H256;
use sp_runtime::TokenError;
use std::collections::BTreeSet;

const HELD: u128 = FEE * SEATS as u128 + DEPOSIT;

#[test]
fn open_case_holds_fees_and_deposit() {
	with_curators(SEATS, || {
		let id = open(0);
		assert_eq!(held_for_tasks(ALICE), HELD);
		assert_eq!((task(id).phase, task(id).rows, task(id).seats), (Phase::Drawing, ROWS, SEATS));
		assert_eq!(Open::get(), [case(0)]);
		let Event::TaskOpened { held, opener, .. } = last_event() else { panic!("no task was opened") };
		assert_eq!((held, opener), (HELD, ALICE));
	});
}

fn last_event() -> Event<Test> {
	match System::events().pop().unwrap().event {
		RuntimeEvent::Curation(event) => event,
		other => panic!("{other:?}"),
	}
}

#[test]
fn open_case_fails_when_there_are_too_few_curators() {
	with_curators(SEATS - 1, || {
		assert_noop!(Curation::open_case(signed(ALICE), case(0), H256::zero()), Error::<Test>::TooFewCurators);
	});
}

#[test]
fn open_case_fails_when_the_court_refuses_or_it_cannot_be_paid() {
	with_curators(SEATS, || {
		let open = |who| Curation::open_case(signed(who), case(0), H256::zero());
		assert!(open(BOB).is_err());
		Balances::force_set_balance(RuntimeOrigin::root(), ALICE, HELD).unwrap();
		assert_noop!(open(ALICE), TokenError::FundsUnavailable);
		// What the court wrote is outside of the storage of this mock.
		Open::set(vec![]);
		Balances::force_set_balance(RuntimeOrigin::root(), ALICE, HELD + 1).unwrap();
		assert_ok!(open(ALICE));
	});
}

#[test]
fn open_case_fails_when_identifiers_are_used_up() {
	with_curators(SEATS, || {
		NextTask::<Test>::put(TaskId(u32::MAX));
		assert_noop!(Curation::open_case(signed(ALICE), case(0), H256::zero()), Error::<Test>::IdsExhausted);
		Open::set(vec![]);
		NextTask::<Test>::put(TaskId(1));
	});
}

#[test]
fn a_committee_waits_for_randomness_that_nobody_knew() {
	with_curators(SEATS, || {
		let id = open(0);
		let opened = System::block_number();
		for since in [0, opened, opened + DELAY] {
			Known::set((H256::repeat_byte(1), since));
			run(3 * DELAY);
			assert_eq!(task(id).phase, Phase::Drawing, "{since}");
		}
		Known::set((H256::repeat_byte(1), opened + DELAY + 1));
		run(DELAY + 1);
		assert_eq!(task(id).phase, Phase::Committing);
	});
}

#[test]
fn a_committee_has_distinct_members_and_no_party() {
	with_curators(20, || {
		for who in [OWNER, ALICE] {
			assert_ok!(Curation::register(signed(who), NET));
		}
		assess(&[OWNER, ALICE], &[]);
		for number in 0..50 {
			let (id, members) = drawn(number);
			assert_eq!(members.iter().collect::<BTreeSet<_>>().len(), SEATS as usize);
			assert!(!members.contains(&OWNER) && !members.contains(&ALICE));
			assert!(members.iter().all(|who| Ballots::<Test>::get(id, who) == Some(Default::default())));
			Curation::do_try_state().unwrap();
		}
	});
}

#[test]
fn a_committee_has_nobody_who_came_after_the_case_or_has_too_much_to_do() {
	with_curators(SEATS + 2, || {
		let id = open(0);
		run(1);
		assert_ok!(Curation::register(signed(BOB), NET));
		assess(&[BOB], &[]);
		let busy = FIRST + 1;
		let tasks = crate::types::MAX_TASKS;
		crate::Curators::<Test>::mutate(NET, busy, |curator| curator.as_mut().unwrap().tasks += tasks);
		assert_ok!(Curation::leave(signed(FIRST), NET));
		draw(id);
		assert_eq!(
			members(id).iter().copied().collect::<BTreeSet<_>>(),
			(FIRST + 2..FIRST + 2 + u64::from(SEATS)).collect()
		);
		crate::Curators::<Test>::mutate(NET, busy, |curator| curator.as_mut().unwrap().tasks -= tasks);
	});
}

#[test]
fn a_case_is_given_back_when_parties_hold_the_seats() {
	with_curators(SEATS - 1, || {
		assert_ok!(Curation::register(signed(ALICE), NET));
		assess(&[ALICE], &[]);
		let id = open(0);
		draw(id);
		assert_eq!(Closed::get(), [(case(0), None)]);
		assert_eq!(held_for_tasks(ALICE), 0);
		assert!(Tasks::<Test>::get(id).is_none());
	});
}

#[test]
fn commit_and_reveal_move_on_when_everybody_has_spoken() {
	with_curators(SEATS, || {
		let (id, members) = drawn(0);
		let said = honest(true);
		for (n, who) in members.iter().enumerate() {
			assert_eq!((task(id).phase, task(id).committed), (Phase::Committing, n as u32));
			assert_ok!(Curation::commit(signed(*who), id, seal(id, *who, said)));
		}
		assert_eq!(task(id).phase, Phase::Revealing);
		for (n, who) in members.iter().enumerate() {
			assert_eq!((task(id).phase, task(id).revealed), (Phase::Revealing, n as u32));
			assert_ok!(Curation::reveal(signed(*who), id, said, SALT));
		}
		assert_eq!(task(id).phase, Phase::Gold);
	});
}

#[test]
fn commit_fails_when_it_is_not_the_member_or_not_the_time() {
	with_curators(SEATS, || {
		let commit = |who, id| Curation::commit(signed(who), id, H256::zero());
		assert_noop!(commit(FIRST, TaskId(9)), Error::<Test>::NoSuchTask);
		let id = open(0);
		assert_noop!(commit(FIRST, id), Error::<Test>::NotCommitting);
		draw(id);
		assert_noop!(commit(BOB, id), Error::<Test>::NotMember);
		assert_ok!(commit(FIRST, id));
		assert_noop!(commit(FIRST, id), Error::<Test>::AlreadyCommitted);
		System::set_block_number(task(id).until + 1);
		assert_noop!(commit(FIRST + 1, id), Error::<Test>::NotCommitting);
		System::set_block_number(task(id).until);
		assert_ok!(commit(FIRST + 1, id));
	});
}

#[test]
fn reveal_fails_when_it_is_not_what_was_committed_to_or_not_the_time() {
	with_curators(SEATS, || {
		let (id, members) = drawn(0);
		let said = honest(true);
		let (me, other, silent) = (members[0], members[1], members[2]);
		assert_ok!(Curation::commit(signed(me), id, seal(id, me, said)));
		// A copy-cat commits to what another has committed to.
		assert_ok!(Curation::commit(signed(other), id, seal(id, me, said)));
		assert_noop!(Curation::reveal(signed(me), id, said, SALT), Error::<Test>::NotRevealing);
		run(WINDOW + 1);
		let reveal = |who, said, salt| Curation::reveal(signed(who), id, said, salt);
		assert_noop!(reveal(me, honest(false), SALT), Error::<Test>::RevealMismatch);
		assert_noop!(reveal(me, said, H256::zero()), Error::<Test>::RevealMismatch);
		assert_noop!(reveal(other, said, SALT), Error::<Test>::RevealMismatch);
		assert_noop!(reveal(silent, said, SALT), Error::<Test>::NotCommitted);
		assert_noop!(reveal(BOB, said, SALT), Error::<Test>::NotMember);
		assert_ok!(reveal(me, said, SALT));
		assert_noop!(reveal(me, said, SALT), Error::<Test>::AlreadyRevealed);
		System::set_block_number(task(id).until + 1);
		assert_noop!(reveal(other, said, SALT), Error::<Test>::NotRevealing);
		System::set_block_number(task(id).until);
	});
}

#[test]
fn reveal_fails_when_it_judges_items_that_are_not_there() {
	with_curators(SEATS, || {
		// A takedown has eight items.
		let case = openledger_primitives::judgement::Case::Takedown { datanet: NET, row: 1 };
		assert_ok!(Curation::open_case(signed(ALICE), case, H256::zero()));
		let id = TaskId(NextTask::<Test>::get().0 - 1);
		draw(id);
		let (who, said) = (members(id)[0], judgement(0x1FF));
		assert_ok!(Curation::commit(signed(who), id, seal(id, who, said)));
		run(WINDOW + 1);
		assert_noop!(Curation::reveal(signed(who), id, said, SALT), Error::<Test>::NoSuchItem);
	});
}

#[test]
fn a_commitment_means_nothing_in_another_task() {
	with_curators(SEATS, || {
		let ((one, members), (two, _)) = (drawn(0), drawn(1));
		let (who, said) = (members[0], honest(true));
		let sealed = seal(one, who, said);
		assert_ok!(Curation::commit(signed(who), two, sealed));
		run(WINDOW + 1);
		assert_noop!(Curation::reveal(signed(who), two, said, SALT), Error::<Test>::RevealMismatch);
	});
}

#[test]
fn reveal_gold_fails_when_it_is_not_what_was_committed_to_or_not_the_time() {
	with_curators(SEATS, || {
		let (id, members) = drawn(0);
		let reveal = |who, gold, salt| Curation::reveal_gold(signed(who), id, gold, salt);
		assert_noop!(Curation::reveal_gold(signed(ALICE), TaskId(9), gold(), SALT), Error::<Test>::NoSuchTask);
		assert_noop!(reveal(ALICE, gold(), SALT), Error::<Test>::NotAwaitingGold);
		let said: Vec<_> = members.iter().map(|who| (*who, honest(true))).collect();
		speak(id, &said);
		assert_noop!(reveal(OWNER, gold(), SALT), Error::<Test>::NotOpener);
		assert_noop!(reveal(ALICE, Gold { good: 0, ..gold() }, SALT), Error::<Test>::RevealMismatch);
		assert_noop!(reveal(ALICE, gold(), H256::zero()), Error::<Test>::RevealMismatch);
		assert_ok!(reveal(ALICE, gold(), SALT));
		assert_noop!(reveal(ALICE, gold(), SALT), Error::<Test>::NotAwaitingGold);
	});
}

#[test]
fn reveal_gold_fails_when_it_is_not_as_planned() {
	with_curators(SEATS, || {
		let gold = Gold { mask: 0x7F, good: 0 };
		assert_ok!(Curation::open_case(signed(ALICE), case(0), seal_gold(gold, ALICE)));
		let id = TaskId(NextTask::<Test>::get().0 - 1);
		draw(id);
		let said: Vec<_> = members(id).into_iter().map(|who| (who, honest(true))).collect();
		speak(id, &said);
		assert_noop!(Curation::reveal_gold(signed(ALICE), id, gold, SALT), Error::<Test>::BadGold);
	});
}

#[test]
fn advance_ends_a_phase_for_anyone_when_its_last_block_has_passed() {
	with_curators(SEATS, || {
		let (id, members) = drawn(0);
		assert_ok!(Curation::commit(signed(members[0]), id, H256::zero()));
		assert_noop!(Curation::advance(signed(BOB), id), Error::<Test>::PhaseOpen);
		assert_noop!(Curation::advance(signed(BOB), TaskId(9)), Error::<Test>::NoSuchTask);
		// No room in blocks.
		System::set_block_number(task(id).until + 1);
		Curation::on_idle(System::block_number(), Weight::zero());
		assert_eq!(task(id).phase, Phase::Committing);
		assert_ok!(Curation::advance(signed(BOB), id));
		assert_eq!(task(id).phase, Phase::Revealing);
		assert_eq!(Agenda::<Test>::iter().count(), 1);
	});
}

#[test]
fn the_agenda_is_worked_off_in_order_and_in_portions() {
	with_curators(SEATS, || {
		let ids: Vec<_> = (0..14).map(open).collect();
		let opened = System::block_number();
		Known::set((H256::repeat_byte(1), opened + DELAY + 1));
		System::set_block_number(opened + DELAY + 1);
		// Eight steps in a block, of which some only look at empty blocks.
		let mut left = vec![];
		for _ in 0..6 {
			Curation::on_idle(System::block_number(), Weight::MAX);
			left.push(ids.iter().filter(|id| task(**id).phase == Phase::Drawing).count());
		}
		assert!(left.windows(2).all(|pair| pair[1] < pair[0] && pair[0] - pair[1] <= 8 || pair == [0, 0]), "{left:?}");
		assert_eq!(left.last(), Some(&0));
		Curation::do_try_state().unwrap();
	});
}

#[test]
fn views_tell_what_is_open() {
	with_curators(SEATS, || {
		let id = open(0);
		assert!(Curation::sampled_rows(id).is_empty());
		draw(id);
		let rows = Curation::sampled_rows(id);
		assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), 56);
		assert!(rows.iter().all(|row| *row < ROWS));
		assert_eq!(Curation::plan(case(0), 8), (8, 2));
		assert_eq!((Curation::members(id).len(), Curation::seats(NET)), (5, 5));
		assert_eq!(Curation::task(id).map(|task| task.datanet), Some(NET));
		assert!(Curation::ballot(id, members(id)[0]).is_some() && Curation::ballot(id, BOB).is_none());
		assert!(Curation::curator(NET, FIRST).is_some());
		assert_eq!(Curation::credibility(NET, FIRST), Some(150_000));
		System::set_block_number(System::block_number() + 2_000);
		assert_eq!(Curation::credibility(NET, FIRST), Some(37_500));
		System::set_block_number(System::block_number() - 2_000);
	});
}

#[test]
fn a_case_may_be_opened_again_when_it_is_closed() {
	with_curators(SEATS, || {
		let (id, _) = drawn(0);
		run(WINDOW + 1);
		assert_eq!(Closed::get(), [(case(0), None)]);
		assert!(Tasks::<Test>::get(id).is_none());
		// Nobody was shown anything: the opener pays, and nobody else.
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - DEPOSIT);
		assert!((FIRST..FIRST + u64::from(SEATS)).all(|who| bond_of(who) == BOND));
		let (again, _) = drawn(0);
		unanimous(again, honest(true), ALICE);
		run(WINDOW + 1);
		assert_eq!(Closed::get().last(), Some(&(case(0), Some(Verdict::Accepted))));
		assert_eq!(case(0).datanet(), DatanetId(0));
		assert_ne!(
			case(0),
			openledger_primitives::judgement::Case::Contribution { datanet: NET, contribution: ContributionId(1) }
		);
	});
}
