//! Random calls in random order: the invariants hold after each, what fails leaves no trace, nothing is lost but what is
//! burnt, and every case ends.

use crate::{mock::*, types::*, Cases, Error, Event, NextCase};
use frame_support::{
	dispatch::DispatchResult,
	storage::{with_transaction, TransactionOutcome},
	traits::fungible::Inspect,
};
use openledger_primitives::{receipt::NumericClass, CaseId, Finding};
use proptest::prelude::*;
use sp_core::{storage::StateVersion, H256};

const EXACT: NumericClass = NumericClass::Exact;

/// What a step does; the numbers choose who and what.
#[derive(Clone, Copy, Debug)]
enum Step {
	Seat(u8, bool),
	Unseat(u8),
	Fitness(u8, bool),
	Submit,
	Disclose(u8, u8, bool),
	Commit(u8, u8, bool),
	Reveal(u8, u8, bool),
	Open(u8, bool),
	Challenge(u8, u8, bool),
	Appeal(u8, u8),
	Advance(u8),
	Drop(u8),
	Void(u8),
	Refuse(bool),
	Random(bool),
	Wait(u8),
	/// Everybody does what the phase asks for, as far as it is allowed.
	Act(u8, u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let two = || (any::<u8>(), any::<u8>());
	let three = || (any::<u8>(), any::<u8>(), any::<bool>());
	let step = prop_oneof![
		2 => (any::<u8>(), any::<bool>()).prop_map(|(who, takes)| Step::Seat(who, takes)),
		1 => any::<u8>().prop_map(Step::Unseat),
		1 => (any::<u8>(), any::<bool>()).prop_map(|(who, active)| Step::Fitness(who, active)),
		4 => Just(Step::Submit),
		2 => three().prop_map(|(who, case, right)| Step::Disclose(who, case, right)),
		2 => three().prop_map(|(who, case, sound)| Step::Commit(who, case, sound)),
		2 => three().prop_map(|(who, case, sound)| Step::Reveal(who, case, sound)),
		2 => (any::<u8>(), any::<bool>()).prop_map(|(case, right)| Step::Open(case, right)),
		3 => three().prop_map(|(who, batch, answer)| Step::Challenge(who, batch, answer)),
		2 => two().prop_map(|(who, case)| Step::Appeal(who, case)),
		1 => any::<u8>().prop_map(Step::Advance),
		1 => any::<u8>().prop_map(Step::Drop),
		1 => any::<u8>().prop_map(Step::Void),
		1 => any::<bool>().prop_map(Step::Refuse),
		1 => any::<bool>().prop_map(Step::Random),
		6 => (0u8..20).prop_map(Step::Wait),
		8 => two().prop_map(|(case, votes)| Step::Act(case, votes)),
	];
	prop::collection::vec(step, 1..50)
}

/// Runs a call as a block does: what fails is undone.
fn call(call: impl FnOnce() -> DispatchResult) {
	let before = sp_io::storage::root(StateVersion::V1);
	let outcome = with_transaction(|| match call() {
		Ok(()) => TransactionOutcome::Commit(Ok(())),
		Err(error) => TransactionOutcome::Rollback(Err(error)),
	});
	if let Err(error) = outcome {
		assert_ne!(error, Error::<Test>::Unexpected.into());
		assert_ne!(error, Error::<Test>::Overflow.into());
		assert_eq!(sp_io::storage::root(StateVersion::V1), before, "{error:?} left a trace");
	}
}

/// An account: the parties, auditors and their signers, and one that has nothing.
fn person(number: u8) -> u64 {
	match number % 32 {
		0 => AGENT,
		1 => SIGNER,
		2 => ALICE,
		3 => BOB,
		4 => NOBODY,
		5 => FIRST + 1_000,
		other => FIRST + u64::from(other - 6),
	}
}

/// One of the last four cases, or none.
fn some_case(number: u8) -> CaseId {
	CaseId((NextCase::<Test>::get().0 + 1).saturating_sub(u32::from(number % 5)))
}

fn finding(sound: bool) -> Finding {
	if sound {
		Finding::Sound
	} else {
		Finding::WrongOutput
	}
}

/// What a member seals, or anything if the case is over.
fn sealed(id: CaseId, who: u64, sound: bool) -> H256 {
	Cases::<Test>::get(id).map_or(SALT, |_| seal(id, if who == FIRST + 1_000 { FIRST } else { who }, finding(sound)))
}

fn act(id: CaseId, votes: u8) {
	let Some(case) = Cases::<Test>::get(id) else { return };
	match case.phase {
		Phase::Disclosing => call(|| disclose(id)),
		Phase::Closing => call(|| open_lot(id)),
		Phase::Committing | Phase::Revealing => {
			for (place, who) in judges(id).into_iter().enumerate() {
				// Most agree; one vote in eight differs.
				let sound = (votes >> (place % 4)) & 1 == votes >> 7;
				let found = match finding(sound) {
					Finding::WrongOutput if votes & 0b1_0000 != 0 => Finding::Unavailable,
					found => found,
				};
				let seal = Cases::<Test>::get(id).map_or(SALT, |_| seal(id, who, found));
				call(|| Verification::commit(signed(who), id, seal));
				call(|| Verification::reveal(signed(who), id, found, SALT));
			}
		}
		Phase::Appealable if votes & 1 == 1 => call(|| Verification::appeal(signed(AGENT), id)),
		Phase::Drawing | Phase::Appealable | Phase::Slashing { .. } => run(1),
	}
}

fn disclose_wrong(who: u64, id: CaseId) -> DispatchResult {
	Verification::disclose(signed(who), id, 3, Box::new(receipt(3, EXACT)), prove(3, EXACT), SALT)
}

fn perform(step: Step) {
	match step {
		Step::Seat(who, true) => call(|| Verification::take_seat(signed(person(who)))),
		Step::Seat(who, false) => call(|| Verification::leave_seat(signed(person(who)))),
		Step::Unseat(who) => call(|| Verification::unseat(signed(BOB), person(who))),
		Step::Fitness(who, active) => {
			let who = person(who);
			if FakeAgents::contains_key(who) {
				change_agent(who, |agent| agent.active = active);
			}
		}
		Step::Submit => submit(FakeBatches::iter_keys().count() as u64, EXACT),
		Step::Disclose(who, case, right) => {
			let id = some_case(case);
			let known = Cases::<Test>::get(id).is_some_and(|case| case.subject == Subject::Answer);
			call(|| if right && known { disclose(id) } else { disclose_wrong(person(who), id) });
		}
		Step::Commit(who, case, sound) => {
			let (who, id) = (person(who), some_case(case));
			call(|| Verification::commit(signed(who), id, sealed(id, who, sound)));
		}
		Step::Reveal(who, case, sound) => {
			call(|| Verification::reveal(signed(person(who)), some_case(case), finding(sound), SALT));
		}
		Step::Open(case, right) => {
			let id = some_case(case);
			let shown = Cases::<Test>::get(id).is_some_and(|case| case.exhibit.is_some());
			let wrong = || Verification::open_lot(signed(AGENT), id, opening_of(3), SALT, SALT);
			call(|| if right && shown { open_lot(id) } else { wrong() });
		}
		Step::Challenge(who, batch, answer) => {
			let batch = u64::from(batch) % (FakeBatches::iter_keys().count() as u64 + 1);
			let subject = if answer { Subject::Answer } else { Subject::Payouts };
			let (who, leaf) = (person(who), 2);
			call(|| {
				let (receipt, proof) = (receipt(leaf, EXACT), prove(leaf, EXACT));
				Verification::challenge(signed(who), batch, leaf, Box::new(receipt), proof, subject)
			});
		}
		Step::Appeal(who, case) => call(|| Verification::appeal(signed(person(who % 2)), some_case(case))),
		Step::Advance(case) => call(|| Verification::advance(signed(BOB), some_case(case))),
		Step::Drop(case) => call(|| Verification::drop_case(RuntimeOrigin::root(), some_case(case))),
		Step::Void(batch) => {
			let batch = u64::from(batch);
			if FakeBatches::contains_key(batch) {
				change_batch(batch, |batch| batch.pending = false);
			}
		}
		Step::Refuse(refuse) => Refusing::put(refuse),
		Step::Random(random) => Random::set(random),
		Step::Wait(blocks) => run(blocks.into()),
		Step::Act(case, votes) => act(some_case(case), votes),
	}
}

/// What events say was burnt since they were last looked at.
fn burnt() -> u128 {
	let burnt = System::events().into_iter().map(|record| match record.event {
		RuntimeEvent::Verification(
			Event::Silenced { burnt, .. }
			| Event::PlantMissed { burnt, .. }
			| Event::Fined { burnt, .. }
			| Event::AppealLost { burnt, .. }
			| Event::ChallengeLost { burnt, .. },
		) => burnt,
		_ => 0,
	});
	let burnt = burnt.sum();
	System::reset_events();
	burnt
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]

	#[test]
	fn invariants_hold_whatever_happens(
		steps in steps(), plants in prop_oneof![Just(0u32), Just(300_000)], per_audit in prop_oneof![Just(2_000u128), Just(500)],
	) {
		new_test_ext().execute_with(|| {
			System::set_block_number(1);
			PlantRate::set(plants);
			PerAudit::set(per_audit);
			seat(13);
			let mut issuance = Balances::total_issuance();
			System::reset_events();
			for step in steps {
				perform(step);
				check();
				issuance -= burnt();
				assert_eq!(<Balances as Inspect<u64>>::total_issuance(), issuance, "{step:?}");
			}
			// Time passes, and auditors act: every case ends, and nothing stays on hold.
			Random::set(true);
			Refusing::kill();
			for who in FIRST..FIRST + MOST {
				change_agent(who, |agent| agent.active = true);
				let _ = Verification::take_seat(signed(who));
			}
			for _ in 0..60 {
				if Cases::<Test>::iter().next().is_none() {
					break;
				}
				for id in Cases::<Test>::iter_keys().collect::<Vec<_>>() {
					act(id, 0b1000_0000);
				}
				run(WINDOW / 2);
			}
			assert_eq!(Cases::<Test>::iter().count(), 0);
			for who in [AGENT, SIGNER, ALICE, BOB] {
				assert_eq!((held(crate::HoldReason::Challenge, who), held(crate::HoldReason::Appeal, who)), (0, 0));
			}
			check();
		});
	}
}
