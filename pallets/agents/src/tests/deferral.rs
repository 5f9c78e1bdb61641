//! Slashes that wait for an appeal.

use crate::{mock::*, types::DeferredSlash, Agenda, Deferred, Error, Event, NextSlash};
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use openledger_primitives::{traits::Agents as _, Offence};
use sp_runtime::{DispatchError, DispatchResult, Perbill};

const DUE: u64 = 1 + APPEAL;

/// As another pallet does it: the agent is bound, and the slash of `batch` waits.
fn defer(batch: u64) -> DispatchResult {
	Agents::bind(&AGENT)?;
	Agents::defer_slash(&AGENT, Offence::Unsound, 30, batch, &everybody())
}

#[test]
fn a_deferred_slash_is_carried_out_when_it_is_due() {
	with_agent(|| {
		assert_ok!(defer(7));
		let (offence, shares) = (Offence::Unsound, everybody());
		System::assert_last_event(Event::SlashDeferred { id: 0, agent: AGENT, offence, batch: 7, due: DUE }.into());
		let slash = DeferredSlash {
			agent: AGENT,
			signer: SIGNER,
			beneficiary: PAID,
			since: DUE - APPEAL,
			offence,
			fees: 30,
			batch: 7,
			shares,
			due: DUE,
		};
		assert_eq!(Agents::deferred(0), Some(slash));
		assert_eq!((record().bound, record().deferred), (1, 1));
		// What it costs is decided by the stake when it is carried out.
		assert_ok!(Agents::bond(signed(AGENT), 1_000));
		run(APPEAL - 1);
		assert!(Deferred::<Test>::contains_key(0));
		assert_eq!(Burnt::get(), [], "no weight is burnt before");
		next_block();
		Agents::on_idle(DUE, Weight::MAX);
		assert_eq!(Voided::get(), [(7, Offence::Unsound, 30)]);
		assert_eq!((record().stake, record().bound, record().deferred), (1_800, 0, 0));
		System::assert_last_event(Event::SlashExecuted { id: 0, agent: AGENT, amount: 200 }.into());
		assert_eq!(Burnt::get(), [(AGENT, Perbill::from_percent(10))]);
		assert_eq!(BurntThrough::get(), Burnt::get());
		assert_eq!((Deferred::<Test>::iter().count(), Agenda::<Test>::iter().count()), (0, 0));
	});
}

#[test]
fn defer_slash_fails_when_it_must() {
	with_agent(|| {
		let defer_for = |agent| Agents::defer_slash(&agent, Offence::Unsound, 30, 7, &everybody());
		assert_noop!(defer_for(ALICE), Error::<Test>::NotAnAgent);
		NextSlash::<Test>::put(u64::MAX);
		assert_noop!(defer_for(AGENT), Error::<Test>::IdsExhausted);
		NextSlash::<Test>::put(0);
		for batch in 0..4 {
			assert_ok!(defer(batch));
		}
		assert_noop!(defer_for(AGENT), Error::<Test>::TooManyDeferred);
	});
}

#[test]
fn anyone_carries_out_what_is_due() {
	with_agent(|| {
		let execute = || Agents::execute_slash(signed(ALICE), 0);
		assert_noop!(execute(), Error::<Test>::NoSuchSlash);
		assert_ok!(defer(7));
		skip_to(DUE - 1);
		assert_noop!(execute(), Error::<Test>::NotDue);
		skip_to(DUE);
		assert_ok!(execute());
		assert_eq!(Voided::get(), [(7, Offence::Unsound, 22)]);
		assert_noop!(execute(), Error::<Test>::NoSuchSlash);
		run(1);
		assert_eq!(Voided::get().len(), 1);
	});
}

#[test]
fn an_appeal_calls_a_slash_off() {
	with_agent(|| {
		assert_ok!(defer(7));
		assert_noop!(Agents::cancel_slash(signed(ALICE), 0), DispatchError::BadOrigin);
		assert_noop!(Agents::cancel_slash(RuntimeOrigin::root(), 1), Error::<Test>::NoSuchSlash);
		assert_ok!(Agents::cancel_slash(RuntimeOrigin::root(), 0));
		System::assert_last_event(Event::SlashCancelled { id: 0, agent: AGENT }.into());
		assert_eq!((Spared::get(), Voided::get()), (vec![7], vec![]));
		assert_eq!((record().stake, record().bound, record().deferred), (1_000, 0, 0));
		assert_eq!(Agents::standing(AGENT).unwrap().offences, 0);
		assert_eq!(Burnt::get(), []);
		run(2 * APPEAL);
		assert_eq!(record().stake, 1_000);
	});
}

#[test]
fn a_slash_is_dropped_when_its_batch_cannot_be_voided() {
	with_agent(|| {
		assert_ok!(defer(7));
		Settled::mutate(|settled| settled.insert(7));
		run(APPEAL);
		System::assert_last_event(Event::SlashDropped { id: 0, agent: AGENT }.into());
		assert_eq!((Spared::get(), Voided::get(), record().stake, record().bound), (vec![7], vec![], 1_000, 0));
	});
}

#[test]
fn a_slash_that_fails_leaves_no_trace_and_is_tried_again() {
	with_agent(|| {
		assert_ok!(defer(7));
		assert_ok!(defer(8));
		Broken::mutate(|broken| broken.insert(7));
		run(APPEAL);
		// The other one was not held up.
		assert_eq!(Voided::get(), [(8, Offence::Unsound, 22)]);
		let error = DispatchError::Other("the batch is broken");
		let due = DUE + 100;
		// Events do not carry the text.
		System::assert_has_event(Event::SlashPostponed { id: 0, due, error: DispatchError::Other("") }.into());
		assert_eq!((record().stake, record().bound, record().deferred), (850, 1, 1));
		assert_noop!(Agents::execute_slash(signed(ALICE), 0), Error::<Test>::NotDue);
		assert_eq!(Burnt::get().len(), 1, "for the other one");
		skip_to(due);
		assert_noop!(Agents::execute_slash(signed(ALICE), 0), error);
		Broken::mutate(|broken| broken.clear());
		// Nobody needs to call: the agenda is worked off block by block.
		run(20);
		assert_eq!(Voided::get().len(), 2);
		assert_eq!((record().bound, record().deferred), (0, 0));
	});
}

#[test]
fn unbonding_does_not_escape_a_deferred_slash() {
	with_agent(|| {
		assert_ok!(Agents::delegate(signed(ALICE), AGENT, 500));
		skip_to(15);
		assert_ok!(Agents::unbond(signed(AGENT), 1_000));
		assert_ok!(Agents::undelegate(signed(ALICE), AGENT, 500_000));
		skip_to(15 + PERIOD - 5);
		assert_ok!(defer(7));
		skip_to(15 + PERIOD);
		assert_noop!(Agents::withdraw(signed(AGENT)), Error::<Test>::StillBound);
		assert_noop!(Agents::withdraw_delegation(signed(ALICE), AGENT), Error::<Test>::StillBound);
		skip_to(10 + PERIOD + APPEAL);
		assert_ok!(Agents::execute_slash(signed(BOB), 0));
		assert_eq!((record().unbonding[0].amount, record().pool.amount), (850, 425));
		assert_ok!(Agents::withdraw(signed(AGENT)));
		assert_ok!(Agents::withdraw_delegation(signed(ALICE), AGENT));
		assert_ok!(Agents::withdraw(signed(AGENT)));
		assert_eq!(crate::Agents::<Test>::get(AGENT), None);
	});
}

#[test]
fn the_agenda_does_no_more_than_its_weight_allows() {
	with_agent(|| {
		for batch in 0..4 {
			assert_ok!(defer(batch));
		}
		run(APPEAL - 1);
		next_block();
		let one = <() as crate::WeightInfo>::execute_slash();
		// The mock's database weighs nothing.
		assert_eq!(Agents::on_idle(DUE, Weight::zero()), Weight::zero());
		assert_eq!(Voided::get().len(), 0);
		let used = Agents::on_idle(DUE, one * 2);
		assert_eq!(Voided::get().len(), 2);
		assert!(used.all_lte(one * 2));
		Agents::on_idle(DUE, Weight::MAX);
		assert_eq!(Voided::get().len(), 4);
	});
}
