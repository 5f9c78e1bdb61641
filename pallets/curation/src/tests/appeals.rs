//! `appeal`.

use crate::{mock::*, types::Phase, Error, Event, ExcludedFrom};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{
	judgement::{Fault, Verdict},
	TaskId,
};
use sp_core::H256;
use sp_runtime::TokenError;

const LOW: Verdict = Verdict::Rejected(Fault::LowQuality);
const HELD: u128 = FEE * APPEAL_SEATS as u128 + APPEAL;

/// Case 0, rejected for low quality by all five.
fn rejected() -> TaskId {
	let (id, _) = drawn(0);
	unanimous(id, honest(false), ALICE);
	assert_eq!(task(id).phase, Phase::Appealable { verdict: LOW });
	id
}

fn appeal(who: u64, id: TaskId) -> sp_runtime::DispatchResult {
	Curation::appeal(signed(who), id)
}

#[test]
fn nothing_is_carried_out_while_there_is_time_to_appeal() {
	with_curators(20, || {
		let id = rejected();
		run(WINDOW);
		assert_eq!(Closed::get(), []);
		run(1);
		assert_eq!(Closed::get(), [(case(0), Some(LOW))]);
		assert_noop!(appeal(ALICE, id), Error::<Test>::NoSuchTask);
	});
}

#[test]
fn appeal_gives_the_case_to_a_larger_committee_of_others() {
	with_curators(20, || {
		let id = rejected();
		let judges = ExcludedFrom::<Test>::get(id).unwrap().judges;
		assert_ok!(appeal(ALICE, id));
		System::assert_last_event(Event::Appealed { task: id, appellant: ALICE, held: HELD }.into());
		assert_eq!(held_for_tasks(ALICE), HELD);
		draw(id);
		assert_eq!(members(id).len(), APPEAL_SEATS as usize);
		assert!(members(id).iter().all(|who| !judges.contains(who)));
	});
}

#[test]
fn judges_sit_again_when_there_are_too_few_others() {
	with_curators(APPEAL_SEATS + 1, || {
		let id = rejected();
		let judges = ExcludedFrom::<Test>::get(id).unwrap().judges;
		assert_ok!(appeal(ALICE, id));
		draw(id);
		let fresh = members(id).iter().filter(|who| !judges.contains(who)).count();
		assert_eq!((members(id).len(), fresh), (APPEAL_SEATS as usize, 3));
	});
}

#[test]
fn an_appeal_that_succeeds_returns_its_bond() {
	with_curators(20, || {
		let id = rejected();
		assert_ok!(appeal(ALICE, id));
		draw(id);
		// It reads 64 of the rows, and there is no gold to reveal.
		assert_eq!(Curation::sampled_rows(id).len(), 64);
		assert_noop!(Curation::reveal_gold(signed(ALICE), id, gold(), SALT), Error::<Test>::NotAwaitingGold);
		unanimous(id, judgement(u64::MAX), ALICE);
		assert_eq!(Closed::get(), [(case(0), Some(Verdict::Accepted))]);
		assert_eq!(held_for_tasks(ALICE), 0);
		// Both committees were paid.
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - FEE * u128::from(SEATS + APPEAL_SEATS));
	});
}

#[test]
fn an_appeal_that_fails_burns_its_bond() {
	with_curators(20, || {
		let id = rejected();
		let issuance = Balances::total_issuance();
		assert_ok!(appeal(ALICE, id));
		draw(id);
		unanimous(id, honest(false), ALICE);
		assert_eq!(Closed::get(), [(case(0), Some(LOW))]);
		assert_eq!((held_for_tasks(ALICE), Balances::total_issuance()), (0, issuance - APPEAL));
	});
}

#[test]
fn the_first_verdict_stands_when_the_second_committee_is_silent() {
	with_curators(20, || {
		let id = rejected();
		let before = Balances::free_balance(ALICE);
		assert_ok!(appeal(ALICE, id));
		draw(id);
		let members = members(id);
		run(WINDOW + 1);
		assert_eq!(Closed::get(), [(case(0), Some(LOW))]);
		assert_eq!(Balances::free_balance(ALICE), before);
		// Nobody had to show them the rows, so silence costs.
		assert!(members.iter().all(|who| bond_of(*who) == BOND - NO_SHOW));
	});
}

#[test]
fn the_owner_appeals_against_an_acceptance() {
	with_curators(20, || {
		let (id, _) = drawn(0);
		unanimous(id, honest(true), ALICE);
		assert_noop!(appeal(ALICE, id), Error::<Test>::NotLoser);
		assert_ok!(appeal(OWNER, id));
		draw(id);
		unanimous(id, judgement(0), OWNER);
		assert_eq!(Closed::get(), [(case(0), Some(LOW))]);
		assert_eq!(held_for_tasks(OWNER), 0);
	});
}

#[test]
fn appeal_fails_when_it_cannot_be() {
	with_curators(20, || {
		assert_noop!(appeal(ALICE, TaskId(9)), Error::<Test>::NoSuchTask);
		let id = rejected();
		for who in [OWNER, BOB] {
			assert_noop!(appeal(who, id), Error::<Test>::NotLoser);
		}
		let until = task(id).until;
		System::set_block_number(until + 1);
		assert_noop!(appeal(ALICE, id), Error::<Test>::NotAppealable);
		System::set_block_number(until);
		Balances::force_set_balance(RuntimeOrigin::root(), ALICE, HELD).unwrap();
		assert_noop!(appeal(ALICE, id), TokenError::FundsUnavailable);
		Balances::force_set_balance(RuntimeOrigin::root(), ALICE, 10 * HELD).unwrap();
		assert_ok!(appeal(ALICE, id));
		assert_noop!(appeal(ALICE, id), Error::<Test>::NotAppealable);
	});
}

#[test]
fn appeal_fails_when_there_are_too_few_curators_or_nothing_to_appeal_against() {
	with_curators(APPEAL_SEATS - 1, || {
		let id = rejected();
		assert_noop!(appeal(ALICE, id), Error::<Test>::TooFewCurators);
		let assessment = crate::NextTask::<Test>::get();
		assert_ok!(Curation::open_assessment(signed(OWNER), NET, H256::zero()));
		assert_noop!(appeal(OWNER, assessment), Error::<Test>::NotAppealable);
	});
}
