//! Random calls in random order: the invariants hold after each, what fails leaves no trace, and nothing is lost but
//! what is burnt.

use crate::{mock::*, Error, Event, NextTask};
use frame_support::{
	dispatch::DispatchResult,
	storage::{with_transaction, TransactionOutcome},
	traits::fungible::Inspect,
};
use openledger_primitives::{judgement::Gold, TaskId};
use proptest::prelude::*;
use sp_core::{storage::StateVersion, H256};

/// What a step does; the numbers choose who and what.
#[derive(Clone, Copy, Debug)]
enum Step {
	Register(u8),
	Leave(u8),
	TopUp(u8),
	Assess(u8),
	Open(u8, u8),
	Commit(u8, u8, bool),
	Reveal(u8, u8, bool),
	Gold(u8, u8),
	Appeal(u8, u8),
	Advance(u8),
	Wait(u8),
	Random,
	/// Everybody does what the phase asks for, as far as it is allowed.
	Act(u8, u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let step = prop_oneof![
		1 => any::<u8>().prop_map(Step::Register),
		1 => any::<u8>().prop_map(Step::Leave),
		1 => any::<u8>().prop_map(Step::TopUp),
		1 => any::<u8>().prop_map(Step::Assess),
		3 => (any::<u8>(), any::<u8>()).prop_map(|(who, case)| Step::Open(who, case)),
		2 => (any::<u8>(), any::<u8>(), any::<bool>()).prop_map(|(who, task, good)| Step::Commit(who, task, good)),
		2 => (any::<u8>(), any::<u8>(), any::<bool>()).prop_map(|(who, task, good)| Step::Reveal(who, task, good)),
		2 => (any::<u8>(), any::<u8>()).prop_map(|(who, task)| Step::Gold(who, task)),
		2 => (any::<u8>(), any::<u8>()).prop_map(|(who, task)| Step::Appeal(who, task)),
		1 => any::<u8>().prop_map(Step::Advance),
		4 => (0u8..30).prop_map(Step::Wait),
		2 => Just(Step::Random),
		6 => (any::<u8>(), any::<u8>()).prop_map(|(task, votes)| Step::Act(task, votes)),
	];
	prop::collection::vec(step, 1..60)
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
		assert_eq!(sp_io::storage::root(StateVersion::V1), before, "{error:?} left a trace");
	}
}

/// An account: parties and curators, and one that has nothing.
fn person(number: u8) -> u64 {
	match number % 16 {
		0 => OWNER,
		1 => ALICE,
		2 => NOBODY,
		other => FIRST + u64::from(other),
	}
}

/// One of the last four tasks, or none.
fn some_task(number: u8) -> TaskId {
	TaskId((NextTask::<Test>::get().0 + 1).saturating_sub(u32::from(number % 5)))
}

fn judged(good: bool) -> openledger_primitives::judgement::Judgement {
	honest(good)
}

fn act(id: TaskId, votes: u8) {
	let Some(task) = crate::Tasks::<Test>::get(id) else { return };
	for (place, who) in members(id).into_iter().enumerate() {
		let said = judged(votes >> (place % 8) & 1 == 0);
		call(|| Curation::commit(signed(who), id, seal(id, who, said)));
		call(|| Curation::reveal(signed(who), id, said, SALT));
	}
	call(|| Curation::reveal_gold(signed(task.opener), id, gold(), SALT));
}

fn perform(step: Step) {
	match step {
		Step::Register(who) => call(|| Curation::register(signed(person(who)), NET)),
		Step::Leave(who) => call(|| Curation::leave(signed(person(who)), NET)),
		Step::TopUp(who) => call(|| Curation::top_up(signed(person(who)), NET)),
		Step::Assess(who) => {
			let gold = Gold { mask: u64::MAX, good: 5 };
			call(|| Curation::open_assessment(signed(person(who)), NET, seal_gold(gold, person(who))));
		}
		Step::Open(who, number) => {
			let who = person(who % 2);
			let case = case(u32::from(number % 3));
			// The court of the mock keeps its cases outside of the storage, so only what it accepts is asked of it.
			if !Open::get().contains(&case) && Curation::seats(NET) >= SEATS && held_for_tasks(who) < 20_000 {
				call(|| Curation::open_case(signed(who), case, seal_gold(gold(), who)));
			}
		}
		Step::Commit(who, task, good) => {
			let (who, id) = (person(who), some_task(task));
			call(|| Curation::commit(signed(who), id, seal(id, who, judged(good))));
		}
		Step::Reveal(who, task, good) => {
			let (who, id) = (person(who), some_task(task));
			call(|| Curation::reveal(signed(who), id, judged(good), SALT));
		}
		Step::Gold(who, task) => call(|| Curation::reveal_gold(signed(person(who)), some_task(task), gold(), SALT)),
		Step::Appeal(who, task) => {
			let who = person(who % 2);
			call(|| Curation::appeal(signed(who), some_task(task)));
		}
		Step::Advance(task) => call(|| Curation::advance(signed(BOB), some_task(task))),
		Step::Wait(blocks) => run(blocks.into()),
		Step::Random => Known::set((H256::from_low_u64_be(System::block_number()), System::block_number())),
		Step::Act(task, votes) => act(some_task(task), votes),
	}
}

/// What events say was burnt since they were last looked at.
fn burnt() -> u128 {
	let burnt = System::events().into_iter().map(|record| match record.event {
		RuntimeEvent::Curation(
			Event::Penalised { burnt, .. } | Event::DepositBurnt { burnt, .. } | Event::AppealLost { burnt, .. },
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
	fn invariants_hold_whatever_happens(steps in steps()) {
		new_test_ext().execute_with(|| {
			System::set_block_number(1);
			for who in FIRST + 3..FIRST + 16 {
				Curation::register(signed(who), NET).unwrap();
			}
			let curators: Vec<_> = (FIRST + 3..FIRST + 16).collect();
			assess(&curators[..12], &curators[12..]);
			let mut issuance = Balances::total_issuance();
			System::reset_events();
			for step in steps {
				perform(step);
				Curation::do_try_state().unwrap();
				issuance -= burnt();
				assert_eq!(<Balances as Inspect<u64>>::total_issuance(), issuance, "{step:?}");
			}
			// Left alone, every task ends and nothing stays on hold.
			for _ in 0..8 {
				perform(Step::Random);
				run(2 * WINDOW);
			}
			assert_eq!(crate::Tasks::<Test>::iter().count(), 0);
			assert_eq!(held_for_tasks(OWNER) + held_for_tasks(ALICE), 0);
			assert!(Open::get().is_empty());
			Curation::do_try_state().unwrap();
		});
	}
}
