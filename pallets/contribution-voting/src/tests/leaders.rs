//! The leaderboard.

use crate::{mock::*, Accounts, Leader, Leaders};
use openledger_primitives::Balance;
use proptest::prelude::*;
use sp_runtime::Perbill;

const MUCH: Balance = 1_000_000_000_000;

fn names() -> Vec<u64> {
	Leaders::<Test>::get().into_iter().map(|leader| leader.who).collect()
}

/// The greatest standings of all accounts, by a look at each.
fn greatest() -> Vec<Balance> {
	let mut standings: Vec<_> = Accounts::<Test>::iter_values().map(|account| Voting::standing(&account.now)).collect();
	standings.sort_unstable_by(|a, b| b.cmp(a));
	standings.truncate(LEADERS as usize);
	standings
}

#[test]
fn the_board_is_in_the_order_of_standing() {
	build_and_execute(|| {
		for (who, part) in [(1, 3), (2, 5), (3, 1), (4, 4), (5, 2)] {
			mint(who, part * MUCH);
		}
		assert_eq!(names(), [2, 4, 1, 5, 3]);
		let state = Accounts::<Test>::get(2).unwrap().now;
		assert_eq!(Leaders::<Test>::get().first(), Some(&Leader { who: 2, state }));
		// Whoever is minted for moves up, and who has as much as another one comes after it.
		mint(3, 3 * MUCH);
		assert_eq!(names(), [2, 4, 3, 1, 5]);
	});
}

#[test]
fn a_full_board_drops_the_last() {
	build_and_execute(|| {
		for who in 1..=5 {
			mint(who, Balance::from(who) * MUCH);
		}
		mint(6, MUCH / 2);
		assert_eq!(names(), [5, 4, 3, 2, 1]);
		mint(6, MUCH);
		assert_eq!(names(), [5, 4, 3, 2, 6]);
		mint(1, 10 * MUCH);
		assert_eq!(names(), [1, 5, 4, 3, 2]);
	});
}

/// Weight that has matured stands above weight that was just minted and will have matured as far later.
#[test]
fn old_and_new_weight_are_compared_by_what_they_will_be() {
	build_and_execute(|| {
		mint(1, MUCH);
		wait(u64::from(SLOW));
		mint(2, MUCH / 2 - 1_000);
		assert_eq!(names(), [1, 2]);
		mint(3, MUCH / 2 + 1_000);
		assert_eq!(names(), [3, 1, 2]);
		wait(u64::from(SLOW) * 3);
		let standings: Vec<_> = board().into_iter().map(|(_, standing)| standing).collect();
		assert!(standings.is_sorted_by(|a, b| a >= b), "{standings:?}");
	});
}

#[test]
fn nothing_is_written_when_nothing_changes() {
	build_and_execute(|| {
		for who in 1..=5 {
			mint(who, MUCH);
		}
		let before = Leaders::<Test>::get();
		mint(6, MUCH);
		assert_eq!(Leaders::<Test>::get(), before);
	});
}

#[test]
fn who_is_burnt_falls_and_makes_room_for_the_next_that_is_touched() {
	build_and_execute(|| {
		for who in 1..=5 {
			mint(who, Balance::from(who) * MUCH);
		}
		mint(6, MUCH / 2);
		burn(5, Perbill::from_percent(50));
		assert_eq!(names(), [4, 3, 5, 2, 1]);
		burn(5, Perbill::one());
		assert_eq!(names(), [4, 3, 2, 1]);
		// Six was not touched since.
		mint(6, 1);
		assert_eq!(names(), [4, 3, 2, 1, 6]);
		burn(1, Perbill::from_percent(99));
		assert_eq!(names(), [4, 3, 2, 6, 1]);
	});
}

#[derive(Clone, Copy, Debug)]
enum Step {
	Mint(u64, u64),
	Wait(u16),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let step = prop_oneof![
		4 => (1u64..15, 1u64..1 << 50).prop_map(|(who, weight)| Step::Mint(who, weight)),
		1 => (0u16..500).prop_map(Step::Wait),
	];
	prop::collection::vec(step, 1..150)
}

proptest! {
	#![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

	/// As long as nobody is burnt, the board has the greatest standings of all, whatever the order in which they came.
	#[test]
	fn the_board_has_the_greatest_of_all(steps in steps()) {
		new_test_ext().execute_with(|| {
			System::set_block_number(1);
			for step in steps {
				match step {
					Step::Mint(who, weight) => mint(who, weight.into()),
					Step::Wait(blocks) => wait(blocks.into()),
				}
				let board: Vec<_> = board().into_iter().map(|(_, standing)| standing).collect();
				// Standings that are planck apart may have been rounded to change places.
				let close = board.iter().zip(greatest()).all(|(have, want)| have.abs_diff(want) <= 64);
				assert!(board.len() == greatest().len() && close, "{board:?} and {:?}", greatest());
			}
			Voting::do_try_state().unwrap();
		});
	}
}
