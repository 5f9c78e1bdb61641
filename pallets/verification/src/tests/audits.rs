//! Samples, disclosures and lots.

use crate::{ladder::Stage, mock::*, types::*, *};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{
	audit, audit::LotOpening, receipt::NumericClass, traits::Agents, CaseId, Hardware, Offence,
};
use sp_core::H256;

const EXACT: NumericClass = NumericClass::Exact;

#[test]
fn a_sample_is_drawn_by_randomness_that_comes_after_the_batch() {
	with_auditors(3, || {
		submit(7, EXACT);
		run(DELAY);
		assert_eq!(Cases::<Test>::iter_keys().count(), 0);
		next_block();
		let case = case(CaseId(0));
		assert_eq!((case.batch, case.agent, case.fees), (7, AGENT, 2_000));
		assert_eq!((case.stage, case.phase, case.subject), (Stage::One, Phase::Disclosing, Subject::Answer));
		assert!(!Unsampled::<Test>::contains_key(7));
		System::assert_has_event(Event::Sampled { batch: 7, audits: 1 }.into());
	});
}

#[test]
fn a_sample_waits_for_randomness() {
	with_auditors(3, || {
		Random::set(false);
		submit(7, EXACT);
		run(20);
		assert_eq!(Cases::<Test>::iter_keys().count(), 0);
		check();
		Random::set(true);
		run(DELAY + 1);
		assert_eq!(Cases::<Test>::iter_keys().count(), 1);
	});
}

#[test]
fn fees_record_and_offences_decide_how_many_there_are() {
	with_auditors(3, || {
		let sampled = |batch| {
			let before = NextCase::<Test>::get().0;
			submit(batch, EXACT);
			run(DELAY + 1);
			NextCase::<Test>::get().0 - before
		};
		assert_eq!(sampled(0), 1);
		PerAudit::set(1_000);
		assert_eq!(sampled(1), 2);
		change_agent(AGENT, |agent| agent.offences = 1);
		assert_eq!(sampled(2), sampling::MAX_AUDITS);
		change_agent(AGENT, |agent| agent.offences = 0);
		Clean::<Test>::insert(AGENT, 10);
		assert_eq!(sampled(3), 1);
		assert_eq!(Verification::clean_record(AGENT), 10);
		PerAudit::set(u128::MAX);
		assert_eq!(sampled(4), 0);
		LeastRate::set(1_000_000);
		assert_eq!(sampled(5), 1);
	});
}

#[test]
fn without_auditors_nobody_is_audited() {
	with_auditors(2, || {
		submit(0, EXACT);
		run(DELAY + 1);
		System::assert_has_event(Event::Unaudited { batch: 0 }.into());
		assert_eq!(Cases::<Test>::iter_keys().count(), 0);
		// An agent does not audit itself.
		change_agent(AGENT, |agent| agent.roles = openledger_primitives::Roles::ALL);
		Verification::take_seat(signed(AGENT)).unwrap();
		submit(1, EXACT);
		run(DELAY + 1);
		System::assert_has_event(Event::Unaudited { batch: 1 }.into());
	});
}

#[test]
fn a_batch_that_is_over_is_not_sampled() {
	with_auditors(3, || {
		submit(0, EXACT);
		change_batch(0, |batch| batch.late = true);
		submit(1, EXACT);
		change_batch(1, |batch| batch.pending = false);
		submit(2, EXACT);
		FakeBatches::remove(2);
		run(DELAY + 1);
		assert_eq!(Cases::<Test>::iter_keys().count(), 0);
		assert_eq!(Unsampled::<Test>::iter_keys().count(), 0);
		System::assert_has_event(Event::Sampled { batch: 0, audits: 0 }.into());
	});
}

#[test]
fn disclose_shows_the_answer_that_covers_the_point() {
	with_auditors(3, || {
		let id = sampled(0);
		let leaf = leaf_of(id);
		assert_ok!(disclose(id));
		let shown = salt(leaf);
		System::assert_has_event(Event::Disclosed { case: id, leaf, shown, room: Room::Common }.into());
		let exhibit = Exhibit { leaf, payer: PAYER, fingerprint: receipt(leaf, EXACT).fingerprint, shown: Some(shown) };
		assert_eq!((case(id).exhibit, case(id).phase), (Some(exhibit), Phase::Drawing));
		assert_noop!(disclose(id), Error::<Test>::NotDisclosing);
	});
}

#[test]
fn disclose_fails_for_anything_else() {
	with_auditors(3, || {
		let id = sampled(0);
		let leaf = leaf_of(id);
		let (right, proof, shown) = (receipt(leaf, EXACT), prove(leaf, EXACT), salt(leaf));
		let call = |who, id, leaf, receipt, proof| {
			Verification::disclose(signed(who), id, leaf, Box::new(receipt), proof, shown)
		};
		assert_noop!(call(SIGNER, CaseId(9), leaf, right.clone(), proof.clone()), Error::<Test>::NoSuchCase);
		assert_noop!(call(ALICE, id, leaf, right.clone(), proof.clone()), Error::<Test>::NotAgent);
		let other = (leaf + 1) % RECEIPTS;
		assert_noop!(call(AGENT, id, other, receipt(other, EXACT), prove(other, EXACT)), Error::<Test>::WrongPoint);
		assert_noop!(call(AGENT, id, other, right.clone(), proof.clone()), Error::<Test>::BadProof);
		assert_noop!(
			call(AGENT, id, leaf, receipt(leaf, NumericClass::FloatGpu), proof.clone()),
			Error::<Test>::BadProof
		);
		let mut short = proof.clone();
		short.pop();
		assert_noop!(call(AGENT, id, leaf, right.clone(), short), Error::<Test>::BadProof);
		let mut long = proof.clone();
		long.try_push(proof[0]).unwrap();
		assert_noop!(call(AGENT, id, leaf, right.clone(), long), Error::<Test>::BadProof);
		assert_noop!(call(AGENT, id, RECEIPTS, right.clone(), proof.clone()), Error::<Test>::BadProof);
		let held = FakeBatches::take(0).unwrap();
		assert_noop!(call(AGENT, id, leaf, right.clone(), proof.clone()), Error::<Test>::NoSuchBatch);
		FakeBatches::insert(0, held);
		// The agent itself may, too.
		assert_ok!(call(AGENT, id, leaf, right, proof));
	});
}

#[test]
fn disclose_fails_after_the_deadline_and_silence_convicts() {
	with_auditors(3, || {
		let id = sampled(0);
		System::set_block_number(case(id).until + 1);
		assert_noop!(disclose(id), Error::<Test>::NotDisclosing);
		run(1);
		assert_eq!(outcome(), Outcome::Guilty(Offence::Withheld));
		let slash = Slashes::get().pop().unwrap();
		assert_eq!((slash.agent, slash.offence, slash.fees, slash.batch), (AGENT, Offence::Withheld, 2_000, 0));
		assert_eq!((slash.shares.challenger, slash.shares.harmed), (None, Some(HARMED)));
		assert_eq!(slash.shares.committee, Some(Verification::pot()));
		// The hold of the batch and the bond of the agent are the slash's now.
		assert_eq!(FakeBatches::get(0).unwrap().holds, 1);
		assert_eq!(FakeAgents::get(AGENT).unwrap().bound, 1);
	});
}

#[test]
fn a_case_that_no_room_can_judge_is_closed() {
	with_auditors(3, || {
		change_agent(AGENT, |agent| agent.hardware = Hardware::Ada);
		let id = sampled_in(0, NumericClass::FloatGpu);
		// The common room is deserted meanwhile.
		MinSeats::set(4);
		assert_ok!(disclose_in(id, NumericClass::FloatGpu));
		assert_eq!(outcome(), Outcome::Unaudited);
		System::assert_has_event(Event::Unaudited { batch: 0 }.into());
		assert_eq!(Verification::clean_record(AGENT), 0);
	});
}

#[test]
fn a_sound_answer_pays_the_sentinel_and_counts_for_the_agent() {
	with_auditors(3, || {
		let id = watched(0);
		let sentinel = judges(id)[0];
		vote(id, 0);
		assert_eq!(case(id).phase, Phase::Closing);
		assert_ok!(open_lot(id));
		System::assert_has_event(Event::LotOpened { case: id, planted: false }.into());
		assert_eq!((outcome(), paid(sentinel), Verification::clean_record(AGENT)), (Outcome::Sound, FEE, 1));
		assert_eq!((FakeBatches::get(0).unwrap().holds, compensation()), (0, 0));
	});
}

#[test]
fn open_lot_fails_for_anything_but_the_lot() {
	with_auditors(3, || {
		let id = watched(0);
		let leaf = leaf_of(id);
		let call = |who, id, opening, raw, salt| Verification::open_lot(signed(who), id, opening, raw, salt);
		let right = opening(id);
		assert_noop!(call(SIGNER, id, right, raw(leaf), salt(leaf)), Error::<Test>::NotClosing);
		vote(id, 0);
		assert_noop!(call(SIGNER, CaseId(9), right, raw(leaf), salt(leaf)), Error::<Test>::NoSuchCase);
		assert_noop!(call(ALICE, id, right, raw(leaf), salt(leaf)), Error::<Test>::NotAgent);
		assert_noop!(
			call(SIGNER, id, LotOpening { secret: SALT, ..right }, raw(leaf), salt(leaf)),
			Error::<Test>::WrongLot
		);
		// The secret of another audit of the batch.
		assert_noop!(call(SIGNER, id, opening_of(1), raw(leaf), salt(leaf)), Error::<Test>::WrongLot);
		assert_noop!(call(SIGNER, id, right, SALT, salt(leaf)), Error::<Test>::WrongFingerprint);
		assert_noop!(call(SIGNER, id, right, raw(leaf), SALT), Error::<Test>::WrongFingerprint);
		// Shown was the salt of a real audit, and it would be a planted error.
		PlantRate::set(1_000_000);
		assert_noop!(call(SIGNER, id, right, raw(leaf), salt(leaf)), Error::<Test>::NotADecoy);
		PlantRate::set(0);
		let held = FakeBatches::take(0).unwrap();
		assert_noop!(call(SIGNER, id, right, raw(leaf), salt(leaf)), Error::<Test>::NoSuchBatch);
		FakeBatches::insert(0, held);
		System::set_block_number(case(id).until + 1);
		assert_noop!(call(SIGNER, id, right, raw(leaf), salt(leaf)), Error::<Test>::NotClosing);
	});
}

#[test]
fn who_shows_another_salt_cannot_close_and_is_convicted() {
	with_auditors(3, || {
		let id = sampled(0);
		let leaf = leaf_of(id);
		let proof = prove(leaf, EXACT);
		assert_ok!(Verification::disclose(signed(SIGNER), id, leaf, Box::new(receipt(leaf, EXACT)), proof, SALT));
		run(DELAY + 1);
		vote(id, 0);
		assert_noop!(open_lot(id), Error::<Test>::NotTheSalt);
		run(WINDOW + 1);
		assert_eq!(outcome(), Outcome::Guilty(Offence::Withheld));
	});
}

#[test]
fn a_lot_that_stays_shut_convicts_and_auditors_are_paid_whatever_they_found() {
	with_auditors(12, || {
		let id = watched(0);
		Clean::<Test>::insert(AGENT, 5);
		let sentinel = judges(id)[0];
		vote(id, 0);
		run(WINDOW + 1);
		assert_eq!((outcome(), paid(sentinel)), (Outcome::Guilty(Offence::Withheld), FEE));
		assert_eq!((stake(sentinel), Verification::clean_record(AGENT)), (STAKE, 0));
		assert_eq!(Slashes::get()[0].shares.challenger, None);
	});
	with_auditors(12, || {
		let id = alarmed(0);
		let panel = members(id);
		vote(id, 2);
		assert_eq!((case(id).phase, case(id).stage), (Phase::Closing, Stage::Three));
		run(WINDOW + 1);
		assert_eq!(outcome(), Outcome::Guilty(Offence::Withheld));
		assert!(panel.iter().all(|member| (paid(member.who), stake(member.who)) == (FEE, STAKE)));
	});
}

#[test]
fn after_an_alarm_three_look_before_the_lot_is_opened() {
	with_auditors(12, || {
		let id = watched(0);
		vote(id, 1);
		assert_eq!((case(id).phase, case(id).stage), (Phase::Drawing, Stage::Three));
		assert_noop!(open_lot(id), Error::<Test>::NotClosing);
		run(DELAY + 1);
		rule(id, 3);
		assert_eq!(case(id).phase, Phase::Appealable);
	});
}

#[test]
fn a_planted_error_that_is_seen_is_paid_twice() {
	with_auditors(12, || {
		PlantRate::set(1_000_000);
		let id = alarmed(0);
		let panel = members(id);
		assert_eq!(case(id).exhibit.unwrap().shown, Some(audit::decoy(&domain(), &SECRETS[0], id)));
		vote(id, 3);
		assert_ok!(open_lot(id));
		assert_eq!(outcome(), Outcome::Planted);
		for Member { who, .. } in panel {
			assert_eq!((paid(who), stake(who)), (2 * FEE, STAKE));
			System::assert_has_event(Event::PlantCaught { case: id, auditor: who, paid: 2 * FEE }.into());
		}
		assert_eq!((Verification::clean_record(AGENT), compensation()), (0, 0));
		assert_eq!((FakeBatches::get(0).unwrap().holds, FakeAgents::get(AGENT).unwrap().bound), (0, 0));
	});
}

#[test]
fn a_planted_error_that_is_missed_is_fined_half_for_the_agent() {
	with_auditors(12, || {
		PlantRate::set(1_000_000);
		let issuance = Balances::total_issuance();
		let id = watched(0);
		let sentinel = judges(id)[0];
		vote(id, 0);
		assert_ok!(open_lot(id));
		assert_eq!((outcome(), paid(sentinel), stake(sentinel)), (Outcome::Planted, 0, STAKE - PLANT));
		let half = PLANT / 2;
		System::assert_has_event(Event::PlantMissed { case: id, auditor: sentinel, burnt: half, given: half }.into());
		assert_eq!((compensation(), Balances::total_issuance()), (half, issuance - half));
	});
}

#[test]
fn of_three_those_who_miss_a_planted_error_are_fined_and_no_others_look() {
	with_auditors(12, || {
		PlantRate::set(1_000_000);
		let id = alarmed(0);
		let three = judges(id);
		vote(id, 1);
		assert_ok!(open_lot(id));
		assert_eq!(outcome(), Outcome::Planted);
		assert_eq!(three.iter().map(|who| paid(*who)).collect::<Vec<_>>(), [2 * FEE, 0, 0]);
		assert_eq!(three.iter().map(|who| STAKE - stake(*who)).collect::<Vec<_>>(), [0, PLANT, PLANT]);
		assert_eq!(compensation(), PLANT);
	});
}

#[test]
fn a_fine_takes_no_more_than_there_is() {
	with_auditors(3, || {
		PlantRate::set(1_000_000);
		let id = watched(0);
		let sentinel = judges(id)[0];
		World::fine(&sentinel, STAKE - 170, None);
		vote(id, 0);
		assert_ok!(open_lot(id));
		System::assert_has_event(Event::PlantMissed { case: id, auditor: sentinel, burnt: 20, given: 150 }.into());
	});
}

#[test]
fn an_empty_pot_pays_what_it_has() {
	with_auditors(3, || {
		let pot = Verification::pot();
		let _ = Balances::transfer_allow_death(signed(pot), ALICE, POT - 1 - 4);
		let id = watched(0);
		let sentinel = judges(id)[0];
		vote(id, 0);
		assert_ok!(open_lot(id));
		assert_eq!((paid(sentinel), Balances::free_balance(pot)), (4, 1));
		System::assert_has_event(Event::Paid { case: id, auditor: sentinel, paid: 4 }.into());
	});
}

#[test]
fn an_agent_cannot_choose_what_is_planted() {
	// The batch commits to the secret before the seed is known, and only that secret opens it.
	with_auditors(3, || {
		PlantRate::set(500_000);
		let id = watched(0);
		vote(id, 0);
		let leaf = leaf_of(id);
		let right = opening(id);
		for other in 0..32u8 {
			let wrong = LotOpening { secret: H256([other | 128; 32]), ..right };
			let result = Verification::open_lot(signed(SIGNER), id, wrong, raw(leaf), salt(leaf));
			assert_noop!(result, Error::<Test>::WrongLot);
		}
		assert_ok!(open_lot(id));
	});
}

#[test]
fn an_answer_covers_as_many_points_as_its_fee_has_planck() {
	with_auditors(3, || {
		let id = sampled(0);
		let at = |new: u128| {
			Cases::<Test>::mutate(id, |case| {
				let Cause::Sampled { point, .. } = &mut case.as_mut().unwrap().cause else { panic!("it was sampled") };
				*point = new;
			});
		};
		let call = || Verification::disclose(signed(AGENT), id, 3, Box::new(receipt(3, EXACT)), prove(3, EXACT), SALT);
		for outside in [0, 3 * PRICE - 1, 4 * PRICE, u128::MAX] {
			at(outside);
			assert_noop!(call(), Error::<Test>::WrongPoint);
		}
		for inside in [3 * PRICE, 4 * PRICE - 1] {
			at(inside);
			frame_support::hypothetically!({
				assert_ok!(call());
			});
		}
	});
}

/// Lets an audit fall on a receipt.
fn fall_on(id: CaseId, leaf: u32) {
	Cases::<Test>::mutate(id, |case| {
		let Cause::Sampled { point, .. } = &mut case.as_mut().unwrap().cause else { panic!("it was sampled") };
		*point = PRICE * u128::from(leaf);
	});
}

/// As many audits of one batch as there can be, each of another receipt.
fn audited() -> [CaseId; audit::MAX_AUDITS] {
	PerAudit::set(500);
	submit(0, EXACT);
	run(DELAY + 1);
	let ids = [0, 1, 2, 3].map(CaseId);
	for (id, leaf) in ids.into_iter().zip(0..) {
		fall_on(id, leaf);
	}
	ids
}

#[test]
fn each_audit_of_a_batch_has_a_secret_of_its_own() {
	with_auditors(12, || {
		let ids = audited();
		for (id, expected) in ids.into_iter().zip(0u8..) {
			assert!(matches!(case(id).cause, Cause::Sampled { number, .. } if number == expected));
			assert_ok!(disclose(id));
		}
		run(DELAY + 1);
		for id in ids {
			vote(id, 0);
		}
		for (id, own) in ids.into_iter().zip(0u8..) {
			let leaf = leaf_of(id);
			let call = |number| Verification::open_lot(signed(AGENT), id, opening_of(number), raw(leaf), salt(leaf));
			for other in (0..4).filter(|other| *other != own) {
				assert_noop!(call(other), Error::<Test>::WrongLot);
			}
			assert_ok!(call(own));
			assert_eq!(outcome(), Outcome::Sound);
		}
	});
}

#[test]
fn secret_and_seed_of_an_audit_decide_whether_it_is_planted() {
	with_auditors(12, || {
		PlantRate::set(500_000);
		let ids = audited();
		let planted = ids.map(is_planted);
		for id in ids {
			assert_ok!(disclose(id));
		}
		run(DELAY + 1);
		for (id, planted) in ids.into_iter().zip(planted) {
			assert_eq!(case(id).exhibit.unwrap().shown != Some(salt(leaf_of(id))), planted);
			vote(id, 0);
			assert_ok!(open_lot(id));
			assert_eq!(outcome(), if planted { Outcome::Planted } else { Outcome::Sound });
		}
	});
}

#[test]
fn a_receipt_is_shown_for_one_audit_alone() {
	with_auditors(12, || {
		let [first, second, third, _] = audited();
		fall_on(second, 0);
		fall_on(third, 0);
		assert_ok!(disclose(first));
		assert_eq!((Dockets::<Test>::get(0).sampled, FakeBatches::get(0).unwrap().holds), (4, 4));
		// Nobody looks at the others, and what they show does not matter.
		let zero = H256::zero();
		assert_ok!(Verification::disclose(
			signed(SIGNER),
			second,
			0,
			Box::new(receipt(0, EXACT)),
			prove(0, EXACT),
			zero
		));
		System::assert_has_event(Event::Repeated { case: second, leaf: 0 }.into());
		assert_eq!((outcome(), Verification::clean_record(AGENT)), (Outcome::Undecided, 0));
		check();
		run(DELAY + 1);
		vote(first, 0);
		assert_ok!(open_lot(first));
		// It is remembered as long as a case of the batch is open.
		assert_ok!(disclose(third));
		assert_eq!(outcome(), Outcome::Undecided);
		assert_eq!((FakeBatches::get(0).unwrap().holds, FakeAgents::get(AGENT).unwrap().bound), (1, 1));
		assert_eq!(Dockets::<Test>::get(0).shown.to_vec(), [0]);
		run(WINDOW);
		assert!(!Dockets::<Test>::contains_key(0));
	});
}

#[test]
fn a_receipt_that_was_challenged_is_not_audited_besides() {
	with_auditors(12, || {
		let [audit, ..] = audited();
		let challenged = CaseId(4);
		assert_ok!(challenge(ALICE, 0));
		assert_ok!(disclose(challenged));
		assert_ok!(disclose(audit));
		assert_eq!(outcome(), Outcome::Undecided);
		// The three look at it all the same.
		run(DELAY + 1);
		vote(challenged, 3);
		run(WINDOW + 1);
		assert_eq!(Slashes::get().last().unwrap().shares.challenger, Some(ALICE));
	});
	// An audit does not keep anybody from challenging.
	with_auditors(12, || {
		let [audit, ..] = audited();
		assert_ok!(disclose(audit));
		assert_ok!(challenge(ALICE, 0));
		assert_ok!(disclose(CaseId(4)));
		assert_eq!(case(CaseId(4)).phase, Phase::Drawing);
	});
}

#[test]
fn challenges_leave_places_for_audits_among_what_is_remembered() {
	let mut docket = Docket::default();
	for leaf in 0..2 * MAX_SHOWN {
		assert!(!docket.show(leaf, false));
	}
	assert_eq!(docket.shown.len() as u32, MAX_SHOWN - sampling::MAX_AUDITS);
	for leaf in 1_000..1_000 + sampling::MAX_AUDITS {
		assert!(!docket.show(leaf, true));
		assert!(docket.show(leaf, true) && docket.show(leaf, false));
	}
	assert!(!docket.show(2_000, true));
	assert!(!docket.show(2_000, true), "there is no room for more");
}
