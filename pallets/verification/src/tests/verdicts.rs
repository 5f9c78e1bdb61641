//! Challenges, verdicts, appeals, and who pays.

use crate::{ladder::Stage, mock::*, types::*, *};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{receipt::NumericClass, CaseId, Finding, Offence};

const EXACT: NumericClass = NumericClass::Exact;
const UNSOUND: Outcome = Outcome::Guilty(Offence::Unsound);

fn challenge_payouts(who: u64, batch: u64) -> sp_runtime::DispatchResult {
	Verification::challenge(signed(who), batch, 0, Box::new(receipt(0, EXACT)), prove(0, EXACT), Subject::Payouts)
}

/// A challenged case before three auditors.
fn contested(who: u64) -> CaseId {
	let id = NextCase::<Test>::get();
	challenge(who, 0).unwrap();
	disclose(id).unwrap();
	run(DELAY + 1);
	assert_eq!(judges(id).len(), 3);
	id
}

/// A batch that no audit falls on.
fn unsampled() {
	PerAudit::set(u128::MAX);
	submit(0, EXACT);
}

fn by_stage(id: CaseId, stage: Stage) -> Vec<u64> {
	members(id).into_iter().filter(|member| member.stage == stage).map(|member| member.who).collect()
}

#[test]
fn three_that_agree_convict_after_the_time_for_an_appeal() {
	with_auditors(12, || {
		let id = appealable(0);
		let panel = members(id);
		assert!(Slashes::get().is_empty());
		run(WINDOW + 1);
		assert_eq!(outcome(), UNSOUND);
		assert!(panel.iter().all(|member| paid(member.who) == FEE));
		let slash = Slashes::get().pop().unwrap();
		assert_eq!((slash.agent, slash.offence, slash.fees, slash.batch), (AGENT, Offence::Unsound, 2_000, 0));
		// Nobody has challenged it, and the sentinel has its fee alone.
		assert_eq!(slash.shares.challenger, None);
		assert_eq!((slash.shares.harmed, slash.shares.committee), (Some(HARMED), Some(Verification::pot())));
	});
}

#[test]
fn three_that_find_nothing_acquit_and_the_sentinel_pays_the_accused() {
	with_auditors(12, || {
		let issuance = Balances::total_issuance();
		let id = alarmed(0);
		let (sentinel, three) = (by_stage(id, Stage::One)[0], by_stage(id, Stage::Three));
		rule(id, 0);
		assert_eq!((outcome(), compensation(), stake(sentinel)), (Outcome::Sound, ERROR, STAKE - ERROR));
		System::assert_has_event(Event::Fined { case: id, auditor: sentinel, burnt: 0, given: ERROR }.into());
		assert!(three.iter().all(|who| paid(*who) == FEE));
		assert_eq!((Balances::total_issuance(), Verification::clean_record(AGENT)), (issuance, 1));
		assert_eq!((FakeBatches::get(0).unwrap().holds, FakeAgents::get(AGENT).unwrap().bound), (0, 0));
	});
}

#[test]
fn three_that_disagree_ask_seven() {
	for (against, expected) in [(0, Outcome::Sound), (4, Outcome::Sound), (5, UNSOUND), (7, UNSOUND)] {
		with_auditors(12, || {
			let id = alarmed(0);
			let three = by_stage(id, Stage::Three);
			rule(id, 1);
			assert_eq!((case(id).stage, case(id).phase), (Stage::Seven, Phase::Drawing));
			run(DELAY + 1);
			let seven = judges(id);
			assert_eq!(seven.len(), 7);
			assert!(seven.iter().all(|who| !three.contains(who)));
			vote(id, against);
			// Seven decide for good.
			assert_eq!(outcome(), expected);
			// One of three was against, two were not.
			let fined: Vec<_> = three.iter().map(|who| STAKE - stake(*who)).collect();
			let guilty = expected == UNSOUND;
			assert_eq!(fined, if guilty { [0, ERROR, ERROR] } else { [ERROR, 0, 0] });
			for (place, who) in seven.iter().enumerate() {
				let right = (place < against) == guilty;
				assert_eq!((paid(*who), STAKE - stake(*who)), if right { (FEE, 0) } else { (0, ERROR) });
			}
			// The accused has all of the sentinel's fine and half of the others', if it is acquitted.
			let others = 1 + against as u128;
			assert_eq!(compensation(), if guilty { 0 } else { ERROR + others * ERROR / 2 });
		});
	}
}

#[test]
fn fines_of_those_who_saw_nothing_are_burnt_when_the_agent_is_guilty() {
	with_auditors(12, || {
		let issuance = Balances::total_issuance();
		let id = alarmed(0);
		rule(id, 2);
		run(DELAY + 1);
		vote(id, 5);
		assert_eq!(outcome(), UNSOUND);
		assert_eq!((Balances::total_issuance(), compensation()), (issuance - 3 * ERROR, 0));
	});
}

#[test]
fn appeal_asks_seven_and_is_returned_if_they_acquit() {
	for who in [AGENT, SIGNER] {
		with_auditors(12, || {
			let id = appealable(0);
			let three = by_stage(id, Stage::Three);
			assert_ok!(Verification::appeal(signed(who), id));
			System::assert_has_event(Event::Appealed { case: id, by: who, bond: APPEAL }.into());
			assert_eq!(held(HoldReason::Appeal, who), APPEAL);
			run(DELAY + 1);
			vote(id, 0);
			assert_eq!((outcome(), held(HoldReason::Appeal, who)), (Outcome::Sound, 0));
			assert_eq!(Balances::free_balance(who), ENDOWMENT);
			assert!(three.iter().all(|who| stake(*who) == STAKE - ERROR));
			assert_eq!(compensation(), ERROR + 3 * ERROR / 2);
		});
	}
}

#[test]
fn an_appeal_that_changes_nothing_costs_its_bond() {
	with_auditors(12, || {
		let id = appealable(0);
		assert_ok!(Verification::appeal(signed(AGENT), id));
		run(DELAY + 1);
		let (issuance, pot) = (Balances::total_issuance(), Balances::free_balance(Verification::pot()));
		vote(id, 7);
		assert_eq!(outcome(), UNSOUND);
		System::assert_has_event(Event::AppealLost { case: id, burnt: APPEAL / 2, kept: APPEAL / 2 }.into());
		assert_eq!(Balances::free_balance(AGENT), ENDOWMENT - APPEAL);
		assert_eq!(Balances::total_issuance(), issuance - APPEAL / 2);
		assert_eq!(Balances::free_balance(Verification::pot()), pot + APPEAL / 2 - 11 * FEE);
		// It is final here.
		assert_noop!(Verification::appeal(signed(AGENT), id), Error::<Test>::NoSuchCase);
	});
}

#[test]
fn appeal_fails_where_it_should() {
	with_auditors(12, || {
		let id = alarmed(0);
		assert_noop!(Verification::appeal(signed(AGENT), CaseId(9)), Error::<Test>::NoSuchCase);
		assert_noop!(Verification::appeal(signed(AGENT), id), Error::<Test>::NotAppealable);
		rule(id, 3);
		assert_noop!(Verification::appeal(signed(ALICE), id), Error::<Test>::NotAgent);
		let _ = Balances::transfer_allow_death(signed(AGENT), ALICE, ENDOWMENT - 100);
		assert_noop!(Verification::appeal(signed(AGENT), id), Error::<Test>::NoAppealBond);
		System::set_block_number(case(id).until + 1);
		assert_noop!(Verification::appeal(signed(SIGNER), id), Error::<Test>::NotAppealable);
	});
}

#[test]
fn a_slash_that_is_not_taken_over_is_tried_again() {
	with_auditors(12, || {
		let id = appealable(0);
		Refusing::put(true);
		run(WINDOW + 1);
		assert_eq!(case(id).phase, Phase::Slashing { offence: Offence::Unsound });
		check();
		run(3 * RETRY);
		assert_eq!(case(id).phase, Phase::Slashing { offence: Offence::Unsound });
		// Nothing was paid for a verdict that is not carried out.
		assert!((FIRST..FIRST + 12).all(|who| paid(who) == 0));
		Refusing::kill();
		run(RETRY + 1);
		assert_eq!((outcome(), Slashes::get().len()), (UNSOUND, 1));
	});
}

#[test]
fn challenge_holds_a_bond_and_asks_the_agent() {
	with_auditors(12, || {
		unsampled();
		assert_ok!(challenge(ALICE, 0));
		let id = CaseId(0);
		assert_eq!((case(id).stage, case(id).phase), (Stage::Three, Phase::Disclosing));
		// Five times the fees are at stake, of which two percent are less than the least bond.
		assert_eq!(held(HoldReason::Challenge, ALICE), CHALLENGE);
		// Another of the same kind takes twice as much.
		let next = [Subject::Answer, Subject::Payouts].map(|subject| Verification::challenge_bond(0, subject));
		assert_eq!(next, [Some(2 * CHALLENGE), Some(CHALLENGE)]);
		assert_eq!((Dockets::<Test>::get(0).answers, ChallengesBy::<Test>::get(ALICE)), (1, 1));
		let (leaf, other) = (0, 1);
		let wrong = Verification::disclose(
			signed(AGENT),
			id,
			other,
			Box::new(receipt(other, EXACT)),
			prove(other, EXACT),
			salt(other),
		);
		assert_eq!(wrong, Err(Error::<Test>::WrongLeaf.into()));
		assert_ok!(disclose(id));
		assert_eq!(case(id).exhibit.unwrap().leaf, leaf);
		run(DELAY + 1);
		assert_eq!(judges(id).len(), 3);
	});
}

#[test]
fn the_bond_grows_with_what_the_accused_could_lose() {
	with_auditors(12, || {
		unsampled();
		use frame_support::traits::fungible::Mutate;
		<Balances as Mutate<u64>>::set_balance(&(1_000_000 + AGENT), 1_000_000);
		// A tenth of the stake, and two percent of that.
		assert_eq!(Verification::challenge_bond(0, Subject::Answer), Some(2_000));
		change_agent(AGENT, |agent| agent.offences = 1);
		assert_eq!(Verification::challenge_bond(0, Subject::Answer), Some(6_000));
		assert_eq!(Verification::challenge_bond(9, Subject::Answer), None);
	});
}

#[test]
fn challenge_fails_where_it_should() {
	with_auditors(12, || {
		unsampled();
		assert_noop!(challenge(ALICE, 9), Error::<Test>::NoSuchBatch);
		for who in [AGENT, SIGNER, BENEFICIARY] {
			assert_noop!(challenge(who, 0), Error::<Test>::OwnBatch);
		}
		assert_noop!(challenge(NOBODY, 0), Error::<Test>::NoChallengeBond);
		let _ = Balances::transfer_allow_death(signed(BOB), NOBODY, CHALLENGE);
		// One more is needed, as the account must not be without anything.
		assert_noop!(challenge(NOBODY, 0), Error::<Test>::NoChallengeBond);
		let call = |leaf, receipt, proof| {
			Verification::challenge(signed(ALICE), 0, leaf, Box::new(receipt), proof, Subject::Answer)
		};
		assert_noop!(call(1, receipt(0, EXACT), prove(0, EXACT)), Error::<Test>::BadProof);
		let mut short = prove(0, EXACT);
		short.pop();
		assert_noop!(call(0, receipt(0, EXACT), short), Error::<Test>::BadProof);
		MinSeats::set(13);
		assert_noop!(challenge(ALICE, 0), Error::<Test>::TooFewAuditors);
		MinSeats::set(3);
		change_batch(0, |batch| batch.late = true);
		assert_noop!(challenge(ALICE, 0), sp_runtime::DispatchError::Other("the batch cannot be held"));
		change_batch(0, |batch| batch.pending = false);
		assert_noop!(challenge(ALICE, 0), Error::<Test>::NotPending);
	});
}

#[test]
fn challenges_are_limited_by_batch_and_by_challenger() {
	with_auditors(12, || {
		unsampled();
		assert_ok!(challenge(ALICE, 0));
		assert_ok!(challenge(BOB, 0));
		assert_noop!(challenge(PAYER, 0), Error::<Test>::TooManyChallenges);
		// The payouts have places of their own, at a price of their own.
		assert_ok!(challenge_payouts(ALICE, 0));
		assert_ok!(challenge_payouts(BOB, 0));
		assert_noop!(challenge_payouts(PAYER, 0), Error::<Test>::TooManyChallenges);
		assert_eq!(held(HoldReason::Challenge, ALICE), 2 * CHALLENGE);
		assert_eq!(held(HoldReason::Challenge, BOB), 4 * CHALLENGE);
		let docket = Dockets::<Test>::get(0);
		assert_eq!((docket.sampled, docket.answers, docket.payouts), (0, 2, 2));
		submit(1, EXACT);
		submit(2, EXACT);
		assert_ok!(challenge(ALICE, 1));
		assert_noop!(challenge(ALICE, 2), Error::<Test>::TooManyOfYours);
	});
}

#[test]
fn a_challenge_that_is_refuted_pays_the_auditors_and_then_the_accused() {
	with_auditors(12, || {
		unsampled();
		let id = contested(ALICE);
		let (issuance, pot) = (Balances::total_issuance(), Balances::free_balance(Verification::pot()));
		vote(id, 0);
		assert_eq!(outcome(), Outcome::Sound);
		let (kept, given) = (3 * FEE, (CHALLENGE - 3 * FEE) / 2);
		System::assert_has_event(Event::ChallengeLost { case: id, by: ALICE, kept, given, burnt: given }.into());
		assert_eq!(compensation(), given);
		assert_eq!(Balances::free_balance(Verification::pot()), pot);
		assert_eq!(
			(Balances::total_issuance(), Balances::free_balance(ALICE)),
			(issuance - given, ENDOWMENT - CHALLENGE)
		);
		// An agent that has itself challenged gains no record.
		assert_eq!(Verification::clean_record(AGENT), 0);
		assert_eq!((Dockets::<Test>::contains_key(0), ChallengesBy::<Test>::get(ALICE)), (false, 0));
	});
}

#[test]
fn a_challenge_that_holds_is_returned_with_a_share_of_the_slash() {
	with_auditors(12, || {
		unsampled();
		let id = contested(ALICE);
		speak(id, |place| [Finding::WrongOutput, Finding::WrongQuery, Finding::Unavailable][place]);
		run(WINDOW + 1);
		assert_eq!((outcome(), Balances::free_balance(ALICE)), (UNSOUND, ENDOWMENT));
		assert_eq!(Slashes::get()[0].shares.challenger, Some(ALICE));
	});
}

#[test]
fn an_agent_that_does_not_disclose_what_is_challenged_is_convicted() {
	with_auditors(12, || {
		unsampled();
		assert_ok!(challenge(ALICE, 0));
		run(WINDOW + 1);
		assert_eq!((outcome(), Balances::free_balance(ALICE)), (Outcome::Guilty(Offence::Withheld), ENDOWMENT));
		assert_eq!(Slashes::get()[0].shares.challenger, Some(ALICE));
	});
}

#[test]
fn payouts_are_judged_by_anybody_without_a_disclosure() {
	with_auditors(12, || {
		unsampled();
		assert_ok!(challenge_payouts(ALICE, 0));
		let id = CaseId(0);
		assert_eq!((case(id).phase, case(id).room), (Phase::Drawing, Room::Common));
		let early = Verification::disclose(signed(AGENT), id, 0, Box::new(receipt(0, EXACT)), prove(0, EXACT), salt(0));
		assert_eq!(early, Err(Error::<Test>::NotDisclosing.into()));
		run(DELAY + 1);
		speak(id, |_| Finding::WrongPayouts);
		run(WINDOW + 1);
		assert_eq!(outcome(), UNSOUND);
	});
}

#[test]
fn the_challenger_is_no_judge() {
	with_auditors(5, || {
		unsampled();
		let (by_itself, by_beneficiary) = (FIRST, FIRST + 1 + 2_000);
		change_agent(FIRST + 1, |agent| agent.beneficiary = by_itself);
		assert_ok!(challenge(by_itself, 0));
		disclose(CaseId(0)).unwrap();
		run(DELAY + 1);
		let mut drawn = judges(CaseId(0));
		drawn.sort();
		assert_eq!(drawn, [FIRST + 2, FIRST + 3, FIRST + 4]);
		assert_ne!(by_itself, by_beneficiary);
	});
}

#[test]
fn two_verdicts_on_one_batch_are_two_slashes_of_which_the_second_finds_nothing_to_void() {
	with_auditors(24, || {
		let id = appealable(0);
		let other = NextCase::<Test>::get();
		challenge(ALICE, 0).unwrap();
		run(WINDOW + 1);
		assert!(!Cases::<Test>::contains_key(id));
		assert!(Cases::<Test>::contains_key(other) || Slashes::get().len() == 2);
		// The slash is carried out: the batch is void.
		change_batch(0, |batch| batch.pending = false);
		run(2 * WINDOW);
		assert_eq!(Cases::<Test>::iter_keys().count(), 0);
	});
}

#[test]
fn numbers_that_are_used_up_are_refused() {
	with_auditors(12, || {
		unsampled();
		frame_support::hypothetically!({
			NextCase::<Test>::put(CaseId(u32::MAX));
			assert_noop!(challenge(ALICE, 0), Error::<Test>::IdsExhausted);
		});
		frame_support::hypothetically!({
			Rooms::<Test>::insert(Room::Common, Seating { seats: u32::MAX, free: 0 });
			assert_noop!(Verification::take_seat(signed(FIRST + 40)), Error::<Test>::Overflow);
		});
	});
}

#[test]
fn a_bond_that_doubles_does_not_overflow() {
	with_auditors(3, || {
		assert_eq!(Verification::bond_against(&AGENT, 2_000, 3), 8 * CHALLENGE);
		assert_eq!(Verification::bond_against(&AGENT, 2_000, 127), u128::MAX);
		assert_eq!(Verification::bond_against(&AGENT, 2_000, u32::MAX), u128::MAX);
	});
}

#[test]
fn who_was_not_served_and_is_contradicted_is_neither_paid_nor_fined() {
	// The sentinel alone was not served.
	with_auditors(12, || {
		let id = watched(0);
		let sentinel = judges(id)[0];
		speak(id, |_| Finding::Unavailable);
		run(DELAY + 1);
		rule(id, 0);
		assert_eq!((outcome(), paid(sentinel), stake(sentinel)), (Outcome::Sound, 0, STAKE));
		assert_eq!(compensation(), 0);
	});
	// Nor is one of three, which the seven contradict.
	with_auditors(12, || {
		let id = alarmed(0);
		let three = judges(id);
		speak(id, |place| if place == 0 { Finding::Unavailable } else { Finding::Sound });
		open_lot(id).unwrap();
		run(DELAY + 1);
		vote(id, 0);
		assert_eq!((outcome(), paid(three[0]), stake(three[0])), (Outcome::Sound, 0, STAKE));
		assert_eq!(compensation(), ERROR);
	});
	// To say so saves nobody the work: it is no planted error that was seen.
	with_auditors(12, || {
		PlantRate::set(1_000_000);
		let id = watched(0);
		let sentinel = judges(id)[0];
		speak(id, |_| Finding::Unavailable);
		run(DELAY + 1);
		let three = judges(id);
		rule(id, 3);
		assert_eq!((outcome(), paid(sentinel), stake(sentinel)), (Outcome::Planted, 0, STAKE));
		assert!(three.iter().all(|who| paid(*who) == 2 * FEE));
	});
	// Nor is it paid where most of the others were served, and found something else.
	with_auditors(12, || {
		let id = watched(0);
		let sentinel = judges(id)[0];
		speak(id, |_| Finding::Unavailable);
		run(DELAY + 1);
		rule(id, 3);
		run(WINDOW + 1);
		assert_eq!((outcome(), paid(sentinel), stake(sentinel)), (UNSOUND, 0, STAKE));
	});
}

#[test]
fn an_agent_that_serves_nobody_is_convicted_and_all_who_say_so_are_paid() {
	with_auditors(12, || {
		let id = watched(0);
		speak(id, |_| Finding::Unavailable);
		run(DELAY + 1);
		let panel = members(id);
		speak(id, |_| Finding::Unavailable);
		open_lot(id).unwrap();
		run(WINDOW + 1);
		assert_eq!(outcome(), UNSOUND);
		assert!(panel.iter().all(|member| (paid(member.who), stake(member.who)) == (FEE, STAKE)));
	});
}

#[test]
fn a_challenge_that_no_three_can_judge_is_returned() {
	with_auditors(4, || {
		unsampled();
		challenge(ALICE, 0).unwrap();
		disclose(CaseId(0)).unwrap();
		change_agent(FIRST, |agent| agent.active = false);
		change_agent(FIRST + 1, |agent| agent.active = false);
		run(u64::from(MAX_RETRIES - 1) * (RETRY + 1));
		assert_eq!(case(CaseId(0)).phase, Phase::Drawing);
		run(3 * RETRY);
		assert_eq!((outcome(), Balances::free_balance(ALICE)), (Outcome::Undecided, ENDOWMENT));
	});
}

#[test]
fn an_appeal_that_nobody_can_hear_leaves_the_verdict_and_is_returned() {
	with_auditors(4, || {
		let id = appealable(0);
		let panel = members(id);
		assert_ok!(Verification::appeal(signed(AGENT), id));
		run(10 * RETRY);
		assert_eq!((case(id).stage, case(id).phase), (Stage::Seven, Phase::Drawing));
		check();
		// The slash is not taken over at first.
		Refusing::put(true);
		run(u64::from(MAX_RETRIES) * (RETRY + 1));
		assert_eq!((case(id).phase, case(id).retries), (Phase::Slashing { offence: Offence::Unsound }, MAX_RETRIES));
		Refusing::kill();
		run(RETRY + 1);
		assert_eq!((outcome(), Balances::free_balance(AGENT)), (UNSOUND, ENDOWMENT));
		assert!(panel.iter().all(|member| (paid(member.who), stake(member.who)) == (FEE, STAKE)));
	});
}

#[test]
fn members_of_a_committee_that_was_never_complete_are_paid_whatever_they_found() {
	with_auditors(11, || {
		let id = appealable(0);
		assert_ok!(Verification::appeal(signed(AGENT), id));
		run(DELAY + 1);
		let (seven, salt) = (judges(id), SALT);
		// One speaks for the agent; the others are silent, and cannot be drawn again.
		let sound = seal(id, seven[0], Finding::Sound);
		assert_ok!(Verification::commit(signed(seven[0]), id, sound));
		run(WINDOW + 1);
		assert_ok!(Verification::reveal(signed(seven[0]), id, Finding::Sound, salt));
		for who in &seven[1..] {
			change_agent(*who, |agent| agent.active = false);
		}
		run(u64::from(MAX_RETRIES + 4) * (RETRY + 1));
		assert_eq!((outcome(), paid(seven[0]), stake(seven[0])), (UNSOUND, FEE, STAKE));
		assert_eq!(Balances::free_balance(AGENT), ENDOWMENT);
	});
}
