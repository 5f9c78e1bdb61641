//! `do_try_state` sees what it should: each invariant is broken once.

use crate::{mock::*, LastChange};
use frame_support::{assert_ok, hypothetically, traits::dynamic_params::AggregatedKeyValue};
use sp_runtime::TryRuntimeError;

fn assert_broken(why: &'static str, harm: impl FnOnce()) {
	hypothetically!({
		harm();
		assert_eq!(BoundedParameters::do_try_state(), Err(TryRuntimeError::Other(why)));
	});
}

#[test]
fn try_state_fails_when_a_change_is_in_the_future() {
	build_and_execute(|| {
		let (key, _) = no_price().into_parts();
		assert_broken("a parameter was changed in the future", || LastChange::<Test>::insert(key, 2));
	});
}

#[test]
fn try_state_fails_when_a_changed_parameter_is_out_of_its_range() {
	build_and_execute(|| {
		assert_ok!(BoundedParameters::set(trader(), price(1_500)));
		assert_broken("a parameter that was changed is out of its range", || {
			let (key, value) = price(10_001).into_parts();
			pallet_parameters::Parameters::<Test>::set(key, value);
		});
		// What was never changed may be anything: genesis decides.
		let (key, value) = window(3).into_parts();
		pallet_parameters::Parameters::<Test>::set(key, value);
	});
}
