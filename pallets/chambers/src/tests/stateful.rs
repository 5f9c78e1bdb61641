//! Random calls in random order: the invariants hold after each, what fails leaves no trace, and nothing is carried out
//! that a model of the rules would not carry out.

use crate::{mock::*, Chamber, Event, Power};
use frame_support::{
	dispatch::DispatchResult,
	storage::{with_transaction, TransactionOutcome},
};
use proptest::prelude::*;
use sp_core::H256;
use std::collections::BTreeMap;

/// What a step does; the numbers choose the chamber, the power and the call.
#[derive(Clone, Copy, Debug)]
enum Step {
	Assent(u8, u8, u8),
	Withdraw(u8, u8, u8),
	Delay(u8, u8, u8),
	Expire(u8, u8),
	Constitute,
	Outgrow,
	Wait(u8),
	/// Blocks in which the scheduler has no room.
	Jam(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let any = || any::<u8>();
	let step = prop_oneof![
		12 => (any(), any(), any()).prop_map(|(chamber, power, call)| Step::Assent(chamber, power, call)),
		3 => (any(), any(), any()).prop_map(|(chamber, power, call)| Step::Withdraw(chamber, power, call)),
		4 => (any(), any(), any()).prop_map(|(chamber, power, call)| Step::Delay(chamber, power, call)),
		3 => (any(), any()).prop_map(|(power, call)| Step::Expire(power, call)),
		1 => Just(Step::Constitute),
		1 => Just(Step::Outgrow),
		6 => (1u8..12).prop_map(Step::Wait),
		1 => (1u8..50).prop_map(Step::Jam),
	];
	prop::collection::vec(step, 1..120)
}

fn chamber(number: u8) -> Chamber {
	[Chamber::Stake, Chamber::Contribution][usize::from(number % 2)]
}

fn power(number: u8) -> Power {
	[Power::Root, Power::Treasury][usize::from(number % 2)]
}

/// Two short calls, a long one, and one that fails.
fn target(number: u8) -> RuntimeCall {
	match number % 4 {
		0 => RuntimeCall::Probe(probe::Call::fail {}),
		1 => long(1),
		other => probe(other.into()),
	}
}

/// What the rules say about a proposal: when each chamber assented, when it was carried, and how often it was delayed.
#[derive(Clone, Debug, Default)]
struct Model {
	assents: BTreeMap<u8, u64>,
	carried: u64,
	delays: u64,
}

type Models = BTreeMap<(u8, H256), Model>;

/// Runs a call as a block does: what fails is undone. Answers whether it succeeded.
fn call(call: impl FnOnce() -> DispatchResult) -> bool {
	let before = root();
	let outcome = with_transaction(|| match call() {
		Ok(()) => TransactionOutcome::Commit(Ok(())),
		Err(error) => TransactionOutcome::Rollback(Err(error)),
	});
	assert!(outcome.is_ok() || root() == before, "{outcome:?} left a trace");
	outcome.is_ok()
}

/// Whether the step succeeded.
fn perform(step: Step, models: &mut Models) -> bool {
	match step {
		Step::Assent(who, with, what) => {
			let (what, with) = (target(what), power(with));
			let by = if let RuntimeCall::Probe(probe::Call::call { number: 1, .. }) = what {
				lookup(&what)
			} else {
				inline(&what)
			};
			call(|| Chambers::assent(assents(chamber(who), with), by))
		}
		Step::Withdraw(who, with, what) => {
			call(|| Chambers::withdraw(assents(chamber(who), power(with)), hash(&target(what))))
		}
		Step::Delay(who, with, what) => {
			call(|| Chambers::delay(delays(chamber(who)), power(with), hash(&target(what))))
		}
		Step::Expire(with, what) => call(|| {
			let expired = Chambers::expire(RuntimeOrigin::signed(ALICE), power(with), hash(&target(what)));
			expired.map(|_| ()).map_err(|failed| failed.error)
		}),
		Step::Constitute => {
			let before = IsConstituted::get();
			IsConstituted::set(true);
			!before
		}
		Step::Outgrow => {
			ProbeWeight::set(ProbeWeight::get() * 2);
			true
		}
		Step::Wait(blocks) => {
			for _ in 0..blocks {
				run_to(now() + 1);
				follow(models);
			}
			true
		}
		Step::Jam(blocks) => {
			System::set_block_number(now() + u64::from(blocks));
			true
		}
	}
}

/// Follows the events, and checks that nothing is carried out that should not be.
fn follow(models: &mut Models) {
	let key = |power: Power, proposal| (power as u8, proposal);
	for event in events() {
		match event {
			Event::Assented { chamber, power, proposal } => {
				let model = models.entry(key(power, proposal)).or_default();
				assert_eq!(model.assents.insert(chamber as u8, now()), None, "a chamber assented twice");
				let first = model.assents.values().min().unwrap();
				let carried = model.carried != 0;
				assert!(carried || now() <= first + ASSENT_PERIOD, "the second assent came too late");
			}
			Event::Scheduled { power, proposal, due } => {
				let model = models.get_mut(&key(power, proposal)).unwrap();
				if model.carried == 0 {
					assert!(due >= now() + ENACTMENT, "scheduled too early");
					model.carried = now();
				}
			}
			Event::Delayed { power, proposal, old, due, .. } => {
				assert!(due >= old + DELAY, "a delay was too short");
				models.get_mut(&key(power, proposal)).unwrap().delays += 1;
			}
			Event::Withdrawn { chamber, power, proposal } => {
				let model = models.get_mut(&key(power, proposal)).unwrap();
				assert!(model.assents.remove(&(chamber as u8)).is_some(), "an assent was withdrawn that was not there");
				if model.assents.is_empty() {
					models.remove(&key(power, proposal));
				}
			}
			Event::Unscheduled { power, proposal } => {
				if let Some(model) = models.get_mut(&key(power, proposal)) {
					model.carried = 0;
				}
			}
			Event::Expired { power, proposal } => {
				assert!(models.remove(&key(power, proposal)).is_some());
			}
			Event::Enacted { power, proposal, .. } => {
				let model = models.remove(&key(power, proposal)).expect("nobody had assented");
				assert!(model.assents.contains_key(&(Chamber::Stake as u8)), "without the stake chamber");
				let contribution = model.assents.contains_key(&(Chamber::Contribution as u8));
				assert!(contribution || !IsConstituted::get(), "without the contribution chamber");
				assert!(model.carried != 0 && model.delays <= 2);
				assert!(now() >= model.carried + ENACTMENT, "carried out too early");
			}
			_ => {}
		}
	}
}

/// The long call is noted. Every other run begins without a contribution chamber.
fn begin(constituted: bool) {
	IsConstituted::set(constituted);
	note(&long(1));
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]

	#[test]
	fn nothing_is_carried_out_against_the_rules(steps in steps(), constituted in any::<bool>()) {
		new_test_ext().execute_with(|| {
			begin(constituted);
			let mut models = Models::new();
			for step in steps {
				perform(step, &mut models);
				follow(&mut models);
				Chambers::do_try_state().unwrap();
			}
			// What the chain keeps is what the model keeps.
			let kept: Vec<_> = crate::Proposals::<Test>::iter_keys().map(|(power, hash)| (power as u8, hash)).collect();
			assert_eq!(kept.len(), models.len());
			assert!(kept.iter().all(|key| models.contains_key(key)));
		});
	}
}

/// The steps reach every call: else the test above would test nothing.
#[test]
fn every_kind_of_step_succeeds_now_and_then() {
	use proptest::{strategy::ValueTree, test_runner::TestRunner};
	let mut tally = BTreeMap::<_, u32>::new();
	let mut runner = TestRunner::deterministic();
	for round in 0..128 {
		let steps = steps().new_tree(&mut runner).unwrap().current();
		new_test_ext().execute_with(|| {
			begin(round % 2 == 0);
			let mut models = Models::new();
			for step in steps {
				let succeeded = perform(step, &mut models);
				follow(&mut models);
				if succeeded {
					let name = format!("{step:?}").split(['(', ' ']).next().unwrap().to_owned();
					*tally.entry(name).or_default() += 1;
				}
			}
		});
	}
	assert_eq!(tally.len(), 8, "some kind of step never succeeds: {tally:?}");
	assert!(tally.values().all(|count| *count >= 5), "some kind of step hardly ever succeeds: {tally:?}");
}
