//! The arithmetic of ranges and steps, and the table.

use crate::{mock::*, Rule, Step};
use proptest::prelude::*;

fn rule(current: u128, least: u128, most: u128, step: Step) -> Rule<()> {
	Rule { current, least, most, step, track: () }
}

#[test]
fn a_small_value_moves_by_one_unit() {
	let half_more = Step { numerator: 3, denominator: 2 };
	for (current, next) in [(0, (0, 1)), (1, (0, 2)), (2, (1, 3)), (3, (2, 4)), (10, (7, 15))] {
		assert_eq!(rule(current, 0, 100, half_more).next_range(), next);
	}
	assert_eq!(rule(1, 1, 100, Step::DOUBLE).next_range(), (1, 2));
	assert_eq!(rule(0, 0, 100, Step::DOUBLE).next_range(), (0, 1));
}

#[test]
fn a_step_of_nothing_still_moves_by_one_unit() {
	for step in [Step { numerator: 0, denominator: 0 }, Step { numerator: 1, denominator: 0 }] {
		let (least, most) = rule(10, 0, 100, step).next_range();
		assert!(least <= 9 && most >= 11);
	}
}

#[test]
fn what_overflows_is_bounded_by_the_range() {
	assert_eq!(rule(u128::MAX, 0, u128::MAX, Step::DOUBLE).next_range(), (u128::MAX / 2 + 1, u128::MAX));
	assert_eq!(rule(u128::MAX, 5, 8, Step::DOUBLE).next_range(), (5, 8));
}

#[test]
fn the_table_has_every_parameter_once() {
	new_test_ext().execute_with(|| {
		let keys: Vec<_> = Bounds::all().collect();
		assert_eq!(keys.len(), 5);
		for (number, key) in keys.iter().enumerate() {
			assert!(!keys[..number].contains(key));
			let rule = BoundedParameters::rule(key.clone());
			assert!(rule.contains(rule.current));
		}
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(2_048))]

	/// One change never leads out of the range, nor further than the factor allows but for one unit.
	#[test]
	fn a_step_is_a_step(
		current in any::<u128>(), low in any::<u128>(), high in any::<u128>(), value in any::<u128>(), near in any::<u8>(),
		shift in 0u32..128,
	) {
		let (current, low, high) = (current >> shift, low >> shift, high >> shift);
		let (least, most) = (low.min(high), low.max(high));
		let rule = rule(current, least, most, Step::DOUBLE);
		let from = current.clamp(least, most);
		// Values anywhere, and values around the ends of what can be reached.
		let ends = [from / 2, from.saturating_mul(2), from, value >> shift];
		let value = ends[usize::from(near % 4)].saturating_add((near / 4).into()).saturating_sub(32);
		let within = (least..=most).contains(&value);
		let close = value <= from.saturating_mul(2) && value.saturating_mul(2) >= from;
		let next = value.abs_diff(from) == 1;
		prop_assert_eq!(rule.reaches(value), within && (close || next));
	}
}
