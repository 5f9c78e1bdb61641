//! Random calls in random order: no value leaves its range, and none changes faster than it may.

use crate::{mock::*, Rule};
use frame_support::traits::dynamic_params::AggregatedKeyValue;
use proptest::prelude::*;
use sp_runtime::DispatchError;
use std::collections::BTreeMap;

/// What a step does; the numbers choose the parameter, the value and who tries.
#[derive(Clone, Copy, Debug)]
enum Action {
	/// Sets a parameter to a value somewhere.
	Anywhere(u8, u128, u8),
	/// Sets a parameter to a multiple of what it is, in hundredths.
	Near(u8, u16, u8),
	/// Tries the other door.
	Around(u8, u128, u8),
	Wait(u8),
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
	let any = || any::<u8>();
	let action = prop_oneof![
		2 => (any(), 0u128..12_000, any()).prop_map(|(which, value, who)| Action::Anywhere(which, value, who)),
		8 => (any(), 0u16..260, any()).prop_map(|(which, percent, who)| Action::Near(which, percent, who)),
		1 => (any(), 0u128..12_000, any()).prop_map(|(which, value, who)| Action::Around(which, value, who)),
		4 => (0u8..30).prop_map(Action::Wait),
	];
	prop::collection::vec(action, 1..150)
}

fn parameter(which: u8, value: u128) -> RuntimeParameters {
	match which % 5 {
		0 => price(value),
		1 => share(value.min(1_000_000_000) as u32),
		2 => count(value.min(u16::MAX.into()) as u16),
		3 => window(value.min(u32::MAX.into()) as u32),
		_ => delay(value.min(u64::MAX.into()) as u64),
	}
}

fn origin(who: u8) -> RuntimeOrigin {
	match who % 4 {
		0 => RuntimeOrigin::root(),
		1 => trader(),
		_ => timer(),
	}
}

type Values = Vec<(RuntimeParametersKey, Rule<Track>)>;

fn values() -> Values {
	Bounds::all().map(|key| (key.clone(), BoundedParameters::rule(key))).collect()
}

/// Whether the action changed something.
fn perform(action: Action) -> bool {
	let before = root();
	let outcome = match action {
		Action::Anywhere(which, value, who) => BoundedParameters::set(origin(who), parameter(which, value)),
		Action::Near(which, percent, who) => {
			let (key, _) = parameter(which, 0).into_parts();
			let value = BoundedParameters::rule(key).current * u128::from(percent) / 100;
			BoundedParameters::set(origin(who), parameter(which, value))
		}
		Action::Around(which, value, who) => {
			let outcome = Parameters::set_parameter(origin(who), parameter(which, value));
			assert_eq!(outcome, Err(DispatchError::BadOrigin));
			outcome
		}
		Action::Wait(blocks) => {
			System::set_block_number(System::block_number() + u64::from(blocks));
			return true;
		}
	};
	assert!(outcome.is_ok() || root() == before, "{outcome:?} left a trace");
	outcome.is_ok()
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]

	#[test]
	fn no_sequence_of_calls_leaves_a_range_or_outruns_the_rate(actions in actions()) {
		new_test_ext().execute_with(|| {
			// When each parameter changed last, and what it was at the beginning.
			let mut changed = BTreeMap::<usize, u64>::new();
			let first = values();
			for action in actions {
				let before = values();
				perform(action);
				BoundedParameters::do_try_state().unwrap();
				for (number, ((_, old), (_, new))) in before.iter().zip(values()).enumerate() {
					assert!(new.contains(new.current), "a value left its range");
					if old.current == new.current {
						continue;
					}
					let now = System::block_number();
					let last = changed.insert(number, now);
					assert!(last.is_none_or(|last| now >= last + INTERVAL), "a value changed too soon");
					let most = (old.current * 2).max(old.current + 1);
					let least = (old.current.div_ceil(2)).min(old.current.saturating_sub(1));
					assert!((least..=most).contains(&new.current), "a value went too far");
				}
			}
			// However the changes were spread, no value has more than doubled for each interval that began.
			let intervals = (System::block_number() / INTERVAL + 1) as u32;
			for ((_, old), (_, new)) in first.iter().zip(values()) {
				assert!(new.current <= (old.current + 1).saturating_mul(2u128.saturating_pow(intervals)));
			}
		});
	}
}

/// The actions reach every parameter: else the test above would test nothing.
#[test]
fn every_parameter_changes_now_and_then() {
	use proptest::{strategy::ValueTree, test_runner::TestRunner};
	let mut tally = [0; 5];
	let mut runner = TestRunner::deterministic();
	for _ in 0..64 {
		let actions = actions().new_tree(&mut runner).unwrap().current();
		new_test_ext().execute_with(|| {
			for action in actions {
				let changed = perform(action);
				if let (true, Action::Anywhere(which, ..) | Action::Near(which, ..)) = (changed, action) {
					tally[usize::from(which % 5)] += 1;
				}
			}
		});
	}
	assert!(tally.iter().all(|count| *count >= 20), "{tally:?}");
}
