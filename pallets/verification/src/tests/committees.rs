//! Committing, revealing, and silence.

use crate::{ladder::Stage, mock::*, types::*, *};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{CaseId, Finding, Offence};
use sp_core::H256;

const SOUND: Finding = Finding::Sound;

fn commit(who: u64, id: CaseId) {
	assert_ok!(Verification::commit(signed(who), id, seal(id, who, SOUND)));
}

fn reveal(who: u64, id: CaseId) {
	assert_ok!(Verification::reveal(signed(who), id, SOUND, SALT));
}

#[test]
fn commit_begins_the_next_phase_when_all_have() {
	with_auditors(4, || {
		let id = alarmed(0);
		let judges = judges(id);
		for (place, who) in judges.iter().enumerate() {
			assert_eq!((case(id).phase, case(id).stage), (Phase::Committing, Stage::Three));
			let seal = seal(id, *who, SOUND);
			// The signer speaks for its agent.
			let signer = if place == 0 { who + 1_000 } else { *who };
			assert_ok!(Verification::commit(signed(signer), id, seal));
			System::assert_has_event(Event::Committed { case: id, auditor: *who, seal }.into());
		}
		assert_eq!(case(id).phase, Phase::Revealing);
		assert_eq!(case(id).until, System::block_number() + WINDOW);
	});
}

#[test]
fn commit_fails_where_it_should() {
	with_auditors(4, || {
		let id = sampled(0);
		let call = |who, id| Verification::commit(signed(who), id, H256::zero());
		assert_noop!(call(FIRST, id), Error::<Test>::NotCommitting);
		assert_noop!(call(FIRST, CaseId(9)), Error::<Test>::NoSuchCase);
		disclose(id).unwrap();
		run(DELAY + 1);
		let sentinel = judges(id)[0];
		let other = (FIRST..).find(|who| *who != sentinel).unwrap();
		for who in [ALICE, other, AGENT] {
			assert_noop!(call(who, id), Error::<Test>::NotMember);
		}
		vote(id, 1);
		run(DELAY + 1);
		// Who has judged the case before has no say in the next stage.
		assert_noop!(call(sentinel, id), Error::<Test>::NotMember);
		let who = judges(id)[0];
		assert_ok!(call(who, id));
		assert_noop!(call(who, id), Error::<Test>::AlreadyCommitted);
		let late = judges(id)[1];
		System::set_block_number(case(id).until + 1);
		assert_noop!(call(late, id), Error::<Test>::NotCommitting);
	});
}

#[test]
fn reveal_fails_where_it_should() {
	with_auditors(4, || {
		let id = alarmed(0);
		let judges = judges(id);
		let call = |who, finding, salt| Verification::reveal(signed(who), id, finding, salt);
		let no_case = Verification::reveal(signed(judges[0]), CaseId(9), SOUND, SALT);
		assert_eq!(no_case, Err(Error::<Test>::NoSuchCase.into()));
		commit(judges[0], id);
		commit(judges[1], id);
		assert_noop!(call(judges[0], SOUND, SALT), Error::<Test>::NotRevealing);
		run(WINDOW + 1);
		assert_eq!(case(id).phase, Phase::Revealing);
		assert_noop!(call(judges[2], SOUND, SALT), Error::<Test>::NotCommitted);
		assert_noop!(call(ALICE, SOUND, SALT), Error::<Test>::NotMember);
		assert_noop!(call(judges[0], Finding::WrongOutput, SALT), Error::<Test>::RevealMismatch);
		assert_noop!(call(judges[0], SOUND, H256::zero()), Error::<Test>::RevealMismatch);
		assert_ok!(call(judges[0], SOUND, SALT));
		System::assert_has_event(Event::Revealed { case: id, auditor: judges[0], finding: SOUND }.into());
		assert_noop!(call(judges[0], SOUND, SALT), Error::<Test>::AlreadyRevealed);
		System::set_block_number(case(id).until + 1);
		assert_noop!(call(judges[1], SOUND, SALT), Error::<Test>::NotRevealing);
	});
}

#[test]
fn a_commitment_of_another_is_of_no_use() {
	with_auditors(4, || {
		let id = alarmed(0);
		let judges = judges(id);
		commit(judges[0], id);
		let copied = seal(id, judges[0], SOUND);
		for who in &judges[1..] {
			assert_ok!(Verification::commit(signed(*who), id, copied));
		}
		reveal(judges[0], id);
		let copy = Verification::reveal(signed(judges[1]), id, SOUND, SALT);
		assert_eq!(copy, Err(Error::<Test>::RevealMismatch.into()));
	});
}

#[test]
fn who_is_silent_is_fined_and_replaced_and_nothing_is_decided() {
	with_auditors(12, || {
		let issuance = Balances::total_issuance();
		let id = alarmed(0);
		let first = judges(id);
		commit(first[0], id);
		commit(first[1], id);
		run(WINDOW + 1);
		reveal(first[0], id);
		run(WINDOW + 1);
		// One did not commit and one did not reveal.
		assert_eq!((case(id).phase, judges(id)), (Phase::Drawing, vec![first[0]]));
		assert_eq!(case(id).silent.to_vec(), [first[1], first[2]]);
		assert_eq!([0, 1, 2].map(|place| stake(first[place])), [STAKE, STAKE - PLANT, STAKE - SILENCE]);
		System::assert_has_event(Event::Silenced { case: id, auditor: first[1], burnt: PLANT }.into());
		assert_eq!(Balances::total_issuance(), issuance - PLANT - SILENCE);
		assert_eq!(Auditors::<Test>::get(first[1]).unwrap().cases, 0);
		assert_eq!(FakeBatches::get(0).unwrap().holds, 1);
		check();
		run(DELAY + 1);
		let second = judges(id);
		assert_eq!(second.len(), 3);
		assert!(!second.contains(&first[1]) && !second.contains(&first[2]));
		// Who has revealed has no more to do.
		let again = Verification::commit(signed(first[0]), id, H256::zero());
		assert_eq!(again, Err(Error::<Test>::AlreadyCommitted.into()));
		commit(second[1], id);
		commit(second[2], id);
		assert_eq!(case(id).phase, Phase::Revealing);
		reveal(second[1], id);
		reveal(second[2], id);
		next_block();
		assert_ok!(open_lot(id));
		assert_eq!(outcome(), Outcome::Sound);
	});
}

#[test]
fn a_committee_of_which_nobody_speaks_is_drawn_anew_at_once() {
	with_auditors(12, || {
		let id = alarmed(0);
		let first = judges(id);
		run(WINDOW + 1);
		assert_eq!((case(id).phase, judges(id)), (Phase::Drawing, vec![]));
		run(DELAY + 1);
		assert!(judges(id).iter().all(|who| !first.contains(who)));
	});
}

#[test]
fn silence_never_ends_a_case() {
	with_auditors(12, || {
		let id = watched(0);
		for _ in 0..20 {
			run(30);
			assert!(Cases::<Test>::contains_key(id));
			assert_eq!(FakeBatches::get(0).unwrap().holds, 1);
			assert!(Slashes::get().is_empty());
			check();
		}
		// All were silent more than once, so all were drawn again.
		assert!((FIRST..FIRST + 12).all(|who| stake(who) < STAKE));
		while case(id).phase != Phase::Committing {
			next_block();
		}
		vote(id, 0);
		assert_ok!(open_lot(id));
	});
}

#[test]
fn a_case_waits_for_auditors_and_takes_those_who_come() {
	with_auditors(3, || {
		let id = watched(0);
		vote(id, 1);
		// Two are left, and three are needed.
		run(100);
		assert_eq!((case(id).phase, case(id).stage, judges(id).len()), (Phase::Drawing, Stage::Three, 0));
		assert_ok!(Verification::take_seat(signed(FIRST + 20)));
		run(2 * RETRY + 2);
		assert_eq!((case(id).phase, judges(id).len()), (Phase::Committing, 3));
		rule(id, 3);
		run(WINDOW + 1);
		assert_eq!(outcome(), Outcome::Guilty(Offence::Unsound));
	});
}

#[test]
fn a_draw_waits_for_randomness() {
	with_auditors(3, || {
		let id = sampled(0);
		disclose(id).unwrap();
		Random::set(false);
		run(50);
		assert_eq!(case(id).phase, Phase::Drawing);
		Random::set(true);
		run(DELAY + 1);
		assert_eq!(case(id).phase, Phase::Committing);
	});
}

#[test]
fn advance_ends_what_is_over_but_draws_nothing() {
	with_auditors(12, || {
		let id = sampled(0);
		let advance = || Verification::advance(signed(ALICE), id);
		assert_noop!(Verification::advance(signed(ALICE), CaseId(9)), Error::<Test>::NoSuchCase);
		assert_noop!(advance(), Error::<Test>::PhaseOpen);
		disclose(id).unwrap();
		System::set_block_number(case(id).until);
		assert_noop!(advance(), Error::<Test>::PhaseOpen);
		System::set_block_number(case(id).until + 1);
		assert_noop!(advance(), Error::<Test>::DrawnByChain);
		run(1);
		System::set_block_number(case(id).until + 1);
		assert_ok!(advance());
		assert_eq!(case(id).silent.len(), 1);
	});
}

#[test]
fn drop_case_ends_it_without_a_verdict() {
	with_auditors(3, || {
		let id = watched(0);
		let sentinel = judges(id)[0];
		vote(id, 1);
		assert_noop!(Verification::drop_case(signed(ALICE), id), sp_runtime::DispatchError::BadOrigin);
		assert_noop!(Verification::drop_case(RuntimeOrigin::root(), CaseId(9)), Error::<Test>::NoSuchCase);
		assert_ok!(Verification::drop_case(RuntimeOrigin::root(), id));
		assert_eq!((outcome(), paid(sentinel), stake(sentinel)), (Outcome::Undecided, FEE, STAKE));
		assert_eq!((FakeBatches::get(0).unwrap().holds, FakeAgents::get(AGENT).unwrap().bound), (0, 0));
		assert_eq!(Verification::clean_record(AGENT), 0);
	});
}

#[test]
fn a_case_ends_when_its_batch_does() {
	with_auditors(12, || {
		let before = alarmed(0);
		commit(judges(before)[0], before);
		challenge(ALICE, 0).unwrap();
		change_batch(0, |batch| batch.pending = false);
		run(3 * WINDOW);
		assert_eq!(Cases::<Test>::iter_keys().count(), 0);
		assert_eq!((outcome(), Slashes::get().len()), (Outcome::Undecided, 0));
		assert_eq!(held(HoldReason::Challenge, ALICE), 0);
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT);
		// The sentinel is paid for what it said; nobody is fined.
		assert_eq!((FIRST..FIRST + 12).map(paid).sum::<u128>(), FEE);
		assert!((FIRST..FIRST + 12).all(|who| stake(who) == STAKE));
	});
}

#[test]
fn the_chain_does_no_more_than_there_is_room_for() {
	with_auditors(12, || {
		use frame_support::{traits::Hooks, weights::Weight};
		let id = watched(0);
		System::set_block_number(case(id).until + 1);
		let before = sp_io::storage::root(sp_core::storage::StateVersion::V1);
		assert_eq!(Verification::on_idle(0, Weight::zero()), Weight::zero());
		assert_eq!(sp_io::storage::root(sp_core::storage::StateVersion::V1), before);
		let used = Verification::on_idle(0, Weight::from_parts(1_000_000_000, 50_000));
		assert!(used.all_lte(Weight::from_parts(1_000_000_000, 50_000)));
		assert_eq!(case(id).phase, Phase::Committing);
	});
}

#[test]
fn a_sentinel_that_does_not_reveal_pays_as_for_a_planted_error() {
	with_auditors(4, || {
		let id = watched(0);
		let sentinel = judges(id)[0];
		commit(sentinel, id);
		run(WINDOW + 1);
		System::assert_has_event(Event::Silenced { case: id, auditor: sentinel, burnt: PLANT }.into());
		assert_eq!(stake(sentinel), STAKE - PLANT);
	});
}

#[test]
fn an_alarm_that_no_three_can_judge_ends_undecided() {
	with_auditors(3, || {
		let id = watched(0);
		let sentinel = judges(id)[0];
		vote(id, 1);
		run(u64::from(MAX_RETRIES - 1) * (RETRY + 1));
		assert_eq!((case(id).phase, case(id).retries), (Phase::Drawing, MAX_RETRIES - 1));
		run(2 * RETRY);
		assert_eq!((outcome(), paid(sentinel), stake(sentinel)), (Outcome::Undecided, FEE, STAKE));
		assert_eq!((FakeBatches::get(0).unwrap().holds, Slashes::get().len()), (0, 0));
	});
}

#[test]
fn a_draw_that_finds_auditors_begins_the_count_anew() {
	with_auditors(3, || {
		let id = watched(0);
		vote(id, 1);
		run(20 * RETRY);
		assert!(case(id).retries > 10);
		assert_ok!(Verification::take_seat(signed(FIRST + 20)));
		run(2 * RETRY + 2);
		assert_eq!((case(id).phase, case(id).retries), (Phase::Committing, 0));
	});
}
