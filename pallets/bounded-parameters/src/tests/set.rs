//! Who may set what to what, and when.

use crate::{mock::*, Error, Event, LastChange};
use frame_support::{assert_noop, assert_ok, traits::dynamic_params::AggregatedKeyValue};
use sp_runtime::traits::BadOrigin;

#[test]
fn set_changes_the_parameter() {
	build_and_execute(|| {
		assert_ok!(BoundedParameters::set(trader(), price(1_500)));
		assert_eq!(price_now(), 1_500);
		let (key, _) = no_price().into_parts();
		System::assert_last_event(Event::Set { key: key.clone(), from: 1_000, to: 1_500 }.into());
		assert_eq!(LastChange::<Test>::get(key), Some(1));
	});
}

#[test]
fn set_takes_parameters_of_every_kind() {
	build_and_execute(|| {
		assert_ok!(BoundedParameters::set(trader(), share(200_000_000)));
		assert_ok!(BoundedParameters::set(timer(), count(2)));
		assert_ok!(BoundedParameters::set(timer(), window(200)));
		assert_ok!(BoundedParameters::set(timer(), delay(25)));
		let now = |parameter: RuntimeParameters| BoundedParameters::rule(parameter.into_parts().0).current;
		assert_eq!([now(share(0)), now(count(0)), now(window(0)), now(delay(0))], [200_000_000, 2, 200, 25]);
	});
}

#[test]
fn set_is_for_the_origin_of_the_track() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none(), timer(), crate::Origin::Bounded.into()] {
			assert_noop!(BoundedParameters::set(origin, price(1_500)), BadOrigin);
		}
		// The track is the parameter's, not the group's.
		assert_noop!(BoundedParameters::set(trader(), count(2)), BadOrigin);
		assert_noop!(BoundedParameters::set(trader(), window(200)), BadOrigin);
	});
}

#[test]
fn there_is_no_other_door() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none(), trader(), timer()] {
			assert_noop!(Parameters::set_parameter(origin, price(1_500)), BadOrigin);
		}
	});
}

#[test]
fn set_is_refused_without_a_value() {
	build_and_execute(|| {
		assert_noop!(BoundedParameters::set(trader(), no_price()), Error::<Test>::NoValue);
	});
}

#[test]
fn set_is_refused_when_nothing_changes() {
	build_and_execute(|| {
		assert_noop!(BoundedParameters::set(trader(), price(1_000)), Error::<Test>::SameValue);
	});
}

#[test]
fn set_is_refused_outside_the_range() {
	build_and_execute(|| {
		for value in [0, 99, 10_001, u128::MAX] {
			assert_noop!(BoundedParameters::set(trader(), price(value)), Error::<Test>::OutOfRange);
		}
		for parts in [9_999_999, 300_000_001, 1_000_000_000] {
			assert_noop!(BoundedParameters::set(trader(), share(parts)), Error::<Test>::OutOfRange);
		}
	});
}

#[test]
fn set_is_refused_when_it_leads_too_far() {
	build_and_execute(|| {
		for value in [100, 499, 2_001, 10_000] {
			assert_noop!(BoundedParameters::set(trader(), price(value)), Error::<Test>::TooFar);
		}
		assert_ok!(BoundedParameters::set(trader(), price(2_000)));
		wait();
		assert_noop!(BoundedParameters::set(trader(), price(999)), Error::<Test>::TooFar);
		assert_ok!(BoundedParameters::set(trader(), price(1_000)));
		wait();
		assert_ok!(BoundedParameters::set(trader(), price(500)));
	});
}

#[test]
fn set_is_refused_soon_after_the_last_change() {
	build_and_execute(|| {
		assert_ok!(BoundedParameters::set(trader(), price(1_500)));
		let (key, _) = no_price().into_parts();
		assert_eq!(BoundedParameters::open_from(key), 1 + INTERVAL);
		System::set_block_number(INTERVAL);
		assert_noop!(BoundedParameters::set(trader(), price(1_600)), Error::<Test>::TooSoon);
		// Others are free.
		assert_ok!(BoundedParameters::set(trader(), share(200_000_000)));
		System::set_block_number(1 + INTERVAL);
		assert_ok!(BoundedParameters::set(trader(), price(1_600)));
	});
}

#[test]
fn set_reaches_both_ends_of_a_range_in_the_end() {
	build_and_execute(|| {
		let (key, _) = no_price().into_parts();
		for (end, choose) in [(10_000, 1), (100, 0)] {
			for _ in 0..8 {
				let (least, most) = BoundedParameters::next_range(key.clone());
				if price_now() != end {
					assert_ok!(BoundedParameters::set(trader(), price([least, most][choose])));
					wait();
				}
			}
			assert_eq!(price_now(), end);
		}
	});
}

#[test]
fn set_leads_into_the_range_when_genesis_was_outside() {
	build_and_execute(|| {
		for (genesis, reached, too_far) in [(3, [50, 100], 101), (u32::MAX, [200, 400], 199)] {
			let (key, value) = window(genesis).into_parts();
			pallet_parameters::Parameters::<Test>::set(key.clone(), value);
			assert_eq!(BoundedParameters::next_range(key), (reached[0].into(), reached[1].into()));
			assert_noop!(BoundedParameters::set(timer(), window(too_far)), Error::<Test>::TooFar);
			assert_noop!(BoundedParameters::set(timer(), window(49)), Error::<Test>::OutOfRange);
			assert_ok!(BoundedParameters::set(timer(), window(reached[0])));
			wait();
		}
	});
}
